import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ClientBase } from 'pg';
import { loadRows } from './load.ts';
import { seekableZstd } from './log.ts';
import { performRun } from './perform.ts';
import { failedRun, jobForUnknownLabel, literalReset, maskedJob, type Scene, stuckRun } from './rows.ts';
import type { Generation } from './schema.ts';
import { type Dispatch, Forgejo, type Job, type Repository, type Run, type Runner, type Task } from './server.ts';
import { status } from './status.ts';
import type { Workflow } from './workflow.ts';
import { lines, nightly, pipeline, site } from './workflows.ts';

export interface InstanceOptions {
  readonly generation: Generation;
  /** Unix seconds: the moment at which the instance is looked at. */
  readonly now: number;
  readonly seed?: number;
  /** How many ordinary runs it has behind it. */
  readonly size?: number;
}

/** The runs that a demonstration or a test wants to name. */
export interface NamedRuns {
  /** Its runner was killed a quarter of an hour ago; the log is in DBFS. */
  readonly stuck: { readonly run: Run; readonly job: Job; readonly task: Task };
  /** Failed and stopped, while one of its jobs is held by the same killed runner. */
  readonly masked: { readonly run: Run; readonly job: Job; readonly task: Task };
  /** Set to 0 by the literal reset, yesterday. */
  readonly destroyed: { readonly run: Run; readonly job: Job; readonly task: Task };
  /** Failed with a long log in storage: many frames. */
  readonly failed: { readonly run: Run; readonly job: Job };
  /** Runs, and reported this very second. */
  readonly running: Run;
  /** Waits its turn. */
  readonly queued: Run;
  /** Waits for a label that no runner has. */
  readonly unserved: Run;
  /** Failed, and well at the second attempt. */
  readonly rerun: Run;
}

