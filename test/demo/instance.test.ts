import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildInstance, type Instance, loadInstance, writeLogs } from '../../demo/forgejo/instance.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { embeddedDatabase, type TestDatabase } from '../support/database.ts';

const now = 1_795_309_999;

describe.each<Generation>(['v12', 'v17'])('an instance on %s', (generation) => {
  let instance: Instance;
  let database: TestDatabase;
  let logs: string;

  beforeAll(async () => {
    instance = buildInstance({ generation, now });
    database = await embeddedDatabase();
    const client = new pg.Client(database.url);
    await client.connect();
    await loadInstance(client, instance, { schema: database.schema }).finally(() => client.end());
    logs = await mkdtemp(join(tmpdir(), 'instance-logs-'));
    await writeLogs(instance, logs);
  });
  afterAll(() => rm(logs, { recursive: true, force: true }));

  test('has some hundred runs of all kinds, from weeks ago to now', async () => {
    const [row] = await database.query(
      `SELECT count(*) AS runs, count(DISTINCT repo_id) AS repositories, $1 - min(created) AS age, $1 - max(created) AS newest,
              array_agg(DISTINCT status ORDER BY status) AS states, array_agg(DISTINCT event ORDER BY event) AS events FROM action_run`,
      [now],
    );
    expect(row!.runs).toBeGreaterThan(300);
    expect(row!.age).toBeGreaterThan(20 * 86_400);
    expect(row).toMatchObject({
      repositories: 5,
      newest: 20,
      states: [0, 1, 2, 3, 5, 6],
      events: ['pull_request', 'push', 'schedule', 'workflow_dispatch'],
    });
  });

  test('holds exactly the tasks that it says: one alive, two of a killed runner', async () => {
    const { stuck, masked, running } = instance.runs;
    const held = await database.query(
      `SELECT j.run_id, r.status AS run, $1 - t.updated AS silent FROM action_task t
       JOIN action_run_job j ON j.task_id = t.id JOIN action_run r ON r.id = j.run_id WHERE t.status = 6 ORDER BY t.id`,
      [now],
    );
    expect(held).toEqual([
      { run_id: masked.run.id, run: 2, silent: 840 },
      { run_id: stuck.run.id, run: 6, silent: 840 },
      { run_id: running.id, run: 6, silent: 0 },
    ]);
    const [live] = await database.query('SELECT count(*) FROM dbfs_meta');
    expect(live!.count).toBe(4);
  });

  test('has no row whose parts disagree, but those of the situations', async () => {
    const odd = await database.query(
      `SELECT r.id FROM action_run r WHERE r.status IN (1, 2, 3, 4)
         AND EXISTS (SELECT FROM action_run_job j WHERE j.run_id = r.id AND j.status NOT IN (1, 2, 3, 4)) ORDER BY r.id`,
    );
    expect(odd).toEqual([{ id: instance.runs.masked.run.id }]);
    const [task] = await database.query(
      `SELECT count(*) FROM action_task t JOIN action_run_job j ON j.task_id = t.id
       WHERE t.status <> j.status OR t.started > t.updated OR (t.stopped <> 0 AND t.stopped < t.started)`,
    );
    // The literal reset took the result of a finished sibling.
    expect(task!.count).toBe(1);
  });

  test('keeps the attempts of a run that was run again', async () => {
    const attempts = await database.query(
      `SELECT j.job_id, t.attempt, t.status FROM action_task t JOIN action_run_job j ON j.id = t.job_id
       WHERE j.run_id = $1 ORDER BY t.id`,
      [instance.runs.rerun.id],
    );
    expect(attempts).toEqual([
      { job_id: 'render', attempt: 1, status: 2 },
      { job_id: 'render', attempt: 2, status: 1 },
      { job_id: 'deploy', attempt: generation === 'v17' ? 2 : 1, status: 1 },
    ]);
  });

  test('has every stored log on disk, a long one in many frames', async () => {
    const { job } = instance.runs.failed;
    const [task] = await database.query('SELECT log_filename, log_size, log_length FROM action_task WHERE id = $1', [
      job.row.task_id,
    ]);
    const file = await readFile(join(logs, task!.log_filename));
    expect(file.readUInt32LE(file.length - 4)).toBe(0x8f92eab1);
    expect(file.readUInt32LE(file.length - 9)).toBe(Math.ceil(task!.log_size / 131_072));
    expect(task!.log_size).toBeGreaterThan(10 * 131_072);
    const names = await database.query('SELECT log_filename FROM action_task WHERE log_in_storage');
    for (const { log_filename } of names) await readFile(join(logs, log_filename));
  });
});

test('the same seed gives the same instance', () => {
  const rows = () => JSON.stringify(buildInstance({ generation: 'v17', now, seed: 3, size: 20 }).server.tables);
  expect(rows()).toBe(rows());
});
