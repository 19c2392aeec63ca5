import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { withTables } from '../../scripts/action-tables.mjs';
import { argumentsFromInputs } from '../../src/common/action.ts';
import { optionsOf, type Tool, type Verb, verbName } from '../../src/common/command.ts';
import { deployBinary } from '../../src/deploy/command.ts';
import { ciDoctor } from '../../src/doctor/command.ts';
import { tool as submodulePushCheck } from '../../src/submodules/command.ts';
import { actionNames, definition, definitionText, exampleSteps, readme } from '../support/action-files.ts';

interface Action {
  readonly tool: Tool;
  /** The input that names the verb. */
  readonly verbInput: string;
  /** The verbs that a job has a use for; without it, all. */
  readonly verbs?: readonly string[];
  /** Inputs that are no flag. */
  readonly own: readonly string[];
  /** Flags that a job has no use for. */
  readonly left: readonly string[];
}

// The result object is the output `result` already, so no action takes `json`.
const actions: Readonly<Record<string, Action>> = {
  'ci-doctor': {
    tool: ciDoctor,
    verbInput: 'command',
    // A step asks the API with what it is made for.
    verbs: ciDoctor.verbs.map(verbName).filter((name) => name !== 'api'),
    own: ['fail-on-findings', 'token'],
    left: ['json'],
  },
  'deploy-binary': {
    tool: deployBinary,
    // `command` is the command that starts the service.
    verbInput: 'verb',
    // The workflow that `matrix` writes is committed, not made by a job.
    verbs: ['run', 'plan', 'status', 'history', 'rollback', 'verify', 'unlock', 'restore'],
    own: [],
    left: ['json', 'quiet'],
  },
  'submodule-push-check': {
    tool: submodulePushCheck,
    verbInput: 'command',
    verbs: ['check', 'status'],
    own: ['fail-on-findings', 'token'],
    left: ['json', 'quiet', 'yes', 'dry-run', 'pre-push'],
  },
};

test('every action is looked at here', () => {
  expect(actionNames).toEqual(Object.keys(actions).sort());
});

describe.each(Object.entries(actions))('%s', (name, { tool, verbInput, verbs: usable, own, left }) => {
  const { inputs, outputs, runs } = definition(name);
  const verbs = tool.verbs.filter((verb) => usable === undefined || usable.includes(verbName(verb)));
  const wordsOf = (verb: Verb) => [
    ...optionsOf(verb).map((option) => option.long!.slice(2)),
    ...[...verb.usage.matchAll(/[<[]([a-z-]+)(?:\.\.\.)?[>\]]/g)].map(([, word]) => word!),
  ];

  test('its inputs are the flags and arguments of the verbs', () => {
    const words = new Set(verbs.flatMap(wordsOf));
    for (const word of left) expect(words.delete(word), word).toBe(true);
    expect(Object.keys(inputs).sort()).toEqual([...words, verbInput, ...own].sort());
  });

  test('every verb takes every input that is said to be for it, and no other names it', () => {
    for (const [input, { description }] of Object.entries(inputs)) {
      const named = /^For ([a-z, -]+):/.exec(description)?.[1]?.split(/, | and /);
      if (!named) continue;
      const takers = verbs.filter((verb) => wordsOf(verb).includes(input)).map(verbName);
      expect(takers, input).toEqual(expect.arrayContaining(named));
      // The flags that all verbs take are explained by the verbs on which they do something.
      if (takers.length < verbs.length) expect([...named].sort(), input).toEqual([...takers].sort());
    }
  });

  // The verbs of the others do one thing in several ways, and share nearly all.
  if (name === 'ci-doctor')
    test('an input of one verb alone says whose it is', () => {
      const shared = verbs.map(wordsOf).reduce((all, words) => all.filter((word) => words.includes(word)));
      const silent = Object.entries(inputs).filter(([, { description }]) => !description.startsWith('For '));
      for (const [input] of silent) expect([...shared, verbInput, ...own], input).toContain(input);
    });

  test('the input for the verb names every verb', () => {
    for (const verb of verbs) expect(inputs[verbInput]!.description).toContain(verbName(verb));
  });

  test('each input reaches the verb as its flag or argument', () => {
    for (const verb of verbs) {
      const options = optionsOf(verb);
      for (const input of wordsOf(verb)) {
        if (left.includes(input)) continue;
        const option = options.find(({ long }) => long === `--${input}`);
        const given: Record<string, string> = {
          [verbInput]: verbName(verb),
          [input]: option?.isBoolean() ? 'true' : 'x',
        };
        const expected = option ? [option.isBoolean() ? `--${input}` : `--${input}=x`] : ['--', 'x'];
        expect(argumentsFromInputs(tool, (word) => given[word] ?? '', verbInput)).toEqual([
          verbName(verb),
          ...expected,
        ]);
      }
    }
  });

  test('its outputs are documented, result and exit code among them', () => {
    expect(Object.keys(outputs)).toEqual(expect.arrayContaining(['result', 'exit-code']));
  });

  test('it runs the committed bundle, on the oldest Node that runners have', () => {
    expect(runs.using).toBe('node20');
    expect(existsSync(new URL(`../../actions/${name}/${runs.main}`, import.meta.url))).toBe(true);
  });

  test('the tables of its README are those of action.yml (else: node scripts/action-tables.mjs)', () => {
    expect(readme(name)).toBe(withTables(readme(name), definitionText(name)));
  });

  test('the workflows of its README use inputs that exist', () => {
    const used = exampleSteps(name).filter(({ uses }) => uses?.includes(`/actions/${name}@`));
    expect(used.length).toBeGreaterThan(0);
    for (const step of used) expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
  });
});
