import pg from 'pg';
import { aggregate, isDone, status } from '../../demo/forgejo/status.ts';

interface JobRow {
  readonly id: number;
  readonly run_id: number;
  readonly job_id: string;
  readonly needs: string;
  readonly status: number;
}

/** How a runner behaves with one task. */
export interface Luck {
  /** Dies in the middle, long ago: its heartbeat is an hour old. */
  readonly dies: boolean;
  /** Looks dead for a while (its heartbeat is an hour old), and then ends its task all the same. */
  readonly stalls: boolean;
  readonly fails: boolean;
}

/** A connection of the server to its database. */
export interface Connection {
  // biome-ignore lint/suspicious/noExplicitAny: rows as each statement asks for them.
  query<Row = any>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
  release(): void;
}

export interface Pool {
  readonly begin: string;
  /** A transaction that failed with this is tried again. */
  isInTheWay(error: unknown): boolean;
  connect(): Promise<Connection>;
  end(): Promise<void>;
}

export function postgresqlPool(url: string, connections: number): Pool {
  const pool = new pg.Pool({ connectionString: url, max: connections });
  pool.on('error', () => {});
  return {
    begin: 'BEGIN',
    // A deadlock.
    isInTheWay: (error) => (error as { code?: string }).code === '40P01',
    connect: () => pool.connect() as Promise<Connection>,
    end: () => pool.end(),
  };
}

/**
 * The transactions of a live server of the v17 line, statement by statement as they were recorded: what is guarded there is
 * guarded here, and what is not (the end of a task) is not. Between two statements it waits for a moment, so that others
 * come in between.
 */
export class LiveServer {
  readonly #pool: Pool;
  /** What runners reported at the end of their tasks: task to result. The last report of a task counts. */
  readonly results = new Map<number, number>();
  readonly counts = { transactions: 0, pickedUp: 0, ended: 0, released: 0, rolledBack: 0, inTheWay: 0, toldToStop: 0 };

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  /** A statement of the test's own, through the connections of the server. */
  query<Row>(sql: string): Promise<Row[]> {
    return this.#transaction(async (client) => (await client.query<Row>(sql)).rows);
  }

