import type { Finding, Severity } from '../../common/finding.ts';
import { duration } from '../../common/output/words.ts';
import type { Database, Queries } from '../database/database.ts';
import { isDone, Status } from '../database/status.ts';
import { clockWarning } from './clock.ts';
import { type Hold, holdsOf, type Sight } from './hold.ts';
import { loadInstance } from './instance.ts';
import { type Blame, type Buttons, knowledgeOf } from './knowledge.ts';
import { loadRuns, lookAtInstance } from './look.ts';
import type { JobState, RunState } from './state.ts';
import type { Healing, Timings } from './timings.ts';
import { explainWait, type Wait } from './waiting.ts';

/** Which run and job something is about. */
interface Subject {
  readonly runId: number | null;
  readonly jobId: number | null;
  readonly repository: string | null;
  /** `owner/name#index`. */
  readonly run: string | null;
  readonly job: string | null;
}

/** One thing that holds a run, in the words of the command's JSON. */
export interface StuckFinding extends Finding, Subject {
  readonly taskId: number | null;
  readonly runner: string | null;
  /** Seconds since the runner's last sign of life, or since the rows last moved. */
  readonly age: number;
  /** `reset --all-stuck` repairs it without a decision of a person. */
  readonly repairable: boolean;
  readonly blame: Blame;
  /** What Forgejo does about it by itself, and when; null when nothing ever does. */
  readonly heals: Healing | null;
  /** What Forgejo's own buttons do in this state on this server. */
  readonly buttons: Buttons;
}

/** A job that waits or is blocked as it should be, and why. Information, nothing to repair. */
export interface WaitingJob extends Subject, Wait {
  /** Seconds since the job last changed. */
  readonly age: number;
}

/** A job that really runs. */
export interface RunningJob extends Subject {
  readonly taskId: number;
  readonly runner: string | null;
  /** Seconds since its runner's last report, and since its log last grew (null when the log is not in the database). */
  readonly lastReport: number;
  readonly lastLine: number | null;
  readonly message: string;
}

export interface RunReport {
  /** The gravest first. */
  readonly findings: readonly StuckFinding[];
  readonly waiting: readonly WaitingJob[];
  readonly running: readonly RunningJob[];
  /** What makes all of this doubtful: clocks that differ. */
  readonly warnings: readonly string[];
}

export interface StuckReport extends RunReport {
  /** How many runs were looked at because something of them is open. */
  readonly openRuns: number;
}

/** Everything that holds a run on the instance, and why the rest waits. */
export function findStuck(database: Database, timings: Timings): Promise<StuckReport> {
  return lookAtInstance(database, ({ now, instance, orphans }) => {
    const all = new Collector(database);
    const sight = { now, instance, timings, aggregation: database.generation.aggregation };
    let openRuns = 0;
    return {
      visit(runs) {
        openRuns += runs.length;
        for (const run of runs) all.add(run, sight);
      },
      end() {
        for (const run of orphans) all.add(run, sight);
        return { ...all.report(sight), openRuns };
      },
    };
  });
}

export interface Repairable {
  /** Runs, and tasks whose job's row is gone (see `orphanId`): the gravest first. */
  readonly ids: readonly number[];
  /** What else is found. */
  readonly others: readonly StuckFinding[];
}

/**
 * What can be repaired without a decision of a person. Of thousands of runs nothing is kept but their ids.
 *
 * @param passOver runs of which nothing is told
 */
export function findRepairable(
  database: Database,
  timings: Timings,
  passOver: (run: Pick<StuckFinding, 'runId' | 'repository'>) => boolean,
): Promise<Repairable> {
  const { aggregation, countsAttemptAtRequeue } = database.generation;
  return lookAtInstance(database, ({ now, instance, orphans }) => {
    const sight = { now, instance, timings, aggregation };
    const found: { readonly runId: number; readonly severity: Severity }[] = [];
    const others: StuckFinding[] = [];
    const add = (run: RunState) => {
      if (passOver({ runId: run.id, repository: run.repository })) return;
      for (const hold of holdsOf(run, sight))
        if (hold.repairable) found.push({ runId: run.id, severity: hold.severity });
        else others.push(findingOf(run, hold, now, countsAttemptAtRequeue));
    };
    return {
      visit: (runs) => runs.forEach(add),
      end() {
        orphans.forEach(add);
        return { ids: [...new Set(found.sort(graver).map(({ runId }) => runId))], others: others.sort(graver) };
      },
    };
  });
}

/**
 * The same for one run, inside a snapshot of the caller's.
 * @param now of the database, Unix seconds
 */
export async function explainRun(
  database: Database,
  queries: Queries,
  runId: number,
  now: number,
  timings: Timings,
): Promise<RunReport> {
  const all = new Collector(database);
  const instance = await loadInstance(database, queries, now);
  const sight = { now, instance, timings, aggregation: database.generation.aggregation };
  for (const run of await loadRuns(database, queries, [runId], { logs: true })) all.add(run, sight);
  return all.report(sight);
}

