import { beforeAll, describe, expect, test } from 'vitest';
import { type BuiltLog, buildLog, logTime, seekableZstd } from '../../../demo/forgejo/log.ts';
import { ToolError, unknown } from '../../../src/common/errors.ts';
import { dbfsPath, dbfsStore } from '../../../src/doctor/logs/dbfs.ts';
import { type LogRequest, readLog } from '../../../src/doctor/logs/logs.ts';
import { type LogStore, UnreadableLog } from '../../../src/doctor/logs/store.ts';
import type { StepRow } from '../../../src/doctor/steps.ts';
import { all, finishedTask, memoryDbfs, memoryFile, memoryIndex, memoryStore, written } from './kit.ts';

const name = 'alice/demo/07/7.log.zst';
const steps: StepRow[] = [
  { name: 'Build', status: 1, started: 1, stopped: 2, logIndex: 3, logLength: 40_000 },
  { name: 'Test', status: 2, started: 2, stopped: 3, logIndex: 40_003, logLength: 500 },
  { name: 'Deploy', status: 4, started: 3, stopped: 3, logIndex: 40_503, logLength: 0 },
];
let log: BuiltLog;
let stored: Buffer;
let lines: string[];

beforeAll(async () => {
  log = buildLog(
    Array.from({ length: 40_510 }, (_, line) => ({
      time: logTime(1_795_309_000 + Math.floor(line / 100), line),
      content: `line ${line} of the build, ${(line * 7919) % 10_007} ${(line * 104_729) % 999_983}`,
    })),
  );
  stored = await seekableZstd(log.text);
  lines = log.text.toString().split('\n').slice(0, -1);
});

const stores = (): Pick<LogRequest, 'storage' | 'dbfs'> => ({
  storage: memoryStore(new Map([[name, stored]])),
  dbfs: dbfsStore(memoryDbfs(new Map())),
});

test('the failed step costs the seek table and two frames, and small parts of the line index', async () => {
  const { index, counted } = memoryIndex(log.indexes);
  const task = finishedTask(log, { status: 2 });
  const answer = await readLog({ task, steps, ...stores(), index, selection: { failed: true } });
  expect((await all(answer)).map(written)).toEqual(lines.slice(40_003));
  const frames = Math.ceil(log.size / 131_072);
  expect(frames).toBeGreaterThan(15);
  const sizes = Array.from({ length: frames }, (_, frame) =>
    stored.readUInt32LE(stored.length - 9 - frames * 12 + frame * 12),
  );
  const largest = sizes.sort((a, b) => b - a);
  const read = answer.kind === 'lines' ? answer.summary().bytesRead - counted.bytes : 0;
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThanOrEqual(4 + 17 + frames * 12 + largest[0]! + largest[1]!);
  expect(counted.bytes).toBeLessThan(log.indexes.length);
});

describe('of several failed steps', () => {
  const lint = [
    '⭐ Run Main lint',
    '✖ 1 problem (1 error, 0 warnings)',
    'Failed but continue next step',
    '  ❌  Failure - Main lint',
  ];
  const build = ['⭐ Run Main build', 'error[E0308]: mismatched types', '  ❌  Failure - Main build'];
  const failedStep = (name: string, logIndex: number, logLength: number): StepRow => ({
    name,
    status: 2,
    started: 1,
    stopped: 2,
    logIndex,
    logLength,
  });
  const read = async (one: readonly string[], other: readonly string[], there = Number.POSITIVE_INFINITY) => {
    const small = buildLog(
      ['workflow prepared', ...one, ...other, '🏁  Job failed'].map((content, at) => ({
        time: logTime(1_795_309_000, at),
        content,
      })),
    );
    const text = small.text.toString().split('\n').slice(0, there).join('\n');
    const answer = await readLog({
      task: finishedTask(small, { status: 2 }),
      steps: [failedStep('first', 1, one.length), failedStep('second', 1 + one.length, other.length)],
      storage: memoryStore(new Map([[name, await seekableZstd(Buffer.from(text))]])),
      selection: { failed: true },
    });
    if (answer.kind === 'empty') return { answer };
    const texts = (await all(answer)).map(({ text }) => text);
    return { answer, texts, summary: answer.summary() };
  };

  test('the one that the runner went on after (continue-on-error) did not end the job', async () => {
    const { texts, summary } = await read(lint, build);
    expect(texts).toEqual([...build, '🏁  Job failed']);
    expect(summary).toMatchObject({ step: 'second', notes: ['Failed as well: 1 "first" (see --step).'] });
  });

  test('the first is shown where the runner says nothing of that, or of all of them', async () => {
    expect((await read(build, build)).summary?.step).toBe('first');
    expect((await read(lint, lint)).summary?.step).toBe('first');
  });

  test('what the runner said of the one before says nothing of one that a cut log lacks', async () => {
    const { answer } = await read(lint, build, 1 + lint.length);
    expect(answer).toMatchObject({
      reason: 'missing',
      message: expect.stringMatching(/^Step 2 "second" wrote 3 lines/),
    });
    const { texts, summary } = await read(lint, build, 2 + lint.length);
    expect(texts).toEqual(build.slice(0, 1));
    expect(summary).toMatchObject({
      step: 'second',
      damage: [{ message: expect.stringMatching(/the rest is missing/) }],
    });
  });
});

