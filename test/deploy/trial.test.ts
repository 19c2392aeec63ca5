import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Connection } from '../../src/deploy/connection.ts';
import { localHost } from '../../src/deploy/host/local.ts';
import type { Release } from '../../src/deploy/state.ts';
import { endTrial } from '../../src/deploy/trial.ts';
import { fileAlone } from '../support/file-alone.ts';

let root: string;
let place: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'trial-'));
  place = join(root, '.app.deploy');
  await mkdir(join(place, 'releases'), { recursive: true });
  await writeFile(join(root, 'app'), 'new');
  for (const slot of ['1', '2']) await writeFile(join(place, 'releases', slot), slot);
  const release = (slot: string) => ({
    slot,
    id: slot,
    sha256: slot,
    size: 1,
    at: '',
    by: '',
    commit: null,
    runUrl: null,
  });
  const releases = [release('1'), { ...release('2'), previous: '1', trial: true }];
  await writeFile(
    join(place, 'state'),
    JSON.stringify({ version: 1, current: '2', releases, pending: null, known: null }),
  );
});
afterEach(async () => await rm(root, { recursive: true }));

/** @param before told of each round trip, counted from 1 */
async function end(before: (trip: number) => Promise<void>): Promise<void> {
  const local = localHost({ PATH: process.env.PATH, HOME: root });
  let trips = 0;
  const run: typeof local.run = async (...how) => {
    await before(++trips);
    return await local.run(...how);
  };
  const connection = new Connection('here', async () => ({ ...local, run }), { attempts: 1, pauseMs: 1 });
  const settings = fileAlone('', join(root, 'app'));
  await endTrial(connection, { settings, local, report: { begin() {}, end() {}, progress() {} } });
}
const releases = async () =>
  (JSON.parse(await readFile(join(place, 'state'), 'utf8')).releases as Release[]).map(({ id, trial }) => [id, trial]);

test('a trial ends in four round trips: facts, lock, record, lock', async () => {
  const trips: number[] = [];
  await end(async (trip) => void trips.push(trip));
  expect(trips).toHaveLength(4);
  expect(await releases()).toEqual([['2', undefined]]);
  expect(await readdir(join(place, 'releases'))).toEqual(['2']);
  expect((await readdir(place)).sort()).toEqual(['releases', 'state']);
});

test('what another deploy has recorded meanwhile stands', async () => {
  const path = join(place, 'state');
  await end(async (trip) => {
    if (trip === 2) await writeFile(path, (await readFile(path, 'utf8')).replace('"current":"2"', '"current":"1"'));
  });
  expect(await releases()).toEqual([
    ['1', undefined],
    ['2', true],
  ]);
});

test('whose lock was broken changes nothing', async () => {
  const owner = join(place, 'lock/owner');
  const work = end(async (trip) => {
    if (trip === 3) await writeFile(owner, (await readFile(owner, 'utf8')).replace(/"token":"\w+/, '"token":"another'));
  });
  await expect(work).rejects.toThrow(/taken over/);
  expect(await releases()).toEqual([
    ['1', undefined],
    ['2', true],
  ]);
  expect(await readdir(join(place, 'releases'))).toEqual(['1', '2']);
});
