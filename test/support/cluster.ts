import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A PostgreSQL server of our own: its own directory, port and socket, nothing shared with one that the machine runs. */
export interface Cluster {
  readonly port: number;
  readonly dataDir: string;
  /** The superuser `forgejo`, by password over TCP. */
  url(database: string): string;
  /** Runs psql on a database and stops at the first error. */
  psql(database: string, ...options: readonly string[]): Promise<string>;
  /** Ends it, and removes its directory unless it was given one to keep. */
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** A directory that is kept: made if missing, started again if it is there. */
  readonly dataDir?: string;
  /** Settings as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

const account = 'forgejo';

/** Not safe against a power cut, which a test does not need, and quick. */
const quick = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' };

/** Starts a cluster. As root it is run as the user `postgres` of the Debian package, which PostgreSQL insists on. */
export async function startCluster({ dataDir, settings = {} }: ClusterOptions = {}): Promise<Cluster> {
  const programs = findPrograms();
  const isRoot = process.getuid?.() === 0;
  const ids = isRoot ? await idsOf('postgres') : undefined;
  const asOwner = (program: string, args: readonly string[]): [string, string[]] => {
    const path = join(programs, program);
    return ids
      ? ['setpriv', [`--reuid=${ids.uid}`, `--regid=${ids.gid}`, '--clear-groups', '--', path, ...args]]
      : [path, [...args]];
  };

  const home = await mkdtemp(join(tmpdir(), 'forgejo-ci-toolkit-pg-'));
  const data = dataDir ?? join(home, 'data');
  if (!existsSync(join(data, 'PG_VERSION'))) {
    await mkdir(data, { recursive: true });
    if (ids) for (const path of [home, data]) await chown(path, ids.uid, ids.gid);
    await chmod(data, 0o700);
    const passwords = join(home, 'password');
    await writeFile(passwords, account, { mode: 0o644 });
    const auth = ['--auth-local=trust', '--auth-host=scram-sha-256', '-U', account, `--pwfile=${passwords}`];
    await run(...asOwner('initdb', ['-D', data, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', ...auth]));
  } else if (ids) {
    await chown(home, ids.uid, ids.gid);
  }

  const port = await freePort();
  const all = {
    ...quick,
    ...settings,
    port: `${port}`,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: home,
    max_connections: '100',
  };
  const flags = Object.entries(all).map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`);
  const log = join(data, 'server.log');
  const cwd = data;
  try {
    await run(...asOwner('pg_ctl', ['-D', data, '-l', log, '-w', '-t', '60', '-o', flags.join(' '), 'start']), { cwd });
  } catch (error) {
    const said = await readFile(log, 'utf8').catch(() => '');
    throw new Error(`PostgreSQL did not start in ${data}:\n${said.slice(-2000)}`, { cause: error });
  }

  const [stopProgram, stopArguments] = asOwner('pg_ctl', [
    '-D',
    data,
    '-w',
    '-m',
    dataDir ? 'fast' : 'immediate',
    'stop',
  ]);
  let isStopped = false;
  const stopNow = () => {
    if (isStopped) return;
    isStopped = true;
    spawnSync(stopProgram, stopArguments, { cwd: '/', stdio: 'ignore' });
  };
  process.once('exit', stopNow);
  return {
    port,
    dataDir: data,
    url: (database) =>
      `postgres://${account}:${account}@127.0.0.1:${port}/${encodeURIComponent(database)}?sslmode=disable`,
    async psql(database, ...options) {
      const args = [
        '-X',
        '-q',
        '-v',
        'ON_ERROR_STOP=1',
        '-h',
        home,
        '-p',
        `${port}`,
        '-U',
        account,
        '-d',
        database,
        ...options,
      ];
      return (await run(join(programs, 'psql'), args, { maxBuffer: 2 ** 26 })).stdout;
    },
    async stop() {
      stopNow();
      process.removeListener('exit', stopNow);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Where Debian keeps the server programs (they are not on the PATH), the newest version; or a directory of the PATH. */
export function findPrograms(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const places = [...versions.map((version) => `${debian}/${version}/bin`), ...(process.env.PATH ?? '').split(':')];
  const found = places.find((place) => place !== '' && existsSync(join(place, 'initdb')));
  if (found === undefined) {
    throw new Error(
      'PostgreSQL is not installed on this machine: apt-get install postgresql, then run the tests again',
    );
  }
  return found;
}

async function idsOf(user: string): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, user])).stdout)),
  );
  return { uid: uid!, gid: gid! };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
