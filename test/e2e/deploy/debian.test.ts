import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bootDebian, type Debian } from '../../support/debian.ts';
import { deployBinary } from '../../support/deploy-command.ts';
import { behaviour, buildService } from '../../support/service.ts';

const execute = promisify(execFile);
let host: Debian;
let first: string;
let second: string;
let crashing: string;

beforeAll(async () => {
  [host, first, second, crashing] = await Promise.all([
    bootDebian(),
    buildService({ version: 'v1', static: true }),
    buildService({ version: 'v2', static: true }),
    buildService({ version: 'v3', static: true, behaviour: behaviour.exitsAtOnce }),
  ]);
  await host.run('install', '-d', '-o', 'gbuser', '-g', 'gbuser', '/opt/gbo/bin', '/opt/gbo/logs', '/opt/gbo/my unit');
}, 1_200_000);
afterAll(() => host?.stop());

/** The command, over SSH. */
const deployAs = (verb: string, user: string, ...flags: string[]) =>
  deployBinary([
    verb,
    '--via',
    `ssh://${user}@${host.address}`,
    '--identity',
    host.keyPath,
    '--known-hosts',
    host.knownHosts,
    ...flags,
  ]);

const quick = ['--settle', '500ms', '--health-interval', '50ms', '--health-timeout', '15s', '--grace', '2s'];
const health = (port: number) => ['--health-url', `http://127.0.0.1:${port}/api/health`];

