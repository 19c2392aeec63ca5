import { beforeAll, describe, expect, test } from 'vitest';
import type { Generation } from '../../../demo/forgejo/schema.ts';
import type { TestDatabase } from '../../support/database.ts';
import { doctor } from '../../support/doctor.ts';
import { loadRecorded, realCluster } from '../../support/postgres.ts';
import { recordedFolder } from '../../support/recorded.ts';
import { holdAgainstGeneration } from '../../support/recorded-dialects.ts';

if (!recordedFolder)
  console.warn('Skipped: the rows recorded from live servers (shared/forgejo) are not beside the repository.');

/** When the tests began: a time at or after it was written by a repair and differs from one to the next. */
const begin = Math.floor(Date.now() / 1_000);

/** Every row of the CI tables, as comparable as two repairs at different moments can be. */
async function rows(database: TestDatabase): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const table of [
    'action_run',
    'action_run_job',
    'action_task',
    'action_task_step',
    'action_tasks_version',
    'repository',
  ]) {
    const found = await database.query(`SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY id`);
    all[table] = found.map(({ row }) =>
      Object.fromEntries(
        Object.entries(row as object).map(([column, value]) => [
          column,
          typeof value === 'number' && value >= begin ? 'now' : value,
        ]),
      ),
    );
  }
  return all;
}

/** New handles are random: only that they are new can be compared. */
function withoutHandles(all: Record<string, unknown[]>, known: ReadonlySet<unknown>) {
  return {
    ...all,
    action_run_job: all.action_run_job!.map((row) =>
      'handle' in (row as object) && !known.has((row as { handle: unknown }).handle)
        ? { ...(row as object), handle: 'new' }
        : row,
    ),
  };
}

/** The rows without what is not to be compared. */
function without(beside: readonly Beside[], all: Record<string, unknown[]>): Record<string, unknown[]> {
  const strip = (table: string, column: string) =>
    all[table]!.map((row) => ({ ...(row as object), [column]: undefined }));
  return {
    ...all,
    ...(beside.includes('version') && { action_run: strip('action_run', 'version') }),
    ...(beside.includes('counters') && { repository: strip('repository', 'num_closed_action_runs') }),
    ...(beside.includes('queue') && { action_tasks_version: [] }),
  };
}

type Beside = 'version' | 'counters' | 'queue';

interface Proven {
  /** The rows to start from, and what to do to them first. */
  readonly dump: 'rows' | 'stuck';
  readonly prepare?: string;
  readonly run: number;
  /** The recipes that were proven on a live server, one after the other, and their variables for psql. */
  readonly recipe: string | readonly string[];
  readonly variables: Readonly<Record<string, number>>;
  readonly argv: readonly string[];
  /**
   * Where a repair writes as the server does and the recipe does not: two recipes raise the run's version twice, some leave
   * the repository's count of closed runs alone, some announce a queue that nobody waits in, or not one that was held up.
   */
  readonly beside?: readonly Beside[];
}

const killed = { v12: { run: 2, job: 10, task: 9 }, v17: { run: 2, job: 10, task: 10 } } as const;
const literal = (task: number) =>
  `UPDATE action_task SET status=0 WHERE id=${task}; UPDATE action_run_job SET status=0 WHERE run_id=2; UPDATE action_run SET status=0 WHERE id=2;`;
const done = (task: number) =>
  `UPDATE action_task SET status=1, stopped=updated WHERE id=${task}; UPDATE action_task_step SET status=1 WHERE task_id=${task};`;

