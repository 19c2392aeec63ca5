import type { Severity } from '../../common/finding.ts';
import { count, duration } from '../../common/output/words.ts';
import type { Aggregation } from '../database/generation.ts';
import { isDone, Status, statusLabel, statusName } from '../database/status.ts';
import { aggregate } from './aggregate.ts';
import { release } from './release.ts';
import type { JobState, RunState, TaskState } from './state.ts';

/** Forgejo's own clocks, from app.ini `[actions]` and `[cron.stop_zombie_tasks]`; seconds. */
export interface Timings {
  /** ZOMBIE_TASK_TIMEOUT: a task silent for longer is given up by the server. */
  readonly zombieTimeout: number;
  /** How often the server looks for such tasks; null when the cron is switched off. */
  readonly zombiePeriod: number | null;
}

export const defaultTimings: Timings = { zombieTimeout: 600, zombiePeriod: 300 };

/** A runner reports every second or so; silence beyond this is worth a word. */
const quietAfter = 60;
/** The server releases a dependant within a moment of its last need's end. */
const releasedWithin = 60;

/** What holds a run or one of its jobs. The codes are stable words; docs/findings.md has a section for each. */
export type HoldCode =
  | 'runner-silent'
  | 'runner-quiet'
  | 'job-open-task-done'
  | 'job-open-task-missing'
  | 'job-open-without-task'
  | 'job-waiting-with-task'
  | 'reset-to-unknown'
  | 'needs-done-still-blocked'
  | 'task-left-open'
  | 'run-open-jobs-done'
  | 'run-without-jobs';

export interface Hold {
  readonly code: HoldCode;
  readonly severity: Severity;
  readonly job: JobState | null;
  readonly task: TaskState | null;
  readonly message: string;
  readonly evidence: readonly string[];
  /** Since when, Unix seconds; the runner's last sign of life where there is one. */
  readonly since: number;
  /** `reset` has a repair for it that needs no decision. */
  readonly repairable: boolean;
}

export const isFresh = (task: TaskState, now: number, timings: Timings): boolean =>
  now - task.updated < timings.zombieTimeout;

/** Everything that holds this run. One hold a job at most, so that each has one cause and one repair. */
export function holdsOf(run: RunState, now: number, timings: Timings, aggregation: Aggregation | null): Hold[] {
  const released = run.needApproval ? new Map<number, number>() : release(run.jobs);
  const holds = run.jobs.flatMap((job) => holdOfJob(run, job, now, timings, released) ?? []);
  holds.push(...run.strays.map((task) => strayHold(run, task, now, timings)));
  const own = holdOfRun(run, holds, aggregation);
  return own ? [own, ...holds] : holds;
}

function holdOfRun(run: RunState, holds: readonly Hold[], aggregation: Aggregation | null): Hold | undefined {
  const hold = (code: HoldCode, message: string, evidence: string[]): Hold => ({
    code,
    severity: 'error',
    job: null,
    task: null,
    message,
    evidence: [`action_run ${run.id}: status ${statusLabel(run.status)}, version ${run.version}`, ...evidence],
    since: run.updated,
    repairable: true,
  });
  if (isDone(run.status)) return undefined;
  if (run.jobs.length === 0)
    return hold('run-without-jobs', `The run is ${statusName(run.status)} and has no jobs: nothing will ever end it.`, [
      'action_run_job: no row with this run_id',
    ]);
  if (run.status === Status.unknown) {
    if (holds.some(({ code }) => code === 'reset-to-unknown')) return undefined;
    return hold('reset-to-unknown', 'The run was set to status 0 by hand; nothing in Forgejo acts on it.', []);
  }
  if (!run.jobs.every((job) => isDone(job.status))) return undefined;
  const status =
    aggregation &&
    aggregate(
      run.jobs.map((job) => job.status),
      aggregation,
    );
  return hold(
    'run-open-jobs-done',
    `All ${count(run.jobs.length, 'job')} are done, but the run is still ${statusName(run.status)}; no cron looks at runs.`,
    [
      `jobs: ${run.jobs.map((job) => `${job.id} ${statusName(job.status)}`).join(', ')}`,
      ...(status ? [`Forgejo would compute ${statusLabel(status)}`] : []),
    ],
  );
}

