import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { perform } from '../../demo/forgejo/perform.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { Forgejo, type Row, type Run } from '../../demo/forgejo/server.ts';
import { status } from '../../demo/forgejo/status.ts';
import type { Workflow } from '../../demo/forgejo/workflow.ts';
import { embeddedDatabase } from '../support/database.ts';
import { recordedDump, recordedFolder } from '../support/recorded.ts';

const lorem = Array.from({ length: 2000 }, (_, at) => `line ${at + 1} of the long step: lorem ipsum dolor sit amet`);

/** The two workflows that the live servers ran. */
const ci: Workflow = {
  file: 'ci.yaml',
  name: 'ci',
  on: { push: null, workflow_dispatch: null },
  jobs: [
    {
      id: 'build',
      runsOn: 'self-hosted',
      steps: [
        { name: 'hello', run: 'echo "hello from build"', output: ['hello from build'] },
        {
          name: 'many lines',
          run: 'for i in $(seq 1 2000); do echo "line $i of the long step: lorem ipsum dolor sit amet"; done\n',
          output: [...lorem, ''],
        },
        {
          name: 'last',
          run: 'echo "::group::grouped"\necho "in group"\necho "::endgroup::"\necho "done äöü ✓"\n',
          output: ['##[group]grouped', 'in group', '##[endgroup]', 'done äöü ✓'],
        },
      ],
    },
    {
      id: 'fails',
      runsOn: 'self-hosted',
      steps: [
        { name: 'ok step', run: 'echo fine', output: ['fine'] },
        { name: 'failing step', run: 'echo "about to fail" >&2\nexit 3\n', output: ['about to fail'] },
        { name: 'never', run: 'echo never' },
      ],
    },
    {
      id: 'after-build',
      needs: ['build'],
      runsOn: 'self-hosted',
      steps: [{ run: 'echo "after build"', output: ['after build'] }],
    },
    { id: 'after-fails', needs: ['fails'], runsOn: 'self-hosted', steps: [{ run: 'echo "after fails"' }] },
    {
      id: 'matrix',
      runsOn: 'self-hosted',
      matrix: { n: [1, 2], v: ['a', 'b'] },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the workflow's own placeholders
      steps: [{ run: 'echo "matrix ${{ matrix.v }} ${{ matrix.n }}"', output: ['matrix x y'] }],
    },
  ],
};

const long = (seconds: number, ticks: number): Workflow => ({
  file: 'long.yaml',
  name: 'long',
  on: { workflow_dispatch: { inputs: { secs: { default: '600', type: 'string' } } } },
  jobs: [
    { id: 'quick', runsOn: 'self-hosted', steps: [{ run: 'echo quick done', output: ['quick done'] }] },
    {
      id: 'sleeper',
      runsOn: 'self-hosted',
      steps: [
        {
          name: 'before',
          run: 'for i in $(seq 1 50); do echo "before sleep $i"; done',
          output: Array.from({ length: 50 }, (_, at) => `before sleep ${at + 1}`),
        },
        {
          name: 'sleep',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the workflow's own placeholders
          run: 'echo "sleeping ${{ inputs.secs }}"\nif [ -f /tmp/nosleep ]; then echo "nosleep flag"; else for i in $(seq 1 ${{ inputs.secs }}); do echo "tick $i"; sleep 1; done; fi\n',
          output: [`sleeping ${seconds}`, ...Array.from({ length: ticks }, (_, at) => `tick ${at + 1}`)],
        },
        { name: 'after', run: 'echo after' },
      ],
    },
    { id: 'dependent', needs: ['sleeper'], runsOn: 'self-hosted', steps: [{ run: 'echo dependent ran' }] },
  ],
});

