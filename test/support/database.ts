import pg from 'pg';
import { afterAll } from 'vitest';
import { loadRows, type Rows } from '../../demo/forgejo/load.ts';
import { type EmbeddedPostgres, startPostgres } from '../../demo/forgejo/postgres.ts';

/** A place of its own for one test, on the embedded PostgreSQL or on a real one: the same few methods. */
export interface TestDatabase {
  readonly url: string;
  readonly schema: string;
  /** Runs one statement in a transaction; unqualified names are looked for in this database's schema. Whole numbers come as numbers. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Makes Forgejo's tables in the schema and fills them. */
  load(rows: Rows): Promise<void>;
  /** Removes it. */
  drop(): Promise<void>;
}

let server: Promise<EmbeddedPostgres> | undefined;
let counter = 0;

// This module is imported while a test file is collected, so the hook is the file's own.
afterAll(async () => {
  const running = server;
  server = undefined;
  await (await running)?.stop();
});

/**
 * An empty schema on the embedded PostgreSQL, which is started with the first one of a test file and stopped after its
 * last test. `schema` names it, and empties it if it is there; every call without a name makes another.
 */
export async function embeddedDatabase({ schema = `test_${++counter}` } = {}): Promise<TestDatabase> {
  server ??= startPostgres();
  const database = databaseAt((await server).url, schema);
  await database.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
  await database.query(`CREATE SCHEMA "${schema}"`);
  return database;
}

/** Every query on a connection of its own: what one leaves open cannot hold up the next. */
export function databaseAt(url: string, schema: string): TestDatabase {
  const withClient = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({ connectionString: url, types: wholeNumbers });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  return {
    url,
    schema,
    query: (sql, values) =>
      withClient(async (client) => {
        // In a transaction, because the embedded server has one search_path for all of its connections.
        await client.query('BEGIN');
        await client.query(`SET LOCAL search_path TO "${schema}", public`);
        const { rows } = await client.query(sql, values ? [...values] : undefined);
        await client.query('COMMIT');
        return rows;
      }),
    load: (rows) => withClient((client) => loadRows(client, rows, { schema })),
    drop: () =>
      withClient(async (client) => {
        await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
      }),
  };
}

/** bigint as a number: ids and times of a test fit. */
const wholeNumbers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8
      ? Number
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};
