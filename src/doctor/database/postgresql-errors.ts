import pg from 'pg';
import { messageOf, problem, ToolError, unknown } from '../../common/errors.ts';
import { sentence } from '../../common/output/words.ts';
import type { DatabaseSettings } from './dialect.ts';
import { isNetworkError, networkError } from './network-errors.ts';

/** Why no connection came about. */
export function connectionError(
  error: unknown,
  server: string,
  config: pg.ClientConfig,
  env: NonNullable<DatabaseSettings['env']>,
) {
  if (error instanceof ToolError) return error;
  const user = config.user ?? env.PGUSER ?? '';
  return (
    explained(error, server, { user, encrypted: config.ssl !== false }) ??
    unknown(`${server}: ${sentence(messageOf(error))}`, 'Run again with --verbose for the cause.', error)
  );
}

/**
 * What a statement failed with, as a person can act on it, when that is due to the server or the role: a missing
 * privilege, a connection that broke, a standby. Anything else is handed back as it is.
 */
export function databaseError(error: unknown, place: string): unknown {
  const { message = '' } = error as { message?: string };
  const due =
    error instanceof pg.DatabaseError ||
    isNetworkError(error) ||
    /^Connection terminated|^timeout exceeded when trying to connect|is not queryable$/.test(message);
  return due ? (explained(error, place) ?? error) : error;
}

function explained(
  error: unknown,
  place: string,
  connection: { readonly user?: string; readonly encrypted?: boolean } = {},
): ToolError | undefined {
  const { code = '' } = error as { code?: string };
  const text = messageOf(error).replace(/\.$/, '');
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
        '"ci-doctor grant" prints the statements that give what is needed.',
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
  }
  // "Client has encountered a connection error and is not queryable": it broke between two statements.
  if (/^(?:57P0[12]|25P03|08...)$/.test(code) || /is not queryable$/.test(text))
    return fail(
      `the connection broke (${text}).`,
      'Look whether the server runs, and run it again. What was not yet committed was not changed.',
    );
  return networkError(error, place, {
    listening: 'that PostgreSQL listens on that address (listen_addresses)',
    socket: 'Check the directory in host=…; PostgreSQL says which with SHOW unix_socket_directories.',
    noTls: 'Use sslmode=disable, or switch ssl on in postgresql.conf.',
    authority: 'sslrootcert=FILE',
  });
}
