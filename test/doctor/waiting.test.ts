import { expect, test } from 'vitest';
import * as situations from '../../demo/forgejo/rows.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { jobForServer } from '../../demo/forgejo/waits.ts';
import { plainView } from '../../src/common/output/table.ts';
import { doctor } from '../support/doctor.ts';
import { play, type Scene } from '../support/situation.ts';

interface Case {
  readonly name: string;
  readonly situation: (scene: Scene) => { readonly id: number };
  /** Code of each job that waits, by its name. */
  readonly codes: Readonly<Record<string, string>>;
  readonly message: RegExp;
  readonly runners?: readonly object[];
  /** Ids of runs. */
  readonly blockedBy?: readonly number[];
  readonly generation?: Generation;
}

const idle = ({ server, runner, other }: Scene) => {
  for (const each of [runner, other]) server.poll(each);
};

const cases: readonly Case[] = [
  {
    name: 'a label that no runner has: what the closest ones lack',
    situation: (scene) => situations.jobForUnknownLabel(scene).run,
    codes: { build: 'no-runner' },
    message: /No runner that serves this repository has all labels "self-hosted", "gpu"\./,
    runners: [
      { name: 'runner-1', lacks: ['label "gpu"'] },
      { name: 'runner-2', lacks: ['label "gpu"'] },
    ],
  },
  {
    name: 'a runner with the labels that serves another owner',
    situation: (scene) => {
      scene.server.runner('theirs', ['self-hosted', 'gpu'], { owner: scene.server.owner('beacon') });
      return situations.jobForUnknownLabel(scene).run;
    },
    codes: { build: 'no-runner' },
    message: /No runner that serves this repository/,
    runners: [
      { lacks: ['label "gpu"'] },
      { lacks: ['label "gpu"'] },
      { lacks: ['it serves another owner or repository'] },
    ],
  },
  {
    name: 'runners that are offline: for how long',
    situation: (scene) => {
      const run = scene.server.dispatch(scene.repository, situations.pipelineOf('a'));
      scene.server.clock += 3 * 3_600;
      return run;
    },
    codes: { a: 'runners-offline' },
    message: /No runner with its labels is online/,
    runners: [{ name: 'runner-1', lacks: ['offline for 3h'] }, { name: 'runner-2' }],
  },
  {
    name: 'runners that are busy: with how much',
    situation: (scene) => {
      const { server, repository, runner, other } = scene;
      for (const each of [runner, other])
        server.pickUp(server.dispatch(repository, situations.pipelineOf('a')).jobs[0]!, each);
      const run = server.dispatch(repository, situations.pipelineOf('b'));
      server.clock += 30;
      idle(scene);
      return run;
    },
    codes: { b: 'runners-busy' },
    message: /Every runner with its labels is busy/,
    runners: [{ lacks: ['busy with 1 task'] }, { lacks: ['busy with 1 task'] }],
  },
  {
    name: 'an idle runner that will take it in a moment',
    situation: (scene) => {
      scene.server.clock += 600;
      const run = scene.server.dispatch(scene.repository, situations.pipelineOf('a'));
      scene.server.clock += 1;
      idle(scene);
      return run;
    },
    codes: { a: 'about-to-start' },
    message: /Runner "runner-1" is idle and will take it/,
  },
  {
    name: 'what it needs',
    situation: (scene) => situations.runningRun(scene),
    codes: { test: 'needs', package: 'needs' },
    message: /It needs "build", which is running\./,
  },
  {
    name: 'a need that the run does not have',
    situation: (scene) => {
      const run = situations.runningRun(scene);
      run.jobs[2]!.row.needs = '["bild"]';
      return run;
    },
    codes: { test: 'need-missing', package: 'needs' },
    message: /It needs "bild", and the run has no such job\./,
  },
  {
    name: 'the server, which alone resolves a call of another workflow',
    situation: (scene) => jobForServer(scene),
    codes: { test: 'server-decides', package: 'needs' },
    message: /only the server resolves it/,
  },
  {
    name: 'an approval',
    situation: (scene) => situations.unapprovedRun(scene),
    codes: { lint: 'approval', build: 'approval', test: 'approval', package: 'approval' },
    message: /until a person approves it/,
  },
  {
    name: 'a concurrency group: which runs are ahead',
    situation: (scene) => {
      const { server, repository, runner } = scene;
      const first = server.dispatch(repository, situations.pipelineOf('a'), { queueGroup: 'production' });
      server.pickUp(first.jobs[0]!, runner);
      const run = server.dispatch(repository, situations.pipelineOf('b'), { queueGroup: 'production' });
      server.clock += 20;
      idle(scene);
      return run;
    },
    codes: { b: 'concurrency-group' },
    message: /queues behind #1 \(run 1, running\) of the concurrency group "production"/,
    generation: 'v17',
  },
  {
    name: 'a long concurrency group: how many runs are ahead, and the first of them, those that run before all',
    situation: (scene) => {
      const { server, repository, runner, other } = scene;
      const runs = [1, 2, 3, 4, 5, 6].map((number) =>
        server.dispatch(repository, situations.pipelineOf(`a${number}`), { queueGroup: 'production' }),
      );
      server.pickUp(runs[1]!.jobs[0]!, runner);
      server.pickUp(runs[5]!.jobs[0]!, other);
      server.clock += 20;
      idle(scene);
      return runs[4]!;
    },
    codes: { a5: 'concurrency-group' },
    message: /behind #2 \(run 2, running\), #6 \(run 6, running\), #1 \(run 1, waiting\) and 2 more of the concurrency/,
    blockedBy: [2, 6, 1],
    generation: 'v17',
  },
  {
    name: 'a broken job ahead in the queue',
    situation: (scene) => {
      situations.orphanedJob(scene, 'repository');
      const run = scene.server.dispatch(scene.repository, situations.pipelineOf('b'));
      scene.server.clock += 600;
      idle(scene);
      return run;
    },
    codes: { b: 'behind-starved-job' },
    message: /Runners stumble over job \d+ \(run 1\) before they come to it/,
  },
  {
    name: 'a broken job that came later, of a run with a higher priority',
    situation: (scene) => {
      const run = scene.server.dispatch(scene.repository, situations.pipelineOf('b'));
      scene.server.clock += 60;
      situations.orphanedJob(scene, 'payload').run.row.priority = 5;
      idle(scene);
      return run;
    },
    codes: { b: 'behind-starved-job' },
    message: /Runners stumble over job/,
  },
  {
    name: 'a broken job far behind a hundred that no runner may take',
    situation: (scene) => {
      for (let count = 0; count < 101; count++) situations.jobForUnknownLabel(scene);
      situations.orphanedJob(scene, 'payload');
      const run = scene.server.dispatch(scene.repository, situations.pipelineOf('b'));
      scene.server.clock += 600;
      idle(scene);
      return run;
    },
    codes: { b: 'behind-starved-job' },
    message: /Runners stumble over job/,
  },
];

