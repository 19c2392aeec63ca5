import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, readlink, rename, rm, stat, symlink, utimes } from 'node:fs/promises';
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

  /** The sha256 of what a place got last. */
  async last(place: string): Promise<string | null> {
    const sha256 = await readlink(this.#path(linkName(place))).catch(() => '');
    // Whatever else somebody made it lead to becomes no path.
    return /^[0-9a-f]{64}$/.test(sha256) ? sha256 : null;
  }

  /** Keeps a release as the last of a place, and drops the oldest beyond the limits. A cache that cannot be written is none. */
  async keep({ path, sha256, size }: SourceFile, place: string): Promise<void> {
    try {
      if (size > keepBytes) return;
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      const present = await this.find(sha256);
      if (present === null) await this.#put(sha256, (draft) => copyFile(path, draft, constants.COPYFILE_FICLONE));
      if ((await this.last(place)) !== sha256) await this.#put(linkName(place), (draft) => symlink(sha256, draft));
      if (present === null) await this.#prune();
    } catch {}
  }

  async #put(name: string, make: (draft: string) => Promise<void>): Promise<void> {
    const draft = this.#path(`.${randomBytes(6).toString('hex')}`);
    try {
      await make(draft);
      await rename(draft, this.#path(name));
    } finally {
      await rm(draft, { force: true });
    }
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }

  async #prune(): Promise<void> {
    const files = await Promise.all(
      (await readdir(this.#directory)).map(async (name) => {
        const { mtimeMs, size } = await lstat(this.#path(name)).catch(() => ({ mtimeMs: 0, size: 0 }));
        return { name, mtimeMs, size };
      }),
    );
    let [count, bytes] = [0, 0];
    for (const { name, mtimeMs, size } of files.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
      if (name.startsWith(link)) continue;
      const draft = name.startsWith('.');
      if (!draft) [count, bytes] = [count + 1, bytes + size];
      // A draft that old belongs to a process that died.
      const old = draft ? Date.now() - mtimeMs > 3_600_000 : count > keepCount || bytes > keepBytes;
      if (old) await rm(this.#path(name), { force: true });
    }
    for (const { name } of files)
      if (name.startsWith(link) && !(await this.#leads(name))) await rm(this.#path(name), { force: true });
  }

  /** Whether the release that a link names is still kept. */
  async #leads(name: string): Promise<boolean> {
    return await stat(this.#path(name)).then(
      () => true,
      () => false,
    );
  }
}

/** How the name of a link to the last release of a place begins. */
const link = 'last-';
const linkName = (place: string): string => `${link}${createHash('sha256').update(place).digest('hex').slice(0, 32)}`;
