import { suspectWords, type Word } from '../../common/suspects.ts';
import { type Code, i8x16, i32, type Local, moduleOf, otherwise, repeat, v128, when } from '../../common/wasm.ts';
import { atSign, control, type LineScan, odd, secret, timeLength, wide } from './line-marks.ts';

/** Sixteen bytes at a time, in WebAssembly: what JavaScript does byte by byte takes longer than the decoding. */
export interface Simd {
  /** As `lineScanner`, and marks the lines on the way. The answer holds until the next piece is scanned. */
  scan(bytes: Buffer): LineScan;
  /** Where the printed text is put, at most `outSize` bytes. */
  readonly out: Buffer;
  /** Takes the other of two places for `out`: what was put into this one stays until the next turn. */
  turn(): Buffer;
  /** Sets what is put before each line; false where that is too long. */
  label(label: Buffer): boolean;
  /**
   * Puts the lines from number `line` up to `end` of the piece scanned last into `out` at `at`, each with the label and a newline,
   * and answers where they end. Without `escapes` it makes the control characters of ASCII visible, as `harmless` does, which
   * makes three bytes of each.
   */
  copy(line: number, end: number, at: number, how: { readonly timestamps: boolean; readonly escapes: boolean }): number;
}

/** A piece has no more bytes. */
export const mostBytes = 1024 * 1024 + 1;

// Where things are in the memory. All is read and written sixteen bytes at a time, beyond its end too.
const slack = 64;
const seenAt = 512;
const tablesAt = 1024;
/** Bytes of a word that the tables tell of. */
const places = [0, 1, 2];
const classesAt = 2048;
const labelAt = 4096;
const labelSize = 4096;
const hashesAt = 16 * 1024;
const hashBits = 17;
const hashesSize = 2 ** hashBits / 8;
const textAt = 64 * 1024;
const marksAt = textAt + mostBytes + slack;
const endsAt = (marksAt + mostBytes + slack) & ~63;
const outAt = endsAt + (mostBytes + 1) * 4;
export const outSize = 8 * 1024 * 1024;
const outsAt = [outAt, outAt + outSize + slack];
const pages = Math.ceil((outAt + 2 * (outSize + slack)) / 65_536);

const newline = 0x0a;
/** Letters of either case are one. */
const fold = 0xdfdfdfdf | 0;
/** Knuth's multiplier, 2^32 divided by the golden ratio. */
const spread = 0x9e3779b1 | 0;
const hash = (word: number): number => Math.imul(word & fold, spread) >>> (32 - hashBits);

const { const: number } = i32;
const plus = (local: Code, value: number) => i32.add(local, number(value));

/**
 * Finds the ends of lines and marks the lines with what they hold. For the first bytes of the words of suspects.ts it looks as
 * Teddy does, of Intel's Hyperscan: words are in eight groups, and a table tells for half of each byte in which groups words
 * have it at this place. What is in one group at all three places is looked up, with a fourth byte, by its hash.
 */
