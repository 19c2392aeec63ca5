import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildInstance, type Instance, loadInstance, writeLogs } from '../../../demo/forgejo/instance.ts';
import { openHost } from '../../../src/deploy/host/open.ts';
import { reach } from '../../../src/deploy/host/tunnel.ts';
import { parseVia } from '../../../src/deploy/host/via.ts';
import { doctor, stateDirectory } from '../../support/doctor.ts';
import { type Lxd, startLxd } from '../../support/lxd.ts';
import { realDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/test-database.ts';

let lxd: Lxd;
let directory: string;
let instance: Instance;
let database: TestDatabase;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'container-'));
  instance = buildInstance({ generation: 'v17', now: Math.floor(Date.now() / 1_000), size: 20 });
  database = await realDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await loadInstance(client, instance, { schema: database.schema });
  await client.end();
  await writeLogs(instance, join(directory, 'actions_log'));
  lxd = await startLxd();
  await lxd.launch('alm');
  await lxd.lxc(
    'file',
    'push',
    '--recursive',
    '--create-dirs',
    join(directory, 'actions_log'),
    'alm/opt/gbo/data/data/',
  );
});
afterAll(async () => {
  await lxd?.stop();
  await rm(directory, { recursive: true, force: true });
});

const env = () => ({ PATH: process.env.PATH, HOME: homedir(), ...lxd.env });

test('a log inside a container is read to the same bytes as here', async () => {
  const { run, job } = instance.runs.failed;
  const logs = (argv: readonly string[]) =>
    doctor(database.url, ['logs', String(run.id), '--job', String(job.id), ...argv], {
      env: { ...env(), CI_DOCTOR_DATABASE_URL: database.url, FORGEJO_CI_TOOLKIT_STATE: stateDirectory },
    });
  const inside = ['--log-via', 'lxc:alm', '--log-dir', '/opt/gbo/data/data/actions_log'];
  for (const selection of [[], ['--failed', '--tail', '100']]) {
    const here = await logs(['--log-dir', join(directory, 'actions_log'), ...selection]);
    const there = await logs([...inside, ...selection]);
    expect({ exit: there.exit, err: there.err }).toEqual({ exit: 0, err: '' });
    expect(here.out.length).toBeGreaterThan(1_000);
    expect(there.out === here.out).toBe(true);
  }
  await lxd.lxc('exec', 'alm', '--', 'rm', '-r', '/opt/gbo/data/data/actions_log');
  expect(await logs(inside)).toMatchObject({
    exit: 2,
    err: expect.stringMatching(/log directory \/opt\/gbo\/data\/data\/actions_log does not exist in lxc:alm/),
  });
});

test('a port that only the container sees is reached through a program in it', async () => {
  const host = await openHost(parseVia('lxc:alm'), {
    env: env(),
    execPrefix: [],
    ssh: { person: { user: 'root', home: directory } },
  });
  try {
    await lxd.lxc('exec', 'alm', '--', 'systemctl', 'start', 'ssh');
    const channel = await reach(host, '127.0.0.1', 22);
    const [banner] = (await once(channel, 'data')) as [Buffer];
    expect(banner.toString()).toMatch(/^SSH-2\.0-OpenSSH/);
    channel.destroy();
    const closed = await reach(host, '127.0.0.1', 1);
    await expect(once(closed, 'end')).rejects.toThrow(/127\.0\.0\.1 port 1 in lxc:alm cannot be reached: .*refused/);
  } finally {
    await host.close();
  }
});
