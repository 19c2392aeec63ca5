import type { ExpressionBuilder } from 'kysely';
import { groupBy } from '../../common/group.ts';
import type { Database, Queries } from '../database/database.ts';
import { parseList } from '../database/lists.ts';
import { doneStatuses, isDone, Status } from '../database/status.ts';
import type { Tables } from '../database/tables.ts';
import { dbfsPath } from '../logs/dbfs.ts';
import { actionsUnit, loadInstance, queueGroupOf } from './instance.ts';
import { type InstanceState, type JobState, orphanId, type RunState, type TaskState } from './state.ts';

const batch = 1_000;
const open = [Status.unknown, Status.waiting, Status.running, Status.blocked];
const ran = [Status.success, Status.failure];
/** How far back the instance is searched for jobs that lost their task, in seconds: no index leads to them but the one on `updated`. */
const lostWithin = 7 * 86_400;
const releasable = [Status.unknown, Status.blocked];
// Forgejo writes a job's workflow with an indent of four, so a line of the job itself has exactly eight spaces before it.
const ownIf = ['\n        if:'];
// A job that calls a reusable workflow, or whose matrix or labels wait for another job's outputs, is resolved by the server alone.
const serverOnly = ['\n        uses:', '\nincomplete_matrix:', '\nincomplete_runs_on:', '\nincomplete_with:'];

export interface Look {
  /** Unix seconds. */
  readonly now: number;
  readonly instance: InstanceState;
  /** Tasks at 0 or 6 whose job's row is gone, each as a run without a row. */
  readonly orphans: readonly RunState[];
}

/** Sees the runs as they are read. */
export interface Visitor<T> {
  visit(runs: readonly RunState[]): void;
  end(): T;
}

/**
 * Looks at every run that something open belongs to, or a job of this week without its task, from one snapshot: a few statements for the whole instance, and the
 * runs a thousand at a time, so that no more of them are held in memory.
 * Jobs and tasks are looked at first, because a stuck job can hide under a run that is shown as failed.
 *
 * @param begin called for each try: a look that somebody's commit spoiled is taken again
 */
export function lookAtInstance<T>(database: Database, begin: (look: Look) => Visitor<T>): Promise<T> {
  return database.snapshot(async (queries) => {
    const now = await database.now(queries);
    const openJobs = await queries
      .selectFrom('action_run_job')
      .select('run_id')
      .distinct()
      .where('status', 'in', open)
      .execute();
    const openRuns = await queries.selectFrom('action_run').select('id').where('status', 'in', open).execute();
    const openTasks = await queries
      .selectFrom('action_task')
      .leftJoin('action_run_job', 'action_run_job.id', 'action_task.job_id')
      .select(['action_task.id', 'action_run_job.run_id'])
      .where('action_task.status', 'in', [Status.unknown, Status.running])
      .execute();
    const ended = await queries
      .selectFrom('action_run_job')
      .select(['id', 'run_id', 'commit_sha', 'task_id', 'status', 'stopped'])
      .where('updated', '>', now - lostWithin)
      .where('task_id', '=', 0)
      .where('status', 'in', ran)
      .execute();
    const lost = await loadLostTasks(database, queries, ended);
    const ids = new Set([
      ...ended.filter((row) => lost.has(row.id)).map((row) => row.run_id),
      ...openJobs.map((row) => row.run_id),
      ...openRuns.map((row) => row.id),
      ...openTasks.flatMap((row) => row.run_id ?? []),
    ]);
    const look: Look = {
      now,
      instance: await loadInstance(database, queries, now),
      orphans: await loadOrphans(
        queries,
        openTasks.filter((row) => row.run_id === null).map((row) => row.id),
      ),
    };
    const visitor = begin(look);
    const sorted = [...ids].sort((a, b) => a - b);
    const load = (from: number) => loadRuns(database, queries, sorted.slice(from, from + batch), { logs: true });
    let next = load(0);
    try {
      for (let from = 0; from < sorted.length; from += batch) {
        const runs = await next;
        // The server reads the next ones meanwhile.
        next = load(from + batch);
        visitor.visit(runs);
      }
    } finally {
      await next.catch(() => {});
    }
    return visitor.end();
  });
}

/**
 * The rows of the given runs, by id; ids that nothing names are left out.
 * @param options.logs also look when the logs of running tasks last grew
 */
export async function loadRuns(
  database: Database,
  queries: Queries,
  ids: readonly number[],
  { logs = false } = {},
): Promise<RunState[]> {
  const orphans = ids.filter((id) => id < 0);
  const named = orphans.length === 0 ? ids : ids.filter((id) => id > 0);
  const runs = await loadOrphans(
    queries,
    orphans.map((id) => -id),
  );
  for (let from = 0; from < named.length; from += batch)
    runs.push(...(await loadBatch(database, queries, named.slice(from, from + batch), logs)));
  return runs;
}

