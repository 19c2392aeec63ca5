import type { Generation } from '../database/generation.ts';

type Columns = readonly string[];
/** Column names by table. */
export type TableColumns = Readonly<Record<string, Columns>>;

/** What looking reads: `runs`, `show`, `logs`, `stuck`, `history`, and every dry run. */
export const reads = (generation: Generation): TableColumns => ({
  action_run: [
    ...['id', 'title', 'repo_id', 'owner_id', 'workflow_id', 'index', 'trigger_user_id', 'ref', 'commit_sha', 'event'],
    ...['need_approval', 'status', 'version', 'started', 'stopped', 'created', 'updated'],
    ...(generation.hasPriorities ? ['priority'] : []),
    ...(generation.hasConcurrencyGroups ? ['concurrency_group', 'concurrency_type'] : []),
  ],
  action_run_job: [
    ...['id', 'run_id', 'repo_id', 'owner_id', 'commit_sha', 'name', 'attempt', 'workflow_payload', 'job_id', 'needs'],
    ...['runs_on', 'task_id', 'status', 'started', 'stopped', 'created', 'updated'],
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
export const writes = (generation: Generation): TableColumns => ({
  action_task: ['status', 'stopped', 'updated'],
  action_run_job: [
    ...['status', 'task_id', 'started', 'stopped', 'updated'],
    ...(generation.countsAttemptAtRequeue ? ['attempt', 'handle'] : []),
  ],
  action_run: ['status', 'version', 'stopped', 'updated'],
  action_task_step: ['status', 'started', 'stopped', 'updated'],
  action_tasks_version: ['version', 'updated_unix'],
  ...(generation.countsRunsInRepository && { repository: ['num_action_runs', 'num_closed_action_runs'] }),
});

/** The row of `action_tasks_version` that is missing where nobody ever announced a scope. */
export const inserts: TableColumns = {
  action_tasks_version: ['owner_id', 'repo_id', 'version', 'created_unix', 'updated_unix'],
};

/** What a repair reads beside that, to say which checks of a commit it leaves pending. */
export const checks: TableColumns = {
  commit_status: ['id', 'index', 'repo_id', 'state', 'sha', 'target_url', 'context'],
};

export interface Roles {
  readonly reader: string;
  readonly repairer: string;
  /** MySQL: from where the two connect, as in `'user'@'host'`; as this connection does when left out. */
  readonly host?: string;
}

/**
 * What an administrator runs so that one user may look and another repair: the least that ci-doctor needs, column by
 * column, and no token, no password, no event's payload. Nothing secret is in it: passwords are set by hand.
 */
export interface GrantScript {
  /** Statements for the server, or commands for a shell where it has no users of its own (SQLite). */
  readonly language: 'sql' | 'sh';
  /** Makes a user that can look. */
  readonly read: readonly string[];
  /** Makes one that can repair as well. */
  readonly repair: readonly string[];
  /** What is left to do, and to know. */
  readonly notes: readonly string[];
}
