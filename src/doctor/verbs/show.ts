import type { CommonOptions, Outcome, Verb } from '../../common/command.ts';
import { ToolError } from '../../common/errors.ts';
import { exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { harmless, type Style } from '../../common/output/style.ts';
import { type Column, table, type View } from '../../common/output/table.ts';
import { bytes, count, duration } from '../../common/output/words.ts';
import { type Connection, type ConnectOptions, connectOptions, logOptions, withConnection } from '../connect.ts';
import { isDone, Status } from '../database/status.ts';
import type { RunDiagnosis } from '../diagnose/diagnose.ts';
import { findRun, parseRunName } from '../find-run.ts';
import { type AttemptDetails, type JobDetails, type RunDetails, showRun } from '../show.ts';
import { runArgument, statusTone } from './runs.ts';
import { waitText } from './wait-text.ts';

/** What `show` prints: the run, and why it failed where it did. */
type Shown = RunDetails & { readonly diagnosis: RunDiagnosis | null };

interface Reason {
  readonly diagnosis: RunDiagnosis;
  text(view: View): string;
}

export const showVerb: Verb = {
  usage: 'show <run>',
  summary: 'show a run: its jobs, every attempt, their steps and logs, and why it failed',
  description: runArgument,
  options: [...connectOptions, ...logOptions],
  examples: [
    ['ci-doctor show 42', 'by id'],
    ['ci-doctor show org/app#7', 'by repository and index'],
    ['ci-doctor show https://forge.example/org/app/actions/runs/7', 'by the address of its page'],
  ],
  handler: ([name], options: ConnectOptions & CommonOptions, io) =>
    withConnection(options, io, async (connection): Promise<Outcome<Shown>> => {
      const { database, timings } = connection;
      const named = parseRunName(name!);
      const id = 'id' in named ? named.id : await findRun(database.queries, name!);
      const details = await showRun(database, id, timings);
      for (const warning of details.warnings) io.note(`warning: ${warning}`);
      const why = await reasonOf(details, connection, options, io);
      const shown = { ...details, diagnosis: why?.diagnosis ?? null };
      return { exit: exitCode.ok, result: shown, text: (view) => text(details, why, view) };
    }),
};

/** Why a failed run failed; null for others. Without the history of its jobs, which costs more than all the rest. */
async function reasonOf(
  { run }: RunDetails,
  connection: Connection,
  options: ConnectOptions,
  io: Io,
): Promise<Reason | null> {
  if (run.statusCode !== Status.failure) return null;
  // Loaded only here: the rules take longer to load than all the rest, and a run that did not fail needs none.
  const [{ diagnoseRun }, { meansOf, ownRules }, { diagnosisText }] = await Promise.all([
    import('../diagnose/diagnose.ts'),
    import('./diagnose.ts'),
    import('./diagnosis-text.ts'),
  ]);
  const rules = await ownRules(options);
  try {
    const diagnosis = await diagnoseRun(meansOf(connection, rules), run.id, { history: false });
    return { diagnosis, text: (view) => diagnosisText(diagnosis, view) };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    // What the rows tell is shown all the same.
    io.note(`Its log was not looked at: ${error.message}\nnext:  ${error.fix}`);
    return null;
  }
}

function text(details: RunDetails, reason: Reason | null, view: View): string {
  if (view.layout === 'tsv') return table(stepColumns, stepRows(details), view);
  const { run } = details;
  const { style } = view;
  const head = [
    `${style.strong(`${run.repository ?? '(repository gone)'}#${run.index}`)} ${harmless(run.title.split('\n', 1)[0]!)}  ${toned(style, run.status, `${run.statusCode} ${run.status}`)}`,
    style.faint(
      `run ${run.id}, ${run.workflow}, ${run.branch} ${run.commit.slice(0, 10)}, ${run.event} by ${run.actor ?? '(user gone)'}, ${duration(run.age)} ago${run.duration === null ? '' : `, ${isDone(run.statusCode) ? 'took' : 'for'} ${duration(run.duration)}`}`,
    ),
    ...(run.needApproval ? [style.warn('Waits for approval.')] : []),
  ];
  const failed = details.jobs.some((job) => job.status === 'failure');
  const why = reason ? ['', style.strong('Why it failed'), '', reason.text({ ...view, layout: 'aligned' })] : [];
  const next = [
    ...details.findings
      .filter((finding) => finding.jobId === null)
      .map((finding) => `${finding.code}: ${finding.message}`),
    ...(failed ? [`More: ci-doctor diagnose ${run.id}, ci-doctor logs ${run.id} --failed`] : []),
    ...(details.findings.some((finding) => finding.repairable) ? [`Repair it: ci-doctor reset ${run.id}`] : []),
  ];
  return [
    ...head.map((line) => line.trimEnd()),
    '',
    ...details.jobs.flatMap((job) => [...jobText(job, view), ...reasonsOf(details, job, view)]),
    ...why,
    ...(next.length > 0 ? ['', ...next] : []),
  ].join('\n');
}

/** What holds a job, or why it waits. */
function reasonsOf({ findings, waiting, running }: RunDetails, job: JobDetails, { style }: View): string[] {
  return [
    ...findings
      .filter(({ jobId }) => jobId === job.id)
      .map(({ code, message }) => style.warn(`    ${code}: ${message}`)),
    ...waiting.filter(({ jobId }) => jobId === job.id).map((wait) => style.faint(`    ${waitText(wait)}`)),
    ...running.filter(({ jobId }) => jobId === job.id).map(({ message }) => style.faint(`    ${message}`)),
  ];
}

function jobText(job: JobDetails, view: View): string[] {
  const { style } = view;
  const notes = [
    ...(job.needs.length > 0 ? [`needs ${job.needs.join(', ')}`] : []),
    ...(job.runsOn.length > 0 ? [`runs on ${job.runsOn.join(', ')}`] : []),
    ...(job.duration === null ? [] : [duration(job.duration)]),
  ];
  return [
    `${toned(style, job.status, mark(job.status))} ${style.strong(harmless(job.name))}  ${toned(style, job.status, `${job.statusCode} ${job.status}`)}  ${style.faint(`job ${job.id}${notes.length > 0 ? `, ${notes.join(', ')}` : ''}`)}`,
    ...job.attempts.flatMap((attempt) => attemptText(attempt, job.attempts.length > 1, view)),
  ];
}

function attemptText(attempt: AttemptDetails, several: boolean, { style }: View): string[] {
  const log = {
    storage: `log ${attempt.log.name}, ${count(attempt.log.lines, 'line')}, ${bytes(attempt.log.size)}`,
    database: `log in the database, ${count(attempt.log.lines, 'line')}, ${bytes(attempt.log.size)}`,
    expired: 'log expired',
    none: 'no log',
  }[attempt.log.place];
  return [
    style.faint(
      `    ${several ? `attempt ${attempt.attempt}, ` : ''}task ${attempt.taskId}, ${attempt.statusCode} ${attempt.status}, runner ${attempt.runner === null ? '(gone)' : harmless(attempt.runner)}, ${log}`,
    ),
    ...attempt.steps.map((step) => {
      const took = step.duration === null || step.started === 0 ? '' : style.faint(`  ${duration(step.duration)}`);
      return `    ${toned(style, step.statusName, mark(step.statusName))} ${harmless(step.name)}${took}`;
    }),
  ];
}

const mark = (status: string): string =>
  ({ success: '✓', failure: '✗', cancelled: '⊘', skipped: '-', waiting: '○', running: '●', blocked: '◌' })[status] ??
  '?';

function toned(style: Style, status: string, text: string): string {
  const tone = statusTone(status);
  return tone ? style[tone](text) : text;
}

interface StepRow {
  readonly job: JobDetails;
  readonly attempt: AttemptDetails | null;
  readonly step: AttemptDetails['steps'][number] | null;
}

function stepRows({ jobs }: RunDetails): StepRow[] {
  return jobs.flatMap((job): StepRow[] =>
    job.attempts.length === 0
      ? [{ job, attempt: null, step: null }]
      : job.attempts.flatMap((attempt) => attempt.steps.map((step) => ({ job, attempt, step }))),
  );
}

const stepColumns: readonly Column<StepRow>[] = [
  { title: 'Job id', value: ({ job }) => job.id },
  { title: 'Job', value: ({ job }) => job.name },
  { title: 'Job status', value: ({ job }) => job.status },
  { title: 'Task', value: ({ attempt }) => attempt?.taskId ?? null },
  { title: 'Attempt', value: ({ attempt }) => attempt?.attempt ?? null },
  { title: 'Runner', value: ({ attempt }) => attempt?.runner ?? null },
  { title: 'Step', value: ({ step }) => step?.name ?? null },
  { title: 'Step status', value: ({ step }) => step?.statusName ?? null },
  { title: 'Seconds', value: ({ step }) => step?.duration ?? null },
  { title: 'Needs', value: ({ job }) => job.needs.join(',') || null },
  { title: 'Runs on', value: ({ job }) => job.runsOn.join(',') || null },
  { title: 'Log', value: ({ attempt }) => attempt?.log.name ?? attempt?.log.place ?? null },
  { title: 'Log bytes', value: ({ attempt }) => attempt?.log.size ?? null },
];
