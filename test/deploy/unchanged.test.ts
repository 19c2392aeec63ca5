import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Connection } from '../../src/deploy/connection.ts';
import { deployHost } from '../../src/deploy/deploy.ts';
import { localHost } from '../../src/deploy/host/local.ts';
import type { Settings } from '../../src/deploy/settings.ts';
import { readSource } from '../../src/deploy/source.ts';
import { alreadyRuns } from '../../src/deploy/unchanged.ts';
import { fileAlone } from '../support/file-alone.ts';

let root: string;
let target: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'unchanged-'));
  await mkdir(join(root, 'bin'));
  target = join(root, 'bin', 'service');
  await copyFile(
    execFileSync('sh', ['-c', 'command -v sleep'], { encoding: 'utf8' })
      .trim()
      .replace(/^(?!\/)/, '/bin/'),
    join(root, 'new'),
  );
});
afterEach(async () => {
  for (const pid of await readdir('/proc')) {
    const exe = await readlink(`/proc/${pid}/exe`).catch(() => '');
    if (exe.startsWith(`${root}/`)) process.kill(Number(pid), 'SIGKILL');
  }
  await rm(root, { recursive: true, force: true });
});

const settings = (): Settings => ({
  ...fileAlone(join(root, 'new'), target),
  restart: { kind: 'process', userUnit: false, command: ['./service', '1000'], graceMs: 500 },
  proof: { settleMs: 50 },
  keep: 2,
  lock: { expiryMs: 60_000, waitMs: 1_000 },
});

test('an unchanged host is told by one command, without a hash, and anything doubtful is looked at closely', async () => {
  const local = localHost({ PATH: process.env.PATH, HOME: root });
  const commands: (readonly string[])[] = [];
  const counted = {
    ...local,
    run: (argv: readonly string[], options?: object) => {
      commands.push(argv);
      return local.run(argv, options);
    },
  };
  const connection = new Connection('here', async () => counted, { attempts: 1, pauseMs: 1 });
  const source = await readSource(join(root, 'new'), local, join(root, 'cache'));
  const work = { settings: settings(), local, report: { begin() {}, end() {}, progress() {} } };
  expect(await deployHost(connection, source, work)).toMatchObject({ outcome: 'deployed', error: null });

  commands.length = 0;
  expect(await deployHost(connection, source, work)).toMatchObject({
    outcome: 'unchanged',
    changed: false,
    bytesSent: 0,
  });
  expect(commands).toHaveLength(1);

  const clear = async (change: Partial<Settings> = {}) =>
    (await alreadyRuns(connection, source, { ...settings(), ...change })).same;
  expect(await clear()).not.toBeNull();
  expect(await clear({ force: true })).toBeNull();
  expect(await clear({ mode: '0700' })).toBeNull();
  // Another deploy is under way, or its lock was left behind: that is seen to.
  const lock = join(root, 'bin', '.service.deploy', 'lock');
  await mkdir(lock);
  await utimes(lock, 0, 0);
  expect(await clear()).toBeNull();
  expect(await deployHost(connection, source, work)).toMatchObject({ outcome: 'unchanged', error: null });
  expect(await readdir(join(root, 'bin', '.service.deploy'))).not.toContain('lock');
  const health = { url: 'http://127.0.0.1:1/', status: 200, timeoutMs: 1, samples: 1, intervalMs: 1 };
  expect(await clear({ proof: { settleMs: 0, health } })).toBeNull();
  // Written since: the record is not this file's any more.
  const { mtime } = await stat(target);
  await utimes(target, mtime, new Date(mtime.getTime() + 5_000));
  expect(await clear()).toBeNull();
  await writeFile(join(root, 'bin', '.service.deploy', 'state'), '');
  expect(await clear()).toBeNull();
});