test('a summary says what was read and where', async () => {
  const task = finishedTask(log, { status: 2 });
  const answer = await readLog({ task, steps, ...stores(), selection: { step: 'test', tail: 2 } });
  expect((await all(answer)).map(({ number, step }) => [number, step])).toEqual([
    [40_502, 'Test'],
    [40_503, 'Test'],
  ]);
  expect(answer.kind === 'lines' && answer.summary()).toMatchObject({
    where: 'the directory /logs',
    logFilename: name,
    compressed: true,
    size: log.size,
    step: 'Test',
    lines: 2,
    notes: [],
    damage: [],
  });
});

describe('where there is nothing to show, the answer says why', () => {
  const task = () => finishedTask(log, { status: 2 });
  test.each<[string, () => Partial<LogRequest>, object]>([
    ['no runner has taken the job', () => ({ task: undefined }), { reason: 'not-started' }],
    ['the log expired', () => ({ task: { ...task(), logExpired: true } }), { reason: 'expired' }],
    [
      'the file is missing',
      () => ({ storage: memoryStore(new Map()) }),
      {
        reason: 'missing',
        message: expect.stringMatching(/is stored, but it is not in the directory \/logs nor in the database/),
      },
    ],
    [
      'live lines are gone',
      () => ({ task: { ...task(), status: 6, logInStorage: false }, storage: memoryStore(new Map()) }),
      { reason: 'missing', message: expect.stringMatching(/though 40510 lines were received/) },
    ],
    [
      'nobody knows the storage',
      () => ({ storage: undefined }),
      { reason: 'no-storage', fix: expect.stringMatching(/--log-dir/) },
    ],
    [
      'the runner has sent nothing',
      () => ({
        task: { ...task(), status: 6, logInStorage: false, logLength: 0, logSize: 0 },
        storage: memoryStore(new Map()),
      }),
      { reason: 'never-written' },
    ],
    [
      'the file is empty',
      () => ({
        task: { ...task(), logLength: 0, logSize: 0 },
        storage: memoryStore(new Map([[name, Buffer.alloc(0)]])),
      }),
      { reason: 'empty' },
    ],
    [
      'no frame can be read',
      () => ({ storage: memoryStore(new Map([[name, stored.subarray(0, 100)]])) }),
      { reason: 'unreadable', message: expect.stringMatching(/cut off in frame 1, which begins at byte 0/) },
    ],
    [
      'the step was skipped',
      () => ({ selection: { step: 'Deploy' } }),
      { reason: 'no-output', message: expect.stringMatching(/was skipped/) },
    ],
    [
      'the task succeeded',
      () => ({ task: { ...task(), status: 1 }, steps: [steps[0]!], selection: { failed: true } }),
      { reason: 'no-failed-step', message: expect.stringMatching(/succeeded/) },
    ],
    [
      'the task is still running',
      () => ({ task: { ...task(), status: 6 }, steps: [steps[0]!], selection: { failed: true } }),
      { reason: 'no-failed-step', message: expect.stringMatching(/so far/) },
    ],
  ])('%s', async (_, change, expected) => {
    const answer = await readLog({ task: task(), steps, ...stores(), selection: {}, ...change() });
    expect(answer).toMatchObject({
      kind: 'empty',
      message: expect.stringMatching(/\w/),
      fix: expect.stringMatching(/\w/),
      ...expected,
    });
  });
});

describe('a step that does not exist is a usage error that names those that do', () => {
  const ask = (step: string, rows = steps) =>
    readLog({ task: finishedTask(log), steps: rows, ...stores(), selection: { step } });
  test.each([
    ['Biuld', /Did you mean "Build"\?/],
    ['9', /It has: 0 "Set up job", 1 "Build"/],
  ])('%s', async (step, fix) => {
    const error = await ask(step).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'usage', fix: expect.stringMatching(fix) });
  });
  test('a name that two steps have', async () => {
    const error = await ask('build', [steps[0]!, { ...steps[1]!, name: 'BUILD' }]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'usage', fix: 'Give the number: 1 "Build", 2 "BUILD".' });
  });
  test('--failed with --step', async () => {
    const request = { task: finishedTask(log), steps, ...stores(), selection: { step: '1', failed: true } };
    await expect(readLog(request)).rejects.toMatchObject({ kind: 'usage' });
  });
});

