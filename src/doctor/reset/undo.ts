import { problem } from '../../common/errors.ts';
import type { Database, DatabaseIdentity, Queries } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { applyChanges, type Change, type Columns, type RowUpdate, Statements } from './change.ts';
import { counterChanges, lockRepositories, lockRows, lockRuns, versionsOf } from './rows.ts';
import type { UndoEntry } from './undo-file.ts';

export interface UndoneRun {
  readonly runId: number;
  readonly outcome: 'undone' | 'would-undo' | 'nothing-to-undo' | 'moved-since';
  readonly statements: readonly string[];
  /** The rows that hold something else than the repair left there. */
  readonly moved: readonly string[];
}

export function checkIdentity(file: DatabaseIdentity, database: DatabaseIdentity, path: string): void {
  const differs = (['server', 'database', 'schema'] as const).filter((part) => file[part] !== database[part]);
  if (differs.length === 0) return;
  throw problem(
    `${path} belongs to another database: ${differs.map((part) => `${part} "${file[part]}", connected to "${database[part]}"`).join('; ')}. Nothing was changed.`,
    'Connect to the database the repair was made in.',
  );
}

/**
 * Puts the changed columns of one run back, if nothing moved since. `version` rises again and `updated` is now, as with any
 * write; the runners' queue is announced anew, so that a job that waits again is seen.
 */
export function undoRun(database: Database, entry: UndoEntry, dryRun: boolean): Promise<UndoneRun> {
  return database.transaction(async (queries) => {
    const [run] = await lockRuns(database, queries, [entry.runId]);
    if (!run)
      return {
        runId: entry.runId,
        outcome: 'moved-since',
        statements: [],
        moved: [
          entry.runId < 0
            ? `action_task ${-entry.runId}: the row is gone`
            : `action_run ${entry.runId}: the row is gone`,
        ],
      };
    const rows = entry.rows.filter((row) => row.table !== 'repository');
    await lockRepositories(database, queries, [run]);
    await lockRows(
      queries,
      'action_task_step',
      rows.filter((row) => row.table === 'action_task_step').map(({ id }) => id),
    );
    const current = new Map<RowUpdate, Columns | undefined>();
    for (const row of rows) current.set(row, await readRow(queries, row));

    const same = (row: RowUpdate, expected: Columns, apart: readonly string[]) =>
      Object.entries(expected).every(
        ([column, value]) =>
          (row.table !== 'action_task' && apart.includes(column)) || current.get(row)?.[column] === value,
      );
    // As before the reset: it was never committed, or is undone, which only the columns tell that an undo moves on.
    if (rows.every((row) => same(row, row.before, ['version', 'updated'])))
      return { runId: entry.runId, outcome: 'nothing-to-undo', statements: [], moved: [] };
    const moved = rows.filter((row) => !same(row, row.after, row.table === 'action_run' ? ['updated'] : []));
    if (moved.length > 0)
      return {
        runId: entry.runId,
        outcome: 'moved-since',
        statements: [],
        moved: moved.map((row) => describeMove(row, current.get(row))),
      };

    const now = await database.now(queries);
    const versions = await versionsOf(queries, [run], true);
    // The repository's own counts are taken back where the repair moved them: counted anew, for other runs of it go on.
    const counted = rows.length < entry.rows.length;
    const back = counted ? rows.find((row) => row.table === 'action_run')?.before.status : undefined;
    const counters = await counterChanges(
      database,
      queries,
      typeof back === 'number'
        ? [{ runId: run.id, repositoryId: run.repositoryId, before: run.status, after: back }]
        : [],
    );
    const changes: Change[] = [
      ...rows.map((row) => backwards(row, current.get(row)!, now)),
      ...counters.map(({ change }) => change),
      ...versions.map((row) => ({
        table: 'action_tasks_version' as const,
        id: row.id,
        before: { version: row.version },
        after: { version: row.version + 1 },
      })),
    ];
    const texts = new Statements(queries);
    const statements = changes.map((change) => database.literal(texts.of(change)));
    if (dryRun) return { runId: entry.runId, outcome: 'would-undo', statements, moved: [] };
    await applyChanges(database, queries, changes, texts);
    return { runId: entry.runId, outcome: 'undone', statements, moved: [] };
  });
}

/**
 * A row's update taken back: version up, updated now, also where the reset left them alone, and the rest as it was. Of a
 * task `updated` is the runner's heartbeat: it goes back too, or a dead runner would look alive.
 */
function backwards(row: RowUpdate, current: Columns, now: number): RowUpdate {
  const after: Record<string, Columns[string]> = { ...row.before };
  const before: Record<string, Columns[string]> = { ...row.after };
  if (row.table === 'action_run') {
    after.version = Number(current.version) + 1;
    before.version = current.version!;
  }
  if (row.table !== 'action_task') {
    after.updated = now;
    before.updated = current.updated!;
  }
  return { table: row.table, id: row.id, before, after };
}

async function readRow(queries: Queries, row: RowUpdate): Promise<Columns | undefined> {
  const table = row.table as 'action_run';
  const columns = [
    ...new Set([
      ...Object.keys(row.before),
      ...Object.keys(row.after),
      'updated',
      ...(row.table === 'action_run' ? ['version'] : []),
    ]),
  ] as (keyof Tables['action_run'])[];
  return (await queries.selectFrom(table).select(columns).where('id', '=', row.id).executeTakeFirst()) as
    | Columns
    | undefined;
}

function describeMove(row: RowUpdate, current: Columns | undefined): string {
  if (!current) return `${row.table} ${row.id}: the row is gone`;
  const columns = Object.keys(row.after).filter(
    (column) => current[column] !== row.after[column] && !(column === 'updated' && row.table === 'action_run'),
  );
  return `${row.table} ${row.id}: ${columns.map((column) => `${column} is ${current[column]}, was left at ${row.after[column]}`).join(', ')}`;
}
