import { messageOf, ToolError } from '../../common/errors.ts';
import type { Forgejo } from '../../forgejo/client.ts';
import { NotFound, UnsupportedByServer } from '../../forgejo/errors.ts';
import type { Database } from '../database/database.ts';
import { isDone, Status } from '../database/status.ts';
import { loadRuns } from '../stuck/look.ts';
import type { RunState } from '../stuck/state.ts';
import { applyChanges, isInsert, Statements } from './change.ts';
import type { PendingCheck } from './checks.ts';
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

/**
 * Has Forgejo itself cancel a run: then commit statuses, notifications and webhooks are its own. Its answer proves nothing
 * (it is the same when nothing changed), so the rows are read until they say it.
 */
export async function cancelByApi(
  { database, forgejo, pause }: ApiTools,
  { run, leftOut }: PlannedRepair,
): Promise<ApiRepair> {
  // The route cancels the whole run, so that jobs which the plan leaves alone would go with it.
  if (leftOut.length > 0) {
    const note = `Not cancelled through the API, which ends the whole run: ${leftOut.map(({ job, reason }) => `"${job}": ${reason}`).join('; ')}.`;
    return { run, done: false, note, statements: [] };
  }
  const [owner, repo] = run.repository!.split('/') as [string, string];
  try {
    await forgejo.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel', { owner, repo, run_id: run.id });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const reason =
      error instanceof UnsupportedByServer || error instanceof NotFound
        ? 'this server cannot cancel through the API'
        : messageOf(error);
    return { run, done: false, note: `Not cancelled through the API: ${reason}.`, statements: [] };
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
  { run, changes: planned }: PlannedRepair,
  zombieTimeout: number,
): Promise<ApiRepair> {
  // What the plan leaves alone, because it reports or was not asked for, is not handed to the cron either.
  const closed = new Set(
    planned.flatMap((change) => (change.table === 'action_task' && !isInsert(change) ? [change.id] : [])),
  );
  const silent = run.jobs.flatMap((job) =>
    job.task?.status === Status.running && closed.has(job.task.id) ? [job.task] : [],
  );
  if (silent.length === 0)
    return { run, done: false, note: 'It has no running task that the cron could end.', statements: [] };
  const statements = await database.transaction(async (queries) => {
    const now = await database.now(queries);
    const texts = new Statements(queries);
    const changes = silent
      .filter((task) => now - task.updated <= zombieTimeout)
      .map((task) => ({
        table: 'action_task' as const,
        id: task.id,
        before: { updated: task.updated, status: Status.running },
        after: { updated: now - zombieTimeout - 60 },
      }));
    await applyChanges(database, queries, changes, texts);
    return changes.map((change) => database.literal(texts.of(change)));
  });
  try {
    await forgejo.request('POST /admin/cron/{task}', { task: 'stop_zombie_tasks' });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const note = `The cron could not be started (${messageOf(error)}); it ends the task at its next turn.`;
    return { run, done: false, note, statements };
  }
  const ids = new Set(silent.map(({ id }) => id));
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
