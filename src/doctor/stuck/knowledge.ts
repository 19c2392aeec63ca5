import { isDone, statusName } from '../database/status.ts';
import type { Hold, HoldCode } from './hold.ts';
import type { RunState } from './state.ts';

/** Where the cause of a finding is to be looked for. */
export type Blame = 'runner' | 'server' | 'workflow' | 'operator';

/** What Forgejo's own buttons do in this state. */
export interface Buttons {
  readonly cancel: string;
  readonly rerun: string;
}

interface Knowledge {
  readonly blame: Blame;
  /** Servers up to the v15 line, as seen on v12, and those whose jobs have a handle, as seen on v17. */
  readonly v12: Buttons;
  readonly v17: Buttons;
}

const same = (blame: Blame, cancel: string, rerun: string): Knowledge => ({
  blame,
  v12: { cancel, rerun },
  v17: { cancel, rerun },
});

const works = 'works';
const refused = (state: string) =>
  `answers 500 "cannot prepare next attempt because job … is active: ${state}" until the run is cancelled`;
const afterCancel = 'only after the cancel; all jobs run again';
const abandoned: Knowledge = {
  blame: 'operator',
  v12: {
    cancel: 'answers well, cancels the others, leaves this job',
    rerun: 'the others run again, this job is skipped',
  },
  v17: { cancel: 'answers well, cancels the others, leaves this job', rerun: refused('running') },
};
const noEffect = 'answers well and has no effect';

/** Where to look for the cause of a hold, and what Forgejo's own buttons do about it on this line of servers. */
export function knowledgeOf(run: RunState, hold: Hold, isNew: boolean): { blame: Blame; buttons: Buttons } {
  const { blame, v12, v17 } = special(hold) ?? knowledge[hold.code];
  const buttons = isNew ? v17 : v12;
  if (!run.exists || !isDone(run.status) || hold.code === 'run-without-repository' || hold.code === 'queue-starved')
    return { blame, buttons };
  // A run that is shown as done hides the job: the buttons are those of a run that is done.
  const state = statusName((hold.job ?? run.jobs.find((job) => !isDone(job.status)))?.status ?? run.status);
  return {
    blame,
    buttons: {
      cancel: isNew
        ? buttons.cancel
        : `no button while the run is shown as ${statusName(run.status)}; its address ${buttons.cancel}`,
      rerun: !rerunLikeAnyOpen.has(hold.code)
        ? buttons.rerun
        : isNew
          ? refused(state)
          : 'starts the jobs that are done, skips what is not',
    },
  };
}

/** What one code can mean differently. */
function special(hold: Hold): Knowledge | undefined {
  if (hold.code === 'reset-to-unknown' && hold.task && isDone(hold.task.status)) {
    const cancel = 'cancels the others, leaves this job at 0: its task is done';
    const { v12, v17 } = knowledge[hold.code];
    return { blame: 'operator', v12: { ...v12, cancel }, v17: { ...v17, cancel } };
  }
  switch (hold.poison) {
    case 'payload':
      return same('workflow', works, 'do not press it: the job would wait and starve the queue again');
    case 'actions':
      return same('operator', 'not reachable while Actions is off: the API answers 404', 'not reachable');
  }
  return undefined;
}

/** Codes of jobs that are not done, of which a Re-run of a run shown as done is told the same. */
const rerunLikeAnyOpen: ReadonlySet<HoldCode> = new Set([
  'runner-silent',
  'runner-quiet',
  'task-lost-in-fetch',
  'job-hung',
  'job-open-without-task',
  'job-unannounced',
  'needs-done-still-blocked',
  'blocked-without-needs',
  'run-status-wrong',
]);

/** Seen on live servers of both lines, except where docs/findings.md says that it was read in the source. */
export const knowledge: Readonly<Record<HoldCode, Knowledge>> = {
  'queue-starved': same('operator', 'not reachable: the page needs the rows that are missing', 'not reachable'),
  'runner-silent': {
    blame: 'runner',
    v12: { cancel: works, rerun: 'no button while it runs; after the cron it skips what is not done' },
    v17: { cancel: works, rerun: `no button while it runs; after the cron it ${refused('blocked')}` },
  },
  'runner-quiet': same('runner', works, afterCancel),
  'task-lost-in-fetch': same('server', works, afterCancel),
  'job-hung': same('workflow', 'works, the runner stops the job', afterCancel),
  'job-open-task-done': { ...abandoned, blame: 'server' },
  'job-open-task-missing': {
    blame: 'operator',
    v12: {
      cancel: 'answers 500 "resource does not exist" and changes nothing',
      rerun: 'starts the jobs that are done, skips this one',
    },
    v17: { cancel: 'answers well, cancels the others, leaves this job', rerun: refused('running') },
  },
  'job-open-without-task': same('operator', works, afterCancel),
  'job-waiting-with-task': same(
    'operator',
    'answers well, cancels the others, leaves this job if its task is done',
    'only of jobs that are done',
  ),
  'job-unannounced': same('server', works, afterCancel),
  'job-without-run': same('operator', 'no page, no run: not reachable', 'not reachable'),
  'run-without-repository': same('operator', 'no repository, no page: not reachable', 'not reachable'),
  'reset-to-unknown': {
    blame: 'operator',
    v12: { cancel: 'works: everything open becomes cancelled', rerun: noEffect },
    v17: { cancel: 'works: everything open becomes cancelled', rerun: 'answers 400 "The workflow cannot be rerun."' },
  },
  'needs-done-still-blocked': {
    blame: 'server',
    v12: {
      cancel: works,
      rerun: 'skips what is not done; one finished job run again releases the others at its end',
    },
    v17: { cancel: works, rerun: refused('blocked') },
  },
  'blocked-without-needs': same('operator', works, afterCancel),
  'task-left-open': same('operator', "acts on the job's own task, not on this one", "acts on the job's own task"),
  'job-done-without-task': same(
    'operator',
    'leaves it as it is: the job is done',
    'runs it again, as any job that is done',
  ),
  'task-without-job': same('operator', 'none: no run shows it', 'none'),
  'run-open-jobs-done': {
    blame: 'server',
    v12: { cancel: noEffect, rerun: 'no button, but its address works: all jobs run again' },
    v17: { cancel: noEffect, rerun: 'answers 400 "The workflow cannot be rerun."' },
  },
  'run-status-wrong': same('operator', works, 'starts what is done beside what still waits or runs'),
  'run-without-jobs': {
    blame: 'server',
    v12: { cancel: '404, as the page', rerun: "404; clears the run's times all the same" },
    v17: { cancel: noEffect, rerun: 'do not press it: answers 500 and makes the run wait again' },
  },
};
