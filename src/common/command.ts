import { type Argument, Command, CommanderError, Help, Option } from 'commander';
import { messageOf, ToolError, usage } from './errors.ts';
import { type ExitCode, exitCode } from './exit.ts';
import { type Io, ReaderGone } from './io.ts';
import { nearest } from './nearest.ts';
import { harmlessStyled } from './output/style.ts';
import type { View } from './output/table.ts';
import { redact, redactedJson } from './redact.ts';

/** What a verb answers: one result object that the command, the action and `--json` all show. */
export interface Outcome<Result = unknown> {
  readonly exit: ExitCode;
  readonly result: Result;
  /** The result for people. Left out by verbs that wrote while they worked. */
  text?(view: View): string;
  /** The result as Markdown, for a job summary. Without one the summary shows `text`. */
  markdown?(): string;
  /** A file is shown, which must come through byte by byte: nothing in it is hidden, and its maker kept secrets out of it. */
  readonly verbatim?: true;
}

/** The flags that every verb of every tool takes. */
export interface CommonOptions {
  readonly json?: true;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly config?: string;
}

export type Handler<Options> = (args: readonly string[], options: Options & CommonOptions, io: Io) => Promise<Outcome>;

export interface Verb {
  /** As commander takes it: `show <run>`, `reset [run...]`. */
  readonly usage: string;
  readonly summary: string;
  /** Longer help, shown under the summary. */
  readonly description?: string;
  readonly options?: readonly Option[];
  /** `[command line, what it does]`, shown under the options. */
  readonly examples: readonly (readonly [string, string])[];
  // biome-ignore lint/suspicious/noExplicitAny: each verb names its own options; commander hands them over untyped.
  readonly handler: Handler<any>;
}

export interface Tool {
  readonly name: string;
  readonly summary: string;
  readonly verbs: readonly Verb[];
  /** The verb that runs when none is named. */
  readonly defaultVerb?: string;
}

const commonOptions = () => [
  new Option('--json', 'print the result object, and nothing else, on standard output'),
  new Option('-y, --yes', 'do it without asking'),
  new Option('--dry-run', 'show what would be done, change nothing'),
  new Option('-q, --quiet', 'no progress or notes on standard error'),
  new Option('-v, --verbose', 'more about what is being done, on standard error'),
  new Option('--config <file>', 'configuration file'),
];

/** The flags of one verb, the common ones included: what an action maps its inputs to. */
export const optionsOf = (verb: Verb): readonly Option[] => [...(verb.options ?? []), ...commonOptions()];

export const verbName = (verb: Verb): string => verb.usage.split(' ', 1)[0]!;

/**
 * Runs a tool with an argument list and answers with the verb's outcome. Never throws for what a user can cause:
 * wrong usage and failures are outcomes too, already explained on `io`.
 *
 * @param argv the arguments behind the command's name
 */
export async function runTool(tool: Tool, argv: readonly string[], io: Io): Promise<Outcome> {
  const words = verbFirst(tool, argv);
  const flags = words.slice(0, words.includes('--') ? words.indexOf('--') : undefined);
  const json = flags.includes('--json');
  let outcome: Outcome | undefined;
  const program = buildProgram(tool, io, async (verb, args, options) => {
    const quiet = options.quiet === true;
    outcome = await verb.handler(args, options, quiet ? { ...io, note: () => {}, live: () => {} } : io);
  });
  let told: unknown;
  const tell = (error: unknown) => {
    outcome = explain(error, tool, io, {
      verbose: flags.includes('--verbose') || flags.includes('-v'),
      verb: tool.verbs.map(verbName).find((name) => name === words[0]) ?? '',
    });
    told = error;
  };
  try {
    try {
      knowsVerb(tool, words[0]);
      await program.parseAsync(words, { from: 'user' });
      if (!outcome) throw new Error('No verb ran.');
    } catch (error) {
      // Help and version are thrown as well, after they were printed.
      if (error instanceof CommanderError && error.exitCode === 0) return { exit: exitCode.ok, result: null };
      tell(error);
    }
    if (json) await io.write(`${shownJson(outcome!, 2)}\n`);
    else {
      const text = shownText(outcome!, io.view);
      if (text !== '') await io.write(`${text}\n`);
    }
  } catch (error) {
    // What standard output does not take is told once, not again for the JSON of what was told.
    if (error instanceof ToolError && error !== told) tell(error);
    else if (!(error instanceof ReaderGone || error === told)) throw error;
  }
  return outcome ?? { exit: exitCode.ok, result: null };
}

/** An outcome's text, safe to print: no secret, and no terminal escape but our own colours. '' where it has none. */
export const shownText = (outcome: Outcome, view: View): string => {
  const text = outcome.text?.(view) ?? '';
  return harmlessStyled(outcome.verbatim ? text : redact(text));
};

/** An outcome's result object as JSON, safe to print. */
export const shownJson = ({ result, verbatim }: Outcome, indent?: number): string =>
  verbatim ? JSON.stringify(result, null, indent) : redactedJson(result, indent);

