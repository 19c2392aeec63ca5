import { CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely';
import { messageOf, problem, ToolError, unknown } from '../../common/errors.ts';
import { redact } from '../../common/redact.ts';
import type { GrantScript, Roles } from '../grant/needs.ts';
import type { Database, DatabaseIdentity, ForeignKey, Queries } from './database.ts';
import type { Dialect } from './dialect.ts';
import type { Generation } from './generation.ts';
import type { RowChange } from './joined-update.ts';
import type { TableName, Tables } from './tables.ts';

/** How often a transaction is tried that the server rolls back for the sake of another. */
const attempts = 4;

interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

interface Cut {
  readonly pieces: readonly string[];
  /** Which value stands between a piece and the next. */
  readonly values: readonly number[];
}

/** At `$1` of PostgreSQL, and at each `?`. */
function cut(text: string): Cut {
  const places = text.match(/\$\d+|\?/g) ?? [];
  return {
    pieces: text.split(/\$\d+|\?/),
    values: places.map((place, at) => (place === '?' ? at : Number(place.slice(1)) - 1)),
  };
}

export interface SqlDatabaseParts {
  /** Not bound to a schema; the database closes it. */
  readonly root: Kysely<Tables>;
  readonly dialect: Dialect;
  readonly place: string;
  readonly schema: string;
  readonly generation: Generation;
}

/** What is the same on every server: the statements, written once, and the way a transaction is tried again. */
export class SqlDatabase implements Database {
  readonly place: string;
  readonly schema: string;
  readonly generation: Generation;
  readonly clock: RawBuilder<number>;
  readonly runsAtOnce: number;
  readonly goesAhead: boolean;
  readonly queries: Kysely<Tables>;
  readonly #root: Kysely<Tables>;
  readonly #dialect: Dialect;
  /** Statements cut at the places for their values: thousands of repairs have a handful of them. */
  readonly #cut = new Map<string, Cut>();

  constructor({ root, dialect, place, schema, generation }: SqlDatabaseParts) {
    this.#root = root;
    this.#dialect = dialect;
    this.place = place;
    this.schema = schema;
    this.generation = generation;
    this.clock = dialect.now;
    this.runsAtOnce = dialect.runsAtOnce;
    this.goesAhead = dialect.goesAhead;
    this.queries = root.withSchema(schema);
  }

  snapshot<T>(read: (queries: Queries) => Promise<T>): Promise<T> {
    return this.#dialect.snapshot(this.#root, (queries) => read(queries.withSchema(this.schema)));
  }

  async transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#dialect.transaction(this.#root, (queries) => work(queries.withSchema(this.schema)));
      } catch (error) {
        if (!this.#dialect.isRetryable(error)) throw error;
        if (attempt === attempts)
          throw problem(
            `${this.place}: the rows stayed locked by someone else (${messageOf(error)}; ${attempts} tries). Nothing was changed.`,
            `Run it again in a moment. Another ci-doctor or a busy server holds them; ${this.#dialect.whoLocks}.`,
            error,
          );
        await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt * (0.5 + Math.random())));
      }
    }
  }

  async now(queries: Queries = this.queries): Promise<number> {
    const { rows } = await sql<{ now: number }>`SELECT ${this.clock} AS now`.execute(queries);
    return Number(rows[0]!.now);
  }

  payloadHolds(texts: readonly string[]): RawBuilder<boolean> {
    const tests = texts.map((text) => this.#dialect.holds('workflow_payload', Buffer.from(text)));
    return sql<boolean>`coalesce(${sql.join(tests, sql` OR `)}, false)`;
  }

  async logIndexLength(taskId: number): Promise<number> {
    const row = await this.queries
      .selectFrom('action_task')
      .select(sql<number>`coalesce(length(log_indexes), 0)`.as('length'))
      .where('id', '=', taskId)
      .executeTakeFirst();
    return row?.length ?? 0;
  }

  async logIndexSlice(taskId: number, offset: number, length: number): Promise<Buffer> {
    const row = await this.queries
      .selectFrom('action_task')
      .select(sql<Buffer | null>`substr(log_indexes, ${sql.lit(offset + 1)}, ${sql.lit(length)})`.as('slice'))
      .where('id', '=', taskId)
      .executeTakeFirst();
    return row?.slice ?? Buffer.alloc(0);
  }

  identity(): Promise<DatabaseIdentity> {
    return this.#dialect.identity(this.#root, this.schema);
  }

  grants(roles: Roles): Promise<GrantScript> {
    return this.#dialect.grants(this.#root, this.schema, this.generation, roles);
  }

  foreignKeys(queries: Queries = this.queries): Promise<readonly ForeignKey[]> {
    return this.#dialect.foreignKeys(queries, this.schema);
  }

  literal(statement: Statement): string {
    return redact(this.#withValues(statement));
  }

  async executeAll(queries: Queries, statements: readonly Statement[]): Promise<readonly number[]> {
    if (this.#dialect.executeTexts)
      return this.#dialect.executeTexts(
        queries,
        statements.map((statement) => this.#withValues(statement)),
      );
    const counts: number[] = [];
    for (const { sql: text, parameters } of statements) {
      const { numAffectedRows } = await queries.executeQuery(CompiledQuery.raw(text, [...parameters]));
      counts.push(Number(numAffectedRows ?? 0));
    }
    return counts;
  }

  updateTogether(table: TableName, rows: readonly RowChange[]): string {
    return this.#dialect.updateTogether(this.schema, table, rows);
  }

  #withValues({ sql: text, parameters }: Statement): string {
    if (parameters.length === 0) return text;
    const { pieces, values } = this.#cut.get(text) ?? cut(text);
    this.#cut.set(text, { pieces, values });
    let written = pieces[0]!;
    for (const [at, value] of values.entries()) written += this.#dialect.literal(parameters[value]) + pieces[at + 1]!;
    return written;
  }

  explain(error: unknown): unknown {
    return this.#dialect.explain(error, this.place);
  }

  async explainWell(error: unknown): Promise<unknown> {
    // What cannot be asked any more is not worth another error.
    const lacking = await this.#dialect.lacking?.(error, this.#root, this.schema, this.generation).catch(() => '');
    const told = this.explain(error);
    return lacking && told instanceof ToolError
      ? unknown(`${told.message.replace(/\.$/, '')}: ${lacking}.`, told.fix, error)
      : told;
  }

  async close(): Promise<void> {
    await this.#root.destroy();
  }
}
