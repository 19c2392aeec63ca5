// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a person writes into deploy.yaml.
import { execFileSync } from 'node:child_process';
import {
  appendFile,
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Verified } from '../../../src/deploy/environment/drift.ts';
import type { RolloutResult } from '../../../src/deploy/environment/rollout.ts';
import { environmentTool } from '../../support/environment-tool.ts';

// Each host is a directory of this machine; sleep is a service that lives, false one that ends at once.
let root: string;
const program = (name: string) =>
  execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' })
    .trim()
    .replace(/^(?!\/)/, '/bin/');

async function release(name: string, from: string): Promise<void> {
  await copyFile(program(from), join(root, name));
  await appendFile(join(root, name), name);
}

const file = (root: string, more: Record<string, unknown> = {}) =>
  JSON.stringify({
    services: {
      worker: {
        source: '${env:WORKER}',
        target: `${root}/\${var:PLACE}/worker`,
        command: './worker 1000',
        needs: ['server'],
        settle: '100ms',
      },
      server: {
        source: join(root, 'server-1'),
        target: `${root}/\${var:PLACE}/server`,
        command: './server 1000',
        mode: '0755',
        settle: '100ms',
        grace: '1s',
        'expect-string': 'server',
      },
    },
    environments: {
      test: {
        hosts: ['one', 'two', 'three'].map((name) => ({ name, via: 'local', variables: { PLACE: name } })),
        canary: { settle: '200ms' },
        batches: 'max',
        'on-failure': 'rollback-all',
        marker: join(root, 'place'),
        ...more,
      },
    },
  });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fleet-'));
  for (const name of ['one', 'two', 'three']) await mkdir(join(root, name));
  for (const name of ['server-1', 'server-2', 'worker-1', 'worker-2']) await release(name, 'sleep');
  await release('broken', 'false');
  await writeFile(join(root, 'place'), 'test\n');
  await writeFile(join(root, 'deploy.yaml'), file(root));
});
afterAll(async () => {
  for (const pid of await readdir('/proc')) {
    const exe = await readlink(`/proc/${pid}/exe`).catch(() => '');
    if (/^\d+$/.test(pid) && exe.startsWith(root)) process.kill(Number(pid), 'SIGKILL');
  }
  await rm(root, { recursive: true, force: true });
});

const tool = (argv: readonly string[], env: Record<string, string> = {}, config?: string) =>
  environmentTool(root, [...argv, '--json'], {
    env: { WORKER: join(root, 'worker-1'), ...env },
    ...(config !== undefined && { config }),
  });
const at = (name: string, service: string) =>
  readFile(join(root, name, service), 'latin1').then((text) => text.slice(-8));

