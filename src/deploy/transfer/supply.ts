import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenInterrupted } from '../../common/interrupted.ts';
import type { Host } from '../host/host.ts';
import { ReleaseCache } from './cache.ts';
import type { Compress } from './compress.ts';
import { beginDelta, type Delta } from './delta.ts';
import { type FrameAt, unshared } from './frames.ts';
import type { SourceFile } from './hash.ts';
import { Spool } from './spool.ts';

/** One new binary on its way to any number of hosts: what was computed for one of them serves the others. */
export class Supply {
  readonly #source: string;
  readonly #local: Host;
  readonly #cache: ReleaseCache;
  readonly #spools = new Map<string, Spool>();
  readonly #deltas = new Map<string, Promise<Delta | null>>();
  readonly #begun: Delta[] = [];
  readonly #guesses: Promise<unknown>[] = [];
  /** Begun by a guess, and not asked for by anybody yet. */
  readonly #unasked = new Set<string>();
  #made = 0;
  #directory: { readonly path: string; readonly ignoreInterrupts: () => void } | undefined;

  /** @param source path of the new binary */
  constructor(source: string, local: Host, cacheDirectory: string) {
    this.#source = source;
    this.#local = local;
    this.#cache = new ReleaseCache(cacheDirectory);
  }

  /** Compresses each frame once for all hosts that take this method; for each of them, where nothing can be kept for the others. */
  share(method: string, compress: Compress): FrameAt {
    try {
      const spool = this.#spools.get(method) ?? new Spool(join(this.#place(), method));
      this.#spools.set(method, spool);
      return spool.share(compress);
    } catch {
      return unshared(compress);
    }
  }

  /**
   * Begins the delta from a release that a host has; null when it is not kept here, or when there is nothing to make one with.
   *
   * @param dense for a slow link
   */
  delta(from: string, dense: boolean): Promise<Delta | null> {
    // A guess knows nothing of the link, and would take the time of what is wanted instead.
    if (this.#unasked.delete(from) && dense) this.#drop(from);
    return this.#delta(from, dense);
  }

  #delta(from: string, dense: boolean): Promise<Delta | null> {
    const name = dense ? `${from}.dense` : from;
    const present = this.#deltas.get(name) ?? this.#make(from, dense, name);
    this.#deltas.set(name, present);
    return present;
  }

  /**
   * Begins the delta from what a place got last from here, before anybody has looked there. One that has this very file needs none.
   *
   * @param place host and target, in any words that stay the same
   */
  guess(place: string, whole: Promise<{ readonly file: SourceFile }>): void {
    const begin = async () => {
      const from = await this.#cache.last(place);
      // One that is there already was begun for others as well.
      if (from === null || this.#deltas.has(from)) return;
      this.#unasked.add(from);
      void this.#delta(from, false);
      whole.then(
        ({ file }) => {
          if (file.sha256 === from && this.#unasked.delete(from)) this.#drop(from);
        },
        () => {},
      );
    };
    this.#guesses.push(begin());
  }

  /** Keeps the file, so that the next release can be sent as a delta to where this one is. */
  async keep(source: SourceFile, place: string): Promise<void> {
    await this.#cache.keep(source, place);
  }

  /** Removes what was only for this run. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#guesses);
    await Promise.allSettled([...this.#spools.values()].map((spool) => spool.remove()));
    await Promise.allSettled([...this.#deltas.values()].map(async (delta) => (await delta)?.stop()));
    if (!this.#directory) return;
    this.#directory.ignoreInterrupts();
    await rm(this.#directory.path, { recursive: true, force: true });
  }

  async #make(from: string, dense: boolean, name: string): Promise<Delta | null> {
    try {
      const old = await this.#cache.find(from);
      if (old === null) return null;
      const out = join(this.#place(), `${name}.${this.#made++}`);
      const delta = await beginDelta(this.#local, { old, source: this.#source, out, dense });
      if (delta) this.#begun.push(delta);
      return delta;
    } catch {
      // The whole file is sent then.
      return null;
    }
  }

  #drop(name: string): void {
    const delta = this.#deltas.get(name)!;
    this.#deltas.delete(name);
    this.#guesses.push(delta.then((given) => given?.stop()));
  }

  #place(): string {
    if (!this.#directory) {
      const path = mkdtempSync(join(tmpdir(), 'deploy-binary-'));
      const ignoreInterrupts = whenInterrupted(() => {
        for (const delta of this.#begun) void delta.stop();
        rmSync(path, { recursive: true, force: true, maxRetries: 3 });
      });
      this.#directory = { path, ignoreInterrupts };
    }
    return this.#directory.path;
  }
}

/** Where releases are kept on the machine that deploys. */
export const releaseCacheDirectory = (env: Readonly<Record<string, string | undefined>>): string =>
  join(env.XDG_CACHE_HOME || join(env.HOME || tmpdir(), '.cache'), 'forgejo-ci-toolkit', 'releases');
