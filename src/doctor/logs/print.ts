import { harmless, oneLine } from '../../common/output/style.ts';
import type { StepSpan } from '../steps.ts';
import { LineHider } from './hide.ts';
import { control, odd, secret, timeSize } from './line-marks.ts';
import { markControls, secretMarker } from './line-scan.ts';
import { type LogLine, linesIn, type Piece } from './lines.ts';
import type { Simd } from './simd.ts';

export interface PrintStyle {
  /** `JOB<TAB>STEP<TAB>` before each line, a heading where a step begins, or nothing. */
  readonly label: 'columns' | 'heading' | 'none';
  readonly timestamps: boolean;
  /** Terminal escapes as they are: for a file or a program, never for a terminal. */
  readonly escapes: boolean;
  /** How a heading stands out. */
  strong(text: string): string;
}

const room = 3 * 1024 * 1024;
/** Bytes that are not worth a write of their own: a line between two pieces comes alone. */
const few = 64 * 1024;

/** Prints pieces, each while the one before is written. */
export async function printPieces(
  pieces: AsyncIterable<Piece>,
  printer: LogPrinter,
  write: (bytes: Uint8Array) => Promise<unknown>,
): Promise<void> {
  let kept: Buffer[] = [];
  let written: Promise<unknown> = Promise.resolve();
  const flush = async (last?: Buffer) => {
    const all = last ? [...kept, last] : kept;
    kept = [];
    for (const bytes of all) await write(bytes);
  };
  try {
    for await (const piece of pieces) {
      const bytes = printer.print(piece);
      if (kept.length === 0 && bytes.length < few) {
        kept.push(Buffer.from(bytes));
        continue;
      }
      await written;
      printer.keep();
      written = flush(bytes);
      // It is met when it is awaited.
      written.catch(() => {});
    }
  } finally {
    // Also what was read before the reading failed.
    await written;
    await flush();
  }
}

/**
 * Prints the lines of one job's log as bytes: secrets hidden, and what would drive the reader's terminal made visible. Most lines
 * need neither, and are copied as they are stored.
 */
export class LogPrinter {
  readonly #job: string;
  readonly #style: PrintStyle;
  #stepAt: (line: number) => StepSpan;
  readonly #hider = new LineHider();
  readonly #markSecrets = secretMarker();
  /** In turns: one is filled while the other is written. */
  readonly #outs: Buffer[] = [Buffer.alloc(0), Buffer.alloc(0)];
  #kept = false;
  #out: Buffer = Buffer.alloc(0);
  #size = 0;
  /** Where the piece is in `#out`; -1 where it is not, or no longer whole. */
  #source = -1;
  #label: Buffer = Buffer.alloc(0);
  #span: StepSpan | undefined;
  #from = 0;
  #stale = true;

  constructor(job: string, stepAt: (line: number) => StepSpan, style: PrintStyle) {
    this.#job = oneLine(job);
    this.#stepAt = stepAt;
    this.#style = style;
  }

  /** Takes newer rows of the steps, as a running task has them. */
  steps(stepAt: (line: number) => StepSpan): void {
    this.#stepAt = stepAt;
    this.#stale = true;
  }

  /** What was printed last is still to be written: it stays until this is called again, for what is printed behind it. */
  keep(): void {
    this.#kept = true;
  }

