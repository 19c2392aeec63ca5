import { isUtf8 } from 'node:buffer';
import { suspects } from '../../common/suspects.ts';
import { atSign, control, type LineScan, odd, secret, timeSize, wide } from './line-marks.ts';
import { mostBytes, type Simd, simd } from './simd.ts';

const newline = 0x0a;
const tops = 0x80808080 | 0;

/** So much text is scanned before the fast routines would be ready, which takes some 15 ms. In bytes. */
const fastFrom = 2 * 1024 * 1024;

/** Finds the lines of pieces of text. It knows the secrets that are known when the text becomes long. */
export function lineScanner(): (bytes: Buffer) => LineScan {
  const plainly = plainScanner();
  let fast: Simd | undefined;
  let seen = 0;
  return (bytes) => {
    if (seen < fastFrom && seen + bytes.length >= fastFrom) fast = simd();
    seen += bytes.length;
    return fast && bytes.length <= mostBytes ? fast.scan(bytes) : plainly(bytes);
  };
}

/** The same without the fast routines, which not every machine can run. */
export function plainScanner(): (bytes: Buffer) => LineScan {
  let ends = new Int32Array(0);
  let marks = new Uint8Array(0);
  return (bytes) => {
    let count = 0;
    for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) {
      if (count === ends.length) {
        const longer = new Int32Array(Math.max(1024, count * 2));
        longer.set(ends);
        ends = longer;
      }
      ends[count++] = at;
    }
    if (count === ends.length) {
      const longer = new Int32Array(count + 1);
      longer.set(ends);
      ends = longer;
    }
    ends[count] = bytes.length;
    if (marks.length <= count) marks = new Uint8Array(ends.length);
    else marks.fill(0, 0, count + 1);
    return { count, ends, marks };
  };
}

/** Marks the lines that `harmless` would change: sixteen bytes at a time, since most have nothing of interest. */
export function markControls(bytes: Buffer, { count, ends, marks, simd, seen = wide }: LineScan): void {
  if (!simd) findControls(bytes, ends, marks);
  if ((seen & wide) === 0 || isUtf8(bytes)) return;
  for (let line = 0; line <= count; line++) if ((marks[line]! & wide) !== 0) marks[line]! |= odd;
}

function findControls(bytes: Buffer, ends: Int32Array, marks: Uint8Array): void {
  let line = 0;
  const look = (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!;
      if ((byte >= 0x20 && byte < 0x7f) || byte === newline || byte === 0x09) continue;
      while (ends[line]! < at) line++;
      marks[line]! |= byte < 0x80 ? control : drives(bytes, at) ? wide | odd : wide;
    }
  };
  const head = Math.min(-bytes.byteOffset & 3, bytes.length);
  look(0, head);
  const words =
    head < bytes.length
      ? new Int32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >> 2)
      : new Int32Array(0);
  const fours = words.length & ~3;
  for (let index = 0; index < fours; index += 4) {
    const [a, b, c, d] = [words[index]!, words[index + 1]!, words[index + 2]!, words[index + 3]!];
    // The highest bit of a byte below 0x20 is set by the subtraction, that of 0x7f by the addition; of its neighbour too, at times.
    const found =
      a |
      (a - 0x20202020) |
      (a + 0x01010101) |
      b |
      (b - 0x20202020) |
      (b + 0x01010101) |
      (c | (c - 0x20202020) | (c + 0x01010101) | d | (d - 0x20202020) | (d + 0x01010101));
    if ((found & tops) === 0) continue;
    for (let word = index; word < index + 4; word++) {
      const value = words[word]!;
      if (((value | (value - 0x20202020) | (value + 0x01010101)) & tops) !== 0)
        look(head + word * 4, head + word * 4 + 4);
    }
  }
  look(head + fours * 4, bytes.length);
}

/** Characters beyond ASCII that `harmless` replaces: U+0080 to U+009F, and those that change the direction of text. */
function drives(bytes: Buffer, at: number): boolean {
  const [first, second, third] = [bytes[at], bytes[at + 1]!, bytes[at + 2]!];
  if (first === 0xc2) return second < 0xa0;
  if (first === 0xd8) return second === 0x9c;
  if (first !== 0xe2) return false;
  if (second === 0x80) return third === 0x8e || third === 0x8f || (third >= 0xaa && third <= 0xae);
  return second === 0x81 && third >= 0xa6 && third <= 0xa9;
}

/** Marks the lines that may hold a secret. */
export function secretMarker(): (bytes: Buffer, scan: LineScan) => void {
  const { find } = suspects();
  return (bytes, { count, ends, marks, simd, seen = atSign | control }) => {
    // Rare bytes, that the search for one byte finds much faster.
    const mark = (byte: number, isSuspect: (at: number, start: number) => boolean) => {
      let line = 0;
      for (let at = bytes.indexOf(byte); at !== -1; at = bytes.indexOf(byte, at + 1)) {
        while (ends[line]! < at) line++;
        if ((marks[line]! & secret) === 0 && isSuspect(at, line === 0 ? 0 : ends[line - 1]! + 1))
          marks[line]! |= secret;
      }
    };
    if ((seen & control) !== 0) mark(0x1b, (at, start) => at > start && breaksWord(bytes, at));
    if (simd) {
      if ((seen & atSign) === 0) return;
      for (let line = 0; line <= count; line++) {
        if ((marks[line]! & (atSign | secret)) !== atSign) continue;
        const start = line === 0 ? 0 : ends[line - 1]! + 1;
        if (bytes.subarray(start, ends[line]).includes('://')) marks[line]! |= secret;
      }
      return;
    }
    for (let line = 0, start = 0; line <= count; line++) {
      const end = ends[line]!;
      if (find(bytes, start + timeSize(bytes, start, end), end) !== end) marks[line]! |= secret;
      start = end + 1;
    }
    // Tokens that begin with eyJ, and passwords in URLs.
    mark(0x4a, (at) => at >= 2 && bytes[at - 1] === 0x79 && bytes[at - 2] === 0x65);
    mark(0x40, (at, start) => bytes.subarray(start, at).includes('://'));
  };
}

/** Whether the escape sequence at `at` stands within a word or its quotes: then neither half may look like a secret. */
function breaksWord(bytes: Buffer, at: number): boolean {
  if (!wordBytes[bytes[at - 1]!]) return false;
  let behind = at;
  while (bytes[behind] === 0x1b && bytes[behind + 1] === 0x5b) {
    behind += 2;
    while (bytes[behind]! >= 0x20 && bytes[behind]! < 0x40) behind++;
    behind++;
  }
  return bytes[behind] === 0x1b || bytes[behind] === 0x3d || wordBytes[bytes[behind]!] === 1;
}

const wordBytes = Uint8Array.from({ length: 256 }, (_, byte) => Number(/[\w"'-]/.test(String.fromCharCode(byte))));
