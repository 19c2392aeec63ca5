import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rootFileSystem } from './debian.ts';

const execute = promisify(execFile);

/** A real LXD with a directory of its own, beside any other on the machine. */
export interface Lxd {
  /** What `lxc` needs in its environment to reach it. */
  readonly env: Readonly<Record<string, string>>;
  lxc(...argv: string[]): Promise<string>;
  /** A booted Debian 12 with systemd, without a network. */
  launch(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** Needs root, and Debian's packages lxd and lxd-client. */
export async function startLxd(): Promise<Lxd> {
  for (const program of ['/usr/bin/lxd', '/usr/bin/lxc'])
    if (!existsSync(program))
      throw new Error(`${program} is missing: apt-get install --no-install-recommends lxd lxd-client`);
  const root = await rootFileSystem();
  const directory = await mkdtemp(join(tmpdir(), 'lxd-'));
  const path = (name: string) => join(directory, name);
  for (const name of ['var', 'conf']) await mkdir(path(name));
  const env = { LXD_DIR: path('var'), LXD_CONF: path('conf') };
  const options = { env: { ...process.env, ...env }, maxBuffer: 1 << 26, timeout: 120_000 };
  const lxc = async (...argv: string[]): Promise<string> => {
    const running = execute('lxc', argv, options);
    // It would wait for one where it takes YAML from standard input.
    running.child.stdin?.end();
    return (await running).stdout;
  };

  const daemon = spawn('lxd', ['--group', 'root'], { env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [daemon.stdout, daemon.stderr])
    stream.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-20_000);
    });
  const ended = new Promise<void>((resolve) => daemon.once('close', () => resolve()));
  const names: string[] = [];
  const stop = async () => {
    for (const name of names) await lxc('delete', '--force', name).catch(() => {});
    const timer = setTimeout(() => daemon.kill('SIGKILL'), 30_000);
    // SIGTERM would leave containers running, and their monitors with them; this one does not.
    await execute('lxd', ['shutdown', '--timeout=20'], options).catch(() => daemon.kill('SIGTERM'));
    await ended;
    clearTimeout(timer);
    for (const mount of ['devlxd', 'shmounts', 'guestapi'])
      await execute('umount', ['-l', path(`var/${mount}`)]).catch(() => {});
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await execute('lxd', ['waitready', '--timeout=60'], options);
    await lxc('storage', 'create', 'default', 'dir');
    await lxc('profile', 'device', 'add', 'default', 'root', 'disk', 'path=/', 'pool=default');
    await execute('tar', ['-C', root, '--numeric-owner', '--exclude=./dev/*', '-cf', path('rootfs.tar'), '.']);
    await writeFile(
      path('metadata.yaml'),
      'architecture: x86_64\ncreation_date: 1700000000\nproperties:\n  description: Debian 12\n',
    );
    await execute('tar', ['-C', directory, '-cf', path('meta.tar'), 'metadata.yaml']);
    await lxc('image', 'import', path('meta.tar'), path('rootfs.tar'), '--alias', 'debian12');
  } catch (error) {
    await stop();
    throw new Error(`LXD did not come up:\n${log}`, { cause: error });
  }
  return {
    env,
    lxc,
    async launch(name) {
      names.push(name);
      await lxc('launch', 'debian12', name, '-c', 'security.privileged=true');
      for (let attempt = 0; attempt < 120; attempt++) {
        const state = await lxc('exec', name, '--', 'systemctl', 'is-system-running').catch(
          (error: { stdout?: string }) => error.stdout ?? '',
        );
        if (/^(running|degraded)/.test(state)) {
          // debootstrap writes none, as every image has one.
          await lxc('exec', name, '--', 'sh', '-c', 'echo 127.0.0.1 localhost >/etc/hosts');
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      throw new Error(`${name} did not come up:\n${await lxc('info', '--show-log', name)}`);
    },
    stop,
  };
}
