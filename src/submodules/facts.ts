import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from '../common/directory.ts';
import { unknown } from '../common/errors.ts';
import type { RecordedTree } from './git.ts';

/** What a commit records about submodules, with the text of its `.gitmodules`. */
export interface Recorded extends Pick<RecordedTree, 'gitlinks'> {
  readonly gitmodules: string | undefined;
}

/**
 * What was learned about one remote and stays true for ever, because oids name contents: which commits contain which
 * others, and what commits record. Where branches are is not among it: that is asked anew every time.
 */
export interface Facts {
  /** Directory for repositories that belong to this remote's cache. */
  readonly dir: string;
  /** Whether the history of these tips together was found to hold a commit. Only what was asked is known: not which tip does. */
  contains(tips: readonly string[], commit: string): boolean;
  addContains(tips: readonly string[], commit: string): void;
  recorded(commit: string): Recorded | undefined;
  addRecorded(commit: string, recorded: Recorded): void;
}

interface Stored {
  /** By commit: the sets of tips that contain it, each as one word. */
  within: Record<string, string[]>;
  recorded: Record<string, Recorded>;
}

type Open = Facts & { stored: Stored; changed: boolean };

/** Commits remembered for a remote; the oldest go first. */
const most = 500;
const keptMs = 60 * 24 * 3_600_000;

/** The cache between runs, in a directory of the user's own. Losing it costs time, nothing else. */
export class FactStore {
  readonly #dir: string;
  readonly #open = new Map<string, Open>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The facts about a remote. The directory's name does not tell the URL, which may hold a password. */
  of(url: string): Facts {
    const key = createHash('sha256').update(url).digest('hex').slice(0, 32);
    let facts = this.#open.get(key);
    if (!facts) {
      facts = load(join(this.#dir, key));
      this.#open.set(key, facts);
    }
    return facts;
  }

  /** Writes what was learned. @throws ToolError (unknown) where the directory cannot be made */
  async save(): Promise<void> {
    for (const one of this.#open.values()) {
      const { dir, stored, changed } = one;
      if (!changed) continue;
      await makeCache(dir);
      const temporary = join(dir, `facts-${randomUUID()}.tmp`);
      await writeFile(temporary, JSON.stringify(trimmed(stored)), { mode: 0o600 });
      await rename(temporary, join(dir, 'facts.json'));
      await utimes(dir, new Date(), new Date());
    }
  }

  /** Removes what no run has added to for two months. */
  async prune(now: number): Promise<void> {
    for (const name of await readdir(this.#dir).catch(() => [])) {
      const dir = join(this.#dir, name);
      const { mtimeMs } = await stat(dir).catch(() => ({ mtimeMs: now }));
      if (now - mtimeMs > keptMs) await rm(dir, { recursive: true, force: true });
    }
  }
}

/** A directory of the cache. @throws ToolError (unknown) that names the setting */
export async function makeCache(dir: string): Promise<void> {
  await makeDirectory(dir).catch((error: Error) => {
    throw unknown(
      `The cache cannot be kept: ${error.message}`,
      'Set FORGEJO_CI_TOOLKIT_CACHE to a directory that can be written.',
      error,
    );
  });
}

function load(dir: string): Open {
  const stored = readStored(join(dir, 'facts.json'));
  const facts = {
    dir,
    stored,
    changed: false,
    contains: (tips: readonly string[], commit: string) => stored.within[commit]?.includes(wordOf(tips)) ?? false,
    addContains(tips: readonly string[], commit: string) {
      stored.within[commit] = [...new Set([...(stored.within[commit] ?? []), wordOf(tips)])].slice(-20);
      facts.changed = true;
    },
    recorded: (commit: string) => stored.recorded[commit],
    addRecorded(commit: string, recorded: Recorded) {
      stored.recorded[commit] = recorded;
      facts.changed = true;
    },
  };
  return facts;
}

/** One tip is its own word, several are the digest of all: a yes for a set says nothing about its parts. */
const wordOf = (tips: readonly string[]): string =>
  tips.length === 1 ? tips[0]! : createHash('sha256').update(tips.toSorted().join(' ')).digest('hex');

/** Read at once: hundreds of small files cost less so than as many turns of the event loop with three calls each. */
function readStored(file: string): Stored {
  try {
    const { within, recorded } = JSON.parse(readFileSync(file, 'utf8')) as Stored;
    if (typeof within === 'object' && typeof recorded === 'object') return { within, recorded };
  } catch {
    // Not there yet, or cut off: start afresh.
  }
  return { within: {}, recorded: {} };
}

const trimmed = ({ within, recorded }: Stored): Stored => ({
  within: Object.fromEntries(Object.entries(within).slice(-most)),
  recorded: Object.fromEntries(Object.entries(recorded).slice(-most)),
});
