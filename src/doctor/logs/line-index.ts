/**
 * The bytes of `action_task.log_indexes`, wherever they are. Reads are small and few, but for a log of ten million lines
 * the whole is 50 MB: answer with a part of the column (`substring(log_indexes from offset + 1 for length)`).
 */
export interface IndexBytes {
  /** Size in bytes; 0 where there is no index. */
  length(): Promise<number>;
  /** `length` bytes from `offset` (the first is 0); fewer at the end. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** Where each line of a log begins. Lines count from 0, offsets are bytes of the uncompressed text. */
export interface LineIndex {
  readonly lines: number;
  /** Where the last line begins. */
  readonly last: number;
  /** Where `line` begins (0 ≤ line < lines). @throws {IndexDamage} */
  offsetOf(line: number): Promise<number>;
  /** The first line that begins at `offset` or behind it; `lines` where none does. @throws {IndexDamage} */
  lineAt(offset: number): Promise<number>;
}

/** The index is not what Forgejo writes. The lines have to be counted in the text instead. */
export class IndexDamage extends Error {
  constructor(message: string) {
    super(`The line index of the log is damaged: ${message}.`);
  }
}

/** Where a varint lies in the index, and the offset in the text that it holds. */
interface Entry {
  readonly at: number;
  readonly size: number;
  readonly offset: number;
}

/** Varints of one size: they lie together, since offsets grow and longer ones hold greater values. */
interface Run {
  readonly size: number;
  readonly at: number;
  readonly end: number;
  readonly firstLine: number;
}

const headSize = 4 * 1024;
const probeSize = 512;
const longestVarint = 10;

/**
 * Opens the index; undefined where there is none.
 *
 * It is a row of zig-zag varints (Go's `binary.PutVarint`), the offset of each line, the first 0, never decreasing. So all
 * varints of one size lie together, and the place of the n-th follows from where the few sizes begin; these places are
 * searched by value. An index of up to 4 KiB is read at once, a larger one costs some fifteen reads of half a kilobyte:
 * asking more often is cheaper than decoding more.
 *
 * @throws {IndexDamage}
 */
export async function openLineIndex(bytes: IndexBytes): Promise<LineIndex | undefined> {
  const length = await bytes.length();
  if (length === 0) return undefined;
  const [head, tail] = await Promise.all([
    bytes.read(0, Math.min(length, headSize)),
    length > headSize ? bytes.read(length - longestVarint - 1, longestVarint + 1) : undefined,
  ]);
  const first = entries(head, 0, true);
  if (first[0]?.offset !== 0) throw new IndexDamage('the first line does not begin at 0');
  const last = (tail ? entries(tail, length - tail.length, false) : first).at(-1);
  if (!last || last.at + last.size !== length) throw new IndexDamage('it ends within a number');
  const runs = await findRuns(bytes, first, last);

  return {
    lines: lineOf(runs, length),
    last: last.offset,
    async offsetOf(line) {
      const run = runs.findLast(({ firstLine }) => firstLine <= line);
      if (!run || line < 0) throw new RangeError(`line ${line}`);
      const at = run.at + (line - run.firstLine) * run.size;
      if (at >= length) throw new RangeError(`line ${line}`);
      if (!tail) return first[line]!.offset;
      const from = Math.max(0, at - 1);
      const read = await bytes.read(from, run.size + (at - from));
      const [entry] = entries(read, from, at === 0);
      if (entry?.at !== at || entry.size !== run.size)
        throw new IndexDamage(`the entry of line ${line + 1} is not whole`);
      return entry.offset;
    },
    async lineAt(offset) {
      if (offset > last.offset) return lineOf(runs, length);
      if (offset <= 0) return 0;
      if (!tail) return first.findIndex((entry) => entry.offset >= offset);
      return lineOf(runs, (await search(bytes, offset, first[0]!, last)).at);
    },
  };
}

/** The line whose entry begins at byte `at` of the index. */
function lineOf(runs: readonly Run[], at: number): number {
  const run = runs.findLast((candidate) => candidate.at <= at)!;
  const line = (at - run.at) / run.size;
  if (!Number.isInteger(line)) throw new IndexDamage(`no number begins at byte ${at}`);
  return run.firstLine + line;
}

/** Finds where each size of varint begins: in the entries of the head, and between the last of them and the very last. */
async function findRuns(bytes: IndexBytes, head: readonly Entry[], last: Entry): Promise<Run[]> {
  const begins = head.filter((entry, index) => entry.size !== head[index - 1]?.size);
  const known = head.at(-1)!;
  for (let size = known.size + 1; size <= last.size; size++) {
    // Of zig-zag varints, those of n bytes hold offsets from 2^(7(n-1)-1).
    const entry = await search(bytes, 2 ** (7 * (size - 1) - 1), known, last);
    if (entry.size === size) begins.push(entry);
  }
  const runs: Run[] = [];
  for (const [index, { at, size }] of begins.entries()) {
    const end = begins[index + 1]?.at ?? last.at + last.size;
    if ((end - at) % size !== 0) throw new IndexDamage(`the numbers from byte ${at} are not all of one size`);
    const before = runs.at(-1);
    const firstLine = before ? before.firstLine + (before.end - before.at) / before.size : 0;
    runs.push({ size, at, end, firstLine });
  }
  return runs;
}

/**
 * The first entry whose offset is at least `offset`, given one that is smaller (or the first) and one that is not.
 * Guesses the place as if all lines were equally long, and halves the rest every other time.
 */
async function search(bytes: IndexBytes, offset: number, low: Entry, high: Entry): Promise<Entry> {
  if (low.offset >= offset) return low;
  for (let turn = 0; high.at - low.at > probeSize; turn++) {
    const share = turn % 3 === 2 ? 0.5 : (offset - low.offset) / (high.offset - low.offset);
    const guess = low.at + Math.floor((high.at - low.at) * share);
    const from = Math.max(low.at, Math.min(guess - probeSize / 2, high.at - probeSize));
    const row = entries(await bytes.read(from, probeSize), from, from === low.at);
    const [least, most] = [row[0], row.at(-1)];
    if (!least || !most || least.offset < low.offset || most.offset > high.offset)
      throw new IndexDamage(`the numbers around byte ${from} do not grow`);
    if (least.offset >= offset) high = least;
    else if (most.offset < offset) low = most;
    else return row.find((entry) => entry.offset >= offset)!;
  }
  const row = entries(await bytes.read(low.at, high.at - low.at), low.at, true);
  return row.find((entry) => entry.offset >= offset) ?? high;
}

/**
 * The whole varints in a piece of the index that begins at byte `from`. Unless a varint begins there (`aligned`), what comes
 * before the first end of one is left out.
 */
function entries(piece: Buffer, from: number, aligned: boolean): Entry[] {
  const found: Entry[] = [];
  let at = aligned ? 0 : piece.findIndex((byte) => byte < 0x80) + 1;
  let before = 0;
  while (at < piece.length) {
    let raw = 0;
    let scale = 1;
    let end = at;
    while (end < piece.length && piece[end]! >= 0x80) {
      raw += (piece[end]! & 0x7f) * scale;
      scale *= 128;
      end++;
    }
    if (end === piece.length) break;
    raw += piece[end]! * scale;
    const long = end - at >= longestVarint || (end > at && piece[end] === 0);
    if (long || raw % 2 === 1 || raw > Number.MAX_SAFE_INTEGER || raw / 2 < before)
      throw new IndexDamage(`the number at byte ${from + at} is not an offset behind the one before`);
    before = raw / 2;
    found.push({ at: from + at, size: end + 1 - at, offset: before });
    at = end + 1;
  }
  return found;
}
