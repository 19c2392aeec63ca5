import { describe, expect, test } from 'vitest';
import * as situations from '../../demo/forgejo/rows.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { doctor } from '../support/doctor.ts';
import { picture, play } from '../support/situation.ts';

// The pipeline's jobs: lint, build, test (needs build), package (needs test).
describe.each<Generation>(['v12', 'v17'])('on %s', (generation) => {
  const cases: [string, (scene: situations.Scene) => { readonly id: number }, string[], string][] = [
    [
      '--force takes a job that reported this second',
      (scene) => situations.runningRun(scene),
      ['--force'],
      '5 | 1/1 5 7 7 | 1 3',
    ],
    [
      'waiting starts no job before what it needs',
      (scene) => situations.literalReset(scene).run,
      ['--to', 'waiting'],
      '5 | 1/1 5 7 7 | 1 3',
    ],
    [
      'waiting runs no finished task twice',
      (scene) => situations.doneTaskOfRunningJob(scene).run,
      ['--to', 'waiting'],
      '5 | 1/1 1/2 5 7 | 1 1',
    ],
    [
      'waiting runs it again when the job is named',
      (scene) => situations.doneTaskOfRunningJob(scene).run,
      ['--to', 'waiting', '--job', 'build'],
      '5 | 1/1 5 7 7 | 1 1',
    ],
    [
      'waiting makes up for a lost release as the server would',
      (scene) => situations.unreleasedJob(scene, { need: 2 }).run,
      ['--to', 'waiting'],
      '2 | 1/1 2/2 4 4 | 1 2',
    ],
    [
      'failure skips what a lost release left blocked',
      (scene) => situations.unreleasedJob(scene, { need: 2 }).run,
      ['--to', 'failure'],
      '2 | 1/1 2/2 4 4 | 1 2',
    ],
    ...(['waiting', 'cancelled'] as const).map((to): (typeof cases)[number] => [
      `${to} ends a run without jobs as cancelled`,
      (scene) => situations.runWithoutJobs(scene),
      ['--to', to],
      '3 |  | ',
    ]),
    [
      'failure ends a run without jobs as failed',
      (scene) => situations.runWithoutJobs(scene),
      ['--to', 'failure'],
      '2 |  | ',
    ],
  ];
  test.each(cases)('%s', async (_, situation, flags, after) => {
    const { database, runId } = await play(generation, situation);
    const answer = await doctor(database.url, ['reset', String(runId), ...flags, '--yes'], { schema: database.schema });
    expect(answer, answer.err).toMatchObject({ exit: 0 });
    expect(await picture(database, runId)).toBe(after);
    await database.drop();
  });

  test('a job that never ran keeps its attempt', async () => {
    const { database, runId } = await play(generation, (scene) => situations.literalReset(scene).run);
    const attempts = () =>
      database.query('SELECT attempt FROM action_run_job WHERE run_id = $1 AND needs LIKE $2 ORDER BY id', [
        runId,
        '%[%',
      ]);
    const before = await attempts();
    await doctor(database.url, ['reset', String(runId), '--to', 'waiting', '--yes'], { schema: database.schema });
    expect(await attempts()).toEqual(before);
    await database.drop();
  });
});

describe('a job that names a task without a row while another task of it is open', () => {
  const situation = (scene: situations.Scene) => {
    const { run, job } = situations.stuckRun(scene);
    job.row.task_id = 77_777;
    return run;
  };

  test('is one finding, and is requeued with the open task closed', async () => {
    const { database, runId } = await play('v17', situation);
    const { url, schema } = database;
    const { json } = await doctor(url, ['stuck', '--json'], { schema });
    expect(json.findings).toMatchObject([{ code: 'job-open-task-missing', repairable: true }]);
    expect(json.findings[0].message).toMatch(/Beside it task 2 of the job is running\.$/);
    expect(await doctor(url, ['reset', '--all-stuck', '--yes'], { schema })).toMatchObject({ exit: 0 });
    expect(await picture(database, runId)).toBe('5 | 1/1 5 7 7 | 1 3');
    await database.drop();
  });

  test('is left alone while the open task reports', async () => {
    const { database, runId } = await play('v17', situation);
    const { url, schema } = database;
    await database.query('UPDATE action_task SET updated = $1 WHERE status = 6', [Math.floor(Date.now() / 1_000)]);
    const before = await picture(database, runId);
    const { json } = await doctor(url, ['stuck', '--json'], { schema });
    expect(json.findings).toMatchObject([{ code: 'job-open-task-missing', repairable: false }]);
    expect(await doctor(url, ['reset', String(runId), '--yes'], { schema })).toMatchObject({
      exit: 1,
      out: expect.stringContaining('--force does it all the same'),
    });
    expect(await picture(database, runId)).toBe(before);
    await database.drop();
  });
});

test.each([
  ['v12', 'on its page'],
  ['v17', 'on the page of its pull request'],
] as const)('waiting says that a run on %s wants an approval, and where', async (generation, where) => {
  const { database, runId } = await play(generation, (scene) => situations.unapprovedRun(scene));
  const argv = ['reset', String(runId), '--to', 'waiting', '--yes'];
  const { exit, out } = await doctor(database.url, argv, { schema: database.schema });
  expect(exit).toBe(1);
  expect(out).toContain(`waits until a person approves it: do that ${where}, or end it with --to cancelled`);
  expect(out).not.toContain('nothing to repair');
  await database.drop();
});

test('runs that are announced together are each told as that', async () => {
  const { database } = await play('v17', (scene) => {
    situations.unannouncedJob(scene);
    return situations.unannouncedJob(scene).run;
  });
  const { exit, out } = await doctor(database.url, ['reset', '--all-stuck', '--yes'], { schema: database.schema });
  expect(exit).toBe(0);
  expect(out.match(/: announced to the runners, status 5 waiting/g)).toHaveLength(2);
  expect(out).not.toMatch(/nothing to repair|5 waiting → 5 waiting/);
  await database.drop();
});

test('only steps that were done are called done, and a name stays on its line', async () => {
  const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
  const { url, schema } = database;
  await database.query("UPDATE action_run_job SET name = $1 WHERE status = 6 AND job_id = 'build'", [
    'two\tlines\nof it',
  ]);
  const argv = ['reset', String(runId), '--dry-run'];
  const { out } = await doctor(url, argv, { schema });
  expect(out).toContain(
    'job "two lines of it" runs again from the start; already done, to be repeated: Check out; begun: Build',
  );
  expect(out).toMatch(/job \d+ "two lines of it": 6 running → 5 waiting/);
  const { json } = await doctor(url, [...argv, '--json'], { schema });
  expect(json.runs[0].repeats).toMatchObject([{ steps: ['Check out'], begun: ['Build'] }]);
  await database.drop();
});

test('what still reports is told in the same words by a dry run and by the repair', async () => {
  const { database, runId } = await play('v17', (scene) => situations.hungJob(scene).run);
  const reasons = async (flag: string) => {
    const argv = ['reset', String(runId), flag, '--json'];
    const { json } = await doctor(database.url, argv, { schema: database.schema });
    return json.runs[0].leftOut.map(({ reason }: { reason: string }) => reason.replace(/\d+s ago/g, 'ago'));
  };
  const shown = await reasons('--dry-run');
  expect(shown).toEqual([expect.stringContaining('last line 45m')]);
  expect(await reasons('--yes')).toEqual(shown);
  await database.drop();
});
