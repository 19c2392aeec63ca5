import { expect, test } from 'vitest';
import * as situations from '../../demo/forgejo/rows.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { doctor } from '../support/doctor.ts';
import { play, type Scene } from '../support/situation.ts';

/** What Cancel and Re-run do in a state, as they were pressed on live servers: by line of servers. */
const cases: readonly {
  readonly name: string;
  readonly situation: (scene: Scene) => { readonly id: number };
  /** Which finding. */
  readonly job: string | null;
  readonly generation: Generation;
  readonly says: object;
}[] = [
  {
    name: 'a silent runner under a run that is shown as running',
    situation: (scene) => situations.stuckRun(scene).run,
    job: 'build',
    generation: 'v12',
    says: { code: 'runner-silent', buttons: { cancel: 'works', rerun: expect.stringContaining('no button') } },
  },
  {
    name: 'a silent runner under a failed run',
    situation: (scene) => situations.maskedJob(scene).run,
    job: 'build',
    generation: 'v12',
    says: {
      code: 'runner-silent',
      buttons: {
        cancel: 'no button while the run is shown as failure; its address works',
        rerun: 'starts the jobs that are done, skips what is not',
      },
    },
  },
  {
    name: 'a silent runner under a failed run',
    situation: (scene) => situations.maskedJob(scene).run,
    job: 'build',
    generation: 'v17',
    says: { buttons: { cancel: 'works', rerun: expect.stringMatching(/^answers 500 .*active: running/) } },
  },
  {
    name: 'the literal reset of a job whose task was done',
    situation: (scene) => situations.literalReset(scene).run,
    job: 'lint',
    generation: 'v12',
    says: { code: 'reset-to-unknown', buttons: { cancel: expect.stringContaining('leaves this job at 0') } },
  },
  {
    name: 'the literal reset of a job whose task was not done',
    situation: (scene) => situations.literalReset(scene).run,
    job: 'build',
    generation: 'v12',
    says: { code: 'reset-to-unknown', buttons: { cancel: expect.stringMatching(/^works/) } },
  },
  {
    name: 'a starved queue where no row is missing',
    situation: (scene) => situations.orphanedJob(scene, 'payload').run,
    job: 'lint',
    generation: 'v17',
    says: { code: 'queue-starved', blame: 'workflow', buttons: { cancel: 'works' } },
  },
  {
    name: 'a starved queue where the row of the repository is missing',
    situation: (scene) => situations.orphanedJob(scene, 'repository').run,
    job: 'lint',
    generation: 'v17',
    says: { code: 'queue-starved', blame: 'operator', buttons: { cancel: expect.stringContaining('not reachable') } },
  },
];

test.each(cases)('$name ($generation)', async ({ situation, job, generation, says }) => {
  const { database } = await play(generation, situation);
  const { json } = await doctor(database.url, ['stuck', '--json'], { schema: database.schema });
  expect(json.findings.find((finding: { job: string | null }) => finding.job === job)).toMatchObject(says);
  await database.drop();
});