describe('a unit of systemd', () => {
  const target = '/opt/gbo/bin/botserver';
  const flags = [
    '--target',
    target,
    '--owner',
    'gbuser:gbuser',
    '--unit',
    'botserver',
    ...health(5858),
    '--health-body',
    '"status":"ok"',
    ...quick,
    '--json',
  ];
  beforeAll(() =>
    host
      .write(
        '/etc/systemd/system/botserver.service',
        `[Service]\nExecStart=${target}\nUser=gbuser\nEnvironment=PORT=5858\nRestart=always\n[Install]\nWantedBy=multi-user.target\n`,
      )
      .then(() => host.run('systemctl', 'daemon-reload')),
  );

  test('the first deploy starts it', async () => {
    const { code, json, stdout, stderr } = await deployAs('run', 'root', '--source', first, ...flags);
    expect(code, stdout + stderr).toBe(0);
    expect(json().hosts[0]).toMatchObject({ outcome: 'deployed', changed: true, downtimeMs: null, error: null });
    expect(await host.run('stat', '-c', '%U:%G %a', target)).toBe('gbuser:gbuser 755\n');
    expect(await host.run('systemctl', 'is-active', 'botserver')).toBe('active\n');
  });

  test('an upgrade says how long the service was down', async () => {
    const { code, json, stdout } = await deployAs('run', 'root', '--source', second, ...flags);
    expect(code, stdout).toBe(0);
    expect(json().hosts[0]).toMatchObject({ outcome: 'deployed', changed: true });
    expect(json().hosts[0]!.downtimeMs).toBeGreaterThan(0);
    expect(await host.run('curl', '-sf', 'http://127.0.0.1:5858/api/health')).toContain('"version":"v2"');
    const again = await deployAs('run', 'root', '--source', second, ...flags);
    expect(again.json().hosts[0]).toMatchObject({
      outcome: 'unchanged',
      changed: false,
      bytesSent: 0,
      downtimeMs: null,
    });
  });

  test('a release that keeps crashing is rolled back, although it has used up the start limit', async () => {
    const { code, json, stdout } = await deployAs('run', 'root', '--source', crashing, ...flags);
    expect(code, stdout).toBe(1);
    expect(json().hosts[0], stdout).toMatchObject({ outcome: 'rolled-back', changed: false });
    expect(json().hosts[0]!.error).toMatch(/crash loop|failed/);
    expect(json().hosts[0]!.lastLines).toContain('cannot start');
    expect(await host.run('curl', '-sf', 'http://127.0.0.1:5858/api/health')).toContain('"version":"v2"');
    expect(await host.run('systemctl', 'is-active', 'botserver')).toBe('active\n');
  });

  test('history, rollback, status, verify', async () => {
    const history = await deployAs('history', 'root', '--target', target, '--json');
    const [{ entries }] = (JSON.parse(history.stdout) as { hosts: [{ entries: { outcome: string }[] }] }).hosts;
    expect(entries.map(({ outcome }) => outcome)).toEqual(['deployed', 'deployed', 'rolled-back']);
    const same = flags.filter((_, index) => flags[index] !== '--owner' && flags[index - 1] !== '--owner');
    const back = await deployAs('rollback', 'root', ...same);
    expect(back.code, back.stdout).toBe(0);
    expect(await host.run('curl', '-sf', 'http://127.0.0.1:5858/api/health')).toContain('"version":"v1"');
    expect((await deployAs('verify', 'root', ...same, '--expect-string', 'service-version:v1')).code).toBe(0);
    expect((await deployAs('verify', 'root', ...same, '--expect-string', 'service-version:v9')).code).toBe(1);
  });

  test('a service that systemd has started again long ago is well, one that it starts again now is not', async () => {
    const same = flags.filter((_, index) => flags[index] !== '--owner' && flags[index - 1] !== '--owner');
    await host.run('systemctl', 'reset-failed', 'botserver');
    const show = 'systemctl show --value botserver -p';
    for (const restarts of ['1', '2', '3']) {
      await host.run('sh', '-c', `kill -KILL "$(${show} MainPID)"`);
      await host.run(
        'sh',
        '-c',
        `until [ "$(${show} NRestarts) $(${show} ActiveState)" = "$1 active" ]; do sleep 0.1; done`,
        'sh',
        restarts,
      );
    }
    expect((await deployAs('verify', 'root', ...same)).code).toBe(0);
    await host.write('/opt/gbo/bin/looping', '#!/bin/sh\nsleep 0.3\n', '0755');
    await host.write(
      '/etc/systemd/system/looping.service',
      '[Unit]\nStartLimitBurst=1000\n[Service]\nExecStart=/opt/gbo/bin/looping\nRestart=always\n',
    );
    await host.run('systemctl', 'start', 'looping');
    const loop = ['--target', '/opt/gbo/bin/looping', '--unit', 'looping', '--settle', '2s', '--json'];
    expect((await deployAs('verify', 'root', ...loop)).code).toBe(1);
    await host.run('systemctl', 'stop', 'looping');
  });

  test('a unit that exists is not started as a plain process', async () => {
    const { code, json } = await deployAs(
      'run',
      'root',
      '--source',
      second,
      '--target',
      target,
      '--restart',
      'process',
      '--json',
    );
    expect(code).toBe(1);
    expect(json().hosts[0]!.error).toContain('deploy/unit-exists');
  });

  test('without an explicit unit it is found', async () => {
    const { code, json, stdout } = await deployAs(
      'run',
      'root',
      '--source',
      second,
      '--target',
      target,
      ...health(5858),
      ...quick,
      '--json',
    );
    expect(code, stdout).toBe(0);
    expect(json().hosts[0]).toMatchObject({ outcome: 'deployed' });
  });
});

