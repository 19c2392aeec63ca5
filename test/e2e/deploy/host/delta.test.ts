import { randomBytes } from 'node:crypto';
import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nodeBinary } from '../../../../scripts/nodes.mjs';
import type { Host } from '../../../../src/deploy/host/host.ts';
import { localHost } from '../../../../src/deploy/host/local.ts';
import { ReleaseCache } from '../../../../src/deploy/transfer/cache.ts';
import { hashFile } from '../../../../src/deploy/transfer/hash.ts';
import { Supply } from '../../../../src/deploy/transfer/supply.ts';
import { transfer } from '../../../../src/deploy/transfer/transfer.ts';

const local = localHost({ PATH: process.env.PATH });
const far: Host = { ...local, name: 'far', networked: true };

let root: string;
let [old, next, staged, cache] = ['', '', '', ''];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'delta-'));
  [old, next, staged, cache] = ['old', 'next', 'a host/staged', 'cache'].map((name) => join(root, name)) as [
    string,
    string,
    string,
    string,
  ];
  await mkdir(join(root, 'a host'));
  // Nothing in it can be made smaller but by the file before it.
  const content = randomBytes(9_000_000);
  await writeFile(old, content);
  await writeFile(
    next,
    Buffer.concat([content.subarray(0, 4_000_000), Buffer.from('inserted'), content.subarray(4_000_100)]),
  );
});
afterEach(() => rm(root, { recursive: true }));

async function send(host: Host = far, here: Host = local) {
  const [source, base] = [await hashFile(next), await hashFile(old)];
  const supply = new Supply(next, here, cache);
  try {
    const result = await transfer(host, { source, staged, local, supply, base: { path: old, sha256: base.sha256 } });
    expect((await readFile(staged)).equals(await readFile(next))).toBe(true);
    expect(await readdir(join(root, 'a host'))).toEqual(['staged']);
    return result;
  } finally {
    await supply.close();
  }
}

test('a release that both sides have makes the next one small', async () => {
  await new ReleaseCache(cache).keep(await hashFile(old), 'somewhere');
  const { method, bytesSent } = await send();
  expect(method).toBe('delta');
  expect(bytesSent).toBeLessThan(20_000);
});

test('without the old release here the whole file is sent', async () => {
  expect(await send()).toMatchObject({ method: 'zstd' });
});

test('an old release that was damaged here costs time only', async () => {
  const { sha256 } = await hashFile(old);
  await mkdir(cache);
  await copyFile(old, join(cache, sha256));
  await appendFile(join(cache, sha256), 'x');
  // The delta is made from another file than the host has: what it makes there is not what was meant.
  const damaged = await readFile(join(cache, sha256));
  damaged.fill(1, 1_000, 5_000_000);
  await writeFile(join(cache, sha256), damaged);
  expect(await send()).toMatchObject({ method: 'zstd' });
});

