import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHost } from '../../../src/deploy/host/open.ts';
import { parseVia } from '../../../src/deploy/host/via.ts';
import { awkwardArgument, seeded } from '../../support/awkward.ts';
import { deployBinary } from '../../support/deploy-command.ts';
import { type Lxd, startLxd } from '../../support/lxd.ts';
import { behaviour, buildService } from '../../support/service.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';

const target = '/opt/gbo/bin/botserver';
const ballast = 9_000_000;
let lxd: Lxd;
let first: string;
let second: string;
let crashing: string;

beforeAll(async () => {
  lxd = await startLxd();
  await lxd.launch('system');
  [first, second, crashing] = await Promise.all([
    buildService({ version: 'v1', static: true, ballast }),
    buildService({ version: 'v2', static: true, ballast }),
    buildService({ version: 'v3', static: true, behaviour: behaviour.exitsAtOnce }),
  ]);
  const unit = `[Service]\\nExecStart=${target}\\nUser=gbuser\\nEnvironment=PORT=5858\\nRestart=always\\n`;
  await inside('useradd -m gbuser && install -d -o gbuser -g gbuser /opt/gbo/bin');
  await inside(`printf '${unit}' >/etc/systemd/system/botserver.service && systemctl daemon-reload`);
});
afterAll(() => lxd?.stop());

const inside = (script: string) => lxd.lxc('exec', 'system', '--', 'sh', '-c', script);
const health = () => inside('curl -sf http://127.0.0.1:5858/api/health');
const sha256 = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');

const flags = [
  ...['--target', target, '--unit', 'botserver', '--health-url', 'http://127.0.0.1:5858/api/health'],
  ...['--settle', '500ms', '--health-interval', '50ms', '--health-timeout', '15s', '--grace', '2s', '--json'],
];
const deploy = (verb: string, ...more: string[]) =>
  deployBinary([verb, '--via', 'lxc:system', ...flags, ...more], { ...process.env, ...lxd.env });

test('first deploy, upgrade, nothing to do, rollback of a broken release and by hand, in a container', async () => {
  const begun = await deploy('run', '--source', first, '--owner', 'gbuser:gbuser');
  expect(begun.code, begun.stdout + begun.stderr).toBe(0);
  expect(begun.json().hosts[0]).toMatchObject({ host: 'lxc:system', outcome: 'deployed', downtimeMs: null });
  expect(await inside(`sha256sum <${target}; stat -c '%U:%G %a' ${target}`)).toBe(
    `${await sha256(first)}  -\ngbuser:gbuser 755\n`,
  );

  const upgraded = await deploy('run', '--source', second);
  expect(upgraded.code, upgraded.stdout + upgraded.stderr).toBe(0);
  expect(upgraded.json().hosts[0]).toMatchObject({ outcome: 'deployed', changed: true, error: null });
  expect(upgraded.json().hosts[0]!.downtimeMs).toBeGreaterThan(0);
  expect(await health()).toContain('"version":"v2"');
  console.log(`lxc:system was down for ${upgraded.json().hosts[0]!.downtimeMs} ms`);

  const again = await deploy('run', '--source', second);
  expect(again.json().hosts[0]).toMatchObject({ outcome: 'unchanged', bytesSent: 0 });

  const broken = await deploy('run', '--source', crashing);
  expect(broken.code, broken.stdout).toBe(1);
  expect(broken.json().hosts[0]).toMatchObject({ outcome: 'rolled-back', changed: false });
  expect(broken.json().hosts[0]!.lastLines).toContain('cannot start');
  expect(await health()).toContain('"version":"v2"');

  const back = await deploy('rollback');
  expect(back.code, back.stdout + back.stderr).toBe(0);
  expect(await health()).toContain('"version":"v1"');
});

test('a plain process lives on in the container when the command that started it has ended', async () => {
  const plain = ['--target', '/opt/gbo/bin/botui', '--owner', 'gbuser:gbuser', '--restart', 'process'];
  const start = [...plain, '--command', './botui --noconsole', '--env-file', '/opt/gbo/bin/.env', '--settle', '500ms'];
  const url = 'http://127.0.0.1:5859/api/health';
  await inside('echo PORT=5859 >/opt/gbo/bin/.env && chown gbuser:gbuser /opt/gbo/bin/.env');
  for (const [source, version] of [
    [first, 'v1'],
    [second, 'v2'],
  ] as const) {
    const run = await deployBinary(
      ['run', '--via', 'lxc:system', '--source', source, ...start, '--health-url', url, '--json'],
      { ...process.env, ...lxd.env },
    );
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(await inside(`curl -sf ${url}`)).toContain(`"version":"${version}"`);
    expect((await inside('pgrep -c -u gbuser -x botui')).trim()).toBe('1');
  }
});

test('a container that is not there is no failed deploy: it could not be told', async () => {
  const { code, json } = await deployBinary(['run', '--via', 'lxc:nowhere', '--source', first, ...flags], {
    ...process.env,
    ...lxd.env,
  });
  expect(code).toBe(2);
  expect(json().hosts[0]!.error).toMatch(/No command runs in lxc:nowhere/);
});

test('through a container host that is reached over SSH', async () => {
  const home = await mkdtemp(join(tmpdir(), 'home-'));
  const variables = Object.entries({ ...lxd.env, HOME: home }).map(([name, value]) => `${name}=${value}`);
  let sshd: Sshd | undefined;
  try {
    sshd = await startSshd({ config: [`SetEnv ${variables.join(' ')}`] });
    const way = ['--via', `ssh://${sshd.user}@127.0.0.1:${sshd.port}+lxc:system`];
    const key = ['--identity', sshd.keyPath, '--known-hosts', sshd.knownHosts];
    const run = await deployBinary(['run', ...way, ...key, '--source', second, ...flags]);
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(run.json().hosts[0]).toMatchObject({
      host: `ssh://${sshd.user}@127.0.0.1:${sshd.port}+lxc:system`,
      outcome: 'deployed',
      changed: true,
    });
    expect(await inside(`sha256sum <${target}`)).toBe(`${await sha256(second)}  -\n`);
    expect(await health()).toContain('"version":"v2"');

    const ssh = { person: { home, user: sshd.user }, identities: [sshd.keyPath], knownHosts: sshd.knownHosts };
    const host = await openHost(parseVia(way[1]!), { ssh, execPrefix: [], env: {} });
    const random = seeded(20_260_102);
    for (let round = 0; round < 4; round++) {
      const argv = Array.from({ length: 500 }, () => awkwardArgument(random));
      const { stdout } = await host.run(['printf', '%s\\0', ...argv]);
      expect(stdout.split('\0').slice(0, -1)).toEqual(argv);
    }
    await host.close();
  } finally {
    await sshd?.stop();
    await rm(home, { recursive: true, force: true });
  }
});
