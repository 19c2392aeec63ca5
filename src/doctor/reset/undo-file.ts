import { open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeDirectory } from '../../common/directory.ts';
import { messageOf, problem, usage } from '../../common/errors.ts';
import type { DatabaseIdentity } from '../database/database.ts';
import { type Change, isInsert, type RowUpdate } from './change.ts';

/** One repaired run in an undo file. Holds keys and changed columns only. */
export interface UndoEntry {
  /** One for each repair: when a transaction had to be tried again, the entry written last is the one that counts. */
  readonly repair: string;
  /** Negative: the task of that number, whose job's row is gone. */
  readonly runId: number;
  readonly ownerId: number;
  readonly repositoryId: number;
  readonly rows: readonly RowUpdate[];
}

interface Header {
  readonly format: 'forgejo-ci-toolkit undo';
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly database: DatabaseIdentity;
}

/**
 * Appends undo entries to a file of its own, each synced to disk before the transaction that needs it commits:
 * a header line, then one JSON line a run. The file is made with the first entry, readable by its owner only.
 */
export class UndoFile {
  readonly path: string;
  readonly #database: DatabaseIdentity;
  #begun = false;

  constructor(directory: string, database: DatabaseIdentity, time: Date) {
    this.path = join(
      directory,
      `${time.toISOString().replace(/[-:]/g, '').replace('.', '-')}-${process.pid}.undo.jsonl`,
    );
    this.#database = database;
  }

  get begun(): boolean {
    return this.#begun;
  }

  /**
   * Makes the directory and tries whether a file in it reaches the disk. To be called before a transaction holds rows of
   * the server: a file system that answers late, or never, must not keep them locked.
   */
  async prepare(): Promise<void> {
    const probe = `${this.path}.probe`;
    try {
      await makeDirectory(dirname(this.path));
      await writeSynced(probe, '\n');
    } catch (cause) {
      throw this.#unwritable(cause);
    } finally {
      await rm(probe, { force: true }).catch(() => {});
    }
  }

  async append(entries: readonly UndoEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const header: Header = {
      format: 'forgejo-ci-toolkit undo',
      version: 1,
      time: new Date().toISOString(),
      database: this.#database,
    };
    const lines = this.#begun ? entries : [header, ...entries];
    try {
      await writeSynced(this.path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    } catch (cause) {
      throw this.#unwritable(cause);
    }
    this.#begun = true;
  }

  #unwritable(cause: unknown) {
    return problem(
      `The undo file ${this.path} cannot be written (${messageOf(cause)}), so nothing was changed.`,
      'Make the directory writable, or name another one with --undo-dir DIR.',
      cause,
    );
  }
}

/** Appends to a file of the owner only, and waits until it is on disk. */
async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncDirectory(dirname(path));
}

/** A new file's name is only safe once its directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The changes of a repair that can be put back. Queue versions only ever rise. */
export const undoable = (changes: readonly Change[]): RowUpdate[] =>
  changes.filter((change): change is RowUpdate => !isInsert(change) && change.table !== 'action_tasks_version');

/**
 * @returns the repairs, the last try of each; `torn` when the last line broke off while it was written: the
 *   transaction it belongs to was never committed
 * @throws ToolError (usage) when the file is not an undo file, or damaged anywhere else
 */
export async function readUndoFile(path: string): Promise<{ header: Header; entries: UndoEntry[]; torn: boolean }> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw usage(
      `The undo file ${path} cannot be read (${messageOf(cause)}).`,
      'Name the file that "ci-doctor reset" printed.',
      cause,
    );
  }
  const damaged = (line: number, cause?: unknown) =>
    usage(
      `${path}, line ${line}: this is not a line of an undo file.`,
      'Use the file as "ci-doctor reset" wrote it; it is not meant to be edited.',
      cause,
    );
  const texts = text.split('\n').filter(Boolean);
  let torn = false;
  const lines = texts.flatMap((line, index) => {
    try {
      return [JSON.parse(line) as unknown];
    } catch (cause) {
      // Each line is on disk, newline and all, before its transaction commits.
      torn = index > 0 && index === texts.length - 1 && !text.endsWith('\n');
      if (torn) return [];
      throw damaged(index + 1, cause);
    }
  });
  const [header, ...entries] = lines as [Header | undefined, ...UndoEntry[]];
  if (header?.format !== 'forgejo-ci-toolkit undo') throw damaged(1);
  if (header.version !== 1)
    throw usage(`${path} was written by a newer ci-doctor (format ${header.version}).`, 'Update ci-doctor.');
  for (const [index, entry] of entries.entries()) if (!isEntry(entry)) throw damaged(index + 2);
  const last = new Map(entries.map((entry) => [entry.repair, entry]));
  return { header, entries: entries.filter((entry) => last.get(entry.repair) === entry), torn };
}

const tables = ['action_run', 'action_run_job', 'action_task', 'action_task_step', 'repository'];
const columns = [
  'status',
  'task_id',
  'started',
  'stopped',
  'updated',
  'attempt',
  'handle',
  'version',
  'num_action_runs',
  'num_closed_action_runs',
];

/** The file decides what is written to a database, so it may only name what a repair changes. */
export function isEntry(value: unknown): value is UndoEntry {
  const entry = value as Partial<UndoEntry> | null;
  const isColumns = (part: unknown) =>
    typeof part === 'object' &&
    part !== null &&
    Object.entries(part).every(
      ([name, held]) =>
        columns.includes(name) && (held === null || ['string', 'number', 'boolean'].includes(typeof held)),
    );
  return (
    typeof entry === 'object' &&
    typeof entry?.repair === 'string' &&
    Number.isInteger(entry.runId) &&
    Number.isInteger(entry?.ownerId) &&
    Number.isInteger(entry?.repositoryId) &&
    Array.isArray(entry?.rows) &&
    entry.rows.every(
      (row) => tables.includes(row.table) && Number.isInteger(row.id) && isColumns(row.before) && isColumns(row.after),
    )
  );
}
