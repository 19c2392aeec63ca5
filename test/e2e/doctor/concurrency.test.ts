import pg from 'pg';
import { expect, test } from 'vitest';
import { type newScene, play, stuckRun } from '../../../demo/forgejo/rows.ts';
import { openDatabase } from '../../../src/doctor/database/open.ts';
import type { TestDatabase } from '../../support/database.ts';
import { doctor } from '../../support/doctor.ts';
import { realDatabase } from '../../support/postgres.ts';

async function stuck(generation: 'v12' | 'v17' = 'v17') {
  const { server, result } = play(
    generation,
    { now: Math.floor(Date.now() / 1_000) },
    (scene: ReturnType<typeof newScene>) => stuckRun(scene),
  );
  const database = await realDatabase();
  await database.load(server);
  return { database, runId: result.run.id, jobId: result.job.id, taskId: result.task.id };
}

/** A session that keeps its transaction open until told otherwise. */
async function session(database: TestDatabase) {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('BEGIN');
  return client;
}

const statuses = (database: TestDatabase, runId: number) =>
  database.query('SELECT j.status, j.attempt, j.task_id FROM action_run_job j WHERE run_id = $1 ORDER BY id', [runId]);

test('of two doctors at once exactly one repairs the run', async () => {
  const { database, runId, jobId } = await stuck();
  const answers = await Promise.all(
    [0, 1, 2].map(() => doctor(database.url, ['reset', String(runId), '--yes', '--json'])),
  );
  expect(answers.filter(({ json }) => json.applied).length).toBe(1);
  expect(answers.filter(({ exit }) => exit === 0).length).toBe(3);
  const [job] = await database.query('SELECT attempt, status FROM action_run_job WHERE id = $1', [jobId]);
  expect(job).toEqual({ attempt: 2, status: 5 });
  await database.drop();
});

test('a task that ends while the repair waits for its lock keeps its result', async () => {
  const { database, runId, jobId, taskId } = await stuck();
  // The server's own transaction, half way: the task's row is written, the job's not yet.
  const server = await session(database);
  await server.query('UPDATE action_task SET status = 1, stopped = 1 WHERE id = $1', [taskId]);
  const repair = doctor(database.url, ['reset', String(runId), '--yes', '--json']);
  await until(
    database,
    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'ci-doctor' AND wait_event_type = 'Lock' AND datname = current_database()",
  );
  await server.query('UPDATE action_run_job SET status = 1, stopped = 1 WHERE id = $1', [jobId]);
  await server.query('COMMIT');
  await server.end();
  const { exit, json } = await repair;
  expect(exit).toBe(0);
  expect(json.applied).toBe(true);
  // Released is what needs the job that succeeded; the job itself was not run again.
  expect((await statuses(database, runId)).map(({ status }) => status)).toEqual([1, 1, 5, 7]);
  await database.drop();
});

test('a row that stays locked is given up after a few tries, with nothing changed and no undo file', async () => {
  const { database, runId, taskId } = await stuck();
  const other = await session(database);
  await other.query('SELECT 1 FROM action_task WHERE id = $1 FOR UPDATE', [taskId]);
  const before = await statuses(database, runId);
  const answer = await doctor(database.url, ['reset', String(runId), '--yes', '--json']);
  expect(answer.exit).toBe(1);
  expect(answer.json).toMatchObject({ applied: false, undoFile: null });
  expect(answer.err).toMatch(/stayed locked by someone else[\s\S]*Nothing was changed/);
  await other.query('ROLLBACK');
  await other.end();
  expect(await statuses(database, runId)).toEqual(before);
  await database.drop();
});

test('a deadlock with somebody who locks in another order is survived', async () => {
  const { database, runId, jobId, taskId } = await stuck();
  // Locks the run first and the task last: the reverse of the server and of ci-doctor.
  const other = await session(database);
  await other.query('SELECT 1 FROM action_run WHERE id = $1 FOR UPDATE', [runId]);
  const repair = doctor(database.url, ['reset', String(runId), '--yes', '--json']);
  await until(
    database,
    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'ci-doctor' AND wait_event_type = 'Lock' AND datname = current_database()",
  );
  await other.query('SELECT 1 FROM action_task WHERE id = $1 FOR UPDATE', [taskId]).catch(() => {});
  await other.query('ROLLBACK');
  await other.end();
  expect(await repair).toMatchObject({ exit: 0, json: { applied: true } });
  expect((await database.query('SELECT attempt, status FROM action_run_job WHERE id = $1', [jobId]))[0]).toEqual({
    attempt: 2,
    status: 5,
  });
  await database.drop();
});

test('a statement that a foreign key would break is refused before anything is written', async () => {
  const { database, runId } = await stuck();
  // No Forgejo has this one: letting go of the task (task_id 0) would break it.
  await database.query('UPDATE action_run_job SET task_id = (SELECT min(id) FROM action_task) WHERE task_id = 0');
  await database.query(
    'ALTER TABLE action_run_job ADD CONSTRAINT "fk_job_task" FOREIGN KEY (task_id) REFERENCES action_task (id)',
  );
  const before = await statuses(database, runId);
  const answer = await doctor(database.url, ['reset', String(runId), '--yes', '--json']);
  expect(answer.exit).toBe(1);
  expect(answer.err).toContain('foreign key "fk_job_task" does not allow action_run_job.task_id = 0');
  expect(await statuses(database, runId)).toEqual(before);
  await database.drop();
});

test('an undo directory that cannot be written is found out before any row is waited for', async () => {
  const { database, runId, taskId } = await stuck();
  const other = await session(database);
  await other.query('SELECT 1 FROM action_task WHERE id = $1 FOR UPDATE', [taskId]);
  const answer = await doctor(database.url, ['reset', String(runId), '--yes', '--undo-dir', '/proc/nothing/undo']);
  expect(answer.exit).toBe(1);
  expect(answer.err).toContain('/proc/nothing/undo');
  expect(answer.err).not.toContain('locked');
  await other.query('ROLLBACK');
  await other.end();
  await database.drop();
});

test('a session that the server ends in the middle of a repair is an answer, not a crash', async () => {
  const { database, runId } = await stuck();
  const before = await statuses(database, runId);
  const opened = await openDatabase({ url: database.url, env: {} });
  const broken = opened.transaction(async (queries) => {
    await queries.updateTable('action_run').set({ status: 3 }).where('id', '=', runId).execute();
    // As when a transaction does nothing for too long.
    await database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ci-doctor' AND state = 'idle in transaction' AND datname = current_database()",
    );
    await until(
      database,
      "SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'ci-doctor' AND state LIKE 'idle in%' AND datname = current_database())",
    );
    await queries.updateTable('action_run').set({ status: 2 }).where('id', '=', runId).execute();
  });
  const error = await broken.then(
    () => undefined,
    (thrown) => opened.explain(thrown),
  );
  expect(error).toMatchObject({ name: 'ToolError', kind: 'unknown' });
  expect(String(error)).toContain('connection');
  expect(await statuses(database, runId)).toEqual(before);
  await opened.close();
  await database.drop();
});

async function until(database: TestDatabase, query: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await database.query(query)).length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`This never came true: ${query}`);
}
