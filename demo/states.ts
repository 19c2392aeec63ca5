import pg from 'pg';
import type { Act } from './acts.ts';
import { loadRows } from './forgejo/load.ts';
import { startPostgres } from './forgejo/postgres.ts';
import * as rows from './forgejo/rows.ts';
import type { Forgejo } from './forgejo/server.ts';
import * as waits from './forgejo/waits.ts';

/** A run in every state that holds one, and one for every reason to wait, on one server. */
export function everyState(now: number): Forgejo {
  // Played twice: the first time only to learn how long it takes, so that it ends now.
  const rehearsal = rows.newScene('v17', { now: 0 });
  playAll(rehearsal);
  const scene = rows.newScene('v17', { now: now - rehearsal.server.clock });
  playAll(scene);
  return scene.server;
}

function playAll(scene: rows.Scene): void {
  const { server } = scene;
  const owner = scene.repository.owner;
  const titled = (title: string) => ({ title });
  const at = (name: string): rows.Scene => ({ ...scene, repository: server.repository(owner, name) });
  // Those whose rows vanish have repositories of their own.
  rows.orphanedJob(scene, 'repository');
  rows.orphanedJob(scene, 'actions');
  rows.runningJobOfLost(at('sunken-bell'), 'repository', titled('Its repository is gone'));
  rows.runningJobOfLost(scene, 'run', titled('Its run is gone'));
  rows.taskWithoutJob(scene, titled('A task without a job'));
  rows.literalReset(scene, titled('Set to 0 by hand'));
  rows.stuckRun(scene, titled('Its runner was killed'));
  rows.maskedJob(scene, titled('Hidden under a failure'));
  rows.doneTaskOfRunningJob(scene, titled('The task is done, the job is not'));
  rows.runningJobWithoutTaskRow(scene, titled('The row of its task is gone'));
  rows.runningJobWithoutTask(scene, titled('It runs without a task'));
  rows.waitingJobWithTask(scene, titled('It waits, and names a task'));
  rows.unreleasedJob(scene, titled('Its needs are done'));
  rows.taskOutlivedByJob(scene, titled('The task outlived its job'));
  rows.jobOfOvertakenReset(scene, titled('Reset under a live runner'));
  rows.unclosedRun(scene, titled('All jobs are done, the run is not'));
  rows.runWithoutJobs(scene, titled('It has no jobs'));
  rows.blockedWithoutNeeds(scene, titled('Blocked for no reason'));
  rows.jobForUnknownLabel(scene, titled('For a label that no runner has'));
  rows.taskLostInFetch({ ...scene, runner: scene.other }, titled('Its task never arrived'));
  // What waits, with runners of its own: on the others it waits behind the broken jobs.
  rows.unapprovedRun(scene, { title: 'Of a stranger', actor: server.owner('passer-by') });
  waits.jobWithLostNeed(scene);
  waits.jobForServer(scene);
  waits.queuedRun(scene);
  waits.jobForOne(scene, 'windows', 'Its runner is off');
  const untold = waits.jobForOne(scene, 'riscv64', 'Its runner was not told');
  const busy = waits.jobForBusyRunner(scene, 'arm64', 'Its runner is busy');
  const quiet = rows.stuckRun(scene, titled('Its runner is quiet'));
  const hung = rows.hungJob(scene, titled('It says nothing any more'));
  rows.runStatusWrong(scene, titled('Closed by hand under a running job'));
  const soon = waits.jobForOne(scene, 'arm32', 'About to start');
  // Now: who reports, who asks for work.
  quiet.task.row.updated = server.clock - 150;
  for (const { row } of [hung.task, busy.task]) row.updated = server.clock;
  for (const runner of [scene.other, untold.runner, soon.runner, busy.task.runner]) server.poll(runner);
}

/** ci-doctor on one example of each state that holds a run, and of each reason to wait: what each is called, why, and all repairs at once. */
export const statesAct: Act = async ({ command, say, onStop }) => {
  say('A Forgejo in which everything that can hold a run holds one …');
  const postgres = await startPostgres();
  onStop(() => postgres.stop());
  const server = everyState(Math.floor(Date.now() / 1_000));
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await loadRows(client, server);
  await client.end();
  const env = { CI_DOCTOR_DATABASE_URL: postgres.url };
  await command(['ci-doctor', 'stuck'], env, 1);
  say('Everything that needs no decision, repaired at once; what is left out is named.');
  await command(['ci-doctor', 'reset', '--all-stuck', '--yes'], env);
  say('What is left wants a person, or only waits.');
  await command(['ci-doctor', 'stuck'], env, 1);
  await command(['ci-doctor', 'history', '--limit', '5'], env);
  return `Database: ${postgres.url}\nTry:      CI_DOCTOR_DATABASE_URL='${postgres.url}' npx ci-doctor stuck --verbose`;
};
