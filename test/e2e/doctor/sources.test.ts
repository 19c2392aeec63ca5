import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildInstance, type Instance, loadInstance, writeLogs } from '../../../demo/forgejo/instance.ts';
import { type Answer, doctor, stateDirectory } from '../../support/doctor.ts';
import { fakeContainer } from '../../support/fake-container.ts';
import { type Minio, startMinio } from '../../support/minio.ts';
import { realDatabase } from '../../support/postgres.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import type { TestDatabase } from '../../support/test-database.ts';

let directory: string;
let logs: string;
let instance: Instance;
let database: TestDatabase;
let sshd: Sshd;
let minio: Minio;
let expected: Answer;

const inDirectory = (name: string) => join(directory, name);
const failedRun = () => String(instance.runs.failed.run.id);
const read = (argv: readonly string[], env: Record<string, string> = {}, url = database.url) =>
  doctor(url, ['logs', failedRun(), '--job', String(instance.runs.failed.job.id), ...argv], {
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
const aws = () => ({ AWS_ACCESS_KEY_ID: minio.accessKeyId, AWS_SECRET_ACCESS_KEY: minio.secretAccessKey });
const s3 = (base = 'forge/actions_log') => ['--log-s3', `s3://ci-logs/${base}?endpoint=${minio.endpoint}`];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sources-'));
  logs = inDirectory('logs');
  instance = buildInstance({ generation: 'v17', now: Math.floor(Date.now() / 1_000), size: 40 });
  database = await realDatabase({ name: 'PROD-ALM' });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await loadInstance(client, instance, { schema: database.schema });
  await client.end();
  await writeLogs(instance, logs);
  [sshd, minio] = await Promise.all([startSshd({ config: ['LogLevel DEBUG1'] }), startMinio()]);
  await minio.makeBucket('ci-logs');
  for (const entry of await readdir(logs, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      await minio.put('ci-logs', `forge/actions_log/${path.slice(logs.length + 1)}`, await readFile(path));
    }
  expected = await read(['--log-dir', logs]);
});
afterAll(async () => {
  await Promise.all([sshd?.stop(), minio?.stop()]);
  await rm(directory, { recursive: true, force: true });
});

test('the log that all of these read is long enough to be one', () => {
  expect(expected).toMatchObject({ exit: 0, err: '' });
  expect(expected.out.length).toBeGreaterThan(1_000_000);
});

const same = (answer: Answer) => {
  expect(answer.err).toBe('');
  expect(answer.exit).toBe(0);
  // Not toBe: the difference of two megabytes is no message.
  expect(answer.out === expected.out).toBe(true);
};

describe('the same log to the same bytes', () => {
  test('behind SSH, by SFTP, the database through the same connection', async () => {
    const before = sshd.log().length;
    same(await read([...ssh(), '--log-dir', logs]));
    const said = sshd.log().slice(before);
    expect(said).toMatch(new RegExp(`target 127\\.0\\.0\\.1 port ${new URL(database.url).port}`));
    expect(said.match(/Accepted publickey/g)).toHaveLength(1);
  });

  test('the logs behind SSH, the database from here', async () => {
    const [, way, ...how] = ssh();
    const before = sshd.log().length;
    same(await read(['--log-via', way!, ...how, '--log-dir', logs]));
    expect(sshd.log().slice(before)).not.toMatch(/target 127/);
  });

  test('in a container', async () => {
    const bin = await fakeContainer(inDirectory('all'), 'alm');
    same(await read(['--via', 'incus:alm', '--log-dir', logs], { PATH: `${bin}:${process.env.PATH}` }));
  });

  test('in a container that has little: no dd that counts bytes, and nothing but bash for the tunnel', async () => {
    const bin = await fakeContainer(inDirectory('poor'), 'alm', [
      'bash',
      'cat',
      'tail',
      'head',
      'wc',
      'readlink',
      'dirname',
    ]);
    same(await read(['--via', 'incus:alm', '--log-dir', logs], { PATH: `${bin}:${process.env.PATH}` }));
  });

  test('in a container on a host behind SSH', async () => {
    const bin = await fakeContainer(inDirectory('behind'), 'alm');
    const [, way, ...how] = ssh();
    const prefix = `env PATH=${bin}:/usr/bin:/bin`;
    same(await read(['--via', `${way}+incus:alm`, ...how, '--exec-prefix', prefix, '--log-dir', logs]));
  });

  test('in a bucket', async () => {
    same(await read(s3(), aws()));
    same(await read(s3('/forge/actions_log/'), aws()));
  });

  test('in a bucket that only a host behind SSH reaches', async () => {
    const before = sshd.log().length;
    same(await read([...ssh(), ...s3()], aws()));
    expect(sshd.log().slice(before)).toMatch(new RegExp(`target 127\\.0\\.0\\.1 port ${new URL(minio.endpoint).port}`));
  });

  test.each([
    ['[storage]', 'MINIO_BASE_PATH = forge'],
    ['[storage.actions_log]', 'MINIO_BASE_PATH = forge/actions_log/'],
  ])('as app.ini says, with the keys in %s', async (section, base) => {
    const { port, pathname, username, password } = new URL(database.url);
    await writeFile(
      inDirectory('app.ini'),
      [
        '[database]',
        'DB_TYPE = postgres',
        `HOST = 127.0.0.1:${port}`,
        `NAME = ${pathname.slice(1)}`,
        `USER = ${username}`,
        `PASSWD = ${password}`,
        section,
        'STORAGE_TYPE = minio',
        `MINIO_ENDPOINT = ${new URL(minio.endpoint).host}`,
        `MINIO_ACCESS_KEY_ID = ${minio.accessKeyId}`,
        `MINIO_SECRET_ACCESS_KEY = ${minio.secretAccessKey}`,
        'MINIO_BUCKET = ci-logs',
        base,
      ].join('\n'),
    );
    const appIni = ['--app-ini', inDirectory('app.ini')];
    same(await read(appIni));
    // Read on the host behind SSH, whose database and bucket it names.
    same(await read([...ssh(), ...appIni]));
  });
});

test('of a long log no more is fetched over a network than is read from a disk', async () => {
  const failed = ['--failed', '--tail', '100', '--json'];
  const { json } = await read(['--log-dir', logs, ...failed]);
  const [{ log, lines }] = json.jobs;
  expect(lines).toHaveLength(100);
  expect(log.bytesRead).toBeLessThan(log.size / 20);
  for (const answer of [
    await read([...ssh(), '--log-dir', logs, ...failed]),
    await read([...s3(), ...failed], aws()),
  ]) {
    expect(answer.json.jobs[0].lines).toEqual(lines);
    expect(answer.json.jobs[0].log.bytesRead).toBe(log.bytesRead);
  }
});

describe('what is not there is said', () => {
  test.each([
    ['a bucket', ['--log-s3', 's3://no-such-bucket/x'], /There is no bucket "no-such-bucket"/, /MINIO_BUCKET/],
    ['a directory', ['--log-dir', '/no/such'], /log directory \/no\/such does not exist on ssh:/, /--log-dir/],
  ])('%s', async (_, argv, what, fix) => {
    const via = argv[0] === '--log-dir' ? ssh() : [];
    const answer = await read(
      [...via, argv[0]!, argv[0] === '--log-s3' ? `${argv[1]}?endpoint=${minio.endpoint}` : argv[1]!],
      aws(),
    );
    expect(answer.exit).toBe(2);
    expect(answer.err).toMatch(what);
    expect(answer.err).toMatch(fix);
  });

  test('a key that is refused', async () => {
    const answer = await read(s3(), { ...aws(), AWS_SECRET_ACCESS_KEY: 'wrong-sloe-gin' });
    expect(answer).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/answers with 403.*the access key may not read there, or is wrong/),
    });
    expect(answer.err).not.toContain('sloe');
  });

  test('a log that is missing in the bucket', async () => {
    expect(await read(s3('elsewhere'), aws())).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/Forgejo says that the log .* is stored, but it is not in the bucket ci-logs at http/),
    });
  });

  test('a database port where nothing listens, seen from the host', async () => {
    const url = new URL(database.url);
    url.port = '1';
    const answer = await read([...ssh(), '--log-dir', logs], {}, url.href);
    expect(answer.exit).not.toBe(0);
    expect(answer.err).toMatch(/127\.0\.0\.1 port 1 cannot be reached from ssh:/);
    const bin = await fakeContainer(inDirectory('nothing'), 'tables', ['hostname']);
    const none = await read(['--via', 'incus:tables', '--log-dir', logs], { PATH: `${bin}:${process.env.PATH}` });
    expect(none).toMatchObject({
      exit: 2,
      err: expect.stringMatching(
        /Nothing in incus:tables can carry a connection.*Tried:.* nc \(not installed\); socat .*; perl .*; bash/,
      ),
    });
  });
});

test.each(['nc', 'socat', 'perl', 'bash'])('the database of a container is reached with %s alone', async (program) => {
  const bin = await fakeContainer(inDirectory(`with-${program}`), 'tables', ['cat', program]);
  const { out, err, exit } = await doctor(
    database.url,
    ['runs', '--json', '--limit', '1000', '--via', 'incus:tables'],
    {
      env: { PATH: `${bin}:${process.env.PATH}`, HOME: directory, CI_DOCTOR_DATABASE_URL: database.url },
    },
  );
  expect(err).toBe('');
  expect(exit).toBe(0);
  expect(JSON.parse(out).runs).toHaveLength(
    Number((await database.query<{ count: number }>('SELECT count(*) FROM action_run'))[0]!.count),
  );
});