/** `--json runs` means `runs --json`, and `-C DIR push` means `push -C DIR`. */
function verbFirst(tool: Tool, argv: readonly string[]): string[] {
  const words = (options: readonly Option[]) => new Set(options.flatMap(({ long, short }) => [long, short]));
  const flags = words(commonOptions().filter((option) => option.isBoolean()));
  const valued = words(tool.verbs.flatMap(optionsOf).filter(({ required }) => required));
  let at = 0;
  for (let word = argv[0]; word !== undefined; word = argv[at]) {
    if (flags.has(word) || valued.has(word.split('=', 1)[0])) at += valued.has(word) ? 2 : 1;
    else break;
  }
  return at === 0 || at >= argv.length ? [...argv] : [argv[at]!, ...argv.slice(0, at), ...argv.slice(at + 1)];
}

/** A tool with a default verb that takes no argument would call a misspelt verb an argument too many. */
function knowsVerb(tool: Tool, word: string | undefined): void {
  const names = tool.verbs.map(verbName);
  const standard = tool.verbs.find((verb) => verbName(verb) === tool.defaultVerb);
  if (!standard || standard.usage !== verbName(standard)) return;
  if (word === undefined || word.startsWith('-') || word === 'help' || names.includes(word)) return;
  const close = nearest(word, names);
  throw usage(
    `${tool.name} has no verb "${word}"${close ? `; did you mean "${close}"?` : '.'}`,
    `Use one of: ${names.join(', ')}; more with ${tool.name} --help.`,
  );
}

/** Tells the person what was thrown, and answers with the outcome it stands for: `{"error": {"message", "fix"}}`. */
export function explain(error: unknown, tool: Tool, io: Io, { verbose = false, verb = '' } = {}): Outcome {
  if (error instanceof ReaderGone) throw error;
  if (error instanceof CommanderError) {
    // commander has printed the message itself.
    const message = error.code === 'commander.help' ? 'No verb was given.' : error.message.replace(/^error: /, '');
    const fix = [tool.name, verb, '--help'].filter(Boolean).join(' ');
    io.note(`next: ${fix}`);
    return { exit: exitCode.usage, result: { error: { message: redact(message), fix } } };
  }
  const known = error instanceof ToolError;
  const message = messageOf(error);
  const fix = known ? error.fix : 'This is a defect: please report it with the command line and --verbose output.';
  io.note(`${io.view.style.bad('error:')} ${message}`);
  io.note(`next:  ${fix}`);
  if (verbose && error instanceof Error && (!known || error.cause))
    io.note(String((known ? error.cause : error.stack) ?? ''));
  return { exit: known ? error.exit : exitCode.unknown, result: { error: { message, fix } } };
}

type Run = (verb: Verb, args: readonly string[], options: CommonOptions) => Promise<void>;

function buildProgram(tool: Tool, io: Io, run: Run): Command {
  const program = new Command(tool.name).description(tool.summary).enablePositionalOptions();
  // `process.env.TOOLKIT_VERSION` is a constant that the bundler fills in.
  program.version(process.env.TOOLKIT_VERSION ?? 'development', '-V, --version', 'print the version');
  program.addHelpText(
    'after',
    () =>
      `\nExit codes: 0 nothing wrong, or done; 1 a problem was found; 2 could not tell; 64 used wrongly.\nMore about a verb: ${tool.name} VERB --help`,
  );
  configure(program, io);
  for (const verb of tool.verbs) {
    const command = program.command(verb.usage, { isDefault: verbName(verb) === tool.defaultVerb });
    command
      .summary(verb.summary)
      .description(verb.description ? `${verb.summary}\n\n${verb.description}` : verb.summary);
    for (const option of optionsOf(verb)) {
      // Before commander's own listener, which may make a list without a member of it.
      command.on(`option:${option.name()}`, (value: unknown) => refuseEmpty(option, value));
      command.addOption(option);
    }
    if (verb.examples.length > 0) command.addHelpText('after', () => `\nExamples:\n${examples(verb)}`);
    configure(command, io);
    command.action(async (...parameters: unknown[]) => {
      const args = (parameters.slice(0, -2) as (string | string[] | undefined)[]).flatMap((value) => value ?? []);
      await run(verb, args, parameters.at(-2) as CommonOptions);
    });
  }
  return program;
}

/** A script whose variable is empty means one job and says `--job ''`: that must not come to mean all of them. */
function refuseEmpty({ long, short }: Option, value: unknown): void {
  if (typeof value !== 'string' || value.trim() !== '') return;
  const flag = long ?? short;
  throw usage(`${flag} is empty.`, `Give it a value, or leave ${flag} out. Is a variable of the script not set?`);
}

function examples(verb: Verb): string {
  const width = Math.max(...verb.examples.map(([line]) => line.length));
  return verb.examples.map(([line, what]) => `  $ ${line.padEnd(width)}  ${what}`).join('\n');
}

function configure(command: Command, io: Io): void {
  command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({
      sortSubcommands: false,
      showGlobalOptions: true,
      argumentTerm: (argument: Argument) => Help.prototype.argumentTerm(argument),
    })
    .configureOutput({
      // A reader of the help that went away is no news.
      writeOut: (text) => void io.write(text).catch(() => {}),
      writeErr: (text) => io.note(text.trimEnd()),
      outputError: (text) => io.note(text.trimEnd()),
      getOutHelpWidth: () => (Number.isFinite(io.view.columns) ? io.view.columns : 100),
    });
}

/** Runs a tool as this process: prints, and leaves the exit code. */
export async function main(tool: Tool, io: Io, argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  const { exit } = await runTool(tool, argv, io);
  process.exitCode = exit;
}
