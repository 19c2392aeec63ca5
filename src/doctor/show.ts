import { groupBy } from '../common/group.ts';
import type { Database, Queries } from './database/database.ts';
import { parseList } from './database/lists.ts';
import { isDone, statusName } from './database/status.ts';
import { noRun } from './find-run.ts';
import { elapsed, type RunRow, runColumns, runRow } from './runs.ts';
import { fullSteps, type Step } from './steps.ts';
import type { RunReport } from './stuck/stuck.ts';
import type { Timings } from './stuck/timings.ts';

/** A run as `show` prints it: every job, every attempt, every step. Times in Unix seconds, 0 = not set; durations in seconds. */
export interface RunDetails extends RunReport {
  readonly run: RunRow & { readonly needApproval: boolean };
  readonly jobs: readonly JobDetails[];
}

export interface JobDetails {
  readonly id: number;
  /** As shown, with the matrix values: `test (20, debian)`. */
  readonly name: string;
  /** In the workflow file, what `needs` refers to. */
  readonly jobId: string;
  readonly needs: readonly string[];
  readonly runsOn: readonly string[];
  readonly status: string;
  readonly statusCode: number;
  readonly attempt: number;
  readonly taskId: number;
  readonly started: number;
  readonly stopped: number;
  readonly duration: number | null;
  /** Oldest first. The last one is the job's present task, unless the job waits for a new one. */
  readonly attempts: readonly AttemptDetails[];
}

export interface AttemptDetails {
  readonly taskId: number;
  readonly attempt: number;
  readonly runner: string | null;
  readonly status: string;
  readonly statusCode: number;
  readonly started: number;
  readonly stopped: number;
  readonly duration: number | null;
  /** The runner's last sign of life. */
  readonly heartbeat: number;
  readonly log: {
    readonly name: string;
    /** `database` while the task runs (DBFS), `storage` afterwards. */
    readonly place: 'storage' | 'database' | 'expired' | 'none';
    readonly lines: number;
    /** Uncompressed bytes. */
    readonly size: number;
  };
  readonly steps: readonly (Step & { readonly statusName: string; readonly duration: number | null })[];
}

/** Everything about one run, from one snapshot. @throws ToolError (problem) when there is none */
export function showRun(database: Database, runId: number, timings: Timings): Promise<RunDetails> {
  return database.snapshot(async (queries) => {
    const row = await runColumns(database, queries)
      .select('action_run.need_approval')
      .where('action_run.id', '=', runId)
      .executeTakeFirst();
    if (!row) throw await noRun(queries, runId);
    const now = Number(row.now);
    const jobs = await queries
      .selectFrom('action_run_job')
      .select([
        'id',
        'name',
        'job_id',
        'needs',
        'runs_on',
        'status',
        'attempt',
        'task_id',
        'started',
        'stopped',
        'commit_sha',
      ])
      .where('run_id', '=', runId)
      .orderBy('id')
      .execute();
    const attempts = await loadAttempts(database, queries, jobs, now);
    // A run that is over is not asked what holds it, nor is what would ask loaded. A job that had tasks and names none has lost one.
    const over =
      isDone(row.status) && jobs.every((job) => isDone(job.status) && (job.task_id !== 0 || !attempts.has(job.id)));
    const report = over
      ? { findings: [], waiting: [], running: [], warnings: [] }
      : await (await import('./stuck/stuck.ts')).explainRun(database, queries, runId, now, timings);
    return {
      ...report,
      run: { ...runRow(row), needApproval: Boolean(row.need_approval) },
      jobs: jobs.map((job) => ({
        id: job.id,
        name: job.name,
        jobId: job.job_id,
        needs: parseList(job.needs),
        runsOn: parseList(job.runs_on),
        status: statusName(job.status),
        statusCode: job.status,
        attempt: job.attempt,
        taskId: job.task_id,
        started: job.started,
        stopped: job.stopped,
        duration: elapsed(job, now),
        attempts: attempts.get(job.id) ?? [],
      })),
    };
  });
}

interface JobKey {
  readonly id: number;
  readonly task_id: number;
  readonly attempt: number;
  readonly commit_sha: string;
}

