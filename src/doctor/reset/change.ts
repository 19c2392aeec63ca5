import { problem } from '../../common/errors.ts';
import { groupBy } from '../../common/group.ts';
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

/** What is sent to the server at once: the statement of one change, or of many rows that change alike. */
export interface Sent {
  readonly statement: Statement;
  readonly changes: readonly Change[];
}

/** From so many rows on that change alike they are one statement, of at most so many: a list can be read, and is not endless. */
const together = { from: 20, most: 500 };

/** Changes with the same shape differ in nothing but values. */
const shapeOf = (change: Change): string => {
  const columns = (values: Columns) => Object.keys(values).map((name) => (values[name] === null ? `-${name}` : name));
  return isInsert(change)
    ? `+${change.table} ${Object.keys(change.row)}`
    : `${change.table} ${columns(change.after)} ${columns(change.before)}`;
};

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
    const key = shapeOf(change);
    const text = this.#texts.get(key) ?? this.#compile(change);
    this.#texts.set(key, text);
    const parameters = isInsert(change)
      ? Object.values(change.row)
      : [...Object.values(change.after), change.id, ...Object.values(change.before).filter((value) => value !== null)];
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
 * The statements that changes are sent as, in the order of their tables: within a table, rows that change alike go together.
 * The rows of a repair are locked before, so nobody waits for another order.
 */
export function sentAs(database: Database, changes: readonly Change[], statements: Statements): Sent[] {
  const sent: Sent[] = [];
  for (let from = 0; from < changes.length; ) {
    const { table } = changes[from]!;
    let end = from;
    while (end < changes.length && changes[end]!.table === table) end++;
    for (const alike of groupBy(changes.slice(from, end), shapeOf).values()) {
      const updates = alike.filter((change): change is RowUpdate => !isInsert(change));
      if (updates.length < together.from)
        sent.push(...alike.map((change) => ({ statement: statements.of(change), changes: [change] })));
      else
        for (let at = 0; at < updates.length; at += together.most) {
          const some = updates.slice(at, at + together.most);
          sent.push({ statement: { sql: database.updateTogether(table, some), parameters: [] }, changes: some });
        }
    }
    from = end;
  }
  return sent;
}

/** Executes changes, see `execute`. */
export const applyChanges = (
  database: Database,
  queries: Queries,
  changes: readonly Change[],
  statements: Statements,
): Promise<void> => execute(database, queries, sentAs(database, changes, statements));

/**
 * Executes statements and checks that each change met exactly the row it was made for.
 * @throws ToolError (problem) when a row no longer holds what was read
 */
export async function execute(database: Database, queries: Queries, sent: readonly Sent[]): Promise<void> {
  const counts = await database.executeAll(
    queries,
    sent.map(({ statement }) => statement),
  );
  for (const [at, { changes: some }] of sent.entries()) {
    const [first] = some as [Change];
    if (isInsert(first) || counts[at] === some.length) continue;
    throw problem(
      some.length === 1
        ? `${first.table} ${first.id} changed while it was being repaired. Nothing was changed.`
        : `${some.length - counts[at]!} of ${some.length} rows of ${first.table} changed while they were being repaired. Nothing was changed.`,
      'Look again with "ci-doctor stuck", then repeat the repair.',
    );
  }
}
