import { createHash, randomBytes } from 'node:crypto';
import {
  access,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Host } from '../../../src/deploy/host/host.ts';
import { localHost } from '../../../src/deploy/host/local.ts';
import { frameSize } from '../../../src/deploy/transfer/frames.ts';
import { hashFile, type SourceFile } from '../../../src/deploy/transfer/hash.ts';
import { type Method, transfer } from '../../../src/deploy/transfer/transfer.ts';

const local = localHost({ PATH: process.env.PATH });
/** This machine as if a network lay between: bytes are worth compressing then. */
const far: Host = { ...local, name: 'far', networked: true };

let directory: string;
let staged: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'transfer-'));
  await mkdir(join(directory, 'a dir'));
  staged = join(directory, 'a dir', "new 'bin\n*");
});
afterEach(() => rm(directory, { recursive: true }));

async function source(content: Buffer): Promise<SourceFile> {
  const path = join(directory, 'source');
  await writeFile(path, content);
  return hashFile(path);
}
/** Bytes that compress a little, of no round size. */
const bytes = (size: number) => Buffer.concat([randomBytes(size >> 1), Buffer.alloc(size - (size >> 1), 'filler ')]);
const left = async () => (await readdir(join(directory, 'a dir'))).sort();
const name = "new 'bin\n*";

describe('transfer', () => {
  it.each<[Method, number]>([
    ['gzip', 2 * frameSize + 12345],
    ['raw', 2 * frameSize + 12345],
    ['raw', frameSize],
    ['gzip', 10_000],
    ['raw', 1],
    ['gzip', 0],
  ])('brings a file over by %s, %i bytes', async (method, size) => {
    const content = bytes(size);
    const seen: number[] = [];
    const result = await transfer(far, {
      source: await source(content),
      staged,
      local,
      methods: [method],
      onProgress: ({ done }) => seen.push(done),
    });
    expect((await readFile(staged)).equals(content)).toBe(true);
    expect(result).toMatchObject({ method, resumedAt: 0 });
    if (method === 'raw') expect(result.bytesSent).toBe(size);
    else expect(result.bytesSent).toBeLessThanOrEqual(size * 0.75);
    expect(seen.at(-1) ?? 0).toBe(size);
    expect((await stat(staged)).mode & 0o777).toBe(0o600);
    expect(await left()).toEqual([name]);
  });

  it('sends bytes as they are where no network lies between', async () => {
    expect(await transfer(local, { source: await source(bytes(1000)), staged, local })).toMatchObject({
      method: 'raw',
      bytesSent: 1000,
    });
  });

  it('takes the place of an older staged file, and clears what other transfers left', async () => {
    await writeFile(staged, 'older');
    await writeFile(`${staged}.0123456789abcdef.00aa.part`, 'of another binary');
    const content = bytes(5000);
    await transfer(far, { source: await source(content), staged, local });
    expect((await readFile(staged)).equals(content)).toBe(true);
    expect(await left()).toEqual([name]);
  });

  it('says what is missing', async () => {
    const file = await source(bytes(10));
    await expect(transfer(local, { source: file, staged: 'relative', local })).rejects.toMatchObject({ kind: 'usage' });
    await expect(transfer(local, { source: file, staged: join(directory, 'no/where'), local })).rejects.toMatchObject({
      kind: 'problem',
      message: expect.stringContaining('has no directory for'),
    });
    await expect(hashFile(join(directory, 'absent'))).rejects.toMatchObject({ kind: 'usage' });
    await expect(hashFile(directory)).rejects.toMatchObject({ kind: 'usage' });
    const silent: Host = {
      ...local,
      name: 'sftp-only',
      run: async () => ({ code: 1, signal: null, stdout: '', stderr: 'This service allows sftp connections only.' }),
    };
    await expect(transfer(silent, { source: file, staged, local })).rejects.toMatchObject({
      message: 'sftp-only runs no commands: This service allows sftp connections only.',
    });
  });
});

