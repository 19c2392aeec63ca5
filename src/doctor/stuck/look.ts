import type { ExpressionBuilder } from 'kysely';
import { groupBy } from '../../common/group.ts';
import type { Database, Queries } from '../database/database.ts';
import { Status } from '../database/status.ts';
import type { Tables } from '../database/tables.ts';
import type { JobState, Look, RunState, TaskState } from './state.ts';

const batch = 1_000;
const releasable = [Status.unknown, Status.blocked];
// Forgejo writes a job's workflow with an indent of four, so a line of the job itself has exactly eight spaces before it.
const ownIf = ['\n        if:'];
// A job that calls a reusable workflow, or whose matrix or labels wait for another job's outputs, is resolved by the server alone.
const serverOnly = ['\n        uses:', '\nincomplete_matrix:', '\nincomplete_runs_on:', '\nincomplete_with:'];

/**
 * Loads every run that something open belongs to, from one snapshot: a few statements for the whole instance.
 * Jobs and tasks are looked at first, because a stuck job can hide under a run that is shown as failed.
 */
export function lookAtInstance(database: Database): Promise<Look> {
  return database.snapshot(async (queries) => {
    const now = await database.now(queries);
    const openJobs = await queries
      .selectFrom('action_run_job')
      .select('run_id')
      .distinct()
      .where((where) =>
        where.or([
          where('status', 'in', [Status.unknown, Status.running, Status.blocked]),
          where.and([where('status', '=', Status.waiting), where('task_id', '!=', 0)]),
        ]),
      )
      .execute();
    const openRuns = await queries
      .selectFrom('action_run')
      .select('id')
      .where('status', 'in', [Status.unknown, Status.waiting, Status.running, Status.blocked])
      .execute();
    const openTasks = await queries
      .selectFrom('action_task')
      .leftJoin('action_run_job', 'action_run_job.id', 'action_task.job_id')
      .select(['action_task.id', 'action_run_job.run_id'])
      .where('action_task.status', 'in', [Status.unknown, Status.running])
      .execute();

    const ids = new Set([
      ...openJobs.map((row) => row.run_id),
      ...openRuns.map((row) => row.id),
      ...openTasks.flatMap((row) => row.run_id ?? []),
    ]);
    const orphans = openTasks.filter((row) => row.run_id === null).map((row) => row.id);
    return {
      now,
      runs: await loadRuns(
        database,
        queries,
        [...ids].sort((a, b) => a - b),
      ),
      orphanTasks: await loadOrphans(queries, orphans),
    };
  });
}

/** The rows of the given runs, in the order of the ids; ids without a row are left out. */
export async function loadRuns(database: Database, queries: Queries, ids: readonly number[]): Promise<RunState[]> {
  const runs: RunState[] = [];
  for (let from = 0; from < ids.length; from += batch)
    runs.push(...(await loadBatch(database, queries, ids.slice(from, from + batch))));
  return runs;
}

async function loadBatch(database: Database, queries: Queries, ids: readonly number[]): Promise<RunState[]> {
  const runRows = await queries
    .selectFrom('action_run')
    .leftJoin('repository', 'repository.id', 'action_run.repo_id')
    .select([
      'action_run.id',
      'action_run.index',
      'action_run.title',
      'action_run.workflow_id',
      'action_run.repo_id',
      'action_run.owner_id',
      'action_run.need_approval',
      'action_run.status',
      'action_run.version',
      'action_run.started',
      'action_run.stopped',
      'action_run.updated',
      'repository.owner_name',
      'repository.name as repository_name',
    ])
    .where('action_run.id', 'in', ids)
    .orderBy('action_run.id')
    .execute();
  const jobRows = await queries
    .selectFrom('action_run_job')
    .select([
      'id',
      'run_id',
      'repo_id',
      'owner_id',
      'name',
      'job_id',
      'needs',
      'attempt',
      'task_id',
      'status',
      'started',
      'stopped',
      'updated',
    ])
    .$if(database.generation.countsAttemptAtRequeue, (query) => query.select('handle'))
    // Only jobs that may have to be released need these answers; looking costs reading the payload.
    .select((select) => [
      select.case().when('status', 'in', releasable).then(database.payloadHolds(ownIf)).else(false).end().as('own_if'),
      select
        .case()
        .when('status', 'in', releasable)
        .then(database.payloadHolds(serverOnly))
        .else(false)
        .end()
        .as('server_only'),
    ])
    .where('run_id', 'in', ids)
    .orderBy('id')
    .execute();
  const strays = await loadStrays(queries, ids);
  const tasks = await loadTasks(
    queries,
    jobRows.map((row) => row.task_id).filter((id) => id !== 0),
  );

  const jobs = groupBy(
    jobRows.map<JobState>((row) => ({
      id: row.id,
      runId: row.run_id,
      repositoryId: row.repo_id,
      ownerId: row.owner_id,
      name: row.name,
      jobId: row.job_id,
      needs: parseNeeds(row.needs),
      ownIf: Boolean(row.own_if),
      serverOnly: Boolean(row.server_only),
      attempt: row.attempt,
      handle: row.handle ?? null,
      taskId: row.task_id,
      status: row.status,
      started: row.started,
      stopped: row.stopped,
      updated: row.updated,
      task: tasks.get(row.task_id) ?? null,
    })),
    (job) => job.runId,
  );
  return runRows.map((row) => ({
    id: row.id,
    index: row.index,
    title: row.title,
    workflow: row.workflow_id,
    repositoryId: row.repo_id,
    ownerId: row.owner_id,
    repository: row.repository_name === null ? null : `${row.owner_name}/${row.repository_name}`,
    needApproval: Boolean(row.need_approval),
    status: row.status,
    version: row.version,
    started: row.started,
    stopped: row.stopped,
    updated: row.updated,
    jobs: jobs.get(row.id) ?? [],
    strays: strays.get(row.id) ?? [],
  }));
}

