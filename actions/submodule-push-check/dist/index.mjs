import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = __createRequire('/')('node:path').dirname(new URL(import.meta.url).pathname);
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __require = /* @__PURE__ */ ((x) => typeof require !== "undefined" ? require : typeof Proxy !== "undefined" ? new Proxy(x, {
  get: (a, b) => (typeof require !== "undefined" ? require : a)[b]
}) : x)(function(x) {
  if (typeof require !== "undefined") return require.apply(this, arguments);
  throw Error('Dynamic require of "' + x + '" is not supported');
});
var __esm = (fn, res, err) => function __init() {
  if (err) throw err[0];
  try {
    return fn && (res = (0, fn[__getOwnPropNames(fn)[0]])(fn = 0)), res;
  } catch (e) {
    throw err = [e], e;
  }
};
var __commonJS = (cb, mod) => function __require2() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// builtin:os
var require_os = __commonJS({
  "builtin:os"(exports, module) {
    module.exports = __require("os");
  }
});

// builtin:crypto
var require_crypto = __commonJS({
  "builtin:crypto"(exports, module) {
    module.exports = __require("crypto");
  }
});

// builtin:fs
var require_fs = __commonJS({
  "builtin:fs"(exports, module) {
    module.exports = __require("fs");
  }
});

// builtin:path
var require_path = __commonJS({
  "builtin:path"(exports, module) {
    module.exports = __require("path");
  }
});

// builtin:string_decoder
var require_string_decoder = __commonJS({
  "builtin:string_decoder"(exports, module) {
    module.exports = __require("string_decoder");
  }
});

// builtin:events
var require_events = __commonJS({
  "builtin:events"(exports, module) {
    module.exports = __require("events");
  }
});

// builtin:child_process
var require_child_process = __commonJS({
  "builtin:child_process"(exports, module) {
    module.exports = __require("child_process");
  }
});

// builtin:assert
var require_assert = __commonJS({
  "builtin:assert"(exports, module) {
    module.exports = __require("assert");
  }
});

// builtin:timers
var require_timers = __commonJS({
  "builtin:timers"(exports, module) {
    module.exports = __require("timers");
  }
});

// builtin:node:fs/promises
var require_promises = __commonJS({
  "builtin:node:fs/promises"(exports, module) {
    module.exports = __require("node:fs/promises");
  }
});

// builtin:node:timers/promises
var require_promises2 = __commonJS({
  "builtin:node:timers/promises"(exports, module) {
    module.exports = __require("node:timers/promises");
  }
});

// node_modules/commander/lib/error.js
var require_error = __commonJS({
  "node_modules/commander/lib/error.js"(exports) {
    var CommanderError2 = class extends Error {
      /**
       * Constructs the CommanderError class
       * @param {number} exitCode suggested exit code which could be used with process.exit
       * @param {string} code an id string representing the error
       * @param {string} message human-readable description of the error
       */
      constructor(exitCode2, code, message) {
        super(message);
        Error.captureStackTrace(this, this.constructor);
        this.name = this.constructor.name;
        this.code = code;
        this.exitCode = exitCode2;
        this.nestedError = void 0;
      }
    };
    var InvalidArgumentError2 = class extends CommanderError2 {
      /**
       * Constructs the InvalidArgumentError class
       * @param {string} [message] explanation of why argument is invalid
       */
      constructor(message) {
        super(1, "commander.invalidArgument", message);
        Error.captureStackTrace(this, this.constructor);
        this.name = this.constructor.name;
      }
    };
    exports.CommanderError = CommanderError2;
    exports.InvalidArgumentError = InvalidArgumentError2;
  }
});

// node_modules/commander/lib/argument.js
var require_argument = __commonJS({
  "node_modules/commander/lib/argument.js"(exports) {
    var { InvalidArgumentError: InvalidArgumentError2 } = require_error();
    var Argument2 = class {
      /**
       * Initialize a new command argument with the given name and description.
       * The default is that the argument is required, and you can explicitly
       * indicate this with <> around the name. Put [] around the name for an optional argument.
       *
       * @param {string} name
       * @param {string} [description]
       */
      constructor(name, description) {
        this.description = description || "";
        this.variadic = false;
        this.parseArg = void 0;
        this.defaultValue = void 0;
        this.defaultValueDescription = void 0;
        this.argChoices = void 0;
        switch (name[0]) {
          case "<":
            this.required = true;
            this._name = name.slice(1, -1);
            break;
          case "[":
            this.required = false;
            this._name = name.slice(1, -1);
            break;
          default:
            this.required = true;
            this._name = name;
            break;
        }
        if (this._name.endsWith("...")) {
          this.variadic = true;
          this._name = this._name.slice(0, -3);
        }
      }
      /**
       * Return argument name.
       *
       * @return {string}
       */
      name() {
        return this._name;
      }
      /**
       * @package
       */
      _collectValue(value2, previous) {
        if (previous === this.defaultValue || !Array.isArray(previous)) {
          return [value2];
        }
        previous.push(value2);
        return previous;
      }
      /**
       * Set the default value, and optionally supply the description to be displayed in the help.
       *
       * @param {*} value
       * @param {string} [description]
       * @return {Argument}
       */
      default(value2, description) {
        this.defaultValue = value2;
        this.defaultValueDescription = description;
        return this;
      }
      /**
       * Set the custom handler for processing CLI command arguments into argument values.
       *
       * @param {Function} [fn]
       * @return {Argument}
       */
      argParser(fn) {
        this.parseArg = fn;
        return this;
      }
      /**
       * Only allow argument value to be one of choices.
       *
       * @param {string[]} values
       * @return {Argument}
       */
      choices(values) {
        this.argChoices = values.slice();
        this.parseArg = (arg, previous) => {
          if (!this.argChoices.includes(arg)) {
            throw new InvalidArgumentError2(
              `Allowed choices are ${this.argChoices.join(", ")}.`
            );
          }
          if (this.variadic) {
            return this._collectValue(arg, previous);
          }
          return arg;
        };
        return this;
      }
      /**
       * Make argument required.
       *
       * @returns {Argument}
       */
      argRequired() {
        this.required = true;
        return this;
      }
      /**
       * Make argument optional.
       *
       * @returns {Argument}
       */
      argOptional() {
        this.required = false;
        return this;
      }
    };
    function humanReadableArgName(arg) {
      const nameOutput = arg.name() + (arg.variadic === true ? "..." : "");
      return arg.required ? "<" + nameOutput + ">" : "[" + nameOutput + "]";
    }
    exports.Argument = Argument2;
    exports.humanReadableArgName = humanReadableArgName;
  }
});

// node_modules/commander/lib/help.js
var require_help = __commonJS({
  "node_modules/commander/lib/help.js"(exports) {
    var { humanReadableArgName } = require_argument();
    var Help2 = class {
      constructor() {
        this.helpWidth = void 0;
        this.minWidthToWrap = 40;
        this.sortSubcommands = false;
        this.sortOptions = false;
        this.showGlobalOptions = false;
      }
      /**
       * prepareContext is called by Commander after applying overrides from `Command.configureHelp()`
       * and just before calling `formatHelp()`.
       *
       * Commander just uses the helpWidth and the rest is provided for optional use by more complex subclasses.
       *
       * @param {{ error?: boolean, helpWidth?: number, outputHasColors?: boolean }} contextOptions
       */
      prepareContext(contextOptions) {
        this.helpWidth = this.helpWidth ?? contextOptions.helpWidth ?? 80;
      }
      /**
       * Get an array of the visible subcommands. Includes a placeholder for the implicit help command, if there is one.
       *
       * @param {Command} cmd
       * @returns {Command[]}
       */
      visibleCommands(cmd) {
        const visibleCommands = cmd.commands.filter((cmd2) => !cmd2._hidden);
        const helpCommand = cmd._getHelpCommand();
        if (helpCommand && !helpCommand._hidden) {
          visibleCommands.push(helpCommand);
        }
        if (this.sortSubcommands) {
          visibleCommands.sort((a, b) => {
            return a.name().localeCompare(b.name());
          });
        }
        return visibleCommands;
      }
      /**
       * Compare options for sort.
       *
       * @param {Option} a
       * @param {Option} b
       * @returns {number}
       */
      compareOptions(a, b) {
        const getSortKey = (option) => {
          return option.short ? option.short.replace(/^-/, "") : option.long.replace(/^--/, "");
        };
        return getSortKey(a).localeCompare(getSortKey(b));
      }
      /**
       * Get an array of the visible options. Includes a placeholder for the implicit help option, if there is one.
       *
       * @param {Command} cmd
       * @returns {Option[]}
       */
      visibleOptions(cmd) {
        const visibleOptions = cmd.options.filter((option) => !option.hidden);
        const helpOption = cmd._getHelpOption();
        if (helpOption && !helpOption.hidden) {
          const removeShort = helpOption.short && cmd._findOption(helpOption.short);
          const removeLong = helpOption.long && cmd._findOption(helpOption.long);
          if (!removeShort && !removeLong) {
            visibleOptions.push(helpOption);
          } else if (helpOption.long && !removeLong) {
            visibleOptions.push(
              cmd.createOption(helpOption.long, helpOption.description)
            );
          } else if (helpOption.short && !removeShort) {
            visibleOptions.push(
              cmd.createOption(helpOption.short, helpOption.description)
            );
          }
        }
        if (this.sortOptions) {
          visibleOptions.sort(this.compareOptions);
        }
        return visibleOptions;
      }
      /**
       * Get an array of the visible global options. (Not including help.)
       *
       * @param {Command} cmd
       * @returns {Option[]}
       */
      visibleGlobalOptions(cmd) {
        if (!this.showGlobalOptions) return [];
        const globalOptions = [];
        for (let ancestorCmd = cmd.parent; ancestorCmd; ancestorCmd = ancestorCmd.parent) {
          const visibleOptions = ancestorCmd.options.filter(
            (option) => !option.hidden
          );
          globalOptions.push(...visibleOptions);
        }
        if (this.sortOptions) {
          globalOptions.sort(this.compareOptions);
        }
        return globalOptions;
      }
      /**
       * Get an array of the arguments if any have a description.
       *
       * @param {Command} cmd
       * @returns {Argument[]}
       */
      visibleArguments(cmd) {
        if (cmd._argsDescription) {
          cmd.registeredArguments.forEach((argument) => {
            argument.description = argument.description || cmd._argsDescription[argument.name()] || "";
          });
        }
        if (cmd.registeredArguments.find((argument) => argument.description)) {
          return cmd.registeredArguments;
        }
        return [];
      }
      /**
       * Get the command term to show in the list of subcommands.
       *
       * @param {Command} cmd
       * @returns {string}
       */
      subcommandTerm(cmd) {
        const args = cmd.registeredArguments.map((arg) => humanReadableArgName(arg)).join(" ");
        return cmd._name + (cmd._aliases[0] ? "|" + cmd._aliases[0] : "") + (cmd.options.length ? " [options]" : "") + // simplistic check for non-help option
        (args ? " " + args : "");
      }
      /**
       * Get the option term to show in the list of options.
       *
       * @param {Option} option
       * @returns {string}
       */
      optionTerm(option) {
        return option.flags;
      }
      /**
       * Get the argument term to show in the list of arguments.
       *
       * @param {Argument} argument
       * @returns {string}
       */
      argumentTerm(argument) {
        return argument.name();
      }
      /**
       * Get the longest command term length.
       *
       * @param {Command} cmd
       * @param {Help} helper
       * @returns {number}
       */
      longestSubcommandTermLength(cmd, helper) {
        return helper.visibleCommands(cmd).reduce((max, command) => {
          return Math.max(
            max,
            this.displayWidth(
              helper.styleSubcommandTerm(helper.subcommandTerm(command))
            )
          );
        }, 0);
      }
      /**
       * Get the longest option term length.
       *
       * @param {Command} cmd
       * @param {Help} helper
       * @returns {number}
       */
      longestOptionTermLength(cmd, helper) {
        return helper.visibleOptions(cmd).reduce((max, option) => {
          return Math.max(
            max,
            this.displayWidth(helper.styleOptionTerm(helper.optionTerm(option)))
          );
        }, 0);
      }
      /**
       * Get the longest global option term length.
       *
       * @param {Command} cmd
       * @param {Help} helper
       * @returns {number}
       */
      longestGlobalOptionTermLength(cmd, helper) {
        return helper.visibleGlobalOptions(cmd).reduce((max, option) => {
          return Math.max(
            max,
            this.displayWidth(helper.styleOptionTerm(helper.optionTerm(option)))
          );
        }, 0);
      }
      /**
       * Get the longest argument term length.
       *
       * @param {Command} cmd
       * @param {Help} helper
       * @returns {number}
       */
      longestArgumentTermLength(cmd, helper) {
        return helper.visibleArguments(cmd).reduce((max, argument) => {
          return Math.max(
            max,
            this.displayWidth(
              helper.styleArgumentTerm(helper.argumentTerm(argument))
            )
          );
        }, 0);
      }
      /**
       * Get the command usage to be displayed at the top of the built-in help.
       *
       * @param {Command} cmd
       * @returns {string}
       */
      commandUsage(cmd) {
        let cmdName = cmd._name;
        if (cmd._aliases[0]) {
          cmdName = cmdName + "|" + cmd._aliases[0];
        }
        let ancestorCmdNames = "";
        for (let ancestorCmd = cmd.parent; ancestorCmd; ancestorCmd = ancestorCmd.parent) {
          ancestorCmdNames = ancestorCmd.name() + " " + ancestorCmdNames;
        }
        return ancestorCmdNames + cmdName + " " + cmd.usage();
      }
      /**
       * Get the description for the command.
       *
       * @param {Command} cmd
       * @returns {string}
       */
      commandDescription(cmd) {
        return cmd.description();
      }
      /**
       * Get the subcommand summary to show in the list of subcommands.
       * (Fallback to description for backwards compatibility.)
       *
       * @param {Command} cmd
       * @returns {string}
       */
      subcommandDescription(cmd) {
        return cmd.summary() || cmd.description();
      }
      /**
       * Get the option description to show in the list of options.
       *
       * @param {Option} option
       * @return {string}
       */
      optionDescription(option) {
        const extraInfo = [];
        if (option.argChoices) {
          extraInfo.push(
            // use stringify to match the display of the default value
            `choices: ${option.argChoices.map((choice) => JSON.stringify(choice)).join(", ")}`
          );
        }
        if (option.defaultValue !== void 0) {
          const showDefault = option.required || option.optional || option.isBoolean() && typeof option.defaultValue === "boolean";
          if (showDefault) {
            extraInfo.push(
              `default: ${option.defaultValueDescription || JSON.stringify(option.defaultValue)}`
            );
          }
        }
        if (option.presetArg !== void 0 && option.optional) {
          extraInfo.push(`preset: ${JSON.stringify(option.presetArg)}`);
        }
        if (option.envVar !== void 0) {
          extraInfo.push(`env: ${option.envVar}`);
        }
        if (extraInfo.length > 0) {
          const extraDescription = `(${extraInfo.join(", ")})`;
          if (option.description) {
            return `${option.description} ${extraDescription}`;
          }
          return extraDescription;
        }
        return option.description;
      }
      /**
       * Get the argument description to show in the list of arguments.
       *
       * @param {Argument} argument
       * @return {string}
       */
      argumentDescription(argument) {
        const extraInfo = [];
        if (argument.argChoices) {
          extraInfo.push(
            // use stringify to match the display of the default value
            `choices: ${argument.argChoices.map((choice) => JSON.stringify(choice)).join(", ")}`
          );
        }
        if (argument.defaultValue !== void 0) {
          extraInfo.push(
            `default: ${argument.defaultValueDescription || JSON.stringify(argument.defaultValue)}`
          );
        }
        if (extraInfo.length > 0) {
          const extraDescription = `(${extraInfo.join(", ")})`;
          if (argument.description) {
            return `${argument.description} ${extraDescription}`;
          }
          return extraDescription;
        }
        return argument.description;
      }
      /**
       * Format a list of items, given a heading and an array of formatted items.
       *
       * @param {string} heading
       * @param {string[]} items
       * @param {Help} helper
       * @returns string[]
       */
      formatItemList(heading, items, helper) {
        if (items.length === 0) return [];
        return [helper.styleTitle(heading), ...items, ""];
      }
      /**
       * Group items by their help group heading.
       *
       * @param {Command[] | Option[]} unsortedItems
       * @param {Command[] | Option[]} visibleItems
       * @param {Function} getGroup
       * @returns {Map<string, Command[] | Option[]>}
       */
      groupItems(unsortedItems, visibleItems, getGroup) {
        const result = /* @__PURE__ */ new Map();
        unsortedItems.forEach((item) => {
          const group = getGroup(item);
          if (!result.has(group)) result.set(group, []);
        });
        visibleItems.forEach((item) => {
          const group = getGroup(item);
          if (!result.has(group)) {
            result.set(group, []);
          }
          result.get(group).push(item);
        });
        return result;
      }
      /**
       * Generate the built-in help text.
       *
       * @param {Command} cmd
       * @param {Help} helper
       * @returns {string}
       */
      formatHelp(cmd, helper) {
        const termWidth = helper.padWidth(cmd, helper);
        const helpWidth = helper.helpWidth ?? 80;
        function callFormatItem(term, description) {
          return helper.formatItem(term, termWidth, description, helper);
        }
        let output = [
          `${helper.styleTitle("Usage:")} ${helper.styleUsage(helper.commandUsage(cmd))}`,
          ""
        ];
        const commandDescription = helper.commandDescription(cmd);
        if (commandDescription.length > 0) {
          output = output.concat([
            helper.boxWrap(
              helper.styleCommandDescription(commandDescription),
              helpWidth
            ),
            ""
          ]);
        }
        const argumentList = helper.visibleArguments(cmd).map((argument) => {
          return callFormatItem(
            helper.styleArgumentTerm(helper.argumentTerm(argument)),
            helper.styleArgumentDescription(helper.argumentDescription(argument))
          );
        });
        output = output.concat(
          this.formatItemList("Arguments:", argumentList, helper)
        );
        const optionGroups = this.groupItems(
          cmd.options,
          helper.visibleOptions(cmd),
          (option) => option.helpGroupHeading ?? "Options:"
        );
        optionGroups.forEach((options, group) => {
          const optionList = options.map((option) => {
            return callFormatItem(
              helper.styleOptionTerm(helper.optionTerm(option)),
              helper.styleOptionDescription(helper.optionDescription(option))
            );
          });
          output = output.concat(this.formatItemList(group, optionList, helper));
        });
        if (helper.showGlobalOptions) {
          const globalOptionList = helper.visibleGlobalOptions(cmd).map((option) => {
            return callFormatItem(
              helper.styleOptionTerm(helper.optionTerm(option)),
              helper.styleOptionDescription(helper.optionDescription(option))
            );
          });
          output = output.concat(
            this.formatItemList("Global Options:", globalOptionList, helper)
          );
        }
        const commandGroups = this.groupItems(
          cmd.commands,
          helper.visibleCommands(cmd),
          (sub) => sub.helpGroup() || "Commands:"
        );
        commandGroups.forEach((commands, group) => {
          const commandList = commands.map((sub) => {
            return callFormatItem(
              helper.styleSubcommandTerm(helper.subcommandTerm(sub)),
              helper.styleSubcommandDescription(helper.subcommandDescription(sub))
            );
          });
          output = output.concat(this.formatItemList(group, commandList, helper));
        });
        return output.join("\n");
      }
      /**
       * Return display width of string, ignoring ANSI escape sequences. Used in padding and wrapping calculations.
       *
       * @param {string} str
       * @returns {number}
       */
      displayWidth(str) {
        return stripColor(str).length;
      }
      /**
       * Style the title for displaying in the help. Called with 'Usage:', 'Options:', etc.
       *
       * @param {string} str
       * @returns {string}
       */
      styleTitle(str) {
        return str;
      }
      styleUsage(str) {
        return str.split(" ").map((word) => {
          if (word === "[options]") return this.styleOptionText(word);
          if (word === "[command]") return this.styleSubcommandText(word);
          if (word[0] === "[" || word[0] === "<")
            return this.styleArgumentText(word);
          return this.styleCommandText(word);
        }).join(" ");
      }
      styleCommandDescription(str) {
        return this.styleDescriptionText(str);
      }
      styleOptionDescription(str) {
        return this.styleDescriptionText(str);
      }
      styleSubcommandDescription(str) {
        return this.styleDescriptionText(str);
      }
      styleArgumentDescription(str) {
        return this.styleDescriptionText(str);
      }
      styleDescriptionText(str) {
        return str;
      }
      styleOptionTerm(str) {
        return this.styleOptionText(str);
      }
      styleSubcommandTerm(str) {
        return str.split(" ").map((word) => {
          if (word === "[options]") return this.styleOptionText(word);
          if (word[0] === "[" || word[0] === "<")
            return this.styleArgumentText(word);
          return this.styleSubcommandText(word);
        }).join(" ");
      }
      styleArgumentTerm(str) {
        return this.styleArgumentText(str);
      }
      styleOptionText(str) {
        return str;
      }
      styleArgumentText(str) {
        return str;
      }
      styleSubcommandText(str) {
        return str;
      }
      styleCommandText(str) {
        return str;
      }
      /**
       * Calculate the pad width from the maximum term length.
       *
       * @param {Command} cmd
       * @param {Help} helper
       * @returns {number}
       */
      padWidth(cmd, helper) {
        return Math.max(
          helper.longestOptionTermLength(cmd, helper),
          helper.longestGlobalOptionTermLength(cmd, helper),
          helper.longestSubcommandTermLength(cmd, helper),
          helper.longestArgumentTermLength(cmd, helper)
        );
      }
      /**
       * Detect manually wrapped and indented strings by checking for line break followed by whitespace.
       *
       * @param {string} str
       * @returns {boolean}
       */
      preformatted(str) {
        return /\n[^\S\r\n]/.test(str);
      }
      /**
       * Format the "item", which consists of a term and description. Pad the term and wrap the description, indenting the following lines.
       *
       * So "TTT", 5, "DDD DDDD DD DDD" might be formatted for this.helpWidth=17 like so:
       *   TTT  DDD DDDD
       *        DD DDD
       *
       * @param {string} term
       * @param {number} termWidth
       * @param {string} description
       * @param {Help} helper
       * @returns {string}
       */
      formatItem(term, termWidth, description, helper) {
        const itemIndent = 2;
        const itemIndentStr = " ".repeat(itemIndent);
        if (!description) return itemIndentStr + term;
        const paddedTerm = term.padEnd(
          termWidth + term.length - helper.displayWidth(term)
        );
        const spacerWidth = 2;
        const helpWidth = this.helpWidth ?? 80;
        const remainingWidth = helpWidth - termWidth - spacerWidth - itemIndent;
        let formattedDescription;
        if (remainingWidth < this.minWidthToWrap || helper.preformatted(description)) {
          formattedDescription = description;
        } else {
          const wrappedDescription = helper.boxWrap(description, remainingWidth);
          formattedDescription = wrappedDescription.replace(
            /\n/g,
            "\n" + " ".repeat(termWidth + spacerWidth)
          );
        }
        return itemIndentStr + paddedTerm + " ".repeat(spacerWidth) + formattedDescription.replace(/\n/g, `
${itemIndentStr}`);
      }
      /**
       * Wrap a string at whitespace, preserving existing line breaks.
       * Wrapping is skipped if the width is less than `minWidthToWrap`.
       *
       * @param {string} str
       * @param {number} width
       * @returns {string}
       */
      boxWrap(str, width2) {
        if (width2 < this.minWidthToWrap) return str;
        const rawLines = str.split(/\r\n|\n/);
        const chunkPattern = /[\s]*[^\s]+/g;
        const wrappedLines = [];
        rawLines.forEach((line) => {
          const chunks = line.match(chunkPattern);
          if (chunks === null) {
            wrappedLines.push("");
            return;
          }
          let sumChunks = [chunks.shift()];
          let sumWidth = this.displayWidth(sumChunks[0]);
          chunks.forEach((chunk) => {
            const visibleWidth = this.displayWidth(chunk);
            if (sumWidth + visibleWidth <= width2) {
              sumChunks.push(chunk);
              sumWidth += visibleWidth;
              return;
            }
            wrappedLines.push(sumChunks.join(""));
            const nextChunk = chunk.trimStart();
            sumChunks = [nextChunk];
            sumWidth = this.displayWidth(nextChunk);
          });
          wrappedLines.push(sumChunks.join(""));
        });
        return wrappedLines.join("\n");
      }
    };
    function stripColor(str) {
      const sgrPattern = /\x1b\[\d*(;\d*)*m/g;
      return str.replace(sgrPattern, "");
    }
    exports.Help = Help2;
    exports.stripColor = stripColor;
  }
});

// node_modules/commander/lib/option.js
var require_option = __commonJS({
  "node_modules/commander/lib/option.js"(exports) {
    var { InvalidArgumentError: InvalidArgumentError2 } = require_error();
    var Option2 = class {
      /**
       * Initialize a new `Option` with the given `flags` and `description`.
       *
       * @param {string} flags
       * @param {string} [description]
       */
      constructor(flags, description) {
        this.flags = flags;
        this.description = description || "";
        this.required = flags.includes("<");
        this.optional = flags.includes("[");
        this.variadic = /\w\.\.\.[>\]]$/.test(flags);
        this.mandatory = false;
        const optionFlags = splitOptionFlags(flags);
        this.short = optionFlags.shortFlag;
        this.long = optionFlags.longFlag;
        this.negate = false;
        if (this.long) {
          this.negate = this.long.startsWith("--no-");
        }
        this.defaultValue = void 0;
        this.defaultValueDescription = void 0;
        this.presetArg = void 0;
        this.envVar = void 0;
        this.parseArg = void 0;
        this.hidden = false;
        this.argChoices = void 0;
        this.conflictsWith = [];
        this.implied = void 0;
        this.helpGroupHeading = void 0;
      }
      /**
       * Set the default value, and optionally supply the description to be displayed in the help.
       *
       * @param {*} value
       * @param {string} [description]
       * @return {Option}
       */
      default(value2, description) {
        this.defaultValue = value2;
        this.defaultValueDescription = description;
        return this;
      }
      /**
       * Preset to use when option used without option-argument, especially optional but also boolean and negated.
       * The custom processing (parseArg) is called.
       *
       * @example
       * new Option('--color').default('GREYSCALE').preset('RGB');
       * new Option('--donate [amount]').preset('20').argParser(parseFloat);
       *
       * @param {*} arg
       * @return {Option}
       */
      preset(arg) {
        this.presetArg = arg;
        return this;
      }
      /**
       * Add option name(s) that conflict with this option.
       * An error will be displayed if conflicting options are found during parsing.
       *
       * @example
       * new Option('--rgb').conflicts('cmyk');
       * new Option('--js').conflicts(['ts', 'jsx']);
       *
       * @param {(string | string[])} names
       * @return {Option}
       */
      conflicts(names) {
        this.conflictsWith = this.conflictsWith.concat(names);
        return this;
      }
      /**
       * Specify implied option values for when this option is set and the implied options are not.
       *
       * The custom processing (parseArg) is not called on the implied values.
       *
       * @example
       * program
       *   .addOption(new Option('--log', 'write logging information to file'))
       *   .addOption(new Option('--trace', 'log extra details').implies({ log: 'trace.txt' }));
       *
       * @param {object} impliedOptionValues
       * @return {Option}
       */
      implies(impliedOptionValues) {
        let newImplied = impliedOptionValues;
        if (typeof impliedOptionValues === "string") {
          newImplied = { [impliedOptionValues]: true };
        }
        this.implied = Object.assign(this.implied || {}, newImplied);
        return this;
      }
      /**
       * Set environment variable to check for option value.
       *
       * An environment variable is only used if when processed the current option value is
       * undefined, or the source of the current value is 'default' or 'config' or 'env'.
       *
       * @param {string} name
       * @return {Option}
       */
      env(name) {
        this.envVar = name;
        return this;
      }
      /**
       * Set the custom handler for processing CLI option arguments into option values.
       *
       * @param {Function} [fn]
       * @return {Option}
       */
      argParser(fn) {
        this.parseArg = fn;
        return this;
      }
      /**
       * Whether the option is mandatory and must have a value after parsing.
       *
       * @param {boolean} [mandatory=true]
       * @return {Option}
       */
      makeOptionMandatory(mandatory = true) {
        this.mandatory = !!mandatory;
        return this;
      }
      /**
       * Hide option in help.
       *
       * @param {boolean} [hide=true]
       * @return {Option}
       */
      hideHelp(hide = true) {
        this.hidden = !!hide;
        return this;
      }
      /**
       * @package
       */
      _collectValue(value2, previous) {
        if (previous === this.defaultValue || !Array.isArray(previous)) {
          return [value2];
        }
        previous.push(value2);
        return previous;
      }
      /**
       * Only allow option value to be one of choices.
       *
       * @param {string[]} values
       * @return {Option}
       */
      choices(values) {
        this.argChoices = values.slice();
        this.parseArg = (arg, previous) => {
          if (!this.argChoices.includes(arg)) {
            throw new InvalidArgumentError2(
              `Allowed choices are ${this.argChoices.join(", ")}.`
            );
          }
          if (this.variadic) {
            return this._collectValue(arg, previous);
          }
          return arg;
        };
        return this;
      }
      /**
       * Return option name.
       *
       * @return {string}
       */
      name() {
        if (this.long) {
          return this.long.replace(/^--/, "");
        }
        return this.short.replace(/^-/, "");
      }
      /**
       * Return option name, in a camelcase format that can be used
       * as an object attribute key.
       *
       * @return {string}
       */
      attributeName() {
        if (this.negate) {
          return camelcase(this.name().replace(/^no-/, ""));
        }
        return camelcase(this.name());
      }
      /**
       * Set the help group heading.
       *
       * @param {string} heading
       * @return {Option}
       */
      helpGroup(heading) {
        this.helpGroupHeading = heading;
        return this;
      }
      /**
       * Check if `arg` matches the short or long flag.
       *
       * @param {string} arg
       * @return {boolean}
       * @package
       */
      is(arg) {
        return this.short === arg || this.long === arg;
      }
      /**
       * Return whether a boolean option.
       *
       * Options are one of boolean, negated, required argument, or optional argument.
       *
       * @return {boolean}
       * @package
       */
      isBoolean() {
        return !this.required && !this.optional && !this.negate;
      }
    };
    var DualOptions = class {
      /**
       * @param {Option[]} options
       */
      constructor(options) {
        this.positiveOptions = /* @__PURE__ */ new Map();
        this.negativeOptions = /* @__PURE__ */ new Map();
        this.dualOptions = /* @__PURE__ */ new Set();
        options.forEach((option) => {
          if (option.negate) {
            this.negativeOptions.set(option.attributeName(), option);
          } else {
            this.positiveOptions.set(option.attributeName(), option);
          }
        });
        this.negativeOptions.forEach((value2, key) => {
          if (this.positiveOptions.has(key)) {
            this.dualOptions.add(key);
          }
        });
      }
      /**
       * Did the value come from the option, and not from possible matching dual option?
       *
       * @param {*} value
       * @param {Option} option
       * @returns {boolean}
       */
      valueFromOption(value2, option) {
        const optionKey = option.attributeName();
        if (!this.dualOptions.has(optionKey)) return true;
        const preset = this.negativeOptions.get(optionKey).presetArg;
        const negativeValue = preset !== void 0 ? preset : false;
        return option.negate === (negativeValue === value2);
      }
    };
    function camelcase(str) {
      return str.split("-").reduce((str2, word) => {
        return str2 + word[0].toUpperCase() + word.slice(1);
      });
    }
    function splitOptionFlags(flags) {
      let shortFlag;
      let longFlag;
      const shortFlagExp = /^-[^-]$/;
      const longFlagExp = /^--[^-]/;
      const flagParts = flags.split(/[ |,]+/).concat("guard");
      if (shortFlagExp.test(flagParts[0])) shortFlag = flagParts.shift();
      if (longFlagExp.test(flagParts[0])) longFlag = flagParts.shift();
      if (!shortFlag && shortFlagExp.test(flagParts[0]))
        shortFlag = flagParts.shift();
      if (!shortFlag && longFlagExp.test(flagParts[0])) {
        shortFlag = longFlag;
        longFlag = flagParts.shift();
      }
      if (flagParts[0].startsWith("-")) {
        const unsupportedFlag = flagParts[0];
        const baseError = `option creation failed due to '${unsupportedFlag}' in option flags '${flags}'`;
        if (/^-[^-][^-]/.test(unsupportedFlag))
          throw new Error(
            `${baseError}
- a short flag is a single dash and a single character
  - either use a single dash and a single character (for a short flag)
  - or use a double dash for a long option (and can have two, like '--ws, --workspace')`
          );
        if (shortFlagExp.test(unsupportedFlag))
          throw new Error(`${baseError}
- too many short flags`);
        if (longFlagExp.test(unsupportedFlag))
          throw new Error(`${baseError}
- too many long flags`);
        throw new Error(`${baseError}
- unrecognised flag format`);
      }
      if (shortFlag === void 0 && longFlag === void 0)
        throw new Error(
          `option creation failed due to no flags found in '${flags}'.`
        );
      return { shortFlag, longFlag };
    }
    exports.Option = Option2;
    exports.DualOptions = DualOptions;
  }
});

// node_modules/commander/lib/suggestSimilar.js
var require_suggestSimilar = __commonJS({
  "node_modules/commander/lib/suggestSimilar.js"(exports) {
    var maxDistance = 3;
    function editDistance2(a, b) {
      if (Math.abs(a.length - b.length) > maxDistance)
        return Math.max(a.length, b.length);
      const d = [];
      for (let i = 0; i <= a.length; i++) {
        d[i] = [i];
      }
      for (let j = 0; j <= b.length; j++) {
        d[0][j] = j;
      }
      for (let j = 1; j <= b.length; j++) {
        for (let i = 1; i <= a.length; i++) {
          let cost = 1;
          if (a[i - 1] === b[j - 1]) {
            cost = 0;
          } else {
            cost = 1;
          }
          d[i][j] = Math.min(
            d[i - 1][j] + 1,
            // deletion
            d[i][j - 1] + 1,
            // insertion
            d[i - 1][j - 1] + cost
            // substitution
          );
          if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
            d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
          }
        }
      }
      return d[a.length][b.length];
    }
    function suggestSimilar(word, candidates) {
      if (!candidates || candidates.length === 0) return "";
      candidates = Array.from(new Set(candidates));
      const searchingOptions = word.startsWith("--");
      if (searchingOptions) {
        word = word.slice(2);
        candidates = candidates.map((candidate) => candidate.slice(2));
      }
      let similar = [];
      let bestDistance = maxDistance;
      const minSimilarity = 0.4;
      candidates.forEach((candidate) => {
        if (candidate.length <= 1) return;
        const distance = editDistance2(word, candidate);
        const length = Math.max(word.length, candidate.length);
        const similarity = (length - distance) / length;
        if (similarity > minSimilarity) {
          if (distance < bestDistance) {
            bestDistance = distance;
            similar = [candidate];
          } else if (distance === bestDistance) {
            similar.push(candidate);
          }
        }
      });
      similar.sort((a, b) => a.localeCompare(b));
      if (searchingOptions) {
        similar = similar.map((candidate) => `--${candidate}`);
      }
      if (similar.length > 1) {
        return `
(Did you mean one of ${similar.join(", ")}?)`;
      }
      if (similar.length === 1) {
        return `
(Did you mean ${similar[0]}?)`;
      }
      return "";
    }
    exports.suggestSimilar = suggestSimilar;
  }
});

// node_modules/commander/lib/command.js
var require_command = __commonJS({
  "node_modules/commander/lib/command.js"(exports) {
    var EventEmitter2 = __require("node:events").EventEmitter;
    var childProcess = {};
    var path6 = __require("node:path");
    var fs3 = __require("node:fs");
    var process2 = __require("node:process");
    var { Argument: Argument2, humanReadableArgName } = require_argument();
    var { CommanderError: CommanderError2 } = require_error();
    var { Help: Help2, stripColor } = require_help();
    var { Option: Option2, DualOptions } = require_option();
    var { suggestSimilar } = require_suggestSimilar();
    var Command3 = class _Command extends EventEmitter2 {
      /**
       * Initialize a new `Command`.
       *
       * @param {string} [name]
       */
      constructor(name) {
        super();
        this.commands = [];
        this.options = [];
        this.parent = null;
        this._allowUnknownOption = false;
        this._allowExcessArguments = false;
        this.registeredArguments = [];
        this._args = this.registeredArguments;
        this.args = [];
        this.rawArgs = [];
        this.processedArgs = [];
        this._scriptPath = null;
        this._name = name || "";
        this._optionValues = {};
        this._optionValueSources = {};
        this._storeOptionsAsProperties = false;
        this._actionHandler = null;
        this._executableHandler = false;
        this._executableFile = null;
        this._executableDir = null;
        this._defaultCommandName = null;
        this._exitCallback = null;
        this._aliases = [];
        this._combineFlagAndOptionalValue = true;
        this._description = "";
        this._summary = "";
        this._argsDescription = void 0;
        this._enablePositionalOptions = false;
        this._passThroughOptions = false;
        this._lifeCycleHooks = {};
        this._showHelpAfterError = false;
        this._showSuggestionAfterError = true;
        this._savedState = null;
        this._outputConfiguration = {
          writeOut: (str) => process2.stdout.write(str),
          writeErr: (str) => process2.stderr.write(str),
          outputError: (str, write) => write(str),
          getOutHelpWidth: () => process2.stdout.isTTY ? process2.stdout.columns : void 0,
          getErrHelpWidth: () => process2.stderr.isTTY ? process2.stderr.columns : void 0,
          getOutHasColors: () => useColor() ?? (process2.stdout.isTTY && process2.stdout.hasColors?.()),
          getErrHasColors: () => useColor() ?? (process2.stderr.isTTY && process2.stderr.hasColors?.()),
          stripColor: (str) => stripColor(str)
        };
        this._hidden = false;
        this._helpOption = void 0;
        this._addImplicitHelpCommand = void 0;
        this._helpCommand = void 0;
        this._helpConfiguration = {};
        this._helpGroupHeading = void 0;
        this._defaultCommandGroup = void 0;
        this._defaultOptionGroup = void 0;
      }
      /**
       * Copy settings that are useful to have in common across root command and subcommands.
       *
       * (Used internally when adding a command using `.command()` so subcommands inherit parent settings.)
       *
       * @param {Command} sourceCommand
       * @return {Command} `this` command for chaining
       */
      copyInheritedSettings(sourceCommand) {
        this._outputConfiguration = sourceCommand._outputConfiguration;
        this._helpOption = sourceCommand._helpOption;
        this._helpCommand = sourceCommand._helpCommand;
        this._helpConfiguration = sourceCommand._helpConfiguration;
        this._exitCallback = sourceCommand._exitCallback;
        this._storeOptionsAsProperties = sourceCommand._storeOptionsAsProperties;
        this._combineFlagAndOptionalValue = sourceCommand._combineFlagAndOptionalValue;
        this._allowExcessArguments = sourceCommand._allowExcessArguments;
        this._enablePositionalOptions = sourceCommand._enablePositionalOptions;
        this._showHelpAfterError = sourceCommand._showHelpAfterError;
        this._showSuggestionAfterError = sourceCommand._showSuggestionAfterError;
        return this;
      }
      /**
       * @returns {Command[]}
       * @private
       */
      _getCommandAndAncestors() {
        const result = [];
        for (let command = this; command; command = command.parent) {
          result.push(command);
        }
        return result;
      }
      /**
       * Define a command.
       *
       * There are two styles of command: pay attention to where to put the description.
       *
       * @example
       * // Command implemented using action handler (description is supplied separately to `.command`)
       * program
       *   .command('clone <source> [destination]')
       *   .description('clone a repository into a newly created directory')
       *   .action((source, destination) => {
       *     console.log('clone command called');
       *   });
       *
       * // Command implemented using separate executable file (description is second parameter to `.command`)
       * program
       *   .command('start <service>', 'start named service')
       *   .command('stop [service]', 'stop named service, or all if no name supplied');
       *
       * @param {string} nameAndArgs - command name and arguments, args are `<required>` or `[optional]` and last may also be `variadic...`
       * @param {(object | string)} [actionOptsOrExecDesc] - configuration options (for action), or description (for executable)
       * @param {object} [execOpts] - configuration options (for executable)
       * @return {Command} returns new command for action handler, or `this` for executable command
       */
      command(nameAndArgs, actionOptsOrExecDesc, execOpts) {
        let desc = actionOptsOrExecDesc;
        let opts = execOpts;
        if (typeof desc === "object" && desc !== null) {
          opts = desc;
          desc = null;
        }
        opts = opts || {};
        const [, name, args] = nameAndArgs.match(/([^ ]+) *(.*)/);
        const cmd = this.createCommand(name);
        if (desc) {
          cmd.description(desc);
          cmd._executableHandler = true;
        }
        if (opts.isDefault) this._defaultCommandName = cmd._name;
        cmd._hidden = !!(opts.noHelp || opts.hidden);
        cmd._executableFile = opts.executableFile || null;
        if (args) cmd.arguments(args);
        this._registerCommand(cmd);
        cmd.parent = this;
        cmd.copyInheritedSettings(this);
        if (desc) return this;
        return cmd;
      }
      /**
       * Factory routine to create a new unattached command.
       *
       * See .command() for creating an attached subcommand, which uses this routine to
       * create the command. You can override createCommand to customise subcommands.
       *
       * @param {string} [name]
       * @return {Command} new command
       */
      createCommand(name) {
        return new _Command(name);
      }
      /**
       * You can customise the help with a subclass of Help by overriding createHelp,
       * or by overriding Help properties using configureHelp().
       *
       * @return {Help}
       */
      createHelp() {
        return Object.assign(new Help2(), this.configureHelp());
      }
      /**
       * You can customise the help by overriding Help properties using configureHelp(),
       * or with a subclass of Help by overriding createHelp().
       *
       * @param {object} [configuration] - configuration options
       * @return {(Command | object)} `this` command for chaining, or stored configuration
       */
      configureHelp(configuration2) {
        if (configuration2 === void 0) return this._helpConfiguration;
        this._helpConfiguration = configuration2;
        return this;
      }
      /**
       * The default output goes to stdout and stderr. You can customise this for special
       * applications. You can also customise the display of errors by overriding outputError.
       *
       * The configuration properties are all functions:
       *
       *     // change how output being written, defaults to stdout and stderr
       *     writeOut(str)
       *     writeErr(str)
       *     // change how output being written for errors, defaults to writeErr
       *     outputError(str, write) // used for displaying errors and not used for displaying help
       *     // specify width for wrapping help
       *     getOutHelpWidth()
       *     getErrHelpWidth()
       *     // color support, currently only used with Help
       *     getOutHasColors()
       *     getErrHasColors()
       *     stripColor() // used to remove ANSI escape codes if output does not have colors
       *
       * @param {object} [configuration] - configuration options
       * @return {(Command | object)} `this` command for chaining, or stored configuration
       */
      configureOutput(configuration2) {
        if (configuration2 === void 0) return this._outputConfiguration;
        this._outputConfiguration = {
          ...this._outputConfiguration,
          ...configuration2
        };
        return this;
      }
      /**
       * Display the help or a custom message after an error occurs.
       *
       * @param {(boolean|string)} [displayHelp]
       * @return {Command} `this` command for chaining
       */
      showHelpAfterError(displayHelp = true) {
        if (typeof displayHelp !== "string") displayHelp = !!displayHelp;
        this._showHelpAfterError = displayHelp;
        return this;
      }
      /**
       * Display suggestion of similar commands for unknown commands, or options for unknown options.
       *
       * @param {boolean} [displaySuggestion]
       * @return {Command} `this` command for chaining
       */
      showSuggestionAfterError(displaySuggestion = true) {
        this._showSuggestionAfterError = !!displaySuggestion;
        return this;
      }
      /**
       * Add a prepared subcommand.
       *
       * See .command() for creating an attached subcommand which inherits settings from its parent.
       *
       * @param {Command} cmd - new subcommand
       * @param {object} [opts] - configuration options
       * @return {Command} `this` command for chaining
       */
      addCommand(cmd, opts) {
        if (!cmd._name) {
          throw new Error(`Command passed to .addCommand() must have a name
- specify the name in Command constructor or using .name()`);
        }
        opts = opts || {};
        if (opts.isDefault) this._defaultCommandName = cmd._name;
        if (opts.noHelp || opts.hidden) cmd._hidden = true;
        this._registerCommand(cmd);
        cmd.parent = this;
        cmd._checkForBrokenPassThrough();
        return this;
      }
      /**
       * Factory routine to create a new unattached argument.
       *
       * See .argument() for creating an attached argument, which uses this routine to
       * create the argument. You can override createArgument to return a custom argument.
       *
       * @param {string} name
       * @param {string} [description]
       * @return {Argument} new argument
       */
      createArgument(name, description) {
        return new Argument2(name, description);
      }
      /**
       * Define argument syntax for command.
       *
       * The default is that the argument is required, and you can explicitly
       * indicate this with <> around the name. Put [] around the name for an optional argument.
       *
       * @example
       * program.argument('<input-file>');
       * program.argument('[output-file]');
       *
       * @param {string} name
       * @param {string} [description]
       * @param {(Function|*)} [parseArg] - custom argument processing function or default value
       * @param {*} [defaultValue]
       * @return {Command} `this` command for chaining
       */
      argument(name, description, parseArg, defaultValue) {
        const argument = this.createArgument(name, description);
        if (typeof parseArg === "function") {
          argument.default(defaultValue).argParser(parseArg);
        } else {
          argument.default(parseArg);
        }
        this.addArgument(argument);
        return this;
      }
      /**
       * Define argument syntax for command, adding multiple at once (without descriptions).
       *
       * See also .argument().
       *
       * @example
       * program.arguments('<cmd> [env]');
       *
       * @param {string} names
       * @return {Command} `this` command for chaining
       */
      arguments(names) {
        names.trim().split(/ +/).forEach((detail) => {
          this.argument(detail);
        });
        return this;
      }
      /**
       * Define argument syntax for command, adding a prepared argument.
       *
       * @param {Argument} argument
       * @return {Command} `this` command for chaining
       */
      addArgument(argument) {
        const previousArgument = this.registeredArguments.slice(-1)[0];
        if (previousArgument?.variadic) {
          throw new Error(
            `only the last argument can be variadic '${previousArgument.name()}'`
          );
        }
        if (argument.required && argument.defaultValue !== void 0 && argument.parseArg === void 0) {
          throw new Error(
            `a default value for a required argument is never used: '${argument.name()}'`
          );
        }
        this.registeredArguments.push(argument);
        return this;
      }
      /**
       * Customise or override default help command. By default a help command is automatically added if your command has subcommands.
       *
       * @example
       *    program.helpCommand('help [cmd]');
       *    program.helpCommand('help [cmd]', 'show help');
       *    program.helpCommand(false); // suppress default help command
       *    program.helpCommand(true); // add help command even if no subcommands
       *
       * @param {string|boolean} enableOrNameAndArgs - enable with custom name and/or arguments, or boolean to override whether added
       * @param {string} [description] - custom description
       * @return {Command} `this` command for chaining
       */
      helpCommand(enableOrNameAndArgs, description) {
        if (typeof enableOrNameAndArgs === "boolean") {
          this._addImplicitHelpCommand = enableOrNameAndArgs;
          if (enableOrNameAndArgs && this._defaultCommandGroup) {
            this._initCommandGroup(this._getHelpCommand());
          }
          return this;
        }
        const nameAndArgs = enableOrNameAndArgs ?? "help [command]";
        const [, helpName, helpArgs] = nameAndArgs.match(/([^ ]+) *(.*)/);
        const helpDescription = description ?? "display help for command";
        const helpCommand = this.createCommand(helpName);
        helpCommand.helpOption(false);
        if (helpArgs) helpCommand.arguments(helpArgs);
        if (helpDescription) helpCommand.description(helpDescription);
        this._addImplicitHelpCommand = true;
        this._helpCommand = helpCommand;
        if (enableOrNameAndArgs || description) this._initCommandGroup(helpCommand);
        return this;
      }
      /**
       * Add prepared custom help command.
       *
       * @param {(Command|string|boolean)} helpCommand - custom help command, or deprecated enableOrNameAndArgs as for `.helpCommand()`
       * @param {string} [deprecatedDescription] - deprecated custom description used with custom name only
       * @return {Command} `this` command for chaining
       */
      addHelpCommand(helpCommand, deprecatedDescription) {
        if (typeof helpCommand !== "object") {
          this.helpCommand(helpCommand, deprecatedDescription);
          return this;
        }
        this._addImplicitHelpCommand = true;
        this._helpCommand = helpCommand;
        this._initCommandGroup(helpCommand);
        return this;
      }
      /**
       * Lazy create help command.
       *
       * @return {(Command|null)}
       * @package
       */
      _getHelpCommand() {
        const hasImplicitHelpCommand = this._addImplicitHelpCommand ?? (this.commands.length && !this._actionHandler && !this._findCommand("help"));
        if (hasImplicitHelpCommand) {
          if (this._helpCommand === void 0) {
            this.helpCommand(void 0, void 0);
          }
          return this._helpCommand;
        }
        return null;
      }
      /**
       * Add hook for life cycle event.
       *
       * @param {string} event
       * @param {Function} listener
       * @return {Command} `this` command for chaining
       */
      hook(event, listener) {
        const allowedValues = ["preSubcommand", "preAction", "postAction"];
        if (!allowedValues.includes(event)) {
          throw new Error(`Unexpected value for event passed to hook : '${event}'.
Expecting one of '${allowedValues.join("', '")}'`);
        }
        if (this._lifeCycleHooks[event]) {
          this._lifeCycleHooks[event].push(listener);
        } else {
          this._lifeCycleHooks[event] = [listener];
        }
        return this;
      }
      /**
       * Register callback to use as replacement for calling process.exit.
       *
       * @param {Function} [fn] optional callback which will be passed a CommanderError, defaults to throwing
       * @return {Command} `this` command for chaining
       */
      exitOverride(fn) {
        if (fn) {
          this._exitCallback = fn;
        } else {
          this._exitCallback = (err) => {
            if (err.code !== "commander.executeSubCommandAsync") {
              throw err;
            } else {
            }
          };
        }
        return this;
      }
      /**
       * Call process.exit, and _exitCallback if defined.
       *
       * @param {number} exitCode exit code for using with process.exit
       * @param {string} code an id string representing the error
       * @param {string} message human-readable description of the error
       * @return never
       * @private
       */
      _exit(exitCode2, code, message) {
        if (this._exitCallback) {
          this._exitCallback(new CommanderError2(exitCode2, code, message));
        }
        process2.exit(exitCode2);
      }
      /**
       * Register callback `fn` for the command.
       *
       * @example
       * program
       *   .command('serve')
       *   .description('start service')
       *   .action(function() {
       *      // do work here
       *   });
       *
       * @param {Function} fn
       * @return {Command} `this` command for chaining
       */
      action(fn) {
        const listener = (args) => {
          const expectedArgsCount = this.registeredArguments.length;
          const actionArgs = args.slice(0, expectedArgsCount);
          if (this._storeOptionsAsProperties) {
            actionArgs[expectedArgsCount] = this;
          } else {
            actionArgs[expectedArgsCount] = this.opts();
          }
          actionArgs.push(this);
          return fn.apply(this, actionArgs);
        };
        this._actionHandler = listener;
        return this;
      }
      /**
       * Factory routine to create a new unattached option.
       *
       * See .option() for creating an attached option, which uses this routine to
       * create the option. You can override createOption to return a custom option.
       *
       * @param {string} flags
       * @param {string} [description]
       * @return {Option} new option
       */
      createOption(flags, description) {
        return new Option2(flags, description);
      }
      /**
       * Wrap parseArgs to catch 'commander.invalidArgument'.
       *
       * @param {(Option | Argument)} target
       * @param {string} value
       * @param {*} previous
       * @param {string} invalidArgumentMessage
       * @private
       */
      _callParseArg(target, value2, previous, invalidArgumentMessage) {
        try {
          return target.parseArg(value2, previous);
        } catch (err) {
          if (err.code === "commander.invalidArgument") {
            const message = `${invalidArgumentMessage} ${err.message}`;
            this.error(message, { exitCode: err.exitCode, code: err.code });
          }
          throw err;
        }
      }
      /**
       * Check for option flag conflicts.
       * Register option if no conflicts found, or throw on conflict.
       *
       * @param {Option} option
       * @private
       */
      _registerOption(option) {
        const matchingOption = option.short && this._findOption(option.short) || option.long && this._findOption(option.long);
        if (matchingOption) {
          const matchingFlag = option.long && this._findOption(option.long) ? option.long : option.short;
          throw new Error(`Cannot add option '${option.flags}'${this._name && ` to command '${this._name}'`} due to conflicting flag '${matchingFlag}'
-  already used by option '${matchingOption.flags}'`);
        }
        this._initOptionGroup(option);
        this.options.push(option);
      }
      /**
       * Check for command name and alias conflicts with existing commands.
       * Register command if no conflicts found, or throw on conflict.
       *
       * @param {Command} command
       * @private
       */
      _registerCommand(command) {
        const knownBy = (cmd) => {
          return [cmd.name()].concat(cmd.aliases());
        };
        const alreadyUsed = knownBy(command).find(
          (name) => this._findCommand(name)
        );
        if (alreadyUsed) {
          const existingCmd = knownBy(this._findCommand(alreadyUsed)).join("|");
          const newCmd = knownBy(command).join("|");
          throw new Error(
            `cannot add command '${newCmd}' as already have command '${existingCmd}'`
          );
        }
        this._initCommandGroup(command);
        this.commands.push(command);
      }
      /**
       * Add an option.
       *
       * @param {Option} option
       * @return {Command} `this` command for chaining
       */
      addOption(option) {
        this._registerOption(option);
        const oname = option.name();
        const name = option.attributeName();
        if (option.negate) {
          const positiveLongFlag = option.long.replace(/^--no-/, "--");
          if (!this._findOption(positiveLongFlag)) {
            this.setOptionValueWithSource(
              name,
              option.defaultValue === void 0 ? true : option.defaultValue,
              "default"
            );
          }
        } else if (option.defaultValue !== void 0) {
          this.setOptionValueWithSource(name, option.defaultValue, "default");
        }
        const handleOptionValue = (val, invalidValueMessage, valueSource) => {
          if (val == null && option.presetArg !== void 0) {
            val = option.presetArg;
          }
          const oldValue = this.getOptionValue(name);
          if (val !== null && option.parseArg) {
            val = this._callParseArg(option, val, oldValue, invalidValueMessage);
          } else if (val !== null && option.variadic) {
            val = option._collectValue(val, oldValue);
          }
          if (val == null) {
            if (option.negate) {
              val = false;
            } else if (option.isBoolean() || option.optional) {
              val = true;
            } else {
              val = "";
            }
          }
          this.setOptionValueWithSource(name, val, valueSource);
        };
        this.on("option:" + oname, (val) => {
          const invalidValueMessage = `error: option '${option.flags}' argument '${val}' is invalid.`;
          handleOptionValue(val, invalidValueMessage, "cli");
        });
        if (option.envVar) {
          this.on("optionEnv:" + oname, (val) => {
            const invalidValueMessage = `error: option '${option.flags}' value '${val}' from env '${option.envVar}' is invalid.`;
            handleOptionValue(val, invalidValueMessage, "env");
          });
        }
        return this;
      }
      /**
       * Internal implementation shared by .option() and .requiredOption()
       *
       * @return {Command} `this` command for chaining
       * @private
       */
      _optionEx(config, flags, description, fn, defaultValue) {
        if (typeof flags === "object" && flags instanceof Option2) {
          throw new Error(
            "To add an Option object use addOption() instead of option() or requiredOption()"
          );
        }
        const option = this.createOption(flags, description);
        option.makeOptionMandatory(!!config.mandatory);
        if (typeof fn === "function") {
          option.default(defaultValue).argParser(fn);
        } else if (fn instanceof RegExp) {
          const regex = fn;
          fn = (val, def) => {
            const m = regex.exec(val);
            return m ? m[0] : def;
          };
          option.default(defaultValue).argParser(fn);
        } else {
          option.default(fn);
        }
        return this.addOption(option);
      }
      /**
       * Define option with `flags`, `description`, and optional argument parsing function or `defaultValue` or both.
       *
       * The `flags` string contains the short and/or long flags, separated by comma, a pipe or space. A required
       * option-argument is indicated by `<>` and an optional option-argument by `[]`.
       *
       * See the README for more details, and see also addOption() and requiredOption().
       *
       * @example
       * program
       *     .option('-p, --pepper', 'add pepper')
       *     .option('--pt, --pizza-type <TYPE>', 'type of pizza') // required option-argument
       *     .option('-c, --cheese [CHEESE]', 'add extra cheese', 'mozzarella') // optional option-argument with default
       *     .option('-t, --tip <VALUE>', 'add tip to purchase cost', parseFloat) // custom parse function
       *
       * @param {string} flags
       * @param {string} [description]
       * @param {(Function|*)} [parseArg] - custom option processing function or default value
       * @param {*} [defaultValue]
       * @return {Command} `this` command for chaining
       */
      option(flags, description, parseArg, defaultValue) {
        return this._optionEx({}, flags, description, parseArg, defaultValue);
      }
      /**
       * Add a required option which must have a value after parsing. This usually means
       * the option must be specified on the command line. (Otherwise the same as .option().)
       *
       * The `flags` string contains the short and/or long flags, separated by comma, a pipe or space.
       *
       * @param {string} flags
       * @param {string} [description]
       * @param {(Function|*)} [parseArg] - custom option processing function or default value
       * @param {*} [defaultValue]
       * @return {Command} `this` command for chaining
       */
      requiredOption(flags, description, parseArg, defaultValue) {
        return this._optionEx(
          { mandatory: true },
          flags,
          description,
          parseArg,
          defaultValue
        );
      }
      /**
       * Alter parsing of short flags with optional values.
       *
       * @example
       * // for `.option('-f,--flag [value]'):
       * program.combineFlagAndOptionalValue(true);  // `-f80` is treated like `--flag=80`, this is the default behaviour
       * program.combineFlagAndOptionalValue(false) // `-fb` is treated like `-f -b`
       *
       * @param {boolean} [combine] - if `true` or omitted, an optional value can be specified directly after the flag.
       * @return {Command} `this` command for chaining
       */
      combineFlagAndOptionalValue(combine = true) {
        this._combineFlagAndOptionalValue = !!combine;
        return this;
      }
      /**
       * Allow unknown options on the command line.
       *
       * @param {boolean} [allowUnknown] - if `true` or omitted, no error will be thrown for unknown options.
       * @return {Command} `this` command for chaining
       */
      allowUnknownOption(allowUnknown = true) {
        this._allowUnknownOption = !!allowUnknown;
        return this;
      }
      /**
       * Allow excess command-arguments on the command line. Pass false to make excess arguments an error.
       *
       * @param {boolean} [allowExcess] - if `true` or omitted, no error will be thrown for excess arguments.
       * @return {Command} `this` command for chaining
       */
      allowExcessArguments(allowExcess = true) {
        this._allowExcessArguments = !!allowExcess;
        return this;
      }
      /**
       * Enable positional options. Positional means global options are specified before subcommands which lets
       * subcommands reuse the same option names, and also enables subcommands to turn on passThroughOptions.
       * The default behaviour is non-positional and global options may appear anywhere on the command line.
       *
       * @param {boolean} [positional]
       * @return {Command} `this` command for chaining
       */
      enablePositionalOptions(positional = true) {
        this._enablePositionalOptions = !!positional;
        return this;
      }
      /**
       * Pass through options that come after command-arguments rather than treat them as command-options,
       * so actual command-options come before command-arguments. Turning this on for a subcommand requires
       * positional options to have been enabled on the program (parent commands).
       * The default behaviour is non-positional and options may appear before or after command-arguments.
       *
       * @param {boolean} [passThrough] for unknown options.
       * @return {Command} `this` command for chaining
       */
      passThroughOptions(passThrough = true) {
        this._passThroughOptions = !!passThrough;
        this._checkForBrokenPassThrough();
        return this;
      }
      /**
       * @private
       */
      _checkForBrokenPassThrough() {
        if (this.parent && this._passThroughOptions && !this.parent._enablePositionalOptions) {
          throw new Error(
            `passThroughOptions cannot be used for '${this._name}' without turning on enablePositionalOptions for parent command(s)`
          );
        }
      }
      /**
       * Whether to store option values as properties on command object,
       * or store separately (specify false). In both cases the option values can be accessed using .opts().
       *
       * @param {boolean} [storeAsProperties=true]
       * @return {Command} `this` command for chaining
       */
      storeOptionsAsProperties(storeAsProperties = true) {
        if (this.options.length) {
          throw new Error("call .storeOptionsAsProperties() before adding options");
        }
        if (Object.keys(this._optionValues).length) {
          throw new Error(
            "call .storeOptionsAsProperties() before setting option values"
          );
        }
        this._storeOptionsAsProperties = !!storeAsProperties;
        return this;
      }
      /**
       * Retrieve option value.
       *
       * @param {string} key
       * @return {object} value
       */
      getOptionValue(key) {
        if (this._storeOptionsAsProperties) {
          return this[key];
        }
        return this._optionValues[key];
      }
      /**
       * Store option value.
       *
       * @param {string} key
       * @param {object} value
       * @return {Command} `this` command for chaining
       */
      setOptionValue(key, value2) {
        return this.setOptionValueWithSource(key, value2, void 0);
      }
      /**
       * Store option value and where the value came from.
       *
       * @param {string} key
       * @param {object} value
       * @param {string} source - expected values are default/config/env/cli/implied
       * @return {Command} `this` command for chaining
       */
      setOptionValueWithSource(key, value2, source) {
        if (this._storeOptionsAsProperties) {
          this[key] = value2;
        } else {
          this._optionValues[key] = value2;
        }
        this._optionValueSources[key] = source;
        return this;
      }
      /**
       * Get source of option value.
       * Expected values are default | config | env | cli | implied
       *
       * @param {string} key
       * @return {string}
       */
      getOptionValueSource(key) {
        return this._optionValueSources[key];
      }
      /**
       * Get source of option value. See also .optsWithGlobals().
       * Expected values are default | config | env | cli | implied
       *
       * @param {string} key
       * @return {string}
       */
      getOptionValueSourceWithGlobals(key) {
        let source;
        this._getCommandAndAncestors().forEach((cmd) => {
          if (cmd.getOptionValueSource(key) !== void 0) {
            source = cmd.getOptionValueSource(key);
          }
        });
        return source;
      }
      /**
       * Get user arguments from implied or explicit arguments.
       * Side-effects: set _scriptPath if args included script. Used for default program name, and subcommand searches.
       *
       * @private
       */
      _prepareUserArgs(argv, parseOptions) {
        if (argv !== void 0 && !Array.isArray(argv)) {
          throw new Error("first parameter to parse must be array or undefined");
        }
        parseOptions = parseOptions || {};
        if (argv === void 0 && parseOptions.from === void 0) {
          if (process2.versions?.electron) {
            parseOptions.from = "electron";
          }
          const execArgv = process2.execArgv ?? [];
          if (execArgv.includes("-e") || execArgv.includes("--eval") || execArgv.includes("-p") || execArgv.includes("--print")) {
            parseOptions.from = "eval";
          }
        }
        if (argv === void 0) {
          argv = process2.argv;
        }
        this.rawArgs = argv.slice();
        let userArgs;
        switch (parseOptions.from) {
          case void 0:
          case "node":
            this._scriptPath = argv[1];
            userArgs = argv.slice(2);
            break;
          case "electron":
            if (process2.defaultApp) {
              this._scriptPath = argv[1];
              userArgs = argv.slice(2);
            } else {
              userArgs = argv.slice(1);
            }
            break;
          case "user":
            userArgs = argv.slice(0);
            break;
          case "eval":
            userArgs = argv.slice(1);
            break;
          default:
            throw new Error(
              `unexpected parse option { from: '${parseOptions.from}' }`
            );
        }
        if (!this._name && this._scriptPath)
          this.nameFromFilename(this._scriptPath);
        this._name = this._name || "program";
        return userArgs;
      }
      /**
       * Parse `argv`, setting options and invoking commands when defined.
       *
       * Use parseAsync instead of parse if any of your action handlers are async.
       *
       * Call with no parameters to parse `process.argv`. Detects Electron and special node options like `node --eval`. Easy mode!
       *
       * Or call with an array of strings to parse, and optionally where the user arguments start by specifying where the arguments are `from`:
       * - `'node'`: default, `argv[0]` is the application and `argv[1]` is the script being run, with user arguments after that
       * - `'electron'`: `argv[0]` is the application and `argv[1]` varies depending on whether the electron application is packaged
       * - `'user'`: just user arguments
       *
       * @example
       * program.parse(); // parse process.argv and auto-detect electron and special node flags
       * program.parse(process.argv); // assume argv[0] is app and argv[1] is script
       * program.parse(my-args, { from: 'user' }); // just user supplied arguments, nothing special about argv[0]
       *
       * @param {string[]} [argv] - optional, defaults to process.argv
       * @param {object} [parseOptions] - optionally specify style of options with from: node/user/electron
       * @param {string} [parseOptions.from] - where the args are from: 'node', 'user', 'electron'
       * @return {Command} `this` command for chaining
       */
      parse(argv, parseOptions) {
        this._prepareForParse();
        const userArgs = this._prepareUserArgs(argv, parseOptions);
        this._parseCommand([], userArgs);
        return this;
      }
      /**
       * Parse `argv`, setting options and invoking commands when defined.
       *
       * Call with no parameters to parse `process.argv`. Detects Electron and special node options like `node --eval`. Easy mode!
       *
       * Or call with an array of strings to parse, and optionally where the user arguments start by specifying where the arguments are `from`:
       * - `'node'`: default, `argv[0]` is the application and `argv[1]` is the script being run, with user arguments after that
       * - `'electron'`: `argv[0]` is the application and `argv[1]` varies depending on whether the electron application is packaged
       * - `'user'`: just user arguments
       *
       * @example
       * await program.parseAsync(); // parse process.argv and auto-detect electron and special node flags
       * await program.parseAsync(process.argv); // assume argv[0] is app and argv[1] is script
       * await program.parseAsync(my-args, { from: 'user' }); // just user supplied arguments, nothing special about argv[0]
       *
       * @param {string[]} [argv]
       * @param {object} [parseOptions]
       * @param {string} parseOptions.from - where the args are from: 'node', 'user', 'electron'
       * @return {Promise}
       */
      async parseAsync(argv, parseOptions) {
        this._prepareForParse();
        const userArgs = this._prepareUserArgs(argv, parseOptions);
        await this._parseCommand([], userArgs);
        return this;
      }
      _prepareForParse() {
        if (this._savedState === null) {
          this.saveStateBeforeParse();
        } else {
          this.restoreStateBeforeParse();
        }
      }
      /**
       * Called the first time parse is called to save state and allow a restore before subsequent calls to parse.
       * Not usually called directly, but available for subclasses to save their custom state.
       *
       * This is called in a lazy way. Only commands used in parsing chain will have state saved.
       */
      saveStateBeforeParse() {
        this._savedState = {
          // name is stable if supplied by author, but may be unspecified for root command and deduced during parsing
          _name: this._name,
          // option values before parse have default values (including false for negated options)
          // shallow clones
          _optionValues: { ...this._optionValues },
          _optionValueSources: { ...this._optionValueSources }
        };
      }
      /**
       * Restore state before parse for calls after the first.
       * Not usually called directly, but available for subclasses to save their custom state.
       *
       * This is called in a lazy way. Only commands used in parsing chain will have state restored.
       */
      restoreStateBeforeParse() {
        if (this._storeOptionsAsProperties)
          throw new Error(`Can not call parse again when storeOptionsAsProperties is true.
- either make a new Command for each call to parse, or stop storing options as properties`);
        this._name = this._savedState._name;
        this._scriptPath = null;
        this.rawArgs = [];
        this._optionValues = { ...this._savedState._optionValues };
        this._optionValueSources = { ...this._savedState._optionValueSources };
        this.args = [];
        this.processedArgs = [];
      }
      /**
       * Throw if expected executable is missing. Add lots of help for author.
       *
       * @param {string} executableFile
       * @param {string} executableDir
       * @param {string} subcommandName
       */
      _checkForMissingExecutable(executableFile, executableDir, subcommandName) {
        if (fs3.existsSync(executableFile)) return;
        const executableDirMessage = executableDir ? `searched for local subcommand relative to directory '${executableDir}'` : "no directory for search for local subcommand, use .executableDir() to supply a custom directory";
        const executableMissing = `'${executableFile}' does not exist
 - if '${subcommandName}' is not meant to be an executable command, remove description parameter from '.command()' and use '.description()' instead
 - if the default executable name is not suitable, use the executableFile option to supply a custom name or path
 - ${executableDirMessage}`;
        throw new Error(executableMissing);
      }
      /**
       * Execute a sub-command executable.
       *
       * @private
       */
      _executeSubCommand(subcommand, args) {
        args = args.slice();
        let launchWithNode = false;
        const sourceExt = [".js", ".ts", ".tsx", ".mjs", ".cjs"];
        function findFile(baseDir, baseName) {
          const localBin = path6.resolve(baseDir, baseName);
          if (fs3.existsSync(localBin)) return localBin;
          if (sourceExt.includes(path6.extname(baseName))) return void 0;
          const foundExt = sourceExt.find(
            (ext) => fs3.existsSync(`${localBin}${ext}`)
          );
          if (foundExt) return `${localBin}${foundExt}`;
          return void 0;
        }
        this._checkForMissingMandatoryOptions();
        this._checkForConflictingOptions();
        let executableFile = subcommand._executableFile || `${this._name}-${subcommand._name}`;
        let executableDir = this._executableDir || "";
        if (this._scriptPath) {
          let resolvedScriptPath;
          try {
            resolvedScriptPath = fs3.realpathSync(this._scriptPath);
          } catch {
            resolvedScriptPath = this._scriptPath;
          }
          executableDir = path6.resolve(
            path6.dirname(resolvedScriptPath),
            executableDir
          );
        }
        if (executableDir) {
          let localFile = findFile(executableDir, executableFile);
          if (!localFile && !subcommand._executableFile && this._scriptPath) {
            const legacyName = path6.basename(
              this._scriptPath,
              path6.extname(this._scriptPath)
            );
            if (legacyName !== this._name) {
              localFile = findFile(
                executableDir,
                `${legacyName}-${subcommand._name}`
              );
            }
          }
          executableFile = localFile || executableFile;
        }
        launchWithNode = sourceExt.includes(path6.extname(executableFile));
        let proc;
        if (process2.platform !== "win32") {
          if (launchWithNode) {
            args.unshift(executableFile);
            args = incrementNodeInspectorPort(process2.execArgv).concat(args);
            proc = childProcess.spawn(process2.argv[0], args, { stdio: "inherit" });
          } else {
            proc = childProcess.spawn(executableFile, args, { stdio: "inherit" });
          }
        } else {
          this._checkForMissingExecutable(
            executableFile,
            executableDir,
            subcommand._name
          );
          args.unshift(executableFile);
          args = incrementNodeInspectorPort(process2.execArgv).concat(args);
          proc = childProcess.spawn(process2.execPath, args, { stdio: "inherit" });
        }
        if (!proc.killed) {
          const signals2 = ["SIGUSR1", "SIGUSR2", "SIGTERM", "SIGINT", "SIGHUP"];
          signals2.forEach((signal) => {
            process2.on(signal, () => {
              if (proc.killed === false && proc.exitCode === null) {
                proc.kill(signal);
              }
            });
          });
        }
        const exitCallback = this._exitCallback;
        proc.on("close", (code) => {
          code = code ?? 1;
          if (!exitCallback) {
            process2.exit(code);
          } else {
            exitCallback(
              new CommanderError2(
                code,
                "commander.executeSubCommandAsync",
                "(close)"
              )
            );
          }
        });
        proc.on("error", (err) => {
          if (err.code === "ENOENT") {
            this._checkForMissingExecutable(
              executableFile,
              executableDir,
              subcommand._name
            );
          } else if (err.code === "EACCES") {
            throw new Error(`'${executableFile}' not executable`);
          }
          if (!exitCallback) {
            process2.exit(1);
          } else {
            const wrappedError = new CommanderError2(
              1,
              "commander.executeSubCommandAsync",
              "(error)"
            );
            wrappedError.nestedError = err;
            exitCallback(wrappedError);
          }
        });
        this.runningCommand = proc;
      }
      /**
       * @private
       */
      _dispatchSubcommand(commandName, operands, unknown2) {
        const subCommand = this._findCommand(commandName);
        if (!subCommand) this.help({ error: true });
        subCommand._prepareForParse();
        let promiseChain;
        promiseChain = this._chainOrCallSubCommandHook(
          promiseChain,
          subCommand,
          "preSubcommand"
        );
        promiseChain = this._chainOrCall(promiseChain, () => {
          if (subCommand._executableHandler) {
            this._executeSubCommand(subCommand, operands.concat(unknown2));
          } else {
            return subCommand._parseCommand(operands, unknown2);
          }
        });
        return promiseChain;
      }
      /**
       * Invoke help directly if possible, or dispatch if necessary.
       * e.g. help foo
       *
       * @private
       */
      _dispatchHelpCommand(subcommandName) {
        if (!subcommandName) {
          this.help();
        }
        const subCommand = this._findCommand(subcommandName);
        if (subCommand && !subCommand._executableHandler) {
          subCommand.help();
        }
        return this._dispatchSubcommand(
          subcommandName,
          [],
          [this._getHelpOption()?.long ?? this._getHelpOption()?.short ?? "--help"]
        );
      }
      /**
       * Check this.args against expected this.registeredArguments.
       *
       * @private
       */
      _checkNumberOfArguments() {
        this.registeredArguments.forEach((arg, i) => {
          if (arg.required && this.args[i] == null) {
            this.missingArgument(arg.name());
          }
        });
        if (this.registeredArguments.length > 0 && this.registeredArguments[this.registeredArguments.length - 1].variadic) {
          return;
        }
        if (this.args.length > this.registeredArguments.length) {
          this._excessArguments(this.args);
        }
      }
      /**
       * Process this.args using this.registeredArguments and save as this.processedArgs!
       *
       * @private
       */
      _processArguments() {
        const myParseArg = (argument, value2, previous) => {
          let parsedValue = value2;
          if (value2 !== null && argument.parseArg) {
            const invalidValueMessage = `error: command-argument value '${value2}' is invalid for argument '${argument.name()}'.`;
            parsedValue = this._callParseArg(
              argument,
              value2,
              previous,
              invalidValueMessage
            );
          }
          return parsedValue;
        };
        this._checkNumberOfArguments();
        const processedArgs = [];
        this.registeredArguments.forEach((declaredArg, index) => {
          let value2 = declaredArg.defaultValue;
          if (declaredArg.variadic) {
            if (index < this.args.length) {
              value2 = this.args.slice(index);
              if (declaredArg.parseArg) {
                value2 = value2.reduce((processed, v) => {
                  return myParseArg(declaredArg, v, processed);
                }, declaredArg.defaultValue);
              }
            } else if (value2 === void 0) {
              value2 = [];
            }
          } else if (index < this.args.length) {
            value2 = this.args[index];
            if (declaredArg.parseArg) {
              value2 = myParseArg(declaredArg, value2, declaredArg.defaultValue);
            }
          }
          processedArgs[index] = value2;
        });
        this.processedArgs = processedArgs;
      }
      /**
       * Once we have a promise we chain, but call synchronously until then.
       *
       * @param {(Promise|undefined)} promise
       * @param {Function} fn
       * @return {(Promise|undefined)}
       * @private
       */
      _chainOrCall(promise, fn) {
        if (promise?.then && typeof promise.then === "function") {
          return promise.then(() => fn());
        }
        return fn();
      }
      /**
       *
       * @param {(Promise|undefined)} promise
       * @param {string} event
       * @return {(Promise|undefined)}
       * @private
       */
      _chainOrCallHooks(promise, event) {
        let result = promise;
        const hooks = [];
        this._getCommandAndAncestors().reverse().filter((cmd) => cmd._lifeCycleHooks[event] !== void 0).forEach((hookedCommand) => {
          hookedCommand._lifeCycleHooks[event].forEach((callback) => {
            hooks.push({ hookedCommand, callback });
          });
        });
        if (event === "postAction") {
          hooks.reverse();
        }
        hooks.forEach((hookDetail) => {
          result = this._chainOrCall(result, () => {
            return hookDetail.callback(hookDetail.hookedCommand, this);
          });
        });
        return result;
      }
      /**
       *
       * @param {(Promise|undefined)} promise
       * @param {Command} subCommand
       * @param {string} event
       * @return {(Promise|undefined)}
       * @private
       */
      _chainOrCallSubCommandHook(promise, subCommand, event) {
        let result = promise;
        if (this._lifeCycleHooks[event] !== void 0) {
          this._lifeCycleHooks[event].forEach((hook) => {
            result = this._chainOrCall(result, () => {
              return hook(this, subCommand);
            });
          });
        }
        return result;
      }
      /**
       * Process arguments in context of this command.
       * Returns action result, in case it is a promise.
       *
       * @private
       */
      _parseCommand(operands, unknown2) {
        const parsed = this.parseOptions(unknown2);
        this._parseOptionsEnv();
        this._parseOptionsImplied();
        operands = operands.concat(parsed.operands);
        unknown2 = parsed.unknown;
        this.args = operands.concat(unknown2);
        if (operands && this._findCommand(operands[0])) {
          return this._dispatchSubcommand(operands[0], operands.slice(1), unknown2);
        }
        if (this._getHelpCommand() && operands[0] === this._getHelpCommand().name()) {
          return this._dispatchHelpCommand(operands[1]);
        }
        if (this._defaultCommandName) {
          this._outputHelpIfRequested(unknown2);
          return this._dispatchSubcommand(
            this._defaultCommandName,
            operands,
            unknown2
          );
        }
        if (this.commands.length && this.args.length === 0 && !this._actionHandler && !this._defaultCommandName) {
          this.help({ error: true });
        }
        this._outputHelpIfRequested(parsed.unknown);
        this._checkForMissingMandatoryOptions();
        this._checkForConflictingOptions();
        const checkForUnknownOptions = () => {
          if (parsed.unknown.length > 0) {
            this.unknownOption(parsed.unknown[0]);
          }
        };
        const commandEvent = `command:${this.name()}`;
        if (this._actionHandler) {
          checkForUnknownOptions();
          this._processArguments();
          let promiseChain;
          promiseChain = this._chainOrCallHooks(promiseChain, "preAction");
          promiseChain = this._chainOrCall(
            promiseChain,
            () => this._actionHandler(this.processedArgs)
          );
          if (this.parent) {
            promiseChain = this._chainOrCall(promiseChain, () => {
              this.parent.emit(commandEvent, operands, unknown2);
            });
          }
          promiseChain = this._chainOrCallHooks(promiseChain, "postAction");
          return promiseChain;
        }
        if (this.parent?.listenerCount(commandEvent)) {
          checkForUnknownOptions();
          this._processArguments();
          this.parent.emit(commandEvent, operands, unknown2);
        } else if (operands.length) {
          if (this._findCommand("*")) {
            return this._dispatchSubcommand("*", operands, unknown2);
          }
          if (this.listenerCount("command:*")) {
            this.emit("command:*", operands, unknown2);
          } else if (this.commands.length) {
            this.unknownCommand();
          } else {
            checkForUnknownOptions();
            this._processArguments();
          }
        } else if (this.commands.length) {
          checkForUnknownOptions();
          this.help({ error: true });
        } else {
          checkForUnknownOptions();
          this._processArguments();
        }
      }
      /**
       * Find matching command.
       *
       * @private
       * @return {Command | undefined}
       */
      _findCommand(name) {
        if (!name) return void 0;
        return this.commands.find(
          (cmd) => cmd._name === name || cmd._aliases.includes(name)
        );
      }
      /**
       * Return an option matching `arg` if any.
       *
       * @param {string} arg
       * @return {Option}
       * @package
       */
      _findOption(arg) {
        return this.options.find((option) => option.is(arg));
      }
      /**
       * Display an error message if a mandatory option does not have a value.
       * Called after checking for help flags in leaf subcommand.
       *
       * @private
       */
      _checkForMissingMandatoryOptions() {
        this._getCommandAndAncestors().forEach((cmd) => {
          cmd.options.forEach((anOption) => {
            if (anOption.mandatory && cmd.getOptionValue(anOption.attributeName()) === void 0) {
              cmd.missingMandatoryOptionValue(anOption);
            }
          });
        });
      }
      /**
       * Display an error message if conflicting options are used together in this.
       *
       * @private
       */
      _checkForConflictingLocalOptions() {
        const definedNonDefaultOptions = this.options.filter((option) => {
          const optionKey = option.attributeName();
          if (this.getOptionValue(optionKey) === void 0) {
            return false;
          }
          return this.getOptionValueSource(optionKey) !== "default";
        });
        const optionsWithConflicting = definedNonDefaultOptions.filter(
          (option) => option.conflictsWith.length > 0
        );
        optionsWithConflicting.forEach((option) => {
          const conflictingAndDefined = definedNonDefaultOptions.find(
            (defined) => option.conflictsWith.includes(defined.attributeName())
          );
          if (conflictingAndDefined) {
            this._conflictingOption(option, conflictingAndDefined);
          }
        });
      }
      /**
       * Display an error message if conflicting options are used together.
       * Called after checking for help flags in leaf subcommand.
       *
       * @private
       */
      _checkForConflictingOptions() {
        this._getCommandAndAncestors().forEach((cmd) => {
          cmd._checkForConflictingLocalOptions();
        });
      }
      /**
       * Parse options from `argv` removing known options,
       * and return argv split into operands and unknown arguments.
       *
       * Side effects: modifies command by storing options. Does not reset state if called again.
       *
       * Examples:
       *
       *     argv => operands, unknown
       *     --known kkk op => [op], []
       *     op --known kkk => [op], []
       *     sub --unknown uuu op => [sub], [--unknown uuu op]
       *     sub -- --unknown uuu op => [sub --unknown uuu op], []
       *
       * @param {string[]} args
       * @return {{operands: string[], unknown: string[]}}
       */
      parseOptions(args) {
        const operands = [];
        const unknown2 = [];
        let dest = operands;
        function maybeOption(arg) {
          return arg.length > 1 && arg[0] === "-";
        }
        const negativeNumberArg = (arg) => {
          if (!/^-(\d+|\d*\.\d+)(e[+-]?\d+)?$/.test(arg)) return false;
          return !this._getCommandAndAncestors().some(
            (cmd) => cmd.options.map((opt) => opt.short).some((short2) => /^-\d$/.test(short2))
          );
        };
        let activeVariadicOption = null;
        let activeGroup = null;
        let i = 0;
        while (i < args.length || activeGroup) {
          const arg = activeGroup ?? args[i++];
          activeGroup = null;
          if (arg === "--") {
            if (dest === unknown2) dest.push(arg);
            dest.push(...args.slice(i));
            break;
          }
          if (activeVariadicOption && (!maybeOption(arg) || negativeNumberArg(arg))) {
            this.emit(`option:${activeVariadicOption.name()}`, arg);
            continue;
          }
          activeVariadicOption = null;
          if (maybeOption(arg)) {
            const option = this._findOption(arg);
            if (option) {
              if (option.required) {
                const value2 = args[i++];
                if (value2 === void 0) this.optionMissingArgument(option);
                this.emit(`option:${option.name()}`, value2);
              } else if (option.optional) {
                let value2 = null;
                if (i < args.length && (!maybeOption(args[i]) || negativeNumberArg(args[i]))) {
                  value2 = args[i++];
                }
                this.emit(`option:${option.name()}`, value2);
              } else {
                this.emit(`option:${option.name()}`);
              }
              activeVariadicOption = option.variadic ? option : null;
              continue;
            }
          }
          if (arg.length > 2 && arg[0] === "-" && arg[1] !== "-") {
            const option = this._findOption(`-${arg[1]}`);
            if (option) {
              if (option.required || option.optional && this._combineFlagAndOptionalValue) {
                this.emit(`option:${option.name()}`, arg.slice(2));
              } else {
                this.emit(`option:${option.name()}`);
                activeGroup = `-${arg.slice(2)}`;
              }
              continue;
            }
          }
          if (/^--[^=]+=/.test(arg)) {
            const index = arg.indexOf("=");
            const option = this._findOption(arg.slice(0, index));
            if (option && (option.required || option.optional)) {
              this.emit(`option:${option.name()}`, arg.slice(index + 1));
              continue;
            }
          }
          if (dest === operands && maybeOption(arg) && !(this.commands.length === 0 && negativeNumberArg(arg))) {
            dest = unknown2;
          }
          if ((this._enablePositionalOptions || this._passThroughOptions) && operands.length === 0 && unknown2.length === 0) {
            if (this._findCommand(arg)) {
              operands.push(arg);
              unknown2.push(...args.slice(i));
              break;
            } else if (this._getHelpCommand() && arg === this._getHelpCommand().name()) {
              operands.push(arg, ...args.slice(i));
              break;
            } else if (this._defaultCommandName) {
              unknown2.push(arg, ...args.slice(i));
              break;
            }
          }
          if (this._passThroughOptions) {
            dest.push(arg, ...args.slice(i));
            break;
          }
          dest.push(arg);
        }
        return { operands, unknown: unknown2 };
      }
      /**
       * Return an object containing local option values as key-value pairs.
       *
       * @return {object}
       */
      opts() {
        if (this._storeOptionsAsProperties) {
          const result = {};
          const len = this.options.length;
          for (let i = 0; i < len; i++) {
            const key = this.options[i].attributeName();
            result[key] = key === this._versionOptionName ? this._version : this[key];
          }
          return result;
        }
        return this._optionValues;
      }
      /**
       * Return an object containing merged local and global option values as key-value pairs.
       *
       * @return {object}
       */
      optsWithGlobals() {
        return this._getCommandAndAncestors().reduce(
          (combinedOptions, cmd) => Object.assign(combinedOptions, cmd.opts()),
          {}
        );
      }
      /**
       * Display error message and exit (or call exitOverride).
       *
       * @param {string} message
       * @param {object} [errorOptions]
       * @param {string} [errorOptions.code] - an id string representing the error
       * @param {number} [errorOptions.exitCode] - used with process.exit
       */
      error(message, errorOptions) {
        this._outputConfiguration.outputError(
          `${message}
`,
          this._outputConfiguration.writeErr
        );
        if (typeof this._showHelpAfterError === "string") {
          this._outputConfiguration.writeErr(`${this._showHelpAfterError}
`);
        } else if (this._showHelpAfterError) {
          this._outputConfiguration.writeErr("\n");
          this.outputHelp({ error: true });
        }
        const config = errorOptions || {};
        const exitCode2 = config.exitCode || 1;
        const code = config.code || "commander.error";
        this._exit(exitCode2, code, message);
      }
      /**
       * Apply any option related environment variables, if option does
       * not have a value from cli or client code.
       *
       * @private
       */
      _parseOptionsEnv() {
        this.options.forEach((option) => {
          if (option.envVar && option.envVar in process2.env) {
            const optionKey = option.attributeName();
            if (this.getOptionValue(optionKey) === void 0 || ["default", "config", "env"].includes(
              this.getOptionValueSource(optionKey)
            )) {
              if (option.required || option.optional) {
                this.emit(`optionEnv:${option.name()}`, process2.env[option.envVar]);
              } else {
                this.emit(`optionEnv:${option.name()}`);
              }
            }
          }
        });
      }
      /**
       * Apply any implied option values, if option is undefined or default value.
       *
       * @private
       */
      _parseOptionsImplied() {
        const dualHelper = new DualOptions(this.options);
        const hasCustomOptionValue = (optionKey) => {
          return this.getOptionValue(optionKey) !== void 0 && !["default", "implied"].includes(this.getOptionValueSource(optionKey));
        };
        this.options.filter(
          (option) => option.implied !== void 0 && hasCustomOptionValue(option.attributeName()) && dualHelper.valueFromOption(
            this.getOptionValue(option.attributeName()),
            option
          )
        ).forEach((option) => {
          Object.keys(option.implied).filter((impliedKey) => !hasCustomOptionValue(impliedKey)).forEach((impliedKey) => {
            this.setOptionValueWithSource(
              impliedKey,
              option.implied[impliedKey],
              "implied"
            );
          });
        });
      }
      /**
       * Argument `name` is missing.
       *
       * @param {string} name
       * @private
       */
      missingArgument(name) {
        const message = `error: missing required argument '${name}'`;
        this.error(message, { code: "commander.missingArgument" });
      }
      /**
       * `Option` is missing an argument.
       *
       * @param {Option} option
       * @private
       */
      optionMissingArgument(option) {
        const message = `error: option '${option.flags}' argument missing`;
        this.error(message, { code: "commander.optionMissingArgument" });
      }
      /**
       * `Option` does not have a value, and is a mandatory option.
       *
       * @param {Option} option
       * @private
       */
      missingMandatoryOptionValue(option) {
        const message = `error: required option '${option.flags}' not specified`;
        this.error(message, { code: "commander.missingMandatoryOptionValue" });
      }
      /**
       * `Option` conflicts with another option.
       *
       * @param {Option} option
       * @param {Option} conflictingOption
       * @private
       */
      _conflictingOption(option, conflictingOption) {
        const findBestOptionFromValue = (option2) => {
          const optionKey = option2.attributeName();
          const optionValue = this.getOptionValue(optionKey);
          const negativeOption = this.options.find(
            (target) => target.negate && optionKey === target.attributeName()
          );
          const positiveOption = this.options.find(
            (target) => !target.negate && optionKey === target.attributeName()
          );
          if (negativeOption && (negativeOption.presetArg === void 0 && optionValue === false || negativeOption.presetArg !== void 0 && optionValue === negativeOption.presetArg)) {
            return negativeOption;
          }
          return positiveOption || option2;
        };
        const getErrorMessage = (option2) => {
          const bestOption = findBestOptionFromValue(option2);
          const optionKey = bestOption.attributeName();
          const source = this.getOptionValueSource(optionKey);
          if (source === "env") {
            return `environment variable '${bestOption.envVar}'`;
          }
          return `option '${bestOption.flags}'`;
        };
        const message = `error: ${getErrorMessage(option)} cannot be used with ${getErrorMessage(conflictingOption)}`;
        this.error(message, { code: "commander.conflictingOption" });
      }
      /**
       * Unknown option `flag`.
       *
       * @param {string} flag
       * @private
       */
      unknownOption(flag) {
        if (this._allowUnknownOption) return;
        let suggestion = "";
        if (flag.startsWith("--") && this._showSuggestionAfterError) {
          let candidateFlags = [];
          let command = this;
          do {
            const moreFlags = command.createHelp().visibleOptions(command).filter((option) => option.long).map((option) => option.long);
            candidateFlags = candidateFlags.concat(moreFlags);
            command = command.parent;
          } while (command && !command._enablePositionalOptions);
          suggestion = suggestSimilar(flag, candidateFlags);
        }
        const message = `error: unknown option '${flag}'${suggestion}`;
        this.error(message, { code: "commander.unknownOption" });
      }
      /**
       * Excess arguments, more than expected.
       *
       * @param {string[]} receivedArgs
       * @private
       */
      _excessArguments(receivedArgs) {
        if (this._allowExcessArguments) return;
        const expected = this.registeredArguments.length;
        const s = expected === 1 ? "" : "s";
        const forSubcommand = this.parent ? ` for '${this.name()}'` : "";
        const message = `error: too many arguments${forSubcommand}. Expected ${expected} argument${s} but got ${receivedArgs.length}.`;
        this.error(message, { code: "commander.excessArguments" });
      }
      /**
       * Unknown command.
       *
       * @private
       */
      unknownCommand() {
        const unknownName = this.args[0];
        let suggestion = "";
        if (this._showSuggestionAfterError) {
          const candidateNames = [];
          this.createHelp().visibleCommands(this).forEach((command) => {
            candidateNames.push(command.name());
            if (command.alias()) candidateNames.push(command.alias());
          });
          suggestion = suggestSimilar(unknownName, candidateNames);
        }
        const message = `error: unknown command '${unknownName}'${suggestion}`;
        this.error(message, { code: "commander.unknownCommand" });
      }
      /**
       * Get or set the program version.
       *
       * This method auto-registers the "-V, --version" option which will print the version number.
       *
       * You can optionally supply the flags and description to override the defaults.
       *
       * @param {string} [str]
       * @param {string} [flags]
       * @param {string} [description]
       * @return {(this | string | undefined)} `this` command for chaining, or version string if no arguments
       */
      version(str, flags, description) {
        if (str === void 0) return this._version;
        this._version = str;
        flags = flags || "-V, --version";
        description = description || "output the version number";
        const versionOption = this.createOption(flags, description);
        this._versionOptionName = versionOption.attributeName();
        this._registerOption(versionOption);
        this.on("option:" + versionOption.name(), () => {
          this._outputConfiguration.writeOut(`${str}
`);
          this._exit(0, "commander.version", str);
        });
        return this;
      }
      /**
       * Set the description.
       *
       * @param {string} [str]
       * @param {object} [argsDescription]
       * @return {(string|Command)}
       */
      description(str, argsDescription) {
        if (str === void 0 && argsDescription === void 0)
          return this._description;
        this._description = str;
        if (argsDescription) {
          this._argsDescription = argsDescription;
        }
        return this;
      }
      /**
       * Set the summary. Used when listed as subcommand of parent.
       *
       * @param {string} [str]
       * @return {(string|Command)}
       */
      summary(str) {
        if (str === void 0) return this._summary;
        this._summary = str;
        return this;
      }
      /**
       * Set an alias for the command.
       *
       * You may call more than once to add multiple aliases. Only the first alias is shown in the auto-generated help.
       *
       * @param {string} [alias]
       * @return {(string|Command)}
       */
      alias(alias) {
        if (alias === void 0) return this._aliases[0];
        let command = this;
        if (this.commands.length !== 0 && this.commands[this.commands.length - 1]._executableHandler) {
          command = this.commands[this.commands.length - 1];
        }
        if (alias === command._name)
          throw new Error("Command alias can't be the same as its name");
        const matchingCommand = this.parent?._findCommand(alias);
        if (matchingCommand) {
          const existingCmd = [matchingCommand.name()].concat(matchingCommand.aliases()).join("|");
          throw new Error(
            `cannot add alias '${alias}' to command '${this.name()}' as already have command '${existingCmd}'`
          );
        }
        command._aliases.push(alias);
        return this;
      }
      /**
       * Set aliases for the command.
       *
       * Only the first alias is shown in the auto-generated help.
       *
       * @param {string[]} [aliases]
       * @return {(string[]|Command)}
       */
      aliases(aliases) {
        if (aliases === void 0) return this._aliases;
        aliases.forEach((alias) => this.alias(alias));
        return this;
      }
      /**
       * Set / get the command usage `str`.
       *
       * @param {string} [str]
       * @return {(string|Command)}
       */
      usage(str) {
        if (str === void 0) {
          if (this._usage) return this._usage;
          const args = this.registeredArguments.map((arg) => {
            return humanReadableArgName(arg);
          });
          return [].concat(
            this.options.length || this._helpOption !== null ? "[options]" : [],
            this.commands.length ? "[command]" : [],
            this.registeredArguments.length ? args : []
          ).join(" ");
        }
        this._usage = str;
        return this;
      }
      /**
       * Get or set the name of the command.
       *
       * @param {string} [str]
       * @return {(string|Command)}
       */
      name(str) {
        if (str === void 0) return this._name;
        this._name = str;
        return this;
      }
      /**
       * Set/get the help group heading for this subcommand in parent command's help.
       *
       * @param {string} [heading]
       * @return {Command | string}
       */
      helpGroup(heading) {
        if (heading === void 0) return this._helpGroupHeading ?? "";
        this._helpGroupHeading = heading;
        return this;
      }
      /**
       * Set/get the default help group heading for subcommands added to this command.
       * (This does not override a group set directly on the subcommand using .helpGroup().)
       *
       * @example
       * program.commandsGroup('Development Commands:);
       * program.command('watch')...
       * program.command('lint')...
       * ...
       *
       * @param {string} [heading]
       * @returns {Command | string}
       */
      commandsGroup(heading) {
        if (heading === void 0) return this._defaultCommandGroup ?? "";
        this._defaultCommandGroup = heading;
        return this;
      }
      /**
       * Set/get the default help group heading for options added to this command.
       * (This does not override a group set directly on the option using .helpGroup().)
       *
       * @example
       * program
       *   .optionsGroup('Development Options:')
       *   .option('-d, --debug', 'output extra debugging')
       *   .option('-p, --profile', 'output profiling information')
       *
       * @param {string} [heading]
       * @returns {Command | string}
       */
      optionsGroup(heading) {
        if (heading === void 0) return this._defaultOptionGroup ?? "";
        this._defaultOptionGroup = heading;
        return this;
      }
      /**
       * @param {Option} option
       * @private
       */
      _initOptionGroup(option) {
        if (this._defaultOptionGroup && !option.helpGroupHeading)
          option.helpGroup(this._defaultOptionGroup);
      }
      /**
       * @param {Command} cmd
       * @private
       */
      _initCommandGroup(cmd) {
        if (this._defaultCommandGroup && !cmd.helpGroup())
          cmd.helpGroup(this._defaultCommandGroup);
      }
      /**
       * Set the name of the command from script filename, such as process.argv[1],
       * or require.main.filename, or __filename.
       *
       * (Used internally and public although not documented in README.)
       *
       * @example
       * program.nameFromFilename(require.main.filename);
       *
       * @param {string} filename
       * @return {Command}
       */
      nameFromFilename(filename) {
        this._name = path6.basename(filename, path6.extname(filename));
        return this;
      }
      /**
       * Get or set the directory for searching for executable subcommands of this command.
       *
       * @example
       * program.executableDir(__dirname);
       * // or
       * program.executableDir('subcommands');
       *
       * @param {string} [path]
       * @return {(string|null|Command)}
       */
      executableDir(path7) {
        if (path7 === void 0) return this._executableDir;
        this._executableDir = path7;
        return this;
      }
      /**
       * Return program help documentation.
       *
       * @param {{ error: boolean }} [contextOptions] - pass {error:true} to wrap for stderr instead of stdout
       * @return {string}
       */
      helpInformation(contextOptions) {
        const helper = this.createHelp();
        const context = this._getOutputContext(contextOptions);
        helper.prepareContext({
          error: context.error,
          helpWidth: context.helpWidth,
          outputHasColors: context.hasColors
        });
        const text2 = helper.formatHelp(this, helper);
        if (context.hasColors) return text2;
        return this._outputConfiguration.stripColor(text2);
      }
      /**
       * @typedef HelpContext
       * @type {object}
       * @property {boolean} error
       * @property {number} helpWidth
       * @property {boolean} hasColors
       * @property {function} write - includes stripColor if needed
       *
       * @returns {HelpContext}
       * @private
       */
      _getOutputContext(contextOptions) {
        contextOptions = contextOptions || {};
        const error2 = !!contextOptions.error;
        let baseWrite;
        let hasColors;
        let helpWidth;
        if (error2) {
          baseWrite = (str) => this._outputConfiguration.writeErr(str);
          hasColors = this._outputConfiguration.getErrHasColors();
          helpWidth = this._outputConfiguration.getErrHelpWidth();
        } else {
          baseWrite = (str) => this._outputConfiguration.writeOut(str);
          hasColors = this._outputConfiguration.getOutHasColors();
          helpWidth = this._outputConfiguration.getOutHelpWidth();
        }
        const write = (str) => {
          if (!hasColors) str = this._outputConfiguration.stripColor(str);
          return baseWrite(str);
        };
        return { error: error2, write, hasColors, helpWidth };
      }
      /**
       * Output help information for this command.
       *
       * Outputs built-in help, and custom text added using `.addHelpText()`.
       *
       * @param {{ error: boolean } | Function} [contextOptions] - pass {error:true} to write to stderr instead of stdout
       */
      outputHelp(contextOptions) {
        let deprecatedCallback;
        if (typeof contextOptions === "function") {
          deprecatedCallback = contextOptions;
          contextOptions = void 0;
        }
        const outputContext = this._getOutputContext(contextOptions);
        const eventContext = {
          error: outputContext.error,
          write: outputContext.write,
          command: this
        };
        this._getCommandAndAncestors().reverse().forEach((command) => command.emit("beforeAllHelp", eventContext));
        this.emit("beforeHelp", eventContext);
        let helpInformation = this.helpInformation({ error: outputContext.error });
        if (deprecatedCallback) {
          helpInformation = deprecatedCallback(helpInformation);
          if (typeof helpInformation !== "string" && !Buffer.isBuffer(helpInformation)) {
            throw new Error("outputHelp callback must return a string or a Buffer");
          }
        }
        outputContext.write(helpInformation);
        if (this._getHelpOption()?.long) {
          this.emit(this._getHelpOption().long);
        }
        this.emit("afterHelp", eventContext);
        this._getCommandAndAncestors().forEach(
          (command) => command.emit("afterAllHelp", eventContext)
        );
      }
      /**
       * You can pass in flags and a description to customise the built-in help option.
       * Pass in false to disable the built-in help option.
       *
       * @example
       * program.helpOption('-?, --help' 'show help'); // customise
       * program.helpOption(false); // disable
       *
       * @param {(string | boolean)} flags
       * @param {string} [description]
       * @return {Command} `this` command for chaining
       */
      helpOption(flags, description) {
        if (typeof flags === "boolean") {
          if (flags) {
            if (this._helpOption === null) this._helpOption = void 0;
            if (this._defaultOptionGroup) {
              this._initOptionGroup(this._getHelpOption());
            }
          } else {
            this._helpOption = null;
          }
          return this;
        }
        this._helpOption = this.createOption(
          flags ?? "-h, --help",
          description ?? "display help for command"
        );
        if (flags || description) this._initOptionGroup(this._helpOption);
        return this;
      }
      /**
       * Lazy create help option.
       * Returns null if has been disabled with .helpOption(false).
       *
       * @returns {(Option | null)} the help option
       * @package
       */
      _getHelpOption() {
        if (this._helpOption === void 0) {
          this.helpOption(void 0, void 0);
        }
        return this._helpOption;
      }
      /**
       * Supply your own option to use for the built-in help option.
       * This is an alternative to using helpOption() to customise the flags and description etc.
       *
       * @param {Option} option
       * @return {Command} `this` command for chaining
       */
      addHelpOption(option) {
        this._helpOption = option;
        this._initOptionGroup(option);
        return this;
      }
      /**
       * Output help information and exit.
       *
       * Outputs built-in help, and custom text added using `.addHelpText()`.
       *
       * @param {{ error: boolean }} [contextOptions] - pass {error:true} to write to stderr instead of stdout
       */
      help(contextOptions) {
        this.outputHelp(contextOptions);
        let exitCode2 = Number(process2.exitCode ?? 0);
        if (exitCode2 === 0 && contextOptions && typeof contextOptions !== "function" && contextOptions.error) {
          exitCode2 = 1;
        }
        this._exit(exitCode2, "commander.help", "(outputHelp)");
      }
      /**
       * // Do a little typing to coordinate emit and listener for the help text events.
       * @typedef HelpTextEventContext
       * @type {object}
       * @property {boolean} error
       * @property {Command} command
       * @property {function} write
       */
      /**
       * Add additional text to be displayed with the built-in help.
       *
       * Position is 'before' or 'after' to affect just this command,
       * and 'beforeAll' or 'afterAll' to affect this command and all its subcommands.
       *
       * @param {string} position - before or after built-in help
       * @param {(string | Function)} text - string to add, or a function returning a string
       * @return {Command} `this` command for chaining
       */
      addHelpText(position, text2) {
        const allowedValues = ["beforeAll", "before", "after", "afterAll"];
        if (!allowedValues.includes(position)) {
          throw new Error(`Unexpected value for position to addHelpText.
Expecting one of '${allowedValues.join("', '")}'`);
        }
        const helpEvent = `${position}Help`;
        this.on(helpEvent, (context) => {
          let helpStr;
          if (typeof text2 === "function") {
            helpStr = text2({ error: context.error, command: context.command });
          } else {
            helpStr = text2;
          }
          if (helpStr) {
            context.write(`${helpStr}
`);
          }
        });
        return this;
      }
      /**
       * Output help information if help flags specified
       *
       * @param {Array} args - array of options to search for help flags
       * @private
       */
      _outputHelpIfRequested(args) {
        const helpOption = this._getHelpOption();
        const helpRequested = helpOption && args.find((arg) => helpOption.is(arg));
        if (helpRequested) {
          this.outputHelp();
          this._exit(0, "commander.helpDisplayed", "(outputHelp)");
        }
      }
    };
    function incrementNodeInspectorPort(args) {
      return args.map((arg) => {
        if (!arg.startsWith("--inspect")) {
          return arg;
        }
        let debugOption;
        let debugHost = "127.0.0.1";
        let debugPort = "9229";
        let match;
        if ((match = arg.match(/^(--inspect(-brk)?)$/)) !== null) {
          debugOption = match[1];
        } else if ((match = arg.match(/^(--inspect(-brk|-port)?)=([^:]+)$/)) !== null) {
          debugOption = match[1];
          if (/^\d+$/.test(match[3])) {
            debugPort = match[3];
          } else {
            debugHost = match[3];
          }
        } else if ((match = arg.match(/^(--inspect(-brk|-port)?)=([^:]+):(\d+)$/)) !== null) {
          debugOption = match[1];
          debugHost = match[3];
          debugPort = match[4];
        }
        if (debugOption && debugPort !== "0") {
          return `${debugOption}=${debugHost}:${parseInt(debugPort) + 1}`;
        }
        return arg;
      });
    }
    function useColor() {
      if (process2.env.NO_COLOR || process2.env.FORCE_COLOR === "0" || process2.env.FORCE_COLOR === "false")
        return false;
      if (process2.env.FORCE_COLOR || process2.env.CLICOLOR_FORCE !== void 0)
        return true;
      return void 0;
    }
    exports.Command = Command3;
    exports.useColor = useColor;
  }
});

// node_modules/commander/index.js
var require_commander = __commonJS({
  "node_modules/commander/index.js"(exports) {
    var { Argument: Argument2 } = require_argument();
    var { Command: Command3 } = require_command();
    var { CommanderError: CommanderError2, InvalidArgumentError: InvalidArgumentError2 } = require_error();
    var { Help: Help2 } = require_help();
    var { Option: Option2 } = require_option();
    exports.program = new Command3();
    exports.createCommand = (name) => new Command3(name);
    exports.createOption = (flags, description) => new Option2(flags, description);
    exports.createArgument = (name, description) => new Argument2(name, description);
    exports.Command = Command3;
    exports.Option = Option2;
    exports.Argument = Argument2;
    exports.Help = Help2;
    exports.CommanderError = CommanderError2;
    exports.InvalidArgumentError = InvalidArgumentError2;
    exports.InvalidOptionArgumentError = InvalidArgumentError2;
  }
});

// src/common/exit.ts
var exitCode;
var init_exit = __esm({
  "src/common/exit.ts"() {
    "use strict";
    exitCode = {
      /** Nothing wrong, or done. */
      ok: 0,
      /** A problem was found, or the work failed for a reason that is known. */
      problem: 1,
      /** Could not tell: something needed for the answer could not be reached or understood. */
      unknown: 2,
      /** Used wrongly (sysexits.h EX_USAGE). */
      usage: 64
    };
  }
});

// src/common/redact.ts
function hideSecret(value2, names = []) {
  if (value2 === void 0 || names.includes(value2)) return;
  const forms = [value2, ...value2.split(/\r?\n/)].map((part) => part.trim()).filter((part) => part.length >= 4).flatMap((part) => [part, percentEncoded(part), JSON.stringify(part).slice(1, -1)]);
  if (forms.length > 0) known = [.../* @__PURE__ */ new Set([...known, ...forms])].sort((a, b) => b.length - a.length);
}
function redact(text2) {
  let clean = text2;
  for (const secret of known) if (clean.includes(secret)) clean = clean.replaceAll(secret, "***");
  if (clean.includes("@")) clean = clean.replace(/:\/\/[^\s<>]+/g, withoutUserinfo);
  if (!suspicious.test(clean)) return clean;
  for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
  return clean;
}
function redactValue(value2) {
  if (typeof value2 === "string") return redact(value2);
  if (Array.isArray(value2)) return value2.map(redactValue);
  if (value2 === null || typeof value2 !== "object") return value2;
  if ("toJSON" in value2 && typeof value2.toJSON === "function") return redactValue(value2.toJSON());
  return Object.fromEntries(Object.entries(value2).map(([key, inner]) => [nameOf(key), redactValue(inner)]));
}
function redactedJson(value2, indent) {
  const text2 = JSON.stringify(value2, null, indent) ?? "null";
  const isClean = !text2.includes("@") && !suspicious.test(text2) && !known.some((secret) => text2.includes(secret));
  return isClean ? text2 : JSON.stringify(redactValue(value2), null, indent);
}
var known, percentEncoded, secretName, passName, pwdName, quoted, raw, tokens, value, within, withUser, withPassword, withLogin, patterns, suspicious, withoutUserinfo, nameOf;
var init_redact = __esm({
  "src/common/redact.ts"() {
    "use strict";
    known = [];
    percentEncoded = (text2) => encodeURIComponent(text2.replace(new RegExp("\\p{Surrogate}", "gu"), "�"));
    secretName = `(?:password|(?<!\\bno)passwd|passphrase|secret(?:[_-]?key)?|token|(?:api|access|private|account)[_-]?key)["']?`;
    passName = `(?:_pass|(?<![a-z0-9])pass(?==)|_pwd)["']?`;
    pwdName = `(?:(?<![a-z0-9_])pwd(?==)|["']pwd["'])`;
    quoted = String.raw`(["'])(?:(?!\2)[^\\\r\n]|\\.)+\2`;
    raw = String.raw`[^\s&,;"']+(?:["'][^\s&,;"'}\])]+)*|["'][^\s"']+`;
    tokens = [
      "gh[pousr]_[A-Za-z0-9]{20,}",
      "github_pat_[A-Za-z0-9_]{20,}",
      "gl(?:pat|dt|rt|ptt|cbt|ft|soat)-[A-Za-z0-9_-]{16,}",
      "A[KS]IA[A-Z0-9]{16}",
      "AIza[A-Za-z0-9_-]{30,}",
      "xox[abprs]-[A-Za-z0-9-]{10,}",
      String.raw`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}`,
      "npm_[A-Za-z0-9]{30,}",
      "pypi-AgE[A-Za-z0-9_-]{16,}",
      "dckr_[po]at_[A-Za-z0-9_-]{16,}",
      String.raw`hv[sbr]\.[A-Za-z0-9_-]{20,}`,
      "[sr]k_(?:live|test)_[A-Za-z0-9]{16,}",
      "sk-(?:proj|ant|svcacct)-[A-Za-z0-9_-]{16,}",
      "do[por]_v1_[a-f0-9]{32,}",
      "AGE-SECRET-KEY-1[A-Z0-9]{16,}"
    ];
    value = (_, before, quote2 = "") => `${before}${quote2}***${quote2}`;
    within = (option) => (command) => command.replace(option, value);
    withUser = within(
      /(\s(?:-[uU]\s{0,8}|-[a-zA-Z]{1,8}[uU]\s{1,8}|--(?:proxy-)?user[\s=]{1,8})(?=["']?[^\s:"']{0,200}:)(?:[^\s:"']{0,200}:)?)(?:(["'])[^"'\r\n]+\2|[^\s"']+)/g
    );
    withPassword = within(/(\s-p)(?!\d{1,5}:)(?:(["'])[^"'\r\n]+\2|[^\s"']+)/g);
    withLogin = within(/(\s-p(?:\s{1,8}|=))(?:(["'])[^"'\r\n]+\2|[^\s"'-][^\s"']*)/g);
    patterns = [
      [
        /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
        "***private key***"
      ],
      [/\b(authorization["']?\s{0,8}[:=]\s{0,8}["']?(?:basic|bearer|digest|negotiate|token)\s+)[^\s"',]+/gi, "$1***"],
      [/\b(authorization["']?\s{0,8}[:=]\s{0,8}["']?)[^\s"',]{16,}/gi, "$1***"],
      [/\b((?:bearer|basic)\s{1,8})(?=[^\s\d]{0,64}\d)[A-Za-z0-9._~+/=-]{16,}/gi, "$1***"],
      // NAME=value, also inside a query or a connection string: the value ends where those end it, unless it is quoted.
      [new RegExp(String.raw`(${secretName}\s{0,8}=(?!=)\s{0,8})(?:${quoted}|${raw})`, "gi"), value],
      [
        new RegExp(
          String.raw`(${passName}\s{0,8}[=:](?!=)\s{0,8})(?!(?:\d{1,3}|true|false|yes|no|ok)\b)(?:${quoted}|${raw})`,
          "gi"
        ),
        value
      ],
      [
        new RegExp(String.raw`(${pwdName}\s{0,8}[=:]\s{0,8})(?!["']?(?:[/~.$]|[a-z]:[/\\]))(?:${quoted}|${raw})`, "gi"),
        value
      ],
      // Of Docker's config.json and of .npmrc: user and password in base64.
      [/(["']auth["']\s{0,8}:\s{0,8})(["'])(?=[^"']{0,500}[A-Z0-9=])[A-Za-z0-9+/=_-]{8,}\2/g, value],
      [/((?<![A-Za-z0-9])_auth\s{0,8}=\s{0,8})(?:(["'])[^"'\r\n]+\2|[^\s"']+)/g, value],
      // NAME: value; a bracket behind it closes what stood before. In prose a short word behind the colon is more likely a count or a word: "token: 3 of 5".
      [new RegExp(String.raw`(${secretName}\s{0,8}:\s{0,8})(?:${quoted}|[^\s&,;"']{3,}[^\s&,;"')\]}])`, "gi"), value],
      [new RegExp(String.raw`((?<!-)--[a-z-]{0,20}${secretName}\s{1,8})(?:${quoted}|[^\s"'-][^\s"']{3,})`, "gi"), value],
      // ALTER ROLE … PASSWORD 'value'
      [/\b(password\s{1,8})(')(?:[^'\r\n]|'')+'/gi, value],
      [/\bcurl [^\r\n]*/g, withUser],
      [/\b(?:mysql|mariadb)[a-z-]{0,20}\s[^\r\n]*/g, withPassword],
      [/\blogin\s[^\r\n]*/g, withLogin],
      [/(\bsshpass\s{1,8}(?:-v\s{1,8})?-p\s{0,8})(?:(["'])[^"'\r\n]+\2|[^\s"']+)/g, value],
      [/(\bhooks\.slack\.com\/services\/)[A-Za-z0-9/_-]+/g, "$1***"],
      [new RegExp(String.raw`\b(?:${tokens.join("|")})`, "g"), "***"]
    ];
    suspicious = new RegExp(
      [
        String.raw`a(?:uthorization|uth\\?["']|(?:pi|ccess|ccount)[_-]?key|[ks]ia|iza)`,
        "b(?:earer|asic)",
        "curl ",
        "d(?:ckr_|o[por]_v1_)",
        "eyj",
        "g(?:h[pousr]_|ithub_pat_|l(?:pat|[drf]t|ptt|cbt|soat)-)",
        String.raw`hv[sbr]\.`,
        "k_(?:live|test)_",
        "login",
        "m(?:ysql|ariadb)",
        "npm_",
        String.raw`p(?:rivate(?: |[_-]?)key|ass(?:w|phrase|=)|wd(?:=|\\?["'])|ypi-)`,
        "s(?:ecret|shpass|lack|k-(?:proj|ant|sv))",
        "token",
        "xox[abprs]-",
        "_(?:auth|pass|pwd)"
      ].join("|"),
      "i"
    );
    withoutUserinfo = (rest) => !rest.includes("@") ? rest : rest.replace(/^(:\/\/[^\s:/@[]*):(?!PASSWORD@|\d{1,5}(?:[/?#"',;)]|$)).+@/, "$1:***@").replace(/^(:\/\/)[^\s:/@]{20,}@/, "$1***@");
    nameOf = (key) => /^[a-z]+(?:[A-Z][a-z]+)*$/.test(key) ? key : redact(key);
  }
});

// src/common/errors.ts
function messageOf(error2) {
  if (error2 instanceof AggregateError && error2.message === "") return error2.errors.map(messageOf).join("; ");
  return redact(error2 instanceof Error ? error2.message || error2.name : String(error2));
}
var ToolError, problem, unknown, usage;
var init_errors = __esm({
  "src/common/errors.ts"() {
    "use strict";
    init_exit();
    init_redact();
    ToolError = class extends Error {
      name = "ToolError";
      kind;
      fix;
      constructor(kind, message, fix, cause) {
        super(redact(message), cause === void 0 ? void 0 : { cause });
        this.kind = kind;
        this.fix = redact(fix);
      }
      get exit() {
        return exitCode[this.kind];
      }
    };
    problem = (message, fix, cause) => new ToolError("problem", message, fix, cause);
    unknown = (message, fix, cause) => new ToolError("unknown", message, fix, cause);
    usage = (message, fix, cause) => new ToolError("usage", message, fix, cause);
  }
});

// src/common/output/style.ts
function visible(character) {
  const code = character.charCodeAt(0);
  if (code < 32) return String.fromCharCode(9216 + code);
  return code === 127 ? "␡" : "�";
}
var paint, same, colored, plain, harmless, oneLine, harmlessStyled;
var init_style = __esm({
  "src/common/output/style.ts"() {
    "use strict";
    paint = (open3, close) => (text2) => `\x1B[${open3}m${text2}\x1B[${close}m`;
    same = (text2) => text2;
    colored = {
      good: paint(32, 39),
      bad: paint(31, 39),
      warn: paint(33, 39),
      faint: paint(2, 22),
      strong: paint(1, 22)
    };
    plain = { good: same, bad: same, warn: same, faint: same, strong: same };
    harmless = (text2) => text2.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, visible);
    oneLine = (name) => harmless(name.replace(/[\t\r\n]+/g, " "));
    harmlessStyled = (text2) => text2.split(/(\x1b\[(?:1|2|22|31|32|33|39)m)/).map((part, index) => index % 2 === 1 ? part : harmless(part)).join("");
  }
});

// src/common/output/table.ts
function table(columns2, rows, view) {
  const piped = view.layout === "tsv";
  const cells = rows.map((row) => columns2.map((column) => cell((piped && column.tsv || column.value)(row))));
  if (piped)
    return [columns2.map(({ title }) => title.toLowerCase().replaceAll(" ", "_")), ...cells].map((line2) => line2.join("	")).join("\n");
  const widths = columns2.map(
    ({ title }, index) => cells.reduce((widest, line2) => Math.max(widest, width(line2[index])), width(title))
  );
  const header = line(columns2.map(({ title }) => title.toUpperCase()));
  const body = cells.map((texts, row) => line(texts, rows[row]));
  return [view.style.faint(header), ...body].join("\n");
  function line(texts, row) {
    let left2 = view.columns;
    return texts.map((text2, index) => {
      const last = index === texts.length - 1;
      const shown2 = last && left2 > 8 && width(text2) > left2 ? `${cut(text2, left2 - 1)}…` : text2;
      const space = " ".repeat(Math.max(0, widths[index] - width(shown2)));
      const tone2 = row === void 0 ? void 0 : columns2[index].tone?.(row);
      const toned = tone2 ? view.style[tone2](shown2) : shown2;
      left2 -= widths[index] + 2;
      return columns2[index].align === "right" ? space + toned : last ? toned : toned + space;
    }).join("  ").trimEnd();
  }
}
function markdownTable(columns2, rows) {
  const escaped = (text2) => text2.replace(/[\\`*_[\]<>|~&!$]/g, (character) => `\\${character}`);
  const line = (texts) => `| ${texts.join(" | ")} |`;
  return [
    line(columns2.map(({ title }) => title)),
    line(columns2.map(({ align }) => align ? "---:" : "---")),
    ...rows.map((row) => line(columns2.map((column) => escaped(cell(column.value(row))))))
  ].join("\n");
}
function width(text2) {
  if (/^[\x20-\x7e]*$/.test(text2)) return text2.length;
  let columns2 = 0;
  for (const character of text2) columns2 += characterWidth(character);
  return columns2;
}
function characterWidth(character) {
  if (new RegExp("\\p{Mark}|[\\u200b-\\u200d]", "u").test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
function cut(text2, columns2) {
  let left2 = columns2;
  let end = 0;
  for (const character of text2) {
    left2 -= characterWidth(character);
    if (left2 < 0) break;
    end += character.length;
  }
  return text2.slice(0, end);
}
var plainView, cell, wide;
var init_table = __esm({
  "src/common/output/table.ts"() {
    "use strict";
    init_style();
    plainView = { layout: "aligned", style: plain, columns: Number.POSITIVE_INFINITY };
    cell = (value2) => value2 === null ? "-" : oneLine(String(value2)) || "-";
    wide = new RegExp("[\\u1100-\\u115f\\u2e80-\\ua4cf\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60\\u{20000}-\\u{3fffd}]|\\p{Emoji_Presentation}", "u");
  }
});

// src/common/quote.ts
function quote(argument) {
  if (argument.includes("\0")) throw new TypeError("An argument cannot hold a NUL character.");
  return plainWord.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
var plainWord, quoteAll;
var init_quote = __esm({
  "src/common/quote.ts"() {
    "use strict";
    plainWord = /^(?![A-Za-z_][A-Za-z0-9_]*=)(?!(?:case|coproc|do|done|elif|else|esac|fi|for|function|if|in|select|then|time|until|while)$)[A-Za-z0-9_./:=@%+-]+$/;
    quoteAll = (argv) => argv.map(quote).join(" ");
  }
});

// src/submodules/ask/failure.ts
function failureOf({ stderr, timedOut }) {
  if (timedOut) return { kind: "unreachable-host", said: "no answer within the time limit", transient: false };
  const said = wording(stderr);
  if (credentials.test(stderr)) return { kind: "private-no-credentials", said, transient: false };
  const resolving = /temporary failure in name resolution/i.test(stderr);
  return { kind: "unreachable-host", said, transient: resolving || !lasting.test(stderr) };
}
function wording(stderr) {
  const lines3 = stderr.split("\n").map((line) => line.replace(/^(fatal|error|remote|ssh): */, "").trim()).filter(
    (line) => line !== "" && !/^(Please make sure|and the repository exists|@@@|\*\*|hint:|Warning: Perm)/.test(line)
  );
  return [...new Set(lines3)].slice(0, 3).join("; ") || "no reason given";
}
var isFailure, credentials, lasting;
var init_failure = __esm({
  "src/submodules/ask/failure.ts"() {
    "use strict";
    isFailure = (value2) => typeof value2 === "object" && value2 !== null && "transient" in value2;
    credentials = /could not read (username|password)|authentication failed|terminal prompts disabled|permission denied|access denied|repository .*not found|does not appear to be a git repository|requested URL returned error: 40[134]|repository does not exist|not authorized|forbidden/i;
    lasting = /could not resolve host|name or service not known|host key verification failed|certificate|ssl|tls|protocol .* not supported|transport .* not allowed|not a valid|unable to find remote helper/i;
  }
});

// src/submodules/url.ts
function resolveRelative(remoteUrl, url) {
  let base = remoteUrl.replace(/\/+$/, "");
  let rest = url;
  let colon = false;
  for (; ; ) {
    if (rest.startsWith("../")) {
      rest = rest.slice(3);
      const slash = base.lastIndexOf("/");
      const mark2 = base.lastIndexOf(":");
      if (slash >= 0 && !/^[a-z][a-z0-9+.-]*:\/\/[^/]*$/i.test(base)) {
        base = base.slice(0, slash);
        colon = false;
      } else if (slash < 0 && mark2 >= 0 && !colon) {
        base = base.slice(0, mark2);
        colon = true;
      } else if (slash < 0 && base !== "" && base !== ".") base = ".";
      else return void 0;
    } else if (rest.startsWith("./")) rest = rest.slice(2);
    else break;
  }
  return `${base}${colon ? ":" : "/"}${rest.replace(/\/+$/, "")}`;
}
function rewrite(url, settings, kind) {
  let best;
  for (const [key, prefix] of settings) {
    const [, base] = new RegExp(`^url\\.(.*)\\.${kind}$`, "si").exec(key) ?? [];
    if (base === void 0 || prefix === "" || !url.startsWith(prefix)) continue;
    if (!best || prefix.length > best.length) best = { base, length: prefix.length };
  }
  return best ? best.base + url.slice(best.length) : url;
}
function locate(url) {
  const scheme = schemed.exec(url)?.[1]?.toLowerCase();
  const trim = (path6) => path6.replace(/\/+$/, "").replace(/\.git$/, "").replace(/^\/+/, "");
  if (scheme === "file") return { scheme: "file", host: "", path: trim(url.slice(7)) };
  if (scheme !== void 0) {
    const [, host = "", path6 = ""] = /^[^/]*\/\/(?:[^@/]*@)?([^/]*)(.*)$/s.exec(url) ?? [];
    return { scheme, host: host.toLowerCase(), path: trim(path6) };
  }
  const scp = scpLike.exec(url);
  if (scp && !isRelative(url)) return { scheme: "ssh", host: scp[2].toLowerCase(), path: trim(scp[3]) };
  return { scheme: "file", host: "", path: trim(url) };
}
function sameRepository(a, b) {
  const [one, two] = [locate(a), locate(b)];
  const host = (location) => location.host.replace(/:\d+$/, "");
  if (one.scheme === two.scheme) return one.path === two.path && one.host === two.host;
  return one.path === two.path && host(one) === host(two) && host(one) !== "";
}
function ownerAndName(url) {
  const { scheme, path: path6 } = locate(url);
  const parts = path6.split("/").filter(Boolean);
  const name = parts.at(-1);
  if (name === void 0 || parts.length < 2) return void 0;
  return { owner: scheme === "file" ? parts.at(-2) : parts.slice(0, -1).join("/"), name };
}
var schemed, scpLike, isRelative, shown, hasPassword;
var init_url = __esm({
  "src/submodules/url.ts"() {
    "use strict";
    schemed = /^([a-z][a-z0-9+.-]*):\/\//i;
    scpLike = /^(?:([^@/]+)@)?(\[[^\]]+\]|[^:/]+):(.*)$/s;
    isRelative = (url) => /^\.\.?\//.test(url) || url === ".." || url === ".";
    shown = (url) => url.replace(
      /^([a-z][a-z0-9+.-]*:\/\/)[^@/]*@/i,
      (all, scheme) => /^https?:/i.test(scheme) ? scheme : all.replace(/:[^:@/]*@$/, "@")
    );
    hasPassword = (url) => /^https?:\/\/[^@/:]*:[^@/]+@/i.test(url);
  }
});

// src/submodules/remotes.ts
function requiredRemotes(situation) {
  const { rootRemotes, defaultRemote: defaultRemote2, parentBases, declared, settings, templates, own } = situation;
  const bases = /* @__PURE__ */ new Map();
  const required = rootRemotes.flatMap(({ name }) => {
    const found = [];
    const add = (url, by) => {
      if (!found.some(
        (other) => other.url !== void 0 && (other.url === url || other.by !== by && sameRepository(other.url, url))
      ))
        found.push({ name, url, by });
    };
    const relative2 = isRelative(declared);
    const resolved = relative2 ? (parentBases.get(name) ?? []).flatMap((parent) => resolveRelative(parent, declared) ?? []) : [declared];
    const ownUrls = own.get(name) ?? [];
    if (relative2 && resolved.length > 0) {
      bases.set(name, resolved);
      for (const [index, url] of resolved.entries())
        add(rewrite(url, settings, "insteadof"), index === 0 ? "relative-url" : "push-address");
    } else if (!relative2 && (name === defaultRemote2 || rootRemotes.length === 1)) {
      bases.set(name, [declared]);
      add(rewrite(declared, settings, "insteadof"), "declared");
    }
    for (const url of ownUrls) add(url, "own-remote");
    if (found.length === 0) {
      const template = templates[name];
      const from = ownerAndName(resolved[0] ?? declared);
      if (template !== void 0 && from) {
        const url = template.replaceAll("{owner}", from.owner).replaceAll("{name}", from.name);
        bases.set(name, [url]);
        add(rewrite(url, settings, "insteadof"), "template");
      }
    }
    if (!bases.has(name) && ownUrls[0] !== void 0) bases.set(name, [ownUrls[0]]);
    return found.length > 0 ? found : [{ name, url: void 0, by: "unknown" }];
  });
  return { required, bases };
}
function templateLine(remote) {
  const guess = `remotes: { ${remote.name}: "https://${remote.name}.example/{owner}/{name}.git" }`;
  if (remote.url === void 0) return guess;
  const url = shown(remote.url);
  const from = ownerAndName(url);
  const suffix = /\.git\/*$/.test(url) ? ".git" : "";
  const trimmed2 = url.replace(/\/+$/, "").replace(/\.git$/, "");
  const stem = from && trimmed2.endsWith(`${from.owner}/${from.name}`) && trimmed2.slice(0, -`${from.owner}/${from.name}`.length);
  return stem ? `remotes: { ${remote.name}: "${stem}{owner}/{name}${suffix}" }` : guess;
}
function remotesOf(settings) {
  const urls = /* @__PURE__ */ new Map();
  const pushUrls = /* @__PURE__ */ new Map();
  for (const [key, value2] of settings) {
    const [, name, kind] = /^remote\.(.*)\.(url|pushurl)$/s.exec(key) ?? [];
    if (name === void 0) continue;
    const map = kind === "url" ? urls : pushUrls;
    map.set(name, [...map.get(name) ?? [], value2]);
  }
  const plain2 = (url) => ({ base: url, url: rewrite(url, settings, "insteadof") });
  return new Map(
    [...urls].map(([name, list]) => {
      const pushes = pushUrls.get(name)?.map(plain2) ?? list.map((url) => {
        const forPush = rewrite(url, settings, "pushinsteadof");
        return forPush === url ? plain2(url) : { base: forPush, url: forPush };
      });
      return [name, { urls: list, pushes }];
    })
  );
}
var pushUrlsOf, rootRemotesOf, pushAddressesOf, basesOf, remoteSettings;
var init_remotes = __esm({
  "src/submodules/remotes.ts"() {
    "use strict";
    init_url();
    pushUrlsOf = (settings) => new Map(
      [...remotesOf(settings)].map(([name, { pushes }]) => [name, [...new Set(pushes.map(({ url }) => url))]])
    );
    rootRemotesOf = (settings) => [...remotesOf(settings)].map(([name, { urls, pushes }]) => {
      const url = urls[0];
      const apart2 = pushes.length > 1 || pushes[0].url !== rewrite(url, settings, "insteadof");
      return { name, url, ...apart2 && { pushes } };
    });
    pushAddressesOf = ({ url, pushes }, settings) => pushes?.map((push2) => push2.url) ?? (url === void 0 ? [] : [rewrite(url, settings, "insteadof")]);
    basesOf = (remotes) => new Map(
      remotes.flatMap(
        ({ name, url, pushes = [] }) => url === void 0 ? [] : [[name, [.../* @__PURE__ */ new Set([url, ...pushes.map(({ base }) => base)])]]]
      )
    );
    remoteSettings = "^(remote\\..*\\.(url|pushurl)|url\\..*\\.(insteadof|pushinsteadof))$";
  }
});

// src/submodules/check.ts
function judge(surveys, policy) {
  const reports = surveys.flatMap((seen) => [
    ...seen.observed.map((observed) => report(observed, policy)),
    ...seen.orphans.map(orphanReport)
  ]).map((one) => ({ ...one, fix: runIn(policy.directory, one.fix) }));
  const submodules = [...new Map(reports.map((one) => [`${one.path}\0${one.commit}`, one])).values()];
  return {
    commits: surveys.map(({ commit }) => commit),
    required: policy.rootRemotes.map(({ name }) => name),
    submodules,
    counts: countsOf(submodules)
  };
}
function countsOf(submodules) {
  const count2 = (matches2) => submodules.filter(matches2).length;
  return {
    ok: count2(({ severity }) => severity === "ok" || severity === "note"),
    problems: count2((one) => one.severity === "error" && !isUnknown(one)),
    unknown: count2(isUnknown),
    warnings: count2(({ severity }) => severity === "warning")
  };
}
function exitOf({ counts }, allowUnknown) {
  if (counts.problems > 0) return exitCode.problem;
  return counts.unknown > 0 && !allowUnknown ? exitCode.unknown : exitCode.ok;
}
function report(observed, policy) {
  const remotes = observed.answers.map(({ remote, answer }) => remoteReport(remote, answer, observed));
  let verdict = verdictOf(observed, remotes, policy);
  const wrong = verdict.severity === "error" && !isUnknown(verdict);
  if (observed.history !== void 0 && wrong)
    verdict = {
      ...verdict,
      class: "history",
      message: `Root commit ${short(observed.history)} on the way records ${short(observed.commit)}, which is ${verdict.class}: ${verdict.message}`
    };
  const nested = observed.depth > 1 && verdict.class !== "pushed";
  return {
    path: observed.path,
    depth: observed.depth,
    commit: observed.commit,
    ...verdict,
    class: nested ? `nested-${verdict.class}` : verdict.class,
    remotes,
    notes: notesOf(observed, remotes),
    recordedBy: observed.history ?? null,
    line: observed.depth === 1 && observed.history === void 0 ? observed.entry?.line ?? null : null
  };
}
function remoteReport(remote, answer, seen) {
  const { name } = remote;
  const url = remote.url === void 0 ? null : shown(remote.url);
  if (answer === void 0) return { name, url, class: "unknown-remote", detail: "nothing says where it is" };
  if (isFailure(answer)) return { name, url, class: answer.kind, detail: answer.said };
  const elsewhere2 = seen.answers.some(({ answer: other }) => other && !isFailure(other) && has(other));
  const lagging = answer.place === "absent" && remote.mirror === true && elsewhere2;
  const names = {
    merged: "pushed",
    tag: "pushed",
    unmerged: "unmerged",
    pull: "pr-only",
    unreachable: "unreachable",
    absent: lagging ? "mirror-lag" : "missing-on-remote",
    "not-a-commit": "not-a-commit",
    "hash-mismatch": "hash-mismatch"
  };
  return { name, url, class: names[answer.place], detail: answer.refs.join(" ") };
}
function verdictOf(seen, remotes, policy) {
  const { commit, entry } = seen;
  if (!entry?.url) return noUrl(seen);
  const where = (...classes) => remotes.filter((remote) => classes.includes(remote.class));
  const named = (list) => inWords(list.map(({ name }) => name));
  if (where("not-a-commit").length > 0)
    return {
      class: "not-a-commit",
      severity: "error",
      message: `The gitlink names ${short(commit)}, which is an object on ${named(where("not-a-commit"))} but no commit. Record one, for example its branch’s newest.`,
      fix: recordNewest(seen)
    };
  if (where("hash-mismatch").length > 0)
    return {
      class: "hash-mismatch",
      severity: "error",
      message: `The repository on ${named(where("hash-mismatch"))} has oids of another length than ${short(commit)}.`,
      fix: "Record a submodule whose object format is the root’s: git rev-parse --show-object-format in both."
    };
  const gone = where("missing-on-remote", "mirror-lag");
  const loose = where("unreachable");
  const there = where("pushed", "unmerged", "pr-only");
  const unsure = where("private-no-credentials", "unreachable-host", "unknown-remote");
  if (gone.length > 0) {
    const fix = pushCommand(seen, [...gone, ...loose]);
    if (gone.every((remote) => remote.class === "mirror-lag") && there.length > 0)
      return {
        class: "mirror-lag",
        severity: "error",
        message: `The mirror ${named(gone)} still lacks ${short(commit)}, which ${named(there)} has. Wait and check again, or push there.`,
        fix
      };
    if (there.length > 0 || loose.length > 0 || unsure.length > 0 && !seen.clone?.hasCommit)
      return {
        class: "missing-on-remote",
        severity: "error",
        message: `${named(gone)} does not have ${short(commit)}${there.length > 0 ? `; ${named(there)} has it` : ""}${unsure.length > 0 ? `; ${named(unsure)} could not be asked` : ""}.${apart(seen, [...gone, ...loose])}`,
        fix
      };
    if (seen.clone?.hasCommit)
      return {
        class: "unpushed",
        severity: "error",
        message: `${named(gone)} does not have commit ${short(commit)}; this clone does.${apart(seen, gone)}`,
        fix
      };
    return {
      class: "lost",
      severity: "error",
      message: `Commit ${short(commit)} is nowhere: neither on ${named(gone)} nor in this clone. Look for it where it was made (git reflog) and push it from there, or record another one, for example its branch’s newest.`,
      fix: recordNewest(seen)
    };
  }
  if (loose.length > 0)
    return {
      class: "unreachable",
      severity: "error",
      message: `${named(loose)} still stores ${short(commit)}, but no branch or tag holds it: the next garbage collection deletes it.${apart(seen, loose)}`,
      fix: pushCommand(seen, loose)
    };
  if (unsure.length > 0) return couldNotTell(seen, unsure, policy);
  const notMain = where("unmerged", "pr-only");
  const strict = policy.requireBranch ? "error" : "warning";
  const first = notMain.find((remote) => remote.class === "pr-only") ?? notMain[0];
  if (first?.class === "pr-only")
    return {
      class: "pr-only",
      severity: strict,
      message: `On ${named(where("pr-only"))} only a pull request holds ${short(commit)} (${first.detail}); closed, it may be deleted.`,
      fix: "Merge the pull request without changing the commit, or record what was merged."
    };
  if (first) {
    const branch = first.detail.split(" ")[0]?.replace(/^refs\/heads\//, "") || "BRANCH";
    const key = quote(`submodule.${entry.name}.branch`);
    return {
      class: "unmerged",
      severity: strict,
      message: `On ${named(notMain)} only other branches hold ${short(commit)}${first.detail ? ` (${first.detail})` : ""}. Merge it, or let .gitmodules name the branch.`,
      fix: editGitmodules(seen.chain.slice(0, -1), [`${key} ${quote(branch)}`])
    };
  }
  return { class: "pushed", severity: "ok", message: `On ${named(remotes)}.`, fix: "" };
}
function noUrl({ path: path6, entry, parsed, clone, chain }) {
  const url = [...clone?.remotes.values() ?? []][0]?.[0];
  const above = chain.slice(0, -1);
  const link = chain.at(-1);
  const name = entry?.name ?? link.path;
  const setting = (variable, value2) => `${quote(`submodule.${name}.${variable}`)} ${quote(value2)}`;
  const common = { class: "no-url", severity: "error" };
  if (!parsed)
    return {
      ...common,
      message: "git cannot parse .gitmodules at this commit. The fix shows the line; correct it and commit.",
      fix: [...enter(above), `${gitIn(link.dir)} config --file .gitmodules --list`].join(" && ")
    };
  const remove = [...enter(above), `${gitIn(link.dir)} rm --cached -- ${quote(link.path)}`].join(" && ");
  const message = `There is a gitlink at ${path6} but no URL for ${entry ? `submodule ${quote(name)}` : "it"} in .gitmodules: every recursive checkout fails.`;
  return url === void 0 ? { ...common, message: `${message} Add one, or take the gitlink out.`, fix: remove } : {
    ...common,
    message: `${message} If it should not be there: ${remove}`,
    fix: editGitmodules(above, [...entry ? [] : [setting("path", link.path)], setting("url", shown(url))])
  };
}
function couldNotTell(seen, unsure, { rootRemotes }) {
  const first = unsure.find((remote) => remote.class !== "unknown-remote") ?? unsure[0];
  const names = inWords(unsure.map(({ name }) => name));
  const common = { class: first.class, severity: "error" };
  if (first.class === "unknown-remote") {
    const remote = rootRemotes.find(({ name }) => name === first.name) ?? { name: first.name, url: void 0 };
    return {
      ...common,
      message: `Could not tell: nothing says where ${seen.path} is on ${names}. Its URL is absolute, and it is not checked out with a remote of that name. Name the place in submodules.yaml.`,
      fix: templateLine(remote)
    };
  }
  const host = first.url ?? "";
  return first.class === "private-no-credentials" ? {
    ...common,
    message: `Could not tell: ${names} shows nothing to us (${first.detail}). It is private, misspelt or gone. In a job give a token: --token-env ${tokenName(host)}=VARIABLE.`,
    fix: quoteAll(["git", "ls-remote", host])
  } : {
    ...common,
    message: `Could not tell: ${names} could not be reached (${first.detail}).${/host key/i.test(first.detail) ? " Check the host’s fingerprint, then add its key to ~/.ssh/known_hosts." : " Try again, or see what git says."}`,
    fix: quoteAll(["git", "ls-remote", host])
  };
}
function tokenName(url) {
  const { scheme, host } = locate(url);
  return scheme === "http" ? `http://${host}` : host || "HOST";
}
function checkOut(chain) {
  const { dir, path: path6 } = chain.at(-1);
  const update = `${gitIn(dir)} submodule update --init --recursive -- ${quote(path6)}`;
  return [...enter(chain.slice(0, -1)), update].join(" && ");
}
function recordNewest({ chain }) {
  const { dir, path: path6 } = chain.at(-1);
  const update = `${gitIn(dir)} submodule update --init --remote --checkout -- ${quote(path6)}`;
  return [...enter(chain.slice(0, -1)), update, record(chain)].join(" && ");
}
function pushCommand(seen, lacking) {
  const { path: path6, commit, clone, chain } = seen;
  const elsewhere2 = clone?.hasCommit === true && !clone.checkedOut;
  const at = elsewhere2 ? ["--git-dir", clone.git.gitDir, "--work-tree", "."] : ["-C", path6];
  const pushes = lacking.map((remote) => {
    const { name, url } = remote;
    const landing = landingOf(seen, remote);
    const branch = landing && !landing.adds ? ownBranch(commit) : landing?.branch ?? "main";
    const own = url !== null && clone?.remotes.get(name)?.some((one) => sameRepository(one, url));
    return quoteAll(["git", ...at, "push", own ? name : url ?? name, `${commit}:refs/heads/${branch}`]);
  });
  const source = seen.answers.find(({ remote, answer }) => remote.url && answer && !isFailure(answer) && has(answer));
  const get = clone && !clone.hasCommit && source ? [quoteAll(["git", "-C", path6, "fetch", shown(source.remote.url), commit])] : [];
  return [...elsewhere2 ? [] : enter(chain), ...get, ...new Set(pushes)].join(" && ");
}
function apart(seen, lacking) {
  const refusing = lacking.filter((remote) => landingOf(seen, remote)?.adds === false);
  const branches = inWords(refusing.map((remote) => landingOf(seen, remote).branch));
  return refusing.length === 0 ? "" : ` It does not contain all that ${branches} has there, so the fix sends it to branch ${ownBranch(seen.commit)}: merge that one, or record what ${branches} has.`;
}
function notesOf(seen, remotes) {
  const { entry, clone, worktree, history, removed } = seen;
  const notes = [];
  const note = (name, message) => notes.push({ class: name, message });
  if (entry?.url && isRelative(entry.url)) note("relative-url", `${entry.url} is resolved against each root remote.`);
  if (remotes.some(({ name, url }) => rewritten(seen, name, url)))
    note("rewritten", "A push URL or insteadOf leads elsewhere than .gitmodules says; each such address was asked.");
  if (entry?.inactive) note("inactive", `${entry.inactive}: git may skip it, clones of the root still need it.`);
  if (removed) note("removed", "The checked commit has no gitlink at this path any more.");
  if (!seen.childrenKnown && entry?.url) note("below-unknown", "What lies below it could not be read.");
  if (!history) {
    if (!clone) note("uninitialised", "Not initialised here: only the remotes were asked.");
    else if (clone.shallow) note("shallow-local", "The local clone is shallow: only the remotes were asked.");
    if (worktree?.dirty)
      note("dirty", "Its worktree has changes that are not committed: they are not part of what is pushed.");
    if (worktree?.ahead)
      note("ahead", "Another commit is checked out or staged than the one recorded: it is not part of what is pushed.");
  }
  return notes;
}
function rewritten({ entry, answers }, name, url) {
  if (url === null || !entry?.url) return false;
  const remote = answers.find(
    (one) => one.remote.name === name && one.remote.url && shown(one.remote.url) === url
  )?.remote;
  if (remote?.by === "own-remote") return true;
  return remote?.by === "declared" && !isRelative(entry.url) && remote.url !== entry.url;
}
function orphanReport({ path: path6, depth, entry, staged, chain }) {
  const name = entry.name;
  const last = chain.at(-1);
  const git = gitIn(last ? below(last) : "");
  return {
    path: path6 ?? name,
    depth,
    commit: null,
    class: depth > 1 ? "nested-entry-without-gitlink" : "entry-without-gitlink",
    severity: staged ? "note" : "warning",
    message: staged ? `.gitmodules names ${path6}, whose gitlink is added but not committed.` : `.gitmodules has a section for "${name}", but there is no gitlink${path6 === void 0 ? "" : ` at ${path6}`}.`,
    fix: staged ? `${git} commit -m ${quote(`Add submodule ${name}`)} -- .gitmodules ${quote(entry.path ?? name)}` : editGitmodules(chain, [`--remove-section ${quote(`submodule.${name}`)}`]),
    remotes: [],
    notes: [],
    recordedBy: null,
    line: depth === 1 ? entry.line : null
  };
}
function renames(before, after) {
  return after.flatMap(({ name, path: path6, url }) => {
    const old = before.find((one) => one.name === name);
    if (!old) return [];
    const messages = [
      ...old.path === path6 ? [] : [`It was at ${old.path} before.`],
      ...old.url === url || old.url === void 0 ? [] : [`Its URL was ${shown(old.url)} before.`]
    ];
    return messages.map((message) => ({ path: path6, note: { class: "renamed", message } }));
  });
}
var unknownClasses, isUnknown, runIn, has, short, inWords, gitIn, enter, editGitmodules, below, record, landingOf, ownBranch, withNotes;
var init_check = __esm({
  "src/submodules/check.ts"() {
    "use strict";
    init_exit();
    init_quote();
    init_failure();
    init_remotes();
    init_url();
    unknownClasses = ["private-no-credentials", "unreachable-host", "unknown-remote"];
    isUnknown = ({ class: name }) => unknownClasses.includes(name.replace(/^nested-/, ""));
    runIn = (directory, fix) => directory !== void 0 && fix.startsWith("git ") ? `(cd ${quote(directory)} && ${fix})` : fix;
    has = ({ place }) => ["merged", "tag", "unmerged", "pull"].includes(place);
    short = (oid) => oid.slice(0, 12);
    inWords = (names) => [...new Set(names)].join(", ");
    gitIn = (dir) => dir === "" ? "git" : `git -C ${quote(dir)}`;
    enter = (links) => links.filter(({ checkedOut }) => !checkedOut).map(({ dir, path: path6 }) => `${gitIn(dir)} submodule update --init --checkout -- ${quote(path6)}`);
    editGitmodules = (above, edits) => {
      const last = above.at(-1);
      const git = gitIn(last ? below(last) : "");
      const commands = edits.map((edit) => `${git} config --file .gitmodules ${edit}`);
      return [...enter(above), ...commands, `${git} add .gitmodules`].join(" && ");
    };
    below = ({ dir, path: path6 }) => dir === "" ? path6 : `${dir}/${path6}`;
    record = (chain) => chain.toReversed().map(({ dir, path: path6 }) => {
      const at = quote(path6);
      return `${gitIn(dir)} add -- ${at} && ${gitIn(dir)} commit -m ${quote(`Update ${path6}`)} -- ${at}`;
    }).join(" && ");
    landingOf = ({ answers }, { name, url }) => answers.find(({ remote }) => remote.name === name && remote.url !== void 0 && shown(remote.url) === url)?.landing;
    ownBranch = (commit) => `submodule-${short(commit)}`;
    withNotes = (result, more) => ({
      ...result,
      submodules: result.submodules.map((one) => {
        const own = more.filter(({ path: path6 }) => path6 === one.path && one.recordedBy === null).map(({ note }) => note);
        return own.length === 0 ? one : { ...one, notes: [...one.notes, ...own] };
      })
    });
  }
});

// builtin:node:fs
var require_node_fs = __commonJS({
  "builtin:node:fs"(exports, module) {
    module.exports = __require("node:fs");
  }
});

// builtin:node:path
var require_node_path = __commonJS({
  "builtin:node:path"(exports, module) {
    module.exports = __require("node:path");
  }
});

// builtin:node:os
var require_node_os = __commonJS({
  "builtin:node:os"(exports, module) {
    module.exports = __require("node:os");
  }
});

// src/common/plan.ts
async function runPlan(plan, context, { dryRun = false, onStep, audit } = {}) {
  const reports = plan.steps.map(({ title, commands }) => ({ title, commands, outcome: "planned", ms: 0 }));
  if (dryRun) return { title: plan.title, applied: false, steps: reports };
  const tell = (report2, phase) => {
    try {
      onStep?.(report2, phase);
    } catch {
    }
  };
  let failure;
  for (const [index, step] of plan.steps.entries()) {
    const report2 = reports[index];
    if (failure) {
      report2.outcome = "not-run";
      continue;
    }
    tell(report2, "begin");
    const start2 = performance.now();
    try {
      const detail = await step.apply(context);
      if (detail !== void 0) report2.detail = detail;
      report2.outcome = "done";
    } catch (error2) {
      failure = { error: error2 };
      report2.outcome = "failed";
      report2.error = messageOf(error2);
    }
    report2.ms = Math.round(performance.now() - start2);
    tell(report2, "end");
  }
  if (failure) await undoDone(plan, context, reports, tell);
  const result = {
    title: plan.title,
    applied: failure === void 0,
    steps: reports,
    ...failure && { error: failure.error }
  };
  try {
    await audit?.(result);
    return result;
  } catch (auditError) {
    return { ...result, auditError };
  }
}
async function undoDone(plan, context, reports, tell) {
  for (const [index, report2] of [...reports.entries()].reverse()) {
    const undo = plan.steps[index].undo;
    if (!undo || report2.outcome !== "done" && report2.outcome !== "failed") continue;
    try {
      await undo.call(plan.steps[index], context);
      if (report2.outcome === "done") report2.outcome = "undone";
    } catch (error2) {
      report2.outcome = "undo-failed";
      report2.error = [report2.error, messageOf(error2)].filter(Boolean).join("; undo: ");
    }
    tell(report2, "end");
  }
}
var init_plan = __esm({
  "src/common/plan.ts"() {
    "use strict";
    init_errors();
  }
});

// builtin:node:crypto
var require_node_crypto = __commonJS({
  "builtin:node:crypto"(exports, module) {
    module.exports = __require("node:crypto");
  }
});

// builtin:node:child_process
var require_node_child_process = __commonJS({
  "builtin:node:child_process"(exports, module) {
    module.exports = __require("node:child_process");
  }
});

// src/common/interrupted.ts
function whenInterrupted(act) {
  const stop = () => {
    for (const signal of signals) process.removeListener(signal, heard);
  };
  const heard = (signal) => {
    stop();
    try {
      act();
    } finally {
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    }
  };
  for (const signal of signals) process.on(signal, heard);
  return stop;
}
var signals;
var init_interrupted = __esm({
  "src/common/interrupted.ts"() {
    "use strict";
    signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  }
});

// src/common/program.ts
function runProgram(argv, options) {
  const [program2, ...args] = argv;
  return new Promise((resolve5, reject) => {
    const child2 = start(
      () => (0, import_node_child_process.spawn)(program2, args, {
        cwd: options.cwd,
        env: { ...options.env, ...quietEnvironment },
        stdio: ["pipe", "pipe", "pipe"],
        // Its own session and process group: no terminal to ask on, and one signal reaches all it started.
        detached: true
      })
    );
    let timedOut = false;
    let kill;
    const limit = setTimeout(() => {
      timedOut = true;
      signalGroup(child2, "SIGTERM");
      kill = setTimeout(() => signalGroup(child2, "SIGKILL"), graceMs);
    }, options.timeoutMs);
    const done = () => {
      clearTimeout(limit);
      clearTimeout(kill);
      ended(child2);
    };
    const chunks = [];
    const finishLines = options.onLine && pieces(child2, options.separator ?? "\n", options.onLine);
    if (!options.onLine) child2.stdout.on("data", (chunk) => chunks.push(chunk));
    let stderr = "";
    child2.stderr.setEncoding("utf8").on("data", (text2) => {
      stderr = (stderr + text2).slice(-stderrLimit);
    });
    child2.stdin.on("error", () => {
    });
    child2.stdin.end(options.input);
    child2.on("error", (error2) => {
      done();
      reject(
        unknown(
          `Cannot run ${program2}: ${error2.code === "ENOENT" ? missing(options.cwd) : error2.message}`,
          `Install ${program2}, or check PATH.`,
          error2
        )
      );
    });
    child2.on("close", (exitCode2) => {
      done();
      finishLines?.();
      resolve5({ exitCode: exitCode2, stdout: Buffer.concat(chunks), stderr, timedOut });
    });
  });
}
function pieces(child2, separator, take) {
  let rest = "";
  child2.stdout.setEncoding("utf8").on("data", (text2) => {
    const parts = (rest + text2).split(separator);
    rest = parts.pop();
    for (const part of parts) take(part);
  });
  return () => {
    if (rest !== "") take(rest);
  };
}
function signalGroup(child2, signal) {
  if (child2.pid === void 0) return;
  try {
    process.kill(-child2.pid, signal);
  } catch {
  }
}
function start(launch) {
  if (running.size === 0)
    ignoreInterrupts = whenInterrupted(() => {
      for (const child2 of running) signalGroup(child2, "SIGTERM");
    });
  try {
    const child2 = launch();
    running.add(child2);
    return child2;
  } catch (error2) {
    stopListening();
    throw error2;
  }
}
function ended(child2) {
  running.delete(child2);
  stopListening();
}
function stopListening() {
  if (running.size === 0) ignoreInterrupts();
}
var import_node_child_process, quietEnvironment, stderrLimit, graceMs, missing, running, ignoreInterrupts;
var init_program = __esm({
  "src/common/program.ts"() {
    "use strict";
    import_node_child_process = __toESM(require_node_child_process(), 1);
    init_errors();
    init_interrupted();
    quietEnvironment = {
      LC_ALL: "C",
      LANGUAGE: "",
      GIT_TERMINAL_PROMPT: "0",
      GCM_INTERACTIVE: "Never",
      // Empty, not absent: git then looks no further (core.askPass, SSH_ASKPASS).
      GIT_ASKPASS: "",
      SSH_ASKPASS: "",
      SSH_ASKPASS_REQUIRE: "never"
    };
    stderrLimit = 64 * 1024;
    graceMs = 2e3;
    missing = (cwd) => `there is no such program${cwd === void 0 ? "" : ` (or no directory ${cwd})`}`;
    running = /* @__PURE__ */ new Set();
    ignoreInterrupts = () => {
    };
  }
});

// src/submodules/git.ts
function withSettings(env, settings) {
  const first = Number(env.GIT_CONFIG_COUNT ?? 0) || 0;
  return {
    ...env,
    ...Object.fromEntries(
      settings.flatMap(([key, value2], index) => [
        [`GIT_CONFIG_KEY_${first + index}`, key],
        [`GIT_CONFIG_VALUE_${first + index}`, value2]
      ])
    ),
    GIT_CONFIG_COUNT: String(first + settings.length)
  };
}
function run2(git, args, options = {}) {
  return runProgram(["git", ...args], {
    ...options,
    cwd: git.dir,
    env: { ...git.env, ...options.env },
    timeoutMs: git.timeoutMs
  });
}
async function text(git, args, options = {}) {
  const result = await run2(git, args, options);
  if (result.exitCode !== 0) throw failed(git, args, result);
  return result.stdout.toString().replace(/\n$/, "");
}
function failed(git, args, { stderr, timedOut }) {
  const said = timedOut ? `no end after ${git.timeoutMs / 1e3} s` : stderr.trim().split("\n").slice(0, 5).join("; ");
  const owner = /dubious ownership/.test(stderr);
  return unknown(
    `git ${args[0]} in ${git.dir} failed: ${said || "it gave no reason"}`,
    owner ? `If you trust it: git config --global --add safe.directory ${quote(git.dir)}` : `Look at the repository: git -C ${quote(git.dir)} status`
  );
}
async function openRepository(directory, env, timeoutMs) {
  const sshCommand = await sshCommandOf(directory, env);
  const seed = { dir: directory, gitDir: directory, bare: true, env, timeoutMs };
  const result = await run2(seed, ["rev-parse", "--absolute-git-dir", "--is-bare-repository", "--is-inside-work-tree"]);
  if (result.exitCode !== 0) {
    if (!/not a git repository/.test(result.stderr)) throw failed(seed, ["rev-parse"], result);
    throw problem(`${directory} is not in a git repository.`, "Run it inside the root repository.");
  }
  const [gitDir, , inside] = nonEmpty(result.stdout.toString());
  const dir = inside === "true" ? await text(seed, ["rev-parse", "--show-toplevel"]) : gitDir;
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !local.includes(name)));
  const common = { ...clean, ...fixed, GIT_SSH_COMMAND: sshCommand };
  if (inside !== "true") return { dir, gitDir, bare: true, env: { ...common, GIT_DIR: gitDir }, timeoutMs };
  const told = env.GIT_DIR ? { GIT_DIR: gitDir, GIT_WORK_TREE: dir } : {};
  return { dir, gitDir, bare: false, env: { ...common, ...told }, timeoutMs };
}
async function sshCommandOf(directory, env) {
  const seed = { dir: directory, gitDir: directory, bare: true, env, timeoutMs: 3e4 };
  const configured = async () => (await run2(seed, ["config", "--get", "core.sshCommand"])).stdout.toString().trim();
  const command = env.GIT_SSH_COMMAND || await configured() || (env.GIT_SSH ? quote(env.GIT_SSH) : "ssh");
  if (/plink/i.test(command)) return `${command} -batch`;
  return `${command} -oBatchMode=yes -oConnectTimeout=15`;
}
function submoduleClones(parent, path6, name) {
  const { GIT_DIR: _, GIT_WORK_TREE: __, ...env } = parent.env;
  const clones = [];
  if (!parent.bare) {
    const dir = (0, import_node_path3.join)(parent.dir, path6);
    const gitDir = gitDirOf(dir);
    if (gitDir) clones.push({ ...parent, dir, gitDir, bare: false, env });
  }
  if (name === void 0 || name.split(/[/\\]/).includes("..")) return clones;
  for (const above of gitDirsOf(parent.gitDir)) {
    const gitDir = (0, import_node_path3.join)(above, "modules", name);
    if (!(0, import_node_fs.existsSync)((0, import_node_path3.join)(gitDir, "HEAD")) || clones.some((one) => one.gitDir === gitDir)) continue;
    clones.push({
      ...parent,
      ...{ dir: gitDir, gitDir, bare: true },
      env: { ...env, GIT_DIR: gitDir, GIT_WORK_TREE: gitDir }
    });
  }
  return clones;
}
function gitDirsOf(gitDir) {
  const [, linked, below2] = /^(.*)[/\\]worktrees[/\\][^/\\]+([/\\]modules[/\\].*)?$/.exec(gitDir) ?? [];
  const [, main, within3] = /^(.*?\.git)([/\\]modules[/\\].*)?$/.exec(gitDir) ?? [];
  const common = linked ?? main ?? gitDir;
  const rest = (linked === void 0 ? within3 : below2) ?? "";
  const worktrees = (0, import_node_path3.join)(common, "worktrees");
  const others = (0, import_node_fs.existsSync)(worktrees) ? (0, import_node_fs.readdirSync)(worktrees).map((name) => (0, import_node_path3.join)(worktrees, name)) : [];
  return [gitDir, ...[common, ...others].map((dir) => (0, import_node_path3.join)(dir, rest))];
}
function gitDirOf(dir) {
  const dotGit = (0, import_node_path3.join)(dir, ".git");
  if (!(0, import_node_fs.existsSync)(dotGit)) return void 0;
  if ((0, import_node_fs.existsSync)((0, import_node_path3.join)(dotGit, "HEAD"))) return dotGit;
  try {
    const [, target] = /^gitdir: (.+?)\r?\n?$/.exec((0, import_node_fs.readFileSync)(dotGit, "utf8")) ?? [];
    return target && (0, import_node_fs.existsSync)((0, import_node_path3.resolve)(dir, target)) ? (0, import_node_path3.resolve)(dir, target) : void 0;
  } catch {
    return void 0;
  }
}
async function resolveCommit(git, revision) {
  const result = await run2(git, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`]);
  return result.exitCode === 0 ? result.stdout.toString().trim() : void 0;
}
async function objectType(git, oid) {
  const result = await run2(git, ["cat-file", "-t", oid], { env: { GIT_NO_LAZY_FETCH: "1" } });
  return result.exitCode === 0 ? result.stdout.toString().trim() : void 0;
}
async function readTree(git, commit, env = {}) {
  const gitlinks = [];
  let gitmodules;
  const onLine = (entry) => {
    const [, mode, oid, path6] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    if (mode === "160000") gitlinks.push({ path: path6, oid });
    else if (path6 === ".gitmodules" && mode !== "120000") gitmodules = oid;
  };
  const args = ["ls-tree", "-r", "-z", "--full-tree", commit];
  const { exitCode: exitCode2 } = await run2(git, args, { onLine, separator: "\0", env: { GIT_NO_LAZY_FETCH: "1", ...env } });
  return exitCode2 === 0 ? { gitlinks, gitmodules } : void 0;
}
async function readBlob(git, oid, env = {}) {
  const result = await run2(git, ["cat-file", "blob", oid], { env });
  return result.exitCode === 0 ? result.stdout.toString() : void 0;
}
async function showFile(git, revision, path6) {
  const result = await run2(git, ["cat-file", "blob", `${revision}:${path6}`]);
  return result.exitCode === 0 ? result.stdout.toString() : void 0;
}
async function listFiles(git, commit, directory) {
  const { stdout } = await run2(git, ["ls-tree", "-z", "--name-only", "--full-tree", commit, `${directory}/`]);
  return zero(stdout.toString());
}
async function hookPath(git, name) {
  const path6 = await text(git, ["rev-parse", "--git-path", `hooks/${name}`]);
  return (0, import_node_path3.resolve)(git.dir, path6);
}
async function settingScope(git, key) {
  return (await run2(git, ["config", "--show-scope", "--get", key])).stdout.toString().split("	", 1)[0] || void 0;
}
async function parseConfig(git, content) {
  const { exitCode: exitCode2, stdout } = await run2(git, ["config", "--file", "-", "--no-includes", "-z", "--list"], {
    input: content
  });
  return exitCode2 === 0 ? settingsOf(stdout) : void 0;
}
async function configuration(git, pattern) {
  return settingsOf((await run2(git, ["config", "-z", "--get-regexp", pattern])).stdout);
}
function headBranch(git) {
  try {
    return /^ref: refs\/heads\/(.+?)\s*$/.exec((0, import_node_fs.readFileSync)((0, import_node_path3.join)(git.gitDir, "HEAD"), "utf8"))?.[1];
  } catch {
    return void 0;
  }
}
async function isContained(git, commit, tips) {
  if (await objectType(git, commit) !== "commit") return false;
  const input = lines2(tips);
  const env = { GIT_NO_LAZY_FETCH: "1" };
  const { stdout } = await run2(git, ["cat-file", "--batch-check=%(objectname) %(objecttype)"], { input, env });
  const present = nonEmpty(stdout.toString()).flatMap(
    (line) => line.endsWith(" commit") ? [line.split(" ")[0]] : []
  );
  if (present.length === 0) return false;
  const revisions = lines2([commit, ...present.map((tip) => `^${tip}`)]);
  const beyond = await run2(git, ["rev-list", "-n", "1", "--stdin"], { input: revisions, env });
  return beyond.exitCode === 0 && beyond.stdout.length === 0;
}
async function isAncestor(git, ancestor, descendant) {
  const { exitCode: exitCode2 } = await run2(git, ["merge-base", "--is-ancestor", ancestor, descendant]);
  return exitCode2 === 0 ? true : exitCode2 === 1 ? false : void 0;
}
async function gitlinkChanges(git, commits) {
  const changes = [];
  let by = "";
  let pending;
  const onLine = (piece) => {
    const raw2 = /^:(\d+) (\d+) [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*$/.exec(piece);
    if (pending) {
      const { mode, oldMode, oid } = pending;
      if (mode === "160000") changes.push({ by, path: piece, oid });
      else if (oldMode === "160000") changes.push({ by, path: piece, oid: void 0 });
      pending = void 0;
    } else if (raw2) pending = { oldMode: raw2[1], mode: raw2[2], oid: raw2[3] };
    else by = piece.trim();
  };
  const args = ["diff-tree", "--stdin", "-r", "-m", "-z", "--root", "--raw", "--no-abbrev", "--no-renames"];
  await run2(git, [...args, "--ignore-submodules=none"], {
    input: `${commits.join("\n")}
`,
    onLine,
    separator: "\0"
  });
  return changes;
}
async function changedPaths(git, commits) {
  if (commits.length === 0) return [];
  const args = ["diff-tree", "--stdin", "-r", "-m", "-z", "--root", "--name-only", "--no-commit-id", "--no-renames"];
  const { stdout } = await run2(git, [...args, "--diff-filter=AMT"], { input: `${commits.join("\n")}
` });
  return [...new Set(zero(stdout.toString()))];
}
async function worktreeState(git) {
  const { stdout } = await run2(git, ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=no"]);
  const entries = zero(stdout.toString());
  const oid = entries.find((entry) => entry.startsWith("# branch.oid "))?.slice(13);
  return {
    dirty: entries.some((entry) => !entry.startsWith("#")),
    head: oid === "(initial)" ? void 0 : oid
  };
}
async function submoduleStates(git) {
  const args = ["status", "--porcelain=v2", "-z", "--untracked-files=no", "--ignore-submodules=none", "--no-renames"];
  const submodules = [];
  const staged = /* @__PURE__ */ new Set();
  for (const entry of zero((await run2(git, args)).stdout.toString())) {
    const [, index, sub, path6] = /^1 (.)\S (\S{4})(?: \S+){5} (.*)$/s.exec(entry) ?? [];
    if (path6 === void 0) continue;
    if (index !== ".") staged.add(path6);
    if (sub.startsWith("S")) submodules.push({ path: path6, ahead: sub[1] === "C", dirty: sub[2] === "M" });
  }
  return { submodules, staged };
}
async function indexGitlinks(git) {
  const entries = zero((await run2(git, ["ls-files", "--stage", "-z", "--full-name"])).stdout.toString());
  return entries.flatMap((entry) => {
    const [, oid, path6] = /^160000 ([0-9a-f]+) \d\t(.*)$/s.exec(entry) ?? [];
    return oid === void 0 ? [] : [{ oid, path: path6 }];
  });
}
function asked(git, address) {
  const [, scheme, user, password, rest] = /^(https?:\/\/)([^@/:]*):([^@/]+)@(.*)$/is.exec(address) ?? [];
  const url = password === void 0 ? address : `${scheme}${rest}`;
  const settings = [
    ["remote.asked.url", url],
    ["remote.asked.pushurl", url],
    [`url.${url}.insteadof`, url]
  ];
  if (password !== void 0) {
    const credentials2 = [user, password].map((part) => decoded(part)).join(":");
    settings.push(
      // The empty value takes out the header of a token: the address itself says who asks.
      [`http.${url}.extraheader`, ""],
      [`http.${url}.extraheader`, `Authorization: Basic ${Buffer.from(credentials2).toString("base64")}`]
    );
  }
  return { ...git, env: withSettings(git.env, settings) };
}
async function lsRemote(git, url, patterns2) {
  const result = await run2(asked(git, url), ["ls-remote", "--quiet", "--symref", "asked", ...patterns2]);
  const refs = /* @__PURE__ */ new Map();
  const targets = /* @__PURE__ */ new Map();
  for (const line of result.exitCode === 0 ? nonEmpty(result.stdout.toString()) : []) {
    const [value2, name] = line.split("	");
    if (value2.startsWith("ref: ")) targets.set(name, value2.slice(5));
    else if (name.endsWith("^{}")) {
      const tag = name.slice(0, -3);
      refs.set(tag, { ...refs.get(tag), peeled: value2 });
    } else refs.set(name, { name, oid: value2 });
  }
  const all = [...refs.values()].map((ref) => {
    const target = targets.get(ref.name);
    return target === void 0 ? ref : { ...ref, target };
  });
  return { ...result, refs: all };
}
async function scratchRepository(like, dir, objectFormat) {
  const { GIT_DIR: _, GIT_WORK_TREE: __, ...env } = like.env;
  const git = {
    ...like,
    dir,
    gitDir: dir,
    bare: true,
    env: withSettings({ ...env, GIT_DIR: dir }, scratchSettings)
  };
  if ((0, import_node_fs.existsSync)((0, import_node_path3.join)(dir, "HEAD"))) return git;
  const aside = `${dir}.${(0, import_node_crypto.randomUUID)()}`;
  const seed = { ...git, dir: (0, import_node_path3.dirname)(dir), env };
  await text(seed, ["init", "--quiet", "--bare", `--object-format=${objectFormat}`, "--template=", aside]);
  try {
    await (0, import_promises5.rename)(aside, dir);
  } catch (error2) {
    await (0, import_promises5.rm)(aside, { recursive: true, force: true });
    if (!(0, import_node_fs.existsSync)((0, import_node_path3.join)(dir, "HEAD"))) throw error2;
  }
  return git;
}
function pushTo(git, url, own, commit, branch) {
  const { env, ...rest } = asked(git, url);
  const tracking = own === void 0 ? [] : [["remote.asked.fetch", `+refs/heads/*:refs/remotes/${own}/*`]];
  return run2({ ...rest, env: withSettings(env, tracking) }, pushArguments("asked", commit, branch));
}
var import_node_crypto, import_node_fs, import_promises5, import_node_path3, noObject, isNothing, local, fixed, nonEmpty, zero, isShallow, settingsOf, lines2, hasTrackingRefs, commitsOf, decoded, scratchSettings, fetch2, fetchCommits, fetchTree, fetchTrees, readRemoteBlob, fetchBranch, pushArguments, push;
var init_git = __esm({
  "src/submodules/git.ts"() {
    "use strict";
    import_node_crypto = __toESM(require_node_crypto(), 1);
    import_node_fs = __toESM(require_node_fs(), 1);
    import_promises5 = __toESM(require_promises(), 1);
    import_node_path3 = __toESM(require_node_path(), 1);
    init_errors();
    init_program();
    init_quote();
    noObject = /^0+$/;
    isNothing = (oid) => noObject.test(oid);
    local = [
      "GIT_ALTERNATE_OBJECT_DIRECTORIES",
      "GIT_COMMON_DIR",
      "GIT_CONFIG",
      "GIT_DIR",
      "GIT_GRAFT_FILE",
      "GIT_IMPLICIT_WORK_TREE",
      "GIT_INDEX_FILE",
      "GIT_INTERNAL_SUPER_PREFIX",
      "GIT_NO_REPLACE_OBJECTS",
      "GIT_OBJECT_DIRECTORY",
      "GIT_PREFIX",
      "GIT_QUARANTINE_PATH",
      "GIT_REPLACE_REF_BASE",
      "GIT_SHALLOW_FILE",
      "GIT_WORK_TREE"
    ];
    fixed = {
      GIT_OPTIONAL_LOCKS: "0",
      // A replacement ref changes history as this clone sees it; the remote does not know of it.
      GIT_NO_REPLACE_OBJECTS: "1"
    };
    nonEmpty = (lines3) => lines3.split("\n").filter(Boolean);
    zero = (bytes) => bytes.split("\0").filter(Boolean);
    isShallow = (git) => (
      // In a linked worktree the file lies in the main git directory, beside `worktrees`.
      (0, import_node_fs.existsSync)((0, import_node_path3.join)(git.gitDir, "shallow")) || /[/\\]worktrees[/\\][^/\\]+$/.test(git.gitDir) && (0, import_node_fs.existsSync)((0, import_node_path3.join)((0, import_node_path3.dirname)((0, import_node_path3.dirname)(git.gitDir)), "shallow"))
    );
    settingsOf = (stdout) => zero(stdout.toString()).map((entry) => {
      const end = entry.indexOf("\n");
      return end < 0 ? [entry, ""] : [entry.slice(0, end), entry.slice(end + 1)];
    });
    lines2 = (list) => list.map((one) => `${one}
`).join("");
    hasTrackingRefs = async (git, remote) => (await run2(git, ["for-each-ref", "--count=1", `refs/remotes/${remote}/`])).stdout.length > 0;
    commitsOf = async (git, revisions) => (
      // As arguments: on standard input git before 2.42 takes no `--not` and no `--remotes`.
      nonEmpty(await text(git, ["rev-list", "--ignore-missing", ...revisions, "--"]))
    );
    decoded = (part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    };
    scratchSettings = [
      ["gc.auto", "0"],
      ["maintenance.auto", "false"],
      ["fetch.writeCommitGraph", "false"],
      // A remote's answer decides here, not its history's tidiness.
      ["transfer.fsckObjects", "false"]
    ];
    fetch2 = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no"];
    fetchCommits = (git, url, refspecs) => run2(asked(git, url), [...fetch2, "--prune", "--filter=tree:0", "asked", ...refspecs]);
    fetchTree = (git, url, oid) => run2(asked(git, url), [...fetch2, "--depth=1", "--filter=blob:none", "asked", oid]);
    fetchTrees = (git, url) => run2(asked(git, url), [
      ...[...fetch2, "--filter=blob:none", "asked"],
      ...["+refs/heads/*:refs/r/heads/*", "+refs/tags/*:refs/r/tags/*"]
    ]);
    readRemoteBlob = (git, url, oid) => readBlob(asked(git, url), oid);
    fetchBranch = (git, url, branch) => run2(asked(git, url), [...fetch2, "asked", `refs/heads/${branch}`]);
    pushArguments = (remote, commit, branch) => [
      ...["-c", "push.recurseSubmodules=no", "push", "--porcelain", "--", remote],
      `${commit}:refs/heads/${branch}`
    ];
    push = (git, remote, commit, branch) => run2(git, pushArguments(remote, commit, branch));
  }
});

// node_modules/yaml/dist/nodes/identity.js
var require_identity = __commonJS({
  "node_modules/yaml/dist/nodes/identity.js"(exports) {
    "use strict";
    var ALIAS = /* @__PURE__ */ Symbol.for("yaml.alias");
    var DOC = /* @__PURE__ */ Symbol.for("yaml.document");
    var MAP = /* @__PURE__ */ Symbol.for("yaml.map");
    var PAIR = /* @__PURE__ */ Symbol.for("yaml.pair");
    var SCALAR = /* @__PURE__ */ Symbol.for("yaml.scalar");
    var SEQ = /* @__PURE__ */ Symbol.for("yaml.seq");
    var NODE_TYPE = /* @__PURE__ */ Symbol.for("yaml.node.type");
    var isAlias = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === ALIAS;
    var isDocument = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === DOC;
    var isMap2 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === MAP;
    var isPair = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === PAIR;
    var isScalar2 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === SCALAR;
    var isSeq2 = (node) => !!node && typeof node === "object" && node[NODE_TYPE] === SEQ;
    function isCollection(node) {
      if (node && typeof node === "object")
        switch (node[NODE_TYPE]) {
          case MAP:
          case SEQ:
            return true;
        }
      return false;
    }
    function isNode(node) {
      if (node && typeof node === "object")
        switch (node[NODE_TYPE]) {
          case ALIAS:
          case MAP:
          case SCALAR:
          case SEQ:
            return true;
        }
      return false;
    }
    var hasAnchor = (node) => (isScalar2(node) || isCollection(node)) && !!node.anchor;
    exports.ALIAS = ALIAS;
    exports.DOC = DOC;
    exports.MAP = MAP;
    exports.NODE_TYPE = NODE_TYPE;
    exports.PAIR = PAIR;
    exports.SCALAR = SCALAR;
    exports.SEQ = SEQ;
    exports.hasAnchor = hasAnchor;
    exports.isAlias = isAlias;
    exports.isCollection = isCollection;
    exports.isDocument = isDocument;
    exports.isMap = isMap2;
    exports.isNode = isNode;
    exports.isPair = isPair;
    exports.isScalar = isScalar2;
    exports.isSeq = isSeq2;
  }
});

// node_modules/yaml/dist/visit.js
var require_visit = __commonJS({
  "node_modules/yaml/dist/visit.js"(exports) {
    "use strict";
    var identity = require_identity();
    var BREAK = /* @__PURE__ */ Symbol("break visit");
    var SKIP = /* @__PURE__ */ Symbol("skip children");
    var REMOVE = /* @__PURE__ */ Symbol("remove node");
    function visit(node, visitor) {
      const visitor_ = initVisitor(visitor);
      if (identity.isDocument(node)) {
        const cd = visit_(null, node.contents, visitor_, Object.freeze([node]));
        if (cd === REMOVE)
          node.contents = null;
      } else
        visit_(null, node, visitor_, Object.freeze([]));
    }
    visit.BREAK = BREAK;
    visit.SKIP = SKIP;
    visit.REMOVE = REMOVE;
    function visit_(key, node, visitor, path6) {
      const ctrl = callVisitor(key, node, visitor, path6);
      if (identity.isNode(ctrl) || identity.isPair(ctrl)) {
        replaceNode(key, path6, ctrl);
        return visit_(key, ctrl, visitor, path6);
      }
      if (typeof ctrl !== "symbol") {
        if (identity.isCollection(node)) {
          path6 = Object.freeze(path6.concat(node));
          for (let i = 0; i < node.items.length; ++i) {
            const ci = visit_(i, node.items[i], visitor, path6);
            if (typeof ci === "number")
              i = ci - 1;
            else if (ci === BREAK)
              return BREAK;
            else if (ci === REMOVE) {
              node.items.splice(i, 1);
              i -= 1;
            }
          }
        } else if (identity.isPair(node)) {
          path6 = Object.freeze(path6.concat(node));
          const ck = visit_("key", node.key, visitor, path6);
          if (ck === BREAK)
            return BREAK;
          else if (ck === REMOVE)
            node.key = null;
          const cv = visit_("value", node.value, visitor, path6);
          if (cv === BREAK)
            return BREAK;
          else if (cv === REMOVE)
            node.value = null;
        }
      }
      return ctrl;
    }
    async function visitAsync(node, visitor) {
      const visitor_ = initVisitor(visitor);
      if (identity.isDocument(node)) {
        const cd = await visitAsync_(null, node.contents, visitor_, Object.freeze([node]));
        if (cd === REMOVE)
          node.contents = null;
      } else
        await visitAsync_(null, node, visitor_, Object.freeze([]));
    }
    visitAsync.BREAK = BREAK;
    visitAsync.SKIP = SKIP;
    visitAsync.REMOVE = REMOVE;
    async function visitAsync_(key, node, visitor, path6) {
      const ctrl = await callVisitor(key, node, visitor, path6);
      if (identity.isNode(ctrl) || identity.isPair(ctrl)) {
        replaceNode(key, path6, ctrl);
        return visitAsync_(key, ctrl, visitor, path6);
      }
      if (typeof ctrl !== "symbol") {
        if (identity.isCollection(node)) {
          path6 = Object.freeze(path6.concat(node));
          for (let i = 0; i < node.items.length; ++i) {
            const ci = await visitAsync_(i, node.items[i], visitor, path6);
            if (typeof ci === "number")
              i = ci - 1;
            else if (ci === BREAK)
              return BREAK;
            else if (ci === REMOVE) {
              node.items.splice(i, 1);
              i -= 1;
            }
          }
        } else if (identity.isPair(node)) {
          path6 = Object.freeze(path6.concat(node));
          const ck = await visitAsync_("key", node.key, visitor, path6);
          if (ck === BREAK)
            return BREAK;
          else if (ck === REMOVE)
            node.key = null;
          const cv = await visitAsync_("value", node.value, visitor, path6);
          if (cv === BREAK)
            return BREAK;
          else if (cv === REMOVE)
            node.value = null;
        }
      }
      return ctrl;
    }
    function initVisitor(visitor) {
      if (typeof visitor === "object" && (visitor.Collection || visitor.Node || visitor.Value)) {
        return Object.assign({
          Alias: visitor.Node,
          Map: visitor.Node,
          Scalar: visitor.Node,
          Seq: visitor.Node
        }, visitor.Value && {
          Map: visitor.Value,
          Scalar: visitor.Value,
          Seq: visitor.Value
        }, visitor.Collection && {
          Map: visitor.Collection,
          Seq: visitor.Collection
        }, visitor);
      }
      return visitor;
    }
    function callVisitor(key, node, visitor, path6) {
      if (typeof visitor === "function")
        return visitor(key, node, path6);
      if (identity.isMap(node))
        return visitor.Map?.(key, node, path6);
      if (identity.isSeq(node))
        return visitor.Seq?.(key, node, path6);
      if (identity.isPair(node))
        return visitor.Pair?.(key, node, path6);
      if (identity.isScalar(node))
        return visitor.Scalar?.(key, node, path6);
      if (identity.isAlias(node))
        return visitor.Alias?.(key, node, path6);
      return void 0;
    }
    function replaceNode(key, path6, node) {
      const parent = path6[path6.length - 1];
      if (identity.isCollection(parent)) {
        parent.items[key] = node;
      } else if (identity.isPair(parent)) {
        if (key === "key")
          parent.key = node;
        else
          parent.value = node;
      } else if (identity.isDocument(parent)) {
        parent.contents = node;
      } else {
        const pt = identity.isAlias(parent) ? "alias" : "scalar";
        throw new Error(`Cannot replace node with ${pt} parent`);
      }
    }
    exports.visit = visit;
    exports.visitAsync = visitAsync;
  }
});

// node_modules/yaml/dist/doc/directives.js
var require_directives = __commonJS({
  "node_modules/yaml/dist/doc/directives.js"(exports) {
    "use strict";
    var identity = require_identity();
    var visit = require_visit();
    var escapeChars = {
      "!": "%21",
      ",": "%2C",
      "[": "%5B",
      "]": "%5D",
      "{": "%7B",
      "}": "%7D"
    };
    var escapeTagName = (tn) => tn.replace(/[!,[\]{}]/g, (ch) => escapeChars[ch]);
    var Directives = class _Directives {
      constructor(yaml, tags) {
        this.docStart = null;
        this.docEnd = false;
        this.yaml = Object.assign({}, _Directives.defaultYaml, yaml);
        this.tags = Object.assign({}, _Directives.defaultTags, tags);
      }
      clone() {
        const copy = new _Directives(this.yaml, this.tags);
        copy.docStart = this.docStart;
        return copy;
      }
      /**
       * During parsing, get a Directives instance for the current document and
       * update the stream state according to the current version's spec.
       */
      atDocument() {
        const res = new _Directives(this.yaml, this.tags);
        switch (this.yaml.version) {
          case "1.1":
            this.atNextDocument = true;
            break;
          case "1.2":
            this.atNextDocument = false;
            this.yaml = {
              explicit: _Directives.defaultYaml.explicit,
              version: "1.2"
            };
            this.tags = Object.assign({}, _Directives.defaultTags);
            break;
        }
        return res;
      }
      /**
       * @param onError - May be called even if the action was successful
       * @returns `true` on success
       */
      add(line, onError) {
        if (this.atNextDocument) {
          this.yaml = { explicit: _Directives.defaultYaml.explicit, version: "1.1" };
          this.tags = Object.assign({}, _Directives.defaultTags);
          this.atNextDocument = false;
        }
        const parts = line.trim().split(/[ \t]+/);
        const name = parts.shift();
        switch (name) {
          case "%TAG": {
            if (parts.length !== 2) {
              onError(0, "%TAG directive should contain exactly two parts");
              if (parts.length < 2)
                return false;
            }
            const [handle, prefix] = parts;
            this.tags[handle] = prefix;
            return true;
          }
          case "%YAML": {
            this.yaml.explicit = true;
            if (parts.length !== 1) {
              onError(0, "%YAML directive should contain exactly one part");
              return false;
            }
            const [version] = parts;
            if (version === "1.1" || version === "1.2") {
              this.yaml.version = version;
              return true;
            } else {
              const isValid = /^\d+\.\d+$/.test(version);
              onError(6, `Unsupported YAML version ${version}`, isValid);
              return false;
            }
          }
          default:
            onError(0, `Unknown directive ${name}`, true);
            return false;
        }
      }
      /**
       * Resolves a tag, matching handles to those defined in %TAG directives.
       *
       * @returns Resolved tag, which may also be the non-specific tag `'!'` or a
       *   `'!local'` tag, or `null` if unresolvable.
       */
      tagName(source, onError) {
        if (source === "!")
          return "!";
        if (source[0] !== "!") {
          onError(`Not a valid tag: ${source}`);
          return null;
        }
        if (source[1] === "<") {
          const verbatim = source.slice(2, -1);
          if (verbatim === "!" || verbatim === "!!") {
            onError(`Verbatim tags aren't resolved, so ${source} is invalid.`);
            return null;
          }
          if (source[source.length - 1] !== ">")
            onError("Verbatim tags must end with a >");
          return verbatim;
        }
        const [, handle, suffix] = source.match(/^(.*!)([^!]*)$/s);
        if (!suffix)
          onError(`The ${source} tag has no suffix`);
        const prefix = this.tags[handle];
        if (prefix) {
          try {
            return prefix + decodeURIComponent(suffix);
          } catch (error2) {
            onError(String(error2));
            return null;
          }
        }
        if (handle === "!")
          return source;
        onError(`Could not resolve tag: ${source}`);
        return null;
      }
      /**
       * Given a fully resolved tag, returns its printable string form,
       * taking into account current tag prefixes and defaults.
       */
      tagString(tag) {
        for (const [handle, prefix] of Object.entries(this.tags)) {
          if (tag.startsWith(prefix))
            return handle + escapeTagName(tag.substring(prefix.length));
        }
        return tag[0] === "!" ? tag : `!<${tag}>`;
      }
      toString(doc) {
        const lines3 = this.yaml.explicit ? [`%YAML ${this.yaml.version || "1.2"}`] : [];
        const tagEntries = Object.entries(this.tags);
        let tagNames;
        if (doc && tagEntries.length > 0 && identity.isNode(doc.contents)) {
          const tags = {};
          visit.visit(doc.contents, (_key, node) => {
            if (identity.isNode(node) && node.tag)
              tags[node.tag] = true;
          });
          tagNames = Object.keys(tags);
        } else
          tagNames = [];
        for (const [handle, prefix] of tagEntries) {
          if (handle === "!!" && prefix === "tag:yaml.org,2002:")
            continue;
          if (!doc || tagNames.some((tn) => tn.startsWith(prefix)))
            lines3.push(`%TAG ${handle} ${prefix}`);
        }
        return lines3.join("\n");
      }
    };
    Directives.defaultYaml = { explicit: false, version: "1.2" };
    Directives.defaultTags = { "!!": "tag:yaml.org,2002:" };
    exports.Directives = Directives;
  }
});

// node_modules/yaml/dist/doc/anchors.js
var require_anchors = __commonJS({
  "node_modules/yaml/dist/doc/anchors.js"(exports) {
    "use strict";
    var identity = require_identity();
    var visit = require_visit();
    function anchorIsValid(anchor) {
      if (/[\x00-\x19\s,[\]{}]/.test(anchor)) {
        const sa = JSON.stringify(anchor);
        const msg = `Anchor must not contain whitespace or control characters: ${sa}`;
        throw new Error(msg);
      }
      return true;
    }
    function anchorNames(root) {
      const anchors = /* @__PURE__ */ new Set();
      visit.visit(root, {
        Value(_key, node) {
          if (node.anchor)
            anchors.add(node.anchor);
        }
      });
      return anchors;
    }
    function findNewAnchor(prefix, exclude) {
      for (let i = 1; true; ++i) {
        const name = `${prefix}${i}`;
        if (!exclude.has(name))
          return name;
      }
    }
    function createNodeAnchors(doc, prefix) {
      const aliasObjects = [];
      const sourceObjects = /* @__PURE__ */ new Map();
      let prevAnchors = null;
      return {
        onAnchor: (source) => {
          aliasObjects.push(source);
          prevAnchors ?? (prevAnchors = anchorNames(doc));
          const anchor = findNewAnchor(prefix, prevAnchors);
          prevAnchors.add(anchor);
          return anchor;
        },
        /**
         * With circular references, the source node is only resolved after all
         * of its child nodes are. This is why anchors are set only after all of
         * the nodes have been created.
         */
        setAnchors: () => {
          for (const source of aliasObjects) {
            const ref = sourceObjects.get(source);
            if (typeof ref === "object" && ref.anchor && (identity.isScalar(ref.node) || identity.isCollection(ref.node))) {
              ref.node.anchor = ref.anchor;
            } else {
              const error2 = new Error("Failed to resolve repeated object (this should not happen)");
              error2.source = source;
              throw error2;
            }
          }
        },
        sourceObjects
      };
    }
    exports.anchorIsValid = anchorIsValid;
    exports.anchorNames = anchorNames;
    exports.createNodeAnchors = createNodeAnchors;
    exports.findNewAnchor = findNewAnchor;
  }
});

// node_modules/yaml/dist/doc/applyReviver.js
var require_applyReviver = __commonJS({
  "node_modules/yaml/dist/doc/applyReviver.js"(exports) {
    "use strict";
    function applyReviver(reviver, obj, key, val) {
      if (val && typeof val === "object") {
        if (Array.isArray(val)) {
          for (let i = 0, len = val.length; i < len; ++i) {
            const v0 = val[i];
            const v1 = applyReviver(reviver, val, String(i), v0);
            if (v1 === void 0)
              delete val[i];
            else if (v1 !== v0)
              val[i] = v1;
          }
        } else if (val instanceof Map) {
          for (const k of Array.from(val.keys())) {
            const v0 = val.get(k);
            const v1 = applyReviver(reviver, val, k, v0);
            if (v1 === void 0)
              val.delete(k);
            else if (v1 !== v0)
              val.set(k, v1);
          }
        } else if (val instanceof Set) {
          for (const v0 of Array.from(val)) {
            const v1 = applyReviver(reviver, val, v0, v0);
            if (v1 === void 0)
              val.delete(v0);
            else if (v1 !== v0) {
              val.delete(v0);
              val.add(v1);
            }
          }
        } else {
          for (const [k, v0] of Object.entries(val)) {
            const v1 = applyReviver(reviver, val, k, v0);
            if (v1 === void 0)
              delete val[k];
            else if (v1 !== v0)
              val[k] = v1;
          }
        }
      }
      return reviver.call(obj, key, val);
    }
    exports.applyReviver = applyReviver;
  }
});

// node_modules/yaml/dist/nodes/toJS.js
var require_toJS = __commonJS({
  "node_modules/yaml/dist/nodes/toJS.js"(exports) {
    "use strict";
    var identity = require_identity();
    function toJS(value2, arg, ctx) {
      if (Array.isArray(value2))
        return value2.map((v, i) => toJS(v, String(i), ctx));
      if (value2 && typeof value2.toJSON === "function") {
        if (!ctx || !identity.hasAnchor(value2))
          return value2.toJSON(arg, ctx);
        const data = { aliasCount: 0, count: 1, res: void 0 };
        ctx.anchors.set(value2, data);
        ctx.onCreate = (res2) => {
          data.res = res2;
          delete ctx.onCreate;
        };
        const res = value2.toJSON(arg, ctx);
        if (ctx.onCreate)
          ctx.onCreate(res);
        return res;
      }
      if (typeof value2 === "bigint" && !ctx?.keep)
        return Number(value2);
      return value2;
    }
    exports.toJS = toJS;
  }
});

// node_modules/yaml/dist/nodes/Node.js
var require_Node = __commonJS({
  "node_modules/yaml/dist/nodes/Node.js"(exports) {
    "use strict";
    var applyReviver = require_applyReviver();
    var identity = require_identity();
    var toJS = require_toJS();
    var NodeBase = class {
      constructor(type) {
        Object.defineProperty(this, identity.NODE_TYPE, { value: type });
      }
      /** Create a copy of this node.  */
      clone() {
        const copy = Object.create(Object.getPrototypeOf(this), Object.getOwnPropertyDescriptors(this));
        if (this.range)
          copy.range = this.range.slice();
        return copy;
      }
      /** A plain JavaScript representation of this node. */
      toJS(doc, { mapAsMap, maxAliasCount, onAnchor, reviver } = {}) {
        if (!identity.isDocument(doc))
          throw new TypeError("A document argument is required");
        const ctx = {
          anchors: /* @__PURE__ */ new Map(),
          doc,
          keep: true,
          mapAsMap: mapAsMap === true,
          mapKeyWarned: false,
          maxAliasCount: typeof maxAliasCount === "number" ? maxAliasCount : 100
        };
        const res = toJS.toJS(this, "", ctx);
        if (typeof onAnchor === "function")
          for (const { count: count2, res: res2 } of ctx.anchors.values())
            onAnchor(res2, count2);
        return typeof reviver === "function" ? applyReviver.applyReviver(reviver, { "": res }, "", res) : res;
      }
    };
    exports.NodeBase = NodeBase;
  }
});

// node_modules/yaml/dist/nodes/Alias.js
var require_Alias = __commonJS({
  "node_modules/yaml/dist/nodes/Alias.js"(exports) {
    "use strict";
    var anchors = require_anchors();
    var visit = require_visit();
    var identity = require_identity();
    var Node = require_Node();
    var toJS = require_toJS();
    var Alias = class extends Node.NodeBase {
      constructor(source) {
        super(identity.ALIAS);
        this.source = source;
        Object.defineProperty(this, "tag", {
          set() {
            throw new Error("Alias nodes cannot have tags");
          }
        });
      }
      /**
       * Resolve the value of this alias within `doc`, finding the last
       * instance of the `source` anchor before this node.
       */
      resolve(doc, ctx) {
        if (ctx?.maxAliasCount === 0)
          throw new ReferenceError("Alias resolution is disabled");
        let nodes;
        if (ctx?.aliasResolveCache) {
          nodes = ctx.aliasResolveCache;
        } else {
          nodes = [];
          visit.visit(doc, {
            Node: (_key, node) => {
              if (identity.isAlias(node) || identity.hasAnchor(node))
                nodes.push(node);
            }
          });
          if (ctx)
            ctx.aliasResolveCache = nodes;
        }
        let found = void 0;
        for (const node of nodes) {
          if (node === this)
            break;
          if (node.anchor === this.source)
            found = node;
        }
        if (found && ctx) {
          const { anchors: anchors2, doc: doc2, maxAliasCount } = ctx;
          let data = anchors2.get(found);
          if (!data) {
            toJS.toJS(found, null, ctx);
            data = anchors2.get(found);
          }
          if (data?.res === void 0) {
            const msg = "This should not happen: Alias anchor was not resolved?";
            throw new ReferenceError(msg);
          }
          if (maxAliasCount >= 0) {
            data.count += 1;
            if (data.aliasCount === 0)
              data.aliasCount = getAliasCount(doc2, found, anchors2);
            if (data.count * data.aliasCount > maxAliasCount) {
              const msg = "Excessive alias count indicates a resource exhaustion attack";
              throw new ReferenceError(msg);
            }
          }
        }
        return found;
      }
      toJSON(_arg, ctx) {
        if (!ctx)
          return { source: this.source };
        const source = this.resolve(ctx.doc, ctx);
        if (!source) {
          const msg = `Unresolved alias (the anchor must be set before the alias): ${this.source}`;
          throw new ReferenceError(msg);
        }
        return ctx.anchors.get(source).res;
      }
      toString(ctx, _onComment, _onChompKeep) {
        const src = `*${this.source}`;
        if (ctx) {
          anchors.anchorIsValid(this.source);
          if (ctx.options.verifyAliasOrder && !ctx.anchors.has(this.source)) {
            const msg = `Unresolved alias (the anchor must be set before the alias): ${this.source}`;
            throw new Error(msg);
          }
          if (ctx.implicitKey)
            return `${src} `;
        }
        return src;
      }
    };
    function getAliasCount(doc, node, anchors2) {
      if (identity.isAlias(node)) {
        const source = node.resolve(doc);
        const anchor = anchors2 && source && anchors2.get(source);
        return anchor ? anchor.count * anchor.aliasCount : 0;
      } else if (identity.isCollection(node)) {
        let count2 = 0;
        for (const item of node.items) {
          const c = getAliasCount(doc, item, anchors2);
          if (c > count2)
            count2 = c;
        }
        return count2;
      } else if (identity.isPair(node)) {
        const kc = getAliasCount(doc, node.key, anchors2);
        const vc = getAliasCount(doc, node.value, anchors2);
        return Math.max(kc, vc);
      }
      return 1;
    }
    exports.Alias = Alias;
  }
});

// node_modules/yaml/dist/nodes/Scalar.js
var require_Scalar = __commonJS({
  "node_modules/yaml/dist/nodes/Scalar.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Node = require_Node();
    var toJS = require_toJS();
    var isScalarValue = (value2) => !value2 || typeof value2 !== "function" && typeof value2 !== "object";
    var Scalar = class extends Node.NodeBase {
      constructor(value2) {
        super(identity.SCALAR);
        this.value = value2;
      }
      toJSON(arg, ctx) {
        return ctx?.keep ? this.value : toJS.toJS(this.value, arg, ctx);
      }
      toString() {
        return String(this.value);
      }
    };
    Scalar.BLOCK_FOLDED = "BLOCK_FOLDED";
    Scalar.BLOCK_LITERAL = "BLOCK_LITERAL";
    Scalar.PLAIN = "PLAIN";
    Scalar.QUOTE_DOUBLE = "QUOTE_DOUBLE";
    Scalar.QUOTE_SINGLE = "QUOTE_SINGLE";
    exports.Scalar = Scalar;
    exports.isScalarValue = isScalarValue;
  }
});

// node_modules/yaml/dist/doc/createNode.js
var require_createNode = __commonJS({
  "node_modules/yaml/dist/doc/createNode.js"(exports) {
    "use strict";
    var Alias = require_Alias();
    var identity = require_identity();
    var Scalar = require_Scalar();
    var defaultTagPrefix = "tag:yaml.org,2002:";
    function findTagObject(value2, tagName, tags) {
      if (tagName) {
        const match = tags.filter((t) => t.tag === tagName);
        const tagObj = match.find((t) => !t.format) ?? match[0];
        if (!tagObj)
          throw new Error(`Tag ${tagName} not found`);
        return tagObj;
      }
      return tags.find((t) => t.identify?.(value2) && !t.format);
    }
    function createNode(value2, tagName, ctx) {
      if (identity.isDocument(value2))
        value2 = value2.contents;
      if (identity.isNode(value2))
        return value2;
      if (identity.isPair(value2)) {
        const map = ctx.schema[identity.MAP].createNode?.(ctx.schema, null, ctx);
        map.items.push(value2);
        return map;
      }
      if (value2 instanceof String || value2 instanceof Number || value2 instanceof Boolean || typeof BigInt !== "undefined" && value2 instanceof BigInt) {
        value2 = value2.valueOf();
      }
      const { aliasDuplicateObjects, onAnchor, onTagObj, schema, sourceObjects } = ctx;
      let ref = void 0;
      if (aliasDuplicateObjects && value2 && typeof value2 === "object") {
        ref = sourceObjects.get(value2);
        if (ref) {
          ref.anchor ?? (ref.anchor = onAnchor(value2));
          return new Alias.Alias(ref.anchor);
        } else {
          ref = { anchor: null, node: null };
          sourceObjects.set(value2, ref);
        }
      }
      if (tagName?.startsWith("!!"))
        tagName = defaultTagPrefix + tagName.slice(2);
      let tagObj = findTagObject(value2, tagName, schema.tags);
      if (!tagObj) {
        if (value2 && typeof value2.toJSON === "function") {
          value2 = value2.toJSON();
        }
        if (!value2 || typeof value2 !== "object") {
          const node2 = new Scalar.Scalar(value2);
          if (ref)
            ref.node = node2;
          return node2;
        }
        tagObj = value2 instanceof Map ? schema[identity.MAP] : Symbol.iterator in Object(value2) ? schema[identity.SEQ] : schema[identity.MAP];
      }
      if (onTagObj) {
        onTagObj(tagObj);
        delete ctx.onTagObj;
      }
      const node = tagObj?.createNode ? tagObj.createNode(ctx.schema, value2, ctx) : typeof tagObj?.nodeClass?.from === "function" ? tagObj.nodeClass.from(ctx.schema, value2, ctx) : new Scalar.Scalar(value2);
      if (tagName)
        node.tag = tagName;
      else if (!tagObj.default)
        node.tag = tagObj.tag;
      if (ref)
        ref.node = node;
      return node;
    }
    exports.createNode = createNode;
  }
});

// node_modules/yaml/dist/nodes/Collection.js
var require_Collection = __commonJS({
  "node_modules/yaml/dist/nodes/Collection.js"(exports) {
    "use strict";
    var createNode = require_createNode();
    var identity = require_identity();
    var Node = require_Node();
    function collectionFromPath(schema, path6, value2) {
      let v = value2;
      for (let i = path6.length - 1; i >= 0; --i) {
        const k = path6[i];
        if (typeof k === "number" && Number.isInteger(k) && k >= 0) {
          const a = [];
          a[k] = v;
          v = a;
        } else {
          v = /* @__PURE__ */ new Map([[k, v]]);
        }
      }
      return createNode.createNode(v, void 0, {
        aliasDuplicateObjects: false,
        keepUndefined: false,
        onAnchor: () => {
          throw new Error("This should not happen, please report a bug.");
        },
        schema,
        sourceObjects: /* @__PURE__ */ new Map()
      });
    }
    var isEmptyPath = (path6) => path6 == null || typeof path6 === "object" && !!path6[Symbol.iterator]().next().done;
    var Collection = class extends Node.NodeBase {
      constructor(type, schema) {
        super(type);
        Object.defineProperty(this, "schema", {
          value: schema,
          configurable: true,
          enumerable: false,
          writable: true
        });
      }
      /**
       * Create a copy of this collection.
       *
       * @param schema - If defined, overwrites the original's schema
       */
      clone(schema) {
        const copy = Object.create(Object.getPrototypeOf(this), Object.getOwnPropertyDescriptors(this));
        if (schema)
          copy.schema = schema;
        copy.items = copy.items.map((it) => identity.isNode(it) || identity.isPair(it) ? it.clone(schema) : it);
        if (this.range)
          copy.range = this.range.slice();
        return copy;
      }
      /**
       * Adds a value to the collection. For `!!map` and `!!omap` the value must
       * be a Pair instance or a `{ key, value }` object, which may not have a key
       * that already exists in the map.
       */
      addIn(path6, value2) {
        if (isEmptyPath(path6))
          this.add(value2);
        else {
          const [key, ...rest] = path6;
          const node = this.get(key, true);
          if (identity.isCollection(node))
            node.addIn(rest, value2);
          else if (node === void 0 && this.schema)
            this.set(key, collectionFromPath(this.schema, rest, value2));
          else
            throw new Error(`Expected YAML collection at ${key}. Remaining path: ${rest}`);
        }
      }
      /**
       * Removes a value from the collection.
       * @returns `true` if the item was found and removed.
       */
      deleteIn(path6) {
        const [key, ...rest] = path6;
        if (rest.length === 0)
          return this.delete(key);
        const node = this.get(key, true);
        if (identity.isCollection(node))
          return node.deleteIn(rest);
        else
          throw new Error(`Expected YAML collection at ${key}. Remaining path: ${rest}`);
      }
      /**
       * Returns item at `key`, or `undefined` if not found. By default unwraps
       * scalar values from their surrounding node; to disable set `keepScalar` to
       * `true` (collections are always returned intact).
       */
      getIn(path6, keepScalar) {
        const [key, ...rest] = path6;
        const node = this.get(key, true);
        if (rest.length === 0)
          return !keepScalar && identity.isScalar(node) ? node.value : node;
        else
          return identity.isCollection(node) ? node.getIn(rest, keepScalar) : void 0;
      }
      hasAllNullValues(allowScalar) {
        return this.items.every((node) => {
          if (!identity.isPair(node))
            return false;
          const n = node.value;
          return n == null || allowScalar && identity.isScalar(n) && n.value == null && !n.commentBefore && !n.comment && !n.tag;
        });
      }
      /**
       * Checks if the collection includes a value with the key `key`.
       */
      hasIn(path6) {
        const [key, ...rest] = path6;
        if (rest.length === 0)
          return this.has(key);
        const node = this.get(key, true);
        return identity.isCollection(node) ? node.hasIn(rest) : false;
      }
      /**
       * Sets a value in this collection. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       */
      setIn(path6, value2) {
        const [key, ...rest] = path6;
        if (rest.length === 0) {
          this.set(key, value2);
        } else {
          const node = this.get(key, true);
          if (identity.isCollection(node))
            node.setIn(rest, value2);
          else if (node === void 0 && this.schema)
            this.set(key, collectionFromPath(this.schema, rest, value2));
          else
            throw new Error(`Expected YAML collection at ${key}. Remaining path: ${rest}`);
        }
      }
    };
    exports.Collection = Collection;
    exports.collectionFromPath = collectionFromPath;
    exports.isEmptyPath = isEmptyPath;
  }
});

// node_modules/yaml/dist/stringify/stringifyComment.js
var require_stringifyComment = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyComment.js"(exports) {
    "use strict";
    var stringifyComment = (str) => str.replace(/^(?!$)(?: $)?/gm, "#");
    function indentComment(comment, indent) {
      if (/^\n+$/.test(comment))
        return comment.substring(1);
      return indent ? comment.replace(/^(?! *$)/gm, indent) : comment;
    }
    var lineComment = (str, indent, comment) => str.endsWith("\n") ? indentComment(comment, indent) : comment.includes("\n") ? "\n" + indentComment(comment, indent) : (str.endsWith(" ") ? "" : " ") + comment;
    exports.indentComment = indentComment;
    exports.lineComment = lineComment;
    exports.stringifyComment = stringifyComment;
  }
});

// node_modules/yaml/dist/stringify/foldFlowLines.js
var require_foldFlowLines = __commonJS({
  "node_modules/yaml/dist/stringify/foldFlowLines.js"(exports) {
    "use strict";
    var FOLD_FLOW = "flow";
    var FOLD_BLOCK = "block";
    var FOLD_QUOTED = "quoted";
    function foldFlowLines(text2, indent, mode = "flow", { indentAtStart, lineWidth = 80, minContentWidth = 20, onFold, onOverflow } = {}) {
      if (!lineWidth || lineWidth < 0)
        return text2;
      if (lineWidth < minContentWidth)
        minContentWidth = 0;
      const endStep = Math.max(1 + minContentWidth, 1 + lineWidth - indent.length);
      if (text2.length <= endStep)
        return text2;
      const folds = [];
      const escapedFolds = {};
      let end = lineWidth - indent.length;
      if (typeof indentAtStart === "number") {
        if (indentAtStart > lineWidth - Math.max(2, minContentWidth))
          folds.push(0);
        else
          end = lineWidth - indentAtStart;
      }
      let split = void 0;
      let prev = void 0;
      let overflow = false;
      let i = -1;
      let escStart = -1;
      let escEnd = -1;
      if (mode === FOLD_BLOCK) {
        i = consumeMoreIndentedLines(text2, i, indent.length);
        if (i !== -1)
          end = i + endStep;
      }
      for (let ch; ch = text2[i += 1]; ) {
        if (mode === FOLD_QUOTED && ch === "\\") {
          escStart = i;
          switch (text2[i + 1]) {
            case "x":
              i += 3;
              break;
            case "u":
              i += 5;
              break;
            case "U":
              i += 9;
              break;
            default:
              i += 1;
          }
          escEnd = i;
        }
        if (ch === "\n") {
          if (mode === FOLD_BLOCK)
            i = consumeMoreIndentedLines(text2, i, indent.length);
          end = i + indent.length + endStep;
          split = void 0;
        } else {
          if (ch === " " && prev && prev !== " " && prev !== "\n" && prev !== "	") {
            const next = text2[i + 1];
            if (next && next !== " " && next !== "\n" && next !== "	")
              split = i;
          }
          if (i >= end) {
            if (split) {
              folds.push(split);
              end = split + endStep;
              split = void 0;
            } else if (mode === FOLD_QUOTED) {
              while (prev === " " || prev === "	") {
                prev = ch;
                ch = text2[i += 1];
                overflow = true;
              }
              const j = i > escEnd + 1 ? i - 2 : escStart - 1;
              if (escapedFolds[j])
                return text2;
              folds.push(j);
              escapedFolds[j] = true;
              end = j + endStep;
              split = void 0;
            } else {
              overflow = true;
            }
          }
        }
        prev = ch;
      }
      if (overflow && onOverflow)
        onOverflow();
      if (folds.length === 0)
        return text2;
      if (onFold)
        onFold();
      let res = text2.slice(0, folds[0]);
      for (let i2 = 0; i2 < folds.length; ++i2) {
        const fold = folds[i2];
        const end2 = folds[i2 + 1] || text2.length;
        if (fold === 0)
          res = `
${indent}${text2.slice(0, end2)}`;
        else {
          if (mode === FOLD_QUOTED && escapedFolds[fold])
            res += `${text2[fold]}\\`;
          res += `
${indent}${text2.slice(fold + 1, end2)}`;
        }
      }
      return res;
    }
    function consumeMoreIndentedLines(text2, i, indent) {
      let end = i;
      let start2 = i + 1;
      let ch = text2[start2];
      while (ch === " " || ch === "	") {
        if (i < start2 + indent) {
          ch = text2[++i];
        } else {
          do {
            ch = text2[++i];
          } while (ch && ch !== "\n");
          end = i;
          start2 = i + 1;
          ch = text2[start2];
        }
      }
      return end;
    }
    exports.FOLD_BLOCK = FOLD_BLOCK;
    exports.FOLD_FLOW = FOLD_FLOW;
    exports.FOLD_QUOTED = FOLD_QUOTED;
    exports.foldFlowLines = foldFlowLines;
  }
});

// node_modules/yaml/dist/stringify/stringifyString.js
var require_stringifyString = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyString.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    var foldFlowLines = require_foldFlowLines();
    var getFoldOptions = (ctx, isBlock) => ({
      indentAtStart: isBlock ? ctx.indent.length : ctx.indentAtStart,
      lineWidth: ctx.options.lineWidth,
      minContentWidth: ctx.options.minContentWidth
    });
    var containsDocumentMarker = (str) => /^(%|---|\.\.\.)/m.test(str);
    function lineLengthOverLimit(str, lineWidth, indentLength) {
      if (!lineWidth || lineWidth < 0)
        return false;
      const limit = lineWidth - indentLength;
      const strLen = str.length;
      if (strLen <= limit)
        return false;
      for (let i = 0, start2 = 0; i < strLen; ++i) {
        if (str[i] === "\n") {
          if (i - start2 > limit)
            return true;
          start2 = i + 1;
          if (strLen - start2 <= limit)
            return false;
        }
      }
      return true;
    }
    function doubleQuotedString(value2, ctx) {
      const json = JSON.stringify(value2);
      if (ctx.options.doubleQuotedAsJSON)
        return json;
      const { implicitKey } = ctx;
      const minMultiLineLength = ctx.options.doubleQuotedMinMultiLineLength;
      const indent = ctx.indent || (containsDocumentMarker(value2) ? "  " : "");
      let str = "";
      let start2 = 0;
      for (let i = 0, ch = json[i]; ch; ch = json[++i]) {
        if (ch === " " && json[i + 1] === "\\" && json[i + 2] === "n") {
          str += json.slice(start2, i) + "\\ ";
          i += 1;
          start2 = i;
          ch = "\\";
        }
        if (ch === "\\")
          switch (json[i + 1]) {
            case "u":
              {
                str += json.slice(start2, i);
                const code = json.substr(i + 2, 4);
                switch (code) {
                  case "0000":
                    str += "\\0";
                    break;
                  case "0007":
                    str += "\\a";
                    break;
                  case "000b":
                    str += "\\v";
                    break;
                  case "001b":
                    str += "\\e";
                    break;
                  case "0085":
                    str += "\\N";
                    break;
                  case "00a0":
                    str += "\\_";
                    break;
                  case "2028":
                    str += "\\L";
                    break;
                  case "2029":
                    str += "\\P";
                    break;
                  default:
                    if (code.substr(0, 2) === "00")
                      str += "\\x" + code.substr(2);
                    else
                      str += json.substr(i, 6);
                }
                i += 5;
                start2 = i + 1;
              }
              break;
            case "n":
              if (implicitKey || json[i + 2] === '"' || json.length < minMultiLineLength) {
                i += 1;
              } else {
                str += json.slice(start2, i) + "\n\n";
                while (json[i + 2] === "\\" && json[i + 3] === "n" && json[i + 4] !== '"') {
                  str += "\n";
                  i += 2;
                }
                str += indent;
                if (json[i + 2] === " ")
                  str += "\\";
                i += 1;
                start2 = i + 1;
              }
              break;
            default:
              i += 1;
          }
      }
      str = start2 ? str + json.slice(start2) : json;
      return implicitKey ? str : foldFlowLines.foldFlowLines(str, indent, foldFlowLines.FOLD_QUOTED, getFoldOptions(ctx, false));
    }
    function singleQuotedString(value2, ctx) {
      if (ctx.options.singleQuote === false || ctx.implicitKey && value2.includes("\n") || /[ \t]\n|\n[ \t]/.test(value2))
        return doubleQuotedString(value2, ctx);
      const indent = ctx.indent || (containsDocumentMarker(value2) ? "  " : "");
      const res = "'" + value2.replace(/'/g, "''").replace(/\n+/g, `$&
${indent}`) + "'";
      return ctx.implicitKey ? res : foldFlowLines.foldFlowLines(res, indent, foldFlowLines.FOLD_FLOW, getFoldOptions(ctx, false));
    }
    function quotedString(value2, ctx) {
      const { singleQuote } = ctx.options;
      let qs;
      if (singleQuote === false)
        qs = doubleQuotedString;
      else {
        const hasDouble = value2.includes('"');
        const hasSingle = value2.includes("'");
        if (hasDouble && !hasSingle)
          qs = singleQuotedString;
        else if (hasSingle && !hasDouble)
          qs = doubleQuotedString;
        else
          qs = singleQuote ? singleQuotedString : doubleQuotedString;
      }
      return qs(value2, ctx);
    }
    var blockEndNewlines;
    try {
      blockEndNewlines = new RegExp("(^|(?<!\n))\n+(?!\n|$)", "g");
    } catch {
      blockEndNewlines = /\n+(?!\n|$)/g;
    }
    function blockString({ comment, type, value: value2 }, ctx, onComment, onChompKeep) {
      const { blockQuote, commentString, lineWidth } = ctx.options;
      if (!blockQuote || /\n[\t ]+$/.test(value2)) {
        return quotedString(value2, ctx);
      }
      const indent = ctx.indent || (ctx.forceBlockIndent || containsDocumentMarker(value2) ? "  " : "");
      const literal = blockQuote === "literal" ? true : blockQuote === "folded" || type === Scalar.Scalar.BLOCK_FOLDED ? false : type === Scalar.Scalar.BLOCK_LITERAL ? true : !lineLengthOverLimit(value2, lineWidth, indent.length);
      if (!value2)
        return literal ? "|\n" : ">\n";
      let chomp;
      let endStart;
      for (endStart = value2.length; endStart > 0; --endStart) {
        const ch = value2[endStart - 1];
        if (ch !== "\n" && ch !== "	" && ch !== " ")
          break;
      }
      let end = value2.substring(endStart);
      const endNlPos = end.indexOf("\n");
      if (endNlPos === -1) {
        chomp = "-";
      } else if (value2 === end || endNlPos !== end.length - 1) {
        chomp = "+";
        if (onChompKeep)
          onChompKeep();
      } else {
        chomp = "";
      }
      if (end) {
        value2 = value2.slice(0, -end.length);
        if (end[end.length - 1] === "\n")
          end = end.slice(0, -1);
        end = end.replace(blockEndNewlines, `$&${indent}`);
      }
      let startWithSpace = false;
      let startEnd;
      let startNlPos = -1;
      for (startEnd = 0; startEnd < value2.length; ++startEnd) {
        const ch = value2[startEnd];
        if (ch === " ")
          startWithSpace = true;
        else if (ch === "\n")
          startNlPos = startEnd;
        else
          break;
      }
      let start2 = value2.substring(0, startNlPos < startEnd ? startNlPos + 1 : startEnd);
      if (start2) {
        value2 = value2.substring(start2.length);
        start2 = start2.replace(/\n+/g, `$&${indent}`);
      }
      const indentSize = indent ? "2" : "1";
      let header = (startWithSpace ? indentSize : "") + chomp;
      if (comment) {
        header += " " + commentString(comment.replace(/ ?[\r\n]+/g, " "));
        if (onComment)
          onComment();
      }
      if (!literal) {
        const foldedValue = value2.replace(/\n+/g, "\n$&").replace(/(?:^|\n)([\t ].*)(?:([\n\t ]*)\n(?![\n\t ]))?/g, "$1$2").replace(/\n+/g, `$&${indent}`);
        let literalFallback = false;
        const foldOptions = getFoldOptions(ctx, true);
        if (blockQuote !== "folded" && type !== Scalar.Scalar.BLOCK_FOLDED) {
          foldOptions.onOverflow = () => {
            literalFallback = true;
          };
        }
        const body = foldFlowLines.foldFlowLines(`${start2}${foldedValue}${end}`, indent, foldFlowLines.FOLD_BLOCK, foldOptions);
        if (!literalFallback)
          return `>${header}
${indent}${body}`;
      }
      value2 = value2.replace(/\n+/g, `$&${indent}`);
      return `|${header}
${indent}${start2}${value2}${end}`;
    }
    function plainString(item, ctx, onComment, onChompKeep) {
      const { type, value: value2 } = item;
      const { actualString, implicitKey, indent, indentStep, inFlow } = ctx;
      if (implicitKey && value2.includes("\n") || inFlow && /[[\]{},]/.test(value2)) {
        return quotedString(value2, ctx);
      }
      if (/^[\n\t ,[\]{}#&*!|>'"%@`]|^[?-]$|^[?-][ \t]|[\n:][ \t]|[ \t]\n|[\n\t ]#|[\n\t :]$/.test(value2)) {
        return implicitKey || inFlow || !value2.includes("\n") ? quotedString(value2, ctx) : blockString(item, ctx, onComment, onChompKeep);
      }
      if (!implicitKey && !inFlow && type !== Scalar.Scalar.PLAIN && value2.includes("\n")) {
        return blockString(item, ctx, onComment, onChompKeep);
      }
      if (containsDocumentMarker(value2)) {
        if (indent === "") {
          ctx.forceBlockIndent = true;
          return blockString(item, ctx, onComment, onChompKeep);
        } else if (implicitKey && indent === indentStep) {
          return quotedString(value2, ctx);
        }
      }
      const str = value2.replace(/\n+/g, `$&
${indent}`);
      if (actualString) {
        const test = (tag) => tag.default && tag.tag !== "tag:yaml.org,2002:str" && tag.test?.test(str);
        const { compat, tags } = ctx.doc.schema;
        if (tags.some(test) || compat?.some(test))
          return quotedString(value2, ctx);
      }
      return implicitKey ? str : foldFlowLines.foldFlowLines(str, indent, foldFlowLines.FOLD_FLOW, getFoldOptions(ctx, false));
    }
    function stringifyString(item, ctx, onComment, onChompKeep) {
      const { implicitKey, inFlow } = ctx;
      const ss = typeof item.value === "string" ? item : Object.assign({}, item, { value: String(item.value) });
      let { type } = item;
      if (type !== Scalar.Scalar.QUOTE_DOUBLE) {
        if (/[\x00-\x08\x0b-\x1f\x7f-\x9f\u{D800}-\u{DFFF}]/u.test(ss.value))
          type = Scalar.Scalar.QUOTE_DOUBLE;
      }
      const _stringify = (_type) => {
        switch (_type) {
          case Scalar.Scalar.BLOCK_FOLDED:
          case Scalar.Scalar.BLOCK_LITERAL:
            return implicitKey || inFlow ? quotedString(ss.value, ctx) : blockString(ss, ctx, onComment, onChompKeep);
          case Scalar.Scalar.QUOTE_DOUBLE:
            return doubleQuotedString(ss.value, ctx);
          case Scalar.Scalar.QUOTE_SINGLE:
            return singleQuotedString(ss.value, ctx);
          case Scalar.Scalar.PLAIN:
            return plainString(ss, ctx, onComment, onChompKeep);
          default:
            return null;
        }
      };
      let res = _stringify(type);
      if (res === null) {
        const { defaultKeyType, defaultStringType } = ctx.options;
        const t = implicitKey && defaultKeyType || defaultStringType;
        res = _stringify(t);
        if (res === null)
          throw new Error(`Unsupported default string type ${t}`);
      }
      return res;
    }
    exports.stringifyString = stringifyString;
  }
});

// node_modules/yaml/dist/stringify/stringify.js
var require_stringify = __commonJS({
  "node_modules/yaml/dist/stringify/stringify.js"(exports) {
    "use strict";
    var anchors = require_anchors();
    var identity = require_identity();
    var stringifyComment = require_stringifyComment();
    var stringifyString = require_stringifyString();
    function createStringifyContext(doc, options) {
      const opt = Object.assign({
        blockQuote: true,
        commentString: stringifyComment.stringifyComment,
        defaultKeyType: null,
        defaultStringType: "PLAIN",
        directives: null,
        doubleQuotedAsJSON: false,
        doubleQuotedMinMultiLineLength: 40,
        falseStr: "false",
        flowCollectionPadding: true,
        indentSeq: true,
        lineWidth: 80,
        minContentWidth: 20,
        nullStr: "null",
        simpleKeys: false,
        singleQuote: null,
        trailingComma: false,
        trueStr: "true",
        verifyAliasOrder: true
      }, doc.schema.toStringOptions, options);
      let inFlow;
      switch (opt.collectionStyle) {
        case "block":
          inFlow = false;
          break;
        case "flow":
          inFlow = true;
          break;
        default:
          inFlow = null;
      }
      return {
        anchors: /* @__PURE__ */ new Set(),
        doc,
        flowCollectionPadding: opt.flowCollectionPadding ? " " : "",
        indent: "",
        indentStep: typeof opt.indent === "number" ? " ".repeat(opt.indent) : "  ",
        inFlow,
        options: opt
      };
    }
    function getTagObject(tags, item) {
      if (item.tag) {
        const match = tags.filter((t) => t.tag === item.tag);
        if (match.length > 0)
          return match.find((t) => t.format === item.format) ?? match[0];
      }
      let tagObj = void 0;
      let obj;
      if (identity.isScalar(item)) {
        obj = item.value;
        let match = tags.filter((t) => t.identify?.(obj));
        if (match.length > 1) {
          const testMatch = match.filter((t) => t.test);
          if (testMatch.length > 0)
            match = testMatch;
        }
        tagObj = match.find((t) => t.format === item.format) ?? match.find((t) => !t.format);
      } else {
        obj = item;
        tagObj = tags.find((t) => t.nodeClass && obj instanceof t.nodeClass);
      }
      if (!tagObj) {
        const name = obj?.constructor?.name ?? (obj === null ? "null" : typeof obj);
        throw new Error(`Tag not resolved for ${name} value`);
      }
      return tagObj;
    }
    function stringifyProps(node, tagObj, { anchors: anchors$1, doc }) {
      if (!doc.directives)
        return "";
      const props = [];
      const anchor = (identity.isScalar(node) || identity.isCollection(node)) && node.anchor;
      if (anchor && anchors.anchorIsValid(anchor)) {
        anchors$1.add(anchor);
        props.push(`&${anchor}`);
      }
      const tag = node.tag ?? (tagObj.default ? null : tagObj.tag);
      if (tag)
        props.push(doc.directives.tagString(tag));
      return props.join(" ");
    }
    function stringify2(item, ctx, onComment, onChompKeep) {
      if (identity.isPair(item))
        return item.toString(ctx, onComment, onChompKeep);
      if (identity.isAlias(item)) {
        if (ctx.doc.directives)
          return item.toString(ctx);
        if (ctx.resolvedAliases?.has(item)) {
          throw new TypeError(`Cannot stringify circular structure without alias nodes`);
        } else {
          if (ctx.resolvedAliases)
            ctx.resolvedAliases.add(item);
          else
            ctx.resolvedAliases = /* @__PURE__ */ new Set([item]);
          item = item.resolve(ctx.doc);
        }
      }
      let tagObj = void 0;
      const node = identity.isNode(item) ? item : ctx.doc.createNode(item, { onTagObj: (o) => tagObj = o });
      tagObj ?? (tagObj = getTagObject(ctx.doc.schema.tags, node));
      const props = stringifyProps(node, tagObj, ctx);
      if (props.length > 0)
        ctx.indentAtStart = (ctx.indentAtStart ?? 0) + props.length + 1;
      const str = typeof tagObj.stringify === "function" ? tagObj.stringify(node, ctx, onComment, onChompKeep) : identity.isScalar(node) ? stringifyString.stringifyString(node, ctx, onComment, onChompKeep) : node.toString(ctx, onComment, onChompKeep);
      if (!props)
        return str;
      return identity.isScalar(node) || str[0] === "{" || str[0] === "[" ? `${props} ${str}` : `${props}
${ctx.indent}${str}`;
    }
    exports.createStringifyContext = createStringifyContext;
    exports.stringify = stringify2;
  }
});

// node_modules/yaml/dist/stringify/stringifyPair.js
var require_stringifyPair = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyPair.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Scalar = require_Scalar();
    var stringify2 = require_stringify();
    var stringifyComment = require_stringifyComment();
    function stringifyPair({ key, value: value2 }, ctx, onComment, onChompKeep) {
      const { allNullValues, doc, indent, indentStep, options: { commentString, indentSeq, simpleKeys } } = ctx;
      let keyComment = identity.isNode(key) && key.comment || null;
      if (simpleKeys) {
        if (keyComment) {
          throw new Error("With simple keys, key nodes cannot have comments");
        }
        if (identity.isCollection(key) || !identity.isNode(key) && typeof key === "object") {
          const msg = "With simple keys, collection cannot be used as a key value";
          throw new Error(msg);
        }
      }
      let explicitKey = !simpleKeys && (!key || keyComment && value2 == null && !ctx.inFlow || identity.isCollection(key) || (identity.isScalar(key) ? key.type === Scalar.Scalar.BLOCK_FOLDED || key.type === Scalar.Scalar.BLOCK_LITERAL : typeof key === "object"));
      ctx = Object.assign({}, ctx, {
        allNullValues: false,
        implicitKey: !explicitKey && (simpleKeys || !allNullValues),
        indent: indent + indentStep
      });
      let keyCommentDone = false;
      let chompKeep = false;
      let str = stringify2.stringify(key, ctx, () => keyCommentDone = true, () => chompKeep = true);
      if (!explicitKey && !ctx.inFlow && str.length > 1024) {
        if (simpleKeys)
          throw new Error("With simple keys, single line scalar must not span more than 1024 characters");
        explicitKey = true;
      }
      if (ctx.inFlow) {
        if (allNullValues || value2 == null) {
          if (keyCommentDone && onComment)
            onComment();
          return str === "" ? "?" : explicitKey ? `? ${str}` : str;
        }
      } else if (allNullValues && !simpleKeys || value2 == null && explicitKey) {
        str = `? ${str}`;
        if (keyComment && !keyCommentDone) {
          str += stringifyComment.lineComment(str, ctx.indent, commentString(keyComment));
        } else if (chompKeep && onChompKeep)
          onChompKeep();
        return str;
      }
      if (keyCommentDone)
        keyComment = null;
      if (explicitKey) {
        if (keyComment)
          str += stringifyComment.lineComment(str, ctx.indent, commentString(keyComment));
        str = `? ${str}
${indent}:`;
      } else {
        str = `${str}:`;
        if (keyComment)
          str += stringifyComment.lineComment(str, ctx.indent, commentString(keyComment));
      }
      let vsb, vcb, valueComment;
      if (identity.isNode(value2)) {
        vsb = !!value2.spaceBefore;
        vcb = value2.commentBefore;
        valueComment = value2.comment;
      } else {
        vsb = false;
        vcb = null;
        valueComment = null;
        if (value2 && typeof value2 === "object")
          value2 = doc.createNode(value2);
      }
      ctx.implicitKey = false;
      if (!explicitKey && !keyComment && identity.isScalar(value2))
        ctx.indentAtStart = str.length + 1;
      chompKeep = false;
      if (!indentSeq && indentStep.length >= 2 && !ctx.inFlow && !explicitKey && identity.isSeq(value2) && !value2.flow && !value2.tag && !value2.anchor) {
        ctx.indent = ctx.indent.substring(2);
      }
      let valueCommentDone = false;
      const valueStr = stringify2.stringify(value2, ctx, () => valueCommentDone = true, () => chompKeep = true);
      let ws = " ";
      if (keyComment || vsb || vcb) {
        ws = vsb ? "\n" : "";
        if (vcb) {
          const cs = commentString(vcb);
          ws += `
${stringifyComment.indentComment(cs, ctx.indent)}`;
        }
        if (valueStr === "" && !ctx.inFlow) {
          if (ws === "\n" && valueComment)
            ws = "\n\n";
        } else {
          ws += `
${ctx.indent}`;
        }
      } else if (!explicitKey && identity.isCollection(value2)) {
        const vs0 = valueStr[0];
        const nl0 = valueStr.indexOf("\n");
        const hasNewline = nl0 !== -1;
        const flow = ctx.inFlow ?? value2.flow ?? value2.items.length === 0;
        if (hasNewline || !flow) {
          let hasPropsLine = false;
          if (hasNewline && (vs0 === "&" || vs0 === "!")) {
            let sp0 = valueStr.indexOf(" ");
            if (vs0 === "&" && sp0 !== -1 && sp0 < nl0 && valueStr[sp0 + 1] === "!") {
              sp0 = valueStr.indexOf(" ", sp0 + 1);
            }
            if (sp0 === -1 || nl0 < sp0)
              hasPropsLine = true;
          }
          if (!hasPropsLine)
            ws = `
${ctx.indent}`;
        }
      } else if (valueStr === "" || valueStr[0] === "\n") {
        ws = "";
      }
      str += ws + valueStr;
      if (ctx.inFlow) {
        if (valueCommentDone && onComment)
          onComment();
      } else if (valueComment && !valueCommentDone) {
        str += stringifyComment.lineComment(str, ctx.indent, commentString(valueComment));
      } else if (chompKeep && onChompKeep) {
        onChompKeep();
      }
      return str;
    }
    exports.stringifyPair = stringifyPair;
  }
});

// node_modules/yaml/dist/log.js
var require_log = __commonJS({
  "node_modules/yaml/dist/log.js"(exports) {
    "use strict";
    var node_process = __require("process");
    function debug2(logLevel, ...messages) {
      if (logLevel === "debug")
        console.log(...messages);
    }
    function warn(logLevel, warning2) {
      if (logLevel === "debug" || logLevel === "warn") {
        if (typeof node_process.emitWarning === "function")
          node_process.emitWarning(warning2);
        else
          console.warn(warning2);
      }
    }
    exports.debug = debug2;
    exports.warn = warn;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/merge.js
var require_merge = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/merge.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Scalar = require_Scalar();
    var MERGE_KEY = "<<";
    var merge = {
      identify: (value2) => value2 === MERGE_KEY || typeof value2 === "symbol" && value2.description === MERGE_KEY,
      default: "key",
      tag: "tag:yaml.org,2002:merge",
      test: /^<<$/,
      resolve: () => Object.assign(new Scalar.Scalar(Symbol(MERGE_KEY)), {
        addToJSMap: addMergeToJSMap
      }),
      stringify: () => MERGE_KEY
    };
    var isMergeKey = (ctx, key) => (merge.identify(key) || identity.isScalar(key) && (!key.type || key.type === Scalar.Scalar.PLAIN) && merge.identify(key.value)) && ctx?.doc.schema.tags.some((tag) => tag.tag === merge.tag && tag.default);
    function addMergeToJSMap(ctx, map, value2) {
      const source = resolveAliasValue(ctx, value2);
      if (identity.isSeq(source))
        for (const it of source.items)
          mergeValue(ctx, map, it);
      else if (Array.isArray(source))
        for (const it of source)
          mergeValue(ctx, map, it);
      else
        mergeValue(ctx, map, source);
    }
    function mergeValue(ctx, map, value2) {
      const source = resolveAliasValue(ctx, value2);
      if (!identity.isMap(source))
        throw new Error("Merge sources must be maps or map aliases");
      const srcMap = source.toJSON(null, ctx, Map);
      for (const [key, value3] of srcMap) {
        if (map instanceof Map) {
          if (!map.has(key))
            map.set(key, value3);
        } else if (map instanceof Set) {
          map.add(key);
        } else if (!Object.prototype.hasOwnProperty.call(map, key)) {
          Object.defineProperty(map, key, {
            value: value3,
            writable: true,
            enumerable: true,
            configurable: true
          });
        }
      }
      return map;
    }
    function resolveAliasValue(ctx, value2) {
      return ctx && identity.isAlias(value2) ? value2.resolve(ctx.doc, ctx) : value2;
    }
    exports.addMergeToJSMap = addMergeToJSMap;
    exports.isMergeKey = isMergeKey;
    exports.merge = merge;
  }
});

// node_modules/yaml/dist/nodes/addPairToJSMap.js
var require_addPairToJSMap = __commonJS({
  "node_modules/yaml/dist/nodes/addPairToJSMap.js"(exports) {
    "use strict";
    var log = require_log();
    var merge = require_merge();
    var stringify2 = require_stringify();
    var identity = require_identity();
    var toJS = require_toJS();
    function addPairToJSMap(ctx, map, { key, value: value2 }) {
      if (identity.isNode(key) && key.addToJSMap)
        key.addToJSMap(ctx, map, value2);
      else if (merge.isMergeKey(ctx, key))
        merge.addMergeToJSMap(ctx, map, value2);
      else {
        const jsKey = toJS.toJS(key, "", ctx);
        if (map instanceof Map) {
          map.set(jsKey, toJS.toJS(value2, jsKey, ctx));
        } else if (map instanceof Set) {
          map.add(jsKey);
        } else {
          const stringKey = stringifyKey(key, jsKey, ctx);
          const jsValue = toJS.toJS(value2, stringKey, ctx);
          if (stringKey in map)
            Object.defineProperty(map, stringKey, {
              value: jsValue,
              writable: true,
              enumerable: true,
              configurable: true
            });
          else
            map[stringKey] = jsValue;
        }
      }
      return map;
    }
    function stringifyKey(key, jsKey, ctx) {
      if (jsKey === null)
        return "";
      if (typeof jsKey !== "object")
        return String(jsKey);
      if (identity.isNode(key) && ctx?.doc) {
        const strCtx = stringify2.createStringifyContext(ctx.doc, {});
        strCtx.anchors = /* @__PURE__ */ new Set();
        for (const node of ctx.anchors.keys())
          strCtx.anchors.add(node.anchor);
        strCtx.inFlow = true;
        strCtx.inStringifyKey = true;
        const strKey = key.toString(strCtx);
        if (!ctx.mapKeyWarned) {
          let jsonStr = JSON.stringify(strKey);
          if (jsonStr.length > 40)
            jsonStr = jsonStr.substring(0, 36) + '..."';
          log.warn(ctx.doc.options.logLevel, `Keys with collection values will be stringified due to JS Object restrictions: ${jsonStr}. Set mapAsMap: true to use object keys.`);
          ctx.mapKeyWarned = true;
        }
        return strKey;
      }
      return JSON.stringify(jsKey);
    }
    exports.addPairToJSMap = addPairToJSMap;
  }
});

// node_modules/yaml/dist/nodes/Pair.js
var require_Pair = __commonJS({
  "node_modules/yaml/dist/nodes/Pair.js"(exports) {
    "use strict";
    var createNode = require_createNode();
    var stringifyPair = require_stringifyPair();
    var addPairToJSMap = require_addPairToJSMap();
    var identity = require_identity();
    function createPair(key, value2, ctx) {
      const k = createNode.createNode(key, void 0, ctx);
      const v = createNode.createNode(value2, void 0, ctx);
      return new Pair(k, v);
    }
    var Pair = class _Pair {
      constructor(key, value2 = null) {
        Object.defineProperty(this, identity.NODE_TYPE, { value: identity.PAIR });
        this.key = key;
        this.value = value2;
      }
      clone(schema) {
        let { key, value: value2 } = this;
        if (identity.isNode(key))
          key = key.clone(schema);
        if (identity.isNode(value2))
          value2 = value2.clone(schema);
        return new _Pair(key, value2);
      }
      toJSON(_, ctx) {
        const pair = ctx?.mapAsMap ? /* @__PURE__ */ new Map() : {};
        return addPairToJSMap.addPairToJSMap(ctx, pair, this);
      }
      toString(ctx, onComment, onChompKeep) {
        return ctx?.doc ? stringifyPair.stringifyPair(this, ctx, onComment, onChompKeep) : JSON.stringify(this);
      }
    };
    exports.Pair = Pair;
    exports.createPair = createPair;
  }
});

// node_modules/yaml/dist/stringify/stringifyCollection.js
var require_stringifyCollection = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyCollection.js"(exports) {
    "use strict";
    var identity = require_identity();
    var stringify2 = require_stringify();
    var stringifyComment = require_stringifyComment();
    function stringifyCollection(collection, ctx, options) {
      const flow = ctx.inFlow ?? collection.flow;
      const stringify3 = flow ? stringifyFlowCollection : stringifyBlockCollection;
      return stringify3(collection, ctx, options);
    }
    function stringifyBlockCollection({ comment, items }, ctx, { blockItemPrefix, flowChars, itemIndent, onChompKeep, onComment }) {
      const { indent, options: { commentString } } = ctx;
      const itemCtx = Object.assign({}, ctx, { indent: itemIndent, type: null });
      let chompKeep = false;
      const lines3 = [];
      for (let i = 0; i < items.length; ++i) {
        const item = items[i];
        let comment2 = null;
        if (identity.isNode(item)) {
          if (!chompKeep && item.spaceBefore)
            lines3.push("");
          addCommentBefore(ctx, lines3, item.commentBefore, chompKeep);
          if (item.comment)
            comment2 = item.comment;
        } else if (identity.isPair(item)) {
          const ik = identity.isNode(item.key) ? item.key : null;
          if (ik) {
            if (!chompKeep && ik.spaceBefore)
              lines3.push("");
            addCommentBefore(ctx, lines3, ik.commentBefore, chompKeep);
          }
        }
        chompKeep = false;
        let str2 = stringify2.stringify(item, itemCtx, () => comment2 = null, () => chompKeep = true);
        if (comment2)
          str2 += stringifyComment.lineComment(str2, itemIndent, commentString(comment2));
        if (chompKeep && comment2)
          chompKeep = false;
        lines3.push(blockItemPrefix + str2);
      }
      let str;
      if (lines3.length === 0) {
        str = flowChars.start + flowChars.end;
      } else {
        str = lines3[0];
        for (let i = 1; i < lines3.length; ++i) {
          const line = lines3[i];
          str += line ? `
${indent}${line}` : "\n";
        }
      }
      if (comment) {
        str += "\n" + stringifyComment.indentComment(commentString(comment), indent);
        if (onComment)
          onComment();
      } else if (chompKeep && onChompKeep)
        onChompKeep();
      return str;
    }
    function stringifyFlowCollection({ items }, ctx, { flowChars, itemIndent }) {
      const { indent, indentStep, flowCollectionPadding: fcPadding, options: { commentString } } = ctx;
      itemIndent += indentStep;
      const itemCtx = Object.assign({}, ctx, {
        indent: itemIndent,
        inFlow: true,
        type: null
      });
      let reqNewline = false;
      let linesAtValue = 0;
      const lines3 = [];
      for (let i = 0; i < items.length; ++i) {
        const item = items[i];
        let comment = null;
        if (identity.isNode(item)) {
          if (item.spaceBefore)
            lines3.push("");
          addCommentBefore(ctx, lines3, item.commentBefore, false);
          if (item.comment)
            comment = item.comment;
        } else if (identity.isPair(item)) {
          const ik = identity.isNode(item.key) ? item.key : null;
          if (ik) {
            if (ik.spaceBefore)
              lines3.push("");
            addCommentBefore(ctx, lines3, ik.commentBefore, false);
            if (ik.comment)
              reqNewline = true;
          }
          const iv = identity.isNode(item.value) ? item.value : null;
          if (iv) {
            if (iv.comment)
              comment = iv.comment;
            if (iv.commentBefore)
              reqNewline = true;
          } else if (item.value == null && ik?.comment) {
            comment = ik.comment;
          }
        }
        if (comment)
          reqNewline = true;
        let str = stringify2.stringify(item, itemCtx, () => comment = null);
        reqNewline || (reqNewline = lines3.length > linesAtValue || str.includes("\n"));
        if (i < items.length - 1) {
          str += ",";
        } else if (ctx.options.trailingComma) {
          if (ctx.options.lineWidth > 0) {
            reqNewline || (reqNewline = lines3.reduce((sum, line) => sum + line.length + 2, 2) + (str.length + 2) > ctx.options.lineWidth);
          }
          if (reqNewline) {
            str += ",";
          }
        }
        if (comment)
          str += stringifyComment.lineComment(str, itemIndent, commentString(comment));
        lines3.push(str);
        linesAtValue = lines3.length;
      }
      const { start: start2, end } = flowChars;
      if (lines3.length === 0) {
        return start2 + end;
      } else {
        if (!reqNewline) {
          const len = lines3.reduce((sum, line) => sum + line.length + 2, 2);
          reqNewline = ctx.options.lineWidth > 0 && len > ctx.options.lineWidth;
        }
        if (reqNewline) {
          let str = start2;
          for (const line of lines3)
            str += line ? `
${indentStep}${indent}${line}` : "\n";
          return `${str}
${indent}${end}`;
        } else {
          return `${start2}${fcPadding}${lines3.join(" ")}${fcPadding}${end}`;
        }
      }
    }
    function addCommentBefore({ indent, options: { commentString } }, lines3, comment, chompKeep) {
      if (comment && chompKeep)
        comment = comment.replace(/^\n+/, "");
      if (comment) {
        const ic = stringifyComment.indentComment(commentString(comment), indent);
        lines3.push(ic.trimStart());
      }
    }
    exports.stringifyCollection = stringifyCollection;
  }
});

// node_modules/yaml/dist/nodes/YAMLMap.js
var require_YAMLMap = __commonJS({
  "node_modules/yaml/dist/nodes/YAMLMap.js"(exports) {
    "use strict";
    var stringifyCollection = require_stringifyCollection();
    var addPairToJSMap = require_addPairToJSMap();
    var Collection = require_Collection();
    var identity = require_identity();
    var Pair = require_Pair();
    var Scalar = require_Scalar();
    function findPair(items, key) {
      const k = identity.isScalar(key) ? key.value : key;
      for (const it of items) {
        if (identity.isPair(it)) {
          if (it.key === key || it.key === k)
            return it;
          if (identity.isScalar(it.key) && it.key.value === k)
            return it;
        }
      }
      return void 0;
    }
    var YAMLMap = class extends Collection.Collection {
      static get tagName() {
        return "tag:yaml.org,2002:map";
      }
      constructor(schema) {
        super(identity.MAP, schema);
        this.items = [];
      }
      /**
       * A generic collection parsing method that can be extended
       * to other node classes that inherit from YAMLMap
       */
      static from(schema, obj, ctx) {
        const { keepUndefined, replacer } = ctx;
        const map = new this(schema);
        const add = (key, value2) => {
          if (typeof replacer === "function")
            value2 = replacer.call(obj, key, value2);
          else if (Array.isArray(replacer) && !replacer.includes(key))
            return;
          if (value2 !== void 0 || keepUndefined)
            map.items.push(Pair.createPair(key, value2, ctx));
        };
        if (obj instanceof Map) {
          for (const [key, value2] of obj)
            add(key, value2);
        } else if (obj && typeof obj === "object") {
          for (const key of Object.keys(obj))
            add(key, obj[key]);
        }
        if (typeof schema.sortMapEntries === "function") {
          map.items.sort(schema.sortMapEntries);
        }
        return map;
      }
      /**
       * Adds a value to the collection.
       *
       * @param overwrite - If not set `true`, using a key that is already in the
       *   collection will throw. Otherwise, overwrites the previous value.
       */
      add(pair, overwrite) {
        let _pair;
        if (identity.isPair(pair))
          _pair = pair;
        else if (!pair || typeof pair !== "object" || !("key" in pair)) {
          _pair = new Pair.Pair(pair, pair?.value);
        } else
          _pair = new Pair.Pair(pair.key, pair.value);
        const prev = findPair(this.items, _pair.key);
        const sortEntries = this.schema?.sortMapEntries;
        if (prev) {
          if (!overwrite)
            throw new Error(`Key ${_pair.key} already set`);
          if (identity.isScalar(prev.value) && Scalar.isScalarValue(_pair.value))
            prev.value.value = _pair.value;
          else
            prev.value = _pair.value;
        } else if (sortEntries) {
          const i = this.items.findIndex((item) => sortEntries(_pair, item) < 0);
          if (i === -1)
            this.items.push(_pair);
          else
            this.items.splice(i, 0, _pair);
        } else {
          this.items.push(_pair);
        }
      }
      delete(key) {
        const it = findPair(this.items, key);
        if (!it)
          return false;
        const del = this.items.splice(this.items.indexOf(it), 1);
        return del.length > 0;
      }
      get(key, keepScalar) {
        const it = findPair(this.items, key);
        const node = it?.value;
        return (!keepScalar && identity.isScalar(node) ? node.value : node) ?? void 0;
      }
      has(key) {
        return !!findPair(this.items, key);
      }
      set(key, value2) {
        this.add(new Pair.Pair(key, value2), true);
      }
      /**
       * @param ctx - Conversion context, originally set in Document#toJS()
       * @param {Class} Type - If set, forces the returned collection type
       * @returns Instance of Type, Map, or Object
       */
      toJSON(_, ctx, Type) {
        const map = Type ? new Type() : ctx?.mapAsMap ? /* @__PURE__ */ new Map() : {};
        if (ctx?.onCreate)
          ctx.onCreate(map);
        for (const item of this.items)
          addPairToJSMap.addPairToJSMap(ctx, map, item);
        return map;
      }
      toString(ctx, onComment, onChompKeep) {
        if (!ctx)
          return JSON.stringify(this);
        for (const item of this.items) {
          if (!identity.isPair(item))
            throw new Error(`Map items must all be pairs; found ${JSON.stringify(item)} instead`);
        }
        if (!ctx.allNullValues && this.hasAllNullValues(false))
          ctx = Object.assign({}, ctx, { allNullValues: true });
        return stringifyCollection.stringifyCollection(this, ctx, {
          blockItemPrefix: "",
          flowChars: { start: "{", end: "}" },
          itemIndent: ctx.indent || "",
          onChompKeep,
          onComment
        });
      }
    };
    exports.YAMLMap = YAMLMap;
    exports.findPair = findPair;
  }
});

// node_modules/yaml/dist/schema/common/map.js
var require_map = __commonJS({
  "node_modules/yaml/dist/schema/common/map.js"(exports) {
    "use strict";
    var identity = require_identity();
    var YAMLMap = require_YAMLMap();
    var map = {
      collection: "map",
      default: true,
      nodeClass: YAMLMap.YAMLMap,
      tag: "tag:yaml.org,2002:map",
      resolve(map2, onError) {
        if (!identity.isMap(map2))
          onError("Expected a mapping for this tag");
        return map2;
      },
      createNode: (schema, obj, ctx) => YAMLMap.YAMLMap.from(schema, obj, ctx)
    };
    exports.map = map;
  }
});

// node_modules/yaml/dist/nodes/YAMLSeq.js
var require_YAMLSeq = __commonJS({
  "node_modules/yaml/dist/nodes/YAMLSeq.js"(exports) {
    "use strict";
    var createNode = require_createNode();
    var stringifyCollection = require_stringifyCollection();
    var Collection = require_Collection();
    var identity = require_identity();
    var Scalar = require_Scalar();
    var toJS = require_toJS();
    var YAMLSeq = class extends Collection.Collection {
      static get tagName() {
        return "tag:yaml.org,2002:seq";
      }
      constructor(schema) {
        super(identity.SEQ, schema);
        this.items = [];
      }
      add(value2) {
        this.items.push(value2);
      }
      /**
       * Removes a value from the collection.
       *
       * `key` must contain a representation of an integer for this to succeed.
       * It may be wrapped in a `Scalar`.
       *
       * @returns `true` if the item was found and removed.
       */
      delete(key) {
        const idx = asItemIndex(key);
        if (typeof idx !== "number")
          return false;
        const del = this.items.splice(idx, 1);
        return del.length > 0;
      }
      get(key, keepScalar) {
        const idx = asItemIndex(key);
        if (typeof idx !== "number")
          return void 0;
        const it = this.items[idx];
        return !keepScalar && identity.isScalar(it) ? it.value : it;
      }
      /**
       * Checks if the collection includes a value with the key `key`.
       *
       * `key` must contain a representation of an integer for this to succeed.
       * It may be wrapped in a `Scalar`.
       */
      has(key) {
        const idx = asItemIndex(key);
        return typeof idx === "number" && idx < this.items.length;
      }
      /**
       * Sets a value in this collection. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       *
       * If `key` does not contain a representation of an integer, this will throw.
       * It may be wrapped in a `Scalar`.
       */
      set(key, value2) {
        const idx = asItemIndex(key);
        if (typeof idx !== "number")
          throw new Error(`Expected a valid index, not ${key}.`);
        const prev = this.items[idx];
        if (identity.isScalar(prev) && Scalar.isScalarValue(value2))
          prev.value = value2;
        else
          this.items[idx] = value2;
      }
      toJSON(_, ctx) {
        const seq = [];
        if (ctx?.onCreate)
          ctx.onCreate(seq);
        let i = 0;
        for (const item of this.items)
          seq.push(toJS.toJS(item, String(i++), ctx));
        return seq;
      }
      toString(ctx, onComment, onChompKeep) {
        if (!ctx)
          return JSON.stringify(this);
        return stringifyCollection.stringifyCollection(this, ctx, {
          blockItemPrefix: "- ",
          flowChars: { start: "[", end: "]" },
          itemIndent: (ctx.indent || "") + "  ",
          onChompKeep,
          onComment
        });
      }
      static from(schema, obj, ctx) {
        const { replacer } = ctx;
        const seq = new this(schema);
        if (obj && Symbol.iterator in Object(obj)) {
          let i = 0;
          for (let it of obj) {
            if (typeof replacer === "function") {
              const key = obj instanceof Set ? it : String(i++);
              it = replacer.call(obj, key, it);
            }
            seq.items.push(createNode.createNode(it, void 0, ctx));
          }
        }
        return seq;
      }
    };
    function asItemIndex(key) {
      let idx = identity.isScalar(key) ? key.value : key;
      if (idx && typeof idx === "string")
        idx = Number(idx);
      return typeof idx === "number" && Number.isInteger(idx) && idx >= 0 ? idx : null;
    }
    exports.YAMLSeq = YAMLSeq;
  }
});

// node_modules/yaml/dist/schema/common/seq.js
var require_seq = __commonJS({
  "node_modules/yaml/dist/schema/common/seq.js"(exports) {
    "use strict";
    var identity = require_identity();
    var YAMLSeq = require_YAMLSeq();
    var seq = {
      collection: "seq",
      default: true,
      nodeClass: YAMLSeq.YAMLSeq,
      tag: "tag:yaml.org,2002:seq",
      resolve(seq2, onError) {
        if (!identity.isSeq(seq2))
          onError("Expected a sequence for this tag");
        return seq2;
      },
      createNode: (schema, obj, ctx) => YAMLSeq.YAMLSeq.from(schema, obj, ctx)
    };
    exports.seq = seq;
  }
});

// node_modules/yaml/dist/schema/common/string.js
var require_string = __commonJS({
  "node_modules/yaml/dist/schema/common/string.js"(exports) {
    "use strict";
    var stringifyString = require_stringifyString();
    var string = {
      identify: (value2) => typeof value2 === "string",
      default: true,
      tag: "tag:yaml.org,2002:str",
      resolve: (str) => str,
      stringify(item, ctx, onComment, onChompKeep) {
        ctx = Object.assign({ actualString: true }, ctx);
        return stringifyString.stringifyString(item, ctx, onComment, onChompKeep);
      }
    };
    exports.string = string;
  }
});

// node_modules/yaml/dist/schema/common/null.js
var require_null = __commonJS({
  "node_modules/yaml/dist/schema/common/null.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    var nullTag = {
      identify: (value2) => value2 == null,
      createNode: () => new Scalar.Scalar(null),
      default: true,
      tag: "tag:yaml.org,2002:null",
      test: /^(?:~|[Nn]ull|NULL)?$/,
      resolve: () => new Scalar.Scalar(null),
      stringify: ({ source }, ctx) => typeof source === "string" && nullTag.test.test(source) ? source : ctx.options.nullStr
    };
    exports.nullTag = nullTag;
  }
});

// node_modules/yaml/dist/schema/core/bool.js
var require_bool = __commonJS({
  "node_modules/yaml/dist/schema/core/bool.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    var boolTag = {
      identify: (value2) => typeof value2 === "boolean",
      default: true,
      tag: "tag:yaml.org,2002:bool",
      test: /^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/,
      resolve: (str) => new Scalar.Scalar(str[0] === "t" || str[0] === "T"),
      stringify({ source, value: value2 }, ctx) {
        if (source && boolTag.test.test(source)) {
          const sv = source[0] === "t" || source[0] === "T";
          if (value2 === sv)
            return source;
        }
        return value2 ? ctx.options.trueStr : ctx.options.falseStr;
      }
    };
    exports.boolTag = boolTag;
  }
});

// node_modules/yaml/dist/stringify/stringifyNumber.js
var require_stringifyNumber = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyNumber.js"(exports) {
    "use strict";
    function stringifyNumber({ format, minFractionDigits, tag, value: value2 }) {
      if (typeof value2 === "bigint")
        return String(value2);
      const num = typeof value2 === "number" ? value2 : Number(value2);
      if (!isFinite(num))
        return isNaN(num) ? ".nan" : num < 0 ? "-.inf" : ".inf";
      let n = Object.is(value2, -0) ? "-0" : JSON.stringify(value2);
      if (!format && minFractionDigits && (!tag || tag === "tag:yaml.org,2002:float") && /^-?\d/.test(n) && !n.includes("e")) {
        let i = n.indexOf(".");
        if (i < 0) {
          i = n.length;
          n += ".";
        }
        let d = minFractionDigits - (n.length - i - 1);
        while (d-- > 0)
          n += "0";
      }
      return n;
    }
    exports.stringifyNumber = stringifyNumber;
  }
});

// node_modules/yaml/dist/schema/core/float.js
var require_float = __commonJS({
  "node_modules/yaml/dist/schema/core/float.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    var stringifyNumber = require_stringifyNumber();
    var floatNaN = {
      identify: (value2) => typeof value2 === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,
      resolve: (str) => str.slice(-3).toLowerCase() === "nan" ? NaN : str[0] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
      stringify: stringifyNumber.stringifyNumber
    };
    var floatExp = {
      identify: (value2) => typeof value2 === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      format: "EXP",
      test: /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+$/,
      resolve: (str) => parseFloat(str),
      stringify(node) {
        const num = Number(node.value);
        return isFinite(num) ? num.toExponential() : stringifyNumber.stringifyNumber(node);
      }
    };
    var float = {
      identify: (value2) => typeof value2 === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)$/,
      resolve(str) {
        const node = new Scalar.Scalar(parseFloat(str));
        const dot = str.indexOf(".");
        if (dot !== -1 && str[str.length - 1] === "0")
          node.minFractionDigits = str.length - dot - 1;
        return node;
      },
      stringify: stringifyNumber.stringifyNumber
    };
    exports.float = float;
    exports.floatExp = floatExp;
    exports.floatNaN = floatNaN;
  }
});

// node_modules/yaml/dist/schema/core/int.js
var require_int = __commonJS({
  "node_modules/yaml/dist/schema/core/int.js"(exports) {
    "use strict";
    var stringifyNumber = require_stringifyNumber();
    var intIdentify = (value2) => typeof value2 === "bigint" || Number.isInteger(value2);
    var intResolve = (str, offset, radix, { intAsBigInt }) => intAsBigInt ? BigInt(str) : parseInt(str.substring(offset), radix);
    function intStringify(node, radix, prefix) {
      const { value: value2 } = node;
      if (intIdentify(value2) && value2 >= 0)
        return prefix + value2.toString(radix);
      return stringifyNumber.stringifyNumber(node);
    }
    var intOct = {
      identify: (value2) => intIdentify(value2) && value2 >= 0,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "OCT",
      test: /^0o[0-7]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 8, opt),
      stringify: (node) => intStringify(node, 8, "0o")
    };
    var int = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      test: /^[-+]?[0-9]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 0, 10, opt),
      stringify: stringifyNumber.stringifyNumber
    };
    var intHex = {
      identify: (value2) => intIdentify(value2) && value2 >= 0,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "HEX",
      test: /^0x[0-9a-fA-F]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 16, opt),
      stringify: (node) => intStringify(node, 16, "0x")
    };
    exports.int = int;
    exports.intHex = intHex;
    exports.intOct = intOct;
  }
});

// node_modules/yaml/dist/schema/core/schema.js
var require_schema = __commonJS({
  "node_modules/yaml/dist/schema/core/schema.js"(exports) {
    "use strict";
    var map = require_map();
    var _null = require_null();
    var seq = require_seq();
    var string = require_string();
    var bool = require_bool();
    var float = require_float();
    var int = require_int();
    var schema = [
      map.map,
      seq.seq,
      string.string,
      _null.nullTag,
      bool.boolTag,
      int.intOct,
      int.int,
      int.intHex,
      float.floatNaN,
      float.floatExp,
      float.float
    ];
    exports.schema = schema;
  }
});

// node_modules/yaml/dist/schema/json/schema.js
var require_schema2 = __commonJS({
  "node_modules/yaml/dist/schema/json/schema.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    var map = require_map();
    var seq = require_seq();
    function intIdentify(value2) {
      return typeof value2 === "bigint" || Number.isInteger(value2);
    }
    var stringifyJSON = ({ value: value2 }) => JSON.stringify(value2);
    var jsonScalars = [
      {
        identify: (value2) => typeof value2 === "string",
        default: true,
        tag: "tag:yaml.org,2002:str",
        resolve: (str) => str,
        stringify: stringifyJSON
      },
      {
        identify: (value2) => value2 == null,
        createNode: () => new Scalar.Scalar(null),
        default: true,
        tag: "tag:yaml.org,2002:null",
        test: /^null$/,
        resolve: () => null,
        stringify: stringifyJSON
      },
      {
        identify: (value2) => typeof value2 === "boolean",
        default: true,
        tag: "tag:yaml.org,2002:bool",
        test: /^true$|^false$/,
        resolve: (str) => str === "true",
        stringify: stringifyJSON
      },
      {
        identify: intIdentify,
        default: true,
        tag: "tag:yaml.org,2002:int",
        test: /^-?(?:0|[1-9][0-9]*)$/,
        resolve: (str, _onError, { intAsBigInt }) => intAsBigInt ? BigInt(str) : parseInt(str, 10),
        stringify: ({ value: value2 }) => intIdentify(value2) ? value2.toString() : JSON.stringify(value2)
      },
      {
        identify: (value2) => typeof value2 === "number",
        default: true,
        tag: "tag:yaml.org,2002:float",
        test: /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$/,
        resolve: (str) => parseFloat(str),
        stringify: stringifyJSON
      }
    ];
    var jsonError = {
      default: true,
      tag: "",
      test: /^/,
      resolve(str, onError) {
        onError(`Unresolved plain scalar ${JSON.stringify(str)}`);
        return str;
      }
    };
    var schema = [map.map, seq.seq].concat(jsonScalars, jsonError);
    exports.schema = schema;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/binary.js
var require_binary = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/binary.js"(exports) {
    "use strict";
    var node_buffer = __require("buffer");
    var Scalar = require_Scalar();
    var stringifyString = require_stringifyString();
    var binary = {
      identify: (value2) => value2 instanceof Uint8Array,
      // Buffer inherits from Uint8Array
      default: false,
      tag: "tag:yaml.org,2002:binary",
      /**
       * Returns a Buffer in node and an Uint8Array in browsers
       *
       * To use the resulting buffer as an image, you'll want to do something like:
       *
       *   const blob = new Blob([buffer], { type: 'image/jpeg' })
       *   document.querySelector('#photo').src = URL.createObjectURL(blob)
       */
      resolve(src, onError) {
        if (typeof node_buffer.Buffer === "function") {
          return node_buffer.Buffer.from(src, "base64");
        } else if (typeof atob === "function") {
          const str = atob(src.replace(/[\n\r]/g, ""));
          const buffer = new Uint8Array(str.length);
          for (let i = 0; i < str.length; ++i)
            buffer[i] = str.charCodeAt(i);
          return buffer;
        } else {
          onError("This environment does not support reading binary tags; either Buffer or atob is required");
          return src;
        }
      },
      stringify({ comment, type, value: value2 }, ctx, onComment, onChompKeep) {
        if (!value2)
          return "";
        const buf = value2;
        let str;
        if (typeof node_buffer.Buffer === "function") {
          str = buf instanceof node_buffer.Buffer ? buf.toString("base64") : node_buffer.Buffer.from(buf.buffer).toString("base64");
        } else if (typeof btoa === "function") {
          let s = "";
          for (let i = 0; i < buf.length; ++i)
            s += String.fromCharCode(buf[i]);
          str = btoa(s);
        } else {
          throw new Error("This environment does not support writing binary tags; either Buffer or btoa is required");
        }
        type ?? (type = Scalar.Scalar.BLOCK_LITERAL);
        if (type !== Scalar.Scalar.QUOTE_DOUBLE) {
          const lineWidth = Math.max(ctx.options.lineWidth - ctx.indent.length, ctx.options.minContentWidth);
          const n = Math.ceil(str.length / lineWidth);
          const lines3 = new Array(n);
          for (let i = 0, o = 0; i < n; ++i, o += lineWidth) {
            lines3[i] = str.substr(o, lineWidth);
          }
          str = lines3.join(type === Scalar.Scalar.BLOCK_LITERAL ? "\n" : " ");
        }
        return stringifyString.stringifyString({ comment, type, value: str }, ctx, onComment, onChompKeep);
      }
    };
    exports.binary = binary;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/pairs.js
var require_pairs = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/pairs.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Pair = require_Pair();
    var Scalar = require_Scalar();
    var YAMLSeq = require_YAMLSeq();
    function resolvePairs(seq, onError) {
      if (identity.isSeq(seq)) {
        for (let i = 0; i < seq.items.length; ++i) {
          let item = seq.items[i];
          if (identity.isPair(item))
            continue;
          else if (identity.isMap(item)) {
            if (item.items.length > 1)
              onError("Each pair must have its own sequence indicator");
            const pair = item.items[0] || new Pair.Pair(new Scalar.Scalar(null));
            if (item.commentBefore)
              pair.key.commentBefore = pair.key.commentBefore ? `${item.commentBefore}
${pair.key.commentBefore}` : item.commentBefore;
            if (item.comment) {
              const cn = pair.value ?? pair.key;
              cn.comment = cn.comment ? `${item.comment}
${cn.comment}` : item.comment;
            }
            item = pair;
          }
          seq.items[i] = identity.isPair(item) ? item : new Pair.Pair(item);
        }
      } else
        onError("Expected a sequence for this tag");
      return seq;
    }
    function createPairs(schema, iterable, ctx) {
      const { replacer } = ctx;
      const pairs2 = new YAMLSeq.YAMLSeq(schema);
      pairs2.tag = "tag:yaml.org,2002:pairs";
      let i = 0;
      if (iterable && Symbol.iterator in Object(iterable))
        for (let it of iterable) {
          if (typeof replacer === "function")
            it = replacer.call(iterable, String(i++), it);
          let key, value2;
          if (Array.isArray(it)) {
            if (it.length === 2) {
              key = it[0];
              value2 = it[1];
            } else
              throw new TypeError(`Expected [key, value] tuple: ${it}`);
          } else if (it && it instanceof Object) {
            const keys = Object.keys(it);
            if (keys.length === 1) {
              key = keys[0];
              value2 = it[key];
            } else {
              throw new TypeError(`Expected tuple with one key, not ${keys.length} keys`);
            }
          } else {
            key = it;
          }
          pairs2.items.push(Pair.createPair(key, value2, ctx));
        }
      return pairs2;
    }
    var pairs = {
      collection: "seq",
      default: false,
      tag: "tag:yaml.org,2002:pairs",
      resolve: resolvePairs,
      createNode: createPairs
    };
    exports.createPairs = createPairs;
    exports.pairs = pairs;
    exports.resolvePairs = resolvePairs;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/omap.js
var require_omap = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/omap.js"(exports) {
    "use strict";
    var identity = require_identity();
    var toJS = require_toJS();
    var YAMLMap = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var pairs = require_pairs();
    var YAMLOMap = class _YAMLOMap extends YAMLSeq.YAMLSeq {
      constructor() {
        super();
        this.add = YAMLMap.YAMLMap.prototype.add.bind(this);
        this.delete = YAMLMap.YAMLMap.prototype.delete.bind(this);
        this.get = YAMLMap.YAMLMap.prototype.get.bind(this);
        this.has = YAMLMap.YAMLMap.prototype.has.bind(this);
        this.set = YAMLMap.YAMLMap.prototype.set.bind(this);
        this.tag = _YAMLOMap.tag;
      }
      /**
       * If `ctx` is given, the return type is actually `Map<unknown, unknown>`,
       * but TypeScript won't allow widening the signature of a child method.
       */
      toJSON(_, ctx) {
        if (!ctx)
          return super.toJSON(_);
        const map = /* @__PURE__ */ new Map();
        if (ctx?.onCreate)
          ctx.onCreate(map);
        for (const pair of this.items) {
          let key, value2;
          if (identity.isPair(pair)) {
            key = toJS.toJS(pair.key, "", ctx);
            value2 = toJS.toJS(pair.value, key, ctx);
          } else {
            key = toJS.toJS(pair, "", ctx);
          }
          if (map.has(key))
            throw new Error("Ordered maps must not include duplicate keys");
          map.set(key, value2);
        }
        return map;
      }
      static from(schema, iterable, ctx) {
        const pairs$1 = pairs.createPairs(schema, iterable, ctx);
        const omap2 = new this();
        omap2.items = pairs$1.items;
        return omap2;
      }
    };
    YAMLOMap.tag = "tag:yaml.org,2002:omap";
    var omap = {
      collection: "seq",
      identify: (value2) => value2 instanceof Map,
      nodeClass: YAMLOMap,
      default: false,
      tag: "tag:yaml.org,2002:omap",
      resolve(seq, onError) {
        const pairs$1 = pairs.resolvePairs(seq, onError);
        const seenKeys = [];
        for (const { key } of pairs$1.items) {
          if (identity.isScalar(key)) {
            if (seenKeys.includes(key.value)) {
              onError(`Ordered maps must not include duplicate keys: ${key.value}`);
            } else {
              seenKeys.push(key.value);
            }
          }
        }
        return Object.assign(new YAMLOMap(), pairs$1);
      },
      createNode: (schema, iterable, ctx) => YAMLOMap.from(schema, iterable, ctx)
    };
    exports.YAMLOMap = YAMLOMap;
    exports.omap = omap;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/bool.js
var require_bool2 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/bool.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    function boolStringify({ value: value2, source }, ctx) {
      const boolObj = value2 ? trueTag : falseTag;
      if (source && boolObj.test.test(source))
        return source;
      return value2 ? ctx.options.trueStr : ctx.options.falseStr;
    }
    var trueTag = {
      identify: (value2) => value2 === true,
      default: true,
      tag: "tag:yaml.org,2002:bool",
      test: /^(?:Y|y|[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/,
      resolve: () => new Scalar.Scalar(true),
      stringify: boolStringify
    };
    var falseTag = {
      identify: (value2) => value2 === false,
      default: true,
      tag: "tag:yaml.org,2002:bool",
      test: /^(?:N|n|[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,
      resolve: () => new Scalar.Scalar(false),
      stringify: boolStringify
    };
    exports.falseTag = falseTag;
    exports.trueTag = trueTag;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/float.js
var require_float2 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/float.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    var stringifyNumber = require_stringifyNumber();
    var floatNaN = {
      identify: (value2) => typeof value2 === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,
      resolve: (str) => str.slice(-3).toLowerCase() === "nan" ? NaN : str[0] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
      stringify: stringifyNumber.stringifyNumber
    };
    var floatExp = {
      identify: (value2) => typeof value2 === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      format: "EXP",
      test: /^[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?[eE][-+]?[0-9]+$/,
      resolve: (str) => parseFloat(str.replace(/_/g, "")),
      stringify(node) {
        const num = Number(node.value);
        return isFinite(num) ? num.toExponential() : stringifyNumber.stringifyNumber(node);
      }
    };
    var float = {
      identify: (value2) => typeof value2 === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      test: /^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*$/,
      resolve(str) {
        const node = new Scalar.Scalar(parseFloat(str.replace(/_/g, "")));
        const dot = str.indexOf(".");
        if (dot !== -1) {
          const f = str.substring(dot + 1).replace(/_/g, "");
          if (f[f.length - 1] === "0")
            node.minFractionDigits = f.length;
        }
        return node;
      },
      stringify: stringifyNumber.stringifyNumber
    };
    exports.float = float;
    exports.floatExp = floatExp;
    exports.floatNaN = floatNaN;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/int.js
var require_int2 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/int.js"(exports) {
    "use strict";
    var stringifyNumber = require_stringifyNumber();
    var intIdentify = (value2) => typeof value2 === "bigint" || Number.isInteger(value2);
    function intResolve(str, offset, radix, { intAsBigInt }) {
      const sign = str[0];
      if (sign === "-" || sign === "+")
        offset += 1;
      str = str.substring(offset).replace(/_/g, "");
      if (intAsBigInt) {
        switch (radix) {
          case 2:
            str = `0b${str}`;
            break;
          case 8:
            str = `0o${str}`;
            break;
          case 16:
            str = `0x${str}`;
            break;
        }
        const n2 = BigInt(str);
        return sign === "-" ? BigInt(-1) * n2 : n2;
      }
      const n = parseInt(str, radix);
      return sign === "-" ? -1 * n : n;
    }
    function intStringify(node, radix, prefix) {
      const { value: value2 } = node;
      if (intIdentify(value2)) {
        const str = value2.toString(radix);
        return value2 < 0 ? "-" + prefix + str.substr(1) : prefix + str;
      }
      return stringifyNumber.stringifyNumber(node);
    }
    var intBin = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "BIN",
      test: /^[-+]?0b[0-1_]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 2, opt),
      stringify: (node) => intStringify(node, 2, "0b")
    };
    var intOct = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "OCT",
      test: /^[-+]?0[0-7_]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 1, 8, opt),
      stringify: (node) => intStringify(node, 8, "0")
    };
    var int = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      test: /^[-+]?[0-9][0-9_]*$/,
      resolve: (str, _onError, opt) => intResolve(str, 0, 10, opt),
      stringify: stringifyNumber.stringifyNumber
    };
    var intHex = {
      identify: intIdentify,
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "HEX",
      test: /^[-+]?0x[0-9a-fA-F_]+$/,
      resolve: (str, _onError, opt) => intResolve(str, 2, 16, opt),
      stringify: (node) => intStringify(node, 16, "0x")
    };
    exports.int = int;
    exports.intBin = intBin;
    exports.intHex = intHex;
    exports.intOct = intOct;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/set.js
var require_set = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/set.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Pair = require_Pair();
    var YAMLMap = require_YAMLMap();
    var YAMLSet = class _YAMLSet extends YAMLMap.YAMLMap {
      constructor(schema) {
        super(schema);
        this.tag = _YAMLSet.tag;
      }
      add(key) {
        let pair;
        if (identity.isPair(key))
          pair = key;
        else if (key && typeof key === "object" && "key" in key && "value" in key && key.value === null)
          pair = new Pair.Pair(key.key, null);
        else
          pair = new Pair.Pair(key, null);
        const prev = YAMLMap.findPair(this.items, pair.key);
        if (!prev)
          this.items.push(pair);
      }
      /**
       * If `keepPair` is `true`, returns the Pair matching `key`.
       * Otherwise, returns the value of that Pair's key.
       */
      get(key, keepPair) {
        const pair = YAMLMap.findPair(this.items, key);
        return !keepPair && identity.isPair(pair) ? identity.isScalar(pair.key) ? pair.key.value : pair.key : pair;
      }
      set(key, value2) {
        if (typeof value2 !== "boolean")
          throw new Error(`Expected boolean value for set(key, value) in a YAML set, not ${typeof value2}`);
        const prev = YAMLMap.findPair(this.items, key);
        if (prev && !value2) {
          this.items.splice(this.items.indexOf(prev), 1);
        } else if (!prev && value2) {
          this.items.push(new Pair.Pair(key));
        }
      }
      toJSON(_, ctx) {
        return super.toJSON(_, ctx, Set);
      }
      toString(ctx, onComment, onChompKeep) {
        if (!ctx)
          return JSON.stringify(this);
        if (this.hasAllNullValues(true))
          return super.toString(Object.assign({}, ctx, { allNullValues: true }), onComment, onChompKeep);
        else
          throw new Error("Set items must all have null values");
      }
      static from(schema, iterable, ctx) {
        const { replacer } = ctx;
        const set2 = new this(schema);
        if (iterable && Symbol.iterator in Object(iterable))
          for (let value2 of iterable) {
            if (typeof replacer === "function")
              value2 = replacer.call(iterable, value2, value2);
            set2.items.push(Pair.createPair(value2, null, ctx));
          }
        return set2;
      }
    };
    YAMLSet.tag = "tag:yaml.org,2002:set";
    var set = {
      collection: "map",
      identify: (value2) => value2 instanceof Set,
      nodeClass: YAMLSet,
      default: false,
      tag: "tag:yaml.org,2002:set",
      createNode: (schema, iterable, ctx) => YAMLSet.from(schema, iterable, ctx),
      resolve(map, onError) {
        if (identity.isMap(map)) {
          if (map.hasAllNullValues(true))
            return Object.assign(new YAMLSet(), map);
          else
            onError("Set items must all have null values");
        } else
          onError("Expected a mapping for this tag");
        return map;
      }
    };
    exports.YAMLSet = YAMLSet;
    exports.set = set;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/timestamp.js
var require_timestamp = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/timestamp.js"(exports) {
    "use strict";
    var stringifyNumber = require_stringifyNumber();
    function parseSexagesimal(str, asBigInt) {
      const sign = str[0];
      const parts = sign === "-" || sign === "+" ? str.substring(1) : str;
      const num = (n) => asBigInt ? BigInt(n) : Number(n);
      const res = parts.replace(/_/g, "").split(":").reduce((res2, p) => res2 * num(60) + num(p), num(0));
      return sign === "-" ? num(-1) * res : res;
    }
    function stringifySexagesimal(node) {
      let { value: value2 } = node;
      let num = (n) => n;
      if (typeof value2 === "bigint")
        num = (n) => BigInt(n);
      else if (isNaN(value2) || !isFinite(value2))
        return stringifyNumber.stringifyNumber(node);
      let sign = "";
      if (value2 < 0) {
        sign = "-";
        value2 *= num(-1);
      }
      const _60 = num(60);
      const parts = [value2 % _60];
      if (value2 < 60) {
        parts.unshift(0);
      } else {
        value2 = (value2 - parts[0]) / _60;
        parts.unshift(value2 % _60);
        if (value2 >= 60) {
          value2 = (value2 - parts[0]) / _60;
          parts.unshift(value2);
        }
      }
      return sign + parts.map((n) => String(n).padStart(2, "0")).join(":").replace(/000000\d*$/, "");
    }
    var intTime = {
      identify: (value2) => typeof value2 === "bigint" || Number.isInteger(value2),
      default: true,
      tag: "tag:yaml.org,2002:int",
      format: "TIME",
      test: /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+$/,
      resolve: (str, _onError, { intAsBigInt }) => parseSexagesimal(str, intAsBigInt),
      stringify: stringifySexagesimal
    };
    var floatTime = {
      identify: (value2) => typeof value2 === "number",
      default: true,
      tag: "tag:yaml.org,2002:float",
      format: "TIME",
      test: /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/,
      resolve: (str) => parseSexagesimal(str, false),
      stringify: stringifySexagesimal
    };
    var timestamp = {
      identify: (value2) => value2 instanceof Date,
      default: true,
      tag: "tag:yaml.org,2002:timestamp",
      // If the time zone is omitted, the timestamp is assumed to be specified in UTC. The time part
      // may be omitted altogether, resulting in a date format. In such a case, the time part is
      // assumed to be 00:00:00Z (start of day, UTC).
      test: RegExp("^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:t|T|[ \\t]+)([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2}(\\.[0-9]+)?)(?:[ \\t]*(Z|[-+][012]?[0-9](?::[0-9]{2})?))?)?$"),
      resolve(str) {
        const match = str.match(timestamp.test);
        if (!match)
          throw new Error("!!timestamp expects a date, starting with yyyy-mm-dd");
        const [, year, month, day, hour, minute, second] = match.map(Number);
        const millisec = match[7] ? Number((match[7] + "00").substr(1, 3)) : 0;
        let date = Date.UTC(year, month - 1, day, hour || 0, minute || 0, second || 0, millisec);
        const tz = match[8];
        if (tz && tz !== "Z") {
          let d = parseSexagesimal(tz, false);
          if (Math.abs(d) < 30)
            d *= 60;
          date -= 6e4 * d;
        }
        return new Date(date);
      },
      stringify: ({ value: value2 }) => value2?.toISOString().replace(/(T00:00:00)?\.000Z$/, "") ?? ""
    };
    exports.floatTime = floatTime;
    exports.intTime = intTime;
    exports.timestamp = timestamp;
  }
});

// node_modules/yaml/dist/schema/yaml-1.1/schema.js
var require_schema3 = __commonJS({
  "node_modules/yaml/dist/schema/yaml-1.1/schema.js"(exports) {
    "use strict";
    var map = require_map();
    var _null = require_null();
    var seq = require_seq();
    var string = require_string();
    var binary = require_binary();
    var bool = require_bool2();
    var float = require_float2();
    var int = require_int2();
    var merge = require_merge();
    var omap = require_omap();
    var pairs = require_pairs();
    var set = require_set();
    var timestamp = require_timestamp();
    var schema = [
      map.map,
      seq.seq,
      string.string,
      _null.nullTag,
      bool.trueTag,
      bool.falseTag,
      int.intBin,
      int.intOct,
      int.int,
      int.intHex,
      float.floatNaN,
      float.floatExp,
      float.float,
      binary.binary,
      merge.merge,
      omap.omap,
      pairs.pairs,
      set.set,
      timestamp.intTime,
      timestamp.floatTime,
      timestamp.timestamp
    ];
    exports.schema = schema;
  }
});

// node_modules/yaml/dist/schema/tags.js
var require_tags = __commonJS({
  "node_modules/yaml/dist/schema/tags.js"(exports) {
    "use strict";
    var map = require_map();
    var _null = require_null();
    var seq = require_seq();
    var string = require_string();
    var bool = require_bool();
    var float = require_float();
    var int = require_int();
    var schema = require_schema();
    var schema$1 = require_schema2();
    var binary = require_binary();
    var merge = require_merge();
    var omap = require_omap();
    var pairs = require_pairs();
    var schema$2 = require_schema3();
    var set = require_set();
    var timestamp = require_timestamp();
    var schemas = /* @__PURE__ */ new Map([
      ["core", schema.schema],
      ["failsafe", [map.map, seq.seq, string.string]],
      ["json", schema$1.schema],
      ["yaml11", schema$2.schema],
      ["yaml-1.1", schema$2.schema]
    ]);
    var tagsByName = {
      binary: binary.binary,
      bool: bool.boolTag,
      float: float.float,
      floatExp: float.floatExp,
      floatNaN: float.floatNaN,
      floatTime: timestamp.floatTime,
      int: int.int,
      intHex: int.intHex,
      intOct: int.intOct,
      intTime: timestamp.intTime,
      map: map.map,
      merge: merge.merge,
      null: _null.nullTag,
      omap: omap.omap,
      pairs: pairs.pairs,
      seq: seq.seq,
      set: set.set,
      timestamp: timestamp.timestamp
    };
    var coreKnownTags = {
      "tag:yaml.org,2002:binary": binary.binary,
      "tag:yaml.org,2002:merge": merge.merge,
      "tag:yaml.org,2002:omap": omap.omap,
      "tag:yaml.org,2002:pairs": pairs.pairs,
      "tag:yaml.org,2002:set": set.set,
      "tag:yaml.org,2002:timestamp": timestamp.timestamp
    };
    function getTags(customTags, schemaName, addMergeTag) {
      const schemaTags = schemas.get(schemaName);
      if (schemaTags && !customTags) {
        return addMergeTag && !schemaTags.includes(merge.merge) ? schemaTags.concat(merge.merge) : schemaTags.slice();
      }
      let tags = schemaTags;
      if (!tags) {
        if (Array.isArray(customTags))
          tags = [];
        else {
          const keys = Array.from(schemas.keys()).filter((key) => key !== "yaml11").map((key) => JSON.stringify(key)).join(", ");
          throw new Error(`Unknown schema "${schemaName}"; use one of ${keys} or define customTags array`);
        }
      }
      if (Array.isArray(customTags)) {
        for (const tag of customTags)
          tags = tags.concat(tag);
      } else if (typeof customTags === "function") {
        tags = customTags(tags.slice());
      }
      if (addMergeTag)
        tags = tags.concat(merge.merge);
      return tags.reduce((tags2, tag) => {
        const tagObj = typeof tag === "string" ? tagsByName[tag] : tag;
        if (!tagObj) {
          const tagName = JSON.stringify(tag);
          const keys = Object.keys(tagsByName).map((key) => JSON.stringify(key)).join(", ");
          throw new Error(`Unknown custom tag ${tagName}; use one of ${keys}`);
        }
        if (!tags2.includes(tagObj))
          tags2.push(tagObj);
        return tags2;
      }, []);
    }
    exports.coreKnownTags = coreKnownTags;
    exports.getTags = getTags;
  }
});

// node_modules/yaml/dist/schema/Schema.js
var require_Schema = __commonJS({
  "node_modules/yaml/dist/schema/Schema.js"(exports) {
    "use strict";
    var identity = require_identity();
    var map = require_map();
    var seq = require_seq();
    var string = require_string();
    var tags = require_tags();
    var sortMapEntriesByKey = (a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
    var Schema = class _Schema {
      constructor({ compat, customTags, merge, resolveKnownTags, schema, sortMapEntries, toStringDefaults }) {
        this.compat = Array.isArray(compat) ? tags.getTags(compat, "compat") : compat ? tags.getTags(null, compat) : null;
        this.name = typeof schema === "string" && schema || "core";
        this.knownTags = resolveKnownTags ? tags.coreKnownTags : {};
        this.tags = tags.getTags(customTags, this.name, merge);
        this.toStringOptions = toStringDefaults ?? null;
        Object.defineProperty(this, identity.MAP, { value: map.map });
        Object.defineProperty(this, identity.SCALAR, { value: string.string });
        Object.defineProperty(this, identity.SEQ, { value: seq.seq });
        this.sortMapEntries = typeof sortMapEntries === "function" ? sortMapEntries : sortMapEntries === true ? sortMapEntriesByKey : null;
      }
      clone() {
        const copy = Object.create(_Schema.prototype, Object.getOwnPropertyDescriptors(this));
        copy.tags = this.tags.slice();
        return copy;
      }
    };
    exports.Schema = Schema;
  }
});

// node_modules/yaml/dist/stringify/stringifyDocument.js
var require_stringifyDocument = __commonJS({
  "node_modules/yaml/dist/stringify/stringifyDocument.js"(exports) {
    "use strict";
    var identity = require_identity();
    var stringify2 = require_stringify();
    var stringifyComment = require_stringifyComment();
    function stringifyDocument(doc, options) {
      const lines3 = [];
      let hasDirectives = options.directives === true;
      if (options.directives !== false && doc.directives) {
        const dir = doc.directives.toString(doc);
        if (dir) {
          lines3.push(dir);
          hasDirectives = true;
        } else if (doc.directives.docStart)
          hasDirectives = true;
      }
      if (hasDirectives)
        lines3.push("---");
      const ctx = stringify2.createStringifyContext(doc, options);
      const { commentString } = ctx.options;
      if (doc.commentBefore) {
        if (lines3.length !== 1)
          lines3.unshift("");
        const cs = commentString(doc.commentBefore);
        lines3.unshift(stringifyComment.indentComment(cs, ""));
      }
      let chompKeep = false;
      let contentComment = null;
      if (doc.contents) {
        if (identity.isNode(doc.contents)) {
          if (doc.contents.spaceBefore && hasDirectives)
            lines3.push("");
          if (doc.contents.commentBefore) {
            const cs = commentString(doc.contents.commentBefore);
            lines3.push(stringifyComment.indentComment(cs, ""));
          }
          ctx.forceBlockIndent = !!doc.comment;
          contentComment = doc.contents.comment;
        }
        const onChompKeep = contentComment ? void 0 : () => chompKeep = true;
        let body = stringify2.stringify(doc.contents, ctx, () => contentComment = null, onChompKeep);
        if (contentComment)
          body += stringifyComment.lineComment(body, "", commentString(contentComment));
        if ((body[0] === "|" || body[0] === ">") && lines3[lines3.length - 1] === "---") {
          lines3[lines3.length - 1] = `--- ${body}`;
        } else
          lines3.push(body);
      } else {
        lines3.push(stringify2.stringify(doc.contents, ctx));
      }
      if (doc.directives?.docEnd) {
        if (doc.comment) {
          const cs = commentString(doc.comment);
          if (cs.includes("\n")) {
            lines3.push("...");
            lines3.push(stringifyComment.indentComment(cs, ""));
          } else {
            lines3.push(`... ${cs}`);
          }
        } else {
          lines3.push("...");
        }
      } else {
        let dc = doc.comment;
        if (dc && chompKeep)
          dc = dc.replace(/^\n+/, "");
        if (dc) {
          if ((!chompKeep || contentComment) && lines3[lines3.length - 1] !== "")
            lines3.push("");
          lines3.push(stringifyComment.indentComment(commentString(dc), ""));
        }
      }
      return lines3.join("\n") + "\n";
    }
    exports.stringifyDocument = stringifyDocument;
  }
});

// node_modules/yaml/dist/doc/Document.js
var require_Document = __commonJS({
  "node_modules/yaml/dist/doc/Document.js"(exports) {
    "use strict";
    var Alias = require_Alias();
    var Collection = require_Collection();
    var identity = require_identity();
    var Pair = require_Pair();
    var toJS = require_toJS();
    var Schema = require_Schema();
    var stringifyDocument = require_stringifyDocument();
    var anchors = require_anchors();
    var applyReviver = require_applyReviver();
    var createNode = require_createNode();
    var directives = require_directives();
    var Document = class _Document {
      constructor(value2, replacer, options) {
        this.commentBefore = null;
        this.comment = null;
        this.errors = [];
        this.warnings = [];
        Object.defineProperty(this, identity.NODE_TYPE, { value: identity.DOC });
        let _replacer = null;
        if (typeof replacer === "function" || Array.isArray(replacer)) {
          _replacer = replacer;
        } else if (options === void 0 && replacer) {
          options = replacer;
          replacer = void 0;
        }
        const opt = Object.assign({
          intAsBigInt: false,
          keepSourceTokens: false,
          logLevel: "warn",
          prettyErrors: true,
          strict: true,
          stringKeys: false,
          uniqueKeys: true,
          version: "1.2"
        }, options);
        this.options = opt;
        let { version } = opt;
        if (options?._directives) {
          this.directives = options._directives.atDocument();
          if (this.directives.yaml.explicit)
            version = this.directives.yaml.version;
        } else
          this.directives = new directives.Directives({ version });
        this.setSchema(version, options);
        this.contents = value2 === void 0 ? null : this.createNode(value2, _replacer, options);
      }
      /**
       * Create a deep copy of this Document and its contents.
       *
       * Custom Node values that inherit from `Object` still refer to their original instances.
       */
      clone() {
        const copy = Object.create(_Document.prototype, {
          [identity.NODE_TYPE]: { value: identity.DOC }
        });
        copy.commentBefore = this.commentBefore;
        copy.comment = this.comment;
        copy.errors = this.errors.slice();
        copy.warnings = this.warnings.slice();
        copy.options = Object.assign({}, this.options);
        if (this.directives)
          copy.directives = this.directives.clone();
        copy.schema = this.schema.clone();
        copy.contents = identity.isNode(this.contents) ? this.contents.clone(copy.schema) : this.contents;
        if (this.range)
          copy.range = this.range.slice();
        return copy;
      }
      /** Adds a value to the document. */
      add(value2) {
        if (assertCollection(this.contents))
          this.contents.add(value2);
      }
      /** Adds a value to the document. */
      addIn(path6, value2) {
        if (assertCollection(this.contents))
          this.contents.addIn(path6, value2);
      }
      /**
       * Create a new `Alias` node, ensuring that the target `node` has the required anchor.
       *
       * If `node` already has an anchor, `name` is ignored.
       * Otherwise, the `node.anchor` value will be set to `name`,
       * or if an anchor with that name is already present in the document,
       * `name` will be used as a prefix for a new unique anchor.
       * If `name` is undefined, the generated anchor will use 'a' as a prefix.
       */
      createAlias(node, name) {
        if (!node.anchor) {
          const prev = anchors.anchorNames(this);
          node.anchor = // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing
          !name || prev.has(name) ? anchors.findNewAnchor(name || "a", prev) : name;
        }
        return new Alias.Alias(node.anchor);
      }
      createNode(value2, replacer, options) {
        let _replacer = void 0;
        if (typeof replacer === "function") {
          value2 = replacer.call({ "": value2 }, "", value2);
          _replacer = replacer;
        } else if (Array.isArray(replacer)) {
          const keyToStr = (v) => typeof v === "number" || v instanceof String || v instanceof Number;
          const asStr = replacer.filter(keyToStr).map(String);
          if (asStr.length > 0)
            replacer = replacer.concat(asStr);
          _replacer = replacer;
        } else if (options === void 0 && replacer) {
          options = replacer;
          replacer = void 0;
        }
        const { aliasDuplicateObjects, anchorPrefix, flow, keepUndefined, onTagObj, tag } = options ?? {};
        const { onAnchor, setAnchors, sourceObjects } = anchors.createNodeAnchors(
          this,
          // eslint-disable-next-line @typescript-eslint/prefer-nullish-coalescing
          anchorPrefix || "a"
        );
        const ctx = {
          aliasDuplicateObjects: aliasDuplicateObjects ?? true,
          keepUndefined: keepUndefined ?? false,
          onAnchor,
          onTagObj,
          replacer: _replacer,
          schema: this.schema,
          sourceObjects
        };
        const node = createNode.createNode(value2, tag, ctx);
        if (flow && identity.isCollection(node))
          node.flow = true;
        setAnchors();
        return node;
      }
      /**
       * Convert a key and a value into a `Pair` using the current schema,
       * recursively wrapping all values as `Scalar` or `Collection` nodes.
       */
      createPair(key, value2, options = {}) {
        const k = this.createNode(key, null, options);
        const v = this.createNode(value2, null, options);
        return new Pair.Pair(k, v);
      }
      /**
       * Removes a value from the document.
       * @returns `true` if the item was found and removed.
       */
      delete(key) {
        return assertCollection(this.contents) ? this.contents.delete(key) : false;
      }
      /**
       * Removes a value from the document.
       * @returns `true` if the item was found and removed.
       */
      deleteIn(path6) {
        if (Collection.isEmptyPath(path6)) {
          if (this.contents == null)
            return false;
          this.contents = null;
          return true;
        }
        return assertCollection(this.contents) ? this.contents.deleteIn(path6) : false;
      }
      /**
       * Returns item at `key`, or `undefined` if not found. By default unwraps
       * scalar values from their surrounding node; to disable set `keepScalar` to
       * `true` (collections are always returned intact).
       */
      get(key, keepScalar) {
        return identity.isCollection(this.contents) ? this.contents.get(key, keepScalar) : void 0;
      }
      /**
       * Returns item at `path`, or `undefined` if not found. By default unwraps
       * scalar values from their surrounding node; to disable set `keepScalar` to
       * `true` (collections are always returned intact).
       */
      getIn(path6, keepScalar) {
        if (Collection.isEmptyPath(path6))
          return !keepScalar && identity.isScalar(this.contents) ? this.contents.value : this.contents;
        return identity.isCollection(this.contents) ? this.contents.getIn(path6, keepScalar) : void 0;
      }
      /**
       * Checks if the document includes a value with the key `key`.
       */
      has(key) {
        return identity.isCollection(this.contents) ? this.contents.has(key) : false;
      }
      /**
       * Checks if the document includes a value at `path`.
       */
      hasIn(path6) {
        if (Collection.isEmptyPath(path6))
          return this.contents !== void 0;
        return identity.isCollection(this.contents) ? this.contents.hasIn(path6) : false;
      }
      /**
       * Sets a value in this document. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       */
      set(key, value2) {
        if (this.contents == null) {
          this.contents = Collection.collectionFromPath(this.schema, [key], value2);
        } else if (assertCollection(this.contents)) {
          this.contents.set(key, value2);
        }
      }
      /**
       * Sets a value in this document. For `!!set`, `value` needs to be a
       * boolean to add/remove the item from the set.
       */
      setIn(path6, value2) {
        if (Collection.isEmptyPath(path6)) {
          this.contents = value2;
        } else if (this.contents == null) {
          this.contents = Collection.collectionFromPath(this.schema, Array.from(path6), value2);
        } else if (assertCollection(this.contents)) {
          this.contents.setIn(path6, value2);
        }
      }
      /**
       * Change the YAML version and schema used by the document.
       * A `null` version disables support for directives, explicit tags, anchors, and aliases.
       * It also requires the `schema` option to be given as a `Schema` instance value.
       *
       * Overrides all previously set schema options.
       */
      setSchema(version, options = {}) {
        if (typeof version === "number")
          version = String(version);
        let opt;
        switch (version) {
          case "1.1":
            if (this.directives)
              this.directives.yaml.version = "1.1";
            else
              this.directives = new directives.Directives({ version: "1.1" });
            opt = { resolveKnownTags: false, schema: "yaml-1.1" };
            break;
          case "1.2":
          case "next":
            if (this.directives)
              this.directives.yaml.version = version;
            else
              this.directives = new directives.Directives({ version });
            opt = { resolveKnownTags: true, schema: "core" };
            break;
          case null:
            if (this.directives)
              delete this.directives;
            opt = null;
            break;
          default: {
            const sv = JSON.stringify(version);
            throw new Error(`Expected '1.1', '1.2' or null as first argument, but found: ${sv}`);
          }
        }
        if (options.schema instanceof Object)
          this.schema = options.schema;
        else if (opt)
          this.schema = new Schema.Schema(Object.assign(opt, options));
        else
          throw new Error(`With a null YAML version, the { schema: Schema } option is required`);
      }
      // json & jsonArg are only used from toJSON()
      toJS({ json, jsonArg, mapAsMap, maxAliasCount, onAnchor, reviver } = {}) {
        const ctx = {
          anchors: /* @__PURE__ */ new Map(),
          doc: this,
          keep: !json,
          mapAsMap: mapAsMap === true,
          mapKeyWarned: false,
          maxAliasCount: typeof maxAliasCount === "number" ? maxAliasCount : 100
        };
        const res = toJS.toJS(this.contents, jsonArg ?? "", ctx);
        if (typeof onAnchor === "function")
          for (const { count: count2, res: res2 } of ctx.anchors.values())
            onAnchor(res2, count2);
        return typeof reviver === "function" ? applyReviver.applyReviver(reviver, { "": res }, "", res) : res;
      }
      /**
       * A JSON representation of the document `contents`.
       *
       * @param jsonArg Used by `JSON.stringify` to indicate the array index or
       *   property name.
       */
      toJSON(jsonArg, onAnchor) {
        return this.toJS({ json: true, jsonArg, mapAsMap: false, onAnchor });
      }
      /** A YAML representation of the document. */
      toString(options = {}) {
        if (this.errors.length > 0)
          throw new Error("Document with errors cannot be stringified");
        if ("indent" in options && (!Number.isInteger(options.indent) || Number(options.indent) <= 0)) {
          const s = JSON.stringify(options.indent);
          throw new Error(`"indent" option must be a positive integer, not ${s}`);
        }
        return stringifyDocument.stringifyDocument(this, options);
      }
    };
    function assertCollection(contents) {
      if (identity.isCollection(contents))
        return true;
      throw new Error("Expected a YAML collection as document contents");
    }
    exports.Document = Document;
  }
});

// node_modules/yaml/dist/errors.js
var require_errors = __commonJS({
  "node_modules/yaml/dist/errors.js"(exports) {
    "use strict";
    var YAMLError = class extends Error {
      constructor(name, pos, code, message) {
        super();
        this.name = name;
        this.code = code;
        this.message = message;
        this.pos = pos;
      }
    };
    var YAMLParseError = class extends YAMLError {
      constructor(pos, code, message) {
        super("YAMLParseError", pos, code, message);
      }
    };
    var YAMLWarning = class extends YAMLError {
      constructor(pos, code, message) {
        super("YAMLWarning", pos, code, message);
      }
    };
    var prettifyError = (src, lc) => (error2) => {
      if (error2.pos[0] === -1)
        return;
      error2.linePos = error2.pos.map((pos) => lc.linePos(pos));
      const { line, col } = error2.linePos[0];
      error2.message += ` at line ${line}, column ${col}`;
      let ci = col - 1;
      let lineStr = src.substring(lc.lineStarts[line - 1], lc.lineStarts[line]).replace(/[\n\r]+$/, "");
      if (ci >= 60 && lineStr.length > 80) {
        const trimStart = Math.min(ci - 39, lineStr.length - 79);
        lineStr = "…" + lineStr.substring(trimStart);
        ci -= trimStart - 1;
      }
      if (lineStr.length > 80)
        lineStr = lineStr.substring(0, 79) + "…";
      if (line > 1 && /^ *$/.test(lineStr.substring(0, ci))) {
        let prev = src.substring(lc.lineStarts[line - 2], lc.lineStarts[line - 1]);
        if (prev.length > 80)
          prev = prev.substring(0, 79) + "…\n";
        lineStr = prev + lineStr;
      }
      if (/[^ ]/.test(lineStr)) {
        let count2 = 1;
        const end = error2.linePos[1];
        if (end?.line === line && end.col > col) {
          count2 = Math.max(1, Math.min(end.col - col, 80 - ci));
        }
        const pointer = " ".repeat(ci) + "^".repeat(count2);
        error2.message += `:

${lineStr}
${pointer}
`;
      }
    };
    exports.YAMLError = YAMLError;
    exports.YAMLParseError = YAMLParseError;
    exports.YAMLWarning = YAMLWarning;
    exports.prettifyError = prettifyError;
  }
});

// node_modules/yaml/dist/compose/resolve-props.js
var require_resolve_props = __commonJS({
  "node_modules/yaml/dist/compose/resolve-props.js"(exports) {
    "use strict";
    function resolveProps(tokens2, { flow, indicator, next, offset, onError, parentIndent, startOnNewline }) {
      let spaceBefore = false;
      let atNewline = startOnNewline;
      let hasSpace = startOnNewline;
      let comment = "";
      let commentSep = "";
      let hasNewline = false;
      let reqSpace = false;
      let tab = null;
      let anchor = null;
      let tag = null;
      let newlineAfterProp = null;
      let comma = null;
      let found = null;
      let start2 = null;
      for (const token2 of tokens2) {
        if (reqSpace) {
          if (token2.type !== "space" && token2.type !== "newline" && token2.type !== "comma")
            onError(token2.offset, "MISSING_CHAR", "Tags and anchors must be separated from the next token by white space");
          reqSpace = false;
        }
        if (tab) {
          if (atNewline && token2.type !== "comment" && token2.type !== "newline") {
            onError(tab, "TAB_AS_INDENT", "Tabs are not allowed as indentation");
          }
          tab = null;
        }
        switch (token2.type) {
          case "space":
            if (!flow && (indicator !== "doc-start" || next?.type !== "flow-collection") && token2.source.includes("	")) {
              tab = token2;
            }
            hasSpace = true;
            break;
          case "comment": {
            if (!hasSpace)
              onError(token2, "MISSING_CHAR", "Comments must be separated from other tokens by white space characters");
            const cb = token2.source.substring(1) || " ";
            if (!comment)
              comment = cb;
            else
              comment += commentSep + cb;
            commentSep = "";
            atNewline = false;
            break;
          }
          case "newline":
            if (atNewline) {
              if (comment)
                comment += token2.source;
              else if (!found || indicator !== "seq-item-ind")
                spaceBefore = true;
            } else
              commentSep += token2.source;
            atNewline = true;
            hasNewline = true;
            if (anchor || tag)
              newlineAfterProp = token2;
            hasSpace = true;
            break;
          case "anchor":
            if (anchor)
              onError(token2, "MULTIPLE_ANCHORS", "A node can have at most one anchor");
            if (token2.source.endsWith(":"))
              onError(token2.offset + token2.source.length - 1, "BAD_ALIAS", "Anchor ending in : is ambiguous", true);
            anchor = token2;
            start2 ?? (start2 = token2.offset);
            atNewline = false;
            hasSpace = false;
            reqSpace = true;
            break;
          case "tag": {
            if (tag)
              onError(token2, "MULTIPLE_TAGS", "A node can have at most one tag");
            tag = token2;
            start2 ?? (start2 = token2.offset);
            atNewline = false;
            hasSpace = false;
            reqSpace = true;
            break;
          }
          case indicator:
            if (anchor || tag)
              onError(token2, "BAD_PROP_ORDER", `Anchors and tags must be after the ${token2.source} indicator`);
            if (found)
              onError(token2, "UNEXPECTED_TOKEN", `Unexpected ${token2.source} in ${flow ?? "collection"}`);
            found = token2;
            atNewline = indicator === "seq-item-ind" || indicator === "explicit-key-ind";
            hasSpace = false;
            break;
          case "comma":
            if (flow) {
              if (comma)
                onError(token2, "UNEXPECTED_TOKEN", `Unexpected , in ${flow}`);
              comma = token2;
              atNewline = false;
              hasSpace = false;
              break;
            }
          // else fallthrough
          default:
            onError(token2, "UNEXPECTED_TOKEN", `Unexpected ${token2.type} token`);
            atNewline = false;
            hasSpace = false;
        }
      }
      const last = tokens2[tokens2.length - 1];
      const end = last ? last.offset + last.source.length : offset;
      if (reqSpace && next && next.type !== "space" && next.type !== "newline" && next.type !== "comma" && (next.type !== "scalar" || next.source !== "")) {
        onError(next.offset, "MISSING_CHAR", "Tags and anchors must be separated from the next token by white space");
      }
      if (tab && (atNewline && tab.indent <= parentIndent || next?.type === "block-map" || next?.type === "block-seq"))
        onError(tab, "TAB_AS_INDENT", "Tabs are not allowed as indentation");
      return {
        comma,
        found,
        spaceBefore,
        comment,
        hasNewline,
        anchor,
        tag,
        newlineAfterProp,
        end,
        start: start2 ?? end
      };
    }
    exports.resolveProps = resolveProps;
  }
});

// node_modules/yaml/dist/compose/util-contains-newline.js
var require_util_contains_newline = __commonJS({
  "node_modules/yaml/dist/compose/util-contains-newline.js"(exports) {
    "use strict";
    function containsNewline(key) {
      if (!key)
        return null;
      switch (key.type) {
        case "alias":
        case "scalar":
        case "double-quoted-scalar":
        case "single-quoted-scalar":
          if (key.source.includes("\n"))
            return true;
          if (key.end) {
            for (const st of key.end)
              if (st.type === "newline")
                return true;
          }
          return false;
        case "flow-collection":
          for (const it of key.items) {
            for (const st of it.start)
              if (st.type === "newline")
                return true;
            if (it.sep) {
              for (const st of it.sep)
                if (st.type === "newline")
                  return true;
            }
            if (containsNewline(it.key) || containsNewline(it.value))
              return true;
          }
          return false;
        default:
          return true;
      }
    }
    exports.containsNewline = containsNewline;
  }
});

// node_modules/yaml/dist/compose/util-flow-indent-check.js
var require_util_flow_indent_check = __commonJS({
  "node_modules/yaml/dist/compose/util-flow-indent-check.js"(exports) {
    "use strict";
    var utilContainsNewline = require_util_contains_newline();
    function flowIndentCheck(indent, fc, onError) {
      if (fc?.type === "flow-collection") {
        const end = fc.end[0];
        if (end.indent === indent && (end.source === "]" || end.source === "}") && utilContainsNewline.containsNewline(fc)) {
          const msg = "Flow end indicator should be more indented than parent";
          onError(end, "BAD_INDENT", msg, true);
        }
      }
    }
    exports.flowIndentCheck = flowIndentCheck;
  }
});

// node_modules/yaml/dist/compose/util-map-includes.js
var require_util_map_includes = __commonJS({
  "node_modules/yaml/dist/compose/util-map-includes.js"(exports) {
    "use strict";
    var identity = require_identity();
    function mapIncludes(ctx, items, search) {
      const { uniqueKeys } = ctx.options;
      if (uniqueKeys === false)
        return false;
      const isEqual = typeof uniqueKeys === "function" ? uniqueKeys : (a, b) => a === b || identity.isScalar(a) && identity.isScalar(b) && a.value === b.value;
      return items.some((pair) => isEqual(pair.key, search));
    }
    exports.mapIncludes = mapIncludes;
  }
});

// node_modules/yaml/dist/compose/resolve-block-map.js
var require_resolve_block_map = __commonJS({
  "node_modules/yaml/dist/compose/resolve-block-map.js"(exports) {
    "use strict";
    var Pair = require_Pair();
    var YAMLMap = require_YAMLMap();
    var resolveProps = require_resolve_props();
    var utilContainsNewline = require_util_contains_newline();
    var utilFlowIndentCheck = require_util_flow_indent_check();
    var utilMapIncludes = require_util_map_includes();
    var startColMsg = "All mapping items must start at the same column";
    function resolveBlockMap({ composeNode, composeEmptyNode }, ctx, bm, onError, tag) {
      const NodeClass = tag?.nodeClass ?? YAMLMap.YAMLMap;
      const map = new NodeClass(ctx.schema);
      if (ctx.atRoot)
        ctx.atRoot = false;
      let offset = bm.offset;
      let commentEnd = null;
      for (const collItem of bm.items) {
        const { start: start2, key, sep: sep3, value: value2 } = collItem;
        const keyProps = resolveProps.resolveProps(start2, {
          indicator: "explicit-key-ind",
          next: key ?? sep3?.[0],
          offset,
          onError,
          parentIndent: bm.indent,
          startOnNewline: true
        });
        const implicitKey = !keyProps.found;
        if (implicitKey) {
          if (key) {
            if (key.type === "block-seq")
              onError(offset, "BLOCK_AS_IMPLICIT_KEY", "A block sequence may not be used as an implicit map key");
            else if ("indent" in key && key.indent !== bm.indent)
              onError(offset, "BAD_INDENT", startColMsg);
          }
          if (!keyProps.anchor && !keyProps.tag && !sep3) {
            commentEnd = keyProps.end;
            if (keyProps.comment) {
              if (map.comment)
                map.comment += "\n" + keyProps.comment;
              else
                map.comment = keyProps.comment;
            }
            continue;
          }
          if (keyProps.newlineAfterProp || utilContainsNewline.containsNewline(key)) {
            onError(key ?? start2[start2.length - 1], "MULTILINE_IMPLICIT_KEY", "Implicit keys need to be on a single line");
          }
        } else if (keyProps.found?.indent !== bm.indent) {
          onError(offset, "BAD_INDENT", startColMsg);
        }
        ctx.atKey = true;
        const keyStart = keyProps.end;
        const keyNode = key ? composeNode(ctx, key, keyProps, onError) : composeEmptyNode(ctx, keyStart, start2, null, keyProps, onError);
        if (ctx.schema.compat)
          utilFlowIndentCheck.flowIndentCheck(bm.indent, key, onError);
        ctx.atKey = false;
        if (utilMapIncludes.mapIncludes(ctx, map.items, keyNode))
          onError(keyStart, "DUPLICATE_KEY", "Map keys must be unique");
        const valueProps = resolveProps.resolveProps(sep3 ?? [], {
          indicator: "map-value-ind",
          next: value2,
          offset: keyNode.range[2],
          onError,
          parentIndent: bm.indent,
          startOnNewline: !key || key.type === "block-scalar"
        });
        offset = valueProps.end;
        if (valueProps.found) {
          if (implicitKey) {
            if (value2?.type === "block-map" && !valueProps.hasNewline)
              onError(offset, "BLOCK_AS_IMPLICIT_KEY", "Nested mappings are not allowed in compact mappings");
            if (ctx.options.strict && keyProps.start < valueProps.found.offset - 1024)
              onError(keyNode.range, "KEY_OVER_1024_CHARS", "The : indicator must be at most 1024 chars after the start of an implicit block mapping key");
          }
          const valueNode = value2 ? composeNode(ctx, value2, valueProps, onError) : composeEmptyNode(ctx, offset, sep3, null, valueProps, onError);
          if (ctx.schema.compat)
            utilFlowIndentCheck.flowIndentCheck(bm.indent, value2, onError);
          offset = valueNode.range[2];
          const pair = new Pair.Pair(keyNode, valueNode);
          if (ctx.options.keepSourceTokens)
            pair.srcToken = collItem;
          map.items.push(pair);
        } else {
          if (implicitKey)
            onError(keyNode.range, "MISSING_CHAR", "Implicit map keys need to be followed by map values");
          if (valueProps.comment) {
            if (keyNode.comment)
              keyNode.comment += "\n" + valueProps.comment;
            else
              keyNode.comment = valueProps.comment;
          }
          const pair = new Pair.Pair(keyNode);
          if (ctx.options.keepSourceTokens)
            pair.srcToken = collItem;
          map.items.push(pair);
        }
      }
      if (commentEnd && commentEnd < offset)
        onError(commentEnd, "IMPOSSIBLE", "Map comment with trailing content");
      map.range = [bm.offset, offset, commentEnd ?? offset];
      return map;
    }
    exports.resolveBlockMap = resolveBlockMap;
  }
});

// node_modules/yaml/dist/compose/resolve-block-seq.js
var require_resolve_block_seq = __commonJS({
  "node_modules/yaml/dist/compose/resolve-block-seq.js"(exports) {
    "use strict";
    var YAMLSeq = require_YAMLSeq();
    var resolveProps = require_resolve_props();
    var utilFlowIndentCheck = require_util_flow_indent_check();
    function resolveBlockSeq({ composeNode, composeEmptyNode }, ctx, bs, onError, tag) {
      const NodeClass = tag?.nodeClass ?? YAMLSeq.YAMLSeq;
      const seq = new NodeClass(ctx.schema);
      if (ctx.atRoot)
        ctx.atRoot = false;
      if (ctx.atKey)
        ctx.atKey = false;
      let offset = bs.offset;
      let commentEnd = null;
      for (const { start: start2, value: value2 } of bs.items) {
        const props = resolveProps.resolveProps(start2, {
          indicator: "seq-item-ind",
          next: value2,
          offset,
          onError,
          parentIndent: bs.indent,
          startOnNewline: true
        });
        if (!props.found) {
          if (props.anchor || props.tag || value2) {
            if (value2?.type === "block-seq")
              onError(props.end, "BAD_INDENT", "All sequence items must start at the same column");
            else
              onError(offset, "MISSING_CHAR", "Sequence item without - indicator");
          } else {
            commentEnd = props.end;
            if (props.comment)
              seq.comment = props.comment;
            continue;
          }
        }
        const node = value2 ? composeNode(ctx, value2, props, onError) : composeEmptyNode(ctx, props.end, start2, null, props, onError);
        if (ctx.schema.compat)
          utilFlowIndentCheck.flowIndentCheck(bs.indent, value2, onError);
        offset = node.range[2];
        seq.items.push(node);
      }
      seq.range = [bs.offset, offset, commentEnd ?? offset];
      return seq;
    }
    exports.resolveBlockSeq = resolveBlockSeq;
  }
});

// node_modules/yaml/dist/compose/resolve-end.js
var require_resolve_end = __commonJS({
  "node_modules/yaml/dist/compose/resolve-end.js"(exports) {
    "use strict";
    function resolveEnd(end, offset, reqSpace, onError) {
      let comment = "";
      if (end) {
        let hasSpace = false;
        let sep3 = "";
        for (const token2 of end) {
          const { source, type } = token2;
          switch (type) {
            case "space":
              hasSpace = true;
              break;
            case "comment": {
              if (reqSpace && !hasSpace)
                onError(token2, "MISSING_CHAR", "Comments must be separated from other tokens by white space characters");
              const cb = source.substring(1) || " ";
              if (!comment)
                comment = cb;
              else
                comment += sep3 + cb;
              sep3 = "";
              break;
            }
            case "newline":
              if (comment)
                sep3 += source;
              hasSpace = true;
              break;
            default:
              onError(token2, "UNEXPECTED_TOKEN", `Unexpected ${type} at node end`);
          }
          offset += source.length;
        }
      }
      return { comment, offset };
    }
    exports.resolveEnd = resolveEnd;
  }
});

// node_modules/yaml/dist/compose/resolve-flow-collection.js
var require_resolve_flow_collection = __commonJS({
  "node_modules/yaml/dist/compose/resolve-flow-collection.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Pair = require_Pair();
    var YAMLMap = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var resolveEnd = require_resolve_end();
    var resolveProps = require_resolve_props();
    var utilContainsNewline = require_util_contains_newline();
    var utilMapIncludes = require_util_map_includes();
    var blockMsg = "Block collections are not allowed within flow collections";
    var isBlock = (token2) => token2 && (token2.type === "block-map" || token2.type === "block-seq");
    function resolveFlowCollection({ composeNode, composeEmptyNode }, ctx, fc, onError, tag) {
      const isMap2 = fc.start.source === "{";
      const fcName = isMap2 ? "flow map" : "flow sequence";
      const NodeClass = tag?.nodeClass ?? (isMap2 ? YAMLMap.YAMLMap : YAMLSeq.YAMLSeq);
      const coll = new NodeClass(ctx.schema);
      coll.flow = true;
      const atRoot = ctx.atRoot;
      if (atRoot)
        ctx.atRoot = false;
      if (ctx.atKey)
        ctx.atKey = false;
      let offset = fc.offset + fc.start.source.length;
      for (let i = 0; i < fc.items.length; ++i) {
        const collItem = fc.items[i];
        const { start: start2, key, sep: sep3, value: value2 } = collItem;
        const props = resolveProps.resolveProps(start2, {
          flow: fcName,
          indicator: "explicit-key-ind",
          next: key ?? sep3?.[0],
          offset,
          onError,
          parentIndent: fc.indent,
          startOnNewline: false
        });
        if (!props.found) {
          if (!props.anchor && !props.tag && !sep3 && !value2) {
            if (i === 0 && props.comma)
              onError(props.comma, "UNEXPECTED_TOKEN", `Unexpected , in ${fcName}`);
            else if (i < fc.items.length - 1)
              onError(props.start, "UNEXPECTED_TOKEN", `Unexpected empty item in ${fcName}`);
            if (props.comment) {
              if (coll.comment)
                coll.comment += "\n" + props.comment;
              else
                coll.comment = props.comment;
            }
            offset = props.end;
            continue;
          }
          if (!isMap2 && ctx.options.strict && utilContainsNewline.containsNewline(key))
            onError(
              key,
              // checked by containsNewline()
              "MULTILINE_IMPLICIT_KEY",
              "Implicit keys of flow sequence pairs need to be on a single line"
            );
        }
        if (i === 0) {
          if (props.comma)
            onError(props.comma, "UNEXPECTED_TOKEN", `Unexpected , in ${fcName}`);
        } else {
          if (!props.comma)
            onError(props.start, "MISSING_CHAR", `Missing , between ${fcName} items`);
          if (props.comment) {
            let prevItemComment = "";
            loop: for (const st of start2) {
              switch (st.type) {
                case "comma":
                case "space":
                  break;
                case "comment":
                  prevItemComment = st.source.substring(1);
                  break loop;
                default:
                  break loop;
              }
            }
            if (prevItemComment) {
              let prev = coll.items[coll.items.length - 1];
              if (identity.isPair(prev))
                prev = prev.value ?? prev.key;
              if (prev.comment)
                prev.comment += "\n" + prevItemComment;
              else
                prev.comment = prevItemComment;
              props.comment = props.comment.substring(prevItemComment.length + 1);
            }
          }
        }
        if (!isMap2 && !sep3 && !props.found) {
          const valueNode = value2 ? composeNode(ctx, value2, props, onError) : composeEmptyNode(ctx, props.end, sep3, null, props, onError);
          coll.items.push(valueNode);
          offset = valueNode.range[2];
          if (isBlock(value2))
            onError(valueNode.range, "BLOCK_IN_FLOW", blockMsg);
        } else {
          ctx.atKey = true;
          const keyStart = props.end;
          const keyNode = key ? composeNode(ctx, key, props, onError) : composeEmptyNode(ctx, keyStart, start2, null, props, onError);
          if (isBlock(key))
            onError(keyNode.range, "BLOCK_IN_FLOW", blockMsg);
          ctx.atKey = false;
          const valueProps = resolveProps.resolveProps(sep3 ?? [], {
            flow: fcName,
            indicator: "map-value-ind",
            next: value2,
            offset: keyNode.range[2],
            onError,
            parentIndent: fc.indent,
            startOnNewline: false
          });
          if (valueProps.found) {
            if (!isMap2 && !props.found && ctx.options.strict) {
              if (sep3)
                for (const st of sep3) {
                  if (st === valueProps.found)
                    break;
                  if (st.type === "newline") {
                    onError(st, "MULTILINE_IMPLICIT_KEY", "Implicit keys of flow sequence pairs need to be on a single line");
                    break;
                  }
                }
              if (props.start < valueProps.found.offset - 1024)
                onError(valueProps.found, "KEY_OVER_1024_CHARS", "The : indicator must be at most 1024 chars after the start of an implicit flow sequence key");
            }
          } else if (value2) {
            if ("source" in value2 && value2.source?.[0] === ":")
              onError(value2, "MISSING_CHAR", `Missing space after : in ${fcName}`);
            else
              onError(valueProps.start, "MISSING_CHAR", `Missing , or : between ${fcName} items`);
          }
          const valueNode = value2 ? composeNode(ctx, value2, valueProps, onError) : valueProps.found ? composeEmptyNode(ctx, valueProps.end, sep3, null, valueProps, onError) : null;
          if (valueNode) {
            if (isBlock(value2))
              onError(valueNode.range, "BLOCK_IN_FLOW", blockMsg);
          } else if (valueProps.comment) {
            if (keyNode.comment)
              keyNode.comment += "\n" + valueProps.comment;
            else
              keyNode.comment = valueProps.comment;
          }
          const pair = new Pair.Pair(keyNode, valueNode);
          if (ctx.options.keepSourceTokens)
            pair.srcToken = collItem;
          if (isMap2) {
            const map = coll;
            if (utilMapIncludes.mapIncludes(ctx, map.items, keyNode))
              onError(keyStart, "DUPLICATE_KEY", "Map keys must be unique");
            map.items.push(pair);
          } else {
            const map = new YAMLMap.YAMLMap(ctx.schema);
            map.flow = true;
            map.items.push(pair);
            const endRange = (valueNode ?? keyNode).range;
            map.range = [keyNode.range[0], endRange[1], endRange[2]];
            coll.items.push(map);
          }
          offset = valueNode ? valueNode.range[2] : valueProps.end;
        }
      }
      const expectedEnd = isMap2 ? "}" : "]";
      const [ce, ...ee] = fc.end;
      let cePos = offset;
      if (ce?.source === expectedEnd)
        cePos = ce.offset + ce.source.length;
      else {
        const name = fcName[0].toUpperCase() + fcName.substring(1);
        const msg = atRoot ? `${name} must end with a ${expectedEnd}` : `${name} in block collection must be sufficiently indented and end with a ${expectedEnd}`;
        onError(offset, atRoot ? "MISSING_CHAR" : "BAD_INDENT", msg);
        if (ce && ce.source.length !== 1)
          ee.unshift(ce);
      }
      if (ee.length > 0) {
        const end = resolveEnd.resolveEnd(ee, cePos, ctx.options.strict, onError);
        if (end.comment) {
          if (coll.comment)
            coll.comment += "\n" + end.comment;
          else
            coll.comment = end.comment;
        }
        coll.range = [fc.offset, cePos, end.offset];
      } else {
        coll.range = [fc.offset, cePos, cePos];
      }
      return coll;
    }
    exports.resolveFlowCollection = resolveFlowCollection;
  }
});

// node_modules/yaml/dist/compose/compose-collection.js
var require_compose_collection = __commonJS({
  "node_modules/yaml/dist/compose/compose-collection.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Scalar = require_Scalar();
    var YAMLMap = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var resolveBlockMap = require_resolve_block_map();
    var resolveBlockSeq = require_resolve_block_seq();
    var resolveFlowCollection = require_resolve_flow_collection();
    function resolveCollection(CN, ctx, token2, onError, tagName, tag) {
      const coll = token2.type === "block-map" ? resolveBlockMap.resolveBlockMap(CN, ctx, token2, onError, tag) : token2.type === "block-seq" ? resolveBlockSeq.resolveBlockSeq(CN, ctx, token2, onError, tag) : resolveFlowCollection.resolveFlowCollection(CN, ctx, token2, onError, tag);
      const Coll = coll.constructor;
      if (tagName === "!" || tagName === Coll.tagName) {
        coll.tag = Coll.tagName;
        return coll;
      }
      if (tagName)
        coll.tag = tagName;
      return coll;
    }
    function composeCollection(CN, ctx, token2, props, onError) {
      const tagToken = props.tag;
      const tagName = !tagToken ? null : ctx.directives.tagName(tagToken.source, (msg) => onError(tagToken, "TAG_RESOLVE_FAILED", msg));
      if (token2.type === "block-seq") {
        const { anchor, newlineAfterProp: nl } = props;
        const lastProp = anchor && tagToken ? anchor.offset > tagToken.offset ? anchor : tagToken : anchor ?? tagToken;
        if (lastProp && (!nl || nl.offset < lastProp.offset)) {
          const message = "Missing newline after block sequence props";
          onError(lastProp, "MISSING_CHAR", message);
        }
      }
      const expType = token2.type === "block-map" ? "map" : token2.type === "block-seq" ? "seq" : token2.start.source === "{" ? "map" : "seq";
      if (!tagToken || !tagName || tagName === "!" || tagName === YAMLMap.YAMLMap.tagName && expType === "map" || tagName === YAMLSeq.YAMLSeq.tagName && expType === "seq") {
        return resolveCollection(CN, ctx, token2, onError, tagName);
      }
      let tag = ctx.schema.tags.find((t) => t.tag === tagName && t.collection === expType);
      if (!tag) {
        const kt = ctx.schema.knownTags[tagName];
        if (kt?.collection === expType) {
          ctx.schema.tags.push(Object.assign({}, kt, { default: false }));
          tag = kt;
        } else {
          if (kt) {
            onError(tagToken, "BAD_COLLECTION_TYPE", `${kt.tag} used for ${expType} collection, but expects ${kt.collection ?? "scalar"}`, true);
          } else {
            onError(tagToken, "TAG_RESOLVE_FAILED", `Unresolved tag: ${tagName}`, true);
          }
          return resolveCollection(CN, ctx, token2, onError, tagName);
        }
      }
      const coll = resolveCollection(CN, ctx, token2, onError, tagName, tag);
      const res = tag.resolve?.(coll, (msg) => onError(tagToken, "TAG_RESOLVE_FAILED", msg), ctx.options) ?? coll;
      const node = identity.isNode(res) ? res : new Scalar.Scalar(res);
      node.range = coll.range;
      node.tag = tagName;
      if (tag?.format)
        node.format = tag.format;
      return node;
    }
    exports.composeCollection = composeCollection;
  }
});

// node_modules/yaml/dist/compose/resolve-block-scalar.js
var require_resolve_block_scalar = __commonJS({
  "node_modules/yaml/dist/compose/resolve-block-scalar.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    function resolveBlockScalar(ctx, scalar, onError) {
      const start2 = scalar.offset;
      const header = parseBlockScalarHeader(scalar, ctx.options.strict, onError);
      if (!header)
        return { value: "", type: null, comment: "", range: [start2, start2, start2] };
      const type = header.mode === ">" ? Scalar.Scalar.BLOCK_FOLDED : Scalar.Scalar.BLOCK_LITERAL;
      const lines3 = scalar.source ? splitLines(scalar.source) : [];
      let chompStart = lines3.length;
      for (let i = lines3.length - 1; i >= 0; --i) {
        const content = lines3[i][1];
        if (content === "" || content === "\r")
          chompStart = i;
        else
          break;
      }
      if (chompStart === 0) {
        const value3 = header.chomp === "+" && lines3.length > 0 ? "\n".repeat(Math.max(1, lines3.length - 1)) : "";
        let end2 = start2 + header.length;
        if (scalar.source)
          end2 += scalar.source.length;
        return { value: value3, type, comment: header.comment, range: [start2, end2, end2] };
      }
      let trimIndent = scalar.indent + header.indent;
      let offset = scalar.offset + header.length;
      let contentStart = 0;
      for (let i = 0; i < chompStart; ++i) {
        const [indent, content] = lines3[i];
        if (content === "" || content === "\r") {
          if (header.indent === 0 && indent.length > trimIndent)
            trimIndent = indent.length;
        } else {
          if (indent.length < trimIndent) {
            const message = "Block scalars with more-indented leading empty lines must use an explicit indentation indicator";
            onError(offset + indent.length, "MISSING_CHAR", message);
          }
          if (header.indent === 0)
            trimIndent = indent.length;
          contentStart = i;
          if (trimIndent === 0 && !ctx.atRoot) {
            const message = "Block scalar values in collections must be indented";
            onError(offset, "BAD_INDENT", message);
          }
          break;
        }
        offset += indent.length + content.length + 1;
      }
      for (let i = lines3.length - 1; i >= chompStart; --i) {
        if (lines3[i][0].length > trimIndent)
          chompStart = i + 1;
      }
      let value2 = "";
      let sep3 = "";
      let prevMoreIndented = false;
      for (let i = 0; i < contentStart; ++i)
        value2 += lines3[i][0].slice(trimIndent) + "\n";
      for (let i = contentStart; i < chompStart; ++i) {
        let [indent, content] = lines3[i];
        offset += indent.length + content.length + 1;
        const crlf = content[content.length - 1] === "\r";
        if (crlf)
          content = content.slice(0, -1);
        if (content && indent.length < trimIndent) {
          const src = header.indent ? "explicit indentation indicator" : "first line";
          const message = `Block scalar lines must not be less indented than their ${src}`;
          onError(offset - content.length - (crlf ? 2 : 1), "BAD_INDENT", message);
          indent = "";
        }
        if (type === Scalar.Scalar.BLOCK_LITERAL) {
          value2 += sep3 + indent.slice(trimIndent) + content;
          sep3 = "\n";
        } else if (indent.length > trimIndent || content[0] === "	") {
          if (sep3 === " ")
            sep3 = "\n";
          else if (!prevMoreIndented && sep3 === "\n")
            sep3 = "\n\n";
          value2 += sep3 + indent.slice(trimIndent) + content;
          sep3 = "\n";
          prevMoreIndented = true;
        } else if (content === "") {
          if (sep3 === "\n")
            value2 += "\n";
          else
            sep3 = "\n";
        } else {
          value2 += sep3 + content;
          sep3 = " ";
          prevMoreIndented = false;
        }
      }
      switch (header.chomp) {
        case "-":
          break;
        case "+":
          for (let i = chompStart; i < lines3.length; ++i)
            value2 += "\n" + lines3[i][0].slice(trimIndent);
          if (value2[value2.length - 1] !== "\n")
            value2 += "\n";
          break;
        default:
          value2 += "\n";
      }
      const end = start2 + header.length + scalar.source.length;
      return { value: value2, type, comment: header.comment, range: [start2, end, end] };
    }
    function parseBlockScalarHeader({ offset, props }, strict, onError) {
      if (props[0].type !== "block-scalar-header") {
        onError(props[0], "IMPOSSIBLE", "Block scalar header not found");
        return null;
      }
      const { source } = props[0];
      const mode = source[0];
      let indent = 0;
      let chomp = "";
      let error2 = -1;
      for (let i = 1; i < source.length; ++i) {
        const ch = source[i];
        if (!chomp && (ch === "-" || ch === "+"))
          chomp = ch;
        else {
          const n = Number(ch);
          if (!indent && n)
            indent = n;
          else if (error2 === -1)
            error2 = offset + i;
        }
      }
      if (error2 !== -1)
        onError(error2, "UNEXPECTED_TOKEN", `Block scalar header includes extra characters: ${source}`);
      let hasSpace = false;
      let comment = "";
      let length = source.length;
      for (let i = 1; i < props.length; ++i) {
        const token2 = props[i];
        switch (token2.type) {
          case "space":
            hasSpace = true;
          // fallthrough
          case "newline":
            length += token2.source.length;
            break;
          case "comment":
            if (strict && !hasSpace) {
              const message = "Comments must be separated from other tokens by white space characters";
              onError(token2, "MISSING_CHAR", message);
            }
            length += token2.source.length;
            comment = token2.source.substring(1);
            break;
          case "error":
            onError(token2, "UNEXPECTED_TOKEN", token2.message);
            length += token2.source.length;
            break;
          /* istanbul ignore next should not happen */
          default: {
            const message = `Unexpected token in block scalar header: ${token2.type}`;
            onError(token2, "UNEXPECTED_TOKEN", message);
            const ts = token2.source;
            if (ts && typeof ts === "string")
              length += ts.length;
          }
        }
      }
      return { mode, indent, chomp, comment, length };
    }
    function splitLines(source) {
      const split = source.split(/\n( *)/);
      const first = split[0];
      const m = first.match(/^( *)/);
      const line0 = m?.[1] ? [m[1], first.slice(m[1].length)] : ["", first];
      const lines3 = [line0];
      for (let i = 1; i < split.length; i += 2)
        lines3.push([split[i], split[i + 1]]);
      return lines3;
    }
    exports.resolveBlockScalar = resolveBlockScalar;
  }
});

// node_modules/yaml/dist/compose/resolve-flow-scalar.js
var require_resolve_flow_scalar = __commonJS({
  "node_modules/yaml/dist/compose/resolve-flow-scalar.js"(exports) {
    "use strict";
    var Scalar = require_Scalar();
    var resolveEnd = require_resolve_end();
    function resolveFlowScalar(scalar, strict, onError) {
      const { offset, type, source, end } = scalar;
      let _type;
      let value2;
      const _onError = (rel, code, msg) => onError(offset + rel, code, msg);
      switch (type) {
        case "scalar":
          _type = Scalar.Scalar.PLAIN;
          value2 = plainValue(source, _onError);
          break;
        case "single-quoted-scalar":
          _type = Scalar.Scalar.QUOTE_SINGLE;
          value2 = singleQuotedValue(source, _onError);
          break;
        case "double-quoted-scalar":
          _type = Scalar.Scalar.QUOTE_DOUBLE;
          value2 = doubleQuotedValue(source, _onError);
          break;
        /* istanbul ignore next should not happen */
        default:
          onError(scalar, "UNEXPECTED_TOKEN", `Expected a flow scalar value, but found: ${type}`);
          return {
            value: "",
            type: null,
            comment: "",
            range: [offset, offset + source.length, offset + source.length]
          };
      }
      const valueEnd = offset + source.length;
      const re = resolveEnd.resolveEnd(end, valueEnd, strict, onError);
      return {
        value: value2,
        type: _type,
        comment: re.comment,
        range: [offset, valueEnd, re.offset]
      };
    }
    function plainValue(source, onError) {
      let badChar = "";
      switch (source[0]) {
        /* istanbul ignore next should not happen */
        case "	":
          badChar = "a tab character";
          break;
        case ",":
          badChar = "flow indicator character ,";
          break;
        case "%":
          badChar = "directive indicator character %";
          break;
        case "|":
        case ">": {
          badChar = `block scalar indicator ${source[0]}`;
          break;
        }
        case "@":
        case "`": {
          badChar = `reserved character ${source[0]}`;
          break;
        }
      }
      if (badChar)
        onError(0, "BAD_SCALAR_START", `Plain value cannot start with ${badChar}`);
      return unfoldLines(source);
    }
    function singleQuotedValue(source, onError) {
      if (source[source.length - 1] !== "'" || source.length === 1)
        onError(source.length, "MISSING_CHAR", "Missing closing 'quote");
      return unfoldLines(source.slice(1, -1)).replace(/''/g, "'");
    }
    function unfoldLines(source) {
      const line = /(.*?)\r?\n/sy;
      let match = line.exec(source);
      if (!match)
        return source;
      let trimEnd, trimBoth;
      try {
        trimEnd = new RegExp("(?<![ 	])[ 	]+$");
        trimBoth = new RegExp("^[ 	]+|(?<![ 	])[ 	]+$", "g");
      } catch {
        trimEnd = /[ \t]+$/;
        trimBoth = /^[ \t]+|[ \t]+$/g;
      }
      let res = match[1].replace(trimEnd, "");
      let sep3 = " ";
      let pos = line.lastIndex;
      while (match = line.exec(source)) {
        const lm = match[1].replace(trimBoth, "");
        if (lm === "") {
          if (sep3 === "\n")
            res += sep3;
          else
            sep3 = "\n";
        } else {
          res += sep3 + lm;
          sep3 = " ";
        }
        pos = line.lastIndex;
      }
      const last = /[ \t]*(.*)/sy;
      last.lastIndex = pos;
      match = last.exec(source);
      return res + sep3 + (match?.[1] ?? "");
    }
    function doubleQuotedValue(source, onError) {
      let res = "";
      for (let i = 1; i < source.length - 1; ++i) {
        const ch = source[i];
        if (ch === "\r" && source[i + 1] === "\n")
          continue;
        if (ch === "\n") {
          const { fold, offset } = foldNewline(source, i);
          res += fold;
          i = offset;
        } else if (ch === "\\") {
          let next = source[++i];
          const cc = escapeCodes[next];
          if (cc)
            res += cc;
          else if (next === "\n") {
            next = source[i + 1];
            while (next === " " || next === "	")
              next = source[++i + 1];
          } else if (next === "\r" && source[i + 1] === "\n") {
            next = source[++i + 1];
            while (next === " " || next === "	")
              next = source[++i + 1];
          } else if (next === "x" || next === "u" || next === "U") {
            const length = next === "x" ? 2 : next === "u" ? 4 : 8;
            res += parseCharCode(source, i + 1, length, onError);
            i += length;
          } else {
            const raw2 = source.substr(i - 1, 2);
            onError(i - 1, "BAD_DQ_ESCAPE", `Invalid escape sequence ${raw2}`);
            res += raw2;
          }
        } else if (ch === " " || ch === "	") {
          const wsStart = i;
          let next = source[i + 1];
          while (next === " " || next === "	")
            next = source[++i + 1];
          if (next !== "\n" && !(next === "\r" && source[i + 2] === "\n"))
            res += i > wsStart ? source.slice(wsStart, i + 1) : ch;
        } else {
          res += ch;
        }
      }
      if (source[source.length - 1] !== '"' || source.length === 1)
        onError(source.length, "MISSING_CHAR", 'Missing closing "quote');
      return res;
    }
    function foldNewline(source, offset) {
      let fold = "";
      let ch = source[offset + 1];
      while (ch === " " || ch === "	" || ch === "\n" || ch === "\r") {
        if (ch === "\r" && source[offset + 2] !== "\n")
          break;
        if (ch === "\n")
          fold += "\n";
        offset += 1;
        ch = source[offset + 1];
      }
      if (!fold)
        fold = " ";
      return { fold, offset };
    }
    var escapeCodes = {
      "0": "\0",
      // null character
      a: "\x07",
      // bell character
      b: "\b",
      // backspace
      e: "\x1B",
      // escape character
      f: "\f",
      // form feed
      n: "\n",
      // line feed
      r: "\r",
      // carriage return
      t: "	",
      // horizontal tab
      v: "\v",
      // vertical tab
      N: "",
      // Unicode next line
      _: " ",
      // Unicode non-breaking space
      L: "\u2028",
      // Unicode line separator
      P: "\u2029",
      // Unicode paragraph separator
      " ": " ",
      '"': '"',
      "/": "/",
      "\\": "\\",
      "	": "	"
    };
    function parseCharCode(source, offset, length, onError) {
      const cc = source.substr(offset, length);
      const ok2 = cc.length === length && /^[0-9a-fA-F]+$/.test(cc);
      const code = ok2 ? parseInt(cc, 16) : NaN;
      try {
        return String.fromCodePoint(code);
      } catch {
        const raw2 = source.substr(offset - 2, length + 2);
        onError(offset - 2, "BAD_DQ_ESCAPE", `Invalid escape sequence ${raw2}`);
        return raw2;
      }
    }
    exports.resolveFlowScalar = resolveFlowScalar;
  }
});

// node_modules/yaml/dist/compose/compose-scalar.js
var require_compose_scalar = __commonJS({
  "node_modules/yaml/dist/compose/compose-scalar.js"(exports) {
    "use strict";
    var identity = require_identity();
    var Scalar = require_Scalar();
    var resolveBlockScalar = require_resolve_block_scalar();
    var resolveFlowScalar = require_resolve_flow_scalar();
    function composeScalar(ctx, token2, tagToken, onError) {
      const { value: value2, type, comment, range } = token2.type === "block-scalar" ? resolveBlockScalar.resolveBlockScalar(ctx, token2, onError) : resolveFlowScalar.resolveFlowScalar(token2, ctx.options.strict, onError);
      const tagName = tagToken ? ctx.directives.tagName(tagToken.source, (msg) => onError(tagToken, "TAG_RESOLVE_FAILED", msg)) : null;
      let tag;
      if (ctx.options.stringKeys && ctx.atKey) {
        tag = ctx.schema[identity.SCALAR];
      } else if (tagName)
        tag = findScalarTagByName(ctx.schema, value2, tagName, tagToken, onError);
      else if (token2.type === "scalar")
        tag = findScalarTagByTest(ctx, value2, token2, onError);
      else
        tag = ctx.schema[identity.SCALAR];
      let scalar;
      try {
        const res = tag.resolve(value2, (msg) => onError(tagToken ?? token2, "TAG_RESOLVE_FAILED", msg), ctx.options);
        scalar = identity.isScalar(res) ? res : new Scalar.Scalar(res);
      } catch (error2) {
        const msg = error2 instanceof Error ? error2.message : String(error2);
        onError(tagToken ?? token2, "TAG_RESOLVE_FAILED", msg);
        scalar = new Scalar.Scalar(value2);
      }
      scalar.range = range;
      scalar.source = value2;
      if (type)
        scalar.type = type;
      if (tagName)
        scalar.tag = tagName;
      if (tag.format)
        scalar.format = tag.format;
      if (comment)
        scalar.comment = comment;
      return scalar;
    }
    function findScalarTagByName(schema, value2, tagName, tagToken, onError) {
      if (tagName === "!")
        return schema[identity.SCALAR];
      const matchWithTest = [];
      for (const tag of schema.tags) {
        if (!tag.collection && tag.tag === tagName) {
          if (tag.default && tag.test)
            matchWithTest.push(tag);
          else
            return tag;
        }
      }
      for (const tag of matchWithTest)
        if (tag.test?.test(value2))
          return tag;
      const kt = schema.knownTags[tagName];
      if (kt && !kt.collection) {
        schema.tags.push(Object.assign({}, kt, { default: false, test: void 0 }));
        return kt;
      }
      onError(tagToken, "TAG_RESOLVE_FAILED", `Unresolved tag: ${tagName}`, tagName !== "tag:yaml.org,2002:str");
      return schema[identity.SCALAR];
    }
    function findScalarTagByTest({ atKey, directives, schema }, value2, token2, onError) {
      const tag = schema.tags.find((tag2) => (tag2.default === true || atKey && tag2.default === "key") && tag2.test?.test(value2)) || schema[identity.SCALAR];
      if (schema.compat) {
        const compat = schema.compat.find((tag2) => tag2.default && tag2.test?.test(value2)) ?? schema[identity.SCALAR];
        if (tag.tag !== compat.tag) {
          const ts = directives.tagString(tag.tag);
          const cs = directives.tagString(compat.tag);
          const msg = `Value may be parsed as either ${ts} or ${cs}`;
          onError(token2, "TAG_RESOLVE_FAILED", msg, true);
        }
      }
      return tag;
    }
    exports.composeScalar = composeScalar;
  }
});

// node_modules/yaml/dist/compose/util-empty-scalar-position.js
var require_util_empty_scalar_position = __commonJS({
  "node_modules/yaml/dist/compose/util-empty-scalar-position.js"(exports) {
    "use strict";
    function emptyScalarPosition(offset, before, pos) {
      if (before) {
        pos ?? (pos = before.length);
        for (let i = pos - 1; i >= 0; --i) {
          let st = before[i];
          switch (st.type) {
            case "space":
            case "comment":
            case "newline":
              offset -= st.source.length;
              continue;
          }
          st = before[++i];
          while (st?.type === "space") {
            offset += st.source.length;
            st = before[++i];
          }
          break;
        }
      }
      return offset;
    }
    exports.emptyScalarPosition = emptyScalarPosition;
  }
});

// node_modules/yaml/dist/compose/compose-node.js
var require_compose_node = __commonJS({
  "node_modules/yaml/dist/compose/compose-node.js"(exports) {
    "use strict";
    var Alias = require_Alias();
    var identity = require_identity();
    var composeCollection = require_compose_collection();
    var composeScalar = require_compose_scalar();
    var resolveEnd = require_resolve_end();
    var utilEmptyScalarPosition = require_util_empty_scalar_position();
    var CN = { composeNode, composeEmptyNode };
    function composeNode(ctx, token2, props, onError) {
      const atKey = ctx.atKey;
      const { spaceBefore, comment, anchor, tag } = props;
      let node;
      let isSrcToken = true;
      switch (token2.type) {
        case "alias":
          node = composeAlias(ctx, token2, onError);
          if (anchor || tag)
            onError(token2, "ALIAS_PROPS", "An alias node must not specify any properties");
          break;
        case "scalar":
        case "single-quoted-scalar":
        case "double-quoted-scalar":
        case "block-scalar":
          node = composeScalar.composeScalar(ctx, token2, tag, onError);
          if (anchor)
            node.anchor = anchor.source.substring(1);
          break;
        case "block-map":
        case "block-seq":
        case "flow-collection":
          try {
            node = composeCollection.composeCollection(CN, ctx, token2, props, onError);
            if (anchor)
              node.anchor = anchor.source.substring(1);
          } catch (error2) {
            const message = error2 instanceof Error ? error2.message : String(error2);
            onError(token2, "RESOURCE_EXHAUSTION", message);
          }
          break;
        default: {
          const message = token2.type === "error" ? token2.message : `Unsupported token (type: ${token2.type})`;
          onError(token2, "UNEXPECTED_TOKEN", message);
          isSrcToken = false;
        }
      }
      node ?? (node = composeEmptyNode(ctx, token2.offset, void 0, null, props, onError));
      if (anchor && node.anchor === "")
        onError(anchor, "BAD_ALIAS", "Anchor cannot be an empty string");
      if (atKey && ctx.options.stringKeys && (!identity.isScalar(node) || typeof node.value !== "string" || node.tag && node.tag !== "tag:yaml.org,2002:str")) {
        const msg = "With stringKeys, all keys must be strings";
        onError(tag ?? token2, "NON_STRING_KEY", msg);
      }
      if (spaceBefore)
        node.spaceBefore = true;
      if (comment) {
        if (token2.type === "scalar" && token2.source === "")
          node.comment = comment;
        else
          node.commentBefore = comment;
      }
      if (ctx.options.keepSourceTokens && isSrcToken)
        node.srcToken = token2;
      return node;
    }
    function composeEmptyNode(ctx, offset, before, pos, { spaceBefore, comment, anchor, tag, end }, onError) {
      const token2 = {
        type: "scalar",
        offset: utilEmptyScalarPosition.emptyScalarPosition(offset, before, pos),
        indent: -1,
        source: ""
      };
      const node = composeScalar.composeScalar(ctx, token2, tag, onError);
      if (anchor) {
        node.anchor = anchor.source.substring(1);
        if (node.anchor === "")
          onError(anchor, "BAD_ALIAS", "Anchor cannot be an empty string");
      }
      if (spaceBefore)
        node.spaceBefore = true;
      if (comment) {
        node.comment = comment;
        node.range[2] = end;
      }
      return node;
    }
    function composeAlias({ options }, { offset, source, end }, onError) {
      const alias = new Alias.Alias(source.substring(1));
      if (alias.source === "")
        onError(offset, "BAD_ALIAS", "Alias cannot be an empty string");
      if (alias.source.endsWith(":"))
        onError(offset + source.length - 1, "BAD_ALIAS", "Alias ending in : is ambiguous", true);
      const valueEnd = offset + source.length;
      const re = resolveEnd.resolveEnd(end, valueEnd, options.strict, onError);
      alias.range = [offset, valueEnd, re.offset];
      if (re.comment)
        alias.comment = re.comment;
      return alias;
    }
    exports.composeEmptyNode = composeEmptyNode;
    exports.composeNode = composeNode;
  }
});

// node_modules/yaml/dist/compose/compose-doc.js
var require_compose_doc = __commonJS({
  "node_modules/yaml/dist/compose/compose-doc.js"(exports) {
    "use strict";
    var Document = require_Document();
    var composeNode = require_compose_node();
    var resolveEnd = require_resolve_end();
    var resolveProps = require_resolve_props();
    function composeDoc(options, directives, { offset, start: start2, value: value2, end }, onError) {
      const opts = Object.assign({ _directives: directives }, options);
      const doc = new Document.Document(void 0, opts);
      const ctx = {
        atKey: false,
        atRoot: true,
        directives: doc.directives,
        options: doc.options,
        schema: doc.schema
      };
      const props = resolveProps.resolveProps(start2, {
        indicator: "doc-start",
        next: value2 ?? end?.[0],
        offset,
        onError,
        parentIndent: 0,
        startOnNewline: true
      });
      if (props.found) {
        doc.directives.docStart = true;
        if (value2 && (value2.type === "block-map" || value2.type === "block-seq") && !props.hasNewline)
          onError(props.end, "MISSING_CHAR", "Block collection cannot start on same line with directives-end marker");
      }
      doc.contents = value2 ? composeNode.composeNode(ctx, value2, props, onError) : composeNode.composeEmptyNode(ctx, props.end, start2, null, props, onError);
      const contentEnd = doc.contents.range[2];
      const re = resolveEnd.resolveEnd(end, contentEnd, false, onError);
      if (re.comment)
        doc.comment = re.comment;
      doc.range = [offset, contentEnd, re.offset];
      return doc;
    }
    exports.composeDoc = composeDoc;
  }
});

// node_modules/yaml/dist/compose/composer.js
var require_composer = __commonJS({
  "node_modules/yaml/dist/compose/composer.js"(exports) {
    "use strict";
    var node_process = __require("process");
    var directives = require_directives();
    var Document = require_Document();
    var errors = require_errors();
    var identity = require_identity();
    var composeDoc = require_compose_doc();
    var resolveEnd = require_resolve_end();
    function getErrorPos(src) {
      if (typeof src === "number")
        return [src, src + 1];
      if (Array.isArray(src))
        return src.length === 2 ? src : [src[0], src[1]];
      const { offset, source } = src;
      return [offset, offset + (typeof source === "string" ? source.length : 1)];
    }
    function parsePrelude(prelude) {
      let comment = "";
      let atComment = false;
      let afterEmptyLine = false;
      for (let i = 0; i < prelude.length; ++i) {
        const source = prelude[i];
        switch (source[0]) {
          case "#":
            comment += (comment === "" ? "" : afterEmptyLine ? "\n\n" : "\n") + (source.substring(1) || " ");
            atComment = true;
            afterEmptyLine = false;
            break;
          case "%":
            if (prelude[i + 1]?.[0] !== "#")
              i += 1;
            atComment = false;
            break;
          default:
            if (!atComment)
              afterEmptyLine = true;
            atComment = false;
        }
      }
      return { comment, afterEmptyLine };
    }
    var Composer = class {
      constructor(options = {}) {
        this.doc = null;
        this.atDirectives = false;
        this.prelude = [];
        this.errors = [];
        this.warnings = [];
        this.onError = (source, code, message, warning2) => {
          const pos = getErrorPos(source);
          if (warning2)
            this.warnings.push(new errors.YAMLWarning(pos, code, message));
          else
            this.errors.push(new errors.YAMLParseError(pos, code, message));
        };
        this.directives = new directives.Directives({ version: options.version || "1.2" });
        this.options = options;
      }
      decorate(doc, afterDoc) {
        const { comment, afterEmptyLine } = parsePrelude(this.prelude);
        if (comment) {
          const dc = doc.contents;
          if (afterDoc) {
            doc.comment = doc.comment ? `${doc.comment}
${comment}` : comment;
          } else if (afterEmptyLine || doc.directives.docStart || !dc) {
            doc.commentBefore = comment;
          } else if (identity.isCollection(dc) && !dc.flow && dc.items.length > 0) {
            let it = dc.items[0];
            if (identity.isPair(it))
              it = it.key;
            const cb = it.commentBefore;
            it.commentBefore = cb ? `${comment}
${cb}` : comment;
          } else {
            const cb = dc.commentBefore;
            dc.commentBefore = cb ? `${comment}
${cb}` : comment;
          }
        }
        if (afterDoc) {
          for (let i = 0; i < this.errors.length; ++i)
            doc.errors.push(this.errors[i]);
          for (let i = 0; i < this.warnings.length; ++i)
            doc.warnings.push(this.warnings[i]);
        } else {
          doc.errors = this.errors;
          doc.warnings = this.warnings;
        }
        this.prelude = [];
        this.errors = [];
        this.warnings = [];
      }
      /**
       * Current stream status information.
       *
       * Mostly useful at the end of input for an empty stream.
       */
      streamInfo() {
        return {
          comment: parsePrelude(this.prelude).comment,
          directives: this.directives,
          errors: this.errors,
          warnings: this.warnings
        };
      }
      /**
       * Compose tokens into documents.
       *
       * @param forceDoc - If the stream contains no document, still emit a final document including any comments and directives that would be applied to a subsequent document.
       * @param endOffset - Should be set if `forceDoc` is also set, to set the document range end and to indicate errors correctly.
       */
      *compose(tokens2, forceDoc = false, endOffset = -1) {
        for (const token2 of tokens2)
          yield* this.next(token2);
        yield* this.end(forceDoc, endOffset);
      }
      /** Advance the composer by one CST token. */
      *next(token2) {
        if (node_process.env.LOG_STREAM)
          console.dir(token2, { depth: null });
        switch (token2.type) {
          case "directive":
            this.directives.add(token2.source, (offset, message, warning2) => {
              const pos = getErrorPos(token2);
              pos[0] += offset;
              this.onError(pos, "BAD_DIRECTIVE", message, warning2);
            });
            this.prelude.push(token2.source);
            this.atDirectives = true;
            break;
          case "document": {
            const doc = composeDoc.composeDoc(this.options, this.directives, token2, this.onError);
            if (this.atDirectives && !doc.directives.docStart)
              this.onError(token2, "MISSING_CHAR", "Missing directives-end/doc-start indicator line");
            this.decorate(doc, false);
            if (this.doc)
              yield this.doc;
            this.doc = doc;
            this.atDirectives = false;
            break;
          }
          case "byte-order-mark":
          case "space":
            break;
          case "comment":
          case "newline":
            this.prelude.push(token2.source);
            break;
          case "error": {
            const msg = token2.source ? `${token2.message}: ${JSON.stringify(token2.source)}` : token2.message;
            const error2 = new errors.YAMLParseError(getErrorPos(token2), "UNEXPECTED_TOKEN", msg);
            if (this.atDirectives || !this.doc)
              this.errors.push(error2);
            else
              this.doc.errors.push(error2);
            break;
          }
          case "doc-end": {
            if (!this.doc) {
              const msg = "Unexpected doc-end without preceding document";
              this.errors.push(new errors.YAMLParseError(getErrorPos(token2), "UNEXPECTED_TOKEN", msg));
              break;
            }
            this.doc.directives.docEnd = true;
            const end = resolveEnd.resolveEnd(token2.end, token2.offset + token2.source.length, this.doc.options.strict, this.onError);
            this.decorate(this.doc, true);
            if (end.comment) {
              const dc = this.doc.comment;
              this.doc.comment = dc ? `${dc}
${end.comment}` : end.comment;
            }
            this.doc.range[2] = end.offset;
            break;
          }
          default:
            this.errors.push(new errors.YAMLParseError(getErrorPos(token2), "UNEXPECTED_TOKEN", `Unsupported token ${token2.type}`));
        }
      }
      /**
       * Call at end of input to yield any remaining document.
       *
       * @param forceDoc - If the stream contains no document, still emit a final document including any comments and directives that would be applied to a subsequent document.
       * @param endOffset - Should be set if `forceDoc` is also set, to set the document range end and to indicate errors correctly.
       */
      *end(forceDoc = false, endOffset = -1) {
        if (this.doc) {
          this.decorate(this.doc, true);
          yield this.doc;
          this.doc = null;
        } else if (forceDoc) {
          const opts = Object.assign({ _directives: this.directives }, this.options);
          const doc = new Document.Document(void 0, opts);
          if (this.atDirectives)
            this.onError(endOffset, "MISSING_CHAR", "Missing directives-end indicator line");
          doc.range = [0, endOffset, endOffset];
          this.decorate(doc, false);
          yield doc;
        }
      }
    };
    exports.Composer = Composer;
  }
});

// node_modules/yaml/dist/parse/cst-scalar.js
var require_cst_scalar = __commonJS({
  "node_modules/yaml/dist/parse/cst-scalar.js"(exports) {
    "use strict";
    var resolveBlockScalar = require_resolve_block_scalar();
    var resolveFlowScalar = require_resolve_flow_scalar();
    var errors = require_errors();
    var stringifyString = require_stringifyString();
    function resolveAsScalar(token2, strict = true, onError) {
      if (token2) {
        const _onError = (pos, code, message) => {
          const offset = typeof pos === "number" ? pos : Array.isArray(pos) ? pos[0] : pos.offset;
          if (onError)
            onError(offset, code, message);
          else
            throw new errors.YAMLParseError([offset, offset + 1], code, message);
        };
        switch (token2.type) {
          case "scalar":
          case "single-quoted-scalar":
          case "double-quoted-scalar":
            return resolveFlowScalar.resolveFlowScalar(token2, strict, _onError);
          case "block-scalar":
            return resolveBlockScalar.resolveBlockScalar({ options: { strict } }, token2, _onError);
        }
      }
      return null;
    }
    function createScalarToken(value2, context) {
      const { implicitKey = false, indent, inFlow = false, offset = -1, type = "PLAIN" } = context;
      const source = stringifyString.stringifyString({ type, value: value2 }, {
        implicitKey,
        indent: indent > 0 ? " ".repeat(indent) : "",
        inFlow,
        options: { blockQuote: true, lineWidth: -1 }
      });
      const end = context.end ?? [
        { type: "newline", offset: -1, indent, source: "\n" }
      ];
      switch (source[0]) {
        case "|":
        case ">": {
          const he = source.indexOf("\n");
          const head = source.substring(0, he);
          const body = source.substring(he + 1) + "\n";
          const props = [
            { type: "block-scalar-header", offset, indent, source: head }
          ];
          if (!addEndtoBlockProps(props, end))
            props.push({ type: "newline", offset: -1, indent, source: "\n" });
          return { type: "block-scalar", offset, indent, props, source: body };
        }
        case '"':
          return { type: "double-quoted-scalar", offset, indent, source, end };
        case "'":
          return { type: "single-quoted-scalar", offset, indent, source, end };
        default:
          return { type: "scalar", offset, indent, source, end };
      }
    }
    function setScalarValue(token2, value2, context = {}) {
      let { afterKey = false, implicitKey = false, inFlow = false, type } = context;
      let indent = "indent" in token2 ? token2.indent : null;
      if (afterKey && typeof indent === "number")
        indent += 2;
      if (!type)
        switch (token2.type) {
          case "single-quoted-scalar":
            type = "QUOTE_SINGLE";
            break;
          case "double-quoted-scalar":
            type = "QUOTE_DOUBLE";
            break;
          case "block-scalar": {
            const header = token2.props[0];
            if (header.type !== "block-scalar-header")
              throw new Error("Invalid block scalar header");
            type = header.source[0] === ">" ? "BLOCK_FOLDED" : "BLOCK_LITERAL";
            break;
          }
          default:
            type = "PLAIN";
        }
      const source = stringifyString.stringifyString({ type, value: value2 }, {
        implicitKey: implicitKey || indent === null,
        indent: indent !== null && indent > 0 ? " ".repeat(indent) : "",
        inFlow,
        options: { blockQuote: true, lineWidth: -1 }
      });
      switch (source[0]) {
        case "|":
        case ">":
          setBlockScalarValue(token2, source);
          break;
        case '"':
          setFlowScalarValue(token2, source, "double-quoted-scalar");
          break;
        case "'":
          setFlowScalarValue(token2, source, "single-quoted-scalar");
          break;
        default:
          setFlowScalarValue(token2, source, "scalar");
      }
    }
    function setBlockScalarValue(token2, source) {
      const he = source.indexOf("\n");
      const head = source.substring(0, he);
      const body = source.substring(he + 1) + "\n";
      if (token2.type === "block-scalar") {
        const header = token2.props[0];
        if (header.type !== "block-scalar-header")
          throw new Error("Invalid block scalar header");
        header.source = head;
        token2.source = body;
      } else {
        const { offset } = token2;
        const indent = "indent" in token2 ? token2.indent : -1;
        const props = [
          { type: "block-scalar-header", offset, indent, source: head }
        ];
        if (!addEndtoBlockProps(props, "end" in token2 ? token2.end : void 0))
          props.push({ type: "newline", offset: -1, indent, source: "\n" });
        for (const key of Object.keys(token2))
          if (key !== "type" && key !== "offset")
            delete token2[key];
        Object.assign(token2, { type: "block-scalar", indent, props, source: body });
      }
    }
    function addEndtoBlockProps(props, end) {
      if (end)
        for (const st of end)
          switch (st.type) {
            case "space":
            case "comment":
              props.push(st);
              break;
            case "newline":
              props.push(st);
              return true;
          }
      return false;
    }
    function setFlowScalarValue(token2, source, type) {
      switch (token2.type) {
        case "scalar":
        case "double-quoted-scalar":
        case "single-quoted-scalar":
          token2.type = type;
          token2.source = source;
          break;
        case "block-scalar": {
          const end = token2.props.slice(1);
          let oa = source.length;
          if (token2.props[0].type === "block-scalar-header")
            oa -= token2.props[0].source.length;
          for (const tok of end)
            tok.offset += oa;
          delete token2.props;
          Object.assign(token2, { type, source, end });
          break;
        }
        case "block-map":
        case "block-seq": {
          const offset = token2.offset + source.length;
          const nl = { type: "newline", offset, indent: token2.indent, source: "\n" };
          delete token2.items;
          Object.assign(token2, { type, source, end: [nl] });
          break;
        }
        default: {
          const indent = "indent" in token2 ? token2.indent : -1;
          const end = "end" in token2 && Array.isArray(token2.end) ? token2.end.filter((st) => st.type === "space" || st.type === "comment" || st.type === "newline") : [];
          for (const key of Object.keys(token2))
            if (key !== "type" && key !== "offset")
              delete token2[key];
          Object.assign(token2, { type, indent, source, end });
        }
      }
    }
    exports.createScalarToken = createScalarToken;
    exports.resolveAsScalar = resolveAsScalar;
    exports.setScalarValue = setScalarValue;
  }
});

// node_modules/yaml/dist/parse/cst-stringify.js
var require_cst_stringify = __commonJS({
  "node_modules/yaml/dist/parse/cst-stringify.js"(exports) {
    "use strict";
    var stringify2 = (cst) => "type" in cst ? stringifyToken(cst) : stringifyItem(cst);
    function stringifyToken(token2) {
      switch (token2.type) {
        case "block-scalar": {
          let res = "";
          for (const tok of token2.props)
            res += stringifyToken(tok);
          return res + token2.source;
        }
        case "block-map":
        case "block-seq": {
          let res = "";
          for (const item of token2.items)
            res += stringifyItem(item);
          return res;
        }
        case "flow-collection": {
          let res = token2.start.source;
          for (const item of token2.items)
            res += stringifyItem(item);
          for (const st of token2.end)
            res += st.source;
          return res;
        }
        case "document": {
          let res = stringifyItem(token2);
          if (token2.end)
            for (const st of token2.end)
              res += st.source;
          return res;
        }
        default: {
          let res = token2.source;
          if ("end" in token2 && token2.end)
            for (const st of token2.end)
              res += st.source;
          return res;
        }
      }
    }
    function stringifyItem({ start: start2, key, sep: sep3, value: value2 }) {
      let res = "";
      for (const st of start2)
        res += st.source;
      if (key)
        res += stringifyToken(key);
      if (sep3)
        for (const st of sep3)
          res += st.source;
      if (value2)
        res += stringifyToken(value2);
      return res;
    }
    exports.stringify = stringify2;
  }
});

// node_modules/yaml/dist/parse/cst-visit.js
var require_cst_visit = __commonJS({
  "node_modules/yaml/dist/parse/cst-visit.js"(exports) {
    "use strict";
    var BREAK = /* @__PURE__ */ Symbol("break visit");
    var SKIP = /* @__PURE__ */ Symbol("skip children");
    var REMOVE = /* @__PURE__ */ Symbol("remove item");
    function visit(cst, visitor) {
      if ("type" in cst && cst.type === "document")
        cst = { start: cst.start, value: cst.value };
      _visit(Object.freeze([]), cst, visitor);
    }
    visit.BREAK = BREAK;
    visit.SKIP = SKIP;
    visit.REMOVE = REMOVE;
    visit.itemAtPath = (cst, path6) => {
      let item = cst;
      for (const [field, index] of path6) {
        const tok = item?.[field];
        if (tok && "items" in tok) {
          item = tok.items[index];
        } else
          return void 0;
      }
      return item;
    };
    visit.parentCollection = (cst, path6) => {
      const parent = visit.itemAtPath(cst, path6.slice(0, -1));
      const field = path6[path6.length - 1][0];
      const coll = parent?.[field];
      if (coll && "items" in coll)
        return coll;
      throw new Error("Parent collection not found");
    };
    function _visit(path6, item, visitor) {
      let ctrl = visitor(item, path6);
      if (typeof ctrl === "symbol")
        return ctrl;
      for (const field of ["key", "value"]) {
        const token2 = item[field];
        if (token2 && "items" in token2) {
          for (let i = 0; i < token2.items.length; ++i) {
            const ci = _visit(Object.freeze(path6.concat([[field, i]])), token2.items[i], visitor);
            if (typeof ci === "number")
              i = ci - 1;
            else if (ci === BREAK)
              return BREAK;
            else if (ci === REMOVE) {
              token2.items.splice(i, 1);
              i -= 1;
            }
          }
          if (typeof ctrl === "function" && field === "key")
            ctrl = ctrl(item, path6);
        }
      }
      return typeof ctrl === "function" ? ctrl(item, path6) : ctrl;
    }
    exports.visit = visit;
  }
});

// node_modules/yaml/dist/parse/cst.js
var require_cst = __commonJS({
  "node_modules/yaml/dist/parse/cst.js"(exports) {
    "use strict";
    var cstScalar = require_cst_scalar();
    var cstStringify = require_cst_stringify();
    var cstVisit = require_cst_visit();
    var BOM = "\uFEFF";
    var DOCUMENT = "";
    var FLOW_END = "";
    var SCALAR = "";
    var isCollection = (token2) => !!token2 && "items" in token2;
    var isScalar2 = (token2) => !!token2 && (token2.type === "scalar" || token2.type === "single-quoted-scalar" || token2.type === "double-quoted-scalar" || token2.type === "block-scalar");
    function prettyToken(token2) {
      switch (token2) {
        case BOM:
          return "<BOM>";
        case DOCUMENT:
          return "<DOC>";
        case FLOW_END:
          return "<FLOW_END>";
        case SCALAR:
          return "<SCALAR>";
        default:
          return JSON.stringify(token2);
      }
    }
    function tokenType(source) {
      switch (source) {
        case BOM:
          return "byte-order-mark";
        case DOCUMENT:
          return "doc-mode";
        case FLOW_END:
          return "flow-error-end";
        case SCALAR:
          return "scalar";
        case "---":
          return "doc-start";
        case "...":
          return "doc-end";
        case "":
        case "\n":
        case "\r\n":
          return "newline";
        case "-":
          return "seq-item-ind";
        case "?":
          return "explicit-key-ind";
        case ":":
          return "map-value-ind";
        case "{":
          return "flow-map-start";
        case "}":
          return "flow-map-end";
        case "[":
          return "flow-seq-start";
        case "]":
          return "flow-seq-end";
        case ",":
          return "comma";
      }
      switch (source[0]) {
        case " ":
        case "	":
          return "space";
        case "#":
          return "comment";
        case "%":
          return "directive-line";
        case "*":
          return "alias";
        case "&":
          return "anchor";
        case "!":
          return "tag";
        case "'":
          return "single-quoted-scalar";
        case '"':
          return "double-quoted-scalar";
        case "|":
        case ">":
          return "block-scalar-header";
      }
      return null;
    }
    exports.createScalarToken = cstScalar.createScalarToken;
    exports.resolveAsScalar = cstScalar.resolveAsScalar;
    exports.setScalarValue = cstScalar.setScalarValue;
    exports.stringify = cstStringify.stringify;
    exports.visit = cstVisit.visit;
    exports.BOM = BOM;
    exports.DOCUMENT = DOCUMENT;
    exports.FLOW_END = FLOW_END;
    exports.SCALAR = SCALAR;
    exports.isCollection = isCollection;
    exports.isScalar = isScalar2;
    exports.prettyToken = prettyToken;
    exports.tokenType = tokenType;
  }
});

// node_modules/yaml/dist/parse/lexer.js
var require_lexer = __commonJS({
  "node_modules/yaml/dist/parse/lexer.js"(exports) {
    "use strict";
    var cst = require_cst();
    function isEmpty(ch) {
      switch (ch) {
        case void 0:
        case " ":
        case "\n":
        case "\r":
        case "	":
          return true;
        default:
          return false;
      }
    }
    var hexDigits = new Set("0123456789ABCDEFabcdef");
    var tagChars = new Set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-#;/?:@&=+$_.!~*'()");
    var flowIndicatorChars = new Set(",[]{}");
    var invalidAnchorChars = new Set(" ,[]{}\n\r	");
    var isNotAnchorChar = (ch) => !ch || invalidAnchorChars.has(ch);
    var Lexer = class {
      constructor() {
        this.atEnd = false;
        this.blockScalarIndent = -1;
        this.blockScalarKeep = false;
        this.buffer = "";
        this.flowKey = false;
        this.flowLevel = 0;
        this.indentNext = 0;
        this.indentValue = 0;
        this.lineEndPos = null;
        this.next = null;
        this.pos = 0;
      }
      /**
       * Generate YAML tokens from the `source` string. If `incomplete`,
       * a part of the last line may be left as a buffer for the next call.
       *
       * @returns A generator of lexical tokens
       */
      *lex(source, incomplete = false) {
        if (source) {
          if (typeof source !== "string")
            throw TypeError("source is not a string");
          this.buffer = this.buffer ? this.buffer + source : source;
          this.lineEndPos = null;
        }
        this.atEnd = !incomplete;
        let next = this.next ?? "stream";
        while (next && (incomplete || this.hasChars(1)))
          next = yield* this.parseNext(next);
      }
      atLineEnd() {
        let i = this.pos;
        let ch = this.buffer[i];
        while (ch === " " || ch === "	")
          ch = this.buffer[++i];
        if (!ch || ch === "#" || ch === "\n")
          return true;
        if (ch === "\r")
          return this.buffer[i + 1] === "\n";
        return false;
      }
      charAt(n) {
        return this.buffer[this.pos + n];
      }
      continueScalar(offset) {
        let ch = this.buffer[offset];
        if (this.indentNext > 0) {
          let indent = 0;
          while (ch === " ")
            ch = this.buffer[++indent + offset];
          if (ch === "\r") {
            const next = this.buffer[indent + offset + 1];
            if (next === "\n" || !next && !this.atEnd)
              return offset + indent + 1;
          }
          return ch === "\n" || indent >= this.indentNext || !ch && !this.atEnd ? offset + indent : -1;
        }
        if (ch === "-" || ch === ".") {
          const dt = this.buffer.substr(offset, 3);
          if ((dt === "---" || dt === "...") && isEmpty(this.buffer[offset + 3]))
            return -1;
        }
        return offset;
      }
      getLine() {
        let end = this.lineEndPos;
        if (typeof end !== "number" || end !== -1 && end < this.pos) {
          end = this.buffer.indexOf("\n", this.pos);
          this.lineEndPos = end;
        }
        if (end === -1)
          return this.atEnd ? this.buffer.substring(this.pos) : null;
        if (this.buffer[end - 1] === "\r")
          end -= 1;
        return this.buffer.substring(this.pos, end);
      }
      hasChars(n) {
        return this.pos + n <= this.buffer.length;
      }
      setNext(state) {
        this.buffer = this.buffer.substring(this.pos);
        this.pos = 0;
        this.lineEndPos = null;
        this.next = state;
        return null;
      }
      peek(n) {
        return this.buffer.substr(this.pos, n);
      }
      *parseNext(next) {
        switch (next) {
          case "stream":
            return yield* this.parseStream();
          case "line-start":
            return yield* this.parseLineStart();
          case "block-start":
            return yield* this.parseBlockStart();
          case "doc":
            return yield* this.parseDocument();
          case "flow":
            return yield* this.parseFlowCollection();
          case "quoted-scalar":
            return yield* this.parseQuotedScalar();
          case "block-scalar":
            return yield* this.parseBlockScalar();
          case "plain-scalar":
            return yield* this.parsePlainScalar();
        }
      }
      *parseStream() {
        let line = this.getLine();
        if (line === null)
          return this.setNext("stream");
        if (line[0] === cst.BOM) {
          yield* this.pushCount(1);
          line = line.substring(1);
        }
        if (line[0] === "%") {
          let dirEnd = line.length;
          let cs = line.indexOf("#");
          while (cs !== -1) {
            const ch = line[cs - 1];
            if (ch === " " || ch === "	") {
              dirEnd = cs - 1;
              break;
            } else {
              cs = line.indexOf("#", cs + 1);
            }
          }
          while (true) {
            const ch = line[dirEnd - 1];
            if (ch === " " || ch === "	")
              dirEnd -= 1;
            else
              break;
          }
          const n = (yield* this.pushCount(dirEnd)) + (yield* this.pushSpaces(true));
          yield* this.pushCount(line.length - n);
          this.pushNewline();
          return "stream";
        }
        if (this.atLineEnd()) {
          const sp = yield* this.pushSpaces(true);
          yield* this.pushCount(line.length - sp);
          yield* this.pushNewline();
          return "stream";
        }
        yield cst.DOCUMENT;
        return yield* this.parseLineStart();
      }
      *parseLineStart() {
        const ch = this.charAt(0);
        if (!ch && !this.atEnd)
          return this.setNext("line-start");
        if (ch === "-" || ch === ".") {
          if (!this.atEnd && !this.hasChars(4))
            return this.setNext("line-start");
          const s = this.peek(3);
          if ((s === "---" || s === "...") && isEmpty(this.charAt(3))) {
            yield* this.pushCount(3);
            this.indentValue = 0;
            this.indentNext = 0;
            return s === "---" ? "doc" : "stream";
          }
        }
        this.indentValue = yield* this.pushSpaces(false);
        if (this.indentNext > this.indentValue && !isEmpty(this.charAt(1)))
          this.indentNext = this.indentValue;
        return yield* this.parseBlockStart();
      }
      *parseBlockStart() {
        const [ch0, ch1] = this.peek(2);
        if (!ch1 && !this.atEnd)
          return this.setNext("block-start");
        if ((ch0 === "-" || ch0 === "?" || ch0 === ":") && isEmpty(ch1)) {
          const n = (yield* this.pushCount(1)) + (yield* this.pushSpaces(true));
          this.indentNext = this.indentValue + 1;
          this.indentValue += n;
          return "block-start";
        }
        return "doc";
      }
      *parseDocument() {
        yield* this.pushSpaces(true);
        const line = this.getLine();
        if (line === null)
          return this.setNext("doc");
        let n = yield* this.pushIndicators();
        switch (line[n]) {
          case "#":
            yield* this.pushCount(line.length - n);
          // fallthrough
          case void 0:
            yield* this.pushNewline();
            return yield* this.parseLineStart();
          case "{":
          case "[":
            yield* this.pushCount(1);
            this.flowKey = false;
            this.flowLevel = 1;
            return "flow";
          case "}":
          case "]":
            yield* this.pushCount(1);
            return "doc";
          case "*":
            yield* this.pushUntil(isNotAnchorChar);
            return "doc";
          case '"':
          case "'":
            return yield* this.parseQuotedScalar();
          case "|":
          case ">":
            n += yield* this.parseBlockScalarHeader();
            n += yield* this.pushSpaces(true);
            yield* this.pushCount(line.length - n);
            yield* this.pushNewline();
            return yield* this.parseBlockScalar();
          default:
            return yield* this.parsePlainScalar();
        }
      }
      *parseFlowCollection() {
        let nl, sp;
        let indent = -1;
        do {
          nl = yield* this.pushNewline();
          if (nl > 0) {
            sp = yield* this.pushSpaces(false);
            this.indentValue = indent = sp;
          } else {
            sp = 0;
          }
          sp += yield* this.pushSpaces(true);
        } while (nl + sp > 0);
        const line = this.getLine();
        if (line === null)
          return this.setNext("flow");
        if (indent !== -1 && indent < this.indentNext && line[0] !== "#" || indent === 0 && (line.startsWith("---") || line.startsWith("...")) && isEmpty(line[3])) {
          const atFlowEndMarker = indent === this.indentNext - 1 && this.flowLevel === 1 && (line[0] === "]" || line[0] === "}");
          if (!atFlowEndMarker) {
            this.flowLevel = 0;
            yield cst.FLOW_END;
            return yield* this.parseLineStart();
          }
        }
        let n = 0;
        while (line[n] === ",") {
          n += yield* this.pushCount(1);
          n += yield* this.pushSpaces(true);
          this.flowKey = false;
        }
        n += yield* this.pushIndicators();
        switch (line[n]) {
          case void 0:
            return "flow";
          case "#":
            yield* this.pushCount(line.length - n);
            return "flow";
          case "{":
          case "[":
            yield* this.pushCount(1);
            this.flowKey = false;
            this.flowLevel += 1;
            return "flow";
          case "}":
          case "]":
            yield* this.pushCount(1);
            this.flowKey = true;
            this.flowLevel -= 1;
            return this.flowLevel ? "flow" : "doc";
          case "*":
            yield* this.pushUntil(isNotAnchorChar);
            return "flow";
          case '"':
          case "'":
            this.flowKey = true;
            return yield* this.parseQuotedScalar();
          case ":": {
            const next = this.charAt(1);
            if (this.flowKey || isEmpty(next) || next === ",") {
              this.flowKey = false;
              yield* this.pushCount(1);
              yield* this.pushSpaces(true);
              return "flow";
            }
          }
          // fallthrough
          default:
            this.flowKey = false;
            return yield* this.parsePlainScalar();
        }
      }
      *parseQuotedScalar() {
        const quote2 = this.charAt(0);
        let end = this.buffer.indexOf(quote2, this.pos + 1);
        if (quote2 === "'") {
          while (end !== -1 && this.buffer[end + 1] === "'")
            end = this.buffer.indexOf("'", end + 2);
        } else {
          while (end !== -1) {
            let n = 0;
            while (this.buffer[end - 1 - n] === "\\")
              n += 1;
            if (n % 2 === 0)
              break;
            end = this.buffer.indexOf('"', end + 1);
          }
        }
        const qb = this.buffer.substring(0, end);
        let nl = qb.indexOf("\n", this.pos);
        if (nl !== -1) {
          while (nl !== -1) {
            const cs = this.continueScalar(nl + 1);
            if (cs === -1)
              break;
            nl = qb.indexOf("\n", cs);
          }
          if (nl !== -1) {
            end = nl - (qb[nl - 1] === "\r" ? 2 : 1);
          }
        }
        if (end === -1) {
          if (!this.atEnd)
            return this.setNext("quoted-scalar");
          end = this.buffer.length;
        }
        yield* this.pushToIndex(end + 1, false);
        return this.flowLevel ? "flow" : "doc";
      }
      *parseBlockScalarHeader() {
        this.blockScalarIndent = -1;
        this.blockScalarKeep = false;
        let i = this.pos;
        while (true) {
          const ch = this.buffer[++i];
          if (ch === "+")
            this.blockScalarKeep = true;
          else if (ch > "0" && ch <= "9")
            this.blockScalarIndent = Number(ch) - 1;
          else if (ch !== "-")
            break;
        }
        return yield* this.pushUntil((ch) => isEmpty(ch) || ch === "#");
      }
      *parseBlockScalar() {
        let nl = this.pos - 1;
        let indent = 0;
        let ch;
        loop: for (let i2 = this.pos; ch = this.buffer[i2]; ++i2) {
          switch (ch) {
            case " ":
              indent += 1;
              break;
            case "\n":
              nl = i2;
              indent = 0;
              break;
            case "\r": {
              const next = this.buffer[i2 + 1];
              if (!next && !this.atEnd)
                return this.setNext("block-scalar");
              if (next === "\n")
                break;
            }
            // fallthrough
            default:
              break loop;
          }
        }
        if (!ch && !this.atEnd)
          return this.setNext("block-scalar");
        if (indent >= this.indentNext) {
          if (this.blockScalarIndent === -1)
            this.indentNext = indent;
          else {
            this.indentNext = this.blockScalarIndent + (this.indentNext === 0 ? 1 : this.indentNext);
          }
          do {
            const cs = this.continueScalar(nl + 1);
            if (cs === -1)
              break;
            nl = this.buffer.indexOf("\n", cs);
          } while (nl !== -1);
          if (nl === -1) {
            if (!this.atEnd)
              return this.setNext("block-scalar");
            nl = this.buffer.length;
          }
        }
        let i = nl + 1;
        ch = this.buffer[i];
        while (ch === " ")
          ch = this.buffer[++i];
        if (ch === "	") {
          while (ch === "	" || ch === " " || ch === "\r" || ch === "\n")
            ch = this.buffer[++i];
          nl = i - 1;
        } else if (!this.blockScalarKeep) {
          do {
            let i2 = nl - 1;
            let ch2 = this.buffer[i2];
            if (ch2 === "\r")
              ch2 = this.buffer[--i2];
            const lastChar = i2;
            while (ch2 === " ")
              ch2 = this.buffer[--i2];
            if (ch2 === "\n" && i2 >= this.pos && i2 + 1 + indent > lastChar)
              nl = i2;
            else
              break;
          } while (true);
        }
        yield cst.SCALAR;
        yield* this.pushToIndex(nl + 1, true);
        return yield* this.parseLineStart();
      }
      *parsePlainScalar() {
        const inFlow = this.flowLevel > 0;
        let end = this.pos - 1;
        let i = this.pos - 1;
        let ch;
        while (ch = this.buffer[++i]) {
          if (ch === ":") {
            const next = this.buffer[i + 1];
            if (isEmpty(next) || inFlow && flowIndicatorChars.has(next))
              break;
            end = i;
          } else if (isEmpty(ch)) {
            let next = this.buffer[i + 1];
            if (ch === "\r") {
              if (next === "\n") {
                i += 1;
                ch = "\n";
                next = this.buffer[i + 1];
              } else
                end = i;
            }
            if (next === "#" || inFlow && flowIndicatorChars.has(next))
              break;
            if (ch === "\n") {
              const cs = this.continueScalar(i + 1);
              if (cs === -1)
                break;
              i = Math.max(i, cs - 2);
            }
          } else {
            if (inFlow && flowIndicatorChars.has(ch))
              break;
            end = i;
          }
        }
        if (!ch && !this.atEnd)
          return this.setNext("plain-scalar");
        yield cst.SCALAR;
        yield* this.pushToIndex(end + 1, true);
        return inFlow ? "flow" : "doc";
      }
      *pushCount(n) {
        if (n > 0) {
          yield this.buffer.substr(this.pos, n);
          this.pos += n;
          return n;
        }
        return 0;
      }
      *pushToIndex(i, allowEmpty) {
        const s = this.buffer.slice(this.pos, i);
        if (s) {
          yield s;
          this.pos += s.length;
          return s.length;
        } else if (allowEmpty)
          yield "";
        return 0;
      }
      *pushIndicators() {
        let n = 0;
        loop: while (true) {
          switch (this.charAt(0)) {
            case "!":
              n += yield* this.pushTag();
              n += yield* this.pushSpaces(true);
              continue loop;
            case "&":
              n += yield* this.pushUntil(isNotAnchorChar);
              n += yield* this.pushSpaces(true);
              continue loop;
            case "-":
            // this is an error
            case "?":
            // this is an error outside flow collections
            case ":": {
              const inFlow = this.flowLevel > 0;
              const ch1 = this.charAt(1);
              if (isEmpty(ch1) || inFlow && flowIndicatorChars.has(ch1)) {
                if (!inFlow)
                  this.indentNext = this.indentValue + 1;
                else if (this.flowKey)
                  this.flowKey = false;
                n += yield* this.pushCount(1);
                n += yield* this.pushSpaces(true);
                continue loop;
              }
            }
          }
          break loop;
        }
        return n;
      }
      *pushTag() {
        if (this.charAt(1) === "<") {
          let i = this.pos + 2;
          let ch = this.buffer[i];
          while (!isEmpty(ch) && ch !== ">")
            ch = this.buffer[++i];
          return yield* this.pushToIndex(ch === ">" ? i + 1 : i, false);
        } else {
          let i = this.pos + 1;
          let ch = this.buffer[i];
          while (ch) {
            if (tagChars.has(ch))
              ch = this.buffer[++i];
            else if (ch === "%" && hexDigits.has(this.buffer[i + 1]) && hexDigits.has(this.buffer[i + 2])) {
              ch = this.buffer[i += 3];
            } else
              break;
          }
          return yield* this.pushToIndex(i, false);
        }
      }
      *pushNewline() {
        const ch = this.buffer[this.pos];
        if (ch === "\n")
          return yield* this.pushCount(1);
        else if (ch === "\r" && this.charAt(1) === "\n")
          return yield* this.pushCount(2);
        else
          return 0;
      }
      *pushSpaces(allowTabs) {
        let i = this.pos - 1;
        let ch;
        do {
          ch = this.buffer[++i];
        } while (ch === " " || allowTabs && ch === "	");
        const n = i - this.pos;
        if (n > 0) {
          yield this.buffer.substr(this.pos, n);
          this.pos = i;
        }
        return n;
      }
      *pushUntil(test) {
        let i = this.pos;
        let ch = this.buffer[i];
        while (!test(ch))
          ch = this.buffer[++i];
        return yield* this.pushToIndex(i, false);
      }
    };
    exports.Lexer = Lexer;
  }
});

// node_modules/yaml/dist/parse/line-counter.js
var require_line_counter = __commonJS({
  "node_modules/yaml/dist/parse/line-counter.js"(exports) {
    "use strict";
    var LineCounter = class {
      constructor() {
        this.lineStarts = [];
        this.addNewLine = (offset) => this.lineStarts.push(offset);
        this.linePos = (offset) => {
          let low = 0;
          let high = this.lineStarts.length;
          while (low < high) {
            const mid = low + high >> 1;
            if (this.lineStarts[mid] < offset)
              low = mid + 1;
            else
              high = mid;
          }
          if (this.lineStarts[low] === offset)
            return { line: low + 1, col: 1 };
          if (low === 0)
            return { line: 0, col: offset };
          const start2 = this.lineStarts[low - 1];
          return { line: low, col: offset - start2 + 1 };
        };
      }
    };
    exports.LineCounter = LineCounter;
  }
});

// node_modules/yaml/dist/parse/parser.js
var require_parser = __commonJS({
  "node_modules/yaml/dist/parse/parser.js"(exports) {
    "use strict";
    var node_process = __require("process");
    var cst = require_cst();
    var lexer = require_lexer();
    function includesToken(list, type) {
      for (let i = 0; i < list.length; ++i)
        if (list[i].type === type)
          return true;
      return false;
    }
    function findNonEmptyIndex(list) {
      for (let i = 0; i < list.length; ++i) {
        switch (list[i].type) {
          case "space":
          case "comment":
          case "newline":
            break;
          default:
            return i;
        }
      }
      return -1;
    }
    function isFlowToken(token2) {
      switch (token2?.type) {
        case "alias":
        case "scalar":
        case "single-quoted-scalar":
        case "double-quoted-scalar":
        case "flow-collection":
          return true;
        default:
          return false;
      }
    }
    function getPrevProps(parent) {
      switch (parent.type) {
        case "document":
          return parent.start;
        case "block-map": {
          const it = parent.items[parent.items.length - 1];
          return it.sep ?? it.start;
        }
        case "block-seq":
          return parent.items[parent.items.length - 1].start;
        /* istanbul ignore next should not happen */
        default:
          return [];
      }
    }
    function getFirstKeyStartProps(prev) {
      if (prev.length === 0)
        return [];
      let i = prev.length;
      loop: while (--i >= 0) {
        switch (prev[i].type) {
          case "doc-start":
          case "explicit-key-ind":
          case "map-value-ind":
          case "seq-item-ind":
          case "newline":
            break loop;
        }
      }
      while (prev[++i]?.type === "space") {
      }
      return prev.splice(i, prev.length);
    }
    function arrayPushArray(target, source) {
      if (source.length < 1e5)
        Array.prototype.push.apply(target, source);
      else
        for (let i = 0; i < source.length; ++i)
          target.push(source[i]);
    }
    function fixFlowSeqItems(fc) {
      if (fc.start.type === "flow-seq-start") {
        for (const it of fc.items) {
          if (it.sep && !it.value && !includesToken(it.start, "explicit-key-ind") && !includesToken(it.sep, "map-value-ind")) {
            if (it.key)
              it.value = it.key;
            delete it.key;
            if (isFlowToken(it.value)) {
              if (it.value.end)
                arrayPushArray(it.value.end, it.sep);
              else
                it.value.end = it.sep;
            } else
              arrayPushArray(it.start, it.sep);
            delete it.sep;
          }
        }
      }
    }
    var Parser = class {
      /**
       * @param onNewLine - If defined, called separately with the start position of
       *   each new line (in `parse()`, including the start of input).
       */
      constructor(onNewLine) {
        this.atNewLine = true;
        this.atScalar = false;
        this.indent = 0;
        this.offset = 0;
        this.onKeyLine = false;
        this.stack = [];
        this.source = "";
        this.type = "";
        this.lexer = new lexer.Lexer();
        this.onNewLine = onNewLine;
      }
      /**
       * Parse `source` as a YAML stream.
       * If `incomplete`, a part of the last line may be left as a buffer for the next call.
       *
       * Errors are not thrown, but yielded as `{ type: 'error', message }` tokens.
       *
       * @returns A generator of tokens representing each directive, document, and other structure.
       */
      *parse(source, incomplete = false) {
        if (this.onNewLine && this.offset === 0)
          this.onNewLine(0);
        for (const lexeme of this.lexer.lex(source, incomplete))
          yield* this.next(lexeme);
        if (!incomplete)
          yield* this.end();
      }
      /**
       * Advance the parser by the `source` of one lexical token.
       */
      *next(source) {
        this.source = source;
        if (node_process.env.LOG_TOKENS)
          console.log("|", cst.prettyToken(source));
        if (this.atScalar) {
          this.atScalar = false;
          yield* this.step();
          this.offset += source.length;
          return;
        }
        const type = cst.tokenType(source);
        if (!type) {
          const message = `Not a YAML token: ${source}`;
          yield* this.pop({ type: "error", offset: this.offset, message, source });
          this.offset += source.length;
        } else if (type === "scalar") {
          this.atNewLine = false;
          this.atScalar = true;
          this.type = "scalar";
        } else {
          this.type = type;
          yield* this.step();
          switch (type) {
            case "newline":
              this.atNewLine = true;
              this.indent = 0;
              if (this.onNewLine)
                this.onNewLine(this.offset + source.length);
              break;
            case "space":
              if (this.atNewLine && source[0] === " ")
                this.indent += source.length;
              break;
            case "explicit-key-ind":
            case "map-value-ind":
            case "seq-item-ind":
              if (this.atNewLine)
                this.indent += source.length;
              break;
            case "doc-mode":
            case "flow-error-end":
              return;
            default:
              this.atNewLine = false;
          }
          this.offset += source.length;
        }
      }
      /** Call at end of input to push out any remaining constructions */
      *end() {
        while (this.stack.length > 0)
          yield* this.pop();
      }
      get sourceToken() {
        const st = {
          type: this.type,
          offset: this.offset,
          indent: this.indent,
          source: this.source
        };
        return st;
      }
      *step() {
        const top = this.peek(1);
        if (this.type === "doc-end" && top?.type !== "doc-end") {
          while (this.stack.length > 0)
            yield* this.pop();
          this.stack.push({
            type: "doc-end",
            offset: this.offset,
            source: this.source
          });
          return;
        }
        if (!top)
          return yield* this.stream();
        switch (top.type) {
          case "document":
            return yield* this.document(top);
          case "alias":
          case "scalar":
          case "single-quoted-scalar":
          case "double-quoted-scalar":
            return yield* this.scalar(top);
          case "block-scalar":
            return yield* this.blockScalar(top);
          case "block-map":
            return yield* this.blockMap(top);
          case "block-seq":
            return yield* this.blockSequence(top);
          case "flow-collection":
            return yield* this.flowCollection(top);
          case "doc-end":
            return yield* this.documentEnd(top);
        }
        yield* this.pop();
      }
      peek(n) {
        return this.stack[this.stack.length - n];
      }
      *pop(error2) {
        const token2 = error2 ?? this.stack.pop();
        if (!token2) {
          const message = "Tried to pop an empty stack";
          yield { type: "error", offset: this.offset, source: "", message };
        } else if (this.stack.length === 0) {
          yield token2;
        } else {
          const top = this.peek(1);
          if (token2.type === "block-scalar") {
            token2.indent = "indent" in top ? top.indent : 0;
          } else if (token2.type === "flow-collection" && top.type === "document") {
            token2.indent = 0;
          }
          if (token2.type === "flow-collection")
            fixFlowSeqItems(token2);
          switch (top.type) {
            case "document":
              top.value = token2;
              break;
            case "block-scalar":
              top.props.push(token2);
              break;
            case "block-map": {
              const it = top.items[top.items.length - 1];
              if (it.value) {
                top.items.push({ start: [], key: token2, sep: [] });
                this.onKeyLine = true;
                return;
              } else if (it.sep) {
                it.value = token2;
              } else {
                Object.assign(it, { key: token2, sep: [] });
                this.onKeyLine = !it.explicitKey;
                return;
              }
              break;
            }
            case "block-seq": {
              const it = top.items[top.items.length - 1];
              if (it.value)
                top.items.push({ start: [], value: token2 });
              else
                it.value = token2;
              break;
            }
            case "flow-collection": {
              const it = top.items[top.items.length - 1];
              if (!it || it.value)
                top.items.push({ start: [], key: token2, sep: [] });
              else if (it.sep)
                it.value = token2;
              else
                Object.assign(it, { key: token2, sep: [] });
              return;
            }
            /* istanbul ignore next should not happen */
            default:
              yield* this.pop();
              yield* this.pop(token2);
          }
          if ((top.type === "document" || top.type === "block-map" || top.type === "block-seq") && (token2.type === "block-map" || token2.type === "block-seq")) {
            const last = token2.items[token2.items.length - 1];
            if (last && !last.sep && !last.value && last.start.length > 0 && findNonEmptyIndex(last.start) === -1 && (token2.indent === 0 || last.start.every((st) => st.type !== "comment" || st.indent < token2.indent))) {
              if (top.type === "document")
                top.end = last.start;
              else
                top.items.push({ start: last.start });
              token2.items.splice(-1, 1);
            }
          }
        }
      }
      *stream() {
        switch (this.type) {
          case "directive-line":
            yield { type: "directive", offset: this.offset, source: this.source };
            return;
          case "byte-order-mark":
          case "space":
          case "comment":
          case "newline":
            yield this.sourceToken;
            return;
          case "doc-mode":
          case "doc-start": {
            const doc = {
              type: "document",
              offset: this.offset,
              start: []
            };
            if (this.type === "doc-start")
              doc.start.push(this.sourceToken);
            this.stack.push(doc);
            return;
          }
        }
        yield {
          type: "error",
          offset: this.offset,
          message: `Unexpected ${this.type} token in YAML stream`,
          source: this.source
        };
      }
      *document(doc) {
        if (doc.value)
          return yield* this.lineEnd(doc);
        switch (this.type) {
          case "doc-start": {
            if (findNonEmptyIndex(doc.start) !== -1) {
              yield* this.pop();
              yield* this.step();
            } else
              doc.start.push(this.sourceToken);
            return;
          }
          case "anchor":
          case "tag":
          case "space":
          case "comment":
          case "newline":
            doc.start.push(this.sourceToken);
            return;
        }
        const bv = this.startBlockValue(doc);
        if (bv)
          this.stack.push(bv);
        else {
          yield {
            type: "error",
            offset: this.offset,
            message: `Unexpected ${this.type} token in YAML document`,
            source: this.source
          };
        }
      }
      *scalar(scalar) {
        if (this.type === "map-value-ind") {
          const prev = getPrevProps(this.peek(2));
          const start2 = getFirstKeyStartProps(prev);
          let sep3;
          if (scalar.end) {
            sep3 = scalar.end;
            sep3.push(this.sourceToken);
            delete scalar.end;
          } else
            sep3 = [this.sourceToken];
          const map = {
            type: "block-map",
            offset: scalar.offset,
            indent: scalar.indent,
            items: [{ start: start2, key: scalar, sep: sep3 }]
          };
          this.onKeyLine = true;
          this.stack[this.stack.length - 1] = map;
        } else
          yield* this.lineEnd(scalar);
      }
      *blockScalar(scalar) {
        switch (this.type) {
          case "space":
          case "comment":
          case "newline":
            scalar.props.push(this.sourceToken);
            return;
          case "scalar":
            scalar.source = this.source;
            this.atNewLine = true;
            this.indent = 0;
            if (this.onNewLine) {
              let nl = this.source.indexOf("\n") + 1;
              while (nl !== 0) {
                this.onNewLine(this.offset + nl);
                nl = this.source.indexOf("\n", nl) + 1;
              }
            }
            yield* this.pop();
            break;
          /* istanbul ignore next should not happen */
          default:
            yield* this.pop();
            yield* this.step();
        }
      }
      *blockMap(map) {
        const it = map.items[map.items.length - 1];
        switch (this.type) {
          case "newline":
            this.onKeyLine = false;
            if (it.value) {
              const end = "end" in it.value ? it.value.end : void 0;
              const last = Array.isArray(end) ? end[end.length - 1] : void 0;
              if (last?.type === "comment")
                end?.push(this.sourceToken);
              else
                map.items.push({ start: [this.sourceToken] });
            } else if (it.sep) {
              it.sep.push(this.sourceToken);
            } else {
              it.start.push(this.sourceToken);
            }
            return;
          case "space":
          case "comment":
            if (it.value) {
              map.items.push({ start: [this.sourceToken] });
            } else if (it.sep) {
              it.sep.push(this.sourceToken);
            } else {
              if (this.atIndentedComment(it.start, map.indent)) {
                const prev = map.items[map.items.length - 2];
                const end = prev?.value?.end;
                if (Array.isArray(end)) {
                  arrayPushArray(end, it.start);
                  end.push(this.sourceToken);
                  map.items.pop();
                  return;
                }
              }
              it.start.push(this.sourceToken);
            }
            return;
        }
        if (this.indent >= map.indent) {
          const atMapIndent = !this.onKeyLine && this.indent === map.indent;
          const atNextItem = atMapIndent && (it.sep || it.explicitKey) && this.type !== "seq-item-ind";
          let start2 = [];
          if (atNextItem && it.sep && !it.value) {
            const nl = [];
            for (let i = 0; i < it.sep.length; ++i) {
              const st = it.sep[i];
              switch (st.type) {
                case "newline":
                  nl.push(i);
                  break;
                case "space":
                  break;
                case "comment":
                  if (st.indent > map.indent)
                    nl.length = 0;
                  break;
                default:
                  nl.length = 0;
              }
            }
            if (nl.length >= 2)
              start2 = it.sep.splice(nl[1]);
          }
          switch (this.type) {
            case "anchor":
            case "tag":
              if (atNextItem || it.value) {
                start2.push(this.sourceToken);
                map.items.push({ start: start2 });
                this.onKeyLine = true;
              } else if (it.sep) {
                it.sep.push(this.sourceToken);
              } else {
                it.start.push(this.sourceToken);
              }
              return;
            case "explicit-key-ind":
              if (!it.sep && !it.explicitKey) {
                it.start.push(this.sourceToken);
                it.explicitKey = true;
              } else if (atNextItem || it.value) {
                start2.push(this.sourceToken);
                map.items.push({ start: start2, explicitKey: true });
              } else {
                this.stack.push({
                  type: "block-map",
                  offset: this.offset,
                  indent: this.indent,
                  items: [{ start: [this.sourceToken], explicitKey: true }]
                });
              }
              this.onKeyLine = true;
              return;
            case "map-value-ind":
              if (it.explicitKey) {
                if (!it.sep) {
                  if (includesToken(it.start, "newline")) {
                    Object.assign(it, { key: null, sep: [this.sourceToken] });
                  } else {
                    const start3 = getFirstKeyStartProps(it.start);
                    this.stack.push({
                      type: "block-map",
                      offset: this.offset,
                      indent: this.indent,
                      items: [{ start: start3, key: null, sep: [this.sourceToken] }]
                    });
                  }
                } else if (it.value) {
                  map.items.push({ start: [], key: null, sep: [this.sourceToken] });
                } else if (includesToken(it.sep, "map-value-ind")) {
                  this.stack.push({
                    type: "block-map",
                    offset: this.offset,
                    indent: this.indent,
                    items: [{ start: start2, key: null, sep: [this.sourceToken] }]
                  });
                } else if (isFlowToken(it.key) && !includesToken(it.sep, "newline")) {
                  const start3 = getFirstKeyStartProps(it.start);
                  const key = it.key;
                  const sep3 = it.sep;
                  sep3.push(this.sourceToken);
                  delete it.key;
                  delete it.sep;
                  this.stack.push({
                    type: "block-map",
                    offset: this.offset,
                    indent: this.indent,
                    items: [{ start: start3, key, sep: sep3 }]
                  });
                } else if (start2.length > 0) {
                  it.sep = it.sep.concat(start2, this.sourceToken);
                } else {
                  it.sep.push(this.sourceToken);
                }
              } else {
                if (!it.sep) {
                  Object.assign(it, { key: null, sep: [this.sourceToken] });
                } else if (it.value || atNextItem) {
                  map.items.push({ start: start2, key: null, sep: [this.sourceToken] });
                } else if (includesToken(it.sep, "map-value-ind")) {
                  this.stack.push({
                    type: "block-map",
                    offset: this.offset,
                    indent: this.indent,
                    items: [{ start: [], key: null, sep: [this.sourceToken] }]
                  });
                } else {
                  it.sep.push(this.sourceToken);
                }
              }
              this.onKeyLine = true;
              return;
            case "alias":
            case "scalar":
            case "single-quoted-scalar":
            case "double-quoted-scalar": {
              const fs3 = this.flowScalar(this.type);
              if (atNextItem || it.value) {
                map.items.push({ start: start2, key: fs3, sep: [] });
                this.onKeyLine = true;
              } else if (it.sep) {
                this.stack.push(fs3);
              } else {
                Object.assign(it, { key: fs3, sep: [] });
                this.onKeyLine = true;
              }
              return;
            }
            default: {
              const bv = this.startBlockValue(map);
              if (bv) {
                if (bv.type === "block-seq") {
                  if (!it.explicitKey && it.sep && !includesToken(it.sep, "newline")) {
                    yield* this.pop({
                      type: "error",
                      offset: this.offset,
                      message: "Unexpected block-seq-ind on same line with key",
                      source: this.source
                    });
                    return;
                  }
                } else if (atMapIndent) {
                  map.items.push({ start: start2 });
                }
                this.stack.push(bv);
                return;
              }
            }
          }
        }
        yield* this.pop();
        yield* this.step();
      }
      *blockSequence(seq) {
        const it = seq.items[seq.items.length - 1];
        switch (this.type) {
          case "newline":
            if (it.value) {
              const end = "end" in it.value ? it.value.end : void 0;
              const last = Array.isArray(end) ? end[end.length - 1] : void 0;
              if (last?.type === "comment")
                end?.push(this.sourceToken);
              else
                seq.items.push({ start: [this.sourceToken] });
            } else
              it.start.push(this.sourceToken);
            return;
          case "space":
          case "comment":
            if (it.value)
              seq.items.push({ start: [this.sourceToken] });
            else {
              if (this.atIndentedComment(it.start, seq.indent)) {
                const prev = seq.items[seq.items.length - 2];
                const end = prev?.value?.end;
                if (Array.isArray(end)) {
                  arrayPushArray(end, it.start);
                  end.push(this.sourceToken);
                  seq.items.pop();
                  return;
                }
              }
              it.start.push(this.sourceToken);
            }
            return;
          case "anchor":
          case "tag":
            if (it.value || this.indent <= seq.indent)
              break;
            it.start.push(this.sourceToken);
            return;
          case "seq-item-ind":
            if (this.indent !== seq.indent)
              break;
            if (it.value || includesToken(it.start, "seq-item-ind"))
              seq.items.push({ start: [this.sourceToken] });
            else
              it.start.push(this.sourceToken);
            return;
        }
        if (this.indent > seq.indent) {
          const bv = this.startBlockValue(seq);
          if (bv) {
            this.stack.push(bv);
            return;
          }
        }
        yield* this.pop();
        yield* this.step();
      }
      *flowCollection(fc) {
        const it = fc.items[fc.items.length - 1];
        if (this.type === "flow-error-end") {
          let top;
          do {
            yield* this.pop();
            top = this.peek(1);
          } while (top?.type === "flow-collection");
        } else if (fc.end.length === 0) {
          switch (this.type) {
            case "comma":
            case "explicit-key-ind":
              if (!it || it.sep)
                fc.items.push({ start: [this.sourceToken] });
              else
                it.start.push(this.sourceToken);
              return;
            case "map-value-ind":
              if (!it || it.value)
                fc.items.push({ start: [], key: null, sep: [this.sourceToken] });
              else if (it.sep)
                it.sep.push(this.sourceToken);
              else
                Object.assign(it, { key: null, sep: [this.sourceToken] });
              return;
            case "space":
            case "comment":
            case "newline":
            case "anchor":
            case "tag":
              if (!it || it.value)
                fc.items.push({ start: [this.sourceToken] });
              else if (it.sep)
                it.sep.push(this.sourceToken);
              else
                it.start.push(this.sourceToken);
              return;
            case "alias":
            case "scalar":
            case "single-quoted-scalar":
            case "double-quoted-scalar": {
              const fs3 = this.flowScalar(this.type);
              if (!it || it.value)
                fc.items.push({ start: [], key: fs3, sep: [] });
              else if (it.sep)
                this.stack.push(fs3);
              else
                Object.assign(it, { key: fs3, sep: [] });
              return;
            }
            case "flow-map-end":
            case "flow-seq-end":
              fc.end.push(this.sourceToken);
              return;
          }
          const bv = this.startBlockValue(fc);
          if (bv)
            this.stack.push(bv);
          else {
            yield* this.pop();
            yield* this.step();
          }
        } else {
          const parent = this.peek(2);
          if (parent.type === "block-map" && (this.type === "map-value-ind" && parent.indent === fc.indent || this.type === "newline" && !parent.items[parent.items.length - 1].sep)) {
            yield* this.pop();
            yield* this.step();
          } else if (this.type === "map-value-ind" && parent.type !== "flow-collection") {
            const prev = getPrevProps(parent);
            const start2 = getFirstKeyStartProps(prev);
            fixFlowSeqItems(fc);
            const sep3 = fc.end.splice(1, fc.end.length);
            sep3.push(this.sourceToken);
            const map = {
              type: "block-map",
              offset: fc.offset,
              indent: fc.indent,
              items: [{ start: start2, key: fc, sep: sep3 }]
            };
            this.onKeyLine = true;
            this.stack[this.stack.length - 1] = map;
          } else {
            yield* this.lineEnd(fc);
          }
        }
      }
      flowScalar(type) {
        if (this.onNewLine) {
          let nl = this.source.indexOf("\n") + 1;
          while (nl !== 0) {
            this.onNewLine(this.offset + nl);
            nl = this.source.indexOf("\n", nl) + 1;
          }
        }
        return {
          type,
          offset: this.offset,
          indent: this.indent,
          source: this.source
        };
      }
      startBlockValue(parent) {
        switch (this.type) {
          case "alias":
          case "scalar":
          case "single-quoted-scalar":
          case "double-quoted-scalar":
            return this.flowScalar(this.type);
          case "block-scalar-header":
            return {
              type: "block-scalar",
              offset: this.offset,
              indent: this.indent,
              props: [this.sourceToken],
              source: ""
            };
          case "flow-map-start":
          case "flow-seq-start":
            return {
              type: "flow-collection",
              offset: this.offset,
              indent: this.indent,
              start: this.sourceToken,
              items: [],
              end: []
            };
          case "seq-item-ind":
            return {
              type: "block-seq",
              offset: this.offset,
              indent: this.indent,
              items: [{ start: [this.sourceToken] }]
            };
          case "explicit-key-ind": {
            this.onKeyLine = true;
            const prev = getPrevProps(parent);
            const start2 = getFirstKeyStartProps(prev);
            start2.push(this.sourceToken);
            return {
              type: "block-map",
              offset: this.offset,
              indent: this.indent,
              items: [{ start: start2, explicitKey: true }]
            };
          }
          case "map-value-ind": {
            this.onKeyLine = true;
            const prev = getPrevProps(parent);
            const start2 = getFirstKeyStartProps(prev);
            return {
              type: "block-map",
              offset: this.offset,
              indent: this.indent,
              items: [{ start: start2, key: null, sep: [this.sourceToken] }]
            };
          }
        }
        return null;
      }
      atIndentedComment(start2, indent) {
        if (this.type !== "comment")
          return false;
        if (this.indent <= indent)
          return false;
        return start2.every((st) => st.type === "newline" || st.type === "space");
      }
      *documentEnd(docEnd) {
        if (this.type !== "doc-mode") {
          if (docEnd.end)
            docEnd.end.push(this.sourceToken);
          else
            docEnd.end = [this.sourceToken];
          if (this.type === "newline")
            yield* this.pop();
        }
      }
      *lineEnd(token2) {
        switch (this.type) {
          case "comma":
          case "doc-start":
          case "doc-end":
          case "flow-seq-end":
          case "flow-map-end":
          case "map-value-ind":
            yield* this.pop();
            yield* this.step();
            break;
          case "newline":
            this.onKeyLine = false;
          // fallthrough
          case "space":
          case "comment":
          default:
            if (token2.end)
              token2.end.push(this.sourceToken);
            else
              token2.end = [this.sourceToken];
            if (this.type === "newline")
              yield* this.pop();
        }
      }
    };
    exports.Parser = Parser;
  }
});

// node_modules/yaml/dist/public-api.js
var require_public_api = __commonJS({
  "node_modules/yaml/dist/public-api.js"(exports) {
    "use strict";
    var composer = require_composer();
    var Document = require_Document();
    var errors = require_errors();
    var log = require_log();
    var identity = require_identity();
    var lineCounter = require_line_counter();
    var parser = require_parser();
    function parseOptions(options) {
      const prettyErrors = options.prettyErrors !== false;
      const lineCounter$1 = options.lineCounter || prettyErrors && new lineCounter.LineCounter() || null;
      return { lineCounter: lineCounter$1, prettyErrors };
    }
    function parseAllDocuments(source, options = {}) {
      const { lineCounter: lineCounter2, prettyErrors } = parseOptions(options);
      const parser$1 = new parser.Parser(lineCounter2?.addNewLine);
      const composer$1 = new composer.Composer(options);
      const docs = Array.from(composer$1.compose(parser$1.parse(source)));
      if (prettyErrors && lineCounter2)
        for (const doc of docs) {
          doc.errors.forEach(errors.prettifyError(source, lineCounter2));
          doc.warnings.forEach(errors.prettifyError(source, lineCounter2));
        }
      if (docs.length > 0)
        return docs;
      return Object.assign([], { empty: true }, composer$1.streamInfo());
    }
    function parseDocument2(source, options = {}) {
      const { lineCounter: lineCounter2, prettyErrors } = parseOptions(options);
      const parser$1 = new parser.Parser(lineCounter2?.addNewLine);
      const composer$1 = new composer.Composer(options);
      let doc = null;
      for (const _doc of composer$1.compose(parser$1.parse(source), true, source.length)) {
        if (!doc)
          doc = _doc;
        else if (doc.options.logLevel !== "silent") {
          doc.errors.push(new errors.YAMLParseError(_doc.range.slice(0, 2), "MULTIPLE_DOCS", "Source contains multiple documents; please use YAML.parseAllDocuments()"));
          break;
        }
      }
      if (prettyErrors && lineCounter2) {
        doc.errors.forEach(errors.prettifyError(source, lineCounter2));
        doc.warnings.forEach(errors.prettifyError(source, lineCounter2));
      }
      return doc;
    }
    function parse2(src, reviver, options) {
      let _reviver = void 0;
      if (typeof reviver === "function") {
        _reviver = reviver;
      } else if (options === void 0 && reviver && typeof reviver === "object") {
        options = reviver;
      }
      const doc = parseDocument2(src, options);
      if (!doc)
        return null;
      doc.warnings.forEach((warning2) => log.warn(doc.options.logLevel, warning2));
      if (doc.errors.length > 0) {
        if (doc.options.logLevel !== "silent")
          throw doc.errors[0];
        else
          doc.errors = [];
      }
      return doc.toJS(Object.assign({ reviver: _reviver }, options));
    }
    function stringify2(value2, replacer, options) {
      let _replacer = null;
      if (typeof replacer === "function" || Array.isArray(replacer)) {
        _replacer = replacer;
      } else if (options === void 0 && replacer) {
        options = replacer;
      }
      if (typeof options === "string")
        options = options.length;
      if (typeof options === "number") {
        const indent = Math.round(options);
        options = indent < 1 ? void 0 : indent > 8 ? { indent: 8 } : { indent };
      }
      if (value2 === void 0) {
        const { keepUndefined } = options ?? replacer ?? {};
        if (!keepUndefined)
          return void 0;
      }
      if (identity.isDocument(value2) && !_replacer)
        return value2.toString(options);
      return new Document.Document(value2, _replacer, options).toString(options);
    }
    exports.parse = parse2;
    exports.parseAllDocuments = parseAllDocuments;
    exports.parseDocument = parseDocument2;
    exports.stringify = stringify2;
  }
});

// node_modules/yaml/dist/index.js
var require_dist = __commonJS({
  "node_modules/yaml/dist/index.js"(exports) {
    "use strict";
    var composer = require_composer();
    var Document = require_Document();
    var Schema = require_Schema();
    var errors = require_errors();
    var Alias = require_Alias();
    var identity = require_identity();
    var Pair = require_Pair();
    var Scalar = require_Scalar();
    var YAMLMap = require_YAMLMap();
    var YAMLSeq = require_YAMLSeq();
    var cst = require_cst();
    var lexer = require_lexer();
    var lineCounter = require_line_counter();
    var parser = require_parser();
    var publicApi = require_public_api();
    var visit = require_visit();
    exports.Composer = composer.Composer;
    exports.Document = Document.Document;
    exports.Schema = Schema.Schema;
    exports.YAMLError = errors.YAMLError;
    exports.YAMLParseError = errors.YAMLParseError;
    exports.YAMLWarning = errors.YAMLWarning;
    exports.Alias = Alias.Alias;
    exports.isAlias = identity.isAlias;
    exports.isCollection = identity.isCollection;
    exports.isDocument = identity.isDocument;
    exports.isMap = identity.isMap;
    exports.isNode = identity.isNode;
    exports.isPair = identity.isPair;
    exports.isScalar = identity.isScalar;
    exports.isSeq = identity.isSeq;
    exports.Pair = Pair.Pair;
    exports.Scalar = Scalar.Scalar;
    exports.YAMLMap = YAMLMap.YAMLMap;
    exports.YAMLSeq = YAMLSeq.YAMLSeq;
    exports.CST = cst;
    exports.Lexer = lexer.Lexer;
    exports.LineCounter = lineCounter.LineCounter;
    exports.Parser = parser.Parser;
    exports.parse = publicApi.parse;
    exports.parseAllDocuments = publicApi.parseAllDocuments;
    exports.parseDocument = publicApi.parseDocument;
    exports.stringify = publicApi.stringify;
    exports.visit = visit.visit;
    exports.visitAsync = visit.visitAsync;
  }
});

// src/submodules/limit.ts
function createLimit(most2) {
  const lanes = /* @__PURE__ */ new Map();
  return async (key, task) => {
    const lane = lanes.get(key) ?? { active: 0, waiting: [] };
    lanes.set(key, lane);
    if (lane.active >= most2(key)) await new Promise((resolve5) => lane.waiting.push(resolve5));
    else lane.active++;
    try {
      return await task();
    } finally {
      const next = lane.waiting.shift();
      if (next) next();
      else lane.active--;
    }
  };
}
async function forEachOf(items, most2, task) {
  const rest = items.values();
  const lane = async () => {
    for (const item of rest) await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(most2, items.length) }, lane));
}
var init_limit = __esm({
  "src/submodules/limit.ts"() {
    "use strict";
  }
});

// builtin:node:events
var require_node_events = __commonJS({
  "builtin:node:events"(exports, module) {
    module.exports = __require("node:events");
  }
});

// builtin:node:http
var require_node_http = __commonJS({
  "builtin:node:http"(exports, module) {
    module.exports = __require("node:http");
  }
});

// builtin:node:https
var require_node_https = __commonJS({
  "builtin:node:https"(exports, module) {
    module.exports = __require("node:https");
  }
});

// src/submodules/tokens.ts
function tokensFrom(env, named) {
  const tokens2 = named.map((one) => {
    const cut2 = one.lastIndexOf("=");
    const [host, variable] = [one.slice(0, cut2), one.slice(cut2 + 1)];
    if (cut2 < 1 || variable === "")
      throw usage(`--token-env ${one} names no host or no variable.`, "Write it as --token-env alm.example=ALM_TOKEN.");
    const token2 = env[variable];
    if (!token2) throw usage(`--token-env ${one}: ${variable} is not set.`, `Set ${variable} to a token of ${host}.`);
    return { base: baseOf(host), token: token2 };
  });
  const forgejo = env.FORGEJO_URL || env.FORGEJO_SERVER_URL || env.FORGEJO_ACTIONS && env.GITHUB_SERVER_URL;
  if (env.FORGEJO_TOKEN && forgejo) tokens2.push({ base: baseOf(forgejo), token: env.FORGEJO_TOKEN });
  if (env.GITHUB_TOKEN)
    tokens2.push({ base: baseOf(env.GITHUB_SERVER_URL || "https://github.com"), token: env.GITHUB_TOKEN });
  for (const { token: token2 } of tokens2) {
    hideSecret(token2);
    hideSecret(basic(token2));
  }
  return tokens2;
}
function authorizationFor(url, tokens2) {
  const found = tokens2.find(({ base }) => url === base || url.startsWith(`${base}/`));
  return found && `Basic ${basic(found.token)}`;
}
function asHttp(url, tokens2) {
  const { scheme, path: path6 } = locate(url);
  if (scheme !== "ssh" && scheme !== "git+ssh") return url;
  const found = tokens2.find(({ base }) => hostName(base) === hostName(url));
  return found ? `${found.base}/${path6}.git` : url;
}
var baseOf, basic, hostName, tokenSettings;
var init_tokens = __esm({
  "src/submodules/tokens.ts"() {
    "use strict";
    init_errors();
    init_redact();
    init_url();
    baseOf = (text2) => (/^https?:\/\//i.test(text2) ? text2 : `https://${text2}`).replace(/\/+$/, "");
    basic = (token2) => Buffer.from(`x-access-token:${token2}`).toString("base64");
    hostName = (url) => locate(url).host.replace(/:\d+$/, "");
    tokenSettings = (tokens2) => [...new Map(tokens2.toReversed().map((token2) => [token2.base, token2])).values()].flatMap(({ base, token: token2 }) => [
      [`http.${base}/.extraheader`, ""],
      [`http.${base}/.extraheader`, `Authorization: Basic ${basic(token2)}`]
    ]);
  }
});

// builtin:node:zlib
var require_node_zlib = __commonJS({
  "builtin:node:zlib"(exports, module) {
    module.exports = __require("node:zlib");
  }
});

// src/submodules/tree.ts
async function recordedLocally(git, commit) {
  const tree = await readTree(git, commit);
  if (!tree?.gitmodules) return tree && { gitlinks: tree.gitlinks, gitmodules: void 0 };
  const gitmodules = await readBlob(git, tree.gitmodules);
  return gitmodules === void 0 ? void 0 : { gitlinks: tree.gitlinks, gitmodules };
}
async function submodulesOf({ gitlinks, gitmodules }, git) {
  const entries = gitmodules === void 0 ? [] : await parseEntries(gitmodules, git);
  const byPath = new Map(entries?.map((entry) => [entry.path, entry]));
  const linked = new Set(gitlinks.map(({ path: path6 }) => path6));
  return {
    gitlinks: gitlinks.map(({ path: path6, oid }) => ({ path: path6, commit: oid, entry: byPath.get(path6) })),
    orphans: (entries ?? []).filter(({ path: path6 }) => path6 === void 0 || !linked.has(path6)),
    parsed: entries !== void 0
  };
}
async function parseEntries(content, git) {
  const settings = await parseConfig(git, content);
  if (!settings) return void 0;
  const sections = /* @__PURE__ */ new Map();
  for (const [key, value2] of settings) {
    const [, name, variable] = /^submodule\.(.*)\.([^.]+)$/s.exec(key) ?? [];
    if (name === void 0) continue;
    const section = sections.get(name) ?? /* @__PURE__ */ new Map();
    section.set(variable, value2);
    sections.set(name, section);
  }
  return [...sections].map(([name, section]) => {
    const url = section.get("url");
    const branch = section.get("branch");
    return {
      name,
      path: section.get("path")?.replace(/\/+$/, ""),
      // An address that looks like an option would be taken for one (CVE-2018-17456); git ignores it, and so do we.
      url: url === void 0 || url === "" || url.startsWith("-") || /[\r\n]/.test(url) ? void 0 : url,
      branch,
      inactive: inactive(section),
      line: lineOf(content, name)
    };
  });
}
function inactive(section) {
  if (section.get("update") === "none") return "update = none";
  if (section.get("ignore") === "all") return "ignore = all";
  if (/^(false|no|off|0)$/i.test(section.get("active") ?? "")) return "active = false";
  return void 0;
}
function lineOf(content, name) {
  const header = `"${name.replace(/["\\]/g, "\\$&")}"]`;
  const index = content.split("\n").findIndex((line) => /^\s*\[submodule\s/i.test(line) && line.includes(header));
  return index < 0 ? 1 : index + 1;
}
var init_tree = __esm({
  "src/submodules/tree.ts"() {
    "use strict";
    init_git();
  }
});

// src/submodules/survey.ts
async function survey(context, commit, history) {
  const { git, remotes } = context;
  const recorded = await recordedLocally(git, commit);
  const observed = [];
  const orphans = [];
  let visited = 0;
  if (!recorded)
    throw unknown(
      `The trees of root commit ${commit} are not all here.`,
      "Fetch them: git fetch --refetch, or check out without a filter."
    );
  const bases = basesOf(remotes);
  const here = {
    git,
    prefix: "",
    depth: 1,
    chain: [],
    bases,
    above: [],
    remotes,
    history: void 0,
    removed: false
  };
  await look(recorded, here);
  const now = new Map(recorded.gitlinks.map(({ path: path6, oid }) => [path6, oid]));
  await Promise.all(
    (await pastGitlinks(git, history, now)).map(async (past) => {
      const then = await context.local("", () => recordedLocally(git, past.by));
      if (!then) return;
      const only = then.gitlinks.filter(({ path: path6, oid }) => path6 === past.path && oid === past.oid);
      const subset = remotes.filter(({ name }) => past.remotes.includes(name));
      await look(
        { ...then, gitlinks: only },
        { ...here, remotes: subset, history: past.by, removed: !now.has(past.path) }
      );
    })
  );
  observed.sort((a, b) => compare(a.path, b.path) || compare(a.history ?? "", b.history ?? ""));
  return { commit, observed, orphans };
  async function look(from, place) {
    const { gitlinks, orphans: left2, parsed } = await submodulesOf(from, git);
    const checkedOut = place.git && !place.git.bare ? place.git : void 0;
    const dirty = gitlinks.length > 0 && checkedOut && !place.history;
    const states = dirty ? await context.local("", () => submoduleStates(checkedOut)) : void 0;
    if (left2.length > 0 && !place.history) {
      const added = checkedOut ? await context.local("", () => indexGitlinks(checkedOut)) : [];
      for (const entry of left2) {
        if (entry.path !== void 0 && excluded(place.prefix + entry.path, context.config.exclude)) continue;
        const path6 = entry.path === void 0 ? void 0 : place.prefix + entry.path;
        orphans.push({
          path: path6,
          depth: place.depth,
          chain: place.chain,
          entry,
          staged: added.some((one) => one.path === entry.path)
        });
      }
    }
    const included = gitlinks.filter(({ path: path6 }) => !excluded(place.prefix + path6, context.config.exclude));
    await forEachOf(included, atOnce, async (gitlink) => {
      const state = states?.submodules.find(({ path: path6 }) => path6 === gitlink.path);
      const ahead = (state?.ahead ?? false) || (states?.staged.has(gitlink.path) ?? false);
      const worktree = states && { dirty: state?.dirty ?? false, ahead };
      await visit(gitlink, place, parsed, worktree);
    });
  }
  async function visit(gitlink, place, parsed, worktree) {
    const { commit: oid, entry } = gitlink;
    if (++visited > mostGitlinks)
      throw problem(
        `More than ${mostGitlinks} gitlinks lie below this commit.`,
        "Leave some out with --exclude PATH, and look whether submodules contain each other over and over."
      );
    const { clone, localTree, settings } = await context.local("", () => cloneOf(gitlink, place.git));
    const own = pushUrlsOf(settings);
    const { required, bases: below2 } = entry?.url ? requiredRemotes({
      rootRemotes: place.remotes,
      defaultRemote: context.defaultRemote,
      parentBases: place.bases,
      declared: entry.url,
      settings: context.settings,
      templates: context.config.remotes,
      own
    }) : { required: [], bases: /* @__PURE__ */ new Map() };
    const ask2 = (remote) => remote.url === void 0 ? void 0 : context.probe.ask({
      url: remote.url,
      commit: oid,
      branch: branchOf(entry, place),
      clone: localTree && clone
    });
    const asking = Promise.all(
      required.map(async (remote) => ({
        remote: { ...remote, mirror: remote.name in context.config.mirrors },
        answer: await ask2(remote)
      }))
    );
    const children = localTree ?? await recordedElsewhere(required, oid);
    const answers = await waitForMirrors(await asking, ask2);
    const dir = place.prefix.slice(0, -1);
    const chain = [...place.chain, { dir, path: gitlink.path, checkedOut: clone !== void 0 && !clone.bare }];
    observed.push({
      path: place.prefix + gitlink.path,
      depth: place.depth,
      commit: oid,
      entry,
      parsed,
      history: place.history,
      removed: place.removed,
      answers: await Promise.all(
        answers.map(async (one) => {
          const { place: found } = one.answer && !isFailure(one.answer) ? one.answer : {};
          if (one.remote.url === void 0 || found !== "absent" && found !== "unreachable") return one;
          const named = (clone && headBranch(clone)) ?? branchOf(entry, place);
          const unproven = found === "absent";
          return { ...one, landing: await landingOn(one.remote.url, oid, named, localTree && clone, unproven) };
        })
      ),
      chain,
      clone: clone && {
        git: clone,
        hasCommit: localTree !== void 0,
        checkedOut: !clone.bare,
        shallow: isShallow(clone),
        branch: headBranch(clone),
        remotes: own
      },
      childrenKnown: children !== void 0,
      worktree
    });
    context.onAsked?.(place.prefix + gitlink.path);
    if (!children) return;
    const key = `${oid} ${[...below2.values()].flat().join(" ")}`;
    if (place.above.includes(key)) return;
    const prefix = `${place.prefix}${gitlink.path}/`;
    await look(children, {
      ...place,
      git: clone,
      prefix,
      depth: place.depth + 1,
      chain,
      bases: below2,
      above: [...place.above, key]
    });
  }
  async function landingOn(url, oid, named, clone, unproven) {
    const branches = await context.probe.branches(url);
    if (isFailure(branches)) return { branch: named ?? "main", adds: unproven };
    const branch = named ?? branches.defaultBranch ?? "main";
    const tip = branches.heads.get(branch);
    if (tip === void 0) return { branch, adds: true };
    if (!clone) return { branch, adds: unproven };
    return { branch, adds: await context.local("", () => isContained(clone, tip, [oid])) };
  }
  async function recordedElsewhere(required, oid) {
    for (const { url } of required) {
      const found = url === void 0 ? void 0 : await context.probe.recorded(url, oid);
      if (found && !isFailure(found)) return found;
    }
    return void 0;
  }
  async function waitForMirrors(answers, ask2) {
    const has2 = (answer) => answer !== void 0 && !isFailure(answer) && answer.place !== "absent" && answer.place !== "unreachable";
    return Promise.all(
      answers.map(async (one) => {
        const { remote } = one;
        let { answer } = one;
        const seconds2 = context.config.mirrors[remote.name] ?? 0;
        const until = Date.now() + seconds2 * 1e3;
        const pause2 = Math.min(5e3, seconds2 * 250);
        const fed = answers.some(({ answer: other }) => has2(other));
        while (fed && !has2(answer) && answer && !isFailure(answer) && remote.url && Date.now() + pause2 <= until) {
          await (0, import_promises9.setTimeout)(pause2);
          context.probe.forget(remote.url);
          answer = await ask2(remote);
        }
        return { remote, answer };
      })
    );
  }
}
async function cloneOf({ path: path6, commit, entry }, parent) {
  const clones = parent ? submoduleClones(parent, path6, entry?.name) : [];
  let clone = clones[0];
  let localTree;
  for (const one of clones) {
    localTree = await recordedLocally(one, commit);
    if (!localTree) continue;
    clone = one;
    break;
  }
  return { clone, localTree, settings: clone ? await configuration(clone, remoteSettings) : [] };
}
function branchOf(entry, { git }) {
  return entry?.branch === "." ? git && headBranch(git) : entry?.branch;
}
async function pastGitlinks(git, { commits, removed }, now) {
  if (commits.length === 0) return [];
  const remotesOf2 = new Map(commits.map(({ commit, remotes }) => [commit, remotes]));
  const found = /* @__PURE__ */ new Map();
  for (const { by, path: path6, oid } of await gitlinkChanges(git, [...remotesOf2.keys()])) {
    if (oid === void 0 || now.get(path6) === oid || !now.has(path6) && !removed) continue;
    const key = `${oid} ${path6}`;
    const remotes = [...found.get(key)?.remotes ?? [], ...remotesOf2.get(by) ?? []];
    found.set(key, { path: path6, oid, by, remotes: [...new Set(remotes)] });
  }
  return [...found.values()];
}
var import_promises9, mostGitlinks, atOnce, compare, excluded;
var init_survey = __esm({
  "src/submodules/survey.ts"() {
    "use strict";
    import_promises9 = __toESM(require_promises2(), 1);
    init_errors();
    init_failure();
    init_git();
    init_limit();
    init_remotes();
    init_tree();
    mostGitlinks = 2e4;
    atOnce = 64;
    compare = (a, b) => a < b ? -1 : a > b ? 1 : 0;
    excluded = (path6, exclude) => exclude.some((one) => path6 === one.replace(/\/+$/, "") || path6.startsWith(`${one.replace(/\/+$/, "")}/`));
  }
});

// src/submodules/glob.ts
function globToRegExp(pattern) {
  const source = pattern.replace(/\*\*\/?|\*|\?|\[[^\]]+\]|[\\^$.|+(){}]/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    return part.startsWith("[") ? part : `\\${part}`;
  });
  return new RegExp(`^${source}$`, "s");
}
function matchesPath(path6, pattern) {
  const name = path6.slice(path6.lastIndexOf("/") + 1);
  return globToRegExp(pattern.replace(/^\//, "")).test(pattern.includes("/") ? path6 : name);
}
var init_glob = __esm({
  "src/submodules/glob.ts"() {
    "use strict";
  }
});

// src/submodules/ci.ts
function triggerOf(workflow, content, branch, changed) {
  const no = (why) => ({ workflow, runs: false, why });
  let on;
  try {
    on = (0, import_yaml.parse)(content)?.on;
  } catch {
    return no("it is not YAML");
  }
  const events2 = typeof on === "string" ? [on] : Array.isArray(on) ? on : Object.keys(on ?? {});
  if (!events2.includes("push")) return no("it does not run on push");
  const filter = typeof on === "object" && !Array.isArray(on) ? on.push : void 0;
  const { branches, "branches-ignore": ignored, tags, paths, "paths-ignore": pathsIgnored } = lists(filter);
  if (branches && !matches(branch, branches)) return no(`its branches are ${branches.join(", ")}`);
  if (ignored && matches(branch, ignored)) return no(`it ignores ${ignored.join(", ")}`);
  if (!branches && !ignored && tags) return no("it runs for tags only");
  if (changed && paths && !changed.some((path6) => matches(path6, paths)))
    return no(`nothing under ${paths.join(", ")} changed`);
  if (changed && pathsIgnored && changed.every((path6) => matches(path6, pathsIgnored)))
    return no(`only ${pathsIgnored.join(", ")} changed`);
  return { workflow, runs: true, why: `push to ${branch}` };
}
function lists(filter) {
  if (typeof filter !== "object" || filter === null) return {};
  return Object.fromEntries(
    Object.entries(filter).map(([key, value2]) => [key, (Array.isArray(value2) ? value2 : [value2]).map(String)])
  );
}
function matches(text2, patterns2) {
  let result = false;
  for (const pattern of patterns2) {
    if (pattern.startsWith("!")) result &&= !globToRegExp(pattern.slice(1)).test(text2);
    else result ||= globToRegExp(pattern).test(text2);
  }
  return result;
}
var import_yaml, workflowDirectories;
var init_ci = __esm({
  "src/submodules/ci.ts"() {
    "use strict";
    import_yaml = __toESM(require_dist(), 1);
    init_glob();
    workflowDirectories = [".forgejo/workflows", ".gitea/workflows", ".github/workflows"];
  }
});

// src/submodules/push.ts
var push_exports = {};
__export(push_exports, {
  pushAll: () => pushAll
});
async function pushAll(session, target, options, io) {
  const { git } = session;
  const branch = headBranch(git);
  if (branch === void 0)
    throw usage("The root has no branch checked out, so there is none to push.", "Check one out: git switch BRANCH");
  const seen = await survey(session, target.commit, target.history);
  const sends = await submoduleSends(session, seen.observed, judge([seen], policyOf(session)), options, io);
  const rootSends = await sendsOfRoot(session, target.commit, branch);
  for (const send of [...sends, ...rootSends]) await refuseForbidden(session, send);
  const plan = planOf(session, target, sends, rootSends);
  const ci = (await Promise.all(rootSends.map((send) => triggersOf(session, send)))).flat();
  if (plan.steps.length === 0) return { applied: !options.dryRun, steps: [], ci };
  if (!options.dryRun) await confirm(session, [...sends, ...rootSends], options, io);
  const report2 = await runPlan(plan, void 0, {
    dryRun: options.dryRun,
    onStep: (step, phase) => {
      if (phase === "begin" && io.interactive) io.note(`… ${step.title}`);
      if (phase === "end")
        io.note(`${step.outcome === "done" ? io.view.style.good("✓") : io.view.style.bad("✗")} ${step.title}`);
    },
    ...options.audit && { audit: options.audit }
  });
  if (report2.error !== void 0) throw report2.error;
  return { applied: report2.applied, steps: report2.steps, ci };
}
async function submoduleSends(session, observed, result, options, io) {
  const sends = [];
  observed.forEach(refuseUnknown);
  const head = observed.filter(({ history }) => history === void 0);
  for (const one of head.toSorted((a, b) => b.depth - a.depth)) {
    const report2 = result.submodules.find(({ path: path6, commit }) => path6 === one.path && commit === one.commit);
    refuseSurprises(one, report2);
    const lacking = one.answers.filter(
      ({ answer }) => answer && !isFailure(answer) && (answer.place === "absent" || answer.place === "unreachable")
    );
    for (const { remote } of lacking) sends.push(await sendOf(session, one, remote.name, remote.url, options, io));
  }
  for (const one of observed.filter(({ history }) => history !== void 0)) {
    const report2 = result.submodules.find(({ path: path6, commit }) => path6 === one.path && commit === one.commit);
    if (report2?.severity !== "error") continue;
    const carried = sends.find(({ path: path6 }) => path6 === one.path);
    if (carried && one.clone?.hasCommit && await isAncestor(one.clone.git, one.commit, carried.commit)) continue;
    throw refusal(report2);
  }
  return withoutContained(sends);
}
async function withoutContained(sends) {
  const kept = [];
  for (const send of sends) {
    const index = kept.findIndex(
      (other2) => other2.branch === send.branch && (sameRepository(other2.url, send.url) || sameCommand(other2, send))
    );
    const other = kept[index];
    if (other === void 0) kept.push(send);
    else if (await isAncestor(other.git, send.commit, other.commit)) continue;
    else if (await isAncestor(send.git, other.commit, send.commit)) kept[index] = send;
    else
      throw problem(
        `${other.path} and ${send.path} would both be pushed to branch ${send.branch} on ${shown(send.url)}, and neither commit contains the other.`,
        `Put one of them on a branch of its own: git -C ${quote(send.path)} switch -c BRANCH`
      );
  }
  return kept;
}
function refuseSurprises(one, report2) {
  const git = `git -C ${quote(one.path)}`;
  if (one.worktree?.dirty)
    throw problem(
      `${one.path} has changes that are not committed; they would stay behind. Commit them, or put them aside with git stash.`,
      `${git} status`
    );
  if (one.worktree?.ahead)
    throw problem(
      `${one.path} has another commit checked out or staged than is recorded; it would stay behind. Record it, or go back with git submodule update.`,
      record(one.chain)
    );
  const pushable = ["unpushed", "missing-on-remote", "mirror-lag", "unreachable"];
  if (report2.severity === "error" && !pushable.includes(report2.class.replace(/^nested-/, ""))) throw refusal(report2);
  if (report2.severity === "error" && !one.clone?.hasCommit)
    throw problem(
      `${one.path}: ${report2.message} It is not in this clone, so it cannot be pushed from here.`,
      checkOut(one.chain)
    );
}
function refuseUnknown({ path: path6, answers }) {
  for (const { remote, answer } of answers) {
    if (remote.url === void 0)
      throw unknown(
        `${path6}: nothing says where it is on ${remote.name}, so nothing was pushed.`,
        `Add to submodules.yaml: remotes: { ${remote.name}: "https://${remote.name}.example/{owner}/{name}.git" }; or leave that remote out: --require REMOTE`
      );
    if (isFailure(answer))
      throw unknown(
        `${path6}: ${remote.name} could not be asked, so nothing was pushed: ${answer.said}`,
        `See what git says: ${quoteAll(["git", "ls-remote", shown(remote.url)])}; or leave that remote out: --require REMOTE`
      );
  }
}
async function sendOf(session, one, name, url, options, io) {
  const clone = one.clone;
  const branches = await session.probe.branches(url);
  if (isFailure(branches))
    throw unknown(`${one.path}: ${shown(url)} could not be asked: ${branches.said}`, "Try again.");
  const branch = await branchOf2(one, name, branches.defaultBranch, options, io);
  const address = clone.remotes.get(name)?.find((own) => sameRepository(own, url));
  const send = {
    path: one.path,
    git: withTokens(session, clone.git),
    own: address && name,
    url: address && hasPassword(address) ? address : url,
    remote: name,
    commit: one.commit,
    branch
  };
  await refuseRewriting(send, branches.heads.get(branch), record(one.chain));
  return send;
}
async function branchOf2(one, remote, defaultBranch, options, io) {
  const named = options.branch ?? one.clone?.branch ?? (one.entry?.branch === "." ? void 0 : one.entry?.branch);
  if (named !== void 0) return named;
  const guess = defaultBranch ?? "main";
  if (io.interactive && (options.yes || await io.ask(`${one.path} is on no branch. Push it to ${guess} on ${remote}?`)))
    return guess;
  throw usage(
    `${one.path} has no branch checked out and none in .gitmodules: where on ${remote} should it go?`,
    `Say it: --branch ${guess}; or for good: git config --file .gitmodules ${quote(`submodule.${one.entry?.name}.branch`)} ${guess}`
  );
}
async function refuseRewriting({ git, url, branch, commit, path: path6 }, tip, recording = "") {
  if (tip === void 0 || tip === commit) return;
  if (await objectType(git, tip) === void 0) await fetchBranch(git, url, branch);
  if (await isAncestor(git, tip, commit)) return;
  const at = path6 === "." ? "git" : `git -C ${quote(path6)}`;
  throw problem(
    `${path6 === "." ? "The root" : path6}: branch ${branch} on ${shown(url)} has commits that ${commit.slice(0, 12)} does not contain (not a fast-forward).`,
    [
      `${at} pull ${recording === "" ? "--rebase" : "--no-rebase --no-edit"} ${quote(shown(url))} ${quote(branch)}`,
      recording
    ].filter(Boolean).join(" && ")
  );
}
async function sendsOfRoot(session, commit, branch) {
  const { probe, remotes, settings } = session;
  const git = withTokens(session, session.git);
  const sends = [];
  for (const root of remotes) {
    const { name } = root;
    for (const address of pushAddressesOf(root, settings)) {
      const branches = await probe.branches(address);
      if (isFailure(branches))
        throw unknown(`${name} could not be asked: ${branches.said}`, `git ls-remote ${quote(shown(address))}`);
      const tip = branches.heads.get(branch);
      if (tip === commit) continue;
      const send = { path: ".", git, own: name, url: address, remote: name, commit, branch };
      await refuseRewriting(send, tip);
      sends.push(send);
    }
  }
  return withoutContained(sends);
}
async function refuseForbidden({ probe, config }, { git, url, commit, path: path6 }) {
  if (config.forbid.length === 0) return;
  const branches = await probe.branches(url);
  const tips = isFailure(branches) ? [] : [...branches.heads.values()];
  const known2 = [];
  for (const tip of new Set(tips)) if (await objectType(git, tip) === "commit") known2.push(`^${tip}`);
  const changed = await changedPaths(git, await commitsOf(git, [commit, ...known2]));
  const found = changed.find((file) => config.forbid.some((pattern) => matchesPath(file, pattern)));
  if (found === void 0) return;
  throw problem(
    `${path6 === "." ? "The root" : path6} would send ${found}, which must never be pushed.`,
    `Take it out of the commits that are not pushed yet: git rm --cached ${quote(found)}, then git commit --amend or git rebase -i; list: forbid in submodules.yaml`
  );
}
function planOf(session, target, sends, rootSends) {
  const steps = [...sends.map(sendStep)];
  if (sends.length + rootSends.length > 0) steps.push(verifyStep(session, target));
  return { title: "Push submodules, then the root", steps: [...steps, ...rootSends.map(sendStep)] };
}
function sendStep(send) {
  const { path: path6, git, own, url, remote, commit, branch } = send;
  const name = path6 === "." ? "the root" : path6;
  return {
    title: `push ${name} ${commit.slice(0, 12)} to ${branch} on ${remote}`,
    commands: [
      quoteAll(["git", ...path6 === "." ? [] : ["-C", path6], ...pushArguments(own ?? shown(url), commit, branch)])
    ],
    async apply() {
      const patient = { ...git, timeoutMs: pushTimeoutMs };
      const { exitCode: exitCode2, stderr, stdout, timedOut } = byName(send) ? await push(patient, own, commit, branch) : await pushTo(patient, url, own, commit, branch);
      if (exitCode2 === 0) return void 0;
      const said = timedOut ? "no end within an hour" : `${stderr}
${stdout}`.trim().split("\n").slice(-6).join("\n");
      throw problem(
        `git push of ${name} to ${remote} failed: ${said}`,
        "Remove the cause, then run the same command again: it goes on where it stopped."
      );
    }
  };
}
function verifyStep(session, target) {
  return {
    title: "ask every remote whether all of it arrived",
    commands: [
      quoteAll(["submodule-push-check", "check", "--require", session.remotes.map(({ name }) => name).join(",")])
    ],
    async apply() {
      session.probe.forgetAll();
      const result = judge([await survey(session, target.commit, target.history)], policyOf(session));
      const wrong = result.submodules.find(({ severity }) => severity === "error");
      if (wrong) throw refusal(wrong);
      return `${result.counts.ok + result.counts.warnings} commits are where they belong`;
    }
  };
}
async function confirm({ config }, sends, { yes }, io) {
  const guarded = [...new Set(sends.map(({ remote }) => remote))].filter((name) => config.protected.includes(name));
  if (guarded.length === 0 || yes) return;
  for (const send of sends) io.note(`  ${sendStep(send).title}`);
  if (!io.interactive)
    throw usage(`${guarded.join(", ")} is protected, and nobody is there to be asked.`, "Give --yes if it is meant.");
  if (!await io.ask(`Push to ${guarded.join(", ")}?`))
    throw problem("Not pushed: it was declined.", "Nothing was changed.");
}
async function triggersOf(session, { git, commit, branch, url, remote }) {
  for (const directory of workflowDirectories) {
    const files = (await listFiles(git, commit, directory)).filter((file) => /\.ya?ml$/.test(file));
    if (files.length === 0) continue;
    const branches = await session.probe.branches(url);
    const tip = isFailure(branches) ? void 0 : branches.heads.get(branch);
    const known2 = tip !== void 0 && await resolveCommit(git, tip) !== void 0;
    const changed = known2 ? await changedPaths(git, await commitsOf(git, [commit, `^${tip}`])) : void 0;
    return Promise.all(
      files.map(async (file) => ({
        ...triggerOf(file, await showFile(git, commit, file) ?? "", branch, changed),
        remote
      }))
    );
  }
  return [];
}
var pushTimeoutMs, withTokens, policyOf, sameCommand, byName, refusal;
var init_push = __esm({
  "src/submodules/push.ts"() {
    "use strict";
    init_errors();
    init_plan();
    init_quote();
    init_failure();
    init_check();
    init_ci();
    init_git();
    init_glob();
    init_remotes();
    init_survey();
    init_tokens();
    init_url();
    pushTimeoutMs = 36e5;
    withTokens = ({ tokens: tokens2 }, git) => ({
      ...git,
      env: withSettings(git.env, tokenSettings(tokens2))
    });
    policyOf = (session) => ({ requireBranch: false, rootRemotes: session.remotes });
    sameCommand = (a, b) => a.path === b.path && a.own === b.own && byName(a) && byName(b);
    byName = ({ own, url }) => own !== void 0 && !hasPassword(url);
    refusal = (report2) => (isUnknown(report2) ? unknown : problem)(`${report2.path}: ${report2.message}`, report2.fix);
  }
});

// src/submodules/status.ts
var status_exports = {};
__export(status_exports, {
  statusOf: () => statusOf,
  statusText: () => statusText
});
async function statusOf(session, commit) {
  const seen = await survey(session, commit, { commits: [], removed: false });
  const { submodules, required } = judge([seen], { requireBranch: false, rootRemotes: session.remotes });
  const rows = await Promise.all(
    submodules.filter((report2) => report2.commit !== null).map(async ({ path: path6, depth, commit: recorded, class: name, remotes }) => {
      const one = seen.observed.find((observed) => observed.path === path6);
      const git = one.clone?.checkedOut ? one.clone.git : void 0;
      const worktree = git && await session.local("", () => worktreeState(git));
      const ahead = worktree !== void 0 && worktree.head !== recorded;
      const state = !worktree ? "uninitialised" : ahead ? worktree.dirty ? "ahead, dirty" : "ahead" : worktree.dirty ? "dirty" : "clean";
      const repository = ownerAndName(one.entry?.url ?? "")?.name ?? path6.slice(path6.lastIndexOf("/") + 1);
      const workflow = git ? hasWorkflow(git.dir, repository) : null;
      return { path: path6, depth, recorded, checkedOut: worktree?.head ?? null, state, class: name, remotes, workflow };
    })
  );
  return { commit, required, submodules: rows };
}
function statusText({ submodules, required }, view) {
  if (submodules.length === 0) return "No submodules.";
  const columns2 = [
    { title: "Submodule", value: ({ path: path6 }) => path6 },
    { title: "Recorded", value: ({ recorded }) => recorded?.slice(0, 12) ?? null },
    { title: "Checked out", value: ({ checkedOut }) => checkedOut?.slice(0, 12) ?? null },
    { title: "State", value: ({ state }) => state, tone: ({ state }) => state === "clean" ? "good" : "warn" },
    ...required.map(
      (name) => ({
        title: name,
        value: ({ remotes }) => [...new Set(remotes.filter((one) => one.name === name).map((one) => one.class))].join(", ") || null
      })
    ),
    { title: "Workflow", value: ({ workflow }) => workflow === null ? null : workflow ? "yes" : "no" }
  ];
  return table(columns2, submodules, view);
}
var import_node_fs4, import_node_path7, hasWorkflow;
var init_status = __esm({
  "src/submodules/status.ts"() {
    "use strict";
    import_node_fs4 = __toESM(require_node_fs(), 1);
    import_node_path7 = __toESM(require_node_path(), 1);
    init_table();
    init_check();
    init_git();
    init_survey();
    init_url();
    hasWorkflow = (dir, name) => ["yaml", "yml"].some((extension) => (0, import_node_fs4.existsSync)((0, import_node_path7.join)(dir, ".forgejo/workflows", `${name}.${extension}`)));
  }
});

// builtin:node:util
var require_node_util = __commonJS({
  "builtin:node:util"(exports, module) {
    module.exports = __require("node:util");
  }
});

// src/submodules/hook.ts
var hook_exports = {};
__export(hook_exports, {
  planHook: () => planHook
});
async function planHook(git, program2, flags, shared) {
  const file = await hookPath(git, "pre-push");
  if (!git.bare) {
    const lefthook = lefthookFiles.find((name) => (0, import_node_fs5.existsSync)((0, import_node_path8.join)(git.dir, name)));
    if (lefthook) {
      const runs = (0, import_node_fs5.existsSync)(file) && (await (0, import_promises10.readFile)(file, "utf8")).includes("lefthook");
      return { ...await lefthookPlan((0, import_node_path8.join)(git.dir, lefthook), flags), next: left(runs, "lefthook install") };
    }
    const other = otherLefthookFiles.find((name) => (0, import_node_fs5.existsSync)((0, import_node_path8.join)(git.dir, name)));
    if (other)
      throw problem(
        `lefthook is configured in ${other}, which is not YAML.`,
        `Add there, under pre-push: a command "${mark}" with run = "${checkCommand("{1}", flags)}" and use_stdin = true.`
      );
    const husky = (0, import_node_path8.join)(git.dir, ".husky");
    if ((0, import_node_fs5.existsSync)(husky)) {
      const runs = [husky, (0, import_node_path8.join)(husky, "_")].includes((0, import_node_path8.dirname)(file));
      return { ...await huskyPlan((0, import_node_path8.join)(husky, "pre-push"), flags), next: left(runs, "npx husky") };
    }
  }
  const scope = await settingScope(git, "core.hooksPath");
  if (!shared && (scope === "global" || scope === "system"))
    throw usage(
      `core.hooksPath is a ${scope} setting: a hook in ${(0, import_node_path8.dirname)(file)} runs in every repository, not in this one alone.`,
      "Give --yes if that is meant; or for this repository alone: git config core.hooksPath .git/hooks"
    );
  return plainPlan(file, program2, flags);
}
async function lefthookPlan(file, flags) {
  const before = await (0, import_promises10.readFile)(file, "utf8");
  const document = (0, import_yaml2.parseDocument)(before);
  if (document.errors.length > 0)
    throw problem(
      `${file} is not YAML: ${document.errors[0].message.split("\n", 1)[0]}`,
      `Correct ${(0, import_node_path8.basename)(file)}.`
    );
  const after = withEntry(before, document, checkCommand("{1}", flags));
  const steps = after === before ? [] : [writeStep(file, before, after, false)];
  return { keeper: "lefthook", file, plan: { title: `Add the check to ${(0, import_node_path8.basename)(file)}`, steps } };
}
function withEntry(before, document, run3) {
  const jobs = document.getIn(["pre-push", "jobs"]);
  const listed = (0, import_yaml2.isSeq)(jobs) ? jobs.items.findIndex((job) => (0, import_yaml2.isMap)(job) && job.get("name") === mark) : -1;
  const ours = listed < 0 ? ["pre-push", "commands", mark, "run"] : ["pre-push", "jobs", listed, "run"];
  if (before.includes(mark) && !document.hasIn(ours)) return before;
  const old = document.hasIn(ours) ? document.getIn(ours, true) : void 0;
  const entry = { run: run3, use_stdin: true };
  let text2 = before;
  if ((0, import_yaml2.isScalar)(old) && old.range) {
    if (old.value === run3) return before;
    const [from, to] = old.range;
    text2 = before.slice(0, from) + (0, import_yaml2.stringify)(run3, { lineWidth: 0 }).trimEnd() + before.slice(to);
    document.setIn(ours, run3);
  } else {
    text2 = inserted(before, document, entry);
    const hook = document.getIn(["pre-push"]);
    if ((0, import_yaml2.isSeq)(jobs)) jobs.items.unshift(document.createNode({ name: mark, ...entry }));
    else if (!(0, import_yaml2.isMap)(hook)) document.setIn(["pre-push"], document.createNode({ commands: { [mark]: entry } }));
    else if ((0, import_yaml2.isMap)(hook.get("commands"))) document.setIn(["pre-push", "commands", mark], document.createNode(entry));
    else hook.set("commands", document.createNode({ [mark]: entry }));
  }
  const written = (0, import_yaml2.parseDocument)(text2);
  return written.errors.length === 0 && (0, import_node_util.isDeepStrictEqual)(written.toJS(), document.toJS()) ? text2 : document.toString();
}
function inserted(before, document, entry) {
  const root = document.contents;
  const pairOf = (node, ...names) => (0, import_yaml2.isMap)(node) ? node.items.find(({ key }) => (0, import_yaml2.isScalar)(key) && names.includes(String(key.value))) : void 0;
  const hook = pairOf(root, "pre-push");
  const list = pairOf(hook?.value, "jobs") ?? pairOf(hook?.value, "commands");
  const pair = list ?? hook;
  const jobs = list !== void 0 && (0, import_yaml2.isSeq)(list.value);
  const inner = jobs ? [{ name: mark, ...entry }] : { [mark]: entry };
  const below2 = pair === list && list ? inner : pair ? { commands: inner } : { "pre-push": { commands: inner } };
  const lines3 = (0, import_yaml2.stringify)(below2, { lineWidth: 0 });
  if (!(0, import_yaml2.isScalar)(pair?.key) || !pair.key.range)
    return `${before}${before === "" || before.endsWith("\n") ? "" : "\n"}${lines3}`;
  const [start2] = pair.key.range;
  const column = (offset) => offset - (before.lastIndexOf("\n", offset - 1) + 1);
  const { value: value2 } = pair;
  const child2 = (0, import_yaml2.isMap)(value2) && value2.items[0] && (0, import_yaml2.isScalar)(value2.items[0].key) ? value2.items[0].key.range?.[0] : void 0;
  const at = (0, import_yaml2.isSeq)(value2) ? value2.range?.[0] : child2;
  const indent = " ".repeat(at === void 0 ? column(start2) + 2 : column(at));
  const end = before.indexOf("\n", start2);
  const head = end < 0 ? `${before}
` : before.slice(0, end + 1);
  return head + lines3.replace(/^(?=.)/gm, indent) + before.slice(head.length);
}
async function huskyPlan(file, flags) {
  const before = (0, import_node_fs5.existsSync)(file) ? await (0, import_promises10.readFile)(file, "utf8") : void 0;
  const command = checkCommand('"$1"', flags);
  const forms = { alone: `${command}
`, run: (kept) => `sh -e ${kept} "$@"`, command };
  return {
    keeper: "husky",
    file,
    plan: { title: "Add the check to .husky/pre-push", steps: hookSteps(file, before, forms) }
  };
}
async function plainPlan(file, program2, flags) {
  const before = (0, import_node_fs5.existsSync)(file) ? await (0, import_promises10.readFile)(file, "utf8") : void 0;
  const tail = `check --pre-push "$1"${flags.length > 0 ? ` ${quoteAll(flags)}` : ""}`;
  const command = [
    `if command -v ${mark} >/dev/null 2>&1; then ${mark} ${tail}`,
    `  else ${quoteAll(program2)} ${tail}`,
    "  fi"
  ].join("\n");
  const run3 = (kept) => `if [ -x ${kept} ]; then ${kept} "$@"; else cat >/dev/null; fi`;
  const forms = { alone: `#!/bin/sh
# ${mark}
${command}
`, run: run3, command };
  return {
    keeper: "git",
    file,
    next: null,
    plan: { title: `Add the check to ${file}`, steps: hookSteps(file, before, forms) }
  };
}
function hookSteps(file, before, { alone, run: run3, command }) {
  const kept = (0, import_node_path8.join)((0, import_node_path8.dirname)(file), "pre-push.before-submodule-push-check");
  const both = wrapper(run3(`"$(dirname -- "$0")/${(0, import_node_path8.basename)(kept)}"`), command);
  if (before === void 0 || before.trim() === "") return [writeStep(file, before, alone, true)];
  if (!before.includes(mark)) return [wrapStep(file, kept, both)];
  const wraps = before.startsWith(`#!/bin/sh
# ${mark}: `);
  const ours = wraps || before.startsWith(`#!/bin/sh
# ${mark}
`) || before.trim().split("\n").length === 1;
  const wanted = wraps ? both : alone;
  return ours && before !== wanted ? [writeStep(file, before, wanted, true)] : [];
}
function writeStep(file, before, content, executable) {
  return {
    title: before === void 0 ? `write ${file}` : `change ${file}`,
    commands: content.split("\n").filter((line) => before === void 0 || !before.includes(line)),
    async apply() {
      await (0, import_promises10.mkdir)((0, import_node_path8.dirname)(file), { recursive: true });
      await (0, import_promises10.writeFile)(file, content);
      if (executable) await (0, import_promises10.chmod)(file, 493);
      return void 0;
    },
    async undo() {
      await (before === void 0 ? (0, import_promises10.rm)(file, { force: true }) : (0, import_promises10.writeFile)(file, before));
    }
  };
}
function wrapStep(file, kept, content) {
  return {
    title: `keep ${file} as ${(0, import_node_path8.basename)(kept)}, and run the check after it`,
    commands: [quoteAll(["mv", file, kept]), ...content.trimEnd().split("\n")],
    async apply() {
      if ((0, import_node_fs5.existsSync)(kept)) throw problem(`${kept} is in the way.`, `Look at it, and remove or rename it.`);
      await (0, import_promises10.rename)(file, kept);
      await (0, import_promises10.writeFile)(file, content, { mode: 493 });
      await (0, import_promises10.chmod)(file, 493);
      return void 0;
    },
    async undo() {
      await (0, import_promises10.rm)(file, { force: true });
      if ((0, import_node_fs5.existsSync)(kept)) await (0, import_promises10.rename)(kept, file);
    }
  };
}
var import_node_fs5, import_promises10, import_node_path8, import_node_util, import_yaml2, mark, lefthookFiles, otherLefthookFiles, left, checkCommand, wrapper;
var init_hook = __esm({
  "src/submodules/hook.ts"() {
    "use strict";
    import_node_fs5 = __toESM(require_node_fs(), 1);
    import_promises10 = __toESM(require_promises(), 1);
    import_node_path8 = __toESM(require_node_path(), 1);
    import_node_util = __toESM(require_node_util(), 1);
    import_yaml2 = __toESM(require_dist(), 1);
    init_errors();
    init_quote();
    init_git();
    mark = "submodule-push-check";
    lefthookFiles = ["lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml", ".config/lefthook.yml"];
    otherLefthookFiles = ["lefthook.toml", "lefthook.json", "lefthook.jsonc", ".lefthook.toml", ".lefthook.json"];
    left = (runs, command) => runs ? null : `git does not run it yet; put the hooks in place: ${command}`;
    checkCommand = (remote, flags) => `${mark} check --pre-push ${remote}${flags.length > 0 ? ` ${quoteAll(flags)}` : ""}`;
    wrapper = (first, second) => `#!/bin/sh
# ${mark}: runs the hook that was here before, then the check.
refs=$(cat)
refs() { [ -z "$refs" ] || printf '%s\\n' "$refs"; }
refs | ${first} || exit $?
refs | {
  ${second}
}
`;
  }
});

// node_modules/@actions/core/lib/command.js
var os = __toESM(require_os(), 1);

// node_modules/@actions/core/lib/utils.js
function toCommandValue(input) {
  if (input === null || input === void 0) {
    return "";
  } else if (typeof input === "string" || input instanceof String) {
    return input;
  }
  return JSON.stringify(input);
}
function toCommandProperties(annotationProperties) {
  if (!Object.keys(annotationProperties).length) {
    return {};
  }
  return {
    title: annotationProperties.title,
    file: annotationProperties.file,
    line: annotationProperties.startLine,
    endLine: annotationProperties.endLine,
    col: annotationProperties.startColumn,
    endColumn: annotationProperties.endColumn
  };
}

// node_modules/@actions/core/lib/command.js
function issueCommand(command, properties, message) {
  const cmd = new Command(command, properties, message);
  process.stdout.write(cmd.toString() + os.EOL);
}
var CMD_STRING = "::";
var Command = class {
  constructor(command, properties, message) {
    if (!command) {
      command = "missing.command";
    }
    this.command = command;
    this.properties = properties;
    this.message = message;
  }
  toString() {
    let cmdStr = CMD_STRING + this.command;
    if (this.properties && Object.keys(this.properties).length > 0) {
      cmdStr += " ";
      let first = true;
      for (const key in this.properties) {
        if (this.properties.hasOwnProperty(key)) {
          const val = this.properties[key];
          if (val) {
            if (first) {
              first = false;
            } else {
              cmdStr += ",";
            }
            cmdStr += `${key}=${escapeProperty(val)}`;
          }
        }
      }
    }
    cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
    return cmdStr;
  }
};
function escapeData(s) {
  return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}
function escapeProperty(s) {
  return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/:/g, "%3A").replace(/,/g, "%2C");
}

// node_modules/@actions/core/lib/file-command.js
var crypto = __toESM(require_crypto(), 1);
var fs = __toESM(require_fs(), 1);
var os2 = __toESM(require_os(), 1);
function issueFileCommand(command, message) {
  const filePath = process.env[`GITHUB_${command}`];
  if (!filePath) {
    throw new Error(`Unable to find environment variable for file command ${command}`);
  }
  if (!fs.existsSync(filePath)) {
    throw new Error(`Missing file at path: ${filePath}`);
  }
  fs.appendFileSync(filePath, `${toCommandValue(message)}${os2.EOL}`, {
    encoding: "utf8"
  });
}
function prepareKeyValueMessage(key, value2) {
  const delimiter3 = `ghadelimiter_${crypto.randomUUID()}`;
  const convertedValue = toCommandValue(value2);
  if (key.includes(delimiter3)) {
    throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter3}"`);
  }
  if (convertedValue.includes(delimiter3)) {
    throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter3}"`);
  }
  return `${key}<<${delimiter3}${os2.EOL}${convertedValue}${os2.EOL}${delimiter3}`;
}

// node_modules/@actions/core/lib/core.js
var os5 = __toESM(require_os(), 1);
var path5 = __toESM(require_path(), 1);

// node_modules/@actions/core/lib/summary.js
var import_os = __toESM(require_os(), 1);
var import_fs = __toESM(require_fs(), 1);
var __awaiter = function(thisArg, _arguments, P, generator) {
  function adopt(value2) {
    return value2 instanceof P ? value2 : new P(function(resolve5) {
      resolve5(value2);
    });
  }
  return new (P || (P = Promise))(function(resolve5, reject) {
    function fulfilled(value2) {
      try {
        step(generator.next(value2));
      } catch (e) {
        reject(e);
      }
    }
    function rejected(value2) {
      try {
        step(generator["throw"](value2));
      } catch (e) {
        reject(e);
      }
    }
    function step(result) {
      result.done ? resolve5(result.value) : adopt(result.value).then(fulfilled, rejected);
    }
    step((generator = generator.apply(thisArg, _arguments || [])).next());
  });
};
var { access, appendFile, writeFile } = import_fs.promises;
var SUMMARY_ENV_VAR = "GITHUB_STEP_SUMMARY";
var Summary = class {
  constructor() {
    this._buffer = "";
  }
  /**
   * Finds the summary file path from the environment, rejects if env var is not found or file does not exist
   * Also checks r/w permissions.
   *
   * @returns step summary file path
   */
  filePath() {
    return __awaiter(this, void 0, void 0, function* () {
      if (this._filePath) {
        return this._filePath;
      }
      const pathFromEnv = process.env[SUMMARY_ENV_VAR];
      if (!pathFromEnv) {
        throw new Error(`Unable to find environment variable for $${SUMMARY_ENV_VAR}. Check if your runtime environment supports job summaries.`);
      }
      try {
        yield access(pathFromEnv, import_fs.constants.R_OK | import_fs.constants.W_OK);
      } catch (_a) {
        throw new Error(`Unable to access summary file: '${pathFromEnv}'. Check if the file has correct read/write permissions.`);
      }
      this._filePath = pathFromEnv;
      return this._filePath;
    });
  }
  /**
   * Wraps content in an HTML tag, adding any HTML attributes
   *
   * @param {string} tag HTML tag to wrap
   * @param {string | null} content content within the tag
   * @param {[attribute: string]: string} attrs key-value list of HTML attributes to add
   *
   * @returns {string} content wrapped in HTML element
   */
  wrap(tag, content, attrs = {}) {
    const htmlAttrs = Object.entries(attrs).map(([key, value2]) => ` ${key}="${value2}"`).join("");
    if (!content) {
      return `<${tag}${htmlAttrs}>`;
    }
    return `<${tag}${htmlAttrs}>${content}</${tag}>`;
  }
  /**
   * Writes text in the buffer to the summary buffer file and empties buffer. Will append by default.
   *
   * @param {SummaryWriteOptions} [options] (optional) options for write operation
   *
   * @returns {Promise<Summary>} summary instance
   */
  write(options) {
    return __awaiter(this, void 0, void 0, function* () {
      const overwrite = !!(options === null || options === void 0 ? void 0 : options.overwrite);
      const filePath = yield this.filePath();
      const writeFunc = overwrite ? writeFile : appendFile;
      yield writeFunc(filePath, this._buffer, { encoding: "utf8" });
      return this.emptyBuffer();
    });
  }
  /**
   * Clears the summary buffer and wipes the summary file
   *
   * @returns {Summary} summary instance
   */
  clear() {
    return __awaiter(this, void 0, void 0, function* () {
      return this.emptyBuffer().write({ overwrite: true });
    });
  }
  /**
   * Returns the current summary buffer as a string
   *
   * @returns {string} string of summary buffer
   */
  stringify() {
    return this._buffer;
  }
  /**
   * If the summary buffer is empty
   *
   * @returns {boolen} true if the buffer is empty
   */
  isEmptyBuffer() {
    return this._buffer.length === 0;
  }
  /**
   * Resets the summary buffer without writing to summary file
   *
   * @returns {Summary} summary instance
   */
  emptyBuffer() {
    this._buffer = "";
    return this;
  }
  /**
   * Adds raw text to the summary buffer
   *
   * @param {string} text content to add
   * @param {boolean} [addEOL=false] (optional) append an EOL to the raw text (default: false)
   *
   * @returns {Summary} summary instance
   */
  addRaw(text2, addEOL = false) {
    this._buffer += text2;
    return addEOL ? this.addEOL() : this;
  }
  /**
   * Adds the operating system-specific end-of-line marker to the buffer
   *
   * @returns {Summary} summary instance
   */
  addEOL() {
    return this.addRaw(import_os.EOL);
  }
  /**
   * Adds an HTML codeblock to the summary buffer
   *
   * @param {string} code content to render within fenced code block
   * @param {string} lang (optional) language to syntax highlight code
   *
   * @returns {Summary} summary instance
   */
  addCodeBlock(code, lang) {
    const attrs = Object.assign({}, lang && { lang });
    const element = this.wrap("pre", this.wrap("code", code), attrs);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML list to the summary buffer
   *
   * @param {string[]} items list of items to render
   * @param {boolean} [ordered=false] (optional) if the rendered list should be ordered or not (default: false)
   *
   * @returns {Summary} summary instance
   */
  addList(items, ordered = false) {
    const tag = ordered ? "ol" : "ul";
    const listItems = items.map((item) => this.wrap("li", item)).join("");
    const element = this.wrap(tag, listItems);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML table to the summary buffer
   *
   * @param {SummaryTableCell[]} rows table rows
   *
   * @returns {Summary} summary instance
   */
  addTable(rows) {
    const tableBody = rows.map((row) => {
      const cells = row.map((cell2) => {
        if (typeof cell2 === "string") {
          return this.wrap("td", cell2);
        }
        const { header, data, colspan, rowspan } = cell2;
        const tag = header ? "th" : "td";
        const attrs = Object.assign(Object.assign({}, colspan && { colspan }), rowspan && { rowspan });
        return this.wrap(tag, data, attrs);
      }).join("");
      return this.wrap("tr", cells);
    }).join("");
    const element = this.wrap("table", tableBody);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds a collapsable HTML details element to the summary buffer
   *
   * @param {string} label text for the closed state
   * @param {string} content collapsable content
   *
   * @returns {Summary} summary instance
   */
  addDetails(label, content) {
    const element = this.wrap("details", this.wrap("summary", label) + content);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML image tag to the summary buffer
   *
   * @param {string} src path to the image you to embed
   * @param {string} alt text description of the image
   * @param {SummaryImageOptions} options (optional) addition image attributes
   *
   * @returns {Summary} summary instance
   */
  addImage(src, alt, options) {
    const { width: width2, height } = options || {};
    const attrs = Object.assign(Object.assign({}, width2 && { width: width2 }), height && { height });
    const element = this.wrap("img", null, Object.assign({ src, alt }, attrs));
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML section heading element
   *
   * @param {string} text heading text
   * @param {number | string} [level=1] (optional) the heading level, default: 1
   *
   * @returns {Summary} summary instance
   */
  addHeading(text2, level) {
    const tag = `h${level}`;
    const allowedTag = ["h1", "h2", "h3", "h4", "h5", "h6"].includes(tag) ? tag : "h1";
    const element = this.wrap(allowedTag, text2);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML thematic break (<hr>) to the summary buffer
   *
   * @returns {Summary} summary instance
   */
  addSeparator() {
    const element = this.wrap("hr", null);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML line break (<br>) to the summary buffer
   *
   * @returns {Summary} summary instance
   */
  addBreak() {
    const element = this.wrap("br", null);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML blockquote to the summary buffer
   *
   * @param {string} text quote text
   * @param {string} cite (optional) citation url
   *
   * @returns {Summary} summary instance
   */
  addQuote(text2, cite) {
    const attrs = Object.assign({}, cite && { cite });
    const element = this.wrap("blockquote", text2, attrs);
    return this.addRaw(element).addEOL();
  }
  /**
   * Adds an HTML anchor tag to the summary buffer
   *
   * @param {string} text link text/content
   * @param {string} href hyperlink
   *
   * @returns {Summary} summary instance
   */
  addLink(text2, href) {
    const element = this.wrap("a", text2, { href });
    return this.addRaw(element).addEOL();
  }
};
var _summary = new Summary();

// node_modules/@actions/core/lib/path-utils.js
var path = __toESM(require_path(), 1);

// node_modules/@actions/core/lib/platform.js
var import_os2 = __toESM(require_os(), 1);

// node_modules/@actions/exec/lib/exec.js
var import_string_decoder = __toESM(require_string_decoder(), 1);

// node_modules/@actions/exec/lib/toolrunner.js
var os3 = __toESM(require_os(), 1);
var events = __toESM(require_events(), 1);
var child = __toESM(require_child_process(), 1);
var path4 = __toESM(require_path(), 1);

// node_modules/@actions/io/lib/io.js
var import_assert = __toESM(require_assert(), 1);
var path3 = __toESM(require_path(), 1);

// node_modules/@actions/io/lib/io-util.js
var fs2 = __toESM(require_fs(), 1);
var path2 = __toESM(require_path(), 1);
var { chmod, copyFile, lstat, mkdir, open, readdir, rename, rm, rmdir, stat, symlink, unlink } = fs2.promises;
var IS_WINDOWS = process.platform === "win32";
var READONLY = fs2.constants.O_RDONLY;

// node_modules/@actions/exec/lib/toolrunner.js
var import_timers = __toESM(require_timers(), 1);
var IS_WINDOWS2 = process.platform === "win32";

// node_modules/@actions/core/lib/platform.js
var platform = import_os2.default.platform();
var arch = import_os2.default.arch();

// node_modules/@actions/core/lib/core.js
var ExitCode;
(function(ExitCode2) {
  ExitCode2[ExitCode2["Success"] = 0] = "Success";
  ExitCode2[ExitCode2["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
function setSecret(secret) {
  issueCommand("add-mask", {}, secret);
}
function getInput(name, options) {
  const val = process.env[`INPUT_${name.replace(/ /g, "_").toUpperCase()}`] || "";
  if (options && options.required && !val) {
    throw new Error(`Input required and not supplied: ${name}`);
  }
  if (options && options.trimWhitespace === false) {
    return val;
  }
  return val.trim();
}
function setOutput(name, value2) {
  const filePath = process.env["GITHUB_OUTPUT"] || "";
  if (filePath) {
    return issueFileCommand("OUTPUT", prepareKeyValueMessage(name, value2));
  }
  process.stdout.write(os5.EOL);
  issueCommand("set-output", { name }, toCommandValue(value2));
}
function error(message, properties = {}) {
  issueCommand("error", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function warning(message, properties = {}) {
  issueCommand("warning", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}

// src/common/action.ts
var import_promises = __toESM(require_promises(), 1);
var import_promises2 = __toESM(require_promises2(), 1);

// node_modules/commander/esm.mjs
var import_index = __toESM(require_commander(), 1);
var {
  program,
  createCommand,
  createArgument,
  createOption,
  CommanderError,
  InvalidArgumentError,
  InvalidOptionArgumentError,
  // deprecated old name
  Command: Command2,
  Argument,
  Option,
  Help
} = import_index.default;

// src/common/command.ts
init_errors();
init_exit();

// src/common/io.ts
var ReaderGone = class extends Error {
  name = "ReaderGone";
};

// src/common/nearest.ts
function nearest(word, candidates) {
  let best;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance && distance < Math.max(word.length, candidate.length))
      [best, bestDistance] = [candidate, distance];
  }
  return best;
}
function editDistance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length];
}

// src/common/command.ts
init_style();
init_redact();
var commonOptions = () => [
  new Option("--json", "print the result object, and nothing else, on standard output"),
  new Option("-y, --yes", "do it without asking"),
  new Option("--dry-run", "show what would be done, change nothing"),
  new Option("-q, --quiet", "no progress or notes on standard error"),
  new Option("-v, --verbose", "more about what is being done, on standard error"),
  new Option("--config <file>", "configuration file")
];
var optionsOf = (verb) => [...verb.options ?? [], ...commonOptions()];
var verbName = (verb) => verb.usage.split(" ", 1)[0];
async function runTool(tool2, argv, io) {
  const words = verbFirst(tool2, argv);
  const flags = words.slice(0, words.includes("--") ? words.indexOf("--") : void 0);
  const json = flags.includes("--json");
  let outcome;
  const program2 = buildProgram(tool2, io, async (verb, args, options) => {
    const quiet = options.quiet === true;
    outcome = await verb.handler(args, options, quiet ? { ...io, note: () => {
    }, live: () => {
    } } : io);
  });
  let told;
  const tell = (error2) => {
    outcome = explain(error2, tool2, io, {
      verbose: flags.includes("--verbose") || flags.includes("-v"),
      verb: tool2.verbs.map(verbName).find((name) => name === words[0]) ?? ""
    });
    told = error2;
  };
  try {
    try {
      knowsVerb(tool2, words[0]);
      await program2.parseAsync(words, { from: "user" });
      if (!outcome) throw new Error("No verb ran.");
    } catch (error2) {
      if (error2 instanceof CommanderError && error2.exitCode === 0) return { exit: exitCode.ok, result: null };
      tell(error2);
    }
    if (json) await io.write(`${shownJson(outcome, 2)}
`);
    else {
      const text2 = shownText(outcome, io.view);
      if (text2 !== "") await io.write(`${text2}
`);
    }
  } catch (error2) {
    if (error2 instanceof ToolError && error2 !== told) tell(error2);
    else if (!(error2 instanceof ReaderGone || error2 === told)) throw error2;
  }
  return outcome ?? { exit: exitCode.ok, result: null };
}
var shownText = (outcome, view) => {
  const text2 = outcome.text?.(view) ?? "";
  return harmlessStyled(outcome.verbatim ? text2 : redact(text2));
};
var shownJson = ({ result, verbatim }, indent) => verbatim ? JSON.stringify(result, null, indent) : redactedJson(result, indent);
function verbFirst(tool2, argv) {
  const words = (options) => new Set(options.flatMap(({ long, short: short2 }) => [long, short2]));
  const flags = words(commonOptions().filter((option) => option.isBoolean()));
  const valued = words(tool2.verbs.flatMap(optionsOf).filter(({ required }) => required));
  let at = 0;
  for (let word = argv[0]; word !== void 0; word = argv[at]) {
    if (flags.has(word) || valued.has(word.split("=", 1)[0])) at += valued.has(word) ? 2 : 1;
    else break;
  }
  return at === 0 || at >= argv.length ? [...argv] : [argv[at], ...argv.slice(0, at), ...argv.slice(at + 1)];
}
function knowsVerb(tool2, word) {
  const names = tool2.verbs.map(verbName);
  const standard = tool2.verbs.find((verb) => verbName(verb) === tool2.defaultVerb);
  if (!standard || standard.usage !== verbName(standard)) return;
  if (word === void 0 || word.startsWith("-") || word === "help" || names.includes(word)) return;
  const close = nearest(word, names);
  throw usage(
    `${tool2.name} has no verb "${word}"${close ? `; did you mean "${close}"?` : "."}`,
    `Use one of: ${names.join(", ")}; more with ${tool2.name} --help.`
  );
}
function explain(error2, tool2, io, { verbose = false, verb = "" } = {}) {
  if (error2 instanceof ReaderGone) throw error2;
  if (error2 instanceof CommanderError) {
    const message2 = error2.code === "commander.help" ? "No verb was given." : error2.message.replace(/^error: /, "");
    const fix2 = [tool2.name, verb, "--help"].filter(Boolean).join(" ");
    io.note(`next: ${fix2}`);
    return { exit: exitCode.usage, result: { error: { message: redact(message2), fix: fix2 } } };
  }
  const known2 = error2 instanceof ToolError;
  const message = messageOf(error2);
  const fix = known2 ? error2.fix : "This is a defect: please report it with the command line and --verbose output.";
  io.note(`${io.view.style.bad("error:")} ${message}`);
  io.note(`next:  ${fix}`);
  if (verbose && error2 instanceof Error && (!known2 || error2.cause))
    io.note(String((known2 ? error2.cause : error2.stack) ?? ""));
  return { exit: known2 ? error2.exit : exitCode.unknown, result: { error: { message, fix } } };
}
function buildProgram(tool2, io, run3) {
  const program2 = new Command2(tool2.name).description(tool2.summary).enablePositionalOptions();
  program2.version("0.1.0", "-V, --version", "print the version");
  program2.addHelpText(
    "after",
    () => `
Exit codes: 0 nothing wrong, or done; 1 a problem was found; 2 could not tell; 64 used wrongly.
More about a verb: ${tool2.name} VERB --help`
  );
  configure(program2, io);
  for (const verb of tool2.verbs) {
    const command = program2.command(verb.usage, { isDefault: verbName(verb) === tool2.defaultVerb });
    command.summary(verb.summary).description(verb.description ? `${verb.summary}

${verb.description}` : verb.summary);
    for (const option of optionsOf(verb)) {
      command.on(`option:${option.name()}`, (value2) => refuseEmpty(option, value2));
      command.addOption(option);
    }
    if (verb.examples.length > 0) command.addHelpText("after", () => `
Examples:
${examples(verb)}`);
    configure(command, io);
    command.action(async (...parameters) => {
      const args = parameters.slice(0, -2).flatMap((value2) => value2 ?? []);
      await run3(verb, args, parameters.at(-2));
    });
  }
  return program2;
}
function refuseEmpty({ long, short: short2 }, value2) {
  if (typeof value2 !== "string" || value2.trim() !== "") return;
  const flag = long ?? short2;
  throw usage(`${flag} is empty.`, `Give it a value, or leave ${flag} out. Is a variable of the script not set?`);
}
function examples(verb) {
  const width2 = Math.max(...verb.examples.map(([line]) => line.length));
  return verb.examples.map(([line, what]) => `  $ ${line.padEnd(width2)}  ${what}`).join("\n");
}
function configure(command, io) {
  command.exitOverride().showSuggestionAfterError(true).configureHelp({
    sortSubcommands: false,
    showGlobalOptions: true,
    argumentTerm: (argument) => Help.prototype.argumentTerm(argument)
  }).configureOutput({
    // A reader of the help that went away is no news.
    writeOut: (text2) => void io.write(text2).catch(() => {
    }),
    writeErr: (text2) => io.note(text2.trimEnd()),
    outputError: (text2) => io.note(text2.trimEnd()),
    getOutHelpWidth: () => Number.isFinite(io.view.columns) ? io.view.columns : 100
  });
}

// src/common/action.ts
init_errors();
init_exit();
init_style();
init_table();
init_redact();
async function runAction(tool2, { secrets, outputs, verbInput }) {
  for (const name of secrets) {
    const value2 = getInput(name);
    const parts = [...value2.split(/\r?\n/), ...passwordsOf(value2)].filter((part) => part.length > 3);
    for (const part of parts) {
      setSecret(part);
      hideSecret(part);
    }
  }
  const io = actionIo();
  const outcome = await run(tool2, io, verbInput);
  try {
    process.env.GITHUB_OUTPUT ||= process.env.FORGEJO_OUTPUT ?? "";
    for (const [name, value2] of Object.entries(outputs(outcome))) setOutput(name, value2);
    setOutput("result", shownJson(outcome));
    setOutput("exit-code", outcome.exit);
    await writeSummary(tool2, getInput(verbInput ?? "command"), outcome);
  } catch (error2) {
    io.note(`The outputs could not be written: ${messageOf(error2)}`);
  }
  finish(tool2, outcome);
}
function passwordsOf(value2) {
  const { password, username } = URL.canParse(value2) ? new URL(value2) : { password: "", username: "" };
  if (password === username) return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
async function run(tool2, io, verbInput) {
  try {
    const argv = argumentsFromInputs(tool2, (name) => getInput(name), verbInput);
    await io.write(`${tool2.name} ${argv[0]}
`);
    return await runTool(tool2, argv, io);
  } catch (error2) {
    return explain(error2, tool2, io);
  }
}
function argumentsFromInputs(tool2, input, verbInput = "command") {
  const command = input(verbInput) || (tool2.defaultVerb ?? "");
  const verb = tool2.verbs.find((candidate) => verbName(candidate) === command);
  if (!verb) {
    const names = tool2.verbs.map(verbName);
    const close = nearest(command, names);
    throw usage(
      `Input "${verbInput}" is "${command}", which ${tool2.name} does not know${close ? `: did you mean "${close}"?` : "."}`,
      `Use one of: ${names.join(", ")}.`
    );
  }
  const flags = optionsOf(verb).flatMap((option) => {
    const name = option.long?.slice(2);
    const value2 = name ? input(name) : "";
    if (!name || value2 === "" || option.long === "--json") return [];
    if (option.isBoolean()) {
      if (!/^(true|false)$/i.test(value2)) throw usage(`Input "${name}" is "${value2}".`, "Write true or false.");
      return /^true$/i.test(value2) ? [`--${name}`] : [];
    }
    const values = option.variadic || Array.isArray(option.defaultValue) ? lines(value2) : [value2];
    return values.map((one) => `--${name}=${one}`);
  });
  const positional = argumentsOf(verb).flatMap(
    ({ name, several }) => lines(input(name)).flatMap((line) => several ? line.split(/\s+/) : [line])
  );
  return [command, ...flags, ...positional.length > 0 ? ["--", ...positional] : []];
}
var lines = (text2) => text2.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
var argumentsOf = (verb) => [...verb.usage.matchAll(/[<[]([\w-]+)(\.\.\.)?[>\]]/g)].map(([, name, dots]) => ({
  name,
  several: dots !== void 0
}));
function actionIo() {
  return {
    env: process.env,
    view: plainView,
    interactive: false,
    // Standard output and error share one log; one stream keeps their order.
    write: (text2) => new Promise((resolve5) => process.stdout.write(text2, () => resolve5())),
    note: (text2) => void process.stdout.write(`${harmlessStyled(redact(text2))}
`),
    pause: (milliseconds) => (0, import_promises2.setTimeout)(milliseconds),
    ask: async () => false
  };
}
async function writeSummary(tool2, verb, outcome) {
  const file = process.env.FORGEJO_STEP_SUMMARY || process.env.GITHUB_STEP_SUMMARY;
  if (!file) return;
  const body = outcome.markdown?.() ?? fence(outcome.text?.(plainView) ?? "");
  if (body !== "") await (0, import_promises.appendFile)(file, redact(`## ${tool2.name} ${verb}

${body}
`));
}
var fence = (text2) => text2 === "" ? "" : `\`\`\`\`
${text2.replaceAll("````", "'```")}
\`\`\`\``;
function finish(tool2, outcome) {
  const tolerated = outcome.exit === exitCode.problem && /^false$/i.test(getInput("fail-on-findings"));
  if (outcome.exit === exitCode.ok || tolerated) return;
  process.exitCode = outcome.exit;
  const words = { 1: "found a problem", 2: "could not tell", 64: "was used wrongly" }[outcome.exit];
  if (process.env.FORGEJO_ACTIONS !== "true")
    error(`${tool2.name} ${words} (exit code ${outcome.exit}); see the log above.`);
}

// src/submodules/action.ts
init_redact();
init_check();

// src/submodules/command.ts
var import_node_fs6 = __toESM(require_node_fs(), 1);
var import_node_path9 = __toESM(require_node_path(), 1);

// src/common/audit.ts
var import_promises4 = __toESM(require_promises(), 1);
var import_node_os = __toESM(require_node_os(), 1);
var import_node_path2 = __toESM(require_node_path(), 1);

// src/common/directory.ts
var import_promises3 = __toESM(require_promises(), 1);
var import_node_path = __toESM(require_node_path(), 1);
async function makeDirectory(path6) {
  const make = () => (0, import_promises3.mkdir)(path6, { mode: 448 }).catch(async (error2) => {
    if (!(await (0, import_promises3.stat)(path6).catch(() => void 0))?.isDirectory()) throw error2;
  });
  try {
    await make();
  } catch (error2) {
    if (error2.code !== "ENOENT" || (0, import_node_path.dirname)(path6) === path6) throw error2;
    await makeDirectory((0, import_node_path.dirname)(path6));
    await make();
  }
}

// src/common/audit.ts
init_errors();
init_redact();
function stateDirectory(env) {
  if (env.FORGEJO_CI_TOOLKIT_STATE) return env.FORGEJO_CI_TOOLKIT_STATE;
  return (0, import_node_path2.join)(env.XDG_STATE_HOME || (0, import_node_path2.join)(env.HOME || "/var/lib", ".local/state"), "forgejo-ci-toolkit");
}
var appendAudit = (file, record2) => appendAuditLines(file, auditLines([record2]));
function auditLines(records) {
  const common = { time: (/* @__PURE__ */ new Date()).toISOString(), user: userName(), host: (0, import_node_os.hostname)() };
  return records.map((record2) => `${redactedJson({ ...common, ...record2 })}
`).join("");
}
async function appendAuditLines(file, lines3) {
  await makeDirectory((0, import_node_path2.dirname)(file));
  const handle = await (0, import_promises4.open)(file, "a", 384);
  try {
    await handle.appendFile(lines3);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
function userName() {
  try {
    return (0, import_node_os.userInfo)().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}

// src/submodules/command.ts
init_errors();
init_exit();

// src/common/output/words.ts
var units = [
  ["d", 86400],
  ["h", 3600],
  ["m", 60],
  ["s", 1]
];
var count = (number, noun, plural = `${noun}s`) => `${number} ${number === 1 ? noun : plural}`;
function parseDuration(text2) {
  if (/^\d{1,12}$/.test(text2)) return Number(text2);
  if (!/^(?:\d{1,12}(?:\.\d{1,12})?(?:ms|[dhms]))+$/.test(text2)) return void 0;
  let seconds2 = 0;
  for (const [, amount, unit] of text2.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g))
    seconds2 += Number(amount) * (unit === "ms" ? 1e-3 : units.find(([name]) => name === unit)[1]);
  return seconds2;
}

// src/submodules/command.ts
init_plan();
init_check();
init_git();

// src/submodules/render.ts
init_table();
init_check();
var symbol = ({ severity }, unknown2) => unknown2 ? "?" : { ok: "✓", note: "·", warning: "!", error: "✗", critical: "✗" }[severity];
var tone = (one) => isUnknown(one) ? "warn" : { ok: "good", note: "faint", warning: "warn", error: "bad", critical: "bad" }[one.severity];
function columns({ required }) {
  return [
    { title: " ", value: (one) => symbol(one, isUnknown(one)), tone },
    { title: "Submodule", value: ({ path: path6 }) => path6 },
    { title: "Commit", value: ({ commit }) => commit?.slice(0, 12) ?? null },
    { title: "Class", value: (one) => one.class, tone },
    ...required.map(
      (name) => ({
        title: name,
        value: ({ remotes }) => [...new Set(remotes.filter((one) => one.name === name).map((one) => one.class))].join(", ") || null
      })
    )
  ];
}
function summary2({ submodules, counts, commits, required }) {
  const gitlinks = submodules.filter(({ commit }) => commit !== null).length;
  const parts = [
    counts.problems > 0 && count(counts.problems, "problem"),
    counts.unknown > 0 && `${counts.unknown} could not be told`,
    counts.warnings > 0 && count(counts.warnings, "warning")
  ].filter(Boolean);
  const what = `${count(gitlinks, "submodule commit")} of ${commits.map((one) => one.slice(0, 12)).join(", ")} on ${required.join(", ")}`;
  return parts.length === 0 ? `${what}: all pushed.` : `${what}: ${parts.join(", ")}.`;
}
function checkText(result, view, verbose) {
  const { style } = view;
  if (view.layout === "tsv") {
    const more = [
      { title: "Fix", value: ({ fix }) => fix },
      { title: "Message", value: ({ message }) => message }
    ];
    return table([...columns(result), ...more], result.submodules, view);
  }
  const shown2 = verbose ? result.submodules : result.submodules.filter(({ severity }) => severity !== "ok");
  const details = result.submodules.filter(({ severity }) => severity !== "ok").map(
    (one) => `${style[tone(one)](`${symbol(one, isUnknown(one))} ${one.path}`)}: ${one.message}
  fix: ${one.fix}`
  );
  const notes = verbose ? result.submodules.flatMap(
    ({ path: path6, notes: list }) => list.map((note) => style.faint(`  ${path6}: ${note.class}: ${note.message}`))
  ) : result.submodules.flatMap(
    ({ path: path6, notes: list }) => list.filter(({ class: name }) => ["dirty", "ahead", "renamed", "below-unknown"].includes(name)).map((note) => style.faint(`note: ${path6}: ${note.message}`))
  );
  const parts = [shown2.length > 0 ? table(columns(result), shown2, view) : "", details.join("\n"), notes.join("\n")];
  return [...parts.filter((part) => part !== ""), style.strong(summary2(result))].join("\n\n");
}
function checkMarkdown(result) {
  const wrong = result.submodules.filter(({ severity }) => severity !== "ok");
  const fixes = wrong.map(({ path: path6, fix }) => `- \`${path6.replaceAll("`", "'")}\`

  \`\`\`
  ${fix}
  \`\`\``);
  return [`**${summary2(result)}**`, markdownTable(columns(result), result.submodules), fixes.join("\n")].filter((part) => part !== "").join("\n\n");
}
function pushText({ steps, ci, applied }, dryRun, view) {
  if (steps.length === 0) return "Everything is pushed already: nothing to do.";
  const lines3 = dryRun ? steps.flatMap(({ title, commands }) => [title, ...commands.map((line) => view.style.faint(`  ${line}`))]) : [];
  const done = applied ? ["Pushed: submodules first, and the root last."] : [];
  return [...lines3, ...done, ...ciLines(ci)].join("\n");
}
function ciLines(ci) {
  if (ci.length === 0) return ["CI: nothing runs: no workflow file in the root, or no new root commit to push."];
  const running2 = ci.filter(({ runs }) => runs);
  return running2.length > 0 ? running2.map(({ workflow, remote, why }) => `CI: ${workflow} runs on ${remote} (${why}).`) : ci.map(({ workflow, remote, why }) => `CI: ${workflow} does not run on ${remote}: ${why}.`);
}

// src/submodules/session.ts
var import_promises8 = __toESM(require_promises(), 1);
var import_node_os2 = __toESM(require_node_os(), 1);
var import_node_path6 = __toESM(require_node_path(), 1);
init_errors();

// src/submodules/config.ts
init_errors();
var noConfig = {
  require: [],
  remotes: {},
  exclude: [],
  forbid: [".env", "init.json"],
  protected: ["alm"],
  mirrors: {},
  requireBranch: false
};
var configFiles = ["submodules.yaml", ".forgejo/submodules.yaml"];
async function parseConfigFile(content, file) {
  const { default: yaml } = await Promise.resolve().then(() => __toESM(require_dist(), 1));
  let document;
  try {
    document = yaml.parse(content) ?? {};
  } catch (error2) {
    throw usage(`${file} is not YAML: ${error2.message.split("\n", 1)[0]}`, `Correct ${file}.`, error2);
  }
  const keys = ["require", "remotes", "exclude", "forbid", "protected", "mirrors", "require-branch"];
  const given = mapping(document, file, "the document");
  for (const key of Object.keys(given)) {
    if (keys.includes(key)) continue;
    const close = nearest(key, keys);
    throw usage(
      `${file}: unknown key "${key}"${close ? `; did you mean "${close}"?` : "."}`,
      `Keys: ${keys.join(", ")}.`
    );
  }
  const list = (key, fallback) => {
    const value2 = given[key] ?? fallback;
    const items = Array.isArray(value2) ? value2 : [value2];
    if (items.every((item) => typeof item === "string" && item !== "")) return items;
    throw usage(`${file}: "${key}" has to be a list of words.`, `Write ${key}: [one, two].`);
  };
  const remotes = mapping(given.remotes ?? {}, file, '"remotes"');
  for (const [name, template] of Object.entries(remotes)) checkTemplate(name, template, file);
  const requireBranch = given["require-branch"] ?? false;
  if (typeof requireBranch !== "boolean")
    throw usage(`${file}: "require-branch" has to be true or false.`, "Write require-branch: true.");
  return {
    require: list("require", noConfig.require),
    remotes,
    exclude: list("exclude", noConfig.exclude),
    forbid: list("forbid", noConfig.forbid),
    protected: list("protected", noConfig.protected),
    mirrors: Object.fromEntries(
      Object.entries(mapping(given.mirrors ?? {}, file, '"mirrors"')).map(([name, value2]) => [
        name,
        seconds(name, value2, file)
      ])
    ),
    requireBranch
  };
}
function mapping(value2, file, what) {
  if (typeof value2 === "object" && value2 !== null && !Array.isArray(value2)) return value2;
  throw usage(`${file}: ${what} has to hold keys and values.`, "See docs/submodules.md for an example.");
}
function checkTemplate(name, template, file) {
  const example = `remotes: { ${name}: "https://${name}.example/{owner}/{name}.git" }`;
  if (typeof template !== "string" || template === "")
    throw usage(`${file}: the URL of remote "${name}" is missing.`, `Write ${example}.`);
  for (const [all, word] of template.matchAll(/\{([^}]*)\}/g))
    if (word !== "owner" && word !== "name")
      throw usage(`${file}: the URL of remote "${name}" has an unknown part ${all}.`, `Write ${example}.`);
}
function seconds(name, value2, file) {
  const parsed = parseDuration(String(value2));
  if (parsed === void 0)
    throw usage(`${file}: mirrors: ${name}: "${value2}" is not a duration.`, `Write mirrors: { ${name}: 60s }.`);
  return parsed;
}

// src/submodules/facts.ts
var import_node_crypto2 = __toESM(require_node_crypto(), 1);
var import_node_fs2 = __toESM(require_node_fs(), 1);
var import_promises6 = __toESM(require_promises(), 1);
var import_node_path4 = __toESM(require_node_path(), 1);
init_errors();
var most = 500;
var keptMs = 60 * 24 * 36e5;
var FactStore = class {
  #dir;
  #open = /* @__PURE__ */ new Map();
  constructor(dir) {
    this.#dir = dir;
  }
  /** The facts about a remote. The directory's name does not tell the URL, which may hold a password. */
  of(url) {
    const key = (0, import_node_crypto2.createHash)("sha256").update(url).digest("hex").slice(0, 32);
    let facts = this.#open.get(key);
    if (!facts) {
      facts = load((0, import_node_path4.join)(this.#dir, key));
      this.#open.set(key, facts);
    }
    return facts;
  }
  /** Writes what was learned. @throws ToolError (unknown) where the directory cannot be made */
  async save() {
    for (const one of this.#open.values()) {
      const { dir, stored, changed } = one;
      if (!changed) continue;
      await makeCache(dir);
      const temporary = (0, import_node_path4.join)(dir, `facts-${(0, import_node_crypto2.randomUUID)()}.tmp`);
      await (0, import_promises6.writeFile)(temporary, JSON.stringify(trimmed(stored)), { mode: 384 });
      await (0, import_promises6.rename)(temporary, (0, import_node_path4.join)(dir, "facts.json"));
      await (0, import_promises6.utimes)(dir, /* @__PURE__ */ new Date(), /* @__PURE__ */ new Date());
    }
  }
  /** Removes what no run has added to for two months. */
  async prune(now) {
    for (const name of await (0, import_promises6.readdir)(this.#dir).catch(() => [])) {
      const dir = (0, import_node_path4.join)(this.#dir, name);
      const { mtimeMs } = await (0, import_promises6.stat)(dir).catch(() => ({ mtimeMs: now }));
      if (now - mtimeMs > keptMs) await (0, import_promises6.rm)(dir, { recursive: true, force: true });
    }
  }
};
async function makeCache(dir) {
  await makeDirectory(dir).catch((error2) => {
    throw unknown(
      `The cache cannot be kept: ${error2.message}`,
      "Set FORGEJO_CI_TOOLKIT_CACHE to a directory that can be written.",
      error2
    );
  });
}
function load(dir) {
  const stored = readStored((0, import_node_path4.join)(dir, "facts.json"));
  const facts = {
    dir,
    stored,
    changed: false,
    contains: (tips, commit) => stored.within[commit]?.includes(wordOf(tips)) ?? false,
    addContains(tips, commit) {
      stored.within[commit] = [.../* @__PURE__ */ new Set([...stored.within[commit] ?? [], wordOf(tips)])].slice(-20);
      facts.changed = true;
    },
    recorded: (commit) => stored.recorded[commit],
    addRecorded(commit, recorded) {
      stored.recorded[commit] = recorded;
      facts.changed = true;
    }
  };
  return facts;
}
var wordOf = (tips) => tips.length === 1 ? tips[0] : (0, import_node_crypto2.createHash)("sha256").update(tips.toSorted().join(" ")).digest("hex");
function readStored(file) {
  try {
    const { within: within3, recorded } = JSON.parse((0, import_node_fs2.readFileSync)(file, "utf8"));
    if (typeof within3 === "object" && typeof recorded === "object") return { within: within3, recorded };
  } catch {
  }
  return { within: {}, recorded: {} };
}
var trimmed = ({ within: within3, recorded }) => ({
  within: Object.fromEntries(Object.entries(within3).slice(-most)),
  recorded: Object.fromEntries(Object.entries(recorded).slice(-most))
});

// src/submodules/session.ts
init_git();
init_limit();

// src/submodules/probe.ts
var import_node_fs3 = __toESM(require_node_fs(), 1);
var import_node_path5 = __toESM(require_node_path(), 1);
var import_promises7 = __toESM(require_promises2(), 1);
init_failure();

// src/submodules/ask/http.ts
var import_node_events = __toESM(require_node_events(), 1);
var import_node_http = __toESM(require_node_http(), 1);
var import_node_https = __toESM(require_node_https(), 1);
init_tokens();

// src/submodules/ask/pack.ts
var import_node_crypto3 = __toESM(require_node_crypto(), 1);
var import_node_zlib = __toESM(require_node_zlib(), 1);
var types = { 1: "commit", 2: "tree", 3: "blob", 4: "tag" };
var refDelta = 7;
function packCount(head) {
  return head.length >= 12 && head.toString("latin1", 0, 4) === "PACK" ? head.readUInt32BE(8) : void 0;
}
function readPack(pack, hash) {
  const count2 = packCount(pack);
  if (count2 === void 0) throw new Error("Not a pack.");
  const oidBytes = hash === "sha1" ? 20 : 32;
  const objects = /* @__PURE__ */ new Map();
  const deltas = [];
  let at = 12;
  for (let index = 0; index < count2; index++) {
    let byte = pack[at++];
    const type = byte >> 4 & 7;
    while (byte & 128) byte = pack[at++];
    let base = "";
    if (type === refDelta) {
      base = pack.toString("hex", at, at + oidBytes);
      at += oidBytes;
    } else if (!types[type]) throw new Error(`Unknown object type ${type} in a pack.`);
    const { data, consumed } = inflate(pack.subarray(at));
    at += consumed;
    if (type === refDelta) deltas.push({ base, delta: data });
    else add(types[type], data);
  }
  for (let left2 = deltas; left2.length > 0; ) {
    const next = left2.filter(({ base, delta }) => {
      const found = objects.get(base);
      if (found) add(found.type, applyDelta(found.data, delta));
      return !found;
    });
    if (next.length === left2.length) throw new Error("A pack lacks the base of a delta.");
    left2 = next;
  }
  return objects;
  function add(type, data) {
    const oid = (0, import_node_crypto3.createHash)(hash).update(`${type} ${data.length}\0`).update(data).digest("hex");
    objects.set(oid, { type, data });
  }
}
function inflate(input) {
  const { buffer, engine } = (0, import_node_zlib.inflateSync)(input, { info: true });
  return { data: buffer, consumed: engine.bytesWritten };
}
function applyDelta(base, delta) {
  let at = 0;
  const size = () => {
    let value2 = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = delta[at++];
      value2 += (byte & 127) * 2 ** shift;
      if (!(byte & 128)) return value2;
    }
  };
  size();
  const result = Buffer.alloc(size());
  let end = 0;
  while (at < delta.length) {
    const op = delta[at++];
    if (op & 128) {
      const number = (first, bytes) => {
        let value2 = 0;
        for (let index = 0; index < bytes; index++) if (op & first << index) value2 += delta[at++] * 2 ** (8 * index);
        return value2;
      };
      const offset = number(1, 4);
      const length = number(16, 3) || 65536;
      end += base.copy(result, end, offset, offset + length);
    } else {
      end += delta.copy(result, end, at, at + op);
      at += op;
    }
  }
  return result;
}
function recordedTree(objects, commit) {
  const [, root] = /^tree ([0-9a-f]+)\n/.exec(objects.get(commit)?.data.toString("latin1", 0, 80) ?? "") ?? [];
  if (root === void 0) return void 0;
  const gitlinks = [];
  let gitmodules;
  const walk = (oid, prefix) => {
    const tree = objects.get(oid);
    if (tree?.type !== "tree") return false;
    for (let at = 0; at < tree.data.length; ) {
      const space = tree.data.indexOf(32, at);
      const zero2 = tree.data.indexOf(0, space);
      const mode = tree.data.toString("latin1", at, space);
      const path6 = prefix + tree.data.toString("utf8", space + 1, zero2);
      at = zero2 + 1 + oid.length / 2;
      const entry = tree.data.toString("hex", zero2 + 1, at);
      if (mode === "160000") gitlinks.push({ path: path6, oid: entry });
      else if (mode === "40000" && !walk(entry, `${path6}/`)) return false;
      else if (path6 === ".gitmodules" && mode.startsWith("100")) gitmodules = entry;
    }
    return true;
  };
  return walk(root, "") ? { gitlinks, gitmodules } : void 0;
}

// src/submodules/ask/http.ts
var harmless2 = /* @__PURE__ */ new Set(["extraheader", "postbuffer", "lowspeedlimit", "lowspeedtime", "useragent", "receivepack"]);
var environment = /^((https?|all)_proxy|GIT_(SSL|PROXY|HTTP)_.*|GIT_CURL_.*|SSL_CERT_(FILE|DIR))$/i;
function directHeaders(url, { settings, env, tokens: tokens2 }) {
  if (!/^https?:\/\//i.test(url) || Object.entries(env).some(([name, value2]) => value2 && environment.test(name)))
    return void 0;
  let extra = [];
  for (const [key, value2] of settings) {
    const [, base, name] = /^http\.(?:(.*)\.)?([^.]+)$/s.exec(key) ?? [];
    if (name === void 0) continue;
    if (!harmless2.has(name)) return void 0;
    if (name !== "extraheader" || base !== void 0 && !within2(url, base)) continue;
    const [, header, content] = /^([^:]+):\s*(.*)$/.exec(value2) ?? [];
    if (header === void 0) extra = [];
    else extra.push([header.toLowerCase(), content]);
  }
  const { username, password } = new URL(url);
  const own = username && `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64")}`;
  const authorization = authorizationFor(url, tokens2) ?? (own || void 0);
  return { ...Object.fromEntries(extra), ...authorization !== void 0 && { authorization } };
}
function within2(url, base) {
  try {
    const [one, all] = [new URL(url), new URL(base)];
    const folder = all.pathname.replace(/\/*$/, "/");
    return one.origin === all.origin && `${one.pathname}/`.startsWith(folder);
  } catch {
    return false;
  }
}
async function listRefs(remote, prefixes) {
  const wanted = prefixes.map((prefix) => `ref-prefix ${prefix}`);
  const answer = await ask(remote, "ls-refs", ["peel", "symrefs", ...wanted], (body) => whole(body));
  const lines3 = answer && packetLines(answer);
  if (lines3?.at(-1) !== "flush") return void 0;
  const refs = [];
  for (const line of lines3.slice(0, -1)) {
    if (typeof line === "string") return void 0;
    const [oid, name, ...attributes] = line.toString().trimEnd().split(" ");
    if (!oid || !name || !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(oid)) return void 0;
    const attribute = (key) => attributes.find((one) => one.startsWith(`${key}:`))?.slice(key.length + 1);
    const [peeled, target] = [attribute("peeled"), attribute("symref-target")];
    refs.push({ name, oid, ...peeled !== void 0 && { peeled }, ...target !== void 0 && { target } });
  }
  return refs;
}
async function countBeyond(remote, commit, tips) {
  const tell = [`want ${commit}`, ...tips.map((tip) => `have ${tip}`), "done"];
  for (const filter of [["filter tree:0"], []]) {
    const answer = await ask(remote, "fetch", ["no-progress", ...filter, ...tell], packStart);
    if (answer !== void 0) return answer;
  }
  return void 0;
}
async function fetchPack(remote, oid, most2 = 32 * 1024 * 1024) {
  const tell = ["no-progress", "deepen 1", "filter blob:none", `want ${oid}`, "done"];
  const answer = await ask(remote, "fetch", tell, (body) => whole(body, most2));
  const lines3 = answer && packetLines(answer);
  if (!lines3) return void 0;
  if (lines3.some((line) => typeof line !== "string" && refused(line))) return "absent";
  const start2 = lines3.findIndex((line) => typeof line !== "string" && line.toString() === "packfile\n");
  if (start2 < 0 || lines3.at(-1) !== "flush") return void 0;
  const bands = lines3.slice(start2 + 1).filter((line) => typeof line !== "string" && line[0] === 1);
  return Buffer.concat(bands.map((line) => line.subarray(1)));
}
var refused = (line) => /^ERR .*not our ref/.test(line.toString("latin1", 0, 200));
function packet(text2) {
  return (Buffer.byteLength(text2) + 4).toString(16).padStart(4, "0") + text2;
}
async function ask({ url, headers, timeoutMs, hash }, command, args, read) {
  const capabilities = hash === "sha1" ? [] : [`object-format=${hash}
`];
  const head = [`command=${command}
`, ...capabilities].map(packet).join("");
  const address = new URL(url);
  address.username = "";
  address.password = "";
  address.pathname = `${address.pathname.replace(/\/+$/, "")}/git-upload-pack`;
  const { request: open3 } = address.protocol === "https:" ? import_node_https.default : import_node_http.default;
  const body = Buffer.from(`${head}0001${args.map((arg) => packet(`${arg}
`)).join("")}0000`);
  let limit;
  try {
    const request = open3(address, {
      method: "POST",
      headers: {
        ...headers,
        "content-type": "application/x-git-upload-pack-request",
        "content-length": body.length,
        accept: "application/x-git-upload-pack-result",
        "git-protocol": "version=2",
        "user-agent": "git/2 (submodule-push-check)"
      }
    });
    limit = setTimeout(() => request.destroy(new Error("timed out")), timeoutMs);
    request.end(body);
    const [response] = await (0, import_node_events.once)(request, "response");
    request.on("error", () => {
    });
    const right = response.headers["content-type"] === "application/x-git-upload-pack-result";
    if (response.statusCode === 200 && right) return await read(response);
    response.destroy();
    return void 0;
  } catch {
    return void 0;
  } finally {
    clearTimeout(limit);
  }
}
async function whole(body, most2 = 256 * 1024 * 1024) {
  const chunks = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > most2) return void 0;
  }
  return Buffer.concat(chunks);
}
async function packStart(body) {
  let seen = Buffer.alloc(0);
  for await (const chunk of body) {
    seen = Buffer.concat([seen, chunk]);
    const lines3 = packetLines(seen) ?? [];
    if (lines3.some((line) => typeof line !== "string" && refused(line))) return "absent";
    const start2 = lines3.findIndex((line) => typeof line !== "string" && line.toString() === "packfile\n");
    if (start2 < 0) continue;
    const bands = lines3.slice(start2 + 1).filter((line) => typeof line !== "string" && line[0] === 1);
    const count2 = packCount(Buffer.concat(bands.map((line) => line.subarray(1))));
    if (count2 !== void 0) return count2;
  }
  return void 0;
}
function packetLines(bytes) {
  const lines3 = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const head = bytes.toString("latin1", at, at + 4);
    if (!/^[0-9a-f]{4}$/i.test(head)) return void 0;
    const length = Number.parseInt(head, 16);
    if (length < 4) {
      lines3.push(length === 0 ? "flush" : "delimiter");
      at += 4;
    } else {
      if (at + length > bytes.length) break;
      lines3.push(bytes.subarray(at + 4, at + length));
      at += length;
    }
  }
  return lines3;
}

// src/submodules/ask/rest.ts
init_url();
var mostPages = 1e3;
function restRepository(url, tokens2, timeoutMs) {
  const server = tokens2.find(({ base }) => url.startsWith(`${base}/`));
  const named = server && ownerAndName(`https://host${url.slice(server.base.length)}`);
  if (!server || !named) return void 0;
  const root = `${server.base}/api/v1/repos/${encodeURIComponent(named.owner)}/${encodeURIComponent(named.name)}`;
  return {
    async refs() {
      const repository = await get("");
      if (!repository) throw silent("the API shows no such repository");
      const [branches, tags] = [await pages("/branches"), await pages("/tags")];
      const heads = branches.map(({ name, commit }) => ({ name: `refs/heads/${name}`, oid: commit.id ?? "" }));
      const target = `refs/heads/${repository.default_branch}`;
      const head = heads.find(({ name }) => name === target);
      return [
        ...head ? [{ name: "HEAD", oid: head.oid, target }] : [],
        ...heads,
        ...tags.map(({ name, id, commit: { sha = "" } }) => ({
          name: `refs/tags/${name}`,
          oid: id ?? sha,
          ...id !== void 0 && id !== sha && { peeled: sha }
        }))
      ];
    },
    async pulls() {
      const found = await get("/git/refs/pull");
      return Array.isArray(found) ? found.map(({ ref, object }) => ({ name: ref, oid: object.sha })) : [];
    },
    async contains(commit, tips) {
      for (const tip of tips) {
        if (tip === commit) return true;
        const found = await get(`/compare/${tip}...${commit}`);
        if (found?.total_commits === 0) return true;
      }
      return false;
    },
    async stores(commit) {
      return await get(`/git/commits/${commit}?stat=false&verification=false&files=false`) !== void 0;
    },
    async recorded(commit) {
      const entries = [];
      for (let page = 1; page <= mostPages; page++) {
        const found = await get(`/git/trees/${commit}?recursive=true&per_page=1000&page=${page}`);
        if (!found) return void 0;
        entries.push(...found.tree ?? []);
        if (!found.truncated || !found.tree?.length) break;
      }
      const gitlinks = entries.filter(({ type }) => type === "commit").map(({ path: path6, sha }) => ({ path: path6, oid: sha }));
      const file = entries.find(({ path: path6, type }) => path6 === ".gitmodules" && type === "blob");
      if (!file) return { gitlinks, gitmodules: void 0 };
      const blob = await get(`/git/blobs/${file.sha}`);
      return blob && { gitlinks, gitmodules: Buffer.from(blob.content, "base64").toString() };
    }
  };
  async function pages(route) {
    const items = [];
    for (let page = 1; page <= mostPages; page++) {
      const found = await get(`${route}?limit=50&page=${page}`) ?? [];
      if (found.length === 0) return items;
      items.push(...found);
    }
    throw silent("the API gives pages without an end");
  }
  async function get(route) {
    let response;
    try {
      response = await fetch(`${root}${route}`, {
        headers: { accept: "application/json", authorization: `token ${server.token}` },
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs)
      });
      if (response.status === 200) return await response.json();
      await response.body?.cancel();
    } catch (error2) {
      throw silent(`the API does not answer: ${error2.message}`);
    }
    if (response.status === 404) return void 0;
    throw silent(`the API answers with ${response.status}`);
  }
}
var silent = (said) => ({ kind: "unreachable-host", said, transient: false });

// src/submodules/probe.ts
init_git();
init_limit();
init_tokens();
init_url();
var parallel = (server) => server.startsWith("ssh") ? 6 : server.startsWith("file") ? 4 : 16;
var mostTips = 4e3;
var hashOf = (oid) => oid.length === 64 ? "sha256" : "sha1";
function createProbe({
  git: seed,
  settings,
  tokens: tokens2,
  facts,
  local: local2,
  retryDelaysMs = [500, 2e3]
}) {
  const git = { ...seed, env: withSettings(seed.env, tokenSettings(tokens2)) };
  const limit = createLimit(parallel);
  const alone = createLimit(() => 1);
  const known2 = /* @__PURE__ */ new Map();
  const histories = /* @__PURE__ */ new Map();
  const containing = /* @__PURE__ */ new Map();
  const trees = /* @__PURE__ */ new Map();
  const indirect = /* @__PURE__ */ new Set();
  const restOnly = /* @__PURE__ */ new Map();
  return {
    async ask(question) {
      const remote = { ...question, url: await addressOf(question.url) };
      const tips = await tipsOf(remote.url);
      return isFailure(tips) ? tips : place(remote, tips).catch(asFailure);
    },
    async recorded(original, commit) {
      const url = await addressOf(original);
      return once2(trees, `${commit} ${url}`, async () => {
        const remembered = facts.of(url).recorded(commit);
        if (remembered) return remembered;
        const found = await readRecorded(url, commit);
        if (found && !isFailure(found)) facts.of(url).addRecorded(commit, found);
        return found;
      });
    },
    async branches(original) {
      return tipsOf(await addressOf(original));
    },
    forget(original) {
      containing.clear();
      for (const url of [original, asHttp(original, tokens2)]) {
        known2.delete(url);
        histories.delete(url);
      }
    },
    forgetAll() {
      containing.clear();
      known2.clear();
      histories.clear();
    }
  };
  async function addressOf(original) {
    const url = asHttp(original, tokens2);
    if (url === original || !isFailure(await tipsOf(url)) || isFailure(await tipsOf(original))) return url;
    return original;
  }
  function tipsOf(url) {
    return once2(known2, url, async () => {
      const refs = await refsOf(url, ["refs/heads/", "refs/tags/"]);
      if (!isFailure(refs)) return readTips(refs);
      const rest = restRepository(url, tokens2, git.timeoutMs);
      const found = await rest?.refs().catch(() => void 0);
      if (!rest || !found) return refs;
      restOnly.set(url, rest);
      return readTips(found);
    });
  }
  async function refsOf(url, prefixes) {
    const direct = await directly(url, "sha1", (remote) => listRefs(remote, ["HEAD", ...prefixes]));
    if (direct) return direct;
    const advertised = await byGit(url, () => lsRemote(git, url, ["HEAD", ...prefixes.map((prefix) => `${prefix}*`)]));
    return isFailure(advertised) ? advertised : advertised.refs;
  }
  async function place(question, tips) {
    const { url, commit } = question;
    if (tips.hash !== void 0 && tips.hash !== hashOf(commit)) return { place: "hash-mismatch", refs: [] };
    if (tips.tags.some(({ oid, peeled }) => oid === commit && peeled !== void 0))
      return { place: "not-a-commit", refs: [] };
    const heads = [...tips.heads];
    const wanted = [question.branch, tips.defaultBranch].filter((name) => name !== void 0 && tips.heads.has(name));
    const main = wanted.length > 0 ? heads.filter(([name]) => wanted.includes(name)) : heads;
    const others = heads.filter((head) => !main.includes(head));
    const tags = tips.tags.map(({ name, oid, peeled }) => [name, peeled ?? oid]);
    const stages = [
      { place: "merged", refs: main.map(([name, oid]) => [`refs/heads/${name}`, oid]) },
      { place: "unmerged", refs: others.map(([name, oid]) => [`refs/heads/${name}`, oid]) },
      { place: "tag", refs: tags }
    ];
    for (const stage of stages) {
      const at = stage.refs.filter(([, oid]) => oid === commit).map(([name]) => name);
      if (at.length > 0) {
        if (stage.place === "merged" || await contained(question, stages[0].refs) !== true)
          return { place: stage.place, refs: at };
        return { place: "merged", refs: [] };
      }
    }
    for (const stage of stages) {
      const answer = await contained(question, stage.refs);
      if (answer === true) return { place: stage.place, refs: stage.refs.slice(0, 5).map(([name]) => name) };
      if (answer === "absent") return { place: "absent", refs: [] };
    }
    return outside(url, commit, tips);
  }
  async function contained(question, refs) {
    const { url, commit } = question;
    const tips = [...new Set(refs.map(([, oid]) => oid))];
    if (tips.length === 0) return false;
    const remembered = facts.of(url);
    if (remembered.contains(tips, commit)) return true;
    const key = `${commit} ${tips.toSorted().join(" ")}`;
    const elsewhere2 = containing.get(key);
    const answer = await elsewhere2?.catch(() => false) === true || await (elsewhere2 ? askContained(question, tips) : first(key, tips));
    if (answer === true) remembered.addContains(tips, commit);
    return answer;
    function first(at, oids) {
      const asking = askContained(question, oids);
      containing.set(at, asking);
      return asking;
    }
  }
  async function askContained({ url, commit, clone }, tips) {
    const hash = hashOf(commit);
    if (clone && await local2("", () => isContained(clone, commit, tips))) return true;
    const rest = restOnly.get(url);
    if (rest) return await rest.stores(commit) ? rest.contains(commit, tips) : "absent";
    const beyond = tips.length <= mostTips ? await directly(url, hash, (remote) => countBeyond(remote, commit, tips)) : void 0;
    if (beyond !== void 0) return beyond === "absent" ? beyond : beyond === 0;
    const history = await historyOf(url, hash);
    return !isFailure(history) && isContained(history, commit, tips);
  }
  function historyOf(url, hash) {
    return once2(histories, url, async () => {
      const scratch = await scratchIn(url, "history.git", hash);
      const specs = ["heads", "tags", "pull", "merge-requests"].map((kind) => `+refs/${kind}/*:refs/r/${kind}/*`);
      const result = await alone(scratch.dir, () => byGit(url, () => fetchCommits(scratch, url, specs)));
      return isFailure(result) ? result : scratch;
    });
  }
  async function outside(url, commit, tips) {
    const hash = hashOf(commit);
    const rest = restOnly.get(url);
    if (rest) return outsideByRest(rest, commit);
    const pulls = await refsOf(url, ["refs/pull/", "refs/merge-requests/"]);
    const requests = isFailure(pulls) ? [] : pulls.filter(({ name }) => name !== "HEAD");
    const at = requests.filter(({ oid }) => oid === commit).map(({ name }) => name);
    if (at.length > 0) return { place: "pull", refs: at };
    const history = await historyOf(url, hash);
    if (!isFailure(history)) {
      const all = [...tips.heads.values(), ...tips.tags.map(({ oid }) => oid)];
      if (await isContained(history, commit, all)) return { place: "unmerged", refs: [] };
      const inPulls = requests.map(({ oid }) => oid);
      if (inPulls.length > 0 && await isContained(history, commit, inPulls))
        return { place: "pull", refs: requests.slice(0, 5).map(({ name }) => name) };
    }
    const recorded = await typeOf(url, commit, hash);
    if (recorded === "commit") return { place: "unreachable", refs: [] };
    return { place: recorded === void 0 ? "absent" : "not-a-commit", refs: [] };
  }
  async function outsideByRest(rest, commit) {
    const pulls = await rest.pulls();
    const oids = pulls.map(({ oid }) => oid);
    if (oids.length > 0 && await rest.contains(commit, oids))
      return { place: "pull", refs: pulls.filter(({ oid }) => oid === commit).map(({ name }) => name) };
    return { place: await rest.stores(commit) ? "unreachable" : "absent", refs: [] };
  }
  async function typeOf(url, oid, hash) {
    const pack = await directly(url, hash, (remote) => fetchPack(remote, oid));
    if (pack === "absent") return void 0;
    if (pack) return readPack(pack, hash).get(oid)?.type;
    const scratch = await scratchIn(url, "trees.git", hash);
    await alone(scratch.dir, () => byGit(url, () => fetchTree(scratch, url, oid)));
    return objectType(scratch, oid);
  }
  async function readRecorded(url, commit) {
    const hash = hashOf(commit);
    await tipsOf(url);
    const rest = restOnly.get(url);
    if (rest) return rest.recorded(commit).catch(asFailure);
    const direct = await directly(url, hash, async (remote) => {
      const pack = await fetchPack(remote, commit);
      if (pack === void 0 || pack === "absent") return pack;
      const tree2 = recordedTree(readPack(pack, hash), commit);
      if (!tree2?.gitmodules) return tree2 && { ...tree2, gitmodules: void 0 };
      const blob = await fetchPack(remote, tree2.gitmodules);
      if (blob === void 0 || blob === "absent") return void 0;
      const content2 = readPack(blob, hash).get(tree2.gitmodules)?.data.toString();
      return content2 === void 0 ? void 0 : { ...tree2, gitmodules: content2 };
    });
    if (direct) return direct === "absent" ? void 0 : direct;
    const scratch = await scratchIn(url, "trees.git", hash);
    let tree = await readTree(scratch, commit);
    if (!tree) {
      const fetched = await alone(scratch.dir, () => byGit(url, () => fetchTree(scratch, url, commit)));
      if (isFailure(fetched)) {
        if (!refusesObject(fetched)) return fetched;
        const everything = await alone(scratch.dir, () => byGit(url, () => fetchTrees(scratch, url)));
        if (isFailure(everything)) return everything;
      }
      tree = await readTree(scratch, commit);
    }
    if (!tree?.gitmodules) return tree && { ...tree, gitmodules: void 0 };
    const { gitmodules } = tree;
    const content = await readBlob(scratch, gitmodules, { GIT_NO_LAZY_FETCH: "1" }) ?? await limit(serverOf(url), () => readRemoteBlob(scratch, url, gitmodules));
    return content === void 0 ? void 0 : { ...tree, gitmodules: content };
  }
  async function scratchIn(url, name, hash) {
    const { dir } = facts.of(url);
    if (!(0, import_node_fs3.existsSync)(dir)) await makeCache(dir);
    return scratchRepository(git, (0, import_node_path5.join)(dir, name), hash);
  }
  async function directly(url, hash, question) {
    if (indirect.has(url)) return void 0;
    const headers = directHeaders(url, { settings, env: git.env, tokens: tokens2 });
    const remote = headers && { url, headers, timeoutMs: git.timeoutMs, hash };
    const answer = remote && await limit(serverOf(url), () => question(remote));
    if (answer === void 0) indirect.add(url);
    return answer;
  }
  async function byGit(url, question) {
    for (let attempt = 0; ; attempt++) {
      const reply = await limit(serverOf(url), question);
      if (reply.exitCode === 0) return reply;
      const failure = failureOf(reply);
      const pause2 = retryDelaysMs[attempt];
      if (!failure.transient || refusesObject(failure) || pause2 === void 0) return failure;
      await (0, import_promises7.setTimeout)(pause2);
    }
  }
}
var refusesObject = ({ said }) => /not our ref|unadvertised object|couldn't find remote ref|hung up unexpectedly/i.test(said);
function serverOf(url) {
  const { scheme, host } = locate(url);
  return `${scheme}://${host}`;
}
function readTips(refs) {
  const heads = /* @__PURE__ */ new Map();
  const tags = [];
  let head;
  for (const ref of refs) {
    if (ref.name.startsWith("refs/heads/")) heads.set(ref.name.slice("refs/heads/".length), ref.oid);
    else if (ref.name.startsWith("refs/tags/")) tags.push(ref);
    else if (ref.name === "HEAD") head = ref;
  }
  return {
    heads,
    tags,
    defaultBranch: head?.target?.replace(/^refs\/heads\//, ""),
    hash: refs[0] && hashOf(refs[0].oid)
  };
}
function asFailure(error2) {
  if (isFailure(error2)) return error2;
  throw error2;
}
function once2(memory, key, make) {
  let value2 = memory.get(key);
  if (!value2) {
    value2 = make();
    memory.set(key, value2);
  }
  return value2;
}

// src/submodules/session.ts
init_remotes();
init_tokens();
async function openSession(options) {
  const { env, timeoutMs, directory } = options;
  const git = await openRepository(directory, env, timeoutMs);
  const settings = await configuration(git, "^(remote\\..*\\.(url|pushurl)|branch\\..*\\.remote|url\\..*|http\\..*)$");
  const tokens2 = tokensFrom(env, options.tokenEnv);
  const config = await readConfig(git, options);
  const allRemotes = rootRemotesOf(settings);
  const local2 = createLimit(() => Math.max(2, (0, import_node_os2.availableParallelism)()));
  const facts = new FactStore(cacheDirectory(env));
  return {
    git,
    settings,
    config: { ...config, exclude: [...config.exclude, ...options.exclude] },
    remotes: requiredRoots(allRemotes, config, options),
    allRemotes,
    defaultRemote: defaultRemote(git, settings, allRemotes),
    local: local2,
    facts,
    tokens: tokens2,
    probe: createProbe({ git, settings, tokens: tokens2, facts, local: local2 }),
    async close() {
      await facts.save();
      await facts.prune(Date.now());
    }
  };
}
function cacheDirectory(env) {
  const base = env.FORGEJO_CI_TOOLKIT_CACHE || (0, import_node_path6.join)(env.XDG_CACHE_HOME || (0, import_node_path6.join)(env.HOME || "/tmp", ".cache"), "forgejo-ci-toolkit");
  return (0, import_node_path6.join)(base, "submodules");
}
async function readConfig(git, { config, directory }) {
  if (config !== void 0) {
    const content = await (0, import_promises8.readFile)((0, import_node_path6.resolve)(directory, config), "utf8").catch((error2) => {
      throw usage(`Cannot read ${config}: ${error2.message}`, "Name a file that exists with --config.", error2);
    });
    return parseConfigFile(content, config);
  }
  for (const file of configFiles) {
    const content = git.bare ? await showFile(git, "HEAD", file) : await (0, import_promises8.readFile)((0, import_node_path6.join)(git.dir, file), "utf8").catch(() => void 0);
    if (content !== void 0) return parseConfigFile(content, file);
  }
  return noConfig;
}
function defaultRemote(git, settings, remotes) {
  const branch = headBranch(git);
  const tracked = settings.findLast(([key]) => branch !== void 0 && key === `branch.${branch}.remote`)?.[1];
  const named = (name) => remotes.find((remote) => remote.name === name)?.name;
  return named(tracked) ?? named("origin") ?? remotes[0]?.name;
}
function requiredRoots(all, config, { require: require2, pushedTo }) {
  const asked2 = require2.length > 0 ? require2 : config.require;
  const names = [...pushedTo === void 0 ? [] : [pushedTo], ...asked2];
  if (names.length === 0) {
    if (all.length > 0) return [...all];
    throw problem("The root repository has no remote.", "Add one: git remote add origin URL");
  }
  return [...new Set(names)].map((name) => {
    const found = all.find((remote) => remote.name === name) ?? all.find((remote) => remote.url === name);
    if (found) return found;
    if (name === pushedTo) return { name, url: name };
    if (name in config.remotes) return { name, url: void 0 };
    const known2 = [...all.map((remote) => remote.name), ...Object.keys(config.remotes)];
    const close = nearest(name, known2);
    throw usage(
      `"${name}" is no remote of the root, and submodules.yaml has no URL for it${close ? `; did you mean "${close}"?` : "."}`,
      `Add it: git remote add ${name} URL, or in submodules.yaml: remotes: { ${name}: "https://${name}.example/{owner}/{name}.git" }`
    );
  });
}
async function targetsOf(session, options) {
  const { git, remotes } = session;
  const removed = options.allCommits;
  const everywhere = remotes.map(({ name }) => name);
  if (options.range !== void 0) {
    const [from, to] = await rangeEnds(git, options.range);
    const head = await resolveCommit(git, "HEAD");
    const commits = (await commitsOf(git, [to, `^${from}`])).map((commit) => ({ commit, remotes: everywhere }));
    const targets = [{ commit: to, history: { commits, removed }, base: from }];
    if (head !== void 0 && head !== to)
      targets.push({ commit: head, history: { commits: [], removed }, base: from });
    return targets;
  }
  if (options.commit !== void 0)
    return [{ commit: await needCommit(git, options.commit), history: { commits: [], removed }, base: void 0 }];
  if (options.prePush !== void 0) return pushedTargets(session, options.prePush, removed);
  return [await newOn(session, await needCommit(git, "HEAD"), removed)];
}
async function pushedTargets(session, lines3, removed) {
  const { git, remotes } = session;
  const updates = lines3.split("\n").filter((line) => line.trim() !== "").map((line) => {
    const [, local2, remote] = /([0-9a-f]+) \S+ ([0-9a-f]+)\s*$/.exec(line) ?? [];
    if (local2 !== void 0 && remote !== void 0) return { local: local2, remote };
    throw usage(
      `"${line.trim()}" on standard input is no line that git gives a pre-push hook.`,
      "Hand on what the hook gets: local ref, local oid, remote ref, remote oid."
    );
  });
  if (updates.length === 0) return [await newOn(session, await needCommit(git, "HEAD"), removed)];
  const targets = /* @__PURE__ */ new Map();
  for (const { local: local2, remote } of updates) {
    if (isNothing(local2)) continue;
    const commit = await resolveCommit(git, local2);
    if (commit === void 0) {
      if (await objectType(git, local2) !== void 0) continue;
      throw unknown(`${local2}, which is pushed, is not in ${git.dir}.`, "Run the check where the push comes from.");
    }
    const target = await pushedTarget(commit, remote);
    const before = targets.get(commit);
    const commits = [...before?.history.commits ?? [], ...target.history.commits];
    targets.set(commit, { ...target, history: { commits, removed } });
  }
  return [...targets.values()];
  async function pushedTarget(commit, remote) {
    const base = isNothing(remote) ? void 0 : await resolveCommit(git, remote);
    if (base === void 0) return newOn(session, commit, removed);
    const names = remotes.map(({ name }) => name);
    const commits = (await commitsOf(git, [commit, `^${base}`])).map((one) => ({ commit: one, remotes: names }));
    return { commit, base, history: { commits, removed } };
  }
}
async function newOn(session, commit, removed) {
  const { git, remotes } = session;
  const fresh = /* @__PURE__ */ new Map();
  let base;
  const branch = headBranch(git);
  for (const { name } of remotes) {
    if (!await hasTrackingRefs(git, name)) continue;
    for (const one of await commitsOf(git, [commit, "--not", `--remotes=${name}`]))
      fresh.set(one, [...fresh.get(one) ?? [], name]);
    base ??= branch && await resolveCommit(git, `refs/remotes/${name}/${branch}`);
  }
  return {
    commit,
    base,
    history: { commits: [...fresh].map(([one, names]) => ({ commit: one, remotes: names })), removed }
  };
}
async function rangeEnds(git, range) {
  const [, from, to] = /^(.+?)\.\.\.?(.*)$/.exec(range) ?? [];
  if (from === void 0) throw usage(`"${range}" is not a range.`, "Write it as --range origin/main..HEAD.");
  return [await needCommit(git, from), await needCommit(git, to || "HEAD")];
}
async function needCommit(git, revision) {
  const commit = await resolveCommit(git, revision);
  if (commit !== void 0) return commit;
  throw usage(`"${revision}" is no commit of ${git.dir}.`, "Name a branch, a tag or an oid that git rev-parse knows.");
}

// src/submodules/command.ts
init_survey();
init_tree();
var commas = (value2, before) => [
  ...before,
  ...value2.split(",").map((one) => one.trim()).filter(Boolean)
];
var directoryOption = () => new Option("-C, --directory <path>", "where the root repository is").default(".", "here");
var whereOptions = () => [
  new Option("--require <remote>", "remotes of the root that must have every commit, comma-separated or repeated").default([], "the remote pushed to, else all of the root’s remotes").argParser(commas),
  new Option("--exclude <path>", "leave out a submodule and what lies below it; repeatable").default([], "none").argParser((value2, before) => [...before, value2]),
  new Option(
    "--token-env <host=variable>",
    "the environment variable that holds a server’s token; for plain HTTP the host is http://host; repeatable"
  ).default([], "FORGEJO_TOKEN and GITHUB_TOKEN for their servers").argParser((value2, before) => [...before, value2]),
  directoryOption(),
  new Option("--timeout <duration>", "for one question to a remote").default("60s")
];
function directoryOf({ directory }) {
  const dir = (0, import_node_path9.resolve)(directory);
  if (!(0, import_node_fs6.existsSync)(dir))
    throw usage(`--directory ${directory}: there is no ${dir}.`, "Name the root repository’s directory.");
  return dir;
}
function sessionFor(options, io, pushedTo) {
  const seconds2 = parseDuration(options.timeout);
  if (!seconds2) throw usage(`--timeout ${options.timeout} is not a duration.`, "Write it as 30s or 2m.");
  return openSession({
    directory: directoryOf(options),
    env: io.env,
    timeoutMs: seconds2 * 1e3,
    config: options.config,
    require: options.require,
    exclude: options.exclude,
    tokenEnv: options.tokenEnv,
    pushedTo
  });
}
var check = async (_args, options, io) => {
  if (options.commit !== void 0 && options.range !== void 0)
    throw usage("--commit and --range exclude each other.", "Give one of them.");
  const session = await sessionFor(options, io, options.prePush);
  const prePush = options.prePush === void 0 ? void 0 : await standardInput();
  const targets = await targetsOf(session, {
    commit: options.commit,
    range: options.range,
    prePush,
    allCommits: options.allCommits === true
  });
  const result = await checkTargets(session, targets, options.requireBranch === true);
  await session.close();
  const verbose = options.verbose === true;
  return {
    exit: exitOf(result, options.allowUnknown === true),
    result,
    text: (view) => {
      if (prePush === void 0) return checkText(result, view, verbose);
      const fine = result.submodules.every(({ severity }) => severity === "ok");
      return fine && !verbose ? "" : checkText(result, { ...view, layout: "aligned" }, verbose);
    },
    markdown: () => checkMarkdown(result)
  };
};
var elsewhere = ({ git }) => git.dir === process.cwd() ? void 0 : git.dir;
async function checkTargets(session, targets, requireBranch) {
  const policy = {
    requireBranch: requireBranch || session.config.requireBranch,
    rootRemotes: session.remotes,
    directory: elsewhere(session)
  };
  const surveys = await Promise.all(targets.map(({ commit, history }) => survey(session, commit, history)));
  const notes = await Promise.all(targets.map((target) => renamed(session, target)));
  return withNotes(judge(surveys, policy), notes.flat());
}
async function renamed(session, { commit, base }) {
  if (base === void 0 || base === commit) return [];
  const state = async (at) => {
    const recorded = await recordedLocally(session.git, at);
    const { gitlinks } = recorded ? await submodulesOf(recorded, session.git) : { gitlinks: [] };
    return gitlinks.flatMap(({ path: path6, entry }) => entry ? [{ name: entry.name, path: path6, url: entry.url }] : []);
  };
  return renames(await state(base), await state(commit));
}
var pushVerb = async (_args, options, io) => {
  const { pushAll: pushAll2 } = await Promise.resolve().then(() => (init_push(), push_exports));
  const session = await sessionFor(options, io);
  const [target] = await targetsOf(session, {
    commit: void 0,
    range: void 0,
    prePush: void 0,
    allCommits: false
  });
  const journal = (0, import_node_path9.join)(stateDirectory(io.env), "journal.jsonl");
  const result = await pushAll2(
    session,
    target,
    {
      dryRun: options.dryRun === true,
      yes: options.yes === true,
      branch: options.branch,
      audit: ({ applied, steps }) => appendAudit(journal, {
        tool: tool.name,
        action: "push",
        outcome: applied ? "done" : "failed",
        details: {
          root: session.git.dir,
          steps: steps.map(({ title, outcome, error: error2 }) => ({ title, outcome, error: error2 }))
        }
      })
    },
    io
  ).catch((error2) => {
    if (!(error2 instanceof ToolError)) throw error2;
    throw new ToolError(error2.kind, error2.message, runIn(elsewhere(session), error2.fix), error2.cause);
  });
  await session.close();
  return { exit: exitCode.ok, result, text: (view) => pushText(result, options.dryRun === true, view) };
};
var status = async (_args, options, io) => {
  const { statusOf: statusOf2, statusText: statusText2 } = await Promise.resolve().then(() => (init_status(), status_exports));
  const session = await sessionFor(options, io);
  const [target] = await targetsOf(session, {
    commit: "HEAD",
    range: void 0,
    prePush: void 0,
    allCommits: false
  });
  const result = await statusOf2(session, target.commit);
  await session.close();
  return { exit: exitCode.ok, result, text: (view) => statusText2(result, view) };
};
var installHook = async (_args, options, io) => {
  const { planHook: planHook2 } = await Promise.resolve().then(() => (init_hook(), hook_exports));
  const git = await openRepository(directoryOf(options), io.env, 6e4);
  const program2 = [process.execPath, (0, import_node_path9.resolve)(process.argv[1] ?? "submodule-push-check")];
  const flags = [
    ...options.allowUnknown ? ["--allow-unknown"] : [],
    ...options.requireBranch ? ["--require-branch"] : [],
    ...options.config === void 0 ? [] : ["--config", options.config]
  ];
  const dryRun = options.dryRun === true;
  const { keeper, file, next, plan } = await planHook2(git, program2, flags, options.yes === true || dryRun);
  const report2 = await runPlan(plan, void 0, { dryRun });
  if (report2.error !== void 0) throw report2.error;
  const result = { keeper, file, next, applied: report2.applied && plan.steps.length > 0, steps: report2.steps };
  const words = plan.steps.length === 0 ? "Installed already" : options.dryRun ? "Would be installed" : "Installed";
  return {
    exit: exitCode.ok,
    result,
    text: () => [
      `${words} in ${file}${keeper === "git" ? "" : ` (kept by ${keeper})`}.`,
      ...next === null ? [] : [next],
      ...options.dryRun ? report2.steps.flatMap(({ title, commands }) => [title, ...commands.map((line) => `  ${line}`)]) : []
    ].join("\n")
  };
};
async function standardInput() {
  let text2 = "";
  for await (const chunk of process.stdin) text2 += chunk;
  return text2;
}
var tool = {
  name: "submodule-push-check",
  summary: "Makes sure that a root repository never points at a submodule commit that a remote does not have.",
  defaultVerb: "check",
  verbs: [
    {
      usage: "check",
      summary: "ask every remote whether it has every recorded commit, at every depth",
      options: [
        new Option("--commit <rev>", "check this commit of the root alone"),
        new Option("--range <a..b>", "check b, and every commit on the way from a"),
        new Option("--require-branch", "a commit in no branch that counts is a problem, not a warning"),
        new Option("--allow-unknown", "leave with 0 when the only trouble is remotes that could not be asked"),
        new Option("--all-commits", "also check gitlinks that the last commit no longer has"),
        new Option("--pre-push <remote>", "as git’s pre-push hook: what is pushed comes on standard input"),
        ...whereOptions()
      ],
      examples: [
        ["submodule-push-check", "check HEAD against all remotes of the root"],
        ["submodule-push-check check --require origin,alm", "both must have everything"],
        ["submodule-push-check check --range origin/main..HEAD --json", "every commit of a range, for a script"]
      ],
      handler: check
    },
    {
      usage: "push",
      summary: "push what is missing: submodules first, deepest first, then the root, to every required remote",
      description: "Refuses what would be a surprise: uncommitted changes, a rewritten branch, forbidden files. Asks every remote whether all of it arrived before the root goes. After a failure the same command goes on where it stopped.",
      options: [
        new Option("--branch <name>", "the branch submodules go to, in place of the one each has checked out"),
        ...whereOptions()
      ],
      examples: [
        ["submodule-push-check push --dry-run", "show what would go where"],
        ["submodule-push-check push --require origin,alm --yes", "push everything to both without asking"]
      ],
      handler: pushVerb
    },
    {
      usage: "status",
      summary: "one table: what is recorded, what is checked out, what each remote says",
      options: whereOptions(),
      examples: [["submodule-push-check status", "all submodules at every depth"]],
      handler: status
    },
    {
      usage: "install-hook",
      summary: "check before every git push (pre-push hook; lefthook and husky are respected)",
      options: [
        new Option("--allow-unknown", "let pushes through when remotes could not be asked"),
        new Option("--require-branch", "stop pushes of commits that are in no branch that counts"),
        directoryOption()
      ],
      examples: [["submodule-push-check install-hook --dry-run", "show what would be written where"]],
      handler: installHook
    }
  ]
};

// src/submodules/action.ts
var token = getInput("token");
if (token !== "") {
  setSecret(token);
  hideSecret(token);
  process.env[process.env.FORGEJO_ACTIONS === "true" ? "FORGEJO_TOKEN" : "GITHUB_TOKEN"] ||= token;
}
await runAction(tool, {
  secrets: ["token"],
  outputs(outcome) {
    const result = outcome.result;
    if (!result?.submodules || !result.counts) return {};
    annotate(result.submodules);
    const wrong = result.submodules.filter((one) => one.severity === "error");
    return {
      problems: result.counts.problems,
      unknown: result.counts.unknown,
      paths: wrong.map(({ path: path6 }) => path6).join("\n")
    };
  }
});
function annotate(submodules) {
  if (process.env.FORGEJO_ACTIONS === "true") return;
  for (const one of submodules) {
    if (one.severity === "ok" || one.severity === "note") continue;
    const place = one.line === null ? { file: one.depth === 1 ? one.path : ".gitmodules" } : { file: ".gitmodules", startLine: one.line };
    const text2 = `${one.path}: ${one.message} Fix: ${one.fix}`;
    const properties = { title: `submodule-push-check: ${one.class}`, ...place };
    if (one.severity === "warning" || isUnknown(one)) warning(text2, properties);
    else error(text2, properties);
  }
}