const scan = {
  name: 'scan',
  parameters: ['length'],
  i32: ['at', 'end', 'count', 'bits', 'hits', 'here', 'byte', 'word', 'seen'],
  v128: [
    ...places.flatMap((place) => [`low${place}`, `high${place}`, `groups${place}`, `before${place}`]),
    ...['text', 'low', 'high', 'found', 'special'],
  ],
  body(local: (name: string) => Local): Code {
    const [length, at, end, count, bits, hits, here, byte, word, seen] = [
      ...['length', 'at', 'end', 'count', 'bits', 'hits', 'here', 'byte', 'word', 'seen'],
    ].map(local) as [Local, Local, Local, Local, Local, Local, Local, Local, Local, Local];
    const [text, low, high, found, special] = ['text', 'low', 'high', 'found', 'special'].map(local) as [
      ...[Local, Local, Local, Local, Local],
    ];
    const tables = places.map((place) => ({
      low: local(`low${place}`),
      high: local(`high${place}`),
      groups: local(`groups${place}`),
      before: local(`before${place}`),
    }));
    const last = tables.at(-1)!;
    const earlier = tables.slice(0, -1);
    const mark = (bits: Code) => [
      i32.store8(marksAt, count.get, i32.or(i32.load8_u(marksAt, count.get), bits)),
      seen.set(i32.or(seen.get, bits)),
    ];
    const bitAt = (bits: Code, at: Code) => i32.and(i32.shr_u(bits, at), number(1));
    /** Looks at the special bytes of sixteen, one by one. */
    const look = (wanted: Code) => [
      bits.set(wanted),
      hits.set(i8x16.bitmask(found.get)),
      repeat(
        bits.get,
        here.set(i32.add(at.get, i32.ctz(bits.get))),
        byte.set(i32.load8_u(0, here.get)),
        when(
          bitAt(hits.get, i32.ctz(bits.get)),
          word.set(i32.and(i32.load(0, i32.sub(here.get, number(places.length - 1))), number(fold))),
          word.set(i32.shr_u(i32.mul(word.get, number(spread)), number(32 - hashBits))),
          when(
            bitAt(i32.load8_u(hashesAt, i32.shr_u(word.get, number(3))), i32.and(word.get, number(7))),
            mark(number(secret)),
          ),
        ),
        when(
          i32.eq(byte.get, number(newline)),
          i32.store(endsAt, i32.shl(count.get, number(2)), i32.sub(here.get, number(textAt))),
          count.set(plus(count.get, 1)),
          i32.store8(marksAt, count.get, number(0)),
          otherwise(
            mark(i32.load8_u(classesAt, byte.get)),
            when(
              i32.gt_u(byte.get, number(0x7f)),
              word.set(i32.load(0, here.get)),
              when(drives(word), mark(number(odd))),
            ),
          ),
        ),
        bits.set(i32.and(bits.get, i32.sub(bits.get, number(1)))),
      ),
    ];
    const sixteen = (wanted: Code) => [
      text.set(v128.load(0, at.get)),
      low.set(v128.and(text.get, v128.bytes(0x0f))),
      high.set(i8x16.shr_u(text.get, number(4))),
      tables.map((table) =>
        table.groups.set(v128.and(i8x16.swizzle(table.low.get, low.get), i8x16.swizzle(table.high.get, high.get))),
      ),
      found.set(
        i8x16.ne(
          earlier.reduce(
            (both: Code, { before, groups }, place) =>
              v128.and(both, i8x16.slice(17 - places.length + place, before.get, groups.get)),
            last.groups.get,
          ),
          v128.bytes(0),
        ),
      ),
      earlier.map(({ before, groups }) => before.set(groups.get)),
      // Bytes above 0x7f are below 0 here.
      special.set(
        v128.or(
          v128.or(found.get, i8x16.lt_s(text.get, v128.bytes(0x20))),
          v128.or(i8x16.eq(text.get, v128.bytes(0x7f)), i8x16.eq(text.get, v128.bytes(0x40))),
        ),
      ),
      when(v128.any_true(special.get), look(wanted)),
      at.set(plus(at.get, 16)),
    ];
    const all = i8x16.bitmask(special.get);
    const left = i32.sub(end.get, at.get);
    return [
      at.set(number(textAt)),
      end.set(plus(length.get, textAt)),
      i32.store8(marksAt, number(0), number(0)),
      tables.map(({ low, high }, place) => [
        low.set(v128.load(tablesAt + place * 32, number(0))),
        high.set(v128.load(tablesAt + place * 32 + 16, number(0))),
      ]),
      // Each turn of a loop costs a check whether the program is to be interrupted: four times sixteen are a fifth faster.
      repeat(i32.lt_u(plus(at.get, 63), end.get), ...[1, 2, 3, 4].map(() => sixteen(all))),
      repeat(i32.lt_u(plus(at.get, 15), end.get), sixteen(all)),
      when(i32.lt_u(at.get, end.get), sixteen(i32.and(all, i32.sub(i32.shl(number(1), left), number(1))))),
      i32.store(endsAt, i32.shl(count.get, number(2)), length.get),
      i32.store(seenAt, number(0), seen.get),
      count.get,
    ];
  },
};

