// A Forgejo with a long past, for the benches: a real PostgreSQL with 1,000,000 tasks and 5,000,000 steps (some 200,000
// runs), indexes as Forgejo makes them, analyzed. Made once and kept in the cache directory.
//
//   node bench/instance.mjs [v12|v17] [runs]      makes it and prints time and size
//   import { startInstance } from './instance.mjs'
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Starts the instance, after making it if it is not in the cache. `runs` is its size: five jobs, tasks and twenty-five
 * steps belong to each.
 * @returns {Promise<{url: string, now: number, made: {seconds: number, bytes: number} , psql: Function, stop: () => Promise<void>}>}
 *   `now` is the moment (unix seconds) at which the instance was made: its last runs are as old as that.
 */
export async function startInstance({ generation = 'v12', runs = 200_020 } = {}) {
  const { startCluster, createTables, cacheDirectory } = await project();
  const key = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  for (const statement of createTables(generation)) key.update(statement);
  const family = `bench-${generation}-${runs}-`;
  const name = family + key.digest('hex').slice(0, 12);
  // PostgreSQL does not run as root, and the user it then runs as cannot enter root's home.
  const cache = process.getuid?.() === 0 ? '/var/cache/forgejo-ci-toolkit' : cacheDirectory();
  const dataDir = join(cache, name);
  const stamp = join(dataDir, 'forgejo-ci-toolkit.json');
  if (!existsSync(stamp)) {
    await mkdir(cache, { recursive: true });
    // Also those of an earlier version of this file: each takes gigabytes.
    for (const old of await readdir(cache)) if (old.startsWith(family)) await rm(join(cache, old), { recursive: true });
  }
  const cluster = await startCluster({
    dataDir,
    settings: {
      shared_buffers: '512MB',
      maintenance_work_mem: '256MB',
      work_mem: '64MB',
      max_wal_size: '4GB',
      wal_level: 'minimal',
      max_wal_senders: '0',
    },
  });
  try {
    if (!existsSync(stamp)) {
      await cluster.psql('postgres', '-c', 'DROP DATABASE IF EXISTS forgejo', '-c', 'CREATE DATABASE forgejo');
      const made = await fill(cluster.url('forgejo'), createTables(generation), { generation, runs });
      await writeFile(stamp, JSON.stringify(made));
    }
    const { now, ...made } = JSON.parse(await readFile(stamp, 'utf8'));
    return { url: cluster.url('forgejo'), now, made, psql: cluster.psql, stop: cluster.stop };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** The parts of the project that this file needs are TypeScript. */
async function project() {
  const outfile = join(root, 'node_modules/.cache/forgejo-ci-toolkit/bench-instance.mjs');
  await build({
    stdin: {
      contents: `export { startCluster } from './test/support/cluster.ts';
                 export { createTables } from './demo/forgejo/schema.ts';
                 export { cacheDirectory } from './demo/forgejo/postgres.ts';`,
      resolveDir: root,
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  return await import(pathToFileURL(outfile).href);
}

async function fill(url, statements, { generation, runs }) {
  const begin = performance.now();
  const now = Math.floor(Date.now() / 1000);
  const client = new pg.Client(url);
  await client.connect();
  const isIndex = (statement) => /^CREATE (UNIQUE )?INDEX/.test(statement);
  const steps = [
    ...statements.filter((statement) => !isIndex(statement)),
    ...rows({ generation, runs, now }),
    ...statements.filter(isIndex),
    'VACUUM ANALYZE',
    'CHECKPOINT',
  ];
  try {
    for (const step of steps) await client.query(step);
    const {
      rows: [size],
    } = await client.query('SELECT pg_database_size(current_database()) AS bytes');
    return { now, seconds: Math.round((performance.now() - begin) / 1000), bytes: Number(size.bytes) };
  } finally {
    await client.end();
  }
}

/**
 * One INSERT a table. A run every half minute; a few repositories have most of them. Nine of ten jobs succeed; the last
 * twenty runs are on their way: some run, two of them with a silent runner, and some wait.
 */
function rows({ generation, runs, now }) {
  const isNew = generation === 'v17';
  const only = (column, value) => (isNew ? { [column]: value } : {});
  const chance = (id, of) => `(abs(hashint4((${id})::int)) % ${of})`;
  const created = `${now} - (${runs} - r) * 30 - 60`;
  const repository = `(1 + floor(40 * power(${chance('r', 1000)} / 1000.0, 3)))::bigint`;
  const sha = `encode(sha256(r::text::bytea), 'hex')::varchar(40)`;
  const runStatus = `CASE WHEN r > ${runs} - 5 THEN 5 WHEN r > ${runs} - 20 THEN 6
                          WHEN ${chance('r * 3', 100)} < 12 THEN 2 WHEN ${chance('r * 3', 100)} < 15 THEN 3 ELSE 1 END`;
  const status = `CASE WHEN rs = 5 THEN 5 WHEN rs = 6 THEN CASE k WHEN 1 THEN 1 WHEN 2 THEN 6 ELSE 7 END
                       WHEN rs IN (2, 3) AND k = 4 THEN rs WHEN rs IN (2, 3) AND k = 5 THEN 4 ELSE 1 END`;
  const base = `(SELECT r, k, (r - 1) * 5 + k AS j, ${runStatus} AS rs, ${created} + 5 + k * 4 AS t FROM generate_series(1, ${runs}) r, generate_series(1, 5) k) b`;
  const jobs = `(SELECT b.*, ${status} AS s FROM ${base}) b`;
  const heartbeat = `CASE WHEN s <> 6 THEN t + 3 WHEN r > ${runs} - 18 THEN ${now} ELSE ${now} - 3600 END`;

  const insert = (table, columns, from) =>
    `INSERT INTO "${table}" (${Object.keys(columns)
      .map((name) => `"${name}"`)
      .join(', ')})
     SELECT ${Object.values(columns).join(', ')} FROM ${from}`;
  return [
    insert(
      'user',
      {
        lower_name: `'owner-' || n`,
        name: `'owner-' || n`,
        email: `''`,
        passwd: `''`,
        avatar: `''`,
        avatar_email: `''`,
        type: 1,
      },
      'generate_series(1, 8) n',
    ),
    insert(
      'repository',
      {
        owner_id: '1 + n % 8',
        owner_name: `'owner-' || (1 + n % 8)`,
        lower_name: `'repository-' || n`,
        name: `'repository-' || n`,
        topics: `'[]'`,
        is_private: false,
        is_empty: false,
        is_archived: false,
      },
      'generate_series(1, 40) n',
    ),
    insert('repo_unit', { repo_id: 'n', type: 10, created_unix: 0 }, 'generate_series(1, 40) n'),
    insert(
      'action_runner',
      {
        uuid: 'gen_random_uuid()::text',
        name: `'runner-' || n`,
        version: `'v9.1.1'`,
        owner_id: 0,
        repo_id: 0,
        token_hash: `'hash-' || n`,
        last_online: `${now} - CASE WHEN n = 20 THEN 3600 ELSE n END`,
        last_active: `${now} - CASE WHEN n = 20 THEN 3600 ELSE n END`,
        agent_labels: `'["self-hosted"]'`,
        created: 0,
        updated: now,
      },
      'generate_series(1, 20) n',
    ),
    insert(
      'action_tasks_version',
      { owner_id: 0, repo_id: 0, version: runs, created_unix: 0, updated_unix: 0 },
      'generate_series(1, 1) n',
    ),
    insert(
      'action_tasks_version',
      { owner_id: 0, repo_id: 'n', version: 'n', created_unix: 0, updated_unix: 0 },
      'generate_series(1, 40) n',
    ),
    insert(
      'action_tasks_version',
      { owner_id: 'n', repo_id: 0, version: 'n', created_unix: 0, updated_unix: 0 },
      'generate_series(1, 8) n',
    ),
    insert('forgejo_version', { version: isNew ? 44 : 32 }, 'generate_series(1, 1) n'),
    insert(
      'action_run',
      {
        id: 'r',
        title: `'Change number ' || r`,
        repo_id: repository,
        owner_id: `1 + ${repository} % 8`,
        workflow_id: `(ARRAY['ci.yaml','nightly.yaml','site.yaml'])[1 + r % 3]`,
        index: 'r',
        trigger_user_id: '1 + r % 8',
        schedule_id: 0,
        ref: `'refs/heads/main'`,
        commit_sha: sha,
        is_fork_pull_request: false,
        need_approval: false,
        approved_by: 0,
        event: `CASE r % 3 WHEN 1 THEN 'schedule' ELSE 'push' END`,
        trigger_event: `CASE r % 3 WHEN 1 THEN 'schedule' ELSE 'push' END`,
        event_payload: `'{"ref":"refs/heads/main","text":"' || (SELECT string_agg(md5((r * 64 + n)::text), '') FROM generate_series(1, 64) n) || '"}'`,
        status: runStatus,
        version: 11,
        started: `CASE WHEN r > ${runs} - 5 THEN 0 ELSE ${created} + 9 END`,
        stopped: `CASE WHEN r > ${runs} - 20 THEN 0 ELSE ${created} + 28 END`,
        previous_duration: 0,
        created,
        updated: `${created} + 28`,
        ...only('concurrency_group', `'refs/heads/main_ci.yaml_push__auto'`),
        ...only('concurrency_type', 2),
        ...only('pull_request_id', 0),
      },
      `generate_series(1, ${runs}) r`,
    ),
    insert(
      'action_run_job',
      {
        id: 'j',
        run_id: 'r',
        repo_id: repository,
        owner_id: `1 + ${repository} % 8`,
        commit_sha: sha,
        is_fork_pull_request: false,
        name: `(ARRAY['lint','build','test','package','report'])[k]`,
        job_id: `(ARRAY['lint','build','test','package','report'])[k]`,
        attempt: isNew ? 1 : 'CASE WHEN s IN (5, 7) THEN 0 ELSE 1 END',
        ...only('handle', 'gen_random_uuid()'),
        workflow_payload: `convert_to(repeat('jobs: a workflow of one job, some hundred bytes of it' || chr(10), 12), 'UTF8')`,
        needs: `CASE WHEN k > 2 THEN '["build"]' ELSE 'null' END`,
        runs_on: `'["self-hosted"]'`,
        task_id: 'CASE WHEN s IN (5, 7) THEN 0 ELSE j END',
        status: 's',
        started: 'CASE WHEN s IN (5, 7) THEN 0 ELSE t END',
        stopped: 'CASE WHEN s IN (5, 6, 7) THEN 0 ELSE t + 3 END',
        created: 't - k * 4 - 5',
        updated: 'CASE WHEN s IN (5, 6, 7) THEN t ELSE t + 3 END',
      },
      jobs,
    ),
    insert(
      'action_task',
      {
        id: 'j',
        job_id: 'j',
        attempt: 1,
        runner_id: `CASE WHEN s = 6 AND r <= ${runs} - 18 THEN 20 ELSE 1 + j % 19 END`,
        status: 's',
        started: 't',
        stopped: 'CASE WHEN s = 6 THEN 0 ELSE t + 3 END',
        repo_id: repository,
        owner_id: `1 + ${repository} % 8`,
        commit_sha: sha,
        is_fork_pull_request: false,
        token_hash: `md5(j::text) || md5((-j)::text)`,
        token_salt: `'salt'`,
        token_last_eight: 'left(md5(j::text), 8)',
        log_filename: `'owner-' || (1 + ${repository} % 8) || '/repository-' || ${repository} || '/' || lpad(to_hex(j % 256), 2, '0') || '/' || j || '.log.zst'`,
        log_in_storage: 's <> 6',
        log_length: 60,
        log_size: 3600,
        log_indexes: `decode(repeat('80', 60), 'hex')`,
        log_expired: false,
        ...only('runner_request_key', `''`),
        created: 't',
        updated: heartbeat,
      },
      `(SELECT * FROM ${jobs} WHERE s NOT IN (5, 7)) b`,
    ),
    insert(
      'action_task_step',
      {
        id: '(j - 1) * 5 + i + 1',
        name: `(ARRAY['Check out','Set up','Build','Test','Keep the result'])[i + 1]`,
        task_id: 'j',
        index: 'i',
        repo_id: repository,
        status:
          'CASE WHEN s = 6 THEN CASE WHEN i < 2 THEN 1 WHEN i = 2 THEN 6 ELSE 5 END WHEN s IN (2, 3) THEN CASE WHEN i < 3 THEN 1 WHEN i = 3 THEN s ELSE 4 END ELSE s END',
        log_index: '3 + i * 11',
        log_length: 11,
        started: 't',
        stopped: 'CASE WHEN s = 6 AND i > 1 THEN 0 ELSE t + 3 END',
        created: 't',
        updated: heartbeat,
      },
      `(SELECT * FROM ${jobs}, generate_series(0, 4) i WHERE s NOT IN (5, 7)) b`,
    ),
    ...['action_run', 'action_run_job', 'action_task', 'action_task_step'].map(
      (table) => `SELECT setval('${table}_id_seq', (SELECT max(id) FROM ${table}))`,
    ),
  ];
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [generation = 'v12', runs = '200020'] = process.argv.slice(2);
  const instance = await startInstance({ generation, runs: Number(runs) });
  for (const table of ['action_run', 'action_run_job', 'action_task', 'action_task_step']) {
    const count = await instance.psql('forgejo', '-At', '-c', `SELECT count(*) FROM ${table}`);
    console.log(`${table.padEnd(18)} ${Number(count).toLocaleString('en').padStart(10)}`);
  }
  console.log(`made in ${instance.made.seconds} s, ${(instance.made.bytes / 2 ** 30).toFixed(2)} GiB`);
  await instance.stop();
}
