import { xxh64Low } from '../../common/xxh64.ts';
import { decompressFrame, decompressFrames, delimitFrame, FrameError } from '../../common/zstd.ts';
import { type Chunk, type Damage, keepLast, type LogText, longChunk, type Source, shortRange } from './text.ts';

/**
 * The frames of a seekable zstd file: frame `i` takes `sizes[i]` bytes at `offsets[i]` of the file and decodes to the bytes
 * `starts[i]`…`starts[i + 1]` of the text. `checksums` as the seek table has them.
 */
interface Frames {
  readonly offsets: readonly number[];
  readonly sizes: readonly number[];
  readonly starts: readonly number[];
  readonly checksums?: readonly number[];
}

/** A frame that decodes to more is not shown: Forgejo writes 128 KiB each, and memory must stay small. */
const frameLimit = 16 * 1024 * 1024;
const footerSize = 9;
const tableMagic = 0x184d2a5e;
const footerMagic = 0x8f92eab1;
/** A table for 150 GiB of text. */
const tableLimit = 16 * 1024 * 1024;
const walkWindow = 256 * 1024;

/**
 * Text of a file of independent zstd frames with a seek table at its end, Forgejo's format (128 KiB of text to a frame;
 * facebook/zstd, contrib/seekable_format). Only the frames asked for are read and decoded.
 *
 * The table is believed where it agrees with the file's size, with `expectedSize` and with itself: Forgejo's frames all
 * decode to the same size but for the last. Every frame that is read is held against it. Where it fails or is missing,
 * the frames are found one after the other by their own headers.
 */
export async function seekableText(source: Source, expectedSize?: number): Promise<LogText> {
  const notes: string[] = [];
  const damage: Damage[] = [];

  /** The frames as the file itself shows them; those of the table where that turns out to be honest. */
  async function survey(table: Frames | undefined): Promise<Frames> {
    const walk = await walkFrames(source);
    if (table && agrees(walk, table)) return table;
    if (table)
      notes.push('The seek table does not fit the frames of the file; they were found one after the other instead.');
    if (walk.stopped) damage.push(walk.stopped);
    return walk.frames;
  }

  const table = await readTable(source);
  let surveyed = false;
  let frames: Frames;
  if (typeof table === 'string') {
    notes.push(`${table} The frames were found one after the other instead.`);
    frames = await survey(undefined);
    surveyed = true;
  } else if (!isRegular(table) || (expectedSize !== undefined && textSize(table) !== expectedSize)) {
    frames = await survey(table);
    surveyed = true;
  } else frames = table;

  let read = decoder(source, frames, notes);
  let readRow = rowReader(source, frames);
  let delivered = false;
  return {
    get size() {
      return textSize(frames);
    },
    compressed: true,
    async chunk(position, until = 0) {
      const first = frameAt(frames.starts, position);
      const row = delivered ? await readRow(first, until) : undefined;
      if (row) return row;
      let chunk = await read(first);
      if (!chunk.bytes && !surveyed && !delivered) {
        // The first frame read does not fit its entry: is the frame damaged, or does the table lie?
        surveyed = true;
        const before = frames;
        frames = await survey(before);
        if (frames !== before) {
          read = decoder(source, frames, notes);
          readRow = rowReader(source, frames);
          if (position >= textSize(frames))
            return { start: position, end: Number.POSITIVE_INFINITY, damage: chunk.damage };
          chunk = await read(frameAt(frames.starts, position));
        }
      }
      if (chunk.bytes) delivered = true;
      else if (!damage.some(({ frame }) => frame === chunk.damage.frame)) damage.push(chunk.damage);
      return chunk;
    },
    get bytesRead() {
      return source.bytesRead;
    },
    notes,
    damage,
    close: () => source.file.close(),
  };
}

