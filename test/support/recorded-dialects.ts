import { expect } from 'vitest';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { openDatabase } from '../../src/doctor/database/open.ts';
import { doctor } from './doctor.ts';
import type { TestDatabase } from './test-database.ts';

/** A repair that was proven on a live server of the v12 line, on SQLite and on MariaDB alike. */
export interface ProvenRepair {
  readonly name: string;
  readonly run: number;
  readonly prepare?: readonly string[];
  readonly argv: readonly string[];
  /** The recipe's file is `states/<recipe>-<dialect>.sql`. */
  readonly recipe: 'requeue' | 'S3-S7';
  /** The run ends with the repair: the recipe announces a queue that nobody waits in, and takes now for the end of the run. */
  readonly ends?: true;
}

/** The recorded run, whose job `sleeper` was left behind by a killed runner. */
export const provenRepairs = (run: number, job: number, task: number): readonly ProvenRepair[] => {
  const ended = (result: number) => [
    `UPDATE action_task SET status = ${result}, stopped = updated WHERE id = ${task}`,
    `UPDATE action_task_step SET status = ${result} WHERE task_id = ${task}`,
  ];
  return [
    { name: `the killed runner's job ${job} is requeued`, run, argv: [], recipe: 'requeue' },
    { name: 'a job whose task succeeded', run, prepare: ended(1), argv: [], recipe: 'S3-S7' },
    { name: 'a job whose task failed', run, prepare: ended(2), argv: [], recipe: 'S3-S7', ends: true },
  ];
};

/** When the tests began: a time at or after it was written by a repair and differs from one to the next. */
const begin = Math.floor(Date.now() / 1_000);

async function rows(database: TestDatabase): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  const tables = ['action_run', 'action_run_job', 'action_task', 'action_task_step', 'action_tasks_version'];
  for (const table of tables)
    all[table] = (await database.query(`SELECT * FROM ${table} ORDER BY id`)).map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([column, value]) => [
          column,
          typeof value === 'number' && value >= begin ? 'now' : value,
        ]),
      ),
    );
  return all;
}

/** Repairs one of two equal databases with ci-doctor and the other with the recipe, compares all rows, and undoes the repair. */
export async function holdAgainstRecipe(
  { run, argv, prepare = [], ends }: ProvenRepair,
  ours: TestDatabase,
  proven: TestDatabase,
  recipe: () => Promise<void>,
): Promise<void> {
  for (const database of [ours, proven]) for (const statement of prepare) await database.query(statement);
  const before = await rows(ours);
  const stuck = await doctor(ours.url, ['stuck', '--json']);
  expect(stuck, stuck.err).toMatchObject({ exit: 1, json: { findings: [{ runId: run, repairable: true }] } });
  const answer = await doctor(ours.url, ['reset', String(run), ...argv, '--yes', '--json']);
  expect(answer, answer.err).toMatchObject({ exit: 0, json: { applied: true } });
  await recipe();
  const compared = async (database: TestDatabase) => {
    const { action_tasks_version, action_run, ...all } = await rows(database);
    return ends
      ? { ...all, action_run: action_run!.map((row) => ({ ...(row as object), stopped: undefined })) }
      : { ...all, action_run, action_tasks_version };
  };
  expect(await compared(ours)).toEqual(await compared(proven));
  expect(await doctor(ours.url, ['undo', answer.json.undoFile, '--yes'])).toMatchObject({ exit: 0 });
  const withoutLock = (all: Record<string, unknown[]>) =>
    JSON.stringify([all.action_run_job, all.action_task]).replace(/"updated":(?:\d+|"now")/g, '');
  expect(withoutLock(await rows(ours))).toBe(withoutLock(before));
}

const told = {
  v12: {
    countsAttemptAtRequeue: false,
    hasTaskJobIndex: false,
    hasConcurrencyGroups: false,
    countsRunsInRepository: true,
    aggregation: 'new',
  },
  v17: {
    countsAttemptAtRequeue: true,
    hasTaskJobIndex: true,
    hasConcurrencyGroups: true,
    countsRunsInRepository: false,
    aggregation: 'new',
  },
} as const;

/** The recorded schema is told for what it is, and every look works on it. */
export async function holdAgainstGeneration(url: string, generation: Generation, run: number): Promise<void> {
  const database = await openDatabase({ url });
  expect(database.generation).toMatchObject(told[generation]);
  await database.close();
  const runs = await doctor(url, ['runs', '--json']);
  expect(runs.json.runs.map(({ id }: { id: number }) => id)).toContain(run);
  expect((await doctor(url, ['show', String(run), '--json'])).json.jobs.length).toBeGreaterThan(0);
  expect((await doctor(url, ['stuck', '--json'])).json.findings).toMatchObject([{ runId: run, code: 'runner-silent' }]);
}
