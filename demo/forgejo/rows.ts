/**
 * The situations a run can be in, one function each: what a server wrote, and what an accident or a hand did to the rows
 * afterwards. Every function begins at the server's clock and leaves it at the moment that is "now" for the situation.
 * The names S3 to S11 in comments are those under which the states were studied on live servers.
 */
import { type Course, perform, performRun } from './perform.ts';
import type { Generation } from './schema.ts';
import {
  type Dispatch,
  Forgejo,
  type Job,
  type Owner,
  type Repository,
  type Run,
  type Runner,
  type Task,
} from './server.ts';
import { aggregate, status } from './status.ts';
import type { Workflow } from './workflow.ts';
import { lines, pipeline } from './workflows.ts';

export interface Scene {
  readonly server: Forgejo;
  readonly repository: Repository;
  /** Takes the jobs of the run. */
  readonly runner: Runner;
  /** Another one with the same labels. */
  readonly other: Runner;
}

export interface RunOptions extends Dispatch {
  readonly workflow?: Workflow;
}

export interface SilentOptions extends RunOptions {
  /** Seconds since the runner's last report. */
  readonly silent?: number;
  /** Seconds for which the step had run by then. */
  readonly ran?: number;
}

const minute = 60;

/** A server with an account, a repository and two runners, on which situations can be played. */
export function newScene(generation: Generation, { now, seed = 1 }: { now: number; seed?: number }): Scene {
  const server = new Forgejo({ generation, now, seed });
  const owner: Owner = server.owner('harbor', { organization: true });
  const repository = server.repository(owner, 'tide-tables');
  const runner = server.runner('runner-1', ['self-hosted', 'linux']);
  const other = server.runner('runner-2', ['self-hosted', 'linux']);
  return { server, repository, runner, other };
}

/** Plays one situation so that it ends at `now` (unix seconds), on a server of its own. */
export function play<T>(
  generation: Generation,
  { now, seed = 1 }: { now: number; seed?: number },
  situation: (scene: Scene) => T,
): { server: Forgejo; scene: Scene; result: T } {
  const rehearsal = newScene(generation, { now: 0, seed });
  situation(rehearsal);
  const scene = newScene(generation, { now: now - rehearsal.server.clock, seed });
  const result = situation(scene);
  return { server: scene.server, scene, result };
}

/** A workflow of one short job of this name. */
export const pipelineOf = (job: string): Workflow => ({
  ...pipeline,
  file: `${job}.yaml`,
  name: job,
  jobs: [{ id: job, runsOn: ['self-hosted', 'linux'], steps: [{ run: `make ${job}` }] }],
});

/** Every job went well. */
export function succeededRun({ server, repository, runner }: Scene, options: RunOptions = {}): Run {
  const run = server.dispatch(repository, options.workflow ?? pipeline, options);
  server.clock += 2;
  performRun(server, run, runner);
  return run;
}

/** A step failed: its job failed, the jobs that need it were skipped. */
export function failedRun(
  { server, repository, runner }: Scene,
  {
    job = 'build',
    course = { failAt: 1, failure: lines.brokenBuild },
    ...options
  }: RunOptions & { job?: string; course?: Course } = {},
): Run {
  const run = server.dispatch(repository, options.workflow ?? pipeline, options);
  server.clock += 2;
  performRun(server, run, runner, { [job]: course });
  return run;
}

/** A job runs, its runner reported this very second. */
export function runningRun(scene: Scene, options: RunOptions = {}): Run {
  return stuckRun(scene, { ...options, silent: 0 }).run;
}

/** The runner was killed in the middle of a job: run, job, task and step stay at 6, the log in DBFS. */
export function stuckRun(
  { server, repository, runner }: Scene,
  { silent = 15 * minute, ran = 44, ...options }: SilentOptions = {},
): { run: Run; job: Job; task: Task } {
  const run = server.dispatch(repository, options.workflow ?? pipeline, options);
  server.clock += 2;
  const key = run.workflow.jobs.find(({ needs, steps }) => !needs && steps.length > 1)!.id;
  const task = performRun(server, run, runner, { [key]: { until: { step: 1, seconds: ran } } }).at(-1)!;
  server.clock += silent;
  return { run, job: task.job, task };
}

/** A killed runner's job under a run that another job has failed: the run is at 2, stopped, and nobody looks at it. */
export function maskedJob(
  { server, repository, runner, other }: Scene,
  { silent = 15 * minute, ...options }: SilentOptions = {},
): { run: Run; job: Job; task: Task } {
  const run = server.dispatch(repository, options.workflow ?? pipeline, options);
  server.clock += 1;
  const [lint, build] = [jobOf(run, 'lint'), jobOf(run, 'build')];
  const task = perform(server, build, runner, { until: { step: 1, seconds: 2 } });
  perform(server, lint, other, { failAt: 0, failure: lines.lintErrors });
  server.release(run);
  server.clock += 10;
  server.report(task);
  server.clock += silent;
  return { run, job: build, task };
}

