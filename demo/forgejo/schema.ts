/**
 * The tables of Forgejo that have to do with CI, of the v12 line (2025) and the v17 line (2026), as its migrations leave
 * them on PostgreSQL. Written from what live servers of both lines show; test/demo/schema.test.ts holds it against them.
 */

export type Generation = 'v12' | 'v17';

/**
 * One column: `name type [modifiers]`. Types: `id` (bigint from a sequence, primary key), `key` (bigint, primary key
 * without a sequence), `big`, `int`, `string` (varchar 255), `string(n)`, `text`, `bytes`, `bool`, `json`, `char(n)`.
 * Modifiers: `required` (NOT NULL), `default X` (last), `index` and `unique` (on this column alone), `v12` or `v17` (this line only),
 * `index:v17` (the column is old, the index new).
 */
type Column = string;

interface TableSpec {
  readonly columns: readonly Column[];
  /** Indexes over several columns, or with a name that is not the column's: `name: columns`. */
  readonly indexes?: Readonly<Record<string, string>>;
  readonly uniques?: Readonly<Record<string, string>>;
  readonly only?: Generation;
}

const approval = ['is_fork_pull_request bool', 'need_approval bool', 'approved_by big index'];

const specs: Readonly<Record<string, TableSpec>> = {
  user: {
    columns: [
      'id id',
      'lower_name string required unique',
      'name string required unique',
      'full_name string',
      'email string required',
      'keep_email_private bool',
      "email_notifications_preference string(20) required default 'enabled'",
      'passwd string required',
      "passwd_hash_algo string required default 'argon2'",
      'must_change_password bool required default false',
      'login_type int',
      'login_source big required default 0',
      'login_name string',
      'type int',
      'location string',
      'website string',
      'pronouns string',
      'rands string(32)',
      'salt string(32)',
      'language string(5)',
      'description string',
      'created_unix big index',
      'updated_unix big index',
      'last_login_unix big index',
      'last_repo_visibility bool',
      "max_repo_creation int required default '-1'::integer",
      'is_active bool index',
      'is_admin bool',
      'is_restricted bool required default false',
      'allow_git_hook bool',
      'allow_import_local bool',
      'allow_create_organization bool default true',
      'prohibit_login bool required default false',
      'avatar string(2048) required',
      'avatar_email string required',
      'use_custom_avatar bool',
      'num_followers int',
      'num_following int required default 0',
      'num_stars int',
      'num_repos int',
      'num_teams int',
      'num_members int',
      'visibility int required default 0',
      'repo_admin_change_team_access bool required default false',
      "diff_view_style string required default ''",
      "theme string required default ''",
      'keep_activity_private bool required default false',
      'keep_pronouns_private bool required default false',
      'enable_repo_unit_hints bool required default true',
    ],
  },
  repository: {
    columns: [
      'id id',
      'owner_id big index',
      'owner_name string',
      'lower_name string required index',
      'name string required index',
      'description text',
      'website string(2048)',
      'original_service_type int index',
      'original_url string(2048)',
      'default_branch string',
      'wiki_branch string',
      'num_watches int',
      'num_stars int',
      'num_forks int',
      'num_issues int v12',
      'num_closed_issues int v12',
      'num_pulls int v12',
      'num_closed_pulls int v12',
      'num_milestones int required default 0',
      'num_closed_milestones int required default 0',
      'num_projects int required default 0',
      'num_closed_projects int required default 0',
      'num_action_runs int v12 required default 0',
      'num_closed_action_runs int v12 required default 0',
      'is_private bool index',
      'is_empty bool index',
      'is_archived bool index',
      'is_mirror bool index',
      'status int required default 0',
      'is_fork bool required index default false',
      'fork_id big index',
      'is_template bool required index default false',
      'template_id big index',
      'size big required default 0',
      'git_size big required default 0',
      'lfs_size big required default 0',
      'is_fsck_enabled bool required default true',
      'close_issues_via_commit_in_any_branch bool required default false',
      'topics json required',
      "object_format_name string(6) required default 'sha1'",
      'trust_model int',
      'avatar string(64)',
      'created_unix big index',
      'updated_unix big index',
      'archived_unix big default 0',
    ],
    uniques: { s: 'owner_id, lower_name' },
  },
  repo_unit: {
    columns: [
      'id id',
      'repo_id big',
      'type int',
      'config text',
      'created_unix big index',
      'default_permissions int required default 0',
    ],
    indexes: { s: 'repo_id, type' },
  },
  secret: {
    columns: [
      'id id',
      'owner_id big required index',
      'repo_id big required index default 0',
      'name string required',
      'data text v12',
      'data bytes v17',
      'created_unix big required',
    ],
    uniques: { owner_repo_name: 'owner_id, repo_id, name' },
  },
  commit_status: {
    columns: [
      'id id',
      'index big index',
      'repo_id big index',
      'state string(7) required',
      'sha string(64) required index',
      'target_url text',
      'description text',
      'context_hash string(64) index',
      'context text',
      'creator_id big',
      'created_unix big index',
      'updated_unix big index',
    ],
    uniques: { repo_sha_index: 'index, repo_id, sha' },
  },
  action_run: {
    columns: [
      'id id',
      'title string',
      'repo_id big index',
      'owner_id big index',
      'workflow_id string index',
      "workflow_directory string v17 required default '.forgejo/workflows'",
      'index big index',
      'trigger_user_id big index',
      'schedule_id big',
      'ref string index',
      'commit_sha string',
      ...approval.map((column) => `${column} v12`),
      'event string',
      'event_payload text',
      'trigger_event string',
      'status int index',
      'version int default 0',
      'started big',
      'stopped big',
      'previous_duration big',
      'created big',
      'updated big',
      'notify_email bool v17',
      'is_fork_pull_request bool v17',
      'pull_request_poster_id big v17',
      'pull_request_id big v17 index',
      'need_approval bool v17',
      'approved_by big index v17',
      'concurrency_group string v17',
      'concurrency_type int v17',
      'pre_execution_error text v17',
      'pre_execution_error_code big v17',
      'pre_execution_error_details text v17',
      'pre_execution_warning_codes text v17',
      'pre_execution_warning_details text v17',
      'priority int v17 required default 0',
      'prioritize bool v17 required default false',
    ],
    indexes: { 'concurrency v17': 'repo_id, concurrency_group' },
    uniques: { repo_index: 'repo_id, index' },
  },
  action_run_index: { columns: ['group_id key', 'max_index big index'] },
  action_run_job: {
    columns: [
      'id id',
      'run_id big index',
      'repo_id big index',
      'owner_id big index',
      'commit_sha string index',
      'is_fork_pull_request bool',
      'name string',
      'attempt big',
      'handle string v17 unique',
      'workflow_payload bytes',
      'job_id string',
      'needs text',
      'runs_on text',
      'task_id big',
      'status int index',
      'started big',
      'stopped big',
      'created big',
      'updated big index',
    ],
  },
  action_task: {
    columns: [
      'id id',
      'job_id big index:v17',
      'attempt big',
      'runner_id big index',
      'status int index',
      'started big index',
      'stopped big',
      'repo_id big index',
      'owner_id big index',
      'commit_sha string index',
      'is_fork_pull_request bool',
      'token_hash string unique',
      'token_salt string',
      'token_last_eight string index',
      'log_filename string',
      'log_in_storage bool',
      'log_length big',
      'log_size big',
      'log_indexes bytes',
      'log_expired bool',
      'runner_request_key string v17',
      'created big',
      'updated big index',
    ],
    indexes: { stopped_log_expired: 'stopped, log_expired', 'request_key v17': 'runner_id, runner_request_key' },
  },
  action_task_step: {
    columns: [
      'id id',
      'name string',
      'task_id big index',
      'index big index',
      'repo_id big index',
      'status int index',
      'log_index big',
      'log_length big',
      'started big',
      'stopped big',
      'created big',
      'updated big',
    ],
    uniques: { task_index: 'task_id, index' },
  },
  action_task_output: {
    columns: ['id id', 'task_id big index', 'output_key string', 'output_value text'],
    uniques: { task_id_output_key: 'task_id, output_key' },
  },
  action_tasks_version: {
    columns: ['id id', 'owner_id big', 'repo_id big index', 'version big', 'created_unix big', 'updated_unix big'],
    uniques: { owner_repo: 'owner_id, repo_id' },
  },
  action_runner: {
    columns: [
      'id id',
      'uuid char(36) unique',
      'name string',
      'version string(64)',
      'owner_id big index',
      'repo_id big index',
      'description text',
      'base int',
      'repo_range string',
      'token_hash string unique',
      'token_salt string',
      'last_online big index',
      'last_active big index',
      'agent_labels text',
      'ephemeral bool v17 required default false',
      'created big',
      'updated big',
      'deleted big',
    ],
  },
  action_runner_token: {
    columns: [
      'id id',
      'token string unique',
      'owner_id big index',
      'repo_id big index',
      'is_active bool',
      'created big',
      'updated big',
      'deleted big v12',
    ],
  },
  action_schedule: {
    columns: [
      'id id',
      'title string',
      'specs text v12',
      'repo_id big index',
      'owner_id big index',
      'workflow_id string',
      "workflow_directory string v17 required default '.forgejo/workflows'",
      'trigger_user_id big',
      'ref string',
      'commit_sha string',
      'event string',
      'event_payload text',
      'content bytes',
      'created big',
      'updated big',
    ],
  },
  action_schedule_spec: {
    columns: [
      'id id',
      'repo_id big index',
      'schedule_id big index',
      'next big index',
      'prev big',
      'spec string',
      'time_zone string v17',
      'created big',
      'updated big',
    ],
  },
  action_variable: {
    columns: [
      'id id',
      'owner_id big',
      'repo_id big index',
      'name string required',
      'data text required',
      'created_unix big required',
      'updated_unix big',
    ],
    uniques: { owner_repo_name: 'owner_id, repo_id, name' },
  },
  action_artifact: {
    columns: [
      'id id',
      'run_id big index',
      'runner_id big',
      'repo_id big index',
      'owner_id big',
      'commit_sha string',
      'storage_path string',
      'file_size big',
      'file_compressed_size big',
      'content_encoding string',
      'artifact_path string index',
      'artifact_name string index',
      'status big index',
      'created_unix big',
      'updated_unix big index',
      'expired_unix big index',
    ],
    uniques: { runid_name_path: 'run_id, artifact_path, artifact_name' },
  },
  action_user: {
    only: 'v17',
    columns: [
      'id id',
      'user_id big index',
      'repo_id big index',
      'trusted_with_pull_requests bool',
      'last_access big index',
    ],
    uniques: { action_user_index: 'user_id, repo_id' },
  },
  dbfs_meta: {
    columns: [
      'id id',
      'full_path string(500) required unique',
      'block_size big required',
      'file_size big required',
      'create_timestamp big required',
      'modify_timestamp big required',
    ],
  },
  dbfs_data: {
    columns: [
      'id id',
      'revision big required',
      'meta_id big required',
      'blob_offset big required',
      'blob_size big required',
      'blob_data bytes required',
    ],
    indexes: { meta_offset: 'meta_id, blob_offset' },
  },
  forgejo_version: { columns: ['id id', 'version big'] },
  version: { columns: ['id id', 'version big'] },
  forgejo_migration: { only: 'v17', columns: ['id string required primary', 'created_unix big'] },
};

