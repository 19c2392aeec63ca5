import { afterAll, beforeAll } from 'vitest';
import { type EmbeddedPostgres, startPostgres } from '../../demo/forgejo/postgres.ts';
import { databaseAt, type TestDatabase } from './test-database.ts';

export type { TestDatabase } from './test-database.ts';

let server: EmbeddedPostgres | undefined;
let counter = 0;

// This module is imported while a test file is collected, so the hooks are the file's own. The server is started in one,
// because the first start on a machine takes longer than a test may.
beforeAll(async () => {
  server = await startPostgres();
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
