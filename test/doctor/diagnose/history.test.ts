import { expect, test } from 'vitest';
import { compareRuns } from '../../../src/doctor/diagnose/history.ts';
import type { JobRecord, PastJob } from '../../../src/doctor/diagnose/load.ts';

const past = (...jobs: [id: number, status: 1 | 2, runner: string, commit?: string][]): PastJob[] =>
  jobs
    .map(([id, status, runner, commit = `commit-${id}`]) => ({
      id,
      runId: id * 10,
      status,
      commit,
      branch: id % 2 ? 'main' : 'next',
      stopped: id * 100,
      runner,
    }))
    .reverse();
const job = (id: number) => ({ id }) as JobRecord;
const compare = (jobs: PastJob[], id: number, prints: Record<number, string>) =>
  compareRuns(jobs, job(id), 'same', async (ids) => new Map(ids.map((one) => [one, prints[one] ?? 'other'])));

test('the same failure: how often, since when, where; and between which commits it began', async () => {
  const jobs = past([1, 2, 'a'], [2, 1, 'a'], [3, 2, 'a'], [4, 2, 'b'], [5, 2, 'b']);
  expect(await compare(jobs, 5, { 3: 'same', 4: 'other', 1: 'other' })).toEqual({
    times: 2,
    looked: 4,
    firstSeen: 300,
    lastSeen: 500,
    branches: ['main'],
    runners: ['b', 'a'],
    runs: [50, 30],
    lastGood: { runId: 20, commit: 'commit-2' },
    firstBad: { runId: 30, commit: 'commit-3' },
    flaky: null,
    onlyRunner: null,
  });
});

test('a runner is blamed when it alone has it, and others are well', async () => {
  const prints = { 2: 'same', 4: 'same', 6: 'same' };
  const alone = past([1, 1, 'bad'], [2, 2, 'bad'], [3, 1, 'fine'], [4, 2, 'bad'], [5, 1, 'fine'], [6, 2, 'bad']);
  expect(await compare(alone, 6, prints)).toMatchObject({ onlyRunner: 'bad' });
  const wellSince = past([2, 2, 'bad'], [3, 1, 'fine'], [4, 2, 'bad'], [5, 1, 'bad'], [6, 2, 'bad']);
  expect(await compare(wellSince, 6, prints)).toMatchObject({ onlyRunner: null });
  const nobodyElse = past([2, 2, 'bad'], [4, 2, 'bad'], [6, 2, 'bad']);
  expect(await compare(nobodyElse, 6, prints)).toMatchObject({ onlyRunner: null });
});

test('a commit that is green elsewhere', async () => {
  expect(await compare(past([1, 1, 'a', 'x'], [2, 2, 'a', 'x']), 2, {})).toMatchObject({ flaky: 10 });
});

test('a failure that nothing tells apart has no history', async () => {
  expect(await compareRuns(past([1, 2, 'a']), job(1), null, async () => new Map())).toBeNull();
});
