import { harmless } from '../../common/output/style.ts';
import type { StepSpan } from '../steps.ts';
import { LineHider } from './hide.ts';
import { control, markControls, secret, secretMarker } from './line-scan.ts';
import { type LogLine, linesIn, type Piece, timeSize } from './lines.ts';

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
  #out = Buffer.alloc(0);
  #size = 0;
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
    if (
      this.#style.label === 'none' &&
      timestamps &&
      !this.#hider.inKey &&
      marks.subarray(0, lines).every((mark) => !(mark & dirty))
    )
      return bytes;
    this.#begin(bytes, lines);
    for (let index = 0, start = 0; index < lines; index++) {
      const end = ends[index]!;
      const line = first + index;
      if (this.#stale || line >= this.#span!.end) this.#enter(line);
      const from = timestamps ? start : start + timeSize(bytes, start, end);
      if (marks[index]! & dirty || this.#hider.inKey) {
        const timed = start + timeSize(bytes, start, end);
        this.#add(this.#label);
        this.#add(bytes.subarray(from, Math.max(from, timed)));
        const text = bytes.toString('utf8', timed, end);
        const hidden = this.#hider.hide(text);
        // What only looked suspicious stays byte for byte.
        if (escapes && hidden === text) this.#add(bytes.subarray(timed, end));
        else this.#add(Buffer.from(escapes ? hidden : harmless(hidden)));
        this.#add(newline);
      } else this.#copy(bytes, from, end);
      start = end + 1;
    }
    // A last line without an end gets none where the log is given as it is.
    const cut = lines > scan.count && this.#style.label === 'none' && timestamps;
    return this.#out.subarray(0, this.#size - (cut ? 1 : 0));
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

  /** Makes room for a piece whose lines all are copied. */
  #begin(bytes: Buffer, lines: number): void {
    this.#size = 0;
    const need = bytes.length + (lines + 1) * (this.#label.length + 1);
    if (this.#out.length < need) this.#out = Buffer.allocUnsafeSlow(Math.max(need, room));
  }

  #copy(bytes: Buffer, from: number, end: number): void {
    const label = this.#label;
    const need = label.length + end - from + 1;
    if (this.#size + need > this.#out.length) this.#grow(need);
    const out = this.#out;
    let at = this.#size;
    for (let index = 0; index < label.length; index++) out[at++] = label[index]!;
    bytes.copy(out, at, from, end);
    at += end - from;
    out[at++] = 0x0a;
    this.#size = at;
  }

  #add(bytes: Buffer): void {
    if (this.#size + bytes.length > this.#out.length) this.#grow(bytes.length);
    this.#size += bytes.copy(this.#out, this.#size);
  }

  #grow(need: number): void {
    const larger = Buffer.allocUnsafeSlow((this.#size + need) * 2);
    this.#out.copy(larger, 0, 0, this.#size);
    this.#out = larger;
  }
}

const newline = Buffer.from('\n');
