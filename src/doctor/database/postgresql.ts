import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { CompiledQuery, Kysely, PostgresDialect, type RawBuilder, sql } from 'kysely';
import pg from 'pg';
import { messageOf, problem, ToolError, unknown } from '../../common/errors.ts';
import { hideSecret, redact } from '../../common/redact.ts';
import type { Database, DatabaseIdentity, ForeignKey, Queries } from './database.ts';
import { type Aggregation, type SchemaFacts, tellGeneration } from './generation.ts';
import type { Tables } from './tables.ts';

export interface PostgresqlSettings {
  /** `postgres://user:password@host:port/database?sslmode=…`, or `postgres:///name?host=/run/postgresql`. */
  readonly url: string;
  /** Where the tables are; found by looking when left out. */
  readonly schema?: string;
  readonly generation?: Aggregation;
  /** For what the URL leaves out: PGHOST, PGUSER, PGSSLMODE … as libpq knows them. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds to wait for a connection. */
  readonly connectTimeoutMs?: number;
}

/** Milliseconds a statement waits for a row lock: shorter than a runner's patience for its next report. */
const lockTimeoutMs = 4_000;
const attempts = 4;
/** Statements in one text. */
const statementsAtOnce = 500;
const retryable = new Set(['40001', '40P01', '55P03']);

const { builtins } = pg.types;
// Ids and times are bigint: whole numbers below 2^53, which a JavaScript number holds exactly.
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

export async function openPostgresql(settings: PostgresqlSettings): Promise<Database> {
  const config = clientConfig(settings);
  const { env = {} } = settings;
  const server = placeOf(config, env);
  // pg leaves a connection open that failed half-way, as for a missing password; it would keep the process until the
  // server hangs up, a minute later.
  const sockets = new Set<Socket>();
  const stream = () => {
    const socket = new Socket();
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    return socket;
  };
  const pool = new pg.Pool({ ...config, stream, types, max: 2, application_name: 'ci-doctor' });
  // An idle connection that breaks is met by the next statement, which says more.
  pool.on('error', () => {});
  pool.on('connect', answerCounts);
  const root = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    const schema = await findSchema(root, server, settings.schema);
    const place = `${server}${schema === 'public' ? '' : `, schema "${schema}"`}`;
    const generation = tellGeneration(await schemaFacts(root, schema), place, settings.generation);
    return new Postgresql(root, schema, place, generation);
  } catch (error) {
    await root.destroy().catch(() => {});
    for (const socket of sockets) socket.destroy();
    throw connectionError(error, server, config, env);
  }
}

class Postgresql implements Database {
  readonly schema: string;
  readonly place: string;
  readonly generation: Database['generation'];
  readonly queries: Kysely<Tables>;
  readonly #root: Kysely<Tables>;

  constructor(root: Kysely<Tables>, schema: string, place: string, generation: Database['generation']) {
    this.#root = root;
    this.schema = schema;
    this.place = place;
    this.generation = generation;
    this.queries = root.withSchema(schema);
  }

  snapshot<T>(read: (queries: Queries) => Promise<T>): Promise<T> {
    return this.#root
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute((transaction) => read(transaction.withSchema(this.schema)));
  }

