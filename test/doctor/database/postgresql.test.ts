import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { redact } from '../../../src/common/redact.ts';
import { openPostgresql } from '../../../src/doctor/database/postgresql.ts';
import { databaseError } from '../../../src/doctor/database/postgresql-errors.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});
async function listen(answer: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    answer(socket);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
const failure = (
  url: string,
  env: Record<string, string> = {},
): Promise<{ kind: string; message: string; fix: string }> =>
  openPostgresql({ url, env, connectTimeoutMs: 300 }).then(
    () => expect.unreachable(),
    (error) => error,
  );

describe('an address that cannot be one', () => {
  test.each([
    'db/forgejo',
    'mysql://git:kumquat-1@db/forgejo',
    'https://git:kumquat-1@db/forgejo',
    'postgres://git:kumquat/1@db/forgejo',
    'postgres://git:12/kumquat-1@db/forgejo',
    'postgres://git:12?kumquat-1@db/forgejo',
    'postgres://git:12#kumquat-1@db/forgejo',
    'postgres://git:kumquat#1@db/forgejo',
    'postgres:// git:kumquat-1@d b/forgejo',
  ])('%s', async (url) => {
    const error = await failure(url);
    expect(error).toMatchObject({ kind: 'usage', message: expect.stringMatching(/^The database URL cannot be read/) });
    expect(error.message).not.toMatch('kumquat');
    expect(error.fix).toMatch(/percent-encoding/);
  });
});

test.each([
  ['sslmode=perhaps', /sslmode "perhaps" is not known/],
  ['sslmode=require&sslrootcert=/dev/null/ca.pem', /sslrootcert: \/dev\/null\/ca\.pem cannot be read/],
])('?%s is wrong usage', async (query, message) => {
  expect(await failure(`postgres://h/d?${query}`)).toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(message),
  });
});

describe('a server that is none', () => {
  const where = (port: number) => new RegExp(`^PostgreSQL 127\\.0\\.0\\.1:${port}, database "PROD-ALM": `);

  test('nothing listens', async () => {
    const port = await listen(() => {});
    await new Promise((resolve) => servers.pop()!.close(resolve));
    const error = await failure(`postgres://git@127.0.0.1:${port}/PROD-ALM`);
    expect(error).toMatchObject({ kind: 'unknown', message: expect.stringMatching(/nothing listens there/) });
    expect(error.message).toMatch(where(port));
    expect(error.fix).toMatch(/listen_addresses/);
  });

  test('somebody listens and never answers', async () => {
    const port = await listen(() => {});
    const error = await failure(`postgres://git@127.0.0.1:${port}/PROD-ALM`);
    expect(error).toMatchObject({ kind: 'unknown', message: expect.stringMatching(/no answer in time/) });
    expect(error.message).toMatch(where(port));
  });

  test('somebody hangs up', async () => {
    const port = await listen((socket) => socket.end());
    const error = await failure(`postgres://git@127.0.0.1:${port}/PROD-ALM`);
    expect(error).toMatchObject({ kind: 'unknown', message: expect.stringMatching(/the connection broke/) });
  });

  test('there is no such socket', async () => {
    for (const url of ['postgres:///PROD-ALM?host=/nowhere', 'postgres://git:pear-basket@/PROD-ALM?host=/nowhere'])
      expect(await failure(url)).toMatchObject({
        kind: 'unknown',
        message: 'PostgreSQL /nowhere, database "PROD-ALM": there is no such socket.',
      });
  });
});

test('the password is hidden in every form it was given in', async () => {
  await failure('postgres://git:plum%25%2Fjam@127.0.0.1:1/d', { PGPASSWORD: 'quince-jelly' });
  await failure('postgres://git:100%fig-tart@127.0.0.1:1/d');
  await failure('postgres://git@127.0.0.1:1/d?password=lemon-curd');
  expect(redact('plum%/jam plum%25%2Fjam quince-jelly 100%fig-tart lemon-curd')).toBe('*** *** *** *** ***');
});

describe('what a statement fails with later', () => {
  const server = (code: string, message: string) => Object.assign(new pg.DatabaseError(message, 1, 'error'), { code });

  test.each([
    [server('42501', 'permission denied for table action_run'), 'unknown', /lacks a privilege \(permission denied/],
    [server('25006', 'cannot execute UPDATE in a read-only transaction'), 'problem', /only reads/],
    [server('57P01', 'terminating connection due to administrator command'), 'unknown', /the connection broke/],
    [new Error('Connection terminated unexpectedly'), 'unknown', /the connection broke/],
    [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'unknown', /the connection broke/],
    [new Error('timeout exceeded when trying to connect'), 'unknown', /no answer in time/],
  ])('%s is explained', (error, kind, message) => {
    expect(databaseError(error, 'here')).toMatchObject({ kind, message: expect.stringMatching(message), cause: error });
  });

  test.each([
    server('42601', 'syntax error at or near "SELEC"'),
    new TypeError('x is undefined'),
    Object.assign(new Error('EACCES: permission denied, open /undo'), { code: 'EACCES' }),
    new Error('a timeout of something else'),
  ])('%s is handed back as it is', (error) => {
    expect(databaseError(error, 'here')).toBe(error);
  });
});
