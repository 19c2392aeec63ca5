import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildLog, seekableZstd } from '../../../demo/forgejo/log.ts';
import { dbfsPath, dbfsStore } from '../../../src/doctor/logs/dbfs.ts';
import { diskStore } from '../../../src/doctor/logs/disk.ts';
import { readLog, type Selection } from '../../../src/doctor/logs/logs.ts';
import { openText } from '../../../src/doctor/logs/text.ts';
import { all, memoryDbfs, memoryFile, memoryIndex, written } from './kit.ts';
import { type RecordedServer, type RecordedTask, recorded, server } from './recorded.ts';

describe.runIf(recorded)('logs recorded from live servers', () => {
  for (const version of ['v12', 'v17'] as const) {
    for (const dump of ['rows', 'stuck'] as const) {
      describe(`${version} ${dump}`, () => {
        const from = server(version, dump);
        const kept = from.tasks.filter((task) => plainText(from, task) !== undefined);

        test('there are stored logs and live ones', () => {
          expect(kept.filter(({ task }) => task.logInStorage).length).toBeGreaterThan(5);
          expect(kept.filter(({ task }) => !task.logInStorage).length).toBeGreaterThan(0);
        });

        test('every log is read whole, line by line, with and without its index', async () => {
          for (const task of kept) {
            const expected = `${(plainText(from, task) as string).trimEnd()}`.split('\n');
            for (const withIndex of [true, false]) {
              const answer = await ask(from, task, {}, withIndex);
              const lines = await all(answer);
              expect(lines.map(written)).toEqual(expected);
              expect(lines.map(({ number }) => number)).toEqual(expected.map((_, index) => index + 1));
              expect(lines.every(({ time }) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/.test(time))).toBe(true);
              // Two live logs of the recording lost four bytes after their index was written: said, and read right all the same.
              const asRecorded = Buffer.byteLength(expected.join('\n')) + 1 === task.task.logSize;
              const notes = answer.kind === 'lines' ? answer.summary().notes : [];
              expect(notes.length === 0).toBe(asRecorded);
            }
          }
        });

        test('every step has the lines that its row names', async () => {
          let compared = 0;
          for (const task of kept) {
            const expected = (plainText(from, task) as string).trimEnd().split('\n');
            for (const [index, step] of task.steps.entries()) {
              if (step.logLength === 0 || step.status === 6) continue;
              for (const withIndex of [true, false]) {
                const lines = await all(await ask(from, task, { step: String(index + 1) }, withIndex));
                expect(lines.map(written)).toEqual(expected.slice(step.logIndex, step.logIndex + step.logLength));
                expect(new Set(lines.map((line) => line.step))).toEqual(new Set([step.name]));
                compared++;
              }
            }
          }
          expect(compared).toBeGreaterThan(10);
        });

        test('the last lines of every log', async () => {
          for (const task of kept) {
            const expected = (plainText(from, task) as string).trimEnd().split('\n');
            for (const withIndex of [true, false]) {
              const lines = await all(await ask(from, task, { tail: 3 }, withIndex));
              expect(lines.map(written)).toEqual(expected.slice(-3));
              expect(lines.at(-1)!.number).toBe(expected.length);
            }
          }
        });
      });
    }
  }

  test('the failed step comes with what the runner said about it', async () => {
    const from = server('v12');
    const answer = await ask(from, from.tasks.find(({ task }) => task.id === 2)!, { failed: true });
    expect((await all(answer)).map(({ number, step, text }) => [number, step, text])).toEqual([
      [5, 'failing step', 'about to fail'],
      [6, 'failing step', '⚙️ [runner]: RUN exit status 3'],
      [7, 'Complete job', '🏁  Job failed'],
      [8, 'Complete job', "Job 'fails' failed"],
    ]);
  });

  test('a cancelled task keeps the lines that the web page does not show', async () => {
    const from = server('v12');
    const cancelled = from.tasks.find(({ task }) => task.id === 15)!;
    const lines = await all(await ask(from, cancelled, { step: 'Complete job' }));
    expect(lines.map(({ text }) => text).at(-1)).toBe('context canceled');
    const answer = await ask(from, cancelled, { failed: true });
    expect(answer).toMatchObject({ kind: 'empty', reason: 'no-failed-step', fix: expect.stringContaining('--step 2') });
  });

  test('the running log in the database is read although it is named .zst', async () => {
    const from = server('v12', 'stuck');
    const running = from.tasks.find(({ task }) => task.status === 6)!;
    const answer = await ask(from, running, { tail: 1 });
    expect((await all(answer))[0]!.text).toMatch(/^tick \d+$/);
    expect(answer.kind === 'lines' && answer.summary()).toMatchObject({
      where: 'the database (DBFS)',
      compressed: false,
    });
  });

  test('built logs equal the recorded ones: text, line index, and the structure of the file', async () => {
    let compared = 0;
    for (const version of ['v12', 'v17'] as const) {
      const from = server(version);
      for (const recordedTask of from.tasks) {
        const file = join(from.logDirectory, recordedTask.task.logFilename);
        if (!existsSync(file)) continue;
        const stored = readFileSync(file);
        const text = await decoded(stored);
        const lines = text.toString().split('\n').slice(0, -1);
        const log = buildLog(lines.map((line) => ({ time: line.slice(0, 28), content: line.slice(29) })));
        expect(log.text.equals(text)).toBe(true);
        expect(log.indexes.equals(recordedTask.indexes)).toBe(true);
        expect([log.size, log.length]).toEqual([recordedTask.task.logSize, recordedTask.task.logLength]);
        const built = await seekableZstd(log.text);
        expect((await decoded(built)).equals(text)).toBe(true);
        expect(table(built)).toEqual(table(stored));
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(30);
  });
});

function plainText(from: RecordedServer, { task }: RecordedTask): string | undefined {
  const live = from.dbfs.get(dbfsPath(task.logFilename));
  if (live) return live.toString();
  // Only what both the tables and the directory have: the dumps are from different moments.
  const file = join(from.logDirectory, task.logFilename);
  return task.logInStorage && existsSync(file) ? textOf(file, task.logSize) : undefined;
}

const texts = new Map<string, string>();
function textOf(file: string, size: number): string | undefined {
  const text = texts.get(file);
  return text !== undefined && Buffer.byteLength(text) === size ? text : undefined;
}
if (recorded)
  for (const version of ['v12', 'v17'] as const) {
    const from = server(version);
    for (const { task } of from.tasks) {
      const file = join(from.logDirectory, task.logFilename);
      if (existsSync(file)) texts.set(file, (await decoded(readFileSync(file))).toString());
    }
  }

/** Decodes by the frames' own headers, without the code under test for lines and ranges. */
async function decoded(file: Buffer): Promise<Buffer> {
  const { decompress } = await import('fzstd');
  return Buffer.from(decompress(file));
}

/** Everything of a seek table but the compressed sizes, which depend on the encoder. */
function table(file: Buffer) {
  const frames = file.readUInt32LE(file.length - 9);
  const at = file.length - 9 - frames * 12 - 8;
  const entries = Array.from({ length: frames }, (_, index) => ({
    textSize: file.readUInt32LE(at + 12 + index * 12),
    checksum: file.readUInt32LE(at + 16 + index * 12),
  }));
  const sizes = entries.map((_, index) => file.readUInt32LE(at + 8 + index * 12));
  let end = 0;
  const frame = sizes.map((size, index) => {
    const start = end;
    end += size;
    return {
      magic: file.readUInt32LE(start),
      announcesChecksum: (file[start + 4]! & 0x04) !== 0,
      checksumIsThatOfTheTable: file.readUInt32LE(end - 4) === entries[index]!.checksum,
    };
  });
  return {
    entries,
    frame,
    framesEndAtTable: end === at,
    header: file.subarray(at, at + 8).toString('hex'),
    footer: file.subarray(-9).toString('hex'),
  };
}

const ask = (from: RecordedServer, { task, steps, indexes }: RecordedTask, selection: Selection, withIndex = true) =>
  readLog({
    task,
    steps,
    storage: diskStore(from.logDirectory),
    dbfs: dbfsStore(memoryDbfs(from.dbfs)),
    index: withIndex ? memoryIndex(indexes).index : undefined,
    selection,
  });

test.runIf(recorded)('every recorded file opens without a note', async () => {
  for (const file of texts.keys()) {
    const text = await openText(memoryFile(readFileSync(file)));
    expect([text.notes, text.damage]).toEqual([[], []]);
  }
});
