import { setTimeout as sleep } from 'node:timers/promises';
import { ToolError, unknown } from '../common/errors.ts';
import type { Host, RunOptions, RunResult } from './host/host.ts';
import { Refusal } from './host/refusal.ts';

export interface Persistence {
  /** Attempts of one piece of work over fresh connections, the first included. */
  readonly attempts: number;
  /** The same until a first piece of work was done: an address that is wrong stays so. As many as `attempts` unless it is said. */
  readonly first?: number;
  /** Milliseconds before the second attempt; doubles each time, up to ten times as much. */
  readonly pauseMs: number;
  /** Told why another attempt is made. */
  readonly onRetry?: (host: string, error: unknown) => void;
}

/**
 * A host that is connected to again when the way in broke. A command that was under way is not repeated by itself: only its
 * caller knows whether it may be. `steadily` is for work that can.
 */
export class Connection implements Host {
  readonly name: string;
  readonly #connect: () => Promise<Host>;
  readonly #persistence: Persistence;
  #host: Promise<Host> | undefined;
  #worked = false;
  #connected = true;
  /** Why the host was given up. */
  #dead: unknown;

  constructor(name: string, connect: () => Promise<Host>, persistence: Persistence) {
    this.name = name;
    this.#connect = connect;
    this.#persistence = persistence;
  }

  /** Begins to connect; a failure is told to whoever uses the connection first. */
  begin(): void {
    this.#open().catch(() => {});
  }

  async run(argv: readonly string[], options?: RunOptions): Promise<RunResult> {
    return await this.#with((host) => host.run(argv, options));
  }

  async forward(address: string, port: number) {
    const host = await this.#open();
    if (!host.forward) throw unknown(`${this.name}: this way in forwards no ports.`, 'Let the host ask by itself.');
    return await host.forward(address, port);
  }

  /** Work with the host of one connection, for callers that use more than `run`. */
  async use<T>(work: (host: Host) => Promise<T>): Promise<T> {
    return await this.#with(work);
  }

  /**
   * Repeats work that may be repeated while the way in breaks. Other failures pass through. A host that was given up stays so: what
   * else was to be done there, such as taking back step by step, fails at once.
   */
  async steadily<T>(work: () => Promise<T>): Promise<T> {
    const { attempts, first = attempts, pauseMs, onRetry } = this.#persistence;
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!isBroken(error)) throw error;
        if (attempt >= (this.#worked ? attempts : first) || this.#dead !== undefined) {
          // A command that runs out of its time again and again is no dead host.
          if (!this.#connected) this.#dead ??= error;
          throw error;
        }
        onRetry?.(this.name, error);
        await sleep(Math.min(pauseMs * 2 ** (attempt - 1), pauseMs * 10));
      }
    }
  }

  /** Tries a host that was given up once more; whether it answered is the answer. */
  async wake(): Promise<boolean> {
    this.#dead = undefined;
    try {
      await this.#open();
      return true;
    } catch (error) {
      this.#host = undefined;
      this.#dead = error;
      return false;
    }
  }

  get givenUp(): boolean {
    return this.#dead !== undefined;
  }

  async close(): Promise<void> {
    const host = this.#host;
    this.#host = undefined;
    await host?.then((open) => open.close()).catch(() => {});
  }

  async #with<T>(work: (host: Host) => Promise<T>): Promise<T> {
    const mine = this.#open();
    try {
      const result = await work(await mine);
      this.#worked = true;
      return result;
    } catch (error) {
      if (isBroken(error) && this.#host === mine) await this.close();
      throw error;
    }
  }

  #open(): Promise<Host> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    this.#host ??= this.#connect().then(
      (host) => {
        this.#connected = true;
        return host;
      },
      (error: unknown) => {
        this.#connected = false;
        throw error;
      },
    );
    return this.#host;
  }
}

/** Whether the way in failed, and not the work, so that another attempt may do better. */
export const isBroken = (error: unknown): boolean =>
  error instanceof ToolError && error.kind === 'unknown' && !(error instanceof Refusal);
