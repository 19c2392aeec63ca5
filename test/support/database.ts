import { afterAll, beforeAll } from 'vitest';
import { type EmbeddedPostgres, startPostgres } from '../../demo/forgejo/postgres.ts';
import { chosenDialect } from './dialect.ts';
import { mariaDb } from './mariadb.ts';
import { mariaDatabase, sqliteDatabase } from './other-database.ts';
import { realDatabase } from './postgres.ts';
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
  const database = databaseAt(server.url, schema);
  await database.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
  await database.query(`CREATE SCHEMA "${schema}"`);
  return database;
}

/** An empty database on the server that this test file is for: the embedded PostgreSQL unless `useDialect` said otherwise. */
export async function testDatabase(): Promise<TestDatabase> {
  switch (chosenDialect()) {
    case 'embedded':
      return embeddedDatabase();
    case 'postgresql':
      return realDatabase();
    case 'sqlite':
      return sqliteDatabase();
    case 'mariadb':
      return mariaDatabase(await mariaDb());
  }
}
