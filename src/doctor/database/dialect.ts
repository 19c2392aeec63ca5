import type { Kysely, RawBuilder } from 'kysely';
import type { Host } from '../../deploy/host/host.ts';
import type { GrantScript, Roles } from '../grant/needs.ts';
import type { DatabaseIdentity, ForeignKey, Queries } from './database.ts';
import type { Aggregation, Generation } from './generation.ts';
import type { RowChange } from './joined-update.ts';
import type { TableName, Tables } from './tables.ts';

export interface DatabaseSettings {
  /** `postgres://…`, `mysql://…`, `sqlite:///…`: the scheme decides what the rest means. */
  readonly url: string;
  /** Where the tables are; found by looking when left out. */
  readonly schema?: string;
  readonly generation?: Aggregation;
  /** For what the URL leaves out: PGHOST, PGUSER, PGSSLMODE … as libpq knows them. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The host that sees the server, where this machine does not. */
  readonly through?: Host;
  /** Milliseconds to wait for a connection. */
  readonly connectTimeoutMs?: number;
}

/**
 * What differs between the database servers that Forgejo runs on. A further one is a file that exports a function which
 * opens a SqlDatabase with its dialect, and a line in open.ts.
 */
export interface Dialect {
  /** The server's clock in Unix seconds, at the time of the statement. */
  readonly now: RawBuilder<number>;
  /** Does a column of bytes hold these? NULL where the column is NULL. */
  holds(column: 'workflow_payload', bytes: Buffer): RawBuilder<boolean>;
  /** A value as the server's SQL has it. */
  literal(value: unknown): string;
  identity(root: Kysely<Tables>, schema: string): Promise<DatabaseIdentity>;
  /** See `Database.grants`. */
  grants(root: Kysely<Tables>, schema: string, generation: Generation, roles: Roles): Promise<GrantScript>;
  /** Those of the `action_…` tables. */
  foreignKeys(queries: Queries, schema: string): Promise<readonly ForeignKey[]>;
  snapshot<T>(root: Kysely<Tables>, read: (queries: Queries) => Promise<T>): Promise<T>;
  /** One try of a transaction that writes: what `work` reads is the newest that is committed, locked rows or not. */
  transaction<T>(root: Kysely<Tables>, work: (queries: Queries) => Promise<T>): Promise<T>;
  /**
   * Executes statements with their values written in, in fewer round trips than one each, and answers how many rows each
   * met. Left out where a statement costs no round trip.
   */
  executeTexts?(queries: Queries, texts: readonly string[]): Promise<readonly number[]>;
  /** See `Database.updateTogether`. */
  updateTogether(schema: string, table: TableName, rows: readonly RowChange[]): string;
  /** See `Database.runsAtOnce`. */
  readonly runsAtOnce: number;
  /** See `Database.goesAhead`. */
  readonly goesAhead: boolean;
  /** A transaction that failed with this was rolled back for the sake of another, and can be tried again. */
  isRetryable(error: unknown): boolean;
  /** Completes "Another ci-doctor or a busy server holds them": how to see which. */
  readonly whoLocks: string;
  /** See `Database.explain`. */
  explain(error: unknown, place: string): unknown;
  /** Which of the columns that ci-doctor needs this error is about, as a sentence; where the server's own text does not say. */
  lacking?(error: unknown, root: Kysely<Tables>, schema: string, generation: Generation): Promise<string>;
}
