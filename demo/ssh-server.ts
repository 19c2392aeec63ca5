/**
 * A small SSH server for demonstrations and tests where no sshd is to be had: it needs no root, and runs real commands in a real
 * /bin/sh as whoever started it. It lets in one key (or password), and knows exec with signals and exit codes, direct-tcpip, and what SFTP needs
 * for putting a file. It listens on the loopback address only.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { constants, userInfo } from 'node:os';
import ssh2, {
  type AuthContext,
  type Connection,
  type ParsedKey,
  type ServerChannel,
  type Session,
  type SFTPWrapper,
} from 'ssh2';
import { fingerprintOf } from '../src/deploy/host/ssh/fingerprint.ts';
import { newEd25519 } from './ssh-key.ts';

export interface SshServerOptions {
  /** The public key that is let in, `ssh-ed25519 AAAA…`; a new pair is made without one. */
  readonly authorizedKey?: string;
  /** Lets in this password as well. */
  readonly password?: string;
  /** What commands find in their environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Refuses direct-tcpip, as AllowTcpForwarding no does. */
  readonly forbidForwarding?: boolean;
  /** The only methods named to clients; what opens the door, by default. */
  readonly offer?: readonly ('publickey' | 'password' | 'keyboard-interactive')[];
}

export interface SshServer {
  readonly port: number;
  readonly user: string;
  /** The private key that is let in, when the pair was made here. */
  readonly key: string;
  /** A known_hosts line. */
  readonly knownHosts: string;
  readonly fingerprint: string;
  /** Command lines it was asked to run. */
  readonly commands: readonly string[];
  close(): Promise<void>;
}

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp;