/** Reads frames by their number, from 0, and keeps the last few. */
function decoder(source: Source, { offsets, sizes, starts, checksums }: Frames, notes: string[]) {
  return keepLast(3, async (index): Promise<Chunk> => {
    const [offset, start, end] = [offsets[index]!, starts[index]!, starts[index + 1]!];
    const bytes = await source.read(offset, sizes[index]!);
    try {
      const content = await decompressFrame(bytes, frameLimit);
      if (content.length !== end - start)
        throw new FrameError(
          'damage',
          0,
          `it decodes to ${content.length} bytes, not the ${end - start} of the seek table`,
        );
      if (checksums && checksums[index] !== (ownChecksum(bytes) ?? xxh64Low(content)))
        notes.push(`The seek table's checksum of frame ${index + 1} is not that of the frame.`);
      return { start, end, bytes: content };
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      const place = `at byte ${offset} of the file; bytes ${start} to ${end} of the text`;
      if (error.reason === 'size')
        return { start, end, damage: tooLarge(error, { frame: index + 1, offset, start, end }) };
      const message = `Frame ${index + 1} of ${starts.length - 1} (${place}) cannot be read: ${error.message}.`;
      return { start, end, damage: { frame: index + 1, offset, start, end, message } };
    }
  });
}

const tooLarge = (error: FrameError, place: Omit<Damage, 'message'>): Damage => ({
  ...place,
  message: `Frame ${place.frame}, which begins at byte ${place.offset} of the file, is not shown: ${error.message}, Forgejo's have 128 KiB of text each. That is no damage; "zstd -dc FILE | less" shows it.`,
  tooLarge: true,
});

/** Rows that are read and decoded before they are asked for. */
const rowsAhead = 2;

/**
 * Reads several frames at once, up to the one that holds the byte before `until`; answers undefined where one of them is not as it
 * should be. The rows behind it are begun with it: whoever uses the text keeps this thread busy meanwhile, and what was read could
 * not be handed over for decoding.
 */
function rowReader(source: Source, frames: Frames) {
  let begun = new Map<number, Promise<Chunk | undefined>>();
  // The frames before it are given one by one, to tell which of them is damaged.
  let single = 0;
  return async (first: number, until: number): Promise<Chunk | undefined> => {
    // For little, frame by frame: the last ones are kept.
    const isMuch = begun.has(first) || until - frames.starts[first]! > shortRange;
    if (first < single || !isMuch) return undefined;
    const kept = begun;
    begun = new Map();
    let from = first;
    for (let count = 0; count <= rowsAhead && from < frames.sizes.length && frames.starts[from]! < until; count++) {
      const end = rowEnd(frames, from, until);
      const row = kept.get(from) ?? decodeRow(source, frames, from, end);
      // A failure is met when it is awaited.
      row.catch(() => {});
      begun.set(from, row);
      from = end;
    }
    const row = await begun.get(first);
    if (!row) single = rowEnd(frames, first, until);
    return row;
  };
}

/** The frame behind those that are read at once. */
function rowEnd({ offsets, sizes, starts }: Frames, first: number, until: number): number {
  let next = first + 1;
  while (
    next < sizes.length &&
    starts[next]! < until &&
    starts[next + 1]! - starts[first]! <= longChunk &&
    offsets[next] === offsets[next - 1]! + sizes[next - 1]!
  )
    next++;
  return next;
}

async function decodeRow(
  source: Source,
  { offsets, sizes, starts, checksums }: Frames,
  first: number,
  end: number,
): Promise<Chunk | undefined> {
  if (end === first + 1) return undefined;
  const offset = offsets[first]!;
  const row = sizes.slice(first, end);
  const bytes = await source.read(offset, offsets[end - 1]! + sizes[end - 1]! - offset);
  const contents = row.map((_, index) => starts[first + index + 1]! - starts[first + index]!);
  const content = await decompressFrames(bytes, row, contents, frameLimit);
  const carried = (index: number) => bytes.readUInt32LE(offsets[index]! + sizes[index]! - 4 - offset);
  if (!content || (checksums && row.some((_, index) => checksums[first + index] !== carried(first + index))))
    return undefined;
  return { start: starts[first]!, end: starts[end]!, bytes: content };
}

/** The checksum that a frame carries; it was compared with the content when that was decoded. */
const ownChecksum = (frame: Buffer): number | undefined =>
  frame[4]! & 0x04 ? frame.readUInt32LE(frame.length - 4) : undefined;

