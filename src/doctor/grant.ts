import type { Generation } from './database/generation.ts';

/** Quotes a name as PostgreSQL does: everything but a double quote stands for itself. */
const name = (text: string): string => `"${text.replaceAll('"', '""')}"`;

type Columns = readonly string[];

/** What looking reads: `runs`, `show`, `logs`, `stuck`, `history`, and every dry run. */
const reads = (generation: Generation): Readonly<Record<string, Columns>> => ({
  action_run: [
    ...['id', 'title', 'repo_id', 'owner_id', 'workflow_id', 'index', 'trigger_user_id', 'ref', 'commit_sha', 'event'],
    ...['need_approval', 'status', 'version', 'started', 'stopped', 'created', 'updated'],
    ...(generation.hasConcurrencyGroups ? ['concurrency_group', 'concurrency_type'] : []),
  ],
  action_run_job: [
    ...['id', 'run_id', 'repo_id', 'owner_id', 'commit_sha', 'name', 'attempt', 'workflow_payload', 'job_id', 'needs'],
    ...['runs_on', 'task_id', 'status', 'started', 'stopped', 'updated'],
    ...(generation.countsAttemptAtRequeue ? ['handle'] : []),
  ],
  action_task: [
    ...['id', 'job_id', 'attempt', 'runner_id', 'status', 'started', 'stopped', 'updated', 'log_filename'],
    ...['log_in_storage', 'log_length', 'log_size', 'log_indexes', 'log_expired'],
    // Without an index on job_id, earlier attempts are found by the commit.
    ...(generation.hasTaskJobIndex ? [] : ['commit_sha']),
  ],
  action_task_step: [
    ...['id', 'task_id', 'name', 'index', 'status', 'log_index', 'log_length', 'started', 'stopped', 'updated'],
  ],
  action_tasks_version: ['id', 'owner_id', 'repo_id', 'version', 'updated_unix'],
  action_runner: ['id', 'name', 'owner_id', 'repo_id', 'agent_labels', 'last_online', 'last_active', 'deleted'],
  repository: [
    ...['id', 'owner_name', 'lower_name', 'name'],
    ...(generation.countsRunsInRepository ? ['num_action_runs', 'num_closed_action_runs'] : []),
  ],
  user: ['id', 'name', 'lower_name'],
  ...(generation.countsAttemptAtRequeue && { repo_unit: ['id', 'repo_id', 'type'] }),
  dbfs_meta: ['id', 'full_path', 'file_size', 'modify_timestamp'],
  dbfs_data: ['meta_id', 'blob_offset', 'blob_data'],
  forgejo_version: ['version'],
});

/** What `reset` and `undo` write. */
const writes = (generation: Generation): Readonly<Record<string, Columns>> => ({
  action_task: ['status', 'stopped', 'updated'],
  action_run_job: [
    ...['status', 'task_id', 'started', 'stopped', 'updated', 'attempt'],
    ...(generation.countsAttemptAtRequeue ? ['handle'] : []),
  ],
  action_run: ['status', 'version', 'stopped', 'updated'],
  action_task_step: ['status', 'started', 'stopped', 'updated'],
  action_tasks_version: ['version', 'updated_unix'],
  ...(generation.countsRunsInRepository && { repository: ['num_action_runs', 'num_closed_action_runs'] }),
});

/** The row of `action_tasks_version` that is missing where nobody ever announced a scope. */
const inserts: Columns = ['owner_id', 'repo_id', 'version', 'created_unix', 'updated_unix'];
/** What a repair reads to say which checks of a commit it leaves pending. */
const checks: Columns = ['id', 'index', 'repo_id', 'state', 'sha', 'target_url', 'context'];

export interface Roles {
  readonly reader: string;
  readonly repairer: string;
}

export interface GrantScript {
  /** Statements for PostgreSQL that make a role that can look. */
  readonly read: readonly string[];
  /** Statements that make one which can repair as well. */
  readonly repair: readonly string[];
}

/**
 * The least that ci-doctor needs, column by column: no token, no password, no event's payload. Neither role gets a password
 * here, so nothing secret is printed; `\password ROLE` of psql sets one.
 */
export function grantScript(generation: Generation, schema: string, { reader, repairer }: Roles): GrantScript {
  const table = (text: string) => `${name(schema)}.${name(text)}`;
  const columns = (list: Columns) => list.map(name).join(', ');
  const grants = (privilege: string, of: Readonly<Record<string, Columns>>, role: string) =>
    Object.entries(of).map(([key, list]) => `GRANT ${privilege} (${columns(list)}) ON ${table(key)} TO ${name(role)}`);
  return {
    read: [
      `CREATE ROLE ${name(reader)} LOGIN`,
      `GRANT USAGE ON SCHEMA ${name(schema)} TO ${name(reader)}`,
      ...grants('SELECT', reads(generation), reader),
    ],
    repair: [
      `CREATE ROLE ${name(repairer)} LOGIN IN ROLE ${name(reader)}`,
      ...grants('UPDATE', writes(generation), repairer),
      ...grants('INSERT', { action_tasks_version: inserts }, repairer),
      `GRANT USAGE ON SEQUENCE ${table('action_tasks_version_id_seq')} TO ${name(repairer)}`,
      ...grants('SELECT', { commit_status: checks }, repairer),
    ],
  };
}
