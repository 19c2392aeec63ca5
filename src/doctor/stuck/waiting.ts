import { duration } from '../../common/output/words.ts';
import { isDone, Status, statusName } from '../database/status.ts';
import type { GroupedRun, InstanceState, JobState, PoisonedJob, RunGroup, RunnerOffer, RunState } from './state.ts';

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
  /** The jobs or runs it waits for; of a concurrency group the first three. */
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

type Place = Pick<RunState, 'id' | 'index' | 'repositoryId' | 'queueGroup'>;

/**
 * The runs of its concurrency group that a run queues behind: those that run, and those before it that are not done. How many,
 * and the first of them: of a long queue the whole list for each run would be endless.
 */
export function aheadInGroup(
  run: Place,
  groups: InstanceState['groups'],
): { readonly count: number; readonly first: readonly GroupedRun[] } {
  const group = run.queueGroup === null ? undefined : groups.get(`${run.repositoryId} ${run.queueGroup}`);
  const first: GroupedRun[] = [];
  if (group === undefined) return { count: 0, first };
  const { runs, running } = group;
  const at = countBefore(running, run.index);
  const later = running.length - at - (running[at]?.id === run.id ? 1 : 0);
  for (const other of inOrder(run, group)) if (first.push(other) === shown) break;
  return { count: countBefore(runs, run.index) + later, first };
}

function* inOrder(run: Place, { runs, running }: RunGroup): Generator<GroupedRun> {
  for (const other of running) if (other.id !== run.id) yield other;
  for (const other of runs) {
    if (other.index >= run.index) return;
    if (other.status !== Status.running) yield other;
  }
}

/** How many of these, which are in the order of their index, have a smaller one. */
function countBefore(runs: readonly GroupedRun[], index: number): number {
  let [from, to] = [0, runs.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (runs[middle]!.index < index) from = middle + 1;
    else to = middle;
  }
  return from;
}

function explainWaiting(run: RunState, job: JobState, { now, instance }: Moment): Wait {
  const { count, first } = aheadInGroup(run, instance.groups);
  if (count > 0)
    return wait(
      'concurrency-group',
      `Its run queues behind ${first.map((other) => `#${other.index} (run ${other.id}, ${statusName(other.status)})`).join(', ')}${count > first.length ? ` and ${count - first.length} more` : ''} of the concurrency group "${run.queueGroup}".`,
      { blockedBy: first.map((other) => ({ runId: other.id, jobId: null })) },
    );
  const { unserved, starver, busy, idle } = offerFor(job, { now, instance });
  if (unserved) return unserved;
  if (starver && inQueueOrder(starver, { ...job, priority: run.priority }) < 0)
    return wait(
      'behind-starved-job',
      `Runners stumble over job ${starver.id} (run ${starver.runId}) before they come to it: see queue-starved.`,
      { blockedBy: [{ runId: starver.runId, jobId: starver.id }] },
    );
  if (busy) return busy;
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

type Wanted = Pick<JobState, 'ownerId' | 'repositoryId' | 'runsOn'>;

/** What the runners have for jobs of one repository with the same labels. */
interface Offer {
  /** No runner could take them. */
  readonly unserved?: Wait;
  /** The first job in the queue over which every runner that could take them stumbles. */
  readonly starver?: PoisonedJob | undefined;
  /** None of these runners is idle. */
  readonly busy?: Wait;
  readonly idle: readonly RunnerOffer[];
}

/** Of thousands of jobs that wait most want the same, and are offered the same at one moment. */
interface Offers {
  readonly now: number;
  /** The first broken job of each kind, in the order of the queue: runners stumble over all of a kind alike. */
  readonly broken: readonly PoisonedJob[];
  readonly known: Map<string, Offer>;
}

const offers = new WeakMap<InstanceState, Offers>();

function offerFor(job: Wanted, { now, instance }: Moment): Offer {
  const last = offers.get(instance);
  const seen = last?.now === now ? last : { now, broken: firstBroken(instance), known: new Map<string, Offer>() };
  offers.set(instance, seen);
  const key = JSON.stringify([job.ownerId, job.repositoryId, job.runsOn]);
  const known = seen.known.get(key) ?? makeOffer(job, { now, instance }, seen.broken);
  seen.known.set(key, known);
  return known;
}

function makeOffer(job: Wanted, { now, instance }: Moment, broken: readonly PoisonedJob[]): Offer {
  const idle: RunnerOffer[] = [];
  const matching = instance.runners.filter((runner) => serves(runner, job));
  if (matching.length === 0) {
    const message =
      instance.runners.length === 0
        ? 'No runner is registered.'
        : `No runner that serves this repository has ${job.runsOn.length === 1 ? 'the label' : 'all labels'} ${quoted(job.runsOn)}.`;
    return { unserved: wait('no-runner', message, { runners: nearest(job, instance.runners) }), idle };
  }
  const online = matching.filter((runner) => now - runner.lastOnline <= offlineAfter);
  if (online.length === 0) {
    const runners = [...matching]
      .sort((a, b) => b.lastOnline - a.lastOnline)
      .slice(0, shown)
      .map((runner) => lacking(runner, `offline for ${duration(now - runner.lastOnline)}`));
    return { unserved: wait('runners-offline', 'No runner with its labels is online.', { runners }), idle };
  }
  const starver = broken.find((other) => online.every((runner) => stumbles(runner, other)));
  idle.push(...online.filter((runner) => runner.busy === 0 && now - runner.lastActive > pickedWithin));
  if (idle.length > 0) return { starver, idle };
  const tasks = ({ busy }: RunnerOffer) => `busy with ${busy} ${busy === 1 ? 'task' : 'tasks'}`;
  const runners = [...online]
    .sort((a, b) => a.busy - b.busy)
    .slice(0, shown)
    .map((runner) => lacking(runner, runner.busy > 0 ? tasks(runner) : 'has just ended a task'));
  return { starver, busy: wait('runners-busy', 'Every runner with its labels is busy.', { runners }), idle };
}

/** The order of the pick-up: priority of the run, then since when, then the id. */
const inQueueOrder = (a: Queued, b: Queued): number => b.priority - a.priority || a.updated - b.updated || a.id - b.id;
type Queued = Pick<PoisonedJob, 'priority' | 'updated' | 'id'>;

function firstBroken({ poisoned }: InstanceState): PoisonedJob[] {
  const kinds = new Map<string, PoisonedJob>();
  for (const job of [...poisoned.values()].sort(inQueueOrder)) {
    const kind = JSON.stringify([job.poison, job.starves, job.ownerId, job.repositoryId, job.runsOn]);
    if (!kinds.has(kind)) kinds.set(kind, job);
  }
  return [...kinds.values()];
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
export const serves = (runner: RunnerOffer, job: Wanted): boolean =>
  inScope(runner, job) && job.runsOn.every((label) => runner.labels.includes(label));

/**
 * Whether this runner's fetch fails over this job. One of an owner finds jobs through the row of their repository, and on the
 * v12 line one of an owner or a repository through the row of their run: what has no such row is not offered to it.
 */
export const stumbles = (runner: RunnerOffer, job: PoisonedJob): boolean =>
  job.starves &&
  serves(runner, job) &&
  !(job.poison === 'repository' && runner.ownerId !== 0 && runner.repositoryId === 0) &&
  !(job.poison === 'run' && (runner.ownerId !== 0 || runner.repositoryId !== 0));

function nearest(job: Wanted, runners: readonly RunnerOffer[]): Wait['runners'] {
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
