import { randomUUID } from 'node:crypto';
import { problem } from '../../common/errors.ts';
import { type Plan, runPlan, type Step } from '../../common/plan.ts';
import type { Database, Queries } from '../database/database.ts';
import { isDone, Status } from '../database/status.ts';
import { loadInstance } from '../stuck/instance.ts';
import { loadRuns } from '../stuck/look.ts';
import type { JobState, RunState } from '../stuck/state.ts';
import type { Timings } from '../stuck/timings.ts';
import { applyChanges, type Change, isInsert, Statements } from './change.ts';
import { checkForeignKeys } from './foreign-keys.ts';
import { planRepair, type Repair, type Request } from './plan.ts';
import { counterChanges, lockRuns, surroundingsOf } from './rows.ts';
import { type UndoEntry, type UndoFile, undoable } from './undo-file.ts';

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
  for (let from = 0; from < ids.length; from += database.runsAtOnce) {
    const some = ids.slice(from, from + database.runsAtOnce);
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
  /** The name of each run's repair, by run id; added to. A run that has to be tried again keeps its own. */
  readonly names: Map<number, string>;
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
    const repairs = await planAll(database, queries, runs, request, timings, true, options.names);
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
  names = new Map<number, string>(),
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
    const name = names.get(repair.run.id) ?? randomUUID();
    names.set(repair.run.id, name);
    return {
      ...repair,
      repair: name,
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
  const record: Step<undefined> = {
    title: 'Write the undo file',
    commands: [undoFile.path],
    async apply() {
      const entries = repairs.map(undoEntryOf);
      await undoFile.append(entries.filter(({ rows }) => rows.length > 0));
      return undefined;
    },
  };
  const statements = new Statements(queries);
  const texts = new Map(
    repairs.flatMap((repair) => repair.changes.map((change, at) => [change, repair.statements[at]!])),
  );
  const changes = inServersOrder([...texts.keys()]);
  const steps: Step<undefined>[] = [];
  for (let from = 0; from < changes.length; ) {
    const { table } = changes[from]!;
    let end = from;
    while (end < changes.length && end - from < rowsAStep && changes[end]!.table === table) end++;
    const some = changes.slice(from, end);
    steps.push({
      title: titleOf(some),
      commands: some.map((change) => texts.get(change)!),
      async apply() {
        await applyChanges(database, queries, some, statements);
        return undefined;
      },
    });
    from = end;
  }
  return { title: `Repair ${repairs.map(({ run }) => run.id).join(', ')}`, steps: [record, ...steps] };
}

/** What takes a repair back. */
export const undoEntryOf = ({ repair, run, changes }: PlannedRepair): UndoEntry => ({
  repair,
  runId: run.id,
  ownerId: run.ownerId,
  repositoryId: run.repositoryId,
  rows: undoable(changes),
});

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

/** What a second look at a repaired run needs to remember. */
export interface Repaired {
  readonly runId: number;
  /** The jobs that were put back into the queue, as they were before. */
  readonly requeued: readonly JobState[];
}

export const repairedOf = ({ run, after }: Repair): Repaired => ({
  runId: run.id,
  requeued: run.jobs.filter(
    (job, at) => job.taskId !== 0 && after.jobs[at]!.status === Status.waiting && after.jobs[at]!.taskId === 0,
  ),
});

/**
 * Looks again at repaired runs. The server's end of a task is not guarded by the old status, so a runner that ended it in
 * the same instant can have overwritten the requeue: job done, but without its task. Then the task's result is what is true,
 * and that is not for an undo: it would only take the job's log away again.
 *
 * @returns the names of the jobs whose results were taken, by run id
 */
export async function takeOvertaken(
  database: Database,
  repairs: readonly Repaired[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const jobs = new Map(repairs.flatMap(({ requeued }) => requeued.map((job) => [job.id, job])));
  const ids = [...jobs.keys()];
  const overtaken = new Map<number, readonly string[]>();
  for (let from = 0; from < ids.length; from += jobsAtOnce) {
    const rows = await database.queries
      .selectFrom('action_run_job')
      .select('run_id')
      .distinct()
      .where('id', 'in', ids.slice(from, from + jobsAtOnce))
      .where('task_id', '=', 0)
      .where('status', 'in', done)
      .execute();
    for (const row of rows) overtaken.set(row.run_id, await takeResults(database, row.run_id, jobs));
  }
  return overtaken;
}

const jobsAtOnce = 1_000;
const done = [Status.success, Status.failure, Status.cancelled, Status.skipped];

function takeResults(database: Database, runId: number, before: ReadonlyMap<number, JobState>): Promise<string[]> {
  return database.transaction(async (queries) => {
    const [run] = await lockRuns(database, queries, [runId]);
    const jobs = (run?.jobs ?? []).flatMap((after) => {
      const old = before.get(after.id);
      return old && isDone(after.status) && after.taskId === 0 ? [{ old, after }] : [];
    });
    const changes = jobs.map<Change>(({ old, after }) => ({
      table: 'action_run_job',
      id: old.id,
      before: {
        task_id: 0,
        status: after.status,
        started: after.started,
        attempt: after.attempt,
        ...(after.handle !== null && { handle: after.handle }),
      },
      after: {
        task_id: old.taskId,
        status: after.status,
        started: old.started,
        attempt: old.attempt,
        ...(old.handle !== null && { handle: old.handle }),
      },
    }));
    await applyChanges(database, queries, changes, new Statements(queries));
    return jobs.map(({ old }) => old.name);
  });
}

/** The runs as they are now, a batch at a time. */
export async function* readBack(database: Database, ids: readonly number[]): AsyncGenerator<RunState> {
  for (let from = 0; from < ids.length; from += database.runsAtOnce)
    yield* await loadRuns(database, database.queries, ids.slice(from, from + database.runsAtOnce));
}
