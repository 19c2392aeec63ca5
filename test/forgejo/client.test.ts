import { afterEach, describe, expect, test } from 'vitest';
import { redact } from '../../src/common/redact.ts';
import {
  Conflict,
  createForgejo,
  ForgejoError,
  type ForgejoOptions,
  Invalid,
  NoAccess,
  NotFound,
  RateLimited,
  Unavailable,
  UnsupportedByServer,
} from '../../src/forgejo/index.ts';
import { type ApiAnswer, type ApiServer, startApiServer } from '../support/api-server.ts';

const token = '8d0e6c9b1a2f47d3b5c6a7980f1e2d3c4b5a6978';
const place = { owner: 'org', repo: 'app' };
const runs = 'GET /repos/{owner}/{repo}/actions/runs';
const dispatches = 'POST /repos/{owner}/{repo}/actions/workflows/{workflowfilename}/dispatches';

let server: ApiServer | undefined;
afterEach(() => server?.close());

async function forge(answer: Parameters<typeof startApiServer>[0] | ApiAnswer, options: Partial<ForgejoOptions> = {}) {
  server = await startApiServer(typeof answer === 'function' ? answer : () => answer);
  return createForgejo({ baseUrl: server.url, auth: token, ...options });
}

/** What the request was refused with. */
async function failure(request: Promise<unknown>): Promise<ForgejoError> {
  const error = await request.then(
    () => expect.fail('it was answered'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ForgejoError);
  return error as ForgejoError;
}

describe('a request', () => {
  test('carries the token in its header alone, and parameters where the route wants them', async () => {
    const forgejo = await forge({ status: 201, body: { id: 5, run_number: 2, jobs: ['build'] } });
    const started = await forgejo.request(dispatches, {
      ...place,
      workflowfilename: 'deploy.yaml',
      ref: 'main',
      inputs: { target: 'stage' },
    });
    expect(started).toEqual({ id: 5, run_number: 2, jobs: ['build'] });
    const [sent] = server!.requests;
    expect(sent).toMatchObject({
      method: 'POST',
      path: '/api/v1/repos/org/app/actions/workflows/deploy.yaml/dispatches',
      headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
    });
    expect(JSON.parse(sent!.body)).toEqual({ ref: 'main', inputs: { target: 'stage' } });
    expect(sent!.query.toString()).toBe('');
  });

  test('by a name and a password, with a code, and without any', async () => {
    const auth = { username: 'ops', password: 'correct horse', otp: '123456' };
    const forgejo = await forge({ body: {} }, { auth });
    await forgejo.request('GET /user');
    expect(server!.requests[0]!.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('ops:correct horse').toString('base64')}`,
      'x-forgejo-otp': '123456',
    });
    await createForgejo({ baseUrl: server!.url }).request('GET /version');
    expect(server!.requests[1]!.headers.authorization).toBeUndefined();
  });

  test('is answered with JSON parsed, text as text, files as bytes, and undefined for nothing', async () => {
    const answers: Record<string, ApiAnswer> = {
      '/api/v1/version': { body: { version: '16.0.1+gitea-1.22.0' } },
      '/api/v1/repos/org/app/actions/jobs/1/logs': { headers: { 'content-type': 'text/plain' }, body: 'one\ntwo\n' },
      '/api/v1/repos/org/app/actions/runs/1/logs': {
        headers: { 'content-type': 'application/zip' },
        body: Buffer.from([80, 75, 3, 4, 255]),
      },
      '/api/v1/repos/org/app/raw/a.json': { headers: { 'content-type': 'application/json' }, body: '{"a": 1}' },
      '/api/v1/repos/org/app/actions/runs/1/cancel': { status: 204 },
      '/api/v1/repos/org/app/actions/secrets/KEY': { status: 201, headers: { 'content-type': 'application/json' } },
    };
    const forgejo = await forge(({ path }) => answers[path]);
    expect(await forgejo.request('GET /version')).toEqual({ version: '16.0.1+gitea-1.22.0' });
    expect(await forgejo.actions.getJobLog({ ...place, job_id: 1 })).toBe('one\ntwo\n');
    expect(await forgejo.actions.getRunLogs({ ...place, run_id: 1 })).toEqual(new Uint8Array([80, 75, 3, 4, 255]));
    // A file is what it is, also when it happens to be JSON.
    expect(await forgejo.repos.getFile({ ...place, filepath: 'a.json' })).toEqual(
      new Uint8Array(Buffer.from('{"a": 1}')),
    );
    expect(await forgejo.actions.cancelRun({ ...place, run_id: 1 })).toBeUndefined();
    expect(await forgejo.actions.setSecret({ ...place, secretname: 'KEY', data: 'value-of-it' })).toBeUndefined();
  });

  test('sends a file as it is', async () => {
    const forgejo = await forge({ status: 201, body: '' });
    const body = new Uint8Array([0, 1, 2, 65]);
    await forgejo.request('PUT /api/packages/{owner}/generic/app/1.0/app.bin', { owner: 'org' }, { body });
    expect(server!.requests[0]).toMatchObject({
      path: '/api/packages/org/generic/app/1.0/app.bin',
      body: '\0\u0001\u0002A',
    });
  });
});

describe('errors are told apart by what a caller does next', () => {
  test.each([
    [400, Invalid, 1],
    [401, NoAccess, 2],
    [403, NoAccess, 2],
    [404, NotFound, 1],
    [409, Conflict, 1],
    [422, Invalid, 1],
    [429, RateLimited, 2],
    [500, Unavailable, 2],
    [503, Unavailable, 2],
  ])('%i', async (status, Kind, exit) => {
    const forgejo = await forge({ status, body: { message: 'what the server says', url: 'x' } }, { retries: 0 });
    const error = await failure(forgejo.request('GET /repos/{owner}/{repo}', place));
    expect(error).toBeInstanceOf(Kind);
    expect(error).toMatchObject({
      name: Kind.name,
      method: 'GET',
      route: 'GET /repos/{owner}/{repo}',
      status,
      serverMessage: 'what the server says',
      exit,
    });
    expect(error.message).toBe(`GET ${server!.url}/api/v1/repos/org/app answered ${status}: what the server says`);
    expect(error.fix).not.toBe('');
  });

  test('the list that a validation answers with is shown', async () => {
    const forgejo = await forge({ status: 422, body: { message: '', errors: ['[Title]: Required', 'ref too long'] } });
    expect((await failure(forgejo.issues.create({ ...place, title: '' }))).serverMessage).toBe(
      '[Title]: Required; ref too long',
    );
  });

  test('a 404 may hide a private repository', async () => {
    const body = { message: "The target couldn't be found." };
    const forgejo = await forge({ status: 404, body });
    expect((await failure(forgejo.repos.get(place))).fix).toContain('private repository that the token may not read');
    const anonymous = createForgejo({ baseUrl: server!.url });
    expect((await failure(anonymous.repos.get(place))).fix).toContain('FORGEJO_TOKEN');
  });

  test('the start of a workflow at the wrong address is put right', async () => {
    const forgejo = await forge(() => undefined);
    const wrong = 'POST /repos/org/app/actions/workflows/deploy.yaml/runs';
    expect((await failure(forgejo.request(wrong, { ref: 'main' }))).fix).toContain('/dispatches with {"ref": "main"}');
  });

  test('a web page is no answer', async () => {
    const page = {
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: '<html><title>Sign in</title></html>',
    };
    const forgejo = await forge(page);
    const login = await failure(forgejo.repos.get(place));
    expect(login).toBeInstanceOf(Unavailable);
    expect(login.message).toContain('a web page instead of JSON');
    await server!.close();
    const gateway = await forge({ ...page, status: 502 }, { retries: 0 });
    const error = await failure(gateway.repos.get(place));
    expect(error).toMatchObject({ name: 'Unavailable', serverMessage: null });
    expect(error.fix).toContain('A proxy answered');
    expect(error.message).not.toContain('<');
  });

  test('neither is an answer that was cut', async () => {
    const forgejo = await forge({ headers: { 'content-type': 'application/json' }, body: '{"id": 1, "nam' });
    const error = await failure(forgejo.repos.get(place));
    expect([error.name, error.message]).toEqual(['Unavailable', expect.stringContaining('JSON that is damaged')]);
    const listed = forgejo.paginate('GET /repos/{owner}/{repo}/issues', place).all();
    expect(await failure(listed)).toBeInstanceOf(Unavailable);
  });

  test('a redirect does not turn a POST into a GET', async () => {
    const forgejo = await forge(({ path }) => ({
      status: 301,
      headers: { location: `${server!.url.replace('127.0.0.1', 'localhost')}${path}` },
    }));
    const error = await failure(
      forgejo.actions.dispatchWorkflow({ ...place, workflowfilename: 'a.yaml', ref: 'main' }),
    );
    expect(error.fix).toContain("Use the server's address http://localhost:");
    expect(server!.requests).toHaveLength(1);
  });

  test('the token follows no redirect to another server', async () => {
    const forgejo = await forge(({ headers }) =>
      headers.host!.startsWith('127.')
        ? { status: 302, headers: { location: `${server!.url.replace('127.0.0.1', 'localhost')}/elsewhere` } }
        : { body: {} },
    );
    await forgejo.repos.get(place);
    expect(server!.requests.map(({ headers }) => headers.authorization)).toEqual([`token ${token}`, undefined]);
  });

  test('nothing listens there', async () => {
    const forgejo = await forge({}, { retries: 0 });
    await server!.close();
    const error = await failure(forgejo.repos.get(place));
    expect(error).toMatchObject({ name: 'Unavailable', status: null });
    expect(error.fix).toContain('4747');
  });

  test('a server that does not speak TLS', async () => {
    await forge({});
    const forgejo = createForgejo({ baseUrl: server!.url.replace('http:', 'https:') });
    const error = await failure(forgejo.repos.get(place));
    expect(error.message).toContain('does not speak TLS');
    expect(error.fix).toContain('Perhaps it is http://127.0.0.1:');
  });

  test('no error, address or message holds the token, whatever the server repeats', async () => {
    const forgejo = await forge(({ path, query }) => ({
      status: 422,
      body: { message: `bad token ${token} for ${path}?${query}` },
    }));
    const route = 'GET /x?access_token=0123456789abcdef0123456789abcdef01234567';
    const error = await failure(forgejo.request(route));
    for (const text of [error.message, error.url, error.fix, error.serverMessage, String(error.stack)]) {
      expect(text).not.toContain(token);
      expect(text).not.toContain('0123456789abcdef');
    }
    expect(redact(`authorization: ${token}`)).not.toContain(token);
  });
});

describe('a route that the server does not have', () => {
  const cancel = (forgejo: Awaited<ReturnType<typeof forge>>) => forgejo.actions.cancelRun({ ...place, run_id: 7 });
  const versioned = (version: string, missing?: ApiAnswer) => (request: { path: string }) =>
    request.path === '/api/v1/version' ? { body: { version } } : missing;

  test.each(['12.0.4+gitea-1.22.0', '15.0.2-dev-3-abc+gitea-1.22.0', 'development'])('%s', async (version) => {
    const error = await failure(cancel(await forge(versioned(version))));
    expect(error).toBeInstanceOf(UnsupportedByServer);
    expect(error).toMatchObject({ since: 16, serverVersion: version, exit: 1 });
    expect(error.message).toContain('came with Forgejo 16');
    expect(error.fix).toContain('ci-doctor reset RUN --to cancelled');
  });

  test.each(['16.0.0+gitea-1.22.0', 'development'])('is told from a run that is not there: %s', async (version) => {
    const missing = { status: 404, body: { message: "The target couldn't be found." } };
    expect(await failure(cancel(await forge(versioned(version, missing))))).toBeInstanceOf(NotFound);
  });

  test('can be asked for before', async () => {
    const forgejo = await forge(versioned('12.0.4+gitea-1.22.0'));
    expect(await forgejo.supports(runs)).toBe(true);
    expect(await forgejo.supports('POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel')).toBe(false);
    // Its version is asked for once.
    expect(server!.requests).toHaveLength(1);
    await server!.close();
    const development = await forge(versioned('development'));
    expect(await development.supports(runs)).toBeNull();
    expect(await development.supports('GET /version')).toBe(true);
  });
});

describe('what is sent again', () => {
  const now = { 'retry-after': '0' };
  const fails = (times: number, answer: ApiAnswer) => (request: { before: number }) =>
    request.before < times ? answer : { body: { workflow_runs: [], total_count: 0 } };
  const dispatch = (forgejo: Awaited<ReturnType<typeof forge>>) =>
    forgejo.actions.dispatchWorkflow({ ...place, workflowfilename: 'a.yaml', ref: 'main' });

  test.each([429, 500, 502, 503, 504])('a reading request, after %i', async (status) => {
    const forgejo = await forge(fails(2, { status, headers: now }));
    await forgejo.actions.listRuns(place);
    expect(server!.requests).toHaveLength(3);
  });

  test('a reading request whose connection broke', async () => {
    const forgejo = await forge(fails(1, { cut: true }));
    await forgejo.actions.listRuns(place);
    expect(server!.requests).toHaveLength(2);
  });

  test('a secret, which is the same the second time', async () => {
    const forgejo = await forge(fails(1, { status: 502, headers: now }));
    await forgejo.actions.setSecret({ ...place, secretname: 'KEY', data: 'value-of-it' });
    expect(server!.requests.map(({ body }) => body)).toEqual(Array(2).fill('{"data":"value-of-it"}'));
  });

  test.each([
    [500, 1],
    [502, 1],
    [504, 1],
    // These say that nothing was done.
    [429, 2],
    [503, 2],
  ])('not what starts something, after %i: %i requests', async (status, requests) => {
    const forgejo = await forge(fails(1, { status, headers: now }));
    await dispatch(forgejo).catch(() => {});
    expect(server!.requests).toHaveLength(requests);
  });

  test('not what starts something, when the connection breaks: it may have been started', async () => {
    const forgejo = await forge(fails(1, { cut: true }));
    expect(await failure(dispatch(forgejo))).toBeInstanceOf(Unavailable);
    expect(server!.requests).toHaveLength(1);
  });

  test.each([400, 401, 403, 404, 409, 422])('nothing after %i', async (status) => {
    const forgejo = await forge({ status, headers: now, body: { message: 'no' } });
    await failure(forgejo.repos.get(place));
    expect(server!.requests).toHaveLength(1);
  });

  test('nothing before the time the server asks for: who has not that long is told', async () => {
    const forgejo = await forge({ status: 429, headers: { 'retry-after': '3600' } });
    const error = await failure(forgejo.repos.get(place));
    expect(error).toMatchObject({ name: 'RateLimited', retryAfter: 3600 });
    expect(server!.requests).toHaveLength(1);
  });

  test('at most as often as told', async () => {
    const forgejo = await forge({ status: 503, headers: now }, { retries: 2 });
    expect(await failure(forgejo.repos.get(place))).toBeInstanceOf(Unavailable);
    expect(server!.requests).toHaveLength(3);
  });
});

describe('a limit', () => {
  test('of time ends a request that is not answered', async () => {
    const forgejo = await forge({ silent: true }, { timeoutMs: 100 });
    const error = await failure(forgejo.repos.get(place));
    expect(error).toMatchObject({ name: 'Unavailable', status: null });
    expect(error.message).toContain('not answered within 0.1 s');
  });

  test('of time also holds for a body that does not come', async () => {
    const forgejo = await forge({ headers: { 'content-type': 'text/plain', 'content-length': '100' }, body: 'half' });
    const error = await failure(forgejo.request('GET /x', {}, { timeoutMs: 200 }));
    expect(error.message).toContain('not answered within 0.2 s');
  });

  test('by the caller ends it with the reason of the caller', async () => {
    const forgejo = await forge({ silent: true });
    const reason = new Error('enough');
    const stop = new AbortController();
    const asked = forgejo.repos.get(place, { signal: stop.signal });
    setTimeout(() => stop.abort(reason), 50);
    await expect(asked).rejects.toBe(reason);
    expect(server!.requests.length).toBeLessThanOrEqual(1);
  });
});
