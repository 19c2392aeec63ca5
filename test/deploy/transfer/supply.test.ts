import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { localHost } from '../../../src/deploy/host/local.ts';
import { ReleaseCache } from '../../../src/deploy/transfer/cache.ts';
import { hashFile } from '../../../src/deploy/transfer/hash.ts';
import { Supply } from '../../../src/deploy/transfer/supply.ts';

let [root, source, cache, scratch] = ['', '', '', ''];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'supply-'));
  [source, cache, scratch] = [join(root, 'source'), join(root, 'cache'), join(root, 'scratch')];
  await writeFile(source, 'a release\n'.repeat(100));
  await mkdir(scratch);
  vi.stubEnv('TMPDIR', scratch);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

/** @param script what `zstd` does here when it is to make a delta */
async function supplyWith(script: string): Promise<Supply> {
  const tools = join(root, 'tools');
  await mkdir(tools);
  await writeFile(join(tools, 'zstd'), `#!/bin/sh\ncase "$*" in *--patch-from*) ${script} ;; esac\n`, { mode: 0o755 });
  return new Supply(source, localHost({ PATH: `${tools}:${process.env.PATH}` }), cache);
}

test('who ends the process leaves neither a delta that is being made nor its directory', async () => {
  const others = vi.fn();
  process.on('SIGINT', others);
  const file = await hashFile(source);
  await new ReleaseCache(cache).keep(file, 'a host');
  const supply = await supplyWith('exec sleep 600');
  const delta = await supply.delta(file.sha256, false);
  try {
    expect(await readdir(scratch)).toHaveLength(1);
    process.emit('SIGINT', 'SIGINT');
    expect(others).toHaveBeenCalledOnce();
    expect(await readdir(scratch)).toEqual([]);
    await vi.waitFor(() => expect(delta).toMatchObject({ failed: true }));
  } finally {
    await supply.close();
    process.off('SIGINT', others);
  }
});

test('a run that is over listens to no signal', async () => {
  const file = await hashFile(source);
  await new ReleaseCache(cache).keep(file, 'a host');
  const before = process.listenerCount('SIGINT');
  const supply = await supplyWith('exec sleep 600');
  await supply.delta(file.sha256, false);
  await supply.close();
  expect(process.listenerCount('SIGINT')).toBe(before);
  expect(await readdir(scratch)).toEqual([]);
});

test('what is used for one host is not taken away because another has this very file', async () => {
  const file = await hashFile(source);
  await new ReleaseCache(cache).keep(file, 'a host');
  const supply = await supplyWith('printf delta');
  const used = await supply.delta(file.sha256, false);
  supply.guess('a host', Promise.resolve({ file }));
  await supply.close();
  expect(await supply.delta(file.sha256, false)).toBe(used);
});

test('over a slow link the guess gives way to the denser delta, and stays where another host has asked for it', async () => {
  const file = await hashFile(source);
  await new ReleaseCache(cache).keep(file, 'a host');
  for (const isAsked of [false, true]) {
    const supply = await supplyWith('exec sleep 600');
    supply.guess('a host', new Promise(() => {}));
    await vi.waitFor(async () => expect((await readdir(scratch)).length).toBe(1));
    const [directory] = await readdir(scratch);
    await vi.waitFor(async () => expect(await readdir(join(scratch, directory!))).toHaveLength(1));
    const quick = isAsked && (await supply.delta(file.sha256, false));
    await supply.delta(file.sha256, true);
    const later = await supply.delta(file.sha256, false);
    if (isAsked) expect(later).toBe(quick);
    // One that had to be begun anew has a file of its own.
    expect(await readdir(join(scratch, directory!))).toHaveLength(isAsked ? 2 : 3);
    await supply.close();
    await rm(join(root, 'tools'), { recursive: true });
  }
});

test('without a place for its files each host has a compression of its own', async () => {
  vi.stubEnv('TMPDIR', join(root, 'gone'));
  const file = await hashFile(source);
  await new ReleaseCache(cache).keep(file, 'a host');
  const supply = await supplyWith('printf delta');
  expect(await supply.delta(file.sha256, false)).toBeNull();
  const frameAt = supply.share('zstd', async (part) => Buffer.from(part).reverse());
  expect((await frameAt(0, async () => Buffer.from('abc'))).toString()).toBe('cba');
  await supply.close();
});

test.each(['../../elsewhere', '/etc/passwd', 'file'])('a cache in which somebody made a link to %s', async (where) => {
  const kept = new ReleaseCache(cache);
  await kept.keep(await hashFile(source), 'a host');
  const name = (await readdir(cache)).find((one) => one.startsWith('last-'))!;
  await rm(join(cache, name));
  await symlink(where, join(cache, name));
  expect(await kept.last('a host')).toBeNull();
});