  async transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#root.transaction().execute(async (transaction) => {
          await sql`SET LOCAL lock_timeout = ${sql.lit(lockTimeoutMs)}`.execute(transaction);
          return work(transaction.withSchema(this.schema));
        });
      } catch (error) {
        const code = (error as { code?: string }).code ?? '';
        if (!retryable.has(code)) throw error;
        if (attempt === attempts)
          throw problem(
            `${this.place}: the rows stayed locked by someone else (${messageOf(error)}; ${attempts} tries). Nothing was changed.`,
            'Run it again in a moment. Another ci-doctor or a busy server holds them; pg_stat_activity shows which.',
            error,
          );
        await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt * (0.5 + Math.random())));
      }
    }
  }

  async now(queries: Queries = this.queries): Promise<number> {
    const { rows } = await sql<{
      now: number;
    }>`SELECT floor(extract(epoch FROM clock_timestamp()))::bigint AS now`.execute(queries);
    return rows[0]!.now;
  }

  payloadHolds(texts: readonly string[]): RawBuilder<boolean> {
    const tests = texts.map((text) => sql<boolean>`position(${Buffer.from(text)}::bytea IN workflow_payload) > 0`);
    return sql<boolean>`coalesce(${sql.join(tests, sql` OR `)}, false)`;
  }

  async logIndexLength(taskId: number): Promise<number> {
    const row = await this.queries
      .selectFrom('action_task')
      .select(sql<number>`coalesce(octet_length(log_indexes), 0)`.as('length'))
      .where('id', '=', taskId)
      .executeTakeFirst();
    return row?.length ?? 0;
  }

  async logIndexSlice(taskId: number, offset: number, length: number): Promise<Buffer> {
    const row = await this.queries
      .selectFrom('action_task')
      .select(sql<Buffer | null>`substring(log_indexes FROM ${sql.lit(offset + 1)} FOR ${sql.lit(length)})`.as('slice'))
      .where('id', '=', taskId)
      .executeTakeFirst();
    return row?.slice ?? Buffer.alloc(0);
  }

  async executeAll(
    queries: Queries,
    statements: readonly { readonly sql: string; readonly parameters: readonly unknown[] }[],
  ): Promise<readonly number[]> {
    const counts: number[] = [];
    for (let from = 0; from < statements.length; from += statementsAtOnce) {
      const texts = statements.slice(from, from + statementsAtOnce).map(withValues);
      // With one statement alone the server answers with one result and not with a list.
      if (texts.length === 1) texts.push('SELECT');
      const { rows } = await queries.executeQuery<{ count: number }>(CompiledQuery.raw(texts.join(';\n')));
      counts.push(...rows.slice(0, statements.length - from).map(({ count }) => count));
    }
    return counts;
  }

  async identity(): Promise<DatabaseIdentity> {
    const { rows } = await sql<{
      database: string;
      oid: number;
    }>`SELECT current_database() AS database, oid::bigint AS oid FROM pg_database WHERE datname = current_database()`.execute(
      this.#root,
    );
    const system = await sql<{ id: string }>`SELECT system_identifier::text AS id FROM pg_control_system()`
      .execute(this.#root)
      .then((result) => result.rows[0]?.id ?? 'unknown')
      // The function can be revoked from ordinary roles.
      .catch(() => 'unknown');
    return { database: rows[0]!.database, schema: this.schema, server: `postgresql ${system}/${rows[0]!.oid}` };
  }

  async foreignKeys(queries: Queries = this.queries): Promise<readonly ForeignKey[]> {
    const { rows } = await sql<ForeignKey>`
      SELECT k.conname AS name, t.relname AS "table", f.relname AS "targetTable", fn.nspname AS "targetSchema",
        (SELECT json_agg(a.attname ORDER BY x.position) FROM unnest(k.conkey) WITH ORDINALITY AS x(number, position)
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.number) AS columns,
        (SELECT json_agg(a.attname ORDER BY x.position) FROM unnest(k.confkey) WITH ORDINALITY AS x(number, position)
          JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.number) AS "targetColumns"
      FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
        JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
      WHERE k.contype = 'f' AND n.nspname = ${this.schema} AND t.relname LIKE 'action\\_%'`.execute(queries);
    return rows;
  }

  literal(statement: { readonly sql: string; readonly parameters: readonly unknown[] }): string {
    return redact(withValues(statement));
  }

  async close(): Promise<void> {
    await this.#root.destroy();
  }
}

const withValues = ({ sql: text, parameters }: { readonly sql: string; readonly parameters: readonly unknown[] }) =>
  text.replace(/\$(\d+)/g, (_, position: string) => literalValue(parameters[Number(position) - 1]));

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

function literalValue(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'`;
  return pg.escapeLiteral(String(value));
}

async function findSchema(root: Kysely<Tables>, server: string, wanted: string | undefined): Promise<string> {
  const { rows } = await root.executeQuery<{ name: string; visible: boolean }>(
    CompiledQuery.raw(`SELECT n.nspname AS name, pg_table_is_visible(c.oid) AS visible FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = 'action_run' AND c.relkind IN ('r', 'p') ORDER BY 2 DESC, 1`),
  );
  const names = rows.map(({ name }) => name);
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    throw unknown(
      `${server} has no Forgejo tables in schema "${wanted}".`,
      names.length > 0
        ? `They are in ${names.map((name) => `"${name}"`).join(', ')}: use --schema.`
        : 'Check the database name: it may not be the one of Forgejo.',
    );
  }
  if (rows[0]?.visible || rows.length === 1) return rows[0]!.name;
  if (rows.length === 0)
    throw unknown(
      `${server} is not a Forgejo database: no schema of it has a table "action_run".`,
      'Check the database name in the URL. Forgejo has it in app.ini, [database] NAME; "--app-ini FILE" reads it from there.',
    );
  throw unknown(
    `${server} has Forgejo's tables in several schemas: ${names.map((name) => `"${name}"`).join(', ')}.`,
    'Say which one with --schema NAME.',
  );
}

