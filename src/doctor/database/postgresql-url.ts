import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { messageOf, ToolError } from '../../common/errors.ts';
import { hideSecret, redact } from '../../common/redact.ts';
import type { DatabaseSettings } from './dialect.ts';

export type ClientConfig = pg.ClientConfig & {
  /** What to try, in order: true is with TLS, as `ssl` says. */
  readonly ways: readonly boolean[];
};

/**
 * What pg is told, from `postgres://user:password@host:port/database?sslmode=…` or `postgres:///name?host=/run/postgresql`.
 * @throws ToolError (usage)
 */
export function clientConfig({ url, env = {}, connectTimeoutMs = 10_000 }: DatabaseSettings): ClientConfig {
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
    ways: ssl === false ? [false] : (waysOf[sslmode] ?? [true]),
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

const waysOf: Readonly<Record<string, readonly boolean[]>> = { allow: [false, true], prefer: [true, false] };

/**
 * TLS as libpq understands `sslmode`: all but `verify-…` encrypt without looking at the certificate unless they are given
 * an authority. A socket in the file system has no TLS.
 */
function tls(
  mode: string,
  host: string,
  query: URLSearchParams,
  env: NonNullable<DatabaseSettings['env']>,
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
      return false;
    case 'allow':
    case 'prefer':
    case 'require':
    case 'verify-ca':
    case 'verify-full': {
      if (host.startsWith('/')) return false;
      const given = files();
      return {
        rejectUnauthorized: mode.startsWith('verify') || given.ca !== undefined,
        ...(mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
        ...given,
      };
    }
    default:
      throw new ToolError(
        'usage',
        `sslmode "${mode}" is not known.`,
        'Use disable, allow, prefer, require, verify-ca or verify-full.',
      );
  }
}

/** For messages. */
export const placeOf = (config: pg.ClientConfig, env: NonNullable<DatabaseSettings['env']>): string =>
  `PostgreSQL ${config.host ?? env.PGHOST ?? 'localhost'}${config.host?.startsWith('/') ? '' : `:${config.port ?? env.PGPORT ?? 5432}`}, database "${config.database ?? env.PGDATABASE ?? config.user ?? ''}"`;