async function loadTasks(queries: Queries, ids: readonly number[]): Promise<Map<number, TaskState>> {
  const tasks = new Map<number, TaskState>();
  for (let from = 0; from < ids.length; from += batch) {
    const rows = await selectTasks(queries, (where) =>
      where('action_task.id', 'in', ids.slice(from, from + batch)),
    ).execute();
    for (const row of rows) tasks.set(row.id, taskState(row));
  }
  return tasks;
}

const selectTasks = (
  queries: Queries,
  condition: (where: ExpressionBuilder<Tables, 'action_task'>) => ReturnType<ExpressionBuilder<Tables, 'action_task'>>,
) =>
  queries
    .selectFrom('action_task')
    .where(condition)
    .leftJoin('action_runner', 'action_runner.id', 'action_task.runner_id')
    .select([
      'action_task.id',
      'action_task.job_id',
      'action_task.status',
      'action_task.started',
      'action_task.stopped',
      'action_task.updated',
      'action_task.log_length',
      'action_task.runner_id',
      'action_runner.name as runner_name',
      'action_runner.last_online',
    ]);

type TaskRow = Awaited<ReturnType<ReturnType<typeof selectTasks>['execute']>>[number];

const taskState = (row: TaskRow): TaskState => ({
  id: row.id,
  jobId: row.job_id,
  status: row.status,
  started: row.started,
  stopped: row.stopped,
  updated: row.updated,
  logLength: row.log_length ?? 0,
  runner:
    row.runner_name === null ? null : { id: row.runner_id, name: row.runner_name, lastOnline: row.last_online ?? 0 },
});

/** Open tasks of these runs' jobs that the job does not name as its own any more. */
async function loadStrays(queries: Queries, ids: readonly number[]): Promise<Map<number, TaskState[]>> {
  const rows = await selectTasks(queries, (where) =>
    where('action_task.status', 'in', [Status.unknown, Status.running]),
  )
    .innerJoin('action_run_job', 'action_run_job.id', 'action_task.job_id')
    .select('action_run_job.run_id')
    .where('action_run_job.run_id', 'in', ids)
    .whereRef('action_run_job.task_id', '!=', 'action_task.id')
    .orderBy('action_task.id')
    .execute();
  const strays = new Map<number, TaskState[]>();
  for (const [runId, group] of groupBy(rows, (row) => row.run_id)) strays.set(runId, group.map(taskState));
  return strays;
}

/** Open tasks whose job's row is gone: no run shows them. */
async function loadOrphans(queries: Queries, ids: readonly number[]): Promise<TaskState[]> {
  const orphans: TaskState[] = [];
  for (let from = 0; from < ids.length; from += batch) {
    const rows = await selectTasks(queries, (where) =>
      where('action_task.id', 'in', ids.slice(from, from + batch)),
    ).execute();
    orphans.push(...rows.map(taskState));
  }
  return orphans;
}

/** `action_run_job.needs`: JSON text, `null` or `[]` without needs. What does not parse counts as none. */
export function parseNeeds(text: string | null): string[] {
  try {
    const value: unknown = JSON.parse(text || 'null');
    return Array.isArray(value) ? value.filter((need): need is string => typeof need === 'string') : [];
  } catch {
    return [];
  }
}
