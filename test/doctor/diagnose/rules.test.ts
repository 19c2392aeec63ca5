import { describe, expect, test } from 'vitest';
import { findHits } from '../../../src/doctor/diagnose/engine.ts';
import { longestLine, plain } from '../../../src/doctor/diagnose/line.ts';
import { patternRisk } from '../../../src/doctor/diagnose/pattern.ts';
import { fill } from '../../../src/doctor/diagnose/rule.ts';
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
    const patterns = [...rule.match.any, ...(rule.match.near ? [rule.match.near.pattern] : [])];
    const known = new Set(
      patterns.flatMap(({ source }) => [...source.matchAll(/\(\?<(\w+?)\d*>/g)].map(([, name]) => name)),
    );
    const used = [...`${rule.message} ${rule.fix}`.matchAll(/\{(\w+)(?:\|[^}]*)?\}/g)].map(([, name]) => name);
    for (const name of used) expect(known, name).toContain(name);
    for (const log of rule.examples.hit) {
      const captures = hit(log)!.captures;
      expect(fill(rule.message, captures)).not.toMatch(/\{|^\s|\s$/);
      expect(fill(rule.fix, captures)).not.toMatch(/\{\w+\}/);
    }
  });

  test('has patterns whose time is bounded', () => {
    for (const { source, flags } of [...rule.match.any, ...(rule.match.not ?? [])])
      expect(patternRisk(source, flags), source).toMatchObject({
        longest: expect.toSatisfy((longest: number) => longest >= longestLine),
      });
  });
});
