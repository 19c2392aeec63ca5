import type { Severity } from '../../common/finding.ts';
import { count, duration } from '../../common/output/words.ts';
import type { Aggregation } from '../database/generation.ts';
import { isDone, Status, statusLabel, statusName } from '../database/status.ts';
import { aggregate } from './aggregate.ts';
import { release } from './release.ts';
import type { InstanceState, JobState, Poison, PoisonedJob, RunState, TaskState } from './state.ts';
import { abandonedHealing, endlessHealing, type Healing, type Timings, zombieHealing } from './timings.ts';
import { explainWait, stumbles } from './waiting.ts';

/** A runner reports every second or so; silence beyond this is worth a word. */
const quietAfter = 60;
/** The server releases a dependant, and computes a run, within a moment of the end of a job. */
const settledWithin = 60;
/** A log that stands still for this long under a runner that reports is worth a word, no more: links and tests can be silent. */
const hungAfter = 1_800;
/** A runner whose task begins reports within seconds; the heartbeat of one that never got it stays where the task began. */
const firstReportWithin = 5;

/** What holds a run or one of its jobs. The codes are stable words; docs/findings.md has a section for each. */
export type HoldCode =
  | 'queue-starved'
  | 'runner-silent'
  | 'runner-quiet'
  | 'task-lost-in-fetch'
  | 'job-hung'
  | 'job-open-task-done'
  | 'job-open-task-missing'
  | 'job-open-without-task'
  | 'job-waiting-with-task'
  | 'job-unannounced'
  | 'job-without-run'
  | 'run-without-repository'
  | 'reset-to-unknown'
  | 'needs-done-still-blocked'
  | 'blocked-without-needs'
  | 'task-left-open'
  | 'job-done-without-task'
  | 'task-without-job'
  | 'run-open-jobs-done'
  | 'run-status-wrong'
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
  /** What Forgejo will do about it by itself; null when nothing ever will. */
  readonly heals: Healing | null;
  /** Why runners stumble over the job (`queue-starved`). */
  readonly poison?: Poison;
}

/** What a run is judged by, beside its own rows. */
export interface Sight {
  /** Unix seconds. */
  readonly now: number;
  readonly timings: Timings;
  readonly aggregation: Aggregation | null;
  readonly instance: InstanceState;
}

export const isFresh = (task: TaskState, now: number, timings: Timings): boolean =>
  now - task.updated < timings.zombieTimeout;

/** False when a job of this run must not be put back into the queue: every runner would stumble over it. */
export const canStart = (run: RunState): boolean => run.exists && run.repository !== null && run.actionsOn;

/** Everything that holds this run. One hold a job at most, so that each has one cause and one repair. */
export function holdsOf(run: RunState, sight: Sight): Hold[] {
  const released = run.needApproval ? new Map<number, number>() : release(run.jobs);
  const holds = run.jobs.flatMap((job) => new JobLook(run, job, sight, released).hold() ?? []);
  for (const task of run.strays) addStray(holds, run, task, sight);
  const own = holdOfRun(run, holds, sight);
  return own ? [own, ...holds] : holds;
}

