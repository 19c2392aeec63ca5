import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { problem } from '../../common/errors.ts';
import { groupBy } from '../../common/group.ts';
import { type Plan, runPlan, type Step } from '../../common/plan.ts';
import type { Database, Queries } from '../database/database.ts';
import { doneStatuses, isDone, Status } from '../database/status.ts';
import { loadInstance } from '../stuck/instance.ts';
import { loadRuns } from '../stuck/look.ts';
import type { InstanceState, JobState, RunState } from '../stuck/state.ts';
import type { Timings } from '../stuck/timings.ts';
import { applyChanges, type Change, execute, isInsert, Statements, sentAs } from './change.ts';
import { checkForeignKeys } from './foreign-keys.ts';
import { planRepair, type Repair, type Request } from './plan.ts';
import { announcements, counterChanges, lockRepositories, lockRuns, stepsOf, versionsOf } from './rows.ts';
import { type UndoEntry, type UndoFile, undoable } from './undo-file.ts';

/** Seconds for which the rest of the instance is taken as it was seen: of thousands of runs each batch would look at it anew. */
const recent = 5;

/**
 * What is the same for all runs, as a command that repairs many of them saw it a moment ago. It is read anew where it
 * says that one of their jobs starves the queue: that is nothing to act on from memory.
 */
export class RecentInstance {
  #seen: { readonly at: number; readonly instance: InstanceState } | undefined;

