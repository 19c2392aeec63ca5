import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Libsql from 'libsql';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { play as playOut, stuckRun } from '../../../demo/forgejo/rows.ts';
import type { Database } from '../../../src/doctor/database/database.ts';
import { openDatabase } from '../../../src/doctor/database/open.ts';
import { doctor } from '../../support/doctor.ts';
import { sqliteDatabase } from '../../support/other-database.ts';
import { picture } from '../../support/situation.ts';

const directory = mkdtempSync(join(tmpdir(), 'ci-doctor-sqlite-'));
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A run whose runner was killed, in a file of its own. */
async function stuck({ journal = 'delete' } = {}) {
  const { server, result } = playOut('v12', { now: Math.floor(Date.now() / 1_000) }, (scene) => stuckRun(scene));
  const database = await sqliteDatabase({ journal });
  cleanups.push(() => database.drop());
  await database.load(server);
  return { database, runId: result.run.id };
}

/** Another program that has the file open, and does not wait. */
function someone(path: string): Libsql.Database {
  const handle = new Libsql(path);
  cleanups.unshift(() => handle.close());
  return handle;
}

async function open(url: string): Promise<Database> {
  const database = await openDatabase({ url });
  cleanups.unshift(() => database.close());
  return database;
}

describe('a file that is none', () => {
  const junk = join(directory, 'junk.db');
  writeFileSync(junk, 'This is a text, and no database at all.\n'.repeat(100));
  const empty = join(directory, 'empty.db');
  writeFileSync(empty, '');
  const other = join(directory, 'other.db');
  const handle = new Libsql(other);
  handle.exec('CREATE TABLE x (y)');
  handle.close();

  test.each([
    [join(directory, 'gone.db'), /there is no such file/, /\[database\] PATH/],
    [directory, /is not a file/, /forgejo\.db/],
    [empty, /is empty/, /forgejo\.db/],
    [junk, /not an SQLite database/, /app\.ini/],
    [other, /is not a Forgejo database: it has no table "action_run"/, /database name/],
  ])('%s', async (path, message, fix) => {
    await expect(openDatabase({ url: `sqlite://${path}` })).rejects.toMatchObject({
      kind: 'unknown',
      message: expect.stringMatching(message),
      fix: expect.stringMatching(fix),
    });
    expect(existsSync(join(directory, 'gone.db'))).toBe(false);
  });

  test.each(['sqlite:', 'sqlite://', 'file:?mode=ro'])('%s names no file', async (url) => {
    await expect(openDatabase({ url })).rejects.toMatchObject({ kind: 'usage' });
  });
});

test('the ways to write a path', async () => {
  const { database } = await stuck();
  for (const url of [
    `sqlite://${database.path}`,
    `sqlite3:${database.path}`,
    `file:${database.path}?cache=shared&mode=rwc&_busy_timeout=500&_txlock=immediate`,
    `file://localhost${database.path}`,
    `sqlite://${database.path.replace('forgejo.db', 'forgejo%2Edb')}`,
  ])
    expect((await open(url)).place, url).toBe(`SQLite ${database.path}`);
});

test('reading commands leave the file and its directory as they are', async () => {
  const { database, runId } = await stuck();
  const state = () => [
    readdirSync(dirname(database.path)),
    createHash('sha256').update(readFileSync(database.path)).digest('hex'),
  ];
  const before = state();
  for (const argv of [
    ['stuck'],
    ['runs'],
    ['show', String(runId)],
    ['logs', String(runId)],
    ['reset', String(runId), '--dry-run'],
  ])
    await doctor(database.url, argv);
  expect(state()).toEqual(before);
});

test('a database that Forgejo keeps with a WAL is repaired as well', async () => {
  const { database, runId } = await stuck({ journal: 'wal' });
  const forgejo = someone(database.path);
  expect(forgejo.prepare('PRAGMA journal_mode').all([])).toEqual([{ journal_mode: 'wal' }]);
  expect(await doctor(database.url, ['reset', '--all-stuck', '--yes'])).toMatchObject({ exit: 0 });
  expect(await picture(database, runId)).toBe('5 | 1/1 5 7 7 | 1 3');
});

test('nothing is locked between statements', async () => {
  const { database, runId } = await stuck();
  const ours = await open(database.url);
  const forgejo = someone(database.path);
  await ours.queries.selectFrom('action_run_job').selectAll().execute();
  forgejo.exec('UPDATE action_task SET updated = updated + 1');
  // Within a transaction that writes, nobody else can.
  await ours.transaction(async (queries) => {
    await queries.selectFrom('action_run').select('id').where('id', '=', runId).forUpdate().execute();
    expect(() => forgejo.exec('UPDATE action_task SET updated = updated + 1')).toThrow(/locked/);
  });
  forgejo.exec('UPDATE action_task SET updated = updated + 1');
});

