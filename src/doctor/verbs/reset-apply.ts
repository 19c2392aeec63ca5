import { appendAuditLines, auditLines, checkAudit } from '../../common/audit.ts';
import { messageOf, ToolError } from '../../common/errors.ts';
import type { Io } from '../../common/io.ts';
import { count } from '../../common/output/words.ts';
import type { Connection } from '../connect.ts';
import type { Database } from '../database/database.ts';
import { type ApiPlan, type ApiTools, cancelByApi, failByCron, planByApi, setCheck } from '../reset/by-api.ts';
import { type PendingCheck, pendingChecks } from '../reset/checks.ts';
import type { Request } from '../reset/plan.ts';
import {
  applyRepairs,
  type PlannedRepair,
  previewRepairs,
  RecentInstance,
  type Repaired,
  readBack,
  repairedOf,
  takeOvertaken,
  undoEntryOf,
} from '../reset/reset.ts';
import { UndoFile } from '../reset/undo-file.ts';
import { loadRuns } from '../stuck/look.ts';
import type { Timings } from '../stuck/timings.ts';
import {
  hasEnded,
  isRefused,
  nameOf,
  notRepaired,
  type ResetOptions,
  type ResetRun,
  resetRun,
  summary,
} from './reset-result.ts';

export interface Applied {
  readonly runs: ResetRun[];
  readonly checksSet: readonly PendingCheck[];
  readonly checksLeft: readonly PendingCheck[];
  readonly refused: boolean;
  readonly undoFile: string | null;
  /** How many runs were changed. */
  readonly count: number;
  readonly failed: boolean;
}

/** A transaction that was committed. */
interface Transacted {
  readonly done: readonly PlannedRepair[];
  /** Those that changed a row, how they are told, and their lines of the journal. */
  readonly changed: readonly PlannedRepair[];
  readonly results: readonly ResetRun[];
  readonly lines: string;
}

/** What one transaction repaired, and when it was committed, in milliseconds of this process. */
interface Batch {
  readonly at: number;
  readonly repaired: readonly Repaired[];
}

/** Above this many runs a line of progress is about a batch. */
const notedOneByOne = 20;

/** Milliseconds until the second look. */
const secondLookAfter = 1_000;

/** Milliseconds for which a transaction that went ahead holds its rows and waits: as long as a statement waits for a lock. */
const longestWait = 4_000;

function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The transaction before it takes too long.')), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export async function applyAll(
  connection: Connection,
  tools: ApiTools | undefined,
  ids: readonly number[],
  request: Request,
  options: ResetOptions,
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

  const transact = async (some: readonly number[], turn?: () => Promise<void>): Promise<Transacted> => {
    let results: readonly ResetRun[] = [];
    let lines = '';
    const done = await applyRepairs(database, some, request, timings, {
      undoFile,
      names,
      instance,
      mustExist: !options.allStuck,
      ...(shown && { shown: shown.filter(({ run }) => some.includes(run.id)) }),
      ...(turn && { turn }),
      meanwhile(changed) {
        results = changed.map((repair) => resetRun(repair, true));
        lines = auditLines(changed.map((repair, at) => entryOf(repair, results[at]!)));
      },
    });
    const changed = done.filter(({ changes }) => changes.length > 0);
    return { done, changed, results, lines };
  };
  /** Begins the next transaction while the one before it writes. What fails for being too early is done in its turn. */
  const goAhead = async (some: readonly number[], before: Promise<unknown>): Promise<Transacted> => {
    const turn = before.then(
      () => {},
      () => {},
    );
    try {
      return await transact(some, () => within(turn, longestWait));
    } catch {
      await turn;
      return transact(some);
    }
  };
  const apply = async (some: readonly number[], begun = transact(some), next?: Promise<unknown>): Promise<void> => {
    try {
      const { done, changed, results, lines } = await begun;
      // What came back to life between the look and the lock was nobody's wish to repair.
      refused ||= done.some(options.allStuck ? ({ leftOut }) => leftOut.some((left) => left.problem) : isRefused);
      if (changed.length > 0) batches.push({ at: performance.now(), repaired: changed.map(repairedOf) });
      for (const repair of done) {
        const at = changed.indexOf(repair);
        runs.set(repair.run.id, results[at] ?? resetRun(repair, true));
        if (at >= 0) changedRuns.add(repair.run.id);
      }
      if (ids.length > notedOneByOne) {
        const rows = changed.reduce((sum, { changes }) => sum + changes.length, 0);
        io.note(`${count(changed.length, 'run')}: ${count(rows, 'row')} written and committed.`);
      } else
        for (const { run, statements } of changed)
          io.note(`${nameOf(run)}: ${count(statements.length, 'statement')} committed.`);
      await journal(lines);
    } catch (thrown) {
      const error = database.explain(thrown);
      // A server that can't be asked, or a role that may not write, holds for every run. What is done already is told.
      if (changedRuns.size + asked === 0 && error instanceof ToolError && error.kind !== 'problem') throw thrown;
      // One run that cannot be repaired does not take the others of its transaction with it.
      if (some.length > 1) {
        await next?.catch(() => {});
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
      await journal(auditLines([entryOf(repair!, run)]));
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
  const journal = (lines: string) =>
    lines === ''
      ? undefined
      : appendAuditLines(connection.journal, lines).catch((error) => {
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
      await journal(auditLines([entryOf({ ...repair!, changes: [] }, result)]));
    }
  let begun: Promise<Transacted> | undefined;
  for (let from = 0; from < rest.length; from += database.runsAtOnce) {
    const some = rest.slice(from, from + database.runsAtOnce);
    const following = rest.slice(from + database.runsAtOnce, from + 2 * database.runsAtOnce);
    begun ??= transact(some);
    // Not before one has been committed: what keeps the first from that may be true of all.
    const next =
      database.goesAhead && changedRuns.size > 0 && following.length > 0 ? goAhead(following, begun) : undefined;
    // Until its turn is over nobody waits for it.
    next?.catch(() => {});
    await apply(some, begun, next);
    begun = next;
  }

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
      io.note(`Repaired, but it could not be read back. ${messageOf(database.explain(error))}`);
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

/** Forgejo has no route for the other repairs, and its cron wants more than most tokens may. */
export const mayAsk = (request: Request, { repairBy }: ResetOptions): boolean =>
  repairBy === 'api' || (repairBy === 'auto' && request.to === 'cancelled');

/** What Forgejo is asked first, by run id. */
export async function asksOf(
  database: Database,
  tools: ApiTools | undefined,
  planned: readonly PlannedRepair[],
  request: Request,
  options: ResetOptions,
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
