import type { CommonOptions, Outcome, Verb } from '../../common/command.ts';
import { exitCode } from '../../common/exit.ts';
import { type Column, markdownTable, table, type View } from '../../common/output/table.ts';
import { count, duration } from '../../common/output/words.ts';
import { type ConnectOptions, connectOptions, withConnection } from '../connect.ts';
import { findStuck, type StuckFinding, type StuckReport, type WaitingJob } from '../stuck/stuck.ts';

export const stuckVerb: Verb = {
  usage: 'stuck',
  summary: 'say what holds runs, and the command that repairs each',
  description:
    'Looks at jobs and tasks, not only at runs: a stuck job can hide under a run that is shown as failed.\n\nExit code 1 when something is stuck, 0 when nothing is.',
  options: connectOptions,
  examples: [
    ['ci-doctor stuck', 'on the Forgejo host: its app.ini is found by itself'],
    ['ci-doctor stuck --json', 'for scripts and monitoring'],
    ['ci-doctor stuck --verbose', 'with the rows each finding rests on'],
  ],
  handler: (_, options: ConnectOptions & CommonOptions, io) =>
    withConnection(options, io, async ({ database, timings }) =>
      stuckOutcome(await findStuck(database, timings), options.verbose === true),
    ),
};

export function stuckOutcome(report: StuckReport, verbose: boolean): Outcome<StuckReport> {
  const serious = report.findings.filter(({ severity }) => severity !== 'note');
  return {
    exit: serious.length > 0 ? exitCode.problem : exitCode.ok,
    result: report,
    text: (view) => text(report, view, verbose),
    markdown: () => (report.findings.length === 0 ? nothing(report) : markdownTable(columns, report.findings)),
  };
}

/** Why a job waits, and what the runners that come closest lack. */
export function waitText({ message, runners }: WaitingJob): string {
  const near = runners.filter(({ lacks }) => lacks.length > 0);
  return `${message}${near.length > 0 ? ` Closest: ${near.map(({ name, lacks }) => `"${name}" (${lacks.join(', ')})`).join('; ')}.` : ''}`;
}

/** Above this many, what only waits is counted; --verbose shows it all. */
const waitingShown = 10;

function waitingText({ waiting, running }: StuckReport, { style }: View, verbose: boolean): string[] {
  const some = verbose ? waiting : waiting.slice(0, waitingShown);
  const rest = waiting.length - some.length;
  return [
    ...(some.length > 0 ? ['', 'Waiting, and why (nothing to repair):'] : []),
    ...some.map((wait) => `  ${style.strong(`${wait.runId ?? '-'}`)} ${wait.job}: ${waitText(wait)}`),
    ...(rest > 0 ? [style.faint(`  and ${count(rest, 'more job')}: --verbose, or ci-doctor show RUN`)] : []),
    ...(verbose && running.length > 0
      ? ['', 'At work:', ...running.map((job) => `  ${style.strong(`${job.runId ?? '-'}`)} ${job.job}: ${job.message}`)]
      : []),
  ];
}

/** What is known of a finding beyond its reason: for --verbose. */
function background({ blame, heals, buttons }: StuckFinding): string[] {
  const now = Date.now() / 1_000;
  const healing = heals
    ? `${heals.cron} (every ${duration(heals.period)}) ${heals.until < now ? 'should have acted by now' : `acts in ${duration(heals.from - now)} to ${duration(heals.until - now)}`}: ${heals.result}`
    : 'nothing, ever';
  return [`blame: ${blame}`, `Forgejo by itself: ${healing}`, `Cancel: ${buttons.cancel}`, `Re-run: ${buttons.rerun}`];
}

const nothing = ({ openRuns }: StuckReport): string =>
  `Nothing is stuck.${openRuns > 0 ? ` ${count(openRuns, 'run is', 'runs are')} open, as they should be.` : ''}`;

const columns: readonly Column<StuckFinding>[] = [
  {
    title: 'Code',
    value: (finding) => finding.code,
    tone: (finding) => (finding.severity === 'note' ? 'faint' : finding.severity === 'warning' ? 'warn' : 'bad'),
  },
  { title: 'Run', value: (finding) => finding.runId, align: 'right' },
  { title: 'Repository', value: (finding) => finding.run },
  { title: 'Job', value: (finding) => finding.job },
  { title: 'Runner', value: (finding) => finding.runner },
  { title: 'Age', value: (finding) => duration(finding.age), align: 'right' },
  { title: 'Repair', value: (finding) => finding.fix },
];

function text(report: StuckReport, view: View, verbose: boolean): string {
  if (report.findings.length === 0)
    return view.layout === 'tsv' ? '' : [nothing(report), ...waitingText(report, view, verbose)].join('\n');
  if (view.layout === 'tsv')
    return table(
      [...columns, { title: 'Reason', value: (finding: StuckFinding) => finding.message }],
      report.findings,
      view,
    );
  // What several jobs of a run have in common is said once.
  const reasons = report.findings.flatMap((finding, index) => {
    const same = report.findings.findIndex(
      (other) => other.runId === finding.runId && other.message === finding.message,
    );
    const lines = verbose ? [...finding.evidence, ...background(finding)] : [];
    const evidence = lines.map((line) => view.style.faint(`    ${line}`));
    return same < index
      ? evidence
      : [`${view.style.strong(`${finding.runId ?? '-'}`)} ${finding.code}: ${finding.message}`, ...evidence];
  });
  const repairable = new Set(report.findings.filter((finding) => finding.repairable).map((finding) => finding.runId))
    .size;
  const next = repairable > 1 ? ['', `Repair all ${repairable} runs: ci-doctor reset --all-stuck`] : [];
  return [
    table(columns, report.findings, { ...view, columns: Number.POSITIVE_INFINITY }),
    '',
    ...reasons,
    ...next,
    ...waitingText(report, view, verbose),
  ].join('\n');
}
