import { isAbsolute, join, resolve } from 'node:path';
import { Option } from 'commander';
import { stateDirectory } from '../common/audit.ts';
import { type ConfigFile, findConfig, flatValues } from '../common/config.ts';
import { usage } from '../common/errors.ts';
import type { Io } from '../common/io.ts';
import { parseDuration } from '../common/output/words.ts';
import type { Host } from '../deploy/host/host.ts';
import type { Database } from './database/database.ts';
import type { Aggregation } from './database/generation.ts';
import { openDatabase } from './database/open.ts';
import type { LogPlaces } from './logs/logs.ts';
import type { ApiOptions } from './logs/open.ts';
import { defaultTimings, type Timings } from './stuck/timings.ts';
import { type WayOptions, Ways, wayKeys, wayOptions } from './ways.ts';

/** The flags that say where the database and the logs are; also the keys of ci-doctor.yaml. */
export interface ConnectOptions extends WayOptions, ApiOptions {
  readonly databaseUrl?: string;
  readonly appIni?: string;
  readonly schema?: string;
  readonly generation?: Aggregation;
  readonly logDir?: string;
  readonly logS3?: string;
  readonly undoDir?: string;
  readonly zombieTimeout?: string;
  readonly config?: string;
}

export const connectOptions: readonly Option[] = [
  new Option(
    '--database-url <url>',
    "Forgejo's database: postgres://USER:PASSWORD@HOST:5432/NAME, mysql://USER:PASSWORD@HOST:3306/NAME or sqlite:///PATH/forgejo.db (or CI_DOCTOR_DATABASE_URL)",
  ),
  new Option(
    '--app-ini <file>',
    "Forgejo's own configuration, which names database, logs and time-outs (found by itself on a Forgejo host)",
  ),
  new Option('--schema <name>', 'PostgreSQL schema that holds the tables (found by itself)'),
  new Option(
    '--generation <old|new>',
    "how this Forgejo computes a run's status, where the database cannot tell: old until version 9",
  ).choices(['old', 'new']),
  new Option('--zombie-timeout <duration>', "how long a task may be silent, as Forgejo's ZOMBIE_TASK_TIMEOUT (10m)"),
  ...wayOptions(),
];

/** Where finished logs are, where app.ini does not say it. */
export const logOptions: readonly Option[] = [
  new Option('--log-dir <dir>', 'directory of the stored logs, `<data>/actions_log` (from app.ini)'),
  new Option(
    '--log-s3 <address>',
    'bucket of the stored logs, s3://BUCKET/BASE/PATH?endpoint=URL&region=NAME (from app.ini)',
  ),
  new Option('--log-via <way>', 'how to reach the host of the stored logs, where it is another than --via'),
  new Option(
    '--log-api',
    "read logs through Forgejo's API before anything else (version 16 and newer; with a token, where they are nowhere else)",
  ),
  new Option('--base-url <url>', "for the API: the server's address (or FORGEJO_URL, or ROOT_URL of app.ini)"),
  new Option('--token-env <variable>', 'for the API: the variable that holds the token (FORGEJO_TOKEN)'),
];

/** What ci-doctor.yaml may hold. */
export const configKeys = [
  'database-url',
  'app-ini',
  'schema',
  'generation',
  'log-dir',
  'log-s3',
  'undo-dir',
  'zombie-timeout',
  ...wayKeys,
];

export interface Connection {
  readonly database: Database;
  /** ROOT_URL of app.ini; null where there is no app.ini. */
  readonly rootUrl: string | null;
  readonly timings: Timings;
  /** Opens the places of finished logs, as far as something says where they are. Closed with the connection. */
  logs(): Promise<LogPlaces>;
  readonly undoDirectory: string;
  readonly journal: string;
}

/** Opens the database for the time of `work`: flags before environment before ci-doctor.yaml before what is found. */
export async function withConnection<T>(
  options: ConnectOptions,
  io: Io,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const file = await findConfig(options.config, 'ci-doctor.yaml', process.cwd());
  const values = file ? flatValues(file, configKeys, ['rules']) : new Map<string, string>();
  for (const [key, value] of values)
    if (value.trim() === '')
      throw usage(`${file!.path}: "${key}" is empty.`, 'Give it a value, or leave the line out.');
  const ways = new Ways(options, values, io.env);
  try {
    const connection = await connect(options, io, file, values, ways);
    try {
      return await work(connection);
    } catch (error) {
      throw await connection.database.explainWell(error);
    } finally {
      await connection.database.close();
    }
  } finally {
    await ways.close();
  }
}

