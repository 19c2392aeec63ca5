import { harmless } from '../../common/output/style.ts';
import type { StepSpan } from '../steps.ts';
import { LineHider } from './hide.ts';
import { control, secret, timeSize } from './line-marks.ts';
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
  #out: Buffer = Buffer.alloc(0);
  #size = 0;
  /** Where the piece is in `#out`; -1 where it is not, or no longer whole. */
  #source = -1;
  #label: Buffer = Buffer.alloc(0);
  #span: StepSpan | undefined;
  #from = 0;
  #stale = true;

  constructor(job: string, stepAt: (line: number) => StepSpan, style: PrintStyle) {
    this.#job = harmless(job);
    this.#stepAt = stepAt;
    this.#style = style;
  }

  /** Takes newer rows of the steps, as a running task has them. */
  steps(stepAt: (line: number) => StepSpan): void {
    this.#stepAt = stepAt;
    this.#stale = true;
  }

  /** The bytes to write; they are only valid until the next call. */
  print(piece: Piece): Buffer {
    const { bytes, scan, line: first } = piece;
    const { ends, marks } = scan;
    const { escapes, timestamps } = this.#style;
    if (!escapes) markControls(bytes, scan);
    this.#markSecrets(bytes, scan);
    const lines = linesIn(piece);
    const dirty = escapes ? secret : secret | control;
    const isClean = scan.seen === 0;
    this.#begin(bytes, lines, scan.simd);
    // Lines that are given as they are stored are copied many at once.
    const stored = this.#style.label === 'none' && timestamps;
    if (stored && isClean && !this.#hider.inKey) return bytes;
    let clean = 0;
    for (let index = 0, start = 0; index < lines; index++) {
      const end = ends[index]!;
      const isDirty = (marks[index]! & dirty) !== 0 || this.#hider.inKey;
      if (stored && !isDirty) {
        start = end + 1;
        continue;
      }
      if (stored) this.#add(bytes.subarray(clean, start));
      else if (this.#stale || first + index >= this.#span!.end) this.#enter(first + index);
      const timed = start + timeSize(bytes, start, end);
      if (isDirty) {
        this.#add(this.#label);
        if (timestamps) this.#add(bytes.subarray(start, timed));
        const text = bytes.toString('utf8', timed, end);
        const hidden = this.#hider.hide(text);
        // What only looked suspicious stays byte for byte.
        if (escapes && hidden === text) this.#add(bytes.subarray(timed, end));
        else this.#add(Buffer.from(escapes ? hidden : harmless(hidden)));
        if (!stored || end < bytes.length) this.#add(newline);
      } else if (scan.simd && this.#out === scan.simd.out) {
        const stop = Math.min(lines, this.#span!.end - first);
        let next = isClean ? stop : index + 1;
        while (next < stop && (marks[next]! & dirty) === 0) next++;
        if (this.#copyMany(scan.simd, index, next, ends[next - 1]! - start)) index = next - 1;
        else this.#copy(bytes, timestamps ? start : timed, end);
      } else this.#copy(bytes, timestamps ? start : timed, end);
      start = ends[index]! + 1;
      clean = start;
    }
    if (!stored) return this.#out.subarray(0, this.#size);
    if (clean === 0) return bytes;
    this.#add(bytes.subarray(Math.min(clean, bytes.length)));
    return this.#out.subarray(0, this.#size);
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
    const step = harmless(this.#span.name);
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
    if (this.#style.label === 'none' && this.#style.timestamps) return;
    if (simd) {
      this.#out = simd.out;
      return;
    }
    const need = bytes.length + (lines + 1) * (this.#label.length + 1);
    if (this.#out.length < need) this.#out = Buffer.allocUnsafeSlow(Math.max(need, room));
    this.#source = this.#out.length - bytes.length;
    bytes.copy(this.#out, this.#source);
  }

  /** Copies whole lines of `length` bytes; without room for them it makes some, which ends the use of the fast routine. */
  #copyMany(simd: Simd, line: number, end: number, length: number): boolean {
    const need = length + (end - line) * (this.#label.length + 1);
    if (this.#size + need > this.#out.length || !simd.label(this.#label)) {
      this.#grow(need);
      return false;
    }
    this.#size = simd.copy(line, end, this.#size, this.#style.timestamps);
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
