import { join } from 'node:path';
import pg from 'pg';
import type { Act } from './acts.ts';
import { buildInstance, loadInstance, writeLogs } from './forgejo/instance.ts';
import { startPostgres } from './forgejo/postgres.ts';

/** ci-doctor on a believable Forgejo: what is stuck, why a run is red, and every recovery with its way back. */
export const doctorAct: Act = async ({ command, say, directory, onStop }) => {
  say(
    'An embedded PostgreSQL with the tables of a Forgejo, some hundred runs, and a runner that was killed 14 minutes ago …',
  );
  const postgres = await startPostgres();
  onStop(() => postgres.stop());
  const instance = buildInstance({ generation: 'v17', now: Math.floor(Date.now() / 1_000) });
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await loadInstance(client, instance);
  await client.end();
  const logs = join(directory, 'actions_log');
  await writeLogs(instance, logs);

  const { stuck, masked, destroyed, failed } = instance.runs;
  const env = { CI_DOCTOR_DATABASE_URL: postgres.url };
  const doctor = (...args: string[]) => command(['ci-doctor', ...args], env);

  await doctor('runs', '--limit', '8');
  say('What is stuck? Three runs, and only one of them is shown as running.');
  await command(['ci-doctor', 'stuck'], env, 1);
  say('The run whose runner died: its log is still in the database.');
  await doctor('show', `${stuck.run.id}`);
  await doctor('logs', `${stuck.run.id}`, '--job', `${stuck.job.name}`, '--tail', '3');
  say('Another run is red. Of its long log only the step that failed is read.');
  await doctor('logs', `${failed.run.id}`, '--failed', '--tail', '8', '--log-dir', logs);
  say('What that means, whose turn it is, and since when.');
  await command(['ci-doctor', 'diagnose', `${failed.run.id}`, '--log-dir', logs], env, 1);
  say('The recovery of the stuck run, first as a dry run: exact statements, values and all.');
  await doctor('reset', `${stuck.run.id}`, '--dry-run');
  const applied = await doctor('reset', `${stuck.run.id}`, '--yes');
  say('Every reset can be taken back while nothing has moved on …');
  await doctor('undo', /undo (\S+)/.exec(applied)?.[1] ?? '', '--yes');
  say(`… and done again, with the job hidden under failed run ${masked.run.id}.`);
  await doctor('reset', `${stuck.run.id}`, `${masked.run.id}`, '--yes');
  say(
    `Run ${destroyed.run.id} was "reset" by hand to status 0. Nothing in Forgejo will ever touch it again; ci-doctor brings it back.`,
  );
  await doctor('reset', `${destroyed.run.id}`, '--yes');
  await doctor('runs', '--limit', '8');
  await doctor('stuck');
  return `Database: ${postgres.url}\nLogs:     ${logs}\nTry:      CI_DOCTOR_DATABASE_URL='${postgres.url}' npx ci-doctor runs`;
};