/** Does, at the recorded moments, what was done to the live server until its runner was killed. */
function replay(generation: Generation): Forgejo {
  const isOld = generation === 'v12';
  const at = isOld
    ? { user: 1795308963, repository: 1795309039, push: 1795309042, first: 1795309069, dispatch: 1795309175 }
    : { user: 1795310867, repository: 1795310934, push: 1795310936, first: 1795310968, dispatch: 1795311018 };
  const quick = isOld ? at.dispatch + 2 : at.dispatch;
  const server = new Forgejo({ generation, now: at.user });
  const alice = server.owner('alice', { admin: true });
  server.clock = at.repository;
  const demo = server.repository(alice, 'demo');
  server.clock = at.push;
  const sha = isOld ? '8033b90d7c67dde1f249d7149c106132e1c9ec59' : 'dd15de159b55a9ec0778b4b51facd6a3646ca788';
  const first = server.dispatch(demo, ci, { title: 'initial commit', sha });
  const jobNamed = (name: string) => first.jobs.find((job) => job.name === name)!;
  server.clock = at.first;
  const runner = server.runner('lab-runner', ['self-hosted'], { version: 'dev' });
  // One job every two seconds, as the idle runner asks for work.
  const order = ['build', 'fails', 'matrix (1, a)', 'matrix (1, b)', 'matrix (2, a)', 'matrix (2, b)', 'after-build'];
  for (const [place, name] of order.entries()) {
    server.clock = at.first + 2 * place;
    const job = jobNamed(name);
    if (isOld && name === 'build') {
      const task = perform(server, job, runner, { until: { step: 2, seconds: 0 } });
      server.endStep(task, 2, status.success);
      // The last report came in the second after the job's end.
      server.clock += 1;
      server.finish(task, status.success, { ended: server.clock - 1 });
    } else if (name === 'fails') {
      const task = perform(server, job, runner, { until: { step: 1, seconds: 0 } });
      // The newer server's background queue released this job only now.
      if (!isOld) server.free(jobNamed('after-build'));
      server.endStep(task, 1, status.failure, '⚙️ [runner]: RUN exit status 3');
      server.finish(task, status.failure);
      // That newer server left conditions to the runner: it gave away the job whose need had failed.
      if (!isOld) server.free(jobNamed('after-fails'));
      else server.clock += 1;
    } else {
      perform(server, job, runner);
    }
    if (isOld) server.release(first);
  }
  if (!isOld) {
    server.clock += 2;
    const skipped = server.pickUp(jobNamed('after-fails'), runner);
    for (const line of ['skipped', 'done']) skipped.log.add(server.clock, line);
    server.finish(skipped, status.skipped);
  }
  server.clock = at.dispatch;
  const second = server.dispatch(demo, long(isOld ? 600 : 900, isOld ? 44 : 8), { event: 'workflow_dispatch', sha });
  server.clock = quick;
  perform(server, second.jobs[0]!, runner);
  server.clock = quick + 2;
  perform(server, second.jobs[1]!, runner, { until: { step: 1, seconds: isOld ? 44 : 7 } });
  return server;
}

/** What a live server chose freely, or what stood in the lab and not in Forgejo's rules. */
const free: Readonly<Record<string, readonly string[]>> = {
  user: ['email', 'avatar'],
  repository: ['size', 'git_size'],
  repo_unit: ['id'],
  action_run: ['event_payload'],
  action_run_job: ['handle'],
  action_runner: ['uuid', 'description', 'token_hash', 'token_salt'],
  action_task: ['token_hash', 'token_salt', 'token_last_eight', 'log_size', 'log_indexes'],
  dbfs_meta: ['file_size', 'create_timestamp', 'modify_timestamp'],
  dbfs_data: ['id', 'revision', 'blob_data'],
};
// Not in the recorded dumps.
const notRecorded = ['action_run_index', 'forgejo_version', 'forgejo_migration', 'version'];

describe.skipIf(recordedFolder === undefined).each<Generation>(['v12', 'v17'])(
  'a runner killed on %s',
  (generation) => {
    test('leaves the rows that a live server had', async () => {
      const built = await embeddedDatabase();
      await built.load(replay(generation));
      const live = await embeddedDatabase();
      const client = new pg.Client(live.url);
      await client.connect();
      await client.query(recordedDump(generation, 'schema', live.schema));
      await client.query(recordedDump(generation, 'stuck', live.schema));
      await client.end();

      const names = await live.query<{ tablename: string }>('SELECT tablename FROM pg_tables WHERE schemaname = $1', [
        live.schema,
      ]);
      const compared = names.map(({ tablename }) => tablename).filter((name) => !notRecorded.includes(name));
      expect(compared).toContain('action_run_job');
      for (const table of compared) {
        const read = async (database: typeof live) => {
          const rows = await database.query<Row>(`SELECT * FROM "${table}" ORDER BY 1`);
          return rows.map((row) =>
            Object.fromEntries(Object.entries(row).filter(([name]) => !free[table]?.includes(name))),
          );
        };
        expect({ table, rows: await read(built) }).toEqual({ table, rows: await read(live) });
      }
    });
  },
);

