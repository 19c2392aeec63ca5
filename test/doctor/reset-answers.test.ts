import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import * as situations from '../../demo/forgejo/rows.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import type { Queries } from '../../src/doctor/database/database.ts';
import { openDatabase } from '../../src/doctor/database/open.ts';
import { doctor, stateDirectory } from '../support/doctor.ts';
import { picture, play, type RunId, type Scene } from '../support/situation.ts';

test('the literal reset takes no job, known or not', async () => {
  const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
  const before = await picture(database, runId);
  for (const job of ['build', 'nope']) {
    const answer = await doctor(database.url, ['reset', String(runId), '--to', '0', '--job', job, '--yes'], {
      schema: database.schema,
    });
    expect(answer, job).toMatchObject({ exit: 64 });
    expect(answer.err).toContain('whole runs');
  }
  expect(await picture(database, runId)).toBe(before);
  await database.drop();
});

test('an undo directory that cannot be made is told, and is not tried for ever', async () => {
  const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
  const before = await picture(database, runId);
  const answer = await doctor(database.url, ['reset', String(runId), '--yes', '--undo-dir', '/proc/nothing/undo'], {
    schema: database.schema,
  });
  expect(answer.exit).toBe(1);
  expect(answer.err).toMatch(/undo file \/proc\/nothing\/undo.* cannot be written[\s\S]*--undo-dir/);
  expect(await picture(database, runId)).toBe(before);
  await database.drop();
});

test('an undo directory is made with those above it, and holds the undo file alone', async () => {
  const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
  const directory = join(stateDirectory, 'some', 'where', 'undo');
  const { json } = await doctor(database.url, ['reset', String(runId), '--yes', '--json', '--undo-dir', directory], {
    schema: database.schema,
  });
  expect(readdirSync(directory).map((name) => join(directory, name))).toEqual([json.undoFile]);
  await database.drop();
});

test('the server ends a repair that stands still while it holds rows', async () => {
  const { database } = await play('v17', (scene) => situations.stuckRun(scene).run);
  const opened = await openDatabase({ url: database.url, schema: database.schema, env: {} });
  const seconds = (queries: Queries) =>
    sql<{ seconds: number }>`
      SELECT extract(epoch FROM current_setting('idle_in_transaction_session_timeout')::interval)::int AS seconds`
      .execute(queries)
      .then(({ rows }) => rows[0]!.seconds);
  const limit = await opened.transaction(seconds);
  expect(limit).toBeGreaterThan(0);
  // Nothing in a repair takes that long, and a runner gives a report up after a minute.
  expect(limit).toBeLessThanOrEqual(60);
  await opened.close();
  await database.drop();
});

test.each<Generation>(['v12', 'v17'])(
  'undoing the literal reset on %s moves the lock, and twice is once',
  async (generation) => {
    const { database, runId } = await play(generation, (scene) => situations.stuckRun(scene).run);
    const { url, schema } = database;
    await database.query('UPDATE action_run SET updated = updated - 100');
    await database.query('UPDATE action_run_job SET updated = updated - 100');
    const times = () =>
      database.query(
        'SELECT r.version, r.updated AS run, j.updated AS job FROM action_run r JOIN action_run_job j ON j.run_id = r.id WHERE r.id = $1 ORDER BY j.id',
        [runId],
      );
    const heartbeats = () => database.query('SELECT updated FROM action_task ORDER BY id');
    const [before, beats, original] = [await times(), await heartbeats(), await picture(database, runId)];
    const { json } = await doctor(url, ['reset', String(runId), '--to', '0', '--yes', '--json'], { schema });

    expect(await doctor(url, ['undo', json.undoFile, '--yes'], { schema })).toMatchObject({ exit: 0 });
    expect(await picture(database, runId)).toBe(original);
    expect(await heartbeats()).toEqual(beats);
    const after = await times();
    for (const [index, row] of before.entries()) {
      expect(after[index]!.version).toBe(row.version + 1);
      expect(after[index]!.run).toBeGreaterThan(row.run);
      expect(after[index]!.job).toBeGreaterThan(row.job);
    }

    const again = await doctor(url, ['undo', json.undoFile, '--yes'], { schema });
    expect(again.exit).toBe(0);
    expect(again.out).toContain('it is undone, or was never committed');
    expect(await times()).toEqual(after);
    await database.drop();
  },
);