export interface ResetOptions extends SilentOptions {
  /**
   * What became of the task of the job that ran: set to 0 like the rest, left at 6 by the hand that reset only job and
   * run (`silent` says whether it still reports), or ended after the reset by a runner that was alive after all.
   */
  readonly task?: 'reset' | 'running' | 'ended';
  /** The row of the instance's tasks version is missing too. */
  readonly withoutVersion?: boolean;
}

/** The three updates of the runbook on a run with a silent runner: everything at 0, out of reach of every repair of Forgejo. */
export function literalReset(
  scene: Scene,
  { task: fate = 'reset', withoutVersion = false, ...options }: ResetOptions = {},
): {
  run: Run;
  job: Job;
  task: Task;
} {
  const { server } = scene;
  const found = stuckRun(scene, { ...options, ...(fate === 'ended' && { silent: 0 }) });
  const { run, job, task } = found;
  if (fate !== 'running') task.row.status = status.unknown;
  for (const each of run.jobs) each.row.status = status.unknown;
  run.row.status = status.unknown;
  if (fate === 'ended') {
    server.clock += 25;
    complete(server, task);
    server.clock += options.silent ?? 15 * minute;
  }
  if (withoutVersion) {
    server.tables.action_tasks_version = server.tables.action_tasks_version!.filter(
      (row) => row.owner_id !== 0 || row.repo_id !== 0,
    );
  }
  return { run, job, task };
}

/** S3: a job at 6 although its task is done (`result`): the end was written to one table and not to the other. */
export function doneTaskOfRunningJob(
  scene: Scene,
  { result = status.success, ...options }: SilentOptions & { result?: 1 | 2 | 3 | 4 } = {},
): { run: Run; job: Job; task: Task } {
  const { server } = scene;
  const { run, job, task } = stuckRun(scene, { ...options, silent: 0 });
  const before = { ...job.row };
  const row = { ...run.row };
  if (result === status.success) complete(server, task);
  else server.finish(task, result);
  Object.assign(job.row, before);
  Object.assign(run.row, row);
  server.clock += options.silent ?? 15 * minute;
  return { run, job, task };
}

/** S4: a job at 6 whose task's row is gone. */
export function runningJobWithoutTaskRow(scene: Scene, options: SilentOptions = {}): { run: Run; job: Job } {
  const { run, job, task } = stuckRun(scene, options);
  remove(scene.server, 'action_task', task.id);
  scene.server.tables.action_task_step = scene.server.tables.action_task_step!.filter((row) => row.task_id !== task.id);
  return { run, job };
}

/** S5: a run at 6 (or 5) although all of its jobs are done. */
export function unclosedRun(scene: Scene, { at = status.running, ...options }: RunOptions & { at?: 5 | 6 } = {}): Run {
  const run = succeededRun(scene, options);
  run.row.status = at;
  run.row.stopped = 0;
  scene.server.clock += 15 * minute;
  return run;
}

/** S7: a blocked job whose needs are all done (with `need`): the release was lost. */
export function unreleasedJob(
  { server, repository, runner }: Scene,
  { need = status.success, ...options }: RunOptions & { need?: 1 | 2 } = {},
): { run: Run; job: Job } {
  const run = server.dispatch(repository, options.workflow ?? pipeline, options);
  server.clock += 2;
  for (const job of server.waiting(run)) {
    perform(
      server,
      job,
      runner,
      job.key === 'build' && need === status.failure ? { failAt: 1, failure: lines.brokenBuild } : {},
    );
  }
  server.clock += 15 * minute;
  return { run, job: jobOf(run, 'test') };
}

/** S8: a job that waits for a label which no runner has. */
export function jobForUnknownLabel(
  { server, repository, other }: Scene,
  options: RunOptions = {},
): { run: Run; job: Job } {
  const jobs = [{ id: 'build', runsOn: ['self-hosted', 'gpu'], steps: [{ run: 'make' }] }];
  const run = server.dispatch(repository, { ...pipeline, file: 'gpu.yaml', name: 'gpu', jobs }, options);
  server.clock += 15 * minute;
  server.poll(other);
  return { run, job: run.jobs[0]! };
}

/** S9: a job waits, a matching runner is idle, but the tasks version was not moved: the runner never asks. */
export function unannouncedJob(
  { server, repository, runner, other }: Scene,
  options: RunOptions = {},
): { run: Run; job: Job } {
  const run = server.dispatch(repository, options.workflow ?? pipeline, options);
  for (const row of server.tables.action_tasks_version!) row.version = (row.version as number) - 1;
  server.clock += 15 * minute;
  server.poll(runner);
  server.poll(other);
  return { run, job: run.jobs[0]! };
}

