import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { createTables, type Generation, tables } from '../../demo/forgejo/schema.ts';
import { embeddedDatabase, type TestDatabase } from '../support/database.ts';
import { recorded, recordedDump, recordedFolder } from '../support/recorded.ts';

const describeTables = `
  SELECT table_name || '.' || column_name AS place, ordinal_position::int, data_type, character_maximum_length, is_nullable,
         replace(column_default, $1 || '.', '') AS column_default
  FROM information_schema.columns WHERE table_schema = $1 ORDER BY table_name, ordinal_position`;
const describeIndexes = `
  SELECT replace(indexdef, ' ' || $1 || '.', ' public.') AS definition FROM pg_indexes WHERE schemaname = $1 ORDER BY 1`;
const describeSequences = `
  SELECT sequence_name FROM information_schema.sequences WHERE sequence_schema = $1 ORDER BY 1`;

async function run(database: TestDatabase, sql: string): Promise<void> {
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

describe.each<Generation>(['v12', 'v17'])('the tables of the %s line', (generation) => {
  let built: TestDatabase;
  let live: TestDatabase;

  beforeAll(async () => {
    built = await embeddedDatabase({ schema: `built_${generation}` });
    await run(built, createTables(generation, built.schema).join(';\n'));
    if (recordedFolder === undefined) return;
    live = await embeddedDatabase({ schema: `live_${generation}` });
    await run(live, recordedDump(generation, 'schema', live.schema));
  });

  test('are made in the schema that was asked for', async () => {
    const found = await built.query('SELECT tablename FROM pg_tables WHERE schemaname = $1', [built.schema]);
    expect(found.map(({ tablename }) => tablename).sort()).toEqual(
      tables(generation)
        .map(({ name }) => name)
        .sort(),
    );
  });

  test('give an id of their own to a row that names none', async () => {
    const [first] = await built.query(`INSERT INTO action_run (title) VALUES ('x') RETURNING id, version`);
    expect(first).toEqual({ id: 1, version: 0 });
    await built.query('DELETE FROM action_run');
  });

  describe.skipIf(recordedFolder === undefined)('against a live server', () => {
    test.each([
      ['columns', describeTables],
      ['indexes', describeIndexes],
    ])('have the same %s', async (_, sql) => {
      const ours = await built.query(sql, [built.schema]);
      expect(ours.length).toBeGreaterThan(20);
      expect(ours).toEqual(await live.query(sql, [live.schema]));
    });

    test('have the same sequences', async () => {
      const theirs = await live.query(describeSequences, [live.schema]);
      // A numbering table that has nothing to do with Actions, but a similar name.
      const expected = theirs.filter(({ sequence_name }) => sequence_name !== 'action_id_seq');
      expect(await built.query(describeSequences, [built.schema])).toEqual(expected);
    });

    test('agree with the lists of columns and indexes of the CI tables', async () => {
      const ours = tables(generation);
      for (const line of recorded(`${generation}/columns.txt`).trim().split('\n')) {
        const [name, columns] = line.split(' | ') as [string, string];
        const described = ours
          .find((table) => table.name === name)
          ?.columns.map((column) => `${column.name} ${column.type.replace(/\(\d+\)/, '')}`);
        expect(`${name}: ${described?.join(', ')}`).toBe(`${name}: ${columns}`);
      }
      const indexes = await built.query(describeIndexes, [built.schema]);
      const definitions = indexes.map(({ definition }) => definition);
      expect(definitions).toEqual(expect.arrayContaining(recorded(`${generation}/indexes.txt`).trim().split('\n')));
    });
  });
});
