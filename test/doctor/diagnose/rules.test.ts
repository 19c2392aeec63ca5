import { describe, expect, test } from 'vitest';
import { findHits } from '../../../src/doctor/diagnose/engine.ts';
import { longestLine, plain } from '../../../src/doctor/diagnose/line.ts';
import { patternRisk } from '../../../src/doctor/diagnose/pattern.ts';
import { fill, fixOf, namesIn } from '../../../src/doctor/diagnose/rule.ts';
import { textRules } from '../../../src/doctor/diagnose/rules/index.ts';
import { stateRules } from '../../../src/doctor/diagnose/state.ts';

/** The rule that a log is put down to, among all or among some. */
function hit(log: string, rules = textRules) {
  const { specific, repeated, hint } = findHits(log.split('\n').map(plain), rules, () => false);
  return specific ?? repeated ?? hint;
}

test('ids are unique', () => {
  const ids = [...textRules, ...stateRules].map(({ id }) => id);
  expect(ids.length).toBe(new Set(ids).size);
  expect(ids.length).toBeGreaterThan(60);
});

describe.each(textRules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  test.each(rule.examples.hit)('is the cause of: %s', (log) => {
    expect(hit(log)?.rule.id).toBe(id);
  });

  test.each(rule.examples.miss)('does not fit: %s', (log) => {
    expect(hit(log, [rule])).toBeUndefined();
  });

  test('has examples of both kinds', () => {
    expect(rule.examples.hit.length).toBeGreaterThan(0);
    expect(rule.examples.miss.length).toBeGreaterThan(0);
  });

  test('fills in every name that it has captured, and no other', () => {
    const { any, weak = [], near } = rule.match;
    const known = new Set([
      ...[...any, ...weak, ...(near ? [near.pattern] : [])].flatMap(({ source }) =>
        [...source.matchAll(/\(\?<(\w+?)\d*>/g)].map(([, name]) => name),
      ),
      ...rule.examples.hit.flatMap((log) => Object.keys(hit(log)!.captures)),
    ]);
    for (const name of [rule.message, rule.fix].flat().flatMap(namesIn)) expect(known, name).toContain(name);
    for (const log of rule.examples.hit) {
      const captures = hit(log)!.captures;
      expect(fill(rule.message, captures)).not.toMatch(/\{|^\s|\s$| {2}/);
      expect(fixOf(rule, captures)).not.toMatch(/\{\w+\}/);
    }
  });

  test('keeps what it fills in apart from words', () => {
    for (const log of rule.examples.hit) {
      const marked = Object.fromEntries(Object.keys(hit(log)!.captures).map((name) => [name, '«»']));
      expect(fill(rule.message, marked)).not.toMatch(/[\w»]«|»[\w«]/);
    }
  });

  test('has a fix for whatever it captured', () => {
    if (typeof rule.fix !== 'string')
      for (const log of rule.examples.hit)
        expect(fixOf(rule, hit(log)!.captures)).not.toMatch(/\b(?:NAME|PACKAGE|undefined)\b/);
  });

  test('has patterns whose time is bounded', () => {
    for (const { source, flags } of [...rule.match.any, ...(rule.match.weak ?? []), ...(rule.match.not ?? [])])
      expect(patternRisk(source, flags), source).toMatchObject({
        longest: expect.toSatisfy((longest: number) => longest >= longestLine),
      });
  });
});
