import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { play, stuckRun } from '../../../demo/forgejo/rows.ts';
import type { Generation } from '../../../demo/forgejo/schema.ts';
import { openDatabase } from '../../../src/doctor/database/open.ts';
import { doctor } from '../../support/doctor.ts';
import { type MariaDb, mariaDb } from '../../support/mariadb.ts';
import { mariaDatabase } from '../../support/other-database.ts';
import type { TestDatabase } from '../../support/test-database.ts';

const directory = mkdtempSync(join(tmpdir(), 'ci-doctor-mariadb-'));
const file = (name: string) => join(directory, name);
/** Holds what URLs and SQL have a meaning for. */
const password = 'Kumquat-@:/?#% \'"\\ö';
let server: MariaDb;

function openssl(...argv: string[]): void {
  execFileSync('openssl', argv, { cwd: directory, stdio: 'pipe' });
}

beforeAll(async () => {
  for (const name of ['authority', 'stranger'])
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    );
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=server', '-keyout', 'server.key', '-out', 'server.csr');
  writeFileSync(file('server.ext'), 'subjectAltName=DNS:localhost\n');
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'authority.crt',
    '-CAkey',
    'authority.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'server.ext',
    '-out',
    'server.crt',
  );
  server = await mariaDb(
    `--ssl-cert=${file('server.crt')}`,
    `--ssl-key=${file('server.key')}`,
    `--log-bin=${file('binlog')}`,
  );
  await server.sql(`
    CREATE USER git@'127.0.0.1' IDENTIFIED BY ${mysql.escape(password)}; GRANT ALL ON *.* TO git@'127.0.0.1';
    CREATE USER git@localhost IDENTIFIED BY ${mysql.escape(password)}; GRANT ALL ON *.* TO git@localhost;
    CREATE USER only_tls@'127.0.0.1' IDENTIFIED BY 'plum-jam' REQUIRE SSL; GRANT ALL ON *.* TO only_tls@'127.0.0.1';
    CREATE USER powerless@'127.0.0.1' IDENTIFIED BY 'plum-jam';`);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function stuck(generation: Generation = 'v17') {
  const { server: rows, result } = play(generation, { now: Math.floor(Date.now() / 1_000) }, (scene) =>
    stuckRun(scene),
  );
  const database = mariaDatabase(server);
  await database.load(rows);
  return { database, runId: result.run.id, jobId: result.job.id, taskId: result.task.id };
}

/** A session that keeps its transaction open until told otherwise. */
async function session(database: TestDatabase) {
  const connection = await mysql.createConnection({ uri: database.url });
  await connection.query('BEGIN');
  return connection;
}

const statuses = (database: TestDatabase, runId: number) =>
  database.query('SELECT status, attempt, task_id FROM action_run_job WHERE run_id = $1 ORDER BY id', [runId]);

/** Until a statement of ci-doctor waits for a row. */
async function untilItWaits(database: TestDatabase): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await database.query("SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")).length > 0)
      return;
    // InnoDB shows what it last looked up to whoever asks again within a tenth of a second.
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error('Nobody ever waited');
}

describe('connecting', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    ({ database } = await stuck());
  });
  const url = (user: string, secret: string, query = '', host = '127.0.0.1') =>
    `mysql://${user}:${encodeURIComponent(secret)}@${host}:${server.port}/${database.schema}${query}`;

  test.each([
    ['over TCP', () => url('git', password)],
    ['as mariadb://', () => url('git', password).replace('mysql:', 'mariadb:')],
    ['over a socket', () => url('git', password, `?socket=${encodeURIComponent(server.socket)}`, 'localhost')],
    ['encrypted', () => url('only_tls', 'plum-jam', '?ssl-mode=REQUIRED')],
    ['encrypted because the server can', () => url('only_tls', 'plum-jam', '?ssl-mode=PREFERRED')],
    ['encrypted, as app.ini says it', () => url('only_tls', 'plum-jam', '?ssl-mode=skip-verify')],
    [
      'its authority looked at',
      () => url('only_tls', 'plum-jam', `?ssl-mode=VERIFY_CA&ssl-ca=${file('authority.crt')}`),
    ],
    [
      'its name looked at',
      () => url('git', password, `?ssl-mode=VERIFY_IDENTITY&ssl-ca=${file('authority.crt')}`, 'localhost'),
    ],
  ])('%s', async (_, address) => {
    const { exit, err } = await doctor(address(), ['runs']);
    expect(exit, err).toBe(0);
  });

  test.each([
    ['a wrong password', () => url('git', 'Quince-jelly'), /does not let user "git" in/],
    ['no database of that name', () => url('git', password).replace(/\/\w+$/, '/nowhere'), /there is no such database/],
    ['a user without TLS who has to', () => url('only_tls', 'plum-jam'), /does not let user "only_tls" in/],
    ['a user without privileges', () => url('powerless', 'plum-jam'), /does not let user "powerless" in/],
    [
      'a stranger as authority',
      () => url('git', password, `?ssl-mode=VERIFY_CA&ssl-ca=${file('stranger.crt')}`),
      /certificate is not trusted/,
    ],
    ['no such socket', () => url('git', password, '?socket=/nowhere/sock'), /there is no such socket/],
    ['nothing listens', () => url('git', password).replace(`:${server.port}`, ':1'), /nothing listens there/],
    ['an empty database', () => url('git', password).replace(/\/\w+$/, '/mysql'), /is not a Forgejo database/],
  ])('%s: says so, and never the password', async (_, address, message) => {
    const { exit, out, err } = await doctor(address(), ['runs', '--verbose']);
    expect(exit).toBe(2);
    expect(err).toMatch(message);
    expect(out + err).not.toMatch(/umquat|uince|plum/);
  });
});

