import { expect, test } from 'vitest';
import { Random } from '../../../demo/forgejo/random.ts';
import { newScene } from '../../../demo/forgejo/rows.ts';
import { pipeline } from '../../../demo/forgejo/workflows.ts';
import { aggregate } from '../../../src/doctor/stuck/aggregate.ts';
import { doctor } from '../../support/doctor.ts';
import { LiveServer, moment, type Pool, postgresqlPool } from '../../support/live-server.ts';
import { sqliteDatabase } from '../../support/other-database.ts';
import { realDatabase } from '../../support/postgres.ts';
import { sqlitePool } from '../../support/sqlite-pool.ts';
import type { TestDatabase } from '../../support/test-database.ts';

interface Stage {
  readonly runs: number;
  readonly runners: number;
  readonly doctors: number;
  /** So many tasks meet with trouble; then no runner dies any more, until everything is done. */
  readonly troubled: number;
  readonly open: () => Promise<{ readonly database: TestDatabase; readonly pool: () => Pool }>;
}

const postgresql: Stage = {
  runs: 120,
  runners: 5,
  doctors: 3,
  troubled: 280,
  async open() {
    const database = await realDatabase();
    return { database, pool: () => postgresqlPool(database.url, 7) };
  },
};

/** Who writes has the whole file, so fewer do. Forgejo waits half a second for it ([database] SQLITE_TIMEOUT). */
const sqlite = (journal: string): Stage => ({
  runs: 40,
  runners: 3,
  doctors: 2,
  troubled: 90,
  async open() {
    const database = await sqliteDatabase({ journal });
    return { database, pool: () => sqlitePool(database.path, { connections: 3, timeoutMs: 500 }) };
  },
});

const stages: readonly (readonly [string, Stage])[] = [
  ['PostgreSQL', postgresql],
  ['SQLite', sqlite('delete')],
  ['SQLite with a WAL', sqlite('wal')],
];

test.each(stages)(
  '%s: beside a live server and other doctors nothing is lost, overwritten or run twice',
  async (name, stage) => {
    const { runs, runners, doctors, troubled } = stage;
    const { server: forgejo, repository } = newScene('v17', { now: Math.floor(Date.now() / 1_000) - 7_200 });
    for (let at = 0; at < runs; at++) forgejo.dispatch(repository, pipeline);
    const { database, pool } = await stage.open();
    await database.load(forgejo);
    const server = new LiveServer(pool());
    const random = new Random(7);
    const calm = () => server.counts.pickedUp >= troubled;
    let allDone = false;
    const repairs = { made: 0, refused: [] as string[], looks: 0 };

    const runner = async (id: number) => {
      while (!allDone) {
        const luck = {
          dies: !calm() && random.next() < 0.25,
          stalls: !calm() && random.next() < 0.2,
          fails: random.next() < 0.1,
        };
        if (!(await server.work(id, luck))) await moment(50);
      }
    };
    const repairer = async () => {
      while (!allDone) {
        // The minute for which a dependant may wait for its release is over at once.
        if (calm())
          await server.query(
            'UPDATE action_run_job SET stopped = stopped - 300, updated = updated - 300 WHERE status IN (1, 2, 3, 4) AND stopped > 0',
          );
        const answer = await doctor(database.url, ['reset', '--all-stuck', '--yes', '--json'], {
          pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        });
        repairs.looks++;
        repairs.made += answer.json.runs?.filter((run: { error?: string }) => run.error === undefined).length ?? 0;
        if (answer.exit !== 0) repairs.refused.push(answer.out + answer.err);
        await moment(20);
      }
    };
    const watch = async () => {
      while (!allDone) {
        await moment(400);
        const [row] = await server.query<{ open: number | string }>(
          'SELECT count(*) AS open FROM action_run_job WHERE status NOT IN (1, 2, 3, 4)',
        );
        const [task] = await server.query<{ open: number | string }>(
          'SELECT count(*) AS open FROM action_task WHERE status = 6',
        );
        allDone = calm() && Number(row!.open) === 0 && Number(task!.open) === 0;
      }
    };
    await Promise.all([
      watch(),
      ...Array.from({ length: runners }, (_, at) => runner(at + 1)),
      ...Array.from({ length: doctors }, repairer),
    ]);
    await server.close();
    // The last look of a doctor gives a job its task back that was written over in the last moment.
    await doctor(database.url, ['reset', '--all-stuck', '--yes']);
    console.log(
      `${name}, interleaved: ${server.counts.transactions} transactions of the server, ${repairs.looks} looks and ${repairs.made} repairs of ${doctors} doctors`,
      server.counts,
      `${repairs.refused.length} refused`,
    );

    const tasks = await database.query<{ id: number; job_id: number; status: number; attempt: number }>(
      'SELECT id, job_id, status, attempt FROM action_task ORDER BY id',
    );
    // No finished result overwritten: what a runner reported last is what the task holds.
    for (const [task, result] of server.results)
      expect(tasks.find(({ id }) => id === task)?.status, `task ${task}`).toBe(result);
    const jobs = await database.query<{ id: number; run_id: number; status: number; task_id: number; attempt: number }>(
      'SELECT id, run_id, status, task_id, attempt FROM action_run_job ORDER BY id',
    );
    for (const job of jobs) {
      const own = tasks.filter((task) => task.job_id === job.id);
      // No job put back twice for one task: every attempt has exactly one.
      expect(
        own.map(({ attempt }) => attempt),
        `job ${job.id}`,
      ).toEqual(own.map((_, at) => at + 1));
      if (job.status === 4) continue;
      expect(job.task_id, `job ${job.id} is ${job.status}`).not.toBe(0);
      expect(
        own.some((task) => task.status === job.status),
        `job ${job.id}`,
      ).toBe(true);
    }
    // No lost update: every run holds what follows from its jobs.
    for (const run of await database.query<{ id: number; status: number }>('SELECT id, status FROM action_run'))
      expect(run.status, `run ${run.id}`).toBe(
        aggregate(
          jobs.filter(({ run_id }) => run_id === run.id).map((job) => job.status),
          'new',
        ),
      );
    expect(repairs.made).toBeGreaterThan(troubled / 14);
    expect(repairs.refused).toEqual([]);
    await database.drop();
  },
);