const cases = (generation: Generation): Record<string, Proven> => {
  const { run, job, task } = killed[generation];
  const v17 = generation === 'v17' ? 1 : 0;
  // The one job of its run, in the queue for an hour; nothing else is stuck.
  const onlyWaits = `DELETE FROM action_run_job WHERE run_id=${run} AND id<>${job}; UPDATE action_task SET status=3 WHERE status=6;
    UPDATE action_run_job SET status=5, task_id=0, started=0, updated=updated-3600 WHERE id=${job}; UPDATE action_run SET status=5, stopped=0 WHERE id=${run};`;
  const recipe = (name: string) => `states/${name}-${generation}.sql`;
  return {
    'requeue of the killed runner’s job': {
      dump: 'stuck',
      run,
      recipe: 'recovery/requeue.sql',
      variables: { run, job, task, v17 },
      argv: [],
    },
    cancel: {
      dump: 'stuck',
      run,
      recipe: `recovery/cancel-${generation}.sql`,
      variables: { run },
      argv: ['--to', 'cancelled'],
    },
    fail: {
      dump: 'stuck',
      run,
      recipe: `recovery/fail-${generation}.sql`,
      variables: { run },
      argv: ['--to', 'failure'],
    },
    'rescue after the literal reset': {
      dump: 'stuck',
      prepare: literal(task),
      run,
      recipe: 'recovery/rescue.sql',
      variables: { run, v17 },
      argv: [],
    },
    'a job whose task row is gone': {
      dump: 'stuck',
      prepare: `DELETE FROM action_task_step WHERE task_id=${task}; DELETE FROM action_task WHERE id=${task};`,
      run,
      recipe: recipe('S4-requeue'),
      variables: { run, job },
      argv: [],
    },
    'a waiting job that names its old task': {
      dump: 'stuck',
      prepare: `${done(task)} UPDATE action_run_job SET status=5 WHERE id=${job}; UPDATE action_run SET status=5 WHERE id=${run};`,
      run,
      recipe: recipe('S10-requeue'),
      variables: { run, job },
      argv: [],
    },
    'all stuck jobs of a run': {
      dump: 'stuck',
      run,
      recipe: recipe('S1-requeue-all-of-run'),
      variables: { run },
      argv: ['--to', 'waiting'],
    },
    'a job whose task succeeded, and the job that needs it': {
      dump: 'stuck',
      prepare: done(task),
      run,
      recipe: ['states/S3-finish-from-task.sql', 'states/S7-resolve.sql'],
      variables: { run, job },
      argv: [],
      beside: ['version'],
    },
    'a job whose task failed, and the job that needs it': {
      dump: 'stuck',
      prepare: done(task).replace('status=1', 'status=2'),
      run,
      recipe: ['states/S3-finish-from-task.sql', 'states/S7-resolve.sql'],
      variables: { run, job },
      argv: [],
      beside: ['version', 'counters', 'queue'],
    },
    'a blocked job whose needs are done': {
      dump: 'stuck',
      prepare: `${done(task)} UPDATE action_run_job SET status=1, stopped=updated WHERE id=${job}; UPDATE action_run SET status=7 WHERE id=${run};`,
      run,
      recipe: 'states/S7-resolve.sql',
      variables: { run },
      argv: [],
    },
    'a run without jobs': {
      dump: 'stuck',
      prepare: `DELETE FROM action_run_job WHERE run_id=${run}; DELETE FROM action_task_step WHERE task_id=${task}; DELETE FROM action_task WHERE id=${task};`,
      run,
      recipe: 'states/S11-nojobs.sql',
      variables: { run },
      argv: [],
      beside: ['counters'],
    },
    'a waiting job whose repository is gone': {
      dump: 'stuck',
      prepare: `${onlyWaits} DELETE FROM repository;`,
      run,
      recipe: 'states/ORPHAN-repo-missing.sql',
      variables: { job },
      argv: [],
      beside: ['queue', 'counters'],
    },
    'a waiting job whose workflow does not parse': {
      dump: 'stuck',
      prepare: `${onlyWaits} UPDATE action_run_job SET workflow_payload='jobs: [' WHERE id=${job};`,
      run,
      recipe: 'states/BROKEN-payload.sql',
      variables: { job },
      argv: [],
      beside: ['queue', 'counters'],
    },
    'a waiting job whose run is gone': {
      dump: 'stuck',
      prepare: `${onlyWaits} DELETE FROM action_run WHERE id=${run};`,
      run,
      recipe: 'states/ORPHAN-run-missing.sql',
      variables: { job },
      argv: [],
      beside: ['queue', 'counters'],
    },
    'a run left open by its last job': {
      dump: 'stuck',
      prepare: 'UPDATE action_run SET status=6, stopped=0 WHERE id=1;',
      run: 1,
      recipe: 'states/S5-aggregate.sql',
      variables: { run: 1 },
      argv: [],
    },
  };
};

