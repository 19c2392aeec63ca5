import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildInstance, type Instance, writeLogs } from '../../demo/forgejo/instance.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { doctor } from '../support/doctor.ts';

describe.each<Generation>(['v12', 'v17'])('reading a %s instance', (generation) => {
  let database: TestDatabase;
  let instance: Instance;
  let logs: string;
  const run = (...argv: string[]) => doctor(database.url, argv, { schema: database.schema });
  const json = async (...argv: string[]) => (await run(...argv, '--json')).json;

  beforeAll(async () => {
    instance = buildInstance({ generation, now: Math.floor(Date.now() / 1_000), size: 60 });
    database = await testDatabase();
    await database.load(instance.server);
    logs = await mkdtemp(join(tmpdir(), 'ci-doctor-logs-'));
    await writeLogs(instance, logs);
  });
  afterAll(() => rm(logs, { recursive: true, force: true }));

  test('runs pages through every run once, newest first', async () => {
    const seen: number[] = [];
    for (let next: number | null = null; ; ) {
      const page = await json('runs', '--limit', '7', ...(next === null ? [] : ['--before', String(next)]));
      seen.push(...page.runs.map(({ id }: { id: number }) => id));
      next = page.next;
      if (next === null) break;
    }
    const all = await database.query('SELECT id FROM action_run ORDER BY id DESC');
    expect(seen).toEqual(all.map(({ id }) => id));
  });

  test.each([
    ['--repository', 'harbor/tide-tables', "repo_id = (SELECT id FROM repository WHERE lower_name = 'tide-tables')"],
    ['--repository', 'HARBOR/Tide-Tables', "repo_id = (SELECT id FROM repository WHERE lower_name = 'tide-tables')"],
    ['--status', 'failure,6', 'status IN (2, 6)'],
    ['--workflow', 'site.yaml', "workflow_id = 'site.yaml'"],
    ['--branch', 'main', "ref = 'refs/heads/main'"],
    ['--event', 'schedule', "event = 'schedule'"],
    ['--actor', 'Editor', 'trigger_user_id = (SELECT id FROM "user" WHERE lower_name = \'editor\')'],
    ['--since', '9d', `created >= ${Math.floor(Date.now() / 1_000) - 9 * 86_400}`],
  ])('runs %s %s', async (flag, value, condition) => {
    const { runs } = await json('runs', flag, value, '--limit', '1000');
    const expected = await database.query(`SELECT id FROM action_run WHERE ${condition} ORDER BY id DESC`);
    expect(runs.map(({ id }: { id: number }) => id)).toEqual(expected.map(({ id }) => id));
    expect(expected.length).toBeGreaterThan(0);
  });

  test.each([
    [['runs', '--status', 'runing'], 'did you mean "running"'],
    [['runs', '--since', 'yesterday'], '--since is "yesterday"'],
    [['runs', '--since', '2026-02-31'], '--since is "2026-02-31"'],
    [['runs', '--limit', '0'], '--limit is "0"'],
    [['show', 'no such run'], 'does not name a run'],
    [['runs', '--reposetory', 'x'], '--repository'],
  ])('%j is told what is wrong', async (argv, message) => {
    const { exit, err } = await run(...argv);
    expect(exit).toBe(64);
    expect(err).toContain(message);
  });

  test('a time without a zone is UTC, wherever the command runs', async () => {
    const [newest] = await database.query('SELECT id, created FROM action_run ORDER BY id DESC LIMIT 1');
    const { TZ } = process.env;
    try {
      process.env.TZ = 'Etc/GMT+12';
      const since = new Date(newest!.created * 1_000).toISOString().slice(0, 19);
      const { runs } = await json('runs', '--since', since);
      expect(runs[0]?.id).toBe(newest!.id);
    } finally {
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    }
  });

  test('a repository that is not there is not one without runs', async () => {
    for (const name of ['harbor/tide-table', 'harbor/tide-tables/x', 'nobody']) {
      const answer = await run('runs', '--repository', name);
      expect(answer.exit, name).toBe(1);
      expect(answer.err).toContain(`no repository "${name}"`);
      expect((await run('show', `${name}#1`)).exit).toBe(1);
    }
  });

  test('a run is found by id, by repository and index, and by the address of its page', async () => {
    const { run: stuck } = instance.runs.stuck;
    const name = `harbor/tide-tables#${stuck.row.index}`;
    for (const way of [
      String(stuck.id),
      name,
      `https://forge.example/harbor/tide-tables/actions/runs/${stuck.row.index}/jobs/0`,
      `https://forge.example/api/v1/repos/harbor/tide-tables/actions/runs/${stuck.id}`,
    ])
      expect((await json('show', way)).run.id, way).toBe(stuck.id);
    expect(await run('show', '999999')).toMatchObject({ exit: 1 });
    const ambiguous = await run('show', '#1');
    expect(ambiguous.exit).toBe(64);
    expect(ambiguous.err).toMatch(/names several runs: [\s\S]*harbor\/tide-tables#1 \(id \d+\)/);
  });

  test('show has the steps of the web page and every attempt', async () => {
    const { run: stuck, job } = instance.runs.stuck;
    const details = await json('show', String(stuck.id));
    const build = details.jobs.find(({ id }: { id: number }) => id === job.id);
    expect(build.attempts).toHaveLength(1);
    expect(build.attempts[0]).toMatchObject({ runner: 'runner-2', status: 'running', log: { place: 'database' } });
    expect(
      build.attempts[0].steps.map(
        ({ name, statusName }: { name: string; statusName: string }) => `${name}: ${statusName}`,
      ),
    ).toEqual([
      'Set up job: success',
      'Check out: success',
      'Build: running',
      'Keep the result: waiting',
      'Complete job: waiting',
    ]);
    expect(details.jobs.find(({ jobId }: { jobId: string }) => jobId === 'test')).toMatchObject({
      needs: ['build'],
      status: 'blocked',
      attempts: [],
    });

    const rerun = await json('show', String(instance.runs.rerun.id));
    expect(rerun.jobs[0].attempts.map(({ attempt }: { attempt: number }) => attempt)).toEqual([1, 2]);
    // After a re-run the stored stop of a run can lie before its start.
    expect(rerun.run.duration).toBeGreaterThanOrEqual(0);
  });

  test('the log of the failed step comes from the seekable file, and no more of it than needed', async () => {
    const { run: failed } = instance.runs.failed;
    const answer = await json('logs', String(failed.id), '--failed', '--log-dir', logs);
    const [job] = answer.jobs;
    expect(job.lines.map(({ text }: { text: string }) => text).join('\n')).toContain(
      "error: 'struct moon' has no member named 'phase'",
    );
    expect(new Set(job.lines.map(({ step }: { step: string }) => step))).toEqual(new Set(['Build', 'Complete job']));
    const tail = await run('logs', String(failed.id), '--failed', '--tail', '2', '--log-dir', logs);
    expect(tail.exit).toBe(0);
    expect(tail.out).toBe("build › Complete job\n🏁  Job failed\nJob 'build' failed\n");
    const small = await json('logs', String(failed.id), '--failed', '--tail', '2', '--log-dir', logs);
    expect(small.jobs[0].log.bytesRead).toBeLessThan(small.jobs[0].log.size / 5);
  });

  test('the log of a running task comes from the database', async () => {
    const { run: stuck } = instance.runs.stuck;
    const { exit, out } = await run('logs', String(stuck.id), '--job', 'build', '--step', 'Check out');
    expect(exit).toBe(0);
    expect(out).toBe("build › Check out\nCloning into '.'...\nHEAD is now at the commit of the run\n");
  });

  test('an empty answer says why and is not a success', async () => {
    const { stuck, failed, queued } = instance.runs;
    expect(await run('logs', String(stuck.run.id), '--failed')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('No job of run'),
    });
    expect(await run('logs', String(queued.id))).toMatchObject({
      exit: 2,
      err: expect.stringContaining('no runner has picked it up'),
    });
    expect(await run('logs', String(failed.run.id), '--failed')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('--log-dir'),
    });
    expect(await run('logs', String(failed.run.id), '--failed', '--log-dir', join(logs, 'elsewhere'))).toMatchObject({
      exit: 2,
      err: expect.stringContaining('does not exist'),
    });
    await database.query('UPDATE action_task SET log_expired = true WHERE job_id = $1', [failed.job.id]);
    expect(await run('logs', String(failed.run.id), '--failed', '--log-dir', logs)).toMatchObject({
      exit: 2,
      err: expect.stringContaining('retention'),
    });
    await database.query('UPDATE action_task SET log_expired = false WHERE job_id = $1', [failed.job.id]);
  });

  test('a log name that leads out of the directory is refused', async () => {
    const { failed } = instance.runs;
    await writeFile(join(logs, '..', 'ci-doctor-outside.log'), 'not yours\n');
    const [{ log_filename: name }] = (await database.query<{ log_filename: string }>(
      'SELECT log_filename FROM action_task WHERE job_id = $1',
      [failed.job.id],
    )) as [{ log_filename: string }];
    await database.query('UPDATE action_task SET log_filename = $2 WHERE job_id = $1', [
      failed.job.id,
      '../ci-doctor-outside.log',
    ]);
    const answer = await run('logs', String(failed.run.id), '--failed', '--log-dir', logs);
    expect(answer.exit).toBe(2);
    expect(answer.out).not.toContain('not yours');
    expect(answer.err).toContain('leads out of');
    const diagnosis = await run('diagnose', String(failed.run.id), '--log-dir', logs, '--json');
    expect(diagnosis.exit).toBe(2);
    expect(diagnosis.json.missing.message).toContain('leads out of');
    await database.query('UPDATE action_task SET log_filename = $2 WHERE job_id = $1', [failed.job.id, name]);
    await rm(join(logs, '..', 'ci-doctor-outside.log'));
  });

  test('a log that cannot be read says nothing of the others', async () => {
    const from =
      'FROM action_run_job j JOIN action_task t ON t.id = j.task_id WHERE t.log_in_storage AND NOT t.log_expired';
    const [row] = await database.query<{ id: number }>(
      `SELECT j.run_id AS id ${from} GROUP BY j.run_id HAVING count(*) > 1 ORDER BY j.run_id LIMIT 1`,
    );
    const { id } = row!;
    const jobs = await database.query<{ name: string; task_id: number; log_filename: string }>(
      `SELECT j.name, t.id AS task_id, t.log_filename ${from} AND j.run_id = $1 ORDER BY j.id`,
      [id],
    );
    const [first, ...others] = jobs;
    await database.query('UPDATE action_task SET log_filename = $2 WHERE id = $1', [first!.task_id, '..']);
    const answer = await run('logs', String(id), '--log-dir', logs, '--json');
    expect(answer.exit).toBe(2);
    const named = (name: string) => answer.json.jobs.find(({ job }: { job: string }) => job === name);
    expect(named(first!.name)).toMatchObject({ lines: [], empty: { reason: 'unreadable' } });
    for (const { name } of others) expect(named(name).lines.length).toBeGreaterThan(0);
    await database.query('UPDATE action_task SET log_filename = $2 WHERE id = $1', [
      first!.task_id,
      first!.log_filename,
    ]);
  });

  test('a damaged log shows what can be read and names the damage', async () => {
    const { failed } = instance.runs;
    const [{ log_filename: name }] = (await database.query<{ log_filename: string }>(
      'SELECT log_filename FROM action_task WHERE job_id = $1',
      [failed.job.id],
    )) as [{ log_filename: string }];
    const { readFile } = await import('node:fs/promises');
    const whole = await readFile(join(logs, name));
    await writeFile(join(logs, name), whole.subarray(0, Math.floor(whole.length / 2)));
    const { exit, out, err } = await run('logs', String(failed.run.id), '--log-dir', logs, '--job', 'build');
    expect(exit).toBe(2);
    expect(out.length).toBeGreaterThan(1_000);
    expect(err).toMatch(/frame \d+|byte \d+/);
    await writeFile(join(logs, name), 'what a disk gave back after a crash\n');
    const foreign = await run('logs', String(failed.run.id), '--log-dir', logs, '--job', 'build');
    expect(foreign).toMatchObject({ exit: 2, err: expect.stringContaining('is not the log of task') });
    expect(foreign.out).toContain('what a disk gave back');
    await writeFile(join(logs, name), whole);
  });

  test('an attempt that never was is not one that has not started', async () => {
    const { failed, queued } = instance.runs;
    const asked = ['--attempt', '7', '--json', '--log-dir', logs];
    const { exit, json: answer } = await run('logs', String(failed.run.id), '--job', 'build', ...asked);
    expect([exit, answer.jobs[0].empty.reason]).toEqual([2, 'no-attempt']);
    expect(answer.jobs[0].empty.message).toContain('it has 1');
    const waiting = await run('logs', String(queued.id), ...asked);
    expect(waiting.json.jobs[0].empty.reason).toBe('not-started');
  });

  test('a run without a failed job says so in JSON too', async () => {
    const { exit, json: answer } = await run('logs', String(instance.runs.stuck.run.id), '--failed', '--json');
    expect([exit, answer.jobs, answer.empty.reason]).toEqual([2, [], 'no-failed-step']);
  });
});
