import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { play, runningRun, stuckRun } from '../../../demo/forgejo/rows.ts';
import { doctor } from '../../support/doctor.ts';
import { sqliteDatabase } from '../../support/other-database.ts';

/** A program that writes to the file all the time, as a Forgejo with running jobs does. */
function liveServer(path: string) {
  const program = fileURLToPath(new URL('../../support/sqlite-server.mjs', import.meta.url));
  // Longer than Forgejo's own half second: whether that is enough is a matter of the machine, which a test must not be.
  const child = spawn(process.execPath, [program, path, '10000'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const output = text(child.stdout);
  return {
    ready: once(child.stdout, 'data'),
    async stop(): Promise<{ commits: number; refused: number; longestWaitMs: number }> {
      child.stdin.end();
      return JSON.parse((await output).split('\n')[1]!);
    },
  };
}

const count = 4;

describe.each(['delete', 'wal'])('beside a server that writes all the time, with the journal %s', (journal) => {
  test('several doctors repair every run once, and no update is lost', async () => {
    const { server, result } = play('v17', { now: Math.floor(Date.now() / 1_000) }, (scene) => {
      const runs = Array.from({ length: count }, () => stuckRun(scene).run);
      runningRun(scene);
      return runs;
    });
    const database = await sqliteDatabase({ journal });
    await database.load(server);
    const version = async () =>
      (await database.query('SELECT version FROM action_tasks_version WHERE owner_id = 0 AND repo_id = 0'))[0]!
        .version as number;
    const before = await version();

    const live = liveServer(database.path);
    await live.ready;
    const doctors = await Promise.all(
      [0, 1, 2].map(() => doctor(database.url, ['reset', ...result.map(({ id }) => String(id)), '--yes', '--json'])),
    );
    const forgejo = await live.stop();
    console.log(
      `journal ${journal}: the server committed ${forgejo.commits} times, waited ${forgejo.longestWaitMs} ms at most`,
    );

    expect(doctors.map(({ exit, err }) => [exit, /not repaired/.test(err)])).toEqual([0, 1, 2].map(() => [0, false]));
    const committed = doctors.flatMap(({ err }) =>
      [...err.matchAll(/run (\d+)\): [1-9]\d* statements? committed/g)].map(([, id]) => Number(id)),
    );
    expect(forgejo.refused).toBe(0);
    expect(forgejo.commits).toBeGreaterThan(0);
    const jobs = await database.query(
      `SELECT run_id, attempt, status FROM action_run_job WHERE run_id <= ${result.at(-1)!.id} AND attempt > 1`,
    );
    expect(jobs).toEqual(result.map(({ id }) => ({ run_id: id, attempt: 2, status: 5 })));
    // One bump for each repair, and every one of the server's own.
    expect(await version()).toBe(before + forgejo.commits + committed.length);
    await database.drop();
  });
});