describe('a log that moves while it is read', () => {
  /** DBFS whose rows vanish after so many reads, when the file appears in the storage. */
  function moving(reads: number) {
    const storage = new Map<string, Buffer>();
    const live = memoryDbfs(new Map([[dbfsPath(name), log.text]]));
    let left = reads;
    const gone = () => {
      if (left > 0) return false;
      storage.set(name, stored);
      return true;
    };
    return {
      storage: memoryStore(storage),
      dbfs: dbfsStore({
        find: async (path) => (gone() ? undefined : live.find(path)),
        async read(id, offset, length) {
          if (gone()) return Buffer.alloc(0);
          left--;
          return live.read(id, offset, length);
        },
      }),
    };
  }

  test.each([0, 1, 2])('after %i reads: no line is lost or given twice', async (reads) => {
    const task = finishedTask(log, { status: 6, logInStorage: false });
    const answer = await readLog({ task, steps, ...moving(reads), selection: {} });
    expect((await all(answer)).map(written)).toEqual(lines);
    const summary = answer.kind === 'lines' ? answer.summary() : undefined;
    expect(summary!.where).toBe('the directory /logs');
    expect(summary!.notes.some((note) => /moved the log from the database/.test(note))).toBe(reads > 0);
  });

  test('to where nobody finds it: an error that says so', async () => {
    let opened = 0;
    const storage: LogStore = {
      name: 'the directory /logs',
      open: async () =>
        opened++
          ? undefined
          : {
              ...memoryFile(log.text),
              read: async (at, length) => (at > 300_000 ? Buffer.alloc(0) : log.text.subarray(at, at + length)),
            },
    };
    const answer = await readLog({ task: finishedTask(log), steps, storage, selection: {} });
    await expect(all(answer)).rejects.toMatchObject({ kind: 'unknown', message: expect.stringMatching(/disappeared/) });
  });
});

test('a place that cannot be asked is an error, not a missing log', async () => {
  const storage: LogStore = {
    name: 'the directory /logs',
    async open() {
      throw unknown('It cannot be read.', 'Try sudo.');
    },
  };
  const request = { task: finishedTask(log), steps, storage, dbfs: dbfsStore(memoryDbfs(new Map())), selection: {} };
  await expect(readLog(request)).rejects.toBeInstanceOf(ToolError);
});

test('a log that alone cannot be read is an answer, so that those of other jobs are read', async () => {
  const storage: LogStore = {
    name: 'the directory /logs',
    async open() {
      throw new UnreadableLog('7.log cannot be read.', 'Try sudo.');
    },
  };
  const request = { task: finishedTask(log), steps, storage, dbfs: dbfsStore(memoryDbfs(new Map())), selection: {} };
  expect(await readLog(request)).toEqual({
    kind: 'empty',
    reason: 'unreadable',
    message: '7.log cannot be read.',
    fix: 'Try sudo.',
  });
});

describe('a log whose second half is gone', () => {
  let cut: Buffer;
  let left: number;
  beforeAll(async () => {
    const end = log.text.indexOf(0x0a, log.size / 2) + 1;
    cut = await seekableZstd(log.text.subarray(0, end));
    left = log.text.subarray(0, end).toString().split('\n').length - 1;
  });
  const ask = (selection: LogRequest['selection'], index?: LogRequest['index']) =>
    readLog({
      task: finishedTask(log, { status: 2 }),
      steps,
      storage: memoryStore(new Map([[name, cut]])),
      selection,
      index,
    });

  test.each([
    ['the whole', {}],
    ['a step that ends behind it', { step: 'Build' }],
    ['their last lines', { step: 'Build', tail: 3 }],
  ])('%s: its end is missing', async (_, selection) => {
    for (const index of [undefined, memoryIndex(log.indexes).index]) {
      const answer = await ask(selection, index);
      const shown = await all(answer);
      expect(shown.map(written)).toEqual(
        lines.slice('tail' in selection ? left - 3 : 'step' in selection ? 3 : 0, left),
      );
      expect(shown.at(-1)!.number).toBe(left);
      expect(answer.kind === 'lines' && answer.summary().damage.map(({ message }) => message)).toEqual([
        expect.stringMatching(/^The log in the directory \/logs ends at byte \d+ of \d+: the rest is missing\.$/),
      ]);
    }
  });

  test.each<[string, LogRequest['selection']]>([
    ['a step', { step: 'Test' }],
    ['its last lines', { step: 'Test', tail: 3 }],
    ['the step that failed', { failed: true }],
  ])('%s behind it is not said to have written nothing, nor mistaken for what is there', async (_, selection) => {
    for (const index of [undefined, memoryIndex(log.indexes).index])
      expect(await ask(selection, index)).toMatchObject({
        kind: 'empty',
        reason: 'missing',
        message: expect.stringMatching(/^Step 2 "Test" wrote 500 lines, but the log .* ends before them, at byte/),
      });
  });

  test('what lies before it is whole', async () => {
    const answer = await ask({ step: 'Set up job' });
    expect((await all(answer)).map(written)).toEqual(lines.slice(0, 3));
    expect(answer.kind === 'lines' && answer.summary().damage).toEqual([]);
  });
});

test('a log that is in the other place than its row says is found', async () => {
  const dbfs = dbfsStore(memoryDbfs(new Map([[dbfsPath(name), log.text]])));
  const answer = await readLog({
    task: finishedTask(log),
    steps,
    storage: memoryStore(new Map()),
    dbfs,
    selection: { tail: 1 },
  });
  expect((await all(answer)).map(written)).toEqual(lines.slice(-1));
  expect(answer.kind === 'lines' && answer.summary().where).toBe('the database (DBFS)');
});
