import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findPrograms } from './cluster.ts';
import type { Lxd } from './lxd.ts';
import { ownDirectory } from './own-directory.ts';

const execute = promisify(execFile);
const data = '/var/lib/postgresql/data';
const log = '/var/lib/postgresql/server.log';

/** A PostgreSQL that runs in a container, with the superuser `postgres`, who needs no password on 127.0.0.1. */
export interface PostgresInside {
  /** psql in the container: no headings, columns apart by `|`. */
  psql(database: string, statement: string): Promise<string>;
  /** Starts it anew. @param addresses what it listens on. @param lines of pg_hba.conf, behind those for the socket and 127.0.0.1 */
  restart(addresses: string, ...lines: string[]): Promise<void>;
  /** Whence its clients came since this was asked last, or since it was started. */
  clients(): Promise<readonly string[]>;
}

/** Puts the programs of this machine into a container that has the same Debian and no network, and starts the server on 127.0.0.1. */
export async function startPostgresInside({ lxc }: Lxd, container: string): Promise<PostgresInside> {
  const inside = (...argv: string[]) => lxc('exec', container, '--', ...argv);
  const asOwner = (program: string, ...argv: string[]) =>
    inside('setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', '--', join(programs, program), ...argv);
  const programs = findPrograms();
  const archive = join(await ownDirectory('postgres-inside-'), 'postgres.tar');
  const { stdout: needs } = await execute(
    'ldd',
    ['initdb', 'postgres', 'psql'].map((name) => join(programs, name)),
  );
  const libraries = [...new Set([...needs.matchAll(/ => (\/\S+)/g)].map(([, path]) => path!))];
  const shared = dirname(programs).replace('/lib/', '/share/');
  // What only the just-in-time compiler reads is the larger part.
  await execute('tar', [
    ...['-chPf', archive, '--exclude=*/bitcode', '--exclude=llvmjit*'],
    ...[dirname(programs), shared, ...libraries],
  ]);
  await lxc('file', 'push', archive, `${container}/tmp/postgres.tar`);
  // The libraries that it has are its own.
  await inside('tar', '-xPf', '/tmp/postgres.tar', '--skip-old-files');
  await inside('useradd', '--system', '--create-home', '--home-dir', dirname(data), 'postgres');
  await asOwner(
    'initdb',
    ...['-D', data, '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', '--auth=trust'],
  );
  const restart = async (addresses: string, ...lines: string[]) => {
    const rules = ['local all all trust', 'host all all 127.0.0.1/32 trust', ...lines];
    await inside('sh', '-c', 'file="$1"; shift; printf "%s\\n" "$@" >"$file"', 'sh', `${data}/pg_hba.conf`, ...rules);
    const settings = `-c listen_addresses=${addresses} -c unix_socket_directories=/tmp -c log_connections=on -c fsync=off`;
    await inside('rm', '-f', log);
    await asOwner('pg_ctl', '-D', data, '-l', log, '-w', '-m', 'fast', '-o', settings, 'restart');
  };
  await restart('127.0.0.1');
  return {
    psql: (database, statement) =>
      asOwner('psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-h', '/tmp', '-d', database, '-c', statement),
    restart,
    async clients() {
      const said = await inside('cat', log);
      await inside('truncate', '--size=0', log);
      const hosts = [...said.matchAll(/connection received: host=(\S+)/g)].map(([, host]) => host!);
      return [...new Set(hosts)].filter((host) => host !== '[local]').sort();
    },
  };
}
