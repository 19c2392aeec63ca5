import Libsql from 'libsql';
import { describe, expect, test } from 'vitest';
import { stuckRun } from '../../demo/forgejo/rows.ts';
import { tables } from '../../demo/forgejo/schema.ts';
import { useDialect } from '../support/dialect.ts';
import { doctor } from '../support/doctor.ts';
import { sqliteDatabase } from '../support/other-database.ts';
import { recorded, recordedFolder } from '../support/recorded.ts';
import { holdAgainstGeneration, holdAgainstRecipe, provenRepairs } from '../support/recorded-dialects.ts';
import { play } from '../support/situation.ts';

useDialect('sqlite');

/** What SQLite makes of a declared type: https://www.sqlite.org/datatype3.html#determination_of_column_affinity */
const affinity = (type: string): string =>
  /INT/i.test(type) ? 'INTEGER' : /CHAR|CLOB|TEXT/i.test(type) ? 'TEXT' : /BLOB|^$/i.test(type) ? 'BLOB' : 'NUMERIC';

describe.skipIf(!recordedFolder)('the file of a live server on SQLite', () => {
  const copy = () => sqliteDatabase({ copyOf: `${recordedFolder}/v12-sqlite/stuck.db` });

  test.each(provenRepairs(2, 10, 9))('$name: the rows of the proven recipe', async (repair) => {
    const [ours, proven] = [await copy(), await copy()];
    await holdAgainstRecipe(repair, ours, proven, async () => {
      const values: Record<string, string> = { run: '2', job: '10', task: '9' };
      const sql = recorded(`states/${repair.recipe}-sqlite.sql`).replace(
        /:(run|job|task)\b/g,
        (_, name: string) => values[name]!,
      );
      const file = new Libsql(proven.path);
      file.exec(sql);
      file.close();
    });
    await ours.drop();
    await proven.drop();
  });

  test('is told for what it is, and every look works', async () => {
    const database = await copy();
    await holdAgainstGeneration(database.url, 'v12', 2);
    await database.drop();
  });

  test('its log in DBFS is read', async () => {
    const database = await copy();
    const { out } = await doctor(database.url, ['logs', '2', '--job', 'sleeper', '--step', 'before', '--tail', '1']);
    expect(out).toMatch(/^sleeper › before\nbefore sleep \d+\n$/);
    await database.drop();
  });

  test('the builder makes the same columns', async () => {
    const live = await copy();
    const { database: built } = await play('v12', (scene) => stuckRun(scene).run);
    const columns = async (database: typeof built, table: string) =>
      (await database.query(`SELECT name, type, "notnull" AS required, pk FROM pragma_table_info('${table}')`)).map(
        ({ name, type, required, pk }) => [name, affinity(type), required, pk],
      );
    for (const { name } of tables('v12')) expect(await columns(built, name), name).toEqual(await columns(live, name));
    await live.drop();
    await built.drop();
  });
});
