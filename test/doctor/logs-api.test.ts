import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decompress } from 'fzstd';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildInstance, type Instance, loadInstance, writeLogs } from '../../demo/forgejo/instance.ts';
import { apiStore } from '../../src/doctor/logs/api.ts';
import { diskStore } from '../../src/doctor/logs/disk.ts';
import type { LogStore } from '../../src/doctor/logs/store.ts';
import { openText } from '../../src/doctor/logs/text.ts';
import { type ApiAnswer, type ApiRequest, type ApiServer, startApiServer } from '../support/api-server.ts';
import { embeddedDatabase, type TestDatabase } from '../support/database.ts';
import { doctor, stateDirectory } from '../support/doctor.ts';
import { recorded, server as recordedServer } from './logs/recorded.ts';

let database: TestDatabase;
let instance: Instance;
let logs: string;
let server: ApiServer | undefined;
/** The text of every stored log, by what the API calls it. */
const texts = new Map<string, Buffer>();
const token = 'a-token-that-reads';

beforeAll(async () => {
  instance = buildInstance({ generation: 'v17', now: Math.floor(Date.now() / 1_000), size: 20 });
  database = await embeddedDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await loadInstance(client, instance, { schema: database.schema });
  await client.end();
  logs = await mkdtemp(join(tmpdir(), 'logs-api-'));
  await writeLogs(instance, logs);
  for (const row of await database.query<Record<string, string | number>>(
    `SELECT j.id, j.task_id, t.id AS task, t.attempt, t.log_filename, r.owner_name, r.name FROM action_task t
     JOIN action_run_job j ON j.id = t.job_id JOIN repository r ON r.id = t.repo_id WHERE t.log_in_storage`,
  )) {
    const text = Buffer.from(decompress(await readFile(join(logs, String(row.log_filename)))));
    const path = `/api/v1/repos/${row.owner_name}/${row.name}/actions/jobs/${row.id}/logs`;
    texts.set(`${path}?attempt=${row.attempt}`, text);
    if (row.task === row.task_id) texts.set(path, text);
  }
});
afterAll(() => rm(logs, { recursive: true, force: true }));
afterEach(async () => {
  vi.unstubAllEnvs();
  await server?.close();
  server = undefined;
});

const notFound: ApiAnswer = { status: 404, body: { message: "The target couldn't be found.", url: '' } };
const plain = { 'content-type': 'text/plain; charset=utf-8' };

/** The route of a server that has it: text as it is, parts of it for a range; the same answer for what is hidden or not there. */
function route({ path, query, headers }: ApiRequest): ApiAnswer {
  const attempt = query.get('attempt');
  const text = texts.get(attempt === null ? path : `${path}?attempt=${attempt}`);
  if (headers.authorization !== `token ${token}` || text === undefined) return notFound;
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
  if (!range) return { headers: plain, body: text };
  const from = Number(range[1]);
  if (from >= text.length) return { status: 416, headers: { 'content-range': `bytes */${text.length}` }, body: '' };
  const part = text.subarray(from, range[2] === '' ? undefined : Number(range[2]) + 1);
  const where = `bytes ${from}-${from + part.length - 1}/${text.length}`;
  return { status: 206, headers: { ...plain, 'content-range': where }, body: part };
}

const read = (argv: readonly string[], env: Record<string, string> = {}) =>
  doctor(database.url, ['logs', ...argv], {
    schema: database.schema,
    env: { CI_DOCTOR_DATABASE_URL: database.url, FORGEJO_CI_TOOLKIT_STATE: stateDirectory, ...env },
  });
const withToken = () => ({ FORGEJO_URL: server!.url, FORGEJO_TOKEN: token });
const failed = () => String(instance.runs.failed.run.id);
const rerun = () => String(instance.runs.rerun.id);

const questions: readonly (readonly [string, () => string[]])[] = [
  ['the whole run', () => [failed()]],
  ['what failed', () => [failed(), '--failed']],
  ['one step', () => [failed(), '--job', String(instance.runs.failed.job.id), '--step', '2']],
  ['the last lines', () => [failed(), '--tail', '7', '--raw']],
  ['an earlier attempt', () => [rerun(), '--attempt', '1', '--timestamps']],
  ['the present attempt', () => [rerun()]],
];

