import type { HoldCode } from './hold.ts';

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

/** Seen on live servers of both lines, except where docs/findings.md says that it was read in the source. */
export const knowledge: Readonly<Record<HoldCode, Knowledge>> = {
  'queue-starved': {
    blame: 'operator',
    v12: { cancel: 'not reachable: the page needs the rows that are missing', rerun: 'not reachable' },
    v17: { cancel: 'not reachable; 404 through the API while Actions is off', rerun: 'not reachable' },
  },
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
      cancel: 'works; the button is missing while the run is shown as failed or cancelled',
      rerun: 'skips what is not done; one finished job run again releases the others at its end',
    },
    v17: { cancel: works, rerun: refused('blocked') },
  },
  'blocked-without-needs': same('operator', works, afterCancel),
  'task-left-open': same('operator', "acts on the job's own task, not on this one", "acts on the job's own task"),
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
