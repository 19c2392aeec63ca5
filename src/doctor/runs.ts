import { sql } from 'kysely';
import { problem } from '../common/errors.ts';
import type { Database, Queries } from './database/database.ts';
import { statusName } from './database/status.ts';

export interface RunFilter {
  /** `owner/name`, or a name alone. */
  readonly repository?: string;
  readonly status?: readonly number[];
  readonly workflow?: string;
  /** A branch or tag, with or without `refs/heads/`. */
  readonly branch?: string;
  readonly event?: string;
  readonly actor?: string;
  /** Only runs created at or after this moment; Unix seconds. */
  readonly since?: number;
  readonly limit: number;
  /** Only runs with a smaller id: what `next` of the previous page said. */
  readonly before?: number;
}

export interface RunRow {
  readonly id: number;
  readonly index: number;
  readonly repository: string | null;
  readonly workflow: string;
  readonly title: string;
  /** Branch or tag, without `refs/heads/` or `refs/tags/`. */
  readonly branch: string;
  readonly commit: string;
  readonly event: string;
  readonly actor: string | null;
  readonly status: string;
  readonly statusCode: number;
  /** Unix seconds; 0 = not set. */
  readonly created: number;
  readonly started: number;
  readonly stopped: number;
  /** Seconds since it was created. */
  readonly age: number;
  /** Seconds it ran, or runs; null before it started. Never negative. */
  readonly duration: number | null;
}

/** The name of a branch or tag, of a ref that is one. */
export const branchOf = (ref: string): string => ref.replace(/^refs\/(?:heads|tags)\//, '');

export interface RunPage {
  readonly runs: readonly RunRow[];
  /** Hand it in as `before` for the next page; null on the last. */
  readonly next: number | null;
}

/** Runs, newest first. Pages by id, so that new runs don't shift a page; never reads a payload column. */
export async function listRuns(database: Database, filter: RunFilter): Promise<RunPage> {
  const { queries } = database;
  let query = runColumns(database, queries)
    .orderBy('action_run.id', 'desc')
    .limit(filter.limit + 1);
  if (filter.before !== undefined) query = query.where('action_run.id', '<', filter.before);
  if (filter.status) query = query.where('action_run.status', 'in', filter.status);
  if (filter.workflow !== undefined) query = query.where('action_run.workflow_id', '=', filter.workflow);
  if (filter.event !== undefined) query = query.where('action_run.event', '=', filter.event);
  if (filter.branch !== undefined) {
    const { branch } = filter;
    query = query.where(
      'action_run.ref',
      'in',
      branch.startsWith('refs/') ? [branch] : [`refs/heads/${branch}`, `refs/tags/${branch}`, branch],
    );
  }
  if (filter.repository !== undefined)
    query = query.where('action_run.repo_id', 'in', await repositoryIds(queries, filter.repository));
  if (filter.actor !== undefined)
    query = query.where(
      'action_run.trigger_user_id',
      'in',
      queries.selectFrom('user').select('id').where('lower_name', '=', filter.actor.toLowerCase()),
    );
  if (filter.since !== undefined)
    query = query.where('action_run.id', '>=', await firstRunSince(queries, filter.since));
  const rows = await query.execute();
  const page = rows.slice(0, filter.limit);
  return { runs: page.map(runRow), next: rows.length > filter.limit ? page.at(-1)!.id : null };
}

export const runColumns = ({ clock }: Database, queries: Queries) =>
  queries
    .selectFrom('action_run')
    .leftJoin('repository', 'repository.id', 'action_run.repo_id')
    .leftJoin('user', 'user.id', 'action_run.trigger_user_id')
    .select([
      'action_run.id',
      'action_run.index',
      'action_run.workflow_id',
      'action_run.title',
      'action_run.ref',
      'action_run.commit_sha',
      'action_run.event',
      'action_run.status',
      'action_run.created',
      'action_run.started',
      'action_run.stopped',
      'repository.owner_name',
      'repository.name as repository_name',
      'user.name as actor',
      clock.as('now'),
    ]);

export function runRow(row: Awaited<ReturnType<ReturnType<typeof runColumns>['execute']>>[number]): RunRow {
  const now = Number(row.now);
  return {
    id: row.id,
    index: row.index,
    repository: row.repository_name === null ? null : `${row.owner_name}/${row.repository_name}`,
    workflow: row.workflow_id,
    title: row.title,
    branch: branchOf(row.ref),
    commit: row.commit_sha,
    event: row.event,
    actor: row.actor,
    status: statusName(row.status),
    statusCode: row.status,
    created: row.created,
    started: row.started,
    stopped: row.stopped,
    age: Math.max(0, now - row.created),
    duration: elapsed(row, now),
  };
}

/** Seconds between start and stop, or now. After a re-run a run's stop can lie before its start: clamped to 0. */
export const elapsed = (
  { started, stopped }: { readonly started: number; readonly stopped: number },
  now: number,
): number | null => (started === 0 ? null : Math.max(0, (stopped || now) - started));

/**
 * Ids of the repositories a filter names: one, or all of a name without owner.
 * @throws ToolError (problem) when there is none: a misspelt name is not a repository without runs
 */
export async function repositoryIds(queries: Queries, name: string): Promise<number[]> {
  const slash = name.indexOf('/');
  const owner = slash < 0 ? undefined : name.slice(0, slash).toLowerCase();
  const repository = name.slice(slash + 1).toLowerCase();
  let query = queries.selectFrom('repository').select('id').where('lower_name', '=', repository);
  if (owner !== undefined) query = query.where(sql<string>`lower(owner_name)`, '=', owner);
  const ids = (await query.execute()).map((row) => row.id);
  if (ids.length > 0) return ids;
  throw problem(
    `There is no repository "${name}".`,
    'Write it as OWNER/NAME, as in its address; "ci-doctor runs" lists those that have runs.',
  );
}

/**
 * The smallest run id created at or after a moment. `created` has no index, but rises with the id: a search by halves over
 * the primary key reads about twenty rows where a filter would read the table.
 */
async function firstRunSince(queries: Queries, since: number): Promise<number> {
  const bounds = await queries
    .selectFrom('action_run')
    .select((select) => [select.fn.min('id').as('low'), select.fn.max('id').as('high')])
    .executeTakeFirstOrThrow();
  let low = Number(bounds.low ?? 0);
  let high = Number(bounds.high ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = await queries
      .selectFrom('action_run')
      .select(['id', 'created'])
      .where('id', '>=', middle)
      .orderBy('id')
      .limit(1)
      .executeTakeFirst();
    if (!row || row.created >= since) high = middle;
    else low = row.id + 1;
  }
  return low;
}
