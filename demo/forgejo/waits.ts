/** Jobs that wait, one function for each reason that the situations of `rows.ts` do not show. */
import { pipelineOf, type Scene, unreleasedJob } from './rows.ts';
import type { Run, Runner, Task } from './server.ts';
import type { Workflow } from './workflow.ts';
import { pipeline } from './workflows.ts';

/** A workflow of one short job for this label. */
const jobFor = (label: string): Workflow => ({
  ...pipelineOf('build'),
  file: `${label}.yaml`,
  jobs: [{ id: 'build', runsOn: [label], steps: [{ run: 'make', seconds: 60 }] }],
});

/** It needs a job that its run does not have. */
export function jobWithLostNeed({ server, repository }: Scene, title = 'It needs what is not there'): Run {
  const run = server.dispatch(repository, pipeline, { title });
  run.jobs[2]!.row.needs = '["bild"]';
  return run;
}

/** All it needs is done, and it calls another workflow: a job that only the server resolves. */
export function jobForServer(scene: Scene, title = 'It calls another workflow'): Run {
  const { run, job } = unreleasedJob(scene, { title });
  const text = (job.row.workflow_payload as Buffer).toString('utf8');
  const call = '\n        uses: ./.forgejo/workflows/test.yaml\n        runs-on:';
  job.row.workflow_payload = Buffer.from(text.replace('\n        runs-on:', call));
  return run;
}

/** One run of a concurrency group queues behind another. */
export function queuedRun({ server, repository }: Scene, title = 'Behind another of its group'): Run {
  const queueGroup = 'production';
  server.dispatch(repository, pipeline, { title: 'First of its group', queueGroup });
  return server.dispatch(repository, pipeline, { title, queueGroup });
}

/** A job for a label that one runner has, and that runner. */
export function jobForOne(
  { server, repository }: Scene,
  label: string,
  title: string,
): { readonly run: Run; readonly runner: Runner } {
  const runner = server.runner(`${label}-runner`, [label]);
  // It never had a task.
  runner.row.last_active = 0;
  return { run: server.dispatch(repository, jobFor(label), { title }), runner };
}

/** The one runner with the label has another job. */
export function jobForBusyRunner(
  scene: Scene,
  label: string,
  title: string,
): { readonly task: Task; readonly run: Run } {
  const { run: first, runner } = jobForOne(scene, label, 'It runs well');
  const task = scene.server.pickUp(first.jobs[0]!, runner);
  return { task, run: scene.server.dispatch(scene.repository, jobFor(label), { title }) };
}
