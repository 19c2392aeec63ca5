import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { play, stuckRun } from '../../../demo/forgejo/rows.ts';
import type { Generation } from '../../../demo/forgejo/schema.ts';
import { loadRecorded, realDatabase } from '../../support/postgres.ts';
import { recordedFolder } from '../../support/recorded.ts';

const held = 'SELECT run_id, name FROM action_run_job WHERE status = 6';

test('the built rows load into a real server, in any database and schema', async () => {
  const { server, result } = play('v17', { now: 1_795_309_999 }, (scene) => stuckRun(scene));
  const database = await realDatabase({ name: 'PROD-ALM', schema: 'Forge CI' });
  await database.load(server);
  expect(await database.query(held)).toEqual([{ run_id: result.run.id, name: 'build' }]);
  const [next] = await database.query(`INSERT INTO action_task (status, token_hash) VALUES (6, 'x') RETURNING id`);
  expect(next!.id).toBe(result.task.id + 1);
  await database.drop();
});

test('its locks hold two transactions apart', async () => {
  const { server, result } = play('v12', { now: 1_795_309_999 }, (scene) => stuckRun(scene));
  const database = await realDatabase();
  await database.load(server);
  const [one, two] = [new pg.Client(database.url), new pg.Client(database.url)];
  await Promise.all([one.connect(), two.connect()]);
  await one.query('BEGIN');
  await one.query('SELECT 1 FROM action_task WHERE id = $1 FOR UPDATE', [result.task.id]);
  await two.query("SET lock_timeout = '50ms'");
  await expect(two.query('UPDATE action_task SET status = 3 WHERE id = $1', [result.task.id])).rejects.toMatchObject({
    code: '55P03',
  });
  await one.query('ROLLBACK');
  await Promise.all([one.end(), two.end()]);
});

test('a wrong password is refused', async () => {
  const { url } = await realDatabase();
  const client = new pg.Client(url.replace(':forgejo@', ':wrong@'));
  await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
});

describe.skipIf(recordedFolder === undefined).each<Generation>(['v12', 'v17'])(
  'the rows recorded on %s',
  (generation) => {
    test('load, with the killed runner', async () => {
      const database = await loadRecorded(generation, 'stuck');
      expect(await database.query(held)).toEqual([{ run_id: 2, name: 'sleeper' }]);
    });
    test('load, with the ordinary instance', async () => {
      const database = await loadRecorded(generation, 'rows');
      const [row] = await database.query('SELECT count(*) FROM action_run');
      expect(row!.count).toBe(generation === 'v12' ? 11 : 4);
    });
  },
);
