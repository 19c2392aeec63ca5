import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

/** What each `pre_execution_error_code` means (Forgejo's models/actions/pre_execution_errors.go); the number is its place. */
const meanings = [
  '',
  'the workflow’s events (`on:`) cannot be read',
  'a job of the workflow cannot be read',
  'the matrix of a job cannot be computed from its `needs`',
  'the matrix of a job refers to a job that is not in its `needs`',
  'the matrix of a job refers to an output that does not exist',
  'the matrix of a job cannot be computed',
  '`runs-on` refers to a job that is not in `needs`',
  '`runs-on` refers to an output that does not exist',
  '`runs-on` refers to a dimension that the matrix does not have',
  '`runs-on` cannot be computed',
  '`with` refers to a job that is not in `needs`',
  '`with` refers to an output that does not exist',
  '`with` refers to a dimension that the matrix does not have',
  '`with` cannot be computed',
  '`needs` names a job that does not exist',
];

/** Why Forgejo made no jobs of a run; null where it did, or where this Forgejo does not record it. */
export async function preExecutionError(database: Database, runId: number): Promise<string | null> {
  const row = await database.queries
    .selectFrom('action_run')
    .select([
      sql<string | null>`pre_execution_error`.as('text'),
      sql<number | null>`pre_execution_error_code`.as('code'),
      sql<string | null>`pre_execution_error_details`.as('details'),
    ])
    .where('id', '=', runId)
    .executeTakeFirst()
    // The columns came with Forgejo 13 and 14, and a role may not be allowed to read them.
    .catch(() => undefined);
  if (!row) return null;
  const details = (row.details ?? '').replace(/^null$|[[\]"]/g, '').replaceAll(',', ', ');
  const meaning = row.code ? (meanings[row.code] ?? `error ${row.code}`) : '';
  const what = [row.text ?? '', [meaning, details].filter(Boolean).join(': ')].filter(Boolean).join('; ');
  return what === '' ? null : what;
}
