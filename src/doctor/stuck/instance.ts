import { sql } from 'kysely';
import type { Database, Queries } from '../database/database.ts';
import type { Generation } from '../database/generation.ts';
import { parseList } from '../database/lists.ts';
import { Status } from '../database/status.ts';
import type { GroupedRun, InstanceState, Poison, PoisonedJob, RunGroup, RunnerOffer } from './state.ts';
import { aheadInGroup } from './waiting.ts';

/** `repo_unit.type` of Actions. */
export const actionsUnit = 10;
/** A job is given away within moments; only what waits for longer is worth reading its workflow. Seconds. */
const parsedAfter = 30;
/** How many workflows are read of the jobs with the same labels in one repository, and of all. */
const parsedOfEach = 10;
const parsedAtMost = 1_000;
/** For how long an announcement by ci-doctor itself counts; seconds. */
const announcedFor = 300;

/** What is the same for all runs: runners, the queue's broken jobs, concurrency groups. A handful of statements. */
export async function loadInstance(database: Database, queries: Queries, now: number): Promise<InstanceState> {
  const groups = database.generation.hasConcurrencyGroups ? await loadGroups(queries) : new Map<string, RunGroup>();
  const { runners, heartbeat } = await loadRunners(queries);
  return {
    runners,
    newest: Math.max(
      heartbeat,
      await newestRun(queries),
      ...runners.map(({ lastOnline, lastActive }) => Math.max(lastOnline, lastActive)),
    ),
    poisoned: await loadPoisoned(database, queries, now, groups),
    groups,
    announced: await loadAnnounced(queries, now),
  };
}

async function newestRun(queries: Queries): Promise<number> {
  const row = await queries
    .selectFrom('action_run')
    .select(['created', 'updated'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return Math.max(row?.created ?? 0, row?.updated ?? 0);
}

/** And the latest heartbeat of their tasks. */
async function loadRunners(queries: Queries): Promise<{ runners: RunnerOffer[]; heartbeat: number }> {
  const rows = await queries
    .selectFrom('action_runner')
    .select(['id', 'name', 'owner_id', 'repo_id', 'agent_labels', 'last_online', 'last_active'])
    .where((where) => where.or([where('deleted', 'is', null), where('deleted', '=', 0)]))
    .orderBy('id')
    .execute();
  const busy = await queries
    .selectFrom('action_task')
    .select((select) => [
      'runner_id',
      select.fn.countAll<number | string>().as('tasks'),
      select.fn.max('updated').as('heartbeat'),
    ])
    .where('status', '=', Status.running)
    .groupBy('runner_id')
    .execute();
  const tasks = new Map(busy.map((row) => [row.runner_id, Number(row.tasks)]));
  const runners = rows.map((row) => ({
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
  return { runners, heartbeat: Math.max(0, ...busy.map((row) => Number(row.heartbeat))) };
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
  groups: InstanceState['groups'],
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
      'action_run.index',
      'repository.id as repository',
    ])
    .$if(generation.hasPriorities, (query) => query.select('action_run.priority'))
    .$if(generation.hasConcurrencyGroups, (query) =>
      query.select(['action_run.concurrency_group', 'action_run.concurrency_type']),
    );
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
  const add = (row: Row, poison: Poison, fails: boolean, detail: string | null = null) => {
    // What queues behind another run is not offered to anybody yet.
    const place = { id: row.run_id, index: row.index ?? 0, repositoryId: row.repo_id, queueGroup: queueGroupOf(row) };
    const starves = fails && aheadInGroup(place, groups).count === 0;
    found.set(row.id, {
      id: row.id,
      runId: row.run_id,
      repositoryId: row.repo_id,
      ownerId: row.owner_id,
      runsOn: parseList(row.runs_on),
      updated: row.updated,
      priority: row.priority ?? 0,
      poison,
      detail,
      starves,
    });
  };
  for (const row of rows)
    if (row.run === null) add(row, 'run', !isNew);
    else add(row, row.repository === null ? 'repository' : 'actions', true);

  const heads = await firstOfEach(queries, generation, now);
  if (heads.length === 0) return found;
  const { parseFailure } = await import('./payload.ts');
  // The jobs of one workflow often differ in nothing.
  const failures = new Map<string, string | null>();
  for (const row of await waiting
    .select('action_run_job.workflow_payload')
    .where('action_run_job.id', 'in', heads)
    .execute()) {
    if (found.has(row.id)) continue;
    const text = Buffer.from(row.workflow_payload ?? '').toString('utf8');
    const failure = failures.has(text) ? failures.get(text)! : parseFailure(text);
    failures.set(text, failure);
    if (failure !== null) add(row, 'payload', true, failure);
  }
  return found;
}

/** The waiting jobs of each set of labels that runners are offered first: what is behind them waits for them anyway. */
async function firstOfEach(queries: Queries, { hasPriorities }: Generation, now: number): Promise<number[]> {
  const order = hasPriorities
    ? sql`action_run.priority DESC, action_run_job.updated, action_run_job.id`
    : sql`action_run_job.updated, action_run_job.id`;
  const rows = await queries
    .selectFrom((from) =>
      from
        .selectFrom('action_run_job')
        .innerJoin('action_run', 'action_run.id', 'action_run_job.run_id')
        .where('action_run_job.status', '=', Status.waiting)
        .where('action_run_job.task_id', '=', 0)
        .where('action_run_job.updated', '<', now - parsedAfter)
        .select([
          'action_run_job.id',
          sql<number>`row_number() OVER (PARTITION BY action_run_job.runs_on, action_run_job.repo_id ORDER BY ${order})`.as(
            'place',
          ),
        ])
        .as('queue'),
    )
    .select('queue.id')
    .where('queue.place', '<=', parsedOfEach)
    .orderBy('queue.place')
    .limit(parsedAtMost)
    .execute();
  return rows.map(({ id }) => Number(id));
}

/** `action_run.concurrency_type` of a run that waits until the others of its group are done. */
const queuesBehind = 1;

/** The group whose other runs a run queues behind; null when it need not. */
export const queueGroupOf = (row: {
  readonly concurrency_group?: string | null;
  readonly concurrency_type?: number | null;
}): string | null => (row.concurrency_type === queuesBehind && row.concurrency_group ? row.concurrency_group : null);

async function loadGroups(queries: Queries): Promise<Map<string, RunGroup>> {
  const rows = await queries
    .selectFrom('action_run')
    .select(['id', 'index', 'repo_id', 'status', 'concurrency_group'])
    .where('status', 'in', [Status.unknown, Status.waiting, Status.running, Status.blocked])
    .where('concurrency_group', '!=', '')
    .orderBy('index')
    .execute();
  const groups = new Map<string, { runs: GroupedRun[]; running: GroupedRun[] }>();
  for (const { id, index, status, repo_id, concurrency_group } of rows) {
    const key = `${repo_id} ${concurrency_group}`;
    const group = groups.get(key) ?? { runs: [], running: [] };
    group.runs.push({ id, index, status });
    if (status === Status.running) group.running.push({ id, index, status });
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