test('a first deploy, nothing to do, a release that fails and takes all back, drift', async () => {
  const first = await tool(['run', 'test']);
  const { hosts, outcome } = first.json as RolloutResult;
  expect(outcome, JSON.stringify(first)).toBe('deployed');
  expect(hosts.map(({ service, batch, host, outcome: how }) => [service, batch, host, how])).toEqual([
    ['server', 1, 'one', 'deployed'],
    ['server', 2, 'two', 'deployed'],
    ['server', 2, 'three', 'deployed'],
    ['worker', 1, 'one', 'deployed'],
    ['worker', 2, 'two', 'deployed'],
    ['worker', 2, 'three', 'deployed'],
  ]);
  expect(hosts.every(({ running, release: id }) => running?.healthy && running.release === id)).toBe(true);

  const again = await tool(['run', 'test', '--only', 'server']);
  expect(again).toMatchObject({ exit: 0, json: { outcome: 'unchanged' } });
  expect((again.json as RolloutResult).hosts).toHaveLength(3);

  // The new server is well, the new worker is not: server is taken back as well.
  await writeFile(join(root, 'next.yaml'), file(root).replaceAll('server-1', 'server-2'));
  const failed = await tool(['run', 'test'], { WORKER: join(root, 'broken') }, 'next.yaml');
  expect(failed.exit).toBe(1);
  const after = failed.json as RolloutResult;
  expect(after.stopped).toBe('worker failed on one');
  expect(after.hosts.map(({ outcome: how, takenBack }) => [how, takenBack?.outcome ?? null])).toEqual([
    ['deployed', 'deployed'],
    ['deployed', 'deployed'],
    ['deployed', 'deployed'],
    ['rolled-back', null],
    ['not-begun', null],
    ['not-begun', null],
  ]);
  expect(after.hosts[5]!.error).toBe('Not begun, because worker failed on one.');
  expect(after.hosts.every(({ running }) => running?.healthy)).toBe(true);
  for (const name of ['one', 'two', 'three']) {
    expect(await at(name, 'server')).toBe('server-1');
    expect(await at(name, 'worker')).toBe('worker-1');
  }

  expect(await tool(['verify', 'test'])).toMatchObject({ exit: 0, json: { findings: [] } });
  await chmod(join(root, 'two', 'server'), 0o700);
  await rm(join(root, 'three', 'server'));
  await copyFile(join(root, 'server-2'), join(root, 'three', 'server'));
  const drift = await tool(['verify', 'test', '--only', 'server']);
  expect(drift.exit).toBe(1);
  const codes = (host: string) =>
    (drift.json.hosts as Verified[]).find((one) => one.host === host)!.findings.map(({ code }) => code);
  expect(codes('one')).toEqual([]);
  expect(codes('two')).toEqual(['drift/mode']);
  expect(codes('three')).toEqual(['drift/other-file', 'drift/not-healthy']);
  expect(drift.json.findings.map(({ code }: { code: string }) => code)).toContain('drift/other-release');
  expect((await tool(['status', 'test', '--hosts', 'three'])).exit).toBe(1);

  // The next run repairs what drifted.
  expect(await tool(['run', 'test', '--only', 'server'])).toMatchObject({ exit: 0, json: { outcome: 'deployed' } });
  expect(await tool(['verify', 'test'])).toMatchObject({ exit: 0 });
  const history = await tool(['history', 'test', '--hosts', 'three', '--only', 'server']);
  expect(
    history.json.hosts[0].entries.map(
      ({ action, outcome: how }: { action: string; outcome: string }) => `${action} ${how}`,
    ),
  ).toEqual(['deploy deployed', 'deploy deployed', 'rollback deployed', 'deploy deployed']);
}, 120_000);

test('a host of another environment stops it before anything is touched', async () => {
  await writeFile(join(root, 'prod.yaml'), file(root).replaceAll('"test"', '"prod"'));
  const { exit, json } = await tool(['run', 'prod'], {}, 'prod.yaml');
  expect(exit).toBe(1);
  expect(json.error.message).toContain(`says in ${join(root, 'place')} that it belongs to "test", not to prod`);
});

test('a protected environment keeps the reason in its records', async () => {
  await writeFile(join(root, 'closed.yaml'), file(root, { protected: true }));
  expect(await tool(['run', 'test', '--hosts', 'one', '--confirm', 'test'], {}, 'closed.yaml')).toMatchObject({
    exit: 64,
  });
  const argv = [
    'run',
    'test',
    '--hosts',
    'one',
    '--only',
    'server',
    '--source',
    join(root, 'server-2'),
    '--confirm',
    'test',
  ];
  const byHand = await tool([...argv, '--manual', 'the forge is down'], {}, 'closed.yaml');
  expect(byHand.exit, JSON.stringify(byHand)).toBe(0);
  const history = await tool(['history', 'test', '--hosts', 'one', '--only', 'server']);
  expect(history.json.hosts[0].entries.at(-1)).toMatchObject({ manual: 'the forge is down' });
  const status = await tool(['status', 'test', '--hosts', 'one', '--only', 'server']);
  expect(status.json.hosts[0].releases.at(-1)).toMatchObject({ manual: 'the forge is down' });
  const back = await tool(['rollback', 'test', '--only', 'server', '--hosts', 'one']);
  expect(back).toMatchObject({ exit: 0, json: { hosts: [{ outcome: 'deployed', changed: true }] } });
}, 60_000);

test.each([
  [['run', 'tset'], 'has no environment "tset"; did you mean "test"?'],
  [['run', 'test', '--only', 'sever'], 'has no service "sever"; did you mean "server"?'],
  [['run', 'test', '--hosts', 'thre'], 'No host of test is called "thre"; did you mean "three"?'],
  [['run', 'test', '--host', 'x'], 'The hosts of an environment are in the file.'],
  [['run', 'test', '--unit', 'x'], '--unit is about one service, and server, worker are to be deployed.'],
  [['run'], 'Neither an environment nor --target was given.'],
])('used wrongly: %j', async (argv, message) => {
  const { exit, json } = await tool(argv);
  expect(exit).toBe(64);
  expect(json.error.message).toContain(message);
});

