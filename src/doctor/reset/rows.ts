import { groupBy } from '../../common/group.ts';
import type { Database, Queries } from '../database/database.ts';
import { doneStatuses, isDone, Status } from '../database/status.ts';
import { loadRuns } from '../stuck/look.ts';
import type { RunState } from '../stuck/state.ts';
import { scopesOf } from '../stuck/waiting.ts';
import { type Change, difference } from './change.ts';
import type { Scope, Steps } from './plan.ts';

/**
 * Locks the rows that are these runs' own for the rest of the transaction, in the order in which the server takes them when a
 * task ends: task, job, run (observed statement by statement; the server never waits for us in reverse). Repositories, steps and
 * versions come after them: `lockRepositories`, the statements themselves, `versionsOf`. Within a table by id, so that two of us do
 * not wait for each other.
 *
 * @returns the runs as they are under the locks; those that nothing names any more are left out
 */
export async function lockRuns(database: Database, queries: Queries, ids: readonly number[]): Promise<RunState[]> {
  const named = ids.filter((id) => id > 0);
  const seen = await queries
    .selectFrom('action_run_job')
    .select('task_id')
    .where('run_id', 'in', named.length > 0 ? named : [0])
    .execute();
  const strays = await queries
    .selectFrom('action_task')
    .innerJoin('action_run_job', 'action_run_job.id', 'action_task.job_id')
    .select('action_task.id')
    .where('action_task.status', 'in', [Status.unknown, Status.running])
    .where('action_run_job.run_id', 'in', named.length > 0 ? named : [0])
    .execute();
  const tasks = [
    ...new Set([
      ...seen.map((job) => job.task_id).filter((id) => id !== 0),
      ...strays.map((task) => task.id),
      ...ids.filter((id) => id < 0).map((id) => -id),
    ]),
  ];
  await lockRows(queries, 'action_task', tasks);
  if (named.length > 0)
    await queries
      .selectFrom('action_run_job')
      .select('id')
      .where('run_id', 'in', named)
      .orderBy('id')
      .forUpdate()
      .execute();
  await lockRows(queries, 'action_run', named);
  // As a preview reads them: what it says of a job must not depend on whether it is applied.
  return loadRuns(database, queries, ids, { logs: true });
}

/** Locks the repositories of runs, where they keep counts of them: other runs have them too. */
export async function lockRepositories(
  { generation }: Database,
  queries: Queries,
  runs: readonly RunState[],
): Promise<void> {
  if (generation.countsRunsInRepository)
    await lockRows(queries, 'repository', [...new Set(runs.map(({ repositoryId }) => repositoryId))]);
}

/** Locks rows of one table by their ids, in the order in which everybody takes them. */
export async function lockRows(
  queries: Queries,
  table: 'action_task' | 'action_run' | 'repository' | 'action_task_step',
  ids: readonly number[],
): Promise<void> {
  if (ids.length > 0)
    await queries.selectFrom(table).select('id').where('id', 'in', ids).orderBy('id').forUpdate().execute();
}

/** The steps of tasks that a repair may end or repeat. Whoever locks a task has its steps: the server writes none without writing the task first. */
export async function stepsOf(queries: Queries, runs: readonly RunState[]): Promise<Steps> {
  const tasks = runs.flatMap((run) => [
    // Of a task that is done too, where its job is not: the job may run again.
    ...run.jobs.flatMap((job) => (job.task && !(isDone(job.task.status) && isDone(job.status)) ? [job.task.id] : [])),
    ...run.strays.map((task) => task.id),
  ]);
  const steps =
    tasks.length === 0
      ? []
      : await queries
          .selectFrom('action_task_step')
          .select(['id', 'task_id', 'name', 'index', 'status', 'started', 'stopped', 'updated'])
          .where('task_id', 'in', tasks)
          .orderBy('id')
          .execute();
  return groupBy(
    steps.sort((a, b) => a.index - b.index),
    (step) => step.task_id,
  );
}

/** A row of `action_tasks_version`. */
interface Version {
  readonly id: number;
  readonly ownerId: number;
  readonly repositoryId: number;
  readonly version: number;
}

