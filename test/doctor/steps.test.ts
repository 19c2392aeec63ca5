import { describe, expect, test } from 'vitest';
import {
  failedSteps,
  fullSteps,
  linesAroundFailure,
  linesOf,
  type StepRow,
  type StepTask,
  stepNamer,
} from '../../src/doctor/steps.ts';

const [success, failure, cancelled, skipped, waiting, running] = [1, 2, 3, 4, 5, 6];

/** status, log_index, log_length, started, stopped */
type Short = readonly [status: number, logIndex: number, logLength: number, started: number, stopped: number];

const task = (status: number, stopped = 10_100, started = 10_000, logLength = 100): StepTask => ({
  status,
  started,
  stopped,
  logLength,
});
const rows = (...short: Short[]): StepRow[] =>
  short.map(([status, logIndex, logLength, started, stopped], index) => ({
    name: `step ${index + 1}`,
    status,
    logIndex,
    logLength,
    started,
    stopped,
  }));
const shown = (of: StepTask, ...short: Short[]): Short[] =>
  fullSteps(of, rows(...short)).map((step) => [step.status, step.logIndex, step.logLength, step.started, step.stopped]);

describe('the steps as the web page lists them', () => {
  const ran: Short = [success, 10, 80, 10_010, 10_090];

  test.each<[string, StepTask, Short[], [setUp: Short, complete: Short]]>([
    [
      'all went well',
      task(success),
      [ran],
      [
        [success, 0, 10, 10_000, 10_010],
        [success, 90, 10, 10_090, 10_100],
      ],
    ],
    [
      'a step failed, the next did not run',
      task(failure),
      [
        [success, 10, 20, 10_010, 10_020],
        [failure, 30, 60, 10_020, 10_090],
        [cancelled, 0, 0, 0, 0],
      ],
      [
        [success, 0, 10, 10_000, 10_010],
        [failure, 90, 10, 10_090, 10_100],
      ],
    ],
    [
      'the first step is running',
      task(running, 0),
      [[running, 10, 80, 10_010, 0]],
      [
        [success, 0, 10, 10_000, 10_010],
        [waiting, 0, 0, 0, 0],
      ],
    ],
    [
      'nothing ran: setting up failed',
      task(failure),
      [[cancelled, 0, 0, 0, 0]],
      [
        [failure, 0, 100, 10_000, 10_100],
        [failure, 100, 0, 10_100, 10_100],
      ],
    ],
    [
      'no rows',
      task(success),
      [],
      [
        [success, 0, 100, 10_000, 10_100],
        [success, 100, 0, 10_100, 10_100],
      ],
    ],
    [
      'no rows, failed',
      task(failure),
      [],
      [
        [failure, 0, 100, 10_000, 10_100],
        [cancelled, 100, 0, 10_100, 10_100],
      ],
    ],
    [
      'no rows, running',
      task(running, 0),
      [],
      [
        [running, 0, 100, 10_000, 0],
        [waiting, 100, 0, 0, 0],
      ],
    ],
    [
      'all steps ended, the task has not',
      task(running, 0),
      [ran],
      [
        [success, 0, 10, 10_000, 10_010],
        [running, 90, 10, 10_090, 0],
      ],
    ],
    [
      'the job was skipped',
      task(skipped, 0, 0, 0),
      [[skipped, 0, 0, 0, 0]],
      [
        [skipped, 0, 0, 0, 0],
        [skipped, 0, 0, 0, 0],
      ],
    ],
    [
      'the first step was skipped',
      task(success),
      [[skipped, 0, 0, 0, 0], ran],
      [
        [success, 0, 10, 10_000, 10_010],
        [success, 90, 10, 10_090, 10_100],
      ],
    ],
    [
      'cancelled while a step ran: the page hides the lines behind it',
      task(cancelled),
      [
        [success, 10, 50, 10_010, 10_020],
        [cancelled, 60, 30, 10_020, 10_100],
      ],
      [
        [success, 0, 10, 10_000, 10_010],
        [cancelled, 0, 0, 0, 10_100],
      ],
    ],
  ])('%s', (_, of, short, [setUp, complete]) => {
    expect(shown(of, ...short)).toEqual([setUp, ...short, complete]);
  });

  test('numbers are those of the page: 0 is the setting up', () => {
    expect(fullSteps(task(success), rows(ran)).map(({ number, name, synthetic }) => [number, name, synthetic])).toEqual(
      [
        [0, 'Set up job', true],
        [1, 'step 1', false],
        [2, 'Complete job', true],
      ],
    );
  });
});

