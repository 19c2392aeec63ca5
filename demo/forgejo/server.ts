import { createHash } from 'node:crypto';
import { buildLog } from './log.ts';
import { dispatchPayload, pushPayload } from './payload.ts';
import { Random } from './random.ts';
import type { Generation } from './schema.ts';
import { aggregate, isDone, type Status, status } from './status.ts';
import { TaskLog } from './task-log.ts';
import { planJobs, type StepSpec, type Workflow } from './workflow.ts';

/** One row: column to value, only columns that the generation has. Bytes are Buffers. */
export type Row = Record<string, string | number | boolean | null | Buffer>;

export interface Owner {
  readonly id: number;
  readonly name: string;
  readonly row: Row;
}
export interface Repository {
  readonly id: number;
  readonly owner: Owner;
  readonly name: string;
  readonly row: Row;
}
export interface Runner {
  readonly id: number;
  readonly row: Row;
}
export interface Run {
  readonly id: number;
  readonly repository: Repository;
  readonly workflow: Workflow;
  readonly jobs: readonly Job[];
  readonly row: Row;
}
export interface Job {
  readonly id: number;
  readonly run: () => Run;
  readonly name: string;
  readonly key: string;
  readonly needs: readonly string[];
  readonly condition: string | undefined;
  readonly steps: readonly StepSpec[];
  readonly matrix: Readonly<Record<string, string | number>>;
  readonly row: Row;
}
export interface Task {
  readonly id: number;
  readonly job: Job;
  readonly runner: Runner;
  readonly row: Row;
  readonly steps: readonly Row[];
  readonly log: TaskLog;
}

export interface Dispatch {
  readonly event?: 'push' | 'pull_request' | 'schedule' | 'workflow_dispatch';
  readonly actor?: Owner;
  readonly branch?: string;
  readonly title?: string;
  readonly sha?: string;
  /** A run of a stranger's pull request: every job is blocked until a person approves. */
  readonly needApproval?: boolean;
  /** v17: the group whose runs queue behind each other. */
  readonly queueGroup?: string;
}

const blockSize = 32768;

/**
 * A Forgejo server as far as CI goes, in memory: it writes the rows that a real one writes when a run is dispatched,
 * picked up, reported and ended, and stops where it is told to. Time stands still unless moved (`clock`, unix seconds).
 * The order and the columns of every write follow what live servers of the v12 and the v17 line were seen to send.
 */
export class Forgejo {
  readonly generation: Generation;
  readonly random: Random;
  /** What the tables hold, by table name. */
  readonly tables: Record<string, Row[]> = {};
  /** The text of each log in storage, by `log_filename`. */
  readonly storedLogs = new Map<string, Buffer>();
  /** Unix seconds. */
  clock: number;
  #lastIds = new Map<string, number>();
  #logs = new Map<number, TaskLog>();

  constructor({ generation, now, seed = 1 }: { generation: Generation; now: number; seed?: number }) {
    this.generation = generation;
    this.clock = now;
    this.random = new Random(seed);
    this.#insert('forgejo_version', { version: generation === 'v12' ? 32 : 44 });
    if (generation === 'v17') {
      this.#insert('forgejo_migration', { id: 'v16d_action_run_warnings', created_unix: now });
    }
  }

