import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildInstance, loadInstance } from '../../../demo/forgejo/instance.ts';
import type { Generation } from '../../../demo/forgejo/schema.ts';
import type { TestDatabase } from '../../support/database.ts';
import { doctor } from '../../support/doctor.ts';
import { realCluster, realDatabase } from '../../support/postgres.ts';

const large = ['action_run', 'action_run_job', 'action_task', 'action_task_step'];

/**
 * What PostgreSQL really did is read from its counters: with sequential scans priced out, a statement that still scans a
 * large table has no index to use.
 */
async function scans(database: TestDatabase): Promise<Record<string, number>> {
  await database.query('SELECT pg_stat_force_next_flush()');
  const rows = await database.query(
    `SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname = ANY('{${large.join(',')}}')`,
  );
  return Object.fromEntries(rows.map(({ relname, seq_scan }) => [relname, seq_scan]));
}

describe.each<Generation>(['v12', 'v17'])('on %s no command scans a large table from end to end', (generation) => {
  let database: TestDatabase;
  let failed: number;
  let stuck: number;

  beforeAll(async () => {
    const instance = buildInstance({ generation, now: Math.floor(Date.now() / 1_000), size: 200 });
    database = await realDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await loadInstance(client, instance);
    await client.query('ANALYZE');
    await client.end();
    // The tables of a test are small enough that scanning them is the better plan; on a large instance it never is.
    const { psql } = await realCluster();
    await psql(
      'postgres',
      '-c',
      `ALTER DATABASE "${decodeURIComponent(new URL(database.url).pathname.slice(1))}" SET enable_seqscan = off`,
    );
    failed = instance.runs.rerun.id;
    stuck = instance.runs.stuck.run.id;
  });

  test('(a scan is seen by the counters)', async () => {
    const before = await scans(database);
    await database.query('SELECT count(*) FROM action_task WHERE attempt = 77');
    expect((await scans(database)).action_task).toBe(before.action_task! + 1);
  });

  const commands: [string, () => string[]][] = [
    ['runs', () => ['runs', '--limit', '10']],
    [
      'runs with filters',
      () => [
        'runs',
        '-R',
        'harbor/tide-tables',
        '--status',
        'failure',
        '--since',
        '7d',
        '--branch',
        'main',
        '--actor',
        'editor',
      ],
    ],
    ['runs of a page further on', () => ['runs', '--before', '100']],
    ['show with several attempts', () => ['show', String(failed)]],
    ['show by repository and index', () => ['show', 'harbor/tide-tables#3']],
    ['logs', () => ['logs', String(stuck), '--job', 'build', '--tail', '3']],
    ['stuck', () => ['stuck']],
    ['reset', () => ['reset', String(stuck), '--dry-run']],
  ];
  test.each(commands)('%s', async (_, argv) => {
    const before = await scans(database);
    const { exit, err } = await doctor(database.url, argv());
    expect([0, 1], err).toContain(exit);
    expect(await scans(database)).toEqual(before);
  });
});

test('runs never reads a payload column', async () => {
  const database = await realDatabase();
  const instance = buildInstance({ generation: 'v17', now: Math.floor(Date.now() / 1_000), size: 5 });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await loadInstance(client, instance);
  // A role that may read everything but the payloads.
  await client.query("CREATE ROLE reader LOGIN PASSWORD 'reader'");
  await client.query(
    'GRANT SELECT ON action_run_job, action_task, action_task_step, action_tasks_version, action_runner, repository, repo_unit, dbfs_meta, dbfs_data, "user", forgejo_version TO reader',
  );
  const columns = await client.query(
    "SELECT attname FROM pg_attribute WHERE attrelid = 'action_run'::regclass AND attnum > 0 AND attname <> 'event_payload'",
  );
  await client.query(
    `GRANT SELECT (${columns.rows.map(({ attname }) => `"${attname}"`).join(', ')}) ON action_run TO reader`,
  );
  await client.end();
  const url = new URL(database.url);
  url.username = 'reader';
  url.password = 'reader';
  expect(await doctor(url.href, ['runs', '--json'])).toMatchObject({ exit: 0 });
  expect(await doctor(url.href, ['stuck', '--json'])).toMatchObject({ exit: 1 });
  await database.drop();
});