export interface TableColumn {
  readonly name: string;
  /** The PostgreSQL type as pg_dump spells it. */
  readonly type: string;
  readonly sequence: boolean;
  readonly primary: boolean;
  readonly required: boolean;
  /** An SQL expression. */
  readonly default?: string;
}

export interface TableIndex {
  readonly name: string;
  readonly unique: boolean;
  readonly columns: readonly string[];
}

export interface Table {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly indexes: readonly TableIndex[];
}

const plainTypes: Readonly<Record<string, string>> = {
  id: 'bigint',
  key: 'bigint',
  big: 'bigint',
  int: 'integer',
  string: 'character varying(255)',
  text: 'text',
  bytes: 'bytea',
  bool: 'boolean',
  json: 'json',
};

/** The tables of a line of Forgejo, in an order in which they can be made and filled. */
export function tables(generation: Generation): Table[] {
  return Object.entries(specs)
    .filter(([, spec]) => spec.only === undefined || spec.only === generation)
    .map(([name, spec]) => readTable(name, spec, generation));
}

function readTable(name: string, spec: TableSpec, generation: Generation): Table {
  const columns: TableColumn[] = [];
  const indexes: TableIndex[] = [];
  const has = (words: readonly string[], word: string) =>
    words.includes(word) || words.includes(`${word}:${generation}`);
  for (const line of spec.columns) {
    const [head, fallback] = line.split(' default ') as [string, string?];
    const [column, kind, ...words] = head.split(' ') as [string, string, ...string[]];
    if (isOther(words, generation)) continue;
    columns.push({
      name: column,
      type: plainTypes[kind] ?? kind.replace('string', 'character varying').replace('char(', 'character('),
      sequence: kind === 'id',
      primary: kind === 'id' || kind === 'key' || words.includes('primary'),
      required: kind === 'id' || kind === 'key' || words.includes('required'),
      ...(fallback !== undefined && { default: fallback }),
    });
    if (has(words, 'index')) indexes.push({ name: `IDX_${name}_${column}`, unique: false, columns: [column] });
    if (has(words, 'unique')) indexes.push({ name: `UQE_${name}_${column}`, unique: true, columns: [column] });
  }
  for (const [unique, named] of [
    [false, spec.indexes],
    [true, spec.uniques],
  ] as const) {
    for (const [words, list] of Object.entries(named ?? {})) {
      const [short, ...marks] = words.split(' ') as [string, ...string[]];
      if (isOther(marks, generation)) continue;
      indexes.push({ name: `${unique ? 'UQE' : 'IDX'}_${name}_${short}`, unique, columns: list.split(', ') });
    }
  }
  return { name, columns, indexes };
}

