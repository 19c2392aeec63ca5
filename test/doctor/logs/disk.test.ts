import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { diskStore } from '../../../src/doctor/logs/disk.ts';

let directory: string;
let logs: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'logs-'));
  logs = join(directory, 'actions_log');
  await mkdir(join(logs, 'alice/demo/07'), { recursive: true });
  await writeFile(join(logs, 'alice/demo/07/7.log'), 'content');
  await writeFile(join(directory, 'secret'), 'secret');
  await mkdir(join(directory, 'actions_log-other'));
  await writeFile(join(directory, 'actions_log-other/7.log'), 'other');
  await symlink(join(directory, 'secret'), join(logs, 'alice/link.log'));
  await symlink(directory, join(logs, 'alice/up'));
  await symlink('demo/07/7.log', join(logs, 'alice/inside.log'));
  execFileSync('mkfifo', [join(logs, 'alice/pipe.log')]);
});
afterAll(() => rm(directory, { recursive: true }));

test('a log is read by its stored name', async () => {
  const file = await diskStore(logs).open('alice/demo/07/7.log', 1);
  expect(file!.size).toBe(7);
  expect((await file!.read(3, 100)).toString()).toBe('tent');
  await file!.close();
});

test('a log that is not there is undefined', async () => {
  expect(await diskStore(logs).open('alice/demo/08/8.log', 1)).toBeUndefined();
  expect(await diskStore(logs).open('alice/demo/07/7.log/8.log', 1)).toBeUndefined();
});

test.each([
  '../secret',
  'alice/../../secret',
  'alice/demo/..',
  '..',
  '../actions_log-other/7.log',
  '/etc/passwd',
  'alice\\..\\..\\secret',
  'alice/link.log',
  'alice/up/secret',
  'alice/\0',
  '',
])('the name %j is refused', async (name) => {
  await expect(diskStore(logs).open(name, 1)).rejects.toMatchObject({
    kind: 'unknown',
    message: expect.stringMatching(/leads out of/),
  });
});

test('a link that stays inside is followed, also where the directory itself is one', async () => {
  await symlink(logs, join(directory, 'linked'));
  for (const root of [logs, join(directory, 'linked')]) {
    const file = await diskStore(root).open('alice/inside.log', 1);
    expect(file!.size).toBe(7);
    await file!.close();
  }
});

test('what is not a file is not read, and does not make it wait', async () => {
  for (const name of ['alice/pipe.log', 'alice/demo'])
    await expect(diskStore(logs).open(name, 1)).rejects.toMatchObject({
      message: expect.stringMatching(/not a regular file/),
    });
});

test('a directory that is not there is an error of its own', async () => {
  await expect(diskStore(join(directory, 'nowhere')).open('x.log', 1)).rejects.toMatchObject({
    kind: 'unknown',
    message: expect.stringMatching(/does not exist/),
    fix: expect.stringMatching(/--log-dir/),
  });
});
