import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type Kysely,
  type QueryResult,
  type SelectModifierNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from 'kysely';
import type Libsql from 'libsql';

/** Opens the file; nothing is read yet. */
export type OpenFile = (access: 'read' | 'write') => Libsql.Database;

/** Milliseconds that a statement, or the begin of a transaction, waits for the lock of somebody else. */
const patienceMs = 4_000;
/** Milliseconds between two tries; to write, more than Forgejo's driver waits, which would otherwise never have its turn. */
const readAgainMs = 5;
const writeAgainMs = 60;
/**
 * Milliseconds that a commit waits for readers to finish. While it waits nobody can begin to read, Forgejo neither (which
 * gives up after half a second), so it is better to let go and begin anew.
 */
const commitPatienceMs = 200;

/** SQLite through libsql, for Kysely. */
export const sqliteKysely = (open: OpenFile) => ({
  createAdapter: () => new SqliteAdapter(),
  createDriver: () => new SqliteDriver(open),
  createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
  createQueryCompiler: () => new LockFreeCompiler(),
});

/** SQLite has no row locks: whoever may write at all has the whole file, from BEGIN IMMEDIATE to the end. */
class LockFreeCompiler extends SqliteQueryCompiler {
  protected override visitSelectModifier(node: SelectModifierNode): void {
    if (node.modifier !== 'ForUpdate') super.visitSelectModifier(node);
  }
}

/**
 * One connection, used by one at a time. It reads through a handle that cannot write, and opens another when something is
 * to be written. A statement is read to its end before anything else happens: no cursor is ever left open, because even
 * a read lock keeps a server whose journal is not a WAL from committing.
 */
class SqliteDriver implements Driver {
  readonly #open: OpenFile;
  #connection: SqliteConnection | undefined;
  #queue: Promise<void> = Promise.resolve();
  #release: () => void = () => {};

  constructor(open: OpenFile) {
    this.#open = open;
  }

  async init(): Promise<void> {
    this.#connection = new SqliteConnection(this.#open);
  }

  async acquireConnection(): Promise<SqliteConnection> {
    const turn = this.#queue;
    let release = () => {};
    this.#queue = new Promise((resolve) => {
      release = resolve;
    });
    await turn;
    this.#release = release;
    return this.#connection!;
  }

  async releaseConnection(): Promise<void> {
    this.#release();
  }

  async beginTransaction(connection: SqliteConnection, { accessMode }: TransactionSettings): Promise<void> {
    await connection.begin(accessMode === 'read only' ? 'read' : 'write');
  }

  async commitTransaction(connection: SqliteConnection): Promise<void> {
    await connection.end('COMMIT');
  }

  async rollbackTransaction(connection: SqliteConnection): Promise<void> {
    await connection.end('ROLLBACK');
  }

  async destroy(): Promise<void> {
    this.#connection?.close();
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #open: OpenFile;
  readonly #reading: Libsql.Database;
  #writing: Libsql.Database | undefined;
  /** The handle that statements go to. */
  #current: Libsql.Database;
  /** When the file was last locked for writing, and until when. */
  #locked = { from: 0, to: 0 };

  constructor(open: OpenFile) {
    this.#open = open;
    this.#reading = open('read');
    this.#current = this.#reading;
  }

  async begin(access: 'read' | 'write'): Promise<void> {
    if (access === 'read') return this.#beginToRead();
    this.#writing ??= this.#open('write');
    const handle = this.#writing;
    // Of many repairs in a row: as long as they hold others off, they let them in.
    const { from, to } = this.#locked;
    await sleep(Math.max(0, to + (to - from) - performance.now()));
    await patiently(patienceMs, writeAgainMs, () => handle.exec('BEGIN IMMEDIATE'));
    this.#locked.from = performance.now();
    this.#current = handle;
  }

  /**
   * Takes the read lock. libsql keeps a prepared statement that met a lock until it is collected, and with it, from the next
   * statement on, the read lock: so a lock is only ever met by `exec`, which keeps nothing.
   */
  async #beginToRead(): Promise<void> {
    this.#reading.exec('BEGIN');
    try {
      await patiently(patienceMs, readAgainMs, () => this.#reading.exec('SELECT 1 FROM sqlite_master LIMIT 1'));
    } catch (error) {
      this.#reading.exec('ROLLBACK');
      throw error;
    }
  }

  async end(how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    // Some failures have rolled back already.
    if (how === 'COMMIT' || this.#current.inTransaction)
      await patiently(commitPatienceMs, readAgainMs, () => this.#current.exec(how));
    if (this.#current === this.#writing) this.#locked.to = performance.now();
    this.#current = this.#reading;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#current.inTransaction) return this.#run(query);
    await this.#beginToRead();
    try {
      return this.#run(query);
    } finally {
      this.#reading.exec('COMMIT');
    }
  }

  #run<Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> {
    const values = parameters.map(toSqlite);
    const statement = this.#current.prepare(sql);
    if (statement.reader)
      return { rows: (statement.all(values) as Record<string, unknown>[]).map(fromSqlite) as Row[] };
    return { rows: [], numAffectedRows: BigInt(statement.run(values).changes) };
  }

  // biome-ignore lint/correctness/useYield: a stream would be an open cursor.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('A cursor on SQLite would lock the file.');
  }

  close(): void {
    this.#reading.close();
    this.#writing?.close();
  }
}

/** libsql ends the process when it is given a boolean, and stores a number as a floating-point one. */
function toSqlite(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  return value ?? null;
}

function fromSqlite(row: Record<string, unknown>): Record<string, unknown> {
  for (const [column, value] of Object.entries(row)) if (value instanceof ArrayBuffer) row[column] = Buffer.from(value);
  return row;
}

/** The primary result code; the others refine it. */
export const resultCode = (error: unknown): number => ((error as { rawCode?: number }).rawCode ?? 0) & 0xff;
export const isBusy = (error: unknown): boolean => resultCode(error) === 5;

/**
 * Tries again while somebody else holds the file. SQLite's own time-out would do so as well, but stop this whole process
 * meanwhile, and with it whoever in it holds the lock.
 */
async function patiently<T>(limitMs: number, againMs: number, work: () => T): Promise<T> {
  for (const deadline = performance.now() + limitMs; ; ) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
    }
    await sleep(againMs * (0.5 + Math.random()));
  }
}
