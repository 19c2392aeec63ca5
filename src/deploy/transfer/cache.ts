import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceFile } from './hash.ts';

/** Releases kept where the tool runs, and the room they may take together. */
const keepCount = 8;
const keepBytes = 2 * 1024 ** 3;

/**
 * The last releases that were deployed from here, by their sha256: what a delta starts from. A machine that has none sends the
 * whole file. Nothing depends on its content being right: what a delta makes on the host is always verified there.
 */
export class ReleaseCache {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The file of a release that is kept here. */
  async find(sha256: string): Promise<string | null> {
    const path = join(this.#directory, sha256);
    const now = new Date();
    // What is used stays longest.
    return await utimes(path, now, now).then(
      () => path,
      () => null,
    );
  }

  /** Keeps a release, and drops the oldest beyond the limits. A cache that cannot be written is none. */
  async keep(source: SourceFile): Promise<void> {
    try {
      if ((await this.find(source.sha256)) !== null || source.size > keepBytes) return;
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      const draft = join(this.#directory, `.${randomBytes(6).toString('hex')}`);
      try {
        await copyFile(source.path, draft, constants.COPYFILE_FICLONE);
        await rename(draft, join(this.#directory, source.sha256));
      } finally {
        await rm(draft, { force: true });
      }
      await this.#prune();
    } catch {}
  }

  async #prune(): Promise<void> {
    const files = await Promise.all(
      (await readdir(this.#directory)).map(async (name) => {
        const path = join(this.#directory, name);
        const { mtimeMs, size } = await stat(path).catch(() => ({ mtimeMs: 0, size: 0 }));
        return { path, name, mtimeMs, size };
      }),
    );
    let [count, bytes] = [0, 0];
    for (const { path, name, mtimeMs, size } of files.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
      const draft = name.startsWith('.');
      if (!draft) [count, bytes] = [count + 1, bytes + size];
      // A draft that old belongs to a process that died.
      const old = draft ? Date.now() - mtimeMs > 3_600_000 : count > keepCount || bytes > keepBytes;
      if (old) await rm(path, { force: true });
    }
  }
}
