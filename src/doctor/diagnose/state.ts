import { isDone, Status } from '../database/status.ts';
import type { Captures, RuleText } from './rule.ts';

/** What the database knows about a job that is not green, and how its log ends. Times in Unix seconds, 0 = not set. */
export interface Facts {
  readonly now: number;
  readonly runId: number;
  readonly jobStatus: number;
  /** Since the job was created, and until it ended. */
  readonly created: number;
  readonly stopped: number;
  readonly runsOn: readonly string[];
  readonly needs: readonly string[];
  readonly task: {
    readonly status: number;
    readonly started: number;
    readonly stopped: number;
    readonly heartbeat: number;
    readonly runner: string | null;
    readonly logLength: number;
    /** Steps that ended by themselves, well or not, and those that wrote something. */
    readonly stepsRun: number;
  } | null;
  /** The runner's own last word ("Job failed") is in the log. null where the log was not read. */
  readonly ended: boolean | null;
  /** When the runner sent the last line; 0 where that is not known. */
  readonly lastLine: number;
  /** What kept Forgejo from making jobs of the workflow. */
  readonly preExecution: string | null;
  /** Seconds, as in app.ini. */
  readonly zombieTimeout: number;
}

export interface StateRule extends RuleText {
  /** undefined: the rule does not fit. */
  readonly when: (facts: Facts) => Captures | undefined;
}

const endlessTimeout = 3 * 3600;
const abandonedTimeout = 24 * 3600;
const pkill = 'pkill -9 forgejo-runner; systemctl restart forgejo-runner';

/** Rules over rows. They come before those over text: what the server did to a job is certain. */
export const stateRules: readonly StateRule[] = [
  {
    id: 'pre-execution',
    title: 'Forgejo could not make jobs of the workflow',
    blame: 'workflow',
    retryable: false,
    message: 'The run ended before a job was made: {what}',
    fix: 'Correct the workflow file where it says so, and push. `forgejo-runner validate --workflow --path FILE` checks it without a run.',
    when: ({ preExecution }) => (preExecution === null ? undefined : { what: preExecution }),
  },
  {
    id: 'runner-silent',
    title: 'The job is shown as running and its runner is silent',
    blame: 'runner',
    retryable: true,
    message:
      'Runner {runner} has given no sign of life for {minutes} minutes: its process crashed, or its host is down.',
    fix: `ci-doctor reset {run}; and on the runner’s host, never in the server’s container: \`${pkill}\`.`,
    when: ({ task, now, zombieTimeout, runId }) =>
      task?.status === Status.running && now - task.heartbeat > zombieTimeout
        ? { runner: task.runner ?? '(gone)', minutes: minutes(now - task.heartbeat), run: String(runId) }
        : undefined,
  },
  {
    id: 'rows-disagree',
    title: 'Run, job and task say different things',
    blame: 'forge',
    retryable: false,
    message:
      'The job is at {job} although its task has ended, or it was set to 0 by hand: no cron of Forgejo repairs that.',
    fix: 'ci-doctor reset {run}',
    when: ({ task, jobStatus, runId }) =>
      jobStatus === Status.unknown || (jobStatus === Status.running && (!task || isDone(task.status)))
        ? { job: String(jobStatus), run: String(runId) }
        : undefined,
  },
  {
    id: 'never-taken',
    title: 'No runner took the job',
    blame: 'runner',
    retryable: true,
    message: 'The job waited {hours} hours for a runner with the labels {labels} and was given up.',
    fix: 'The runners of this Forgejo and their labels are under Settings › Actions › Runners: start one that has them all, or correct `runs-on`. `ci-doctor stuck` says what holds jobs that still wait.',
    when: ({ task, jobStatus, created, stopped, runsOn }) =>
      !task && jobStatus === Status.cancelled && stopped - created >= abandonedTimeout
        ? { hours: String(Math.round((stopped - created) / 3600)), labels: runsOn.join(', ') || '(none)' }
        : undefined,
  },
  {
    id: 'endless-task',
    title: 'Forgejo stopped the job for its length',
    blame: 'workflow',
    retryable: false,
    message:
      'Forgejo stopped the job {hours} hours after it began (ENDLESS_TASK_TIMEOUT, 3h by default), while its runner still reported.',
    fix: 'Find what took so long (`ci-doctor show {run}`); or raise ENDLESS_TASK_TIMEOUT in [actions] of app.ini, and `timeout` in the runner’s config with it.',
    when: ({ task, ended, lastLine, runId }) =>
      task &&
      isEnded(task.status) &&
      ended === false &&
      lastLine > 0 &&
      task.stopped - task.started >= endlessTimeout &&
      task.stopped - lastLine < 120
        ? { hours: String(Math.floor((task.stopped - task.started) / 3600)), run: String(runId) }
        : undefined,
  },
  {
    id: 'runner-lost',
    title: 'The runner went away in the middle of the job',
    blame: 'runner',
    retryable: true,
    message:
      'The log breaks off without the runner’s last word, {minutes} minutes before Forgejo gave the job up: runner {runner} crashed, lost its network, or its host went down.',
    fix: `On the runner’s host, never in the server’s container: \`journalctl -u forgejo-runner\` (or forgejo-runner.log) around that time, \`dmesg | grep -i oom\`, \`df -h\`; then \`${pkill}\`, and run the job again.`,
    when: ({ task, ended, lastLine, zombieTimeout }) =>
      task && isEnded(task.status) && ended === false && lastLine > 0 && task.stopped - lastLine >= zombieTimeout
        ? { runner: task.runner ?? '(gone)', minutes: minutes(task.stopped - lastLine) }
        : undefined,
  },
  {
    id: 'nothing-sent',
    title: 'The runner took the job and sent nothing',
    blame: 'runner',
    retryable: true,
    message:
      'Runner {runner} took the job and sent not one line: the answer got lost between server and runner, or the runner died at once.',
    fix: `Run the job again. If it comes back: the runner’s log around that time, and newer versions of runner and Forgejo (since 15 a lost answer is sent again). A runner that hangs: \`${pkill}\` on its host.`,
    when: ({ task }) =>
      task && isEnded(task.status) && task.logLength === 0 ? { runner: task.runner ?? '(gone)' } : undefined,
  },
  {
    id: 'failed-at-once',
    title: 'The job failed at once, before any step ran',
    blame: 'workflow',
    retryable: false,
    hint: true,
    message: 'The job failed after {seconds} s and no step ran: the runner could not set it up.',
    fix: 'The runner’s words are below. Usual causes: a workflow or an expression that the runner cannot read, an action that cannot be fetched, an image or a label (`runs-on`) that its host cannot serve. Its own log has more: `journalctl -u forgejo-runner` or forgejo-runner.log, around that time.',
    when: ({ task }) =>
      task?.status === Status.failure && task.stepsRun === 0
        ? { seconds: String(Math.max(0, task.stopped - task.started)) }
        : undefined,
  },
];

const isEnded = (status: number) => status === Status.failure || status === Status.cancelled;
const minutes = (seconds: number) => String(Math.floor(seconds / 60));
