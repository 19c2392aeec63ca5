import { messageOf, ToolError } from '../../common/errors.ts';
import { sentence } from '../../common/output/words.ts';
import type { Forgejo } from '../../forgejo/client.ts';
import { NotFound, UnsupportedByServer } from '../../forgejo/errors.ts';
import type { Database } from '../database/database.ts';
import type { Aggregation } from '../database/generation.ts';
import { isDone, Status } from '../database/status.ts';
import { aggregate } from '../stuck/aggregate.ts';
import { loadRuns } from '../stuck/look.ts';
import type { RunState, TaskState } from '../stuck/state.ts';
import { applyChanges, isInsert, type RowUpdate, Statements } from './change.ts';
import type { PendingCheck } from './checks.ts';
import type { Request } from './plan.ts';
import type { PlannedRepair } from './reset.ts';

export interface ApiRepair {
  readonly run: RunState;
  /** Every job that was to end has ended. */
  readonly done: boolean;
  /** Why not, or what to know. */
  readonly note: string;
  /** What had to be written to the database all the same. */
  readonly statements: readonly string[];
}

export interface ApiTools {
  readonly database: Database;
  readonly forgejo: Forgejo;
  /** Milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** How often the rows are read until the server has done what it said; and the milliseconds in between. */
const looks = 20;
const lookEvery = 500;

/** What Forgejo would be asked for one run. */
export interface ApiPlan {
  /** As it is sent, without the server's address. */
  readonly request: string;
  /** Heartbeats that are set back before, by SQL. */
  readonly changes: readonly RowUpdate[];
  /** The run as it will be, if it does what it is asked. */
  readonly after: RunState;
  /** Why it is not asked after all. */
  readonly refusal?: string;
}

/**
 * What Forgejo is asked so that it makes this repair itself; undefined where there is nothing that it could be asked.
 * @param now of the database, Unix seconds
 */
export function planByApi(
  repair: PlannedRepair,
  request: Request,
  { now, zombieTimeout, aggregation }: { now: number; zombieTimeout: number; aggregation: Aggregation | null },
): ApiPlan | undefined {
  const { run, leftOut, changes: planned } = repair;
  if (planned.length === 0) return undefined;
  if (request.to === 'cancelled') {
    // There is no route for one job.
    if (request.job !== undefined) return undefined;
    const sent = `POST /repos/${run.repository ?? ''}/actions/runs/${run.id}/cancel`;
    // The route cancels the whole run, so that jobs which the plan leaves alone would go with it.
    if (leftOut.length > 0)
      return {
        request: sent,
        changes: [],
        after: repair.after,
        refusal: `Not cancelled through the API, which ends the whole run: ${leftOut.map(({ job, reason }) => `"${job}": ${reason}`).join('; ')}.`,
      };
    return { request: sent, changes: [], after: repair.after, ...unseen(run) };
  }
  if (request.to !== 'failure') return undefined;
  const silent = tasksToEnd(repair);
  const ids = new Set(silent.map(({ id }) => id));
  const jobs = run.jobs.map((job) => (job.task && ids.has(job.task.id) ? { ...job, status: Status.failure } : job));
  const status = aggregate(
    jobs.map((job) => job.status),
    aggregation ?? 'new',
  );
  const none = silent.length === 0 && { refusal: 'It has no running task that the cron could end.' };
  return {
    request: `POST /admin/cron/${cron}`,
    changes: silent
      .filter((task) => now - task.updated <= zombieTimeout)
      .map((task) => ({
        table: 'action_task',
        id: task.id,
        before: { updated: task.updated, status: Status.running },
        after: { updated: now - zombieTimeout - 60 },
      })),
    // The cron leaves what needs the job blocked.
    after: { ...run, jobs, status },
    ...none,
    ...unseen(run),
  };
}

const cron = 'stop_zombie_tasks';

const unseen = (run: RunState) =>
  (!run.exists || run.repository === null) && {
    refusal: `The row of its ${run.exists ? 'repository' : 'run'} is gone, so that Forgejo cannot end it: by SQL alone.`,
  };

/** The running tasks that the plan ends: what it leaves alone, because it reports or was not asked for, is not among them. */
function tasksToEnd({ run, changes }: PlannedRepair): TaskState[] {
  const closed = new Set(
    changes.flatMap((change) => (change.table === 'action_task' && !isInsert(change) ? [change.id] : [])),
  );
  return run.jobs.flatMap((job) => (job.task?.status === Status.running && closed.has(job.task.id) ? [job.task] : []));
}

/**
 * Has Forgejo itself cancel a run: then commit statuses, notifications and webhooks are its own. Its answer proves nothing
 * (it is the same when nothing changed), so the rows are read until they say it.
 */
export async function cancelByApi({ database, forgejo, pause }: ApiTools, { run }: PlannedRepair): Promise<ApiRepair> {
  const [owner, repo] = run.repository!.split('/') as [string, string];
  try {
    await forgejo.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel', { owner, repo, run_id: run.id });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const reason =
      error instanceof UnsupportedByServer || error instanceof NotFound
        ? 'this server cannot cancel through the API'
        : messageOf(error);
    return { run, done: false, note: `Not cancelled through the API: ${sentence(reason)}`, statements: [] };
  }
  const now = await until(database, run, pause, (seen) => seen.jobs.every((job) => isDone(job.status)));
  const left = now.jobs.filter((job) => !isDone(job.status));
  return {
    run: now,
    done: left.length === 0,
    note:
      left.length === 0
        ? 'Cancelled by Forgejo itself, with commit statuses and notifications.'
        : `The server answered well, but ${left.map((job) => `"${job.name}"`).join(', ')} stayed as before.`,
    statements: [],
  };
}

/**
 * Has Forgejo's own cron end the tasks that a repair would end, as failed. Those that reported a moment ago, which only
 * --force lets in, have their heartbeat set back beyond the time-out (the one row that is written); then the cron is
 * started. It writes the commit status and moves the log; what needs the jobs stays blocked, and follows by the repair of
 * that. Wants a site administrator's token.
 */
export async function failByCron(
  { database, forgejo, pause }: ApiTools,
  repair: PlannedRepair,
  { changes }: ApiPlan,
): Promise<ApiRepair> {
  const { run } = repair;
  const statements = await database.transaction(async (queries) => {
    const texts = new Statements(queries);
    await applyChanges(database, queries, changes, texts);
    return changes.map((change) => database.literal(texts.of(change)));
  });
  try {
    await forgejo.request('POST /admin/cron/{task}', { task: cron });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const note = `The cron could not be started (${messageOf(error)}); it ends the task at its next turn.`;
    return { run, done: false, note, statements };
  }
  const ids = new Set(tasksToEnd(repair).map(({ id }) => id));
  const ended = (seen: RunState) =>
    seen.jobs.every((job) => !job.task || !ids.has(job.task.id) || (isDone(job.status) && isDone(job.task.status)));
  const now = await until(database, run, pause, ended);
  const done = ended(now);
  const note = done
    ? "Ended by Forgejo's own cron, with commit status and log."
    : 'The cron was started, and the task is still open: a runner reports, or the server fails over it (see its log).';
  return { run: now, done, note, statements };
}

async function until(
  database: Database,
  run: RunState,
  pause: ApiTools['pause'],
  isDoneNow: (run: RunState) => boolean,
): Promise<RunState> {
  let seen = run;
  for (let look = 0; look < looks; look++) {
    [seen = run] = await loadRuns(database, database.queries, [run.id]);
    if (isDoneNow(seen)) break;
    await pause(lookEvery);
  }
  return seen;
}

/** Sets a check that a repair by SQL left pending. */
export async function setCheck(forgejo: Forgejo, check: PendingCheck): Promise<void> {
  const [owner, repo] = check.repository.split('/') as [string, string];
  await forgejo.request('POST /repos/{owner}/{repo}/statuses/{sha}', {
    owner,
    repo,
    sha: check.sha,
    context: check.context,
    state: check.state,
    description: check.description,
    target_url: check.targetUrl,
  });
}
