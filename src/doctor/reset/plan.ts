import { usage } from '../../common/errors.ts';
import { duration } from '../../common/output/words.ts';
import type { Aggregation, Generation } from '../database/generation.ts';
import { isDone, Status, statusName } from '../database/status.ts';
import { aggregate } from '../stuck/aggregate.ts';
import { clockWarning } from '../stuck/clock.ts';
import { canStart, type Hold, holdsOf, isFresh, type Sight } from '../stuck/hold.ts';
import { release } from '../stuck/release.ts';
import type { JobState, RunState, TaskState } from '../stuck/state.ts';
import { scopesOf } from '../stuck/waiting.ts';
import { type Change, type Columns, difference } from './change.ts';

/**
 * What a run is reset to. `auto` is the repair proven for the state it is in; `0` is the runbook's literal reset,
 * which puts the run out of reach of Forgejo's own repair.
 */
export const targets = ['auto', 'waiting', 'cancelled', 'failure', '0'] as const;
export type Target = (typeof targets)[number];

export interface Request {
  readonly to: Target;
  /** Only this job: its id, its name, or its name in the workflow file. */
  readonly job?: string;
  /** Also what still reports. */
  readonly force: boolean;
  /** Also repeat jobs that look like a deployment or publication. */
  readonly again: boolean;
}

export interface StepState {
  readonly id: number;
  readonly name: string;
  readonly index: number;
  readonly status: number;
  readonly started: number;
  readonly stopped: number;
  readonly updated: number;
}

/** Steps by task id. */
export type Steps = ReadonlyMap<number, readonly StepState[]>;

export interface Situation extends Sight {
  readonly generation: Generation;
  /** A new value for `action_run_job.handle`. */
  newHandle(): string;
}

/** Whose runners look at the queue anew. */
export interface Scope {
  /** `owner id, space, repository id`. */
  readonly name: string;
  /** The row remembers when, or the next look would take the runners' two seconds for deafness. */
  readonly again: boolean;
}

export interface LeftOut {
  readonly job: string;
  readonly reason: string;
  /** False when it is as it should be: a job that really runs. */
  readonly problem: boolean;
}

export interface Repair {
  readonly run: RunState;
  /** In the order the server itself takes locks: task, job, run, steps. */
  readonly changes: readonly Change[];
  /** The run as it will be. */
  readonly after: RunState;
  readonly leftOut: readonly LeftOut[];
  /** Jobs that run again from the start, with the steps that were already done, and those that were begun. */
  readonly repeats: readonly {
    readonly job: string;
    readonly steps: readonly string[];
    readonly begun: readonly string[];
  }[];
  /** For which the queue is announced; see `announcements`. */
  readonly scopes: readonly Scope[];
  readonly notes: readonly string[];
}

const openStep: readonly number[] = [Status.unknown, Status.waiting, Status.running, Status.blocked];
const sideEffects = /deploy|publish|release/i;

/**
 * The changes that take a run from a state that holds it to one that Forgejo goes on from. Pure: what it decides from are
 * the rows handed in, which the caller reads under locks before anything is applied.
 *
 * @throws ToolError (usage) when `request.job` names no job or `to` is not for single jobs, (problem) when the run's status cannot be computed for certain
 */
export function planRepair(run: RunState, request: Request, steps: Steps, situation: Situation): Repair {
  return new Planner(run, request, steps, situation).plan();
}

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

class Planner {
  readonly #run: RunState;
  readonly #request: Request;
  readonly #stepsOf: Steps;
  readonly #situation: Situation;
  readonly #jobs: Draft<JobState>[];
  readonly #tasks = new Map<number, { before: TaskState; after: Draft<TaskState> }>();
  readonly #steps: Change[] = [];
  readonly #scopes = new Set<string>();
  readonly #again = new Set<string>();
  readonly #leftOut: LeftOut[] = [];
  readonly #repeats: { job: string; steps: string[]; begun: string[] }[] = [];
  readonly #notes: string[] = [];
  #selected: readonly Hold[] = [];

