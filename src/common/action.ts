import { appendFile } from 'node:fs/promises';
import * as core from '@actions/core';
import { type Outcome, optionsOf, runTool, type Tool, type Verb, verbName } from './command.ts';
import { messageOf, usage } from './errors.ts';
import { exitCode } from './exit.ts';
import type { Io } from './io.ts';
import { nearest } from './nearest.ts';
import { plainView } from './output/table.ts';
import { hideSecret, redact, redactValue } from './redact.ts';

export interface ActionOptions {
  /** Inputs that hold a secret: masked before anything is printed. */
  readonly secrets: readonly string[];
  /** The input that names the verb; `command` by default. A tool with a flag of that name needs another. */
  readonly verbInput?: string;
  /** Outputs beside `result` (the result object as JSON) and `exit-code`. */
  outputs(outcome: Outcome): Readonly<Record<string, string | number | boolean>>;
}

/**
 * A tool as an action: the input `command` (or `verbInput`) names the verb, the other inputs are its flags and arguments by the same words.
 * People read the log (a Forgejo run page shows neither job summaries nor annotations), so everything is printed there;
 * the summary file and `::error` are written as well, for GitHub.
 */
export async function runAction(tool: Tool, { secrets, outputs, verbInput = 'command' }: ActionOptions): Promise<void> {
  try {
    for (const name of secrets) {
      const value = core.getInput(name);
      for (const part of value.split(/\r?\n/).filter((line) => line.length > 3)) core.setSecret(part);
      hideSecret(value);
    }
    const argv = argumentsFromInputs(tool, (name) => core.getInput(name), verbInput);
    const io = actionIo();
    await io.write(`${redact(`${tool.name} ${argv[0]}`)}\n`);
    const outcome = await runTool(tool, argv, io);
    for (const [name, value] of Object.entries(outputs(outcome))) core.setOutput(name, value);
    core.setOutput('result', JSON.stringify(redactValue(outcome.result ?? null)));
    core.setOutput('exit-code', outcome.exit);
    await writeSummary(tool, argv[0]!, outcome);
    finish(tool, outcome);
  } catch (error) {
    core.setFailed(messageOf(error));
    process.exitCode = exitCode.usage;
  }
}

/**
 * The argument list that an action's inputs stand for.
 * @param input answers with an input's value, '' when it was not given
 * @param verbInput the input that names the verb
 */
export function argumentsFromInputs(tool: Tool, input: (name: string) => string, verbInput = 'command'): string[] {
  const command = input(verbInput);
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
  const positional = argumentNames(verb).flatMap((name) => lines(input(name)).flatMap((line) => line.split(/\s+/)));
  return [command, ...flags, ...(positional.length > 0 ? ['--', ...positional] : [])];
}

const lines = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);

/** `reset [run...]` → `['run']`. */
const argumentNames = (verb: Verb): string[] =>
  [...verb.usage.matchAll(/[<[]([a-z-]+)(?:\.\.\.)?[>\]]/g)].map(([, name]) => name!);

function actionIo(): Io {
  return {
    env: process.env,
    view: plainView,
    interactive: false,
    // Standard output and error share one log; one stream keeps their order.
    write: (text) => new Promise((resolve) => process.stdout.write(text, () => resolve())),
    note: (text) => void process.stdout.write(`${redact(text)}\n`),
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
