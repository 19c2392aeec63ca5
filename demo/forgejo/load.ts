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
  await inTransaction(client, async () => {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${client.escapeIdentifier(schema)}`);
    await client.query(createTables(rows.generation, schema).join(';\n'));
    await fill(client, rows, schema);
  });
}

/** Puts other rows of the same generation into tables that `loadRows` made: much quicker than making them again. */
export async function reloadRows(client: ClientBase, rows: Rows, { schema = 'public' } = {}): Promise<void> {
  await inTransaction(client, async () => {
    const names = tables(rows.generation).map(({ name }) => qualified(client, schema, name));
    await client.query(names.map((name) => `DELETE FROM ${name}`).join(';\n'));
    await fill(client, rows, schema);
  });
}

async function fill(client: ClientBase, rows: Rows, schema: string): Promise<void> {
  for (const table of tables(rows.generation)) {
    const found = rows.tables[table.name] ?? [];
    const columns = table.columns.map(({ name }) => name).filter((name) => found[0] && name in found[0]);
    const list = columns.map((name) => client.escapeIdentifier(name)).join(', ');
    const perStatement = Math.floor(maxParameters / Math.max(1, columns.length));
    for (let from = 0; from < found.length; from += perStatement) {
      const some = found.slice(from, from + perStatement);
      const places = some.map(
        (_, at) => `(${columns.map((_, column) => `$${at * columns.length + column + 1}`).join(', ')})`,
      );
      await client.query(
        `INSERT INTO ${qualified(client, schema, table.name)} (${list}) VALUES ${places.join(', ')}`,
        some.flatMap((row) => columns.map((name) => row[name])),
      );
    }
  }
  const numbered = tables(rows.generation).filter(({ columns }) => columns.some(({ sequence }) => sequence));
  const settings = numbered.map(({ name }) => {
    const sequence = client.escapeLiteral(qualified(client, schema, `${name}_id_seq`));
    const last = rows.sequences.get(name);
    return last === undefined ? `setval(${sequence}, 1, false)` : `setval(${sequence}, ${last})`;
  });
  await client.query(`SELECT ${settings.join(', ')}`);
}

const qualified = (client: ClientBase, schema: string, name: string) =>
  `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`;

async function inTransaction(client: ClientBase, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