test('an undo file that broke off undoes what was committed', async () => {
  const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
  const { url, schema } = database;
  const original = await picture(database, runId);
  const { json } = await doctor(url, ['reset', String(runId), '--yes', '--json'], { schema });
  const text = readFileSync(json.undoFile, 'utf8');
  const [header, entry] = text.split('\n') as [string, string];
  const file = join(stateDirectory, 'broken-off.undo.jsonl');

  // Before anything was committed, in the middle of the file, and while a second run was written.
  writeFileSync(file, `${header}\n`);
  expect(await doctor(url, ['undo', file, '--yes'], { schema })).toMatchObject({
    exit: 0,
    out: expect.stringContaining('nothing was committed'),
  });
  writeFileSync(file, `${header}\n${entry.slice(0, 50)}\n${entry}\n`);
  expect(await doctor(url, ['undo', file, '--yes'], { schema })).toMatchObject({
    exit: 64,
    err: expect.stringContaining('line 2'),
  });
  writeFileSync(file, `${text}${entry.slice(0, 50)}`);
  const undone = await doctor(url, ['undo', file, '--yes'], { schema });
  expect(undone.exit).toBe(0);
  expect(undone.err).toContain('the last line broke off');
  expect(await picture(database, runId)).toBe(original);
  await database.drop();
});

test('an undo that fails half way tells what it undid', async () => {
  const { database, runId } = await play('v17', (scene) => {
    const { run } = situations.stuckRun(scene);
    situations.stuckRun(scene);
    return run;
  });
  const { url, schema } = database;
  const original = await picture(database, runId);
  const { json } = await doctor(url, ['reset', '--all-stuck', '--yes', '--json'], { schema });
  const [first, second] = json.runs.map((run: { runId: number }) => run.runId) as [number, number];
  const repaired = await picture(database, first);
  // The last repair is undone first; the update of the other run then meets no row.
  await database.query(
    `CREATE RULE "no_undo" AS ON UPDATE TO "${schema}".action_run WHERE old.id = ${first} DO INSTEAD NOTHING`,
  );
  const undo = await doctor(url, ['undo', json.undoFile, '--yes', '--json'], { schema });
  expect(undo).toMatchObject({
    exit: 1,
    json: {
      applied: true,
      runs: [
        { runId: second, outcome: 'undone' },
        { runId: first, outcome: 'failed', error: expect.stringContaining('changed'), fix: expect.any(String) },
      ],
    },
  });
  expect(await picture(database, first)).toBe(repaired);
  expect((await picture(database, second)).slice(0, 1)).toBe(original.slice(0, 1));
  await database.drop();
});

test('a repair that failed is not told as if it had been made', async () => {
  const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
  const { url, schema } = database;
  // As a rule of the administrator may: the update meets no row.
  await database.query(`CREATE RULE "no_requeue" AS ON UPDATE TO "${schema}".action_run DO INSTEAD NOTHING`);
  const before = await picture(database, runId);
  const answer = await doctor(url, ['reset', String(runId), '--yes'], { schema });
  expect(answer.exit).toBe(1);
  expect(answer.out).toMatch(
    /not repaired: action_run \d+ changed[\s\S]*\n {2}next: Look again with "ci-doctor stuck"/,
  );
  expect(answer.out).not.toMatch(/again from the start|BEGIN|update|commit status|Take it back/);
  const { json } = await doctor(url, ['reset', String(runId), '--yes', '--json'], { schema });
  expect(json).toMatchObject({ applied: false, runs: [{ statements: [], repeats: [], notes: [] }] });
  expect(json.runs[0].after).toEqual(json.runs[0].before);
  expect(json.runs[0].fix).toContain('ci-doctor stuck');
  expect(await picture(database, runId)).toBe(before);
  await database.drop();
});

test('a job whose task is done lists the steps that are repeated', async () => {
  const { database, runId } = await play('v17', (scene) => situations.doneTaskOfRunningJob(scene).run);
  const { url, schema } = database;
  const repeats = async (...flags: string[]) =>
    (await doctor(url, ['reset', String(runId), ...flags, '--dry-run', '--json'], { schema })).json.runs[0].repeats;
  const [{ task_id: taskId }] = (await database.query(
    'SELECT task_id FROM action_run_job WHERE run_id = $1 AND status = 6',
    [runId],
  )) as [{ task_id: number }];
  const steps = (
    await database.query(
      'SELECT name FROM action_task_step WHERE task_id = $1 AND status IN (1, 2, 6) ORDER BY index',
      [taskId],
    )
  ).map(({ name }) => name);
  expect(steps.length).toBeGreaterThan(0);
  expect(await repeats('--to', 'waiting', '--job', 'build')).toEqual([{ job: 'build', steps, begun: [] }]);
  // Put back by hand, its old task still named.
  await database.query('UPDATE action_run_job SET status = 5 WHERE task_id = $1', [taskId]);
  expect(await repeats()).toEqual([{ job: 'build', steps, begun: [] }]);
  await database.drop();
});

