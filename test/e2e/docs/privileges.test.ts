import { readFileSync } from 'node:fs';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { buildInstance, loadInstance } from '../../../demo/forgejo/instance.ts';
import type { Generation } from '../../../demo/forgejo/schema.ts';
import { doctor } from '../../support/doctor.ts';
import { realCluster, realDatabase } from '../../support/postgres.ts';

/** The GRANT statements of the page, by the comment they begin with. */
const page = readFileSync(new URL('../../../docs/ci-doctor.md', import.meta.url), 'utf8');
const grants = new Map(
  [...page.matchAll(/^```sql\n-- ([^:\n]+):[^\n]*\n([\s\S]*?)^```$/gm)].map(([, name, sql]) => [name!, sql!]),
);

const looking = (run: number, failed: number) => [
  ['runs', '--actor', 'editor', '--since', '7d'],
  ['show', String(failed)],
  ['logs', String(run), '--job', 'build', '--tail', '1'],
  ['stuck'],
];

const statuses = async (client: pg.Client) =>
  (await client.query('SELECT id, status, task_id FROM action_run_job ORDER BY id')).rows;

describe.each<Generation>(['v12', 'v17'])('on %s', (generation) => {
  test('the privileges that docs/ci-doctor.md lists suffice to look, and then to repair and undo', async () => {
    const database = await realDatabase();
    const instance = buildInstance({ generation, now: Math.floor(Date.now() / 1_000), size: 40 });
    const admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await loadInstance(admin, instance);
    await admin.query(`CREATE ROLE ci_doctor LOGIN PASSWORD 'of-the-test'`);
    await admin.query(grants.get('look')!);
    const url = new URL(database.url);
    url.username = 'ci_doctor';
    url.password = 'of-the-test';

    const run = instance.runs.stuck.run.id;
    for (const line of looking(run, instance.runs.rerun.id)) {
      const { exit, err } = await doctor(url.href, [...line, '--json']);
      expect(exit, `${line.join(' ')}: ${err}`).toBe(line[0] === 'stuck' ? 1 : 0);
    }
    const before = await statuses(admin);
    const refused = await doctor(url.href, ['reset', String(run), '--yes', '--json']);
    expect(refused.exit).not.toBe(0);
    expect(refused.err).toContain('permission denied');
    expect(await statuses(admin)).toEqual(before);

    await admin.query(grants.get('repair')!);
    await admin.query(grants.get(`${generation} line`)!);
    // The row that announces the queue is missing: it is inserted.
    await admin.query('DELETE FROM action_tasks_version');
    for (const to of ['auto', 'cancelled']) {
      const reset = await doctor(url.href, ['reset', String(run), '--to', to, '--yes', '--json']);
      expect(reset.exit, reset.err).toBe(0);
      expect(reset.json).toMatchObject({ applied: true });
      const undo = await doctor(url.href, ['undo', reset.json.undoFile, '--yes', '--json']);
      expect(undo.exit, undo.err).toBe(0);
      expect(undo.json).toMatchObject({ applied: true });
    }
    expect(await statuses(admin)).toEqual(before);
    await admin.end();
    await database.drop();
    await (await realCluster()).psql('postgres', '-c', 'DROP ROLE ci_doctor');
  });
});
