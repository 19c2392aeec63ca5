import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type newScene, play, stuckRun } from '../../../demo/forgejo/rows.ts';
import { quoteAll } from '../../../src/common/quote.ts';
import { realDatabase } from '../../support/postgres.ts';

const command = fileURLToPath(new URL('../../../dist/ci-doctor.js', import.meta.url));

/** The built command on a terminal of its own (script(1)), with what a person types. */
async function onTerminal(argv: readonly string[], typed: string, env: Record<string, string>) {
  const child = spawn('script', ['-qec', quoteAll([process.execPath, command, ...argv]), '/dev/null'], {
    env: { PATH: process.env.PATH, TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // A terminal echoes and keeps what is typed before it is asked for.
  child.stdin.write(typed);
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { out, code };
}

test('a person is shown the plan and asked; only a yes changes anything', async () => {
  const { server, result } = play(
    'v17',
    { now: Math.floor(Date.now() / 1_000) },
    (scene: ReturnType<typeof newScene>) => stuckRun(scene),
  );
  const database = await realDatabase();
  await database.load(server);
  const state = mkdtempSync(join(tmpdir(), 'state-'));
  const env = { CI_DOCTOR_DATABASE_URL: database.url, XDG_STATE_HOME: state };
  const job = async () =>
    (await database.query('SELECT status FROM action_run_job WHERE id = $1', [result.job.id]))[0]!.status;

  const no = await onTerminal(['reset', String(result.run.id)], 'n\n', env);
  expect(no.out).toContain('[y/N]');
  expect([no.code, await job()]).toEqual([0, 6]);

  const yes = await onTerminal(['reset', String(result.run.id)], 'y\n', env);
  expect(yes.out).toMatch(/BEGIN;[\s\S]*\[y\/N\]/);
  expect([yes.code, await job()]).toEqual([0, 5]);

  const [file] = readdirSync(state, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.undo.jsonl'),
  );
  const back = await onTerminal(['undo', join(state, file!)], 'y\n', env);
  expect([back.code, await job()]).toEqual([0, 6]);
  rmSync(state, { recursive: true });
  await database.drop();
});