/** S10: a job at 5 that still names its old, done task: no runner gets it. */
export function waitingJobWithTask(scene: Scene, options: SilentOptions = {}): { run: Run; job: Job } {
  const { run, job, task } = stuckRun(scene, options);
  const now = scene.server.clock;
  for (const step of task.steps) {
    if (step.status !== status.success)
      Object.assign(step, { status: status.cancelled, started: step.started || now, stopped: now, updated: now });
  }
  Object.assign(task.row, { status: status.cancelled, stopped: now, updated: now });
  Object.assign(job.row, { status: status.waiting, started: 0, updated: now });
  settle(run);
  scene.server.clock += 15 * minute;
  return { run, job };
}

/** S10b: a job at 6 that names no task. */
export function runningJobWithoutTask(scene: Scene, options: SilentOptions = {}): { run: Run; job: Job } {
  const { run, job, task } = stuckRun(scene, options);
  Object.assign(task.row, { status: status.cancelled, stopped: scene.server.clock, updated: scene.server.clock });
  for (const step of task.steps) if (step.status !== status.success) step.status = status.cancelled;
  job.row.task_id = 0;
  return { run, job };
}

/** S11: a run at 6 without any job. */
export function runWithoutJobs({ server, repository }: Scene, options: RunOptions = {}): Run {
  const run = server.dispatch(repository, options.workflow ?? pipeline, options);
  Object.assign(run.row, { status: status.running, started: server.clock });
  for (const { id } of run.jobs) remove(server, 'action_run_job', id);
  server.clock += 15 * minute;
  return run;
}

/** One killed runner of capacity two held two jobs of a matrix; a third job needs the matrix. */
export function twoStuckJobs(
  { server, repository, runner }: Scene,
  { silent = 15 * minute, ...options }: SilentOptions = {},
): {
  run: Run;
  jobs: readonly Job[];
} {
  const steps = [
    { name: 'Compile', run: 'make', output: ['cc -c tide.c'], seconds: 3 },
    { name: 'Test', run: 'make test', output: ['test 1', 'test 2'], seconds: 30 },
  ];
  const workflow: Workflow = {
    ...pipeline,
    file: 'matrix.yaml',
    name: 'matrix',
    jobs: [
      { id: 'm', matrix: { os: ['a', 'b'] }, runsOn: 'self-hosted', steps },
      { id: 'after', needs: ['m'], runsOn: 'self-hosted', steps: [{ run: 'echo after' }] },
    ],
  };
  const run = server.dispatch(repository, options.workflow ?? workflow, options);
  server.clock += 2;
  const jobs = server.waiting(run);
  const tasks = jobs.map((job) => perform(server, job, runner, { until: { step: 1, seconds: 5 } }));
  for (const task of tasks) server.report(task);
  server.clock += silent;
  return { run, jobs };
}

/** A stranger's pull request: nothing runs until a person approves. */
export function unapprovedRun({ server, repository }: Scene, options: RunOptions = {}): Run {
  const run = server.dispatch(repository, options.workflow ?? pipeline, {
    event: 'pull_request',
    title: 'Correct the spring tides',
    actor: options.actor ?? server.owner('newcomer'),
    ...options,
    needApproval: true,
  });
  server.clock += 15 * minute;
  return run;
}

/** What makes a waiting job one that no runner can ever be given, and that may starve all others. */
export type Orphan = 'run' | 'repository' | 'payload' | 'actions';

/** A waiting job whose run's row or repository's row is gone, whose workflow does not parse, or whose repository has Actions switched off. */
export function orphanedJob({ server, repository, runner, other }: Scene, orphan: Orphan): { run: Run; job: Job } {
  const place =
    orphan === 'repository' || orphan === 'actions' ? server.repository(repository.owner, 'old-charts') : repository;
  const run = server.dispatch(place, pipeline);
  const job = run.jobs[0]!;
  if (orphan === 'run') remove(server, 'action_run', run.id);
  if (orphan === 'repository') remove(server, 'repository', place.id);
  if (orphan === 'payload') job.row.workflow_payload = Buffer.from('name: pipeline\njobs: [\n');
  if (orphan === 'actions') {
    server.tables.repo_unit = server.tables.repo_unit!.filter((row) => row.repo_id !== place.id || row.type !== 10);
  }
  server.clock += 15 * minute;
  server.poll(runner);
  server.poll(other);
  return { run, job };
}

