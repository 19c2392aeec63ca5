import { expect, test } from 'vitest';
import { buildLog, seekableZstd } from '../../../demo/forgejo/log.ts';
import { type LogReader, readFailure } from '../../../src/doctor/diagnose/read.ts';
import { readLog } from '../../../src/doctor/logs/logs.ts';
import { finishedTask, memoryIndex, memoryStore } from '../logs/kit.ts';

async function failure(contents: readonly string[], status = 2) {
  const log = buildLog(contents.map((content) => ({ time: '2026-11-22T00:57:49.9675658Z', content })));
  const task = finishedTask(log, { status });
  const files = new Map([[task.logFilename, await seekableZstd(log.text)]]);
  const steps = [{ name: 'Build', status, started: 1, stopped: 2, logIndex: 0, logLength: log.length }];
  const read: LogReader = (logged, selection) =>
    readLog({ ...logged, storage: memoryStore(files), index: memoryIndex(log.indexes).index, selection });
  const found = await readFailure(read, { task, steps });
  if ('kind' in found) throw new Error(found.message);
  return found;
}

test('of a long step the beginning and the end are read, each line once, with its own number', async () => {
  const line = 'x'.repeat(200);
  const contents = Array.from({ length: 60_000 }, (_, at) => `${at + 1} ${line}`);
  const { lines, leftOut } = await failure(contents);
  const numbers = lines.map(({ number }) => number);
  expect([numbers[0], numbers.at(-1)]).toEqual([1, 60_000]);
  expect(numbers.length + leftOut).toBe(60_000);
  expect(leftOut).toBeGreaterThan(20_000);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const { number, text } of [lines[0]!, lines[5_000]!, lines.at(-5_000)!, lines.at(-1)!])
    expect(text).toBe(`${number} ${line}`);
});

test('of a short one everything', async () => {
  const { lines, leftOut, step } = await failure(['one', 'two']);
  expect([lines.length, leftOut, step]).toEqual([2, 0, 'Build']);
});

test('secrets are hidden before anything else sees them', async () => {
  const { lines } = await failure([
    'curl -H "Authorization: Bearer abcdefgh12345678abcdefgh"',
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ',
    '-----END OPENSSH PRIVATE KEY-----',
    'password=hunter22 failed',
  ]);
  const shown = lines.map(({ text }) => text).join('\n');
  expect(shown).not.toMatch(/abcdefgh12345678|b3BlbnNza|hunter22/);
});

test('of a cancelled job the end of the log', async () => {
  const { lines } = await failure(
    Array.from({ length: 700 }, (_, at) => `tick ${at + 1}`),
    3,
  );
  expect([lines.length, lines.at(-1)!.text]).toEqual([500, 'tick 700']);
});
