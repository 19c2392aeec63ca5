import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildInstance, type Instance, writeLogs } from '../../../demo/forgejo/instance.ts';
import { type Answer, doctor, stateDirectory } from '../../support/doctor.ts';
import { fakeContainer } from '../../support/fake-container.ts';
import { type Lxd, startLxd } from '../../support/lxd.ts';
import { type MariaDb, mariaDb } from '../../support/mariadb.ts';
import { mysqlDatabase } from '../../support/other-database.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import type { TestDatabase } from '../../support/test-database.ts';

let directory: string;
let logs: string;
let instance: Instance;
let server: MariaDb;
let database: TestDatabase;
let sshd: Sshd;

const inDirectory = (name: string) => join(directory, name);
const run = (argv: readonly string[], url = database.url, env: Record<string, string> = {}) =>
  doctor(url, argv, {
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      CI_DOCTOR_DATABASE_URL: url,
      FORGEJO_CI_TOOLKIT_STATE: stateDirectory,
      ...env,
    },
  });
const ssh = () => [
  '--via',
  `ssh://127.0.0.1:${sshd.port}`,
  '--identity',
  sshd.keyPath,
  '--known-hosts',
  sshd.knownHosts,
];
const encrypted = (query = '') => `mysql://only_tls:plum-jam@127.0.0.1:${server.port}/${database.schema}${query}`;
const logText = () => [
  'logs',
  String(instance.runs.failed.run.id),
  '--job',
  String(instance.runs.failed.job.id),
  '--log-dir',
  logs,
];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mariadb-via-'));
  logs = inDirectory('actions_log');
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=server',
      '-addext',
      'subjectAltName=DNS:localhost',
      '-keyout',
      'server.key',
      '-out',
      'server.crt',
    ],
    { cwd: directory, stdio: 'pipe' },
  );
  instance = buildInstance({ generation: 'v17', now: Math.floor(Date.now() / 1_000), size: 40 });
  [server, sshd] = await Promise.all([
    mariaDb(`--ssl-cert=${inDirectory('server.crt')}`, `--ssl-key=${inDirectory('server.key')}`),
    startSshd({ config: ['LogLevel DEBUG1'] }),
  ]);
  database = mysqlDatabase(server);
  await database.load(instance.server);
  await writeLogs(instance, logs);
  await server.sql(
    `CREATE USER only_tls@'127.0.0.1' IDENTIFIED BY 'plum-jam' REQUIRE SSL; GRANT ALL ON *.* TO only_tls@'127.0.0.1';`,
  );
});
afterAll(async () => {
  await sshd?.stop();
  await rm(directory, { recursive: true, force: true });
});

