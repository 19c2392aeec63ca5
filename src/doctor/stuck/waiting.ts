import { duration } from '../../common/output/words.ts';
import { isDone, Status, statusName } from '../database/status.ts';
import type { GroupedRun, InstanceState, JobState, PoisonedJob, RunnerOffer, RunState } from './state.ts';

/** Why a job that nothing holds does not run yet. */
export type WaitCode =
  | 'needs'
  | 'need-missing'
  | 'approval'
  | 'server-decides'
  | 'concurrency-group'
  | 'behind-starved-job'
  | 'no-runner'
  | 'runners-offline'
  | 'runners-busy'
  | 'about-to-start'
  | 'unannounced';

export interface Wait {
  readonly code: WaitCode;
  readonly message: string;
  /** The jobs or runs it waits for. */
  readonly blockedBy: readonly { readonly runId: number; readonly jobId: number | null }[];
  /** The runners that come closest, and what they lack. */
  readonly runners: readonly { readonly id: number; readonly name: string; readonly lacks: readonly string[] }[];
}

/** Forgejo shows a runner as offline when it has not asked for this long; seconds. */
const offlineAfter = 60;
/** An idle runner asks every two seconds: what waits for longer than this is not seen by it. Seconds. */
const pickedWithin = 60;
const shown = 3;

type Moment = { readonly now: number; readonly instance: InstanceState };

/** Why this job, at 5 without a task or at 7, does not run; undefined for jobs in any other state. */
export function explainWait(run: RunState, job: JobState, moment: Moment): Wait | undefined {
  if (job.status === Status.blocked) return explainBlocked(run, job);
  if (job.status === Status.waiting && job.taskId === 0) return explainWaiting(run, job, moment);
  return undefined;
}

const wait = (code: WaitCode, message: string, extra: Partial<Wait> = {}): Wait => ({
  code,
  message,
  blockedBy: [],
  runners: [],
  ...extra,
});

function explainBlocked(run: RunState, job: JobState): Wait {
  if (run.needApproval)
    return wait(
      'approval',
      'The run waits until a person approves it: nothing of it starts before, and no time-out ends it on the v17 line.',
    );
  const missing = job.needs.filter((need) => !run.jobs.some((other) => other.jobId === need));
  if (missing.length > 0) return wait('need-missing', `It needs ${quoted(missing)}, and the run has no such job.`);
  const needed = run.jobs.filter((other) => job.needs.includes(other.jobId) && !isDone(other.status));
  if (needed.length > 0)
    return wait(
      'needs',
      `It needs ${needed.map((other) => `"${other.name}", which is ${statusName(other.status)}`).join(', and ')}.`,
      { blockedBy: needed.map((other) => ({ runId: run.id, jobId: other.id })) },
    );
  if (job.serverOnly)
    return wait(
      'server-decides',
      'It calls another workflow, or its matrix or labels follow from other jobs: only the server resolves it.',
    );
  return wait('needs', 'All it needs is done; Forgejo is about to release it.');
}

/** The runs of its concurrency group that a run queues behind: those that run, and those before it that are not done. */
export const aheadInGroup = (
  run: Pick<RunState, 'id' | 'index' | 'repositoryId' | 'queueGroup'>,
  groups: InstanceState['groups'],
): readonly GroupedRun[] =>
  run.queueGroup === null
    ? []
    : (groups.get(`${run.repositoryId} ${run.queueGroup}`) ?? []).filter(
        (other) => other.id !== run.id && (other.status === Status.running || other.index < run.index),
      );

