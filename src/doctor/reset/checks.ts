import type { Database } from '../database/database.ts';
import { isDone, Status } from '../database/status.ts';
import type { RunState } from '../stuck/state.ts';

/** A check beside a commit that stays pending although its job has ended: SQL writes no commit status. */
export interface PendingCheck {
  readonly runId: number;
  /** `owner/name`. */
  readonly repository: string;
  readonly sha: string;
  readonly context: string;
  readonly targetUrl: string;
  /** What Forgejo would have set when the job ended. */
  readonly state: 'success' | 'failure' | 'skipped';
  readonly description: string;
}

/** How many runs are asked about in one statement. */
const batch = 500;

/**
 * The checks of these runs' ended jobs that are pending. A check belongs to a job by the address it points to,
 * `…/actions/runs/INDEX/jobs/PLACE`; of one context the newest row counts.
 *
 * @param runs as they are after the repair
 */
export async function pendingChecks(database: Database, runs: readonly RunState[]): Promise<PendingCheck[]> {
  const found: PendingCheck[] = [];
  const inPlace = runs.filter((run) => run.repository !== null);
  const known = inPlace.filter((run) => run.exists);
  const wording = (status: number) => words(status, database.generation.countsAttemptAtRequeue);
  for (let from = 0; from < known.length; from += batch) {
    const some = known.slice(from, from + batch);
    const rows = await database.queries
      .selectFrom('commit_status')
      .innerJoin('action_run', (join) =>
        join
          .onRef('action_run.commit_sha', '=', 'commit_status.sha')
          .onRef('action_run.repo_id', '=', 'commit_status.repo_id'),
      )
      .select([
        'action_run.id as run',
        'commit_status.sha',
        'commit_status.context',
        'commit_status.state',
        'commit_status.target_url',
      ])
      .where(
        'action_run.id',
        'in',
        some.map(({ id }) => id),
      )
      .orderBy('commit_status.index')
      .execute();
    for (const run of some) {
      const newest = new Map(rows.filter((row) => row.run === run.id).map((row) => [row.context, row]));
      for (const row of newest.values()) {
        const place = new RegExp(`/actions/runs/${run.index}/jobs/(\\d+)$`).exec(row.target_url ?? '')?.[1];
        const job = place === undefined ? undefined : run.jobs[Number(place)];
        if (row.state !== 'pending' || !job || !isDone(job.status)) continue;
        found.push({
          runId: run.id,
          repository: run.repository!,
          sha: row.sha,
          context: row.context ?? '',
          targetUrl: row.target_url!,
          ...wording(job.status),
        });
      }
    }
  }
  for (const run of inPlace.filter((run) => !run.exists)) found.push(...(await checksOfLost(database, run, wording)));
  return found;
}

/**
 * Of a run whose row is gone nobody knows the index: its checks are those of its jobs' commit that point to no run that is
 * there, by place and name of the job (`WORKFLOW / JOB (EVENT)`, as every server writes the context).
 */
async function checksOfLost(
  { queries }: Database,
  run: RunState,
  wording: (status: number) => ReturnType<typeof words>,
): Promise<PendingCheck[]> {
  const rows = await queries
    .selectFrom('commit_status')
    .select(['sha', 'context', 'state', 'target_url'])
    .where('repo_id', '=', run.repositoryId)
    .where('sha', 'in', (select) =>
      select.selectFrom('action_run_job').select('action_run_job.commit_sha').where('run_id', '=', run.id),
    )
    .orderBy('index')
    .execute();
  const newest = [...new Map(rows.map((row) => [`${row.sha} ${row.context}`, row])).values()].flatMap((row) => {
    const [, index, place] = /\/actions\/runs\/(\d+)\/jobs\/(\d+)$/.exec(row.target_url ?? '') ?? [];
    const job = run.jobs[Number(place)];
    const isOf = job && isDone(job.status) && row.context?.includes(` / ${job.name} (`);
    return row.state === 'pending' && isOf ? [{ row, job, index: Number(index) }] : [];
  });
  if (newest.length === 0) return [];
  const others = await queries
    .selectFrom('action_run')
    .select('index')
    .where('repo_id', '=', run.repositoryId)
    .where(
      'index',
      'in',
      newest.map(({ index }) => index),
    )
    .execute();
  const taken = new Set(others.map(({ index }) => Number(index)));
  return newest
    .filter(({ index }) => !taken.has(index))
    .map(({ row, job }) => ({
      runId: run.id,
      repository: run.repository!,
      sha: row.sha,
      context: row.context!,
      targetUrl: row.target_url!,
      ...wording(job.status),
    }));
}

/** As the server words it; servers up to the v15 line know no "skipped". */
function words(status: number, isNew: boolean): Pick<PendingCheck, 'state' | 'description'> {
  switch (status) {
    case Status.success:
      return { state: 'success', description: 'Successful' };
    case Status.skipped:
      return { state: isNew ? 'skipped' : 'success', description: 'Has been skipped' };
    case Status.cancelled:
      return { state: 'failure', description: 'Has been cancelled' };
    default:
      return { state: 'failure', description: 'Failing' };
  }
}