describe('behind SSH', () => {
  test('rows and log are those that are read from here, through one connection', async () => {
    const before = sshd.log().length;
    const there = await run([...logText(), ...ssh()]);
    const here = await run(logText());
    expect(there).toMatchObject({ exit: 0, err: '' });
    expect(here.out.length).toBeGreaterThan(1_000_000);
    expect(there.out === here.out).toBe(true);
    const said = sshd.log().slice(before);
    expect(said).toMatch(new RegExp(`target 127\\.0\\.0\\.1 port ${server.port}`));
    expect(said.match(/Accepted publickey/g)).toHaveLength(1);
  });

  test('as the app.ini of that host says', async () => {
    const { pathname, username, password } = new URL(database.url);
    await writeFile(
      inDirectory('app.ini'),
      `[database]\nDB_TYPE = mysql\nHOST = 127.0.0.1:${server.port}\nNAME = ${pathname.slice(1)}\nUSER = ${username}\nPASSWD = ${password}\n[actions]\n[storage.actions_log]\nPATH = ${logs}\n`,
    );
    const appIni = [...logText().slice(0, -2), ...ssh(), '--app-ini', inDirectory('app.ini')];
    const answer = await run(appIni, '');
    expect(answer).toMatchObject({ exit: 0, err: '' });
    expect(answer.out === (await run(logText())).out).toBe(true);
  });

  test('encrypted within', async () => {
    const trusted = `?ssl-mode=VERIFY_CA&ssl-ca=${inDirectory('server.crt')}`;
    expect(await run(['runs', ...ssh()], encrypted(trusted))).toMatchObject({ exit: 0, err: '' });
    expect(await run(['runs', ...ssh()], encrypted())).toMatchObject({
      exit: 2,
      err: expect.stringContaining('does not let user "only_tls" in'),
    });
  });

  test('a run is repaired and put back', async () => {
    const stuck = String(instance.runs.stuck.run.id);
    const rows = () => database.query('SELECT * FROM action_run_job WHERE run_id = $1 ORDER BY id', [stuck]);
    const before = await rows();
    const reset = await run(['reset', stuck, '--yes', '--json', ...ssh()]);
    expect(reset, reset.err).toMatchObject({ exit: 0, json: { applied: true } });
    expect(await rows()).not.toEqual(before);
    // Through another way to the same server: it is the server that the undo file knows, not the way.
    const undo = await run(['undo', reset.json.undoFile, '--yes', '--json']);
    expect(undo, undo.err).toMatchObject({ exit: 0, json: { applied: true } });
    const status = (all: readonly Record<string, unknown>[]) => all.map(({ status, task_id }) => [status, task_id]);
    expect(status(await rows())).toEqual(status(before));
  });

  test.each<[string, () => string, RegExp]>([
    [
      'a port where nothing listens',
      () => database.url.replace(`:${server.port}`, ':1'),
      /127\.0\.0\.1 port 1 cannot be reached from ssh:/,
    ],
    ['a wrong password', () => encrypted().replace('plum-jam', 'Quince-jelly'), /does not let user "only_tls" in/],
    [
      'a socket of that host',
      () => `${database.url}?socket=${encodeURIComponent(server.socket)}`,
      /cannot be reached through ssh:[\s\S]*host and port/,
    ],
  ])('%s: says so, and never the password', async (_, url, message) => {
    const { exit, out, err } = await run(['runs', ...ssh()], url());
    expect(exit).not.toBe(0);
    expect(err).toMatch(message);
    expect(out + err).not.toMatch(/uince|plum/);
  });
});

describe('in a container', () => {
  const reads = async (answer: Promise<Answer>) => {
    const { exit, err, json } = await answer;
    expect({ exit, err }).toEqual({ exit: 0, err: '' });
    const [{ count }] = (await database.query<{ count: number }>('SELECT count(*) AS count FROM action_run')) as [
      { count: number },
    ];
    expect(json.runs).toHaveLength(Number(count));
  };
  const all = ['runs', '--json', '--limit', '1000'];

  test.each(['nc', 'socat', 'perl', 'bash'])('that has %s alone', async (program) => {
    const bin = await fakeContainer(inDirectory(`with-${program}`), 'tables', ['cat', program]);
    await reads(run([...all, '--via', 'incus:tables'], database.url, { PATH: `${bin}:${process.env.PATH}` }));
  });

  test('on a host behind SSH', async () => {
    const bin = await fakeContainer(inDirectory('behind'), 'tables');
    const [, way, ...how] = ssh();
    const prefix = `env PATH=${bin}:/usr/bin:/bin`;
    await reads(run([...all, '--via', `${way}+incus:tables`, ...how, '--exec-prefix', prefix]));
  });

  describe('of LXD', () => {
    let lxd: Lxd;
    beforeAll(async () => {
      lxd = await startLxd();
      await lxd.launch('tables');
      // The server stands in the container: on its own loopback address, which no one else reaches.
      const to = [`listen=tcp:127.0.0.1:3306`, `connect=tcp:127.0.0.1:${server.port}`, 'bind=instance'];
      await lxd.lxc('config', 'device', 'add', 'tables', 'mariadb', 'proxy', ...to);
    });
    afterAll(() => lxd?.stop());

    test('whose server listens on its loopback address', async () => {
      const inside = database.url.replace(`:${server.port}`, ':3306');
      await reads(run([...all, '--via', 'lxc:tables'], inside, { HOME: homedir(), ...lxd.env }));
    });
  });
});
