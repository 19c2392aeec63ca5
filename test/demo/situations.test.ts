import { describe, expect, test } from 'vitest';
import {
  doneTaskOfRunningJob,
  failedRun,
  jobForUnknownLabel,
  literalReset,
  maskedJob,
  type newScene,
  orphanedJob,
  play,
  runningJobWithoutTask,
  runningJobWithoutTaskRow,
  runningRun,
  runWithoutJobs,
  stuckRun,
  succeededRun,
  taskWithoutJob,
  twoStuckJobs,
  unannouncedJob,
  unapprovedRun,
  unclosedRun,
  unreleasedJob,
  waitingJobWithTask,
} from '../../demo/forgejo/rows.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import type { Forgejo, Run } from '../../demo/forgejo/server.ts';
import { embeddedDatabase, type TestDatabase } from '../support/database.ts';

const now = 1_795_309_999;

/** `run job,job… task,task…`: the statuses as a person writes them down, read back from the database. */
async function picture(database: TestDatabase, run: Run): Promise<string> {
  const [row] = await database.query(
    `SELECT (SELECT status FROM action_run WHERE id = $1) AS run,
            (SELECT string_agg(status || coalesce('/' || nullif(task_id, 0), ''), ' ' ORDER BY id) FROM action_run_job WHERE run_id = $1) AS jobs,
            (SELECT string_agg(t.status || CASE WHEN t.log_in_storage THEN '' ELSE 'd' END, ' ' ORDER BY t.id)
             FROM action_task t WHERE t.job_id IN (SELECT id FROM action_run_job WHERE run_id = $1)) AS tasks`,
    [run.id],
  );
  return `${row!.run} | ${row!.jobs} | ${row!.tasks}`;
}

const databases: Partial<Record<Generation, TestDatabase>> = {};

/** A database with these rows and no others. */
async function load(server: Forgejo): Promise<TestDatabase> {
  databases[server.generation] ??= await embeddedDatabase();
  const database = databases[server.generation]!;
  await database.load(server);
  return database;
}

