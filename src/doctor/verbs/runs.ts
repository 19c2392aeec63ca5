import { Option } from 'commander';
import type { CommonOptions, Outcome, Verb } from '../../common/command.ts';
import { usage } from '../../common/errors.ts';
import { exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { nearest } from '../../common/nearest.ts';
import type { Style } from '../../common/output/style.ts';
import { type Column, markdownTable, table, type View } from '../../common/output/table.ts';
import { duration, parseDuration } from '../../common/output/words.ts';
import { type ConnectOptions, connectOptions, withConnection } from '../connect.ts';
import { Status, type StatusName } from '../database/status.ts';
import { listRuns, type RunFilter, type RunPage, type RunRow } from '../runs.ts';

interface Options extends ConnectOptions, CommonOptions {
  readonly repository?: string;
  readonly status?: string;
  readonly workflow?: string;
  readonly branch?: string;
  readonly event?: string;
  readonly actor?: string;
  readonly since?: string;
  readonly limit: string;
  readonly before?: string;
}

export const runArgument =
  "RUN is the id (GITHUB_RUN_ID holds it), OWNER/REPOSITORY#INDEX, or the address of the run's page.";

export const runsVerb: Verb = {
  usage: 'runs',
  summary: 'list runs, newest first',
  options: [
    ...connectOptions,
    new Option('-R, --repository <owner/name>', 'only runs of this repository'),
    new Option('--status <list>', 'only runs in these states, words or numbers: running,failure or 6,2'),
    new Option('--workflow <file>', 'only runs of this workflow file'),
    new Option('--branch <name>', 'only runs of this branch or tag'),
    new Option('--event <name>', 'only runs started by this event'),
    new Option('--actor <user>', 'only runs this user started'),
    new Option('--since <when>', 'only runs created since: 2h, 7d, or 2026-01-31 (UTC)'),
    new Option('-L, --limit <count>', 'how many').default('20'),
    new Option('--before <id>', 'only runs with a smaller id: the next page'),
  ],
  examples: [
    ['ci-doctor runs', 'the newest runs of every repository'],
    ['ci-doctor runs -R org/app --status failure --since 7d', "a week's failures of one repository"],
    ['ci-doctor runs --json | jq .next', 'the id to hand to --before for the next page'],
  ],
  handler: (_, options: Options, io) =>
    withConnection(options, io, async ({ database }) =>
      outcomeOf(await listRuns(database, filterOf(options, Date.now() / 1_000)), io),
    ),
};

function outcomeOf(page: RunPage, io: Io): Outcome<RunPage> {
  if (page.runs.length === 0) io.note('No runs match.');
  return {
    exit: exitCode.ok,
    result: page,
    text: (view) => [table(columns, page.runs, view), ...more(page, view)].join('\n'),
    markdown: () => markdownTable(columns, page.runs),
  };
}

const more = ({ next }: RunPage, view: View): string[] =>
  next === null || view.layout === 'tsv' ? [] : ['', view.style.faint(`Older ones: add --before ${next}`)];

const columns: readonly Column<RunRow>[] = [
  { title: 'Id', value: (run) => run.id, align: 'right' },
  { title: 'Repository', value: (run) => run.repository ?? '(repository gone)' },
  { title: 'Index', value: (run) => `#${run.index}`, tsv: (run) => run.index, align: 'right' },
  {
    title: 'Status',
    value: (run) => `${run.statusCode} ${run.status}`,
    tsv: (run) => run.status,
    tone: (run) => statusTone(run.status),
  },
  { title: 'Workflow', value: (run) => run.workflow },
  { title: 'Branch', value: (run) => run.branch },
  { title: 'Event', value: (run) => run.event },
  { title: 'Actor', value: (run) => run.actor },
  { title: 'Age', value: (run) => duration(run.age), tsv: (run) => run.age, align: 'right' },
  {
    title: 'Duration',
    value: (run) => (run.duration === null ? null : duration(run.duration)),
    tsv: (run) => run.duration,
    align: 'right',
  },
  { title: 'Title', value: (run) => run.title.split('\n', 1)[0]! },
];

export const statusTone = (status: string): keyof Style | undefined =>
  (
    ({
      success: 'good',
      failure: 'bad',
      unknown: 'bad',
      running: 'warn',
      waiting: 'warn',
      blocked: 'warn',
      cancelled: 'faint',
      skipped: 'faint',
    }) as const
  )[status as StatusName];

/** @param now Unix seconds */
function filterOf(options: Options, now: number): RunFilter {
  return {
    limit: wholeNumber('--limit', options.limit, 1, 1_000),
    ...(options.repository && { repository: options.repository }),
    ...(options.status && { status: options.status.split(',').map(statusCode) }),
    ...(options.workflow && { workflow: options.workflow }),
    ...(options.branch && { branch: options.branch }),
    ...(options.event && { event: options.event }),
    ...(options.actor && { actor: options.actor }),
    ...(options.since && { since: moment(options.since, now) }),
    ...(options.before && { before: wholeNumber('--before', options.before, 1, Number.MAX_SAFE_INTEGER) }),
  };
}

function statusCode(text: string): number {
  const word = text.trim().toLowerCase();
  if (/^[0-7]$/.test(word)) return Number(word);
  if (word in Status) return Status[word as StatusName];
  const close = nearest(word, Object.keys(Status));
  throw usage(
    `--status does not know "${text}"${close ? `; did you mean "${close}"?` : '.'}`,
    `Use ${Object.entries(Status)
      .map(([name, code]) => `${name} (${code})`)
      .join(', ')}.`,
  );
}

/** Unix seconds of `--since`. */
export function moment(text: string, now: number): number {
  const ago = parseDuration(text);
  if (ago !== undefined) return Math.floor(now - ago);
  const [, day, time, zone] = /^(\d{4}-\d\d-\d\d)(?:(T\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  // Without a zone a time is UTC as a day is, and not this machine's.
  const date = Date.parse(time === undefined ? `${day}` : `${day}${time}${zone ?? 'Z'}`);
  // The 31st of February is parsed as a day of March.
  if (Number.isNaN(date) || !new Date(`${day}`).toISOString().startsWith(`${day}`))
    throw usage(`--since is "${text}".`, 'Write a duration (90m, 24h, 7d) or a date (2026-01-31, 2026-01-31T12:00Z).');
  return Math.floor(date / 1_000);
}

export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most))
    throw usage(
      `${flag} is "${text}".`,
      `Write a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}.`,
    );
  return value;
}
