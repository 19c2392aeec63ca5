import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Host } from '../../../../src/deploy/host/host.ts';
import { localHost } from '../../../../src/deploy/host/local.ts';
import { frameSize } from '../../../../src/deploy/transfer/frames.ts';
import { hashFile } from '../../../../src/deploy/transfer/hash.ts';
import { transfer } from '../../../../src/deploy/transfer/transfer.ts';

const execute = promisify(execFile);
const local = localHost({ PATH: process.env.PATH });
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'poor-'));
  await mkdir(join(directory, 'bin'));
  await mkdir(join(directory, 'there'));
});
afterEach(() => rm(directory, { recursive: true }));

async function present(program: string): Promise<string> {
  for (const folder of ['/usr/bin', '/bin', '/usr/sbin', '/sbin']) {
    const path = join(folder, program);
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new Error(`These tests need ${program}: apt-get install ${program}`);
}

/** A machine that has nothing but busybox, as a router or an Alpine container. */
async function busyboxHost(): Promise<Host> {
  const busybox = await present('busybox');
  const { stdout } = await execute(busybox, ['--list']);
  for (const applet of stdout.trim().split('\n')) await symlink(busybox, join(directory, 'bin', applet));
  return { ...localHost({ PATH: join(directory, 'bin') }), name: 'busybox', networked: true };
}

/** This machine with another shell as its sh. */
async function shellHost(shell: string): Promise<Host> {
  await symlink(await present(shell), join(directory, 'bin', 'sh'));
  return { ...localHost({ PATH: `${join(directory, 'bin')}:${process.env.PATH}` }), name: shell, networked: true };
}

async function brings(host: Host): Promise<string> {
  const content = Buffer.concat([randomBytes(frameSize), Buffer.alloc(frameSize, 'text '), randomBytes(99)]);
  const path = join(directory, 'source');
  await writeFile(path, content);
  const source = await hashFile(path);
  const staged = join(directory, 'there', "a 'file\n");
  await writeFile(`${staged}.${source.sha256.slice(0, 16)}.00aa.part`, content.subarray(0, frameSize + 1000));
  const result = await transfer(host, { source, staged, local });
  expect(result.resumedAt).toBe(frameSize);
  expect((await readFile(staged)).equals(content)).toBe(true);
  expect(await readdir(join(directory, 'there'))).toEqual(["a 'file\n"]);
  return result.method;
}

describe('a transfer that goes on where it was cut', () => {
  it('works with nothing but busybox', async () => {
    expect(await brings(await busyboxHost())).toBe('gzip');
  });

  it.each(['dash', 'bash'])('works with %s', async (shell) => {
    expect(await brings(await shellHost(shell))).toBe('zstd');
  });
});
