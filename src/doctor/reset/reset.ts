import { randomUUID } from 'node:crypto';
import { problem } from '../../common/errors.ts';
import { type Plan, runPlan, type Step } from '../../common/plan.ts';
import type { Database, Queries } from '../database/database.ts';
import { isDone, Status } from '../database/status.ts';
import { loadInstance } from '../stuck/instance.ts';
import { loadRuns } from '../stuck/look.ts';
import type { RunState } from '../stuck/state.ts';
import type { Timings } from '../stuck/timings.ts';
import { applyChanges, type Change, isInsert, Statements } from './change.ts';
import { checkForeignKeys } from './foreign-keys.ts';
import { planRepair, type Repair, type Request } from './plan.ts';
import { counterChanges, lockRuns, surroundingsOf } from './rows.ts';
import { type UndoFile, undoable } from './undo-file.ts';

/** How many runs are repaired in one transaction: its locks are held for a fraction of a second. */
export const runsAtOnce = 250;
/** Rows shown in one step of a plan. */
const rowsAStep = 500;

/** One run's repair with the exact statements, values written in. */
export interface PlannedRepair extends Repair {
  /** One for each repair: names it in undo file and journal. */
  readonly repair: string;
  readonly statements: readonly string[];
}

/** The repairs as they would be now, from one consistent look; locks and changes nothing. */
export async function previewRepairs(
  database: Database,
  ids: readonly number[],
  request: Request,
  timings: Timings,
): Promise<PlannedRepair[]> {
  const previews: PlannedRepair[] = [];
  for (let from = 0; from < ids.length; from += runsAtOnce) {
    const some = ids.slice(from, from + runsAtOnce);
    previews.push(
      ...(await database.snapshot(async (queries) => {
        const runs = await loadRuns(database, queries, some, { logs: true });
        const missing = some.find((id) => !runs.some((run) => run.id === id));
        if (missing !== undefined) throw noSuchRun(missing);
        return planAll(database, queries, runs, request, timings, false);
      })),
    );
  }
  return previews;
}

export interface ApplyOptions {
  readonly undoFile: UndoFile;
  /** What the person was shown: when the rows have moved on from it, nothing is changed. */
  readonly shown?: readonly PlannedRepair[];
  /** A run that is gone is an error; otherwise it is left out. */
  readonly mustExist?: boolean;
}

/**
 * Repairs runs in one transaction: rows locked in the server's order and read anew, the repairs planned from what they
 * hold, the undo entries on disk, then every statement guarded and its row count checked. Anything else rolls back.
 */
export async function applyRepairs(
  database: Database,
  ids: readonly number[],
  request: Request,
  timings: Timings,
  options: ApplyOptions,
): Promise<PlannedRepair[]> {
  const keys = await database.foreignKeys();
  return database.transaction(async (queries) => {
    const runs = await lockRuns(database, queries, ids);
    const missing = ids.find((id) => !runs.some((run) => run.id === id));
    if (options.mustExist && missing !== undefined) throw noSuchRun(missing);
    for (const { run: shown } of options.shown ?? []) {
      const now = runs.find((run) => run.id === shown.id);
      if (!now) throw noSuchRun(shown.id);
      if (!sameRows(shown, now))
        throw problem(
          `Run ${shown.id} changed after the plan was shown. Nothing was changed.`,
          'Look at it again; the plan may be another one now.',
        );
    }
    const repairs = await planAll(database, queries, runs, request, timings, true);
    const changed = repairs.filter(({ changes }) => changes.length > 0);
    if (changed.length === 0) return repairs;
    await checkForeignKeys(
      queries,
      keys,
      changed.flatMap(({ changes }) => changes),
    );
    const report = await runPlan(transactionPlan(database, queries, changed, options.undoFile), undefined);
    // Thrown inside the transaction, so that it rolls back: the one undo that covers every step.
    if (!report.applied) throw report.error;
    return repairs;
  });
}

const noSuchRun = (id: number) =>
  id < 0
    ? problem(`Task ${-id} is none whose job's row is gone.`, 'Look again with "ci-doctor stuck".')
    : problem(
        `There is no run ${id}.`,
        'List runs with "ci-doctor runs"; a number in a web address is the index, written OWNER/REPOSITORY#INDEX.',
      );

