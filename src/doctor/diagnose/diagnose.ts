import { usage } from '../../common/errors.ts';
import type { Database } from '../database/database.ts';
import { isDone, Status, statusName } from '../database/status.ts';
import { type EmptyLog, unreadLog } from '../logs/empty.ts';
import { type Cause, explainFailure, type ShownLine, saidItsEnd, type Verdict } from './engine.ts';
import { compareRuns, type History } from './history.ts';
import { normalise, plain } from './line.ts';
import { type JobRecord, jobIdsOfRun, lastGood, loadJobs, pastJobs } from './load.ts';
import { preExecutionError } from './pre-execution.ts';
import { type LogReader, type ReadLines, readBounded, readFailure } from './read.ts';
import type { OwnRule, TextRule } from './rule.ts';
import type { Facts } from './state.ts';

/** What a diagnosis looks with. */
export interface Means {
  readonly database: Database;
  readonly read: LogReader;
  readonly rules: readonly (TextRule | OwnRule)[];
  /** Seconds a task may be silent. */
  readonly zombieTimeout: number;
  /** Milliseconds: bounds the time that a user's rules take. */
  readonly clock?: () => number;
}

/** A red job, and why. */
export interface JobDiagnosis {
  readonly job: string;
  readonly jobId: number;
  readonly taskId: number | null;
  readonly runner: string | null;
  readonly step: string | null;
  readonly cause: Cause | null;
  readonly lines: readonly ShownLine[];
  /** Where the cause is unknown: further lines that the last good run of this job does not have. */
  readonly differs: readonly ShownLine[];
  readonly fingerprint: string | null;
  /** The run of the last time that this job went well; null where there is none, or its log is gone. */
  readonly comparedWith: number | null;
  readonly history: History | null;
  /** Why its log could not be read. */
  readonly missing: { readonly message: string; readonly fix: string } | null;
  readonly notes: readonly string[];
}

export interface RunDiagnosis extends Partial<Omit<JobDiagnosis, 'job' | 'step' | 'cause' | 'lines' | 'fingerprint'>> {
  readonly runId: number;
  readonly status: string;
  /** The job that failed first. */
  readonly job: string | null;
  readonly step: string | null;
  readonly cause: Cause | null;
  readonly lines: readonly ShownLine[];
  readonly fingerprint: string | null;
  /** Every red job, the first included. */
  readonly jobs: readonly JobDiagnosis[];
  /** Said where there is nothing to diagnose. */
  readonly message: string | null;
}

export interface Wish {
  /** Only this job, by name or id. */
  readonly job?: string;
  /** Also whether other runs of the job failed in the same way, which reads up to eight more logs. */
  readonly history: boolean;
}

/** Why the red jobs of a run are red. */
export async function diagnoseRun(means: Means, runId: number, wish: Wish): Promise<RunDiagnosis> {
  const { database } = means;
  const now = await database.now();
  const run = await database.queries
    .selectFrom('action_run')
    .select('status')
    .where('id', '=', runId)
    .executeTakeFirstOrThrow();
  const all = await loadJobs(database.queries, await jobIdsOfRun(database.queries, runId));
  const jobs = redJobs(chooseJobs(all, runId, wish.job), means, now);
  const nothing = {
    runId,
    status: statusName(run.status),
    job: null,
    step: null,
    cause: null,
    lines: [],
    fingerprint: null,
    jobs: [],
  };
  if (jobs.length === 0) {
    const error = all.length === 0 || run.status === Status.failure ? await preExecutionError(database, runId) : null;
    if (error !== null) {
      const facts = { ...factsWithoutJob(runId, now, means), preExecution: error };
      const { cause, fingerprint } = explainFailure({ facts, lines: [] }, []);
      return { ...nothing, cause, fingerprint, message: null };
    }
    return { ...nothing, message: nothingToSay(run.status, all) };
  }
  const found: JobDiagnosis[] = [];
  for (const job of jobs) found.push(await diagnoseJob(means, job, now, wish.history));
  // The job that failed first is told first: others may have failed for it.
  const first = [...found].sort((a, b) => rank(a) - rank(b))[0]!;
  return {
    ...first,
    runId,
    status: statusName(run.status),
    jobs: [first, ...found.filter((other) => other !== first)],
    message: null,
  };
}

/** Known causes before unknown ones, those before logs that cannot be read. */
const rank = ({ cause, missing }: JobDiagnosis) => (cause ? 0 : missing ? 2 : 1);

function chooseJobs(jobs: readonly JobRecord[], runId: number, wanted: string | undefined): readonly JobRecord[] {
  const chosen = wanted === undefined ? jobs : jobs.filter(({ id, name }) => String(id) === wanted || name === wanted);
  if (chosen.length > 0 || wanted === undefined) return chosen;
  throw usage(
    `Run ${runId} has no job "${wanted}".`,
    `Its jobs: ${jobs.map(({ id, name }) => `${id} "${name}"`).join(', ') || 'none'}.`,
  );
}

function redJobs(chosen: readonly JobRecord[], means: Means, now: number): JobRecord[] {
  const failed = chosen.filter(({ status, task }) => status === Status.failure || task?.status === Status.failure);
  const held = chosen.filter(
    ({ status, task }) =>
      status === Status.unknown ||
      (status === Status.running && (!task || isDone(task.status) || now - task.heartbeat > means.zombieTimeout)),
  );
  const ended = (job: JobRecord) => job.stopped || Number.POSITIVE_INFINITY;
  const red = [...new Set([...failed, ...held])].sort((a, b) => ended(a) - ended(b) || a.id - b.id);
  // Jobs that were cancelled because another one failed say nothing; where nothing failed they are the question.
  return red.length > 0
    ? red
    : chosen
        .filter(({ status, task, needs }) => status === Status.cancelled && (task !== null || needs.length === 0))
        .slice(0, 5);
}