  /** An account: a person, or an organization (`organization: true`). */
  owner(name: string, { organization = false, admin = false } = {}): Owner {
    const row = this.#insert('user', {
      lower_name: name.toLowerCase(),
      name,
      full_name: '',
      email: organization ? '' : `${name.toLowerCase()}@example.org`,
      keep_email_private: false,
      email_notifications_preference: 'enabled',
      passwd: '',
      passwd_hash_algo: organization ? '' : 'pbkdf2$320000$50',
      must_change_password: false,
      login_type: 0,
      login_source: 0,
      login_name: '',
      type: organization ? 1 : 0,
      location: '',
      website: '',
      pronouns: '',
      rands: '',
      salt: '',
      language: '',
      description: '',
      created_unix: this.clock,
      updated_unix: this.clock,
      last_login_unix: 0,
      last_repo_visibility: false,
      max_repo_creation: -1,
      is_active: true,
      is_admin: admin,
      is_restricted: false,
      allow_git_hook: false,
      allow_import_local: false,
      allow_create_organization: true,
      prohibit_login: false,
      avatar: createHash('md5').update(name).digest('hex'),
      avatar_email: '',
      use_custom_avatar: false,
      num_followers: 0,
      num_following: 0,
      num_stars: 0,
      num_repos: 0,
      num_teams: 0,
      num_members: 0,
      visibility: 0,
      repo_admin_change_team_access: false,
      diff_view_style: '',
      theme: 'forgejo-auto',
      keep_activity_private: false,
      keep_pronouns_private: false,
      enable_repo_unit_hints: this.generation === 'v17',
    });
    return { id: row.id as number, name, row };
  }

  repository(owner: Owner, name: string, { isPrivate = false } = {}): Repository {
    owner.row.num_repos = (owner.row.num_repos as number) + 1;
    owner.row.updated_unix = this.clock;
    const size = this.random.between(20_000, 40_000_000);
    const row = this.#insert('repository', {
      owner_id: owner.id,
      owner_name: owner.name,
      lower_name: name.toLowerCase(),
      name,
      description: '',
      website: '',
      original_service_type: 0,
      original_url: '',
      default_branch: 'main',
      wiki_branch: 'main',
      num_watches: 1,
      num_stars: 0,
      num_forks: 0,
      ...(this.generation === 'v12' && { num_issues: 0, num_closed_issues: 0, num_pulls: 0, num_closed_pulls: 0 }),
      num_milestones: 0,
      num_closed_milestones: 0,
      num_projects: 0,
      num_closed_projects: 0,
      ...(this.generation === 'v12' && { num_action_runs: 0, num_closed_action_runs: 0 }),
      is_private: isPrivate,
      is_empty: false,
      is_archived: false,
      is_mirror: false,
      status: 0,
      is_fork: false,
      fork_id: 0,
      is_template: false,
      template_id: 0,
      size,
      git_size: size,
      lfs_size: 0,
      is_fsck_enabled: true,
      close_issues_via_commit_in_any_branch: false,
      topics: '[]',
      object_format_name: 'sha1',
      trust_model: 0,
      avatar: '',
      created_unix: this.clock,
      updated_unix: this.clock,
      archived_unix: 0,
    });
    for (const [type, config] of repositoryUnits) {
      this.#insert('repo_unit', {
        repo_id: row.id as number,
        type,
        config,
        created_unix: this.clock,
        default_permissions: 0,
      });
    }
    return { id: row.id as number, owner, name, row };
  }

  /** A registered runner; without an owner or a repository it serves the whole instance. */
  runner(
    name: string,
    labels: readonly string[],
    { owner, repository, version = 'v9.1.1' }: { owner?: Owner; repository?: Repository; version?: string } = {},
  ): Runner {
    const row = this.#insert('action_runner', {
      uuid: this.random.uuid(),
      name,
      version,
      owner_id: owner?.id ?? 0,
      repo_id: repository?.id ?? 0,
      description: '',
      base: 0,
      repo_range: '',
      token_hash: this.random.hex(100),
      token_salt: this.random.hex(10),
      last_online: this.clock,
      last_active: this.clock,
      agent_labels: JSON.stringify(labels),
      ...(this.generation === 'v17' && { ephemeral: false }),
      created: this.clock,
      updated: this.clock,
      deleted: null,
    });
    return { id: row.id as number, row };
  }

  /** An idle runner asks for work: it is online, not active. */
  poll(runner: Runner): void {
    runner.row.last_online = this.clock;
    runner.row.updated = this.clock;
  }

  /** A run and its jobs: those with needs blocked, the others waiting. */
  dispatch(repository: Repository, workflow: Workflow, options: Dispatch = {}): Run {
    const { event = 'push', actor = repository.owner, branch = 'main', needApproval = false } = options;
    const sha = options.sha ?? this.random.hex(40);
    const ref = event === 'pull_request' ? `refs/pull/${this.random.between(1, 90)}/head` : `refs/heads/${branch}`;
    const title = options.title ?? workflow.name;
    const counter = this.#upsert('action_run_index', { group_id: repository.id }, { max_index: 0 });
    counter.max_index = (counter.max_index as number) + 1;
    if (event === 'push') repository.row.updated_unix = this.clock;
    const payload = { repository, actor, ref, sha, title, file: workflow.file, time: this.clock };
    const planned = planJobs(workflow);
    const waits = (needs: readonly string[]) => needApproval || needs.length > 0;
    const approval = { is_fork_pull_request: needApproval, need_approval: needApproval, approved_by: 0 };
    const row = this.#insert('action_run', {
      title,
      repo_id: repository.id,
      owner_id: repository.owner.id,
      workflow_id: workflow.file,
      ...(this.generation === 'v17' && { workflow_directory: '.forgejo/workflows' }),
      index: counter.max_index as number,
      trigger_user_id: actor.id,
      schedule_id: 0,
      ref,
      commit_sha: sha,
      ...(this.generation === 'v12' && approval),
      event,
      event_payload: event === 'workflow_dispatch' ? dispatchPayload(payload) : pushPayload(payload),
      trigger_event: event,
      status: planned.every((job) => waits(job.spec.needs ?? [])) ? status.blocked : status.waiting,
      version: 1,
      started: 0,
      stopped: 0,
      previous_duration: 0,
      created: this.clock,
      updated: this.clock,
      ...(this.generation === 'v17' && {
        notify_email: false,
        is_fork_pull_request: needApproval,
        pull_request_poster_id: needApproval ? actor.id : 0,
        pull_request_id: needApproval ? this.random.between(1, 90) : 0,
        need_approval: needApproval,
        approved_by: 0,
        concurrency_group: options.queueGroup ?? `${ref}_${workflow.file}_${event}__auto`,
        concurrency_type: options.queueGroup !== undefined ? 1 : event === 'push' || event === 'pull_request' ? 2 : 0,
        pre_execution_error: '',
        pre_execution_error_code: 0,
        pre_execution_error_details: 'null',
        pre_execution_warning_codes: '[]',
        pre_execution_warning_details: '[]',
        priority: 0,
        prioritize: false,
      }),
    });
    const jobs: Job[] = [];
    const run: Run = { id: row.id as number, repository, workflow, jobs, row };
    for (const { spec, name, matrix, payload: text } of planned) {
      const runsOn = typeof spec.runsOn === 'string' ? [spec.runsOn] : spec.runsOn;
      const needs = spec.needs ?? [];
      const jobRow = this.#insert('action_run_job', {
        run_id: run.id,
        repo_id: repository.id,
        owner_id: repository.owner.id,
        commit_sha: sha,
        is_fork_pull_request: needApproval,
        name,
        attempt: this.generation === 'v17' ? 1 : 0,
        ...(this.generation === 'v17' && { handle: this.random.uuid() }),
        workflow_payload: Buffer.from(text),
        job_id: spec.id,
        needs: needs.length > 0 ? JSON.stringify(needs) : 'null',
        runs_on: JSON.stringify(runsOn),
        task_id: 0,
        status: waits(needs) ? status.blocked : status.waiting,
        started: 0,
        stopped: 0,
        created: this.clock,
        updated: this.clock,
      });
      jobs.push({
        id: jobRow.id as number,
        run: () => run,
        name,
        key: spec.id,
        needs,
        condition: spec.if,
        steps: spec.steps,
        matrix,
        row: jobRow,
      });
    }
    for (const job of jobs) this.#postStatus(job);
    this.bump(repository);
    this.#countRuns(repository);
    return run;
  }

  /** Tells the runners that there is work: the tasks versions of the instance, the owner and the repository go up. */
  bump(repository: Repository): void {
    for (const [owner, repo] of [
      [0, 0],
      [repository.owner.id, 0],
      [0, repository.id],
    ] as const) {
      const fresh = { version: 0, created_unix: this.clock, updated_unix: this.clock };
      const row = this.#upsert('action_tasks_version', { owner_id: owner, repo_id: repo }, fresh);
      row.version = (row.version as number) + 1;
    }
  }

  /** A runner takes a waiting job: task and steps are made, job and run turn to running. */
  pickUp(job: Job, runner: Runner): Task {
    const run = job.run();
    if (this.generation === 'v12') job.row.attempt = (job.row.attempt as number) + 1;
    const token = this.random.hex(40);
    const row = this.#insert('action_task', {
      job_id: job.id,
      attempt: job.row.attempt as number,
      runner_id: runner.id,
      status: status.running,
      started: this.clock,
      stopped: 0,
      repo_id: run.repository.id,
      owner_id: run.repository.owner.id,
      commit_sha: run.row.commit_sha as string,
      is_fork_pull_request: run.row.is_fork_pull_request as boolean,
      token_hash: createHash('sha256').update(token).digest('hex'),
      token_salt: this.random.hex(10),
      token_last_eight: token.slice(-8),
      log_filename: '',
      log_in_storage: false,
      log_length: 0,
      log_size: 0,
      log_indexes: Buffer.alloc(0),
      log_expired: false,
      ...(this.generation === 'v17' && { runner_request_key: '' }),
      created: this.clock,
      updated: this.clock,
    });
    const id = row.id as number;
    const bucket = (id % 256).toString(16).padStart(2, '0');
    row.log_filename = `${run.repository.owner.name}/${run.repository.name}/${bucket}/${id}.log.zst`;
    const steps = job.steps.map((step, index) =>
      this.#insert('action_task_step', {
        name: step.name ?? step.run ?? step.uses ?? '',
        task_id: id,
        index,
        repo_id: run.repository.id,
        status: status.waiting,
        log_index: 0,
        log_length: 0,
        started: 0,
        stopped: 0,
        created: this.clock,
        updated: this.clock,
      }),
    );
    job.row.task_id = id;
    job.row.started = this.clock;
    this.#setJob(job, status.running);
    this.#seen(runner);
    const log = new TaskLog();
    this.#logs.set(id, log);
    // The log's row in DBFS is made with the first line and goes when the task ends: its number is used up either way.
    this.#nextId('dbfs_meta');
    const task = { id, job, runner, row, steps, log };
    log.add(
      this.clock + 0.83,
      `${runner.row.name}(version:${runner.row.version}) received task ${id} of job ${job.name}, be triggered by event: ${run.row.event}`,
    );
    log.add(this.clock + 0.8339, 'workflow prepared');
    for (const need of job.needs)
      log.add(this.clock + 0.834, `'runs-on' key not defined in ${run.workflow.name}/${need}`);
    const matrix = Object.entries(job.matrix).sort(([a], [b]) => (a < b ? -1 : 1));
    if (matrix.length > 0) {
      log.add(this.clock + 0.8342, `🧪  Matrix: map[${matrix.map(([key, value]) => `${key}:${value}`).join(' ')}]`);
    }
    return task;
  }

  /** A step starts, prints, and goes on for as long as it takes; the clock is moved. The result is not reported yet. */
  step(task: Task, index: number, { lines, seconds = 0 }: { lines: readonly string[]; seconds?: number }): void {
    const row = task.steps[index]!;
    const spec = task.job.steps[index]!;
    if (index === 0)
      task.log.add(this.clock + 0.8349, `⭐ Run Main ${spec.name ?? spec.run?.trimEnd() ?? spec.uses ?? ''}`);
    row.status = status.running;
    row.started = this.clock;
    row.log_index = task.log.lines.length;
    for (const [at, line] of lines.entries()) {
      task.log.add(this.clock + 0.84 + (seconds + 0.1) * (at / lines.length), line);
    }
    row.log_length = task.log.lines.length - (row.log_index as number);
    this.clock += seconds;
  }

  /** The step that runs ends. */
  endStep(task: Task, index: number, result: Status, lastLine?: string): void {
    const row = task.steps[index]!;
    if (lastLine !== undefined) {
      task.log.add(this.clock + 0.95, lastLine);
      row.log_length = (row.log_length as number) + 1;
    }
    row.status = result;
    row.stopped = this.clock;
  }

  /** The runner reports: heartbeat, steps and log of a task that goes on. The log so far is in DBFS. */
  report(task: Task): void {
    this.#touch(task);
    const text = this.#writeLog(task);
    const path = `actions_log/${task.row.log_filename}`;
    const metas = this.#rows('dbfs_meta');
    const name = `${path.split('/').length - 1}:${path}`;
    let meta = metas.find((row) => row.full_path === name);
    if (!meta) {
      meta = {
        id: task.id,
        full_path: name,
        block_size: blockSize,
        file_size: 0,
        create_timestamp: micro(this.clock),
        modify_timestamp: 0,
      };
      metas.push(meta);
    }
    meta.file_size = text.length;
    meta.modify_timestamp = micro(this.clock);
    const blocks = this.#rows('dbfs_data');
    for (let offset = 0; offset < text.length; offset += blockSize) {
      const found = blocks.find((row) => row.meta_id === meta.id && row.blob_offset === offset);
      const block =
        found ??
        this.#insert('dbfs_data', {
          revision: 0,
          meta_id: meta.id as number,
          blob_offset: offset,
          blob_size: 0,
          blob_data: Buffer.alloc(0),
        });
      block.revision = (block.revision as number) + 1;
      block.blob_data = text.subarray(offset, offset + blockSize);
    }
  }

  /**
   * The task ends: log to storage, steps, task, job and run get their results, one after the other.
   * `ended` is the runner's own word for when, where its last report came later.
   */
  finish(task: Task, result: Status, { ended = this.clock } = {}): void {
    const end = task.log.lines.length;
    if (result !== status.skipped) {
      task.log.add(this.clock + 0.98, `🏁  Job ${result === status.success ? 'succeeded' : 'failed'}`);
      if (result !== status.success) task.log.add(this.clock + 0.99, `Job '${task.job.name}' failed`);
    }
    for (const row of task.steps) {
      if (isDone(row.status as number)) continue;
      if (result === status.skipped) {
        row.status = status.skipped;
        continue;
      }
      const started = row.status === status.running;
      row.log_index = started ? row.log_index! : end;
      row.started = started ? row.started! : this.clock;
      row.stopped = this.clock;
      row.status = started ? result : status.skipped;
    }
    this.#touch(task);
    const text = this.#writeLog(task);
    this.storedLogs.set(task.row.log_filename as string, text);
    task.row.log_in_storage = true;
    this.#logs.delete(task.id);
    this.tables.dbfs_meta = this.#rows('dbfs_meta').filter((row) => row.id !== task.id);
    this.tables.dbfs_data = this.#rows('dbfs_data').filter((row) => row.meta_id !== task.id);
    task.row.status = result;
    task.row.stopped = ended;
    task.job.row.stopped = ended;
    this.#setJob(task.job, result);
    // The v17 line lets the runner ask again at once.
    if (this.generation === 'v17') {
      const row = this.#rows('action_tasks_version').find(({ owner_id, repo_id }) => owner_id === 0 && repo_id === 0);
      if (row) row.version = (row.version as number) + 1;
    }
  }

  /**
   * What a server does in the background after a task ended: a blocked job whose needs are all done starts to wait, or is
   * skipped when one of them did not succeed (unless the job has a condition of its own, which the runner looks at).
   */
  release(run: Run): void {
    for (let moved = true; moved; ) {
      moved = false;
      for (const job of run.jobs) {
        if (job.row.status !== status.blocked || job.needs.length === 0) continue;
        const needed = run.jobs.filter(({ key }) => job.needs.includes(key)).map(({ row }) => row.status as number);
        if (!needed.every(isDone)) continue;
        const goes = job.condition !== undefined || needed.every((value) => value === status.success);
        if (goes) this.free(job);
        else this.#setJob(job, status.skipped);
        moved = true;
      }
    }
  }

  /** A person cancels the run while `task` (if any) runs: what is not done is cancelled. */
  cancel(run: Run, task?: Task): void {
    if (task) this.finish(task, status.cancelled);
    for (const job of run.jobs) {
      if (isDone(job.row.status as number)) continue;
      job.row.stopped = this.clock;
      this.#setJob(job, status.cancelled);
    }
  }

  /** A person has all jobs of a done run run again. */
  rerun(run: Run): void {
    Object.assign(run.row, {
      previous_duration: Math.max(0, (run.row.stopped as number) - (run.row.started as number)) * 1_000_000_000,
      started: 0,
      stopped: 0,
    });
    for (const job of run.jobs) {
      Object.assign(job.row, { task_id: 0, started: 0, stopped: 0 });
      if (this.generation === 'v17') {
        Object.assign(job.row, { attempt: (job.row.attempt as number) + 1, handle: this.random.uuid() });
      }
      this.#setJob(job, job.needs.length > 0 ? status.blocked : status.waiting);
    }
    this.bump(run.repository);
  }

  /** A blocked job starts to wait for a runner. */
  free(job: Job): void {
    this.#setJob(job, status.waiting);
    this.bump(job.run().repository);
  }

  /** The waiting jobs of a run in the order in which runners get them. */
  waiting(run: Run): Job[] {
    return run.jobs
      .filter(({ row }) => row.status === status.waiting && row.task_id === 0)
      .sort((a, b) => (a.row.updated as number) - (b.row.updated as number) || a.id - b.id);
  }

  #setJob(job: Job, value: Status): void {
    const run = job.run();
    job.row.status = value;
    job.row.updated = this.clock;
    const total = aggregate(run.jobs.map(({ row }) => row.status as number));
    run.row.status = total;
    if (total === status.running && run.row.started === 0) run.row.started = this.clock;
    if (isDone(total) && run.row.stopped === 0) run.row.stopped = this.clock;
    run.row.version = (run.row.version as number) + 1;
    run.row.updated = this.clock;
    this.#countRuns(run.repository);
    this.#postStatus(job);
  }

  /** The v12 line keeps the numbers of runs with the repository. */
  #countRuns(repository: Repository): void {
    if (this.generation === 'v17') return;
    const own = this.#rows('action_run').filter(({ repo_id }) => repo_id === repository.id);
    repository.row.num_action_runs = own.length;
    repository.row.num_closed_action_runs = own.filter((row) => isDone(row.status as number)).length;
    repository.row.updated_unix = this.clock;
  }

  /** The check beside the commit, for runs of a push or a pull request. */
  #postStatus(job: Job): void {
    const run = job.run();
    if (run.row.event !== 'push' && run.row.event !== 'pull_request') return;
    const at = job.row.status as Status;
    const isNew = job.row.updated === job.row.created && run.row.version === 1;
    if (this.generation === 'v12' && !isNew && !isDone(at)) return;
    const sha = run.row.commit_sha as string;
    const context = `${run.workflow.name} / ${job.name} (${run.row.event})`;
    const others = this.#rows('commit_status').filter((row) => row.sha === sha && row.repo_id === run.repository.id);
    const seconds = (job.row.stopped as number) - (job.row.started as number);
    const { state, description } = checkOf(at, duration(Math.max(0, seconds)), this.generation);
    this.#insert('commit_status', {
      index: others.length + 1,
      repo_id: run.repository.id,
      state,
      sha,
      target_url: `/${run.repository.owner.name}/${run.repository.name}/actions/runs/${run.row.index}/jobs/${run.jobs.indexOf(job)}`,
      description,
      context_hash: createHash('sha1').update(context).digest('hex'),
      context,
      creator_id: -2,
      created_unix: this.clock,
      updated_unix: this.clock,
    });
  }

  #touch(task: Task): void {
    task.row.updated = this.clock;
    for (const row of task.steps) row.updated = this.clock;
    this.#seen(task.runner);
  }

  #seen(runner: Runner): void {
    runner.row.last_online = this.clock;
    runner.row.last_active = this.clock;
    runner.row.updated = this.clock;
  }

  #writeLog(task: Task): Buffer {
    const { text, indexes, size, length } = buildLog(task.log.lines);
    Object.assign(task.row, { log_length: length, log_size: size, log_indexes: indexes });
    return text;
  }

  /** The last number each table's sequence gave away, also to rows that are gone again. */
  get sequences(): ReadonlyMap<string, number> {
    return this.#lastIds;
  }

  #rows(table: string): Row[] {
    this.tables[table] ??= [];
    return this.tables[table];
  }

  #nextId(table: string): number {
    const id = (this.#lastIds.get(table) ?? 0) + 1;
    this.#lastIds.set(table, id);
    return id;
  }

  #insert(table: string, values: Row): Row {
    const row: Row = 'id' in values || 'group_id' in values ? values : { id: this.#nextId(table), ...values };
    this.#rows(table).push(row);
    return row;
  }

  #upsert(table: string, key: Row, fresh: Row): Row {
    const found = this.#rows(table).find((row) =>
      Object.entries(key).every(([column, value]) => row[column] === value),
    );
    return found ?? this.#insert(table, { ...key, ...fresh });
  }
}

