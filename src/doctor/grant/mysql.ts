import mysql from 'mysql2';
import { type Generation, required } from '../database/generation.ts';
import { checks, type GrantScript, inserts, type Roles, reads, type TableColumns, writes } from './needs.ts';

/** A name of a table, a column or a user, where a dot is one: between backticks a backslash is none too, whatever the server's mode. */
const name = (text: string): string => mysql.escapeId(text, true);

/**
 * For MySQL and MariaDB. Accounts are made locked, because one without a password would let everybody in; no role is
 * inherited, because MySQL's are not active by themselves.
 *
 * @param database its name
 */
export function mysqlGrants(generation: Generation, database: string, roles: Required<Roles>): GrantScript {
  const account = (user: string) => `${name(user)}@${name(roles.host)}`;
  const [reader, repairer] = [account(roles.reader), account(roles.repairer)];
  const grants = (privilege: string, of: TableColumns, user: string) =>
    Object.entries(of).map(
      ([key, columns]) =>
        `GRANT ${privilege} (${columns.map(name).join(', ')}) ON ${name(database)}.${name(key)} TO ${user}`,
    );
  const looks = withAll(reads(generation), required);
  return {
    language: 'sql',
    read: [`CREATE USER ${reader} ACCOUNT LOCK`, ...grants('SELECT', looks, reader)],
    repair: [
      `CREATE USER ${repairer} ACCOUNT LOCK`,
      ...grants('SELECT', { ...looks, ...checks }, repairer),
      ...grants('UPDATE', writes(generation), repairer),
      ...grants('INSERT', inserts, repairer),
    ],
    notes: [reader, repairer].map(
      (user) => `Locked; unlock it with: ALTER USER ${user} IDENTIFIED BY '…' ACCOUNT UNLOCK`,
    ),
  };
}

/** A column that a user may not see is not there for it: those that a Forgejo is known by have to be. */
const withAll = (of: TableColumns, more: TableColumns): TableColumns =>
  Object.fromEntries(
    Object.entries(of).map(([table, columns]) => [table, [...new Set([...columns, ...(more[table] ?? [])])]]),
  );