async function loadAttempts(
  database: Database,
  queries: Queries,
  jobs: readonly JobKey[],
  now: number,
): Promise<Map<number, AttemptDetails[]>> {
  const tasks = await selectAttempts(database, queries, jobs);
  if (tasks.length === 0) return new Map();
  const rows = await queries
    .selectFrom('action_task_step')
    .select(['task_id', 'name', 'index', 'status', 'log_index', 'log_length', 'started', 'stopped'])
    .where(
      'task_id',
      'in',
      tasks.map((task) => task.id),
    )
    .orderBy('index')
    .execute();
  const steps = groupBy(rows, (row) => row.task_id);
  const attempts = tasks.map((task) => {
    const full = fullSteps(
      { status: task.status, started: task.started, stopped: task.stopped, logLength: task.log_length ?? 0 },
      (steps.get(task.id) ?? []).map((step) => ({
        name: step.name,
        status: step.status,
        started: step.started,
        stopped: step.stopped,
        logIndex: step.log_index ?? 0,
        logLength: step.log_length ?? 0,
      })),
    );
    const details: AttemptDetails = {
      taskId: task.id,
      attempt: task.attempt,
      runner: task.runner,
      status: statusName(task.status),
      statusCode: task.status,
      started: task.started,
      stopped: task.stopped,
      duration: elapsed(task, now),
      heartbeat: task.updated,
      log: {
        name: task.log_filename ?? '',
        place: logPlace(task),
        lines: task.log_length ?? 0,
        size: task.log_size ?? 0,
      },
      steps: full.map((step) => ({
        ...step,
        statusName: statusName(step.status),
        duration: elapsed(step, isDone(task.status) ? step.stopped || step.started : now),
      })),
    };
    return { jobId: task.job_id, details };
  });
  return new Map(
    [...groupBy(attempts, (attempt) => attempt.jobId)].map(([jobId, group]) => [
      jobId,
      group.map(({ details }) => details),
    ]),
  );
}

const logPlace = (task: {
  readonly log_filename: string | null;
  readonly log_in_storage: boolean | null;
  readonly log_expired: boolean | null;
}): AttemptDetails['log']['place'] =>
  task.log_expired ? 'expired' : !task.log_filename ? 'none' : task.log_in_storage ? 'storage' : 'database';

/** Tasks with where their logs are and the runners they ran on. */
export const selectTasks = (queries: Queries) =>
  queries
    .selectFrom('action_task')
    .leftJoin('action_runner', 'action_runner.id', 'action_task.runner_id')
    .select([
      'action_task.id',
      'action_task.job_id',
      'action_task.attempt',
      'action_task.status',
      'action_task.started',
      'action_task.stopped',
      'action_task.updated',
      'action_task.log_filename',
      'action_task.log_in_storage',
      'action_task.log_expired',
      'action_task.log_length',
      'action_task.log_size',
      'action_runner.name as runner',
    ]);

/**
 * The tasks of these jobs, oldest first. Until Forgejo 15 `action_task.job_id` has no index: the present task is found by
 * its id, and earlier ones, which only a job with more attempts has, through the index on the commit.
 */
export async function selectAttempts(database: Database, queries: Queries, jobs: readonly JobKey[]) {
  const columns = selectTasks(queries).orderBy('action_task.id');
  if (jobs.length === 0) return [];
  const ids = jobs.map((job) => job.id);
  if (database.generation.hasTaskJobIndex) return columns.where('action_task.job_id', 'in', ids).execute();
  const present = jobs.map((job) => job.task_id).filter((id) => id !== 0);
  const tasks = present.length > 0 ? await columns.where('action_task.id', 'in', present).execute() : [];
  const repeated = jobs.filter((job) => job.attempt > (job.task_id === 0 ? 0 : 1));
  if (repeated.length === 0) return tasks;
  const earlier = await columns
    .where('action_task.commit_sha', 'in', [...new Set(repeated.map((job) => job.commit_sha))])
    .where(
      'action_task.job_id',
      'in',
      repeated.map((job) => job.id),
    )
    .execute();
  return [...new Map([...earlier, ...tasks].map((task) => [task.id, task])).values()].sort((a, b) => a.id - b.id);
}
