import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createForgejo,
  dispatch,
  dispatchAndWait,
  downloadArtifacts,
  jobLog,
  runOf,
  UnsupportedByServer,
  waitForRun,
} from '../../src/forgejo/index.ts';
import { type ApiAnswer, type ApiRequest, type ApiServer, startApiServer } from '../support/api-server.ts';
import { recorded, recordedFolder } from '../support/recorded.ts';

const place = { owner: 'alice', repo: 'demo' };
const base = '/api/v1/repos/alice/demo/actions';

let server: ApiServer | undefined;
afterEach(() => server?.close());

/** Answers by method and path; several answers to one are given one after the other, the last for ever. */
async function forge(
  answers: Readonly<Record<string, ApiAnswer | readonly ApiAnswer[] | ((request: ApiRequest) => ApiAnswer)>>,
) {
  server = await startApiServer((request) => {
    const found = answers[`${request.method} ${request.path}`];
    if (typeof found === 'function') return found(request);
    return Array.isArray(found) ? found[Math.min(request.before, found.length - 1)] : (found as ApiAnswer | undefined);
  });
  return createForgejo({ baseUrl: server.url, auth: 'a-token-of-this-test' });
}

/** As the newer servers write a run, and as those of the v12 line do. */
const run = (id: number, status: string) => ({
  id,
  title: 'deploy',
  index_in_repo: id + 10,
  workflow_id: 'deploy.yaml',
  prettyref: 'main',
  commit_sha: 'dd15de159b55a9ec0778b4b51facd6a3646ca788',
  event: '',
  trigger_event: 'workflow_dispatch',
  status,
  started: '2026-11-22T01:32:49Z',
  stopped: '1970-01-01T00:00:00Z',
  html_url: `http://10.0.3.10:4747/alice/demo/actions/runs/${id + 10}`,
});
const olderRun = {
  id: 3,
  name: 'deploy',
  run_number: 13,
  event: 'push',
  status: 'success',
  head_branch: 'main',
  head_sha: 'aa07d94110fd8a773487af821348dc49bf0e6f5a',
  workflow_id: 'deploy.yaml',
  url: 'http://10.0.3.10:4747/alice/demo/actions/runs/13',
};
const job = (id: number, status: string) => ({ id, run_id: 7, name: `job ${id}`, status, needs: null });
const old = { 'GET /api/v1/version': { body: { version: '12.0.4+gitea-1.22.0' } } };

describe('a run is the same, whatever its server calls the fields', () => {
  test('newer and older', () => {
    expect(runOf(run(3, 'running') as never)).toEqual({
      id: 3,
      number: 13,
      title: 'deploy',
      status: 'running',
      event: 'workflow_dispatch',
      ref: 'main',
      sha: 'dd15de159b55a9ec0778b4b51facd6a3646ca788',
      workflow: 'deploy.yaml',
      url: 'http://10.0.3.10:4747/alice/demo/actions/runs/13',
      started: '2026-11-22T01:32:49Z',
      stopped: null,
    });
    expect(runOf(olderRun as never)).toMatchObject({ id: 3, number: 13, title: 'deploy', ref: 'main', event: 'push' });
  });

  test.skipIf(!recordedFolder).each(['v12', 'v17'])('as recorded from a live server of the %s line', async (line) => {
    const bodyOf = (name: string) => recorded(`${line}/api/${name}.json`).split('\n\n[HTTP')[0]!;
    const forgejo = await forge({
      [`GET ${base}/runs`]: { headers: { 'content-type': 'application/json' }, body: bodyOf('runs') },
      [`GET ${base}/tasks`]: { headers: { 'content-type': 'application/json' }, body: bodyOf('tasks') },
    });
    const listed = await forgejo.paginate('GET /repos/{owner}/{repo}/actions/runs', place).all();
    expect(listed.length).toBeGreaterThan(2);
    for (const one of listed.map(runOf)) {
      expect(one.number).toBeGreaterThan(0);
      expect(one.title).not.toBe('');
      expect(one.ref).toBe('main');
      expect(one.sha).toMatch(/^[0-9a-f]{40}$/);
      expect(one.url).toMatch(new RegExp(`/actions/runs/${one.number}$`));
      expect(one.workflow).toMatch(/\.yaml$/);
      expect(one.event).toMatch(/^(push|workflow_dispatch|schedule|pull_request)$/);
      expect(one.status).toMatch(/^(unknown|success|failure|cancelled|running|waiting)$/);
    }
    const tasks = await forgejo.paginate('GET /repos/{owner}/{repo}/actions/tasks', place).all();
    expect(tasks[0]).toMatchObject({ id: expect.any(Number), run_number: expect.any(Number) });
  });
});

