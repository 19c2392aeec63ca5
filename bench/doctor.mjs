// ci-doctor against what a user would type instead, on a Forgejo with 1,000,000 tasks and 5,000,000 steps:
// whole processes, alternating, medians, and the ratios that are wanted.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bulk } from './bulk.mjs';
import { startInstance } from './instance.mjs';

const rounds = Number(process.env.BENCH_ROUNDS ?? 21);
const command = fileURLToPath(new URL('../dist/ci-doctor.js', import.meta.url));

console.log('starting the instance (made at the first run, which takes some minutes) …');
const instance = await startInstance();
try {
  const env = { ...process.env, CI_DOCTOR_DATABASE_URL: instance.url };
  // Reading a file of extra certificates doubles the start of every node; it is no part of what is compared.
  delete env.NODE_EXTRA_CA_CERTS;
  const { username, password, hostname, port, pathname } = new URL(instance.url);
  const psqlEnv = { ...env, PGPASSWORD: decodeURIComponent(password) };
  const psql = (...statements) => [
    'psql',
    [
      '-X',
      '-h',
      hostname,
      '-p',
      port,
      '-U',
      username,
      '-d',
      pathname.slice(1),
      ...statements.flatMap((sql) => ['-c', sql]),
    ],
    psqlEnv,
  ];
  const node = (...args) => [process.execPath, args, env];

  // A finished run of the ordinary kind, near the end.
  const [runId, taskId] = once(
    psql(
      "SELECT run_id || ',' || task_id FROM action_run_job WHERE status = 1 AND task_id > 0 ORDER BY id DESC OFFSET 50 LIMIT 1",
    ),
  )
    .match(/(\d+),(\d+)/)
    .slice(1)
    .map(Number);
  compare('ci-doctor --version', node(command, '--version'), 'node -e 0', node('-e', '0'), 1.5);
  compare(
    'ci-doctor runs --limit 10',
    node(command, 'runs', '--limit', '10'),
    "psql, the runbook's query",
    psql('SELECT id, title, status, to_timestamp(created) AS created_at FROM action_run ORDER BY id DESC LIMIT 10'),
    3,
  );
  compare(
    `ci-doctor show ${runId}`,
    node(command, 'show', String(runId)),
    "psql, the runbook's two queries",
    psql(
      `SELECT id, name, status, task_id FROM action_run_job WHERE run_id = ${runId}`,
      `SELECT name, status, log_index, log_length FROM action_task_step WHERE task_id = ${taskId} ORDER BY index`,
    ),
    3,
  );
  compare('ci-doctor stuck', node(command, 'stuck'), 'node -e 0', node('-e', '0'));
  console.log('10,000 stuck runs among 1,000,000 tasks (wanted: 10 s or less each):');
  await bulk(instance);
} finally {
  await instance.stop();
}

function compare(ours, our, theirs, their, wanted) {
  const times = { our: [], their: [] };
  for (let round = 0; round < rounds; round++) {
    times.our.push(time(our));
    times.their.push(time(their));
  }
  const [a, b] = [median(times.our), median(times.their)];
  const verdict = wanted === undefined ? '' : `  (wanted: ${wanted} or less)`;
  console.log(`${ours.padEnd(28)} ${ms(a)}   ${theirs.padEnd(34)} ${ms(b)}   ratio ${(a / b).toFixed(2)}${verdict}`);
}

function time([program, args, env]) {
  const begin = performance.now();
  const { status, error, stderr } = spawnSync(program, args, {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const took = performance.now() - begin;
  if (error) throw error;
  if (status !== 0 && status !== 1) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return took;
}

function once([program, args, env]) {
  const { stdout, stderr, status } = spawnSync(program, args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function ms(value) {
  return `${value.toFixed(0).padStart(5)} ms`;
}
