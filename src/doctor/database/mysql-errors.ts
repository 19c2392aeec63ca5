import type { PoolOptions } from 'mysql2';
import { messageOf, problem, ToolError, unknown } from '../../common/errors.ts';
import { sentence } from '../../common/output/words.ts';
import { isNetworkError, networkError } from './network-errors.ts';

/** The server's number of an error; 0 for what it did not say. */
export const errorNumber = (error: unknown): number => (error as { errno?: number }).errno ?? 0;

/** Why no connection came about. */
export function connectionError(error: unknown, server: string, options: PoolOptions): ToolError {
  if (error instanceof ToolError) return error;
  return (
    explained(error, server, options) ??
    unknown(`${server}: ${sentence(messageOf(error))}`, 'Run again with --verbose for the cause.', error)
  );
}

/** See `Database.explain`. */
export function databaseError(error: unknown, place: string): unknown {
  const { code = '', sqlState } = error as { code?: string; sqlState?: string };
  const due = sqlState !== undefined || isNetworkError(error) || /^(?:PROTOCOL|HANDSHAKE|POOL)_/.test(code);
  return due ? (explained(error, place, {}) ?? error) : error;
}

function explained(error: unknown, place: string, { user, ssl }: PoolOptions): ToolError | undefined {
  const text = messageOf(error).replace(/\.$/, '');
  const fail = (what: string, fix: string) => unknown(`${place}: ${what}`, fix, error);
  switch (errorNumber(error)) {
    case 1045:
    case 1698:
    case 1044:
    case 1130:
      return fail(
        `the server does not let user "${user ?? ''}" in (${text}).`,
        'Check user and password in the URL; Forgejo keeps its own in app.ini, [database] USER and PASSWD. A MySQL user holds for the hosts it was made for.',
      );
    case 3118:
    case 4151:
      return fail(
        `the account of user "${user ?? ''}" is locked.`,
        'Its administrator unlocks it: ALTER USER … ACCOUNT UNLOCK.',
      );
    case 1820:
    case 1862:
      return fail(
        `the password of user "${user ?? ''}" has expired.`,
        'Its administrator gives it another: ALTER USER … IDENTIFIED BY …',
      );
    case 1049:
      return fail('there is no such database.', '"SHOW DATABASES" lists them.');
    case 1142:
    case 1143:
      return fail(
        `this user lacks a privilege (${text}).`,
        '"ci-doctor grant", as a user who may read all, prints the statements that give what is needed.',
      );
    case 1290:
    case 1836:
      return problem(
        `${place}: this server only reads (${text}).`,
        'It is a replica: connect to the server that Forgejo writes to.',
        error,
      );
    case 1665:
      return fail(
        'this server writes its binary log by statements, which allows no transaction that sees what others commit.',
        'Ask its administrator for: SET GLOBAL binlog_format = MIXED.',
      );
    case 3159:
      return fail('the server wants TLS.', 'Add ?ssl-mode=REQUIRED to the URL.');
    case 1040:
    case 1203:
    case 1226:
      return fail(`the server does not take connections now (${text}).`, 'Wait until it has free connections.');
    case 1205:
    case 1213:
      return fail(`the statement was given up (${text}).`, 'Run it again; SHOW PROCESSLIST shows what is in its way.');
    case 1053:
    case 1927:
      return fail(
        `the connection broke (${text}).`,
        'Look whether the server runs, and run it again. What was not yet committed was not changed.',
      );
  }
  if (/unknown plugin|AUTH_SWITCH_PLUGIN/.test(text + (error as { code?: string }).code))
    return fail(
      `the server wants user "${user ?? ''}" to prove itself in a way that is not known here (${text}).`,
      'Use a user with a password (mysql_native_password, caching_sha2_password).',
    );
  return networkError(error, place, {
    listening: 'that the server listens on that address (bind-address)',
    socket: "Check the path in socket=…; the server says it with SHOW VARIABLES LIKE 'socket'.",
    noTls: ssl ? 'Use ssl-mode=DISABLED, or give the server a certificate.' : 'Give the server a certificate.',
    authority: 'ssl-ca=FILE',
  });
}
