import { problem } from '../../common/errors.ts';

/**
 * Holds the hosts of a batch until each has its new file, whole and checked: what was to be known before the first service is
 * touched (a full disk, a host that is gone, a missing library) stops the batch while all of it still runs what it ran.
 */
export class Gate {
  readonly #missing: Set<string>;
  readonly #turnedBack = new Set<string>();

  readonly #open: Promise<void>;
  #resolve!: () => void;
  #reject!: (error: Error) => void;

  constructor(hosts: readonly string[]) {
    this.#missing = new Set(hosts);
    this.#open = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Nobody may be waiting when a host fails.
    this.#open.catch(() => {});
  }

  /** A host is ready. Resolves when all are. @throws ToolError (problem) when one will never be */
  async ready(host: string): Promise<void> {
    this.#seen(host);
    try {
      await this.#open;
    } catch (error) {
      this.#turnedBack.add(host);
      throw error;
    }
  }

  /** The work on a host is over; where it never was ready, `well` says whether nothing was to be done. */
  left(host: string, well: boolean): void {
    if (!this.#missing.has(host)) return;
    if (well) this.#seen(host);
    else
      this.#reject(
        problem(
          `${host}, which is of the same batch, is not ready for it.`,
          'See to that host, then run the same again.',
        ),
      );
  }

  /** Was ready, and left as it was for the sake of the others. */
  turnedBack(host: string): boolean {
    return this.#turnedBack.has(host);
  }

  #seen(host: string): void {
    this.#missing.delete(host);
    if (this.#missing.size === 0) this.#resolve();
  }
}
