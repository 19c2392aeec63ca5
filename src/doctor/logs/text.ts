import { isFrameMagic, isSkippableMagic } from '../../common/zstd.ts';
import { seekableText } from './seekable.ts';
import type { LogFile } from './store.ts';

/** A part of a log that cannot be read. Offsets in bytes. */
export interface Damage {
  /** Number of the zstd frame, the first is 1. */
  readonly frame: number;
  /** Where the frame begins in the file. */
  readonly offset: number;
  /** What is lost of the text; `end` is undefined where only the rest of the file is known to be lost. */
  readonly start: number;
  readonly end: number | undefined;
  /** A sentence for people that names the place. */
  readonly message: string;
  /** Nothing is wrong with it: it is larger than what is read at once. */
  readonly tooLarge?: true;
}

/** A piece of a log's text, `start` and `end` being byte offsets in the text. A damaged piece has no bytes. */
export type Chunk =
  | { readonly start: number; readonly end: number; readonly bytes: Buffer }
  | { readonly start: number; readonly end: number; readonly bytes?: undefined; readonly damage: Damage };

/** The uncompressed text of a log, read piece by piece at any place. */
export interface LogText {
  /** Uncompressed bytes that can be asked for. */
  readonly size: number;
  readonly compressed: boolean;
  /**
   * The piece that holds the byte at `position` (0 ≤ position < size). The last few pieces are kept, so asking again is
   * free. Who reads on says `until` where, and may be given more at once; nothing that begins behind it is read.
   *
   * @throws {LogGone} where the log was moved or deleted meanwhile
   */
  chunk(position: number, until?: number): Promise<Chunk>;
  /** Bytes read from where the log is stored, tables included. */
  readonly bytesRead: number;
  /** What a person should know about the file: one sentence each. */
  readonly notes: readonly string[];
  /** Damage met so far. */
  readonly damage: readonly Damage[];
  close(): Promise<void>;
}

/** The log is no longer where it was opened. Whoever knows the other places looks there. */
export class LogGone extends Error {
  constructor() {
    super('The log is no longer where it was opened.');
  }
}

/** A `LogFile` that counts what is read and tells when the log is gone. */
export class Source {
  readonly file: LogFile;
  bytesRead = 0;

  constructor(file: LogFile) {
    this.file = file;
  }

  get size(): number {
    return this.file.size;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.file.size - offset));
    if (wanted === 0) return Buffer.alloc(0);
    const bytes = await this.file.read(offset, wanted);
    this.bytesRead += bytes.length;
    if (bytes.length < wanted) throw new LogGone();
    return bytes;
  }
}

/**
 * The text of an opened log. Its first bytes decide whether it is compressed, never its name: a log in the database is
 * plain although it is called `.zst`, and with `LOG_COMPRESSION = none` a stored one is.
 *
 * @param expectedSize `action_task.log_size`, where it is final: a seek table that says something else is not believed
 */
export async function openText(file: LogFile, expectedSize?: number): Promise<LogText> {
  const source = new Source(file);
  const magic = await source.read(0, 4);
  return isFrameMagic(magic) || isSkippableMagic(magic) ? seekableText(source, expectedSize) : plainText(source);
}

const plainChunk = 128 * 1024;
/** Text that is read at once where much of it is wanted, in bytes. */
export const longChunk = 2 * 1024 * 1024;
/** Up to here it is not much. */
export const shortRange = 512 * 1024;

function plainText(source: Source): LogText {
  const read = async (start: number, length: number) => {
    const bytes = await source.read(start, length);
    return { start, end: start + bytes.length, bytes };
  };
  const kept = keepLast(3, (index) => read(index * plainChunk, plainChunk));
  return {
    size: source.size,
    compressed: false,
    chunk: (position, until = 0) =>
      until - position > shortRange
        ? read(position, Math.min(until - position, longChunk))
        : kept(Math.floor(position / plainChunk)),
    get bytesRead() {
      return source.bytesRead;
    },
    notes: [],
    damage: [],
    close: () => source.file.close(),
  };
}

/** Remembers the answers to the last `count` questions, also those still under way; failures are not remembered. */
export function keepLast<Answer>(count: number, ask: (key: number) => Promise<Answer>) {
  const kept = new Map<number, Promise<Answer>>();
  return (key: number): Promise<Answer> => {
    let answer = kept.get(key);
    if (answer) kept.delete(key);
    else {
      answer = ask(key);
      answer.catch(() => kept.delete(key));
    }
    kept.set(key, answer);
    for (const oldest of kept.keys()) {
      if (kept.size <= count) break;
      kept.delete(oldest);
    }
    return answer;
  };
}
