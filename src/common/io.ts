import type { View } from './output/table.ts';

/** Nobody reads standard output any more (`| head`): what is left to be said has no one to say it to. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

/** What a command may touch besides its arguments. Tests hand in their own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly view: View;
  /** A person is there to answer: a terminal on standard input and error, and not a CI job (whose output is a terminal too). */
  readonly interactive: boolean;
  /**
   * Writes to standard output; resolves when more may be written, and bytes when they may be changed.
   * @throws ReaderGone when nobody reads it any more
   */
  write(text: string | Uint8Array): Promise<void>;
  /** A line for the person watching, on standard error: progress, notes, warnings. */
  note(text: string): void;
  /** Replaces the lines that stay below all notes; without lines they go. Absent where no terminal is watched. */
  live?(lines: readonly string[]): void;
  /** Waits. */
  pause(milliseconds: number): Promise<void>;
  /** Asks a yes-no question; no is the default. Only call it when `interactive`. */
  ask(question: string): Promise<boolean>;
}
