import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { messageOf, usage } from '../common/errors.ts';
import { parseDuration } from '../common/output/words.ts';
import { hideSecret } from '../common/redact.ts';
import { defaultTimings, type Timings } from './stuck/hold.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Values by lower-case section and upper-case key; keys outside a section are in ''. */
export type Ini = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What ci-doctor takes from Forgejo's own configuration. */
export interface ForgejoSettings {
  readonly databaseUrl: string;
  readonly schema: string | undefined;
  /** Where `action_task.log_filename` starts from; null when the logs are not on a local disk. */
  readonly logDirectory: string | null;
  readonly timings: Timings;
  readonly rootUrl: string;
}

/**
 * Parses an INI file as Forgejo reads it (go-ini): `;` and `#` comments, `=` or `:`, values in quotes, backquotes or
 * triple quotes, a backslash at the end of a line, `%(NAME)s` from the same section or the default one.
 */
export function parseIni(text: string): Ini {
  const sections = new Map<string, Map<string, string>>([['', new Map()]]);
  let section = sections.get('')!;
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  for (let number = 0; number < lines.length; number++) {
    const line = lines[number]!.trim();
    if (line === '' || line.startsWith(';') || line.startsWith('#')) continue;
    const header = /^\[(.+)\]/.exec(line);
    if (header) {
      const name = header[1]!.trim().toLowerCase();
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      continue;
    }
    const assignment = /^(?:"([^"]+)"|`([^`]+)`|([^=:]+?))\s*[=:]\s*(.*)$/.exec(line);
    if (!assignment) continue;
    const key = (assignment[1] ?? assignment[2] ?? assignment[3])!.trim().toUpperCase();
    let value = assignment[4]!;
    const fence = value.startsWith('"""') ? '"""' : undefined;
    if (fence) {
      value = value.slice(3);
      while (!value.includes(fence) && number + 1 < lines.length) value += `\n${lines[++number]}`;
      value = value.split(fence, 1)[0]!;
    } else {
      while (value.endsWith('\\') && number + 1 < lines.length) value = value.slice(0, -1) + lines[++number]!.trim();
      value = unquote(value);
    }
    section.set(key, value);
  }
  return expand(sections);
}

