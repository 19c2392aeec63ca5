import { expect, test } from 'vitest';
import { redact } from '../../../src/common/redact.ts';
import { poolOptions } from '../../../src/doctor/database/mysql-url.ts';
import { openDatabase } from '../../../src/doctor/database/open.ts';

test.each([
  ['mysql://git:pw@db/forge', {}, { host: 'db', port: 3306, user: 'git', password: 'pw', database: 'forge' }],
  ['mariadb://git@[::1]:3307/forge', {}, { host: '::1', port: 3307 }],
  ['mysql://git@db/a%2Fb', {}, { database: 'a/b' }],
  ['mysql://git@localhost/f?socket=/run/s.sock', {}, { socketPath: '/run/s.sock' }],
  ['mysql:///f', { MYSQL_UNIX_PORT: '/run/e.sock' }, { socketPath: '/run/e.sock' }],
  [
    'mysql:///f',
    { MYSQL_HOST: 'h', MYSQL_TCP_PORT: '3308', MYSQL_PWD: 'loquat' },
    { host: 'h', port: 3308, password: 'loquat' },
  ],
  ['mysql://db/f?ssl-mode=REQUIRED', {}, { ssl: { rejectUnauthorized: false } }],
  ['mysql://db/f?ssl-mode=skip-verify', {}, { ssl: { rejectUnauthorized: false } }],
  ['mysql://db/f?tls=true', {}, { ssl: { rejectUnauthorized: true, verifyIdentity: true } }],
  ['mysql://db/f?ssl-mode=VERIFY_CA', {}, { ssl: { rejectUnauthorized: true } }],
])('%s with %j', (url, env, options) => {
  expect(poolOptions({ url, env: env as Record<string, string> })).toMatchObject(options);
});

test.each(['mysql://db/f', 'mysql://db/f?ssl-mode=disable', 'mysql://db/f?ssl-mode=preferred&socket=/run/s.sock'])(
  '%s has no TLS',
  (url) => {
    expect(poolOptions({ url })).not.toHaveProperty('ssl');
    expect(poolOptions({ url }).ways).toEqual([false]);
  },
);

test.each([
  ['mysql://db', /names no database/],
  ['mysql:db', /cannot be read/],
  ['mysql://git:kumquat/1@db/f', /cannot be read/],
  ['mysql://git:kumquat#1@db/f', /cannot be read/],
  ['mysql://db/f?ssl-mode=perhaps', /ssl-mode "perhaps" is not known/],
  ['mysql://db/f?ssl-mode=VERIFY_CA&ssl-ca=/dev/null/x', /ssl-ca: \/dev\/null\/x cannot be read/],
  ['mysql://10.0.3.20/f?ssl-mode=VERIFY_IDENTITY', /has an address instead/],
  ['oracle://git:kumquat@db/f', /cannot be read/],
  ['db/f', /cannot be read/],
])('%s is wrong usage', async (url, message) => {
  const error = await openDatabase({ url }).then(
    () => expect.unreachable(),
    (thrown) => thrown,
  );
  expect(error).toMatchObject({ kind: 'usage', message: expect.stringMatching(message) });
  expect(error.message).not.toMatch('kumquat');
});

test('the password is hidden in every form it was given in', () => {
  poolOptions({ url: 'mysql://git:plum%25%2Fjam@db/f', env: { MYSQL_PWD: 'quince-jelly' } });
  expect(redact('plum%/jam plum%25%2Fjam quince-jelly')).toBe('*** *** ***');
});
