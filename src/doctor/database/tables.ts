/**
 * The tables of Forgejo's CI that ci-doctor reads and writes, with the columns it uses.
 * Every time is in Unix seconds (0 = not set), except `previous_duration` (nanoseconds).
 * Columns marked optional exist in some generations only; they are never named without asking the schema first.
 */
export interface Tables {
  action_run: {
    id: number;
    title: string;
    repo_id: number;
    owner_id: number;
    workflow_id: string;
    /** The run's number within its repository; what a web address holds. */
    index: number;
    trigger_user_id: number;
    ref: string;
    commit_sha: string;
    event: string;
    need_approval: boolean | null;
    status: number;
    /** xorm's optimistic lock: every write adds one. */
    version: number;
    started: number;
    stopped: number;
    created: number;
    updated: number;
    /** Since the v17 line. Runs of a repository with the same group; type 1 queues behind the others, 2 cancels them. */
    concurrency_group?: string | null;
    concurrency_type?: number | null;
    priority?: number | null;
  };
  action_run_job: {
    id: number;
    run_id: number;
    repo_id: number;
    owner_id: number;
    commit_sha: string;
    name: string;
    attempt: number;
    /** Since migration v15; new for each attempt. */
    handle?: string;
    /** The job's own workflow as YAML; large, so never selected. */
    workflow_payload: Buffer | null;
    job_id: string;
    /** JSON text: `null` or a list of job ids. */
    needs: string | null;
    runs_on: string | null;
    task_id: number;
    status: number;
    started: number;
    stopped: number;
    created: number;
    updated: number;
  };
  action_task: {
    id: number;
    job_id: number;
    attempt: number;
    runner_id: number;
    status: number;
    started: number;
    stopped: number;
    repo_id: number;
    owner_id: number;
    commit_sha: string;
    log_filename: string | null;
    log_in_storage: boolean | null;
    log_length: number | null;
    log_size: number | null;
    /** Zig-zag varints, up to tens of megabytes: read in slices only. */
    log_indexes: Buffer | null;
    log_expired: boolean | null;
    created: number;
    /** The runner's heartbeat: moves with every report, with or without new log lines. */
    updated: number;
  };
  action_task_step: {
    id: number;
    name: string;
    task_id: number;
    index: number;
    repo_id: number;
    status: number;
    log_index: number | null;
    log_length: number | null;
    started: number;
    stopped: number;
    updated: number;
  };
  action_tasks_version: {
    id: number;
    owner_id: number;
    repo_id: number;
    version: number;
    created_unix: number;
    updated_unix: number;
  };
  action_runner: {
    id: number;
    name: string;
    owner_id: number;
    repo_id: number;
    agent_labels: string | null;
    last_online: number;
    last_active: number;
    deleted: number | null;
  };
  repository: {
    id: number;
    owner_id: number;
    owner_name: string | null;
    lower_name: string;
    name: string;
    /** Until migration v14b. */
    num_action_runs?: number;
    num_closed_action_runs?: number;
    created_unix: number | null;
  };
  /** What a repository has switched on; type 10 is Actions. */
  repo_unit: { id: number; repo_id: number; type: number };
  /** The checks beside a commit; of one context the row with the highest index counts. */
  commit_status: {
    id: number;
    index: number;
    repo_id: number;
    state: string;
    sha: string;
    target_url: string | null;
    context: string | null;
  };
  user: { id: number; name: string; lower_name: string };
  /** `modify_timestamp` is in microseconds. */
  dbfs_meta: { id: number; full_path: string; file_size: number; modify_timestamp: number };
  dbfs_data: { meta_id: number; blob_offset: number; blob_data: Buffer };
  forgejo_version: { id: number; version: number };
}

export type TableName = keyof Tables;