function unquote(text: string): string {
  const quoted = /^(["'`])(.*)\1\s*(?:[#;].*)?$/.exec(text);
  // An inline comment needs a space before its mark: passwords may hold both characters.
  return quoted ? quoted[2]! : text.replace(/\s[#;].*$/, '').trim();
}

function expand(sections: Map<string, Map<string, string>>): Ini {
  const lookUp = (section: Map<string, string>, text: string, depth: number): string =>
    depth > 10
      ? text
      : text.replace(/%\(([^)]+)\)s/g, (whole, name: string) => {
          const value = section.get(name.toUpperCase()) ?? sections.get('')!.get(name.toUpperCase());
          return value === undefined ? whole : lookUp(section, value, depth + 1);
        });
  for (const section of sections.values())
    for (const [key, value] of section) section.set(key, lookUp(section, value, 0));
  return sections;
}

/**
 * Lays `FORGEJO__section__KEY` over the file, as Forgejo's own `environment-to-ini` does: `_0X2E_` stands for a dot,
 * `__FILE` at the end names a file that holds the value. `GITEA__` still works; `FORGEJO__` wins.
 */
export async function overlayEnvironment(ini: Ini, env: Env): Promise<Ini> {
  const merged = new Map([...ini].map(([name, keys]) => [name, new Map(keys)]));
  for (const prefix of ['GITEA__', 'FORGEJO__']) {
    for (const [name, value] of Object.entries(env)) {
      if (!name.startsWith(prefix) || value === undefined) continue;
      const match =
        /^(.*?)__([^_].*?)(__FILE)?$/.exec(name.slice(prefix.length)) ??
        /^()(?:__)?(.+?)(__FILE)?$/.exec(name.slice(prefix.length));
      if (!match) continue;
      const section = decodeName(match[1]!).toLowerCase();
      const key = decodeName(match[2]!).toUpperCase();
      const keys = merged.get(section) ?? new Map<string, string>();
      merged.set(section, keys);
      keys.set(key, match[3] ? await readSecret(name, value) : value);
    }
  }
  return merged;
}

const decodeName = (text: string): string =>
  text.replace(/_0X([0-9A-F]{2})_/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

async function readSecret(name: string, file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (cause) {
    throw usage(
      `${name} names ${file}, which cannot be read (${messageOf(cause)}).`,
      'Run as a user who may read it, or unset the variable.',
      cause,
    );
  }
}

/** Reads app.ini with its environment overrides. */
export async function readForgejoSettings(file: string, env: Env): Promise<ForgejoSettings> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw usage(
      `${file} cannot be read (${messageOf(cause)}).`,
      "Give Forgejo's app.ini; it is often readable by Forgejo's own user only: sudo -u git ci-doctor …",
      cause,
    );
  }
  return forgejoSettings(await overlayEnvironment(parseIni(text), env), resolve(file), env);
}

export function forgejoSettings(ini: Ini, file: string, env: Env): ForgejoSettings {
  const get = (section: string, key: string) => ini.get(section)?.get(key) || undefined;
  return {
    databaseUrl: databaseUrl(get, file),
    schema: get('database', 'SCHEMA'),
    logDirectory: logDirectory(get, file, env),
    timings: timings(get, file),
    rootUrl:
      get('server', 'ROOT_URL') ??
      `http://${get('server', 'DOMAIN') ?? 'localhost'}:${get('server', 'HTTP_PORT') ?? 3000}/`,
  };
}

type Get = (section: string, key: string) => string | undefined;

function databaseUrl(get: Get, file: string): string {
  const type = (get('database', 'DB_TYPE') ?? '').toLowerCase();
  if (!/^(postgres(ql)?|pgsql)$/.test(type))
    throw usage(
      `${file}: [database] DB_TYPE is "${type || 'not set'}"; this version of ci-doctor reads PostgreSQL.`,
      type === ''
        ? 'Is this the app.ini that Forgejo runs with? "forgejo doctor check" prints its path.'
        : 'Use the web page for this server.',
    );
  const password = get('database', 'PASSWD') ?? '';
  hideSecret(password);
  const { host, port } = splitHost(get('database', 'HOST') ?? '127.0.0.1:5432');
  const url = new URL('postgres://host/');
  url.username = encodeURIComponent(get('database', 'USER') ?? '');
  url.password = encodeURIComponent(password);
  url.pathname = `/${encodeURIComponent(get('database', 'NAME') ?? 'forgejo')}`;
  if (host.startsWith('/')) url.searchParams.set('host', host);
  else url.hostname = host.includes(':') ? `[${host}]` : host;
  url.port = port;
  url.searchParams.set('sslmode', get('database', 'SSL_MODE') ?? 'disable');
  return url.href;
}

/** `[database] HOST`: `host`, `host:port`, `[::1]:port`, or the directory of a socket (Forgejo `parsePostgreSQLHostPort`). */
function splitHost(text: string): { host: string; port: string } {
  const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(text);
  if (!match) return { host: text, port: '5432' };
  return { host: match[1] ?? (match[2] || '127.0.0.1'), port: match[3] ?? '5432' };
}

/** Forgejo's own order: [storage.actions_log], the storage that [actions] names, [storage]; PATH or `<data>/actions_log`. */
function logDirectory(get: Get, file: string, env: Env): string | null {
  const work = workPath(get, file, env);
  const absolute = (path: string, base: string) => (isAbsolute(path) ? path : join(base, path));
  const data = absolute(get('server', 'APP_DATA_PATH') ?? 'data', work);
  const named =
    get('actions', 'STORAGE_TYPE') ??
    get('storage.actions_log', 'STORAGE_TYPE') ??
    get('storage', 'STORAGE_TYPE') ??
    'local';
  const type =
    named === 'local' || named === 'minio' || named === 'azureblob'
      ? named
      : (get(`storage.${named}`, 'STORAGE_TYPE') ?? 'local');
  if (type !== 'local') return null;
  const path = get('storage.actions_log', 'PATH') ?? get('actions', 'PATH');
  if (path) return absolute(path, work);
  const shared = get(`storage.${named}`, 'PATH') ?? get('storage', 'PATH');
  return join(shared ? absolute(shared, work) : data, 'actions_log');
}

/** WORK_PATH in the file, else the environment, else the directory that holds custom/conf/app.ini. */
function workPath(get: Get, file: string, env: Env): string {
  const named = get('', 'WORK_PATH') ?? env.FORGEJO_WORK_DIR ?? env.GITEA_WORK_DIR;
  if (named) return named;
  const directory = dirname(file);
  return directory.endsWith(join('custom', 'conf')) ? dirname(dirname(directory)) : directory;
}

function timings(get: Get, file: string): Timings {
  const seconds = (section: string, key: string, fallback: number) => {
    const text = get(section, key);
    if (text === undefined) return fallback;
    const value = parseDuration(text);
    if (value === undefined)
      throw usage(
        `${file}: [${section}] ${key} is "${text}", which is not a duration.`,
        'Write it as 10m, 1h30m or 600s.',
      );
    return value;
  };
  const enabled =
    (get('cron.stop_zombie_tasks', 'ENABLED') ?? get('cron', 'ENABLED') ?? 'true').toLowerCase() !== 'false';
  const schedule = get('cron.stop_zombie_tasks', 'SCHEDULE') ?? '@every 5m';
  return {
    zombieTimeout: seconds('actions', 'ZOMBIE_TASK_TIMEOUT', defaultTimings.zombieTimeout),
    // A five-field schedule is rare here; a day is the longest it can mean without being useless.
    zombiePeriod: enabled
      ? (parseDuration(schedule.replace(/^@every\s+/, '')) ??
        { '@hourly': 3_600, '@daily': 86_400, '@midnight': 86_400 }[schedule] ??
        defaultTimings.zombiePeriod)
      : null,
  };
}