async function loadBatch(
  database: Database,
  queries: Queries,
  ids: readonly number[],
  logs: boolean,
): Promise<RunState[]> {
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
    .$if(database.generation.hasConcurrencyGroups, (query) =>
      query.select(['action_run.concurrency_group', 'action_run.concurrency_type']),
    )
    .$if(database.generation.hasPriorities, (query) => query.select('action_run.priority'))
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
      'commit_sha',
      'name',
      'job_id',
      'needs',
      'runs_on',
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
    logs,
  );
  const lostTasks = await loadLostTasks(database, queries, jobRows);

  // The same few lists again and again.
  const lists = new Map<string | null, readonly string[]>();
  const listOf = (text: string | null) => {
    const list = lists.get(text) ?? parseList(text);
    lists.set(text, list);
    return list;
  };
  const jobs = groupBy(
    jobRows.map<JobState>((row) => ({
      id: row.id,
      runId: row.run_id,
      repositoryId: row.repo_id,
      ownerId: row.owner_id,
      name: row.name,
      jobId: row.job_id,
      needs: listOf(row.needs),
      runsOn: listOf(row.runs_on),
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
      lostTask: lostTasks.get(row.id) ?? null,
    })),
    (job) => job.runId,
  );
  const without = database.generation.countsAttemptAtRequeue
    ? await repositoriesWithoutActions(queries, [...new Set(jobRows.map((row) => row.repo_id))])
    : new Set<number>();
  const found = runRows.map<RunState>((row) => ({
    id: row.id,
    exists: true,
    index: row.index,
    title: row.title,
    workflow: row.workflow_id,
    repositoryId: row.repo_id,
    ownerId: row.owner_id,
    repository: row.repository_name === null ? null : `${row.owner_name}/${row.repository_name}`,
    actionsOn: !without.has(row.repo_id),
    needApproval: Boolean(row.need_approval),
    queueGroup: queueGroupOf(row),
    priority: row.priority ?? 0,
    status: row.status,
    version: row.version,
    started: row.started,
    stopped: row.stopped,
    updated: row.updated,
    jobs: jobs.get(row.id) ?? [],
    strays: strays.get(row.id) ?? [],
  }));
  const known = new Set(found.map(({ id }) => id));
  const lost = [...jobs.keys()].filter((id) => !known.has(id));
  if (lost.length === 0) return found;
  const repositories = await namesOfRepositories(
    queries,
    lost.map((id) => jobs.get(id)![0]!.repositoryId),
  );
  return [
    ...found,
    ...lost.map((id): RunState => {
      const own = jobs.get(id)!;
      const { repositoryId, ownerId } = own[0]!;
      return {
        ...nothing,
        id,
        repositoryId,
        ownerId,
        repository: repositories.get(repositoryId) ?? null,
        jobs: own,
        strays: strays.get(id) ?? [],
      };
    }),
  ].sort((a, b) => a.id - b.id);
}

/** A run without a row of its own. */
const nothing: RunState = {
  id: 0,
  exists: false,
  index: 0,
  title: '',
  workflow: '',
  repositoryId: 0,
  ownerId: 0,
  repository: null,
  actionsOn: true,
  needApproval: false,
  queueGroup: null,
  priority: 0,
  status: Status.unknown,
  version: 0,
  started: 0,
  stopped: 0,
  updated: 0,
  jobs: [],
  strays: [],
};

async function namesOfRepositories(queries: Queries, ids: readonly number[]): Promise<Map<number, string>> {
  const rows = await queries
    .selectFrom('repository')
    .select(['id', 'owner_name', 'name'])
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.id, `${row.owner_name}/${row.name}`]));
}

async function repositoriesWithoutActions(queries: Queries, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const rows = await queries
    .selectFrom('repo_unit')
    .select('repo_id')
    .where('type', '=', actionsUnit)
    .where('repo_id', 'in', ids)
    .execute();
  const on = new Set(rows.map((row) => row.repo_id));
  return new Set(ids.filter((id) => !on.has(id)));
}

async function loadTasks(queries: Queries, ids: readonly number[], logs: boolean): Promise<Map<number, TaskState>> {
  const tasks = new Map<number, TaskState>();
  for (let from = 0; from < ids.length; from += batch) {
    const rows = await selectTasks(queries, (where) =>
      where('action_task.id', 'in', ids.slice(from, from + batch)),
    ).execute();
    const lines = logs ? await lastLines(queries, rows) : undefined;
    for (const row of rows) tasks.set(row.id, taskState(row, lines?.get(row.id)));
  }
  return tasks;
}

/**
 * The tasks that jobs lost, by job id: the job ran to an end, names no task, and its newest task ended with the same result
 * in the same second. The server writes the end of a task over its job without asking what the job has become, and writes
 * both with one time. It also fails jobs that never had a task, or whose next attempt got none (a workflow that does not
 * parse any more), and those that call a workflow: these end at a time of their own, or at none (read in the source).
 */
