import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';
import { freePort } from './cluster.ts';

const run = promisify(execFile);

/** A MariaDB server of our own: its own directory, port and socket, nothing shared with one that the machine runs. */
export interface MariaDb {
  readonly port: number;
  readonly socket: string;
  /** The user `forgejo`, who may do everything, over TCP. */
  url(database: string): string;
  /** Runs statements as the superuser. */
  sql(statements: string, database?: string): Promise<string>;
}

const account = 'forgejo';
let server: Promise<MariaDb & { stop(): Promise<void> }> | undefined;

// This module is imported while a test file is collected, so the hook is the file's own.
afterAll(async () => {
  const running = server;
  server = undefined;
  await (await running)?.stop();
});

/** The MariaDB of this test file: started when first asked for, stopped after the last test. Options count at the start. */
export function mariaDb(...options: readonly string[]): Promise<MariaDb> {
  server ??= start(options);
  return server;
}

async function start(options: readonly string[]) {
  const programs = ['mariadbd', 'mariadb-install-db', 'mariadb'].map((name) => {
    const found = ['/usr/sbin', '/usr/bin', ...(process.env.PATH ?? '').split(':')].find((place) =>
      existsSync(join(place, name)),
    );
    if (found === undefined)
      throw new Error(
        'MariaDB is not installed on this machine: apt-get install mariadb-server, then run the tests again',
      );
    return join(found, name);
  });
  const [daemon, install, client] = programs as [string, string, string];
  const home = await mkdtemp(join(tmpdir(), 'forgejo-ci-toolkit-maria-'));
  // As root it runs as root: the directory is this test's own.
  const own = process.getuid?.() === 0 ? ['--user=root'] : [];
  const data = join(home, 'data');
  await run(install, [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...own,
  ]);
  const port = await freePort();
  const socket = join(home, 'socket');
  const log = join(home, 'log');
  const flags = [
    `--datadir=${data}`,
    `--socket=${socket}`,
    `--pid-file=${join(home, 'pid')}`,
    `--log-error=${log}`,
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    // Not safe against a power cut, which a test does not need, and quick.
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-flush-method=nosync',
    '--debug-no-sync',
    '--innodb-buffer-pool-size=32M',
    '--skip-name-resolve',
  ];
  const child = spawn(daemon, ['--no-defaults', ...own, ...flags, ...options], { stdio: 'ignore' });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const sql = async (statements: string, database = 'mysql') =>
    (
      await run(
        client,
        [
          '--no-defaults',
          `--socket=${socket}`,
          '--user=root',
          '--batch',
          '--skip-column-names',
          `--execute=${statements}`,
          database,
        ],
        {
          maxBuffer: 2 ** 26,
        },
      )
    ).stdout;
  await untilItAnswers(child, () => sql('SELECT 1'), log);
  await sql(
    `CREATE USER ${account}@'127.0.0.1' IDENTIFIED BY '${account}'; GRANT ALL ON *.* TO ${account}@'127.0.0.1' WITH GRANT OPTION;`,
  );
  return {
    port,
    socket,
    url: (database: string) => `mysql://${account}:${account}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    sql,
    async stop() {
      const ended = once(child, 'exit');
      end();
      await ended;
      process.removeListener('exit', end);
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function untilItAnswers(child: ChildProcess, ask: () => Promise<unknown>, log: string): Promise<void> {
  for (let tries = 0; tries < 600 && child.exitCode === null; tries++) {
    try {
      await ask();
      return;
    } catch {
      await sleep(100);
    }
  }
  child.kill('SIGKILL');
  throw new Error(`MariaDB did not start:\n${(await readFile(log, 'utf8').catch(() => '')).slice(-2_000)}`);
}
