import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fieldsOf } from '../../src/doctor/api-fields.ts';
import { type ApiAnswer, type ApiRequest, type ApiServer, startApiServer } from '../support/api-server.ts';
import { doctor } from '../support/doctor.ts';

const token = 'f00dfacef00dfacef00dfacef00dfacef00dface';
let directory: string;
let server: ApiServer;
let answer: (request: ApiRequest) => ApiAnswer | undefined;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ci-doctor-api-'));
  server = await startApiServer((request) => answer(request));
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});
afterEach(() => {
  server.requests.length = 0;
});

const api = (
  argv: readonly string[],
  env: Record<string, string> = { FORGEJO_URL: server.url, FORGEJO_TOKEN: token },
) => doctor('', ['api', ...argv], { env });

describe('ci-doctor api', () => {
  test('prints what the server answers, and sends the token in the header', async () => {
    answer = () => ({ body: { version: '16.0.1+gitea-1.22.0' } });
    const { exit, out } = await api(['GET', '/version']);
    expect([exit, JSON.parse(out)]).toEqual([0, { version: '16.0.1+gitea-1.22.0' }]);
    expect(server.requests[0]).toMatchObject({ path: '/api/v1/version', headers: { authorization: `token ${token}` } });
  });

  test('fills placeholders, and sends what is left where the method wants it', async () => {
    answer = () => ({ status: 204 });
    const place = ['-f', 'owner=org', '-f', 'repo=app'];
    await api(['get', 'repos/{owner}/{repo}/actions/runs', ...place, '-f', 'limit=5']);
    const route = '/repos/{owner}/{repo}/actions/workflows/deploy.yaml/dispatches';
    const typed = ['-F', 'return_run_info=true', '-f', 'inputs[secs]=3'];
    const { exit, out } = await api(['POST', route, ...place, '-f', 'ref=main', ...typed]);
    expect([exit, out]).toEqual([0, '']);
    expect(server.requests.map(({ path, query }) => `${path}?${query}`)).toEqual([
      '/api/v1/repos/org/app/actions/runs?limit=5',
      '/api/v1/repos/org/app/actions/workflows/deploy.yaml/dispatches?',
    ]);
    expect(JSON.parse(server.requests[1]!.body)).toEqual({ ref: 'main', return_run_info: true, inputs: { secs: '3' } });
  });

  test('--paginate prints one array of all items', async () => {
    answer = ({ query }) => {
      const [page, limit] = [Number(query.get('page')), Number(query.get('limit'))];
      const all = Array.from({ length: 120 }, (_, index) => ({ id: index + 1 }));
      return { body: { workflow_runs: all.slice((page - 1) * limit, page * limit), total_count: 120 } };
    };
    const { json } = await api(['GET', '/repos/org/app/actions/tasks', '--paginate', '--json']);
    expect(json).toHaveLength(120);
    expect(server.requests).toHaveLength(3);
  });

  test('--dry-run shows the request and sends nothing', async () => {
    const route = '/repos/org/app/actions/secrets/KEY';
    const file = join(directory, 'secret');
    await writeFile(file, 'multi\nline-secret-value');
    const argv = ['PUT', route, '-F', `data=@${file}`, '--dry-run'];
    const { out, exit } = await api(argv);
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toEqual({ method: 'PUT', url: `${server.url}/api/v1${route}`, body: { data: '***' } });
    expect(server.requests).toEqual([]);
    answer = () => ({ status: 201 });
    await api(argv.slice(0, -1));
    expect(JSON.parse(server.requests[0]!.body)).toEqual({ data: 'multi\nline-secret-value' });
  });

  test('a file goes into a file, and not on to the screen', async () => {
    answer = () => ({ headers: { 'content-type': 'application/zip' }, body: Buffer.from([80, 75, 0, 255]) });
    const route = '/repos/org/app/actions/runs/7/logs';
    expect(await api(['GET', route])).toMatchObject({
      exit: 64,
      out: '',
      err: expect.stringContaining('--output FILE'),
    });
    const file = join(directory, 'logs.zip');
    const { exit, json } = await api(['GET', route, '-o', file, '--json']);
    expect([exit, json]).toEqual([0, { file, bytes: 4 }]);
    expect([...(await readFile(file))]).toEqual([80, 75, 0, 255]);
    expect(await readdir(directory)).not.toContain('logs.zip.part');
  });

  test('finds the server: flag, FORGEJO_URL, the job, app.ini; github.com is none', async () => {
    answer = () => ({ body: {} });
    const ini = join(directory, 'app.ini');
    await writeFile(ini, `[server]\nROOT_URL = ${server.url}/git/\n[database]\nDB_TYPE = sqlite3\n`);
    const nowhere = 'http://127.0.0.1:1';
    for (const [argv, env, path] of [
      [['--base-url', `${server.url}/flag`], { FORGEJO_URL: nowhere }, '/flag'],
      [[], { FORGEJO_URL: `${server.url}/env`, GITHUB_SERVER_URL: nowhere }, '/env'],
      [[], { GITHUB_SERVER_URL: `${server.url}/job` }, '/job'],
      [['--app-ini', ini], { GITHUB_SERVER_URL: 'https://github.com' }, '/git'],
    ] as const) {
      expect((await api(['GET', '/user', ...argv], { ...env })).exit, path).toBe(0);
      expect(server.requests.at(-1)!.path).toBe(`${path}/api/v1/user`);
    }
  });

  test('reads the token from the variable that is named, which must hold one', async () => {
    answer = () => ({ body: {} });
    await api(['GET', '/user', '--token-env', 'OTHER'], {
      FORGEJO_URL: server.url,
      FORGEJO_TOKEN: token,
      OTHER: 'other',
    });
    expect(server.requests[0]!.headers.authorization).toBe('token other');
    const { exit, err } = await api(['GET', '/user', '--token-env', 'OTHER']);
    expect([exit, err]).toEqual([64, expect.stringContaining('OTHER is not set')]);
  });

  test('a refusal keeps to the exit codes, and --json to one object', async () => {
    answer = () => ({
      status: 403,
      body: { message: 'token does not have at least one of required scope(s): [read:admin]' },
    });
    const { exit, json, err } = await api(['GET', '/admin/cron', '--json', '--verbose']);
    expect(exit).toBe(2);
    expect(json.error.message).toContain('[read:admin]');
    expect(json.error.fix).toContain('scope');
    expect(err).toContain(`GET ${server.url}/api/v1/admin/cron\n`);
    expect(err).not.toContain(token);
  });
});

describe('parameters of the command line', () => {
  test('nest, keep text as text, and are typed where that is asked for', async () => {
    const raw = ['a=1', 'b[c]=x=y', 'b[d][e]=', 'l[]=1', 'l[]=2', '__proto__=p'];
    const fields = await fieldsOf(raw, ['n=-5', 't=true', 'z=null', 'w=0.5', 'b[f]=007']);
    expect(Object.entries(fields)).toEqual(
      Object.entries({
        a: '1',
        b: { c: 'x=y', d: { e: '' }, f: 7 },
        l: ['1', '2'],
        ['__proto__']: 'p',
        n: -5,
        t: true,
        z: null,
        w: '0.5',
      }),
    );
  });

  test.each([
    [['x']],
    [['=x']],
    [['a=1', 'a=2']],
    [['a=1', 'a[b]=2']],
    [['a[]=1', 'a[b]=2']],
    [['a[=1']],
    [['a[b]c=1']],
  ])('refuses %j', async (raw) => {
    await expect(fieldsOf(raw, [])).rejects.toMatchObject({ exit: 64 });
  });

  test('a file that is not there is named', async () => {
    await expect(fieldsOf([], ['data=@/nowhere/key'])).rejects.toThrow('@/nowhere/key cannot be read');
  });
});