/** Whether the first bytes of `word` are a character beyond ASCII that `harmless` replaces: as `drives` of line-scan.ts. */
function drives(word: Local): Code {
  const two = (bytes: number) => i32.eq(i32.and(word.get, number(0xffff)), number(bytes));
  const third = i32.and(i32.shr_u(word.get, number(16)), number(0xff));
  const within = (from: number, to: number) => i32.lt_u(i32.sub(third, number(from)), number(to - from + 1));
  return i32.or(
    i32.or(i32.eq(i32.and(word.get, number(0xe0ff)), number(0x80c2)), two(0x9cd8)),
    i32.or(
      i32.and(two(0x80e2), i32.or(within(0x8e, 0x8f), within(0xaa, 0xae))),
      i32.and(two(0x81e2), within(0xa6, 0xa9)),
    ),
  );
}

const copy = {
  name: 'copy',
  parameters: ['line', 'lines', 'to', 'label', 'timestamps', 'escapes'],
  i32: ['start', 'end', 'from', 'bits', 'byte'],
  v128: ['text'],
  body(local: (name: string) => Local): Code {
    const [line, lines, to, label, timestamps, escapes, start, end] = [
      ...['line', 'lines', 'to', 'label', 'timestamps', 'escapes', 'start', 'end'],
    ].map(local) as [Local, Local, Local, Local, Local, Local, Local, Local];
    const [from, bits, byte, text] = ['from', 'bits', 'byte', 'text'].map(local) as [Local, Local, Local, Local];
    const is = (place: number, byte: number) => i32.eq(i32.load8_u(place, start.get), number(byte));
    const on = (bytes: Code) => [from.set(i32.add(from.get, bytes)), to.set(i32.add(to.get, bytes))];
    /** Copies from `from` to `stop`; what it writes too much is written over. */
    const copied = (stop: Code) =>
      repeat(i32.lt_u(from.get, stop), v128.store(0, to.get, v128.load(0, from.get)), on(number(16)));
    /** The same with U+2400 to U+241F and U+2421, the pictures of control characters, in their place. */
    const shown = (stop: Code) =>
      repeat(
        i32.lt_u(from.get, stop),
        text.set(v128.load(0, from.get)),
        v128.store(0, to.get, text.get),
        bits.set(
          i8x16.bitmask(
            v128.or(
              i8x16.eq(text.get, v128.bytes(0x7f)),
              v128.and(i8x16.lt_u(text.get, v128.bytes(0x20)), i8x16.ne(text.get, v128.bytes(0x09))),
            ),
          ),
        ),
        when(
          bits.get,
          on(i32.ctz(bits.get)),
          when(
            i32.lt_u(from.get, stop),
            byte.set(i32.load8_u(0, from.get)),
            byte.set(i32.add(i32.and(byte.get, number(0x1f)), i32.shl(i32.shr_u(byte.get, number(6)), number(1)))),
            i32.store(0, to.get, i32.or(number(0x8090e2), i32.shl(byte.get, number(16)))),
            from.set(plus(from.get, 1)),
            to.set(plus(to.get, 3)),
          ),
          otherwise(on(number(16))),
        ),
      );
    const back = (stop: Code) => to.set(i32.sub(to.get, i32.sub(from.get, stop)));
    return [
      start.set(number(textAt)),
      when(line.get, start.set(plus(i32.load(endsAt - 4, i32.shl(line.get, number(2))), textAt + 1))),
      repeat(
        i32.lt_u(line.get, lines.get),
        end.set(plus(i32.load(endsAt, i32.shl(line.get, number(2))), textAt)),
        from.set(number(labelAt)),
        copied(plus(label.get, labelAt)),
        back(plus(label.get, labelAt)),
        from.set(start.get),
        when(
          i32.and(
            i32.and(i32.eqz(timestamps.get), i32.gt_u(i32.sub(end.get, start.get), number(timeLength))),
            i32.and(i32.and(is(timeLength, 0x20), is(timeLength - 1, 0x5a)), is(10, 0x54)),
          ),
          from.set(plus(from.get, timeLength + 1)),
        ),
        when(
          i32.and(i32.eqz(escapes.get), i32.and(i32.load8_u(marksAt, line.get), number(control))),
          shown(end.get),
          otherwise(copied(end.get)),
        ),
        back(end.get),
        i32.store8(0, to.get, number(newline)),
        to.set(plus(to.get, 1)),
        start.set(plus(end.get, 1)),
        line.set(plus(line.get, 1)),
      ),
      to.get,
    ];
  },
};

