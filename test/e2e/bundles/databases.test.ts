import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { play, stuckRun } from '../../../demo/forgejo/rows.ts';
import { mariaDb } from '../../support/mariadb.ts';
import { givenMysql, isMysqlGiven } from '../../support/mysql.ts';
import { mysqlDatabase, sqliteDatabase } from '../../support/other-database.ts';
import { realDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/test-database.ts';

// What the other tests run from its source, here as it is shipped: bundling leaves parts of the drivers out.
const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

const databases: Record<string, () => Promise<TestDatabase>> = {
  PostgreSQL: realDatabase,
  SQLite: sqliteDatabase,
  MariaDB: async () => mysqlDatabase(await mariaDb()),
  ...(isMysqlGiven && { MySQL: async () => mysqlDatabase(givenMysql()) }),
};

function run(file: string, args: readonly string[], env: Record<string, string>) {
  return new Promise<{ code: number; out: string }>((resolve) => {
    execFile(process.execPath, [path(file), ...args], { env: { PATH: process.env.PATH, ...env } }, (error, out, said) =>
      resolve({ code: error ? Number(error.code) : 0, out: out + said }),
    );
  });
}

describe.each(Object.entries(databases))('on %s', (_, make) => {
  test('the built command and the bundled action find a stuck run', async () => {
    const now = Math.floor(Date.now() / 1000);
    const { server, result } = play('v17', { now }, (scene) => stuckRun(scene).run);
    const database = await make();
    await database.load(server);
    const command = await run('dist/ci-doctor.js', ['stuck'], { CI_DOCTOR_DATABASE_URL: database.url });
    expect(command).toMatchObject({ code: 1, out: expect.stringContaining('runner-silent') });
    const action = await run('actions/ci-doctor/dist/index.mjs', [], {
      INPUT_COMMAND: 'show',
      INPUT_RUN: String(result.id),
      'INPUT_DATABASE-URL': database.url,
    });
    expect(action.out).toContain('runner-silent');
  });
});