async function schemaFacts(root: Kysely<Tables>, schema: string): Promise<SchemaFacts> {
  // pg_catalog and not information_schema, which hides what the role may not read.
  const { rows } = await sql<{ table: string; columns: string[] }>`
    SELECT c.relname AS table, json_agg(a.attname) AS columns FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = ${schema} AND c.relkind IN ('r', 'p')
      AND c.relname IN ('action_run','action_run_job','action_task','action_task_step','action_tasks_version','action_runner','repository','user','forgejo_version')
    GROUP BY c.relname`.execute(root);
  const columns = new Map(rows.map((row) => [row.table, new Set(row.columns)]));
  const index = await sql<{ found: boolean }>`
    SELECT EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
      WHERE n.nspname = ${schema} AND c.relname = 'action_task' AND a.attname = 'job_id') AS found`.execute(root);
  const level = columns.has('forgejo_version')
    ? await root
        .withSchema(schema)
        .selectFrom('forgejo_version')
        .select('version')
        .orderBy('version', 'desc')
        .executeTakeFirst()
        // A role for repairs need not be allowed to read it.
        .catch(() => undefined)
    : undefined;
  return { columns, indexedTaskJobId: index.rows[0]!.found, level: level?.version ?? null };
}

type ClientConfig = pg.ClientConfig & { readonly sslmode: string };

function clientConfig({ url, env = {}, connectTimeoutMs = 10_000 }: PostgresqlSettings): ClientConfig {
  const parsed = parseUrl(url);
  const query = parsed.searchParams;
  const password = decoded(parsed.password) || query.get('password') || undefined;
  const host = query.get('host') ?? (decoded(parsed.hostname).replace(/^\[|\]$/g, '') || undefined);
  const sslmode = query.get('sslmode') ?? env.PGSSLMODE ?? 'disable';
  const user = decoded(parsed.username) || query.get('user') || undefined;
  const database = decoded(parsed.pathname.slice(1)) || undefined;
  for (const secret of [password, parsed.password, env.PGPASSWORD]) hideSecret(secret, [user, database]);
  const port = query.get('port') ?? parsed.port;
  const ssl = tls(sslmode, host ?? env.PGHOST ?? 'localhost', query, env);
  return {
    ...(host && { host }),
    ...(port && { port: Number(port) }),
    ...(user && { user }),
    ...(password && { password }),
    ...(database && { database }),
    ssl,
    sslmode,
    connectionTimeoutMillis: connectTimeoutMs,
    ...(query.has('options') && { options: query.get('options')! }),
  };
}

function parseUrl(text: string): URL {
  // libpq takes an address without a host, `postgres://user@/name?host=/run/postgresql`; URL does not.
  const url = text.trim().replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=[/?]|$)/, '$1localhost');
  // A raw / ? or # in the password ends the authority early; what follows must not be taken for the database's name.
  const cutShort = /^[^:]+:\/\/[^/?#]*(?:\/[^?#]*@|\?[^=#]*@|[^#]*#)/.test(url);
  if (URL.canParse(url) && /^postgres(?:ql)?:$/.test(new URL(url).protocol) && !cutShort) return new URL(url);
  const shown = redact(text.replace(/:\/\/.*@/s, '://***@'));
  throw new ToolError(
    'usage',
    `The database URL cannot be read: "${shown}".`,
    'Write it as postgres://USER:PASSWORD@HOST:5432/DATABASE; characters such as @ : / # in the password need percent-encoding.',
  );
}

/** Percent-encoding undone; a text that is none was meant as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * TLS as libpq understands `sslmode`: `require` encrypts without looking at the certificate unless it is given an
 * authority, `verify-…` looks. `allow` and `prefer` connect without. A socket in the file system has no TLS.
 */
