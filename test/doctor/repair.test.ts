import { mkdirSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as situations from '../../demo/forgejo/rows.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import type { Run } from '../../demo/forgejo/server.ts';
import { pipeline } from '../../demo/forgejo/workflows.ts';
import { doctor, stateDirectory } from '../support/doctor.ts';
import { picture, play, type RunId, type Scene } from '../support/situation.ts';
import type { TestDatabase } from '../support/test-database.ts';

/** All rows of the CI tables, without what an undo moves on purpose: the optimistic lock, bookkeeping times, the queue's version. */
async function rows(database: TestDatabase): Promise<Record<string, unknown[]>> {
  const moving: Record<string, readonly string[]> = {
    action_run: ['version', 'updated'],
    action_run_job: ['updated'],
    action_task: [],
    action_task_step: ['updated'],
    repository: [],
  };
  const all: Record<string, unknown[]> = {};
  for (const [table, columns] of Object.entries(moving))
    all[table] = (await database.query(`SELECT * FROM ${table} ORDER BY id`)).map((row) =>
      Object.fromEntries(Object.entries(row).filter(([column]) => !columns.includes(column))),
    );
  return all;
}

const codesOf = (json: { findings: { code: string }[] }) => json.findings.map(({ code }) => code);

interface Case {
  readonly name: string;
  readonly situation: (scene: Scene) => RunId;
  readonly before: string;
  readonly codes: readonly string[];
  readonly after: string;
  readonly only?: Generation;
  /** The job that the finding's fix names; the run alone otherwise. */
  readonly fixJob?: number;
}

/** Forgejo's cancel, which passes over a job at 6 whose task is done or gone. */
function cancelledInVain(run: Run): Run {
  for (const { row } of run.jobs) if (row.status === 7) Object.assign(row, { status: 3, stopped: row.updated });
  Object.assign(run.row, { status: 3, stopped: run.row.updated });
  return run;
}

const alwaysTested = {
  ...pipeline,
  jobs: pipeline.jobs.map((job) => (job.id === 'test' ? { ...job, if: 'always()' } : job)),
};

// The pipeline's jobs: lint, build, test (needs build), package (needs test).
const cases: readonly Case[] = [
  {
    name: 'what the cron of abandoned jobs cancelled behind a killed runner waits for its job again',
    situation: (scene) => cancelledInVain(situations.stuckRun(scene).run),
    before: '3 | 1/1 6/2 3 3 | 1 6',
    codes: ['runner-silent'],
    after: '5 | 1/1 5 7 7 | 1 3',
  },
  {
    name: 'a killed runner is requeued, finished siblings stay',
    situation: (scene) => situations.stuckRun(scene).run,
    before: '6 | 1/1 6/2 7 7 | 1 6',
    codes: ['runner-silent'],
    after: '5 | 1/1 5 7 7 | 1 3',
  },
  {
    name: 'a stuck job hidden under a failed run',
    situation: (scene) => situations.maskedJob(scene).run,
    before: '2 | 2/2 6/1 7 7 | 6 2',
    codes: ['runner-silent'],
    after: '2 | 2/2 5 7 7 | 3 2',
  },
  {
    name: 'two jobs of a matrix on one dead runner',
    situation: (scene) => situations.twoStuckJobs(scene).run,
    before: '6 | 6/1 6/2 7 | 6 6',
    codes: ['runner-silent', 'runner-silent'],
    after: '5 | 5 5 7 | 3 3',
  },
  {
    name: 'a job whose task succeeded takes its result, and what needs it is released',
    situation: (scene) => situations.doneTaskOfRunningJob(scene).run,
    before: '6 | 1/1 6/2 7 7 | 1 1',
    codes: ['job-open-task-done'],
    after: '5 | 1/1 1/2 5 7 | 1 1',
  },
  {
    name: 'a job whose task failed takes its result, and what needs it is skipped',
    situation: (scene) => situations.doneTaskOfRunningJob(scene, { result: 2 }).run,
    before: '6 | 1/1 6/2 7 7 | 1 2',
    codes: ['job-open-task-done'],
    after: '2 | 1/1 2/2 4 4 | 1 2',
  },
  {
    name: 'a job whose task was cancelled takes that, and what needs it is skipped',
    situation: (scene) => situations.doneTaskOfRunningJob(scene, { result: 3 }).run,
    before: '6 | 1/1 6/2 7 7 | 1 3',
    codes: ['job-open-task-done'],
    after: '3 | 1/1 3/2 4 4 | 1 3',
  },
  {
    name: 'a job whose task is done under a run that somebody cancelled in vain: the rest stays cancelled',
    situation: (scene) => cancelledInVain(situations.doneTaskOfRunningJob(scene).run),
    before: '3 | 1/1 6/2 3 3 | 1 1',
    codes: ['job-open-task-done'],
    after: '3 | 1/1 1/2 3 3 | 1 1',
  },
  {
    name: "a job whose task's row is gone under such a run is ended, not brought back to life",
    situation: (scene) => cancelledInVain(situations.runningJobWithoutTaskRow(scene).run),
    before: '3 | 1/1 6/2 3 3 | 1',
    codes: ['job-open-task-missing'],
    after: '3 | 1/1 3 3 3 | 1',
  },
  {
    name: "a job whose task's row is gone is requeued",
    situation: (scene) => situations.runningJobWithoutTaskRow(scene).run,
    before: '6 | 1/1 6/2 7 7 | 1',
    codes: ['job-open-task-missing'],
    after: '5 | 1/1 5 7 7 | 1',
  },
  {
    name: 'a running job without a task is requeued',
    situation: (scene) => situations.runningJobWithoutTask(scene).run,
    before: '6 | 1/1 6 7 7 | 1 3',
    codes: ['job-open-without-task'],
    after: '5 | 1/1 5 7 7 | 1 3',
  },
  {
    name: 'a waiting job that names an old task lets go of it',
    situation: (scene) => situations.waitingJobWithTask(scene).run,
    before: '5 | 1/1 5/2 7 7 | 1 3',
    codes: ['job-waiting-with-task'],
    after: '5 | 1/1 5 7 7 | 1 3',
  },
  {
    name: 'a waiting job whose task still reports runs, and is said to',
    situation: (scene) => {
      const { run, job } = situations.stuckRun(scene, { silent: 5 });
      Object.assign(job.row, { status: 5, updated: scene.server.clock - 900 });
      run.row.status = 5;
      return run;
    },
    before: '5 | 1/1 5/2 7 7 | 1 6',
    codes: ['job-waiting-with-task'],
    after: '6 | 1/1 6/2 7 7 | 1 6',
  },
  {
    name: 'a waiting run whose jobs are all done is closed',
    situation: (scene) => situations.unclosedRun(scene, { at: 5 }),
    before: '5 | 1/1 1/2 1/3 1/4 | 1 1 1 1',
    codes: ['run-open-jobs-done'],
    after: '1 | 1/1 1/2 1/3 1/4 | 1 1 1 1',
  },
  {
    name: 'a run whose jobs are all done is closed',
    situation: (scene) => situations.unclosedRun(scene),
    before: '6 | 1/1 1/2 1/3 1/4 | 1 1 1 1',
    codes: ['run-open-jobs-done'],
    after: '1 | 1/1 1/2 1/3 1/4 | 1 1 1 1',
  },
  {
    name: 'a run without jobs is cancelled',
    situation: (scene) => situations.runWithoutJobs(scene),
    before: '6 |  | ',
    codes: ['run-without-jobs'],
    after: '3 |  | ',
  },
  {
    name: 'a lost release is made up for',
    situation: (scene) => situations.unreleasedJob(scene).run,
    before: '7 | 1/1 1/2 7 7 | 1 1',
    codes: ['needs-done-still-blocked'],
    after: '5 | 1/1 1/2 5 7 | 1 1',
  },
  {
    name: 'a lost release behind a failure skips the chain',
    situation: (scene) => situations.unreleasedJob(scene, { need: 2 }).run,
    before: '2 | 1/1 2/2 7 7 | 1 2',
    codes: ['needs-done-still-blocked', 'needs-done-still-blocked'],
    after: '2 | 1/1 2/2 4 4 | 1 2',
  },
  {
    name: 'a lost release behind a failure: a job with an if: of its own waits, what needs it stays blocked',
    situation: (scene) => situations.unreleasedJob(scene, { need: 2, workflow: alwaysTested }).run,
    before: '2 | 1/1 2/2 7 7 | 1 2',
    codes: ['needs-done-still-blocked'],
    after: '2 | 1/1 2/2 5 7 | 1 2',
  },
  {
    name: 'the literal reset is undone, keeping what was finished',
    situation: (scene) => situations.literalReset(scene).run,
    before: '0 | 0/1 0/2 0 0 | 1 0',
    codes: Array(4).fill('reset-to-unknown'),
    after: '5 | 1/1 5 7 7 | 1 3',
  },
  {
    name: 'the literal reset that left the task at 6, its runner silent',
    situation: (scene) => situations.literalReset(scene, { task: 'running' }).run,
    before: '0 | 0/1 0/2 0 0 | 1 6',
    codes: Array(4).fill('reset-to-unknown'),
    after: '5 | 1/1 5 7 7 | 1 3',
  },
  {
    name: 'the literal reset that left the task at 6, its runner at work',
    situation: (scene) => situations.literalReset(scene, { task: 'running', silent: 5 }).run,
    before: '0 | 0/1 0/2 0 0 | 1 6',
    codes: Array(4).fill('reset-to-unknown'),
    after: '6 | 1/1 6/2 7 7 | 1 6',
  },
  {
    name: 'the literal reset under a runner that was alive: nothing is left that would release the next job',
    situation: (scene) => situations.literalReset(scene, { task: 'ended' }).run,
    before: '0 | 0/1 1/2 0 0 | 1 1',
    codes: Array(3).fill('reset-to-unknown'),
    after: '5 | 1/1 1/2 5 7 | 1 1',
  },
  {
    name: 'a task whose answer was lost on its way to the runner is given out again',
    situation: (scene) => situations.taskLostInFetch(scene).run,
    before: '6 | 6/1 1/2 7 7 | 6 1',
    codes: ['task-lost-in-fetch', 'needs-done-still-blocked'],
    after: '5 | 5 1/2 5 7 | 3 1',
  },
  {
    name: 'a silent task that its job has outlived takes the result of the job',
    situation: (scene) => situations.taskOutlivedByJob(scene).run,
    before: '1 | 1/1 1/2 4 4 | 1 6',
    codes: ['task-left-open'],
    after: '1 | 1/1 1/2 4 4 | 1 1',
  },
  {
    name: 'a job that a live runner ended after it was put back by hand names its task again, and nothing else moves',
    situation: (scene) => situations.jobOfOvertakenReset(scene).run,
    before: '5 | 1/1 1 5 7 | 1 1',
    codes: ['job-done-without-task'],
    after: '5 | 1/1 1/2 5 7 | 1 1',
  },
  {
    name: 'the same of a job that failed, in a run that is over',
    situation: (scene) => situations.jobOfOvertakenReset(scene, { result: 2 }).run,
    before: '2 | 1/1 2 4 4 | 1 2',
    codes: ['job-done-without-task'],
    after: '2 | 1/1 2/2 4 4 | 1 2',
  },
  {
    name: 'a run that was closed by hand under a running job is opened again',
    situation: (scene) => situations.runStatusWrong(scene),
    before: '1 | 1/1 6/2 7 7 | 1 6',
    codes: ['run-status-wrong'],
    after: '6 | 1/1 6/2 7 7 | 1 6',
  },
  {
    name: 'jobs whose run is gone are ended',
    situation: (scene) => situations.runningJobOfLost(scene, 'run'),
    before: 'null | 1/1 6/2 7 7 | 1 6',
    codes: ['job-without-run', 'job-without-run', 'job-without-run'],
    after: 'null | 1/1 3/2 3 3 | 1 3',
  },
  {
    name: 'a run whose repository is gone is ended, never put back into the queue',
    situation: (scene) => situations.runningJobOfLost(scene, 'repository'),
    before: '6 | 1/1 6/2 7 7 | 1 6',
    codes: ['run-without-repository', 'run-without-repository', 'run-without-repository'],
    after: '3 | 1/1 3/2 3 3 | 1 3',
  },
  {
    name: 'a waiting job whose run is gone starves the queue and is taken out of it',
    situation: (scene) => situations.orphanedJob(scene, 'run').run,
    before: 'null | 5 5 7 7 | ',
    codes: ['queue-starved', 'queue-starved', 'job-without-run', 'job-without-run'],
    after: 'null | 3 3 3 3 | ',
    fixJob: 1,
    only: 'v12',
  },
  {
    name: 'a waiting job whose run is gone is passed over by the pick-up, and ended',
    situation: (scene) => situations.orphanedJob(scene, 'run').run,
    before: 'null | 5 5 7 7 | ',
    codes: Array(4).fill('job-without-run'),
    after: 'null | 3 3 3 3 | ',
    only: 'v17',
  },
  {
    name: 'a waiting job whose repository is gone starves the queue',
    situation: (scene) => situations.orphanedJob(scene, 'repository').run,
    before: '5 | 5 5 7 7 | ',
    codes: ['queue-starved', 'queue-starved', 'run-without-repository', 'run-without-repository'],
    after: '3 | 3 3 3 3 | ',
    fixJob: 1,
  },
  {
    name: 'a waiting job whose workflow does not parse starves the queue; the others of its run stay',
    situation: (scene) => situations.orphanedJob(scene, 'payload').run,
    before: '5 | 5 5 7 7 | ',
    codes: ['queue-starved'],
    after: '3 | 3 5 7 7 | ',
    fixJob: 1,
  },
  {
    name: 'a job that waits where Actions was switched off starves the queue',
    situation: (scene) => situations.orphanedJob(scene, 'actions').run,
    before: '5 | 5 5 7 7 | ',
    codes: ['queue-starved', 'queue-starved'],
    after: '3 | 3 3 4 4 | ',
    fixJob: 1,
    only: 'v17',
  },
];

describe.each<Generation>(['v12', 'v17'])('on %s', (generation) => {
  test.each(cases.filter(({ only = generation }) => only === generation))(
    '$name',
    async ({ situation, before, codes, after, fixJob }) => {
      const { database, runId } = await play(generation, situation);
      const { url, schema } = database;
      expect(await picture(database, runId)).toBe(before);
      const original = await rows(database);

      const stuck = await doctor(url, ['stuck', '--json'], { schema });
      expect(stuck.exit).toBe(1);
      expect(codesOf(stuck.json)).toEqual(codes);
      const fix = `ci-doctor reset ${runId}${fixJob === undefined ? '' : ` --job ${fixJob}`}`;
      expect(stuck.json.findings[0]).toMatchObject({ runId, repairable: true, fix });
      if (fixJob !== undefined) expect(stuck.json.findings[0].severity).toBe('critical');

      // A dry run shows the statements and touches nothing.
      const dry = await doctor(url, ['reset', String(runId), '--dry-run', '--json'], { schema });
      expect(dry).toMatchObject({ exit: 0, json: { applied: false, undoFile: null } });
      expect(dry.json.runs[0].statements.length).toBeGreaterThan(0);
      expect(await rows(database)).toEqual(original);

      const reset = await doctor(url, ['reset', '--all-stuck', '--yes', '--json'], { schema });
      expect(reset, reset.err).toMatchObject({ exit: 0, json: { applied: true } });
      expect(await picture(database, runId)).toBe(after);
      expect(statSync(reset.json.undoFile).mode & 0o777).toBe(0o600);
      const again = await doctor(url, ['stuck', '--json'], { schema });
      expect(codesOf(again.json)).toEqual([]);
      expect(again.exit).toBe(0);

      const undo = await doctor(url, ['undo', reset.json.undoFile, '--yes', '--json'], { schema });
      expect(undo).toMatchObject({ exit: 0, json: { applied: true, runs: [{ runId, outcome: 'undone' }] } });
      expect(await rows(database)).toEqual(original);
      // A second undo finds it done.
      expect(await doctor(url, ['undo', reset.json.undoFile, '--yes', '--json'], { schema })).toMatchObject({
        exit: 0,
        json: { applied: false, runs: [{ outcome: 'nothing-to-undo' }] },
      });
      await database.drop();
    },
  );

  test('a requeue counts the attempt as this generation does, moves the lock and wakes the runners', async () => {
    const { database, runId } = await play(generation, (scene) => situations.stuckRun(scene).run);
    const read = async () => ({
      jobs: await database.query(
        `SELECT attempt${generation === 'v17' ? ', handle' : ''}, started, stopped FROM action_run_job WHERE run_id = $1 ORDER BY id`,
        [runId],
      ),
      version: (await database.query('SELECT version FROM action_run WHERE id = $1', [runId]))[0]!.version as number,
      scopes: await database.query('SELECT owner_id, repo_id, version FROM action_tasks_version ORDER BY id'),
      steps: await database.query(
        'SELECT s.status, s.started, s.stopped FROM action_task_step s JOIN action_run_job j ON j.task_id = s.task_id WHERE j.run_id = $1 ORDER BY s.id',
        [runId],
      ),
    });
    const before = await read();
    const task = (
      await database.query('SELECT task_id FROM action_run_job WHERE run_id = $1 AND status = 6', [runId])
    )[0]!.task_id;
    await doctor(database.url, ['reset', String(runId), '--yes'], { schema: database.schema });
    const after = await read();
    const requeued = after.jobs[1]!;
    expect(requeued).toMatchObject({
      attempt: before.jobs[1]!.attempt + (generation === 'v17' ? 1 : 0),
      started: 0,
      stopped: 0,
    });
    if (generation === 'v17') expect(requeued.handle).not.toBe(before.jobs[1]!.handle);
    expect(after.version).toBe(before.version + 1);
    expect(after.scopes).toEqual(before.scopes.map((scope) => ({ ...scope, version: scope.version + 1 })));
    const steps = await database.query(
      'SELECT status, started, stopped FROM action_task_step WHERE task_id = $1 ORDER BY id',
      [task],
    );
    expect(steps.map(({ status, started, stopped }) => [status, started > 0, stopped > 0])).toEqual(
      [1, 3, 3].map((status) => [status, true, true]),
    );
    await database.drop();
  });

  test('cancelled ends the whole run, failure the stuck job and what needs it; both are undone', async () => {
    for (const [to, after] of [
      ['cancelled', '3 | 1/1 3/2 3 3 | 1 3'],
      ['failure', '2 | 1/1 2/2 4 4 | 1 2'],
    ] as const) {
      const { database, runId } = await play(generation, (scene) => situations.stuckRun(scene).run);
      const original = await rows(database);
      const reset = await doctor(database.url, ['reset', String(runId), '--to', to, '--yes'], {
        schema: database.schema,
      });
      expect(reset).toMatchObject({ exit: 0 });
      expect(reset.out).toContain('stays pending');
      expect(await picture(database, runId)).toBe(after);
      if (generation === 'v12') {
        const [counted] = await database.query(
          'SELECT num_closed_action_runs AS held, (SELECT count(*) FROM action_run a WHERE a.repo_id = r.id AND status IN (1,2,3,4)) AS counted FROM repository r WHERE id = (SELECT repo_id FROM action_run WHERE id = $1)',
          [runId],
        );
        expect(counted!.held).toBe(counted!.counted);
      }
      const file = /undo (\S+)/.exec(reset.out)![1]!;
      expect(await doctor(database.url, ['undo', file, '--yes'], { schema: database.schema })).toMatchObject({
        exit: 0,
      });
      expect(await rows(database)).toEqual(original);
      await database.drop();
    }
  });

  test('0 is the literal reset, says that it destroys the run, and auto brings it back', async () => {
    const { database, runId } = await play(generation, (scene) => situations.stuckRun(scene).run);
    const { url, schema } = database;
    const [before] = await database.query('SELECT version, updated FROM action_run WHERE id = $1', [runId]);
    const reset = await doctor(url, ['reset', String(runId), '--to', '0', '--yes'], { schema });
    expect(reset.exit).toBe(0);
    expect(reset.out).toContain('destroys the run');
    expect(await picture(database, runId)).toBe('0 | 0/1 0/2 0 0 | 1 0');
    expect((await database.query('SELECT version, updated FROM action_run WHERE id = $1', [runId]))[0]).toEqual(before);
    await doctor(url, ['reset', String(runId), '--yes'], { schema });
    expect(await picture(database, runId)).toBe('5 | 1/1 5 7 7 | 1 3');
    await database.drop();
  });

  test('a waiting job that no runner was told of is announced, and nothing else is written', async () => {
    const { database, runId } = await play(generation, (scene) => situations.unannouncedJob(scene).run);
    const { url, schema } = database;
    const original = await rows(database);
    const versions = () => database.query<{ version: number }>('SELECT version FROM action_tasks_version ORDER BY id');
    const before = await versions();
    expect(codesOf((await doctor(url, ['stuck', '--json'], { schema })).json)).toEqual([
      'job-unannounced',
      'job-unannounced',
    ]);
    const reset = await doctor(url, ['reset', String(runId), '--yes', '--json'], { schema });
    expect(reset, reset.err).toMatchObject({ exit: 0, json: { applied: true, undoFile: null } });
    expect(await versions()).toEqual(before.map(({ version }) => ({ version: version + 1 })));
    expect(await rows(database)).toEqual(original);
    expect((await doctor(url, ['stuck', '--json'], { schema })).json.findings).toEqual([]);
    await database.drop();
  });

  test('a task whose job has no row is ended when it was last heard of, by its own name', async () => {
    const { database, runId: id } = await play(generation, (scene) => situations.taskWithoutJob(scene).task);
    const { url, schema } = database;
    const original = await rows(database);
    const [{ updated }] = (await database.query('SELECT updated FROM action_task WHERE id = $1', [id])) as [
      { updated: number },
    ];
    const fix = `ci-doctor reset task:${id}`;
    expect((await doctor(url, ['stuck', '--json'], { schema })).json.findings).toMatchObject([
      { code: 'task-without-job', runId: null, taskId: id, repairable: true, fix },
    ]);
    const reset = await doctor(url, ['reset', `task:${id}`, '--yes', '--json'], { schema });
    expect(reset, reset.err).toMatchObject({ exit: 0, json: { applied: true, runs: [{ runId: null }] } });
    expect(await database.query('SELECT status, stopped, updated FROM action_task WHERE id = $1', [id])).toEqual([
      { status: 3, stopped: updated, updated },
    ]);
    expect((await doctor(url, ['stuck', '--json'], { schema })).json.findings).toEqual([]);
    expect(await doctor(url, ['undo', reset.json.undoFile, '--yes'], { schema })).toMatchObject({ exit: 0 });
    expect(await rows(database)).toEqual(original);
    await database.drop();
  });

  test('a job that is blocked for no reason is released or ended only when told so', async () => {
    const { database, runId } = await play(generation, (scene) => situations.blockedWithoutNeeds(scene));
    const { url, schema } = database;
    const { json } = await doctor(url, ['stuck', '--json'], { schema });
    expect(
      json.findings.map(({ code, repairable }: { code: string; repairable: boolean }) => [code, repairable]),
    ).toEqual([
      ['blocked-without-needs', false],
      ['blocked-without-needs', false],
    ]);
    expect(await doctor(url, ['reset', String(runId), '--yes'], { schema })).toMatchObject({ exit: 1 });
    expect(await picture(database, runId)).toBe('7 | 7 7 7 7 | ');
    await doctor(url, ['reset', String(runId), '--to', 'waiting', '--yes'], { schema });
    expect(await picture(database, runId)).toBe('5 | 5 5 7 7 | ');
    await database.drop();
  });

  test.runIf(generation === 'v12')(
    'where Actions was switched off the v12 line runs what waits: nothing starves',
    async () => {
      const { database } = await play(generation, (scene) => situations.orphanedJob(scene, 'actions').run);
      const { json } = await doctor(database.url, ['stuck', '--json'], { schema: database.schema });
      expect(codesOf(json).filter((code) => code !== 'job-unannounced')).toEqual([]);
      await database.drop();
    },
  );

  test('the missing row that runners watch is inserted', async () => {
    const { database, runId } = await play(
      generation,
      (scene) => situations.literalReset(scene, { withoutVersion: true }).run,
    );
    expect(await database.query('SELECT 1 FROM action_tasks_version WHERE owner_id = 0 AND repo_id = 0')).toEqual([]);
    await doctor(database.url, ['reset', String(runId), '--yes'], { schema: database.schema });
    expect(await database.query('SELECT version FROM action_tasks_version WHERE owner_id = 0 AND repo_id = 0')).toEqual(
      [{ version: 1 }],
    );
    await database.drop();
  });

  test('what still reports is refused, and forced only when told to', async () => {
    const { database, runId } = await play(generation, (scene) => situations.runningRun(scene));
    const { url, schema } = database;
    const original = await rows(database);
    expect(await doctor(url, ['stuck', '--json'], { schema })).toMatchObject({ exit: 0, json: { findings: [] } });
    for (const to of ['auto', 'waiting', 'cancelled', 'failure', '0']) {
      const refused = await doctor(url, ['reset', String(runId), '--to', to, '--yes'], { schema });
      expect(refused, to).toMatchObject({ exit: 1 });
      expect(refused.out).toContain('still reports');
    }
    expect(await rows(database)).toEqual(original);
    expect(
      await doctor(url, ['reset', String(runId), '--to', 'waiting', '--force', '--yes'], { schema }),
    ).toMatchObject({ exit: 0 });
    expect(await picture(database, runId)).toBe('5 | 1/1 5 7 7 | 1 3');
    await database.drop();
  });

  test('a runner that is quiet but not yet given up is a note, not a finding that fails', async () => {
    const { database, runId } = await play(generation, (scene) => situations.stuckRun(scene, { silent: 150 }).run);
    const { json, exit } = await doctor(database.url, ['stuck', '--json'], { schema: database.schema });
    expect(exit).toBe(0);
    expect(json.findings).toMatchObject([{ code: 'runner-quiet', severity: 'note', repairable: false, runId }]);
    expect(json.findings[0].message).toMatch(
      /gives up after 10m; its cron stop_zombie_tasks marks the job failed in 7m (?:2\d|30)s to 12m (?:2\d|30)s/,
    );
    await database.drop();
  });

  test('a run that waits for approval is left alone, also when something in it is stuck', async () => {
    const { database, runId } = await play(generation, (scene) => situations.unapprovedRun(scene));
    const { url, schema } = database;
    expect(await doctor(url, ['stuck', '--json'], { schema })).toMatchObject({ exit: 0, json: { findings: [] } });
    const stuck = await play(generation, (scene) => situations.stuckRun(scene).run);
    await stuck.database.query('UPDATE action_run SET need_approval = true WHERE id = $1', [stuck.runId]);
    const original = await rows(stuck.database);
    const refused = await doctor(stuck.database.url, ['reset', String(stuck.runId), '--yes'], {
      schema: stuck.database.schema,
    });
    expect(refused.exit).toBe(1);
    expect(refused.out).toContain('approve the run first');
    expect(
      await doctor(stuck.database.url, ['reset', '--all-stuck', '--yes'], { schema: stuck.database.schema }),
    ).toMatchObject({ exit: 0 });
    expect(await rows(stuck.database)).toEqual(original);
    expect(runId).toBeGreaterThan(0);
    await database.drop();
    await stuck.database.drop();
  });

  test('a job that deploys is not run again without --again', async () => {
    const { database, runId } = await play(generation, (scene) => situations.stuckRun(scene).run);
    const { url, schema } = database;
    await database.query("UPDATE action_run_job SET name = 'Deploy to prod' WHERE run_id = $1 AND status = 6", [runId]);
    const refused = await doctor(url, ['reset', String(runId), '--yes'], { schema });
    expect(refused.exit).toBe(1);
    expect(refused.out).toContain('add --again');
    expect(await picture(database, runId)).toBe('6 | 1/1 6/2 7 7 | 1 6');
    const allowed = await doctor(url, ['reset', String(runId), '--again', '--yes'], { schema });
    expect(allowed.exit).toBe(0);
    expect(allowed.out).toContain('runs again from the start; already done, to be repeated: Check out; begun: Build');
    await database.drop();
  });
});

describe('reset', () => {
  test('without --yes and without a terminal changes nothing and says how to go on', async () => {
    const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
    const before = readdirSync(stateDirectory);
    const answer = await doctor(database.url, ['reset', String(runId)], { schema: database.schema });
    expect(answer.exit).toBe(64);
    expect(answer.out).toMatch(/BEGIN;\n {2}update .*action_task/);
    expect(answer.err).toContain('--yes');
    expect(await picture(database, runId)).toBe('6 | 1/1 6/2 7 7 | 1 6');
    expect(readdirSync(stateDirectory)).toEqual(before);
    await database.drop();
  });

  test('asks on a terminal: no changes nothing, yes applies what was shown', async () => {
    const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
    const { url, schema } = database;
    const asked: string[] = [];
    const answering = (answer: boolean) => ({
      schema,
      interactive: true,
      ask: async (question: string) => {
        asked.push(question);
        return answer;
      },
    });
    expect(await doctor(url, ['reset', String(runId)], answering(false))).toMatchObject({ exit: 0 });
    expect(await picture(database, runId)).toBe('6 | 1/1 6/2 7 7 | 1 6');
    expect(await doctor(url, ['reset', String(runId)], answering(true))).toMatchObject({ exit: 0 });
    expect(await picture(database, runId)).toBe('5 | 1/1 5 7 7 | 1 3');
    expect(asked[0]).toMatch(/^Apply \d+ statements to (?:PostgreSQL|MySQL|SQLite) \S/);
    await database.drop();
  });

  test('refuses when the rows moved between the question and the answer', async () => {
    const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
    const answer = await doctor(database.url, ['reset', String(runId)], {
      schema: database.schema,
      interactive: true,
      ask: async () => {
        await database.query('UPDATE action_task SET status = 2 WHERE status = 6');
        await database.query('UPDATE action_run_job SET status = 2 WHERE status = 6');
        return true;
      },
    });
    expect(answer.exit).toBe(1);
    expect(answer.err).toContain('changed after the plan was shown');
    expect(await picture(database, runId)).toBe('6 | 1/1 2/2 7 7 | 1 2');
    await database.drop();
  });

  test('touches nothing when the undo file cannot be written', async () => {
    const { database, runId } = await play('v12', (scene) => situations.stuckRun(scene).run);
    const original = await rows(database);
    const blocked = join(stateDirectory, 'a-file', 'undo');
    writeFileSync(join(stateDirectory, 'a-file'), '');
    const answer = await doctor(database.url, ['reset', String(runId), '--yes', '--undo-dir', blocked], {
      schema: database.schema,
    });
    expect(answer.exit).toBe(1);
    expect(answer.err).toContain('undo file');
    expect(await rows(database)).toEqual(original);
    await database.drop();
  });

  test('touches nothing when the journal cannot be written, nor does an undo', async () => {
    const { database, runId } = await play('v12', (scene) => situations.stuckRun(scene).run);
    const { url, schema } = database;
    const original = await rows(database);
    const state = mkdtempSync(join(stateDirectory, 'blocked-'));
    mkdirSync(join(state, 'journal.jsonl'));
    const blocked = { schema, env: { CI_DOCTOR_DATABASE_URL: url, FORGEJO_CI_TOOLKIT_STATE: state } };
    const answer = await doctor(url, ['reset', String(runId), '--yes'], blocked);
    expect(answer.exit).toBe(1);
    expect(answer.err).toContain('journal');
    expect(await rows(database)).toEqual(original);
    const { json } = await doctor(url, ['reset', String(runId), '--yes', '--json'], { schema });
    const repaired = await rows(database);
    expect(await doctor(url, ['undo', json.undoFile, '--yes'], blocked)).toMatchObject({ exit: 1 });
    expect(await rows(database)).toEqual(repaired);
    await database.drop();
  });

  test('takes the result of a runner that ended the task in the same instant', async () => {
    const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
    const { task_id: taskId } = (
      await database.query('SELECT task_id FROM action_run_job WHERE run_id = $1 AND status = 6', [runId])
    )[0]!;
    const answer = await doctor(database.url, ['reset', String(runId), '--yes'], {
      schema: database.schema,
      // The server's own end of a task, which has no guard on the status: task, then job, then run.
      pause: async () => {
        await database.query('UPDATE action_task SET status = 1, stopped = updated WHERE id = $1', [taskId]);
        await database.query(
          'UPDATE action_run_job SET status = 1, stopped = updated WHERE run_id = $1 AND status = 5',
          [runId],
        );
      },
    });
    expect(answer.out).toContain("the task's result was kept");
    expect(await picture(database, runId)).toBe(`5 | 1/1 1/${taskId} 7 7 | 1 1`);
    // An undo would take the job's log away from it again.
    const file = /undo (\S+)/.exec(answer.out)![1]!;
    const kept = await rows(database);
    expect(await doctor(database.url, ['undo', file, '--yes'], { schema: database.schema })).toMatchObject({ exit: 1 });
    expect(await rows(database)).toEqual(kept);
    await database.drop();
  });

  test('a job can be named by id, name or its name in the workflow; a wrong one is told the right ones', async () => {
    const { database, runId } = await play('v17', (scene) => situations.twoStuckJobs(scene).run);
    const { url, schema } = database;
    const wrong = await doctor(url, ['reset', String(runId), '--job', 'nope', '--dry-run'], { schema });
    expect(wrong.exit).toBe(64);
    expect(wrong.err).toMatch(/has no job "nope"[\s\S]*"m \(a\)"/);
    expect(await doctor(url, ['reset', String(runId), '--job', 'm (b)', '--yes'], { schema })).toMatchObject({
      exit: 0,
    });
    expect(await picture(database, runId)).toBe('6 | 6/1 5 7 | 6 3');
    await database.drop();
  });

  test('an undo file of another database is refused', async () => {
    const one = await play('v17', (scene) => situations.stuckRun(scene).run);
    const other = await play('v17', (scene) => situations.stuckRun(scene).run);
    const { json } = await doctor(one.database.url, ['reset', String(one.runId), '--yes', '--json'], {
      schema: one.database.schema,
    });
    const original = await rows(other.database);
    const refused = await doctor(other.database.url, ['undo', json.undoFile, '--yes'], {
      schema: other.database.schema,
    });
    expect(refused.exit).toBe(1);
    expect(refused.err).toContain('belongs to another database');
    expect(await rows(other.database)).toEqual(original);
    await one.database.drop();
    await other.database.drop();
  });

  test('undo leaves a run alone that moved on', async () => {
    const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
    const { json } = await doctor(database.url, ['reset', String(runId), '--yes', '--json'], {
      schema: database.schema,
    });
    // A runner picks the job up.
    await database.query('UPDATE action_run_job SET status = 6, task_id = 99 WHERE run_id = $1 AND status = 5', [
      runId,
    ]);
    const picked = await rows(database);
    const undo = await doctor(database.url, ['undo', json.undoFile, '--yes'], { schema: database.schema });
    expect(undo.exit).toBe(1);
    expect(undo.out).toMatch(/status is 6, was left at 5/);
    expect(await rows(database)).toEqual(picked);
    await database.drop();
  });
});
