import { afterEach, expect, test } from 'vitest';
import * as situations from '../../demo/forgejo/rows.ts';
import { type ApiServer, startApiServer } from '../support/api-server.ts';
import { doctor, stateDirectory } from '../support/doctor.ts';
import { picture, play } from '../support/situation.ts';
import type { TestDatabase } from '../support/test-database.ts';

let server: ApiServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const token = 'a-token-of-this-test';
const withToken = ({ url, schema }: TestDatabase, address: string) => ({
  schema,
  env: {
    CI_DOCTOR_DATABASE_URL: url,
    FORGEJO_CI_TOOLKIT_STATE: stateDirectory,
    FORGEJO_URL: address,
    FORGEJO_TOKEN: token,
  },
});

/** What the server itself writes when a run is cancelled. */
const cancelRows = async (database: TestDatabase, runId: number) => {
  await database.query(
    'UPDATE action_task SET status = 3, stopped = 1 WHERE status = 6 AND job_id IN (SELECT id FROM action_run_job WHERE run_id = $1)',
    [runId],
  );
  await database.query('UPDATE action_run_job SET status = 3, stopped = 1 WHERE run_id = $1 AND status > 4', [runId]);
  await database.query('UPDATE action_run SET status = 3 WHERE id = $1', [runId]);
};

test('with a token a cancel is Forgejo’s own, and the rows are read until they say so', async () => {
  const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
  server = await startApiServer(async ({ method, path }) => {
    if (method !== 'POST' || !path.endsWith(`/actions/runs/${runId}/cancel`)) return undefined;
    await cancelRows(database, runId);
    return { status: 204 };
  });
  const answer = await doctor(
    database.url,
    ['reset', String(runId), '--to', 'cancelled', '--yes', '--json'],
    withToken(database, server.url),
  );
  expect(answer, answer.err).toMatchObject({
    exit: 0,
    json: { applied: true, undoFile: null, runs: [{ by: 'api', statements: [], after: { status: 'cancelled' } }] },
  });
  expect(server.requests.map(({ path }) => path)).toEqual([
    `/api/v1/repos/harbor/tide-tables/actions/runs/${runId}/cancel`,
  ]);
  expect(JSON.stringify(answer)).not.toContain(token);
  await database.drop();
});

test('an answer that changed nothing is not believed: the rest is done by SQL, and its checks are set', async () => {
  const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
  server = await startApiServer(({ path, body }) =>
    path.endsWith('/cancel')
      ? { status: 204 }
      : path.includes('/statuses/')
        ? { status: 201, body: JSON.parse(body) }
        : undefined,
  );
  const answer = await doctor(
    database.url,
    ['reset', String(runId), '--to', 'cancelled', '--yes', '--json'],
    withToken(database, server.url),
  );
  expect(answer, answer.err).toMatchObject({ exit: 0, json: { runs: [{ by: 'database' }], checksLeft: [] } });
  expect(answer.err).toContain('"build", "test", "package" stayed as before');
  expect(await picture(database, runId)).toBe('3 | 1/1 3/2 3 3 | 1 3');
  const posted = server.requests.filter(({ path }) => path.includes('/statuses/')).map(({ body }) => JSON.parse(body));
  expect(posted).toHaveLength(answer.json.checksSet.length);
  expect(posted).toContainEqual(
    expect.objectContaining({
      context: 'pipeline / build (push)',
      state: 'failure',
      description: 'Has been cancelled',
      target_url: '/harbor/tide-tables/actions/runs/1/jobs/1',
    }),
  );
  await database.drop();
});

test('a server without the route is told from one that refuses, and --repair-by api stops there', async () => {
  const { database, runId } = await play('v12', (scene) => situations.stuckRun(scene).run);
  server = await startApiServer(({ path }) =>
    path === '/api/v1/version' ? { body: { version: '12.0.1+gitea-1.22.0' } } : undefined,
  );
  const argv = ['reset', String(runId), '--to', 'cancelled', '--yes', '--json', '--repair-by', 'api'];
  const answer = await doctor(database.url, argv, withToken(database, server.url));
  expect(answer).toMatchObject({ exit: 1, json: { applied: false } });
  expect(answer.json.runs[0].error).toContain('this server cannot cancel through the API');
  expect(await picture(database, runId)).toBe('6 | 1/1 6/2 7 7 | 1 6');
  await database.drop();
});