function explainWaiting(run: RunState, job: JobState, { now, instance }: Moment): Wait {
  const ahead = aheadInGroup(run, instance.groups);
  if (ahead.length > 0)
    return wait(
      'concurrency-group',
      `Its run queues behind ${ahead.map((other) => `#${other.index} (run ${other.id}, ${statusName(other.status)})`).join(', ')} of the concurrency group "${run.queueGroup}".`,
      { blockedBy: ahead.map((other) => ({ runId: other.id, jobId: null })) },
    );
  const matching = instance.runners.filter((runner) => serves(runner, job));
  if (matching.length === 0) {
    const near = nearest(job, instance.runners);
    return wait(
      'no-runner',
      instance.runners.length === 0
        ? 'No runner is registered.'
        : `No runner that serves this repository has ${job.runsOn.length === 1 ? 'the label' : 'all labels'} ${quoted(job.runsOn)}.`,
      { runners: near },
    );
  }
  const online = matching.filter((runner) => now - runner.lastOnline <= offlineAfter);
  if (online.length === 0)
    return wait('runners-offline', `No runner with its labels is online.`, {
      runners: [...matching]
        .sort((a, b) => b.lastOnline - a.lastOnline)
        .slice(0, shown)
        .map((runner) => lacking(runner, `offline for ${duration(now - runner.lastOnline)}`)),
    });
  const starver = starverAhead(run, job, online, instance.poisoned);
  if (starver)
    return wait(
      'behind-starved-job',
      `Runners stumble over job ${starver.id} (run ${starver.runId}) before they come to it: see queue-starved.`,
      { blockedBy: [{ runId: starver.runId, jobId: starver.id }] },
    );
  const idle = online.filter((runner) => runner.busy === 0 && now - runner.lastActive > pickedWithin);
  if (idle.length === 0)
    return wait('runners-busy', `Every runner with its labels is busy.`, {
      runners: [...online]
        .sort((a, b) => a.busy - b.busy)
        .slice(0, shown)
        .map((runner) =>
          lacking(
            runner,
            runner.busy > 0
              ? `busy with ${runner.busy} ${runner.busy === 1 ? 'task' : 'tasks'}`
              : 'has just ended a task',
          ),
        ),
    });
  const since = Math.max(job.updated, ...scopesOf(job).map((scope) => instance.announced.get(scope) ?? 0));
  if (now - since <= pickedWithin) return wait('about-to-start', `Runner "${idle[0]!.name}" is idle and will take it.`);
  return wait(
    'unannounced',
    `Runner "${idle[0]!.name}" has its labels and is idle, but was not told that there is work.`,
    {
      runners: idle.slice(0, shown).map((runner) => lacking(runner)),
    },
  );
}

/** The rows of `action_tasks_version` that runners watch for this job: `owner id, space, repository id`. */
export const scopesOf = (job: { readonly ownerId: number; readonly repositoryId: number }): readonly string[] => [
  '0 0',
  `${job.ownerId} 0`,
  `0 ${job.repositoryId}`,
];

const inScope = (runner: RunnerOffer, job: { readonly ownerId: number; readonly repositoryId: number }): boolean =>
  (runner.repositoryId === 0 || runner.repositoryId === job.repositoryId) &&
  (runner.ownerId === 0 || runner.repositoryId !== 0 || runner.ownerId === job.ownerId);

/** May this runner be given this job: scope and labels. */
export const serves = (
  runner: RunnerOffer,
  job: { readonly ownerId: number; readonly repositoryId: number; readonly runsOn: readonly string[] },
): boolean => inScope(runner, job) && job.runsOn.every((label) => runner.labels.includes(label));

/**
 * Whether this runner's fetch fails over this job. One of an owner finds jobs through the row of their repository, and on the
 * v12 line one of an owner or a repository through the row of their run: what has no such row is not offered to it.
 */
export const stumbles = (runner: RunnerOffer, job: PoisonedJob): boolean =>
  job.starves &&
  serves(runner, job) &&
  !(job.poison === 'repository' && runner.ownerId !== 0 && runner.repositoryId === 0) &&
  !(job.poison === 'run' && (runner.ownerId !== 0 || runner.repositoryId !== 0));

/** The job that every one of these runners would be offered before this one, and stumble over. */
function starverAhead(
  { priority }: RunState,
  { updated, id }: JobState,
  runners: readonly RunnerOffer[],
  poisoned: ReadonlyMap<number, PoisonedJob>,
): PoisonedJob | undefined {
  // The order of the pick-up: priority of the run, then since when, then the id.
  const isAhead = (other: PoisonedJob) => (priority - other.priority || other.updated - updated || other.id - id) < 0;
  return [...poisoned.values()].find((other) => isAhead(other) && runners.every((runner) => stumbles(runner, other)));
}

function nearest(job: JobState, runners: readonly RunnerOffer[]): Wait['runners'] {
  return runners
    .map((runner) => {
      const labels = job.runsOn.filter((label) => !runner.labels.includes(label)).map((label) => `label "${label}"`);
      const scope = inScope(runner, job) ? [] : ['it serves another owner or repository'];
      return lacking(runner, ...labels, ...scope);
    })
    .sort((a, b) => a.lacks.length - b.lacks.length || a.id - b.id)
    .slice(0, shown);
}

const lacking = (runner: RunnerOffer, ...lacks: string[]) => ({ id: runner.id, name: runner.name, lacks });
const quoted = (words: readonly string[]): string => words.map((word) => `"${word}"`).join(', ');
