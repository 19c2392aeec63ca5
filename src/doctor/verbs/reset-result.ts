import type { CommonOptions } from '../../common/command.ts';
import { messageOf, ToolError } from '../../common/errors.ts';
import type { ConnectOptions } from '../connect.ts';
import type { Database } from '../database/database.ts';
import { isDone, statusName } from '../database/status.ts';
import type { ApiPlan } from '../reset/by-api.ts';
import { Statements } from '../reset/change.ts';
import type { PendingCheck } from '../reset/checks.ts';
import { limitsOf } from '../reset/limits.ts';
import type { Target } from '../reset/plan.ts';
import type { PlannedRepair, RunSeen } from '../reset/reset.ts';
import type { RunState } from '../stuck/state.ts';
import { nameOfRun } from '../stuck/stuck.ts';

export interface ResetOptions extends ConnectOptions, CommonOptions {
  readonly to: Target;
  readonly job?: string;
  readonly allStuck?: true;
  readonly repairBy: 'auto' | 'api' | 'database';
  readonly baseUrl?: string;
  readonly tokenEnv?: string;
  readonly force?: true;
  readonly again?: true;
}

/** One run as `--json` shows it before and after. */
export interface RunSummary {
  readonly status: string;
  readonly statusCode: number;
  readonly jobs: readonly {
    readonly id: number;
    readonly name: string;
    readonly status: string;
    readonly statusCode: number;
    readonly taskId: number;
    readonly attempt: number;
  }[];
}

export interface ResetRun {
  /** null for a task whose job's row is gone. */
  readonly runId: number | null;
  readonly run: string;
  readonly before: RunSummary;
  readonly after: RunSummary;
  readonly statements: readonly string[];
  readonly leftOut: readonly { readonly job: string; readonly reason: string }[];
  readonly repeats: PlannedRepair['repeats'];
  /** Runners are told that there is work. Of several runs the statement is with the first. */
  readonly announced: boolean;
  readonly notes: readonly string[];
  /** Who wrote it: ci-doctor by SQL, or Forgejo itself, asked through its API. */
  readonly by: 'database' | 'api';
  /** What Forgejo is asked, where it is: method and path. */
  readonly request: string | null;
  /** Of a plan: the statements that follow where the server cannot do what it is asked, or does not. */
  readonly otherwise: readonly string[];
  /** Why it was not repaired; then there are no statements, steps or notes. */
  readonly error?: string;
  /** The next step after an error. */
  readonly fix?: string;
}

export interface ResetResult {
  readonly runs: readonly ResetRun[];
  /**
   * The transactions of a plan in which rows of several runs change alike and are sent as one statement: then these are what
   * is sent, and a run's own statements say the same row by row. None of a plan that was applied.
   */
  readonly transactions: readonly { readonly runs: readonly string[]; readonly statements: readonly string[] }[];
  readonly applied: boolean;
  readonly undoFile: string | null;
  /** Checks of commits that were pending and are set now, and those that somebody has to set. */
  readonly checksSet: readonly PendingCheck[];
  readonly checksLeft: readonly PendingCheck[];
}

export const nameOf = (run: RunState): string => (run.exists ? `${nameOfRun(run)} (run ${run.id})` : nameOfRun(run));

export const statementsOf = (repairs: readonly PlannedRepair[]): number =>
  repairs.reduce((sum, { statements }) => sum + statements.length, 0);

/** @param checksAreLookedAt afterwards, so that nothing general need be said of them */
export const resetRun = (repair: PlannedRepair, checksAreLookedAt = false): ResetRun => ({
  runId: repair.run.id < 0 ? null : repair.run.id,
  run: nameOf(repair.run),
  before: summary(repair.run),
  after: summary(repair.after),
  statements: repair.statements,
  leftOut: repair.leftOut.map(({ job, reason }) => ({ job, reason })),
  repeats: repair.repeats,
  announced: repair.scopes.length > 0,
  notes: [...repair.notes, ...limitsOf(repair.run, repair.after, checksAreLookedAt)],
  by: 'database',
  request: null,
  otherwise: [],
});

/** A planned repair as it is shown where Forgejo is asked first. */
export function askedRun(
  database: Database,
  repair: PlannedRepair,
  ask: ApiPlan | undefined,
  { repairBy }: ResetOptions,
): ResetRun {
  const run = resetRun(repair);
  if (!ask) return run;
  if (ask.refusal !== undefined) return { ...notRepaired(repair, ask.refusal), by: 'api', request: null };
  const texts = new Statements(database.queries);
  return {
    ...run,
    after: summary(ask.after),
    // What rows cannot do, Forgejo does.
    notes: repair.notes,
    statements: ask.changes.map((change) => database.literal(texts.of(change))),
    by: 'api',
    request: ask.request,
    otherwise: repairBy === 'auto' ? run.statements : [],
  };
}

/** What was planned was not done, so nothing of it is told as if it had been. */
export const notRepaired = (repair: PlannedRepair, error: unknown): ResetRun => ({
  ...resetRun(repair),
  after: summary(repair.run),
  statements: [],
  leftOut: [],
  repeats: [],
  announced: false,
  notes: [],
  error: messageOf(error),
  ...(error instanceof ToolError && { fix: error.fix }),
});

export const summary = (run: RunSeen): RunSummary => ({
  status: statusName(run.status),
  statusCode: run.status,
  jobs: run.jobs.map((job) => ({
    id: job.id,
    name: job.name,
    status: statusName(job.status),
    statusCode: job.status,
    taskId: job.taskId,
    attempt: job.attempt,
  })),
});

/** Nothing can be done although something was wanted of it. */
export const isRefused = ({ changes, leftOut }: PlannedRepair): boolean =>
  (changes.length === 0 && leftOut.length > 0) || leftOut.some((left) => left.problem);

/** A job of it ended by the repair, with a result that nobody was told of. */
export const hasEnded = ({ before, after }: ResetRun): boolean =>
  after.jobs.some((job, at) => isDone(job.statusCode) && !isDone(before.jobs[at]?.statusCode ?? job.statusCode));