  /** A runner takes the first waiting job and works on it to its end, or to its own. False when nothing waits. */
  async work(runner: number, luck: Luck): Promise<boolean> {
    const picked = await this.#pickUp(runner);
    if (!picked) return false;
    const { task, job, run } = picked;
    for (let beat = 0; beat < 3; beat++) {
      await moment(10);
      if (!(await this.#heartbeat(task))) return true;
    }
    if (luck.dies || luck.stalls) {
      await this.#transaction((client) =>
        client.query('UPDATE action_task SET updated = $2 WHERE id = $1 AND status = 6', [task, now() - 3_600]),
      );
      if (luck.dies) return true;
      await moment(1_500);
    }
    await this.#end(task, job, run, luck.fails ? status.failure : status.success);
    await this.#release(run);
    return true;
  }

  /** Tries again what another transaction got in the way of, as a runner and the emitter's queue do. */
  async #transaction<T>(work: (client: Connection) => Promise<T>): Promise<T> {
    for (;;) {
      const client = await this.#pool.connect();
      try {
        await client.query(this.#pool.begin);
        const answer = await work(client);
        await client.query('COMMIT');
        this.counts.transactions++;
        return answer;
      } catch (error) {
        // It may not have begun.
        await client.query('ROLLBACK').catch(() => {});
        const inTheWay = this.#pool.isInTheWay(error);
        if (!inTheWay && !(error instanceof Changed)) throw error;
        this.counts[inTheWay ? 'inTheWay' : 'rolledBack']++;
      } finally {
        client.release();
      }
      await moment(20);
    }
  }

  #pickUp(runner: number) {
    return this.#transaction(async (client) => {
      const { rows } = await client.query<JobRow & { attempt: number; repo_id: string; owner_id: string }>(
        'SELECT j.id, j.run_id, j.job_id, j.needs, j.status, j.attempt, j.repo_id, j.owner_id FROM action_run_job j INNER JOIN action_run r ON r.id = j.run_id WHERE j.task_id = 0 AND j.status = 5 ORDER BY r.priority DESC, j.updated, j.id LIMIT 1',
      );
      const [job] = rows;
      if (!job) return undefined;
      const inserted = await client.query<{ id: string }>(
        'INSERT INTO action_task (job_id, attempt, runner_id, status, started, stopped, repo_id, owner_id, created, updated) VALUES ($1, $2, $3, 6, $4, 0, $5, $6, $4, $4) RETURNING id',
        [job.id, job.attempt, runner, now(), job.repo_id, job.owner_id],
      );
      const task = Number(inserted.rows[0]!.id);
      await client.query(
        'INSERT INTO action_task_step (name, task_id, "index", repo_id, status, started, stopped, created, updated) VALUES ($1, $2, 0, $3, 5, 0, 0, $4, $4)',
        ['step', task, job.repo_id, now()],
      );
      await moment(3);
      const { rowCount } = await client.query(
        'UPDATE action_run_job SET attempt = $3, task_id = $1, status = 6, started = $4, updated = $4 WHERE task_id = 0 AND id = $2',
        [task, job.id, job.attempt, now()],
      );
      // Another runner was quicker: everything is rolled back, and asked for again.
      if (rowCount !== 1) throw new Changed();
      await this.#updateRun(client, Number(job.run_id));
      this.counts.pickedUp++;
      return { task, job: Number(job.id), run: Number(job.run_id) };
    });
  }

  async #heartbeat(task: number): Promise<boolean> {
    return this.#transaction(async (client) => {
      const { rows } = await client.query<{ status: number }>('SELECT status FROM action_task WHERE id = $1', [task]);
      if (isDone(rows[0]!.status)) {
        this.counts.toldToStop++;
        return false;
      }
      await client.query('UPDATE action_task SET updated = $2 WHERE id = $1', [task, now()]);
      await client.query('UPDATE action_task_step SET status = 6, updated = $2 WHERE task_id = $1', [task, now()]);
      return true;
    });
  }

  /** Neither update asks what the status is: a reset that came in between is written over. */
  async #end(task: number, job: number, run: number, result: number): Promise<void> {
    await this.#transaction(async (client) => {
      const { rows } = await client.query<{ status: number }>('SELECT status FROM action_task WHERE id = $1', [task]);
      if (isDone(rows[0]!.status)) {
        this.counts.toldToStop++;
        return;
      }
      await moment(15);
      await client.query('UPDATE action_task SET status = $2, stopped = $3, updated = $3 WHERE id = $1', [
        task,
        result,
        now(),
      ]);
      await moment(3);
      await client.query('UPDATE action_run_job SET status = $2, stopped = $3, updated = $3 WHERE id = $1', [
        job,
        result,
        now(),
      ]);
      await this.#updateRun(client, run);
      await client.query('UPDATE action_task_step SET status = $2, stopped = $3, updated = $3 WHERE task_id = $1', [
        task,
        result,
        now(),
      ]);
      this.results.set(task, result);
      this.counts.ended++;
    });
  }

  /** A blocked job whose needs are all done waits, or is skipped: guarded by its old status. */
  async #release(run: number): Promise<void> {
    await this.#transaction(async (client) => {
      for (let moved = true; moved; ) {
        moved = false;
        const { rows } = await client.query<JobRow>(
          'SELECT id, run_id, job_id, needs, status FROM action_run_job WHERE run_id = $1 ORDER BY id',
          [run],
        );
        for (const job of rows) {
          const needs = (JSON.parse(job.needs) ?? []) as string[];
          if (job.status !== status.blocked || needs.length === 0) continue;
          const needed = rows.filter(({ job_id: id }) => needs.includes(id)).map((other) => other.status);
          if (!needed.every((value) => isDone(value))) continue;
          const next = needed.every((value) => value === status.success) ? status.waiting : status.skipped;
          const { rowCount } = await client.query(
            'UPDATE action_run_job SET status = $2, updated = $3 WHERE status = 7 AND id = $1',
            [job.id, next, now()],
          );
          if (rowCount !== 1) continue;
          moved = true;
          this.counts.released++;
          await this.#updateRun(client, run);
        }
      }
    });
  }

  async #updateRun(client: Connection, run: number): Promise<void> {
    const { rows } = await client.query<{ version: number; started: string; stopped: string }>(
      'SELECT version, started, stopped FROM action_run WHERE id = $1',
      [run],
    );
    const jobs = await client.query<{ status: number }>('SELECT status FROM action_run_job WHERE run_id = $1', [run]);
    const total = aggregate(jobs.rows.map((row) => row.status as 1));
    const { rowCount } = await client.query(
      'UPDATE action_run SET status = $2, stopped = CASE WHEN $4 AND stopped = 0 THEN $5 ELSE stopped END, updated = $5, version = version + 1 WHERE id = $1 AND version = $3',
      [run, total, rows[0]!.version, isDone(total), now()],
    );
    if (rowCount !== 1) throw new Changed();
  }
}

/** "run has changed": the guard on `version` met nothing. */
class Changed extends Error {}

const now = () => Math.floor(Date.now() / 1_000);
export const moment = (most: number) => new Promise((resolve) => setTimeout(resolve, Math.random() * most));
