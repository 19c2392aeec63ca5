// ci-doctor where very much is stuck: how long it takes, and how much memory.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../dist/ci-doctor.js', import.meta.url));
/** Every twentieth run: its second job hangs on a silent runner, the three behind it are blocked. */
const stuck = 'id % 20 = 7 AND id <= 200000';
const ofStuck = `((id - 1) / 5 + 1) % 20 = 7 AND id <= 1000000`;
const place = '(id - 1) % 5 + 1';

/**
 * `stuck` and `reset --all-stuck` on a copy of the instance in which 10,000 runs hang; prints time and memory.
 * @param instance of startInstance: its own database is not touched
 */
export async function bulk(instance) {
  const name = 'forgejo_bulk';
  const drop = ['-c', `DROP DATABASE IF EXISTS ${name}`];
  await instance.psql('postgres', ...drop, '-c', `CREATE DATABASE ${name} TEMPLATE forgejo`);
  const state = mkdtempSync(join(tmpdir(), 'ci-doctor-bulk-'));
  try {
    await instance.psql(
      name,
      ...[
        `UPDATE action_run SET status = 6, stopped = 0 WHERE ${stuck}`,
        `DELETE FROM action_task_step WHERE task_id IN (SELECT id FROM action_run_job WHERE ${ofStuck} AND ${place} > 2)`,
        `DELETE FROM action_task WHERE ${ofStuck} AND ${place} > 2`,
        `UPDATE action_run_job SET status = CASE ${place} WHEN 1 THEN 1 WHEN 2 THEN 6 ELSE 7 END, stopped = 0,
           task_id = CASE WHEN ${place} > 2 THEN 0 ELSE task_id END WHERE ${ofStuck}`,
        `UPDATE action_task SET status = CASE ${place} WHEN 1 THEN 1 ELSE 6 END, stopped = 0 WHERE ${ofStuck}`,
        `UPDATE action_task_step SET status = CASE index WHEN 2 THEN 6 ELSE 5 END, stopped = 0
           WHERE task_id IN (SELECT id FROM action_task WHERE ${ofStuck} AND status = 6) AND index > 1`,
        'VACUUM ANALYZE',
        // What was prepared is not to be written while others are measured.
        'CHECKPOINT',
      ].flatMap((sql) => ['-c', sql]),
    );
    const url = new URL(instance.url);
    url.pathname = `/${name}`;
    const env = { ...process.env, CI_DOCTOR_DATABASE_URL: url.href, FORGEJO_CI_TOOLKIT_STATE: state };
    delete env.NODE_EXTRA_CA_CERTS;
    const run = (...args) => {
      const begin = performance.now();
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['-r', fileURLToPath(new URL('peak.cjs', import.meta.url)), command, ...args],
        { env, encoding: 'utf8', maxBuffer: 2 ** 30 },
      );
      const took = performance.now() - begin;
      const peak = Number(/peak (\d+)/.exec(stderr)?.[1]) / 1_024;
      return { status, stdout, took, peak, stderr };
    };
    const print = (title, { took, peak }) =>
      console.log(
        `${title.padEnd(44)} ${(took / 1_000).toFixed(1).padStart(5)} s   ${peak.toFixed(0).padStart(5)} MiB`,
      );
    const looked = run('stuck', '--json');
    if (looked.status !== 1) throw new Error(looked.stdout + looked.stderr);
    print(`ci-doctor stuck, ${JSON.parse(looked.stdout).findings.length} findings`, looked);
    const reset = run('reset', '--all-stuck', '--yes', '--json');
    if (reset.status !== 0) throw new Error(reset.stderr);
    print(`ci-doctor reset --all-stuck, ${JSON.parse(reset.stdout).runs.length} runs`, reset);
    console.log(`  undo file ${(statSync(JSON.parse(reset.stdout).undoFile).size / 2 ** 20).toFixed(1)} MiB`);
    const again = run('stuck', '--json');
    print(`ci-doctor stuck, ${JSON.parse(again.stdout).findings.length} findings left`, again);
  } finally {
    rmSync(state, { recursive: true });
    await instance.psql('postgres', ...drop);
  }
}
