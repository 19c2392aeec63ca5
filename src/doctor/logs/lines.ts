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
const pieceSize = 128 * 1024;
const newline = 0x0a;
const timeLength = '2006-01-02T15:04:05.0000000Z'.length;

export interface Range {
  readonly from: Place;
  /** Byte of the text where to stop. */
  readonly until: number;
}

export interface ReadingHelp {
  /** Name of the step that a line (counted from 0) belongs to. */
  stepOf(line: number): string;
  /** The line that begins at `offset` or behind it, where that can be told: needed behind a damaged part. */
  lineAt(offset: number): Promise<number | undefined>;
  /** Called with a sentence for people. */
  note(message: string): void;
}

/** The lines of a range, in blocks of some hundred: one at a time would cost more than the reading. */
export async function* readLines(text: LogText, range: Range, help: ReadingHelp): AsyncGenerator<LogLine[]> {
  let line = range.from.line;
  const carry = new Carry();
  let lostStart = false;
  let position = range.from.offset;
  const until = Math.min(range.until, text.size);
  let next = position < until ? text.chunk(position) : undefined;
  while (next) {
    const chunk = await next;
    const end = Math.min(chunk.end, until);
    // The next piece is decoded while the lines of this one are used. Its failure is met when it is awaited.
    next = end < until ? text.chunk(end) : undefined;
    next?.catch(() => {});
    if (!chunk.bytes) {
      if (carry.size > 0)
        yield [
          asLine(
            carry.take((size) => tooLong(line, size, help)),
            line++,
            help,
          ),
        ];
      lostStart = true;
      position = end;
      continue;
    }
    let bytes = chunk.bytes.subarray(position - chunk.start, end - chunk.start);
    position = end;
    if (lostStart) {
      const first = bytes.indexOf(newline) + 1;
      if (first === 0) continue;
      lostStart = false;
      const found = await help.lineAt(end - bytes.length + first);
      if (found === undefined) help.note(`Line numbers behind it are too low: nobody knows how many lines are lost.`);
      line = found ?? line;
      bytes = bytes.subarray(first);
    }
    // A frame may be larger than Forgejo's; a block of lines must not be.
    for (let at = 0; at < bytes.length; at += pieceSize) {
      const contents = carry.lines(bytes.subarray(at, at + pieceSize), (size) => tooLong(line, size, help));
      if (contents.length > 0) yield contents.map((content) => asLine(content, line++, help));
    }
  }
  if (carry.size > 0)
    yield [
      asLine(
        carry.take((size) => tooLong(line, size, help)),
        line,
        help,
      ),
    ];
}

function asLine(content: string, line: number, help: ReadingHelp): LogLine {
  const timed = content[timeLength] === ' ' && content[timeLength - 1] === 'Z' && content[10] === 'T';
  return {
    number: line + 1,
    step: help.stepOf(line),
    time: timed ? content.slice(0, timeLength) : '',
    text: timed ? content.slice(timeLength + 1) : content,
  };
}

function tooLong(line: number, size: number, help: ReadingHelp): void {
  if (size > longestLine) help.note(`Line ${line + 1} has ${size} bytes; only the first MiB is shown.`);
}

/** The beginning of a line whose end is in a later piece. Keeps no more of it than is shown. */
class Carry {
  size = 0;
  private parts: Buffer[] = [];

  /** The lines that end in `bytes`; what is behind the last newline is kept for the next call. */
  lines(bytes: Buffer, ended: (firstSize: number) => void): string[] {
    const last = bytes.lastIndexOf(newline);
    if (last === -1) {
      this.add(bytes);
      return [];
    }
    let begun: string[] = [];
    let rest = 0;
    if (this.size > 0) {
      rest = bytes.indexOf(newline) + 1;
      this.add(bytes.subarray(0, rest - 1));
      begun = [this.take(ended)];
    }
    this.add(bytes.subarray(last + 1));
    return rest > last ? begun : begun.concat(bytes.toString('utf8', rest, last).split('\n'));
  }

  take(ended: (size: number) => void): string {
    ended(this.size);
    const content = Buffer.concat(this.parts).toString('utf8');
    this.size = 0;
    this.parts = [];
    return content;
  }

  private add(bytes: Buffer): void {
    if (bytes.length > 0 && this.size < longestLine) this.parts.push(bytes.subarray(0, longestLine - this.size));
    this.size += bytes.length;
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
