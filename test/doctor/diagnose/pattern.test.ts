import { describe, expect, test } from 'vitest';
import { patternRisk } from '../../../src/doctor/diagnose/pattern.ts';

describe('patterns that could take exponentially long are refused', () => {
  test.each([
    '(a+)+$',
    '(a*)*b',
    '(a|a)*b',
    '(a|ab|b)*c',
    '(x+x+)+y',
    '(.*)*',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '([^"]*"|x)*$',
    '^(?:\\s+|.)*$',
    '(?:\\d+\\.?)+x',
    '(a?){30}a{30}',
    `${'a?'.repeat(30)}${'a'.repeat(30)}`,
    '.*.*.*.*.*x',
    '((a{1,20}){1,20}){1,20}b',
    '(\\w+\\s?)*$',
    '(?:(?!b)a+)+$',
    '((?=a)\\w|a)*$',
  ])('%s', (source) => {
    expect(patternRisk(source)).toHaveProperty('problem');
  });
});

describe('harmless ones are taken', () => {
  test.each([
    ['error: .*', 4096],
    ['foo.*bar', 4096],
    ['^\\s*at (.*) \\((.*):(\\d+):(\\d+)\\)$', 4096],
    ['(?:[a-z]+,)*x', 4096],
    ['(?:\\d{1,3}\\.){3}\\d{1,3}', 4096],
    ['"(?:[^"\\\\]|\\\\.)*"', 4096],
    ['[a-zA-Z]+(?<!MSB)\\d+:(?= )', 4096],
    ['^(?!ok|warn)error', 4096],
    ["version `(?<version>GLIBC_[\\d.]+)' not found", 4096],
  ])('%s', (source, longest) => {
    expect(patternRisk(source)).toEqual({ longest });
  });

  test('the more repetitions read the same text, the shorter the line they see', () => {
    const longest = (source: string) => (patternRisk(source) as { longest: number }).longest;
    expect(longest('a.*b.*c')).toBeLessThan(2_000);
    // What the formatter of a well-known linter registers.
    expect(longest('^\\s*(\\d+):(\\d+)\\s+(error|warning|info)\\s+(.*)\\s\\s+(.*)$')).toBeGreaterThanOrEqual(200);
  });
});

test.each([
  ['(?=a*)b', 'looks ahead or behind over any number of characters'],
  ['(?<!a{17})b', 'looks ahead or behind over 17 characters'],
  ['(?=(?!abc)[a-z]+x)y', 'looks ahead or behind over any number'],
  ['(a)\\1', 'refers back'],
  ['(', 'not a regular expression'],
  ['a{500}', 'repeats something more than 400 times'],
])('%s is refused for what it is', (source, problem) => {
  expect(patternRisk(source)).toEqual({ problem: expect.stringContaining(problem), advice: expect.any(String) });
});

test('ignoring case makes more of the same', () => {
  expect(patternRisk('(a|A)*b')).toEqual({ longest: 4096 });
  expect(patternRisk('(a|A)*b', 'i')).toHaveProperty('problem');
});
