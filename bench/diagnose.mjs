// ci-doctor diagnose on a run whose failed step has 100 MB of log, and the statistics over 1,000 failed jobs, on a real
// PostgreSQL: whole processes. The instance is made anew by the demo's simulation of a server.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = join(root, 'node_modules/.cache/forgejo-ci-toolkit/bench-diagnose.mjs');
await build({
  stdin: {
    contents: `export { startCluster } from './test/support/cluster.ts';
               export { newScene, failedRun, succeededRun } from './demo/forgejo/rows.ts';
               export { loadInstance, writeLogs } from './demo/forgejo/instance.ts';
               export { lines, pipeline } from './demo/forgejo/workflows.ts';`,
    resolveDir: root,
  },
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
const { startCluster, newScene, failedRun, succeededRun, loadInstance, writeLogs, lines, pipeline } = await import(
  pathToFileURL(outfile).href
);

const failures = [
  lines.brokenBuild,
  ['error: failed to write target/debug/x.o: No space left on device (os error 28)'],
  ['curl: (6) Could not resolve host: crates.example.org'],
  ['--- FAIL: TestTide (0.01s)', 'FAIL'],
  ['the moon is not where it should be', 'giving up'],
];
const noise = (count) =>
  Array.from(
    { length: count },
    (_, at) => `[${at}] cc -O2 -Wall -Wextra -c src/harbours/part${at}.c -o build/harbours/part${at}.o`,
  );
const withOutput = (output) => ({
  ...pipeline,
  jobs: pipeline.jobs.map((job) =>
    job.id === 'build'
      ? { ...job, steps: job.steps.map((step) => (step.name === 'Build' ? { ...step, output } : step)) }
      : job,
  ),
});

console.log('making 1,000 failed runs, and one with 100 MB of log …');
const scene = newScene('v17', { now: Math.floor(Date.now() / 1000) - 6 * 86_400 });
const ordinary = noise(1_500);
for (let run = 0; run < 1_000; run++) {
  if (run % 10 === 0) succeededRun(scene, { workflow: withOutput(ordinary) });
  failedRun(scene, {
    workflow: withOutput(ordinary),
    course: { failAt: 1, failure: [...ordinary, ...failures[run % failures.length]] },
  });
}
// 132 bytes a line with its time.
const long = noise(800_000);
succeededRun(scene, { workflow: withOutput(long), title: 'long' });
const longRun = failedRun(scene, {
  workflow: withOutput(long),
  course: { failAt: 1, failure: [...long, ...lines.brokenBuild] },
});

const cluster = await startCluster();
const directory = await mkdtemp(join(tmpdir(), 'forgejo-ci-toolkit-bench-'));
try {
  await cluster.psql('postgres', '-c', 'CREATE DATABASE forgejo');
  const client = new pg.Client(cluster.url('forgejo'));
  await client.connect();
  await loadInstance(client, { server: scene.server });
  await client.query('ANALYZE');
  const { rows } = await client.query('SELECT max(log_size) AS size FROM action_task');
  await client.end();
  await writeLogs({ server: scene.server }, directory);
  const env = { ...process.env, CI_DOCTOR_DATABASE_URL: cluster.url('forgejo') };
  // Reading a file of extra certificates doubles the start of every node; it is no part of what is measured.
  delete env.NODE_EXTRA_CA_CERTS;
  const time = (rounds, ...args) => {
    let best = Number.POSITIVE_INFINITY;
    let out = '';
    let cost = '';
    for (let round = 0; round < rounds; round++) {
      const begin = performance.now();
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [
          '-r',
          join(root, 'bench/peak.cjs'),
          join(root, 'dist/ci-doctor.js'),
          'diagnose',
          ...args,
          '--log-dir',
          directory,
          '--json',
        ],
        { env, encoding: 'utf8', maxBuffer: 1 << 28 },
      );
      if (status !== 1) throw new Error(stderr);
      const taken = performance.now() - begin;
      const [, peak, cpu] = /peak (\d+)\ncpu ([\d.]+)/.exec(stderr);
      if (taken < best) cost = `${Number(cpu).toFixed(1)} s of processor, ${(peak / 1024).toFixed(0)} MB of memory`;
      best = Math.min(best, taken);
      out = stdout;
    }
    return [best / 1000, JSON.parse(out), cost];
  };
  const [one, diagnosis, oneCost] = time(3, String(longRun.id));
  console.log(
    `diagnose, ${(Number(rows[0].size) / 1e6).toFixed(0)} MB of log: ${one.toFixed(2)} s (wanted: 3 s or less; ${oneCost}), ${diagnosis.cause?.id ?? 'unknown'}`,
  );
  const [all, statistics, allCost] = time(1, '--since', '30d');
  console.log(
    `statistics of ${statistics.failed} failed jobs: ${all.toFixed(1)} s (wanted: 60 s or less; ${allCost}), ${Math.round(statistics.share * 100)} % explained`,
  );
} finally {
  await cluster.stop();
  await rm(directory, { recursive: true, force: true });
}