function holdOfRun(run: RunState, holds: readonly Hold[], { now, aggregation }: Sight): Hold | undefined {
  const hold = (code: HoldCode, message: string, evidence: string[], severity: Severity = 'error'): Hold => ({
    code,
    severity,
    job: null,
    task: null,
    message,
    evidence: [`action_run ${run.id}: status ${statusLabel(run.status)}, version ${run.version}`, ...evidence],
    since: run.updated,
    repairable: true,
    heals: null,
  });
  if (!run.exists) return undefined;
  const statuses = run.jobs.map((job) => job.status);
  const status = aggregation && aggregate(statuses, aggregation);
  const jobs = `jobs: ${run.jobs.map((job) => `${job.id} ${statusName(job.status)}`).join(', ')}`;
  const computed = status ? [`Forgejo would compute ${statusLabel(status)}`] : [];
  if (isDone(run.status)) {
    // What is said of a job explains its run's status, but a note explains nothing: nobody will repair what it is about.
    const explained = holds.some(({ severity, code }) => severity !== 'note' && code !== 'job-done-without-task');
    if (status === null || isDone(status) || explained || now - run.updated < settledWithin) return undefined;
    return hold(
      'run-status-wrong',
      `The run is ${statusName(run.status)}, but not all of its jobs are done: it should be ${statusName(status)}.`,
      [jobs, ...computed],
      'warning',
    );
  }
  if (run.jobs.length === 0)
    return hold('run-without-jobs', `The run is ${statusName(run.status)} and has no jobs: nothing will ever end it.`, [
      'action_run_job: no row with this run_id',
    ]);
  if (run.status === Status.unknown) {
    if (holds.some(({ code }) => code === 'reset-to-unknown')) return undefined;
    return hold('reset-to-unknown', 'The run was set to status 0 by hand; nothing in Forgejo acts on it.', []);
  }
  if (!run.jobs.every((job) => isDone(job.status))) return undefined;
  return hold(
    'run-open-jobs-done',
    `All ${count(run.jobs.length, 'job')} are done, but the run is still ${statusName(run.status)}; no cron looks at runs.`,
    [jobs, ...computed],
  );
}

interface Extra {
  readonly severity?: Severity;
  readonly repairable?: boolean;
  readonly evidence?: readonly string[];
  readonly heals?: Healing | null;
  readonly poison?: Poison;
}

/** Looks at one job: the first state that fits is the one it is in. */
class JobLook {
  readonly #run: RunState;
  readonly #job: JobState;
  readonly #task: TaskState | null;
  readonly #sight: Sight;
  readonly #released: ReadonlyMap<number, number>;

  constructor(run: RunState, job: JobState, sight: Sight, released: ReadonlyMap<number, number>) {
    this.#run = run;
    this.#job = job;
    this.#task = job.task ?? job.lostTask;
    this.#sight = sight;
    this.#released = released;
  }

  hold(): Hold | undefined {
    if (isDone(this.#job.status)) return this.#withoutTask();
    return this.#lostRows() ?? this.#literalReset() ?? this.#byStatus();
  }

  #withoutTask(): Hold | undefined {
    const { now } = this.#sight;
    const job = this.#job;
    const task = job.lostTask;
    // Another task of the job that is still open comes first: its end will be written over the job too.
    const isOpen = this.#run.strays.some((stray) => stray.jobId === job.id);
    if (task === null || isOpen || now - job.updated < settledWithin) return undefined;
    return this.#hold(
      'job-done-without-task',
      `The job ended as ${statusName(job.status)} with task ${task.id}, but names no task: its log and steps cannot be reached from the run.`,
      job.stopped,
      {
        severity: 'warning',
        evidence: [`action_task ${task.id}: job_id ${job.id}, attempt ${task.attempt}; both stopped ${task.stopped}`],
      },
    );
  }