test.each(['run', 'repository'] as const)(
  'a runner of an owner is not offered a job whose %s has no row, and stumbles over none',
  async (orphan) => {
    const { database, runId } = await play('v12', (scene) => {
      const { server, repository } = scene;
      const own = server.runner('own', ['own'], { owner: repository.owner });
      const { job } = situations.orphanedJob(scene, orphan);
      const run = server.dispatch(repository, situations.pipelineOf('b'));
      for (const each of [job, ...run.jobs]) each.row.runs_on = '["own"]';
      server.clock += 600;
      server.poll(own);
      return run;
    });
    const { json } = await doctor(database.url, ['stuck', '--json'], { schema: database.schema });
    expect(json.findings.find(({ code }: { code: string }) => code === 'queue-starved')?.severity).not.toBe('critical');
    expect(json.waiting.filter((job: { code: string }) => job.code === 'behind-starved-job')).toEqual([]);
    expect(runId).toBeGreaterThan(0);
    await database.drop();
  },
);

test('a broken job whose run queues behind another is offered to nobody, and left alone', async () => {
  const { database, runId } = await play('v17', (scene) => {
    const { server, repository, runner } = scene;
    const first = server.dispatch(repository, situations.pipelineOf('a'), { queueGroup: 'production' });
    const task = server.pickUp(first.jobs[0]!, runner);
    const run = server.dispatch(repository, situations.pipelineOf('b'), { queueGroup: 'production' });
    run.jobs[0]!.row.workflow_payload = Buffer.from('jobs: [\n');
    server.clock += 60;
    server.report(task);
    idle(scene);
    return run;
  });
  const { json } = await doctor(database.url, ['stuck', '--json'], { schema: database.schema });
  expect(json.findings).toEqual([]);
  expect(json.waiting).toMatchObject([{ runId, code: 'concurrency-group' }]);
  await database.drop();
});