/** A PATH with these programs only; a string is the text of a script that stands for one. */
async function toolbox(tools: Readonly<Record<string, string | true>>): Promise<Host> {
  const bin = join(directory, 'bin');
  await mkdir(bin);
  for (const [tool, script] of Object.entries(tools)) {
    if (script === true) {
      const found = (await local.run(['sh', '-c', 'command -v "$1"', 'sh', tool])).stdout.trim();
      await symlink(found, join(bin, tool));
    } else {
      await writeFile(join(bin, tool), script);
      await chmod(join(bin, tool), 0o755);
    }
  }
  const poor = localHost({ PATH: bin });
  return { ...poor, name: 'poor', networked: true };
}
const bare = { sh: true, cat: true, tee: true, wc: true, rm: true, mv: true, sync: true } as const;

describe('a host with few tools', () => {
  it('takes a plain stream, whose bytes come back to be hashed where nothing there can', async () => {
    const content = bytes(frameSize + 7);
    const host = await toolbox(bare);
    expect(await transfer(host, { source: await source(content), staged, local })).toMatchObject({ method: 'raw' });
    expect((await readFile(staged)).equals(content)).toBe(true);
    expect(await left()).toEqual([name]);
  });

  it('falls back from a decoder that does not work', async () => {
    const content = bytes(frameSize + 7);
    const host = await toolbox({
      ...bare,
      dd: true,
      sha256sum: true,
      zstd: '#!/bin/sh\nexit 127\n',
      gzip: '#!/bin/sh\necho broken >&2; exit 1\n',
    });
    expect(await transfer(host, { source: await source(content), staged, local })).toMatchObject({
      method: 'raw',
      bytesSent: content.length,
    });
    expect((await readFile(staged)).equals(content)).toBe(true);
  });

  it('never accepts what was changed on its way', async () => {
    const flipping = '#!/bin/sh\n/bin/gzip "$@" | tr a b\n';
    const host = await toolbox({ ...bare, tr: true, dd: true, sha256sum: true, gzip: flipping });
    const file = await source(Buffer.alloc(5000, 'aaaa'));
    await expect(transfer(host, { source: file, staged, local, methods: ['gzip'] })).rejects.toMatchObject({
      kind: 'problem',
      message: expect.stringMatching(
        /^What arrived on poor is not what was sent: there sha256 [0-9a-f]{64} \(5000 bytes\), here sha256 [0-9a-f]{64} \(5000 bytes\)/,
      ),
    });
    expect(await left()).toEqual([]);
  });

  it('never accepts what was changed on its way, also when it comes back to be hashed', async () => {
    const host = await toolbox({ ...bare, tr: true, tee: '#!/bin/sh\ntr a b >"$1"\n' });
    const file = await source(Buffer.alloc(5000, 'aaaa'));
    await expect(transfer(host, { source: file, staged, local })).rejects.toMatchObject({
      message: expect.stringContaining('is not what was sent'),
    });
    expect(await left()).toEqual([]);
  });

  it('reports a disk that cannot take it, and leaves nothing there', async () => {
    const full = '#!/bin/sh\nhead -c 100 >"$1"; cat >/dev/null; echo "tee: No space left on device" >&2; exit 1\n';
    const host = await toolbox({ ...bare, head: true, sha256sum: true, tee: full });
    await expect(transfer(host, { source: await source(bytes(5000)), staged, local })).rejects.toMatchObject({
      kind: 'problem',
      message: expect.stringContaining('No space left on device'),
      fix: expect.stringContaining('df -h'),
    });
    expect(await left()).toEqual([]);
  });
});