test('--to failure through the API ages the heartbeat and starts Forgejo’s own cron', async () => {
  const { database, runId } = await play('v12', (scene) => situations.stuckRun(scene, { silent: 300 }).run);
  server = await startApiServer(async ({ path }) => {
    if (path !== '/api/v1/admin/cron/stop_zombie_tasks') return undefined;
    // The cron ends what has been silent for ten minutes.
    const silent = await database.query<{ id: number; job_id: number }>(
      'SELECT id, job_id FROM action_task WHERE status = 6 AND updated < $1',
      [Math.floor(Date.now() / 1_000) - 600],
    );
    for (const { id, job_id } of silent) {
      await database.query('UPDATE action_task SET status = 2, stopped = 1 WHERE id = $1', [id]);
      await database.query('UPDATE action_run_job SET status = 2, stopped = 1 WHERE id = $1', [job_id]);
    }
    await database.query('UPDATE action_run SET status = 2 WHERE id = $1', [runId]);
    return { status: 204 };
  });
  const argv = ['reset', String(runId), '--to', 'failure', '--force', '--yes', '--json', '--repair-by', 'api'];
  const answer = await doctor(database.url, argv, withToken(database, server.url));
  expect(answer, answer.err).toMatchObject({ exit: 0, json: { applied: true, runs: [{ by: 'api' }] } });
  expect(answer.json.runs[0].statements).toHaveLength(1);
  expect(answer.json.runs[0].statements[0]).toMatch(/update .*action_task.* set .updated. = /);
  expect(await picture(database, runId)).toBe('2 | 1/1 2/2 7 7 | 1 2');
  await database.drop();
});

test('neither cron nor cancel is let loose on a job of the run that reports', async () => {
  const { database, runId } = await play('v12', (scene) => situations.stuckRun(scene).run);
  // A job beside it runs, and its runner reported a second ago.
  const [dead] = await database.query<{ job_id: number }>('SELECT job_id FROM action_task WHERE status = 6');
  const [live] = await database.query<{ id: number }>(
    'SELECT id FROM action_task WHERE status = 1 AND job_id IN (SELECT id FROM action_run_job WHERE run_id = $1)',
    [runId],
  );
  await database.query('UPDATE action_task SET status = 6, stopped = 0, updated = $2 WHERE id = $1', [
    live!.id,
    Math.floor(Date.now() / 1000) - 1,
  ]);
  await database.query('UPDATE action_run_job SET status = 6, stopped = 0 WHERE task_id = $1', [live!.id]);
  const heartbeats = () => database.query('SELECT id, updated, status FROM action_task WHERE status = 6 ORDER BY id');
  const before = await heartbeats();
  server = await startApiServer(({ path }) => (/cron|cancel/.test(path) ? { status: 204 } : undefined));
  const say = (...argv: string[]) =>
    doctor(
      database.url,
      ['reset', String(runId), '--yes', '--json', '--repair-by', 'api', ...argv],
      withToken(database, server!.url),
    );
  const failed = await say('--to', 'failure');
  expect(failed.json.runs[0].leftOut).toHaveLength(1);
  // The dead one is silent for longer than the time-out already; the live one's heartbeat is not touched.
  expect(failed.json.runs[0].statements).toEqual([]);
  expect(await heartbeats()).toEqual(before);
  const asked = server.requests.length;
  const cancelled = await say('--to', 'cancelled');
  expect(cancelled).toMatchObject({ exit: 1, json: { applied: false } });
  expect(JSON.stringify(cancelled.json.runs[0].leftOut)).toContain('still reports');
  expect(await heartbeats()).toContainEqual(expect.objectContaining({ id: live!.id, status: 6 }));
  expect(await say('--to', 'cancelled', '--job', String(dead!.job_id))).toMatchObject({ exit: 64 });
  expect(server.requests).toHaveLength(asked);
  await database.drop();
});

