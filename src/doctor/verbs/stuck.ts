import { Option } from 'commander';
import type { CommonOptions, Outcome, Verb } from '../../common/command.ts';
import { messageOf, ToolError, usage } from '../../common/errors.ts';
import { exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { type Column, markdownTable, table, type View } from '../../common/output/table.ts';
import { count, duration } from '../../common/output/words.ts';
import { type ConnectOptions, connectOptions, withConnection } from '../connect.ts';
import type { IssueChange } from '../issue.ts';
import { ownRepository, withoutOwnRun } from '../own-run.ts';
import { findStuck, type StuckFinding, type StuckReport } from '../stuck/stuck.ts';
import { waitText } from './wait-text.ts';

interface Options extends ConnectOptions, CommonOptions {
  readonly issue?: string;
  readonly baseUrl?: string;
  readonly tokenEnv?: string;
}

export const stuckVerb: Verb = {
  usage: 'stuck',
  summary: 'say what holds runs, and the command that repairs each',
  description:
    'Looks at jobs and tasks, not only at runs: a stuck job can hide under a run that is shown as failed.\n\nExit code 1 when something is stuck, 0 when nothing is.',
  options: [
    ...connectOptions,
    new Option(
      '--issue <owner/name>',
      'keep one issue about it there: opened, brought up to date, closed when nothing is stuck; in a job "true" is its own repository',
    ),
    new Option('--base-url <url>', "for --issue: the server's address (or FORGEJO_URL; in a job its own server)"),
    new Option('--token-env <variable>', 'for --issue: the variable that holds the token (FORGEJO_TOKEN)'),
  ],
  examples: [
    ['ci-doctor stuck', 'on the Forgejo host: its app.ini is found by itself'],
    ['ci-doctor stuck --json', 'for scripts and monitoring'],
    ['ci-doctor stuck --verbose', 'with the rows each finding rests on'],
  ],
  async handler(_: readonly string[], options: Options, io: Io) {
    const issue = await issueKeeper(options, io);
    const report = await withConnection(options, io, ({ database, timings }) => findStuck(database, timings));
    for (const warning of report.warnings) io.note(`warning: ${warning}`);
    const outcome = stuckOutcome(
      { ...report, findings: withoutOwnRun(report.findings, io.env) },
      options.verbose === true,
    );
    if (io.view.layout === 'tsv' && !options.json && report.waiting.length > 0)
      io.note(`${count(report.waiting.length, 'job waits', 'jobs wait')} for a reason that --json tells.`);
    return issue === undefined ? outcome : withIssue(outcome, issue, io);
  },
};

type KeepIssue = (findings: readonly StuckFinding[]) => Promise<IssueChange>;

/** Checked before the database is asked: what is wrong with the flags is told at once. */
async function issueKeeper(options: Options, io: Io): Promise<KeepIssue | undefined> {
  if (options.issue === undefined || /^(false)?$/i.test(options.issue)) return undefined;
  const repository = /^true$/i.test(options.issue) ? ownRepository(io.env) : options.issue;
  if (repository === undefined || !/^[^/\s]+\/[^/\s]+$/.test(repository))
    throw usage(`--issue is "${options.issue}".`, 'Name a repository, as org/ci; "true" is the job\'s own, in a job.');
  // Loaded only here: nothing else of this verb speaks HTTP.
  const [{ createForgejo }, { keepIssue }, { serverFromEnvironment, tokenFromEnvironment }] = await Promise.all([
    import('../../forgejo/client.ts'),
    import('../issue.ts'),
    import('../../forgejo/environment.ts'),
  ]);
  const baseUrl = options.baseUrl ?? serverFromEnvironment(io.env);
  if (baseUrl === undefined)
    throw usage(
      '--issue needs the address of Forgejo.',
      'Give --base-url https://forge.example.org, or set FORGEJO_URL.',
    );
  const forgejo = createForgejo({ baseUrl, auth: tokenFromEnvironment(io.env, options.tokenEnv) });
  return (findings) => keepIssue(forgejo, repository, findings, { dryRun: options.dryRun === true });
}

/** What is stuck is told whether or not the issue could be kept. */
async function withIssue(outcome: Outcome<StuckReport>, keep: KeepIssue, io: Io): Promise<Outcome> {
  const serious = outcome.result.findings.filter(({ severity }) => severity !== 'note');
  try {
    const issue = await keep(serious);
    const where = issue.url === null ? '' : `: ${issue.url}`;
    if (issue.action !== 'none') io.note(`The issue is ${issue.action}${where}`);
    return { ...outcome, result: { ...outcome.result, issue } };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    io.note(`The issue could not be kept: ${messageOf(error)}\nnext:  ${error.fix}`);
    // Where findings do not fail a job because the issue tells of them, this must.
    return {
      ...outcome,
      exit: exitCode.unknown,
      result: { ...outcome.result, issue: { error: messageOf(error), fix: error.fix } },
    };
  }
}

export function stuckOutcome(report: StuckReport, verbose: boolean): Outcome<StuckReport> {
  const serious = report.findings.filter(({ severity }) => severity !== 'note');
  return {
    exit: serious.length > 0 ? exitCode.problem : exitCode.ok,
    result: report,
    text: (view) => text(report, view, verbose),
    markdown: () => (report.findings.length === 0 ? nothing(report) : markdownTable(columns, report.findings)),
  };
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

/** Between these many seconds from now. */
function when(from: number, until: number): string {
  if (until < 1) return 'should have acted by now';
  return from < 1 ? `acts within ${duration(until)}` : `acts in ${duration(from)} to ${duration(until)}`;
}

/** What is known of a finding beyond its reason: for --verbose. */
function background({ blame, heals, buttons }: StuckFinding): string[] {
  const now = Date.now() / 1_000;
  const healing = heals
    ? `${heals.cron} (every ${duration(heals.period)}) ${when(heals.from - now, heals.until - now)}: ${heals.result}`
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
  { title: 'Age', value: (finding) => duration(finding.age), tsv: (finding) => finding.age, align: 'right' },
  { title: 'Repair', value: (finding) => finding.fix },
];

function text(report: StuckReport, view: View, verbose: boolean): string {
  if (report.findings.length === 0)
    return view.layout === 'tsv' ? '' : [nothing(report), ...waitingText(report, view, verbose)].join('\n');
  if (view.layout === 'tsv')
    return table(
      [
        ...columns,
        { title: 'Reason', value: (finding: StuckFinding) => finding.message },
        ...(verbose
          ? [
              {
                title: 'Evidence',
                value: (finding: StuckFinding) => [...finding.evidence, ...background(finding)].join('; '),
              },
            ]
          : []),
      ],
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
