import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { PoolOptions, SslOptions } from 'mysql2';
import { messageOf, usage } from '../../common/errors.ts';
import { hideSecret, redact } from '../../common/redact.ts';
import type { DatabaseSettings } from './dialect.ts';

/**
 * What mysql2 is told, from `mysql://user:password@host:port/database?ssl-mode=…`, with `?socket=/run/mysqld/mysqld.sock`
 * over a socket. For what it leaves out: MYSQL_HOST, MYSQL_TCP_PORT, MYSQL_UNIX_PORT, MYSQL_PWD, as MySQL's own programs.
 * @throws ToolError (usage)
 */
export function poolOptions({ url: text, env = {}, connectTimeoutMs = 10_000 }: DatabaseSettings): PoolOptions & {
  /** What to try, in order: true is with TLS, as `ssl` says. */
  readonly ways: readonly boolean[];
} {
  const url = parseUrl(text);
  const query = url.searchParams;
  const password = decoded(url.password) || env.MYSQL_PWD || undefined;
  const user = decoded(url.username) || undefined;
  const database = decoded(url.pathname.slice(1));
  for (const secret of [password, url.password, env.MYSQL_PWD]) hideSecret(secret, [user, database]);
  if (database === '')
    throw usage('The database URL names no database.', 'Write it as mysql://USER@HOST:3306/DATABASE.');
  const named = decoded(url.hostname).replace(/^\[|\]$/g, '');
  const socketPath = query.get('socket') ?? (named === '' ? env.MYSQL_UNIX_PORT : undefined);
  const host = named || env.MYSQL_HOST || 'localhost';
  const mode = query.get('ssl-mode') ?? query.get('tls') ?? 'disabled';
  const ssl = socketPath ? undefined : tls(mode, query);
  // mysql2 holds the certificate of an address against the name "localhost".
  if (ssl?.verifyIdentity && isIP(host))
    throw usage(
      `ssl-mode VERIFY_IDENTITY looks for the server's name in its certificate, and the URL has an address instead (${host}).`,
      'Write the name that the certificate is for, or use VERIFY_CA.',
    );
  return {
    ...(socketPath ? { socketPath } : { host, port: Number(url.port || env.MYSQL_TCP_PORT || 3306) }),
    ...(user && { user }),
    ...(password && { password }),
    ...(ssl && { ssl }),
    ways: ssl ? (/^prefer/i.test(mode) ? [true, false] : [true]) : [false],
    database,
    charset: 'utf8mb4',
    connectTimeout: connectTimeoutMs,
  };
}

function parseUrl(text: string): URL {
  // A host may be left out, as in mysql://user@/name?socket=…; URL wants one only for schemes it knows.
  const cutShort = /^[^:]+:\/\/[^/?#]*(?:\/[^?#]*@|\?[^=#]*@|[^#]*#)/.test(text);
  if (URL.canParse(text) && /^[^:]+:\/\//.test(text) && !cutShort) return new URL(text);
  throw usage(
    `The database URL cannot be read: "${redact(text.replace(/:\/\/.*@/s, '://***@'))}".`,
    'Write it as mysql://USER@HOST:3306/DATABASE, a password behind USER and a colon; characters such as @ : / # in the password need percent-encoding.',
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
 * `ssl-mode` as MySQL's programs know it, and as app.ini has it (`SSL_MODE`, handed to Go's driver): `REQUIRED` and
 * `skip-verify` encrypt without looking at the certificate unless they are given an authority; `PREFERRED` never looks.
 */
function tls(mode: string, query: URLSearchParams): SslOptions | undefined {
  const file = (name: string) => {
    const path = query.get(name);
    if (!path) return undefined;
    try {
      return readFileSync(path, 'utf8');
    } catch (cause) {
      throw usage(
        `${name}: ${path} cannot be read (${messageOf(cause)}).`,
        `Point ${name} at a readable PEM file.`,
        cause,
      );
    }
  };
  const given = () => {
    const [ca, cert, key] = [file('ssl-ca'), file('ssl-cert'), file('ssl-key')];
    return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  };
  switch (mode.toLowerCase().replaceAll('_', '-')) {
    case 'disabled':
    case 'disable':
    case 'false':
      return undefined;
    case 'preferred':
    case 'prefer':
      return { ...given(), rejectUnauthorized: false };
    case 'required':
    case 'require':
    case 'skip-verify': {
      const files = given();
      return { ...files, rejectUnauthorized: 'ca' in files };
    }
    case 'verify-ca':
      return { ...given(), rejectUnauthorized: true };
    case 'verify-identity':
    case 'verify-full':
    case 'true':
      return { ...given(), rejectUnauthorized: true, verifyIdentity: true };
    default:
      throw usage(
        `ssl-mode "${mode}" is not known.`,
        'Use DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY.',
      );
  }
}

/** For messages. */
export const placeOf = ({ socketPath, host, port, database }: PoolOptions): string =>
  `MySQL ${socketPath ?? `${host}:${port}`}, database "${database}"`;
