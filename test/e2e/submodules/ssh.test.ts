import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../src/submodules/check.ts';
import { advance, commit, git, gitEnv, makeWorld, temporary, type World } from '../../support/repositories.ts';
import { classes, runHere } from '../../support/run.ts';

// git over a real OpenSSH server, started here without touching the machine's own.
const sshd = '/usr/sbin/sshd';
let dir: ReturnType<typeof temporary>;
let world: World;
let server: ChildProcess;
let base: string;
const file = (name: string) => join(dir.dir, name);

beforeAll(async () => {
  if (!existsSync(sshd)) throw new Error('sshd is needed: apt install openssh-server');
  dir = temporary();
  for (const name of ['host', 'key', 'stranger'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);
  const port = await freePort();
  writeFileSync(file('authorized'), readFileSync(file('key.pub')));
  writeFileSync(file('known_hosts'), `[127.0.0.1]:${port} ${readFileSync(file('host.pub'), 'utf8')}`);
  writeFileSync(
    file('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host')}`,
      `AuthorizedKeysFile ${file('authorized')}`,
      `PidFile ${file('pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'AcceptEnv GIT_PROTOCOL',
      'PermitRootLogin prohibit-password',
    ].join('\n'),
  );
  // Only root's sshd wants this directory, which a package's start script makes otherwise.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  server = spawn(sshd, ['-D', '-e', '-f', file('sshd_config')], { stdio: 'ignore' });
  await reachable(port);
  base = `ssh://${userInfo().username}@127.0.0.1:${port}`;
  gitEnv.GIT_SSH_COMMAND = ssh('key', 'known_hosts');
  world = makeWorld({ nested: true, reach: (servers, name) => `${base}${servers}/${name}` });
});
afterAll(() => {
  delete gitEnv.GIT_SSH_COMMAND;
  server?.kill();
  world?.remove();
  dir?.remove();
});

const ssh = (key: string, hosts: string) =>
  `ssh -F none -oIdentitiesOnly=yes -oIdentityAgent=none -i ${file(key)} -oUserKnownHostsFile=${file(hosts)} -oGlobalKnownHostsFile=/dev/null`;
const check = (argv: string[] = [], env: Record<string, string> = {}) =>
  runHere<CheckResult>(world.root, ['check', ...argv], { env });
const withProtocol = (version: string) => ({
  GIT_CONFIG_COUNT: '4',
  GIT_CONFIG_KEY_3: 'protocol.version',
  GIT_CONFIG_VALUE_3: version,
  FORGEJO_CI_TOOLKIT_CACHE: file(`cache-${version}`),
});

describe('over ssh', () => {
  it.each(['0', '2'])('asks with protocol %s, uninitialised submodules too', async (version) => {
    const clone = file(`clone-${version}`);
    git(dir.dir, 'clone', '--quiet', world.root, clone);
    for (const name of ['origin', 'alm']) {
      if (name === 'alm') git(clone, 'remote', 'add', name, `${base}${world.servers}/${name}/root.git`);
      else git(clone, 'remote', 'set-url', name, `${base}${world.servers}/${name}/root.git`);
    }
    const { exit, result } = await runHere<CheckResult>(clone, ['check'], { env: withProtocol(version) });
    expect(classes(result)).toEqual({ lib: 'pushed', 'lib/leaf': 'pushed' });
    expect(exit).toBe(0);
  });

  it('asks by ssh all the same when a token for the server opens nothing by HTTP', async () => {
    const closed = createHttpServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as { port: number };
    const { exit, result } = await check([`--token-env=http://127.0.0.1:${port}=ALM_TOKEN`], {
      ALM_TOKEN: 'stale-token',
    });
    closed.close();
    expect(classes(result)).toEqual({ lib: 'pushed', 'lib/leaf': 'pushed' });
    expect(exit).toBe(0);
  });

  it('tells what is missing, pushes it, and is content', async () => {
    advance(world.root);
    expect(await check()).toMatchObject({ exit: 1 });
    expect(
      (await runHere(world.root, ['push', '--yes'], { env: { FORGEJO_CI_TOOLKIT_STATE: file('state') } })).exit,
    ).toBe(0);
    expect(await check()).toMatchObject({ exit: 0 });
  });

  it('does not take a refused key for a missing commit', async () => {
    const { exit, result } = await check([], { GIT_SSH_COMMAND: ssh('stranger', 'known_hosts') });
    expect([exit, classes(result).lib]).toEqual([2, 'private-no-credentials']);
  });

  it('does not take an unknown host key for a missing commit, and does not trust it', async () => {
    writeFileSync(file('nobody'), '');
    const { exit, result } = await check([], {
      GIT_SSH_COMMAND: `${ssh('key', 'nobody')} -oStrictHostKeyChecking=yes`,
    });
    expect([exit, classes(result).lib]).toEqual([2, 'unreachable-host']);
    expect(result.submodules[0]!.message).toContain('fingerprint');
    expect(readFileSync(file('nobody'), 'utf8')).toBe('');
  });

  it('does not take a broken way there for a missing commit', async () => {
    const { exit, result } = await check([], { GIT_SSH_COMMAND: `${ssh('key', 'known_hosts')} -oProxyCommand=false` });
    expect([exit, classes(result).lib]).toEqual([2, 'unreachable-host']);
  });

  it('asks many repositories of one server without being turned away', async () => {
    const root = file('many');
    mkdirSync(root);
    git(root, 'init', '--quiet');
    git(root, 'remote', 'add', 'origin', `${base}${world.servers}/origin/root.git`);
    const entries = Array.from({ length: 30 }, (_, index) => {
      git(world.servers, 'clone', '--quiet', '--bare', 'origin/leaf.git', `origin/many-${index}.git`);
      return `[submodule "${index}"]\n\tpath = m${index}\n\turl = ../many-${index}.git\n`;
    });
    const oid = git(join(world.servers, 'origin/leaf.git'), 'rev-parse', 'main');
    for (const index of entries.keys()) git(root, 'update-index', '--add', '--cacheinfo', `160000,${oid},m${index}`);
    commit(root, 'root: many', { '.gitmodules': entries.join('') });
    const { exit, result } = await runHere<CheckResult>(root, ['check']);
    expect(new Set(Object.values(classes(result)))).toEqual(new Set(['pushed']));
    expect(exit).toBe(0);
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function reachable(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await delay(100);
  }
  throw new Error('sshd did not start.');
}
