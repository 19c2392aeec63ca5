import type { Simd } from './simd.ts';

/** What is known of the lines of a piece of text. The arrays are used again for the next piece. */
export interface LineScan {
  /** Lines that end in the piece. */
  readonly count: number;
  /** Where each ends: the place of its newline. What is behind the last one is line `count`, and ends with the piece. */
  readonly ends: Int32Array;
  /** Bits of each line: the constants below. */
  readonly marks: Uint8Array;
  /** The routines that have marked the lines already, and have the piece at hand. */
  readonly simd?: Simd;
  /** The marks of all its lines together, as these routines have set them. */
  readonly seen?: number;
}

/** The line holds a control character of ASCII. */
export const control = 1;
/** The line may hold a secret. */
export const secret = 2;
/** The line holds what is beyond ASCII. */
export const wide = 4;
/** The line holds an `@`, as a URL with a password does. */
export const atSign = 8;
/** The line holds what could drive a terminal beyond ASCII, or is no UTF-8. */
export const odd = 16;

export const timeLength = '2006-01-02T15:04:05.0000000Z'.length;

/** How many bytes the time takes before the text of a line, the space behind it included; 0 where it does not begin so. */
export const timeSize = (bytes: Buffer, start: number, end: number): number =>
  end - start > timeLength &&
  bytes[start + timeLength] === 0x20 &&
  bytes[start + timeLength - 1] === 0x5a &&
  bytes[start + 10] === 0x54
    ? timeLength + 1
    : 0;
