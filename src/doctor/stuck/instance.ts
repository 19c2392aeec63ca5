import type { Database, Queries } from '../database/database.ts';
import { parseList } from '../database/lists.ts';
import { Status } from '../database/status.ts';
import type { GroupedRun, InstanceState, Poison, PoisonedJob, RunnerOffer } from './state.ts';

/** `repo_unit.type` of Actions. */
export const actionsUnit = 10;
/** A job is given away within moments; only what waits for longer is worth reading its workflow. Seconds. */
const parsedAfter = 30;
/** How many workflows are read at most: those that runners are offered first. What is behind them waits for them anyway. */
const parsedAtMost = 100;
/** For how long an announcement by ci-doctor itself counts; seconds. */
const announcedFor = 300;

/** What is the same for all runs: runners, the queue's broken jobs, concurrency groups. A handful of statements. */
export async function loadInstance(database: Database, queries: Queries, now: number): Promise<InstanceState> {
  return {
    runners: await loadRunners(queries),
    poisoned: await loadPoisoned(database, queries, now),
    groups: database.generation.hasConcurrencyGroups ? await loadGroups(queries) : new Map(),
    announced: await loadAnnounced(queries, now),
  };
}

async function loadRunners(queries: Queries): Promise<RunnerOffer[]> {
  const rows = await queries
    .selectFrom('action_runner')
    .select(['id', 'name', 'owner_id', 'repo_id', 'agent_labels', 'last_online', 'last_active'])
    .where((where) => where.or([where('deleted', 'is', null), where('deleted', '=', 0)]))
    .orderBy('id')
    .execute();
  const busy = await queries
    .selectFrom('action_task')
    .select((select) => ['runner_id', select.fn.countAll<number | string>().as('tasks')])
    .where('status', '=', Status.running)
    .groupBy('runner_id')
    .execute();
  const tasks = new Map(busy.map((row) => [row.runner_id, Number(row.tasks)]));
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    lastOnline: row.last_online,
    lastActive: row.last_active,
    // A label may say where it runs (`name:docker://image`); jobs name it without.
    labels: parseList(row.agent_labels).map((label) => label.split(':', 1)[0]!),
    ownerId: row.owner_id,
    repositoryId: row.repo_id,
    busy: tasks.get(row.id) ?? 0,
  }));
}

/**
 * Waiting jobs that no runner can be given: their run's or repository's row is gone, their repository's Actions are
 * switched off, or their workflow does not parse. Which of these fail the fetch of every runner is the pick-up's doing:
 * the v12 line takes the first waiting job and stumbles over a missing run, the v17 line joins the run and asks for the
 * repository's unit (both seen on live servers).
 */
async function loadPoisoned(
  { generation }: Database,
  queries: Queries,
  now: number,
): Promise<Map<number, PoisonedJob>> {
  const isNew = generation.countsAttemptAtRequeue;
  const waiting = queries
    .selectFrom('action_run_job')
    .leftJoin('action_run', 'action_run.id', 'action_run_job.run_id')
    .leftJoin('repository', 'repository.id', 'action_run_job.repo_id')
    .where('action_run_job.status', '=', Status.waiting)
    .where('action_run_job.task_id', '=', 0)
    .select([
      'action_run_job.id',
      'action_run_job.run_id',
      'action_run_job.repo_id',
      'action_run_job.owner_id',
      'action_run_job.runs_on',
      'action_run_job.updated',
      'action_run.id as run',
      'repository.id as repository',
    ]);
  const rows = await waiting
    .where((where) =>
      where.or([
        where('action_run.id', 'is', null),
        where('repository.id', 'is', null),
        ...(isNew
          ? [
              where.not(
                where.exists(
                  where
                    .selectFrom('repo_unit')
                    .select('repo_unit.id')
                    .whereRef('repo_unit.repo_id', '=', 'action_run_job.repo_id')
                    .where('repo_unit.type', '=', actionsUnit),
                ),
              ),
            ]
          : []),
      ]),
    )
    .execute();
  type Row = (typeof rows)[number];
  const found = new Map<number, PoisonedJob>();
  const add = (row: Row, poison: Poison, starves: boolean, detail: string | null = null) =>
    found.set(row.id, {
      id: row.id,
      runId: row.run_id,
      repositoryId: row.repo_id,
      ownerId: row.owner_id,
      runsOn: parseList(row.runs_on),
      updated: row.updated,
      poison,
      detail,
      starves,
    });
  for (const row of rows)
    if (row.run === null) add(row, 'run', !isNew);
    else add(row, row.repository === null ? 'repository' : 'actions', true);

  const heads = await waiting
    .select('action_run_job.workflow_payload')
    .where('action_run_job.updated', '<', now - parsedAfter)
    .orderBy('action_run_job.updated')
    .orderBy('action_run_job.id')
    .limit(parsedAtMost)
    .execute();
  if (heads.length === 0) return found;
  const { default: yaml } = await import('yaml');
  for (const row of heads) {
    if (found.has(row.id)) continue;
    const text = Buffer.from(row.workflow_payload ?? '').toString('utf8');
    const document = yaml.parseDocument(text, { logLevel: 'silent', strict: false, uniqueKeys: false });
    const error = document.errors[0]?.message.split('\n', 1)[0];
    if (error !== undefined) add(row, 'payload', true, error);
    else if (text.trim() === '') add(row, 'payload', true, 'it is empty');
  }
  return found;
}

async function loadGroups(queries: Queries): Promise<Map<string, GroupedRun[]>> {
  const rows = await queries
    .selectFrom('action_run')
    .select(['id', 'index', 'repo_id', 'status', 'concurrency_group'])
    .where('status', 'in', [Status.unknown, Status.waiting, Status.running, Status.blocked])
    .where('concurrency_group', '!=', '')
    .orderBy('index')
    .execute();
  const groups = new Map<string, GroupedRun[]>();
  for (const row of rows) {
    const key = `${row.repo_id} ${row.concurrency_group}`;
    const group = groups.get(key) ?? [];
    group.push({ id: row.id, index: row.index, status: row.status });
    groups.set(key, group);
  }
  return groups;
}

async function loadAnnounced(queries: Queries, now: number): Promise<Map<string, number>> {
  const rows = await queries
    .selectFrom('action_tasks_version')
    .select(['owner_id', 'repo_id', 'updated_unix'])
    .where('updated_unix', '>', now - announcedFor)
    .execute();
  return new Map(rows.map((row) => [`${row.owner_id} ${row.repo_id}`, row.updated_unix]));
}