function nothingToSay(status: number, jobs: readonly JobRecord[]): string {
  if (status === Status.success || status === Status.skipped) return 'nothing to diagnose: the run is green.';
  if (!isDone(status))
    return 'nothing to diagnose so far: no job has failed. "ci-doctor stuck" says what the run waits for.';
  return jobs.length === 0 ? 'the run has no jobs, and Forgejo does not say why.' : 'no job of the run failed.';
}

const factsWithoutJob = (runId: number, now: number, { zombieTimeout }: Means): Facts => ({
  now,
  runId,
  jobStatus: Status.failure,
  created: 0,
  stopped: 0,
  runsOn: [],
  needs: [],
  task: null,
  ended: null,
  lastLine: 0,
  preExecution: null,
  zombieTimeout,
});

async function diagnoseJob(means: Means, job: JobRecord, now: number, withHistory: boolean): Promise<JobDiagnosis> {
  const { queries } = means.database;
  const goodId = await lastGood(queries, job);
  const [good] = goodId === undefined ? [] : await loadJobs(queries, [goodId]);
  // The other failures are compared with the same good run, most of them in the same step: it is read once.
  const kept = new Map<string | undefined, ReturnType<GoodLines>>();
  const goodStep: GoodLines = (step) => {
    const lines = kept.get(step) ?? goodLines(means, good, step);
    kept.set(step, lines);
    return lines;
  };
  const look = (one: JobRecord) => judge(means, one, now, goodStep);
  const { compared, ...verdict } = await look(job);
  const history = withHistory
    ? await compareRuns(await pastJobs(queries, job, 100), job, verdict.fingerprint, async (ids) => {
        const prints = new Map<number, string | null>();
        for (const other of await loadJobs(queries, ids)) prints.set(other.id, (await look(other)).fingerprint);
        return prints;
      })
    : null;
  // The same commit was green: whatever failed, it does not fail always.
  const cause =
    verdict.cause && history && history.flaky !== null ? { ...verdict.cause, retryable: true } : verdict.cause;
  return { ...verdict, cause, comparedWith: compared && good ? good.run.id : null, history };
}

/** Normalised lines of the good run's step; undefined where they cannot be had. */
export type GoodLines = (step: string | undefined) => Promise<ReadonlySet<string> | undefined>;

/** A job without its history: what statistics need of it. */
export async function judge(
  means: Means,
  job: JobRecord,
  now: number,
  goodLines: GoodLines,
): Promise<Omit<JobDiagnosis, 'history' | 'comparedWith'> & { readonly compared: boolean }> {
  const { task } = job;
  const answer: ReadLines | EmptyLog | undefined =
    task && task.logLength > 0 ? await readFailure(means.read, { task, steps: job.steps }).catch(unreadLog) : undefined;
  const log = answer && !('kind' in answer) ? answer : undefined;
  const lines = log?.lines ?? [];
  const facts: Facts = {
    now,
    runId: job.run.id,
    jobStatus: job.status,
    created: job.created,
    stopped: job.stopped,
    runsOn: job.runsOn,
    needs: job.needs,
    task: task && {
      ...task,
      stepsRun: job.steps.filter(({ status, logLength }) => logLength > 0 || status === Status.success).length,
    },
    ended: log ? saidItsEnd(lines) : null,
    lastLine: Math.floor(Date.parse(lines.at(-1)?.time ?? '') / 1000) || 0,
    preExecution: null,
    zombieTimeout: means.zombieTimeout,
  };
  const good = log ? await goodLines(log.step) : undefined;
  const verdict: Verdict = explainFailure({ facts, lines, good }, means.rules, means.clock);
  const unread = answer && 'kind' in answer ? answer : undefined;
  return {
    job: job.name,
    jobId: job.id,
    taskId: task?.id ?? null,
    runner: task?.runner ?? null,
    step: log?.step ?? null,
    ...verdict,
    compared: good !== undefined,
    missing:
      verdict.cause || log
        ? null
        : unread
          ? { message: unread.message, fix: unread.fix }
          : { message: `Job "${job.name}" has no log: no runner took it.`, fix: `ci-doctor show ${job.run.id}` },
    notes: [
      ...(log?.notes ?? []),
      ...(log && log.leftOut > 0 ? [`${log.leftOut} lines in the middle of the step were not looked at.`] : []),
    ],
  };
}

/** What a good run of the job prints in that step. Its log may be gone: then there is nothing to compare with. */
export async function goodLines(
  { read }: Means,
  good: JobRecord | undefined,
  step: string | undefined,
): Promise<ReadonlySet<string> | undefined> {
  const task = good?.task;
  if (!good || !task || task.logExpired || task.logLength === 0) return undefined;
  const same = step !== undefined && good.steps.filter(({ name }) => name === step).length === 1;
  const answer = await readBounded(read, { task, steps: good.steps }, same ? { step } : {}).catch(() => undefined);
  if (!answer || 'kind' in answer) return undefined;
  return new Set(answer.lines.map(({ text }) => normalise(plain(text))));
}