async function loadLostTasks(
  database: Database,
  queries: Queries,
  jobs: readonly Pick<Tables['action_run_job'], 'id' | 'commit_sha' | 'task_id' | 'status' | 'stopped'>[],
): Promise<Map<number, TaskState>> {
  const ended = new Map(
    jobs
      .filter((job) => job.task_id === 0 && ran.includes(job.status as 1) && job.stopped > 0)
      .map((job) => [job.id, job]),
  );
  const ids = [...ended.keys()];
  const newest = new Map<number, TaskState>();
  for (let from = 0; from < ids.length; from += batch) {
    const some = ids.slice(from, from + batch);
    const rows = await selectTasks(queries, (where) => where('action_task.job_id', 'in', some))
      // Without an index on job_id tasks are found by the commit.
      .$if(!database.generation.hasTaskJobIndex, (query) =>
        query.where('action_task.commit_sha', 'in', [...new Set(some.map((id) => ended.get(id)!.commit_sha))]),
      )
      .orderBy('action_task.id')
      .execute();
    for (const row of rows) newest.set(row.job_id, taskState(row));
  }
  return new Map(
    [...newest].filter(
      ([id, { status, stopped }]) => status === ended.get(id)!.status && stopped === ended.get(id)!.stopped,
    ),
  );
}

/** When the logs of running tasks last grew: the log lies in the database until the task ends. Unix seconds. */
async function lastLines(queries: Queries, tasks: readonly TaskRow[]): Promise<Map<number, number>> {
  const paths = new Map(
    tasks
      .filter((task) => task.status === Status.running && task.log_filename)
      .map((task) => [dbfsPath(task.log_filename!), task.id]),
  );
  if (paths.size === 0) return new Map();
  const rows = await queries
    .selectFrom('dbfs_meta')
    .select(['full_path', 'modify_timestamp'])
    .where('full_path', 'in', [...paths.keys()])
    .execute();
  return new Map(rows.map((row) => [paths.get(row.full_path)!, Math.floor(row.modify_timestamp / 1_000_000)]));
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
      'action_task.attempt',
      'action_task.status',
      'action_task.started',
      'action_task.stopped',
      'action_task.updated',
      'action_task.log_length',
      'action_task.log_filename',
      'action_task.runner_id',
      'action_runner.name as runner_name',
      'action_runner.last_online',
    ]);

type TaskRow = Awaited<ReturnType<ReturnType<typeof selectTasks>['execute']>>[number];

const taskState = (row: TaskRow, lastLine?: number): TaskState => ({
  id: row.id,
  jobId: row.job_id,
  attempt: row.attempt,
  status: row.status,
  started: row.started,
  stopped: row.stopped,
  updated: row.updated,
  logLength: row.log_length ?? 0,
  lastLine: lastLine ?? null,
  runner:
    row.runner_name === null ? null : { id: row.runner_id, name: row.runner_name, lastOnline: row.last_online ?? 0 },
});

/** Open tasks of these runs' jobs that the job does not name as its own any more, or that it has outlived. */
async function loadStrays(queries: Queries, ids: readonly number[]): Promise<Map<number, TaskState[]>> {
  const rows = await selectTasks(queries, (where) =>
    where('action_task.status', 'in', [Status.unknown, Status.running]),
  )
    .innerJoin('action_run_job', 'action_run_job.id', 'action_task.job_id')
    .select('action_run_job.run_id')
    .where('action_run_job.run_id', 'in', ids)
    .where((where) =>
      where.or([
        where('action_run_job.task_id', '!=', where.ref('action_task.id')),
        where('action_run_job.status', 'in', doneStatuses),
      ]),
    )
    .orderBy('action_task.id')
    .execute();
  const strays = new Map<number, TaskState[]>();
  for (const [runId, group] of groupBy(rows, (row) => row.run_id))
    strays.set(
      runId,
      group.map((row) => taskState(row)),
    );
  return strays;
}

/** Tasks whose job's row is gone, each as a run of its own: no run shows them. */
async function loadOrphans(queries: Queries, ids: readonly number[]): Promise<RunState[]> {
  const orphans: RunState[] = [];
  for (let from = 0; from < ids.length; from += batch) {
    const rows = await selectTasks(queries, (where) => where('action_task.id', 'in', ids.slice(from, from + batch)))
      .where((where) =>
        where.not(
          where.exists(
            where.selectFrom('action_run_job').select('id').whereRef('action_run_job.id', '=', 'action_task.job_id'),
          ),
        ),
      )
      .orderBy('action_task.id')
      .execute();
    for (const row of rows) {
      const strays = isDone(row.status) ? [] : [taskState(row)];
      orphans.push({ ...nothing, id: orphanId(row.id), strays });
    }
  }
  return orphans;
}
