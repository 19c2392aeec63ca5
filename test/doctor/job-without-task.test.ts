import { expect, test } from 'vitest';
import * as situations from '../../demo/forgejo/rows.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { doctor } from '../support/doctor.ts';
import { picture, play, type Scene } from '../support/situation.ts';

/** A run that was started again, and of which the server then ended every job before a runner took it. */
function rerun(scene: Scene, end: { readonly status: number; readonly stopped: number }) {
  const run = situations.succeededRun(scene);
  scene.server.clock += 60;
  scene.server.rerun(run);
  for (const { row } of run.jobs) Object.assign(row, end);
  run.row.status = end.status;
  return run;
}

test.each<Generation>(['v12', 'v17'])('what Forgejo ends without a task is no finding on %s', async (generation) => {
  const { database } = await play(generation, (scene) => {
    const { server } = scene;
    // Cancelled while it waited, and failed over a workflow that does not parse any more.
    for (const status of [3, 2]) rerun(scene, { status, stopped: server.clock });
    // A job that calls another workflow ends with the jobs of that, and holds no time of it.
    for (const status of [1, 2]) rerun(scene, { status, stopped: 0 });
    situations.failedRun(scene);
    // The newest task of the job is another one, which was cancelled.
    const { job, task } = situations.jobOfOvertakenReset(scene, { result: 2 });
    const again = server.pickUp(job, scene.runner);
    server.finish(again, 3);
    Object.assign(job.row, { task_id: 0, status: 2, stopped: task.row.stopped });
    server.clock += 900;
    // It ended this very second: whoever reset it looks again, and names the task.
    const { job: fresh } = situations.jobOfOvertakenReset(scene, { result: 2 });
    fresh.row.updated = server.clock;
    return fresh.run();
  });
  const stuck = await doctor(database.url, ['stuck', '--json'], { schema: database.schema });
  expect(stuck.json.findings).toEqual([]);
  await database.drop();
});

test('a job that lost its task is told with it, and only its own row is written', async () => {
  const { database, runId } = await play('v17', (scene) => situations.jobOfOvertakenReset(scene, { result: 2 }).run);
  const { url, schema } = database;
  const read = () =>
    database.query('SELECT task_id, status, attempt, handle, started, stopped FROM action_run_job WHERE id = 2');
  const [task] = await database.query('SELECT attempt, started, stopped FROM action_task WHERE id = 2');
  const [before] = await read();
  const stuck = await doctor(url, ['stuck', '--json'], { schema });
  expect(stuck.json.findings).toMatchObject([
    {
      code: 'job-done-without-task',
      severity: 'warning',
      runId,
      jobId: 2,
      taskId: 2,
      runner: 'runner-1',
      heals: null,
      message: expect.not.stringContaining('hides'),
      evidence: [
        `action_run ${runId}: status 2 failure`,
        'action_run_job 2: status 2 failure, task_id 0',
        expect.stringMatching(/^action_task 2: status 2 failure, /),
        `action_task 2: job_id 2, attempt 1; both stopped ${before!.stopped}`,
      ],
    },
  ]);
  // Its work is done: to put a run's jobs back into the queue is not to do that again.
  const waiting = await doctor(url, ['reset', String(runId), '--to', 'waiting', '--yes', '--json'], { schema });
  expect(waiting.json).toMatchObject({ applied: false });
  const reset = await doctor(url, ['reset', String(runId), '--yes', '--json'], { schema });
  expect(reset, reset.err).toMatchObject({ exit: 0, json: { applied: true } });
  expect(reset.json.runs[0].statements).toHaveLength(2);
  expect(await read()).toEqual([{ ...before, task_id: 2, attempt: task!.attempt, started: task!.started }]);
  await database.drop();
});

test('a task that is still open is told first, because its end will be written over the job', async () => {
  const { database, runId } = await play('v12', (scene) => {
    const { run, job } = situations.jobOfOvertakenReset(scene, { result: 2 });
    const before = [{ ...job.row }, { ...run.row }];
    scene.server.pickUp(job, scene.runner);
    Object.assign(job.row, before[0]);
    Object.assign(run.row, before[1]);
    scene.server.clock += 900;
    return run;
  });
  const { url, schema } = database;
  const codes = async () =>
    (await doctor(url, ['stuck', '--json'], { schema })).json.findings.map(({ code }: { code: string }) => code);
  expect(await codes()).toEqual(['task-left-open']);
  expect(await picture(database, runId)).toMatch(/^2 \| 1\/1 2 /);
  await database.drop();
});

test('what lost its task more than a week ago is only told of the run that is asked for', async () => {
  const { database, runId } = await play('v17', (scene) => {
    const { run } = situations.jobOfOvertakenReset(scene, { result: 2 });
    scene.server.clock += 8 * 86_400;
    return run;
  });
  const { url, schema } = database;
  expect((await doctor(url, ['stuck', '--json'], { schema })).json.findings).toEqual([]);
  const show = await doctor(url, ['show', String(runId), '--json'], { schema });
  expect(show.json.findings).toMatchObject([{ code: 'job-done-without-task', jobId: 2 }]);
  expect(await doctor(url, ['reset', String(runId), '--yes'], { schema })).toMatchObject({ exit: 0 });
  expect(await picture(database, runId)).toMatch(/^2 \| 1\/1 2\/2 /);
  await database.drop();
});
