import { describe, expect, test } from 'vitest';
import { buildLog, type LogEntry, logTime, seekableZstd } from '../../../demo/forgejo/log.ts';
import { dbfsStore } from '../../../src/doctor/logs/dbfs.ts';
import { readLog } from '../../../src/doctor/logs/logs.ts';
import type { StepRow } from '../../../src/doctor/steps.ts';
import { all, finishedTask, memoryDbfs, memoryIndex, memoryStore, random, written } from './kit.ts';

const words = ['', 'x', 'error:', '日本語', '🚀', '\x1b[31mred\x1b[0m', 'a\rb', 'two\nlines', '\t', "Ünicode'"];

/** Lines as builds write them, and worse: empty, multi-byte, at the longest that Forgejo keeps. */
function randomEntries({ below, pick }: ReturnType<typeof random>, count: number): LogEntry[] {
  return Array.from({ length: count }, (_, line) => {
    const kind = below(40);
    const content =
      kind === 0 ? 'ü'.repeat(40_000) : kind < 6 ? '' : Array.from({ length: below(12) }, () => pick(words)).join(' ');
    return { time: logTime(1_795_309_000 + line, below(10_000_000)), content };
  });
}

/** What a plain split of the text gives. */
const naive = (text: Buffer) => text.toString().split('\n').slice(0, -1);
const step = (logIndex: number, logLength: number, status = 1): StepRow => ({
  name: `step at ${logIndex}`,
  status,
  started: 1,
  stopped: 2,
  logIndex,
  logLength,
});

describe('any slice of any log equals that of a plain split', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('seed %i', async (seed) => {
    const chance = random(seed);
    const { below } = chance;
    const log = buildLog(randomEntries(chance, 1 + below(400)));
    const expected = naive(log.text);
    const stored = await seekableZstd(log.text, seed % 2 ? 128 * 1024 : 500 + below(5000));
    const task = finishedTask(log);
    const files = new Map([[task.logFilename, seed % 3 === 0 ? log.text : stored]]);
    for (let turn = 0; turn < 30; turn++) {
      const start = below(expected.length);
      const length = 1 + below(expected.length - start);
      const tail = turn % 3 === 0 ? 1 + below(length + 5) : undefined;
      const withIndex = turn % 2 === 0;
      const answer = await readLog({
        task,
        steps: [step(start, length)],
        storage: memoryStore(files),
        index: withIndex ? memoryIndex(log.indexes).index : undefined,
        selection: tail === undefined ? { step: '1' } : { step: '1', tail },
      });
      const lines = await all(answer);
      const slice = expected.slice(start, start + length).slice(-(tail ?? length));
      expect(lines.map(written)).toEqual(slice);
      expect(lines[0]!.number).toBe(start + length - slice.length + 1);
      expect(answer.kind === 'lines' && answer.summary()).toMatchObject({ lines: slice.length, notes: [] });
    }
  });
});

test('the rows of a running log lag behind its text: all there is is given', async () => {
  const log = buildLog(randomEntries(random(9), 300));
  const expected = naive(log.text);
  const known = buildLog(expected.slice(0, 200).map((line) => ({ time: line.slice(0, 28), content: line.slice(29) })));
  const task = finishedTask(known, { status: 6, stopped: 0, logInStorage: false });
  // The runner is in the middle of a write: the last line has no end yet.
  const text = log.text.subarray(0, -1);
  const request = {
    task,
    steps: [step(3, 100), { ...step(103, 97, 6), stopped: 0 }],
    dbfs: dbfsStore(memoryDbfs(new Map([['4:actions_log/alice/demo/07/7.log.zst', text]]))),
    index: memoryIndex(known.indexes).index,
  };
  expect((await all(await readLog({ ...request, selection: {} }))).map(written)).toEqual(expected);
  const running = await all(await readLog({ ...request, selection: { step: '2' } }));
  expect(running.map(written)).toEqual(expected.slice(103));
  const tail = await all(await readLog({ ...request, selection: { tail: 5 } }));
  expect(tail.map(({ number }) => number)).toEqual([296, 297, 298, 299, 300]);
  expect(tail.map(written)).toEqual(expected.slice(-5));
});

