import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CompiledQuery, Kysely, sql } from 'kysely';
import { messageOf, problem, ToolError, unknown, usage } from '../../common/errors.ts';
import { sentence } from '../../common/output/words.ts';
import type { FileFacts } from '../grant/sqlite.ts';
import type { Database, ForeignKey, Queries } from './database.ts';
import type { DatabaseSettings, Dialect } from './dialect.ts';
import { inspectedTables, readLevel, type SchemaFacts, tellGeneration } from './generation.ts';
import { updateFromList } from './joined-update.ts';
import { SqlDatabase } from './sql-database.ts';
import { isBusy, resultCode, sqliteKysely } from './sqlite-driver.ts';
import type { Tables } from './tables.ts';

const schema = 'main';
/** How many looks without a lock may be spoiled by somebody's commit before one is taken with it. */
const looks = 4;
/** Milliseconds a look may hold a read lock: Forgejo waits 500 for it (`[database] SQLITE_TIMEOUT`) before a write fails. */
const longestLockMs = 150;

/** Opens a live SQLite database; never makes a file. The URL is `sqlite:///path` or `file:/path`, and a query in it is not looked at. */
export async function openSqlite(settings: DatabaseSettings): Promise<Database> {
  if (settings.schema !== undefined && settings.schema !== schema)
    throw usage(`SQLite has no schema "${settings.schema}".`, 'Leave out --schema: a file holds one database.');
  if (settings.through)
    throw usage(
      `A file of SQLite cannot be read through ${settings.through.name}.`,
      'Run ci-doctor on that host; with --log-via it reads the logs of another one.',
    );
  const path = pathOf(settings.url);
  const place = `SQLite ${path}`;
  const Libsql = await loadDriver();
  await checkFile(path, place);
  const uri = pathToFileURL(path).href;
  const root = new Kysely<Tables>({
    dialect: sqliteKysely((access) => new Libsql(`${uri}?mode=${access === 'write' ? 'rw' : 'ro'}`)),
  });
  try {
    const generation = tellGeneration(await schemaFacts(root), place, settings.generation);
    return new SqlDatabase({ root, dialect: sqlite(path), place, schema, generation });
  } catch (error) {
    await root.destroy().catch(() => {});
    if (error instanceof ToolError) throw error;
    throw (
      explained(error, place) ??
      unknown(`${place}: ${sentence(messageOf(error))}`, 'Run again with --verbose for the cause.', error)
    );
  }
}