  constructor(run: RunState, request: Request, steps: Steps, situation: Situation) {
    this.#run = run;
    this.#request = request;
    this.#stepsOf = steps;
    this.#situation = situation;
    this.#jobs = run.jobs.map((job) => ({ ...job }));
  }

  plan(): Repair {
    if (this.#request.to === '0') return this.#literalReset();
    const holds = holdsOf(this.#run, this.#situation);
    const wanted = this.#wantedJobs();
    const selected = holds.filter((hold) => wanted === undefined || (hold.job !== null && wanted.has(hold.job.id)));
    this.#selected = selected;
    switch (this.#request.to) {
      case 'auto':
        for (const hold of selected) this.#repairHold(hold);
        // What is left at running still reports: the holds have dealt with everything else.
        if (this.#request.force) for (const job of this.#targets([], wanted)) this.#requeue(job);
        break;
      case 'waiting':
        if (this.#run.needApproval) this.#wantApproval(wanted);
        for (const job of this.#targets(selected, wanted)) this.#putBack(job, wanted !== undefined);
        break;
      case 'failure':
        for (const job of this.#targets(selected, wanted)) this.#end(job, Status.failure);
        break;
      case 'cancelled':
        this.#cancel(wanted);
        break;
    }
    for (const stray of this.#run.strays) {
      const own = this.#request.to !== 'auto' || selected.some((hold) => hold.job?.id === stray.jobId);
      const asked = wanted === undefined || wanted.has(stray.jobId);
      if (own && asked && !isFresh(stray, this.#situation.now, this.#situation.timings)) this.#closeStray(stray);
    }
    this.#explainLiveJobs(selected, wanted);
    return this.#finish();
  }

  #wantedJobs(): Set<number> | undefined {
    const { job } = this.#request;
    if (job === undefined) return undefined;
    const found = this.#run.jobs.filter(
      (candidate) => String(candidate.id) === job || candidate.name === job || candidate.jobId === job,
    );
    if (found.length === 0)
      throw usage(
        `Run ${this.#run.id} has no job "${job}".`,
        `Its jobs: ${this.#run.jobs.map((candidate) => `${candidate.id} "${candidate.name}"`).join(', ') || 'none'}.`,
      );
    return new Set(found.map(({ id }) => id));
  }

  /** The jobs that `waiting` and `failure` act on: those that are held, and with --force those that still report. */
  #targets(holds: readonly Hold[], wanted: ReadonlySet<number> | undefined): Draft<JobState>[] {
    const held = new Set(
      holds
        .filter(
          ({ severity, code }) => severity !== 'note' && code !== 'task-left-open' && code !== 'job-done-without-task',
        )
        .map((hold) => hold.job?.id),
    );
    return this.#jobs.filter((job) => {
      if (wanted && !wanted.has(job.id)) return false;
      if (held.has(job.id)) return true;
      return this.#request.force && job.status === Status.running;
    });
  }

  #repairHold(hold: Hold): void {
    const job = this.#jobs.find((candidate) => candidate.id === hold.job?.id);
    const { now, timings } = this.#situation;
    if (hold.severity === 'note') return;
    switch (hold.code) {
      case 'runner-quiet':
      case 'job-hung':
        return;
      case 'runner-silent':
      case 'task-lost-in-fetch':
      case 'job-open-without-task':
        return this.#requeue(job!);
      case 'queue-starved':
      case 'job-without-run':
      case 'run-without-repository':
        return this.#giveUp(job!);
      case 'job-unannounced':
        return this.#announceAgain(job!);
      case 'blocked-without-needs':
        return this.#leaveOut(
          job!.name,
          'nothing says why it is blocked: release it with --to waiting, or end it with --to cancelled',
          true,
        );
      case 'job-waiting-with-task':
        // The job was put back by hand while its task lives on: the runner is still at work, so that is what is true.
        if (job!.task?.status === Status.running && isFresh(job!.task, now, timings)) return this.#resume(job!);
        return this.#requeue(job!);
      case 'job-open-task-done':
        return this.#takeResult(job!);
      case 'job-open-task-missing':
        // A run that somebody cancelled is not brought back to life; what the cancel could not reach is ended as it wanted.
        if (this.#run.status === Status.cancelled) return this.#end(job!, Status.cancelled);
        return this.#requeue(job!);
      case 'reset-to-unknown':
        if (job) return this.#rescue(job);
        return;
      case 'task-without-job':
        if (!isFresh(hold.task!, now, timings) || this.#request.force) return this.#closeOrphan(hold.task!);
        this.#leaveOut(`task ${hold.task!.id}`, this.#reports(hold.task!), false);
        return;
      case 'task-left-open':
        // A job that ended keeps its result: the task takes it.
        if (this.#request.force || !isFresh(hold.task!, now, timings))
          return this.#close(
            hold.task!,
            job && isDone(job.status) && job.taskId === hold.task!.id ? job.status : Status.cancelled,
          );
        this.#leaveOut(
          job?.name ?? `task ${hold.task!.id}`,
          `task ${hold.task!.id} counts as one that still reports (${duration(now - hold.task!.updated)} ago, younger than the zombie time-out of ${duration(timings.zombieTimeout)}); its runner ends it`,
          false,
        );
        return;
      case 'job-done-without-task':
        return this.#nameTask(job!);
      case 'run-without-jobs':
      case 'needs-done-still-blocked':
      case 'run-open-jobs-done':
      case 'run-status-wrong':
        // These follow from the run's rows as a whole: see #finish and #statusOfRun.
        return;
    }
  }

  /**
   * Back into the queue, but no job before what it needs, and no finished work twice unless its job was named.
   */
  #putBack(job: Draft<JobState>, named: boolean): void {
    const finished = job.task !== null && isDone(job.task.status);
    if (job.status === Status.blocked) {
      // What needs something follows from that: see #release.
      if (job.needs.length > 0 || this.#run.needApproval) return;
      Object.assign(job, { status: Status.waiting, updated: this.#situation.now });
      return this.#announce(job);
    }
    if (job.status === Status.waiting && job.taskId === 0 && canStart(this.#run)) return this.#announceAgain(job);
    if (finished && named) return this.#requeue(job);
    if (job.status === Status.unknown) return this.#rescue(job);
    if (finished && job.status === Status.running) return this.#takeResult(job);
    return this.#requeue(job);
  }

  /** Nothing but a person starts it; blocked jobs without needs are the first it would start. */
  #wantApproval(wanted: ReadonlySet<number> | undefined): void {
    const where = this.#situation.generation.countsAttemptAtRequeue ? 'on the page of its pull request' : 'on its page';
    for (const job of this.#run.jobs)
      if (job.status === Status.blocked && (wanted ? wanted.has(job.id) : job.needs.length === 0))
        this.#leaveOut(
          job.name,
          `its run waits until a person approves it: do that ${where}, or end it with --to cancelled`,
          true,
        );
  }

  /** Undoes the literal reset for one job, keeping whatever was finished. */
  #rescue(job: Draft<JobState>): void {
    const { task } = job;
    const { now, timings } = this.#situation;
    if (task && isDone(task.status)) return this.#takeResult(job);
    if (task && isFresh(task, now, timings) && !this.#request.force) return this.#resume(job);
    if (task || job.taskId !== 0) return this.#requeue(job);
    job.status = job.needs.length === 0 && !this.#run.needApproval ? Status.waiting : Status.blocked;
    job.updated = now;
    if (job.status === Status.waiting) this.#announce(job);
  }

  /** The runner is still at work: say so again. */
  #resume(job: Draft<JobState>): void {
    job.status = Status.running;
    job.updated = this.#situation.now;
    if (job.task!.status === Status.running) return;
    this.#draftTask(job.task!).status = Status.running;
    this.#notes.push(
      `Job "${job.name}": its task reported ${duration(this.#situation.now - job.task!.updated)} ago, so it is set back to running. If the runner is dead, "ci-doctor stuck" will say so.`,
    );
  }

  /** Ends a job that no runner can ever be given; of the run nothing else is touched but what needs it. */
  #giveUp(job: Draft<JobState>): void {
    const { now, timings } = this.#situation;
    if (job.task && !isDone(job.task.status) && isFresh(job.task, now, timings) && !this.#request.force)
      return this.#leaveOut(job.name, this.#reports(job.task), false);
    // What stood in line behind it is seen at the runners' next question: the next look must not take that for deafness.
    if (job.status === Status.waiting) this.#announceAgain(job);
    this.#end(job, Status.cancelled);
  }

  #requeue(job: Draft<JobState>): void {
    const { now, generation, newHandle, timings } = this.#situation;
    if (!canStart(this.#run) || this.#situation.instance.poisoned.has(job.id)) {
      this.#notes.push(
        `Job "${job.name}" is cancelled and not put back into the queue: every runner would stumble over it${this.#run.actionsOn ? '' : ' while Actions is switched off in its repository'}.`,
      );
      return this.#giveUp(job);
    }
    if (this.#run.needApproval)
      return this.#leaveOut(
        job.name,
        'the run waits for approval, and requeueing a job would release the rest of it: approve the run first, or use --to cancelled',
        true,
      );
    const { task } = job;
    if (task && !isDone(task.status) && isFresh(task, now, timings) && !this.#request.force)
      return this.#leaveOut(job.name, this.#reports(task), false);
    const strays = this.#run.strays.filter((stray) => stray.jobId === job.id);
    const alive = strays.find((stray) => isFresh(stray, now, timings));
    if (alive && !this.#request.force) return this.#leaveOut(job.name, this.#reports(alive), false);
    const ran = job.taskId !== 0 || job.status === Status.running;
    if (ran && !this.#request.again && sideEffects.test(`${job.name} ${job.jobId} ${this.#run.workflow}`))
      return this.#leaveOut(
        job.name,
        'its name or workflow speaks of deploy, publish or release, and a requeue runs all of it again: add --again if that is safe, or use --to failure',
        true,
      );
    if (ran) {
      const steps = task ? (this.#stepsOf.get(task.id) ?? []) : [];
      const named = (...statuses: number[]) =>
        steps.filter((step) => statuses.includes(step.status)).map((step) => step.name);
      this.#repeats.push({
        job: job.name,
        steps: named(Status.success, Status.failure),
        begun: named(Status.running),
      });
    }
    for (const stray of strays) this.#closeStray(stray);
    if (task && !isDone(task.status)) this.#close(task, Status.cancelled);
    Object.assign(job, { status: Status.waiting, taskId: 0, started: 0, stopped: 0, updated: now });
    if (generation.countsAttemptAtRequeue) Object.assign(job, { attempt: job.attempt + 1, handle: newHandle() });
    this.#announce(job);
  }

  #takeResult(job: Draft<JobState>): void {
    const task = job.task!;
    const { now } = this.#situation;
    const stopped = job.status === Status.running ? task.stopped || now : job.stopped || task.stopped || now;
    Object.assign(job, { status: task.status, stopped, updated: now });
  }

  /** The job's handle, which a requeue made anew, is left: no row holds the old one. */
  #nameTask(job: Draft<JobState>): void {
    const { id, started, attempt } = job.lostTask!;
    const { now, generation } = this.#situation;
    Object.assign(job, { taskId: id, started, updated: now });
    // Where the server counts at the pick-up, the job counts its task already.
    if (generation.countsAttemptAtRequeue) job.attempt = attempt;
  }

  /** Ends a job as failed or cancelled, its task with it; a result that is already there wins. */
  #end(job: Draft<JobState>, status: number): void {
    const { now, timings } = this.#situation;
    const { task } = job;
    if (status === Status.failure && job.status === Status.blocked) {
      // What becomes of a dependant follows from its needs: see #release.
      if (job.needs.length === 0)
        this.#leaveOut(job.name, 'it is blocked and never ran, so nothing failed: end it with --to cancelled', true);
      return;
    }
    if (task && isDone(task.status)) return this.#takeResult(job);
    if (status === Status.failure && task && isFresh(task, now, timings) && !this.#request.force)
      return this.#leaveOut(job.name, this.#reports(task), false);
    if (status === Status.failure && job.taskId === 0 && job.needs.length > 0 && job.status !== Status.running) {
      Object.assign(job, { status: Status.blocked, updated: now });
      return;
    }
    if (task) this.#close(task, status);
    else if (job.taskId !== 0) job.taskId = 0;
    Object.assign(job, { status, stopped: now, updated: now });
  }

  #cancel(wanted: ReadonlySet<number> | undefined): void {
    const { now, timings } = this.#situation;
    const open = this.#jobs.filter((job) => !isDone(job.status) && (!wanted || wanted.has(job.id)));
    const alive = open.filter((job) => job.task && !isDone(job.task.status) && isFresh(job.task, now, timings));
    if (alive.length > 0 && !this.#request.force) {
      for (const job of alive) this.#leaveOut(job.name, this.#reports(job.task!), true);
      return;
    }
    for (const job of open) this.#end(job, Status.cancelled);
  }