  /** The bytes to write; they are only valid until the next call, unless kept. */
  print(piece: Piece): Buffer {
    const { bytes, scan, line: first } = piece;
    const { ends, marks, simd } = scan;
    const { label, escapes, timestamps } = this.#style;
    if (!escapes) markControls(bytes, scan);
    this.#markSecrets(bytes, scan);
    const lines = linesIn(piece);
    const asStored = label === 'none' && timestamps;
    const changed = escapes ? secret : secret | control | odd;
    if (asStored && !this.#hider.inKey && unmarked(marks, changed, 0, lines) === lines) return bytes;
    this.#begin(bytes, lines, simd);
    for (let index = 0, start = 0; index < lines; ) {
      if (this.#stale || first + index >= this.#span!.end) this.#enter(first + index);
      // Without room the fast routine is of no use any more, nor what it would have done with control characters.
      const fast = simd && this.#out === simd.out ? simd : undefined;
      const slow = fast ? changed & ~control : changed;
      let next = index + 1;
      const end = ends[index]!;
      if (this.#hider.inKey || (marks[index]! & slow) !== 0) this.#change(bytes, start, end);
      else {
        if (fast) next = unmarked(marks, slow, next, Math.min(lines, this.#span!.end - first));
        if (!fast || !this.#copyMany(fast, index, next, ends[next - 1]! - start, (scan.seen! & control) !== 0)) {
          next = index + 1;
          if ((marks[index]! & changed) !== 0) this.#change(bytes, start, end);
          else this.#copy(bytes, timestamps ? start : start + timeSize(bytes, start, end), end);
        }
      }
      start = ends[next - 1]! + 1;
      index = next;
    }
    const endless = asStored && lines > scan.count ? 1 : 0;
    return this.#out.subarray(0, this.#size - endless);
  }

  /** A line that may be another when it is printed. */
  #change(bytes: Buffer, start: number, end: number): void {
    const { escapes, timestamps } = this.#style;
    const timed = start + timeSize(bytes, start, end);
    this.#add(this.#label);
    if (timestamps)
      this.#add(escapes ? bytes.subarray(start, timed) : harmlessBytes(bytes.toString('utf8', start, timed)));
    const text = bytes.toString('utf8', timed, end);
    const hidden = this.#hider.hide(text);
    // What only looked suspicious stays byte for byte.
    if (escapes && hidden === text) this.#add(bytes.subarray(timed, end));
    else this.#add(escapes ? Buffer.from(hidden) : harmlessBytes(hidden));
    this.#add(newline);
  }

  /** A single line, as `print` would print it. */
  line({ number, time, text }: LogLine): string {
    const line = number - 1;
    let before = '';
    if (this.#stale || line >= this.#span!.end || line < this.#from) {
      this.#begin(newline, 0);
      this.#enter(line);
      before = this.#style.label === 'heading' ? this.#out.toString('utf8', 0, this.#size) : '';
    }
    const label = this.#label.toString();
    const hidden = this.#hider.hide(text);
    return `${before}${label}${this.#style.timestamps && time !== '' ? `${time} ` : ''}${this.#style.escapes ? hidden : harmless(hidden)}\n`;
  }

  #enter(line: number): void {
    const before = this.#span;
    this.#span = this.#stepAt(line);
    this.#from = line;
    this.#stale = false;
    const step = oneLine(this.#span.name);
    if (this.#style.label === 'columns') this.#label = Buffer.from(`${this.#job}\t${step}\t`);
    else if (this.#style.label === 'heading' && before?.name !== this.#span.name)
      this.#add(Buffer.from(`${this.#style.strong(`${this.#job} › ${step}`)}\n`));
  }

  /**
   * Makes room for a piece whose lines all are copied, and puts the piece itself at the end of it: moving bytes within one buffer
   * takes half the time of copying them from another, line by line.
   */
  #begin(bytes: Buffer, lines: number, simd?: Simd): void {
    this.#size = 0;
    this.#source = -1;
    const kept = this.#kept;
    this.#kept = false;
    if (simd) {
      this.#out = kept ? simd.turn() : simd.out;
      return;
    }
    const need = bytes.length + (lines + 1) * (this.#label.length + 1);
    if (kept) this.#outs.reverse();
    if (this.#outs[0]!.length < need) this.#outs[0] = Buffer.allocUnsafeSlow(Math.max(need, room));
    this.#out = this.#outs[0]!;
    this.#source = this.#out.length - bytes.length;
    bytes.copy(this.#out, this.#source);
  }

  /** Copies whole lines of `length` bytes; without room for them it makes some, which ends the use of the fast routine. */
  #copyMany(simd: Simd, line: number, end: number, length: number, controls: boolean): boolean {
    const need = length * (controls && !this.#style.escapes ? 3 : 1) + (end - line) * (this.#label.length + 1);
    if (this.#size + need > this.#out.length || !simd.label(this.#label)) {
      this.#grow(need);
      return false;
    }
    this.#size = simd.copy(line, end, this.#size, this.#style);
    return true;
  }

  #copy(bytes: Buffer, from: number, end: number): void {
    const label = this.#label;
    const need = label.length + end - from + 1;
    if (this.#size + need > this.#out.length) this.#grow(need);
    const out = this.#out;
    let at = this.#size;
    // What grew on the way has reached the piece.
    if (this.#source !== -1 && at + label.length > this.#source + from) this.#source = -1;
    for (let index = 0; index < label.length; index++) out[at++] = label[index]!;
    if (this.#source === -1) bytes.copy(out, at, from, end);
    else out.copyWithin(at, this.#source + from, this.#source + end);
    at += end - from;
    out[at++] = 0x0a;
    this.#size = at;
  }

  #add(bytes: Buffer): void {
    if (this.#size + bytes.length > this.#out.length) this.#grow(bytes.length);
    this.#size += bytes.copy(this.#out, this.#size);
    if (this.#size > this.#source) this.#source = -1;
  }

  #grow(need: number): void {
    const larger = Buffer.allocUnsafeSlow((this.#size + need) * 2);
    this.#out.copy(larger, 0, 0, this.#size);
    this.#out = larger;
    this.#source = -1;
  }
}

const newline = Buffer.from('\n');
const harmlessBytes = (text: string): Buffer => Buffer.from(harmless(text));

/** The first line from `from` on, and before `end`, that has one of these marks; else `end`. */
function unmarked(marks: Uint8Array, bits: number, from: number, end: number): number {
  let line = from;
  while (line < end && (marks[line]! & bits) === 0) line++;
  return line;
}
