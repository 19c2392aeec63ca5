import type { ClientBase } from 'pg';
import { createTables, type Generation, tables } from './schema.ts';
import type { Row } from './server.ts';

/** What is to be loaded: a `Forgejo` is one. */
export interface Rows {
  readonly generation: Generation;
  readonly tables: Readonly<Record<string, readonly Row[]>>;
  readonly sequences: ReadonlyMap<string, number>;
}

/** PostgreSQL takes at most 65535 parameters in one statement. */
const maxParameters = 60_000;

/**
 * Makes the tables in `schema` (which is made if missing) and fills them, in one transaction.
 * Leaves the connection's search_path alone.
 */
export async function loadRows(client: ClientBase, rows: Rows, { schema = 'public' } = {}): Promise<void> {
  const prefix = client.escapeIdentifier(schema);
  await client.query('BEGIN');
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${prefix}`);
    await client.query(createTables(rows.generation, schema).join(';\n'));
    for (const table of tables(rows.generation)) {
      const found = rows.tables[table.name] ?? [];
      const columns = table.columns.map(({ name }) => name).filter((name) => found[0] && name in found[0]);
      const target = `${prefix}.${client.escapeIdentifier(table.name)}`;
      const list = columns.map((name) => client.escapeIdentifier(name)).join(', ');
      const perStatement = Math.floor(maxParameters / Math.max(1, columns.length));
      for (let from = 0; from < found.length; from += perStatement) {
        const some = found.slice(from, from + perStatement);
        const places = some.map(
          (_, at) => `(${columns.map((_, column) => `$${at * columns.length + column + 1}`).join(', ')})`,
        );
        await client.query(
          `INSERT INTO ${target} (${list}) VALUES ${places.join(', ')}`,
          some.flatMap((row) => columns.map((name) => row[name])),
        );
      }
      const last = rows.sequences.get(table.name);
      if (last !== undefined && table.columns.some(({ sequence }) => sequence)) {
        await client.query('SELECT setval($1::regclass, $2)', [
          `${prefix}.${client.escapeIdentifier(`${table.name}_id_seq`)}`,
          last,
        ]);
      }
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
