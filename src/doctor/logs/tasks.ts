import type { Database, Queries } from '../database/database.ts';
import { selectAttempts } from '../show.ts';
import type { StepRow } from '../steps.ts';
import type { ApiLogName } from './api.ts';
import type { LogTask } from './logs.ts';

/** A job with the task whose log is asked for. */
export interface LogJob {
  readonly id: number;
  readonly name: string;
  readonly jobId: string;
  readonly status: number;
  readonly attempt: number | null;
  /** Numbers of all its attempts. */
  readonly attempts: readonly number[];
  readonly task: LogTask | undefined;
  readonly steps: readonly StepRow[];
}

/**
 * The jobs of a run with the task of the wanted attempt; without a wish the present one, or where a job waits for another
 * attempt the last it had.
 */
export function loadLogJobs(database: Database, runId: number, attempt: number | undefined): Promise<LogJob[]> {
  return database.snapshot(async (queries) => {
    const jobs = await queries
      .selectFrom('action_run_job')
      .select(['id', 'name', 'job_id', 'status', 'attempt', 'task_id', 'commit_sha'])
      .where('run_id', '=', runId)
      .orderBy('id')
      .execute();
    const tasks = await selectAttempts(database, queries, jobs);
    const chosen = new Map(
      jobs.map((job) => {
        const own = tasks.filter((task) => task.job_id === job.id);
        return [
          job.id,
          attempt === undefined
            ? (own.find((task) => task.id === job.task_id) ?? own.at(-1))
            : own.find((task) => task.attempt === attempt),
        ];
      }),
    );
    const ids = [...chosen.values()].flatMap((task) => task?.id ?? []);
    const steps = await loadSteps(queries, ids);
    return jobs.map((job) => {
      const task = chosen.get(job.id);
      return {
        id: job.id,
        name: job.name,
        jobId: job.job_id,
        status: job.status,
        attempt: task?.attempt ?? attempt ?? null,
        attempts: tasks.filter(({ job_id }) => job_id === job.id).map((own) => own.attempt),
        task: task && logTask(task),
        steps: steps.filter((step) => step.taskId === task?.id),
      };
    });
  });
}

/** What the API calls the log of a task; undefined where its job or its repository is gone. */
export async function apiLogName(queries: Queries, taskId: number): Promise<ApiLogName | undefined> {
  const row = await queries
    .selectFrom('action_task')
    .innerJoin('action_run_job', 'action_run_job.id', 'action_task.job_id')
    .innerJoin('repository', 'repository.id', 'action_run_job.repo_id')
    .select([
      'action_run_job.id as job_id',
      'action_run_job.task_id',
      'action_task.attempt',
      'repository.owner_name as owner',
      'repository.name as repo',
    ])
    .where('action_task.id', '=', taskId)
    .executeTakeFirst();
  if (!row?.owner) return undefined;
  const { owner, repo, job_id, task_id, attempt } = row;
  // Two tasks may have the same attempt's number after a repair by hand; which one is the present one is never in doubt.
  return { owner, repo, job_id, ...(task_id !== taskId && { attempt }) };
}

type TaskRow = Awaited<ReturnType<typeof selectAttempts>>[number];

/** What a task's row says about its log. */
export const logTask = (task: TaskRow): LogTask => ({
  id: task.id,
  status: task.status,
  started: task.started,
  stopped: task.stopped,
  logFilename: task.log_filename ?? '',
  logInStorage: Boolean(task.log_in_storage),
  logExpired: Boolean(task.log_expired),
  logLength: task.log_length ?? 0,
  logSize: task.log_size ?? 0,
});

/** The steps of tasks, in their order. */
export async function loadSteps(queries: Queries, taskIds: readonly number[]) {
  if (taskIds.length === 0) return [];
  const rows = await queries
    .selectFrom('action_task_step')
    .select(['task_id', 'name', 'status', 'log_index', 'log_length', 'started', 'stopped'])
    .where('task_id', 'in', taskIds)
    .orderBy('index')
    .execute();
  return rows.map((step) => ({
    taskId: step.task_id,
    name: step.name,
    status: step.status,
    started: step.started,
    stopped: step.stopped,
    logIndex: step.log_index ?? 0,
    logLength: step.log_length ?? 0,
  }));
}
