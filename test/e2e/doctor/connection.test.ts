import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPostgresql } from '../../../src/doctor/database/postgresql.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const recorded = ['../shared/forgejo', '../../shared/forgejo']
  .map((path) => join(root, path))
  .find((path) => existsSync(path));
const binaries = '/usr/lib/postgresql/15/bin';
const command = join(root, 'dist/ci-doctor.js');

/** Holds what URLs and connection strings have a meaning for. */
const password = 'Kumquat-@:/?#% \'"\\ö';
const secret = /umquat/;
const directory = mkdtempSync(join(tmpdir(), 'connection-'));
const data = join(directory, 'data');
const inDirectory = (name: string) => join(directory, name);
let port: number;

/** PostgreSQL refuses to run as root. */
const asPostgres = (argv: string[]): string[] =>
  process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--', ...argv] : argv;
function server(argv: string[], input?: string): string {
  const [file, ...rest] = asPostgres([join(binaries, argv[0]!), ...argv.slice(1)]);
  return execFileSync(file!, rest, { cwd: directory, encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] });
}
/** As the superuser, over the socket. */
const sql = (database: string, statements: string) =>
  server(
    ['psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-h', directory, '-p', String(port), '-U', 'postgres', '-d', database],
    statements,
  );
const copy = (database: string, template: string) =>
  sql('postgres', `CREATE DATABASE "${database}" TEMPLATE "${template}"`);

function certificate(name: string, authority: string, names: string): void {
  const openssl = (...argv: string[]) => execFileSync('openssl', argv, { cwd: directory, stdio: 'pipe' });
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    '-subj',
    `/CN=${name}`,
  );
  writeFileSync(inDirectory(`${name}.ext`), `subjectAltName=${names}\n`);
  const ca = ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, '-CAcreateserial'];
  openssl('x509', '-req', '-in', `${name}.csr`, ...ca, '-days', '2', '-extfile', `${name}.ext`, '-out', `${name}.crt`);
}
function authority(name: string): void {
  const subject = ['-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject], {
    cwd: directory,
    stdio: 'pipe',
  });
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port: free } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return free;
}

async function startCluster(): Promise<void> {
  if (!existsSync(binaries)) throw new Error(`This test needs PostgreSQL in ${binaries} (Debian: postgresql-15).`);
  chmodSync(directory, 0o755);
  mkdirSync(data);
  authority('authority');
  authority('stranger');
  certificate('server', 'authority', 'DNS:localhost');
  if (process.getuid?.() === 0)
    execFileSync('chown', ['-R', 'postgres', data, ...['server.key', 'server.crt'].map(inDirectory), directory]);
  server(['initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync']);
  port = await freePort();
  writeFileSync(
    join(data, 'postgresql.conf'),
    [
      `port = ${port}`,
      `unix_socket_directories = '${directory}'`,
      "listen_addresses = '127.0.0.1'",
      'ssl = on',
      `ssl_cert_file = '${inDirectory('server.crt')}'`,
      `ssl_key_file = '${inDirectory('server.key')}'`,
      'fsync = off',
    ].join('\n'),
  );
  writeFileSync(
    join(data, 'pg_hba.conf'),
    [
      'local all postgres trust',
      'local all all scram-sha-256',
      'hostssl all only_tls 127.0.0.1/32 scram-sha-256',
      'host all only_tls 127.0.0.1/32 reject',
      'hostssl all only_plain 127.0.0.1/32 reject',
      'host all only_plain 127.0.0.1/32 scram-sha-256',
      'host all nobody_lets_in 127.0.0.1/32 reject',
      'host all all 127.0.0.1/32 scram-sha-256',
    ].join('\n'),
  );
  server(['pg_ctl', '-D', data, '-w', '-l', inDirectory('log'), 'start']);
  const literal = pg.escapeLiteral(password);
  for (const role of ['git', 'only_plain', 'only_tls', 'powerless', 'reader'])
    sql('postgres', `CREATE ROLE ${role} LOGIN PASSWORD ${literal}`);
}

