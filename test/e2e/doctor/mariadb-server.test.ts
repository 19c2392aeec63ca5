import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/doctor/database/open.ts';
import { besideOthers, statuses, stuckOn } from '../../support/beside-others.ts';
import { doctor } from '../../support/doctor.ts';
import { type MariaDb, mariaDb } from '../../support/mariadb.ts';
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
    CREATE USER locked@'127.0.0.1' IDENTIFIED BY 'plum-jam' ACCOUNT LOCK;
    CREATE USER expired@'127.0.0.1' IDENTIFIED BY 'plum-jam' PASSWORD EXPIRE; GRANT ALL ON *.* TO expired@'127.0.0.1';
    CREATE USER powerless@'127.0.0.1' IDENTIFIED BY 'plum-jam';`);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('connecting', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    ({ database } = await stuckOn(server));
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
    ['a locked account', () => url('locked', 'plum-jam'), /the account of user "locked" is locked/],
    ['an expired password', () => url('expired', 'plum-jam'), /the password of user "expired" has expired/],
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
  const { database } = await stuckOn(server);
  const url = `${database.url}?ssl-mode=VERIFY_IDENTITY&ssl-ca=${file('authority.crt')}`;
  await expect(openDatabase({ url })).rejects.toMatchObject({
    kind: 'usage',
    fix: expect.stringContaining('VERIFY_CA'),
  });
  await database.drop();
});

describe('beside others', () => besideOthers(() => server));

test('a server whose binary log is made of statements is told so', async () => {
  const { database, runId } = await stuckOn(server);
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