/** A task at 6 whose job's row is gone: the zombie cron logs an error about it every five minutes. */
export function taskWithoutJob(scene: Scene, options: SilentOptions = {}): { task: Task } {
  const { run, task } = stuckRun(scene, options);
  for (const { id } of run.jobs) remove(scene.server, 'action_run_job', id);
  remove(scene.server, 'action_run', run.id);
  return { task };
}

/** The answer that gave a task to a runner was lost: the server believes it runs, the runner goes on asking for work. */
export function taskLostInFetch(
  { server, repository, runner }: Scene,
  { silent = 15 * minute, ...options }: SilentOptions = {},
): { run: Run; job: Job; task: Task } {
  const run = server.dispatch(repository, options.workflow ?? pipeline, options);
  server.clock += 2;
  const [first, ...others] = server.waiting(run);
  const task = server.pickUp(first!, runner);
  for (const job of others) perform(server, job, runner);
  server.clock += silent;
  server.poll(runner);
  return { run, job: first!, task };
}

/** A runner reports, but the log of its job has stood still for a long time. */
export function hungJob(
  scene: Scene,
  { quiet = 45 * minute, ...options }: RunOptions & { quiet?: number } = {},
): { run: Run; job: Job; task: Task } {
  const { run, job, task } = stuckRun(scene, { ...options, silent: 0 });
  scene.server.clock += quiet;
  const now = scene.server.clock;
  for (const row of [task.row, ...task.steps]) row.updated = now;
  Object.assign(task.runner.row, { last_online: now, last_active: now });
  return { run, job, task };
}

/** A job that somebody set to success by hand while its task went on, and then fell silent. */
export function taskOutlivedByJob(scene: Scene, options: SilentOptions = {}): { run: Run; job: Job; task: Task } {
  const { run, job, task } = stuckRun(scene, options);
  Object.assign(job.row, { status: status.success, stopped: scene.server.clock });
  for (const other of run.jobs) if (other.needs.length > 0) other.row.status = status.skipped;
  settle(run);
  run.row.stopped = scene.server.clock;
  return { run, job, task };
}

/** A job that was put back into the queue by hand while its runner was alive, which then ended the old task over it. */
export function jobOfOvertakenReset(
  scene: Scene,
  { result = status.success, ...options }: RunOptions & { result?: 1 | 2 } = {},
): { run: Run; job: Job; task: Task } {
  const { server } = scene;
  const { run, job, task } = stuckRun(scene, { ...options, silent: 0 });
  Object.assign(job.row, { status: status.waiting, task_id: 0, started: 0, updated: server.clock });
  if (server.generation === 'v17')
    Object.assign(job.row, { attempt: (job.row.attempt as number) + 1, handle: server.random.uuid() });
  if (result === status.success) complete(server, task);
  else server.finish(task, result);
  server.release(run);
  server.clock += 15 * minute;
  return { run, job, task };
}

/** Every job is blocked although the run waits for no approval: somebody cleared the flag and not the jobs. */
export function blockedWithoutNeeds(scene: Scene, options: RunOptions = {}): Run {
  const run = unapprovedRun(scene, options);
  run.row.need_approval = false;
  return run;
}

/** The run was set to success by hand, while its jobs go on. */
export function runStatusWrong(scene: Scene, options: RunOptions = {}): Run {
  const { run } = stuckRun(scene, { ...options, silent: 0, ran: 5 * minute });
  Object.assign(run.row, { status: status.success, stopped: scene.server.clock });
  return run;
}

/** The row of the run, or of its repository, is gone while a job of it runs on a silent runner. */
export function runningJobOfLost(scene: Scene, lost: 'run' | 'repository', options: SilentOptions = {}): Run {
  const { run } = stuckRun(scene, options);
  if (lost === 'run') remove(scene.server, 'action_run', run.id);
  else remove(scene.server, 'repository', scene.repository.id);
  return run;
}

/** The runner works on what is left of a task, and ends it well. */
function complete(server: Forgejo, task: Task): void {
  for (const [index, { output = [], seconds = 0 }] of task.job.steps.entries()) {
    if (task.steps[index]!.status === status.success) continue;
    if (task.steps[index]!.status === status.waiting) server.step(task, index, { lines: output, seconds });
    server.endStep(task, index, status.success);
  }
  server.finish(task, status.success);
}

/** The job of a run with this id in the workflow. */
export function jobOf(run: Run, key: string): Job {
  const job = run.jobs.find((each) => each.key === key);
  if (!job) throw new Error(`Run ${run.id} has no job ${key}`);
  return job;
}

function settle(run: Run): void {
  run.row.status = aggregate(run.jobs.map(({ row }) => row.status as number));
}

function remove(server: Forgejo, table: string, id: number): void {
  server.tables[table] = server.tables[table]!.filter((row) => row.id !== id);
}
