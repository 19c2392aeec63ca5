import { Option } from 'commander';
import { appendAudits, checkAudit } from '../../common/audit.ts';
import { type CommonOptions, type Outcome, shownText, type Verb } from '../../common/command.ts';
import { messageOf, ToolError, usage } from '../../common/errors.ts';
import { exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { oneLine } from '../../common/output/style.ts';
import type { View } from '../../common/output/table.ts';
import { count } from '../../common/output/words.ts';
import { quote } from '../../common/quote.ts';
import { type Connection, type ConnectOptions, connectOptions, withConnection } from '../connect.ts';
import type { Database } from '../database/database.ts';
import { isDone, statusName } from '../database/status.ts';
import { findRun } from '../find-run.ts';
import { withoutOwnRun } from '../own-run.ts';
import { type ApiPlan, type ApiTools, cancelByApi, failByCron, planByApi, setCheck } from '../reset/by-api.ts';
import { Statements } from '../reset/change.ts';
import { type PendingCheck, pendingChecks } from '../reset/checks.ts';
import { limitsOf } from '../reset/limits.ts';
import { type Request, type Target, targets } from '../reset/plan.ts';
import {
  applyRepairs,
  type PlannedRepair,
  previewRepairs,
  RecentInstance,
  type Repaired,
  type RunSeen,
  readBack,
  repairedOf,
  takeOvertaken,
  transactionsOf,
  undoEntryOf,
} from '../reset/reset.ts';
import { UndoFile } from '../reset/undo-file.ts';
import { loadRuns } from '../stuck/look.ts';
import { orphanId, type RunState } from '../stuck/state.ts';
import { findStuck, nameOfRun } from '../stuck/stuck.ts';
import type { Timings } from '../stuck/timings.ts';

interface Options extends ConnectOptions, CommonOptions {
  readonly to: Target;
  readonly job?: string;
  readonly allStuck?: true;
  readonly repairBy: 'auto' | 'api' | 'database';
  readonly baseUrl?: string;
  readonly tokenEnv?: string;
  readonly force?: true;
  readonly again?: true;
}

export const undoDirOption = new Option(
  '--undo-dir <dir>',
  'where undo files are kept (~/.local/state/forgejo-ci-toolkit/undo)',
);

export const resetVerb: Verb = {
  usage: 'reset [run...]',
  summary: 'recover stuck runs',
  description: [
    'Shows the exact statements and asks; with --yes it does not ask, with --dry-run it only shows. Everything of a run happens in one transaction, an undo file is written first, and the run is read back afterwards.',
    '--to auto (the default) is the repair proven for the state the run is in: a job whose runner died is requeued, finished jobs keep their results; a job whose task is done takes the result of the task; a run set to 0 by hand is rescued. --to waiting requeues what is held; --to cancelled and --to failure end it.',
    '--to 0 is the literal reset (UPDATE … SET status = 0). It DESTROYS the run: no runner picks it up and no cron repairs it.',
    'A requeue runs the whole job again. A job whose name or workflow speaks of deploy, publish or release needs --again.',
  ].join('\n\n'),
  options: [
    ...connectOptions,
    new Option('--all-stuck', 'every run that can be repaired without a decision'),
    new Option('--to <state>', 'what to reset to').choices(targets).default('auto'),
    new Option(
      '--repair-by <way>',
      'auto: cancel through the API where a token is given and the server can, all else by SQL; api; database',
    )
      .choices(['auto', 'api', 'database'])
      .default('auto'),
    new Option('--base-url <url>', "the server's address (or FORGEJO_URL, or ROOT_URL of app.ini)"),
    new Option('--token-env <variable>', 'the variable that holds the token (FORGEJO_TOKEN)'),
    new Option('--job <name|id>', 'only this job of the run'),
    new Option('--force', 'also what still reports'),
    new Option('--again', 'also repeat jobs that deploy, publish or release'),
    undoDirOption,
  ],
  examples: [
    ['ci-doctor reset 42', 'show the repair of run 42, then ask'],
    ['ci-doctor reset org/app#7 --dry-run', 'only show it'],
    ['ci-doctor reset --all-stuck --yes', 'repair all that is stuck, without asking'],
    ['ci-doctor reset 42 --to cancelled --yes', 'end run 42'],
  ],
  handler: reset,
};

/** One run as `--json` shows it before and after. */
interface RunSummary {
  readonly status: string;
  readonly statusCode: number;
  readonly jobs: readonly {
    readonly id: number;
    readonly name: string;
    readonly status: string;
    readonly statusCode: number;
    readonly taskId: number;
    readonly attempt: number;
  }[];
}

interface ResetRun {
  /** null for a task whose job's row is gone. */
  readonly runId: number | null;
  readonly run: string;
  readonly before: RunSummary;
  readonly after: RunSummary;
  readonly statements: readonly string[];
  readonly leftOut: readonly { readonly job: string; readonly reason: string }[];
  readonly repeats: PlannedRepair['repeats'];
  /** Runners are told that there is work. Of several runs the statement is with the first. */
  readonly announced: boolean;
  readonly notes: readonly string[];
  /** Who wrote it: ci-doctor by SQL, or Forgejo itself, asked through its API. */
  readonly by: 'database' | 'api';
  /** What Forgejo is asked, where it is: method and path. */
  readonly request: string | null;
  /** Of a plan: the statements that follow where the server cannot do what it is asked, or does not. */
  readonly otherwise: readonly string[];
  /** Why it was not repaired; then there are no statements, steps or notes. */
  readonly error?: string;
  /** The next step after an error. */
  readonly fix?: string;
}

interface ResetResult {
  readonly runs: readonly ResetRun[];
  /**
   * The transactions of a plan in which rows of several runs change alike and are sent as one statement: then these are what
   * is sent, and a run's own statements say the same row by row. None of a plan that was applied.
   */
  readonly transactions: readonly { readonly runs: readonly string[]; readonly statements: readonly string[] }[];
  readonly applied: boolean;
  readonly undoFile: string | null;
  /** Checks of commits that were pending and are set now, and those that somebody has to set. */
  readonly checksSet: readonly PendingCheck[];
  readonly checksLeft: readonly PendingCheck[];
}

/** Milliseconds until the second look. */
const secondLookAfter = 1_500;

async function reset(args: readonly string[], options: Options, io: Io): Promise<Outcome<ResetResult>> {
  if (options.allStuck && args.length > 0) throw usage('--all-stuck takes no run.', 'Name runs, or use --all-stuck.');
  if (!options.allStuck && args.length === 0)
    throw usage('Which run?', 'Name one or more runs, or use --all-stuck; "ci-doctor stuck" lists them.');
  if (options.allStuck && (options.to !== 'auto' || options.job !== undefined || options.force))
    throw usage(
      '--all-stuck only takes what can be repaired without a decision.',
      'Leave out --to, --job and --force, or name the runs.',
    );
  const request: Request = {
    to: options.to,
    force: options.force === true,
    again: options.again === true,
    ...(options.job !== undefined && { job: options.job }),
  };
  if (options.repairBy === 'api' && options.to !== 'cancelled' && options.to !== 'failure')
    throw usage(
      `--repair-by api cannot do --to ${options.to}: Forgejo has no route for it.`,
      'Through the API a run is cancelled (--to cancelled), or failed by its cron (--to failure).',
    );
  if (options.repairBy === 'api' && options.to === 'cancelled' && options.job !== undefined)
    throw usage(
      '--repair-by api cannot cancel one job: Forgejo has no route for it, only for the whole run.',
      'Leave out --job to cancel the run, or --repair-by api to end the job by SQL.',
    );

  return withConnection(options, io, async (connection) => {
    const { database, timings } = connection;
    const tools = await apiTools(connection, options, io);
    const ids = [
      ...new Set(
        options.allStuck
          ? await repairableRuns(connection, io)
          : await Promise.all(args.map((name) => findTarget(connection, name))),
      ),
    ];

    if (options.yes && !options.dryRun) return applied(await applyAll(connection, tools, ids, request, options, io));
    const planned = await previewRepairs(database, ids, request, timings);
    const asks = await asksOf(database, tools, planned, request, options, timings);
    const transactions = transactionsOf(
      database,
      planned.filter(({ run }) => !asks.has(run.id)),
    ).filter(({ repairs, statements }) => statements.length < statementsOf(repairs));
    const runs = planned.map((repair) => askedRun(database, repair, asks.get(repair.run.id), options));
    const asShown = outcomeOf(
      {
        runs,
        transactions: transactions.map(({ repairs, statements }) => ({
          runs: repairs.map(({ run }) => nameOf(run)),
          statements,
        })),
        applied: false,
        undoFile: null,
        checksSet: [],
        checksLeft: [],
      },
      planned.some(isRefused) || runs.some(({ error }) => error !== undefined),
    );
    const statements = transactions.reduce(
      (sum, together) => sum - statementsOf(together.repairs) + together.statements.length,
      runs.reduce((sum, run) => sum + run.statements.length, 0),
    );
    const requests = runs.filter((run) => run.request !== null).length;
    if (options.dryRun || statements + requests === 0) return asShown;
    if (!io.interactive) {
      io.note('Nothing was changed: add --yes to apply this, or --dry-run to only look.');
      return { ...asShown, exit: exitCode.usage };
    }
    await io.write(`${shownText(asShown, io.view)}\n\n`);
    const todo = [
      ...(requests > 0 ? [`Send ${count(requests, 'request')} to ${tools!.forgejo.server}`] : []),
      ...(statements > 0 || requests === 0
        ? [`${requests > 0 ? 'apply' : 'Apply'} ${count(statements, 'statement')} to ${database.place}`]
        : []),
    ];
    if (!(await io.ask(`${todo.join(' and ')}?`))) {
      io.note('Nothing was changed.');
      return { exit: exitCode.ok, result: asShown.result };
    }
    return applied(await applyAll(connection, tools, ids, request, options, io, planned));

    function applied(all: Applied): Outcome<ResetResult> {
      const { runs, undoFile, checksSet, checksLeft } = all;
      const outcome = outcomeOf(
        { runs, transactions: [], applied: all.count > 0, undoFile, checksSet, checksLeft },
        all.refused,
      );
      return all.failed ? { ...outcome, exit: exitCode.problem } : outcome;
    }
  });
}

/** The API, where the flags and the environment say how to reach it. */
async function apiTools(
  { database, rootUrl }: Connection,
  { repairBy, baseUrl, tokenEnv }: Options,
  io: Io,
): Promise<ApiTools | undefined> {
  // Loaded only here: without a token nothing of it is needed.
  const { tokenFromEnvironment } = await import('../../forgejo/environment.ts');
  const token = tokenFromEnvironment(io.env, tokenEnv);
  // Not the server that runs this job, if it is one: the database may be another's, where the same id is another run.
  const server = baseUrl ?? (io.env.FORGEJO_URL || rootUrl || undefined);
  if (repairBy === 'api' && (token === undefined || server === undefined))
    throw usage(
      `--repair-by api needs ${token === undefined ? 'a token' : 'the address of Forgejo'}.`,
      token === undefined
        ? 'Put it into FORGEJO_TOKEN, or name another variable with --token-env.'
        : 'Give --base-url https://forge.example.org, or set FORGEJO_URL.',
    );
  if (token === undefined || server === undefined) return undefined;
  const { createForgejo } = await import('../../forgejo/client.ts');
  return { database, forgejo: createForgejo({ baseUrl: server, auth: token }), pause: io.pause };
}

/** A run's name, or `task:ID` for a task whose job's row is gone. */
async function findTarget({ database }: Connection, name: string): Promise<number> {
  const task = /^task:([1-9]\d{0,14})$/.exec(name);
  return task ? orphanId(Number(task[1])) : findRun(database.queries, name);
}

async function repairableRuns({ database, timings }: Connection, io: Io): Promise<number[]> {
  const findings = withoutOwnRun((await findStuck(database, timings)).findings, io.env);
  for (const finding of findings.filter((candidate) => !candidate.repairable))
    io.note(`left out: ${finding.subject}: ${finding.message} ${finding.fix}`);
  if (findings.length === 0) io.note('Nothing is stuck.');
  return findings.flatMap((finding) => (finding.repairable ? (finding.runId ?? orphanId(finding.taskId!)) : []));
}

interface Applied {
  readonly runs: ResetRun[];
  readonly checksSet: readonly PendingCheck[];
  readonly checksLeft: readonly PendingCheck[];
  readonly refused: boolean;
  readonly undoFile: string | null;
  /** How many runs were changed. */
  readonly count: number;
  readonly failed: boolean;
}

/** What one transaction repaired, and when it was committed, in milliseconds of this process. */
interface Batch {
  readonly at: number;
  readonly repaired: readonly Repaired[];
}

/** Above this many runs a line of progress is about a batch. */
const notedOneByOne = 20;

async function applyAll(
  connection: Connection,
  tools: ApiTools | undefined,
  ids: readonly number[],
  request: Request,
  options: Options,
  io: Io,
  shown?: readonly PlannedRepair[],
): Promise<Applied> {
  const { database, timings } = connection;
  const identity = await database.identity();
  const undoFile = new UndoFile(connection.undoDirectory, identity, new Date());
  await undoFile.prepare();
  await checkAudit(connection.journal);
  // Of thousands of repairs only what is printed, and what the second look needs, is kept.
  const batches: Batch[] = [];
  const changedRuns = new Set<number>();
  let refused = false;
  /** The repair is committed, and the journal does not say so. */
  let unwritten = false;
  /** How many runs Forgejo itself has ended. */
  let asked = 0;
  const ended: number[] = [];
  const runs = new Map<number, ResetRun>();
  const failed = new Set<number>();
  const names = new Map<number, string>();
  const instance = new RecentInstance();

  const apply = async (some: readonly number[]): Promise<void> => {
    try {
      const done = await applyRepairs(database, some, request, timings, {
        undoFile,
        names,
        instance,
        mustExist: !options.allStuck,
        ...(shown && { shown: shown.filter(({ run }) => some.includes(run.id)) }),
      });
      const changed = done.filter(({ changes }) => changes.length > 0);
      // What came back to life between the look and the lock was nobody's wish to repair.
      refused ||= done.some(options.allStuck ? ({ leftOut }) => leftOut.some((left) => left.problem) : isRefused);
      if (changed.length > 0) batches.push({ at: performance.now(), repaired: changed.map(repairedOf) });
      for (const repair of changed) changedRuns.add(repair.run.id);
      for (const repair of done) runs.set(repair.run.id, resetRun(repair, true));
      if (ids.length > notedOneByOne) {
        const rows = changed.reduce((sum, { changes }) => sum + changes.length, 0);
        io.note(`${count(changed.length, 'run')}: ${count(rows, 'row')} written and committed.`);
      } else
        for (const { run, statements } of changed)
          io.note(`${nameOf(run)}: ${count(statements.length, 'statement')} committed.`);
      await journal(changed.map((repair) => entryOf(repair, runs.get(repair.run.id)!)));
    } catch (thrown) {
      const error = database.explain(thrown);
      // A server that can't be asked, or a role that may not write, holds for every run.
      if (changedRuns.size === 0 && error instanceof ToolError && error.kind !== 'problem') throw error;
      // One run that cannot be repaired does not take the others of its transaction with it.
      if (some.length > 1) {
        for (const id of some) await apply([id]);
        return;
      }
      const [repair] =
        shown?.filter(({ run }) => run.id === some[0]) ?? (await previewRepairs(database, some, request, timings));
      refused ||= isRefused(repair!);
      failed.add(repair!.run.id);
      const run = notRepaired(repair!, error);
      runs.set(repair!.run.id, run);
      io.note(`${nameOf(repair!.run)}: not repaired. ${messageOf(error)}`);
      await journal([entryOf(repair!, run)]);
    }
  };
  const entryOf = (repair: PlannedRepair, run: ResetRun) => ({
    tool: 'ci-doctor',
    action: `reset --to ${request.to}`,
    outcome: run.error === undefined ? ('done' as const) : ('failed' as const),
    details: {
      repair: repair.repair,
      database: database.place,
      runId: run.runId,
      run: run.run,
      statements: run.statements,
      before: run.before,
      after: run.after,
      undoFile: undoFile.begun ? undoFile.path : null,
      ...(run.error === undefined ? { undo: { identity, entry: undoEntryOf(repair) } } : { error: run.error }),
    },
  });
  const journal = (entries: readonly ReturnType<typeof entryOf>[]) =>
    entries.length === 0
      ? undefined
      : appendAudits(connection.journal, entries).catch((error) => {
          unwritten = true;
          io.note(`The journal ${connection.journal} could not be written: ${messageOf(error)}`);
        });

  const rest = [...ids];
  if (tools && mayAsk(request, options))
    for (const id of ids) {
      const [repair] = await previewRepairs(database, [id], request, timings);
      const { run } = repair!;
      const ask = (await asksOf(database, tools, [repair!], request, options, timings)).get(id);
      if (!ask) continue;
      const answer =
        ask.refusal !== undefined
          ? { run, done: false, note: ask.refusal, statements: [] }
          : await (request.to === 'cancelled' ? cancelByApi(tools, repair!) : failByCron(tools, repair!, ask));
      if (!answer.done && options.repairBy === 'auto') {
        io.note(`${nameOf(run)}: ${answer.note} By SQL then.`);
        continue;
      }
      rest.splice(rest.indexOf(id), 1);
      const result: ResetRun = {
        ...resetRun(repair!),
        after: summary(answer.run),
        statements: answer.statements,
        notes: answer.done ? [answer.note] : [],
        repeats: [],
        announced: false,
        by: 'api',
        request: ask.request,
        ...(!answer.done && { error: answer.note }),
      };
      runs.set(id, result);
      if (answer.done) asked++;
      else failed.add(id);
      io.note(`${nameOf(run)}: ${answer.note}`);
      // Nothing of what Forgejo wrote itself can be taken back by SQL.
      await journal([entryOf({ ...repair!, changes: [] }, result)]);
    }
  for (let from = 0; from < rest.length; from += database.runsAtOnce)
    await apply(rest.slice(from, from + database.runsAtOnce));

  // Looked at at once and once more: a runner that ended its task in the same instant writes a moment later. Of thousands the
  // first were committed long before the last, and one look is both.
  const last = batches.at(-1);
  const lately = batches.filter((batch) => batch === last || performance.now() - batch.at < secondLookAfter);
  const look = async (looked: readonly Batch[], read: readonly Batch[]) => {
    try {
      for (const [id, jobs] of await takeOvertaken(
        database,
        looked.flatMap(({ repaired }) => repaired),
      )) {
        const before = runs.get(id)!;
        const notes = jobs.map(
          (job) => `Job "${job}": its runner ended the task in the same instant; the task's result was kept.`,
        );
        runs.set(id, { ...before, notes: [...before.notes, ...notes] });
      }
      const ran = read.flatMap(({ repaired }) => repaired.map(({ runId }) => runId));
      for await (const run of readBack(database, ran)) {
        const result = { ...runs.get(run.id)!, after: summary(run) };
        runs.set(run.id, result);
        if (hasEnded(result)) ended.push(run.id);
      }
    } catch (error) {
      // The repair is committed; what is true now could not be told.
      io.note(`Repaired, but it could not be read back. ${messageOf(error)}`);
    }
  };
  if (last) {
    await look(
      batches,
      batches.filter((batch) => !lately.includes(batch)),
    );
    await io.pause(Math.max(0, secondLookAfter - (performance.now() - last.at)));
    await look(lately, lately);
  }
  const { set, left } = await settleChecks(database, tools, ended, io);
  return {
    refused,
    checksSet: set,
    checksLeft: left,
    runs: [...runs.values()],
    undoFile: undoFile.begun ? undoFile.path : null,
    count: changedRuns.size + asked,
    failed: failed.size > 0 || unwritten,
  };
}

/** A job of it ended by the repair, with a result that nobody was told of. */
const hasEnded = ({ before, after }: ResetRun): boolean =>
  after.jobs.some((job, at) => isDone(job.statusCode) && !isDone(before.jobs[at]?.statusCode ?? job.statusCode));

/** SQL writes no commit status: what stays pending is set through the API, or left to be said. */
async function settleChecks(
  database: Database,
  tools: ApiTools | undefined,
  ended: readonly number[],
  io: Io,
): Promise<{ set: PendingCheck[]; left: PendingCheck[] }> {
  const set: PendingCheck[] = [];
  const left: PendingCheck[] = [];
  if (ended.length === 0) return { set, left };
  try {
    for (const check of await pendingChecks(database, await loadRuns(database, database.queries, ended))) {
      try {
        if (tools) await setCheck(tools.forgejo, check);
        (tools ? set : left).push(check);
      } catch (error) {
        io.note(`The check "${check.context}" could not be set: ${messageOf(error)}`);
        left.push(check);
      }
    }
  } catch (error) {
    io.note(`Which checks stay pending could not be read: ${messageOf(database.explain(error))}`);
  }
  return { set, left };
}

const nameOf = (run: RunState): string => (run.exists ? `${nameOfRun(run)} (run ${run.id})` : nameOfRun(run));

const statementsOf = (repairs: readonly PlannedRepair[]): number =>
  repairs.reduce((sum, { statements }) => sum + statements.length, 0);

/** @param checksAreLookedAt afterwards, so that nothing general need be said of them */
const resetRun = (repair: PlannedRepair, checksAreLookedAt = false): ResetRun => ({
  runId: repair.run.id < 0 ? null : repair.run.id,
  run: nameOf(repair.run),
  before: summary(repair.run),
  after: summary(repair.after),
  statements: repair.statements,
  leftOut: repair.leftOut.map(({ job, reason }) => ({ job, reason })),
  repeats: repair.repeats,
  announced: repair.announces,
  notes: [...repair.notes, ...limitsOf(repair.run, repair.after, checksAreLookedAt)],
  by: 'database',
  request: null,
  otherwise: [],
});

/** What Forgejo is asked first, by run id. */
async function asksOf(
  database: Database,
  tools: ApiTools | undefined,
  planned: readonly PlannedRepair[],
  request: Request,
  options: Options,
  timings: Timings,
): Promise<Map<number, ApiPlan>> {
  const asks = new Map<number, ApiPlan>();
  if (!tools || !mayAsk(request, options)) return asks;
  const now = await database.now(database.queries);
  for (const repair of planned) {
    const ask = planByApi(repair, request, {
      now,
      zombieTimeout: timings.zombieTimeout,
      aggregation: database.generation.aggregation,
    });
    // With the choice left to us, what Forgejo is not asked is done by SQL.
    if (ask && (ask.refusal === undefined || options.repairBy === 'api')) asks.set(repair.run.id, ask);
  }
  return asks;
}

/** Forgejo has no route for the other repairs, and its cron wants more than most tokens may. */
const mayAsk = (request: Request, { repairBy }: Options): boolean =>
  repairBy === 'api' || (repairBy === 'auto' && request.to === 'cancelled');

/** A planned repair as it is shown where Forgejo is asked first. */
function askedRun(
  database: Database,
  repair: PlannedRepair,
  ask: ApiPlan | undefined,
  { repairBy }: Options,
): ResetRun {
  const run = resetRun(repair);
  if (!ask) return run;
  if (ask.refusal !== undefined) return { ...notRepaired(repair, ask.refusal), by: 'api', request: null };
  const texts = new Statements(database.queries);
  return {
    ...run,
    after: summary(ask.after),
    // What rows cannot do, Forgejo does.
    notes: repair.notes,
    statements: ask.changes.map((change) => database.literal(texts.of(change))),
    by: 'api',
    request: ask.request,
    otherwise: repairBy === 'auto' ? run.statements : [],
  };
}

/** What was planned was not done, so nothing of it is told as if it had been. */
const notRepaired = (repair: PlannedRepair, error: unknown): ResetRun => ({
  ...resetRun(repair),
  after: summary(repair.run),
  statements: [],
  leftOut: [],
  repeats: [],
  announced: false,
  notes: [],
  error: messageOf(error),
  ...(error instanceof ToolError && { fix: error.fix }),
});

const summary = (run: RunSeen): RunSummary => ({
  status: statusName(run.status),
  statusCode: run.status,
  jobs: run.jobs.map((job) => ({
    id: job.id,
    name: job.name,
    status: statusName(job.status),
    statusCode: job.status,
    taskId: job.taskId,
    attempt: job.attempt,
  })),
});

/** Nothing can be done although something was wanted of it. */
const isRefused = ({ changes, leftOut }: PlannedRepair): boolean =>
  (changes.length === 0 && leftOut.length > 0) || leftOut.some((left) => left.problem);

const outcomeOf = (result: ResetResult, refused: boolean): Outcome<ResetResult> => ({
  exit: refused ? exitCode.problem : exitCode.ok,
  result,
  text: (view) => resetText(result, view),
});

function resetText(result: ResetResult, view: View): string {
  const together = new Set(result.transactions.flatMap(({ runs }) => runs));
  return [
    ...result.runs.map((run) => runText(run, result.applied, view, !result.applied && !together.has(run.run))),
    ...result.transactions.map(({ runs, statements }) =>
      [`One transaction for ${count(runs.length, 'run')}, from ${runs[0]} on:`, ...block(statements)].join('\n'),
    ),
    ...(result.applied ? afterwards(result, view) : []),
  ].join('\n\n');
}

/** What has no row of its own has no status. */
const isNameless = ({ runId, run }: ResetRun): boolean => runId === null || run === `run ${runId} (no row)`;

const block = (statements: readonly string[]): string[] => [
  '  BEGIN;',
  ...statements.map((line) => `  ${line};`),
  '  COMMIT;',
];

/** What becomes of a run, behind its name. */
function whatOf(run: ResetRun, applied: boolean, jobsChange: boolean): string {
  const { before, after } = run;
  const moves = jobsChange || before.statusCode !== after.statusCode;
  if (run.announced && !moves)
    return `${applied ? 'announced' : 'to be announced'} to the runners, status ${before.statusCode} ${before.status}`;
  if (run.statements.length === 0 && run.leftOut.length === 0 && run.request === null)
    return `nothing to repair, status ${before.statusCode} ${before.status}`;
  if (isNameless(run)) return applied ? 'ended' : 'to be ended';
  return `${before.statusCode} ${before.status} → ${after.statusCode} ${after.status}`;
}

function runText(run: ResetRun, applied: boolean, view: View, showStatements: boolean): string {
  const { style } = view;
  const changed = run.before.jobs.flatMap((job) => {
    const after = run.after.jobs.find((candidate) => candidate.id === job.id);
    return after && (after.status !== job.status || after.taskId !== job.taskId)
      ? [
          `  job ${job.id} "${oneLine(job.name)}": ${job.statusCode} ${job.status} → ${after.statusCode} ${after.status}`,
        ]
      : [];
  });
  return [
    `${style.strong(run.run)}: ${run.error ? style.bad(`not repaired: ${oneLine(run.error)}`) : whatOf(run, applied, changed.length > 0)}`,
    ...(run.fix ? [`  next: ${run.fix}`] : []),
    ...(run.error ? [] : changed),
    ...run.repeats.map(({ job, steps, begun }) =>
      style.warn(
        oneLine(
          `  job "${job}" runs again from the start${steps.length > 0 ? `; already done, to be repeated: ${steps.join(', ')}` : ''}${begun.length > 0 ? `; begun: ${begun.join(', ')}` : ''}`,
        ),
      ),
    ),
    ...run.leftOut.map(({ job, reason }) => oneLine(`  left as it is: job "${job}": ${reason}`)),
    ...run.notes.map((note) => style.warn(`  ${oneLine(note)}`)),
    ...(showStatements && run.statements.length > 0 ? block(run.statements) : []),
    ...(!applied && run.request !== null ? [`  Forgejo is asked: ${run.request}`] : []),
    ...(run.otherwise.length > 0 ? ['  If it cannot, or does not:', ...block(run.otherwise)] : []),
  ].join('\n');
}

/** Above this many, the checks are in --json. */
const checksShown = 20;

function afterwards({ checksSet, checksLeft, undoFile, runs }: ResetResult, view: View): string[] {
  const silent = runs.some((run) => run.by === 'database' && run.error === undefined && hasEnded(run));
  const lines = checksLeft
    .slice(0, checksShown)
    .map(
      (check) =>
        `  ci-doctor api POST ${quote(`/repos/${check.repository}/statuses/${check.sha}`)} ${[
          'context',
          'state',
          'description',
          'target_url',
        ]
          .map((key) => `-f ${quote(`${key}=${{ ...check, target_url: check.targetUrl }[key as 'context']}`)}`)
          .join(' ')}`,
    );
  return [
    ...(checksSet.length > 0 ? [`${count(checksSet.length, 'pending check')} set through the API.`] : []),
    ...(checksLeft.length > 0
      ? [
          [
            `What the database cannot do: ${checksLeft.length === 1 ? 'a check of the commit stays pending' : `each of ${checksLeft.length} checks stays pending`}, and nobody is notified. With FORGEJO_TOKEN set, reset does this itself:`,
            ...lines,
            ...(checksLeft.length > checksShown ? [`  and ${checksLeft.length - checksShown} more: --json`] : []),
          ].join('\n'),
        ]
      : silent
        ? ['No check of a commit is left pending; nobody is notified.']
        : []),
    ...(undoFile === null ? [] : [view.style.faint(`Take it back: ci-doctor undo ${undoFile}`)]),
  ];
}