  /** Rows that the job hangs on are gone: nothing that is said of a job in a whole run holds for it. */
  #lostRows(): Hold | undefined {
    const { now, timings, instance } = this.#sight;
    const job = this.#job;
    const task = this.#task && !isDone(this.#task.status) ? this.#task : null;
    const extra = { repairable: task === null || !isFresh(task, now, timings) };
    const poisoned = job.status === Status.waiting && job.taskId === 0 ? instance.poisoned.get(job.id) : undefined;
    if (poisoned?.starves) return this.#starved(poisoned);
    if (!this.#run.exists)
      return this.#hold(
        'job-without-run',
        `The row of its run ${job.runId} is gone, and the job is ${statusName(job.status)}: nothing will ever end it.`,
        task?.updated ?? job.updated,
        { ...extra, severity: 'warning', evidence: [`action_run ${job.runId}: no row`] },
      );
    if (this.#run.repository === null)
      return this.#hold(
        'run-without-repository',
        `The row of its repository ${this.#run.repositoryId} is gone, and the job is ${statusName(job.status)}: Forgejo fails whenever it tries to end it.`,
        task?.updated ?? job.updated,
        { ...extra, evidence: [`repository ${this.#run.repositoryId}: no row`] },
      );
    return undefined;
  }

  #starved(poisoned: PoisonedJob): Hold {
    const { now, timings, instance } = this.#sight;
    const job = this.#job;
    const victims = instance.runners.filter(
      (runner) => stumbles(runner, poisoned) && now - runner.lastOnline <= quietAfter,
    );
    const reason = {
      run: `the row of its run ${job.runId} is gone`,
      repository: `the row of its repository ${job.repositoryId} is gone`,
      actions: 'Actions is switched off in its repository',
      payload: `its workflow does not parse (${poisoned.detail})`,
    }[poisoned.poison];
    const row = {
      run: `action_run ${job.runId}: no row`,
      repository: `repository ${job.repositoryId}: no row`,
      actions: `repo_unit: no row with repo_id ${job.repositoryId} and type 10`,
      payload: `action_run_job ${job.id}: workflow_payload: ${poisoned.detail}`,
    }[poisoned.poison];
    const whom =
      victims.length > 0
        ? `Every fetch of ${count(victims.length, 'online runner')} fails over it (${victims
            .slice(0, 3)
            .map((runner) => `"${runner.name}"`)
            .join(', ')}${victims.length > 3 ? ', …' : ''}): no job behind it is started.`
        : `Every runner with ${job.runsOn.map((label) => `"${label}"`).join(', ')} that asks for work will fail over it.`;
    const never = poisoned.poison === 'run' || poisoned.poison === 'repository';
    const approach = poisoned.poison === 'actions' ? ' Switching Actions on again there lets it run instead.' : '';
    return this.#hold('queue-starved', `It waits, and ${reason}. ${whom}${approach}`, job.updated, {
      severity: victims.length > 0 ? 'critical' : 'error',
      evidence: [row],
      heals: never ? null : abandonedHealing(job.updated, timings),
      poison: poisoned.poison,
    });
  }

  #literalReset(): Hold | undefined {
    const job = this.#job;
    if (job.status !== Status.unknown && this.#task?.status !== Status.unknown) return undefined;
    return this.#hold(
      'reset-to-unknown',
      `${job.status === Status.unknown ? 'The job' : 'The task'} was set to status 0 by hand; nothing in Forgejo acts on it.`,
      this.#task?.updated ?? job.updated,
      {
        evidence: [
          ...(this.#run.needApproval ? ['need_approval is set: requeueing a job would release the whole run'] : []),
          ...(this.#run.queueGroup === null
            ? []
            : [`concurrency group "${this.#run.queueGroup}": a run at 0 blocks those behind it`]),
        ],
      },
    );
  }

  #byStatus(): Hold | undefined {
    const job = this.#job;
    switch (job.status) {
      case Status.running:
        return this.#running();
      case Status.waiting:
        return job.taskId === 0 ? this.#waiting() : this.#waitingWithTask();
      case Status.blocked:
        return this.#blocked();
      default:
        return undefined;
    }
  }

  #running(): Hold | undefined {
    const job = this.#job;
    const task = this.#task;
    if (job.taskId === 0)
      return this.#hold(
        'job-open-without-task',
        'The job is running without a task: no runner works on it.',
        job.updated,
      );
    if (!task)
      return this.#hold(
        'job-open-task-missing',
        `The job is running, but its task ${job.taskId} has no row: no runner can end it.`,
        job.updated,
      );
    if (isDone(task.status))
      return this.#hold(
        'job-open-task-done',
        `Its task ended as ${statusName(task.status)}, but the job is still running; no cron looks at jobs.`,
        task.stopped || task.updated,
      );
    if (task.status !== Status.running)
      return this.#hold(
        'job-open-without-task',
        `The job is running, but its task is ${statusName(task.status)}.`,
        task.updated,
      );
    const { now } = this.#sight;
    return now - task.updated < quietAfter ? this.#hung(task) : this.#silent(task);
  }

  #hung(task: TaskState): Hold | undefined {
    const { now, timings } = this.#sight;
    if (task.lastLine === null || now - task.lastLine < hungAfter) return undefined;
    return this.#hold(
      'job-hung',
      `Its runner reports, but the log has not grown for ${duration(now - task.lastLine)}. If it should have, cancel it in the web page.`,
      task.lastLine,
      {
        severity: 'note',
        repairable: false,
        evidence: [`dbfs_meta: last line at ${task.lastLine}, ${task.logLength} lines`],
        heals: endlessHealing(task.started, timings),
      },
    );
  }

  #silent(task: TaskState): Hold {
    const { now, timings } = this.#sight;
    const silent = now - task.updated;
    const runner = task.runner ? `runner "${task.runner.name}"` : 'its runner';
    const heals = zombieHealing(task.updated, timings);
    const evidence = [
      task.runner
        ? `action_runner ${task.runner.id} "${task.runner.name}": last online ${duration(now - task.runner.lastOnline)} ago`
        : 'action_runner: the row is gone',
    ];
    const never =
      task.logLength === 0 && task.updated - task.started <= firstReportWithin && task.runner !== null
        ? task.runner.lastOnline - task.updated > quietAfter
        : false;
    if (never)
      return this.#hold(
        'task-lost-in-fetch',
        `The task was given to ${runner} ${duration(now - task.started)} ago and never reported, while the runner goes on asking for work: the answer was lost on the way.`,
        task.updated,
        {
          severity: silent < timings.zombieTimeout ? 'note' : 'error',
          repairable: silent >= timings.zombieTimeout,
          evidence: [...evidence, `action_task ${task.id}: started ${task.started}, log_length 0`],
          heals,
        },
      );
    if (silent < timings.zombieTimeout) {
      const left = heals
        ? `its cron stop_zombie_tasks marks the job failed in ${duration(heals.from - now)} to ${duration(heals.until - now)}`
        : 'its cron stop_zombie_tasks is off';
      return this.#hold(
        'runner-quiet',
        `Not stuck yet: ${runner} has not reported for ${duration(silent)}. If it stays silent, Forgejo gives up after ${duration(timings.zombieTimeout)}; ${left}.`,
        task.updated,
        { severity: 'note', repairable: false, evidence, heals },
      );
    }
    const overdue = heals && now - heals.until;
    const cron =
      overdue === null
        ? "Forgejo's cron stop_zombie_tasks is off, so nothing will end it."
        : overdue <= 0
          ? `Forgejo's cron stop_zombie_tasks will mark it failed ${overdue === 0 ? 'any moment' : `within ${duration(-overdue)}`}.`
          : `Forgejo's cron stop_zombie_tasks should have marked it failed ${duration(overdue)} ago and has not: the server or its cron is not doing its work.`;
    return this.#hold(
      'runner-silent',
      `No sign of life from ${runner} for ${duration(silent)}. ${cron}`,
      task.updated,
      {
        evidence,
        heals,
      },
    );
  }

  #waitingWithTask(): Hold {
    const job = this.#job;
    return this.#hold(
      'job-waiting-with-task',
      `The job waits, but still names task ${job.taskId}: runners only take jobs without one.`,
      job.updated,
      { heals: abandonedHealing(job.updated, this.#sight.timings, 'the others are cancelled, this job stays') },
    );
  }

  #waiting(): Hold | undefined {
    const job = this.#job;
    const wait = explainWait(this.#run, job, this.#sight);
    if (wait?.code !== 'unannounced') return undefined;
    return this.#hold(
      'job-unannounced',
      `${wait.message} Runners only look when action_tasks_version moves.`,
      job.updated,
      {
        evidence: wait.runners.map((runner) => `action_runner ${runner.id} "${runner.name}": online, no task`),
        heals: abandonedHealing(job.updated, this.#sight.timings),
      },
    );
  }

  #blocked(): Hold | undefined {
    const { now, timings } = this.#sight;
    const job = this.#job;
    const heals = abandonedHealing(job.updated, timings);
    const next = this.#released.get(job.id);
    if (next === undefined) {
      const lost = !this.#run.needApproval && !job.serverOnly && job.needs.length === 0;
      if (!lost || now - job.updated < settledWithin) return undefined;
      return this.#hold(
        'blocked-without-needs',
        'The job is blocked, but needs nothing and its run waits for no approval.',
        job.updated,
        { severity: 'warning', repairable: false, evidence: ['needs: none', 'need_approval: false'], heals },
      );
    }
    const needed = this.#run.jobs.filter((other) => job.needs.includes(other.jobId));
    const open = needed.filter((other) => !isDone(other.status));
    const since = Math.max(...needed.map((other) => other.stopped || other.updated));
    // A chain behind a dependant that is itself only just released is no news of its own.
    if (now - since < settledWithin) return undefined;
    return this.#hold(
      'needs-done-still-blocked',
      open.length > 0
        ? `It needs ${open.map(({ name }) => `"${name}"`).join(', ')}, which should have been released and so ended: then this job is next.`
        : `All it needs is done (${needed.map((other) => `${other.name}: ${statusName(other.status)}`).join(', ')}), but the job is still blocked.`,
      since,
      { evidence: [`Forgejo would make it ${statusLabel(next)}`], heals },
    );
  }

  #hold(code: HoldCode, message: string, since: number, extra: Extra = {}): Hold {
    const { now } = this.#sight;
    const run = this.#run;
    const job = this.#job;
    const task = this.#task;
    const hidden =
      run.exists && isDone(run.status) && !isDone(job.status)
        ? ` The run is shown as ${statusName(run.status)}, which hides it.`
        : '';
    return {
      code,
      severity: extra.severity ?? 'error',
      job,
      task,
      message: `${message}${hidden}`,
      evidence: [
        ...(run.exists ? [`action_run ${run.id}: status ${statusLabel(run.status)}`] : []),
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
      heals: extra.heals ?? null,
      ...(extra.poison && { poison: extra.poison }),
    };
  }
}

