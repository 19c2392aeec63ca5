import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { unknown } from '../../common/errors.ts';
import { ForwardedSocket } from '../../deploy/host/socket.ts';
import type { Database, ForeignKey } from './database.ts';
import type { DatabaseSettings, Dialect } from './dialect.ts';
import { isTlsFailure, openEitherWay } from './either-way.ts';
import { inspectedTables, readLevel, type SchemaFacts, tellGeneration } from './generation.ts';
import { updateFromList } from './joined-update.ts';
import { connectionError, databaseError } from './postgresql-errors.ts';
import { clientConfig, placeOf } from './postgresql-url.ts';
import { SqlDatabase } from './sql-database.ts';
import type { Tables } from './tables.ts';

/** Milliseconds a statement waits for a row lock: shorter than a runner's patience for its next report. */
const lockTimeoutMs = 4_000;
/** Statements in one text. */
const statementsAtOnce = 500;
/** Milliseconds that a transaction may do nothing while it holds rows: then the server ends it, should this process hang. */
const idleTimeoutMs = 30_000;
const retryable = new Set(['40001', '40P01', '55P03']);

const { builtins } = pg.types;
// Ids and times are bigint: whole numbers below 2^53, which a JavaScript number holds exactly.
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

export async function openPostgresql(settings: DatabaseSettings): Promise<Database> {
  const { ways, ...config } = clientConfig(settings);
  const open = (encrypted: boolean) => openWith(settings, encrypted ? config : { ...config, ssl: false });
  // Who may connect can depend on TLS: pg_hba.conf has lines for each.
  const refused = new Set(['28000', '28P01']);
  return openEitherWay(
    ways,
    open,
    (error) => isTlsFailure(error) || refused.has((error as { code?: string } | undefined)?.code ?? ''),
  );
}

async function openWith(settings: DatabaseSettings, config: pg.ClientConfig): Promise<Database> {
  const { env = {} } = settings;
  const server = `${placeOf(config, env)}${settings.through ? ` through ${settings.through.name}` : ''}`;
  // pg leaves a connection open that failed half-way, as for a missing password; it would keep the process until the
  // server hangs up, a minute later.
  const sockets = new Set<Duplex>();
  const { through } = settings;
  const stream = () => {
    const socket = through ? new ForwardedSocket(through) : new Socket();
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    return socket;
  };
  const pool = new pg.Pool({ ...config, stream, types, max: 2, application_name: 'ci-doctor' });
  // An idle connection that breaks is met by the next statement, which says more.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    // So is one that breaks while it is in use; nobody else listens then, and the process would end.
    client.on('error', () => {});
    answerCounts(client);
  });
  const root = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    const tables = await forgejoTables(root);
    const schema = pickSchema(tables, server, settings.schema);
    const place = `${server}${schema === 'public' ? '' : `, schema "${schema}"`}`;
    const generation = tellGeneration(await schemaFacts(root, schema, tables), place, settings.generation);
    return new SqlDatabase({ root, dialect: postgresql, place, schema, generation });
  } catch (error) {
    await root.destroy().catch(() => {});
    for (const socket of sockets) socket.destroy();
    throw connectionError(error, server, config, env);
  }
}

