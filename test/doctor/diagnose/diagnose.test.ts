import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildInstance, type Instance, loadInstance, writeLogs } from '../../../demo/forgejo/instance.ts';
import type { Generation } from '../../../demo/forgejo/schema.ts';
import { plainView } from '../../../src/common/output/table.ts';
import { embeddedDatabase, type TestDatabase } from '../../support/database.ts';
import { doctor } from '../../support/doctor.ts';

describe('diagnosing an instance', () => {
  const generation: Generation = 'v17';
  let database: TestDatabase;
  let instance: Instance;
  let directory: string;
  let logs: string;
  const run = (...argv: string[]) => doctor(database.url, [...argv, '--log-dir', logs], { schema: database.schema });
  const piped = async (...argv: string[]) =>
    (
      await doctor(database.url, [...argv, '--log-dir', logs], {
        schema: database.schema,
        view: { ...plainView, layout: 'tsv' },
      })
    ).out;
  const json = async (...argv: string[]) => (await run('diagnose', ...argv, '--json')).json;

  beforeAll(async () => {
    instance = buildInstance({ generation, now: Math.floor(Date.now() / 1_000), size: 40 });
    database = await embeddedDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await loadInstance(client, instance, { schema: database.schema });
    await client.end();
    directory = await mkdtemp(join(tmpdir(), 'ci-doctor-diagnose-'));
    logs = join(directory, 'actions_log');
    await writeLogs(instance, logs);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('a red run: the cause, its line, and what marks it', async () => {
    const { run: failed } = instance.runs.failed;
    const { exit, json: found } = await run('diagnose', String(failed.id), '--json');
    expect(exit).toBe(1);
    expect(found).toMatchObject({
      runId: failed.id,
      job: 'build',
      step: 'Build',
      cause: {
        id: 'c-build',
        blame: 'code',
        retryable: false,
        message: expect.stringContaining('src/tide.c:118'),
        fix: expect.any(String),
      },
      missing: null,
      message: null,
    });
    expect(found.fingerprint).toMatch(/^c-build:[0-9a-f]{10}$/);
    const decisive = found.lines.find(({ decisive }: { decisive: boolean }) => decisive);
    expect(decisive).toMatchObject({
      step: 'Build',
      text: "src/tide.c:118:17: error: 'struct moon' has no member named 'phase'",
      isNew: true,
    });
    expect(found.jobs).toHaveLength(1);
  });

  test('the same failure has the same fingerprint in another run', async () => {
    const rows = await database.query(
      `SELECT DISTINCT j.run_id AS id FROM action_run_job j JOIN action_task t ON t.id = j.task_id WHERE j.name = 'build' AND j.status = 2`,
    );
    const prints = [];
    for (const { id } of rows) prints.push((await json(String(id))).fingerprint);
    expect(prints.length).toBeGreaterThan(1);
    expect(new Set(prints).size).toBe(1);
  });

  test('people are shown the lines around it, the command line too', async () => {
    const { run: failed } = instance.runs.failed;
    const { out } = await run('diagnose', String(failed.id));
    expect(out).toContain('c-build: src/tide.c:118 does not compile');
    expect(out).toMatch(/^> 24008 {2}src\/tide\.c:118:17: error/m);
    expect(out).toMatch(/fix: {2}\S/);
  });

  test('a green run has nothing to diagnose, one on its way neither', async () => {
    const [green] = await database.query('SELECT id FROM action_run WHERE status = 1 LIMIT 1');
    expect(await run('diagnose', String(green!.id), '--json')).toMatchObject({
      exit: 0,
      json: { cause: null, message: expect.stringContaining('nothing to diagnose') },
    });
    expect(await piped('diagnose', String(green!.id))).toContain('nothing to diagnose');
    expect(await run('diagnose', String(instance.runs.running.id), '--json')).toMatchObject({
      exit: 0,
      json: { cause: null, job: null, jobs: [] },
    });
  });

  test('a run whose runner is silent, also under one that is shown as failed', async () => {
    const { stuck, masked, destroyed } = instance.runs;
    expect(await json(String(stuck.run.id))).toMatchObject({
      job: 'build',
      cause: { id: 'runner-silent', fix: expect.stringContaining(`ci-doctor reset ${stuck.run.id}`) },
    });
    const { jobs } = await json(String(masked.run.id));
    expect(jobs.map(({ cause }: { cause: { id: string } }) => cause.id).sort()).toEqual(['lint', 'runner-silent']);
    expect(await json(String(destroyed.run.id))).toMatchObject({ cause: { id: 'rows-disagree' } });
  });

  test('without its log it cannot be told, and the exit code says so', async () => {
    const { run: failed } = instance.runs.failed;
    const { exit, json: found } = await doctor(
      database.url,
      ['diagnose', String(failed.id), '--json', '--log-dir', directory],
      { schema: database.schema },
    );
    expect(exit).toBe(2);
    expect(found).toMatchObject({
      cause: null,
      missing: { message: expect.stringContaining('stored'), fix: expect.any(String) },
    });
  });

  test('a workflow that Forgejo could not make jobs of', async () => {
    const [row] = await database.query(
      `UPDATE action_run SET status = 2, pre_execution_error_code = 4, pre_execution_error_details = '["blocked_job","other_job","needs-1"]'
       WHERE id = (SELECT id FROM action_run WHERE status = 1 ORDER BY id LIMIT 1) RETURNING id`,
    );
    await database.query('DELETE FROM action_run_job WHERE run_id = $1', [row!.id]);
    const { exit, json: found } = await run('diagnose', String(row!.id), '--json');
    expect(exit).toBe(1);
    expect(found.cause).toMatchObject({
      id: 'pre-execution',
      message: expect.stringContaining('not in its `needs`: blocked_job, other_job, needs-1'),
    });
    expect((await run('diagnose', String(row!.id))).out).toContain('pre-execution: ');
    expect(await piped('diagnose', String(row!.id))).toContain('pre-execution: ');
  });

  test('a commit that was green too is called flaky', async () => {
    const { run: failed } = instance.runs.failed;
    const [green] = await database.query(
      `SELECT r.id, r.commit_sha FROM action_run r JOIN action_run_job j ON j.run_id = r.id
       WHERE j.name = 'build' AND j.status = 1 AND r.repo_id = $1 AND r.workflow_id = 'pipeline.yaml' ORDER BY r.id DESC LIMIT 1`,
      [failed.row.repo_id],
    );
    await database.query('UPDATE action_run SET commit_sha = $1 WHERE id = $2', [failed.row.commit_sha, green!.id]);
    expect((await json(String(failed.id))).history).toMatchObject({ flaky: green!.id, onlyRunner: null });
    const { out } = await run('diagnose', String(failed.id));
    expect(out).toContain(`Flaky: the same commit was green in run ${green!.id}.`);
    expect(out).toContain('the same run may succeed when it is started again');
    expect((await json(String(failed.id))).cause).toMatchObject({ blame: 'code', retryable: true });
    await database.query('UPDATE action_run SET commit_sha = $1 WHERE id = $2', [green!.commit_sha, green!.id]);
  });

  test('show ends with it, for a failed run only', async () => {
    const { exit, json: shown } = await run('show', String(instance.runs.failed.run.id), '--json');
    expect([exit, shown.diagnosis.cause.id]).toEqual([0, 'c-build']);
    expect((await run('show', String(instance.runs.failed.run.id))).out).toContain('Why it failed');
    expect((await run('show', String(instance.runs.running.id), '--json')).json.diagnosis).toBeNull();
  });

  test('--since counts causes', async () => {
    const { exit, json: found } = await run('diagnose', '--since', '30d', '--json');
    expect(exit).toBe(1);
    const [{ failed }] = (await database.query(
      'SELECT count(*) AS failed FROM action_task t JOIN action_run_job j ON j.task_id = t.id WHERE t.status = 2 AND j.status = 2',
    )) as [{ failed: number }];
    expect(found.failed).toBe(failed);
    const counted = [...found.causes, ...found.unexplained].reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(failed);
    expect(found.share).toBeCloseTo(found.explained / failed);
    expect(found.causes.map(({ id }: { id: string }) => id)).toContain('c-build');
    expect((await run('diagnose', '--since', '1m', '--json')).json.failed).toBe(0);
    const [header, ...rows] = (await piped('diagnose', '--since', '30d'))
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(header!.slice(0, 3)).toEqual(['count', 'share', 'cause']);
    expect(rows.reduce((sum, [count]) => sum + Number(count), 0)).toBe(failed);
  });

  test('a log that cannot be read is one failure without an explanation, not the end of the statistics', async () => {
    const { id } = instance.runs.failed.job;
    const [task] = await database.query('SELECT log_filename FROM action_task WHERE job_id = $1', [id]);
    const rename = (name: unknown) =>
      database.query('UPDATE action_task SET log_filename = $2 WHERE job_id = $1', [id, name]);
    const since = async () => (await run('diagnose', '--since', '30d', '--json')).json;
    const before = await since();
    await rename('../../outside');
    const after = await since();
    await rename(task!.log_filename);
    expect(after).toMatchObject({ failed: before.failed, explained: before.explained - 1 });
    expect(after.unexplained.map(({ line }: { line: string }) => line)).toContainEqual(
      expect.stringContaining('leads out of'),
    );
  });

  test('--matcher names the places that a problem matcher finds', async () => {
    const file = join(directory, 'gcc.json');
    await writeFile(
      file,
      JSON.stringify({
        problemMatcher: [
          {
            owner: 'gcc',
            pattern: [
              {
                regexp: '^([^:]+):(\\d+):(\\d+): (error|warning): (.+)$',
                file: 1,
                line: 2,
                column: 3,
                severity: 4,
                message: 5,
              },
            ],
          },
        ],
      }),
    );
    const found = await json(String(instance.runs.failed.run.id), '--matcher', file);
    expect(found.annotations).toEqual([
      {
        owner: 'gcc',
        severity: 'error',
        file: 'src/tide.c',
        line: 118,
        column: 17,
        code: null,
        message: "'struct moon' has no member named 'phase'",
        logLine: 24008,
        step: 'Build',
      },
    ]);
    const place = "src/tide.c:118:17: error: 'struct moon' has no member named 'phase'\n";
    for (const out of [
      (await run('diagnose', String(instance.runs.failed.run.id), '--matcher', file)).out,
      await piped('diagnose', String(instance.runs.failed.run.id), '--matcher', file),
    ])
      expect(out.endsWith(`\n\n${place}`) && out.includes('fix:  ')).toBe(true);
  });

  test('rules of ci-doctor.yaml come first', async () => {
    const file = join(directory, 'ci-doctor.yaml');
    await writeFile(
      file,
      `rules:
  - id: moon-phase
    title: The moon has no phase
    blame: code
    match:
      pattern: "has no member named '(?<member>[a-z]+)'"
      near: { pattern: 'In function .(?<function>[a-z_]+)', lines: 2 }
    message: 'The moon lost its {member} in {function}.'
    fix: Give it back.
`,
    );
    expect(await json(String(instance.runs.failed.run.id), '--config', file)).toMatchObject({
      cause: {
        id: 'moon-phase',
        blame: 'code',
        retryable: false,
        message: 'The moon lost its phase in spring_range.',
        fix: 'Give it back.',
      },
    });
  });

  test.each([
    [['diagnose'], 'Neither a run nor --since'],
    [['diagnose', '1', '--since', '7d'], 'exclude each other'],
    [['diagnose', '1', '--job', 'nothing'], 'has no job "nothing"'],
    [['diagnose', '1', '--matcher', '/nowhere.json'], '/nowhere.json cannot be read'],
  ])('%j is told what is wrong', async (argv, message) => {
    const { exit, err } = await run(...argv);
    expect(exit).toBe(64);
    expect(err).toContain(message);
  });
});

test('a Forgejo without the columns of a later one is asked all the same', async () => {
  const instance = buildInstance({ generation: 'v12', now: Math.floor(Date.now() / 1_000), size: 10 });
  const database = await embeddedDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await loadInstance(client, instance, { schema: database.schema });
  await client.end();
  const run = (id: number) => doctor(database.url, ['diagnose', String(id), '--json'], { schema: database.schema });
  expect(await run(instance.runs.stuck.run.id)).toMatchObject({ exit: 1, json: { cause: { id: 'runner-silent' } } });
  const { id } = instance.runs.rerun;
  await database.query('DELETE FROM action_run_job WHERE run_id = $1', [id]);
  await database.query('UPDATE action_run SET status = 2 WHERE id = $1', [id]);
  expect(await run(id)).toMatchObject({ exit: 2, json: { cause: null, message: expect.stringContaining('no jobs') } });
});