/** A job that is held already is one finding, which tells of the task too; a mere note gives way. */
function addStray(holds: Hold[], run: RunState, task: TaskState, sight: Sight): void {
  const at = holds.findIndex((hold) => hold.job?.id === task.jobId && hold.code !== 'task-left-open');
  const hold = holds[at];
  const stray = strayHold(run, task, sight);
  if (!hold) holds.push(stray);
  else if (hold.severity === 'note') holds[at] = stray;
  else
    holds[at] = {
      ...hold,
      message: `${hold.message} Beside it task ${task.id} of the job is ${statusName(task.status)}.`,
      evidence: [...hold.evidence, stray.evidence[0]!],
      // Its end would be written over the job that was put back.
      repairable: hold.repairable && !(wouldRequeue(hold.code) && isFresh(task, sight.now, sight.timings)),
    };
}

/** An open task that is not its job's any more, or whose job has no row at all. */
function strayHold(run: RunState, task: TaskState, { now, timings }: Sight): Hold {
  const job = run.jobs.find((candidate) => candidate.id === task.jobId) ?? null;
  const names = !job
    ? ''
    : job.taskId === 0
      ? ' and names no task'
      : job.taskId === task.id
        ? ''
        : ` and names task ${job.taskId}`;
  return {
    code: job ? 'task-left-open' : 'task-without-job',
    severity: 'warning',
    job,
    task,
    message: job
      ? `Task ${task.id} is ${statusName(task.status)}, but its job "${job.name}" is ${statusName(job.status)}${names}: when the task ends it overwrites the job.`
      : `Task ${task.id} is ${statusName(task.status)}, but the row of its job ${task.jobId} is gone: Forgejo's cron tries to stop it every few minutes and fails ("Cannot stop task").`,
    evidence: [
      `action_task ${task.id}: status ${statusLabel(task.status)}, updated ${task.updated} (${duration(now - task.updated)} ago)`,
      job
        ? `action_run_job ${job.id}: status ${statusLabel(job.status)}, task_id ${job.taskId}`
        : `action_run_job ${task.jobId}: no row`,
    ],
    since: task.updated,
    repairable: !isFresh(task, now, timings),
    heals: job && task.status === Status.running ? zombieHealing(task.updated, timings) : null,
  };
}

/** Repairs that put a job back into the queue: never inside a run that waits for approval, because its end would release the rest. */
const wouldRequeue = (code: HoldCode): boolean =>
  [
    'runner-silent',
    'task-lost-in-fetch',
    'job-open-task-missing',
    'job-open-without-task',
    'job-waiting-with-task',
    'reset-to-unknown',
  ].includes(code);
