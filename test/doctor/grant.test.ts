import { expect, test } from 'vitest';
import { buildInstance } from '../../demo/forgejo/instance.ts';
import * as situations from '../../demo/forgejo/rows.ts';
import type { Generation } from '../../demo/forgejo/schema.ts';
import { startApiServer } from '../support/api-server.ts';
import { embeddedDatabase } from '../support/database.ts';
import { doctor, stateDirectory } from '../support/doctor.ts';
import { play } from '../support/situation.ts';

// The embedded server has one session for all of its connections, so that a role that is set holds for ci-doctor too.
test.each<Generation>(['v12', 'v17'])(
  'on %s both roles see all that a look at a failed run reads',
  async (generation) => {
    const database = await embeddedDatabase();
    const { url, schema } = database;
    const instance = buildInstance({ generation, now: Math.floor(Date.now() / 1_000), size: 20 });
    await database.load(instance.server);
    const [reader, repairer] = [`reader_${generation}`, `repairer_${generation}`];
    const argv = ['grant', '--json', '--reader', reader, '--repairer', repairer];
    const { json } = await doctor(url, argv, { schema });
    for (const statement of [...json.read, ...json.repair]) await database.query(statement);
    const failed = String(instance.runs.failed.run.id);
    const lines = [
      ['show', failed],
      ['diagnose', failed],
      ['diagnose', '--since', '7d'],
      ['stuck'],
      ['reset', '--all-stuck', '--dry-run'],
    ];
    const seen = () =>
      Promise.all(
        lines.map(async (line) => {
          const { exit, err } = await doctor(url, [...line, '--json'], { schema });
          return { line, exit, err };
        }),
      );
    const administrator = await seen();
    for (const role of [reader, repairer]) {
      await database.query(`SET ROLE ${role}`);
      expect(await seen()).toEqual(administrator);
      await database.query('RESET ROLE');
    }
    await database.query(`SET ROLE ${reader}`);
    const unwritten = await doctor(url, ['reset', String(instance.runs.stuck.run.id), '--yes'], { schema });
    await database.query('RESET ROLE');
    expect(unwritten).toMatchObject({ exit: 2, out: '' });
    expect(unwritten.err).toMatch(/lacks a privilege .*: it may not write action_task\.status, .* and \d+ more\./);
    await database.query(`REVOKE SELECT (created) ON action_run_job FROM ${reader}`);
    await database.query(`SET ROLE ${reader}`);
    const refused = await doctor(url, ['diagnose', failed], { schema });
    await database.query('RESET ROLE');
    expect(refused).toMatchObject({ exit: 2 });
    expect(refused.err).toContain('it may not read action_run_job.created.');
    expect(refused.err).toContain('"ci-doctor grant" prints the statements');
    await database.drop();
  },
);

test('what Forgejo ended itself is told, also where the role may not repair the others', async () => {
  const ids: number[] = [];
  const { database } = await play('v17', (scene) => {
    for (const _ of ['first', 'second']) ids.push(situations.stuckRun(scene).run.id);
    return { id: ids[0]! };
  });
  const { url, schema } = database;
  const { json } = await doctor(url, ['grant', '--json', '--reader', 'looks_only', '--repairer', 'unused'], { schema });
  for (const statement of json.read) await database.query(statement);
  // Forgejo cancels the first run, and does not know the other.
  const server = await startApiServer(async ({ path }) => {
    if (!path.endsWith(`/actions/runs/${ids[0]}/cancel`)) return undefined;
    await database.query('RESET ROLE');
    await database.query('UPDATE action_run_job SET status = 3 WHERE run_id = $1', [ids[0]]);
    await database.query('UPDATE action_run SET status = 3 WHERE id = $1', [ids[0]]);
    await database.query('SET ROLE looks_only');
    return { status: 204 };
  });
  const env = {
    CI_DOCTOR_DATABASE_URL: url,
    FORGEJO_CI_TOOLKIT_STATE: stateDirectory,
    FORGEJO_URL: server.url,
    FORGEJO_TOKEN: 'a-token-of-this-test',
  };
  await database.query('SET ROLE looks_only');
  const argv = ['reset', ...ids.map(String), '--to', 'cancelled', '--yes', '--json'];
  const answer = await doctor(url, argv, { schema, env });
  await database.query('RESET ROLE');
  await server.close();
  expect(answer, answer.err).toMatchObject({
    exit: 1,
    json: {
      runs: [
        { runId: ids[0], by: 'api', after: { status: 'cancelled' } },
        { runId: ids[1], after: { status: 'running' }, error: expect.stringContaining('lacks a privilege') },
      ],
    },
  });
  await database.drop();
});
