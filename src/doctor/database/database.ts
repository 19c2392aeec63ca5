import type { Kysely, RawBuilder, Transaction } from 'kysely';
import type { GrantScript, Roles } from '../grant/needs.ts';
import type { Generation } from './generation.ts';
import type { RowChange } from './joined-update.ts';
import type { TableName, Tables } from './tables.ts';

/** A query builder over the tables, bound to their schema; inside a transaction or not. */
export type Queries = Kysely<Tables> | Transaction<Tables>;

/** A foreign key of one of the CI tables. */
export interface ForeignKey {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly targetSchema: string;
  readonly targetTable: string;
  readonly targetColumns: readonly string[];
}

/** Tells one database from all others, so that an undo file is applied to the one it came from. */
export interface DatabaseIdentity {
  readonly database: string;
  readonly schema: string;
  /** What the server says of itself (PostgreSQL: the cluster's system identifier and the database's oid). */
  readonly server: string;
}

/** Forgejo's database, whichever server it is on. What differs between the servers is in their Dialect. */
export interface Database {
  /** For messages: server, database and schema, never a password. */
  readonly place: string;
  readonly schema: string;
  readonly generation: Generation;
  /** How many runs one transaction may repair, so that nobody waits long for its locks. */
  readonly runsAtOnce: number;
  /**
   * A second transaction may lock and read its rows while the one before it writes others: nobody then waits for a row that
   * no statement of his is about.
   */
  readonly goesAhead: boolean;
  /** Reads outside a transaction, each statement on its own. */
  readonly queries: Kysely<Tables>;
  /** Several reads that see one moment of the database; writes nothing. */
  snapshot<T>(read: (queries: Queries) => Promise<T>): Promise<T>;
  /**
   * Work that is committed whole or not at all. Waits a few seconds for a lock at most; a deadlock, serialization
   * failure or lock time-out rolls back and runs `work` anew, a bounded number of times.
   */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** The server's clock in Unix seconds, the one Forgejo's rows are most likely written by; to select it with rows. */
  readonly clock: RawBuilder<number>;
  /** What that clock says. */
  now(queries?: Queries): Promise<number>;
  /** Over `action_run_job`: does the job's workflow hold one of these texts? Looked for in the database; the payload is never fetched. */
  payloadHolds(texts: readonly string[]): RawBuilder<boolean>;
  /** Bytes in `action_task.log_indexes`, and a slice of them: the whole can be tens of megabytes. */
  logIndexLength(taskId: number): Promise<number>;
  logIndexSlice(taskId: number, offset: number, length: number): Promise<Buffer>;
  /**
   * Executes statements in their order, inside the caller's transaction, in as few round trips as the server allows. One
   * without parameters is taken as it is.
   * @returns how many rows each met (matched, not only changed)
   */
  executeAll(
    queries: Queries,
    statements: readonly { readonly sql: string; readonly parameters: readonly unknown[] }[],
  ): Promise<readonly number[]>;
  /**
   * Many rows' updates as one statement, values written in; each row is guarded by its own values.
   * @param rows set and guard the same columns, and hold NULL in the same of them
   */
  updateTogether(table: TableName, rows: readonly RowChange[]): string;
  identity(): Promise<DatabaseIdentity>;
  /** What an administrator runs for a user who may look and one who may repair. */
  grants(roles: Roles): Promise<GrantScript>;
  foreignKeys(queries?: Queries): Promise<readonly ForeignKey[]>;
  /** A statement with its values written in, as the server would take it from a person. */
  literal(statement: { readonly sql: string; readonly parameters: readonly unknown[] }): string;
  /**
   * What a statement failed with, as a person can act on it, when that is due to the server or the role: a missing
   * privilege, a connection that broke, a standby. Anything else is handed back as it is.
   */
  explain(error: unknown): unknown;
  /** The same, and which columns the role lacks where the server does not name them: asks the server. */
  explainWell(error: unknown): Promise<unknown>;
  close(): Promise<void>;
}