describe('a cut transfer', () => {
  /** Stops the receiver's input after some bytes of the wire, as a connection that breaks. */
  const cutting = (after: number): Host => ({
    ...far,
    run: (argv, options) => {
      if (!options?.stdin || options.stdin instanceof Uint8Array) return far.run(argv, options);
      const stream = options.stdin;
      const cut = async function* () {
        let passed = 0;
        for await (const chunk of stream) {
          yield chunk.subarray(0, after - passed);
          passed += chunk.length;
          if (passed >= after) return;
        }
      };
      return far.run(argv, { ...options, stdin: Readable.from(cut()) }).then(() => {
        throw new Error('the connection broke');
      });
    },
  });

  it('goes on at the last whole frame', async () => {
    const content = randomBytes(3 * frameSize + 100);
    const file = await source(content);
    await expect(
      transfer(cutting(2 * frameSize + 5000), { source: file, staged, local, methods: ['raw'] }),
    ).rejects.toThrow('broke');
    const [part, ...others] = await left();
    expect(others).toEqual([]);
    expect(part).toMatch(/\.part$/);
    const result = await transfer(far, { source: file, staged, local, methods: ['raw'] });
    expect(result).toEqual({
      method: 'raw',
      resumedAt: 2 * frameSize,
      rate: null,
      bytesSent: content.length - 2 * frameSize,
    });
    expect((await readFile(staged)).equals(content)).toBe(true);
    expect(await left()).toEqual([name]);
  });

  it('goes on after a cut of a compressed stream', async () => {
    const content = bytes(3 * frameSize + 100);
    const file = await source(content);
    await expect(
      transfer(cutting(Math.floor(frameSize * 1.2)), { source: file, staged, local, methods: ['gzip'] }),
    ).rejects.toThrow('broke');
    const result = await transfer(far, { source: file, staged, local, methods: ['gzip'] });
    expect(result.resumedAt).toBe(frameSize);
    expect((await readFile(staged)).equals(content)).toBe(true);
  });

  it('needs no bytes when all had arrived', async () => {
    const content = randomBytes(2 * frameSize);
    const file = await source(content);
    await writeFile(`${staged}.${file.sha256.slice(0, 16)}.00aa.part`, content);
    expect(await transfer(far, { source: file, staged, local })).toMatchObject({
      resumedAt: 2 * frameSize,
      bytesSent: 0,
    });
    expect((await readFile(staged)).equals(content)).toBe(true);
  });

  it('does not trust what is there: damage within it means sending everything', async () => {
    const content = randomBytes(2 * frameSize + 50);
    const file = await source(content);
    const damaged = Buffer.from(content);
    damaged[frameSize + 3]! ^= 1;
    await writeFile(`${staged}.${file.sha256.slice(0, 16)}.00aa.part`, damaged.subarray(0, 2 * frameSize + 20));
    const result = await transfer(far, { source: file, staged, local, methods: ['raw'] });
    expect(result).toMatchObject({ resumedAt: 0, bytesSent: content.length });
    expect((await readFile(staged)).equals(content)).toBe(true);
    expect(await left()).toEqual([name]);
  });

  it('does not begin with the part of another file', async () => {
    const first = await source(randomBytes(2 * frameSize));
    await expect(transfer(cutting(frameSize + 10), { source: first, staged, local, methods: ['raw'] })).rejects.toThrow(
      'broke',
    );
    const content = randomBytes(2 * frameSize);
    const second = await source(content);
    expect(await transfer(far, { source: second, staged, local, methods: ['raw'] })).toMatchObject({ resumedAt: 0 });
    expect((await readFile(staged)).equals(content)).toBe(true);
    expect(await left()).toEqual([name]);
  });

  it('is not disturbed by a receiver of an earlier attempt that still writes', async () => {
    const content = randomBytes(2 * frameSize + 50);
    const file = await source(content);
    const path = `${staged}.${file.sha256.slice(0, 16)}.00aa.part`;
    await writeFile(path, content.subarray(0, frameSize + 10));
    const late = local.run(['sh', '-c', 'exec 4>>"$1"; echo open; cat >/dev/null; echo late >&4', 'sh', path], {
      stdin: new Readable({
        read() {
          setTimeout(() => this.push(null), 700);
        },
      }),
    });
    expect(await transfer(far, { source: file, staged, local, methods: ['raw'] })).toMatchObject({
      resumedAt: frameSize,
    });
    await late;
    expect((await readFile(staged)).equals(content)).toBe(true);
  });
});

describe('a source that changes', () => {
  it('is noticed when it is overwritten, however it is done', async () => {
    const content = randomBytes(2 * frameSize);
    const file = await source(content);
    await writeFile(file.path, Buffer.concat([content.subarray(0, -1), Buffer.from([content.at(-1)! ^ 1])]));
    await expect(transfer(far, { source: file, staged, local })).rejects.toMatchObject({
      kind: 'problem',
      message: `${file.path} changed while it was read.`,
    });
    await truncate(file.path, 100);
    await expect(transfer(far, { source: file, staged, local })).rejects.toMatchObject({
      message: `${file.path} changed while it was read.`,
    });
    await expect(access(staged)).rejects.toThrow();
  });

  it('is hashed as a whole', async () => {
    const content = randomBytes(3_000_001);
    expect((await source(content)).sha256).toBe(createHash('sha256').update(content).digest('hex'));
  });
});