export interface Instance {
  readonly server: Forgejo;
  readonly runs: NamedRuns;
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * A believable instance: five repositories of two organizations, four runners, weeks of runs of which most went well,
 * and at its end the situations that people meet. The same options give the same rows.
 */
export function buildInstance({ generation, now, seed = 1, size = 320 }: InstanceOptions): Instance {
  const start = now - 21 * day;
  const server = new Forgejo({ generation, now: start, seed });
  const { random } = server;
  const admin = server.owner('admin', { admin: true });
  const actors = [admin, server.owner('editor'), server.owner('release-bot')];
  const [harbor, beacon] = [
    server.owner('harbor', { organization: true }),
    server.owner('beacon', { organization: true }),
  ];
  const tides = server.repository(harbor, 'tide-tables');
  const places: readonly (readonly [Repository, Workflow])[] = [
    [tides, pipeline],
    [server.repository(harbor, 'buoy-firmware', { isPrivate: true }), pipeline],
    [server.repository(harbor, 'charts-web'), site],
    [server.repository(beacon, 'lamp-control', { isPrivate: true }), pipeline],
    [server.repository(beacon, 'handbook'), site],
  ];
  const labels = ['self-hosted', 'linux'];
  const healthy = server.runner('runner-1', labels);
  const doomed = server.runner('runner-2', labels);
  const others = [server.runner('runner-3', labels), server.runner('beacon-runner', labels, { owner: beacon })];
  const ordinary = (place: (typeof places)[number]) => {
    const runner = random.pick(
      place[0].owner === beacon ? [healthy, doomed, ...others] : [healthy, doomed, others[0]!],
    );
    return playOrdinary(server, place, runner, { actor: random.pick(actors) });
  };
  const scene = (repository: Repository, runner: Runner): Scene => ({ server, repository, runner, other: healthy });

  const early = now - 3 * hour;
  const times = Array.from({ length: size }, () => random.between(start + hour, early)).sort((a, b) => a - b);
  const destroyedAt = now - 26 * hour;
  let destroyed: NamedRuns['destroyed'] | undefined;
  for (const time of times) {
    if (destroyed === undefined && time > destroyedAt) {
      server.clock = Math.max(destroyedAt, server.clock + 5);
      const options = { title: 'Round the lunar phase', actor: admin, silent: 0 };
      destroyed = literalReset(scene(places[1]![0], others[0]!), options);
    }
    server.clock = Math.max(time, server.clock + 5);
    ordinary(random.next() < 0.08 ? [tides, nightly] : random.pick(places));
  }
  const at = (time: number) => {
    server.clock = Math.max(time, server.clock + 5);
  };
  at(destroyedAt);
  destroyed ??= literalReset(scene(places[1]![0], others[0]!), { actor: admin, silent: 0 });

  at(now - 2.8 * hour);
  const unserved = jobForUnknownLabel(scene(places[3]![0], others[1]!), {
    title: 'Train the fog detector',
    actor: admin,
  }).run;
  at(now - 2 * hour);
  const failed = failedRun(scene(tides, healthy), {
    title: 'Use the new ephemeris',
    actor: actors[1]!,
    course: { failAt: 1, failure: longBuild() },
  });
  at(now - 95 * minute);
  const rerun = failedRun(scene(places[2]![0], healthy), {
    workflow: site,
    title: 'Harbour pages',
    job: 'render',
    course: { failAt: 0, failure: ['npm error network timeout'] },
    actor: actors[1]!,
  });
  server.clock += 4 * minute;
  server.rerun(rerun);
  server.clock += 2;
  performRun(server, rerun, healthy);

  // One runner of capacity two, and its end.
  const death = now - 14 * minute;
  at(now - 24 * minute);
  const masked = maskedJob(scene(places[3]![0], doomed), { title: 'Dim at dawn', actor: admin, silent: 0 });
  at(now - 19 * minute);
  const ran = death - server.clock - 11;
  const stuck = stuckRun(scene(tides, doomed), {
    title: 'Spring tides of next year',
    actor: actors[1]!,
    silent: 0,
    ran,
  });
  server.clock = death;
  server.report(masked.task);
  server.report(stuck.task);

  at(now - 9 * minute);
  const recent = server.dispatch(places[4]![0], site, { title: 'Correct a heading', actor: actors[1]! });
  server.clock += 1;
  performRun(server, recent, others[1]!);
  server.clock = now - 70;
  const running = stuckRun(scene(places[1]![0], healthy), {
    title: 'Read the salinity probe',
    actor: admin,
    silent: 0,
    ran: 59,
  }).run;
  server.clock = now - 20;
  const queued = server.dispatch(places[1]![0], pipeline, { title: 'Read it twice a minute', actor: admin });
  server.clock = now;
  for (const runner of others) server.poll(runner);
  const failedJob = failed.jobs.find(({ row }) => row.status === status.failure)!;
  return {
    server,
    runs: { stuck, masked, destroyed, failed: { run: failed, job: failedJob }, running, queued, unserved, rerun },
  };
}

/** One ordinary run: most go well, some fail, a few are cancelled. */
function playOrdinary(
  server: Forgejo,
  [repository, workflow]: readonly [Repository, Workflow],
  runner: Runner,
  options: Dispatch,
): void {
  const { random } = server;
  const event =
    'schedule' in (workflow.on as object)
      ? 'schedule'
      : random.pick(['push', 'push', 'push', 'pull_request', 'workflow_dispatch'] as const);
  const branch = random.pick(['main', 'main', 'main', 'next', 'fix/rounding']);
  const run = server.dispatch(repository, vary(workflow, random.next()), {
    ...options,
    event,
    branch,
    title: random.pick(titles),
  });
  server.clock += random.between(1, 6);
  const luck = random.next();
  const [first] = server.waiting(run);
  if (luck < 0.8 || !first) performRun(server, run, runner);
  else if (luck < 0.96) {
    const { key, failure } = random.pick(failures);
    performRun(server, run, runner, {
      [run.jobs.some((job) => job.key === key) ? key : first.key]: { failAt: 0, failure },
    });
  } else {
    const tasks = performRun(server, run, runner, { [first.key]: { until: { step: 0, seconds: 3 } } });
    server.cancel(run, tasks.at(-1));
  }
}

const failures = [
  { key: 'build', failure: lines.brokenBuild },
  {
    key: 'test',
    failure: ['not ok 7 - harbour 7', '# expected 4.20 m, got 4.02 m', '1..25', 'make: *** [test] Error 1'],
  },
  { key: 'lint', failure: lines.lintErrors },
  { key: 'render', failure: ['npm error code ENOSPC', 'npm error nospc no space left on device'] },
] as const;

const titles = [
  'Round to centimetres',
  'Update the ephemeris',
  'Fix the table header',
  'Read the gauge again when it is silent',
  'Bump dependencies',
  'Refactor the sunrise table',
  'Add a harbour',
  'Revert "Add a harbour"',
];

/** The same workflow, a little faster or slower. @param luck from 0 to 1 */
function vary(workflow: Workflow, luck: number): Workflow {
  const jobs = workflow.jobs.map((job) => ({
    ...job,
    steps: job.steps.map((step) => ({ ...step, seconds: Math.max(1, Math.round((step.seconds ?? 1) * (0.6 + luck))) })),
  }));
  return { ...workflow, jobs };
}

/** A build that prints some two megabytes before it breaks. */
function longBuild(): string[] {
  const compiled = Array.from(
    { length: 24_000 },
    (_, at) => `[${at + 1}/24000] cc -O2 -c src/harbours/part${at + 1}.c`,
  );
  return [...compiled, ...lines.brokenBuild];
}

/** Makes the tables in `schema` and fills them, in one transaction. */
export async function loadInstance(
  client: ClientBase,
  instance: Instance,
  options: { schema?: string } = {},
): Promise<void> {
  await loadRows(client, instance.server, options);
}

/** Writes the stored logs below `directory`, which stands for Forgejo's `data/actions_log`. */
export async function writeLogs({ server }: Instance, directory: string): Promise<void> {
  for (const [name, text] of server.storedLogs) {
    const file = join(directory, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await seekableZstd(text));
  }
}
