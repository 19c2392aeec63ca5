import { expect, test } from 'vitest';
import { everyState } from '../../demo/states.ts';
import { knowledge } from '../../src/doctor/stuck/knowledge.ts';
import type { WaitCode } from '../../src/doctor/stuck/waiting.ts';
import { testDatabase } from '../support/database.ts';
import { doctor } from '../support/doctor.ts';

/** Checked by the compiler to be all there are. */
const waits = Object.keys({
  needs: 0,
  'need-missing': 0,
  approval: 0,
  'server-decides': 0,
  'concurrency-group': 0,
  'behind-starved-job': 0,
  'no-runner': 0,
  'runners-offline': 0,
  'runners-busy': 0,
  'about-to-start': 0,
} satisfies Record<Exclude<WaitCode, 'unannounced'>, 0>);

const codesOf = (list: readonly { readonly code: string }[]) => [...new Set(list.map(({ code }) => code))].sort();

test('the demo shows every finding and every reason to wait, and repairs what needs no decision', async () => {
  const database = await testDatabase();
  await database.load(everyState(Math.floor(Date.now() / 1_000)));
  const { url, schema } = database;
  const { json } = await doctor(url, ['stuck', '--json'], { schema });
  expect(codesOf(json.findings)).toEqual(Object.keys(knowledge).sort());
  expect(codesOf(json.waiting)).toEqual([...waits].sort());
  expect(json.running.length).toBeGreaterThan(0);
  const reset = await doctor(url, ['reset', '--all-stuck', '--yes', '--json'], { schema });
  expect(reset, reset.err).toMatchObject({ exit: 0, json: { applied: true } });
  const left = (await doctor(url, ['stuck', '--json'], { schema })).json.findings;
  expect(codesOf(left)).toEqual(['blocked-without-needs', 'job-hung', 'runner-quiet']);
  await database.drop();
});
