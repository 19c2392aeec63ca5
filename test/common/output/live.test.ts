import { expect, test } from 'vitest';
import { LiveLines } from '../../../src/common/output/live.ts';

/** What is left on a screen after texts with the two sequences that are used: up, and erase to the end. */
function screenOf(texts: readonly string[]): string[] {
  let lines: string[] = [];
  for (const part of texts.join('').split(/(\x1b\[\d+A\x1b\[J)/)) {
    const up = /^\x1b\[(\d+)A/.exec(part)?.[1];
    if (up !== undefined) lines = lines.slice(0, lines.length - Number(up));
    else lines.push(...part.split('\n').slice(0, -1));
  }
  return lines;
}

test('live lines stay below what is said, are replaced, and go', () => {
  const written: string[] = [];
  const live = new LiveLines({ columns: 12, rows: 6, write: (text) => written.push(text) });
  live.above('begun');
  live.show(['one 1%', 'two 1%']);
  live.above('said');
  live.show(['one 50%', 'two\nis as long as no terminal is wide']);
  expect(screenOf(written)).toEqual(['begun', 'said', 'one 50%', 'two is as l']);
  live.show(['1', '2', '3', '4', '5', '6']);
  expect(screenOf(written)).toEqual(['begun', 'said', '1', '2', '3', '… 3 more']);
  live.show([]);
  expect(screenOf(written)).toEqual(['begun', 'said']);
});

test('a terminal that says it has no size is taken for one of 80 by 24', () => {
  const written: string[] = [];
  const live = new LiveLines({ columns: 0, rows: 0, write: (text) => written.push(text) });
  live.show(['one 1%', 'two 1%']);
  expect(screenOf(written)).toEqual(['one 1%', 'two 1%']);
});
