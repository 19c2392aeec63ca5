import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { AuditRecord } from '../common/audit.ts';
import { messageOf, unknown } from '../common/errors.ts';
import type { DatabaseIdentity } from './database/database.ts';
import type { UndoEntry } from './reset/undo-file.ts';

/** One line of the journal that ci-doctor wrote. */
export interface HistoryEntry {
  /** Names the repair; what `undo` takes. null on lines that have none. */
  readonly id: string | null;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly user: string;
  readonly host: string;
  readonly action: string;
  readonly outcome: AuditRecord['outcome'];
  readonly runId: number | null;
  readonly run: string | null;
  readonly database: string | null;
  readonly statements: readonly string[];
  /** The changed columns of each row, before and after; empty where nothing can be taken back. */
  readonly rows: UndoEntry['rows'];
  readonly error: string | null;
}

/** A repair in the journal, as `undo` needs it. */
export interface Recorded {
  readonly identity: DatabaseIdentity;
  readonly entry: UndoEntry;
}

export interface HistoryFilter {
  /** The newest so many. */
  readonly limit: number;
  readonly runId?: number;
}

/**
 * The newest lines of the journal, newest first. Read line by line: only what is answered is held in memory. No journal is
 * an empty one; a line that cannot be read (a full disk cut it short) is passed over.
 */
export async function readHistory(journal: string, { limit, runId }: HistoryFilter): Promise<HistoryEntry[]> {
  const last: HistoryEntry[] = [];
  for await (const record of records(journal)) {
    const entry = entryOf(record);
    if (runId !== undefined && entry.runId !== runId) continue;
    last.push(entry);
    if (last.length > limit) last.shift();
  }
  return last.reverse();
}

/** The repairs whose id begins with this. */
export async function findRecorded(journal: string, id: string): Promise<Recorded[]> {
  const found: Recorded[] = [];
  for await (const { details, action, outcome } of records(journal)) {
    const { repair, undo } = details as { repair?: unknown; undo?: unknown };
    if (!action.startsWith('reset') || outcome !== 'done') continue;
    if (typeof repair !== 'string' || !repair.startsWith(id) || typeof undo !== 'object' || undo === null) continue;
    found.push(undo as Recorded);
  }
  return found;
}

async function* records(journal: string): AsyncGenerator<AuditRecord> {
  const stream = createReadStream(journal, 'utf8');
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      let record: Partial<AuditRecord>;
      try {
        record = JSON.parse(line) as Partial<AuditRecord>;
      } catch {
        continue;
      }
      if (record?.tool === 'ci-doctor' && typeof record.action === 'string' && record.details)
        yield record as AuditRecord;
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw unknown(
      `The journal ${journal} cannot be read (${messageOf(cause)}).`,
      'Run as the user that made the repairs: each has a journal of its own.',
      cause,
    );
  } finally {
    stream.destroy();
  }
}

function entryOf({ time, user, host, action, outcome, details }: AuditRecord): HistoryEntry {
  const text = (key: string) => (typeof details[key] === 'string' ? (details[key] as string) : null);
  const undo = details.undo as Partial<Recorded> | undefined;
  return {
    id: text('repair'),
    time,
    user,
    host,
    action,
    outcome,
    runId: typeof details.runId === 'number' ? details.runId : null,
    run: text('run'),
    database: text('database'),
    statements: Array.isArray(details.statements) ? (details.statements as string[]) : [],
    rows: undo?.entry?.rows ?? [],
    error: text('error'),
  };
}
