import type { Dbfs } from '../../../src/doctor/logs/dbfs.ts';
import type { EmptyLog } from '../../../src/doctor/logs/empty.ts';
import type { IndexBytes } from '../../../src/doctor/logs/line-index.ts';
import type { LogLine } from '../../../src/doctor/logs/lines.ts';
import type { FoundLog, LogTask } from '../../../src/doctor/logs/logs.ts';
import type { LogFile, LogStore } from '../../../src/doctor/logs/store.ts';

/** Repeatable random numbers (mulberry32): a failing case can be run again by its seed. */
export function random(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    /** From 0 to `below` - 1. */
    below: (below: number) => Math.floor(next() * below),
    pick: <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!,
  };
}

/** A log file in memory. */
export const memoryFile = (bytes: Buffer): LogFile => ({
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
  close: async () => {},
});

/** A store in memory, by log_filename. */
export const memoryStore = (files: ReadonlyMap<string, Buffer>, name = 'the directory /logs'): LogStore => ({
  name,
  async open(logFilename) {
    const bytes = files.get(logFilename);
    return bytes && memoryFile(bytes);
  },
});

/** DBFS in memory, by full path. */
export function memoryDbfs(files: ReadonlyMap<string, Buffer>): Dbfs {
  const paths = [...files.keys()];
  return {
    async find(fullPath) {
      const bytes = files.get(fullPath);
      return bytes && { id: paths.indexOf(fullPath), fileSize: bytes.length };
    },
    read: async (id, offset, length) => files.get(paths[id]!)!.subarray(offset, offset + length),
  };
}

/** A line index in memory that counts what is read of it. */
export function memoryIndex(bytes: Buffer) {
  const counted = { reads: 0, bytes: 0 };
  const index: IndexBytes = {
    length: async () => bytes.length,
    async read(offset, length) {
      const piece = bytes.subarray(offset, offset + length);
      counted.reads++;
      counted.bytes += piece.length;
      return piece;
    },
  };
  return { index, counted };
}

export async function all(answer: FoundLog | EmptyLog): Promise<LogLine[]> {
  if (answer.kind === 'empty') throw new Error(`${answer.reason}: ${answer.message}`);
  const lines: LogLine[] = [];
  for await (const block of answer.blocks) lines.push(...block);
  return lines;
}

/** A line as it stands in the file. */
export const written = ({ time, text }: LogLine): string => (time === '' ? text : `${time} ${text}`);

export const finishedTask = (log: { length: number; size: number }, change: Partial<LogTask> = {}): LogTask => ({
  id: 7,
  status: 1,
  started: 1_795_309_000,
  stopped: 1_795_309_100,
  logFilename: 'alice/demo/07/7.log.zst',
  logInStorage: true,
  logLength: log.length,
  logSize: log.size,
  logExpired: false,
  ...change,
});
