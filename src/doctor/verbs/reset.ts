import { randomUUID } from 'node:crypto';
import { Option } from 'commander';
import { appendAudit } from '../../common/audit.ts';
import { type CommonOptions, type Outcome, shownText, type Verb } from '../../common/command.ts';
import { messageOf, ToolError, usage } from '../../common/errors.ts';
import { exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import type { View } from '../../common/output/table.ts';
import { count } from '../../common/output/words.ts';
import { type Connection, type ConnectOptions, connectOptions, withConnection } from '../connect.ts';
import { statusName } from '../database/status.ts';
import { findRun } from '../find-run.ts';
import { limitsOf } from '../reset/limits.ts';
import { type Request, type Target, targets } from '../reset/plan.ts';
import { applyRepair, type Frame, type PlannedRepair, previewRepair, readBack } from '../reset/reset.ts';
import { UndoFile } from '../reset/undo-file.ts';
import type { RunState } from '../stuck/state.ts';
import { findStuck } from '../stuck/stuck.ts';

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
  readonly runId: number;
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
  const frame = (connection: Connection): Frame => ({
    timings: connection.timings,
    generation: connection.database.generation,
    newHandle: randomUUID,
  });

  return withConnection(options, io, async (connection) => {
    const { database } = connection;
    const ids = options.allStuck
      ? await repairableRuns(connection, io)
      : await Promise.all(args.map((name) => findRun(database.queries, name)));
    const previews = new Map<number, PlannedRepair>();
    for (const id of new Set(ids)) previews.set(id, await previewRepair(database, id, request, frame(connection)));
    const planned = [...previews.values()];
    const work = planned.filter((repair) => repair.changes.length > 0);
    const show = (applied: boolean, undoFile: string | null, runs = planned.map((repair) => resetRun(repair))) =>
      outcomeOf({ runs, applied, undoFile }, planned);

    if (options.dryRun || work.length === 0) return show(false, null);
    if (!options.yes) {
      if (!io.interactive) {
        io.note('Nothing was changed: add --yes to apply this, or --dry-run to only look.');
        return { ...show(false, null), exit: exitCode.usage };
      }
      await io.write(`${shownText(show(false, null), io.view)}\n\n`);
      if (
        !(await io.ask(
          `Apply ${count(
            work.reduce((sum, repair) => sum + repair.statements.length, 0),
            'statement',
          )} to ${database.place}?`,
        ))
      ) {
        io.note('Nothing was changed.');
        return {
          exit: exitCode.ok,
          result: { runs: planned.map((repair) => resetRun(repair)), applied: false, undoFile: null },
        };
      }
    }
    const applied = await applyAll(connection, work, request, frame(connection), options, io);
    const done = planned.map((repair) => applied.runs.get(repair.run.id) ?? resetRun(repair));
    const outcome = show(applied.count > 0, applied.undoFile, done);
    return applied.failed ? { ...outcome, exit: exitCode.problem } : outcome;
  });
}

async function repairableRuns({ database, timings }: Connection, io: Io): Promise<number[]> {
  const { findings } = await findStuck(database, timings);
  for (const finding of findings.filter((candidate) => !candidate.repairable))
    io.note(`left out: ${finding.subject}: ${finding.message} ${finding.fix}`);
  if (findings.length === 0) io.note('Nothing is stuck.');
  return findings.flatMap((finding) => (finding.repairable && finding.runId !== null ? [finding.runId] : []));
}

async function applyAll(
  connection: Connection,
  work: readonly PlannedRepair[],
  request: Request,
  frame: Frame,
  options: Options,
  io: Io,
) {
  const { database } = connection;
  const undoFile = new UndoFile(connection.undoDirectory, await database.identity(), new Date());
  await undoFile.prepare();
  const runs = new Map<number, ResetRun>();
  const repaired: PlannedRepair[] = [];
  for (const shown of work) {
    const id = shown.run.id;
    try {
      const repair = await applyRepair(database, id, request, frame, { undoFile, ...(!options.yes && { shown }) });
      if (repair.changes.length > 0) repaired.push(repair);
      runs.set(id, resetRun(repair));
      io.note(`${nameOf(repair.run)}: ${count(repair.statements.length, 'statement')} committed.`);
    } catch (thrown) {
      const error = database.explain(thrown);
      // A server that can't be asked, or a role that may not write, holds for every run.
      if (repaired.length === 0 && error instanceof ToolError && error.kind === 'unknown') throw error;
      runs.set(id, notRepaired(shown, error));
      io.note(`${nameOf(shown.run)}: not repaired. ${messageOf(error)}`);
    }
    const run = runs.get(id)!;
    await appendAudit(connection.journal, {
      tool: 'ci-doctor',
      action: `reset --to ${request.to}`,
      outcome: run.error === undefined ? 'done' : 'failed',
      details: {
        database: database.place,
        runId: id,
        statements: run.statements,
        before: run.before,
        after: run.after,
        undoFile: undoFile.begun ? undoFile.path : null,
        ...(run.error && { error: run.error }),
      },
    }).catch((error) => io.note(`The journal ${connection.journal} could not be written: ${messageOf(error)}`));
  }
  // Looked at at once and once more: a runner that ended its task in the same instant writes a moment later.
  for (const wait of repaired.length > 0 ? [0, secondLookAfter] : []) {
    if (wait > 0) await io.pause(wait);
    for (const repair of repaired) {
      const before = runs.get(repair.run.id)!;
      try {
        const { run, overtaken } = await readBack(database, repair);
        const notes = overtaken.map(
          (job) => `Job "${job}": its runner ended the task in the same instant; the task's result was kept.`,
        );
        runs.set(repair.run.id, { ...before, after: summary(run), notes: [...before.notes, ...notes] });
      } catch (error) {
        // The repair is committed; what is true now could not be told.
        io.note(`${nameOf(repair.run)}: repaired, but it could not be read back. ${messageOf(error)}`);
      }
    }
  }
  return {
    runs,
    undoFile: undoFile.begun ? undoFile.path : null,
    count: repaired.length,
    failed: [...runs.values()].some((run) => run.error !== undefined),
  };
}

const nameOf = (run: RunState): string =>
  `${run.repository ?? `repository ${run.repositoryId}`}#${run.index} (run ${run.id})`;

const resetRun = (repair: PlannedRepair): ResetRun => ({
  runId: repair.run.id,
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