/** A run and all that belongs to it, without ids and without how much was printed. */
const wholeRun = `
  SELECT jsonb_build_object('run', (SELECT jsonb_build_array(status, version, started, stopped, created, updated, event, need_approval) FROM action_run WHERE id = $1),
    'jobs', (SELECT jsonb_agg(jsonb_build_array(name, job_id, attempt, needs, runs_on, task_id <> 0, status, started, stopped, created, updated,
                                                convert_from(workflow_payload, 'UTF8')) ORDER BY id) FROM action_run_job WHERE run_id = $1),
    'tasks', (SELECT jsonb_agg(jsonb_build_array(t.attempt, t.status, t.started, t.stopped, t.created, t.updated, t.log_in_storage) ORDER BY t.id)
              FROM action_task t JOIN action_run_job j ON j.id = t.job_id WHERE j.run_id = $1),
    'steps', (SELECT jsonb_agg(jsonb_build_array(s.name, s.index, s.status, s.started, s.stopped, s.created, s.updated) ORDER BY s.id)
              FROM action_task_step s JOIN action_task t ON t.id = s.task_id JOIN action_run_job j ON j.id = t.job_id WHERE j.run_id = $1),
    'checks', (SELECT jsonb_agg(jsonb_build_array(c.context, c.state, c.description, c.created_unix) ORDER BY c.id)
               FROM commit_status c JOIN action_run r ON r.repo_id = c.repo_id AND r.commit_sha = c.sha
               AND c.target_url LIKE '%/runs/' || r.index || '/%' WHERE r.id = $1)) AS whole`;

describe.skipIf(recordedFolder === undefined)('runs that were recorded on v12', () => {
  const onPush = (jobs: Workflow['jobs']): Workflow => ({ file: 'ci.yaml', name: 'ci', on: ['push'], jobs });

  /** A server with a repository and a runner, at the moment of the run's dispatch. */
  function serverAt(now: number) {
    const server = new Forgejo({ generation: 'v12', now });
    const repository = server.repository(server.owner('alice'), 'demo');
    return { server, repository, runner: server.runner('lab-runner', ['self-hosted']) };
  }

  async function compare(server: Forgejo, run: Run, recordedRun: number): Promise<void> {
    const built = await embeddedDatabase();
    await built.load(server);
    const live = await embeddedDatabase();
    const client = new pg.Client(live.url);
    await client.connect();
    for (const part of ['schema', 'rows'] as const) await client.query(recordedDump('v12', part, live.schema));
    await client.end();
    expect(await built.query(wholeRun, [run.id])).toEqual(await live.query(wholeRun, [recordedRun]));
  }

  test('a stuck job hidden under a failed run', async () => {
    const { server, repository, runner } = serverAt(1795310831);
    const tick =
      'if [ -f /tmp/nosleep ]; then echo no; else for i in $(seq 1 600); do echo "t $i"; sleep 1; done; fi\n';
    const run = server.dispatch(
      repository,
      onPush([
        { id: 'longpush', runsOn: 'self-hosted', steps: [{ run: tick }] },
        { id: 'failing', runsOn: 'self-hosted', steps: [{ run: 'exit 1' }] },
        { id: 'second', needs: ['longpush'], runsOn: 'self-hosted', steps: [{ run: 'echo second' }] },
      ]),
    );
    server.clock += 1;
    const held = perform(server, run.jobs[0]!, runner, { until: { step: 0, seconds: 2 } });
    perform(server, run.jobs[1]!, runner, { failAt: 0 });
    server.clock = 1795310863;
    server.report(held);
    await compare(server, run, 11);
  });

  test('the literal reset of a run whose runner was alive', async () => {
    const { server, repository, runner } = serverAt(1795310086);
    const run = server.dispatch(repository, long(25, 25), { event: 'workflow_dispatch' });
    perform(server, run.jobs[0]!, runner);
    server.clock += 2;
    const task = perform(server, run.jobs[1]!, runner, { until: { step: 1, seconds: 12 } });
    for (const { row } of [task, run, ...run.jobs]) row.status = status.unknown;
    server.clock = 1795310113;
    server.endStep(task, 1, status.success);
    server.step(task, 2, { lines: ['after'] });
    server.endStep(task, 2, status.success);
    server.finish(task, status.success);
    await compare(server, run, 5);
  });
});