describe('a user who is neither root nor the owner', () => {
  const target = '/opt/gbo/bin/bot ui';
  const flags = [
    '--target',
    target,
    '--owner',
    'gbuser:gbuser',
    '--restart',
    'process',
    '--command',
    "'./bot ui' --noconsole",
    '--run-as',
    'gbuser',
    '--env-file',
    '/opt/gbo/bin/.env',
    '--log',
    '/opt/gbo/logs/botui-error.log',
    ...health(5859),
    ...quick,
    '--json',
  ];
  beforeAll(async () => {
    await host.write('/opt/gbo/bin/.env', 'PORT=5859\nGREETING="from the environment"\n', '0600');
    await host.run('chown', 'gbuser:gbuser', '/opt/gbo/bin/.env');
  });

  test('without a rule it stops before anything is touched', async () => {
    const { code, json, stdout } = await deployAs('run', 'deploy', '--source', first, ...flags);
    expect(code, stdout).toBe(1);
    expect(json().hosts[0]!.error).toContain('deploy/sudo-password');
    await expect(host.run('stat', '/opt/gbo/bin/.bot ui.deploy')).rejects.toThrow();
  });

  test('the printed lines suffice, and nothing else is allowed', async () => {
    const plan = await deployAs('plan', 'deploy', '--source', first, ...flags);
    const { sudoers } = plan.json().hosts[0]!;
    expect(sudoers.length).toBeGreaterThan(10);
    expect(
      sudoers.every((line) => line.startsWith('deploy ALL=(gbuser) NOPASSWD: /')),
      sudoers.join('\n'),
    ).toBe(true);
    await host.write('/etc/sudoers.d/deploy', `${sudoers.join('\n')}\n`, '0440');
    await host.run('visudo', '-c');
    const { code, json, stdout, stderr } = await deployAs('run', 'deploy', '--source', first, ...flags);
    expect(code, stdout + stderr).toBe(0);
    expect(json().hosts[0]).toMatchObject({ outcome: 'deployed', changed: true });
    expect(await host.run('stat', '-c', '%U:%G', target)).toBe('gbuser:gbuser\n');
    expect(await host.run('curl', '-sf', 'http://127.0.0.1:5859/api/health')).toContain(
      '"greeting":"from the environment"',
    );
    expect((await host.run('pgrep', '-c', '-u', 'gbuser', '-x', 'bot ui')).trim()).toBe('1');
  });

  test('an upgrade and a rollback need no more', async () => {
    const { code, json, stdout, stderr } = await deployAs('run', 'deploy', '--source', second, ...flags);
    expect(code, stdout + stderr).toBe(0);
    expect(json().hosts[0]).toMatchObject({ outcome: 'deployed', changed: true });
    const broken = await deployAs('run', 'deploy', '--source', crashing, ...flags);
    expect(broken.code, broken.stdout).toBe(1);
    expect(broken.json().hosts[0], broken.stdout).toMatchObject({ outcome: 'rolled-back' });
    expect(broken.json().hosts[0]!.lastLines).toContain('cannot start');
    expect(await host.run('curl', '-sf', 'http://127.0.0.1:5859/api/health')).toContain('"version":"v2"');
    expect((await host.run('pgrep', '-c', '-x', 'bot ui')).trim()).toBe('1');
  });

  test('the environment is never printed', async () => {
    const seen = await deployAs('plan', 'deploy', '--source', second, '--verbose', ...flags);
    expect(seen.code, seen.stdout + seen.stderr).toBe(0);
    expect(seen.stdout + seen.stderr).not.toContain('from the environment');
  });

  test('one line less stops it before anything is touched, and is named', async () => {
    const lines = (await host.run('cat', '/etc/sudoers.d/deploy')).split('\n');
    await host.write(
      '/etc/sudoers.d/deploy',
      `${lines.filter((line) => !line.includes('kill -TERM')).join('\n')}\n`,
      '0440',
    );
    const { code, json } = await deployAs('run', 'deploy', '--source', first, ...flags);
    expect(code).toBe(1);
    expect(json().hosts[0]!.error).toContain('kill -TERM');
    expect(json().hosts[0]!.downtimeMs).toBeNull();
    expect(await host.run('curl', '-sf', 'http://127.0.0.1:5859/api/health')).toContain('"version":"v2"');
  });
});

test('a unit needs no more than the lines printed for it either', async () => {
  const target = '/opt/gbo/bin/worker';
  await host.write(
    '/etc/systemd/system/worker.service',
    `[Service]\nExecStart=${target}\nUser=gbuser\nEnvironment=PORT=5864\nRestart=always\n`,
  );
  await host.run('systemctl', 'daemon-reload');
  const flags = [
    '--target',
    target,
    '--owner',
    'gbuser:gbuser',
    '--unit',
    'worker',
    ...health(5864),
    ...quick,
    '--json',
  ];
  const plan = await deployAs('plan', 'deploy', '--source', first, ...flags);
  const { sudoers } = plan.json().hosts[0]!;
  await host.write('/etc/sudoers.d/deploy', `${sudoers.join('\n')}\n`, '0440');
  await host.run('visudo', '-c');
  for (const [source, code, outcome] of [
    [first, 0, 'deployed'],
    [second, 0, 'deployed'],
    [crashing, 1, 'rolled-back'],
  ] as const) {
    const run = await deployAs('run', 'deploy', '--source', source, ...flags);
    expect(run.code, run.stdout + run.stderr).toBe(code);
    expect(run.json().hosts[0]).toMatchObject({ outcome });
    if (code === 1) expect(run.json().hosts[0]!.lastLines).toContain('cannot start');
  }
  expect(await host.run('curl', '-sf', 'http://127.0.0.1:5864/api/health')).toContain('"version":"v2"');
});