/** True for a line that belongs to the other generation only. */
const isOther = (words: readonly string[], generation: Generation) =>
  words.includes(generation === 'v12' ? 'v17' : 'v12');

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The statements that make the tables, their sequences and indexes in PostgreSQL, in `schema`, which has to exist. */
export function createTables(generation: Generation, schema = 'public'): string[] {
  return tables(generation).flatMap((table) => {
    const qualified = `${identifier(schema)}.${identifier(table.name)}`;
    const sequenced = table.columns.find((column) => column.sequence);
    const sequence = `${identifier(schema)}.${identifier(`${table.name}_id_seq`)}`;
    const lines = table.columns.map((column) => {
      const value = column.sequence ? `nextval('${sequence.replaceAll("'", "''")}'::regclass)` : column.default;
      return [
        identifier(column.name),
        column.type,
        value !== undefined && `DEFAULT ${value}`,
        column.required && 'NOT NULL',
        column.primary && `CONSTRAINT ${identifier(`${table.name}_pkey`)} PRIMARY KEY`,
      ]
        .filter(Boolean)
        .join(' ');
    });
    return [
      ...(sequenced ? [`CREATE SEQUENCE ${sequence}`] : []),
      `CREATE TABLE ${qualified} (\n  ${lines.join(',\n  ')}\n)`,
      ...(sequenced ? [`ALTER SEQUENCE ${sequence} OWNED BY ${qualified}.${identifier(sequenced.name)}`] : []),
      ...table.indexes.map(
        ({ name, unique, columns }) =>
          `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${identifier(name)} ON ${qualified} (${columns.map(identifier).join(', ')})`,
      ),
    ];
  });
}

