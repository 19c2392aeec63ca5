import { randomUUID } from 'node:crypto';
import { problem } from '../../common/errors.ts';
import { type Plan, runPlan, type Step, type StepReport } from '../../common/plan.ts';
import type { Database, Queries } from '../database/database.ts';
import { isDone, Status } from '../database/status.ts';
import { loadRuns } from '../stuck/look.ts';
import type { RunState } from '../stuck/state.ts';
import { applyChange, type Change, isInsert, statement } from './change.ts';
import { checkForeignKeys } from './foreign-keys.ts';
import { planRepair, type Repair, type Request, type Situation } from './plan.ts';
import { lockRun, surroundingsOf } from './rows.ts';
import { type UndoFile, undoable } from './undo-file.ts';

/** One run's repair with the exact statements, values written in. */
export interface PlannedRepair extends Repair {
  readonly statements: readonly string[];
}

/** What `Situation` needs that does not change from run to run. */
export type Frame = Omit<Situation, 'now'>;

/** The repair as it would be now, from one consistent look; locks and changes nothing. */
export function previewRepair(
  database: Database,
  runId: number,
  request: Request,
  frame: Frame,
): Promise<PlannedRepair> {
  return database.snapshot(async (queries) => {
    const [run] = await loadRuns(database, queries, [runId]);
    if (!run) throw noSuchRun(runId);
    return plan(database, queries, run, request, frame, false);
  });
}

export interface ApplyOptions {
  readonly undoFile: UndoFile;
  /** What the person was shown: when the rows have moved on from it, nothing is changed. */
  readonly shown?: PlannedRepair;
  readonly onStep?: (report: Readonly<StepReport>, phase: 'begin' | 'end') => void;
}

/**
 * Repairs one run in one transaction: rows locked in the server's order and read anew, the repair planned from what they
 * hold, the undo entry on disk, then every statement guarded and its row count checked. Anything else rolls back.
 */
export async function applyRepair(
  database: Database,
  runId: number,
  request: Request,
  frame: Frame,
  options: ApplyOptions,
): Promise<PlannedRepair> {
  const keys = await database.foreignKeys();
  const repairId = randomUUID();
  return database.transaction(async (queries) => {
    const run = await lockRun(database, queries, runId);
    if (!run) throw noSuchRun(runId);
    if (options.shown && !sameRows(options.shown.run, run))
      throw problem(
        `Run ${runId} changed after the plan was shown. Nothing was changed.`,
        'Look at it again; the plan may be another one now.',
      );
    const repair = await plan(database, queries, run, request, frame, true);
    if (repair.changes.length === 0) return repair;
    await checkForeignKeys(queries, keys, repair.changes);
    const report = await runPlan(
      transactionPlan(database, queries, repair, repairId, options.undoFile),
      undefined,
      options.onStep && { onStep: options.onStep },
    );
    // Thrown inside the transaction, so that it rolls back: the one undo that covers every step.
    if (!report.applied) throw report.error;
    return repair;
  });
}

const noSuchRun = (runId: number) =>
  problem(
    `There is no run ${runId}.`,
    'List runs with "ci-doctor runs"; a number in a web address is the index, written OWNER/REPOSITORY#INDEX.',
  );

async function plan(
  database: Database,
  queries: Queries,
  run: RunState,
  request: Request,
  frame: Frame,
  lock: boolean,
): Promise<PlannedRepair> {
  const repair = planRepair(run, request, await surroundingsOf(database, queries, run, lock), {
    ...frame,
    now: await database.now(queries),
  });
  return {
    ...repair,
    statements: repair.changes.map((change) => database.literal(statement(queries, change).compile())),
  };
}

function transactionPlan(
  database: Database,
  queries: Queries,
  repair: PlannedRepair,
  repairId: string,
  undoFile: UndoFile,
): Plan<undefined> {
  const record: Step<undefined> = {
    title: 'Write the undo file',
    commands: [undoFile.path],
    async apply() {
      await undoFile.append({
        repair: repairId,
        runId: repair.run.id,
        ownerId: repair.run.ownerId,
        repositoryId: repair.run.repositoryId,
        rows: undoable(repair.changes),
      });
      return undefined;
    },
  };
  const updates = repair.changes.map<Step<undefined>>((change) => ({
    title: titleOf(change),
    commands: [database.literal(statement(queries, change).compile())],
    async apply() {
      await applyChange(queries, change);
      return undefined;
    },
  }));
  return { title: `Repair run ${repair.run.id}`, steps: [record, ...updates] };
}

const titleOf = (change: Change): string =>
  isInsert(change) ? `Insert into ${change.table}` : `Update ${change.table} ${change.id}`;

/** The rows a plan was made from, apart from the heartbeat: it moves every second without changing the plan. */
function sameRows(shown: RunState, now: RunState): boolean {
  const essence = (run: RunState) =>
    JSON.stringify([
      run.status,
      run.version,
      run.jobs.map((job) => [job.id, job.status, job.taskId, job.updated, job.task?.status]),
      run.strays.map((task) => task.id),
    ]);
  return essence(shown) === essence(now);
}

/** What a second look found after a repair. */
export interface ReadBack {
  readonly run: RunState;
  /** Jobs whose runner ended the old task in the same instant and wrote over the repair; its result was taken. */
  readonly overtaken: readonly string[];
}

/**
 * Reads a repaired run again. The server's end of a task is not guarded by the old status, so a runner that ended it in
 * the same instant can have overwritten the requeue: job done, but without its task. Then the task's result is what is true,
 * and that is not for an undo: it would only take the job's log away again.
 */
export async function readBack(database: Database, repair: PlannedRepair): Promise<ReadBack> {
  const overtaken = (run: RunState | undefined) =>
    repair.run.jobs.filter((before) => {
      const after = run?.jobs.find((job) => job.id === before.id);
      const requeued =
        repair.after.jobs.find((job) => job.id === before.id)?.status === Status.waiting && before.taskId !== 0;
      return requeued && after !== undefined && isDone(after.status) && after.taskId === 0;
    });
  const [run] = await loadRuns(database, database.queries, [repair.run.id]);
  if (!run) throw noSuchRun(repair.run.id);
  if (overtaken(run).length === 0) return { run, overtaken: [] };
  const names = await database.transaction(async (queries) => {
    const locked = await lockRun(database, queries, repair.run.id);
    const jobs = overtaken(locked);
    for (const before of jobs) {
      const after = locked!.jobs.find((job) => job.id === before.id)!;
      const change: Change = {
        table: 'action_run_job',
        id: before.id,
        before: {
          task_id: 0,
          status: after.status,
          started: after.started,
          attempt: after.attempt,
          ...(after.handle !== null && { handle: after.handle }),
        },
        after: {
          task_id: before.taskId,
          status: after.status,
          started: before.started,
          attempt: before.attempt,
          ...(before.handle !== null && { handle: before.handle }),
        },
      };
      await applyChange(queries, change);
    }
    return jobs.map((job) => job.name);
  });
  const [final] = await loadRuns(database, database.queries, [repair.run.id]);
  return { run: final ?? run, overtaken: names };
}
