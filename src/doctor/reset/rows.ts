import { groupBy } from '../../common/group.ts';
import type { Database, Queries } from '../database/database.ts';
import { isDone, Status } from '../database/status.ts';
import { loadRuns } from '../stuck/look.ts';
import type { RunState } from '../stuck/state.ts';
import type { Surroundings } from './plan.ts';

const done = [Status.success, Status.failure, Status.cancelled, Status.skipped];

/**
 * Locks a run's rows for the rest of the transaction, in the order in which the server takes them when a task ends:
 * task, job, run, repository, steps, versions (observed statement by statement; the server never waits for us in reverse).
 *
 * @returns the run as it is under the locks; undefined when it has no row
 */
export async function lockRun(database: Database, queries: Queries, runId: number): Promise<RunState | undefined> {
  const [seen] = await loadRuns(database, queries, [runId]);
  if (!seen) return undefined;
  const tasks = [...seen.jobs.map((job) => job.taskId).filter((id) => id !== 0), ...seen.strays.map((task) => task.id)];
  if (tasks.length > 0)
    await queries.selectFrom('action_task').select('id').where('id', 'in', tasks).orderBy('id').forUpdate().execute();
  await queries
    .selectFrom('action_run_job')
    .select('id')
    .where('run_id', '=', runId)
    .orderBy('id')
    .forUpdate()
    .execute();
  await queries.selectFrom('action_run').select('id').where('id', '=', runId).forUpdate().execute();
  if (database.generation.countsRunsInRepository)
    await queries.selectFrom('repository').select('id').where('id', '=', seen.repositoryId).forUpdate().execute();
  if (tasks.length > 0)
    await queries
      .selectFrom('action_task_step')
      .select('id')
      .where('task_id', 'in', tasks)
      .orderBy('id')
      .forUpdate()
      .execute();
  const [locked] = await loadRuns(database, queries, [runId]);
  return locked;
}

/** What a repair needs to know beside the run's own rows. The version rows are locked when `lock` is set, last of all. */
export async function surroundingsOf(
  database: Database,
  queries: Queries,
  run: RunState,
  lock: boolean,
): Promise<Surroundings> {
  const tasks = [
    // Of a task that is done too, where its job is not: the job may run again.
    ...run.jobs.flatMap((job) => (job.task && !(isDone(job.task.status) && isDone(job.status)) ? [job.task.id] : [])),
    ...run.strays.map((task) => task.id),
  ];
  const steps =
    tasks.length === 0
      ? []
      : await queries
          .selectFrom('action_task_step')
          .select(['id', 'task_id', 'name', 'index', 'status', 'started', 'stopped', 'updated'])
          .where('task_id', 'in', tasks)
          .orderBy('task_id')
          .orderBy('index')
          .execute();
  const scopes = new Map([[0, new Set([0])]]);
  for (const job of run.jobs) {
    scopes.set(job.ownerId, (scopes.get(job.ownerId) ?? new Set()).add(0));
    scopes.get(0)!.add(job.repositoryId);
  }
  const versions = await queries
    .selectFrom('action_tasks_version')
    .select(['id', 'owner_id', 'repo_id', 'version'])
    .where((where) =>
      where.or(
        [...scopes].flatMap(([owner, repositories]) => [
          where.and([where('owner_id', '=', owner), where('repo_id', 'in', [...repositories])]),
        ]),
      ),
    )
    .orderBy('id')
    .$if(lock, (query) => query.forUpdate())
    .execute();
  return {
    steps: groupBy(steps, (step) => step.task_id),
    versions: versions.map((row) => ({
      id: row.id,
      ownerId: row.owner_id,
      repositoryId: row.repo_id,
      version: row.version,
    })),
    counters: database.generation.countsRunsInRepository ? await counters(queries, run) : null,
  };
}

async function counters(queries: Queries, run: RunState): Promise<Surroundings['counters']> {
  const stored = await queries
    .selectFrom('repository')
    .select(['num_action_runs', 'num_closed_action_runs'])
    .where('id', '=', run.repositoryId)
    .executeTakeFirst();
  if (!stored) return null;
  const own = () =>
    queries
      .selectFrom('action_run')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('repo_id', '=', run.repositoryId);
  const all = await own().executeTakeFirstOrThrow();
  const closedOthers = await own().where('status', 'in', done).where('id', '!=', run.id).executeTakeFirstOrThrow();
  return {
    all: stored.num_action_runs ?? null,
    closed: stored.num_closed_action_runs ?? null,
    countedAll: all.count,
    countedClosedOthers: closedOthers.count,
  };
}
