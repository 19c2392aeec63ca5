import * as situations from '../../demo/forgejo/rows.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { embeddedDatabase } from './database.ts';
import type { TestDatabase } from './test-database.ts';

export type Scene = ReturnType<typeof situations.newScene>;
export type RunId = { readonly id: number };

const now = () => Math.floor(Date.now() / 1_000);

/** A situation, ended now, in a database of its own. */
export async function play(generation: Generation, situation: (scene: Scene) => RunId) {
  const { server, result } = situations.play(generation, { now: now() }, situation);
  const database = await embeddedDatabase();
  await database.load(server);
  return { database, runId: result.id, server };
}

/** `run | job status/task … | task status …`. */
export async function picture(database: TestDatabase, runId: number): Promise<string> {
  const [row] = await database.query(
    `SELECT (SELECT status FROM action_run WHERE id = $1) AS run,
       (SELECT string_agg(status || coalesce('/' || nullif(task_id, 0), ''), ' ' ORDER BY id) FROM action_run_job WHERE run_id = $1) AS jobs,
       (SELECT string_agg(t.status::text, ' ' ORDER BY t.id) FROM action_task t JOIN action_run_job j ON j.id = t.job_id WHERE j.run_id = $1) AS tasks`,
    [runId],
  );
  return `${row!.run} | ${row!.jobs ?? ''} | ${row!.tasks ?? ''}`;
}
