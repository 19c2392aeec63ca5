import { groupBy } from '../../common/group.ts';
import type { Queries } from '../database/database.ts';
import { parseList } from '../database/lists.ts';
import { isDone, Status } from '../database/status.ts';
import type { LogTask } from '../logs/logs.ts';
import { loadSteps, logTask } from '../logs/tasks.ts';
import { branchOf } from '../runs.ts';
import { selectTasks } from '../show.ts';
import type { StepRow } from '../steps.ts';

/** A job with its run, its present task and that task's steps. Times in Unix seconds. */
export interface JobRecord {
  readonly id: number;
  readonly name: string;
  readonly status: number;
  readonly created: number;
  readonly stopped: number;
  readonly runsOn: readonly string[];
  readonly needs: readonly string[];
  readonly run: {
    readonly id: number;
    readonly index: number;
    readonly repositoryId: number;
    /** `owner/name`; null where its row is gone. */
    readonly repository: string | null;
    readonly workflow: string;
    readonly branch: string;
    readonly commit: string;
    readonly status: number;
  };
  readonly task: (LogTask & { readonly heartbeat: number; readonly runner: string | null }) | null;
  readonly steps: readonly StepRow[];
}

const batch = 300;

/** The jobs of these ids, in the order of the ids. */
export async function loadJobs(queries: Queries, ids: readonly number[]): Promise<JobRecord[]> {
  const records: JobRecord[] = [];
  for (let from = 0; from < ids.length; from += batch)
    records.push(...(await loadBatch(queries, ids.slice(from, from + batch))));
  return records;
}

export const jobIdsOfRun = async (queries: Queries, runId: number): Promise<number[]> =>
  (await queries.selectFrom('action_run_job').select('id').where('run_id', '=', runId).orderBy('id').execute()).map(
    ({ id }) => id,
  );

async function loadBatch(queries: Queries, ids: readonly number[]): Promise<JobRecord[]> {
  if (ids.length === 0) return [];
  const jobs = await queries
    .selectFrom('action_run_job as job')
    .innerJoin('action_run as run', 'run.id', 'job.run_id')
    .leftJoin('repository', 'repository.id', 'run.repo_id')
    .select([
      'job.id',
      'job.name',
      'job.status',
      'job.created',
      'job.stopped',
      'job.runs_on',
      'job.needs',
      'job.task_id',
      'run.id as run_id',
      'run.index',
      'run.repo_id',
      'run.workflow_id',
      'run.ref',
      'run.commit_sha',
      'run.status as run_status',
      'repository.owner_name',
      'repository.name as repository_name',
    ])
    .where('job.id', 'in', ids)
    .orderBy('job.id')
    .execute();
  const taskIds = jobs.map(({ task_id }) => task_id).filter((id) => id !== 0);
  const tasks = taskIds.length === 0 ? [] : await selectTasks(queries).where('action_task.id', 'in', taskIds).execute();
  const stepsOf = groupBy(await loadSteps(queries, taskIds), ({ taskId }) => taskId);
  const taskOf = new Map(tasks.map((task) => [task.id, task]));
  return jobs.map((job) => {
    const task = taskOf.get(job.task_id);
    return {
      id: job.id,
      name: job.name,
      status: job.status,
      created: job.created,
      stopped: job.stopped,
      runsOn: parseList(job.runs_on),
      needs: parseList(job.needs),
      run: {
        id: job.run_id,
        index: job.index,
        repositoryId: job.repo_id,
        repository: job.repository_name === null ? null : `${job.owner_name}/${job.repository_name}`,
        workflow: job.workflow_id,
        branch: branchOf(job.ref),
        commit: job.commit_sha,
        status: job.run_status,
      },
      task: task ? { ...logTask(task), heartbeat: task.updated, runner: task.runner } : null,
      steps: stepsOf.get(job.task_id) ?? [],
    };
  });
}

/** How the same job (repository, workflow file, name with matrix values) went in other runs. */
export interface PastJob {
  readonly id: number;
  readonly runId: number;
  readonly status: number;
  readonly commit: string;
  readonly branch: string;
  readonly stopped: number;
  readonly runner: string | null;
}

/** The job in the runs around and before this one, newest first. */
export async function pastJobs(queries: Queries, { name, run }: JobRecord, limit: number): Promise<PastJob[]> {
  const rows = await queries
    .selectFrom('action_run_job as job')
    .innerJoin('action_run as run', 'run.id', 'job.run_id')
    .leftJoin('action_task as task', 'task.id', 'job.task_id')
    .leftJoin('action_runner as runner', 'runner.id', 'task.runner_id')
    .select(['job.id', 'job.run_id', 'job.status', 'run.commit_sha', 'run.ref', 'job.stopped', 'runner.name as runner'])
    .where('job.repo_id', '=', run.repositoryId)
    .where('job.name', '=', name)
    .where('run.workflow_id', '=', run.workflow)
    .orderBy('job.id', 'desc')
    .limit(limit)
    .execute();
  return rows
    .filter(({ status }) => isDone(status))
    .map((row) => ({
      id: row.id,
      runId: row.run_id,
      status: row.status,
      commit: row.commit_sha,
      branch: branchOf(row.ref),
      stopped: row.stopped,
      runner: row.runner,
    }));
}

/** The last time before this one that the same job went well; undefined where it never did. */
export async function lastGood(queries: Queries, { id, name, run }: JobRecord): Promise<number | undefined> {
  const row = await queries
    .selectFrom('action_run_job as job')
    .innerJoin('action_run as run', 'run.id', 'job.run_id')
    .select('job.id')
    .where('job.repo_id', '=', run.repositoryId)
    .where('job.name', '=', name)
    .where('run.workflow_id', '=', run.workflow)
    .where('job.status', '=', Status.success)
    .where('job.id', '<', id)
    .orderBy('job.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/** Jobs that failed and ended since a moment, oldest first: by the index on `action_task.stopped`. */
export async function failedSince(queries: Queries, since: number, limit: number): Promise<number[]> {
  const rows = await queries
    .selectFrom('action_task as task')
    .innerJoin('action_run_job as job', 'job.id', 'task.job_id')
    .select('job.id')
    .where('task.status', '=', Status.failure)
    .where('task.stopped', '>=', since)
    .where('job.status', '=', Status.failure)
    .whereRef('job.task_id', '=', 'task.id')
    .orderBy('task.id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id).reverse();
}