/** A value as SQL has it. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'`;
  return pg.escapeLiteral(String(value));
}

const postgresql: Dialect = {
  now: sql<number>`floor(extract(epoch FROM clock_timestamp()))::bigint`,
  holds: (column, bytes) => sql<boolean>`position(${bytes}::bytea IN ${sql.ref(column)}) > 0`,
  literal,
  async identity(root, schema) {
    const { rows } = await sql<{
      database: string;
      oid: number;
    }>`SELECT current_database() AS database, oid::bigint AS oid FROM pg_database WHERE datname = current_database()`.execute(
      root,
    );
    const system = await sql<{ id: string }>`SELECT system_identifier::text AS id FROM pg_control_system()`
      .execute(root)
      .then((result) => result.rows[0]?.id ?? 'unknown')
      // The function can be revoked from ordinary roles.
      .catch(() => 'unknown');
    return { database: rows[0]!.database, schema, server: `postgresql ${system}/${rows[0]!.oid}` };
  },
  grants: async (_, schema, generation, roles) =>
    (await import('../grant/postgresql.ts')).postgresqlGrants(generation, schema, roles),
  async foreignKeys(queries, schema) {
    const { rows } = await sql<ForeignKey>`
      SELECT k.conname AS name, t.relname AS "table", f.relname AS "targetTable", fn.nspname AS "targetSchema",
        (SELECT json_agg(a.attname ORDER BY x.position) FROM unnest(k.conkey) WITH ORDINALITY AS x(number, position)
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.number) AS columns,
        (SELECT json_agg(a.attname ORDER BY x.position) FROM unnest(k.confkey) WITH ORDINALITY AS x(number, position)
          JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.number) AS "targetColumns"
      FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
        JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
      WHERE k.contype = 'f' AND n.nspname = ${schema} AND t.relname LIKE 'action\\_%'`.execute(queries);
    return rows;
  },
  snapshot: (root, read) =>
    root.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read),
  transaction: (root, work) =>
    root.transaction().execute(async (transaction) => {
      await sql`SET LOCAL lock_timeout = ${sql.lit(lockTimeoutMs)}`.execute(transaction);
      await sql`SET LOCAL idle_in_transaction_session_timeout = ${sql.lit(idleTimeoutMs)}`.execute(transaction);
      return work(transaction);
    }),
  isRetryable: (error) => retryable.has((error as { code?: string }).code ?? ''),
  async executeTexts(queries, texts) {
    const counts: number[] = [];
    for (let from = 0; from < texts.length; from += statementsAtOnce) {
      const some = texts.slice(from, from + statementsAtOnce);
      // One statement alone is not answered with a list of results.
      const { rows } = await queries.executeQuery<{ count: number }>(
        CompiledQuery.raw([...some, 'SELECT'].join(';\n')),
      );
      counts.push(...rows.slice(0, some.length).map(({ count }) => count));
    }
    return counts;
  },
  updateTogether: (schema, table, rows) =>
    updateFromList(`${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`, rows, {
      name: pg.escapeIdentifier,
      literal,
    }),
  runsAtOnce: 500,
  goesAhead: true,
  whoLocks: 'pg_stat_activity shows which',
  explain: databaseError,
  lacking: async (error, root, schema, generation) =>
    (error as { code?: string }).code === '42501'
      ? (await import('../grant/lacking.ts')).lackingColumns(root, schema, generation)
      : '',
};

/** Several statements in one text are answered with a list of results, which the query builder does not know: it gets their counts. */
function answerCounts(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((...args: unknown[]) => {
    const answer = query(...args);
    if (!(answer instanceof Promise)) return answer;
    return answer.then((result) =>
      Array.isArray(result) ? { command: 'LIST', rows: result.map(({ rowCount }) => ({ count: rowCount })) } : result,
    );
  }) as typeof client.query;
}

interface TableFacts {
  readonly schema: string;
  readonly name: string;
  /** On the search path. */
  readonly visible: boolean;
  readonly columns: readonly string[];
  /** An index begins with the column `job_id`. */
  readonly indexedJobId: boolean;
}

/** The tables of every Forgejo in this database, in one question: at each start a round trip counts. */
async function forgejoTables(root: Kysely<Tables>): Promise<readonly TableFacts[]> {
  // pg_catalog and not information_schema, which hides what the role may not read.
  const { rows } = await sql<TableFacts>`
    SELECT n.nspname AS schema, c.relname AS name, pg_table_is_visible(c.oid) AS visible,
      (SELECT json_agg(a.attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
      EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = c.oid AND a.attname = 'job_id') AS "indexedJobId"
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relname IN (${sql.join(inspectedTables)})
      AND EXISTS (SELECT FROM pg_class r WHERE r.relnamespace = n.oid AND r.relname = 'action_run' AND r.relkind IN ('r', 'p'))
    ORDER BY 3 DESC, 1`.execute(root);
  return rows;
}

function pickSchema(tables: readonly TableFacts[], server: string, wanted: string | undefined): string {
  const runs = tables.filter(({ name }) => name === 'action_run');
  const names = runs.map(({ schema }) => schema);
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    throw unknown(
      `${server} has no Forgejo tables in schema "${wanted}".`,
      names.length > 0
        ? `They are in ${names.map((name) => `"${name}"`).join(', ')}: use --schema.`
        : 'Check the database name: it may not be the one of Forgejo.',
    );
  }
  if (runs[0]?.visible || runs.length === 1) return runs[0]!.schema;
  if (runs.length === 0)
    throw unknown(
      `${server} is not a Forgejo database: no schema of it has a table "action_run".`,
      'Check the database name in the URL. Forgejo has it in app.ini, [database] NAME; "--app-ini FILE" reads it from there.',
    );
  throw unknown(
    `${server} has Forgejo's tables in several schemas: ${names.map((name) => `"${name}"`).join(', ')}.`,
    'Say which one with --schema NAME.',
  );
}

async function schemaFacts(root: Kysely<Tables>, schema: string, tables: readonly TableFacts[]): Promise<SchemaFacts> {
  const own = tables.filter((table) => table.schema === schema);
  const columns = new Map(own.map((table) => [table.name, new Set(table.columns)]));
  const indexedTaskJobId = own.some(({ name, indexedJobId }) => name === 'action_task' && indexedJobId);
  return { columns, indexedTaskJobId, level: await readLevel(root.withSchema(schema), columns) };
}
