import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keygen } from './sshd.ts';

const execute = promisify(execFile);

/** A booted Debian 12 with systemd, sshd, sudo, and the users gbuser and deploy: a host as real as it gets without a machine. */
export interface Debian {
  readonly address: string;
  readonly keyPath: string;
  readonly knownHosts: string;
  /** Runs a command in it as root, from the outside. @throws with its output when it fails */
  run(...argv: string[]): Promise<string>;
  write(path: string, text: string, mode?: string): Promise<void>;
  stop(): Promise<void>;
}

const packages =
  'systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,openssh-server,sudo,procps,iproute2,curl,zstd,acl,libcap2-bin';

/** The root file system, made once and kept in the cache directory. Needs root and debootstrap. */
export async function rootFileSystem(): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'forgejo-ci-toolkit');
  const path = join(cache, 'debian12');
  if (existsSync(join(path, 'bin/systemctl'))) return path;
  await needPrograms();
  await mkdir(cache, { recursive: true });
  const part = await mkdtemp(`${path}.`);
  await execute('debootstrap', ['--variant=minbase', `--include=${packages}`, 'bookworm', part], {
    timeout: 570_000,
    maxBuffer: 1 << 26,
  });
  // Another process may have made it meanwhile.
  await rename(part, path).catch(async (error) => {
    await rm(part, { recursive: true, force: true });
    if (!existsSync(path)) throw error;
  });
  return path;
}

async function needPrograms(): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new Error('A booted Debian needs root: run the end-to-end tests as root, or in a container that is.');
  const missing = ['debootstrap', 'systemd-nspawn'].filter(
    (name) => !['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((place) => existsSync(join(place, name))),
  );
  if (missing.length > 0)
    await execute('apt-get', ['install', '-y', '--no-install-recommends', 'debootstrap', 'systemd-container'], {
      maxBuffer: 1 << 26,
    });
}

/** Boots one a process: its names and its network of four addresses are made of the process id, so that two never meet. */
export async function bootDebian(): Promise<Debian> {
  await needPrograms();
  const lower = await rootFileSystem();
  const directory = await mkdtemp(join(tmpdir(), 'debian-'));
  const path = (name: string) => join(directory, name);
  const root = path('root');
  const name = `toolkit${process.pid}`;
  const network = (last: number) =>
    `10.${(process.pid >> 14) & 255}.${(process.pid >> 6) & 255}.${((process.pid & 63) << 2) | last}`;
  const address = network(2);
  for (const part of ['root', 'upper', 'work', 'layer']) await mkdir(path(part), { recursive: true });
  // An overlay needs an upper layer on an ordinary file system.
  await execute('mount', [
    '-t',
    'overlay',
    'overlay',
    '-o',
    `lowerdir=${lower},upperdir=${path('upper')},workdir=${path('work')}`,
    root,
  ]);
  await keygen('ed25519', path('client'));
  await execute('chroot', [root, 'ssh-keygen', '-A']);
  for (const user of ['gbuser', 'deploy'])
    await execute('chroot', [root, 'useradd', '-m', '-s', '/bin/bash', '-p', '*', user]);
  const key = await readFile(path('client.pub'), 'utf8');
  for (const [user, home] of [
    ['root', '/root'],
    ['gbuser', '/home/gbuser'],
    ['deploy', '/home/deploy'],
  ] as const) {
    await mkdir(join(root, home, '.ssh'), { recursive: true, mode: 0o700 });
    await writeFile(join(root, home, '.ssh/authorized_keys'), key, { mode: 0o600 });
    await execute('chroot', [root, 'chown', '-R', `${user}:${user}`, `${home}/.ssh`]);
  }
  await writeFile(join(root, 'etc/hostname'), `${name}\n`);
  await appendFile(join(root, 'etc/hosts'), `127.0.1.1 ${name}\n`);
  await writeFile(join(root, 'etc/resolv.conf'), '');

  await execute('ip', ['netns', 'delete', name]).catch(() => {});
  await execute('ip', ['link', 'delete', name]).catch(() => {});
  await execute('ip', ['netns', 'add', name]);
  await execute('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', 'host0', 'netns', name]);
  await execute('ip', ['address', 'add', `${network(1)}/30`, 'dev', name]);
  await execute('ip', ['link', 'set', name, 'up']);
  for (const words of [
    ['address', 'add', `${address}/30`, 'dev', 'host0'],
    ['link', 'set', 'host0', 'up'],
    ['link', 'set', 'lo', 'up'],
  ])
    await execute('ip', ['netns', 'exec', name, 'ip', ...words]);

  const child = spawn(
    'systemd-nspawn',
    [
      '-D',
      root,
      '--boot',
      '--register=no',
      '--keep-unit',
      `--machine=${name}`,
      `--network-namespace-path=/run/netns/${name}`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-20_000);
    });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));

  const leader = async (): Promise<string> =>
    (await execute('pgrep', ['-P', String(child.pid), '-x', 'systemd'])).stdout.trim().split('\n')[0]!;
  const run = async (...argv: string[]): Promise<string> => {
    const { stdout } = await execute('nsenter', [
      '-t',
      await leader(),
      '-a',
      '--',
      'env',
      'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
      ...argv,
    ]);
    return stdout;
  };
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(timer);
    await execute('umount', ['-l', root]);
    await execute('ip', ['netns', 'delete', name]);
    await execute('ip', ['link', 'delete', name]).catch(() => {});
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await upAndRunning(
      run,
      () => child.exitCode !== null,
      () => log,
    );
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
  const hostKey = (await readFile(join(root, 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8'))
    .split(' ')
    .slice(0, 2)
    .join(' ');
  return {
    address,
    keyPath: path('client'),
    knownHosts: `${address} ${hostKey}\n`,
    run,
    async write(to, text, mode = '0644') {
      const file = path('layer/file');
      await writeFile(file, text);
      await execute('install', ['-m', mode, file, join(root, to)]);
    },
    stop,
  };
}

async function upAndRunning(run: Debian['run'], dead: () => boolean, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 240; attempt++) {
    if (dead()) throw new Error(`systemd-nspawn ended:\n${log()}`);
    const state = await run('systemctl', 'is-system-running').catch((error: { stdout?: string }) => error.stdout ?? '');
    if (/^(running|degraded)/.test(state)) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`Debian did not come up:\n${log()}`);
}