describe('waiting for a run', () => {
  const quickly = { intervalMs: 5 };

  test('goes on while a job of a run that is already called failed still runs', async () => {
    const seen: string[] = [];
    const forgejo = await forge({
      [`GET ${base}/runs/7`]: [{ body: run(7, 'waiting') }, { body: run(7, 'running') }, { body: run(7, 'failure') }],
      [`GET ${base}/runs/7/jobs`]: [
        { body: [job(1, 'failure'), job(2, 'running')] },
        { body: [job(1, 'failure'), job(2, 'success')] },
      ],
    });
    const onChange = ({ status }: { status: string }) => seen.push(status);
    const done = await waitForRun(forgejo, { ...place, run_id: 7 }, { ...quickly, onChange });
    expect(done.status).toBe('failure');
    expect(seen).toEqual(['waiting', 'running', 'failure']);
    expect(server!.requests.filter(({ path }) => path.endsWith('/jobs'))).toHaveLength(2);
  });

  test('lives through a server that is started anew', async () => {
    const gone = { status: 502, headers: { 'retry-after': '0' } };
    const forgejo = await forge({
      [`GET ${base}/runs/7`]: [{ body: run(7, 'running') }, ...Array(9).fill(gone), { body: run(7, 'success') }],
      [`GET ${base}/runs/7/jobs`]: { body: [job(1, 'success')] },
    });
    expect((await waitForRun(forgejo, { ...place, run_id: 7 }, quickly)).status).toBe('success');
  });

  test('does without jobs where the server does not tell of them', async () => {
    const forgejo = await forge({ ...old, [`GET ${base}/runs/3`]: { body: olderRun } });
    expect((await waitForRun(forgejo, { ...place, run_id: 3 }, quickly)).status).toBe('success');
  });

  test('gives up a run that was set to 0, which nothing ends', async () => {
    const forgejo = await forge({ [`GET ${base}/runs/7`]: { body: run(7, 'unknown') } });
    await expect(waitForRun(forgejo, { ...place, run_id: 7 }, quickly)).rejects.toMatchObject({
      message: expect.stringContaining('status "unknown"'),
      fix: expect.stringContaining('ci-doctor reset 7'),
      exit: 2,
    });
  });

  test('ends with its time, and with its caller', async () => {
    const forgejo = await forge({ [`GET ${base}/runs/7`]: { body: run(7, 'running') } });
    const wait = (options: object) => waitForRun(forgejo, { ...place, run_id: 7 }, { ...quickly, ...options });
    await expect(wait({ timeoutMs: 30 })).rejects.toThrow('is still running after');
    await expect(wait({ signal: AbortSignal.timeout(30) })).rejects.toThrow();
  });
});

describe('starting a workflow', () => {
  const what = { ...place, workflow: 'deploy.yaml', ref: 'main', inputs: { target: 'stage' } };
  const dispatches = `POST ${base}/workflows/deploy.yaml/dispatches`;

  test('answers with the run it started, and can wait for it', async () => {
    const forgejo = await forge({
      [dispatches]: { status: 201, body: { id: 7, run_number: 17, jobs: ['deploy'] } },
      [`GET ${base}/runs/7`]: [{ body: run(7, 'waiting') }, { body: run(7, 'success') }],
      [`GET ${base}/runs/7/jobs`]: { body: [job(1, 'success')] },
    });
    expect(await dispatchAndWait(forgejo, what, { intervalMs: 5 })).toMatchObject({ number: 17, status: 'success' });
    expect(JSON.parse(server!.requests[0]!.body)).toEqual({
      ref: 'main',
      inputs: { target: 'stage' },
      return_run_info: true,
    });
  });

  test('says so where the server does not tell which run it started', async () => {
    const forgejo = await forge({ [dispatches]: { status: 204 } });
    await expect(dispatch(forgejo, what)).rejects.toThrow('was started, but');
    expect(server!.requests).toHaveLength(1);
  });
});