describe('through the API', () => {
  test.each(questions)('%s: the same bytes as from disk', async (_, argv) => {
    const expected = await read([...argv(), '--log-dir', logs]);
    expect(expected.out.length).toBeGreaterThan(200);
    server = await startApiServer(route);
    expect(await read(argv(), withToken())).toEqual(expected);
    expect(server.requests.length).toBeGreaterThan(0);
    for (const { headers } of server.requests) expect(headers).toHaveProperty('range');
  });

  test.each(questions)('%s: also where a proxy drops the range, and nothing is left behind', async (_, argv) => {
    const spool = await mkdtemp(join(tmpdir(), 'logs-spool-'));
    const expected = await read([...argv(), '--log-dir', logs]);
    server = await startApiServer(({ headers: { range: _range, ...headers }, ...request }) =>
      route({ ...request, headers }),
    );
    vi.stubEnv('TMPDIR', spool);
    expect(await read(argv(), withToken())).toEqual(expected);
    expect(await readdir(spool)).toEqual([]);
    await rm(spool, { recursive: true });
  });

  test('of a long log only what is shown is fetched', async () => {
    let sent = 0;
    server = await startApiServer((request) => {
      const answer = route(request);
      sent += (answer.body as Buffer).length;
      return answer;
    });
    const argv = [failed(), '--job', String(instance.runs.failed.job.id), '--failed', '--tail', '100', '--json'];
    const { log } = (await read(argv, withToken())).json.jobs[0];
    expect(log.size).toBeGreaterThan(1_000_000);
    expect(sent).toBeLessThan(300_000);
  });

  test('a part that breaks off is asked for again', async () => {
    const expected = await read([failed(), '--log-dir', logs]);
    let cuts = 0;
    server = await startApiServer((request) => {
      const answer = route(request);
      if (!(answer.body instanceof Uint8Array) || answer.body.length < 1_000 || cuts === 1) return answer;
      cuts++;
      const length = { 'content-length': String(answer.body.length) };
      return { ...answer, headers: { ...answer.headers, ...length }, body: answer.body.subarray(0, 900), cut: true };
    });
    expect(await read([failed()], withToken())).toEqual(expected);
    expect(cuts).toBe(1);
  });

  test('what is on disk is read there: nobody is asked', async () => {
    server = await startApiServer(route);
    expect((await read([failed(), '--log-dir', logs], withToken())).exit).toBe(0);
    expect(server.requests).toEqual([]);
  });

  test('--log-api asks before the disk is looked at, and names the variable of the token', async () => {
    const expected = await read([failed(), '--log-dir', logs]);
    server = await startApiServer(route);
    const argv = [failed(), '--log-dir', logs, '--log-api', '--base-url', server.url, '--token-env', 'OTHER'];
    expect(await read(argv, { OTHER: token })).toEqual(expected);
    const { json } = await read([...argv, '--json'], { OTHER: token });
    const shown = json.jobs.flatMap(({ log }: { log: { where: string } | null }) => log?.where ?? []);
    expect(new Set(shown)).toEqual(new Set([`the API of ${server.url}/`]));
    expect(JSON.stringify(json)).not.toContain(token);
  });

  test('a storage that lacks the log, or cannot be asked, is made good and told', async () => {
    const expected = await read([failed(), '--log-dir', logs]);
    const empty = await mkdtemp(join(tmpdir(), 'logs-none-'));
    server = await startApiServer(route);
    expect(await read([failed(), '--log-dir', empty], withToken())).toEqual(expected);
    await rm(empty, { recursive: true });
    const answer = await read([failed(), '--log-dir', empty], withToken());
    expect(answer).toMatchObject({ exit: expected.exit, out: expected.out });
    expect(answer.err).toContain(`The log directory ${empty} does not exist`);
    expect(answer.err).toContain(`The log was read from the API of ${server.url}/ instead.`);
  });

  test('only an earlier attempt is named: a repair by hand may have given its number twice', async () => {
    server = await startApiServer(route);
    await read([rerun(), '--attempt', '1', '--tail', '1'], withToken());
    await read([rerun(), '--tail', '1'], withToken());
    const named = server.requests.filter(({ before }) => before === 0).map(({ query }) => query.get('attempt'));
    expect(named).toContain('1');
    expect(server.requests.at(-1)!.query.has('attempt')).toBe(false);
  });

  test('a job that is followed comes to its end there', async () => {
    const argv = [failed(), '--job', String(instance.runs.failed.job.id), '--follow'];
    const expected = await read([...argv, '--log-dir', logs]);
    expect(expected.exit).toBe(1);
    server = await startApiServer(route);
    expect(await read(argv, withToken())).toEqual(expected);
  });

  test('a log of another size, as of another server, is not simply taken for this one', async () => {
    server = await startApiServer((request) => {
      const answer = route({ ...request, headers: { ...request.headers, range: undefined } });
      return { ...answer, body: '2026-11-22T01:29:28.5677456Z what another job wrote\n' };
    });
    const answer = await read([failed(), '--job', String(instance.runs.failed.job.id)], withToken());
    expect(answer).toMatchObject({ exit: 2, out: expect.stringContaining('what another job wrote') });
    expect(answer.err).toContain('is not the log of task');
  });

  test('diagnose reads the failure there too', async () => {
    const ask = (argv: readonly string[], env: Record<string, string> = {}) =>
      doctor(database.url, ['diagnose', failed(), ...argv, '--json'], {
        schema: database.schema,
        env: { CI_DOCTOR_DATABASE_URL: database.url, FORGEJO_CI_TOOLKIT_STATE: stateDirectory, ...env },
      });
    const { json } = await ask(['--log-dir', logs]);
    expect(json.cause).toHaveProperty('id');
    server = await startApiServer(route);
    expect((await ask([], withToken())).json).toEqual(json);
  });
});

