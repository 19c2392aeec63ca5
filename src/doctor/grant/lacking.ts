import { type Kysely, sql } from 'kysely';
import type { Generation } from '../database/generation.ts';
import type { Tables } from '../database/tables.ts';
import { reads, type TableColumns, writes } from './needs.ts';

const shown = 5;

/**
 * What a role may not do that ci-doctor needs, as a sentence: PostgreSQL's own answer names the table and no column. What
 * this role may not write is told only where it may read all.
 */
export async function lackingColumns(root: Kysely<Tables>, schema: string, generation: Generation): Promise<string> {
  const missing = async (privilege: string, of: TableColumns) => {
    const wanted = Object.entries(of).flatMap(([table, columns]) => columns.map((column) => [table, column] as const));
    const { rows } = await sql<{ name: string }>`
      SELECT w.t || '.' || w.c AS name FROM (VALUES ${sql.join(wanted.map(([table, column]) => sql`(${table}, ${column})`))}) AS w(t, c)
        JOIN pg_namespace n ON n.nspname = ${schema}
        JOIN pg_class k ON k.relnamespace = n.oid AND k.relname = w.t
        JOIN pg_attribute a ON a.attrelid = k.oid AND a.attname = w.c AND NOT a.attisdropped
      WHERE NOT has_column_privilege(k.oid, a.attnum, ${privilege})`.execute(root);
    const lacked = new Set(rows.map(({ name }) => name));
    // In the order of the list, which a join does not keep.
    return wanted.map((place) => place.join('.')).filter((name) => lacked.has(name));
  };
  const told = (verb: string, names: readonly string[]) =>
    `it may not ${verb} ${names.slice(0, shown).join(', ')}${names.length > shown ? ` and ${names.length - shown} more` : ''}`;
  const unread = await missing('SELECT', reads(generation));
  if (unread.length > 0) return told('read', unread);
  const unwritten = await missing('UPDATE', writes(generation));
  return unwritten.length > 0 ? told('write', unwritten) : '';
}
