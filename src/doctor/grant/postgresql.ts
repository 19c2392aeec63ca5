import pg from 'pg';
import { usage } from '../../common/errors.ts';
import type { Generation } from '../database/generation.ts';
import { checks, type GrantScript, inserts, type Roles, reads, type TableColumns, writes } from './needs.ts';

const name = pg.escapeIdentifier;

/** @throws ToolError (usage) for a host, which PostgreSQL's roles do not have */
export function postgresqlGrants(generation: Generation, schema: string, roles: Roles): GrantScript {
  const { reader, repairer, host } = roles;
  if (host !== undefined)
    throw usage('--host is for MySQL: a role of PostgreSQL has no host.', 'pg_hba.conf says who connects from where.');
  const table = (text: string) => `${name(schema)}.${name(text)}`;
  const grants = (privilege: string, of: TableColumns, role: string) =>
    Object.entries(of).map(
      ([key, columns]) => `GRANT ${privilege} (${columns.map(name).join(', ')}) ON ${table(key)} TO ${name(role)}`,
    );
  return {
    language: 'sql',
    read: [
      `CREATE ROLE ${name(reader)} LOGIN`,
      `GRANT USAGE ON SCHEMA ${name(schema)} TO ${name(reader)}`,
      ...grants('SELECT', reads(generation), reader),
    ],
    repair: [
      `CREATE ROLE ${name(repairer)} LOGIN IN ROLE ${name(reader)}`,
      ...grants('UPDATE', writes(generation), repairer),
      ...grants('INSERT', inserts, repairer),
      `GRANT USAGE ON SEQUENCE ${table('action_tasks_version_id_seq')} TO ${name(repairer)}`,
      ...grants('SELECT', checks, repairer),
    ],
    notes: ['No password is set; in psql: \\password ROLE'],
  };
}