/** The seek table, or the sentence that says why there is none to believe. */
async function readTable(source: Source): Promise<Frames | string> {
  const missing = 'The file ends without a seek table: it was cut off, or was not written by Forgejo.';
  if (source.size < 8 + footerSize) return missing;
  const footer = await source.read(source.size - footerSize, footerSize);
  if (footer.readUInt32LE(5) !== footerMagic) return missing;
  const count = footer.readUInt32LE(0);
  const descriptor = footer[4]!;
  const entrySize = descriptor & 0x80 ? 12 : 8;
  const tableSize = 8 + count * entrySize + footerSize;
  const tableAt = source.size - tableSize;
  if ((descriptor & 0x7c) !== 0 || tableAt < 0 || tableSize > tableLimit)
    return `The seek table at the file's end is damaged (it claims ${count} frames).`;
  const table = await source.read(tableAt, tableSize - footerSize);
  if (table.readUInt32LE(0) !== tableMagic || table.readUInt32LE(4) !== tableSize - 8)
    return `The seek table at byte ${tableAt} of the file is damaged.`;
  const offsets: number[] = [];
  const sizes: number[] = [];
  const starts = [0];
  const checksums: number[] = [];
  let end = 0;
  for (let index = 0, at = 8; index < count; index++, at += entrySize) {
    const size = table.readUInt32LE(at);
    offsets.push(end);
    sizes.push(size);
    end += size;
    starts.push(starts[index]! + table.readUInt32LE(at + 4));
    if (entrySize === 12) checksums.push(table.readUInt32LE(at + 8));
  }
  if (end !== tableAt) return `The seek table is wrong: its frames take ${end} bytes, the file has ${tableAt}.`;
  return entrySize === 12 ? { offsets, sizes, starts, checksums } : { offsets, sizes, starts };
}

interface Walk {
  readonly frames: Frames;
  /** What ended the walk before the end of the file. */
  readonly stopped: Damage | undefined;
}

/** Finds the frames one after the other by their headers; decodes only those that do not state their size. */
async function walkFrames(source: Source): Promise<Walk> {
  const read = windowed(source);
  const offsets: number[] = [];
  const sizes: number[] = [];
  const starts = [0];
  let at = 0;
  let stopped: Damage | undefined;
  while (at < source.size) {
    const offset = at;
    const start = starts.at(-1)!;
    try {
      const frame = await delimitFrame((within, length) => read(offset + within, length));
      if (offset + frame.size > source.size)
        throw new FrameError('end', source.size - offset, 'the file ends within it');
      at += frame.size;
      if (frame.skippable) continue;
      const size =
        frame.contentSize ?? (await decompressFrame(await source.read(offset, frame.size), frameLimit)).length;
      offsets.push(offset);
      sizes.push(frame.size);
      starts.push(start + size);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      const frame = starts.length;
      if (error.reason === 'size') {
        stopped = tooLarge(error, { frame, offset, start, end: undefined });
        break;
      }
      const message = `The file is ${error.reason === 'end' ? 'cut off' : 'damaged'} in frame ${frame}, which begins at byte ${offset} (${error.message}): the text ends at byte ${start}.`;
      stopped = { frame, offset, start, end: undefined, message };
      break;
    }
  }
  return { frames: { offsets, sizes, starts }, stopped };
}

/** Reads ahead, so that walking over small frames takes few reads. */
function windowed(source: Source) {
  let from = 0;
  let window: Buffer = Buffer.alloc(0);
  return async (offset: number, length: number): Promise<Buffer> => {
    if (offset < from || offset + length > from + window.length) {
      from = offset;
      window = await source.read(offset, Math.max(length, walkWindow));
    }
    return window.subarray(offset - from, offset - from + length);
  };
}

/** Whether the frames found in the file are those of the table, as far as the walk went. */
function agrees({ frames, stopped }: Walk, table: Frames): boolean {
  const found = frames.starts.length;
  if (stopped ? found > table.starts.length : found !== table.starts.length) return false;
  return (
    frames.starts.every((start, index) => start === table.starts[index]) &&
    frames.offsets.every((offset, index) => offset === table.offsets[index])
  );
}

/** Whether all frames but the last decode to the same size, and the last to no more. */
function isRegular({ starts }: Frames): boolean {
  const size = starts[1] ?? 0;
  const last = starts.length - 2;
  for (let index = 0; index < last; index++) if (starts[index + 1]! - starts[index]! !== size) return false;
  return last <= 0 || (size > 0 && starts[last + 1]! - starts[last]! <= size && starts[last + 1]! > starts[last]!);
}

const textSize = ({ starts }: Frames): number => starts.at(-1)!;

/** The frame that holds a byte of the text. */
function frameAt(starts: readonly number[], position: number): number {
  let [low, high] = [0, starts.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}