/** Plans runs one after the other, each knowing what those before it announce and count. */
async function planAll(
  database: Database,
  queries: Queries,
  runs: readonly RunState[],
  request: Request,
  timings: Timings,
  lock: boolean,
): Promise<PlannedRepair[]> {
  const { generation } = database;
  const now = await database.now(queries);
  const situation = {
    now,
    timings,
    generation,
    aggregation: generation.aggregation,
    instance: await loadInstance(database, queries, now),
    announced: new Set<string>(),
    newHandle: randomUUID,
  };
  const around = await surroundingsOf(queries, runs, lock);
  const repairs = runs.map((run) => planRepair(run, request, around, situation));
  const counters = await counterChanges(
    database,
    queries,
    repairs.map(({ run, after }) => ({
      runId: run.id,
      repositoryId: run.repositoryId,
      before: run.status,
      after: after.status,
    })),
  );
  const statements = new Statements(queries);
  return repairs.map((repair, index) => {
    // A repository is counted once, with the first of its runs, which is the last to be undone.
    const counter = counters.find(
      ({ repositoryId }) =>
        repair.run.repositoryId === repositoryId &&
        turns(repair) &&
        !repairs.slice(0, index).some((other) => other.run.repositoryId === repositoryId && turns(other)),
    );
    const changes = counter ? inServersOrder([...repair.changes, counter.change]) : repair.changes;
    return {
      ...repair,
      repair: randomUUID(),
      changes,
      statements: changes.map((change) => database.literal(statements.of(change))),
    };
  });
}

const turns = ({ run, after }: Repair): boolean => isDone(run.status) !== isDone(after.status);

/** The order in which the server writes, and so locks: task, job, run, repository, steps, queue versions. */
const order: readonly string[] = [
  'action_task',
  'action_run_job',
  'action_run',
  'repository',
  'action_task_step',
  'action_tasks_version',
];
const inServersOrder = (changes: readonly Change[]): Change[] =>
  [...changes].sort((a, b) => order.indexOf(a.table) - order.indexOf(b.table));

function transactionPlan(
  database: Database,
  queries: Queries,
  repairs: readonly PlannedRepair[],
  undoFile: UndoFile,
): Plan<undefined> {
  const statements = new Statements(queries);
  const record: Step<undefined> = {
    title: 'Write the undo file',
    commands: [undoFile.path],
    async apply() {
      const entries = repairs.map(({ repair, run, changes }) => ({
        repair,
        runId: run.id,
        ownerId: run.ownerId,
        repositoryId: run.repositoryId,
        rows: undoable(changes),
      }));
      await undoFile.append(entries.filter(({ rows }) => rows.length > 0));
      return undefined;
    },
  };
  const changes = inServersOrder(repairs.flatMap((repair) => repair.changes));
  const steps: Step<undefined>[] = [];
  for (let from = 0; from < changes.length; ) {
    const { table } = changes[from]!;
    let end = from;
    while (end < changes.length && end - from < rowsAStep && changes[end]!.table === table) end++;
    const some = changes.slice(from, end);
    steps.push({
      title: titleOf(some),
      commands: some.map((change) => database.literal(statements.of(change))),
      async apply() {
        await applyChanges(database, queries, some, statements);
        return undefined;
      },
    });
    from = end;
  }
  return { title: `Repair ${repairs.map(({ run }) => run.id).join(', ')}`, steps: [record, ...steps] };
}

function titleOf(changes: readonly Change[]): string {
  const [change] = changes as [Change];
  if (changes.length > 1) return `Write ${changes.length} rows of ${change.table}`;
  return isInsert(change) ? `Insert into ${change.table}` : `Update ${change.table} ${change.id}`;
}

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
 * Reads repaired runs again. The server's end of a task is not guarded by the old status, so a runner that ended it in
 * the same instant can have overwritten the requeue: job done, but without its task. Then the task's result is what is true,
 * and that is not for an undo: it would only take the job's log away again.
 *
 * @returns by run id; runs that are gone are left out
 */
export async function readBack(
  database: Database,
  repairs: readonly PlannedRepair[],
): Promise<ReadonlyMap<number, ReadBack>> {
  const found = new Map<number, ReadBack>();
  for (let from = 0; from < repairs.length; from += runsAtOnce) {
    const some = repairs.slice(from, from + runsAtOnce);
    const runs = await loadRuns(
      database,
      database.queries,
      some.map(({ run }) => run.id),
    );
    for (const run of runs) {
      const repair = some.find((candidate) => candidate.run.id === run.id)!;
      found.set(
        run.id,
        overtakenJobs(repair, run).length === 0 ? { run, overtaken: [] } : await takeResults(database, repair, run),
      );
    }
  }
  return found;
}

const overtakenJobs = (repair: PlannedRepair, run: RunState | undefined) =>
  repair.run.jobs.filter((before) => {
    const after = run?.jobs.find((job) => job.id === before.id);
    const requeued =
      repair.after.jobs.find((job) => job.id === before.id)?.status === Status.waiting && before.taskId !== 0;
    return requeued && after !== undefined && isDone(after.status) && after.taskId === 0;
  });

async function takeResults(database: Database, repair: PlannedRepair, run: RunState): Promise<ReadBack> {
  const overtaken = await database.transaction(async (queries) => {
    const [locked] = await lockRuns(database, queries, [run.id]);
    const jobs = overtakenJobs(repair, locked);
    const changes = jobs.map<Change>((before) => {
      const after = locked!.jobs.find((job) => job.id === before.id)!;
      return {
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
    });
    await applyChanges(database, queries, changes, new Statements(queries));
    return jobs.map((job) => job.name);
  });
  const [final] = await loadRuns(database, database.queries, [run.id]);
  return { run: final ?? run, overtaken };
}
