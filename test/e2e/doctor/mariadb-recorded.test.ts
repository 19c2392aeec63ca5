import { beforeAll, describe, expect, test } from 'vitest';
import { stuckRun } from '../../../demo/forgejo/rows.ts';
import { tables } from '../../../demo/forgejo/schema.ts';
import { useDialect } from '../../support/dialect.ts';
import { doctor } from '../../support/doctor.ts';
import { type MariaDb, mariaDb } from '../../support/mariadb.ts';
import { mysqlDatabase } from '../../support/other-database.ts';
import { recorded, recordedFolder } from '../../support/recorded.ts';
import { holdAgainstGeneration, holdAgainstRecipe, provenRepairs } from '../../support/recorded-dialects.ts';
import { play } from '../../support/situation.ts';
import type { TestDatabase } from '../../support/test-database.ts';

useDialect('mariadb');

describe.skipIf(!recordedFolder)('the rows of a live server on MariaDB', () => {
  let server: MariaDb;
  beforeAll(async () => {
    server = await mariaDb();
  });

  async function load(): Promise<TestDatabase> {
    const database = mysqlDatabase(server);
    await database.create();
    for (const part of ['schema', 'stuck'])
      await server.sql(recorded(`v12-mariadb/${part}.sql`).replace(/^\/\*M!999999.*$/m, ''), database.schema);
    return database;
  }

  test.each(provenRepairs(1, 2, 2))('$name: the rows of the proven recipe', async (repair) => {
    const [ours, proven] = [await load(), await load()];
    await holdAgainstRecipe(repair, ours, proven, async () => {
      await server.sql(
        `SET @run=1, @job=2, @task=2;\n${recorded(`states/${repair.recipe}-mariadb.sql`)}`,
        proven.schema,
      );
    });
  });

  test('are told for what they are, and every look works', async () => {
    const database = await load();
    await holdAgainstGeneration(database.url, 'v12', 1);
  });

  test('its log in DBFS is read', async () => {
    const database = await load();
    const { out } = await doctor(database.url, ['logs', '1', '--job', 'sleeper', '--step', 'sleep', '--tail', '1']);
    expect(out).toMatch(/^sleeper › sleep\ntick \d+\n$/);
  });

  test('the builder makes the same columns, as far as ci-doctor can tell', async () => {
    const live = await load();
    const { database: built } = await play('v12', (scene) => stuckRun(scene).run);
    const columns = async (database: TestDatabase, table: string) =>
      (
        await database.query(
          `SELECT column_name AS name, data_type AS type, is_nullable AS nullable FROM information_schema.columns WHERE table_schema = '${database.schema}' AND table_name = '${table}' ORDER BY ordinal_position`,
        )
      ).map(({ name, type, nullable }) => [name, type.replace(/^(?:tiny|medium|long)?(text|blob)$/, '$1'), nullable]);
    const recordedTables = new Set((await live.query('SHOW TABLES')).map((row) => Object.values(row)[0]));
    for (const { name } of tables('v12').filter(({ name }) => recordedTables.has(name)))
      expect(await columns(built, name), name).toEqual(await columns(live, name));
  });
});
