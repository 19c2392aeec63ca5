import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { buildInstance, loadInstance } from '../../../demo/forgejo/instance.ts';
import type { Generation } from '../../../demo/forgejo/schema.ts';
import { doctor } from '../../support/doctor.ts';
import { realCluster, realDatabase } from '../../support/postgres.ts';

const statuses = async (client: pg.Client) =>
  (await client.query('SELECT id, status, task_id FROM action_run_job ORDER BY id')).rows;

async function scene(generation: Generation) {
  const database = await realDatabase();
  const instance = buildInstance({ generation, now: Math.floor(Date.now() / 1_000), size: 20 });
  const admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  await loadInstance(admin, instance);
  const names = { reader: `reader_${generation}`, repairer: `repairer_${generation}` };
  const { json } = await doctor(database.url, [
    ...['grant', '--json', '--reader', names.reader, '--repairer', names.repairer],
  ]);
  for (const statement of [...json.read, ...json.repair]) await admin.query(statement);
  const as = async (role: string) => {
    await admin.query(`ALTER ROLE "${role}" PASSWORD 'of-the-test'`);
    const url = new URL(database.url);
    url.username = role;
    url.password = 'of-the-test';
    return url.href;
  };
  return {
    ...{ database, instance, admin, grants: json as { read: string[]; repair: string[] }, names },
    reader: await as(names.reader),
    repairer: await as(names.repairer),
    async end() {
      await admin.end();
      await database.drop();
      const { psql } = await realCluster();
      await psql('postgres', '-c', `DROP ROLE ${names.repairer}`, '-c', `DROP ROLE ${names.reader}`);
    },
  };
}

/** Every column that a list of GRANT … (columns) ON table statements gives. */
const granted = (statements: readonly string[], privilege: string) =>
  statements.flatMap((statement) => {
    const [, columns, table] = new RegExp(`^GRANT ${privilege} \\((.*)\\) ON (\\S+) TO`).exec(statement) ?? [];
    return (columns ?? '').split(', ').flatMap((column) => (column ? [{ table: table!, column }] : []));
  });

describe.each<Generation>(['v12', 'v17'])('on %s', (generation) => {
  test('the reader looks and cannot repair; the repairer repairs and undoes', async () => {
    const { admin, instance, reader, repairer, end } = await scene(generation);
    const run = instance.runs.stuck.run.id;
    for (const line of [
      ['runs', '--actor', 'editor', '--since', '7d'],
      ['show', String(instance.runs.rerun.id)],
      ['show', String(run)],
      ['logs', String(run), '--job', 'build', '--tail', '1'],
      ['stuck'],
      ['reset', String(run), '--dry-run'],
    ]) {
      const { exit, err } = await doctor(reader, [...line, '--json']);
      expect(exit, `${line.join(' ')}: ${err}`).toBe(line[0] === 'stuck' ? 1 : 0);
    }
    const before = await statuses(admin);
    const refused = await doctor(reader, ['reset', String(run), '--yes', '--json']);
    expect(refused.exit).not.toBe(0);
    expect(refused.err).toContain('permission denied');
    expect(await statuses(admin)).toEqual(before);

    // The row that announces the queue is missing: it is inserted.
    await admin.query('DELETE FROM action_tasks_version');
    for (const to of ['auto', 'cancelled']) {
      const reset = await doctor(repairer, ['reset', String(run), '--to', to, '--yes', '--json']);
      expect(reset.exit, reset.err).toBe(0);
      expect(reset.json).toMatchObject({ applied: true });
      expect(reset.err).not.toContain('could not');
      expect(await doctor(repairer, ['undo', reset.json.undoFile, '--yes'])).toMatchObject({ exit: 0 });
    }
    expect(await statuses(admin)).toEqual(before);
    await end();
  });

  test('no column can be read for nothing: without it some look fails', async () => {
    const { admin, instance, reader, names, grants, end } = await scene(generation);
    const { stuck, rerun } = instance.runs;
    const looks = [
      ['stuck'],
      ['show', String(rerun.id)],
      ['logs', String(stuck.run.id), '--job', 'build', '--tail', '1'],
      ['runs', '--actor', 'editor', '--repository', 'tide-tables', '--limit', '1'],
      ['reset', String(stuck.run.id), '--to', 'cancelled', '--dry-run'],
    ];
    const idle: string[] = [];
    for (const { table, column } of granted(grants.read, 'SELECT')) {
      // Read where it may be, and not where it may not: how a generation is told.
      if (table.endsWith('"forgejo_version"')) continue;
      await admin.query(`REVOKE SELECT (${column}) ON ${table} FROM "${names.reader}"`);
      let needed = false;
      for (const look of looks) {
        const { err } = await doctor(reader, look);
        if (/permission denied|lacks a privilege/.test(err)) {
          needed = true;
          break;
        }
      }
      if (!needed) idle.push(`${table}.${column}`);
      await admin.query(`GRANT SELECT (${column}) ON ${table} TO "${names.reader}"`);
    }
    expect(idle).toEqual([]);
    await end();
  });
});
