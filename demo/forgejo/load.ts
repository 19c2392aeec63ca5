import type { ClientBase } from 'pg';
import { createTables, createTablesOn, type Generation, type OtherServer, tables } from './schema.ts';
import type { Row } from './server.ts';

/** What is to be loaded: a `Forgejo` is one. */
export interface Rows {
  readonly generation: Generation;
  readonly tables: Readonly<Record<string, readonly Row[]>>;
  readonly sequences: ReadonlyMap<string, number>;
}

/** Runs a statement; values stand in it as `?`. */
export type RunStatement = (sql: string, values?: readonly Row[string][]) => Promise<unknown>;

/** PostgreSQL takes at most 65535 parameters in one statement, SQLite 32766. */
const maxParameters = 30_000;

/**
 * Makes the tables in `schema` (which is made if missing) and fills them, in one transaction.
 * Leaves the connection's search_path alone.
 */
export async function loadRows(client: ClientBase, rows: Rows, { schema = 'public' } = {}): Promise<void> {
  await inTransaction(client, async () => {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${client.escapeIdentifier(schema)}`);
    await client.query(createTables(rows.generation, schema).join(';\n'));
    await fillSchema(client, rows, schema);
  });
}

/** Puts other rows of the same generation into tables that `loadRows` made: much quicker than making them again. */
export async function reloadRows(client: ClientBase, rows: Rows, { schema = 'public' } = {}): Promise<void> {
  await inTransaction(client, async () => {
    const names = tables(rows.generation).map(({ name }) => qualified(client, schema, name));
    await client.query(names.map((name) => `DELETE FROM ${name}`).join(';\n'));
    await fillSchema(client, rows, schema);
  });
}

/** Makes the tables in an empty database of another server and fills them; the caller has begun a transaction. */
export async function loadRowsOn(server: OtherServer, run: RunStatement, rows: Rows): Promise<void> {
  for (const statement of createTablesOn(server, rows.generation)) await run(statement);
  await fillOn(server, run, rows);
}

/** Puts other rows of the same generation into tables that `loadRowsOn` made. */
export async function reloadRowsOn(server: OtherServer, run: RunStatement, rows: Rows): Promise<void> {
  for (const { name } of tables(rows.generation)) await run(`DELETE FROM ${quoteOn(server)(name)}`);
  await fillOn(server, run, rows);
}

const quoteOn = (server: OtherServer) =>
  server === 'mysql' ? (name: string) => `\`${name}\`` : (name: string) => `"${name}"`;

async function fillOn(server: OtherServer, run: RunStatement, rows: Rows): Promise<void> {
  const quote = quoteOn(server);
  await fill(run, rows, quote, quote);
  // The numbers of rows that are gone again are not given away twice.
  for (const [table, last] of rows.sequences) {
    if (server === 'mysql') await run(`ALTER TABLE ${quote(table)} AUTO_INCREMENT = ${last + 1}`);
    else {
      await run('DELETE FROM sqlite_sequence WHERE name = ?', [table]);
      await run('INSERT INTO sqlite_sequence (seq, name) VALUES (?, ?)', [last, table]);
    }
  }
}

async function fillSchema(client: ClientBase, rows: Rows, schema: string): Promise<void> {
  let at = 0;
  const run: RunStatement = (sql, values) => {
    at = 0;
    return client.query(
      sql.replace(/\?/g, () => `$${++at}`),
      values && [...values],
    );
  };
  await fill(
    run,
    rows,
    (name) => qualified(client, schema, name),
    (name) => client.escapeIdentifier(name),
  );
  const numbered = tables(rows.generation).filter(({ columns }) => columns.some(({ sequence }) => sequence));
  const settings = numbered.map(({ name }) => {
    const sequence = client.escapeLiteral(qualified(client, schema, `${name}_id_seq`));
    const last = rows.sequences.get(name);
    return last === undefined ? `setval(${sequence}, 1, false)` : `setval(${sequence}, ${last})`;
  });
  await client.query(`SELECT ${settings.join(', ')}`);
}

async function fill(
  run: RunStatement,
  rows: Rows,
  tableName: (name: string) => string,
  columnName: (name: string) => string,
): Promise<void> {
  for (const table of tables(rows.generation)) {
    const found = rows.tables[table.name] ?? [];
    const columns = table.columns.map(({ name }) => name).filter((name) => found[0] && name in found[0]);
    const list = columns.map(columnName).join(', ');
    const perStatement = Math.floor(maxParameters / Math.max(1, columns.length));
    for (let from = 0; from < found.length; from += perStatement) {
      const some = found.slice(from, from + perStatement);
      const places = some.map(() => `(${columns.map(() => '?').join(', ')})`);
      await run(
        `INSERT INTO ${tableName(table.name)} (${list}) VALUES ${places.join(', ')}`,
        some.flatMap((row) => columns.map((name) => row[name]!)),
      );
    }
  }
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
