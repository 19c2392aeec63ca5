import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { breakLock, type Lock, readLock, takeLock } from '../../src/deploy/lock.ts';
import type { Remote } from '../../src/deploy/remote.ts';
import { localRemote } from '../support/local-remote.ts';

const origin = { by: 'alice', commit: null, runUrl: 'https://forge.example.org/o/r/actions/runs/7' };
const settings = { expiryMs: 60_000, waitMs: 0 };
let root: string;
let remote: Remote;
let bootId: string;
let held: Lock[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lock-'));
  remote = newRemote();
  await mkdir(remote.layout.releases, { recursive: true });
  bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  held = [];
});
afterEach(async () => {
  for (const lock of held) await lock.release().catch(() => {});
  await rm(root, { recursive: true });
});

const newRemote = () => localRemote(join(root, 'a target'));

async function take(more: Partial<typeof settings> = {}): Promise<Lock> {
  const lock = await takeLock(newRemote(), { ...settings, ...more }, origin, 'deploy', bootId);
  held.push(lock);
  return lock;
}

const confirm = async (lock: Lock) => await remote.together([await lock.guard()]);
const owner = () => join(remote.layout.lock, 'owner');
const change = async (values: object) =>
  await writeFile(owner(), JSON.stringify({ ...JSON.parse(await readFile(owner(), 'utf8')), ...values }));

test('one holder at a time, who is named to the others', async () => {
  const first = await take();
  await expect(take()).rejects.toThrow(/locked by alice \(deploy, https:\/\/forge\.example\.org/);
  expect(await readLock(remote)).toMatchObject({ held: true, owner: { by: 'alice' }, dead: null });
  await confirm(first);
  await first.release();
  expect(existsSync(remote.layout.lock)).toBe(false);
  expect((await take()).inherited).toBeNull();
});

test('of many who come at once exactly one gets it', async () => {
  const ends = await Promise.allSettled(Array.from({ length: 6 }, () => take()));
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('who waits gets it when it is given back', async () => {
  const first = await take();
  const second = take({ waitMs: 20_000 });
  await first.release();
  await expect(second).resolves.toMatchObject({ inherited: null });
});

test.each([
  ['its keeper is gone', { keeper: { pid: 1, started: '0' } }, /connection is gone/],
  ['the host was started again', { bootId: 'another' }, /started again/],
])('a dead lock is taken over: %s', async (_, values, why) => {
  const first = await take();
  await change(values);
  const second = await take();
  expect(second.inherited).toMatch(why);
  // The former holder, should it come back, must not go on.
  await expect(confirm(first)).rejects.toThrow(/taken over/);
  await first.release();
  expect(existsSync(owner())).toBe(true);
  await confirm(second);
});

test('a holder that was not heard of for long is dead, by the age on the host alone', async () => {
  await take();
  const old = new Date(Date.now() - 120_000);
  await utimes(owner(), old, old);
  expect(await readLock(remote)).toMatchObject({ held: false, dead: expect.stringMatching(/no sign of life for 2m/) });
  expect((await take()).inherited).toMatch(/no sign of life/);
});

test('of many who find it dead exactly one takes it over', async () => {
  await take();
  await change({ bootId: 'another' });
  const ends = await Promise.allSettled(Array.from({ length: 6 }, () => take()));
  expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a lock that nobody ever signed does not last', async () => {
  await mkdir(remote.layout.lock);
  await expect(take()).rejects.toThrow(/has not signed/);
  const old = new Date(Date.now() - 60_000);
  await utimes(remote.layout.lock, old, old);
  expect((await take()).inherited).toMatch(/no owner/);
});

test('breaking it stops its holder before the next change', async () => {
  const lock = await take();
  expect(await breakLock(remote)).toMatchObject({ owner: { by: 'alice' } });
  expect(await breakLock(remote)).toBeNull();
  await expect(confirm(lock)).rejects.toThrow(/taken over/);
});
