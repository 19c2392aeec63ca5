import pg from 'pg';
import { loadRows, type Rows, reloadRows } from '../../demo/forgejo/load.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';

/** A place of its own for one test, on the embedded PostgreSQL or on a real one: the same few methods. */
export interface TestDatabase {
  readonly url: string;
  readonly schema: string;
  /** Runs one statement in a transaction; unqualified names are looked for in this database's schema. Whole numbers come as numbers. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Makes Forgejo's tables in the schema and fills them. Called again, it puts other rows of the same generation in, quickly. */
  load(rows: Rows): Promise<void>;
  /** Removes it. */
  drop(): Promise<void>;
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
  let loaded: Generation | undefined;
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
    load: (rows) =>
      withClient(async (client) => {
        await (loaded === rows.generation ? reloadRows : loadRows)(client, rows, { schema });
        loaded = rows.generation;
      }),
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