function holdOfJob(
  run: RunState,
  job: JobState,
  now: number,
  timings: Timings,
  released: ReadonlyMap<number, number>,
): Hold | undefined {
  const { task } = job;
  const shown = isDone(run.status) ? ` The run is shown as ${statusName(run.status)}, which hides it.` : '';
  const hold = (
    code: HoldCode,
    message: string,
    since: number,
    extra: { severity?: Severity; repairable?: boolean; evidence?: string[] } = {},
  ): Hold => ({
    code,
    severity: extra.severity ?? 'error',
    job,
    task,
    message: `${message}${shown}`,
    evidence: [
      `action_run ${run.id}: status ${statusLabel(run.status)}`,
      `action_run_job ${job.id}: status ${statusLabel(job.status)}, task_id ${job.taskId}`,
      ...(task
        ? [
            `action_task ${task.id}: status ${statusLabel(task.status)}, updated ${task.updated} (${duration(now - task.updated)} ago)`,
          ]
        : []),
      ...(extra.evidence ?? []),
    ],
    since,
    repairable: (extra.repairable ?? true) && !(run.needApproval && wouldRequeue(code)),
  });

  if (job.status === Status.unknown || (task?.status === Status.unknown && !isDone(job.status)))
    return hold(
      'reset-to-unknown',
      `${job.status === Status.unknown ? 'The job' : 'The task'} was set to status 0 by hand; nothing in Forgejo acts on it.`,
      task?.updated ?? job.updated,
      {
        evidence: run.needApproval ? ['need_approval is set: requeueing a job would release the whole run'] : [],
      },
    );
  if (job.status === Status.running) {
    if (job.taskId === 0)
      return hold('job-open-without-task', 'The job is running without a task: no runner works on it.', job.updated);
    if (!task)
      return hold(
        'job-open-task-missing',
        `The job is running, but its task ${job.taskId} has no row: no runner can end it.`,
        job.updated,
      );
    if (isDone(task.status))
      return hold(
        'job-open-task-done',
        `Its task ended as ${statusName(task.status)}, but the job is still running; no cron looks at jobs.`,
        task.stopped || task.updated,
      );
    if (task.status !== Status.running)
      return hold(
        'job-open-without-task',
        `The job is running, but its task is ${statusName(task.status)}.`,
        task.updated,
      );
    return silenceOf(task, now, timings, hold);
  }
  if (job.status === Status.waiting && job.taskId !== 0)
    return hold(
      'job-waiting-with-task',
      `The job waits, but still names task ${job.taskId}: runners only take jobs without one.`,
      job.updated,
    );
  const next = released.get(job.id);
  if (job.status === Status.blocked && next !== undefined) {
    const needed = run.jobs.filter((other) => job.needs.includes(other.jobId));
    const since = Math.max(...needed.map((other) => other.stopped || other.updated));
    // A chain behind a dependant that is itself only just released is no news of its own.
    if (now - since < releasedWithin) return undefined;
    return hold(
      'needs-done-still-blocked',
      `All it needs is done (${needed.map((other) => `${other.name}: ${statusName(other.status)}`).join(', ')}), but the job is still blocked.`,
      since,
      {
        evidence: [`Forgejo would make it ${statusLabel(next)}`],
      },
    );
  }
  return undefined;
}

function silenceOf(
  task: TaskState,
  now: number,
  { zombieTimeout, zombiePeriod }: Timings,
  hold: HoldMaker,
): Hold | undefined {
  const silent = now - task.updated;
  const runner = task.runner ? `runner "${task.runner.name}"` : 'its runner';
  if (silent < quietAfter) return undefined;
  const evidence = task.runner
    ? [
        `action_runner ${task.runner.id} "${task.runner.name}": last online ${duration(now - task.runner.lastOnline)} ago`,
      ]
    : ['action_runner: the row is gone'];
  if (silent < zombieTimeout) {
    const left =
      zombiePeriod === null
        ? 'its cron stop_zombie_tasks is off'
        : `its cron stop_zombie_tasks marks the job failed in ${duration(zombieTimeout - silent)} to ${duration(zombieTimeout - silent + zombiePeriod)}`;
    return hold(
      'runner-quiet',
      `Not stuck yet: ${runner} has not reported for ${duration(silent)}. If it stays silent, Forgejo gives up after ${duration(zombieTimeout)}; ${left}.`,
      task.updated,
      { severity: 'note', repairable: false, evidence },
    );
  }
  const overdue = zombiePeriod === null ? null : silent - zombieTimeout - zombiePeriod;
  const cron =
    overdue === null
      ? "Forgejo's cron stop_zombie_tasks is off, so nothing will end it."
      : overdue <= 0
        ? `Forgejo's cron stop_zombie_tasks will mark it failed within ${duration(-overdue)}.`
        : `Forgejo's cron stop_zombie_tasks should have marked it failed ${duration(overdue)} ago and has not: the server or its cron is not doing its work.`;
  return hold('runner-silent', `No sign of life from ${runner} for ${duration(silent)}. ${cron}`, task.updated, {
    evidence,
  });
}

type HoldMaker = (
  code: HoldCode,
  message: string,
  since: number,
  extra?: { severity?: Severity; repairable?: boolean; evidence?: string[] },
) => Hold;

function strayHold(run: RunState, task: TaskState, now: number, timings: Timings): Hold {
  const job = run.jobs.find((candidate) => candidate.id === task.jobId) ?? null;
  return {
    code: 'task-left-open',
    severity: 'warning',
    job,
    task,
    message: `Task ${task.id} is ${statusName(task.status)}, but its job ${job ? `"${job.name}" is ${statusName(job.status)} and names ${job.taskId === 0 ? 'no task' : `task ${job.taskId}`}` : 'is another'}: when the task ends it overwrites the job.`,
    evidence: [
      `action_task ${task.id}: status ${statusLabel(task.status)}, updated ${task.updated} (${duration(now - task.updated)} ago)`,
    ],
    since: task.updated,
    repairable: !isFresh(task, now, timings),
  };
}

/** Repairs that put a job back into the queue: never inside a run that waits for approval, because its end would release the rest. */
const wouldRequeue = (code: HoldCode): boolean =>
  [
    'runner-silent',
    'job-open-task-missing',
    'job-open-without-task',
    'job-waiting-with-task',
    'reset-to-unknown',
  ].includes(code);
