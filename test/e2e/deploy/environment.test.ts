// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a person writes into deploy.yaml.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RolloutHost, RolloutResult } from '../../../src/deploy/environment/rollout.ts';
import { deployCommand } from '../../support/deploy-command.ts';
import { environmentTool, quickService } from '../../support/environment-tool.ts';
import { buildService, versionAt } from '../../support/service.ts';
import { freePort, type Sshd, startSshd } from '../../support/sshd.ts';

/** Ten hosts: SSH servers in namespaces of their own, each with its name, its processes, its /mnt, its keys and its service. */
const count = 10;
let root: string;
let hosts: { readonly name: string; readonly sshd: Sshd; readonly place: string; readonly port: number }[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fleet-'));
  for (let index = 1; index <= count; index++) {
    const place = join(root, `host-${index}`);
    await mkdir(join(place, 'bin'), { recursive: true });
    const name = `host-${index}`;
    const machine = { name, mounts: { '/mnt': place } };
    const sshd = await startSshd({ config: ['SetEnv HOME=/mnt'], hostKeyTypes: ['ed25519'], machine });
    hosts = [...hosts, { name, sshd, place, port: await freePort() }];
  }
});
afterAll(async () => {
  await Promise.all(hosts.map(({ sshd }) => sshd.stop()));
  await rm(root, { recursive: true, force: true });
});

/** @param ill hosts on which the proof of the new release fails */
async function configure(
  version: string,
  more: Record<string, unknown> = {},
  ill: readonly string[] = [],
): Promise<void> {
  const values = {
    services: {
      service: {
        source: await buildService({ version }),
        target: '/mnt/bin/service',
        log: '/mnt/log',
        ...quickService,
      },
    },
    environments: {
      test: {
        hosts: hosts.map(({ name, sshd, port }) => ({
          name,
          via: `ssh://${sshd.user}@127.0.0.1:${sshd.port}`,
          'known-hosts': sshd.knownHosts,
          identity: sshd.keyPath,
          variables: { PORT: port, EXPECT: ill.includes(name) ? 'what no binary holds' : version },
        })),
        marker: '/mnt/environment',
        hostname: 'host-*',
        canary: { settle: '300ms' },
        batches: [3],
        ...more,
      },
    },
  };
  for (const { place } of hosts) await writeFile(join(place, 'environment'), 'test\n');
  await writeFile(join(root, 'deploy.yaml'), JSON.stringify(values));
}

const cache = () => ({ XDG_CACHE_HOME: join(root, 'cache') });

async function run() {
  const { exit, notes, json } = await environmentTool(root, ['run', 'test', '--json'], { env: cache() });
  return { exit, notes, result: json as RolloutResult };
}

const versions = async (): Promise<string> =>
  (await Promise.all(hosts.map(({ port }) => versionAt(port)))).map((version) => version ?? '-').join(' ');
const outcomes = (all: readonly RolloutHost[]) =>
  all.map(({ outcome, takenBack }) => (takenBack?.outcome === 'deployed' ? 'taken-back' : outcome)).join(' ');
const all = (version: string) => Array.from({ length: count }, () => version).join(' ');

test('canary, batches, a batch that fails, and back', async () => {
  await configure('v1');
  const first = await run();
  expect(first.exit, JSON.stringify(first)).toBe(0);
  expect(first.result.hosts.map(({ batch }) => batch)).toEqual([1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
  expect(await versions()).toBe(all('v1'));

  // Host 6 is in the third batch: its neighbours go back, the batches before stay, the last one is never begun.
  await configure('v2', {}, ['host-6']);
  const batch = await run();
  expect(batch.exit).toBe(1);
  expect(outcomes(batch.result.hosts)).toBe(
    'deployed deployed deployed deployed taken-back rolled-back taken-back not-begun not-begun not-begun',
  );
  expect(await versions()).toBe('v2 v2 v2 v2 v1 v1 v1 v1 v1 v1');
  expect(batch.result.hosts.every(({ running }) => running?.healthy)).toBe(true);
  expect(new Set(batch.result.hosts.map(({ running }) => running?.sha256)).size).toBe(2);
  // The second release went as a delta against the first one.
  expect(batch.notes.filter((line) => /Put the new binary beside the target \(delta, /.test(line)).length).toBe(7);
  expect(Math.max(...batch.result.hosts.map(({ bytesSent }) => bytesSent))).toBeLessThan(5_000);

  await configure('v3', { 'on-failure': 'rollback-all' }, ['host-9']);
  const whole = await run();
  expect(outcomes(whole.result.hosts)).toBe(
    'taken-back taken-back taken-back taken-back taken-back taken-back taken-back taken-back rolled-back taken-back',
  );
  expect(await versions()).toBe('v2 v2 v2 v2 v1 v1 v1 v1 v1 v1');

  await configure('v3', { 'on-failure': 'stop' }, ['host-1']);
  const canary = await run();
  expect(outcomes(canary.result.hosts)).toBe(
    'rolled-back not-begun not-begun not-begun not-begun not-begun not-begun not-begun not-begun not-begun',
  );

  await configure('v3', { batches: ['25%', 'max'] });
  const last = await run();
  expect(last.exit, JSON.stringify(last)).toBe(0);
  expect(last.result.hosts.map(({ batch: number }) => number)).toEqual([1, 2, 2, 2, 3, 3, 3, 3, 3, 3]);
  expect(await versions()).toBe(all('v3'));
  const again = await run();
  expect(again.result.outcome).toBe('unchanged');
});

test.each([
  ['while it brings the file', 'Put the new binary beside the target'],
  ['while it restarts', 'Restart: '],
  ['while it proves', 'Prove it'],
])('killed in the middle of a batch, %s, the same run again converges', async (_, title) => {
  const version = `killed-${title.length}`;
  await configure(version);
  const command = await deployCommand();
  const child = spawn(process.execPath, [command, 'run', 'test', '--config', join(root, 'deploy.yaml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, HOME: root, ...cache(), CI: 'true' },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    // The canary is done; one host of the second batch has come so far, the others are somewhere.
    const second = said.split('batch 2 of')[1] ?? '';
    if (second.includes(`: ${title}`)) child.kill('SIGKILL');
  });
  const [, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('close', (code, ended) => resolve([code, ended])),
  );
  expect(signal, said).toBe('SIGKILL');
  const { exit, result } = await run();
  expect(exit, JSON.stringify(result)).toBe(0);
  expect(await versions()).toBe(all(version));
  expect(result.hosts.every(({ running }) => running?.healthy)).toBe(true);
  expect(result.hosts[0]!.outcome).toBe('unchanged');
  for (const { place } of hosts)
    expect((await readdir(join(place, 'bin/.service.deploy'))).sort()).toEqual([
      'history',
      'releases',
      'start',
      'state',
    ]);
});
