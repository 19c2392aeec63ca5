import type { Compilable } from 'kysely';
import { problem } from '../../common/errors.ts';
import type { Queries } from '../database/database.ts';
import type { TableName } from '../database/tables.ts';

export type Value = string | number | boolean | null;
export type Columns = Readonly<Record<string, Value>>;

/** One row that changes: the changed columns only, before and after. What it was before guards the update. */
export interface RowUpdate {
  readonly table: TableName;
  readonly id: number;
  readonly before: Columns;
  readonly after: Columns;
}

/** A row that has to be there and is not. */
export interface RowInsert {
  readonly table: TableName;
  readonly row: Columns;
}

export type Change = RowUpdate | RowInsert;

export const isInsert = (change: Change): change is RowInsert => 'row' in change;

/** The difference between two versions of a row as an update; undefined when there is none. */
export function difference(table: TableName, id: number, before: Columns, after: Columns): RowUpdate | undefined {
  const changed = Object.keys(after).filter((column) => after[column] !== before[column]);
  if (changed.length === 0) return undefined;
  const pick = (columns: Columns) => Object.fromEntries(changed.map((column) => [column, columns[column]!]));
  return { table, id, before: pick(before), after: pick(after) };
}

/** The statement of a change; an update only touches the row that still holds what was read. */
export function statement(queries: Queries, change: Change): Compilable & { executeTakeFirst(): Promise<unknown> } {
  // The builder's types follow from a literal table name; here the name is data.
  const anyTable = change.table as 'action_run';
  if (isInsert(change)) return queries.insertInto(anyTable).values(change.row as never);
  let update = queries
    .updateTable(anyTable)
    .set(change.after as never)
    .where('id', '=', change.id);
  for (const [column, value] of Object.entries(change.before))
    update =
      value === null
        ? update.where(column as 'id', 'is', null as never)
        : update.where(column as 'id', '=', value as never);
  return update;
}

/**
 * Executes a change and checks that it met exactly the row it was made for.
 * @throws ToolError (problem) when the row no longer holds what was read
 */
export async function applyChange(queries: Queries, change: Change): Promise<void> {
  const result = (await statement(queries, change).executeTakeFirst()) as { numUpdatedRows?: bigint } | undefined;
  if (isInsert(change)) return;
  if (Number(result?.numUpdatedRows ?? 0) !== 1)
    throw problem(
      `${change.table} ${change.id} changed while it was being repaired. Nothing was changed.`,
      'Look again with "ci-doctor stuck", then repeat the repair.',
    );
}