describe('the log of a job', () => {
  const log = `GET ${base}/jobs/9/logs`;
  const text = '2026-11-22T01:29:28.6498287Z ##[group]grouped\n2026-11-22T01:29:28.6499124Z done äöü ✓\n';
  const all = async (lines: AsyncIterable<string>) => {
    const got: string[] = [];
    for await (const line of lines) got.push(line);
    return got;
  };

  test('comes line by line', async () => {
    const forgejo = await forge({ [log]: { headers: { 'content-type': 'text/plain' }, body: text } });
    expect(await all(jobLog(forgejo, { ...place, job_id: 9 }))).toEqual(text.trimEnd().split('\n'));
  });

  test.each([true, false])(
    'is followed until the job is done, in the middle of letters too (ranges: %s)',
    async (ranges) => {
      const bytes = Buffer.from(`${text.repeat(3)}the end, without a newline ✓`);
      // The cuts: nothing yet, within ✓, nothing new, all.
      const cuts = [0, Buffer.from(text).length - 2, Buffer.from(text).length - 2, bytes.length, bytes.length];
      let asked = 0;
      const forgejo = await forge({
        [log]: ({ headers }) => {
          const written = bytes.subarray(0, cuts[Math.min(asked++, cuts.length - 1)]);
          const start = ranges ? Number(/^bytes=(\d+)-$/.exec(String(headers.range ?? ''))?.[1] ?? 0) : 0;
          if (written.length === 0) return { status: 404, body: { message: 'no log' } };
          if (ranges && start > 0 && start >= written.length) return { status: 416, body: { message: 'no' } };
          return {
            status: start > 0 ? 206 : 200,
            headers: { 'content-type': 'text/plain' },
            body: written.subarray(start),
          };
        },
        [`GET ${base}/runs/7/jobs`]: ({ before }) => ({
          body: [job(9, ['waiting', 'running', 'running'][before] ?? 'success')],
        }),
      });
      const lines = await all(jobLog(forgejo, { ...place, job_id: 9 }, { follow: { run_id: 7 }, intervalMs: 5 }));
      expect(lines.join('\n')).toBe(bytes.toString());
    },
  );

  test('goes on where the connection broke off', async () => {
    const bytes = Buffer.from(text);
    const forgejo = await forge({
      [log]: ({ headers, before }) => {
        const start = Number(/^bytes=(\d+)-$/.exec(String(headers.range ?? ''))?.[1] ?? 0);
        const part = { headers: { 'content-length': String(bytes.length - start) }, status: start > 0 ? 206 : 200 };
        return before < 2
          ? { ...part, body: bytes.subarray(start, start + 40), cut: true }
          : { ...part, body: bytes.subarray(start) };
      },
    });
    expect(await all(jobLog(forgejo, { ...place, job_id: 9 }))).toEqual(text.trimEnd().split('\n'));
    expect(server!.requests).toHaveLength(3);
  });

  test('of an older server is refused with the way to it', async () => {
    const forgejo = await forge(old);
    const read = all(jobLog(forgejo, { ...place, job_id: 9 }));
    await expect(read).rejects.toBeInstanceOf(UnsupportedByServer);
    await expect(read).rejects.toMatchObject({ fix: expect.stringContaining('ci-doctor logs') });
  });
});

describe('artifacts', () => {
  test('are downloaded whole, expired ones left out, and their names are no paths', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'artifacts-'));
    const artifact = (id: number, name: string, expired = false) => ({
      id,
      name,
      expired,
      size_in_bytes: 4,
      run_id: 7,
    });
    const zip = (text: string): ApiAnswer => ({
      headers: { 'content-type': 'application/zip' },
      body: Buffer.from(text),
    });
    const forgejo = await forge({
      [`GET ${base}/runs/7/artifacts`]: {
        headers: { 'x-total-count': '3' },
        body: [artifact(1, 'logs'), artifact(2, 'old', true), artifact(3, '../../etc/x')],
      },
      [`GET ${base}/artifacts/1/zip`]: zip('PK-1'),
      [`GET ${base}/artifacts/3/zip`]: zip('PK-3'),
    });
    try {
      const downloads = await downloadArtifacts(forgejo, { ...place, run_id: 7 }, directory);
      expect(downloads.map(({ name }) => name)).toEqual(['logs', '../../etc/x']);
      expect((await readdir(directory)).sort()).toEqual(
        downloads.map(({ path }) => path.slice(directory.length + 1)).sort(),
      );
      expect(await readFile(join(directory, 'logs.zip'), 'utf8')).toBe('PK-1');
      await rm(join(directory, 'logs.zip'));
      expect(await downloadArtifacts(forgejo, { ...place, run_id: 7 }, directory, { name: 'logs' })).toHaveLength(1);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test('that break off leave no file behind', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'artifacts-'));
    const forgejo = await forge({
      [`GET ${base}/runs/7/artifacts`]: {
        headers: { 'x-total-count': '1' },
        body: [{ id: 1, name: 'a', expired: false }],
      },
      [`GET ${base}/artifacts/1/zip`]: { headers: { 'content-length': '100' }, body: Buffer.from('PK'), cut: true },
    });
    try {
      await expect(downloadArtifacts(forgejo, { ...place, run_id: 7 }, directory)).rejects.toThrow();
      expect(await readdir(directory)).toEqual([]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
