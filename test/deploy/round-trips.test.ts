import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, copyFile, mkdir, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Connection } from '../../src/deploy/connection.ts';
import { deployHost } from '../../src/deploy/deploy.ts';
import type { RunOptions } from '../../src/deploy/host/host.ts';
import { localHost } from '../../src/deploy/host/local.ts';
import type { Settings } from '../../src/deploy/settings.ts';
import { readSource } from '../../src/deploy/source.ts';

let root: string;
let target: string;
let web: Server;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'round-trips-'));
  await mkdir(join(root, 'bin'));
  target = join(root, 'bin', 'service');
  const program = execFileSync('sh', ['-c', 'command -v sleep'], { encoding: 'utf8' }).trim();
  for (const name of ['one', 'two']) {
    await copyFile(program, join(root, name));
    await appendFile(join(root, name), name);
  }
  web = createServer((_, response) => response.end('well')).listen(0, '127.0.0.1');
  await once(web, 'listening');
});
afterEach(async () => {
  web.close();
  for (const pid of await readdir('/proc')) {
    const exe = await readlink(`/proc/${pid}/exe`).catch(() => '');
    if (exe.startsWith(`${root}/`)) process.kill(Number(pid), 'SIGKILL');
  }
  await rm(root, { recursive: true, force: true });
});

/** A host that notes what is run on it: `waves` are round trips, each with what goes on at the same time. */
function watched() {
  const local = localHost({ PATH: process.env.PATH, HOME: root });
  const waves: string[][] = [];
  let busy = 0;
  const note = async <T>(what: string, work: Promise<T>): Promise<T> => {
    if (busy++ === 0) waves.push([]);
    waves.at(-1)!.push(what);
    return await work.finally(() => {
      busy -= 1;
    });
  };
  const host = {
    ...local,
    run: (argv: readonly string[], options: RunOptions = {}) => {
      // The keeper of the lock stays: it counts until its parts are done.
      let told = () => {};
      const done = new Promise<void>((resolve) => {
        told = resolve;
      });
      const onStdout = (chunk: Buffer) => {
        options.onStdout?.(chunk);
        if (chunk.includes('looked\n')) told();
      };
      const keeps = argv[2]?.includes('exec cat') === true;
      const work = local.run(argv, keeps ? { ...options, onStdout } : options);
      void note<unknown>(argv.join(' '), keeps ? done : work).catch(() => {});
      return work;
    },
    forward: (address: string, port: number) => note(`forward ${port}`, local.forward!(address, port)),
  };
  return { waves, connection: new Connection('here', async () => host, { attempts: 1, pauseMs: 1 }), local };
}

test('a redeploy takes few round trips', async () => {
  const { waves, connection, local } = watched();
  const health = {
    url: `http://127.0.0.1:${(web.address() as AddressInfo).port}/`,
    status: 200,
    timeoutMs: 2_000,
    samples: 1,
    intervalMs: 50,
  };
  const settings = (name: string): Settings => ({
    source: join(root, name),
    target,
    strategy: 'staged',
    restart: { kind: 'process', userUnit: false, command: ['./service', '1000'], graceMs: 500 },
    sudo: 'never',
    // Of the first one somebody else's answer would be no proof.
    proof: { settleMs: 0, ...(name === 'two' && { health }) },
    keep: 2,
    force: false,
    lock: { expiryMs: 60_000, waitMs: 1_000 },
    origin: { by: 'test', commit: null, runUrl: null },
  });
  const deploy = async (name: string) => {
    const source = await readSource(join(root, name), local, join(root, 'cache'));
    const report = { begin() {}, end() {}, progress() {} };
    return await deployHost(connection, source, { settings: settings(name), local, report });
  };
  expect(await deploy('one')).toMatchObject({ outcome: 'deployed', error: null });
  waves.length = 0;
  expect(await deploy('two')).toMatchObject({ outcome: 'deployed', error: null });
  // Twelve; two more where a program that was just started is looked at again.
  expect(
    waves.length,
    waves.map((wave) => wave.map((line) => line.slice(-160)).join('\n  ')).join('\n'),
  ).toBeLessThanOrEqual(14);
});
