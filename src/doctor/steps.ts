import { isDone, Status } from './database/status.ts';

/** The columns of action_task that the steps depend on. Times in unix seconds, 0 = not set. */
export interface StepTask {
  readonly status: number;
  readonly started: number;
  readonly stopped: number;
  /** Lines of the log. */
  readonly logLength: number;
}

/** A row of action_task_step. */
export interface StepRow {
  readonly name: string;
  readonly status: number;
  readonly started: number;
  readonly stopped: number;
  /** The first line of its output, counted from 0, and how many lines it wrote. Both 0 while it has not run. */
  readonly logIndex: number;
  readonly logLength: number;
}

/** A step as the web page lists it. */
export interface Step extends StepRow {
  /** Its place in the list of the page, and in the page's links (`#jobstep-3-1`): 0 is "Set up job". */
  readonly number: number;
  /** "Set up job" and "Complete job", which have no row of their own. */
  readonly synthetic: boolean;
}

export const setUpName = 'Set up job';
export const completeName = 'Complete job';

const { success, failure, cancelled, skipped, waiting, running } = Status;
const hasRun = (status: number) => status === success || status === failure;

/**
 * The steps of a task as Forgejo's web page shows them, "Set up job" before and "Complete job" behind those that have rows.
 * Behaves as `FullSteps` in Forgejo's modules/actions/task_state.go, also where that looks odd: a cancelled step counts as
 * one that has not run, so behind it "Complete job" has no lines although the log has some.
 *
 * @param rows the rows of the task in the order of `index`
 */
export function fullSteps(task: StepTask, rows: readonly StepRow[]): Step[] {
  const first = rows.find(({ status }) => hasRun(status) || status === running);
  const lastRun = rows.findLast(({ status }) => hasRun(status));
  const setUp = {
    name: setUpName,
    logIndex: 0,
    logLength: first ? first.logIndex : task.logLength,
    started: task.started,
    stopped: first ? first.started : task.stopped,
    status: first ? success : rows.length === 0 && !isDone(task.status) ? running : task.status,
  };
  const complete = { name: completeName, logIndex: 0, logLength: 0, started: 0, stopped: 0, status: waiting as number };
  if (rows.length === 0) {
    complete.logIndex = task.logLength;
    complete.started = complete.stopped = task.stopped;
    if (isDone(task.status))
      complete.status = task.status === success || task.status === skipped ? task.status : cancelled;
  } else {
    // Where nothing ran, setting up is the step that may have failed.
    if (lastRun ? lastRun.status === failure || lastRun === rows.at(-1) : setUp.status === failure) {
      complete.logIndex = rows.reduce((sum, row) => sum + row.logLength, setUp.logLength);
      complete.logLength = task.logLength - complete.logIndex;
      complete.started = (lastRun ?? setUp).stopped;
      complete.status = running;
    }
    if (isDone(task.status)) {
      complete.status = task.status;
      complete.stopped = task.stopped;
    }
  }
  return [
    { ...setUp, number: 0, synthetic: true },
    ...rows.map((row, index) => ({ ...row, number: index + 1, synthetic: false })),
    { ...complete, number: rows.length + 1, synthetic: true },
  ];
}

/**
 * The steps that failed, the one to look at first. Where no step of the workflow failed but the task did, it is "Set up job"
 * (nothing ran) or "Complete job". Steps that Forgejo marked failed without running them (after a zombie stop) come last.
 */
export function failedSteps(steps: readonly Step[]): Step[] {
  const rows = steps.filter((step) => !step.synthetic && step.status === failure);
  if (rows.length > 0)
    return [...rows.filter((step) => step.logLength > 0), ...rows.filter((step) => step.logLength === 0)];
  const synthetic = steps.filter((step) => step.synthetic && step.status === failure);
  return synthetic.slice(0, 1);
}

/** Lines of a log, counted from 0; `end` is the first that is no longer meant. */
export interface Lines {
  readonly start: number;
  readonly end: number;
}

/**
 * The lines that stand under a step. "Complete job" has everything behind the last step here, also where the page hides it
 * (see `fullSteps`), and a step that is running has everything up to the log's end: `log_length` lags behind.
 *
 * @param total lines of the log
 */
export function linesOf(step: Step, steps: readonly Step[], taskDone: boolean, total: number): Lines {
  const rows = steps.filter((other) => !other.synthetic);
  if (step.number === 0) {
    const first = rows.find((row) => row.logLength > 0);
    return { start: 0, end: first ? Math.min(first.logIndex, total) : total };
  }
  const behind = rows.some((row) => row.logLength > 0) ? Math.max(...rows.map(endOf)) : total;
  if (step.synthetic) return { start: Math.min(behind, total), end: total };
  if (!taskDone && step.status === running && step.logLength > 0 && endOf(step) === behind)
    return { start: step.logIndex, end: total };
  return { start: step.logIndex, end: Math.min(endOf(step), total) };
}

/**
 * The lines that a person needs to see why a step failed: its own, and those behind it that belong to no other step. There
 * the runner says how the command ended ("exit status 3", "Job failed"), and clean-up steps of actions write.
 */
export function linesAroundFailure(step: Step, steps: readonly Step[], taskDone: boolean, total: number): Lines {
  const { start, end } = linesOf(step, steps, taskDone, total);
  const next = steps.find((other) => !other.synthetic && other.logLength > 0 && other.logIndex >= end);
  return { start, end: Math.max(end, next ? next.logIndex : total) };
}

/** A step and the first line that is no longer under it. */
export interface StepSpan {
  readonly name: string;
  readonly end: number;
}

/**
 * Tells of each line which step it stands under. Lines between two steps belong to the one before: the runner's remarks on
 * how it ended.
 */
export function stepSpans(steps: readonly Step[]): (line: number) => StepSpan {
  const written = steps.filter((step) => !step.synthetic && step.logLength > 0).sort((a, b) => a.logIndex - b.logIndex);
  const setUpEnd = written[0]?.logIndex ?? steps[0]!.logLength;
  const last = written.at(-1);
  // A running step goes on writing behind what its row says.
  const lastEnd = last ? (last.status === running ? Number.POSITIVE_INFINITY : endOf(last)) : setUpEnd;
  const spans: StepSpan[] = [
    { name: setUpName, end: setUpEnd },
    ...written.map(({ name }, at) => ({ name, end: Math.min(written[at + 1]?.logIndex ?? lastEnd, lastEnd) })),
    { name: completeName, end: Number.POSITIVE_INFINITY },
  ];
  let at = 0;
  return (line) => {
    while (at > 0 && spans[at - 1]!.end > line) at--;
    while (spans[at]!.end <= line) at++;
    return spans[at]!;
  };
}

export function stepNamer(steps: readonly Step[]): (line: number) => string {
  const spanOf = stepSpans(steps);
  return (line) => spanOf(line).name;
}

const endOf = (step: StepRow) => step.logIndex + step.logLength;
