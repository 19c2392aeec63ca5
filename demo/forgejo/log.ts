import { compress } from '@mongodb-js/zstd';
import { xxh64Low } from '../../src/common/xxh64.ts';

/** A line as a runner sends it. */
export interface LogEntry {
  /** `2006-01-02T15:04:05.0000000Z`, always seven digits: see `logTime`. */
  readonly time: string;
  readonly content: string;
}

export interface BuiltLog {
  /** What the tables of a running task hold, and what the frames of a stored log decode to. */
  readonly text: Buffer;
  /** `action_task.log_indexes`, `log_size` (bytes) and `log_length` (lines). */
  readonly indexes: Buffer;
  readonly size: number;
  readonly length: number;
}

const longestContent = 64 * 1024;

/** A time as Forgejo writes it in a log. @param ticks of a ten-millionth of a second */
export function logTime(unixSeconds: number, ticks = 0): string {
  const seconds = new Date(unixSeconds * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(ticks).padStart(7, '0')}Z`;
}

/** A line as Forgejo stores it: newlines written as `\n`, content cut at 64 KiB (`FormatLog` in its modules/actions/log.go). */
export function formatLine({ time, content }: LogEntry): Buffer {
  const bytes = Buffer.from(content.replaceAll('\n', '\\n'));
  return Buffer.concat([Buffer.from(`${time} `), bytes.subarray(0, longestContent), Buffer.from('\n')]);
}

/** The text of a log and its line index, as Forgejo would have them. */
export function buildLog(lines: readonly LogEntry[]): BuiltLog {
  const parts = lines.map(formatLine);
  let offset = 0;
  const indexes = parts.map((part) => {
    const entry = putVarint(offset);
    offset += part.length;
    return entry;
  });
  return { text: Buffer.concat(parts), indexes: Buffer.concat(indexes), size: offset, length: lines.length };
}

/** Go's `binary.PutVarint` of a number that is not negative. */
export function putVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** A frame as it stands in a seek table: sizes in bytes, the checksum of the text. */
export interface FrameEntry {
  readonly size: number;
  readonly textSize: number;
  readonly checksum: number;
}

/**
 * Compresses a piece of text to one frame that states the size of its content and ends with its checksum, as Forgejo's
 * encoder writes them. The encoder used here leaves both out, so they are put in.
 */
export async function zstdFrame(text: Buffer): Promise<{ bytes: Buffer; entry: FrameEntry }> {
  const checksum = xxh64Low(text);
  const frame = await compress(text);
  // Descriptor bits: 0x04 a checksum follows, 0xe0 the size is there already, 0x80 it follows in four bytes.
  const states = (frame[4]! & 0xe0) !== 0;
  const head = Buffer.alloc(states ? 6 : 10);
  frame.copy(head, 0, 0, 6);
  head[4]! |= states ? 0x04 : 0x84;
  if (!states) head.writeUInt32LE(text.length, 6);
  const end = Buffer.alloc(4);
  end.writeUInt32LE(checksum);
  const bytes = Buffer.concat([head, frame.subarray(6), end]);
  return { bytes, entry: { size: bytes.length, textSize: text.length, checksum } };
}

/** The skippable frame at the end of a seekable file. */
export function seekTable(entries: readonly FrameEntry[]): Buffer {
  const table = Buffer.alloc(8 + entries.length * 12 + 9);
  table.writeUInt32LE(0x184d2a5e, 0);
  table.writeUInt32LE(table.length - 8, 4);
  for (const [index, { size, textSize, checksum }] of entries.entries()) {
    table.writeUInt32LE(size, 8 + index * 12);
    table.writeUInt32LE(textSize, 12 + index * 12);
    table.writeUInt32LE(checksum, 16 + index * 12);
  }
  table.writeUInt32LE(entries.length, table.length - 9);
  table[table.length - 5] = 0x80;
  table.writeUInt32LE(0x8f92eab1, table.length - 4);
  return table;
}

/** A stored log: independent frames of `frameSize` bytes of text each, and the seek table. */
export async function seekableZstd(text: Buffer, frameSize = 128 * 1024): Promise<Buffer> {
  const frames: Buffer[] = [];
  const entries: FrameEntry[] = [];
  for (let at = 0; at < text.length; at += frameSize) {
    const { bytes, entry } = await zstdFrame(text.subarray(at, at + frameSize));
    frames.push(bytes);
    entries.push(entry);
  }
  return Buffer.concat([...frames, seekTable(entries)]);
}