describe('which step failed', () => {
  const failed = (of: StepTask, ...short: Short[]) =>
    failedSteps(fullSteps(of, rows(...short))).map(({ name }) => name);

  test('the one of the workflow, not "Complete job" that fails with it', () => {
    expect(failed(task(failure), [success, 3, 1, 1, 2], [failure, 4, 2, 2, 3], [skipped, 6, 0, 3, 3])).toEqual([
      'step 2',
    ]);
  });
  test('one that wrote comes before one that was marked failed without running', () => {
    expect(failed(task(failure), [failure, 0, 0, 9, 9], [failure, 53, 7, 1, 9])).toEqual(['step 2', 'step 1']);
  });
  test('"Set up job" where nothing ran', () => {
    expect(failed(task(failure), [cancelled, 0, 0, 0, 0])).toEqual(['Set up job']);
  });
  test('"Complete job" where all steps succeeded', () => {
    expect(failed(task(failure), [success, 3, 5, 1, 2])).toEqual(['Complete job']);
  });
  test('none in a task that succeeded or was cancelled', () => {
    expect(failed(task(success), [success, 3, 5, 1, 2])).toEqual([]);
    expect(failed(task(cancelled), [success, 3, 5, 1, 2], [cancelled, 8, 5, 1, 2])).toEqual([]);
  });
});

describe('the lines of a step', () => {
  const steps = fullSteps(task(failure), rows([success, 3, 4, 1, 2], [failure, 7, 2, 2, 3], [success, 12, 5, 3, 4]));

  test('setting up and completing have what is before and behind', () => {
    expect(linesOf(steps[0]!, steps, true, 100)).toEqual({ start: 0, end: 3 });
    expect(linesOf(steps[1]!, steps, true, 100)).toEqual({ start: 3, end: 7 });
    expect(linesOf(steps[4]!, steps, true, 100)).toEqual({ start: 17, end: 100 });
  });
  test('a failure goes on to the next step that wrote something', () => {
    expect(linesAroundFailure(steps[2]!, steps, true, 100)).toEqual({ start: 7, end: 12 });
  });
  test('a failure of the last step goes on to the end', () => {
    const last = fullSteps(task(failure), rows([success, 3, 4, 1, 2], [failure, 7, 2, 2, 3], [skipped, 9, 0, 3, 3]));
    expect(linesAroundFailure(last[2]!, last, true, 100)).toEqual({ start: 7, end: 100 });
  });
  test('a running step has what came since its row was written', () => {
    const live = fullSteps(task(running, 0), rows([success, 3, 4, 1, 2], [running, 7, 2, 2, 0], [waiting, 0, 0, 0, 0]));
    expect(linesOf(live[2]!, live, false, 100)).toEqual({ start: 7, end: 100 });
    expect(stepNamer(live)(60)).toBe('step 2');
  });
  test('every line is under a step, in any order of asking', () => {
    const nameOf = stepNamer(steps);
    const names: Record<number, string> = {
      0: 'Set up job',
      2: 'Set up job',
      3: 'step 1',
      6: 'step 1',
      8: 'step 2',
      10: 'step 2',
      12: 'step 3',
      16: 'step 3',
      17: 'Complete job',
    };
    for (const line of [0, 2, 3, 6, 8, 10, 12, 16, 17, 16, 3, 12, 0])
      expect([line, nameOf(line)]).toEqual([line, names[line]]);
  });
});
