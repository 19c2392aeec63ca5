import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { optionsOf, verbName } from '../../src/common/command.ts';
import { ciDoctor } from '../../src/doctor/command.ts';
import { doctor, stateDirectory } from '../support/doctor.ts';

const argumentsFor: Readonly<Record<string, readonly string[]>> = {
  show: ['1'],
  logs: ['1'],
  reset: ['1'],
  undo: ['FILE'],
  diagnose: ['1'],
  api: ['GET', '/version'],
};
const cases = ciDoctor.verbs.flatMap((verb) =>
  optionsOf(verb)
    .filter((option) => !option.isBoolean())
    .map((option) => [verbName(verb), option.long!] as const),
);

test.each(cases)('%s: an empty %s is not the same as none', async (verb, flag) => {
  for (const value of ['', ' ']) {
    // A server that nobody asks: it is refused before anything is connected.
    const answer = await doctor('postgres://127.0.0.1:1/nowhere', [verb, ...(argumentsFor[verb] ?? []), flag, value]);
    expect(answer).toMatchObject({ exit: 64, out: '' });
    expect(answer.err).toContain(flag);
  }
});

test.each(['database-url', 'app-ini', 'schema', 'log-dir', 'undo-dir'])(
  'nor is an empty %s in the file',
  async (key) => {
    const file = join(stateDirectory, 'empty.yaml');
    writeFileSync(file, `${key}: ""\n`);
    const answer = await doctor('postgres://127.0.0.1:1/nowhere', ['runs', '--config', file]);
    expect(answer).toMatchObject({ exit: 64, out: '' });
    expect(answer.err).toContain(`"${key}" is empty`);
  },
);