/** What the runners of these runs' jobs compare with what they saw last. Locked last of all: every repair has some in common. */
export async function versionsOf(queries: Queries, runs: readonly RunState[], lock: boolean): Promise<Version[]> {
  const wanted = new Set(['0 0', ...runs.flatMap((run) => run.jobs.flatMap((job) => scopesOf(job)))]);
  const pairs = [...wanted].map((scope) => scope.split(' ').map(Number) as [number, number]);
  const versions = await queries
    .selectFrom('action_tasks_version')
    .select(['id', 'owner_id', 'repo_id', 'version'])
    // A row is about an owner or about a repository, never about both.
    .where((where) =>
      where.or([
        where.and([
          where('repo_id', '=', 0),
          where(
            'owner_id',
            'in',
            pairs.filter(([, repository]) => repository === 0).map(([owner]) => owner),
          ),
        ]),
        where.and([
          where('owner_id', '=', 0),
          where('repo_id', 'in', [0, ...pairs.map(([, repository]) => repository)]),
        ]),
      ]),
    )
    .orderBy('id')
    .$if(lock, (query) => query.forUpdate())
    .execute();
  return versions.map((row) => ({
    id: row.id,
    ownerId: row.owner_id,
    repositoryId: row.repo_id,
    version: row.version,
  }));
}

/** The changes that have the runners of these scopes look at the queue. */
export function announcements(scopes: readonly Scope[], versions: readonly Version[], now: number): Change[] {
  return scopes.map(({ name, again }) => {
    const [ownerId, repositoryId] = name.split(' ').map(Number) as [number, number];
    const row = versions.find((version) => version.ownerId === ownerId && version.repositoryId === repositoryId);
    if (row)
      return {
        table: 'action_tasks_version',
        id: row.id,
        before: { version: row.version },
        after: { version: row.version + 1, ...(again && { updated_unix: now }) },
      };
    // Without its row the runners of this scope would never notice; the server starts counting at 1.
    return {
      table: 'action_tasks_version',
      row: { owner_id: ownerId, repo_id: repositoryId, version: 1, created_unix: now, updated_unix: now },
    };
  });
}

/** A run whose status a transaction changes. */
export interface Turn {
  readonly runId: number;
  readonly repositoryId: number;
  readonly before: number;
  readonly after: number;
}

/**
 * The repositories' own counts of runs and of closed runs, counted anew where runs open or close, as Forgejo does at every
 * change of a run. Only generations that keep them have any.
 */
export async function counterChanges(
  database: Database,
  queries: Queries,
  turns: readonly Turn[],
): Promise<readonly { readonly repositoryId: number; readonly change: Change }[]> {
  const turned = turns.filter(({ before, after }) => isDone(before) !== isDone(after));
  if (!database.generation.countsRunsInRepository || turned.length === 0) return [];
  const ids = [...new Set(turned.map(({ repositoryId }) => repositoryId))];
  const stored = await queries
    .selectFrom('repository')
    .select(['id', 'num_action_runs', 'num_closed_action_runs'])
    .where('id', 'in', ids)
    .orderBy('id')
    .execute();
  const counted = await queries
    .selectFrom('action_run')
    .select((select) => [
      'repo_id',
      select.fn.countAll<number | string>().as('all'),
      select.fn
        .sum<number | string>(select.case().when('status', 'in', doneStatuses).then(1).else(0).end())
        .as('closed'),
    ])
    .where('repo_id', 'in', ids)
    .groupBy('repo_id')
    .execute();
  const counts = new Map(counted.map((row) => [row.repo_id, { all: Number(row.all), closed: Number(row.closed) }]));
  return stored.flatMap((row) => {
    const now = counts.get(row.id) ?? { all: 0, closed: 0 };
    const moved = turned.filter(({ repositoryId }) => repositoryId === row.id);
    const closed = moved.reduce((sum, { after }) => sum + (isDone(after) ? 1 : -1), now.closed);
    const change = difference(
      'repository',
      row.id,
      { num_action_runs: row.num_action_runs ?? null, num_closed_action_runs: row.num_closed_action_runs ?? null },
      { num_action_runs: now.all, num_closed_action_runs: closed },
    );
    return change ? [{ repositoryId: row.id, change }] : [];
  });
}
