import { harmlessStyled } from './style.ts';

/** A terminal's side that is not read by programs. */
export interface Screen {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

const eraseLast = (lines: number): string => (lines === 0 ? '' : `\x1b[${lines}A\x1b[J`);

/** Lines that stay below everything else and are replaced, on a terminal that somebody watches. */
export class LiveLines {
  readonly #screen: Screen;
  #shown: readonly string[] = [];

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** A line that stays, above the live ones. */
  above(text: string): void {
    this.#screen.write(`${eraseLast(this.#shown.length)}${text}\n${this.#text()}`);
  }

  /** Replaces the live lines; none takes them away. One that would wrap is cut: it would be two lines to the terminal. */
  show(lines: readonly string[]): void {
    // A terminal that nobody has told its size says 0.
    const columns = this.#screen.columns || 80;
    const rows = this.#screen.rows || 24;
    const before = this.#shown.length;
    const room = Math.max(1, rows - 2);
    const kept = lines.length > room ? [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more`] : lines;
    this.#shown = kept.map((line) => harmlessStyled(line.replace(/[\r\n\t]+/g, ' ').slice(0, columns - 1)));
    this.#screen.write(eraseLast(before) + this.#text());
  }

  #text(): string {
    return this.#shown.map((line) => `${line}\n`).join('');
  }
}