test('a refusal names the time-out that the last sign of life is compared with', async () => {
  const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene, { silent: 20_220 }).run);
  const answer = await doctor(database.url, ['reset', String(runId), '--dry-run', '--zombie-timeout', '30h'], {
    schema: database.schema,
  });
  expect(answer.exit).toBe(1);
  expect(answer.out).toMatch(/last sign of life 5h 37m ago.*younger than the zombie time-out of 1d 6h/);
  await database.drop();
});

test('failure says what to do with a job that is blocked for no reason, which never ran', async () => {
  const { database, runId } = await play('v17', (scene) => situations.blockedWithoutNeeds(scene));
  const answer = await doctor(database.url, ['reset', String(runId), '--to', 'failure', '--yes'], {
    schema: database.schema,
  });
  expect(answer, answer.err).toMatchObject({ exit: 1 });
  expect(answer.out).toMatch(/left as it is: job "build": .*--to cancelled/);
  expect(answer.out).not.toContain('nothing to repair');
  await database.drop();
});

describe('what the database cannot do is said, in a dry run too', () => {
  const cases: [string, (scene: Scene) => RunId, string[], RegExp, RegExp | undefined][] = [
    ['a run without jobs', (scene) => situations.runWithoutJobs(scene), [], /Do not press Re-run/, /stays pending/],
    [
      'a job that is hidden under a failed run',
      (scene) => situations.maskedJob(scene).run,
      ['--to', 'failure'],
      /commit status .*stays pending\. Re-run the run/,
      undefined,
    ],
    [
      'a job that takes the success of its task, with others still to come',
      (scene) => situations.doneTaskOfRunningJob(scene).run,
      [],
      /a pending one of "build" stays pending\. Set/,
      /Re-run/,
    ],
    [
      'a run whose repository is gone, with all that could be told',
      (scene) => situations.runningJobOfLost(scene, 'repository'),
      [],
      /→ 3 cancelled/,
      /pending|Re-run/,
    ],
    [
      'a run that cannot be run again while Actions is switched off',
      (scene) => situations.orphanedJob(scene, 'actions').run,
      ['--to', 'cancelled'],
      /stays pending\. Set the status/,
      /Re-run/,
    ],
    ['a run whose jobs are all done', (scene) => situations.unclosedRun(scene), [], /one that stays pending/, /Re-run/],
    ['a requeue, which Forgejo reports itself', (scene) => situations.stuckRun(scene).run, [], /→ 5/, /pending/],
  ];
  test.each(cases)('%s', async (_, situation, flags, said, unsaid) => {
    const { database, runId } = await play('v17', situation);
    const { out } = await doctor(database.url, ['reset', String(runId), ...flags, '--dry-run'], {
      schema: database.schema,
    });
    expect(out).toMatch(said);
    if (unsaid) expect(out).not.toMatch(unsaid);
    await database.drop();
  });
});

test.each([false, true])(
  'the checks of a run whose row is gone are left to be set; are they of another run: %s',
  async (shared) => {
    const { database, runId } = await play('v17', (scene) => {
      const other = situations.succeededRun(scene);
      const lost = situations.runningJobOfLost(scene, 'run');
      if (shared) other.row.index = lost.row.index!;
      return lost;
    });
    const answer = await doctor(database.url, ['reset', String(runId), '--yes', '--json'], { schema: database.schema });
    expect(answer, answer.err).toMatchObject({ exit: 0 });
    const left = ['build', 'test', 'package'].map((job) => ({
      runId,
      context: `pipeline / ${job} (push)`,
      state: 'failure',
    }));
    expect(answer.json.checksLeft).toMatchObject(shared ? [] : left);
    expect(answer.json.checksLeft).toHaveLength(shared ? 0 : 3);
    await database.drop();
  },
);
