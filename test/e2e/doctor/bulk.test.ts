import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { type newScene, play, stuckRun } from '../../../demo/forgejo/rows.ts';
import { readUndoFile } from '../../../src/doctor/reset/undo-file.ts';
import type { TestDatabase } from '../../support/database.ts';
import { doctor } from '../../support/doctor.ts';
import { realDatabase } from '../../support/postgres.ts';

/** Three transactions of PostgreSQL: the third goes ahead while the second writes. */
const many = 1_010;
const inOne = 500;

let database: TestDatabase;
afterEach(() => database.drop());

async function playMany(generation: 'v12' | 'v17'): Promise<number[]> {
  let ids: number[] = [];
  const { server } = play(generation, { now: Math.floor(Date.now() / 1_000) }, (scene: ReturnType<typeof newScene>) => {
    ids = Array.from({ length: many }, () => stuckRun(scene).run.id);
  });
  database = await realDatabase();
  await database.load(server);
  return ids;
}

const repair = () => doctor(database.url, ['reset', '--all-stuck', '--yes', '--json']);

/** How many runs each transaction had, in their order. */
const committed = (notes: string): number[] =>
  [...notes.matchAll(/^(\d+) runs?: \d+ rows written and committed\.$/gm)].map(([, runs]) => Number(runs));

/** Does something each time the repair of this run's row is written. */
async function whenRepaired(id: number, what: string): Promise<void> {
  await database.query(
    `CREATE FUNCTION repaired() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${what}; RETURN NEW; END $$`,
  );
  await database.query(
    `CREATE TRIGGER repaired BEFORE UPDATE ON action_run FOR EACH ROW WHEN (OLD.id = ${id}) EXECUTE FUNCTION repaired()`,
  );
}

const version = async (): Promise<number> =>
  (
    await database.query<{ version: number }>(
      'SELECT version FROM action_tasks_version WHERE owner_id = 0 AND repo_id = 0',
    )
  )[0]!.version;

test.each(['v12', 'v17'] as const)(
  '%s: transactions that overlap write each run once, and announce once each',
  async (generation) => {
    const ids = await playMany(generation);
    const announced = await version();
    const { exit, json, err } = await repair();
    expect(exit, err).toBe(0);
    expect(json.runs.map(({ runId }: { runId: number }) => runId)).toEqual(ids);
    expect(committed(err)).toEqual([500, 500, 10]);
    expect(await version()).toBe(announced + 3);
    expect(await database.query('SELECT DISTINCT status FROM action_run')).toEqual([{ status: 5 }]);
    expect((await doctor(database.url, ['stuck'])).exit).toBe(0);
    // One header, and each repair once.
    const { entries } = await readUndoFile(json.undoFile);
    expect(entries.map(({ runId }) => runId)).toEqual(ids);
    expect(readFileSync(json.undoFile, 'utf8').trimEnd().split('\n')).toHaveLength(many + 1);
  },
);

test('a run that cannot be repaired takes neither its transaction with it nor the one that went ahead', async () => {
  const ids = await playMany('v17');
  const bad = ids[inOne + 7]!;
  await whenRepaired(bad, "RAISE EXCEPTION 'this row is special'");
  const { exit, json, err } = await repair();
  expect(exit).toBe(1);
  expect(err).toContain('this row is special');
  const left = json.runs.filter(({ error }: { error?: string }) => error !== undefined);
  expect(left.map(({ runId }: { runId: number }) => runId)).toEqual([bad]);
  expect(await database.query('SELECT id FROM action_run WHERE status <> 5')).toEqual([{ id: bad }]);
  const { entries } = await readUndoFile(json.undoFile);
  expect(new Set(entries.map(({ runId }) => runId))).toEqual(new Set(ids));
});

test('a transaction that went ahead lets go of its rows when the one before it takes long, and comes in its turn', async () => {
  const ids = await playMany('v12');
  const last = ids.at(-1)!;
  // As long as somebody may write the last run, nobody holds it; given up after a while, which fails the test.
  await whenRepaired(
    ids[inOne + 7]!,
    `FOR tries IN 1..250 LOOP
       PERFORM pg_sleep(0.1);
       IF tries > 10 AND EXISTS (SELECT FROM action_run WHERE id = ${last} FOR UPDATE SKIP LOCKED) THEN RETURN NEW; END IF;
     END LOOP;
     RAISE EXCEPTION 'the last run stayed locked'`,
  );
  const { exit, err } = await repair();
  expect(exit, err).toBe(0);
  expect(committed(err)).toEqual([500, 500, 10]);
  expect(await database.query('SELECT DISTINCT status FROM action_run')).toEqual([{ status: 5 }]);
});
