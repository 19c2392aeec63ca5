import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Host } from '../../../../src/deploy/host/host.ts';
import { localHost } from '../../../../src/deploy/host/local.ts';
import { openHost } from '../../../../src/deploy/host/open.ts';
import { parseVia } from '../../../../src/deploy/host/via.ts';
import { frameSize } from '../../../../src/deploy/transfer/frames.ts';
import { hashFile, type SourceFile } from '../../../../src/deploy/transfer/hash.ts';
import { type Method, type TransferResult, transfer } from '../../../../src/deploy/transfer/transfer.ts';
import { seeded } from '../../../support/awkward.ts';
import { type Fault, type Relay, startRelay } from '../../../support/relay.ts';
import { type Sshd, startSshd } from '../../../support/sshd.ts';

let sshd: Sshd;
let relay: Relay;
let directory: string;
const local = localHost({ PATH: process.env.PATH });

beforeAll(async () => {
  sshd = await startSshd();
  relay = await startRelay({ to: sshd });
});
afterAll(async () => {
  await relay.close();
  await sshd.stop();
});
beforeEach(async () => {
  relay.setFault(undefined);
  directory = await mkdtemp(join(tmpdir(), 'transfer-'));
  return () => rm(directory, { recursive: true });
});

const open = (): Promise<Host> =>
  openHost(parseVia(`ssh://127.0.0.1:${relay.port}`), {
    ssh: {
      person: { home: directory, user: sshd.user },
      identities: [sshd.keyPath],
      knownHosts: sshd.knownHosts.replaceAll(`:${sshd.port}`, `:${relay.port}`),
      configFiles: [],
      keepaliveMs: 300,
      connectTimeoutMs: 3000,
    },
    execPrefix: [],
    env: {},
  });

async function source(size: number): Promise<SourceFile> {
  const path = join(directory, 'source');
  const block = randomBytes(1 << 20);
  // Half of it compresses.
  const blocks = Array.from({ length: Math.ceil(size / 2 ** 20) }, (_, index) =>
    index % 2 ? Buffer.alloc(2 ** 20, index) : block,
  );
  await writeFile(path, Buffer.concat(blocks).subarray(0, size));
  return hashFile(path);
}

async function expectWhole(staged: string, file: SourceFile): Promise<void> {
  expect((await readFile(staged)).equals(await readFile(file.path))).toBe(true);
  expect((await readdir(directory)).sort()).toEqual(['source', 'staged'].sort());
}

describe('transfer over SSH', () => {
  it.each<Method>(['zstd', 'gzip', 'raw', 'sftp'])('brings a file over by %s', async (method) => {
    const file = await source(3 * frameSize + 321);
    const host = await open();
    const staged = join(directory, 'staged');
    const result = await transfer(host, { source: file, staged, local, methods: [method] });
    expect(result.method).toBe(method);
    if (method === 'zstd' || method === 'gzip') expect(result.bytesSent).toBeLessThan(file.size * 0.6);
    expect((await stat(staged)).mode & 0o777).toBe(0o600);
    await expectWhole(staged, file);
    await host.close();
  });

  it('prefers zstd', async () => {
    const host = await open();
    const file = await source(1000);
    expect(await transfer(host, { source: file, staged: join(directory, 'staged'), local })).toMatchObject({
      method: 'zstd',
    });
    await host.close();
  });
});

async function once(file: SourceFile, staged: string): Promise<TransferResult> {
  const host = await open();
  try {
    return await transfer(host, { source: file, staged, local, methods: ['raw', 'zstd'] });
  } finally {
    await host.close();
  }
}

describe('transfer over a connection that breaks', () => {
  const rounds = Number(process.env.TRANSFER_FAULTS ?? 40);

  it(`survives ${rounds} faults at random bytes: cuts, stalls, truncations`, async () => {
    const file = await source(2 * frameSize + 777);
    const staged = join(directory, 'staged');
    const random = seeded(Number(process.env.FUZZ_SEED ?? 4));
    let resumed = 0;
    const before = relay.faults;
    for (let round = 0; round < rounds; round += 1) {
      const fault: Fault = {
        kind: (['cut', 'truncate', 'stall'] as const)[round % 3]!,
        direction: round % 5 === 4 ? 'down' : 'up',
        after: round % 5 === 4 ? 2500 + Math.floor(random() * 3000) : 3000 + Math.floor(random() * 4_500_000),
      };
      // The first connection of the round meets it, the next one does not.
      const first = relay.connections;
      relay.setFault((connection) => (connection === first ? fault : undefined));
      let result: TransferResult | undefined;
      for (let attempt = 0; attempt < 4 && !result; attempt += 1)
        result = await once(file, staged).catch((error) => {
          expect(error, JSON.stringify(fault)).toMatchObject({ kind: 'unknown' });
          return undefined;
        });
      expect(result, `never arrived after ${JSON.stringify(fault)}`).toBeDefined();
      if (result!.resumedAt > 0) resumed += 1;
      await expectWhole(staged, file);
    }
    console.log(`${relay.faults - before} faults injected, ${resumed} transfers went on where they were cut`);
    expect(relay.faults - before).toBeGreaterThan(rounds / 3);
    expect(resumed).toBeGreaterThan(0);
  });
});
