import { CompiledQuery, Kysely, MysqlDialect, sql } from 'kysely';
import mysql from 'mysql2';
import { unknown, usage } from '../../common/errors.ts';
import { ForwardedSocket } from '../../deploy/host/socket.ts';
import type { Database, ForeignKey } from './database.ts';
import type { DatabaseSettings, Dialect } from './dialect.ts';
import { isTlsFailure, openEitherWay } from './either-way.ts';
import { inspectedTables, readLevel, type SchemaFacts, tellGeneration } from './generation.ts';
import { updateJoinedList } from './joined-update.ts';
import { connectionError, databaseError, errorNumber } from './mysql-errors.ts';
import { placeOf, poolOptions } from './mysql-url.ts';
import { SqlDatabase } from './sql-database.ts';
import type { Tables } from './tables.ts';

/** Seconds a statement waits for a row lock, and for a table that is being altered. */
const lockTimeout = 4;
/** Columns with an index that tell one generation from another. */
const telling = new Set(['handle', 'concurrency_group']);
/** Lock wait time-out, deadlock, and a row that changed since the snapshot (innodb_snapshot_isolation of newer MariaDBs). */
const retryable = new Set([1205, 1213, 1020]);

/** MySQL and MariaDB. */
export async function openMysql(settings: DatabaseSettings): Promise<Database> {
  const { ways, ssl, ...plain } = poolOptions(settings);
  const open = (encrypted: boolean) => openWith(settings, encrypted ? { ...plain, ssl: ssl! } : plain);
  return openEitherWay(ways, open, isTlsFailure);
}

async function openWith(settings: DatabaseSettings, options: mysql.PoolOptions): Promise<Database> {
  const { through } = settings;
  const server = `${placeOf(options)}${through ? ` through ${through.name}` : ''}`;
  const schema = options.database!;
  if (settings.schema !== undefined && settings.schema !== schema)
    throw usage(
      `The URL names the database "${schema}", and --schema another one, "${settings.schema}".`,
      'Leave out --schema: with MySQL the two are the same.',
    );
  // FOUND_ROWS: an update counts the rows it met, also where it left one as it was.
  const pool = mysql.createPool({
    ...options,
    ...(through && {
      stream: () => new ForwardedSocket(through).connect(options.socketPath ?? options.port!, options.host),
    }),
    connectionLimit: 2,
    flags: ['FOUND_ROWS'],
  });
  const root = new Kysely<Tables>({
    dialect: new MysqlDialect({
      pool,
      onCreateConnection: async (connection) => {
        // The mode says how texts are quoted, which has to be known.
        const session = `SET SESSION sql_mode = 'STRICT_ALL_TABLES', innodb_lock_wait_timeout = ${lockTimeout}, lock_wait_timeout = ${lockTimeout}`;
        await connection.executeQuery(CompiledQuery.raw(session));
      },
    }),
  });
  try {
    const generation = tellGeneration(await schemaFacts(root, schema, server), server, settings.generation);
    return new SqlDatabase({ root, dialect, place: server, schema, generation });
  } catch (error) {
    await root.destroy().catch(() => {});
    throw connectionError(error, server, options);
  }
}

const literal = (value: unknown) => mysql.escape(value as mysql.SqlValue);