/** What is used of WebAssembly: neither ECMAScript's types nor Node's have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  scan(length: number): number;
  copy(line: number, end: number, at: number, label: number, timestamps: number, escapes: number): number;
}

let compiled: object | undefined;

/**
 * The routines with the secrets that are known now; undefined where the machine or its node cannot run them, and where a limit
 * of addresses (`ulimit -v`) leaves no room for a memory of theirs.
 */
export function simd(): Simd | undefined {
  try {
    compiled ??= new WebAssembly.Module(moduleOf([scan, copy], pages));
    return ready(new WebAssembly.Instance(compiled).exports as Exports);
  } catch {
    return undefined;
  }
}

function ready({ memory: { buffer }, ...routines }: Exports): Simd {
  fill(buffer);
  const text = new Uint8Array(buffer, textAt, mostBytes);
  const ends = new Int32Array(buffer, endsAt, mostBytes + 1);
  const seen = new Int32Array(buffer, seenAt, 1);
  const marks = new Uint8Array(buffer, marksAt, mostBytes + 1);
  let placed: Buffer = Buffer.alloc(0);
  const outs = outsAt.map((at) => ({ at, bytes: Buffer.from(buffer, at, outSize) }));
  const made: Simd = {
    scan(bytes) {
      text.set(bytes);
      const count = routines.scan(bytes.length);
      return { count, ends, marks, simd: made, seen: seen[0]! };
    },
    get out() {
      return outs[0]!.bytes;
    },
    turn: () => outs.reverse()[0]!.bytes,
    label(label) {
      if (label === placed) return true;
      if (label.length > labelSize) return false;
      new Uint8Array(buffer, labelAt, labelSize).set(label);
      placed = label;
      return true;
    },
    copy(line, end, at, { timestamps, escapes }) {
      const out = outs[0]!.at;
      return routines.copy(line, end, out + at, placed.length, Number(timestamps), Number(escapes)) - out;
    },
  };
  return made;
}

/** Writes the tables of the words, and what single bytes say of a line. */
function fill(buffer: ArrayBuffer): void {
  const classes = new Uint8Array(buffer, classesAt, 256);
  classes.fill(control, 0, 0x20).fill(wide, 0x80);
  classes[0x09] = 0;
  classes[0x7f] = control;
  classes[0x40] = atSign;
  const tables = new Uint8Array(buffer, tablesAt, places.length * 32);
  const hashes = new Uint8Array(buffer, hashesAt, hashesSize);
  for (const [group, words] of grouped(suspectWords()).entries())
    for (const word of words) {
      for (const place of places)
        for (const byte of word[place]!) {
          tables[place * 32 + (byte & 0x0f)]! |= 1 << group;
          tables[place * 32 + 16 + (byte >> 4)]! |= 1 << group;
        }
      for (const value of spelled(word)) hashes[hash(value) >> 3]! |= 1 << (hash(value) & 7);
    }
}

/** Eight groups, each of words that are alike: so that little else looks like one. */
function grouped(words: readonly Word[]): Word[][] {
  const groups = Array.from({ length: 8 }, (): Word[] => []);
  const size = (group: readonly Word[]) =>
    places
      .map((place) => {
        const bytes = group.flatMap((word) => word[place]!);
        return new Set(bytes.map((byte) => byte & 0x0f)).size * new Set(bytes.map((byte) => byte >> 4)).size;
      })
      .reduce((product, each) => product * each, 1);
  for (const word of words) {
    const grown = groups.map((group) => (group.length === 0 ? size([word]) : size([...group, word]) - size(group)));
    groups[grown.indexOf(Math.min(...grown))]!.push(word);
  }
  return groups;
}

/** The word in all its spellings, as a little-endian number each. */
const spelled = (word: Word): number[] =>
  word.reduce<number[]>(
    (values, bytes, place) => values.flatMap((value) => bytes.map((byte) => value | (byte << (place * 8)))),
    [0],
  );