  #close(task: TaskState, status: number): void {
    const { now } = this.#situation;
    Object.assign(this.#draftTask(task), { status, stopped: now, updated: now });
    for (const step of this.#stepsOf.get(task.id) ?? []) {
      if (!openStep.includes(step.status)) continue;
      const change = difference(
        'action_task_step',
        step.id,
        { status: step.status, started: step.started, stopped: step.stopped, updated: step.updated },
        { status, started: step.started || now, stopped: now, updated: now },
      );
      if (change) this.#steps.push(change);
    }
  }

  #closeStray(stray: TaskState): void {
    if (!this.#tasks.has(stray.id)) this.#close(stray, Status.cancelled);
  }

  /** As the cron would have, had it found the job: the task ended when it was last heard of. */
  #closeOrphan(task: TaskState): void {
    Object.assign(this.#draftTask(task), { status: Status.cancelled, stopped: task.updated });
  }

  #draftTask(task: TaskState): Draft<TaskState> {
    const known = this.#tasks.get(task.id);
    if (known) return known.after;
    const after = { ...task };
    this.#tasks.set(task.id, { before: task, after });
    return after;
  }

  /** A runner only looks at the queue when one of the version rows of its scope moved. */
  #announce(job: JobState): void {
    for (const scope of scopesOf(job)) this.#scopes.add(scope);
  }

  /** See `Scope.again`. */
  #announceAgain(job: JobState): void {
    this.#announce(job);
    for (const scope of scopesOf(job)) this.#again.add(scope);
  }

  #reports(task: TaskState): string {
    const { now, timings } = this.#situation;
    const line = task.lastLine === null ? '' : `, last line ${duration(now - task.lastLine)} ago`;
    return `its task counts as one that still reports: last sign of life ${task.updated > now ? `${duration(task.updated - now)} in the future` : `${duration(now - task.updated)} ago`}${line}${task.runner ? ` from runner "${task.runner.name}"` : ''} (younger than the zombie time-out of ${duration(timings.zombieTimeout)}); --force does it all the same`;
  }

  #leaveOut(job: string, reason: string, isProblem: boolean): void {
    if (!this.#leftOut.some((other) => other.job === job)) this.#leftOut.push({ job, reason, problem: isProblem });
  }

  #explainLiveJobs(holds: readonly Hold[], wanted: ReadonlySet<number> | undefined): void {
    for (const job of this.#run.jobs) {
      if (wanted && !wanted.has(job.id)) continue;
      const hold = holds.find((candidate) => candidate.job?.id === job.id);
      if (job.status !== Status.running || !job.task || isDone(job.task.status) || (hold && hold.severity !== 'note'))
        continue;
      if (!this.#request.force) this.#leaveOut(job.name, this.#reports(job.task), false);
    }
  }

  #finish(): Repair {
    this.#restoreDependants();
    if (!this.#run.needApproval) this.#release();
    const { now } = this.#situation;
    // A repair that ends or spares a task believes the clock.
    const warning = clockWarning(this.#situation);
    if (warning !== null && (this.#tasks.size > 0 || this.#leftOut.length > 0)) this.#notes.push(warning);
    const jobChanges = this.#jobs.flatMap(
      (job, index) => difference('action_run_job', job.id, jobColumns(this.#run.jobs[index]!), jobColumns(job)) ?? [],
    );
    const status = this.#statusOfRun();
    const touched = jobChanges.length > 0 || status !== this.#run.status;
    const after: Draft<RunState> = {
      ...this.#run,
      jobs: this.#jobs.map((job) => ({ ...job, task: this.#tasks.get(job.task?.id ?? -1)?.after ?? job.task })),
    };
    if (touched && this.#run.exists) {
      const stopped = Math.max(
        this.#run.started,
        ...this.#jobs.map((job) => job.stopped),
        this.#jobs.length === 0 ? now : 0,
      );
      Object.assign(after, {
        status,
        version: this.#run.version + 1,
        updated: now,
        stopped: isDone(status) ? this.#run.stopped || stopped : 0,
      });
    }
    return {
      run: this.#run,
      after,
      changes: [
        ...[...this.#tasks.values()].flatMap(
          ({ before, after: task }) =>
            difference('action_task', before.id, taskColumns(before), taskColumns(task)) ?? [],
        ),
        ...jobChanges,
        ...[difference('action_run', this.#run.id, runColumns(this.#run), runColumns(after)) ?? []].flat(),
        ...this.#steps,
      ],
      leftOut: this.#leftOut,
      repeats: this.#repeats,
      scopes: [...this.#scopes].map((name) => ({ name, again: this.#again.has(name) })),
      notes: this.#notes,
    };
  }

  /**
   * What needs a job that runs again waits for it again: Forgejo's cron cancels what was blocked for a day. One that has a task
   * did its work, and keeps its result.
   */
  #restoreDependants(): void {
    const { now } = this.#situation;
    const again = new Set(
      this.#jobs.flatMap((job, index) => {
        const before = this.#run.jobs[index]!;
        const requeued = job.taskId === 0 && (before.taskId !== 0 || before.status !== Status.waiting);
        return job.status === Status.waiting && requeued ? [job.jobId] : [];
      }),
    );
    for (let count = 0; count < again.size; ) {
      count = again.size;
      for (const job of this.#jobs) {
        if (job.taskId !== 0 || (job.status !== Status.cancelled && job.status !== Status.skipped)) continue;
        const need = job.needs.find((name) => again.has(name));
        if (need === undefined) continue;
        this.#notes.push(`Job "${job.name}", ${statusName(job.status)} meanwhile, waits for "${need}" again.`);
        Object.assign(job, { status: Status.blocked, started: 0, stopped: 0, updated: now });
        again.add(job.jobId);
      }
    }
  }

  #release(): void {
    const { now } = this.#situation;
    const changed = this.#jobs.some((job, index) => job.status !== this.#run.jobs[index]!.status);
    // Unless something moved, only a dependant that is overdue is touched: the server may be about to release the others.
    const overdue =
      this.#request.to !== 'cancelled' &&
      holdsOf(this.#run, this.#situation).some((hold) => hold.code === 'needs-done-still-blocked');
    if (!changed && !overdue) return;
    for (const [id, released] of release(this.#jobs)) {
      const job = this.#jobs.find((candidate) => candidate.id === id)!;
      const status = released === Status.waiting && !canStart(this.#run) ? Status.skipped : released;
      Object.assign(job, { status, updated: now });
      if (status !== Status.waiting) continue;
      Object.assign(job, { taskId: 0, started: 0, stopped: 0 });
      this.#announce(job);
    }
  }

  #statusOfRun(): number {
    // Of no jobs the server's function makes a 0, or a success: whatever was asked for, nothing waits in it or was done.
    if (this.#selected.some((hold) => hold.code === 'run-without-jobs'))
      return this.#request.to === 'failure' ? Status.failure : Status.cancelled;
    const statuses = this.#jobs.map((job) => job.status);
    const changed = statuses.some((status, index) => status !== this.#run.jobs[index]!.status);
    const open = !isDone(this.#run.status);
    const wrong = this.#selected.some((hold) => hold.code === 'run-status-wrong');
    if (!this.#run.exists) return this.#run.status;
    if (!changed && !wrong && !(open && (this.#run.status === Status.unknown || statuses.every(isDone))))
      return this.#run.status;
    return this.#aggregate(statuses);
  }

  #aggregate(statuses: readonly number[]): number {
    const { aggregation } = this.#situation.generation;
    if (aggregation) return aggregate(statuses, aggregation);
    const [older, newer] = (['old', 'new'] satisfies Aggregation[]).map((kind) => aggregate(statuses, kind));
    if (older === newer) return newer!;
    throw usage(
      `Run ${this.#run.id} would become ${statusName(older!)} on an old Forgejo and ${statusName(newer!)} on a new one, and neither the columns nor the migration level tell which this is.`,
      'Say it with --generation old (Forgejo 7 to 9) or --generation new (Forgejo 10 and later).',
    );
  }

  /** The runbook's three updates, to the letter: tasks at 6, every job, the run. */
  #literalReset(): Repair {
    if (this.#request.job !== undefined)
      throw usage(
        '--to 0 takes no --job: the literal reset is of whole runs, and overwrites every job of them.',
        'For one job use --to waiting, --to failure or --to cancelled; for the whole run leave out --job.',
      );
    const open = this.#run.jobs.flatMap((job) =>
      job.task?.status === Status.running ? [{ job, task: job.task }] : [],
    );
    const alive = open.filter(({ task }) => isFresh(task, this.#situation.now, this.#situation.timings));
    if (alive.length > 0 && !this.#request.force) {
      for (const { job, task } of alive) this.#leaveOut(job.name, this.#reports(task), true);
      return {
        run: this.#run,
        after: this.#run,
        changes: [],
        leftOut: this.#leftOut,
        repeats: [],
        scopes: [],
        notes: [],
      };
    }
    const zero = (status: number) => ({ before: { status }, after: { status: Status.unknown } });
    return {
      run: this.#run,
      after: {
        ...this.#run,
        status: Status.unknown,
        jobs: this.#run.jobs.map((job) => ({ ...job, status: Status.unknown })),
      },
      changes: [
        ...open.map(({ task }) => ({ table: 'action_task' as const, id: task.id, ...zero(task.status) })),
        ...this.#run.jobs
          .filter((job) => job.status !== Status.unknown)
          .map((job) => ({ table: 'action_run_job' as const, id: job.id, ...zero(job.status) })),
        ...(this.#run.status === Status.unknown
          ? []
          : [{ table: 'action_run' as const, id: this.#run.id, ...zero(this.#run.status) }]),
      ],
      leftOut: [],
      repeats: [],
      scopes: [],
      notes: [
        'Status 0 destroys the run: no runner picks a job at 0 up, no cron looks at it, and the results of finished jobs are overwritten. "ci-doctor reset --to auto" brings such a run back.',
      ],
    };
  }
}

const jobColumns = (job: JobState): Columns => ({
  status: job.status,
  task_id: job.taskId,
  started: job.started,
  stopped: job.stopped,
  updated: job.updated,
  attempt: job.attempt,
  ...(job.handle !== null && { handle: job.handle }),
});

const taskColumns = (task: TaskState): Columns => ({
  status: task.status,
  stopped: task.stopped,
  updated: task.updated,
});

const runColumns = (run: RunState): Columns => ({
  status: run.status,
  version: run.version,
  stopped: run.stopped,
  updated: run.updated,
});