/** `sqlite:///absolute`, `sqlite:relative`, `file:/absolute?mode=…` (as Forgejo itself writes it); percent-encoding is undone. */
function pathOf(url: string): string {
  const written = url
    .trim()
    .replace(/^\w+:(?:\/\/(?:localhost(?=\/))?)?/, '')
    .replace(/[?#].*$/s, '');
  if (written === '')
    throw usage(`The database URL "${url}" names no file.`, 'Write it as sqlite:///path/of/forgejo.db.');
  try {
    return resolve(decodeURIComponent(written));
  } catch {
    return resolve(written);
  }
}

async function loadDriver() {
  try {
    return (await import('libsql')).default;
  } catch (cause) {
    throw unknown(
      `The driver for SQLite cannot be loaded (${messageOf(cause).split('\n')[0]}).`,
      'It is native code, which the action does not carry: run the ci-doctor command on the host of Forgejo. Where the command lacks it, install its package again, with its optional dependencies.',
      cause,
    );
  }
}

/** By its name alone: opening and closing the file would end every lock that this process has on it. */
async function checkFile(path: string, place: string): Promise<void> {
  let facts: Awaited<ReturnType<typeof stat>>;
  try {
    facts = await stat(path);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw unknown(
      `${place}: ${missing ? 'there is no such file' : `it cannot be looked at (${messageOf(cause)})`}.`,
      missing
        ? 'Forgejo has its path in app.ini, [database] PATH; "--app-ini FILE" takes it from there.'
        : 'Run as the user that Forgejo runs as: sudo -u git ci-doctor …',
      cause,
    );
  }
  if (!facts.isFile() || facts.size === 0)
    throw unknown(
      `${place} is ${facts.isFile() ? 'empty' : 'not a file'}: not a Forgejo database.`,
      'Give the database file; Forgejo calls it forgejo.db or gitea.db, and has its path in app.ini, [database] PATH.',
    );
}

/** A value as SQL has it. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (Buffer.isBuffer(value)) return `X'${value.toString('hex')}'`;
  return `'${String(value).replaceAll("'", "''")}'`;
}

const sqlite = (path: string): Dialect => ({
  now: sql<number>`CAST(strftime('%s', 'now') AS INTEGER)`,
  holds: (column, bytes) => sql<boolean>`instr(CAST(${sql.ref(column)} AS BLOB), ${bytes}) > 0`,
  literal,
  async identity() {
    // A file that was put back from a copy is another one.
    const { ino } = await stat(path);
    return { database: basename(path), schema, server: `sqlite, file ${ino}` };
  },
  async grants(root, _schema, _generation, roles) {
    if (roles.host !== undefined) throw usage('--host is for MySQL: SQLite is a file of this host.', 'Leave it out.');
    return (await import('../grant/sqlite.ts')).sqliteGrants(await fileFacts(path, await hasWal(root)), roles);
  },
  async foreignKeys(queries) {
    const { rows } = await sql<{ table: string; id: number; target: string; from: string; to: string | null }>`
      SELECT m.name AS "table", k.id, k."table" AS target, k."from", k."to"
      FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) k
      WHERE m.type = 'table' AND m.name LIKE 'action\\_%' ESCAPE '\\' ORDER BY m.name, k.id, k.seq`.execute(queries);
    const keys = new Map<string, ForeignKey & { readonly columns: string[]; readonly targetColumns: string[] }>();
    for (const { table, id, target, from, to } of rows) {
      const name = `${table} to ${target} ${id}`;
      const key = keys.get(name) ?? {
        name,
        table,
        columns: [],
        targetSchema: schema,
        targetTable: target,
        targetColumns: [],
      };
      key.columns.push(from);
      // Left out, it is the primary key.
      key.targetColumns.push(to ?? 'id');
      keys.set(name, key);
    }
    return [...keys.values()];
  },
  snapshot: oneLook,
  transaction: (root, work) => root.transaction().execute(work),
  isRetryable: isBusy,
  updateTogether: (_, table, rows) => updateFromList(`"${table}"`, rows, { name: (name) => `"${name}"`, literal }),
  // Its lock is on the whole file, and Forgejo waits half a second for it.
  runsAtOnce: 10,
  goesAhead: false,
  whoLocks: `"fuser ${path}" shows who has it open`,
  explain: (error, place) => (resultCode(error) === 0 ? error : (explained(error, place) ?? error)),
});

/**
 * Several reads of one moment. With a WAL a read transaction is in nobody's way. Without one it stops every commit of
 * the server, so the reads are done without, each on its own, and count when nobody has committed between the first
 * and the last of them. On a server that writes all the time they are done once more under a lock, if a look
 * takes so little time that the server waits for it. Only where it is neither quiet nor quick do they count as they are:
 * what changes the database never goes by them, but looks anew under the lock of its own transaction.
 */
async function oneLook<T>(root: Kysely<Tables>, read: (queries: Queries) => Promise<T>): Promise<T> {
  const locked = () => root.transaction().setAccessMode('read only').execute(read);
  if (await hasWal(root)) return locked();
  let quickest = Infinity;
  for (let look = 1; ; look++) {
    const begin = performance.now();
    const [result, still] = await root.connection().execute(async (queries) => {
      const before = await dataVersion(queries);
      const seen = await read(queries);
      return [seen, (await dataVersion(queries)) === before] as const;
    });
    if (still) return result;
    quickest = Math.min(quickest, performance.now() - begin);
    if (look === looks) return quickest <= longestLockMs ? locked() : result;
  }
}

async function hasWal(root: Kysely<Tables>): Promise<boolean> {
  const { rows } = await root.executeQuery<{ journal_mode: string }>(CompiledQuery.raw('PRAGMA journal_mode'));
  return rows[0]?.journal_mode === 'wal';
}

async function fileFacts(written: string, wal: boolean): Promise<FileFacts> {
  const path = await realpath(written);
  const { uid } = await stat(path);
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const owner =
    users
      .split('\n')
      .find((line) => line.split(':')[2] === String(uid))
      ?.split(':')[0] ?? `#${uid}`;
  const closed: string[] = [];
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    if (((await stat(directory)).mode & 0o001) === 0) closed.unshift(directory);
    if (directory === dirname(directory)) return { path, owner, closed, wal };
  }
}

/** A number that is another one after somebody else has committed. */
async function dataVersion(queries: Kysely<Tables>): Promise<number> {
  const { rows } = await queries.executeQuery<{ data_version: number }>(CompiledQuery.raw('PRAGMA data_version'));
  return rows[0]!.data_version;
}

async function schemaFacts(root: Kysely<Tables>): Promise<SchemaFacts> {
  const { rows } = await sql<{ table: string; column: string }>`
    SELECT m.name AS "table", c.name AS "column" FROM sqlite_master m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name IN (${sql.join(inspectedTables)})`.execute(root);
  const columns = new Map<string, Set<string>>();
  for (const { table, column } of rows) columns.set(table, (columns.get(table) ?? new Set()).add(column));
  const index = await sql`
    SELECT 1 FROM pragma_index_list('action_task') l JOIN pragma_index_info(l.name) i
    WHERE i.seqno = 0 AND i.name = 'job_id'`.execute(root);
  return { columns, indexedTaskJobId: index.rows.length > 0, level: await readLevel(root, columns) };
}

function explained(error: unknown, place: string): ToolError | undefined {
  const text = messageOf(error);
  const fail = (what: string, fix: string) => unknown(`${place}: ${what}`, fix, error);
  const asForgejo = 'Run as the user that Forgejo runs as: sudo -u git ci-doctor …';
  // A file that cannot be opened comes without a code, as the last number of the text.
  const code = resultCode(error) || Number(/: (\d+)"\)$/.exec(text)?.[1] ?? 0);
  switch (code) {
    case 3:
    case 14:
      return fail(
        'the file, or one that SQLite keeps beside it, cannot be opened.',
        `${asForgejo}; the directory is needed too.`,
      );
    case 5:
    case 6:
      return fail(
        `it stayed locked (${text}).`,
        `Run it again in a moment; "fuser ${place.replace('SQLite ', '')}" shows who has it open.`,
      );
    case 8:
      return problem(`${place}: it may not be written (${text}). Nothing was changed.`, asForgejo, error);
    case 10:
      return fail(`the file system failed (${text}).`, 'Look at the disk, and at "dmesg".');
    case 11:
      return fail(
        `the file is damaged (${text}).`,
        'Stop Forgejo, and look with: sqlite3 FILE "PRAGMA integrity_check"',
      );
    case 13:
      return problem(`${place}: the disk is full. Nothing was changed.`, 'Make room, then run it again.', error);
    case 26:
      return fail('it is not an SQLite database.', 'Forgejo has the path of its own in app.ini, [database] PATH.');
  }
  return undefined;
}
