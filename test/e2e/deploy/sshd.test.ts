import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildService } from '../../support/service.ts';
import { type Sshd, startSshd } from '../../support/sshd.ts';
import { type Lane, openLane } from './faults/lane.ts';

const execute = promisify(execFile);
let home: string;
let servers: Sshd[] = [];
let lanes: Lane[] = [];
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'home-'));
});
afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()));
  await Promise.all(servers.map((sshd) => sshd.stop()));
  await rm(home, { recursive: true });
});

async function lane(name: string, keyOptions = ''): Promise<Lane> {
  const sshd = await startSshd({ config: [`SetEnv HOME=${home}`], keyOptions });
  servers = [...servers, sshd];
  const opened = await openLane(sshd, name);
  lanes = [...lanes, opened];
  return opened;
}

test.each([
  ['restrict', 'the host asks by itself'],
  ['restrict,port-forwarding,permitopen="127.0.0.1:1"', 'the one port that may be forwarded is another'],
])('with a key that says %s, %s', async (keyOptions) => {
  const sealed = await lane(`sealed${keyOptions.length}`, keyOptions);
  const path = await buildService({ version: 'sealed' });
  const result = await sealed.deploy({ path, version: 'sealed' });
  expect(result, JSON.stringify(result)).toMatchObject({ outcome: 'deployed', error: null });
  expect(await sealed.version()).toBe('sealed');
});

test('what a connection that only seems dead still writes to is never run', async () => {
  const stale = await lane('stale');
  const [first, second] = await Promise.all(
    ['stale-1', 'stale-2'].map(async (version) => ({ version, path: await buildService({ version }) })),
  );
  expect((await stale.deploy(first!)).outcome).toBe('deployed');
  // As the tee of a stalled connection would.
  const files = await Promise.all(
    ['start', 'state'].map((name) => open(join(stale.home, '.stale service.deploy', name), 'r+')),
  );
  try {
    const result = await stale.deploy(second!);
    expect(result, JSON.stringify(result)).toMatchObject({ outcome: 'deployed', error: null });
    for (const file of files) await file.write('late bytes', 0);
    expect(JSON.parse(await stale.stateText())).toMatchObject({ pending: null });
  } finally {
    for (const file of files) await file.close();
  }
});

test("a shared library that the host has not stops it by the host's own loader", async () => {
  const missing = await lane('library');
  await writeFile(join(home, 'gone.c'), 'int gone(void) { return 0; }\n');
  await writeFile(join(home, 'main.c'), 'int gone(void);\nint main(void) { return gone(); }\n');
  await execute('gcc', ['-shared', '-fPIC', '-o', 'libgone.so', 'gone.c'], { cwd: home });
  await execute('gcc', ['-o', 'main', 'main.c', '-L.', '-lgone'], { cwd: home });
  const result = await missing.deploy({ path: join(home, 'main'), version: 'none' });
  expect(result).toMatchObject({ outcome: 'failed', changed: false, downtimeMs: null, unknown: false });
  expect(result.error).toContain('shared libraries are missing: libgone.so');
  expect(await missing.sha256AtTarget()).toBeNull();
  expect(await missing.leftovers()).toEqual([]);
});

test('a port that something else has stops it', async () => {
  const taken = await lane('port');
  const path = await buildService({ version: 'taken' });
  const { createServer } = await import('node:net');
  // Who comes to look may leave: a connection that nobody reads would stay, and with it the server.
  const server = createServer((socket) => socket.resume()).listen(taken.port, '127.0.0.1');
  try {
    const result = await taken.deploy({ path, version: 'taken' });
    expect(result.error).toContain('deploy/port-taken');
    expect(await taken.sha256AtTarget()).toBeNull();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

test('an unreachable host is exit code 2 material, and says so', async () => {
  const lost = await lane('lost');
  await lost.relay.close();
  const result = await lost.deploy({ path: await buildService({ version: 'lost' }), version: 'lost' });
  expect(result).toMatchObject({ outcome: 'failed', unknown: true });
});

test('in place, where there is no room for two', async () => {
  const disk = await mkdtemp(join(tmpdir(), 'disk-'));
  await execute('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk]);
  const sshd = await startSshd({ config: [`SetEnv HOME=${home}`] });
  servers = [...servers, sshd];
  const small = await openLane(sshd, 'small', disk);
  try {
    const ballast = 5 * 1024 * 1024;
    const first = { version: 'big-1', path: await buildService({ version: 'big-1', ballast }) };
    const second = { version: 'big-2', path: await buildService({ version: 'big-2', ballast }) };
    expect((await small.deploy(first)).outcome).toBe('deployed');
    expect(await small.deploy(second)).toMatchObject({
      outcome: 'failed',
      downtimeMs: null,
      error: expect.stringContaining('deploy/no-space'),
    });
    const steps: string[] = [];
    const result = await small.deploy(
      second,
      { begin: (_, title) => void steps.push(title) },
      { strategy: 'in-place', keep: 1 },
    );
    expect(result, JSON.stringify(result)).toMatchObject({ outcome: 'deployed', changed: true });
    expect(steps).toContain('Stop the service and make room: no backup fits on this disk');
    expect(await small.version()).toBe('big-2');
    expect((await small.running()).old).toEqual([]);
  } finally {
    await small.close();
    await execute('umount', ['-l', disk]);
    await rm(disk, { recursive: true, force: true });
  }
});