describe('an index that is not that of the text', () => {
  const log = buildLog(randomEntries(random(10), 500));
  const expected = naive(log.text);
  const task = finishedTask(log);
  const other = buildLog(randomEntries(random(11), 500));
  const ask = async (indexes: Buffer) => {
    const answer = await readLog({
      task,
      steps: [step(100, 50)],
      storage: memoryStore(new Map([[task.logFilename, log.text]])),
      index: memoryIndex(indexes).index,
      selection: { step: '1' },
    });
    const lines = (await all(answer)).map(written);
    return { lines, notes: answer.kind === 'lines' ? answer.summary().notes.join(' ') : '' };
  };

  test.each<[string, Buffer, RegExp]>([
    ['is of another log', other.indexes, /where no line begins/],
    ['is garbage', Buffer.from('garbage'), /damaged/],
    ['ends within a number', log.indexes.subarray(0, 601), /damaged|lines/],
  ])('%s: the lines are counted, and a note says so', async (_, indexes, note) => {
    const { lines, notes } = await ask(indexes);
    expect(lines).toEqual(expected.slice(100, 150));
    expect(notes).toMatch(note);
  });

  test('is too short: counting goes on where it ends', async () => {
    const short = buildLog(expected.slice(0, 80).map((line) => ({ time: line.slice(0, 28), content: line.slice(29) })));
    const { lines, notes } = await ask(short.indexes);
    expect(lines).toEqual(expected.slice(100, 150));
    expect(notes).toMatch(/The line index has 80 lines, action_task.log_length says 500/);
  });
});

describe('a damaged frame within the lines asked for', () => {
  const entries = Array.from({ length: 3000 }, (_, line) => ({
    time: logTime(1_795_309_000 + line),
    content: `line ${line} ${(line * 7919) % 997}`,
  }));
  const log = buildLog(entries);
  const expected = naive(log.text);
  const task = finishedTask(log);

  const damagedFile = async () => {
    const file = await seekableZstd(log.text, 10_000);
    const frames = Math.ceil(log.size / 10_000);
    const table = file.length - 17 - frames * 12;
    const start = [0, 1, 2, 3].reduce((sum, frame) => sum + file.readUInt32LE(table + 8 + frame * 12), 0);
    file[start + 60]! ^= 0xff;
    return file;
  };
  const ask = async (indexes: Buffer | undefined, selection = {}) => {
    const answer = await readLog({
      task,
      steps: [],
      storage: memoryStore(new Map([[task.logFilename, await damagedFile()]])),
      index: indexes && memoryIndex(indexes).index,
      selection,
    });
    const lines = await all(answer);
    return { lines, summary: answer.kind === 'lines' ? answer.summary() : undefined };
  };

  test('what is before and behind is given under its right numbers', async () => {
    const { lines, summary } = await ask(log.indexes);
    expect(lines.length).toBeGreaterThan(2700);
    expect(lines.length).toBeLessThan(3000);
    // The line that the damage cuts into is given as far as it goes.
    const whole = lines.filter((line) => written(line) === expected[line.number - 1]);
    expect(lines.length - whole.length).toBeLessThanOrEqual(1);
    expect(lines.at(-1)!.number).toBe(3000);
    expect(summary!.damage).toMatchObject([{ frame: 5, start: 40_000, end: 50_000 }]);
    expect(summary!.notes).toEqual([expect.stringContaining('Frame 5 of')]);
  });

  test('without an index the lines are right, and a note says that the numbers are not', async () => {
    const { lines, summary } = await ask(undefined);
    expect(lines.slice(-500).map(written)).toEqual(expected.slice(-500));
    expect(summary!.notes.join(' ')).toMatch(/Line numbers behind it are too low/);
  });

  test('the last lines do not need it', async () => {
    const { lines, summary } = await ask(log.indexes, { tail: 1000 });
    expect(lines.map(written)).toEqual(expected.slice(-1000));
    expect(summary!.notes).toEqual([]);
  });

  test('the last lines stop at it', async () => {
    const { lines, summary } = await ask(log.indexes, { tail: 2500 });
    expect(lines.map(written)).toEqual(expected.slice(-lines.length));
    expect(lines[0]!.number).toBe(3000 - lines.length + 1);
    expect(summary!.notes.join(' ')).toMatch(/Frame 5/);
  });
});

test('a line without an end does not fill the memory', async () => {
  const text = Buffer.alloc(9 * 1024 * 1024, 'x');
  const task = finishedTask({ length: 1, size: text.length });
  const answer = await readLog({
    task,
    steps: [],
    storage: memoryStore(new Map([[task.logFilename, text]])),
    selection: {},
  });
  const lines = await all(answer);
  expect(lines.map((line) => line.text.length)).toEqual([1024 * 1024]);
  expect(answer.kind === 'lines' && answer.summary().notes).toEqual([
    expect.stringMatching(/9437184 bytes; only the first MiB/),
  ]);
});