describe.each<Generation>(['v12', 'v17'])('on %s', (generation) => {
  // Jobs: lint, build, test (needs build), package (needs test). `6d` is a task whose log is in DBFS.
  const cases: readonly (readonly [string, (scene: ReturnType<typeof newScene>) => Run, string])[] = [
    ['a run that went well', (scene) => succeededRun(scene), '1 | 1/1 1/2 1/3 1/4 | 1 1 1 1'],
    ['a failed run', (scene) => failedRun(scene), '2 | 1/1 2/2 4 4 | 1 2'],
    ['a running run', (scene) => runningRun(scene), '6 | 1/1 6/2 7 7 | 1 6d'],
    ['a killed runner', (scene) => stuckRun(scene).run, '6 | 1/1 6/2 7 7 | 1 6d'],
    ['a stuck job under a failed run', (scene) => maskedJob(scene).run, '2 | 2/2 6/1 7 7 | 6d 2'],
    ['the literal reset', (scene) => literalReset(scene).run, '0 | 0/1 0/2 0 0 | 1 0d'],
    [
      'the literal reset without the task',
      (scene) => literalReset(scene, { task: 'running' }).run,
      '0 | 0/1 0/2 0 0 | 1 6d',
    ],
    [
      'the literal reset of a run that lived',
      (scene) => literalReset(scene, { task: 'ended' }).run,
      '0 | 0/1 1/2 0 0 | 1 1',
    ],
    ['S3', (scene) => doneTaskOfRunningJob(scene).run, '6 | 1/1 6/2 7 7 | 1 1'],
    ['S3 with a failed task', (scene) => doneTaskOfRunningJob(scene, { result: 2 }).run, '6 | 1/1 6/2 7 7 | 1 2'],
    ['S4', (scene) => runningJobWithoutTaskRow(scene).run, '6 | 1/1 6/2 7 7 | 1'],
    ['S5', (scene) => unclosedRun(scene), '6 | 1/1 1/2 1/3 1/4 | 1 1 1 1'],
    ['S7', (scene) => unreleasedJob(scene).run, '7 | 1/1 1/2 7 7 | 1 1'],
    ['S7 after a failed need', (scene) => unreleasedJob(scene, { need: 2 }).run, '2 | 1/1 2/2 7 7 | 1 2'],
    ['S8', (scene) => jobForUnknownLabel(scene).run, '5 | 5 | null'],
    ['S9', (scene) => unannouncedJob(scene).run, '5 | 5 5 7 7 | null'],
    ['S10', (scene) => waitingJobWithTask(scene).run, '5 | 1/1 5/2 7 7 | 1 3d'],
    ['S10b', (scene) => runningJobWithoutTask(scene).run, '6 | 1/1 6 7 7 | 1 3d'],
    ['S11', (scene) => runWithoutJobs(scene), '6 | null | null'],
    ['two stuck jobs of a matrix', (scene) => twoStuckJobs(scene).run, '6 | 6/1 6/2 7 | 6d 6d'],
    ['a run that waits for approval', (scene) => unapprovedRun(scene), '7 | 7 7 7 7 | null'],
    ['a job whose run is gone', (scene) => orphanedJob(scene, 'run').run, 'null | 5 5 7 7 | null'],
    ['a job whose repository is gone', (scene) => orphanedJob(scene, 'repository').run, '5 | 5 5 7 7 | null'],
  ];

  test.each(cases)('%s', async (_, situation, expected) => {
    const { server, result } = play(generation, { now }, situation);
    expect(server.clock).toBe(now);
    expect(await picture(await load(server), result)).toBe(expected);
  });

  test('the heartbeat of a running task is now, that of a killed runner is as old as asked for', async () => {
    for (const silent of [0, 1000]) {
      const { server, result } = play(generation, { now }, (scene) => stuckRun(scene, { silent }));
      const database = await load(server);
      const [row] = await database.query(
        `SELECT t.updated AS heartbeat, r.last_active, j.updated - j.started AS moved, array_agg(s.status ORDER BY s.index) AS steps
         FROM action_task t JOIN action_runner r ON r.id = t.runner_id JOIN action_run_job j ON j.id = t.job_id
         JOIN action_task_step s ON s.task_id = t.id WHERE t.id = $1 GROUP BY 1, 2, 3`,
        [result.task.id],
      );
      expect(row).toEqual({ heartbeat: now - silent, last_active: now - silent, moved: 0, steps: [1, 6, 5] });
    }
  });

  test('the live log is plain text in DBFS, as long as the task says', async () => {
    const { server, result } = play(generation, { now }, (scene) => stuckRun(scene));
    const database = await load(server);
    const [row] = await database.query(
      `SELECT m.full_path, m.file_size, t.log_size, t.log_length, t.log_filename, sum(length(d.blob_data)) AS bytes,
              string_agg(convert_from(d.blob_data, 'UTF8'), '' ORDER BY d.blob_offset) AS text
       FROM action_task t JOIN dbfs_meta m ON m.full_path = '4:actions_log/' || t.log_filename
       JOIN dbfs_data d ON d.meta_id = m.id WHERE t.id = $1 GROUP BY 1, 2, 3, 4, 5`,
      [result.task.id],
    );
    expect(row).toMatchObject({ file_size: row!.log_size, bytes: row!.log_size });
    expect(row!.text.trimEnd().split('\n')).toHaveLength(row!.log_length);
    expect(row!.log_filename).toMatch(/^harbor\/tide-tables\/02\/2\.log\.zst$/);
  });

  test('attempts, handles and the counters of the repository follow the generation', async () => {
    const { server, result } = play(generation, { now }, (scene) => stuckRun(scene));
    const database = await load(server);
    const jobs = await database.query('SELECT to_jsonb(j) AS row FROM action_run_job j WHERE run_id = $1 ORDER BY id', [
      result.run.id,
    ]);
    const isNew = generation === 'v17';
    expect(jobs.map(({ row }) => row.attempt)).toEqual(isNew ? [1, 1, 1, 1] : [1, 1, 0, 0]);
    expect(new Set(jobs.map(({ row }) => row.handle)).size).toBe(isNew ? 4 : 1);
    const [{ row }] = (await database.query('SELECT to_jsonb(r) AS row FROM repository r')) as [{ row: object }];
    if (isNew) expect(row).not.toHaveProperty('num_action_runs');
    else expect(row).toMatchObject({ num_action_runs: 1, num_closed_action_runs: 0 });
  });

  test('what stands in the way of all runners', async () => {
    const broken = await load(play(generation, { now }, (scene) => orphanedJob(scene, 'payload')).server);
    const [payload] = await broken.query(
      `SELECT convert_from(workflow_payload, 'UTF8') AS text FROM action_run_job WHERE id = 1`,
    );
    expect(payload!.text).toContain('jobs: [\n');
    const off = await load(play(generation, { now }, (scene) => orphanedJob(scene, 'actions')).server);
    expect(await off.query('SELECT repo_id FROM repo_unit WHERE type = 10')).toEqual([{ repo_id: 1 }]);
    const lost = play(generation, { now }, (scene) => taskWithoutJob(scene));
    const database = await load(lost.server);
    expect(await database.query('SELECT status FROM action_task WHERE id = $1', [lost.result.task.id])).toEqual([
      { status: 6 },
    ]);
    expect(await database.query('SELECT id FROM action_run_job')).toEqual([]);
  });

  test('a lost announcement leaves the tasks versions as they were, and a lost row is gone', async () => {
    const lost = await load(play(generation, { now }, (scene) => unannouncedJob(scene)).server);
    expect(await lost.query('SELECT version FROM action_tasks_version')).toEqual([
      { version: 0 },
      { version: 0 },
      { version: 0 },
    ]);
    const gone = await load(play(generation, { now }, (scene) => literalReset(scene, { withoutVersion: true })).server);
    expect(await gone.query('SELECT owner_id, repo_id FROM action_tasks_version ORDER BY id')).toEqual([
      { owner_id: 1, repo_id: 0 },
      { owner_id: 0, repo_id: 1 },
    ]);
  });
});

test('the same seed gives the same rows, another one other hashes', () => {
  const rows = (seed: number) => JSON.stringify(play('v17', { now, seed }, (scene) => stuckRun(scene)).server.tables);
  expect(rows(7)).toBe(rows(7));
  expect(rows(7)).not.toBe(rows(8));
});
