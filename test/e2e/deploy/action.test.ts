import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { behaviour, buildService, versionAt } from '../../support/service.ts';
import { freePort, type Sshd, startSshd } from '../../support/sshd.ts';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
let sshd: Sshd;
let work: string;
let host: string;
let port: number;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'act-'));
  host = join(work, 'host');
  await mkdir(host);
  sshd = await startSshd({ config: [`SetEnv HOME=${host}`] });
  port = await freePort();
  const action = join(work, 'repository/actions/deploy-binary');
  await mkdir(join(action, 'dist'), { recursive: true });
  await copyFile(join(root, 'actions/deploy-binary/action.yml'), join(action, 'action.yml'));
  await build({
    entryPoints: [join(root, 'src/deploy/action.ts')],
    outfile: join(action, 'dist/index.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    define: { 'process.env.TOOLKIT_VERSION': '"test"' },
    external: ['@mongodb-js/zstd', 'cpu-features', '*.node'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = '/';",
    },
  });
});
afterAll(async () => {
  await execute('sh', [
    '-c',
    'for exe in /proc/[0-9]*/exe; do case $(readlink "$exe") in "$0"*) kill -9 "$(echo "$exe" | cut -d/ -f3)";; esac; done',
    join(host, 'botserver'),
  ]);
  await sshd.stop();
  await rm(work, { recursive: true, force: true });
});

/** act, as `go install github.com/nektos/act@v0.2.89` leaves it. */
function act(): string {
  const found = [...(process.env.PATH ?? '').split(':'), join(homedir(), 'go/bin')]
    .map((place) => join(place, 'act'))
    .find(existsSync);
  if (!found) throw new Error('This test needs act: go install github.com/nektos/act@v0.2.89');
  return found;
}

/** Runs a workflow like the runbook's in host mode. */
async function push(binary: string): Promise<{ code: number; log: string }> {
  const repository = join(work, 'repository');
  const workflow = `on: push
jobs:
  deploy:
    runs-on: self-hosted
    steps:
      - uses: actions/checkout@v4
      - id: deploy
        uses: ./actions/deploy-binary
        with:
          source: ${binary}
          target: ${host}/botserver
          host: |
            127.0.0.1:${sshd.port}
          identity: \${{ secrets.DEPLOY_KEY }}
          known-hosts: |
            ${sshd.knownHosts.trim().replaceAll('\n', '\n            ')}
          restart: process
          command: ./botserver --noconsole
          env-file: ${host}/.env
          log: ${host}/error.log
          health-url: http://127.0.0.1:${port}/api/health
          health-timeout: 10s
          settle: 200ms
      - if: always()
        run: |
          echo "changed=\${{ steps.deploy.outputs.changed }} outcome=\${{ steps.deploy.outputs.outcome }} downtime=\${{ steps.deploy.outputs.downtime-ms }}"
          echo "release=\${{ steps.deploy.outputs.release }} code=\${{ steps.deploy.outputs.exit-code }}"
`;
  await mkdir(join(repository, '.forgejo/workflows'), { recursive: true });
  await writeFile(join(repository, '.forgejo/workflows/deploy.yaml'), workflow);
  const git = (...argv: string[]) =>
    execute('git', ['-C', repository, '-c', 'user.name=a', '-c', 'user.email=a@example.org', ...argv]);
  if (!existsSync(join(repository, '.git'))) await git('init', '-q', '-b', 'main');
  await git('add', '-A');
  await git('commit', '-q', '--allow-empty', '-m', 'deploy');
  await git('remote', 'add', 'origin', 'https://forge.example.org/owner/repository.git').catch(() => {});
  await writeFile(join(work, 'secrets'), `DEPLOY_KEY="${sshd.key.trim().replaceAll('\n', '\\n')}"\n`);
  const argv = [
    'push',
    '-W',
    '.forgejo/workflows',
    '-P',
    'self-hosted=-self-hosted',
    '--pull=false',
    '--secret-file',
    join(work, 'secrets'),
  ];
  return await execute(act(), argv, {
    cwd: repository,
    env: { ...process.env, XDG_CACHE_HOME: join(work, 'cache') },
    maxBuffer: 1 << 26,
  }).then(
    ({ stdout, stderr }) => ({ code: 0, log: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      log: error.stdout + error.stderr,
    }),
  );
}

test('a workflow deploys, upgrades, and fails with the old release back', async () => {
  await writeFile(join(host, '.env'), `PORT=${port}\nGREETING=hunter2hunter2\n`);
  const first = await push(await buildService({ version: 'one' }));
  expect(first.code, first.log).toBe(0);
  expect(first.log).toMatch(/changed=true outcome=deployed/);
  expect(await versionAt(port)).toBe('one');

  const second = await push(await buildService({ version: 'two' }));
  expect(second.code, second.log).toBe(0);
  expect(second.log).toMatch(/changed=true outcome=deployed downtime=\d+/);
  expect(await versionAt(port)).toBe('two');

  const broken = await push(await buildService({ version: 'three', behaviour: behaviour.exitsAtOnce }));
  expect(broken.code, broken.log).not.toBe(0);
  expect(broken.log).toMatch(/changed=false outcome=rolled-back/);
  expect(broken.log).toContain('cannot start');
  expect(await versionAt(port)).toBe('two');

  // Neither the key nor the service's environment is ever in the log.
  const keyLine = (await readFile(sshd.keyPath, 'utf8')).split('\n')[1]!;
  for (const { log } of [first, second, broken]) expect(log).not.toContain(keyLine);
  // The service prints its greeting when it starts, and its last lines are shown when it fails.
  for (const { log } of [first, second]) expect(log).not.toContain('hunter2hunter2');
});
