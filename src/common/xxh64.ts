/**
 * The lower half of XXH64 with seed 0: the checksum behind a zstd frame and in a seek table.
 * Follows the algorithm's public specification (xxhash_spec.md of Cyan4973/xxHash).
 */
export function xxh64Low(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.byteLength;
  let at = 0;
  if (end >= 32) {
    const lanes = [sum(P1, P2), [...P2], [0, 0], negative(P1)] as Word[];
    for (; at + 32 <= end; at += 32) {
      for (let lane = 0; lane < 4; lane++) {
        const word = lanes[lane]!;
        set(view, at + lane * 8);
        multiply(P2);
        add(word[0], word[1]);
        rotate(31);
        multiply(P1);
        word[0] = high;
        word[1] = low;
      }
    }
    high = 0;
    low = 0;
    const turns = [1, 7, 12, 18];
    for (let lane = 0; lane < 4; lane++) {
      const [sumHigh, sumLow] = [high, low];
      [high, low] = lanes[lane]!;
      rotate(turns[lane]!);
      add(sumHigh, sumLow);
    }
    for (const word of lanes) {
      const [sumHigh, sumLow] = [high, low];
      [high, low] = word;
      round(sumHigh, sumLow);
      multiply(P1);
      add(P4[0], P4[1]);
    }
  } else [high, low] = P5;
  add(Math.floor(end / 0x1_0000_0000), end | 0);
  for (; at + 8 <= end; at += 8) {
    const [sumHigh, sumLow] = [high, low];
    set(view, at);
    round(sumHigh, sumLow);
    rotate(27);
    multiply(P1);
    add(P4[0], P4[1]);
  }
  if (at + 4 <= end) {
    const [sumHigh, sumLow] = [high, low];
    high = 0;
    low = view.getInt32(at, true);
    multiply(P1);
    high ^= sumHigh;
    low ^= sumLow;
    rotate(23);
    multiply(P2);
    add(P3[0], P3[1]);
    at += 4;
  }
  for (; at < end; at++) {
    const [sumHigh, sumLow] = [high, low];
    high = 0;
    low = bytes[at]!;
    multiply(P5);
    high ^= sumHigh;
    low ^= sumLow;
    rotate(11);
    multiply(P1);
  }
  low ^= high >>> 1;
  multiply(P2);
  const mixedLow = low ^ ((low >>> 29) | (high << 3));
  high ^= high >>> 29;
  low = mixedLow;
  multiply(P3);
  return (low ^ high) >>> 0;
}

type Word = [high: number, low: number];

const P1: Word = [0x9e3779b1, 0x85ebca87];
const P2: Word = [0xc2b2ae3d, 0x27d4eb4f];
const P3: Word = [0x165667b1, 0x9e3779f9];
const P4: Word = [0x85ebca77, 0xc2b2ae63];
const P5: Word = [0x27d4eb2f, 0x165667c5];

// The 64-bit register of the functions below, as two 32-bit halves: BigInt is several times slower.
let high = 0;
let low = 0;

function set(view: DataView, at: number): void {
  low = view.getInt32(at, true);
  high = view.getInt32(at + 4, true);
}

function add(addHigh: number, addLow: number): void {
  const sum = (low >>> 0) + (addLow >>> 0);
  high = (high + addHigh + (sum > 0xffff_ffff ? 1 : 0)) | 0;
  low = sum | 0;
}

function multiply([factorHigh, factorLow]: Word): void {
  const a0 = low & 0xffff;
  const a1 = low >>> 16;
  const b0 = factorLow & 0xffff;
  const b1 = factorLow >>> 16;
  const p00 = Math.imul(a0, b0);
  const middle = (Math.imul(a0, b1) >>> 0) + (Math.imul(a1, b0) >>> 0) + (p00 >>> 16);
  high =
    (Math.imul(a1, b1) + Math.floor(middle / 0x1_0000) + Math.imul(high, factorLow) + Math.imul(low, factorHigh)) | 0;
  low = ((middle & 0xffff) << 16) | (p00 & 0xffff);
}

function rotate(bits: number): void {
  const turned = (high << bits) | (low >>> (32 - bits));
  low = (low << bits) | (high >>> (32 - bits));
  high = turned;
}

/** Mixes the register, as one word of input, into the sum given; the result is in the register. */
function round(sumHigh: number, sumLow: number): void {
  multiply(P2);
  rotate(31);
  multiply(P1);
  high ^= sumHigh;
  low ^= sumLow;
}

const sum = (a: Word, b: Word): Word => {
  [high, low] = a;
  add(b[0], b[1]);
  return [high, low];
};
const negative = ([wordHigh, wordLow]: Word): Word => {
  high = ~wordHigh;
  low = ~wordLow;
  add(0, 1);
  return [high, low];
};
