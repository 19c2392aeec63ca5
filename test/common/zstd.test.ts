import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compress } from '@mongodb-js/zstd';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { zstdFrame } from '../../demo/forgejo/log.ts';
import { xxh64Low } from '../../src/common/xxh64.ts';
import { decompressFrame, delimitFrame, FrameError } from '../../src/common/zstd.ts';
import { random } from '../doctor/logs/kit.ts';

const limit = 16 * 1024 * 1024;
const text = Buffer.from(
  Array.from({ length: 3000 }, (_, n) => `line ${n} of ${(n * 7919) % 1013} ünïcödé`).join('\n'),
);
const frame = async (content = text) => (await zstdFrame(content)).bytes;
const delimit = (bytes: Buffer) => delimitFrame((offset, length) => bytes.subarray(offset, offset + length));
const reasonOf = (error: unknown) => (error instanceof FrameError ? error.reason : error);

/** A frame made by hand: no content size unless given, no checksum, blocks of 128 KiB of the letter a. */
function letters(blocks: number, stated?: number): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, stated === undefined ? 0x00 : 0x80, 0x38]);
  const size = Buffer.alloc(stated === undefined ? 0 : 4);
  if (stated !== undefined) size.writeUInt32LE(stated);
  const block = (last: boolean) => {
    const bytes = Buffer.alloc(4, 'a');
    bytes.writeUIntLE(((128 * 1024) << 3) | 2 | (last ? 1 : 0), 0, 3);
    return bytes;
  };
  return Buffer.concat([head, size, ...Array.from({ length: blocks }, (_, n) => block(n === blocks - 1))]);
}

test.each([
  ['', 0x51d8e999],
  ['a', 0xa98c6e5b],
  ['abc', 0xad770999],
])('the checksum of %o is that of the XXH64 specification', (content, expected) => {
  expect(xxh64Low(Buffer.from(content))).toBe(expected);
});

test('the checksum is the one that the native library accepts, for every length around its block sizes', async () => {
  for (let size = 0; size < 140; size++) {
    const content = text.subarray(0, size);
    expect((await decompressFrame(await frame(content), limit)).equals(content)).toBe(true);
    if (size === 0) continue;
    const other = await frame(content);
    other[other.length - 1]! ^= 1;
    await expect(decompressFrame(other, limit)).rejects.toThrow(FrameError);
  }
});

test('a frame is delimited by its headers alone', async () => {
  const bytes = await frame();
  const found = await delimit(Buffer.concat([bytes, Buffer.from('what follows')]));
  expect(found).toMatchObject({ size: bytes.length, contentSize: text.length, checksum: xxh64Low(text) });
});

test('without the native library the content is the same', async () => {
  // A limit below what the blocks could hold keeps the native library out.
  const content = Buffer.concat([text, text]);
  const bytes = await frame(content);
  expect((await delimit(bytes)).most).toBeGreaterThan(content.length);
  expect((await decompressFrame(bytes, content.length)).equals(content)).toBe(true);
  bytes[bytes.length - 1]! ^= 1;
  await expect(decompressFrame(bytes, content.length)).rejects.toThrow('checksum');
});

test('it works from a directory that has no packages at all', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'zstd-'));
  try {
    const entry = `import { decompressFrame } from ${JSON.stringify(new URL('../../src/common/zstd.ts', import.meta.url).pathname)};
      const bytes = Buffer.from(process.argv[2], 'base64');
      process.stdout.write(await decompressFrame(bytes, 1e7));`;
    await build({
      stdin: { contents: entry, resolveDir: process.cwd(), loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['@mongodb-js/zstd'],
      outfile: join(directory, 'decode.mjs'),
      logLevel: 'error',
    });
    const bytes = await frame();
    const run = await promisify(execFile)(process.execPath, ['decode.mjs', bytes.toString('base64')], {
      cwd: directory,
      encoding: 'buffer',
      maxBuffer: limit,
    });
    expect(run.stdout.equals(text)).toBe(true);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('a bomb meets the limit: stated, silent or lying about its size', async () => {
  expect((await decompressFrame(letters(2), limit)).length).toBe(256 * 1024);
  expect((await decompressFrame(letters(2, 256 * 1024), limit)).length).toBe(256 * 1024);
  // 80 KB that hold 2.6 GB: each must be refused, and soon, or this test runs out of memory or time.
  for (const bomb of [letters(20_000, 20_000 * 128 * 1024), letters(20_000), letters(20_000, 1000)])
    await expect(decompressFrame(bomb, limit).catch(reasonOf)).resolves.toBe('size');
  await expect(decompressFrame(letters(2, 1000), limit).catch(reasonOf)).resolves.toBe('damage');
});

test('a header that states more than its blocks can hold is damage', async () => {
  await expect(delimit(letters(1, 4_000_000_000)).catch(reasonOf)).resolves.toBe('damage');
});

test('a frame cut anywhere says that it ends early, and never decodes', async () => {
  const bytes = await frame(text.subarray(0, 2000));
  for (let size = 0; size < bytes.length; size++)
    await expect(decompressFrame(bytes.subarray(0, size), limit).catch(reasonOf)).resolves.toBe('end');
  await expect(decompressFrame(Buffer.concat([bytes, bytes]), limit).catch(reasonOf)).resolves.toBe('damage');
});

test('any changed byte of a frame with a checksum is found, on both paths', async () => {
  const { below } = random(11);
  const content = text.subarray(0, 20_000);
  const bytes = await frame(content);
  for (let turn = 0; turn < 600; turn++) {
    const changed = Buffer.from(bytes);
    changed[below(changed.length)]! ^= 1 + below(255);
    const result = await decompressFrame(changed, turn % 2 ? limit : content.length).catch((error: unknown) => error);
    // A few bits of a header mean nothing to the content; then it must be the same.
    if (Buffer.isBuffer(result)) expect(result.equals(content)).toBe(true);
    else expect(result).toBeInstanceOf(FrameError);
  }
});

test('frames without a checksum decode as well', async () => {
  const bytes = await compress(text);
  expect((await delimit(bytes)).checksum).toBeUndefined();
  expect((await decompressFrame(bytes, limit)).equals(text)).toBe(true);
});
