import * as situations from '../../demo/forgejo/rows.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { testDatabase } from './database.ts';
import type { TestDatabase } from './test-database.ts';

export type Scene = ReturnType<typeof situations.newScene>;
export type RunId = { readonly id: number };

const now = () => Math.floor(Date.now() / 1_000);

/** A situation, ended now, in a database of its own. */
export async function play(generation: Generation, situation: (scene: Scene) => RunId) {
  const { server, result } = situations.play(generation, { now: now() }, situation);
  const database = await testDatabase();
  await database.load(server);
  return { database, runId: result.id, server };
}

/** `run | job status/task … | task status …`. */
export async function picture(database: TestDatabase, runId: number): Promise<string> {
  const [run] = await database.query('SELECT status FROM action_run WHERE id = $1', [runId]);
  const jobs = await database.query('SELECT status, task_id FROM action_run_job WHERE run_id = $1 ORDER BY id', [
    runId,
  ]);
  const tasks = await database.query(
    'SELECT t.status FROM action_task t JOIN action_run_job j ON j.id = t.job_id WHERE j.run_id = $1 ORDER BY t.id',
    [runId],
  );
  return [
    String(run?.status ?? null),
    jobs.map((job) => (job.task_id === 0 ? job.status : `${job.status}/${job.task_id}`)).join(' '),
    tasks.map((task) => task.status).join(' '),
  ].join(' | ');
}
