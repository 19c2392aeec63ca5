import type { Finding } from '../../common/finding.ts';
import { duration } from '../../common/output/words.ts';
import type { Database } from '../database/database.ts';
import { statusName } from '../database/status.ts';
import { type Hold, holdsOf, type Timings } from './hold.ts';
import { lookAtInstance } from './look.ts';
import type { RunState, TaskState } from './state.ts';

/** One thing that holds a run, in the words of the command's JSON. */
export interface StuckFinding extends Finding {
  readonly runId: number | null;
  readonly jobId: number | null;
  readonly taskId: number | null;
  readonly repository: string | null;
  /** `owner/name#index`. */
  readonly run: string | null;
  readonly job: string | null;
  readonly runner: string | null;
  /** Seconds since the runner's last sign of life, or since the rows last moved. */
  readonly age: number;
  /** `reset --all-stuck` repairs it without a decision of a person. */
  readonly repairable: boolean;
}

export interface StuckReport {
  readonly findings: readonly StuckFinding[];
  /** How many runs were looked at because something of them is open. */
  readonly openRuns: number;
}

/** Everything that holds a run on the instance, the gravest first. */
export async function findStuck(database: Database, timings: Timings): Promise<StuckReport> {
  const look = await lookAtInstance(database);
  const findings = look.runs.flatMap((run) =>
    holdsOf(run, look.now, timings, database.generation.aggregation).map((hold) => findingOf(run, hold, look.now)),
  );
  findings.push(...look.orphanTasks.map((task) => orphanFinding(task, look.now)));
  const weight = { critical: 0, error: 1, warning: 2, note: 3 };
  return {
    openRuns: look.runs.length,
    findings: findings.sort((a, b) => weight[a.severity] - weight[b.severity] || (a.runId ?? 0) - (b.runId ?? 0)),
  };
}

export function findingOf(run: RunState, hold: Hold, now: number): StuckFinding {
  const name = `${run.repository ?? `repository ${run.repositoryId}`}#${run.index}`;
  return {
    code: hold.code,
    severity: hold.severity,
    subject: hold.job ? `${name} "${hold.job.name}"` : name,
    message: hold.message,
    evidence: hold.evidence,
    fix: hold.repairable ? `ci-doctor reset ${run.id}` : fixByHand(run, hold),
    runId: run.id,
    jobId: hold.job?.id ?? null,
    taskId: hold.task?.id ?? null,
    repository: run.repository,
    run: name,
    job: hold.job?.name ?? null,
    runner: hold.task?.runner?.name ?? null,
    age: Math.max(0, now - hold.since),
    repairable: hold.repairable,
  };
}

function fixByHand(run: RunState, hold: Hold): string {
  if (hold.code === 'runner-quiet') return `Look again later, or at the runner: ci-doctor show ${run.id}`;
  if (run.needApproval) return `Approve the run in the web page, or end it: ci-doctor reset ${run.id} --to cancelled`;
  return `The runner still reports; it ends the task itself. To end it now: ci-doctor reset ${run.id} --force`;
}

function orphanFinding(task: TaskState, now: number): StuckFinding {
  return {
    code: 'task-without-job',
    severity: 'warning',
    subject: `task ${task.id}`,
    message: `Task ${task.id} is ${statusName(task.status)}, but the row of its job ${task.jobId} is gone: Forgejo's cron tries to stop it every few minutes and fails ("Cannot stop task").`,
    evidence: [
      `action_task ${task.id}: status ${task.status}, updated ${task.updated} (${duration(now - task.updated)} ago)`,
      `action_run_job ${task.jobId}: no row`,
    ],
    fix: `UPDATE action_task SET status = 3, stopped = updated WHERE id = ${task.id} AND status = ${task.status};`,
    runId: null,
    jobId: null,
    taskId: task.id,
    repository: null,
    run: null,
    job: null,
    runner: task.runner?.name ?? null,
    age: Math.max(0, now - task.updated),
    repairable: false,
  };
}