test('a transaction that fails leaves nothing behind, and no lock', async () => {
  const { database } = await stuck();
  const ours = await open(database.url);
  const before = await database.query('SELECT * FROM action_task ORDER BY id');
  await expect(
    ours.transaction(async (queries) => {
      await queries.updateTable('action_task').set({ status: 0 }).execute();
      throw new Error('changed my mind');
    }),
  ).rejects.toThrow('changed my mind');
  expect(await database.query('SELECT * FROM action_task ORDER BY id')).toEqual(before);
  someone(database.path).exec('UPDATE action_task SET updated = updated + 1');
});

describe('several reads see one moment', () => {
  /** Reads a job and its task, while `between` happens; returns their statuses and how often it looked. */
  async function look(url: string, between: (look: number) => void) {
    const ours = await open(url);
    let looks = 0;
    const seen = await ours.snapshot(async (queries) => {
      looks++;
      const read = (table: 'action_run_job' | 'action_task') =>
        queries.selectFrom(table).select('status').orderBy('id', 'desc').execute();
      const jobs = await read('action_run_job');
      between(looks);
      return { jobs: jobs.map(({ status }) => status), tasks: (await read('action_task')).map(({ status }) => status) };
    });
    return { ...seen, looks };
  }
  /** The task and its job end together. */
  const end = (forgejo: Libsql.Database, status: number) =>
    forgejo.exec(
      `BEGIN IMMEDIATE; UPDATE action_task SET status = ${status}; UPDATE action_run_job SET status = ${status}; COMMIT`,
    );

  test('somebody commits during the first look: it looks again', async () => {
    const { database } = await stuck();
    const forgejo = someone(database.path);
    const seen = await look(database.url, (looks) => looks === 1 && end(forgejo, 2));
    expect(seen).toEqual({ jobs: [2, 2, 2, 2], tasks: [2, 2], looks: 2 });
  });

  test('somebody commits during every look: one is taken that holds them off', async () => {
    const { database } = await stuck();
    const forgejo = someone(database.path);
    const refused: number[] = [];
    const seen = await look(database.url, (looks) => {
      try {
        end(forgejo, looks);
      } catch {
        refused.push(looks);
        forgejo.exec('ROLLBACK');
      }
    });
    expect(refused).toEqual([5]);
    expect(seen).toEqual({ jobs: [4, 4, 4, 4], tasks: [4, 4], looks: 5 });
    // And lets go.
    end(forgejo, 1);
  });

  test('with a WAL nobody is held off', async () => {
    const { database, runId } = await stuck({ journal: 'wal' });
    const forgejo = someone(database.path);
    end(forgejo, 3);
    const seen = await look(database.url, (looks) => end(forgejo, looks));
    expect(seen).toEqual({ jobs: [3, 3, 3, 3], tasks: [3, 3], looks: 1 });
    expect(await picture(database, runId)).toMatch(/\| 1\/1 1\/2 1 1 \| 1 1$/);
  });
});

test('a read waits for somebody who writes, and keeps no lock for that', async () => {
  const { database } = await stuck();
  const ours = await open(database.url);
  const forgejo = someone(database.path);
  const read = () => ours.queries.selectFrom('action_run').select('id').execute();
  for (let round = 0; round < 3; round++) {
    forgejo.exec('BEGIN EXCLUSIVE');
    const answer = read();
    await new Promise((resolve) => setTimeout(resolve, 30));
    forgejo.exec('COMMIT');
    expect(await answer).toHaveLength(1);
    expect(await read()).toHaveLength(1);
    forgejo.exec('UPDATE action_task SET updated = updated + 1');
  }
});

test('an older Forgejo, without what came later, computes the run as it did then', async () => {
  const { database, runId } = await stuck();
  await database.query('ALTER TABLE user DROP COLUMN keep_pronouns_private');
  await database.query('DELETE FROM forgejo_version');
  await database.query('INSERT INTO forgejo_version (id, version) VALUES (1, 18)');
  expect(await doctor(database.url, ['reset', String(runId), '--yes'])).toMatchObject({ exit: 0 });
  expect(await picture(database, runId)).toBe('6 | 1/1 5 7 7 | 1 3');
});

test('an undo file belongs to one file', async () => {
  const [first, second] = [await stuck(), await stuck()];
  const { json } = await doctor(first.database.url, ['reset', String(first.runId), '--yes', '--json']);
  const answer = await doctor(second.database.url, ['undo', json.undoFile, '--yes']);
  expect(answer.exit).toBe(1);
  expect(answer.err).toContain('belongs to another database');
});

test('values stand in a statement as SQLite writes them', async () => {
  const { database } = await stuck();
  const ours = await open(database.url);
  const statement = {
    sql: 'SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e',
    parameters: ["it's ?", null, 5, Buffer.from([0, 255]), true],
  };
  const [row] = await database.query(ours.literal(statement));
  expect(row).toMatchObject({ a: "it's ?", b: null, c: 5, e: 1 });
  expect(Buffer.from(row!.d as ArrayBuffer)).toEqual(Buffer.from([0, 255]));
});
