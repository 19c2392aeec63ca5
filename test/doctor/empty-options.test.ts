import { expect, test } from 'vitest';
import { optionsOf, verbName } from '../../src/common/command.ts';
import { ciDoctor } from '../../src/doctor/command.ts';
import { doctor } from '../support/doctor.ts';

const argumentsFor: Readonly<Record<string, string>> = { show: '1', logs: '1', reset: '1', undo: 'FILE' };
const cases = ciDoctor.verbs.flatMap((verb) =>
  optionsOf(verb)
    .filter((option) => !option.isBoolean())
    .map((option) => [verbName(verb), option.long!] as const),
);

test.each(cases)('%s: an empty %s is not the same as none', async (verb, flag) => {
  for (const value of ['', ' ']) {
    // A server that nobody asks: it is refused before anything is connected.
    const argument = argumentsFor[verb] === undefined ? [] : [argumentsFor[verb]];
    const answer = await doctor('postgres://127.0.0.1:1/nowhere', [verb, ...argument, flag, value]);
    expect(answer).toMatchObject({ exit: 64, out: '' });
    expect(answer.err).toContain(flag);
  }
});
