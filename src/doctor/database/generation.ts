import { unknown } from '../../common/errors.ts';
import type { Queries } from './database.ts';

/** How a server computes a run's status from its jobs; the function changed in December 2024, before Forgejo 10. */
export type Aggregation = 'old' | 'new';

/** What distinguishes one server's schema and behaviour from another's. */
export interface Generation {
  /**
   * A requeue counts the attempt itself and gives the job a new handle (column `action_run_job.handle`).
   * Otherwise the server counts it when a runner picks the job up.
   */
  readonly countsAttemptAtRequeue: boolean;
  /** `action_task.job_id` has an index: the attempts of a job can be found by it. */
  readonly hasTaskJobIndex: boolean;
  /** `action_run.concurrency_group` and `concurrency_type`: a run may queue behind others of its group. */
  readonly hasConcurrencyGroups: boolean;
  /** `action_run.priority`: runners are offered the jobs of runs with a higher one first. */
  readonly hasPriorities: boolean;
  /** `repository.num_action_runs` and `num_closed_action_runs` exist (until migration v14b). */
  readonly countsRunsInRepository: boolean;
  /** null when neither columns nor migration level can tell. */
  readonly aggregation: Aggregation | null;
}

/** What generation detection needs to know of a schema. */
export interface SchemaFacts {
  /** Column names by table; a table that does not exist is absent. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
  readonly indexedTaskJobId: boolean;
  /** Migration level in `forgejo_version`; null when it is not needed, or the table is missing or empty. */
  readonly level: number | null;
  /** The server shows only what this user may read. */
  readonly showsReadableOnly?: boolean;
}

/** What every Forgejo has that ci-doctor knows; column names by table. */
export const required: Readonly<Record<string, readonly string[]>> = {
  action_run: [
    'id',
    'title',
    'repo_id',
    'owner_id',
    'workflow_id',
    'index',
    'trigger_user_id',
    'ref',
    'commit_sha',
    'event',
    'need_approval',
    'status',
    'version',
    'started',
    'stopped',
    'created',
    'updated',
  ],
  action_run_job: [
    'id',
    'run_id',
    'repo_id',
    'owner_id',
    'commit_sha',
    'name',
    'attempt',
    'workflow_payload',
    'job_id',
    'needs',
    'runs_on',
    'task_id',
    'status',
    'started',
    'stopped',
    'created',
    'updated',
  ],
  action_task: [
    'id',
    'job_id',
    'attempt',
    'runner_id',
    'status',
    'started',
    'stopped',
    'repo_id',
    'commit_sha',
    'log_filename',
    'log_in_storage',
    'log_length',
    'log_size',
    'log_indexes',
    'log_expired',
    'created',
    'updated',
  ],
  action_task_step: [
    'id',
    'name',
    'task_id',
    'index',
    'status',
    'log_index',
    'log_length',
    'started',
    'stopped',
    'updated',
  ],
  action_tasks_version: ['id', 'owner_id', 'repo_id', 'version', 'created_unix', 'updated_unix'],
  action_runner: ['id', 'name', 'agent_labels', 'last_online', 'last_active'],
  repository: ['id', 'owner_name', 'lower_name', 'name'],
  user: ['id', 'name', 'lower_name'],
};

/** The tables whose columns are looked at. */
export const inspectedTables: readonly string[] = [...Object.keys(required), 'forgejo_version'];

/**
 * The migration level; null where the columns tell as much, where there is none, or the role may not read it: one for repairs
 * need not be allowed to.
 */
export async function readLevel(queries: Queries, columns: SchemaFacts['columns']): Promise<number | null> {
  if (hasNewAggregation(columns) || !columns.has('forgejo_version')) return null;
  const row = await queries
    .selectFrom('forgejo_version')
    .select('version')
    .orderBy('version', 'desc')
    .executeTakeFirst()
    .catch(() => undefined);
  return row?.version ?? null;
}

/**
 * Tells a schema's generation: by columns first, then by migration level.
 * The levels are those of `models/forgejo_migrations`: up to 23 the old aggregation was read in the source, from 28 the new
 * one is certain; migration 28 is the one that added `user.keep_pronouns_private`, so that column tells as much.
 *
 * @param wanted the answer of `--generation`, which settles a doubt
 * @throws ToolError (unknown) naming the tables or columns that a Forgejo has and this schema lacks
 */
export function tellGeneration(facts: SchemaFacts, place: string, wanted?: Aggregation): Generation {
  const missingTables = Object.keys(required).filter((table) => !facts.columns.has(table));
  if (!facts.columns.has('action_run') || missingTables.length > 2)
    throw unknown(
      `${place} is not a Forgejo database: it has no table ${missingTables.map((name) => `"${name}"`).join(', ')}.`,
      'Check the database name and --schema; "ci-doctor stuck --app-ini FILE" takes both from Forgejo\'s own configuration.',
    );
  const missing = [
    ...missingTables.map((table) => `table "${table}"`),
    ...Object.entries(required).flatMap(([table, columns]) =>
      facts.columns.has(table)
        ? columns
            .filter((column) => !facts.columns.get(table)!.has(column))
            .map((column) => `column "${table}.${column}"`)
        : [],
    ),
  ];
  if (missing.length > 0)
    throw unknown(
      `${place} has a schema that ci-doctor does not know: ${missing.join(', ')} missing.`,
      facts.showsReadableOnly
        ? 'To this user a column that it may not read is missing too: "ci-doctor grant", as a user who may read all, prints what is needed. Otherwise update ci-doctor: it knows the schemas of Forgejo 7 and later.'
        : 'ci-doctor knows the schemas of Forgejo 7 and later. Update ci-doctor if this Forgejo is newer than it.',
    );

  const has = (table: string, column: string) => facts.columns.get(table)?.has(column) === true;
  const countsAttemptAtRequeue = has('action_run_job', 'handle');
  return {
    countsAttemptAtRequeue,
    hasTaskJobIndex: facts.indexedTaskJobId,
    hasConcurrencyGroups: has('action_run', 'concurrency_group') && has('action_run', 'concurrency_type'),
    hasPriorities: has('action_run', 'priority'),
    countsRunsInRepository: has('repository', 'num_action_runs') && has('repository', 'num_closed_action_runs'),
    aggregation: hasNewAggregation(facts.columns) ? 'new' : (byLevel(facts.level) ?? wanted ?? null),
  };
}

const hasNewAggregation = (columns: SchemaFacts['columns']): boolean =>
  columns.get('action_run_job')?.has('handle') === true || columns.get('user')?.has('keep_pronouns_private') === true;

function byLevel(level: number | null): Aggregation | null {
  if (level === null) return null;
  if (level >= 28) return 'new';
  return level <= 23 ? 'old' : null;
}