test('an address is refused where the name in the certificate is looked at', async () => {
  const { database } = await stuck();
  const url = `${database.url}?ssl-mode=VERIFY_IDENTITY&ssl-ca=${file('authority.crt')}`;
  await expect(openDatabase({ url })).rejects.toMatchObject({
    kind: 'usage',
    fix: expect.stringContaining('VERIFY_CA'),
  });
  await database.drop();
});

describe('beside others', () => {
  test('of several doctors at once exactly one repairs the run', async () => {
    const { database, runId, jobId } = await stuck();
    const answers = await Promise.all(
      [0, 1, 2].map(() => doctor(database.url, ['reset', String(runId), '--yes', '--json'])),
    );
    expect(answers.map(({ exit }) => exit)).toEqual([0, 0, 0]);
    expect(answers.filter(({ json }) => json.applied).length).toBe(1);
    expect(await database.query('SELECT attempt, status FROM action_run_job WHERE id = $1', [jobId])).toEqual([
      { attempt: 2, status: 5 },
    ]);
    await database.drop();
  });

  test('a task that ends while the repair waits for its lock keeps its result', async () => {
    const { database, runId, jobId, taskId } = await stuck();
    const forgejo = await session(database);
    await forgejo.query('UPDATE action_task SET status = 1, stopped = 1 WHERE id = ?', [taskId]);
    const repair = doctor(database.url, ['reset', String(runId), '--yes', '--json']);
    await untilItWaits(database);
    await forgejo.query('UPDATE action_run_job SET status = 1, stopped = 1 WHERE id = ?', [jobId]);
    await forgejo.query('COMMIT');
    await forgejo.end();
    expect(await repair).toMatchObject({ exit: 0, json: { applied: true } });
    expect((await statuses(database, runId)).map(({ status }) => status)).toEqual([1, 1, 5, 7]);
    await database.drop();
  });

  test('a row that stays locked is given up, with nothing changed and no undo file', async () => {
    const { database, runId, taskId } = await stuck();
    const other = await session(database);
    await other.query('SELECT 1 FROM action_task WHERE id = ? FOR UPDATE', [taskId]);
    const before = await statuses(database, runId);
    const answer = await doctor(database.url, ['reset', String(runId), '--yes', '--json']);
    expect(answer).toMatchObject({ exit: 1, json: { applied: false, undoFile: null } });
    expect(answer.err).toMatch(/stayed locked by someone else[\s\S]*Nothing was changed/);
    await other.end();
    expect(await statuses(database, runId)).toEqual(before);
    await database.drop();
  });

  test('a deadlock with somebody who locks in another order is survived', async () => {
    const { database, runId, jobId, taskId } = await stuck();
    const other = await session(database);
    await other.query('SELECT 1 FROM action_run WHERE id = ? FOR UPDATE', [runId]);
    const repair = doctor(database.url, ['reset', String(runId), '--yes', '--json']);
    await untilItWaits(database);
    await other.query('SELECT 1 FROM action_task WHERE id = ? FOR UPDATE', [taskId]).catch(() => {});
    await other.query('ROLLBACK');
    await other.end();
    expect(await repair).toMatchObject({ exit: 0, json: { applied: true } });
    expect(await database.query('SELECT attempt, status FROM action_run_job WHERE id = $1', [jobId])).toEqual([
      { attempt: 2, status: 5 },
    ]);
    await database.drop();
  });

  test('a row that is written as it was counts as met', async () => {
    const { database, taskId } = await stuck();
    const ours = await openDatabase({ url: database.url });
    const result = await ours.transaction((queries) =>
      queries
        .updateTable('action_task')
        .set({ status: 6 })
        .where('id', '=', taskId)
        .where('status', '=', 6)
        .executeTakeFirst(),
    );
    expect(Number(result.numUpdatedRows)).toBe(1);
    await ours.close();
    await database.drop();
  });

  test('a statement that a foreign key would break is refused before anything is written', async () => {
    const { database, runId } = await stuck();
    await database.query('UPDATE action_run_job SET task_id = (SELECT min(id) FROM action_task) WHERE task_id = 0');
    await database.query(
      'ALTER TABLE action_run_job ADD CONSTRAINT fk_job_task FOREIGN KEY (task_id) REFERENCES action_task (id)',
    );
    const before = await statuses(database, runId);
    const answer = await doctor(database.url, ['reset', String(runId), '--yes', '--json']);
    expect(answer.exit).toBe(1);
    expect(answer.err).toContain('foreign key "fk_job_task" does not allow action_run_job.task_id = 0');
    expect(await statuses(database, runId)).toEqual(before);
  });
});

test('a server whose binary log is made of statements is told so', async () => {
  const { database, runId } = await stuck();
  const before = await statuses(database, runId);
  await server.sql("SET GLOBAL binlog_format = 'STATEMENT'");
  try {
    const answer = await doctor(database.url, ['reset', String(runId), '--yes', '--json']);
    expect(answer.exit).toBe(2);
    expect(answer.err).toMatch(/binary log by statements[\s\S]*binlog_format = MIXED/);
  } finally {
    await server.sql("SET GLOBAL binlog_format = 'MIXED'");
  }
  expect(await statuses(database, runId)).toEqual(before);
});
