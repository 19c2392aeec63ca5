import { copyFile, mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cacheDirectory, type EmbeddedPostgres, startPostgres } from '../../demo/forgejo/postgres.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'embedded-postgres-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  return (await client.query(sql).finally(() => client.end())).rows;
}

describe('an embedded PostgreSQL', () => {
  let server: EmbeddedPostgres;
  let clients: pg.Client[];

  beforeAll(async () => {
    server = await startPostgres();
    clients = Array.from({ length: 6 }, () => new pg.Client(server.url));
    for (const client of clients) await client.connect();
    await clients[0]!.query('CREATE TABLE counter (id int PRIMARY KEY, value int)');
    await clients[0]!.query('INSERT INTO counter SELECT n, 0 FROM generate_series(1, 6) n');
  });
  afterAll(async () => {
    for (const client of clients) await client.end();
    await server.stop();
  });

  test('answers under the name in its address', async () => {
    expect(server.url).toMatch(/^postgres:\/\/forgejo:[^@]+@127\.0\.0\.1:\d+\/forgejo\?sslmode=disable$/);
    expect(await ask(server.url, 'SELECT current_user::text AS who, current_database()::text AS what')).toEqual([
      { who: 'forgejo', what: 'forgejo' },
    ]);
  });

  test('gives every connection the answers to its own questions', async () => {
    // Values too long for one packet: the messages of one query arrive between those of others.
    const askOften = async (client: pg.Client, mine: number) => {
      const long = `${mine}`.repeat(300_000);
      for (let turn = 0; turn < 8; turn++) {
        const { rows } =
          mine % 2 === 0
            ? await client.query('SELECT $1::int AS mine, length($2) AS length', [mine, long])
            : await client.query('SELECT length($1) AS length, $2::text AS turn', [long, `${turn}`]);
        expect(rows).toEqual([mine % 2 === 0 ? { mine, length: 300_000 } : { length: 300_000, turn: `${turn}` }]);
      }
    };
    await Promise.all(clients.map(askOften));
  });

  test('goes on after an error, on this connection and on the others', async () => {
    await expect(clients[0]!.query('SELECT $1::int / 0', [1])).rejects.toMatchObject({ code: '22012' });
    await expect(clients[0]!.query('SELECT nothing FROM nowhere')).rejects.toMatchObject({ code: '42P01' });
    for (let turn = 0; turn < 20; turn++) {
      const wrong = turn % 2 ? 'SELECT $1::int / 0' : 'SELECT $1::int FROM nowhere';
      await expect(clients[0]!.query(wrong, [1])).rejects.toMatchObject({ code: turn % 2 ? '22012' : '42P01' });
      // Sent at the first word that the server is ready; a second word would end it without an answer.
      const { rows } = await clients[0]!.query('SELECT $1::int AS turn', [turn]);
      expect(rows).toEqual([{ turn }]);
    }
    for (const client of clients) expect((await client.query('SELECT $1::int AS one', [1])).rows).toEqual([{ one: 1 }]);
  });

  test('lets a second transaction wait for the first', async () => {
    const [one, two] = [clients[0]!, clients[1]!];
    await one.query('BEGIN');
    await one.query('SELECT value FROM counter WHERE id = $1 FOR UPDATE', [1]);
    const order: string[] = [];
    const other = (async () => {
      await two.query('BEGIN');
      await two.query('UPDATE counter SET value = value * 10 WHERE id = $1', [1]);
      await two.query('COMMIT');
      order.push('two');
    })();
    await one.query('UPDATE counter SET value = value + 4 WHERE id = $1', [1]);
    await one.query('COMMIT').then(() => order.push('one'));
    await other;
    expect(order).toEqual(['one', 'two']);
    expect((await one.query('SELECT value FROM counter WHERE id = 1')).rows).toEqual([{ value: 40 }]);
  });

  test('takes back what a connection leaves open', async () => {
    const leaver = new pg.Client(server.url);
    await leaver.connect();
    await leaver.query('BEGIN');
    await leaver.query('UPDATE counter SET value = 99 WHERE id = 2');
    await leaver.end();
    expect((await clients[2]!.query('SELECT value FROM counter WHERE id = 2')).rows).toEqual([{ value: 0 }]);
  });

  test('knows advisory locks and lock_timeout', async () => {
    const { rows } = await clients[3]!.query('SELECT pg_try_advisory_lock(7) AS got, pg_advisory_unlock(7) AS gone');
    expect(rows).toEqual([{ got: true, gone: true }]);
    await clients[3]!.query('BEGIN');
    await clients[3]!.query("SET LOCAL lock_timeout = '2s'");
    expect((await clients[3]!.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '2s' }]);
    await clients[3]!.query('COMMIT');
  });
});

test('keeps its data in a directory', async () => {
  const dataDir = join(scratch, 'data');
  const first = await startPostgres({ dataDir });
  await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await first.stop();
  const second = await startPostgres({ dataDir });
  expect(await ask(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  await second.stop();
});

describe('the snapshot of an empty database', () => {
  const works = async (cacheDir: string) => {
    const server = await startPostgres({ cacheDir });
    expect(await ask(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
  };

  test('is made anew when it is broken', async () => {
    const cacheDir = join(scratch, 'cache');
    const [name] = (await readdir(cacheDirectory())).filter((file) => file.endsWith('.snapshot'));
    await mkdir(cacheDir);
    await copyFile(join(cacheDirectory(), name!), join(cacheDir, name!));
    const { size } = await stat(join(cacheDir, name!));
    await truncate(join(cacheDir, name!), size / 2);
    await works(cacheDir);
    expect((await stat(join(cacheDir, name!))).size).toBe(size);
  }, 120_000);

  test('is done without where it cannot be kept', async () => {
    await writeFile(join(scratch, 'file'), '');
    await works(join(scratch, 'file/cache'));
  }, 120_000);
});

test('finds its cache where the user wants caches', () => {
  expect(cacheDirectory({ XDG_CACHE_HOME: '/var/cache/me' })).toBe('/var/cache/me/forgejo-ci-toolkit');
  expect(cacheDirectory({})).toMatch(/\/\.cache\/forgejo-ci-toolkit$/);
});
