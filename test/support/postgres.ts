import { afterAll } from 'vitest';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { recordedFolder } from './recorded.ts';
import { databaseAt, type TestDatabase } from './test-database.ts';

let cluster: Promise<Cluster> | undefined;
let counter = 0;

// This module is imported while a test file is collected, so the hook is the file's own.
afterAll(async () => {
  const running = cluster;
  cluster = undefined;
  await (await running)?.stop();
});

/** The real PostgreSQL of this test file: started when first asked for, stopped after the last test. */
export function realCluster(): Promise<Cluster> {
  cluster ??= startCluster();
  return cluster;
}

/**
 * A database of its own on the real PostgreSQL, empty. `name` may be any that PostgreSQL takes (`PROD-ALM`); `schema`
 * is where `load` and `query` look, made if it is not `public`.
 */
export async function realDatabase({ name = `forgejo_${++counter}`, schema = 'public' } = {}): Promise<TestDatabase> {
  const { url, psql } = await realCluster();
  await psql('postgres', '-c', `CREATE DATABASE "${name}" TEMPLATE template0`);
  const database = databaseAt(url(name), schema);
  await database.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
  return {
    ...database,
    async drop() {
      await psql('postgres', '-c', `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    },
  };
}

/**
 * A database with what was recorded from a live server: `rows` is an ordinary instance (on v12 with a stuck job hidden
 * under failed run 11), `stuck` has a killed runner's run 2. Ask `recordedFolder` before: it throws where there is none.
 */
export async function loadRecorded(generation: Generation, dump: 'rows' | 'stuck'): Promise<TestDatabase> {
  if (recordedFolder === undefined) throw new Error('The recorded rows (shared/forgejo) are not beside the repository');
  const name = `${generation}_${dump}_${++counter}`;
  const database = await realDatabase({ name });
  const { psql } = await realCluster();
  for (const part of ['schema', dump])
    await psql(name, '-o', '/dev/null', '-f', `${recordedFolder}/${generation}/${part}.sql`);
  return database;
}