async function connect(
  options: ConnectOptions,
  io: Io,
  file: ConfigFile | undefined,
  values: ReadonlyMap<string, string>,
  ways: Ways,
): Promise<Connection> {
  // A path in the file is relative to the file.
  const path = (key: string) => {
    const value = values.get(key);
    return value === undefined || isAbsolute(value) ? value : resolve(file!.path, '..', value);
  };
  const url =
    options.databaseUrl ??
    (options.appIni === undefined ? io.env.CI_DOCTOR_DATABASE_URL || values.get('database-url') : undefined);
  const logHost = await ways.logHost();
  // A path on another host is not relative to a file here.
  const there = (key: string) => (logHost ? values.get(key) : path(key));
  const appIni =
    options.appIni ?? there('app-ini') ?? (url === undefined ? await foundAppIni(logHost, io.env) : undefined);
  if (url === undefined && appIni === undefined)
    throw usage(
      "ci-doctor was not told where Forgejo's database is.",
      'Give --database-url (or CI_DOCTOR_DATABASE_URL), or --app-ini with the path of Forgejo\'s app.ini. "npm run demo" shows it on a database of its own.',
    );
  const forgejo = appIni === undefined ? undefined : await settingsIn(appIni, logHost, io.env);
  // Forgejo's own configuration names the database as Forgejo's host sees it.
  const databaseHost = await ways.databaseHost(url === undefined);
  const schema = options.schema ?? values.get('schema') ?? (url === undefined ? forgejo?.schema : undefined);
  const generation = options.generation ?? (values.get('generation') as Aggregation | undefined);
  if (generation !== undefined && generation !== 'old' && generation !== 'new')
    throw usage(`${file!.path}: generation is "${generation}".`, 'Write old or new.');
  const state = stateDirectory(io.env);
  const timings = withTimeout(
    forgejo?.timings ?? defaultTimings,
    options.zombieTimeout ?? values.get('zombie-timeout'),
  );
  const database = await openDatabase({
    url: url ?? forgejo!.databaseUrl,
    env: io.env,
    ...(schema && { schema }),
    ...(generation && { generation }),
    ...(databaseHost && { through: databaseHost }),
  });
  const openPlaces = async (): Promise<LogPlaces> => {
    const { openApi, openLogs } = await import('./logs/open.ts');
    const place = {
      directory: options.logDir ?? there('log-dir'),
      s3: options.logS3 ?? (options.logDir === undefined ? values.get('log-s3') : undefined),
      forgejo: forgejo?.logStorage,
    };
    return {
      storage: await openLogs(place, logHost, io.env, (close) => ways.onClose(close)),
      api: await openApi(options, forgejo?.rootUrl, io.env, database),
      apiFirst: options.logApi === true,
    };
  };
  let logs: Promise<LogPlaces> | undefined;
  return {
    database,
    timings,
    rootUrl: forgejo?.rootUrl ?? null,
    logs: () => {
      logs ??= openPlaces();
      return logs;
    },
    undoDirectory: options.undoDir ?? path('undo-dir') ?? join(state, 'undo'),
    journal: join(state, 'journal.jsonl'),
  };
}

// What not every command needs is loaded where it is used: a start takes longer than most questions to a database.

async function foundAppIni(host: Host | undefined, env: Io['env']): Promise<string | undefined> {
  const { findAppIni, findAppIniOn } = await import('./find-app-ini.ts');
  return host ? findAppIniOn(host) : findAppIni(env);
}

async function settingsIn(file: string, host: Host | undefined, env: Io['env']) {
  const { readForgejoSettings } = await import('./app-ini.ts');
  return host ? readForgejoSettings(file, {}, (name) => readOn(host, name)) : readForgejoSettings(file, env);
}

function withTimeout(timings: Timings, text: string | undefined): Timings {
  if (text === undefined) return timings;
  const zombieTimeout = parseDuration(text);
  if (zombieTimeout === undefined || zombieTimeout <= 0)
    throw usage(`--zombie-timeout is "${text}", which is not a duration.`, 'Write it as 10m, 90s or 1h.');
  return { ...timings, zombieTimeout };
}

async function readOn(host: Host, file: string): Promise<string> {
  const { code, stdout, stderr } = await host.run(['cat', file], { timeoutMs: 30_000 });
  if (code !== 0) throw new Error(`${host.name}: ${stderr.trim() || `cat ended with ${code}`}`);
  return stdout;
}
