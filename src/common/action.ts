import { appendFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import * as core from '@actions/core';
import { explain, type Outcome, optionsOf, runTool, shownJson, type Tool, type Verb, verbName } from './command.ts';
import { messageOf, usage } from './errors.ts';
import { exitCode } from './exit.ts';
import type { Io } from './io.ts';
import { nearest } from './nearest.ts';
import { harmlessStyled } from './output/style.ts';
import { plainView } from './output/table.ts';
import { hideSecret, redact } from './redact.ts';

export interface ActionOptions {
  /** Inputs that hold a secret: masked before anything is printed. */
  readonly secrets: readonly string[];
  /** The input that names the verb; `command` by default. A tool with a flag of that name needs another. */
  readonly verbInput?: string;
  /** Outputs beside `result` (the result object as JSON) and `exit-code`. */
  outputs(outcome: Outcome): Readonly<Record<string, string | number | boolean>>;
}

/**
 * A tool as an action: the input `command` (or `verbInput`) names the verb, the other inputs are its flags and arguments
 * by the same words.
 * People read the log (a Forgejo run page shows neither job summaries nor annotations), so everything is printed there;
 * the summary file and `::error` are written as well, for GitHub.
 */
export async function runAction(tool: Tool, { secrets, outputs, verbInput }: ActionOptions): Promise<void> {
  for (const name of secrets) {
    const value = core.getInput(name);
    const parts = [...value.split(/\r?\n/), ...passwordsOf(value)].filter((part) => part.length > 3);
    for (const part of parts) {
      core.setSecret(part);
      hideSecret(part);
    }
  }
  const io = actionIo();
  const outcome = await run(tool, io, verbInput);
  try {
    // @actions/core knows GitHub's name only, and prints an outdated command where the variable is missing.
    process.env.GITHUB_OUTPUT ||= process.env.FORGEJO_OUTPUT ?? '';
    for (const [name, value] of Object.entries(outputs(outcome))) core.setOutput(name, value);
    core.setOutput('result', shownJson(outcome));
    core.setOutput('exit-code', outcome.exit);
    await writeSummary(tool, core.getInput(verbInput ?? 'command'), outcome);
  } catch (error) {
    // What was done is done: its exit code stands.
    io.note(`The outputs could not be written: ${messageOf(error)}`);
  }
  finish(tool, outcome);
}

/** The password in a URL, as written and as meant: later output may hold it without the URL. */
function passwordsOf(value: string): string[] {
  const { password, username } = URL.canParse(value) ? new URL(value) : { password: '', username: '' };
  // Repeating the user's name it is no secret, and a runner that masks it would eat half the log.
  if (password === username) return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

async function run(tool: Tool, io: Io, verbInput: string | undefined): Promise<Outcome> {
  try {
    const argv = argumentsFromInputs(tool, (name) => core.getInput(name), verbInput);
    await io.write(`${tool.name} ${argv[0]}\n`);
    return await runTool(tool, argv, io);
  } catch (error) {
    return explain(error, tool, io);
  }
}

/**
 * The argument list that an action's inputs stand for.
 * @param input answers with an input's value, '' when it was not given
 * @param verbInput the input that names the verb
 * @throws ToolError (usage) for a verb that is not known and for a switch that is neither true nor false
 */
export function argumentsFromInputs(tool: Tool, input: (name: string) => string, verbInput = 'command'): string[] {
  const command = input(verbInput) || (tool.defaultVerb ?? '');
  const verb = tool.verbs.find((candidate) => verbName(candidate) === command);
  if (!verb) {
    const names = tool.verbs.map(verbName);
    const close = nearest(command, names);
    throw usage(
      `Input "${verbInput}" is "${command}", which ${tool.name} does not know${close ? `: did you mean "${close}"?` : '.'}`,
      `Use one of: ${names.join(', ')}.`,
    );
  }
  const flags = optionsOf(verb).flatMap((option) => {
    const name = option.long?.slice(2);
    const value = name ? input(name) : '';
    if (!name || value === '' || option.long === '--json') return [];
    if (option.isBoolean()) {
      if (!/^(true|false)$/i.test(value)) throw usage(`Input "${name}" is "${value}".`, 'Write true or false.');
      return /^true$/i.test(value) ? [`--${name}`] : [];
    }
    const values = option.variadic || Array.isArray(option.defaultValue) ? lines(value) : [value];
    return values.map((one) => `--${name}=${one}`);
  });
  const positional = argumentsOf(verb).flatMap(({ name, several }) =>
    lines(input(name)).flatMap((line) => (several ? line.split(/\s+/) : [line])),
  );
  return [command, ...flags, ...(positional.length > 0 ? ['--', ...positional] : [])];
}

const lines = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);

/** `reset [run...]` → run, several. */
const argumentsOf = (verb: Verb): { name: string; several: boolean }[] =>
  [...verb.usage.matchAll(/[<[]([\w-]+)(\.\.\.)?[>\]]/g)].map(([, name, dots]) => ({
    name: name!,
    several: dots !== undefined,
  }));

function actionIo(): Io {
  return {
    env: process.env,
    view: plainView,
    interactive: false,
    // Standard output and error share one log; one stream keeps their order.
    write: (text) => new Promise((resolve) => process.stdout.write(text, () => resolve())),
    note: (text) => void process.stdout.write(`${harmlessStyled(redact(text))}\n`),
    pause: (milliseconds) => pause(milliseconds),
    ask: async () => false,
  };
}

async function writeSummary(tool: Tool, verb: string, outcome: Outcome): Promise<void> {
  const file = process.env.FORGEJO_STEP_SUMMARY || process.env.GITHUB_STEP_SUMMARY;
  if (!file) return;
  const body = outcome.markdown?.() ?? fence(outcome.text?.(plainView) ?? '');
  if (body !== '') await appendFile(file, redact(`## ${tool.name} ${verb}\n\n${body}\n`));
}

const fence = (text: string): string => (text === '' ? '' : `\`\`\`\`\n${text.replaceAll('````', "'```")}\n\`\`\`\``);

function finish(tool: Tool, outcome: Outcome): void {
  const tolerated = outcome.exit === exitCode.problem && /^false$/i.test(core.getInput('fail-on-findings'));
  if (outcome.exit === exitCode.ok || tolerated) return;
  process.exitCode = outcome.exit;
  const words = { 1: 'found a problem', 2: 'could not tell', 64: 'was used wrongly' }[outcome.exit];
  // Forgejo prints workflow commands as they are; a plain line reads better there.
  if (process.env.FORGEJO_ACTIONS !== 'true')
    core.error(`${tool.name} ${words} (exit code ${outcome.exit}); see the log above.`);
}
