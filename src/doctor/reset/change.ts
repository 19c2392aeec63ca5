import { problem } from '../../common/errors.ts';
import type { Database, Queries } from '../database/database.ts';
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

/** A statement and the values for its places. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly Value[];
}

/**
 * Makes the statements of changes; an update only touches the row that still holds what was read. Changes that differ in
 * nothing but values share one compiled text: repairs of thousands of runs have a handful of shapes.
 */
export class Statements {
  readonly #queries: Queries;
  readonly #texts = new Map<string, string>();

  constructor(queries: Queries) {
    this.#queries = queries;
  }

  of(change: Change): Statement {
    const { key, parameters } = isInsert(change)
      ? { key: `+${change.table} ${Object.keys(change.row)}`, parameters: Object.values(change.row) }
      : {
          key: `${change.table} ${Object.keys(change.after)} ${Object.entries(change.before).map(([column, value]) => (value === null ? `-${column}` : column))}`,
          parameters: [
            ...Object.values(change.after),
            change.id,
            ...Object.values(change.before).filter((value) => value !== null),
          ],
        };
    const text = this.#texts.get(key) ?? this.#compile(change);
    this.#texts.set(key, text);
    return { sql: text, parameters };
  }

  #compile(change: Change): string {
    // The builder's types follow from a literal table name; here the name is data.
    const anyTable = change.table as 'action_run';
    if (isInsert(change))
      return this.#queries
        .insertInto(anyTable)
        .values(change.row as never)
        .compile().sql;
    let update = this.#queries
      .updateTable(anyTable)
      .set(change.after as never)
      .where('id', '=', change.id);
    for (const [column, value] of Object.entries(change.before))
      update =
        value === null
          ? update.where(column as 'id', 'is', null as never)
          : update.where(column as 'id', '=', value as never);
    return update.compile().sql;
  }
}

/**
 * Executes changes in their order and checks that each met exactly the row it was made for.
 * @throws ToolError (problem) when a row no longer holds what was read
 */
export async function applyChanges(
  database: Database,
  queries: Queries,
  changes: readonly Change[],
  statements: Statements,
): Promise<void> {
  const counts = await database.executeAll(
    queries,
    changes.map((change) => statements.of(change)),
  );
  const missed = changes.find((change, index) => !isInsert(change) && counts[index] !== 1);
  if (missed === undefined || isInsert(missed)) return;
  throw problem(
    `${missed.table} ${missed.id} changed while it was being repaired. Nothing was changed.`,
    'Look again with "ci-doctor stuck", then repeat the repair.',
  );
}