const dialect: Dialect = {
  now: sql<number>`UNIX_TIMESTAMP()`,
  holds: (column, bytes) => sql<boolean>`LOCATE(${bytes}, ${sql.ref(column)}) > 0`,
  literal,
  async identity(root, schema) {
    const { rows } = await sql<{ Variable_name: string; Value: string }>`
      SHOW VARIABLES WHERE Variable_name IN ('server_uuid', 'server_uid', 'hostname', 'port')`.execute(root);
    const value = new Map(rows.map((row) => [row.Variable_name, row.Value]));
    // MySQL has a server_uuid, newer MariaDBs a server_uid.
    const id = value.get('server_uuid') ?? value.get('server_uid') ?? `${value.get('hostname')}:${value.get('port')}`;
    return { database: schema, schema, server: `mysql ${id}` };
  },
  async grants(root, schema, generation, roles) {
    const { mysqlGrants } = await import('../grant/mysql.ts');
    const { rows } = await sql<{ account: string }>`SELECT CURRENT_USER() AS account`.execute(root);
    const host = roles.host ?? rows[0]!.account.slice(rows[0]!.account.lastIndexOf('@') + 1);
    return mysqlGrants(generation, schema, { ...roles, host });
  },
  async foreignKeys(queries, schema) {
    const { rows } = await sql<{
      name: string;
      table: string;
      column: string;
      targetSchema: string;
      targetTable: string;
      targetColumn: string;
    }>`
      SELECT constraint_name AS \`name\`, table_name AS \`table\`, column_name AS \`column\`,
        referenced_table_schema AS \`targetSchema\`, referenced_table_name AS \`targetTable\`, referenced_column_name AS \`targetColumn\`
      FROM information_schema.key_column_usage
      WHERE table_schema = ${schema} AND table_name LIKE 'action\\_%' AND referenced_table_name IS NOT NULL
      ORDER BY table_name, constraint_name, ordinal_position`.execute(queries);
    const keys = new Map<string, ForeignKey & { readonly columns: string[]; readonly targetColumns: string[] }>();
    for (const { column, targetColumn, ...rest } of rows) {
      const key = keys.get(`${rest.table} ${rest.name}`) ?? { ...rest, columns: [], targetColumns: [] };
      key.columns.push(column);
      key.targetColumns.push(targetColumn);
      keys.set(`${rest.table} ${rest.name}`, key);
    }
    return [...keys.values()];
  },
  snapshot: (root, read) =>
    root.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read),
  // Under MySQL's own default, repeatable read, what is read before a lock is waited for would be read again after it.
  transaction: (root, work) => root.transaction().setIsolationLevel('read committed').execute(work),
  isRetryable: (error) => retryable.has(errorNumber(error)),
  updateTogether: (schema, table, rows) =>
    updateJoinedList(`${mysql.escapeId(schema, true)}.${mysql.escapeId(table)}`, rows, {
      name: mysql.escapeId,
      literal,
      // The list's collation is the connection's, the column's may be another.
      sameText: (one, other) => `cast(${one} as binary) = cast(${other} as binary)`,
    }),
  runsAtOnce: 100,
  // A statement that finds its rows by a scan waits for all that is locked on its way.
  goesAhead: false,
  whoLocks: 'SHOW ENGINE INNODB STATUS shows which',
  explain: databaseError,
};

async function schemaFacts(root: Kysely<Tables>, schema: string, server: string): Promise<SchemaFacts> {
  const { rows } = await sql<{ table: string; column: string }>`
    SELECT table_name AS \`table\`, column_name AS \`column\` FROM information_schema.columns
    WHERE table_schema = ${schema} AND table_name IN (${sql.join(inspectedTables)})`.execute(root);
  const columns = new Map<string, Set<string>>();
  for (const { table, column } of rows) columns.set(table, (columns.get(table) ?? new Set()).add(column));
  const indexed = await sql<{ table: string; column: string; position: number }>`
    SELECT table_name AS \`table\`, column_name AS \`column\`, seq_in_index AS \`position\` FROM information_schema.statistics
    WHERE table_schema = ${schema} AND table_name IN ('action_run', 'action_run_job', 'action_task')`.execute(root);
  // A column that this user may not read is missing above, but not from the indexes. Taken for a server without
  // action_run_job.handle, a newer one would get repairs of an older.
  const hidden = indexed.rows.find(({ table, column }) => columns.get(table)?.has(column) === false);
  if (hidden && telling.has(hidden.column))
    throw unknown(
      `${server}: this user may not read the column "${hidden.table}.${hidden.column}".`,
      '"ci-doctor grant", as a user who may read all, prints the statements that give what is needed.',
    );
  const index = indexed.rows.some(
    (row) => row.table === 'action_task' && row.column === 'job_id' && row.position === 1,
  );
  const level = await readLevel(root.withSchema(schema), columns);
  return { columns, indexedTaskJobId: index, level, showsReadableOnly: true };
}
