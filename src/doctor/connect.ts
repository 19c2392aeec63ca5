import { access, readdir, readFile } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { Option } from 'commander';
import { stateDirectory } from '../common/audit.ts';
import { findConfig, flatValues } from '../common/config.ts';
import { usage } from '../common/errors.ts';
import type { Io } from '../common/io.ts';
import { parseDuration } from '../common/output/words.ts';
import { readForgejoSettings } from './app-ini.ts';
import type { Database } from './database/database.ts';
import type { Aggregation } from './database/generation.ts';
import { openDatabase } from './database/open.ts';
import { defaultTimings, type Timings } from './stuck/hold.ts';

/** The flags that say where the database and the logs are; also the keys of ci-doctor.yaml. */
export interface ConnectOptions {
  readonly databaseUrl?: string;
  readonly appIni?: string;
  readonly schema?: string;
  readonly generation?: Aggregation;
  readonly logDir?: string;
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
];

/** Where the log of a task is looked for on disk. */
export const logDirOption = new Option(
  '--log-dir <dir>',
  'directory of the stored logs, `<data>/actions_log` (from app.ini)',
);

const keys = ['database-url', 'app-ini', 'schema', 'generation', 'log-dir', 'undo-dir', 'zombie-timeout'];

export interface Connection {
  readonly database: Database;
  readonly timings: Timings;
  /** null when the logs are not on a local disk, or nothing said where they are. */
  readonly logDirectory: string | null;
  readonly undoDirectory: string;
  readonly journal: string;
}

/** Opens the database for the time of `work`: flags before environment before ci-doctor.yaml before what is found. */
export async function withConnection<T>(
  options: ConnectOptions,
  io: Io,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(options, io);
  try {
    return await work(connection);
  } catch (error) {
    throw connection.database.explain(error);
  } finally {
    await connection.database.close();
  }
}

async function connect(options: ConnectOptions, io: Io): Promise<Connection> {
  const file = await findConfig(options.config, 'ci-doctor.yaml', process.cwd());
  const values = file ? flatValues(file, keys) : new Map<string, string>();
  for (const [key, value] of values)
    if (value.trim() === '')
      throw usage(`${file!.path}: "${key}" is empty.`, 'Give it a value, or leave the line out.');
  // A path in the file is relative to the file.
  const path = (key: string) => {
    const value = values.get(key);
    return value === undefined || isAbsolute(value) ? value : resolve(file!.path, '..', value);
  };
  const url =
    options.databaseUrl ??
    (options.appIni === undefined ? io.env.CI_DOCTOR_DATABASE_URL || values.get('database-url') : undefined);
  const appIni = options.appIni ?? path('app-ini') ?? (url === undefined ? await detectAppIni(io.env) : undefined);
  if (url === undefined && appIni === undefined)
    throw usage(
      "ci-doctor was not told where Forgejo's database is.",
      'Give --database-url (or CI_DOCTOR_DATABASE_URL), or --app-ini with the path of Forgejo\'s app.ini. "npm run demo" shows it on a database of its own.',
    );
  const forgejo = appIni === undefined ? undefined : await readForgejoSettings(appIni, io.env);
  const schema = options.schema ?? values.get('schema') ?? (url === undefined ? forgejo?.schema : undefined);
  const generation = options.generation ?? (values.get('generation') as Aggregation | undefined);
  if (generation !== undefined && generation !== 'old' && generation !== 'new')
    throw usage(`${file!.path}: generation is "${generation}".`, 'Write old or new.');
  const state = stateDirectory(io.env);
  const timings = withTimeout(
    forgejo?.timings ?? defaultTimings,
    options.zombieTimeout ?? values.get('zombie-timeout'),
  );
  return {
    database: await openDatabase({
      url: url ?? forgejo!.databaseUrl,
      env: io.env,
      ...(schema && { schema }),
      ...(generation && { generation }),
    }),
    timings,
    logDirectory: options.logDir ?? path('log-dir') ?? forgejo?.logDirectory ?? null,
    undoDirectory: options.undoDir ?? path('undo-dir') ?? join(state, 'undo'),
    journal: join(state, 'journal.jsonl'),
  };
}

function withTimeout(timings: Timings, text: string | undefined): Timings {
  if (text === undefined) return timings;
  const zombieTimeout = parseDuration(text);
  if (zombieTimeout === undefined || zombieTimeout <= 0)
    throw usage(`--zombie-timeout is "${text}", which is not a duration.`, 'Write it as 10m, 90s or 1h.');
  return { ...timings, zombieTimeout };
}

/** On a Forgejo host its app.ini is found: from the running server's arguments, else where packages and containers keep it. */
async function detectAppIni(env: Io['env']): Promise<string | undefined> {
  const work = env.FORGEJO_WORK_DIR ?? env.GITEA_WORK_DIR;
  const candidates = [
    ...(await runningServerConfigs()),
    ...(work ? [join(work, 'custom/conf/app.ini')] : []),
    '/etc/forgejo/app.ini',
    '/etc/gitea/app.ini',
    '/var/lib/forgejo/custom/conf/app.ini',
    '/var/lib/gitea/custom/conf/app.ini',
    '/data/gitea/conf/app.ini',
  ];
  for (const candidate of candidates) {
    try {
      await access(candidate);
      return candidate;
    } catch {}
  }
  return undefined;
}

async function runningServerConfigs(): Promise<string[]> {
  const processes = await readdir('/proc').catch(() => []);
  const found: string[] = [];
  for (const id of processes.filter((name) => /^\d+$/.test(name))) {
    const argv = (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).split('\0');
    if (!/^(forgejo|gitea)$/.test(basename(argv[0] ?? ''))) continue;
    const at = argv.findIndex((word) => word === '--config' || word === '-c');
    const config =
      at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith('--config='))?.slice('--config='.length);
    if (config) found.push(isAbsolute(config) ? config : join(`/proc/${id}/cwd`, config));
  }
  return found;
}