test('what the rules of the flags refuse is told by line and key', async () => {
  await writeFile(join(root, 'wrong.yaml'), file(root).replace('"./server 1000"', '"./server > log"'));
  const { exit, json } = await tool(['plan', 'test'], {}, 'wrong.yaml');
  expect(exit).toBe(64);
  expect(json.error.message).toMatch(
    /wrong\.yaml:1: services\.server\.command: command is an argument list, not a shell line/,
  );
});

test('the workflow has a job a batch, and each deploys its own hosts', async () => {
  const { json } = await tool(['matrix', 'test', '--build', 'make'], { WORKER: '' });
  expect(json.workflow).toContain('header = "Authorization: token %s"');
  const { jobs } = parse(json.workflow) as {
    jobs: Record<string, { needs?: string[]; steps: { run?: string; with?: object }[] }>;
  };
  expect(Object.entries(jobs).map(([name, { needs }]) => [name, needs ?? []])).toEqual([
    ['publish', []],
    ['server-1', ['publish']],
    ['server-2', ['publish', 'server-1']],
    ['worker-1', ['publish', 'server-2']],
    ['worker-2', ['publish', 'worker-1']],
  ]);
  expect(jobs['server-1']!.steps.at(-1)!.with).toEqual({
    verb: 'run',
    environment: 'test',
    config: join(root, 'deploy.yaml'),
    only: 'server',
    hosts: 'one',
  });
  expect(jobs['worker-2']!.steps.at(-1)!.with).toMatchObject({ only: 'worker', hosts: 'two,three', batches: 'max' });
  expect(jobs['worker-1']!.steps.at(-1)).toMatchObject({ env: { WORKER: '${{ secrets.WORKER }}' } });
  for (const { steps } of Object.values(jobs))
    for (const { run } of steps) if (run) execFileSync('sh', ['-n'], { input: run });
});

// Stands in for the container program where none is installed: each snapshot is a file, and a command runs here.
const incus = `#!/bin/sh
set -e
case $1 in
  exec) shift 4; exec "$@" ;;
  query) echo "["; comma=; for one in "$SNAPSHOTS"/*; do echo "$comma\\"/1.0/instances/system/snapshots/\${one##*/}\\""; comma=,; done; echo "]" ;;
  snapshot) case $2 in create) : >"$SNAPSHOTS/$4" ;; delete) rm "$SNAPSHOTS/$4" ;; restore) echo "$4" >"$SNAPSHOTS/../restored" ;; esac ;;
esac
`;

test('a dated snapshot of a container before the run, as many as are kept, and one restored', async () => {
  const snapshots = join(root, 'snapshots');
  await mkdir(snapshots);
  await writeFile(join(snapshots, 'by-hand'), '');
  await writeFile(join(snapshots, 'pre-deploy-20250101000000'), '');
  await mkdir(join(root, 'tools'));
  await writeFile(join(root, 'tools', 'incus'), incus, { mode: 0o755 });
  await mkdir(join(root, 'four'));
  const hosts = [{ name: 'four', via: 'incus:system', variables: { PLACE: 'four' } }];
  await writeFile(join(root, 'boxes.yaml'), file(root, { hosts, snapshot: { keep: 1 } }));
  const env = { PATH: `${join(root, 'tools')}:${process.env.PATH}`, SNAPSHOTS: snapshots };
  const { exit, json } = await tool(['run', 'test', '--only', 'server'], env, 'boxes.yaml');
  expect(exit, JSON.stringify(json)).toBe(0);
  const snapshot = json.snapshots.four as string;
  expect(snapshot).toMatch(/^pre-deploy-\d{14}$/);
  expect((await readdir(snapshots)).sort()).toEqual(['by-hand', snapshot]);
  const status = await tool(['status', 'test', '--only', 'server'], env, 'boxes.yaml');
  expect(status.json.hosts[0].releases.at(-1)).toMatchObject({ snapshot });
  expect((await tool(['restore', 'test'], env, 'boxes.yaml')).json.hosts[0].snapshots).toEqual([snapshot]);
  expect(await tool(['restore', 'test', '--snapshot', snapshot], env, 'boxes.yaml')).toMatchObject({ exit: 64 });
  expect(await tool(['restore', 'test', '--snapshot', snapshot, '--yes'], env, 'boxes.yaml')).toMatchObject({
    exit: 0,
  });
  expect(await readFile(join(root, 'restored'), 'utf8')).toBe(`${snapshot}\n`);
}, 60_000);