export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const user = userInfo().username;
  const hostKey = newEd25519();
  const client = options.authorizedKey === undefined ? newEd25519() : undefined;
  const authorized = ssh2.utils.parseKey(options.authorizedKey ?? client!.public);
  if (authorized instanceof Error) throw authorized;
  const commands: string[] = [];
  const connections = new Set<Connection>();
  const children = new Set<ChildProcess>();

  const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
    connections.add(connection);
    connection.on('authentication', (context) => authenticate(context, user, authorized, options));
    connection.on('ready', () => {
      connection.on('session', (accept) => serve(accept(), { commands, children, env: options.env ?? {} }));
      connection.on('tcpip', (accept, reject, { destIP, destPort }) => {
        if (options.forbidForwarding) return reject();
        const socket = connectTcp({ host: destIP, port: destPort });
        socket.once('error', () => reject());
        socket.once('connect', () => {
          socket.removeAllListeners('error');
          const channel = accept();
          socket.on('error', () => channel.close());
          channel.on('error', () => socket.destroy());
          channel.on('close', () => socket.destroy());
          channel.pipe(socket).pipe(channel);
        });
      });
    });
    // A client that goes away without a word is no reason to stop serving others.
    connection.on('error', () => {});
    connection.on('close', () => connections.delete(connection));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const line = hostKey.public.split(' ').slice(0, 2).join(' ');
  return {
    port,
    user,
    key: client?.private ?? '',
    knownHosts: `[127.0.0.1]:${port} ${line}\n`,
    fingerprint: fingerprintOf(Buffer.from(line.split(' ')[1]!, 'base64')),
    commands,
    async close() {
      for (const child of children) child.kill('SIGKILL');
      for (const connection of connections) connection.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function authenticate(
  context: AuthContext,
  user: string,
  authorized: ParsedKey,
  { password, offer }: SshServerOptions,
): void {
  const methods = [...(offer ?? ['publickey' as const, ...(password === undefined ? [] : ['password' as const])])];
  const known = context.username === user && methods.includes(context.method as 'publickey');
  if (known && opens(context, authorized, password)) context.accept();
  else context.reject(methods);
}

function opens(context: AuthContext, authorized: ParsedKey, password: string | undefined): boolean {
  if (context.method === 'password') return password !== undefined && context.password === password;
  if (context.method !== 'publickey' || !context.key.data.equals(authorized.getPublicSSH())) return false;
  // Without a signature a client only asks whether the key would do; to accept that lets nobody in.
  if (!context.signature || !context.blob) return true;
  return authorized.verify(context.blob, context.signature, context.hashAlgo) === true;
}

interface Running {
  readonly commands: string[];
  readonly children: Set<ChildProcess>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

function serve(session: Session, running: Running): void {
  const env: Record<string, string> = {};
  let child: ChildProcess | undefined;
  session.on('env', (accept, _reject, { key, val }) => {
    // As AcceptEnv LANG LC_* does.
    if (/^(?:LANG|LC_\w+)$/.test(key)) env[key] = val;
    accept?.();
  });
  session.on('signal', (accept, _reject, { name }) => {
    child?.kill(`SIG${name}` as NodeJS.Signals);
    accept?.();
  });
  session.on('exec', (accept, _reject, { command }) => {
    running.commands.push(command);
    child = execute(accept(), command, { ...running.env, ...env });
    running.children.add(child);
    child.once('close', () => running.children.delete(child!));
  });
  session.on('sftp', (accept) => serveSftp(accept()));
}

function execute(channel: ServerChannel, command: string, env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn('/bin/sh', ['-c', command], {
    env: { PATH: process.env.PATH, HOME: userInfo().homedir, ...env },
  });
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.stdin.on('error', () => {});
  channel.on('error', () => child.kill());
  // Like sshd: a client that left closes the command's streams, it does not kill it.
  channel.on('close', () => {
    child.stdin.destroy();
    child.stdout.destroy();
    child.stderr.destroy();
  });
  child.on('error', () => channel.exit(126));
  child.on('close', (code, signal) => {
    if (signal) channel.exit(signal.replace(/^SIG/, ''), false, '');
    else channel.exit(code ?? 255);
    channel.end();
  });
  return child;
}

/** Opens, writes and closes files: what fastPut asks for. */
function serveSftp(sftp: SFTPWrapper): void {
  const files = new Map<number, FileHandle>();
  let next = 0;
  const answer = (id: number, work: Promise<unknown>) =>
    work.then(
      () => sftp.status(id, STATUS_CODE.OK),
      (error: NodeJS.ErrnoException) => sftp.status(id, statusOf(error)),
    );
  const fileOf = (handle: Buffer): FileHandle => {
    const file = handle.length === 4 ? files.get(handle.readUInt32BE(0)) : undefined;
    if (!file) throw Object.assign(new Error('no such handle'), { errno: constants.errno.EBADF });
    return file;
  };
  sftp.on('OPEN', (id, path, flags, { mode }) => {
    const how = flags & OPEN_MODE.WRITE ? (flags & OPEN_MODE.TRUNC ? 'w' : 'r+') : 'r';
    open(path, how, mode).then(
      (file) => {
        const handle = Buffer.alloc(4);
        handle.writeUInt32BE(next);
        files.set(next, file);
        next += 1;
        sftp.handle(id, handle);
      },
      (error) => sftp.status(id, statusOf(error)),
    );
  });
  sftp.on(
    'WRITE',
    (id, handle, offset, data) => void answer(id, (async () => fileOf(handle).write(data, 0, data.length, offset))()),
  );
  sftp.on(
    'FSETSTAT',
    (id, handle, { mode }) =>
      void answer(id, (async () => mode !== undefined && fileOf(handle).chmod(mode & 0o7777))()),
  );
  sftp.on('CLOSE', (id, handle) => {
    void answer(id, (async () => fileOf(handle).close())());
    files.delete(handle.readUInt32BE(0));
  });
  const describe = (id: number, path: string) =>
    stat(path).then(
      ({ mode, uid, gid, size, atimeMs, mtimeMs }) =>
        sftp.attrs(id, { mode, uid, gid, size, atime: Math.floor(atimeMs / 1000), mtime: Math.floor(mtimeMs / 1000) }),
      (error) => sftp.status(id, statusOf(error)),
    );
  sftp.on('STAT', (id, path) => void describe(id, path));
  sftp.on('LSTAT', (id, path) => void describe(id, path));
  sftp.on('error', () => {});
  sftp.on('close', () => {
    for (const file of files.values()) file.close().catch(() => {});
  });
}

const statusOf = ({ code }: NodeJS.ErrnoException): number =>
  code === 'ENOENT'
    ? STATUS_CODE.NO_SUCH_FILE
    : code === 'EACCES' || code === 'EPERM'
      ? STATUS_CODE.PERMISSION_DENIED
      : STATUS_CODE.FAILURE;
