import type { Forgejo, Job, Run, Runner, Task } from './server.ts';
import { isDone, status } from './status.ts';

export interface Course {
  /** The step (its place, from 0) that fails. */
  readonly failAt?: number;
  /** Exit code of the failing step. */
  readonly exitCode?: number;
  /** What the failing step prints, instead of its ordinary output. */
  readonly failure?: readonly string[];
  /** The task is left while this step runs, so many seconds after it began: it is running, and reported up to here. */
  readonly until?: { readonly step: number; readonly seconds: number };
}

/** A runner takes a job and works on it: to its end, or up to where it is to be left. Moves the server's clock. */
export function perform(server: Forgejo, job: Job, runner: Runner, course: Course = {}): Task {
  const { failAt, exitCode = 1, failure, until } = course;
  const task = server.pickUp(job, runner);
  for (const [index, { output = [], seconds = 0 }] of job.steps.entries()) {
    if (index === until?.step) {
      server.step(task, index, { lines: output, seconds: until.seconds });
      server.report(task);
      return task;
    }
    const isFailing = index === failAt;
    server.step(task, index, { lines: isFailing && failure ? failure : output, seconds });
    if (isFailing) {
      server.endStep(task, index, status.failure, `⚙️ [runner]: RUN exit status ${exitCode}`);
      server.finish(task, status.failure);
      return task;
    }
    server.endStep(task, index, status.success);
  }
  server.finish(task, status.success);
  return task;
}

/**
 * Works on the jobs of a run one after the other, each at once after the one before, until none waits. `courses` names,
 * by job id, what is to go otherwise than well; a job that is left running ends the work.
 */
export function performRun(
  server: Forgejo,
  run: Run,
  runner: Runner,
  courses: Readonly<Record<string, Course>> = {},
): readonly Task[] {
  const tasks: Task[] = [];
  for (let [job] = server.waiting(run); job; [job] = server.waiting(run)) {
    const task = perform(server, job, runner, courses[job.key]);
    tasks.push(task);
    if (!isDone(task.row.status as number)) break;
    server.release(run);
  }
  return tasks;
}
