import { expect, test } from 'vitest';
import * as situations from '../../demo/forgejo/rows.ts';
import { doctor } from '../support/doctor.ts';
import { picture, play } from '../support/situation.ts';

test('the literal reset takes no job, known or not', async () => {
  const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene).run);
  const before = await picture(database, runId);
  for (const job of ['build', 'nope']) {
    const answer = await doctor(database.url, ['reset', String(runId), '--to', '0', '--job', job, '--yes'], {
      schema: database.schema,
    });
    expect(answer, job).toMatchObject({ exit: 64 });
    expect(answer.err).toContain('whole runs');
  }
  expect(await picture(database, runId)).toBe(before);
  await database.drop();
});