/** The servers besides PostgreSQL that Forgejo runs on. */
export type OtherServer = 'sqlite' | 'mysql';

/** What Forgejo's own tables have in these servers for a type of PostgreSQL. */
const otherTypes: Readonly<Record<OtherServer, readonly (readonly [postgresql: RegExp, type: string])[]>> = {
  sqlite: [
    [/^(?:bigint|integer|boolean)$/, 'INTEGER'],
    [/^bytea$/, 'BLOB'],
    [/./, 'TEXT'],
  ],
  mysql: [
    [/^bigint$/, 'BIGINT(20)'],
    [/^integer$/, 'INT(11)'],
    [/^boolean$/, 'TINYINT(1)'],
    [/^bytea$/, 'LONGBLOB'],
    [/^character varying\((.*)\)$/, 'VARCHAR($1)'],
    [/^character\((.*)\)$/, 'CHAR($1)'],
    [/./, 'LONGTEXT'],
  ],
};

/** The statements that make the tables and indexes in a database of another server. */
export function createTablesOn(server: OtherServer, generation: Generation): string[] {
  const name = server === 'mysql' ? (text: string) => `\`${text}\`` : identifier;
  const numbered = { sqlite: 'PRIMARY KEY AUTOINCREMENT NOT NULL', mysql: 'PRIMARY KEY AUTO_INCREMENT NOT NULL' };
  return tables(generation).flatMap((table) => {
    const lines = table.columns.map((column) => {
      const [pattern, type] = otherTypes[server].find(([known]) => known.test(column.type))!;
      return [
        name(column.name),
        pattern.source === '.' ? type : column.type.replace(pattern, type),
        column.default !== undefined && `DEFAULT ${column.default.replace(/::\w+$/, '')}`,
        column.sequence ? numbered[server] : [column.required && 'NOT NULL', column.primary && 'PRIMARY KEY'],
      ]
        .flat()
        .filter(Boolean)
        .join(' ');
    });
    return [
      `CREATE TABLE ${name(table.name)} (\n  ${lines.join(',\n  ')}\n)${server === 'mysql' ? ' ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC' : ''}`,
      ...table.indexes.map(
        (index) =>
          `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${name(index.name)} ON ${name(table.name)} (${index.columns.map(name).join(', ')})`,
      ),
    ];
  });
}
