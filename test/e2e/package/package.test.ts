import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiServer, startApiServer } from '../../support/api-server.ts';

const execute = promisify(execFile);
const { bin, version } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  bin: Record<string, string>;
  version: string;
};
const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

let place: string;
let installed: string;
beforeAll(() => {
  if (!existsSync('dist/forgejo.js')) throw new Error('The package is not built: npm run build');
  place = mkdtempSync(join(tmpdir(), 'package-'));
  installed = join(place, 'empty');
  mkdirSync(installed);
  const pack = execFileSync('npm', ['pack', '--json', '--pack-destination', place, ...quiet], { encoding: 'utf8' });
  const [{ filename }] = JSON.parse(pack) as [{ filename: string }];
  execFileSync('npm', ['install', '--prefer-offline', '--omit=dev', ...quiet, join(place, filename)], {
    cwd: installed,
  });
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe('npm pack, installed in an empty directory', () => {
  const from = () => join(installed, 'node_modules');

  test.each(Object.keys(bin))('%s runs', async (name) => {
    const command = join(from(), '.bin', name);
    const env = { PATH: process.env.PATH, HOME: place };
    expect((await execute(command, ['--version'], { env })).stdout.trim()).toBe(version);
    expect((await execute(command, ['--help'], { env })).stdout).toContain(`Usage: ${name}`);
  });

  test('ci-doctor says what it needs, from the directory it is in', async () => {
    const asked = execute(join(from(), '.bin/ci-doctor'), ['stuck', '--database-url', 'postgres://x@127.0.0.1:1/none']);
    await expect(asked).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('nothing listens there') });
  });

  test('the client can be imported, and the compiler knows its routes', async () => {
    writeFileSync(join(installed, 'package.json'), '{ "type": "module" }');
    const good = `import { createForgejo, waitForRun, type Run } from 'forgejo-ci-toolkit/forgejo';
const forgejo = createForgejo({ baseUrl: process.argv[2]! });
const { version } = await forgejo.request('GET /version');
const place = { owner: 'org', repo: 'app' };
for await (const run of forgejo.paginate('GET /repos/{owner}/{repo}/actions/runs', place)) run.id.toFixed();
export const wait = (run_id: number): Promise<Run> => waitForRun(forgejo, { ...place, run_id });
console.log(version);
`;
    for (const name of ['@types', 'undici-types'])
      if (!existsSync(join(from(), name))) symlinkSync(resolve('node_modules', name), join(from(), name));
    const compile = (text: string, ...options: string[]) => {
      writeFileSync(join(installed, 'use.ts'), text);
      const strict = ['--strict', '--target', 'es2022', '--types', 'node', ...options, 'use.ts'];
      return execute(resolve('node_modules/.bin/tsc'), strict, { cwd: installed });
    };
    await compile(good, '--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit');
    await expect(
      compile(good.replace("repo: 'app'", 'repos: 1'), '--module', 'nodenext', '--noEmit'),
    ).rejects.toThrow();
    await compile(good, '--module', 'nodenext');

    const server = await startApiServer(({ path }) =>
      path.endsWith('/version')
        ? { body: { version: '16.0.1+gitea-1.22.0' } }
        : { body: { workflow_runs: [{ id: 1 }], total_count: 1 } },
    );
    const { stdout } = await execute(process.execPath, ['use.js', server.url], { cwd: installed });
    await server.close();
    expect(stdout.trim()).toBe('16.0.1+gitea-1.22.0');
  });

  test('holds what is used, and nothing that is not', async () => {
    const files = execFileSync('find', ['.', '-type', 'f'], {
      cwd: join(from(), 'forgejo-ci-toolkit'),
      encoding: 'utf8',
    });
    for (const name of [
      'README.md',
      'LICENSE',
      'docs/forgejo-client.md',
      'workflows/deploy.yaml',
      'actions/ci-doctor/dist/index.mjs',
    ])
      expect(files).toContain(`./${name}\n`);
    expect(files).not.toMatch(/\.\/(src|test|demo|bench|node_modules|\.ci|dist\/demo)\//);
  });
});

describe('scripts/release.mjs', () => {
  let server: ApiServer;
  let release: { id: number; body: string; assets: { id: number; name: string }[] } | undefined;
  beforeAll(async () => {
    server = await startApiServer(({ method, path, query, body }) => {
      const base = '/api/v1/repos/org/toolkit/releases';
      const shown = () => ({ ...release!, html_url: `${server.url}/org/toolkit/releases/tag/v${version}` });
      if (path === base && release) return { status: 409, body: { message: 'Release already exists' } };
      if (path === base) {
        release = { id: 7, body: JSON.parse(body).body, assets: [] };
        return { status: 201, body: shown() };
      }
      if (path === `${base}/tags/v${version}`) return { body: shown() };
      if (path === `${base}/7` && method === 'PATCH') return { body: shown() };
      if (path === `${base}/7/assets`) {
        release!.assets.push({ id: release!.assets.length + 1, name: query.get('name')! });
        return { status: 201, body: { size: body.length } };
      }
      const asset = Number(new RegExp(`^${base}/7/assets/(\\d+)$`).exec(path)?.[1]);
      release!.assets = release!.assets.filter(({ id }) => id !== asset);
      return { status: 204 };
    });
  });
  afterAll(() => server?.close());
  const publish = (tag: string, ...files: string[]) =>
    execute(process.execPath, ['scripts/release.mjs', tag, ...files], {
      env: {
        PATH: process.env.PATH,
        GITHUB_SERVER_URL: server.url,
        GITHUB_REPOSITORY: 'org/toolkit',
        GITHUB_TOKEN: 'release-token',
      },
    });

  test('publishes the section of the changelog with the files, and twice the same', async () => {
    const sums = join(place, 'SHA256SUMS');
    writeFileSync(sums, 'sum  file\n');
    const { stdout } = await publish(`v${version}`, sums);
    expect(stdout).toContain('SHA256SUMS is attached');
    expect(release!.body).toContain('### Added');
    expect(release!.body).not.toContain('## [');
    await publish(`v${version}`, sums);
    expect(release!.assets.map(({ name }) => name)).toEqual(['SHA256SUMS']);
    const upload = server.requests.find(({ path }) => path.endsWith('/assets'))!;
    expect(upload.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(upload.body).toContain('sum  file\n');
    expect(upload.headers.authorization).toBe('token release-token');
  });

  test('refuses a tag that is not the version, before anything is sent', async () => {
    const before = server.requests.length;
    await expect(publish('v99.0.0')).rejects.toThrow('they must be the same');
    expect(server.requests).toHaveLength(before);
  });
});