describe('other ways to start', () => {
  test('root starts a process in the name of its user, without sudo', async () => {
    const target = '/opt/gbo/bin/plain';
    const flags = [
      '--target',
      target,
      '--owner',
      'gbuser:gbuser',
      '--restart',
      'process',
      '--command',
      './plain 5860',
      ...health(5860),
      ...quick,
      '--json',
    ];
    for (const source of [first, second]) {
      const { code, stdout, stderr } = await deployAs('run', 'root', '--source', source, ...flags);
      expect(code, stdout + stderr).toBe(0);
    }
    expect((await host.run('pgrep', '-c', '-u', 'gbuser', '-x', 'plain')).trim()).toBe('1');
    expect(await host.run('curl', '-sf', 'http://127.0.0.1:5860/api/health')).toContain('"version":"v2"');
  });

  test("a unit of the user's own service manager", async () => {
    const target = '/home/gbuser/ui';
    await host.run('loginctl', 'enable-linger', 'gbuser');
    await host.run(
      'install',
      '-d',
      '-o',
      'gbuser',
      '-g',
      'gbuser',
      '/home/gbuser/.config',
      '/home/gbuser/.config/systemd',
      '/home/gbuser/.config/systemd/user',
    );
    await host.write(
      '/home/gbuser/.config/systemd/user/ui.service',
      `[Service]\nExecStart=${target}\nEnvironment=PORT=5861\nRestart=always\n`,
    );
    const flags = ['--target', target, '--user', '--unit', 'ui', ...health(5861), ...quick, '--json'];
    for (const [source, code] of [
      [first, 0],
      [second, 0],
      [crashing, 1],
    ] as const) {
      const run = await deployAs('run', 'gbuser', '--source', source, ...flags);
      expect(run.code, run.stdout + run.stderr).toBe(code);
    }
    expect(await host.run('curl', '-sf', 'http://127.0.0.1:5861/api/health')).toContain('"version":"v2"');
  });
});

