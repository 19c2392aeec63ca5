import { expect, test } from 'vitest';
import * as situations from '../../demo/forgejo/rows.ts';
import { openDatabase } from '../../src/doctor/database/open.ts';
import { applyChanges, type Change, Statements } from '../../src/doctor/reset/change.ts';
import { chosenDialect } from '../support/dialect.ts';
import { doctor } from '../support/doctor.ts';
import { picture, play } from '../support/situation.ts';
import type { TestDatabase } from '../support/test-database.ts';

/** So many that rows which change alike go to the server together. */
const many = 24;

const playMany = async (generation: 'v12' | 'v17') => {
  let ids: number[] = [];
  const { database } = await play(generation, (scene) => {
    ids = Array.from({ length: many }, () => situations.stuckRun(scene).run.id);
    return { id: ids[0]! };
  });
  return { database, ids };
};

const statuses = async (database: TestDatabase) => [
  await database.query('SELECT id, status, stopped FROM action_run ORDER BY id'),
  await database.query('SELECT id, status, task_id, started, stopped FROM action_run_job ORDER BY id'),
  await database.query('SELECT id, status, stopped, updated FROM action_task ORDER BY id'),
  await database.query('SELECT id, status, started, stopped FROM action_task_step ORDER BY id'),
];

test.each(['v12', 'v17'] as const)(
  '%s: many runs are repaired by few statements, shown before, and taken back',
  async (generation) => {
    const { database, ids } = await playMany(generation);
    const { url, schema } = database;
    const original = await statuses(database);
    const dry = await doctor(url, ['reset', '--all-stuck', '--dry-run', '--json'], { schema });
    const lists = (of: string) => dry.json[of].flatMap(({ statements }: { statements: string[] }) => statements);
    const single = lists('runs');
    // On SQLite a transaction is of too few runs.
    const sent = chosenDialect() === 'sqlite' ? single : lists('transactions');
    if (sent !== single) expect(sent.length).toBeLessThan(single.length / 2);
    const shown = await doctor(url, ['reset', '--all-stuck', '--dry-run'], { schema });
    // What is sent, once; the new handles of jobs differ each time.
    expect(shown.out.split('COMMIT;').length - 1).toBe(dry.json.transactions.length || many);
    expect(shown.out.match(/^ {2}(?:update|with) .*;$/gm)).toHaveLength(sent.length);
    expect(await statuses(database)).toEqual(original);

    const answer = await doctor(url, ['reset', '--all-stuck', '--yes', '--json'], { schema });
    expect(answer).toMatchObject({ exit: 0, json: { applied: true, transactions: [] } });
    expect(answer.json.runs.map(({ runId }: { runId: number }) => runId)).toEqual(ids);
    for (const id of ids) expect(await picture(database, id)).toMatch(/^5 \| 1\/\d+ 5 7 7 \| 1 3$/);
    expect((await doctor(url, ['stuck'], { schema })).exit).toBe(0);
    const undo = await doctor(url, ['undo', answer.json.undoFile, '--yes'], { schema });
    expect(undo.exit).toBe(0);
    expect(await statuses(database)).toEqual(original);
    await database.drop();
  },
);

test('rows that change alike are each guarded by what they held, and get values of their own', async () => {
  const { database: made } = await playMany('v17');
  await made.query('UPDATE action_run SET title = NULL');
  const runs = await made.query<{ id: number; version: number }>('SELECT id, version FROM action_run ORDER BY id');
  const jobs = await made.query<{ id: number; handle: string; attempt: number }>(
    'SELECT id, handle, attempt FROM action_run_job ORDER BY id',
  );
  const changes: Change[] = [
    ...jobs.map(({ id, handle, attempt }) => ({
      table: 'action_run_job' as const,
      id,
      before: { handle, attempt },
      after: { handle: `it's ?, $1 and \\ ${id}`, attempt: attempt + id },
    })),
    ...runs.map(({ id, version }) => ({
      table: 'action_run' as const,
      id,
      before: { title: null, version },
      after: { title: 'the same', version: version + id },
    })),
  ];
  const database = await openDatabase({ url: made.url, schema: made.schema, env: {} });
  const apply = (some: readonly Change[]) =>
    database.transaction((queries) => applyChanges(database, queries, some, new Statements(queries)));
  const moved = { ...changes.at(-1)!, before: { title: null, version: -1 } } as Change;
  await expect(apply([...changes.slice(0, -1), moved])).rejects.toThrow(
    `1 of ${runs.length} rows of action_run changed while they were being repaired. Nothing was changed.`,
  );
  expect(await made.query('SELECT id, handle, attempt FROM action_run_job ORDER BY id')).toEqual(jobs);

  await apply(changes);
  expect(await made.query('SELECT id, handle, attempt FROM action_run_job ORDER BY id')).toEqual(
    jobs.map(({ id, attempt }) => ({ id, handle: `it's ?, $1 and \\ ${id}`, attempt: attempt + id })),
  );
  expect(await made.query('SELECT id, title, version FROM action_run ORDER BY id')).toEqual(
    runs.map(({ id, version }) => ({ id, title: 'the same', version: version + id })),
  );
  await database.close();
  await made.drop();
});
