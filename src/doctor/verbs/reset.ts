import { Option } from 'commander';
import { appendAudits } from '../../common/audit.ts';
import { type CommonOptions, type Outcome, shownText, type Verb } from '../../common/command.ts';
import { messageOf, ToolError, usage } from '../../common/errors.ts';
import { exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import type { View } from '../../common/output/table.ts';
import { count } from '../../common/output/words.ts';
import { type Connection, type ConnectOptions, connectOptions, withConnection } from '../connect.ts';
import { statusName } from '../database/status.ts';
import { findRun } from '../find-run.ts';
import { withoutOwnRun } from '../own-run.ts';
import { limitsOf } from '../reset/limits.ts';
import { type Request, type Target, targets } from '../reset/plan.ts';
import { applyRepairs, type PlannedRepair, previewRepairs, readBack, runsAtOnce } from '../reset/reset.ts';
import { UndoFile } from '../reset/undo-file.ts';
import { orphanId, type RunState } from '../stuck/state.ts';
import { findStuck, nameOfRun } from '../stuck/stuck.ts';

interface Options extends ConnectOptions, CommonOptions {
  readonly to: Target;
  readonly job?: string;
  readonly allStuck?: true;
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
  readonly notes: readonly string[];
  /** Why it was not repaired; then there are no statements, steps or notes. */
  readonly error?: string;
  /** The next step after an error. */
  readonly fix?: string;
}

interface ResetResult {
  readonly runs: readonly ResetRun[];
  readonly applied: boolean;
  readonly undoFile: string | null;
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
  return withConnection(options, io, async (connection) => {
    const { database, timings } = connection;
    const ids = [
      ...new Set(
        options.allStuck
          ? await repairableRuns(connection, io)
          : await Promise.all(args.map((name) => findTarget(connection, name))),
      ),
    ];
    const show = (applied: boolean, undoFile: string | null, repairs: readonly PlannedRepair[], runs?: ResetRun[]) =>
      outcomeOf({ runs: runs ?? repairs.map(resetRun), applied, undoFile }, repairs);

    if (options.yes && !options.dryRun) return applied(await applyAll(connection, ids, request, options, io));
    const planned = await previewRepairs(database, ids, request, timings);
    const work = planned.filter((repair) => repair.changes.length > 0);
    const asShown = show(false, null, planned);
    if (options.dryRun || work.length === 0) return asShown;
    if (!io.interactive) {
      io.note('Nothing was changed: add --yes to apply this, or --dry-run to only look.');
      return { ...asShown, exit: exitCode.usage };
    }
    await io.write(`${shownText(asShown, io.view)}\n\n`);
    const statements = work.reduce((sum, repair) => sum + repair.statements.length, 0);
    if (!(await io.ask(`Apply ${count(statements, 'statement')} to ${database.place}?`))) {
      io.note('Nothing was changed.');
      return { exit: exitCode.ok, result: asShown.result };
    }
    return applied(await applyAll(connection, ids, request, options, io, planned));

    function applied(all: Applied): Outcome<ResetResult> {
      const outcome = show(all.count > 0, all.undoFile, all.repairs, all.runs);
      return all.failed ? { ...outcome, exit: exitCode.problem } : outcome;
    }
  });
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
  readonly repairs: readonly PlannedRepair[];
  readonly runs: ResetRun[];
  readonly undoFile: string | null;
  /** How many runs were changed. */
  readonly count: number;
  readonly failed: boolean;
}

/** Above this many runs a line of progress is about a batch. */
const notedOneByOne = 20;

async function applyAll(
  connection: Connection,
  ids: readonly number[],
  request: Request,
  options: Options,
  io: Io,
  shown?: readonly PlannedRepair[],
): Promise<Applied> {
  const { database, timings } = connection;
  const undoFile = new UndoFile(connection.undoDirectory, await database.identity(), new Date());
  await undoFile.prepare();
  const repairs: PlannedRepair[] = [];
  const repaired: PlannedRepair[] = [];
  const runs = new Map<number, ResetRun>();
  const failed = new Set<number>();

  const apply = async (some: readonly number[]): Promise<void> => {
    try {
      const done = await applyRepairs(database, some, request, timings, {
        undoFile,
        mustExist: !options.allStuck,
        ...(shown && { shown: shown.filter(({ run }) => some.includes(run.id)) }),
      });
      const changed = done.filter(({ changes }) => changes.length > 0);
      repairs.push(...done);
      repaired.push(...changed);
      for (const repair of done) runs.set(repair.run.id, resetRun(repair));
      const committed = (list: readonly PlannedRepair[]) =>
        `${count(
          list.reduce((sum, { statements }) => sum + statements.length, 0),
          'statement',
        )} committed.`;
      if (ids.length > notedOneByOne) io.note(`${count(changed.length, 'run')}: ${committed(changed)}`);
      else for (const repair of changed) io.note(`${nameOf(repair.run)}: ${committed([repair])}`);
      await journal(changed.map((repair) => entryOf(repair, runs.get(repair.run.id)!)));
    } catch (thrown) {
      const error = database.explain(thrown);
      // A server that can't be asked, or a role that may not write, holds for every run.
      if (repaired.length === 0 && error instanceof ToolError && error.kind !== 'problem') throw error;
      // One run that cannot be repaired does not take the others of its transaction with it.
      if (some.length > 1) {
        for (const id of some) await apply([id]);
        return;
      }
      const [repair] =
        shown?.filter(({ run }) => run.id === some[0]) ?? (await previewRepairs(database, some, request, timings));
      repairs.push(repair!);
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
      ...(run.error && { error: run.error }),
    },
  });
  const journal = (entries: readonly ReturnType<typeof entryOf>[]) =>
    entries.length === 0
      ? undefined
      : appendAudits(connection.journal, entries).catch((error) =>
          io.note(`The journal ${connection.journal} could not be written: ${messageOf(error)}`),
        );

  for (let from = 0; from < ids.length; from += runsAtOnce) await apply(ids.slice(from, from + runsAtOnce));

  // Looked at at once and once more: a runner that ended its task in the same instant writes a moment later.
  for (const wait of repaired.length > 0 ? [0, secondLookAfter] : []) {
    if (wait > 0) await io.pause(wait);
    try {
      for (const [id, { run, overtaken }] of await readBack(database, repaired)) {
        const before = runs.get(id)!;
        const notes = overtaken.map(
          (job) => `Job "${job}": its runner ended the task in the same instant; the task's result was kept.`,
        );
        runs.set(id, { ...before, after: summary(run), notes: [...before.notes, ...notes] });
      }
    } catch (error) {
      // The repair is committed; what is true now could not be told.
      io.note(`Repaired, but it could not be read back. ${messageOf(error)}`);
    }
  }
  return {
    repairs,
    runs: [...runs.values()],
    undoFile: undoFile.begun ? undoFile.path : null,
    count: repaired.length,
    failed: failed.size > 0,
  };
}