function load(): void {
  for (const version of ['v12', 'v17']) {
    sql('postgres', `CREATE DATABASE "${version}"`);
    for (const file of ['schema.sql', 'stuck.sql']) sql(version, readFileSync(join(recorded!, version, file), 'utf8'));
    // The dumps leave search_path empty and all to their owner.
    const grants =
      'GRANT ALL ON ALL TABLES IN SCHEMA public TO git; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;';
    sql(version, `INSERT INTO public.forgejo_version (version) VALUES (${version === 'v12' ? 32 : 44}); ${grants}`);
  }
  copy('PROD-ALM', 'v12');
}

interface Target {
  readonly database?: string;
  readonly user?: string;
  readonly password?: string;
  readonly host?: string;
  readonly port?: number;
  readonly query?: string;
}
const url = ({ database = 'PROD-ALM', user = 'git', host = '127.0.0.1', query = '', ...rest }: Target = {}) =>
  `postgres://${user}:${encodeURIComponent(rest.password ?? password)}@${host}:${rest.port ?? port}/${database}?${query}`;

/** The environment is the command's own: what is installed on this machine must not be found. */
const environment = (env: Record<string, string> = {}) => ({ PATH: process.env.PATH, HOME: directory, ...env });
function doctor(argv: string[], env: Record<string, string> = {}) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [command, ...argv], {
    encoding: 'utf8',
    cwd: directory,
    env: environment(env),
    // Shorter than the server's patience with a connection that nobody closed; one that lingers is a failure.
    timeout: 45_000,
  });
  expect(stdout + stderr).not.toMatch(secret);
  return { out: stdout, err: stderr, exit: status };
}
const runs = (argv: string[], env?: Record<string, string>) => doctor(['runs', '--json', ...argv], env);
const ids = (outcome: ReturnType<typeof runs>) => {
  expect(outcome.err).toBe('');
  expect(outcome.exit).toBe(0);
  return (JSON.parse(outcome.out) as { runs: { id: number }[] }).runs.map(({ id }) => id).sort();
};

/** Every way of asking must fail alike: as text, as JSON, and talkative. */
function refused(argv: string[], exit: number, what: RegExp, fix: RegExp, env?: Record<string, string>): void {
  for (const extra of [[], ['--verbose']]) {
    const { out, err, exit: code } = doctor(['runs', ...argv, ...extra], env);
    expect({ out, code }).toEqual({ out: '', code: exit });
    expect(err).toMatch(/^error: .*\nnext: {2}.*\n/);
    expect(err.split('\n')[0]).toMatch(what);
    expect(err.split('\n')[1]).toMatch(fix);
  }
  const { out, exit: code } = runs(argv, env);
  expect(code).toBe(exit);
  expect(JSON.parse(out)).toEqual({ error: { message: expect.stringMatching(what), fix: expect.stringMatching(fix) } });
}

beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'pipe' });
  await startCluster();
  if (recorded) load();
});
afterAll(() => {
  try {
    if (existsSync(join(data, 'postmaster.pid'))) server(['pg_ctl', '-D', data, '-m', 'immediate', '-w', 'stop']);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

const appIni = (lines: string[]) => {
  writeFileSync(inDirectory('app.ini'), ['[database]', 'DB_TYPE = postgres', ...lines].join('\n'));
  return ['--app-ini', inDirectory('app.ini')];
};

describe.skipIf(!recorded)('a database that is one (needs ../shared/forgejo)', () => {
  test('whose name has capitals and a hyphen, its password everything', () => {
    expect(ids(runs(['--database-url', url()]))).toEqual([1, 2]);
    expect(ids(runs([], { CI_DOCTOR_DATABASE_URL: url() }))).toEqual([1, 2]);
    expect(doctor(['stuck', '--database-url', url()]).exit).toBe(1);
  });

  test('over a socket', () => {
    const query = `host=${encodeURIComponent(directory)}`;
    expect(ids(runs(['--database-url', url({ query })]))).toEqual([1, 2]);
    const password64 = encodeURIComponent(password);
    expect(ids(runs(['--database-url', `postgres://git:${password64}@/PROD-ALM?${query}&port=${port}`]))).toEqual([
      1, 2,
    ]);
    expect(
      ids(
        runs(
          appIni([
            `HOST = ${directory}:${port}`,
            'NAME = PROD-ALM',
            'USER = git',
            `PASSWD = """${password}"""`,
            'SSL_MODE = require',
          ]),
        ),
      ),
    ).toEqual([1, 2]);
  });

  describe('named by app.ini', () => {
    const place = () => [`HOST = 127.0.0.1:${port}`, 'NAME = PROD-ALM', 'USER = git'];

    test('with the password in quotes that keep # and ;', () => {
      expect(ids(runs(appIni([...place(), `PASSWD = """${password}"""`])))).toEqual([1, 2]);
    });

    test('with the password from the environment, a file that it names, or PASSWD_URI', () => {
      writeFileSync(inDirectory('passwd'), `${password}\n`);
      const wrong = appIni([...place(), 'PASSWD = wrong-kumquat']);
      refused(wrong, 2, /the password for user "git" was refused/, /app\.ini, \[database\] PASSWD/);
      expect(ids(runs(wrong, { FORGEJO__database__PASSWD: password }))).toEqual([1, 2]);
      expect(ids(runs(wrong, { FORGEJO__database__PASSWD__FILE: inDirectory('passwd') }))).toEqual([1, 2]);
      expect(ids(runs(appIni([...place(), `PASSWD_URI = file:${inDirectory('passwd')}`])))).toEqual([1, 2]);
    });

    test('unquoted, the password ends at #, as it does for Forgejo', () => {
      refused(appIni([...place(), `PASSWD = ${password}`]), 2, /password for user "git" was refused/, /PASSWD/);
    });
  });

  describe('with its tables in a schema of another name', () => {
    beforeAll(() => {
      copy('in-forge', 'v12');
      sql(
        'in-forge',
        'ALTER SCHEMA public RENAME TO "Forge"; REVOKE ALL ON SCHEMA "Forge" FROM PUBLIC; GRANT USAGE ON SCHEMA "Forge" TO git; CREATE SCHEMA public;',
      );
      copy('in-two', 'in-forge');
      sql('in-two', 'CREATE SCHEMA second; CREATE TABLE second.action_run (id bigint);');
    });

    test('found by itself, by --schema and by app.ini', () => {
      const place = [`HOST = 127.0.0.1:${port}`, 'NAME = in-forge', 'USER = git', `PASSWD = """${password}"""`];
      expect(ids(runs(['--database-url', url({ database: 'in-forge' })]))).toEqual([1, 2]);
      expect(ids(runs(['--database-url', url({ database: 'in-forge' }), '--schema', 'Forge']))).toEqual([1, 2]);
      expect(ids(runs(appIni([...place, 'SCHEMA = Forge'])))).toEqual([1, 2]);
      expect(ids(runs(appIni(place)))).toEqual([1, 2]);
    });

    test('of several, one has to be named', () => {
      const two = ['--database-url', url({ database: 'in-two' })];
      refused(two, 2, /tables in several schemas: "Forge", "second"/, /--schema NAME/);
      expect(ids(runs([...two, '--schema', 'Forge']))).toEqual([1, 2]);
      refused(
        [...two, '--schema', 'second'],
        2,
        /schema "second" is not a Forgejo database: .*"action_task"/,
        /--schema/,
      );
    });

    test('a schema without them is refused, and theirs is named', () => {
      const named = ['--database-url', url({ database: 'in-forge' }), '--schema', 'public'];
      refused(named, 2, /has no Forgejo tables in schema "public"/, /They are in "Forge": use --schema/);
    });

    test('a role that may not use the schema', () => {
      const reader = ['--database-url', url({ database: 'in-forge', user: 'reader' })];
      refused(
        reader,
        2,
        /database "in-forge".*lacks a privilege \(permission denied for schema Forge\)/,
        /ci-doctor grant/,
      );
    });
  });

  describe('that does not fit', () => {
    test('another table or column is missing', () => {
      copy('lacking', 'v12');
      sql('lacking', 'ALTER TABLE public.action_run DROP COLUMN version; DROP TABLE public.action_task_step;');
      refused(
        ['--database-url', url({ database: 'lacking' })],
        2,
        /a schema that ci-doctor does not know: table "action_task_step", column "action_run\.version" missing/,
        /Update ci-doctor/,
      );
    });

    test('it is not of Forgejo', () => {
      refused(
        ['--database-url', url({ database: 'postgres' })],
        2,
        /database "postgres" is not a Forgejo database/,
        /\[database\] NAME/,
      );
    });

    test('the role has no privileges', () => {
      refused(
        ['--database-url', url({ user: 'powerless' })],
        2,
        /lacks a privilege \(permission denied for table/,
        /ci-doctor grant/,
      );
    });

    test('the role may only read: nothing is changed, and that is said', () => {
      const before = sql('PROD-ALM', 'SELECT status, version FROM public.action_run ORDER BY id');
      const { exit, out } = doctor(['reset', '2', '--yes', '--json', '--database-url', url({ user: 'reader' })]);
      expect(exit).toBe(2);
      expect(JSON.parse(out)).toMatchObject({
        error: { message: expect.stringMatching(/lacks a privilege \(permission denied/), fix: expect.any(String) },
      });
      expect(sql('PROD-ALM', 'SELECT status, version FROM public.action_run ORDER BY id')).toBe(before);
    });
  });

  test('the generation is told by columns, by level, or left in doubt', async () => {
    copy('doubt', 'v12');
    const generation = async (database: string, wanted?: 'old' | 'new') => {
      const opened = await openPostgresql({ url: url({ database }), ...(wanted && { generation: wanted }) });
      await opened.close();
      return opened.generation;
    };
    expect(await generation('v12')).toMatchObject({
      aggregation: 'new',
      countsAttemptAtRequeue: false,
      countsRunsInRepository: true,
    });
    expect(await generation('v17')).toMatchObject({
      aggregation: 'new',
      countsAttemptAtRequeue: true,
      countsRunsInRepository: false,
    });
    sql('doubt', 'ALTER TABLE public."user" DROP COLUMN keep_pronouns_private');
    for (const [level, aggregation] of [
      [23, 'old'],
      [24, null],
      [27, null],
      [28, 'new'],
    ] as const) {
      sql('doubt', `UPDATE public.forgejo_version SET version = ${level}`);
      expect(await generation('doubt')).toMatchObject({ aggregation });
    }
    sql('doubt', 'UPDATE public.forgejo_version SET version = 25');
    expect(await generation('doubt', 'old')).toMatchObject({ aggregation: 'old' });
    sql('doubt', 'DELETE FROM public.forgejo_version');
    expect(await generation('doubt')).toMatchObject({ aggregation: null });
    sql('doubt', 'REVOKE ALL ON public.forgejo_version FROM git');
    expect(await generation('doubt')).toMatchObject({ aggregation: null });
  });

  describe('over TLS', () => {
    const over = (query: string, host = 'localhost') => ['--database-url', url({ query, host })];
    const ca = () => `sslrootcert=${encodeURIComponent(inDirectory('authority.crt'))}`;
    const stranger = () => `sslrootcert=${encodeURIComponent(inDirectory('stranger.crt'))}`;
    const untrusted = (argv: string[], why: RegExp) =>
      refused(
        argv,
        2,
        new RegExp(`database "PROD-ALM": its TLS certificate is not trusted \\(.*${why.source}`, 'i'),
        /sslrootcert=FILE/,
      );

    test('require encrypts and asks nothing, unless it is given an authority', () => {
      expect(ids(runs(over('sslmode=require')))).toEqual([1, 2]);
      expect(ids(runs(over('', '127.0.0.1'), { PGSSLMODE: 'require' }))).toEqual([1, 2]);
      expect(ids(runs(over(`sslmode=require&${ca()}`, '127.0.0.1')))).toEqual([1, 2]);
      untrusted(over(`sslmode=require&${stranger()}`), /certificate/);
    });

    test('verify-ca asks for the authority, not for the name', () => {
      expect(ids(runs(over(`sslmode=verify-ca&${ca()}`)))).toEqual([1, 2]);
      expect(ids(runs(over(`sslmode=verify-ca&${ca()}`, '127.0.0.1')))).toEqual([1, 2]);
      expect(ids(runs(over('sslmode=verify-ca'), { PGSSLROOTCERT: inDirectory('authority.crt') }))).toEqual([1, 2]);
      untrusted(over('sslmode=verify-ca'), /certificate/);
      untrusted(over(`sslmode=verify-ca&${stranger()}`), /certificate/);
    });

    test('verify-full asks for both', () => {
      expect(ids(runs(over(`sslmode=verify-full&${ca()}`)))).toEqual([1, 2]);
      untrusted(over('sslmode=verify-full'), /certificate/);
      // The certificate is for localhost: that this address is the same machine does not make it that name.
      untrusted(over(`sslmode=verify-full&${ca()}`, '127.0.0.1'), /127\.0\.0\.1 is not in the cert/);
    });

    test('a role that must', () => {
      refused(
        ['--database-url', url({ user: 'only_tls' })],
        2,
        /does not let this connection in \(.*no encryption/,
        /sslmode=require/,
      );
      sql('PROD-ALM', 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO only_tls');
      expect(ids(runs(['--database-url', url({ user: 'only_tls', query: 'sslmode=require' })]))).toEqual([1, 2]);
    });

    test.each(['prefer', 'allow'])('%s takes the way that the server lets this role in by', (mode) => {
      for (const user of ['only_tls', 'only_plain']) {
        sql('PROD-ALM', `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${user}`);
        expect(ids(runs(['--database-url', url({ user, query: `sslmode=${mode}` })])), user).toEqual([1, 2]);
      }
      expect(ids(runs(over(`sslmode=${mode}&${stranger()}`)))).toEqual([1, 2]);
      // What the encrypted try failed with says more than that there is none without.
      const only = (query: string) => ['--database-url', url({ user: 'only_tls', query: `sslmode=${mode}${query}` })];
      untrusted(only(`&${stranger()}`), /certificate/);
      expect(ids(runs(only(`&${ca()}`)))).toEqual([1, 2]);
      const wrong = new URL(url({ user: 'only_tls', query: `sslmode=${mode}` }));
      wrong.password = 'quince-jelly';
      refused(['--database-url', wrong.href], 2, /the password for user "only_tls" was refused/, /PASSWD/);
    });

    test('a server that does not speak it', () => {
      sql('postgres', 'ALTER SYSTEM SET ssl = off');
      try {
        server(['pg_ctl', '-D', data, '-w', '-m', 'fast', '-l', inDirectory('log'), 'restart']);
        refused(over('sslmode=require'), 2, /the server does not speak TLS/, /sslmode=disable/);
        for (const mode of ['prefer', 'allow']) expect(ids(runs(over(`sslmode=${mode}`))), mode).toEqual([1, 2]);
        refused(
          ['--database-url', url({ user: 'only_tls', query: 'sslmode=prefer' })],
          2,
          /does not let this connection in \(.*no encryption/,
          /sslmode=require/,
        );
      } finally {
        sql('postgres', 'ALTER SYSTEM RESET ssl');
        server(['pg_ctl', '-D', data, '-w', '-m', 'fast', '-l', inDirectory('log'), 'restart']);
      }
    });
  });

  describe('while it works, its arguments are not to be read in the process list', () => {
    const shown = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    const started = (argv: string[]) =>
      spawn(process.execPath, [command, ...argv], { cwd: directory, env: environment(), stdio: 'pipe' });

    test('held by a server that never answers', async () => {
      const sockets: Socket[] = [];
      const listener = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
      await once(listener, 'listening');
      const child = started([
        'runs',
        '--verbose',
        '--database-url',
        url({ port: (listener.address() as AddressInfo).port }),
      ]);
      const err = text(child.stderr);
      await once(listener, 'connection');
      expect(shown(child.pid!)).toBe('ci-doctor');
      const [exit] = await once(child, 'exit');
      for (const socket of sockets) socket.destroy();
      listener.close();
      expect(exit).toBe(2);
      expect(await err).toMatch(
        /^error: PostgreSQL 127\.0\.0\.1:\d+, database "PROD-ALM": no answer in time\.\nnext: {2}Check host/,
      );
      expect(await err).not.toMatch(secret);
    });

    async function holding<T>(work: () => Promise<T>): Promise<T> {
      const holder = new pg.Client({ host: directory, port, user: 'postgres', database: 'PROD-ALM' });
      await holder.connect();
      try {
        await holder.query('BEGIN');
        await holder.query('SELECT FROM public.action_run WHERE id = 2 FOR UPDATE');
        return await work();
      } finally {
        await holder.end();
      }
    }
    async function untilItWaits(): Promise<void> {
      const waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ci-doctor' AND wait_event_type = 'Lock'";
      for (;;) {
        if (sql('postgres', waiting).trim() !== '0') return;
        await sleep(50);
      }
    }

    test('held by a row that stays locked: nothing is changed', async () => {
      const before = sql('PROD-ALM', 'SELECT * FROM public.action_run ORDER BY id');
      await holding(async () => {
        const child = started(['reset', '2', '--yes', '--database-url', url()]);
        const [out, err] = [text(child.stdout), text(child.stderr)];
        await untilItWaits();
        expect(shown(child.pid!)).toBe('ci-doctor');
        const [exit] = await once(child, 'exit');
        expect(exit).toBe(1);
        expect(await err).toMatch(/the rows stayed locked by someone else .* Nothing was changed/);
        expect((await out) + (await err)).not.toMatch(secret);
      });
      expect(sql('PROD-ALM', 'SELECT * FROM public.action_run ORDER BY id')).toBe(before);
    });

    test('a connection that is cut says so', async () => {
      await holding(async () => {
        const child = started(['reset', '2', '--yes', '--database-url', url()]);
        const [out, err] = [text(child.stdout), text(child.stderr)];
        await untilItWaits();
        sql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ci-doctor'");
        const [exit] = await once(child, 'exit');
        expect([1, 2]).toContain(exit);
        expect(await err).toMatch(/terminat/);
        expect((await out) + (await err)).not.toMatch(/defect|umquat/);
      });
    });
  });
});

describe('a database that cannot be reached', () => {
  const at = (place: string) => new RegExp(`PostgreSQL ${place}: `).source;

  test('wrong password', () => {
    refused(
      ['--database-url', url({ password: 'wrong-kumquat' })],
      2,
      new RegExp(`${at(`127\\.0\\.0\\.1:${port}, database "PROD-ALM"`)}the password for user "git" was refused`),
      /PGPASSWORD or ~\/\.pgpass/,
    );
  });

  test('no password', () => {
    refused(
      ['--database-url', `postgres://git@127.0.0.1:${port}/PROD-ALM`],
      2,
      /wants a password and none was given/,
      /PGPASSWORD/,
    );
  });

  test('unknown user', () => {
    refused(['--database-url', url({ user: 'nobody_lets_in' })], 2, /does not let this connection in/, /pg_hba\.conf/);
    refused(
      ['--database-url', `postgres://ghost@/postgres?host=${directory}&port=${port}&password=kumquat`],
      2,
      /the password for user "ghost" was refused/,
      /Check it/,
    );
  });

  test('unknown database', () => {
    refused(
      ['--database-url', url({ database: 'prod-alm' })],
      2,
      /database "prod-alm": there is no such database/,
      /case-sensitive/,
    );
  });

  test('nobody listens', async () => {
    const free = await freePort();
    refused(
      ['--database-url', url({ port: free })],
      2,
      new RegExp(`127\\.0\\.0\\.1:${free}, .*nothing listens there`),
      /listen_addresses/,
    );
  });

  test('a host that does not exist', () => {
    refused(
      ['--database-url', url({ host: 'db.invalid' })],
      2,
      /PostgreSQL db\.invalid:\d+, .*cannot be resolved/,
      /DNS/,
    );
  });

  test('a socket that does not exist', () => {
    refused(
      ['--database-url', url({ query: 'host=/nowhere' })],
      2,
      /PostgreSQL \/nowhere, .*no such socket/,
      /unix_socket_directories/,
    );
  });

  test('nothing said where it is', () => {
    refused([], 64, /was not told where Forgejo's database is/, /--database-url .*--app-ini/);
  });

  test('a URL that is none', () => {
    refused(
      ['--database-url', `postgres://git:${password}@h/d`],
      64,
      /The database URL cannot be read/,
      /percent-encoding/,
    );
  });
});