function tls(
  mode: string,
  host: string,
  query: URLSearchParams,
  env: NonNullable<PostgresqlSettings['env']>,
): pg.ClientConfig['ssl'] {
  const file = (name: string, fallback?: string) => {
    const path = query.get(name) ?? fallback;
    if (!path) return undefined;
    try {
      return readFileSync(path, 'utf8');
    } catch (cause) {
      throw new ToolError(
        'usage',
        `${name}: ${path} cannot be read (${messageOf(cause)}).`,
        `Point ${name} at a readable PEM file.`,
        cause,
      );
    }
  };
  const files = () => {
    const ca = file('sslrootcert', env.PGSSLROOTCERT);
    const cert = file('sslcert', env.PGSSLCERT);
    const key = file('sslkey', env.PGSSLKEY);
    return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  };
  switch (mode) {
    case 'disable':
    case 'allow':
    case 'prefer':
      return false;
    case 'require':
    case 'verify-ca':
    case 'verify-full': {
      if (host.startsWith('/')) return false;
      const given = files();
      return {
        rejectUnauthorized: mode !== 'require' || given.ca !== undefined,
        ...(mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
        ...given,
      };
    }
    default:
      throw new ToolError(
        'usage',
        `sslmode "${mode}" is not known.`,
        'Use disable, require, verify-ca or verify-full.',
      );
  }
}

const placeOf = (config: pg.ClientConfig, env: NonNullable<PostgresqlSettings['env']>): string =>
  `PostgreSQL ${config.host ?? env.PGHOST ?? 'localhost'}${config.host?.startsWith('/') ? '' : `:${config.port ?? env.PGPORT ?? 5432}`}, database "${config.database ?? env.PGDATABASE ?? config.user ?? ''}"`;

function connectionError(
  error: unknown,
  server: string,
  config: ClientConfig,
  env: NonNullable<PostgresqlSettings['env']>,
) {
  if (error instanceof ToolError) return error;
  const user = config.user ?? env.PGUSER ?? '';
  return (
    explained(error, server, { user, encrypted: config.ssl !== false }) ??
    unknown(`${server}: ${messageOf(error)}.`, 'Run again with --verbose for the cause.', error)
  );
}

const network = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * What a statement failed with, as a person can act on it, when that is due to the server or the role: a missing
 * privilege, a connection that broke, a standby. Anything else is handed back as it is.
 */
export function databaseError(error: unknown, place: string): unknown {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const due =
    error instanceof pg.DatabaseError ||
    network.has(code) ||
    /^Connection terminated|^timeout exceeded when trying to connect/.test(message);
  return due ? (explained(error, place) ?? error) : error;
}

function explained(
  error: unknown,
  place: string,
  connection: { readonly user?: string; readonly encrypted?: boolean } = {},
): ToolError | undefined {
  const { code = '' } = error as { code?: string };
  const text = messageOf(error);
  const fail = (what: string, fix: string) => unknown(`${place}: ${what}`, fix, error);
  if (/no pg_hba\.conf entry|no encryption/.test(text))
    return fail(
      `the server does not let this connection in (${text}).`,
      connection.encrypted
        ? 'Add a line for this host, user and database to pg_hba.conf.'
        : 'It may want TLS: add ?sslmode=require to the URL; otherwise add a line for this host to pg_hba.conf.',
    );
  if (code === '28P01')
    return fail(
      `the password for user "${connection.user ?? ''}" was refused.`,
      'Check it in the URL, PGPASSWORD or ~/.pgpass; Forgejo keeps its own in app.ini, [database] PASSWD.',
    );
  if (code === '28000')
    return fail(
      `the server does not let user "${connection.user ?? ''}" in (${text}).`,
      'Check the user in the URL; "psql -c \\du" lists those there are.',
    );
  if (/client password must be a/.test(text))
    return fail('the server wants a password and none was given.', 'Put it into the URL, PGPASSWORD or ~/.pgpass.');
  switch (code) {
    case '3D000':
      return fail(
        'there is no such database.',
        'The name is case-sensitive: PROD-ALM is not prod-alm. "psql -l" lists them.',
      );
    case '42501':
      return fail(
        `this role lacks a privilege (${text}).`,
        'Use a role with SELECT on the action_* tables, repository and "user", and UPDATE on what is to be repaired.',
      );
    case '25006':
      return problem(
        `${place}: this server only reads (${text}).`,
        'It is a standby: connect to the server that Forgejo writes to.',
        error,
      );
    case '53300':
    case '57P03':
      return fail(
        `the server does not take connections now (${text}).`,
        'Wait until it is up and has free connections.',
      );
    case '55P03':
    case '57014':
      return fail(`the statement was given up (${text}).`, 'Run it again; pg_stat_activity shows what is in its way.');
    case 'ECONNREFUSED':
      return fail(
        'nothing listens there.',
        'Check host and port, and that PostgreSQL listens on that address (listen_addresses).',
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fail('the host name cannot be resolved.', 'Check the spelling and the DNS of this machine.');
    case 'ENOENT':
      return fail(
        'there is no such socket.',
        'Check the directory in host=…; PostgreSQL says which with SHOW unix_socket_directories.',
      );
    case 'EACCES':
      return fail(`the socket may not be opened (${text}).`, 'Run as a user who may, or connect by host and port.');
  }
  // A server that shuts down says 57P01 or just hangs up; on a connection that is being made that looks like a time-out.
  if (
    /^(?:57P0[12]|08...|ECONNRESET|EPIPE)$/.test(code) ||
    (/^Connection terminated/.test(text) && !/timeout/.test(text))
  )
    return fail(
      `the connection broke (${text}).`,
      'Look whether the server runs, and run it again. What was not yet committed was not changed.',
    );
  if (['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code) || /timeout/i.test(text))
    return fail(
      'no answer in time.',
      'Check host, port and firewall; a database in a container may only listen on its own address.',
    );
  if (/does not support SSL/.test(text))
    return fail('the server does not speak TLS.', 'Use sslmode=disable, or switch ssl on in postgresql.conf.');
  if (/certificate|self.signed|altnames|unable to (?:get|verify)/i.test(text))
    return fail(
      `its TLS certificate is not trusted (${text}).`,
      'Give the authority with sslrootcert=FILE, or check that the host name is the one in the certificate.',
    );
  return undefined;
}
