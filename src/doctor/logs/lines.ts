import { type LineScan, timeLength } from './line-marks.ts';
import { lineScanner } from './line-scan.ts';
import type { Chunk, LogText } from './text.ts';

/** A line of a log. */
export interface LogLine {
  /** The first line of the log is 1, as `sed -n` counts. */
  readonly number: number;
  /** The step that it belongs to: what the web page shows it under. */
  readonly step: string;
  /** When the runner sent it, `2006-01-02T15:04:05.0000000Z`; empty where the line does not begin so. */
  readonly time: string;
  /** What was written, with terminal escapes and secrets as they are in the log: the edge that prints takes care of both. */
  readonly text: string;
}

/** A place in a log: a line, counted from 0, and the byte of the text where it begins. */
export interface Place {
  readonly line: number;
  readonly offset: number;
}

/** Forgejo cuts lines at 64 KiB; of anything longer only this many bytes are shown. */
const longestLine = 1024 * 1024;
const pieceSize = 1024 * 1024;
const newline = 0x0a;
const nothing = Buffer.alloc(0);

export interface Range {
  readonly from: Place;
  /** Byte of the text where to stop. */
  readonly until: number;
}

export interface ReadingHelp {
  /** The line that begins at `offset` or behind it, where that can be told: needed behind a damaged part. */
  lineAt(offset: number): Promise<number | undefined>;
  /** Called with a sentence for people. */
  note(message: string): void;
}

/** Whole lines of a log as they are stored, each with its newline; the very last may lack it. */
export interface Piece {
  readonly bytes: Buffer;
  /** The first of them, counted from 0. */
  readonly line: number;
  /** The byte of the text behind the last of them. */
  readonly end: number;
  /** Where each ends; the arrays are used again for the next piece. */
  readonly scan: LineScan;
}

/** How many lines a piece has: a last one without a newline is one too. */
export const linesIn = ({ bytes, scan: { count, ends } }: Piece): number =>
  count + (bytes.length > (count === 0 ? 0 : ends[count - 1]! + 1) ? 1 : 0);

/** The lines of a range, in pieces of some thousand: one at a time would cost more than the reading. */
export async function* readPieces(text: LogText, range: Range, help: ReadingHelp): AsyncGenerator<Piece> {
  const until = Math.min(range.until, text.size);
  const scan = lineScanner();
  let line = range.from.line;
  const carry = new Carry();
  const piece = (bytes: Buffer, end: number): Piece => {
    const made = { bytes, line, end, scan: scan(bytes) };
    line += linesIn(made);
    return made;
  };
  const carried = (newlineOrNone: Buffer, end: number): Piece => {
    tooLong(line, carry.size, help);
    return piece(carry.take(newlineOrNone), end);
  };
  let lostStart = false;
  for await (const { chunk, position, end } of chunksAhead(text, range.from.offset, until)) {
    if (!chunk.bytes) {
      if (carry.size > 0) yield carried(nothing, position);
      lostStart = true;
      continue;
    }
    let bytes = chunk.bytes.subarray(position - chunk.start, end - chunk.start);
    if (lostStart) {
      const first = bytes.indexOf(newline) + 1;
      if (first === 0) continue;
      lostStart = false;
      const found = await help.lineAt(end - bytes.length + first);
      if (found === undefined) help.note(`Line numbers behind it are too low: nobody knows how many lines are lost.`);
      line = found ?? line;
      bytes = bytes.subarray(first);
    }
    // A frame may be larger than Forgejo's; a piece must not be.
    for (let at = 0; at < bytes.length; at += pieceSize) {
      const part = bytes.subarray(at, at + pieceSize);
      const last = part.lastIndexOf(newline) + 1;
      if (last === 0) {
        carry.add(part);
        continue;
      }
      let start = 0;
      if (carry.size > 0) {
        start = part.indexOf(newline) + 1;
        carry.add(part.subarray(0, start - 1));
        yield carried(part.subarray(start - 1, start), end - bytes.length + at + start);
      }
      if (start < last) yield piece(part.subarray(start, last), end - bytes.length + at + last);
      carry.add(part.subarray(last));
    }
  }
  if (carry.size > 0) yield carried(nothing, until);
}

interface Part {
  readonly chunk: Chunk;
  /** The bytes of the text that are wanted of it. */
  readonly position: number;
  readonly end: number;
}