/** Unit types of a new repository: code, releases, wiki, projects, issues, tracker, pull requests, packages, actions. */
const repositoryUnits: readonly (readonly [number, string | null])[] = [
  [1, null],
  [4, null],
  [8, null],
  [9, null],
  [2, '{"EnableTimetracker":true,"AllowOnlyContributorsToTrackTime":true,"EnableDependencies":true}'],
  [5, '{}'],
  [
    3,
    JSON.stringify({
      IgnoreWhitespaceConflicts: false,
      AllowMerge: true,
      AllowRebase: true,
      AllowRebaseMerge: true,
      AllowSquash: true,
      AllowFastForwardOnly: true,
      AllowManualMerge: false,
      AutodetectManualMerge: false,
      AllowRebaseUpdate: true,
      DefaultDeleteBranchAfterMerge: false,
      DefaultMergeStyle: 'merge',
      DefaultUpdateStyle: 'merge',
      DefaultAllowMaintainerEdit: false,
    }),
  ],
  [10, null],
];

function checkOf(value: Status, took: string, generation: Generation): { state: string; description: string } {
  switch (value) {
    case status.success:
      return { state: 'success', description: `Successful in ${took}` };
    case status.failure:
      return { state: 'failure', description: `Failing after ${took}` };
    case status.cancelled:
      return { state: 'failure', description: 'Has been cancelled' };
    case status.skipped:
      return { state: generation === 'v17' ? 'skipped' : 'success', description: 'Has been skipped' };
    case status.running:
      return { state: 'pending', description: 'Has started running' };
    case status.blocked:
      return { state: 'pending', description: 'Blocked by required conditions' };
    default:
      return { state: 'pending', description: 'Waiting to run' };
  }
}

function duration(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  return (
    parts
      .filter(([count]) => count > 0)
      .map(([count, unit]) => `${count}${unit}`)
      .join('') || '0s'
  );
}

/** DBFS keeps its times in microseconds. */
const micro = (seconds: number) => seconds * 1_000_000 + 840_064;
