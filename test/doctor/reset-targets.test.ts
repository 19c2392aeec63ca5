import { describe, expect, test } from 'vitest';
import * as situations from '../../demo/forgejo/rows.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { doctor } from '../support/doctor.ts';
import { picture, play } from '../support/situation.ts';

// The pipeline's jobs: lint, build, test (needs build), package (needs test).
describe.each<Generation>(['v12', 'v17'])('on %s', (generation) => {
  const cases: [string, (scene: situations.Scene) => { readonly id: number }, string[], string][] = [
    [
      '--force takes a job that reported this second',
      (scene) => situations.runningRun(scene),
      ['--force'],
      '5 | 1/1 5 7 7 | 1 3',
    ],
    [
      'waiting starts no job before what it needs',
      (scene) => situations.literalReset(scene).run,
      ['--to', 'waiting'],
      '5 | 1/1 5 7 7 | 1 3',
    ],
    [
      'waiting runs no finished task twice',
      (scene) => situations.doneTaskOfRunningJob(scene).run,
      ['--to', 'waiting'],
      '5 | 1/1 1/2 5 7 | 1 1',
    ],
    [
      'waiting runs it again when the job is named',
      (scene) => situations.doneTaskOfRunningJob(scene).run,
      ['--to', 'waiting', '--job', 'build'],
      '5 | 1/1 5 7 7 | 1 1',
    ],
    [
      'waiting makes up for a lost release as the server would',
      (scene) => situations.unreleasedJob(scene, { need: 2 }).run,
      ['--to', 'waiting'],
      '2 | 1/1 2/2 4 4 | 1 2',
    ],
    [
      'failure skips what a lost release left blocked',
      (scene) => situations.unreleasedJob(scene, { need: 2 }).run,
      ['--to', 'failure'],
      '2 | 1/1 2/2 4 4 | 1 2',
    ],
  ];
  test.each(cases)('%s', async (_, situation, flags, after) => {
    const { database, runId } = await play(generation, situation);
    const answer = await doctor(database.url, ['reset', String(runId), ...flags, '--yes'], { schema: database.schema });
    expect(answer, answer.err).toMatchObject({ exit: 0 });
    expect(await picture(database, runId)).toBe(after);
    await database.drop();
  });

  test('a job that never ran keeps its attempt', async () => {
    const { database, runId } = await play(generation, (scene) => situations.literalReset(scene).run);
    const attempts = () =>
      database.query('SELECT attempt FROM action_run_job WHERE run_id = $1 AND needs LIKE $2 ORDER BY id', [
        runId,
        '%[%',
      ]);
    const before = await attempts();
    await doctor(database.url, ['reset', String(runId), '--to', 'waiting', '--yes'], { schema: database.schema });
    expect(await attempts()).toEqual(before);
    await database.drop();
  });
});
