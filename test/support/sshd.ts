import { execFile, spawn } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fingerprintOf } from '../../src/deploy/host/ssh/fingerprint.ts';

const execute = promisify(execFile);

export interface HostKey {
  /** `ssh-ed25519 AAAA…`, without a comment. */
  readonly line: string;
  readonly fingerprint: string;
}

export interface Sshd {
  readonly port: number;
  /** Whoever runs the test: an sshd without root lets in nobody else. */
  readonly user: string;
  readonly directory: string;
  readonly hostKeys: Readonly<Record<'ed25519' | 'rsa', HostKey>>;
  /** Lines that pin both keys to 127.0.0.1 and this port. */
  readonly knownHosts: string;
  /** The private key that is let in: its path, and its text. */
  readonly keyPath: string;
  readonly key: string;
  /** What the server logged so far. */
  log(): string;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Lines for sshd_config; they come first, and sshd takes the first value it sees. */
  readonly config?: readonly string[];
  /** What stands before the key in authorized_keys, such as `restrict`. */
  readonly keyOptions?: string;
  /** Only these host keys; both by default. */
  readonly hostKeyTypes?: readonly ('ed25519' | 'rsa')[];
  /** Files, processes and a name of its own, as on another machine; the network is shared. Needs root. */
  readonly machine?: { readonly name: string; readonly mounts: Readonly<Record<string, string>> };
}

/** Starts a real OpenSSH server as the current user, in a directory of its own, on a free port of the loopback address. */
export async function startSshd({
  config = [],
  keyOptions = '',
  hostKeyTypes = ['ed25519', 'rsa'],
  machine,
}: SshdOptions = {}): Promise<Sshd> {
  const sshd = await findSshd();
  const directory = await mkdtemp(join(tmpdir(), 'sshd-'));
  const path = (name: string) => join(directory, name);
  // As root it wants the directory that its privilege separation enters; a distribution's service would make it.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });

  await keygen('ed25519', path('client'));
  await keygen('ed25519', path('host_ed25519'));
  await keygen('rsa', path('host_rsa'));
  const authorized = await readFile(path('client.pub'), 'utf8');
  await writeFile(path('authorized_keys'), `${keyOptions} ${authorized}`.trimStart());

  const port = await freePort();
  const lines = [
    ...config,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...hostKeyTypes.map((type) => `HostKey ${path(`host_${type}`)}`),
    `AuthorizedKeysFile ${path('authorized_keys')}`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'PerSourcePenalties no',
    'MaxStartups 100',
    'AcceptEnv LC_*',
    'Subsystem sftp internal-sftp',
  ];
  const { stdout: help } = await execute(sshd, ['-T', '-f', '/dev/null', '-h', path('host_ed25519')]).catch(() => ({
    stdout: '',
  }));
  // A keyword that an older server does not know would keep it from starting.
  const known = lines.filter((line) => !line.startsWith('PerSourcePenalties') || help.includes('persourcepenalties'));
  await writeFile(path('sshd_config'), `${known.join('\n')}\n`);

  let log = '';
  const [program, ...argv] = [...(machine ? enter(machine) : []), sshd, '-D', '-e', '-f', path('sshd_config')];
  const child = spawn(program!, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    await answering(
      port,
      () => child.exitCode !== null,
      () => log,
    );
  } catch (error) {
    child.kill();
    throw error;
  }

  const hostKey = async (type: string): Promise<HostKey> => {
    const line = (await readFile(path(`host_${type}.pub`), 'utf8')).split(' ').slice(0, 2).join(' ');
    return { line, fingerprint: fingerprintOf(Buffer.from(line.split(' ')[1]!, 'base64')) };
  };
  const hostKeys = { ed25519: await hostKey('ed25519'), rsa: await hostKey('rsa') };
  return {
    port,
    user: userInfo().username,
    directory,
    hostKeys,
    knownHosts: hostKeyTypes.map((type) => `[127.0.0.1]:${port} ${hostKeys[type].line}\n`).join(''),
    keyPath: path('client'),
    key: await readFile(path('client'), 'utf8'),
    log: () => log,
    async stop() {
      // unshare blocks SIGTERM, and takes all processes of its machine along.
      child.kill(machine ? 'SIGKILL' : 'SIGTERM');
      await ended;
      await rm(directory, { recursive: true });
    },
  };
}

/** What starts a program in namespaces of its own: another hostname, other processes, directories mounted over those of this machine. */
const enter = ({ name, mounts }: NonNullable<SshdOptions['machine']>): string[] => [
  ...['unshare', '--mount', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc', 'sh', '-ec'],
  'hostname "$1"; shift; while [ "$1" != -- ]; do mount --bind "$2" "$1"; shift 2; done; shift; exec "$@"',
  ...['sh', name, ...Object.entries(mounts).flat(), '--'],
];

/** Makes a key pair without a passphrase, or with one. */
export async function keygen(type: string, path: string, ...options: string[]): Promise<void> {
  const bits = type === 'rsa' ? ['-b', '2048'] : [];
  const phrase = options.includes('-N') ? [] : ['-N', ''];
  await execute('ssh-keygen', ['-q', '-t', type, ...bits, ...phrase, '-C', 'test', '-f', path, ...options]);
}

async function findSshd(): Promise<string> {
  for (const path of ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd']) {
    const found = await access(path).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  throw new Error('These tests need a real SSH server: apt-get install openssh-server');
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(port: number, dead: () => boolean, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (dead()) throw new Error(`sshd did not start:\n${log()}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`sshd does not answer on port ${port}:\n${log()}`);
}