const weight = { critical: 0, error: 1, warning: 2, note: 3 };

/** The gravest first, and of those what belongs to no run. */
function graver(a: Graded, b: Graded): number {
  return weight[a.severity] - weight[b.severity] || Math.max(0, a.runId ?? 0) - Math.max(0, b.runId ?? 0);
}

type Graded = Pick<StuckFinding, 'severity' | 'runId'>;

class Collector {
  readonly #isNew: boolean;
  readonly #findings: StuckFinding[] = [];
  readonly #waiting: WaitingJob[] = [];
  readonly #running: RunningJob[] = [];

  constructor({ generation }: Database) {
    this.#isNew = generation.countsAttemptAtRequeue;
  }

  add(run: RunState, sight: Sight): void {
    const holds = holdsOf(run, sight);
    for (const hold of holds) this.#findings.push(findingOf(run, hold, sight.now, this.#isNew));
    const held = new Set(holds.map(({ job }) => job?.id));
    for (const job of run.jobs) {
      if (held.has(job.id)) continue;
      const wait = explainWait(run, job, sight);
      if (wait) this.#waiting.push({ ...subjectOf(run, job), ...wait, age: Math.max(0, sight.now - job.updated) });
      else if (job.status === Status.running && job.task) this.#running.push(runningJob(run, job, job.task, sight.now));
    }
  }

  report(sight: Sight): RunReport {
    const warning = clockWarning(sight);
    return {
      findings: this.#findings.sort(graver),
      waiting: this.#waiting,
      running: this.#running,
      // Where nothing seems to run or to be held, no age was judged.
      warnings: warning && this.#findings.length + this.#running.length > 0 ? [warning] : [],
    };
  }
}

/** `owner/name#index`, or what is left of it. */
export const nameOfRun = (run: RunState): string =>
  run.id < 0
    ? `task ${-run.id}`
    : run.exists
      ? `${run.repository ?? `repository ${run.repositoryId}`}#${run.index}`
      : `run ${run.id} (no row)`;

const subjectOf = (run: RunState, job: JobState | null): Subject => ({
  runId: run.id < 0 ? null : run.id,
  jobId: job?.id ?? null,
  repository: run.repository,
  run: run.id < 0 ? null : nameOfRun(run),
  job: job?.name ?? null,
});

function runningJob(run: RunState, job: JobState, task: NonNullable<JobState['task']>, now: number): RunningJob {
  const lastReport = Math.max(0, now - task.updated);
  const lastLine = task.lastLine === null ? null : Math.max(0, now - task.lastLine);
  const line = lastLine === null ? `last report ${duration(lastReport)} ago` : `last line ${duration(lastLine)} ago`;
  return {
    ...subjectOf(run, job),
    taskId: task.id,
    runner: task.runner?.name ?? null,
    lastReport,
    lastLine,
    message: `really running: ${line}${task.runner ? ` on runner "${task.runner.name}"` : ''}`,
  };
}

export function findingOf(run: RunState, hold: Hold, now: number, isNew: boolean): StuckFinding {
  const subject = subjectOf(run, hold.job);
  return {
    code: hold.code,
    severity: hold.severity,
    subject: hold.job ? `${nameOfRun(run)} "${hold.job.name}"` : nameOfRun(run),
    message: hold.message,
    evidence: hold.evidence,
    fix: hold.repairable ? repairOf(run, hold) : fixByHand(run, hold),
    ...subject,
    taskId: hold.task?.id ?? null,
    runner: hold.task?.runner?.name ?? null,
    age: Math.max(0, now - hold.since),
    repairable: hold.repairable,
    heals: hold.heals,
    ...knowledgeOf(run, hold, isNew),
  };
}

function repairOf(run: RunState, hold: Hold): string {
  if (run.id < 0) return `ci-doctor reset task:${-run.id}`;
  // The job that holds up everybody is taken out alone, whatever else there is in its run.
  return `ci-doctor reset ${run.id}${hold.code === 'queue-starved' ? ` --job ${hold.job!.id}` : ''}`;
}

function fixByHand(run: RunState, hold: Hold): string {
  switch (hold.code) {
    case 'runner-quiet':
    case 'task-lost-in-fetch':
      return `Look again later, or at the runner: ci-doctor show ${run.id}`;
    case 'job-hung':
      return `Look at its log: ci-doctor logs ${run.id} --job ${hold.job!.id} --tail 20`;
    case 'blocked-without-needs':
      return `Release it: ci-doctor reset ${run.id} --to waiting; or end it: ci-doctor reset ${run.id} --to cancelled`;
    case 'task-without-job':
      return 'Look again later: its runner still reports.';
  }
  if (run.needApproval && !isDone(run.status))
    return `Approve the run in the web page, or end it: ci-doctor reset ${run.id} --to cancelled`;
  return `The runner still reports; it ends the task itself. To end it now: ci-doctor reset ${run.id} --force`;
}