/** The chunks of a range in their order. The next one is read and decoded while one is used. */
async function* chunksAhead(text: LogText, from: number, until: number): AsyncGenerator<Part> {
  let position = from;
  let next = position < until ? text.chunk(position, until) : undefined;
  while (next) {
    const chunk: Chunk = await next;
    const end = Math.min(chunk.end, until);
    next = end < until ? text.chunk(end, until) : undefined;
    // Its failure is met when it is awaited.
    next?.catch(() => {});
    yield { chunk, position, end };
    position = end;
  }
}

/** The lines of a piece. */
export function linesOf(piece: Piece, stepOf: (line: number) => string): LogLine[] {
  const count = linesIn(piece);
  const contents = piece.bytes.toString('utf8').split('\n');
  const lines: LogLine[] = [];
  for (let index = 0; index < count; index++) {
    const content = contents[index]!;
    const timed = content[timeLength] === ' ' && content[timeLength - 1] === 'Z' && content[10] === 'T';
    lines.push({
      number: piece.line + index + 1,
      step: stepOf(piece.line + index),
      time: timed ? content.slice(0, timeLength) : '',
      text: timed ? content.slice(timeLength + 1) : content,
    });
  }
  return lines;
}

function tooLong(line: number, size: number, help: ReadingHelp): void {
  if (size > longestLine) help.note(`Line ${line + 1} has ${size} bytes; only the first MiB is shown.`);
}

/** The beginning of a line whose end is in a later chunk. Keeps no more of it than is shown. */
class Carry {
  size = 0;
  private parts: Buffer[] = [];

  add(bytes: Buffer): void {
    // A copy: the chunk is large and need not be kept for it.
    if (bytes.length > 0 && this.size < longestLine)
      this.parts.push(Buffer.from(bytes.subarray(0, longestLine - this.size)));
    this.size += bytes.length;
  }

  /** @param end what goes behind it: a newline, where there was one */
  take(end: Buffer): Buffer {
    const line = Buffer.concat([...this.parts, end]);
    this.size = 0;
    this.parts = [];
    return line;
  }
}

/** Where the last `count` lines before byte `end` begin, and how many they are; reads backwards, and stops at damage. */
export async function tailStart(text: LogText, end: number, count: number): Promise<{ offset: number; lines: number }> {
  if (count === 0 || end === 0) return { offset: end, lines: 0 };
  let lines = 0;
  let found = end;
  let position = end;
  while (position > 0) {
    const chunk: Chunk = await text.chunk(position - 1);
    if (!chunk.bytes) return { offset: found, lines };
    const bytes = chunk.bytes.subarray(0, position - chunk.start);
    // The newline right before `end` belongs to the last line.
    let at = position === end ? bytes.length - 2 : bytes.length - 1;
    while (at >= 0) {
      at = bytes.lastIndexOf(newline, at);
      if (at < 0) break;
      lines++;
      found = chunk.start + at + 1;
      if (lines === count) return { offset: found, lines };
      at--;
    }
    position = chunk.start;
  }
  return { offset: 0, lines: lines + 1 };
}

/** Counts on from a place until `until` lines or `end` bytes are reached, and answers where that is. */
export async function countLines(
  text: LogText,
  from: Place,
  until: { line?: number; offset?: number },
  note: (message: string) => void,
): Promise<Place> {
  const stopLine = until.line ?? Number.POSITIVE_INFINITY;
  const stopOffset = Math.min(until.offset ?? text.size, text.size);
  let { line, offset } = from;
  while (line < stopLine && offset < stopOffset) {
    const chunk: Chunk = await text.chunk(offset);
    const end = Math.min(chunk.end, stopOffset);
    const ahead = end < stopOffset ? text.chunk(end) : undefined;
    ahead?.catch(() => {});
    if (!chunk.bytes)
      note('Lines were counted, but not those of the damaged part: the lines behind it have other numbers.');
    else {
      const bytes = chunk.bytes;
      const stop = end - chunk.start;
      for (
        let at = bytes.indexOf(newline, offset - chunk.start);
        at !== -1 && at < stop;
        at = bytes.indexOf(newline, at + 1)
      ) {
        line++;
        if (line === stopLine) return { line, offset: chunk.start + at + 1 };
      }
    }
    offset = end;
  }
  return { line, offset };
}