const nameOf = (run: RunState): string => (run.exists ? `${nameOfRun(run)} (run ${run.id})` : nameOfRun(run));

const resetRun = (repair: PlannedRepair): ResetRun => ({
  runId: repair.run.id < 0 ? null : repair.run.id,
  run: nameOf(repair.run),
  before: summary(repair.run),
  after: summary(repair.after),
  statements: repair.statements,
  leftOut: repair.leftOut.map(({ job, reason }) => ({ job, reason })),
  repeats: repair.repeats,
  notes: [...repair.notes, ...limitsOf(repair.run, repair.after)],
});

/** What was planned was not done, so nothing of it is told as if it had been. */
const notRepaired = (repair: PlannedRepair, error: unknown): ResetRun => ({
  ...resetRun(repair),
  after: summary(repair.run),
  statements: [],
  leftOut: [],
  repeats: [],
  notes: [],
  error: messageOf(error),
  ...(error instanceof ToolError && { fix: error.fix }),
});

const summary = (run: RunState): RunSummary => ({
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

function outcomeOf(result: ResetResult, planned: readonly PlannedRepair[]): Outcome<ResetResult> {
  // A refusal is a run on which nothing can be done although something was wanted of it.
  const refused =
    planned.some((repair) => repair.changes.length === 0 && repair.leftOut.length > 0) ||
    planned.some((repair) => repair.leftOut.some((left) => left.problem));
  return { exit: refused ? exitCode.problem : exitCode.ok, result, text: (view) => resetText(result, view) };
}

function resetText(result: ResetResult, view: View): string {
  return [
    ...result.runs.map((run) => runText(run, result.applied, view)),
    ...(result.applied ? [view.style.faint(`Take it back: ci-doctor undo ${result.undoFile}`)] : []),
  ].join('\n\n');
}

function runText(run: ResetRun, applied: boolean, view: View): string {
  const { style } = view;
  const changed = run.before.jobs.flatMap((job) => {
    const after = run.after.jobs.find((candidate) => candidate.id === job.id);
    return after && (after.status !== job.status || after.taskId !== job.taskId)
      ? [`  job ${job.id} "${job.name}": ${job.statusCode} ${job.status} → ${after.statusCode} ${after.status}`]
      : [];
  });
  const nothing = run.statements.length === 0 && run.leftOut.length === 0;
  return [
    `${style.strong(run.run)}: ${run.error ? style.bad(`not repaired: ${run.error}`) : nothing ? `nothing to repair, status ${run.before.statusCode} ${run.before.status}` : `${run.before.statusCode} ${run.before.status} → ${run.after.statusCode} ${run.after.status}`}`,
    ...(run.fix ? [`  next: ${run.fix}`] : []),
    ...changed,
    ...run.repeats.map(({ job, steps }) =>
      style.warn(
        `  job "${job}" runs again from the start${steps.length > 0 ? `; already done, to be repeated: ${steps.join(', ')}` : ''}`,
      ),
    ),
    ...run.leftOut.map(({ job, reason }) => `  left as it is: job "${job}": ${reason}`),
    ...run.notes.map((note) => style.warn(`  ${note}`)),
    ...(applied || run.statements.length === 0
      ? []
      : ['  BEGIN;', ...run.statements.map((line) => `  ${line};`), '  COMMIT;']),
  ].join('\n');
}