describe('a server that does not answer with it', () => {
  const old = ({ path }: ApiRequest): ApiAnswer | undefined =>
    path === '/api/v1/version' ? { body: { version: '12.0.4+gitea-1.22.0' } } : undefined;
  const tooOld = /jobs\/\{job_id\}\/logs came with Forgejo 16; the server at http:\S+ is 12\.0\.4/;

  test('is too old: that is said, and then what is the case without it', async () => {
    server = await startApiServer(old);
    const before = await read([failed(), '--failed']);
    const answer = await read([failed(), '--failed'], withToken());
    expect(answer).toMatchObject({ exit: before.exit, out: '' });
    expect(answer.err).toMatch(tooOld);
    expect(answer.err).toContain('where Forgejo stores finished logs is not known');
    expect(answer.err).toContain('Give --app-ini');
    expect(answer.err).not.toContain('--log-api');
    // Once for all jobs.
    const { requests } = server;
    expect((await read([failed()], withToken())).exit).toBe(2);
    expect(requests.filter(({ path }) => path === '/api/v1/version')).toHaveLength(2);
  });

  test('is too old, with --log-api: the disk has it', async () => {
    server = await startApiServer(old);
    const expected = await read([failed(), '--log-dir', logs]);
    const answer = await read([failed(), '--log-dir', logs, '--log-api'], withToken());
    expect(answer).toMatchObject({ exit: expected.exit, out: expected.out });
    expect(answer.err).toMatch(tooOld);
    expect(answer.err).toContain('The log was read from the directory');
  });

  test.each([
    [
      '401',
      { status: 401, body: { message: 'token is required' } },
      /token is required\. The log .*\n.*The token is wrong/,
    ],
    ['a web page', { headers: { 'content-type': 'text/html' }, body: '<html>' }, /a web page.*\n.*ROOT_URL/],
    ['404', notFound, /nor in the API of http.*\n.*the token may not read the repository/],
  ] as const)('%s: the reason and what to do', async (_, answer, message) => {
    server = await startApiServer(() => answer);
    const { exit, out, err } = await read([failed(), '--failed'], withToken());
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toMatch(message);
    expect(err).not.toContain(token);
  });

  test('--log-api without an address is told so', async () => {
    const answer = await read([failed(), '--log-api'], { FORGEJO_TOKEN: token });
    expect(answer).toMatchObject({ exit: 64, out: '' });
    expect(answer.err).toContain('--base-url');
  });

  test('a token without an address changes nothing', async () => {
    expect(await read([failed(), '--failed'], { FORGEJO_TOKEN: token })).toEqual(await read([failed(), '--failed']));
  });
});

test.skipIf(!recorded)('what a live server answered is the stored text, byte for byte', async () => {
  const { logDirectory, tasks } = recordedServer('v17');
  const { task } = tasks.find(({ task: { id } }) => id === 1)!;
  const answered = await readFile(join(recorded!, 'v17/api/job-1-logs.txt'));
  // The recording ends with the status line of the client.
  const text = answered.subarray(0, answered.lastIndexOf('\n[HTTP 200]'));
  const path = '/api/v1/repos/alice/demo/actions/jobs/1/logs';
  texts.set(path, text);
  server = await startApiServer(route);
  const api = apiStore({ baseUrl: server.url, token }, async () => ({ owner: 'alice', repo: 'demo', job_id: 1 }));
  const [ours, theirs] = await Promise.all([whole(api, task), whole(diskStore(logDirectory), task)]);
  expect(ours.length).toBe(task.logSize);
  expect(ours.equals(theirs)).toBe(true);
});

async function whole(store: LogStore, { id, logFilename }: { id: number; logFilename: string }): Promise<Buffer> {
  const text = await openText((await store.open(logFilename, id))!);
  const pieces: Buffer[] = [];
  for (let at = 0; at < text.size; ) {
    const { end, bytes } = await text.chunk(at);
    pieces.push(bytes!);
    at = end;
  }
  await text.close();
  return Buffer.concat(pieces);
}
