import { expect, test } from 'vitest';
import * as situations from '../../demo/forgejo/rows.ts';
import { doctor } from '../support/doctor.ts';
import { picture, play } from '../support/situation.ts';

/**
 * Forgejo 7: the tables of the v12 line without what came between, of which ci-doctor looks at one column, and a run's
 * status computed in the old way.
 */
async function forgejo7(situation: (scene: situations.Scene) => { readonly id: number }, level: number | null) {
  const played = await play('v12', situation);
  const { database } = played;
  await database.query('ALTER TABLE "user" RENAME COLUMN keep_pronouns_private TO not_yet');
  if (level === null) await database.query('DELETE FROM forgejo_version');
  else await database.query('UPDATE forgejo_version SET version = $1', [level]);
  return {
    ...played,
    run: (...argv: string[]) => doctor(database.url, argv, { schema: database.schema }),
    async end() {
      await database.query('ALTER TABLE "user" RENAME COLUMN not_yet TO keep_pronouns_private');
      await database.drop();
    },
  };
}

test('every look works, and a run that goes on is running, not waiting', async () => {
  const { database, runId, run, end } = await forgejo7((scene) => situations.stuckRun(scene).run, 14);
  expect((await run('runs', '--json')).json.runs).toMatchObject([{ id: runId }]);
  expect((await run('show', String(runId), '--json')).json.jobs).toHaveLength(4);
  expect((await run('stuck', '--json')).json.findings).toMatchObject([{ code: 'runner-silent', runId }]);
  const reset = await run('reset', String(runId), '--yes', '--json');
  expect(reset, reset.err).toMatchObject({ exit: 0, json: { applied: true } });
  expect(await picture(database, runId)).toBe('6 | 1/1 5 7 7 | 1 3');
  expect((await run('stuck', '--json')).json.findings).toEqual([]);
  expect(await run('undo', reset.json.undoFile, '--yes')).toMatchObject({ exit: 0 });
  expect(await picture(database, runId)).toBe('6 | 1/1 6/2 7 7 | 1 6');
  await end();
});

test.each([null, 25])('with a level of %s a repair whose result depends on it wants --generation', async (level) => {
  const { database, runId, run, end } = await forgejo7((scene) => situations.stuckRun(scene).run, level);
  expect((await run('stuck', '--json')).json.findings).toMatchObject([{ code: 'runner-silent', runId }]);
  const refused = await run('reset', String(runId), '--yes');
  expect(refused.exit).not.toBe(0);
  expect(refused.out + refused.err).toContain('--generation');
  expect(await picture(database, runId)).toBe('6 | 1/1 6/2 7 7 | 1 6');
  expect(await run('reset', String(runId), '--yes', '--generation', 'old')).toMatchObject({ exit: 0 });
  expect(await picture(database, runId)).toBe('6 | 1/1 5 7 7 | 1 3');
  await end();
});

test('a cancelled job makes the run fail', async () => {
  const { database, runId, run, end } = await forgejo7((scene) => situations.stuckRun(scene).run, 14);
  expect(await run('reset', String(runId), '--to', 'cancelled', '--yes')).toMatchObject({ exit: 0 });
  expect(await picture(database, runId)).toBe('2 | 1/1 3/2 3 3 | 1 3');
  await end();
});