  async of(database: Database, queries: Queries, now: number, runs: readonly RunState[]): Promise<InstanceState> {
    const seen = this.#seen;
    if (seen && Math.abs(now - seen.at) < recent) {
      const { poisoned } = seen.instance;
      if (poisoned.size === 0 || !runs.some((run) => run.jobs.some(({ id }) => poisoned.has(id)))) return seen.instance;
    }
    const instance = await loadInstance(database, queries, now);
    this.#seen = { at: now, instance };
    return instance;
  }
}

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
  const around = new RecentInstance();
  for (let from = 0; from < ids.length; from += database.runsAtOnce) {
    const some = ids.slice(from, from + database.runsAtOnce);
    previews.push(
      ...(await database.snapshot(async (queries) => {
        const runs = await loadRuns(database, queries, some, { logs: true });
        const missing = some.find((id) => !runs.some((run) => run.id === id));
        if (missing !== undefined) throw noSuchRun(missing);
        return planAll(database, queries, runs, request, timings, around);
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
  /** Kept from one batch of runs to the next. */
  readonly instance: RecentInstance;
  /** The name of each run's repair, by run id; added to. A run that has to be tried again keeps its own. */
  readonly names: Map<number, string>;
  /**
   * Resolves when the transaction before this one has ended: until then this one only locks and reads what is its runs' own.
   * The queue's versions, the repositories and the undo file are all runs'.
   */
  readonly turn?: () => Promise<void>;
  /** Called with what is changed while the server writes it, for work that need not wait for the commit; at each try. */
  readonly meanwhile?: (changed: readonly PlannedRepair[]) => void;
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
    const repairs = await planAll(database, queries, runs, request, timings, options.instance, options);
    const changed = repairs.filter(({ changes }) => changes.length > 0);
    if (changed.length === 0) return repairs;
    await checkForeignKeys(
      queries,
      keys,
      changed.flatMap(({ changes }) => changes),
    );
    const report = await runPlan(transactionPlan(database, queries, changed, options), undefined);
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

/**
 * Plans runs together: what several of them announce or count is with the first.
 * @param options of repairs that are to be applied: then what is read is locked
 */
async function planAll(
  database: Database,
  queries: Queries,
  runs: readonly RunState[],
  request: Request,
  timings: Timings,
  instance: RecentInstance,
  options?: ApplyOptions,
): Promise<PlannedRepair[]> {
  const { generation } = database;
  const now = await database.now(queries);
  const situation = {
    now,
    timings,
    generation,
    aggregation: generation.aggregation,
    instance: await instance.of(database, queries, now, runs),
    newHandle: randomUUID,
  };
  const steps = await stepsOf(queries, runs);
  const statements = new Statements(queries);
  const stated = (repair: Repair & { readonly repair: string }): PlannedRepair => ({
    ...repair,
    statements: repair.changes.map((change) => database.literal(statements.of(change))),
  });
  const repairs = runs.map((run) => {
    const repair = options?.names.get(run.id) ?? randomUUID();
    options?.names.set(run.id, repair);
    return stated({ ...planRepair(run, request, steps, situation), repair });
  });

  await options?.turn?.();
  if (options) await lockRepositories(database, queries, runs);
  const versions = await versionsOf(queries, runs, options !== undefined);
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
  const announced = new Set<string>();
  const counted = new Set<number>();
  return repairs.map((repair) => {
    const scopes = repair.scopes.filter(({ name }) => !announced.has(name));
    for (const { name } of scopes) announced.add(name);
    // A repository is counted with the first of its runs, which is the last to be undone.
    const { repositoryId } = repair.run;
    const own =
      turns(repair) && !counted.has(repositoryId)
        ? counters.filter((counter) => counter.repositoryId === repositoryId)
        : [];
    if (turns(repair)) counted.add(repositoryId);
    const shared = [...own.map(({ change }) => change), ...announcements(scopes, versions, now)];
    return shared.length === 0
      ? repair
      : stated({ ...repair, changes: inServersOrder([...repair.changes, ...shared]) });
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

/** A transaction of several repairs, as the server is sent it. */
export interface Transaction {
  readonly repairs: readonly PlannedRepair[];
  /** Fewer than those of its repairs together, where rows of several change alike and go as one statement. */
  readonly statements: readonly string[];
}

/** The transactions in which these repairs, all of one preview, are applied. */
export function transactionsOf(database: Database, planned: readonly PlannedRepair[]): Transaction[] {
  const transactions: Transaction[] = [];
  for (let from = 0; from < planned.length; from += database.runsAtOnce) {
    const repairs = planned.slice(from, from + database.runsAtOnce);
    const changes = inServersOrder(repairs.flatMap((repair) => repair.changes));
    const sent = sentAs(database, changes, new Statements(database.queries));
    transactions.push({ repairs, statements: sent.map(({ statement }) => database.literal(statement)) });
  }
  return transactions;
}

function transactionPlan(
  database: Database,
  queries: Queries,
  repairs: readonly PlannedRepair[],
  { undoFile, meanwhile }: ApplyOptions,
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
  const changes = inServersOrder(repairs.flatMap((repair) => repair.changes));
  const steps = [...groupBy(changes, ({ table }) => table).values()].map<Step<undefined>>((some, at) => {
    const sent = sentAs(database, some, statements);
    return {
      title: titleOf(some),
      commands: sent.map(({ statement }) => database.literal(statement)),
      async apply() {
        const written = execute(database, queries, sent);
        await Promise.all([written, at === 0 && setImmediate().then(() => meanwhile?.(repairs))]);
        return undefined;
      },
    };
  });
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

/** A job that was put back into the queue, as it was before. */
type Requeued = Pick<JobState, 'id' | 'name' | 'taskId' | 'started' | 'attempt' | 'handle'>;

/** What a second look at a repaired run needs to remember. */
export interface Repaired {
  readonly runId: number;
  readonly requeued: readonly Requeued[];
}

export const repairedOf = ({ run, after }: Repair): Repaired => ({
  runId: run.id,
  requeued: run.jobs
    .filter((job, at) => job.taskId !== 0 && after.jobs[at]!.status === Status.waiting && after.jobs[at]!.taskId === 0)
    .map(({ id, name, taskId, started, attempt, handle }) => ({ id, name, taskId, started, attempt, handle })),
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
      .where('status', 'in', doneStatuses)
      .execute();
    for (const row of rows) overtaken.set(row.run_id, await takeResults(database, row.run_id, jobs));
  }
  return overtaken;
}

const jobsAtOnce = 1_000;

function takeResults(database: Database, runId: number, before: ReadonlyMap<number, Requeued>): Promise<string[]> {
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
        ...(after.handle !== null && { attempt: after.attempt, handle: after.handle }),
      },
      after: {
        task_id: old.taskId,
        status: after.status,
        started: old.started,
        // Where there is no handle a requeue leaves the attempt alone, and the role of repairs may not write it.
        ...(old.handle !== null && { attempt: old.attempt, handle: old.handle }),
      },
    }));
    await applyChanges(database, queries, changes, new Statements(queries));
    return jobs.map(({ old }) => old.name);
  });
}

/** A run as far as it is told afterwards. */
export interface RunSeen extends Pick<RunState, 'id' | 'status'> {
  readonly jobs: readonly Pick<JobState, 'id' | 'name' | 'status' | 'taskId' | 'attempt'>[];
}

/** The runs as they are now, a batch at a time; those that nothing names any more are left out. */
export async function* readBack(database: Database, ids: readonly number[]): AsyncGenerator<RunSeen> {
  const { queries } = database;
  yield* await loadRuns(
    database,
    queries,
    ids.filter((id) => id < 0),
  );
  const named = ids.filter((id) => id > 0);
  for (let from = 0; from < named.length; from += runsRead) {
    const some = named.slice(from, from + runsRead);
    const runs = await queries.selectFrom('action_run').select(['id', 'status']).where('id', 'in', some).execute();
    const jobs = await queries
      .selectFrom('action_run_job')
      .select(['id', 'run_id', 'name', 'status', 'task_id as taskId', 'attempt'])
      .where('run_id', 'in', some)
      .orderBy('id')
      .execute();
    const statuses = new Map(runs.map(({ id, status }) => [id, status]));
    const own = groupBy(jobs, (job) => job.run_id);
    for (const id of some)
      if (statuses.has(id) || own.has(id))
        yield { id, status: statuses.get(id) ?? Status.unknown, jobs: own.get(id) ?? [] };
  }
}

const runsRead = 1_000;
