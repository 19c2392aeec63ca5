import { expect, test } from 'vitest';
import { aggregate } from '../../src/doctor/stuck/aggregate.ts';

// Statuses: 1 success, 2 failure, 3 cancelled, 4 skipped, 5 waiting, 6 running, 7 blocked.
test.each([
  [[4, 4], 4],
  [[1, 4], 1],
  [[1, 3, 2, 6], 3],
  [[1, 2, 6, 7], 2],
  [[1, 6, 5, 7], 6],
  [[1, 5, 7], 5],
  [[1, 7], 7],
  [[1, 0], 0],
  [[], 0],
])('the new function makes %j a run at %i', (jobs, run) => {
  expect(aggregate(jobs, 'new')).toBe(run);
});

test.each([
  [[1, 4], 1],
  [[1, 2, 4], 2],
  [[1, 3], 2],
  [[1, 5], 5],
  [[1, 5, 7], 6],
  [[2, 6], 6],
  [[2, 7], 6],
])('the old function makes %j a run at %i', (jobs, run) => {
  expect(aggregate(jobs, 'old')).toBe(run);
});
