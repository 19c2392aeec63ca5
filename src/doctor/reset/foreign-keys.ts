import { type RawBuilder, sql } from 'kysely';
import { problem } from '../../common/errors.ts';
import type { ForeignKey, Queries } from '../database/database.ts';
import { type Change, isInsert, type Value } from './change.ts';

/**
 * Refuses a change that would break a foreign key of the schema. Forgejo's CI tables have none among themselves today;
 * a server that has them must not find half a repair.
 */
export async function checkForeignKeys(
  queries: Queries,
  keys: readonly ForeignKey[],
  changes: readonly Change[],
): Promise<void> {
  for (const key of keys) {
    for (const change of changes) {
      if (change.table !== key.table) continue;
      const after = isInsert(change) ? change.row : change.after;
      const values = key.columns.map((column) => after[column]);
      // A composite key is only judged when all of it is written; a NULL points nowhere.
      if (values.some((value) => value === undefined || value === null)) continue;
      if (await exists(queries, key, values as Value[])) continue;
      throw problem(
        `The schema's foreign key "${key.name}" does not allow ${key.columns.map((column, index) => `${key.table}.${column} = ${values[index]}`).join(', ')}. Nothing was changed.`,
        'This schema differs from every Forgejo that ci-doctor knows; cancel the run in the web page instead.',
      );
    }
  }
}

async function exists(queries: Queries, key: ForeignKey, values: readonly Value[]): Promise<boolean> {
  const conditions: RawBuilder<unknown>[] = key.targetColumns.map(
    (column, index) => sql`${sql.ref(column)} = ${values[index]}`,
  );
  const { rows } = await sql<{
    found: number;
  }>`SELECT 1 AS found FROM ${sql.id(key.targetSchema, key.targetTable)} WHERE ${sql.join(conditions, sql` AND `)}`.execute(
    queries,
  );
  return rows.length > 0;
}
