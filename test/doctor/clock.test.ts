import { expect, test } from 'vitest';
import * as situations from '../../demo/forgejo/rows.ts';
import { doctor } from '../support/doctor.ts';
import { play } from '../support/situation.ts';

const hour = 3_600;

test('where nothing is young the clock is doubted, in the report and in the plan', async () => {
  const { database, runId } = await play('v17', (scene) => situations.stuckRun(scene, { silent: hour }).run);
  const { url, schema } = database;
  const doubt = expect.stringMatching(/^Nothing in the database is younger than 1h/);
  const stuck = await doctor(url, ['stuck', '--json'], { schema });
  expect(stuck.json.warnings).toEqual([doubt]);
  expect(stuck.err).toContain('warning: Nothing in the database');
  expect((await doctor(url, ['show', String(runId), '--json'], { schema })).json.warnings).toEqual([doubt]);
  const dry = ['reset', String(runId), '--dry-run', '--json'];
  expect((await doctor(url, dry, { schema })).json.runs[0].notes).toContainEqual(doubt);
  // A runner that asks for work now shows that the clocks agree.
  await database.query('UPDATE action_runner SET last_online = $1 WHERE id = 2', [Math.floor(Date.now() / 1_000)]);
  expect((await doctor(url, ['stuck', '--json'], { schema })).json.warnings).toEqual([]);
  expect(JSON.stringify((await doctor(url, dry, { schema })).json.runs[0].notes)).not.toContain('younger');
  await database.drop();
});

test('rows in the future are told, and no heartbeat from there is called one that was', async () => {
  const { database, runId } = await play('v12', (scene) => situations.stuckRun(scene).run);
  const { url, schema } = database;
  const later = Math.floor(Date.now() / 1_000) + 2 * hour;
  await database.query('UPDATE action_task SET updated = $1 WHERE status = 6', [later]);
  const ahead = expect.stringMatching(/^Rows are up to (?:2h|1h 59m)[^.]* in the future of the database's clock/);
  expect((await doctor(url, ['stuck', '--json'], { schema })).json.warnings).toEqual([ahead]);
  const { json } = await doctor(url, ['reset', String(runId), '--dry-run', '--json'], { schema });
  expect(json.runs[0].notes).toContainEqual(ahead);
  expect(json.runs[0].leftOut[0].reason).toMatch(/last sign of life (?:2h|1h 59m)[^.]* in the future/);
  await database.drop();
});
