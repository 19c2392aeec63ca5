import { expect, test } from 'vitest';
import { findHits } from '../../../src/doctor/diagnose/engine.ts';
import { parseOwnRules } from '../../../src/doctor/diagnose/own-rules.ts';

const rule = (change: object = {}) => ({
  id: 'tide-low',
  title: 'The tide is low',
  fix: 'Wait.',
  match: { contains: 'tide: low (1.5)' },
  ...change,
});
const parse = (...rules: object[]) => parseOwnRules(rules, 'ci-doctor.yaml');
const fits = (rules: ReturnType<typeof parse>, log: string) => findHits(log.split('\n'), rules, () => false).specific;

test('plain text is taken literally, with defaults for the rest', () => {
  const [found] = parse(rule());
  expect(found).toMatchObject({ blame: 'unknown', retryable: false, message: 'The tide is low' });
  expect(fits([found!], 'tide: low (1.5) now')?.rule.id).toBe('tide-low');
  expect(fits([found!], 'tide: low 1x5')).toBeUndefined();
});

test('several texts, an exception, and a line close by', () => {
  const rules = parse(
    rule({
      match: {
        contains: ['low', 'ebb'],
        'ignore-case': true,
        not: 'yesterday',
        near: { pattern: 'harbour (?<harbour>\\w+)', lines: 2 },
      },
    }),
  );
  expect(fits(rules, 'harbour north\n\nEBB')?.captures).toEqual({ harbour: 'north' });
  expect(fits(rules, 'harbour north\n\n\nEBB')).toBeUndefined();
  expect(fits(rules, 'harbour north\nlow yesterday')).toBeUndefined();
});

test('rules that took their time are left out for the rest of the log', () => {
  const rules = parse(rule());
  let time = 0;
  const slow = findHits(
    ['one', 'two', 'tide: low (1.5)'],
    rules,
    () => false,
    () => (time += 1_500),
  );
  expect(slow.specific).toBeUndefined();
  expect(
    findHits(
      ['one', 'two', 'tide: low (1.5)'],
      rules,
      () => false,
      () => (time += 1),
    ).specific,
  ).toBeDefined();
});

test('no rules are no rules', () => {
  expect(parseOwnRules(undefined, 'ci-doctor.yaml')).toEqual([]);
  expect(parseOwnRules(null, 'ci-doctor.yaml')).toEqual([]);
});

test.each<[unknown, string]>([
  [{ id: 'x' }, 'ci-doctor.yaml: "rules" must be a list.'],
  [['text'], 'ci-doctor.yaml: rule 1: it must hold keys and values.'],
  [[rule({ blaim: 'code' })], 'ci-doctor.yaml: rule 1: unknown key "blaim"; did you mean "blame"?'],
  [[rule({ id: 'Tide Low' })], 'the id "Tide Low" is not of small letters'],
  [[rule({ id: undefined })], 'ci-doctor.yaml: rule 1: "id" is missing.'],
  [[rule({ fix: undefined })], 'rule 1 "tide-low": "fix" is missing.'],
  [[rule({ title: 7 })], '"title" must be a text.'],
  [[rule({ blame: 'runer' })], '"blame" is "runer"; did you mean "runner"?'],
  [[rule({ retryable: 'yes' })], '"retryable" must be true or false.'],
  [[rule(), rule()], 'rule 2: the id "tide-low" is taken.'],
  [[rule({ id: 'disk-full' })], 'the id "disk-full" is taken.'],
  [[rule({ match: {} })], 'it has neither "contains" nor "pattern".'],
  [[rule({ match: { contain: 'x' } })], 'match: unknown key "contain"; did you mean "contains"?'],
  [[rule({ match: { pattern: '(' } })], 'the pattern /(/ is refused: it is not a regular expression'],
  [[rule({ match: { pattern: '(a+)+$' } })], 'the pattern /(a+)+$/ is refused: it can take exponentially long'],
  [[rule({ match: { contains: 'x', not: '(a+)+$' } })], 'the pattern of "not" /(a+)+$/ is refused'],
  [[rule({ match: { pattern: 'a*' } })], 'it fits an empty line'],
  [[rule({ match: { pattern: '.' } })], 'fits a line that every log has'],
  [[rule({ match: { pattern: '^\\S+$' } })], 'fits a line that every log has: "ok"'],
  [
    [rule({ match: { pattern: 'low (?<harbour>\\w+)' }, message: 'Low at {harbor}.' })],
    '"message" names {harbor}, and no pattern has a group of that name; did you mean {harbour}?',
  ],
  [[rule({ fix: 'Wait for {moon|it}.' })], '"fix" names {moon}, and no pattern has a group of that name.'],
  [
    [rule({ match: { contains: 'x', near: { pattern: 'y', lines: 500 } } })],
    '"lines" must be a whole number from 1 to 50.',
  ],
  [
    [rule({ examples: { hit: ['the tide is high'] } })],
    'rule "tide-low" does not fit its own example: "the tide is high".',
  ],
  [[rule({ examples: { miss: ['tide: low (1.5)'] } })], 'rule "tide-low" fits what it must miss'],
  [[rule({ links: [7] })], '"links" must be a text or a list of texts.'],
])('%j is refused: %s', (rules, message) => {
  expect(() => parseOwnRules(rules, 'ci-doctor.yaml')).toThrow(
    expect.objectContaining({
      kind: 'usage',
      message: expect.stringContaining(message),
      fix: expect.stringMatching(/\w/),
    }),
  );
});
