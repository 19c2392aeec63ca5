import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Spool } from '../../../src/deploy/transfer/spool.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spool-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** More parts than stay in memory. */
const parts = Array.from({ length: 30 }, () => randomBytes(1000));
const turned = (part: Buffer) => Buffer.from(part).reverse();
const whole = Buffer.concat(parts.map(turned));

/** @param at path of the spool's file */
function shared(at: string) {
  const spool = new Spool(at);
  const read: number[] = [];
  const state = { fails: false };
  const frameAt = spool.share(async (part) => {
    if (state.fails) throw new Error('no memory');
    return turned(part);
  });
  /** @returns whether it got the right bytes */
  const host = async () => {
    const frames: Buffer[] = [];
    for (const index of parts.keys())
      frames.push(
        await frameAt(index, async () => {
          read.push(index);
          return parts[index]!;
        }),
      );
    return Buffer.concat(frames).equals(whole);
  };
  return { spool, read, host, state };
}

test('each part is read and compressed once, for hosts side by side and for one that comes later', async () => {
  const { spool, read, host } = shared(join(directory, 'zstd'));
  const all = [...(await Promise.all([host(), host(), host()])), await host()];
  expect(all).toEqual([true, true, true, true]);
  expect(read).toEqual([...parts.keys()]);
  await spool.remove();
  expect(await readdir(directory)).toEqual([]);
});

test('a frame that failed for one host is made again for the next', async () => {
  const { spool, read, host, state } = shared(join(directory, 'zstd'));
  state.fails = true;
  await expect(host()).rejects.toThrow('no memory');
  state.fails = false;
  expect(await host()).toBe(true);
  expect(read).toEqual([0, ...parts.keys()]);
  await spool.remove();
});

test('where no file can be written every host is served all the same', async () => {
  const { spool, host } = shared(join(directory, 'missing', 'zstd'));
  expect(await host()).toBe(true);
  expect(await host()).toBe(true);
  await spool.remove();
});