test('an SSH server that runs without root, as the user of the service', async () => {
  const key = '/home/gbuser/sshd-key';
  await host.run('runuser', '-u', 'gbuser', '--', 'ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key);
  const options = ['Port=2222', `HostKey=${key}`, 'PidFile=none', 'UsePAM=no'].flatMap((option) => ['-o', option]);
  const service = ['systemd-run', '--uid=gbuser', '--unit=own-sshd', '--property=KillMode=process'];
  await host.run(...service, '/usr/sbin/sshd', '-D', '-e', '-f', '/dev/null', ...options);
  expect((await host.run('ps', '-o', 'user=', '-C', 'sshd')).split('\n')).toContain('gbuser');
  const target = '/home/gbuser/own';
  const hostKey = (await host.run('cat', `${key}.pub`)).split(' ').slice(0, 2).join(' ');
  const way = ['--host', `gbuser@${host.address}:2222`, '--identity', host.keyPath, '--target', target];
  const known = ['--known-hosts', `[${host.address}]:2222 ${hostKey}\n`];
  const start = ['--sudo', 'never', '--command', './own 5862', ...health(5862), ...quick, '--json'];
  for (const [source, code, outcome] of [
    [first, 0, 'deployed'],
    [second, 0, 'deployed'],
    [crashing, 1, 'rolled-back'],
  ] as const) {
    const run = await deployBinary(['run', ...way, ...known, '--source', source, ...start]);
    expect(run.code, run.stdout + run.stderr).toBe(code);
    expect(run.json().hosts[0]).toMatchObject({ outcome });
  }
  // What is started in a session stays in the control group of that sshd: its unit is not the unit of the service.
  const [pid] = (await host.run('pgrep', '-u', 'gbuser', '-x', 'own')).trim().split('\n');
  expect(await host.run('cat', `/proc/${pid}/cgroup`)).toContain('own-sshd.service');
  expect(await host.run('curl', '-sf', 'http://127.0.0.1:5862/api/health')).toContain('"version":"v2"');
});

test('a verify command that fails on the runner takes the release back', async () => {
  const target = '/opt/gbo/bin/verified';
  const start = [
    '--target',
    target,
    '--owner',
    'gbuser:gbuser',
    '--restart',
    'process',
    '--command',
    './verified 5863',
  ];
  const flags = [...start, ...health(5863), ...quick, '--json'];
  const agreed = await deployAs('run', 'root', '--source', first, ...flags, '--verify-command', 'test -x /bin/sh');
  expect(agreed.code, agreed.stdout + agreed.stderr).toBe(0);
  const refused = ['--verify-command', "sh -c 'echo the chat page is white; exit 1'"];
  const taken = await deployAs('run', 'root', '--source', second, ...flags, ...refused);
  expect(taken.code).toBe(1);
  expect(taken.json().hosts[0]).toMatchObject({ outcome: 'rolled-back', changed: false });
  expect(taken.json().hosts[0]!.error).toContain('the chat page is white');
  expect(await host.run('curl', '-sf', 'http://127.0.0.1:5863/api/health')).toContain('"version":"v1"');
});

test('the lock of another deploy is named, refused to be removed while it lives, and removed when it is said so', async () => {
  const lock = '/opt/gbo/bin/.verified.deploy/lock';
  const flags = ['--target', '/opt/gbo/bin/verified', '--json'];
  expect((await deployAs('unlock', 'root', ...flags)).json()).toMatchObject({ hosts: [{ removed: null }] });
  const bootId = (await host.run('cat', '/proc/sys/kernel/random/boot_id')).trim();
  const owner = { token: 'a', by: 'alice', runUrl: 'https://forge.example/1', action: 'deploy', bootId, expiry: 600 };
  await host.run('mkdir', lock);
  await host.write(`${lock}/owner`, `${JSON.stringify({ ...owner, keeper: null })}\n`);
  const rollback = await deployAs('rollback', 'root', ...flags, '--restart', 'none', '--lock-wait', '1s');
  expect(rollback.code).toBe(1);
  expect(rollback.json().hosts[0]!.error).toContain('locked by alice (deploy, https://forge.example/1)');
  const refused = await deployAs('unlock', 'root', ...flags);
  expect(refused.code, refused.stdout).toBe(1);
  const broken = await deployAs('unlock', 'root', ...flags, '--yes');
  expect(broken.code, broken.stdout + broken.stderr).toBe(0);
  expect(broken.stdout).toContain('alice');
  await expect(host.run('stat', lock)).rejects.toThrow();
});

describe('attributes', () => {
  test('capabilities and an ACL are carried over', async () => {
    const target = '/opt/gbo/bin/capable';
    const flags = ['--target', target, '--restart', 'none', '--json'];
    expect((await deployAs('run', 'root', '--source', first, '--owner', 'gbuser:gbuser', ...flags)).code).toBe(0);
    await host.run('setcap', 'cap_net_bind_service=ep', target);
    await host.run('setfacl', '-m', 'u:deploy:r', target);
    const { code, stdout } = await deployAs('run', 'root', '--source', second, ...flags);
    expect(code, stdout).toBe(0);
    expect(await host.run('getcap', target)).toContain('cap_net_bind_service=ep');
    expect(await host.run('getfacl', '-cp', target)).toContain('user:deploy:r--');
    expect(await host.run('stat', '-c', '%U:%G', target)).toBe('gbuser:gbuser\n');
  });

  test('a binary for a newer C library or another machine stops', async () => {
    const copy = `${first}-arm`;
    await copyFile(first, copy);
    await execute('sh', ['-c', 'printf "\\267\\000" | dd of="$1" bs=1 seek=18 conv=notrunc', 'sh', copy]);
    const { code, json } = await deployAs(
      'run',
      'root',
      '--source',
      copy,
      '--target',
      '/opt/gbo/bin/arm',
      '--restart',
      'none',
      '--json',
    );
    expect(code).toBe(1);
    expect(json().hosts[0]!.error).toContain('exec format error');
  });
});
