import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { withTables } from '../../scripts/action-tables.mjs';
import { argumentsFromInputs } from '../../src/common/action.ts';
import { optionsOf, type Tool, type Verb, verbName } from '../../src/common/command.ts';
import { ciDoctor } from '../../src/doctor/command.ts';
import { actionNames, definition, definitionText, exampleWorkflows, readme } from '../support/action-files.ts';

const tools: Readonly<Record<string, Tool>> = { 'ci-doctor': ciDoctor };

test('every action has its tool here', () => {
  expect(actionNames).toEqual(Object.keys(tools).sort());
});

describe.each(Object.entries(tools))('%s', (name, tool) => {
  const { inputs, outputs, runs } = definition(name);
  const wordsOf = (verb: Verb) => [
    ...optionsOf(verb).map((option) => option.long!.slice(2)),
    ...[...verb.usage.matchAll(/[<[]([a-z-]+)(?:\.\.\.)?[>\]]/g)].map(([, word]) => word!),
  ];

  test('its inputs are the flags and arguments of the verbs', () => {
    const words = new Set(tool.verbs.flatMap(wordsOf));
    // The result object is the output `result` already.
    words.delete('json');
    expect(Object.keys(inputs).sort()).toEqual([...words, 'command', 'fail-on-findings'].sort());
  });

  test('every verb takes every input that is said to be for it, and no other names it', () => {
    for (const [input, { description }] of Object.entries(inputs)) {
      const named = /^For ([a-z, -]+):/.exec(description)?.[1]?.split(/, | and /);
      if (!named) continue;
      const takers = tool.verbs.filter((verb) => wordsOf(verb).includes(input)).map(verbName);
      expect(takers, input).toEqual(expect.arrayContaining(named));
      // The flags that all verbs take are explained by the verbs on which they do something.
      if (takers.length < tool.verbs.length) expect([...named].sort(), input).toEqual([...takers].sort());
    }
  });

  test('an input of one verb alone says whose it is', () => {
    const shared = tool.verbs.map(wordsOf).reduce((all, words) => all.filter((word) => words.includes(word)));
    const silent = Object.entries(inputs).filter(([, { description }]) => !description.startsWith('For '));
    for (const [input] of silent) expect([...shared, 'command', 'fail-on-findings'], input).toContain(input);
  });

  test('command names every verb', () => {
    for (const verb of tool.verbs) expect(inputs.command!.description).toContain(verbName(verb));
  });

  test('each input reaches the verb as its flag or argument', () => {
    for (const verb of tool.verbs) {
      const options = optionsOf(verb);
      for (const input of wordsOf(verb)) {
        if (input === 'json') continue;
        const option = options.find(({ long }) => long === `--${input}`);
        const given: Record<string, string> = { command: verbName(verb), [input]: option?.isBoolean() ? 'true' : 'x' };
        const expected = option ? [option.isBoolean() ? `--${input}` : `--${input}=x`] : ['--', 'x'];
        expect(argumentsFromInputs(tool, (word) => given[word] ?? '')).toEqual([verbName(verb), ...expected]);
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
    const workflows = exampleWorkflows(name);
    expect(workflows.length).toBeGreaterThan(0);
    const steps = workflows.flatMap(({ jobs }) => Object.values(jobs).flatMap((job) => job.steps));
    for (const step of steps) {
      if (!step.uses?.includes(`/actions/${name}@`)) continue;
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
    }
  });
});