test.each(cases)('$name', async ({ situation, codes, message, runners, blockedBy, generation = 'v17' }) => {
  const { database, runId } = await play(generation, situation);
  const { json } = await doctor(database.url, ['stuck', '--json'], { schema: database.schema });
  const own = json.waiting.filter((job: { runId: number }) => job.runId === runId);
  expect(Object.fromEntries(own.map(({ job, code }: { job: string; code: string }) => [job, code]))).toEqual(codes);
  expect(own[0].message).toMatch(message);
  if (runners) expect(own[0].runners).toMatchObject(runners);
  if (blockedBy) expect(own[0].blockedBy.map((other: { runId: number }) => other.runId)).toEqual(blockedBy);
  // What only waits is no finding, and nothing to repair.
  expect(json.findings.filter((finding: { runId: number }) => finding.runId === runId)).toEqual([]);
  const shown = await doctor(database.url, ['show', String(runId)], { schema: database.schema });
  expect(shown.out).toMatch(message);
  await database.drop();
});

test('what really runs is said with its last line, and a log that stands still is a note', async () => {
  const { database, runId } = await play('v12', (scene) => situations.runningRun(scene));
  const { json } = await doctor(database.url, ['stuck', '--json'], { schema: database.schema });
  expect(json.running).toMatchObject([{ runId, job: 'build', runner: 'runner-1' }]);
  expect(json.running[0].message).toMatch(/^really running: last line \d+s ago on runner "runner-1"$/);
  const hung = await play('v12', (scene) => situations.hungJob(scene).run);
  const answer = await doctor(hung.database.url, ['stuck', '--json'], { schema: hung.database.schema });
  expect(answer).toMatchObject({
    exit: 0,
    json: {
      findings: [
        {
          code: 'job-hung',
          severity: 'note',
          blame: 'workflow',
          repairable: false,
          heals: { cron: 'stop_endless_tasks' },
        },
      ],
    },
  });
  expect(answer.json.findings[0].message).toContain('the log has not grown for 45m');
  await database.drop();
  await hung.database.drop();
});

test('a pipe gets the evidence with --verbose, and hears of jobs that wait', async () => {
  const { database } = await play('v17', (scene) => {
    situations.stuckRun(scene);
    return situations.jobForUnknownLabel(scene).run;
  });
  const piped = { schema: database.schema, view: { ...plainView, layout: 'tsv' as const } };
  const short = await doctor(database.url, ['stuck'], piped);
  expect(short.err).toContain('3 jobs wait for a reason that --json tells.');
  expect(short.out.split('\n')[0]).not.toContain('evidence');
  const [head, row] = (await doctor(database.url, ['stuck', '--verbose'], piped)).out.split('\n');
  expect(head!.split('\t').at(-1)).toBe('evidence');
  expect(row!.split('\t').at(-1)).toMatch(/action_task \d+: status 6 running.*; blame: runner; .*Re-run: /);
  await database.drop();
});

test('no time is said to be within 0s', async () => {
  // The zombie cron, every five minutes, is due this second.
  const { database } = await play('v17', (scene) => situations.stuckRun(scene).run);
  await database.query('UPDATE action_task SET updated = $1 WHERE status = 6', [Math.floor(Date.now() / 1_000) - 900]);
  const { out } = await doctor(database.url, ['stuck', '--verbose'], { schema: database.schema });
  expect(out).not.toMatch(/within 0s|in 0s/);
  await database.query('UPDATE action_task SET updated = $1 WHERE status = 6', [Math.floor(Date.now() / 1_000) - 700]);
  const later = await doctor(database.url, ['stuck', '--verbose'], { schema: database.schema });
  expect(later.out).toMatch(/stop_zombie_tasks \(every 5m\) acts within 3m/);
  await database.drop();
});