describe.skipIf(!recordedFolder).each<Generation>(['v12', 'v17'])(
  'rows recorded from a live %s server',
  (generation) => {
    beforeAll(() => realCluster());

    test('the schema is told for what it is, and every look works', async () => {
      const database = await loadRecorded(generation, 'stuck');
      await holdAgainstGeneration(database.url, generation, 2);
      await database.drop();
    });

    test('stuck names the killed runner’s run', async () => {
      const database = await loadRecorded(generation, 'stuck');
      const { exit, json } = await doctor(database.url, ['stuck', '--json']);
      expect(exit).toBe(1);
      expect(json.findings).toMatchObject([
        {
          code: 'runner-silent',
          runId: 2,
          jobId: 10,
          taskId: killed[generation].task,
          repository: 'alice/demo',
          job: 'sleeper',
          runner: 'lab-runner',
          repairable: true,
        },
      ]);
      await database.drop();
    });

    test.each(Object.entries(cases(generation)))(
      '%s leaves the rows of the proven recipe',
      async (_, { dump, prepare, run, recipe, variables, argv, beside = [] }) => {
        const [ours, proven] = [await loadRecorded(generation, dump), await loadRecorded(generation, dump)];
        const { psql } = await realCluster();
        const nameOf = (database: TestDatabase) => decodeURIComponent(new URL(database.url).pathname.slice(1));
        for (const database of [ours, proven]) if (prepare) await psql(nameOf(database), '-c', prepare);
        const handles = new Set((await rows(ours)).action_run_job!.map((row) => (row as { handle?: unknown }).handle));

        const answer = await doctor(ours.url, ['reset', String(run), ...argv, '--yes', '--json']);
        expect(answer, answer.err).toMatchObject({ exit: 0, json: { applied: true } });
        await psql(
          nameOf(proven),
          ...Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]),
          '-o',
          '/dev/null',
          ...[recipe].flat().flatMap((file) => ['-f', `${recordedFolder}/${file}`]),
        );
        const compared = async (database: TestDatabase) =>
          without(beside, withoutHandles(await rows(database), handles));
        expect(await compared(ours)).toEqual(await compared(proven));

        expect(await doctor(ours.url, ['undo', answer.json.undoFile, '--yes', '--json'])).toMatchObject({
          exit: 0,
          json: { runs: [{ outcome: 'undone' }] },
        });
        await ours.drop();
        await proven.drop();
      },
    );

    test('the literal reset is the runbook’s three updates', async () => {
      const [ours, proven] = [await loadRecorded(generation, 'stuck'), await loadRecorded(generation, 'stuck')];
      await proven.query(`UPDATE action_task SET status = 0 WHERE id = ${killed[generation].task}`);
      await proven.query('UPDATE action_run_job SET status = 0 WHERE run_id = 2');
      await proven.query('UPDATE action_run SET status = 0 WHERE id = 2');
      await doctor(ours.url, ['reset', '2', '--to', '0', '--yes']);
      expect(await rows(ours)).toEqual(await rows(proven));
      await ours.drop();
      await proven.drop();
    });
  },
);

describe.skipIf(!recordedFolder)('an ordinary recorded instance', () => {
  test('v12: the stuck job hidden under failed run 11 is found, and what earlier resets left behind', async () => {
    const database = await loadRecorded('v12', 'rows');
    const { json } = await doctor(database.url, ['stuck', '--json']);
    expect(json.findings.map(({ code, runId }: { code: string; runId: number }) => [code, runId])).toEqual([
      ['reset-to-unknown', 2],
      ['reset-to-unknown', 5],
      ['reset-to-unknown', 5],
      ['runner-silent', 11],
    ]);
    expect(json.findings[3].message).toContain('The run is shown as failure, which hides it.');
    const reset = await doctor(database.url, ['reset', '--all-stuck', '--yes', '--json']);
    expect(reset).toMatchObject({ exit: 0, json: { applied: true } });
    expect(await doctor(database.url, ['stuck', '--json'])).toMatchObject({ exit: 0, json: { findings: [] } });
    await database.drop();
  });
});
