import mysql from 'mysql2/promise';
import { expect, test } from 'vitest';
import { play, stuckRun } from '../../demo/forgejo/rows.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { openDatabase } from '../../src/doctor/database/open.ts';
import { doctor } from './doctor.ts';
import type { MysqlServer } from './mysql.ts';
import { mysqlDatabase } from './other-database.ts';
import type { TestDatabase } from './test-database.ts';

/** A run of a killed runner, in a database of its own. */
export async function stuckOn(server: MysqlServer, generation: Generation = 'v17') {
  const { server: rows, result } = play(generation, { now: Math.floor(Date.now() / 1_000) }, (scene) =>
    stuckRun(scene),
  );
  const database = mysqlDatabase(server);
  await database.load(rows);
  return { database, runId: result.run.id, jobId: result.job.id, taskId: result.task.id };
}

/** A session that keeps its transaction open until told otherwise. */
async function session(database: TestDatabase) {
  const connection = await mysql.createConnection({ uri: database.url });
  await connection.query('BEGIN');
  return connection;
}

export const statuses = (database: TestDatabase, runId: number) =>
  database.query('SELECT status, attempt, task_id FROM action_run_job WHERE run_id = $1 ORDER BY id', [runId]);

/** Until a statement of ci-doctor waits for a row. */
async function untilItWaits(database: TestDatabase): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if ((await database.query("SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")).length > 0)
      return;
    // InnoDB shows what it last looked up to whoever asks again within a tenth of a second.
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error('Nobody ever waited');
}

/** The tests of repairs beside others who write on the same MariaDB or MySQL. */
export function besideOthers(server: () => MysqlServer): void {
  test('of several doctors at once exactly one repairs the run', async () => {
    const { database, runId, jobId } = await stuckOn(server());
    const answers = await Promise.all(
      [0, 1, 2].map(() => doctor(database.url, ['reset', String(runId), '--yes', '--json'])),
    );
    expect(answers.map(({ exit }) => exit)).toEqual([0, 0, 0]);
    expect(answers.filter(({ json }) => json.applied).length).toBe(1);
    expect(await database.query('SELECT attempt, status FROM action_run_job WHERE id = $1', [jobId])).toEqual([
      { attempt: 2, status: 5 },
    ]);
    await database.drop();
  });

  test('a task that ends while the repair waits for its lock keeps its result', async () => {
    const { database, runId, jobId, taskId } = await stuckOn(server());
    const forgejo = await session(database);
    await forgejo.query('UPDATE action_task SET status = 1, stopped = 1 WHERE id = ?', [taskId]);
    const repair = doctor(database.url, ['reset', String(runId), '--yes', '--json']);
    await untilItWaits(database);
    await forgejo.query('UPDATE action_run_job SET status = 1, stopped = 1 WHERE id = ?', [jobId]);
    await forgejo.query('COMMIT');
    await forgejo.end();
    expect(await repair).toMatchObject({ exit: 0, json: { applied: true } });
    expect((await statuses(database, runId)).map(({ status }) => status)).toEqual([1, 1, 5, 7]);
    await database.drop();
  });

  test('a row that stays locked is given up, with nothing changed and no undo file', async () => {
    const { database, runId, taskId } = await stuckOn(server());
    const other = await session(database);
    await other.query('SELECT 1 FROM action_task WHERE id = ? FOR UPDATE', [taskId]);
    const before = await statuses(database, runId);
    const answer = await doctor(database.url, ['reset', String(runId), '--yes', '--json']);
    expect(answer).toMatchObject({ exit: 1, json: { applied: false, undoFile: null } });
    expect(answer.err).toMatch(/stayed locked by someone else[\s\S]*Nothing was changed/);
    await other.end();
    expect(await statuses(database, runId)).toEqual(before);
    await database.drop();
  });

  test('a deadlock with somebody who locks in another order is survived', async () => {
    const { database, runId, jobId, taskId } = await stuckOn(server());
    const other = await session(database);
    await other.query('SELECT 1 FROM action_run WHERE id = ? FOR UPDATE', [runId]);
    const repair = doctor(database.url, ['reset', String(runId), '--yes', '--json']);
    await untilItWaits(database);
    await other.query('SELECT 1 FROM action_task WHERE id = ? FOR UPDATE', [taskId]).catch(() => {});
    await other.query('ROLLBACK');
    await other.end();
    expect(await repair).toMatchObject({ exit: 0, json: { applied: true } });
    expect(await database.query('SELECT attempt, status FROM action_run_job WHERE id = $1', [jobId])).toEqual([
      { attempt: 2, status: 5 },
    ]);
    await database.drop();
  });

  test('a row that is written as it was counts as met', async () => {
    const { database, taskId } = await stuckOn(server());
    const ours = await openDatabase({ url: database.url });
    const result = await ours.transaction((queries) =>
      queries
        .updateTable('action_task')
        .set({ status: 6 })
        .where('id', '=', taskId)
        .where('status', '=', 6)
        .executeTakeFirst(),
    );
    expect(Number(result.numUpdatedRows)).toBe(1);
    await ours.close();
    await database.drop();
  });

  test('a statement that a foreign key would break is refused before anything is written', async () => {
    const { database, runId } = await stuckOn(server());
    await database.query('UPDATE action_run_job SET task_id = (SELECT min(id) FROM action_task) WHERE task_id = 0');
    await database.query(
      'ALTER TABLE action_run_job ADD CONSTRAINT fk_job_task FOREIGN KEY (task_id) REFERENCES action_task (id)',
    );
    const before = await statuses(database, runId);
    const answer = await doctor(database.url, ['reset', String(runId), '--yes', '--json']);
    expect(answer.exit).toBe(1);
    expect(answer.err).toContain('foreign key "fk_job_task" does not allow action_run_job.task_id = 0');
    expect(await statuses(database, runId)).toEqual(before);
  });
}
