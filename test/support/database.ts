import { afterAll, beforeAll } from 'vitest';
import { type EmbeddedPostgres, startPostgres } from '../../demo/forgejo/postgres.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { chosenDialect } from './dialect.ts';
import { mariaDb } from './mariadb.ts';
import { givenMysql } from './mysql.ts';
import { mysqlDatabase, sqliteDatabase } from './other-database.ts';
import { realCluster } from './postgres.ts';
import { databaseAt, type TestDatabase } from './test-database.ts';

export type { TestDatabase } from './test-database.ts';

let server: EmbeddedPostgres | undefined;
let counter = 0;

// This module is imported while a test file is collected, so the hooks are the file's own. The server is started in one,
// because the first start on a machine takes longer than a test may.
beforeAll(async () => {
  if (chosenDialect() === 'embedded') server = await startPostgres();
});
afterAll(() => server?.stop());

/**
 * An empty schema on the embedded PostgreSQL of this test file, for its hooks and tests. `schema` names it, and empties
 * it if it is there; every call without a name makes another.
 */
export async function embeddedDatabase({ schema = `test_${++counter}` } = {}): Promise<TestDatabase> {
  if (!server) throw new Error('The embedded PostgreSQL is there in hooks and tests only');
  return emptySchema(server.url, schema);
}

/** Dropped databases by the generation of their tables: making tables takes longer than most tests. */
const used = new Map<Generation, TestDatabase[]>();

/** A database that is there once it is loaded: one that was dropped before, or a new one. */
function usedAgain(make: () => Promise<TestDatabase>): TestDatabase {
  let own: TestDatabase | undefined;
  let generation: Generation | undefined;
  return {
    get url() {
      return own!.url;
    },
    get schema() {
      return own!.schema;
    },
    query: (sql, values) => own!.query(sql, values),
    async load(rows) {
      generation ??= rows.generation;
      own ??= used.get(generation)?.pop() ?? (await make());
      await own.load(rows);
    },
    async drop() {
      if (own) used.set(generation!, [...(used.get(generation!) ?? []), own]);
    },
  };
}

async function emptySchema(url: string, schema: string): Promise<TestDatabase> {
  const database = databaseAt(url, schema);
  await database.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
  await database.query(`CREATE SCHEMA "${schema}"`);
  return database;
}

/** An empty database on the server that this test file is for: the embedded PostgreSQL unless `useDialect` said otherwise. */
export async function testDatabase(): Promise<TestDatabase> {
  switch (chosenDialect()) {
    case 'embedded':
      return usedAgain(embeddedDatabase);
    case 'postgresql':
      return usedAgain(async () => emptySchema((await realCluster()).url('postgres'), `test_${++counter}`));
    case 'sqlite':
      return sqliteDatabase();
    case 'mariadb':
      return mysqlDatabase(await mariaDb());
    case 'mysql':
      return mysqlDatabase(givenMysql());
  }
}
