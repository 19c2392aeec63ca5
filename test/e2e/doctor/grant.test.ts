import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildInstance } from '../../../demo/forgejo/instance.ts';
import type { Generation } from '../../../demo/forgejo/schema.ts';
import { openDatabase } from '../../../src/doctor/database/open.ts';
import { doctor } from '../../support/doctor.ts';
import { mariaDb } from '../../support/mariadb.ts';
import { givenMysql, isMysqlGiven, type MysqlServer } from '../../support/mysql.ts';
import { mysqlDatabase, sqliteDatabase } from '../../support/other-database.ts';
import { realCluster, realDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/test-database.ts';

interface Server {
  readonly database: TestDatabase;
  sql(...statements: string[]): Promise<unknown>;
  /** An account as the server's SQL writes it. */
  account(user: string): string;
  /** Gives it its password, as the notes say. */
  setPassword(account: string): string;
  dropUsers(...accounts: string[]): Promise<unknown>;
}

/** As an administrator, each in a session of its own. */
const statements =
  (database: TestDatabase) =>
  async (...texts: string[]) => {
    for (const text of texts) await database.query(text);
  };

const postgresql = async (): Promise<Server> => {
  const { psql } = await realCluster();
  const database = await realDatabase();
  return {
    database,
    sql: statements(database),
    dropUsers: (...accounts) => psql('postgres', '-c', `DROP ROLE ${accounts.join(', ')}`),
    account: (user) => `"${user.replaceAll('"', '""')}"`,
    setPassword: (account) => `ALTER ROLE ${account} PASSWORD 'of-the-test'`,
  };
};

const onMysql = (server: MysqlServer): Server => {
  const database = mysqlDatabase(server);
  return {
    database,
    sql: statements(database),
    dropUsers: (...accounts) => server.sql(`DROP USER ${accounts.join(', ')}`),
    account: (user) => `\`${user.replaceAll('`', '``')}\`@\`127.0.0.1\``,
    setPassword: (account) => `ALTER USER ${account} IDENTIFIED BY 'of-the-test' ACCOUNT UNLOCK`,
  };
};

const mariadb = async () => onMysql(await mariaDb());

const servers: Readonly<Record<string, () => Promise<Server>>> = {
  PostgreSQL: postgresql,
  MariaDB: mariadb,
  ...(isMysqlGiven && { MySQL: async () => onMysql(givenMysql()) }),
};

let counter = 0;

/** An instance, and users made by what is printed; with names that hold all that SQL has a meaning for. */
async function scene(server: Server, generation: Generation) {
  const { database, sql, account, setPassword, dropUsers } = server;
  const instance = buildInstance({ generation, now: Math.floor(Date.now() / 1_000), size: 20 });
  await database.load(instance.server);
  const [reader, repairer] = ['reader', 'repairer'].map((role) => `${role}_${++counter}_o'\\"\`%@x`) as [
    string,
    string,
  ];
  const { json: grants } = await doctor(database.url, [
    ...['grant', '--json', '--reader', reader, '--repairer', repairer],
  ]);
  await sql(...grants.read, ...grants.repair);
  const as = async (user: string) => {
    const url = new URL(database.url);
    url.username = encodeURIComponent(user);
    url.password = 'of-the-test';
    return url.href;
  };
  const [read, repair] = [await as(reader), await as(repairer)];
  return {
    instance,
    grants: grants as { read: string[]; repair: string[]; notes: string[] },
    reader: read,
    repairer: repair,
    /** Until then nobody gets in. */
    setPasswords: () => sql(setPassword(account(reader)), setPassword(account(repairer))),
    statuses: () => database.query('SELECT id, status, task_id FROM action_run_job ORDER BY id'),
    async end() {
      await database.drop();
      await dropUsers(account(repairer), account(reader));
    },
  };
}

/** Every column that a list of GRANT … (columns) ON table TO user gives. */
const granted = (statements: readonly string[], privilege: string) =>
  statements.flatMap((statement) => {
    const [, columns, table, user] =
      new RegExp(`^GRANT ${privilege} \\((.*)\\) ON (\\S+) TO (.*)`).exec(statement) ?? [];
    return (columns ?? '').split(', ').flatMap((column) => (column ? [{ table: table!, column, user: user! }] : []));
  });

const generationOf = async (url: string) => {
  const opened = await openDatabase({ url });
  await opened.close();
  return opened.generation;
};

const denied = /permission denied|command denied|lacks a privilege|may not read|schema that ci-doctor does not know/;

describe.each(Object.keys(servers))('on %s', (kind) => {
  describe.each<Generation>(['v12', 'v17'])('with the tables of %s', (generation) => {
    test('the reader looks and cannot repair; the repairer repairs and undoes', async () => {
      const server = await servers[kind]!();
      const { instance, grants, reader, repairer, statuses, setPasswords, end } = await scene(server, generation);
      for (const url of [reader, repairer]) {
        const { exit, err } = await doctor(url, ['runs']);
        expect(exit, err).toBe(2);
        expect(err).toMatch(/was refused|does not let user/);
      }
      await setPasswords();
      const run = instance.runs.stuck.run.id;
      for (const line of [
        ['runs', '--actor', 'editor', '--since', '7d'],
        ['show', String(instance.runs.rerun.id)],
        ['show', String(run)],
        ['show', String(instance.runs.failed.run.id)],
        ['diagnose', String(instance.runs.failed.run.id)],
        ['diagnose', '--since', '7d'],
        ['logs', String(run), '--job', 'build', '--tail', '1'],
        ['stuck'],
        ['reset', String(run), '--dry-run'],
      ]) {
        const { exit, err } = await doctor(reader, [...line, '--json']);
        expect(exit, `${line.join(' ')}: ${err}`).toBe(
          // A role that may not read a column ends with 2, and so does a diagnosis without the log.
          line[0] === 'diagnose'
            ? (await doctor(server.database.url, [...line, '--json'])).exit
            : line[0] === 'stuck'
              ? 1
              : 0,
        );
        expect(err).not.toMatch(denied);
      }
      // What the reader sees is what an administrator sees.
      const seen = async (url: string) =>
        (await doctor(url, ['stuck', '--json'])).json.findings.map(
          ({ code, jobId }: { code: string; jobId: number }) => [code, jobId],
        );
      expect(await seen(reader)).toEqual(await seen(server.database.url));
      for (const url of [reader, repairer])
        expect(await generationOf(url)).toEqual(await generationOf(server.database.url));
      expect(JSON.stringify(grants)).not.toMatch(/token|passwd|event_payload|trigger_event/);
      const before = await statuses();
      const refused = await doctor(reader, ['reset', String(run), '--yes', '--json']);
      expect(refused.exit).not.toBe(0);
      expect(refused.err).toMatch(/lacks a privilege|permission denied/);
      expect(await statuses()).toEqual(before);

      // The row that announces the queue is missing: it is inserted.
      await server.database.query('DELETE FROM action_tasks_version');
      for (const to of ['auto', 'cancelled']) {
        const reset = await doctor(repairer, ['reset', String(run), '--to', to, '--yes', '--json']);
        expect(reset.exit, reset.err).toBe(0);
        expect(reset.json).toMatchObject({ applied: true });
        expect(reset.err).not.toContain('could not');
        expect(await doctor(repairer, ['undo', reset.json.undoFile, '--yes'])).toMatchObject({ exit: 0 });
      }
      expect(await statuses()).toEqual(before);

      // A runner that ends the task in the instant of the requeue: the repairer gives the job its task back.
      const { query } = server.database;
      const held = 'SELECT task_id FROM action_run_job WHERE run_id = $1 AND task_id <> 0 ORDER BY id';
      const tasks = await query(held, [run]);
      const overtaken = await doctor(repairer, ['reset', String(run), '--yes'], {
        pause: async () => {
          await query('UPDATE action_task SET status = 1, stopped = updated WHERE status = 3 AND id = $1', [
            instance.runs.stuck.task.id,
          ]);
          await query('UPDATE action_run_job SET status = 1, stopped = updated WHERE id = $1', [
            instance.runs.stuck.job.id,
          ]);
        },
      });
      expect(overtaken.out, overtaken.err).toContain("the task's result was kept");
      expect(await query(held, [run])).toEqual(tasks);
      await end();
    });

    test('no column is read or written for nothing: without it something fails', async () => {
      const server = await servers[kind]!();
      const { instance, grants, reader, repairer, setPasswords, end } = await scene(server, generation);
      await setPasswords();
      const { stuck, rerun, failed, destroyed, queued } = instance.runs;
      const looks: (() => Promise<string>)[] = [
        ['stuck'],
        ['show', String(rerun.id)],
        ['diagnose', String(failed.run.id)],
        ['logs', String(stuck.run.id), '--job', 'build', '--tail', '1'],
        ['runs', '--actor', 'editor', '--repository', 'tide-tables', '--limit', '1'],
        ['reset', String(stuck.run.id), '--to', 'cancelled', '--dry-run'],
      ].map((line) => async () => (await doctor(reader, line)).err);
      const told = JSON.stringify(await generationOf(reader));
      // A column that MySQL hides without a word would have the server taken for another.
      looks.push(async () => (JSON.stringify(await generationOf(reader)) === told ? '' : 'may not read'));
      const undone: string[] = [];
      const repairs = [
        ['reset', String(stuck.run.id), '--to', 'waiting'],
        ['reset', String(stuck.run.id), '--to', 'cancelled'],
        ['reset', String(destroyed.run.id)],
        ['reset', String(destroyed.run.id), '--to', 'cancelled'],
        ['reset', String(queued.id)],
      ].map((line) => async () => {
        await unsettle();
        const reset = await doctor(repairer, [...line, '--yes', '--json']);
        if (!reset.json.undoFile) return `${reset.err}${reset.out}`;
        undone.push(reset.json.undoFile);
        const undo = await doctor(repairer, ['undo', reset.json.undoFile, '--yes']);
        return `${reset.err}${reset.out}${undo.err}${undo.out}`;
      });
      // A job that waits beside idle runners who were not told of it, and a wrong count of runs.
      const unsettle = async () => {
        const now = Math.floor(Date.now() / 1_000);
        const { database } = server;
        await database.query('UPDATE action_runner SET last_online = $1, last_active = $2', [now, now - 900]);
        await database.query('UPDATE action_tasks_version SET updated_unix = 0');
        await database.query('UPDATE action_run_job SET updated = $1 WHERE run_id = $2', [now - 900, queued.id]);
        if (generation === 'v12') await database.query('UPDATE repository SET num_action_runs = 0');
      };
      const idle: string[] = [];
      const probe = async (privilege: string, statements: readonly string[], actions: (() => Promise<string>)[]) => {
        for (const { table, column, user } of granted(statements, privilege)) {
          // Read where it may be, and not where it may not: how a generation is told.
          if (table.includes('forgejo_version')) continue;
          await server.sql(`REVOKE ${privilege} (${column}) ON ${table} FROM ${user}`);
          let needed = false;
          for (const action of actions) {
            needed ||= denied.test(await action());
            if (needed) break;
          }
          if (!needed) idle.push(`${privilege} ${table}.${column}`);
          await server.sql(`GRANT ${privilege} (${column}) ON ${table} TO ${user}`);
          for (const file of undone.splice(0)) await doctor(repairer, ['undo', file, '--yes']);
        }
      };
      await probe('SELECT', grants.read, looks);
      await probe('UPDATE', grants.repair, repairs);
      expect(idle).toEqual([]);
      await end();
    });
  });
});

test('MySQL: --host says from where the two connect', async () => {
  const { database, sql } = await mariadb();
  await database.load(buildInstance({ generation: 'v12', now: Math.floor(Date.now() / 1_000), size: 20 }).server);
  const made = async (host: string) => {
    const argv = ['grant', '--json', '--host', host, '--reader', 'from_there', '--repairer', 'from_there_too'];
    const { read, repair, notes } = (await doctor(database.url, argv)).json as Record<string, string[]>;
    await sql(...read!, ...repair!, /ALTER USER .*/.exec(notes![0]!)![0].replace('…', 'of-the-test'));
    const url = database.url.replace('//forgejo:forgejo@', '//from_there:of-the-test@');
    const { exit } = await doctor(url, ['runs']);
    await sql(`DROP USER from_there@'${host}', from_there_too@'${host}'`);
    return exit;
  };
  expect(await made('127.0.0.%')).toBe(0);
  expect(await made('10.0.3.%')).toBe(2);
  await database.drop();
});

describe('SQLite: the file system decides', () => {
  // Users of Debian, by number.
  const [daemon, games] = [1, 5];

  /** As another user of this machine, by number; what is loaded was loaded before. */
  const as = async <T>(user: number, work: () => Promise<T>): Promise<T> => {
    process.seteuid!(user);
    try {
      return await work();
    } finally {
      process.seteuid!(0);
    }
  };

  test('who was let in looks and cannot repair, the owner of the file repairs', async () => {
    const database = await sqliteDatabase();
    const instance = buildInstance({ generation: 'v12', now: Math.floor(Date.now() / 1_000), size: 20 });
    await database.load(instance.server);
    const state = await mkdtemp(join(tmpdir(), 'ci-doctor-grant-'));
    await chown(state, daemon, daemon);
    for (const path of [database.path, dirname(database.path)]) await chown(path, daemon, daemon);
    await chmod(database.path, 0o600);
    const run = String(instance.runs.stuck.run.id);
    const io = { env: { CI_DOCTOR_DATABASE_URL: database.url, FORGEJO_CI_TOOLKIT_STATE: state } };
    const ask = (...argv: string[]) => doctor(database.url, [...argv, '--json'], io);
    const seen = (await ask('stuck')).json.findings.length;
    const before = await database.query('SELECT * FROM action_run_job ORDER BY id');

    const { read, repair, notes } = (await ask('grant', '--reader', 'games')).json;
    expect(read[0]).toBe('useradd --system -- games');
    expect(repair).toEqual([]);
    expect(notes.join()).toContain(`sudo -u daemon ci-doctor reset --database-url sqlite://${database.path} RUN`);
    expect((await as(games, () => ask('stuck').catch(() => ({ exit: 2 })))).exit).toBe(2);
    execFileSync('sh', ['-e', '-c', read.slice(1).join('\n')]);
    const looked = await as(games, () => ask('stuck'));
    expect(looked, looked.err).toMatchObject({ exit: 1 });
    expect(looked.json.findings.length).toBe(seen);
    const refused = await as(games, () => doctor(database.url, ['reset', run, '--yes', '--undo-dir', '/tmp'], io));
    expect(refused.exit).not.toBe(0);
    expect(await database.query('SELECT * FROM action_run_job ORDER BY id')).toEqual(before);

    const reset = await as(daemon, () => ask('reset', run, '--yes'));
    expect(reset, reset.err).toMatchObject({ exit: 0, json: { applied: true } });
    await database.drop();
    await rm(state, { recursive: true });
  });

  test('with a WAL whoever reads writes beside the file: the owner looks too', async () => {
    const database = await sqliteDatabase({ journal: 'wal' });
    await database.load(buildInstance({ generation: 'v17', now: Math.floor(Date.now() / 1_000), size: 20 }).server);
    const { json, out } = await doctor(database.url, ['grant', '--json']);
    expect(json).toMatchObject({ language: 'sh', read: [], repair: [] });
    expect(json.notes[0]).toContain('sudo -u root ci-doctor stuck');
    expect(out).not.toContain('CREATE');
    expect((await doctor(database.url, ['grant', '--host', 'h'])).err).toContain('--host is for MySQL');
    await database.drop();
  });
});