test.each([
  ['has no zstd that reads it', 'zstd', 'exit 1'],
  ['has too little memory', 'cat', ''],
])('a host that %s gets the whole file', async (what, program, script) => {
  await new ReleaseCache(cache).keep(await hashFile(old), 'somewhere');
  const tools = join(root, 'tools');
  await mkdir(tools);
  if (script !== '') await writeFile(join(tools, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const host = localHost({ PATH: `${tools}:${process.env.PATH}` });
  const poor: Host = {
    ...host,
    name: 'poor',
    networked: true,
    run: (argv, options) =>
      host.run(argv, options).then((result) => ({
        ...result,
        stdout: what.includes('memory') ? result.stdout.replace(/^memory \d+$/m, 'memory 1000') : result.stdout,
      })),
  };
  const { method } = await send(poor);
  expect(method).toBe(what.includes('memory') ? 'zstd' : 'gzip');
});

test.each([
  ['is not worth it', 'head -c 4000000 /dev/urandom'],
  ['breaks off', 'head -c 1000 /dev/urandom; exit 1'],
])('a delta that %s costs time only', async (_what, script) => {
  await new ReleaseCache(cache).keep(await hashFile(old), 'somewhere');
  const tools = join(root, 'tools');
  await mkdir(tools);
  await writeFile(join(tools, 'zstd'), `#!/bin/sh\ncase "$*" in *--patch-from*) ${script} ;; esac\n`, { mode: 0o755 });
  const { method } = await send(far, localHost({ PATH: `${tools}:${process.env.PATH}` }));
  expect(method).toBe('zstd');
});

test('several hosts share one delta', async () => {
  await new ReleaseCache(cache).keep(await hashFile(old), 'somewhere');
  const base = await hashFile(old);
  const supply = new Supply(next, local, cache);
  const [one, two] = await Promise.all([supply.delta(base.sha256, false), supply.delta(base.sha256, false)]);
  expect(one).toBe(two);
  await supply.close();
});

test('the delta from what a place got last is begun before that place was asked', async () => {
  const base = await hashFile(old);
  await new ReleaseCache(cache).keep(base, 'a host /opt/app');
  const begun: string[][] = [];
  const here: Host = {
    ...local,
    run: (argv, options) => {
      if (argv.includes('env')) begun.push([...argv]);
      return local.run(argv, options);
    },
  };
  const supply = new Supply(next, here, cache);
  supply.guess(
    'another host /opt/app',
    hashFile(next).then((file) => ({ file })),
  );
  supply.guess(
    'a host /opt/app',
    hashFile(next).then((file) => ({ file })),
  );
  await vi.waitFor(() => expect(begun).toHaveLength(1));
  const delta = await supply.delta(base.sha256, false);
  expect(delta).not.toBeNull();
  for await (const _ of delta!.read());
  expect(delta).toMatchObject({ failed: false });
  expect(begun).toHaveLength(1);
  await supply.close();
});

test('a place that got this very file last needs no delta, unless the file is brought once more', async () => {
  const same = await hashFile(old);
  await new ReleaseCache(cache).keep(same, 'a host /opt/app');
  const [begun, ended] = [vi.fn(), vi.fn()];
  const here: Host = {
    ...local,
    run: (argv, options) => {
      if (!argv.includes('env')) return local.run(argv, options);
      begun();
      return local.run(argv, options).finally(ended);
    },
  };
  const supply = new Supply(old, here, cache);
  let read = (_: { file: typeof same }) => {};
  supply.guess('a host /opt/app', new Promise((resolve) => (read = resolve)));
  await vi.waitFor(() => expect(begun).toHaveBeenCalled());
  read({ file: same });
  await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce());
  const again = await supply.delta(same.sha256, false);
  for await (const _ of again!.read());
  expect(begun).toHaveBeenCalledTimes(2);
  expect(again).toMatchObject({ failed: false });
  await supply.close();
});

test('the cache keeps the last eight, and what each place got of those', async () => {
  const kept = new ReleaseCache(cache);
  for (let index = 0; index < 10; index++) {
    await writeFile(next, `release ${index}`);
    await kept.keep(await hashFile(next), `host ${index}`);
  }
  await kept.keep(await hashFile(next), 'host 5');
  const { sha256 } = await hashFile(next);
  expect((await readdir(cache)).filter((name) => !name.startsWith('last-'))).toHaveLength(8);
  expect(await kept.find(sha256)).not.toBeNull();
  const last = await Promise.all(Array.from({ length: 10 }, (_, index) => kept.last(`host ${index}`)));
  expect(last.map((one) => one !== null)).toEqual([false, false, ...Array(8).fill(true)]);
  expect([last[5], last[9]]).toEqual([sha256, sha256]);
  expect(last[6]).not.toBe(sha256);
});

test('Node 24 makes a delta by itself, where there is no zstd program', async () => {
  const entry = fileURLToPath(new URL('../../../../src/deploy/transfer/delta.ts', import.meta.url));
  const outfile = join(root, 'delta.mjs');
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  const script = `import(${JSON.stringify(outfile)}).then(async ({ beginDelta }) => {
    const none = { run: async () => ({ code: 127 }) };
    const delta = await beginDelta(none, ${JSON.stringify({ old, source: next, out: join(root, 'd'), dense: false })});
    for await (const chunk of delta.read()) process.stdout.write(chunk);
  })`;
  const chunks: Buffer[] = [];
  await local.run([nodeBinary(24), '-e', script], { onStdout: (chunk) => chunks.push(chunk) });
  const delta = Buffer.concat(chunks);
  expect(delta.length).toBeGreaterThan(0);
  expect(delta.length).toBeLessThan(100_000);
  const decoded: Buffer[] = [];
  await local.run(['zstd', '-dqc', '--long=31', `--patch-from=${old}`], {
    stdin: delta,
    onStdout: (chunk) => decoded.push(chunk),
  });
  expect(Buffer.concat(decoded).equals(await readFile(next))).toBe(true);
});
