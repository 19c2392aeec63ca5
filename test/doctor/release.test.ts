import { expect, test } from 'vitest';
import { release } from '../../src/doctor/stuck/release.ts';

const job = (
  id: number,
  jobId: string,
  status: number,
  needs: string[] = [],
  extra: { ownIf?: boolean; serverOnly?: boolean } = {},
) => ({ id, jobId, status, needs, ownIf: false, serverOnly: false, ...extra });
const moved = (...jobs: ReturnType<typeof job>[]) => Object.fromEntries(release(jobs));

test('a blocked job waits once all it needs succeeded', () => {
  expect(moved(job(1, 'a', 1), job(2, 'b', 7, ['a']))).toEqual({ 2: 5 });
});

test.each([2, 3, 4])('a need that ended at %i skips the job and what needs it, to the end of the chain', (status) => {
  expect(moved(job(1, 'a', status), job(2, 'b', 7, ['a']), job(3, 'c', 7, ['b']), job(4, 'd', 7, ['c']))).toEqual({
    2: 4,
    3: 4,
    4: 4,
  });
});

test('a job with an if: of its own waits whatever became of its needs, for the runner evaluates it', () => {
  expect(moved(job(1, 'a', 2), job(2, 'b', 7, ['a'], { ownIf: true }), job(3, 'c', 7, ['b']))).toEqual({ 2: 5 });
});

test('needing a matrix means needing all of its jobs', () => {
  expect(moved(job(1, 'm', 1), job(2, 'm', 6), job(3, 'after', 7, ['m']))).toEqual({});
  expect(moved(job(1, 'm', 1), job(2, 'm', 1), job(3, 'after', 7, ['m']))).toEqual({ 3: 5 });
});

test('jobs blocked for another reason than their needs stay', () => {
  // Without needs it waits for approval; an unknown need never ends; the last one only the server can expand.
  expect(
    moved(job(1, 'a', 1), job(2, 'b', 7), job(3, 'c', 7, ['gone']), job(4, 'd', 7, ['a'], { serverOnly: true })),
  ).toEqual({});
});