test('a dry run shows what Forgejo would be asked, and SQL only where SQL can follow', async () => {
  const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
  server = await startApiServer(() => undefined);
  const shown = async (...argv: string[]) => {
    const io = withToken(database, server!.url);
    const line = ['reset', String(runId), '--dry-run', ...argv];
    return {
      text: (await doctor(database.url, line, io)).out,
      run: (await doctor(database.url, [...line, '--json'], io)).json.runs[0],
    };
  };
  const cancel = `POST /repos/harbor/tide-tables/actions/runs/${runId}/cancel`;
  const auto = await shown('--to', 'cancelled');
  expect(auto.run).toMatchObject({ by: 'api', request: cancel, statements: [], after: { status: 'cancelled' } });
  expect(auto.run.otherwise[0]).toMatch(/^update .*action_task/);
  expect(auto.text).toMatch(/Forgejo is asked: POST [^\n]*\n {2}If it cannot, or does not:\n {2}BEGIN;/);
  const only = await shown('--to', 'cancelled', '--repair-by', 'api');
  expect(only.run).toMatchObject({ request: cancel, statements: [], otherwise: [] });
  expect(only.text).not.toContain('update ');
  const failed = await shown('--to', 'failure', '--repair-by', 'api');
  expect(failed.run).toMatchObject({
    request: 'POST /admin/cron/stop_zombie_tasks',
    statements: [],
    otherwise: [],
    after: { jobs: [{ statusCode: 1 }, { statusCode: 2 }, { statusCode: 7 }, { statusCode: 7 }] },
  });
  const bySql = await shown('--to', 'cancelled', '--repair-by', 'database');
  expect(bySql.run).toMatchObject({ by: 'database', request: null, otherwise: [] });
  expect(bySql.run.statements).toEqual(expect.arrayContaining([expect.stringMatching(/^update /)]));
  // A task that reported just now is only ended by force: then its heartbeat is written, and that is shown.
  await database.query('UPDATE action_task SET updated = $1 WHERE status = 6', [Math.floor(Date.now() / 1_000) - 5]);
  const forced = await shown('--to', 'failure', '--repair-by', 'api', '--force');
  expect(forced.run.statements).toEqual([expect.stringMatching(/^update .*action_task.* set .updated. = /)]);
  // What Forgejo cannot see it is not asked, and --repair-by api does nothing by SQL instead.
  await database.query('DELETE FROM action_run WHERE id = $1', [runId]);
  const lost = await shown('--to', 'cancelled', '--repair-by', 'api', '--force');
  expect(lost.run).toMatchObject({ request: null, statements: [], error: expect.stringContaining('is gone') });
  expect(server.requests).toEqual([]);
  expect(await picture(database, runId)).toBe('null | 1/1 6/2 7 7 | 1 6');
  await database.drop();
});

test('without a token what is left to do is printed, one command a check', async () => {
  const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
  const answer = await doctor(database.url, ['reset', String(runId), '--to', 'cancelled', '--yes'], {
    schema: database.schema,
  });
  expect(answer.out).toMatch(
    /ci-doctor api POST \/repos\/harbor\/tide-tables\/statuses\/[0-9a-f]{40} -f 'context=pipeline \/ build \(push\)' -f 'state=failure'/,
  );
  const usage = await doctor(database.url, ['reset', String(runId), '--repair-by', 'api'], { schema: database.schema });
  expect(usage).toMatchObject({ exit: 64 });
  expect(usage.err).toContain('Forgejo has no route for it');
  await database.drop();
});

test('history lists what was done, with its rows, and undo takes the id it prints', async () => {
  const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
  const { url, schema } = database;
  await doctor(url, ['reset', String(runId), '--yes'], { schema });
  const { json } = await doctor(url, ['history', '--limit', '1', '--json']);
  const [entry] = json.entries;
  expect(entry).toMatchObject({ action: 'reset --to auto', outcome: 'done', runId, error: null });
  expect(entry.rows).toContainEqual(
    expect.objectContaining({ table: 'action_task', before: expect.objectContaining({ status: 6 }) }),
  );
  const id = entry.id.slice(0, 8);
  expect((await doctor(url, ['history', '--limit', '1'])).out).toContain(id);
  expect(await picture(database, runId)).toBe('5 | 1/1 5 7 7 | 1 3');
  const undo = await doctor(url, ['undo', id, '--yes', '--json'], { schema });
  expect(undo, undo.err).toMatchObject({ exit: 0, json: { applied: true } });
  expect(await picture(database, runId)).toBe('6 | 1/1 6/2 7 7 | 1 6');
  expect((await doctor(url, ['undo', '00000000', '--yes'], { schema })).err).toContain(
    'The journal has no repair 00000000',
  );
  await database.drop();
});
