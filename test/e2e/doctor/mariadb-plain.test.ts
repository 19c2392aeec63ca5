import { expect, test } from 'vitest';
import { play, stuckRun } from '../../../demo/forgejo/rows.ts';
import { doctor } from '../../support/doctor.ts';
import { mariaDb } from '../../support/mariadb.ts';
import { mysqlDatabase } from '../../support/other-database.ts';

test('a server without TLS: PREFERRED does without, REQUIRED does not', async () => {
  const database = mysqlDatabase(await mariaDb('--skip-ssl'));
  const { server } = play('v12', { now: Math.floor(Date.now() / 1_000) }, (scene) => stuckRun(scene));
  await database.load(server);
  const preferred = await doctor(`${database.url}?ssl-mode=PREFERRED`, ['runs']);
  expect(preferred.exit, preferred.err).toBe(0);
  const wrong = await doctor(`${database.url.replace(/:[^:@]+@/, ':quince-jelly@')}?ssl-mode=PREFERRED`, ['runs']);
  expect(wrong).toMatchObject({ exit: 2, err: expect.stringContaining('does not let user "forgejo" in') });
  const required = await doctor(`${database.url}?ssl-mode=REQUIRED`, ['runs']);
  expect(required).toMatchObject({ exit: 2, err: expect.stringContaining('the server does not speak TLS') });
});
