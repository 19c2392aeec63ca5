import { z } from 'zod';
import { problem } from '../common/errors.ts';
import type { FileIdentity } from './preflight/facts.ts';
import type { Origin } from './settings.ts';

const release = z.object({
  id: z.string(),
  sha256: z.string(),
  size: z.number(),
  /** Name of the file that keeps it. */
  slot: z.string(),
  /** When it was deployed, by the host's clock; ISO 8601. */
  at: z.string(),
  by: z.string(),
  commit: z.string().nullable(),
  runUrl: z.string().nullable(),
  manual: z.string().optional(),
  snapshot: z.string().optional(),
  /** Id of the release that it replaced. */
  previous: z.string().optional(),
  /** It runs, and the run over many hosts that brought it has not come to a good end: it may have to go. */
  trial: z.literal(true).optional(),
});

const state = z.object({
  version: z.literal(1),
  /** Id of the release that is at the target, null when none of ours is. */
  current: z.string().nullable(),
  /** Healthy releases, oldest first; each is kept in its slot. */
  releases: z.array(release),
  /** A deploy that has begun to change the target. One that is still here after the lock is free has died. */
  pending: release.nullable(),
  /** The sha256 of the file at the target, valid while these are the file's. */
  known: z.object({ inode: z.string(), size: z.number(), mtime: z.number(), sha256: z.string() }).nullable(),
  /** How fast the last large transfer came here, in bytes a second. */
  rate: z.number().optional(),
});

/** A binary that was deployed, with where it came from. */
export type Release = z.infer<typeof release>;
/** What the host remembers between deploys. Every change replaces the file as a whole. */
export type State = z.infer<typeof state>;

export const emptyState: State = { version: 1, current: null, releases: [], pending: null, known: null };

/** @throws ToolError of kind `problem` when the text is not a state of this version. */
export function parseState(text: string | null, host: string, path: string): State {
  if (text === null || text.trim() === '') return emptyState;
  try {
    return state.parse(JSON.parse(text));
  } catch (error) {
    throw problem(
      `${host}: ${path} cannot be read: it is not the state of this version.`,
      'If it was damaged, move it away: the next deploy takes the present binary as the first release.',
      error,
    );
  }
}

export const writeState = (value: State): string => `${JSON.stringify(value, null, 1)}\n`;

/** The sha256 that the state remembers for a file, if it is still that file. */
export function knownSha256({ known }: State, file: FileIdentity | null): string | null {
  if (!known || !file) return null;
  return known.inode === file.inode && known.size === file.size && known.mtime === file.mtime ? known.sha256 : null;
}

/** `20260131T120501Z-1a2b3c4d`: when by the host's clock, and what. */
export function releaseId(clock: number, sha256: string, taken: readonly string[]): string {
  const time = new Date(clock * 1000).toISOString().replace(/[-:]|\.\d+/g, '');
  const id = `${time}-${sha256.slice(0, 8)}`;
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? id : `${id}.${count}`;
    if (!taken.includes(candidate)) return candidate;
  }
}

/** Over a link of up to about 12 Mbit/s bytes cost more than the time to make less of them. */
export const isSlow = ({ rate }: State): boolean => rate !== undefined && rate < 1_500_000;

/** A slot that holds no kept release: the lowest free number. */
export function freeSlot(taken: readonly string[]): string {
  for (let number = 1; ; number++) if (!taken.includes(String(number))) return String(number);
}

/** Slots a host uses when it keeps `keep` releases: one more holds the newcomer until it is proven, one the file it replaces. */
export const slotNames = (keep: number): string[] => Array.from({ length: keep + 2 }, (_, index) => String(index + 1));

/**
 * Takes a proven release in: it is current now; of the others the oldest beyond `keep` go, and all that are on trial: such a one
 * failed, or nobody knows. While the newcomer itself is on trial it does not count, and what it replaced stays.
 */
export function adopt(value: State, proven: Release, keep: number): { state: State; dropped: Release[] } {
  const known = value.releases.some(({ id }) => id === proven.id);
  const all = known ? value.releases : [...value.releases, proven];
  const needed = proven.trial ? proven.previous : undefined;
  const others = all.filter(({ id }) => id !== proven.id);
  const counted = others.filter(({ trial }) => !trial);
  const spare = others.filter(({ id }) => id !== needed);
  const count = Math.max(0, counted.length - (proven.trial ? keep : keep - 1));
  const dropped = [...spare.filter(({ trial }) => trial), ...spare.filter(({ trial }) => !trial).slice(0, count)];
  return {
    state: { ...value, current: proven.id, releases: all.filter((one) => !dropped.includes(one)), pending: null },
    dropped,
  };
}

/** One line of the history on the host. */
export interface HistoryEntry extends Origin {
  /** ISO 8601, by the host's clock. */
  readonly at: string;
  readonly action: 'deploy' | 'rollback';
  readonly outcome: 'deployed' | 'rolled-back' | 'failed';
  readonly release: string;
  readonly sha256: string;
  readonly previous: string | null;
  readonly previousSha256: string | null;
  readonly downtimeMs: number | null;
  readonly error: string | null;
}

/** Lines that were cut off by a dying host are left out; one that was written again after a cut counts once. */
export function parseHistory(text: string): HistoryEntry[] {
  return [...new Set(text.split('\n'))].flatMap((line) => {
    try {
      return line.trim() === '' ? [] : [JSON.parse(line) as HistoryEntry];
    } catch {
      return [];
    }
  });
}
