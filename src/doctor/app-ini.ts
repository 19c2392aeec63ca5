import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, usage } from '../common/errors.ts';
import { parseDuration } from '../common/output/words.ts';
import { hideSecret } from '../common/redact.ts';
import { type IniReader, type LogStorage, logStorage } from './logs/storage-ini.ts';
import { defaultTimings, type Timings } from './stuck/timings.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Values by section and key, both as written: Forgejo tells `[Database]` from `[database]`. Keys outside a section are in ''. */
export type Ini = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What ci-doctor takes from Forgejo's own configuration. */
export interface ForgejoSettings {
  readonly databaseUrl: string;
  readonly schema: string | undefined;
  /** Where `action_task.log_filename` starts from. */
  readonly logStorage: LogStorage;
  readonly timings: Timings;
  readonly rootUrl: string;
}

/**
 * Parses an INI file as Forgejo reads it (go-ini with `IgnoreContinuation`): `;` and `#` begin a comment anywhere in a
 * value that is not in backquotes or triple quotes, so `PASSWD = a#b` is the password `a`; `=` or `:`; one pair of single
 * or double quotes around a value is taken off; a value in backquotes or triple quotes may span lines.
 * References (`%(NAME)s`) are left as they are: they are looked up when a value is read.
 */
export function parseIni(text: string): Ini {
  const sections = new Map<string, Map<string, string>>([['', new Map()]]);
  let section = sections.get('')!;
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  for (let number = 0; number < lines.length; number++) {
    const line = lines[number]!.trimStart();
    if (line === '' || line.startsWith(';') || line.startsWith('#')) continue;
    const header = /^\[(.*)\]/.exec(line);
    if (header) {
      const name = header[1] === 'DEFAULT' ? '' : header[1]!;
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      continue;
    }
    const assignment = /^(?:"""(.+?)"""[^=:]*|"([^"]+)"[^=:]*|`([^`]+)`[^=:]*|([^=:]+))[=:]\s*(.*)$/.exec(line);
    if (!assignment) continue;
    const [, tripled, doubled, backquoted, bare, rest] = assignment;
    const key = (tripled ?? doubled ?? backquoted ?? bare)!.trim();
    const fence = /^("""|`)/.exec(rest!)?.[1];
    if (fence === undefined) {
      section.set(key, bareValue(rest!));
      continue;
    }
    let value = rest!.slice(fence.length);
    while (!value.includes(fence) && number + 1 < lines.length) value += `\n${lines[++number]}`;
    section.set(key, value.includes(fence) ? value.slice(0, value.lastIndexOf(fence)) : value);
  }
  return sections;
}

function bareValue(text: string): string {
  const value = text.replace(/[#;].*$/, '').trim();
  const quoted = /^(?:'([^']*)'|"([^"]*)")$/.exec(value);
  return quoted ? (quoted[1] ?? quoted[2])! : value;
}

type Get = (section: string, key: string) => string | undefined;

/**
 * Looks values up as go-ini does: a key that `[a.b]` lacks is taken from `[a]`; `%(NAME)s` is the key of that name in
 * the same section, its parents or the default section, and stays as it is where there is none. Empty counts as not set.
 */
function lookUp(ini: Ini): Get {
  const raw = (section: string, key: string): string | undefined => {
    const value = ini.get(section)?.get(key);
    const dot = section.lastIndexOf('.');
    return value !== undefined || dot < 0 ? value : raw(section.slice(0, dot), key);
  };
  const expand = (section: string, own: string, text: string, depth: number): string =>
    text.replace(/%\(([^)]+)\)s/g, (whole, name: string) => {
      const value = (name === own ? undefined : raw(section, name)) ?? ini.get('')?.get(name);
      return value === undefined || depth > 10 ? whole : expand(section, name, value, depth + 1);
    });
  return (section, key) => expand(section, key, raw(section, key) ?? '', 0) || undefined;
}

/**
 * Lays `FORGEJO__section__KEY` over the file, as Forgejo's own `environment-to-ini` does: the first `__` ends the
 * section's name, which is lower case; `_0X2E_` is a byte in hexadecimal, here a dot; `__FILE` at the end names a file
 * that holds the value, of which one line end is taken off. `GITEA__` still works; `FORGEJO__` wins.
 */
export async function overlayEnvironment(ini: Ini, env: Env): Promise<Ini> {
  const merged = new Map([...ini].map(([name, keys]) => [name, new Map(keys)]));
  for (const prefix of ['GITEA__', 'FORGEJO__']) {
    for (const [name, value] of Object.entries(env)) {
      if (!name.startsWith(prefix) || value === undefined) continue;
      const isFile = name.endsWith('__FILE');
      const { section, key } = sectionAndKey(name.slice(prefix.length, isFile ? -'__FILE'.length : undefined));
      if (key === '') continue;
      const keys = merged.get(section) ?? new Map<string, string>();
      merged.set(section, keys);
      keys.set(key, isFile ? (await readNamed(name, value)).replace(/\r?\n$/, '') : value);
    }
  }
  return merged;
}

function sectionAndKey(encoded: string): { section: string; key: string } {
  const parts: [section: string, key: string] = ['', ''];
  let inKey = false;
  // Escapes are found first: the underscores around one are its own, not half of the `__` between section and key.
  for (const piece of encoded.split(/(_0[xX](?:[0-9a-fA-F]{2})+_)/)) {
    if (/^_0[xX](?:[0-9a-fA-F]{2})+_$/.test(piece)) {
      parts[inKey ? 1 : 0] += Buffer.from(piece.slice(3, -1), 'hex').toString('utf8');
      continue;
    }
    const at = inKey ? -1 : piece.indexOf('__');
    if (at < 0) parts[inKey ? 1 : 0] += piece;
    else {
      parts[0] += piece.slice(0, at);
      parts[1] += piece.slice(at + 2);
      inKey = true;
    }
  }
  return { section: parts[0].toLowerCase(), key: parts[1] };
}

/** Reads a file where Forgejo is. */
export type ReadText = (file: string) => Promise<string>;

const readHere: ReadText = (file) => readFile(file, 'utf8');

async function readNamed(what: string, file: string, read = readHere): Promise<string> {
  try {
    return await read(file);
  } catch (cause) {
    throw usage(
      `${what} names ${file}, which cannot be read (${messageOf(cause)}).`,
      'Run as a user who may read it, or give --database-url instead.',
      cause,
    );
  }
}

/** Reads app.ini with its environment overrides. */
export async function readForgejoSettings(file: string, env: Env, read = readHere): Promise<ForgejoSettings> {
  return forgejoSettings(await withPasswordFile(await readIni(file, env, read), file, read), resolve(file), env);
}

/** The server's own address, whatever its database. */
export const readRootUrl = async (file: string, env: Env): Promise<string> =>
  rootUrl(lookUp(await readIni(file, env, readHere)));

async function readIni(file: string, env: Env, read: typeof readHere): Promise<Ini> {
  let text: string;
  try {
    text = await read(file);
  } catch (cause) {
    throw usage(
      `${file} cannot be read (${messageOf(cause)}).`,
      "Give Forgejo's app.ini; it is often readable by Forgejo's own user only: sudo -u git ci-doctor …",
      cause,
    );
  }
  return overlayEnvironment(parseIni(text), env);
}

/** `[database] PASSWD_URI = file:/path` stands for PASSWD (newer servers). */
async function withPasswordFile(ini: Ini, file: string, read: ReadText): Promise<Ini> {
  const uri = lookUp(ini)('database', 'PASSWD_URI');
  if (uri === undefined) return ini;
  const path = URL.canParse(uri) && uri.startsWith('file:') ? decodeURIComponent(new URL(uri).pathname) : undefined;
  if (path === undefined)
    throw usage(`${file}: [database] PASSWD_URI is not a file: address.`, 'Write it as file:/path/of/the/password.');
  const password = (await readNamed(`${file}: [database] PASSWD_URI`, path, read)).trim();
  return new Map([...ini, ['database', new Map([...(ini.get('database') ?? []), ['PASSWD', password]])]]);
}

export function forgejoSettings(ini: Ini, file: string, env: Env): ForgejoSettings {
  const get = lookUp(ini);
  return {
    databaseUrl: databaseUrl(get, file, env),
    // Forgejo itself asks for it with PostgreSQL only.
    schema: get('database', 'DB_TYPE') === 'postgres' ? get('database', 'SCHEMA') : undefined,
    logStorage: logStorage(iniReader(ini, get), dataPath(get, file, env), file),
    timings: timings(get),
    rootUrl: rootUrl(get),
  };
}

const iniReader = (ini: Ini, get: Get): IniReader => ({
  has: (section) => ini.has(section),
  hasOwn: (section, key) => ini.get(section)?.has(key) ?? false,
  get,
});

function rootUrl(get: Get): string {
  const protocol = get('server', 'PROTOCOL') === 'https' ? 'https' : 'http';
  const port = get('server', 'HTTP_PORT') ?? '3000';
  const url = get('server', 'ROOT_URL') ?? `${protocol}://${get('server', 'DOMAIN') ?? 'localhost'}:${port}`;
  return `${url.replace(/\/+$/, '')}/`;
}

function databaseUrl(get: Get, file: string, env: Env): string {
  const type = get('database', 'DB_TYPE') ?? '';
  switch (type) {
    case 'postgres': {
      const { url, host } = serverUrl(get, file, 'postgres', '5432');
      if (host.startsWith('/')) url.searchParams.set('host', host);
      url.searchParams.set('sslmode', get('database', 'SSL_MODE') ?? 'disable');
      return url.href;
    }
    case 'mysql': {
      const { url, host } = serverUrl(get, file, 'mysql', '3306');
      if (host.startsWith('/')) url.searchParams.set('socket', host);
      url.searchParams.set('ssl-mode', get('database', 'SSL_MODE') ?? 'disable');
      return url.href;
    }
    case 'sqlite3':
      // A relative path is relative to where the server was started, which is its work path.
      return pathToFileURL(
        resolve(workPath(get, file, env), get('database', 'PATH') ?? join(dataPath(get, file, env), 'forgejo.db')),
      ).href.replace(/^file:/, 'sqlite:');
    default:
      throw usage(
        `${file}: [database] DB_TYPE is "${type || 'not set'}"; Forgejo has postgres, mysql and sqlite3.`,
        'Is this the app.ini that Forgejo runs with? "forgejo doctor check" prints its path.',
      );
  }
}

/** The address of a server; for a socket in the file system `host` is its path, and not part of the URL. */
function serverUrl(get: Get, file: string, scheme: string, standardPort: string): { url: URL; host: string } {
  const password = get('database', 'PASSWD') ?? '';
  hideSecret(password, [get('database', 'USER'), get('database', 'NAME')]);
  const named = get('database', 'HOST_PRIMARY') ?? get('database', 'HOST') ?? '';
  if (named.includes(','))
    throw usage(
      `${file}: [database] HOST names several servers (${named}).`,
      'Give --database-url with the address of the one that is written to.',
    );
  const { host, port } = splitHost(named, standardPort);
  // What stands behind a question mark in NAME are parameters of the connection.
  const [name, parameters] = (get('database', 'NAME') ?? '').split(/\?(.*)/s, 2);
  const url = new URL(`${scheme}://host/`);
  url.search = parameters ?? '';
  url.username = encodeURIComponent(get('database', 'USER') ?? '');
  url.password = encodeURIComponent(password);
  url.pathname = `/${encodeURIComponent(name!)}`;
  if (!host.startsWith('/')) url.hostname = host.includes(':') ? `[${host}]` : host;
  url.port = port;
  return { url, host };
}

/** `[database] HOST`: `host`, `host:port`, `[::1]:port`, `::1`, or a socket, or its directory (Forgejo `parsePostgreSQLHostPort`). */
function splitHost(text: string, standardPort: string): { host: string; port: string } {
  const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d*))?$/.exec(text);
  return { host: (match ? (match[1] ?? match[2]) : text) || '127.0.0.1', port: match?.[3] || standardPort };
}

const dataPath = (get: Get, file: string, env: Env): string =>
  resolve(workPath(get, file, env), get('server', 'APP_DATA_PATH') ?? 'data');

/**
 * WORK_PATH in the file (the server writes it there when it starts), else the environment, else the directory that
 * holds custom/conf/app.ini; for /etc/NAME/app.ini, where packages put it, /var/lib/NAME.
 */
function workPath(get: Get, file: string, env: Env): string {
  const named = get('', 'WORK_PATH') ?? (env.FORGEJO_WORK_DIR || env.GITEA_WORK_DIR);
  if (named) return named;
  const directory = dirname(file);
  if (directory.endsWith(join('/custom', 'conf'))) return dirname(dirname(directory));
  return dirname(directory) === '/etc' ? join('/var/lib', basename(directory)) : directory;
}

/**
 * A text that is no duration counts as not set: so the servers do that start with it at all (later ones refuse to).
 * A number alone is none, unlike in a flag of ours.
 */
const seconds = (text: string | undefined): number | undefined =>
  text === undefined || /^\d+$/.test(text) ? undefined : parseDuration(text);

function timings(get: Get): Timings {
  const timeout = (key: string, otherwise: number) => seconds(get('actions', key)) ?? otherwise;
  const every = (cron: string, otherwise: number | null) => {
    const section = `cron.${cron}`;
    if (/^(?:0|f|no?|off|false)$/i.test(get(section, 'ENABLED') ?? '')) return null;
    return period(get(section, 'SCHEDULE') ?? '') ?? otherwise;
  };
  return {
    zombieTimeout: timeout('ZOMBIE_TASK_TIMEOUT', defaultTimings.zombieTimeout),
    zombiePeriod: every('stop_zombie_tasks', defaultTimings.zombiePeriod),
    endlessTimeout: timeout('ENDLESS_TASK_TIMEOUT', defaultTimings.endlessTimeout),
    endlessPeriod: every('stop_endless_tasks', defaultTimings.endlessPeriod),
    abandonedTimeout: timeout('ABANDONED_JOB_TIMEOUT', defaultTimings.abandonedTimeout),
    abandonedPeriod: every('cancel_abandoned_jobs', defaultTimings.abandonedPeriod),
  };
}

/** Seconds between two runs of a cron schedule: `@every 5m`, `@hourly`, or every N minutes written in fields. */
function period(schedule: string): number | undefined {
  if (schedule.startsWith('@every ')) return seconds(schedule.slice('@every '.length).trim());
  const named = { '@hourly': 3_600, '@daily': 86_400, '@midnight': 86_400 }[schedule];
  const minutes = /^(?:\d+ )?\*(?:\/(\d+))? \* \* \* \*$/.exec(schedule);
  return named ?? (minutes ? Number(minutes[1] ?? 1) * 60 : undefined);
}
