import { IndexDamage, type LineIndex } from './line-index.ts';
import { countLines, type Place } from './lines.ts';
import type { LogText } from './text.ts';

/** Finds lines in a log's text. Lines count from 0, offsets are bytes of the text. */
export interface Locator {
  /** Where a line begins; the text's end where it has no such line. */
  offsetOf(line: number): Promise<number>;
  /** The first line that begins at `offset` or behind it, where that can be told without counting. */
  lineAt(offset: number): Promise<number | undefined>;
  /** Lines of the text as it is now, which may be more than the database knew a moment ago. */
  total(): Promise<number>;
}

/**
 * Finds lines by the line index, and by counting where that is missing, too short, or not an index of this text. A place
 * that the index names is looked at: it must be behind a newline and begin with a time, as every line of Forgejo does.
 *
 * @param known what the database says about the text: it holds where the sizes agree
 */
export function locator(
  text: LogText,
  index: LineIndex | undefined,
  known: { readonly lines: number; readonly size: number },
  note: (message: string) => void,
): Locator {
  let trusted = index;
  const distrust = (why: string) => {
    trusted = undefined;
    note(`${why} Lines were counted through the text instead.`);
  };
  // Where counting has been, so that a second line does not begin at the first byte again.
  const counted: Place[] = [{ line: 0, offset: 0 }];
  const count = async (until: { line?: number; offset?: number }): Promise<Place> => {
    const from = counted.findLast(
      (place) => place.line <= (until.line ?? Number.POSITIVE_INFINITY) && place.offset <= (until.offset ?? text.size),
    )!;
    const place = await countLines(text, from, until, note);
    if (place.line > counted.at(-1)!.line) counted.push(place);
    return place;
  };
  const damaged = (error: unknown) => {
    if (!(error instanceof IndexDamage)) throw error;
    distrust(error.message);
  };

  return {
    async offsetOf(line) {
      if (line <= 0) return 0;
      if (trusted && line < trusted.lines) {
        try {
          const offset = await trusted.offsetOf(line);
          if (await beginsLine(text, offset)) return Math.min(offset, text.size);
          distrust(`The line index says that line ${line + 1} begins at byte ${offset}, where no line begins.`);
        } catch (error) {
          damaged(error);
        }
      } else if (trusted) {
        if (trusted.last >= text.size) return text.size;
        if (await beginsLine(text, trusted.last))
          return (await countLines(text, { line: trusted.lines - 1, offset: trusted.last }, { line }, note)).offset;
        distrust('The line index is not one of this text.');
      }
      const place = await count({ line });
      return place.line === line ? place.offset : text.size;
    },
    async lineAt(offset) {
      try {
        return await trusted?.lineAt(offset);
      } catch (error) {
        damaged(error);
        return undefined;
      }
    },
    async total() {
      if (text.size === known.size && known.lines > 0) return known.lines;
      if (trusted && trusted.last < text.size) {
        const from = { line: trusted.lines - 1, offset: trusted.last };
        return ended(text, await countLines(text, from, {}, note));
      }
      if (trusted) {
        const line = await this.lineAt(text.size);
        if (line !== undefined) return line;
      }
      return ended(text, await count({}));
    },
  };
}

/** Counts a last line that has no newline yet. */
async function ended(text: LogText, { line, offset }: Place): Promise<number> {
  if (text.size === 0) return 0;
  const chunk = await text.chunk(Math.min(offset, text.size) - 1);
  return line + (chunk.bytes && chunk.bytes[text.size - 1 - chunk.start] !== 0x0a ? 1 : 0);
}

/** Whether a line begins at `offset`, as far as can be seen in the piece that holds it. */
async function beginsLine(text: LogText, offset: number): Promise<boolean> {
  if (offset >= text.size) return offset === text.size;
  const chunk = await text.chunk(offset);
  // Nothing speaks against it where nothing can be read.
  if (!chunk.bytes) return true;
  const at = offset - chunk.start;
  if (at > 0 && chunk.bytes[at - 1] !== 0x0a) return false;
  const time = chunk.bytes.toString('latin1', at, at + timeShape.length).replace(/\d/g, '0');
  return timeShape.startsWith(time);
}

const timeShape = '0000-00-00T00:00:00.0000000Z ';
