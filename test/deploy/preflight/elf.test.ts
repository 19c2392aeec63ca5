import { open, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import {
  compareVersions,
  machineFamily,
  neededGlibc,
  parseGlibc,
  readExecutable,
  readFrom,
  runsOn,
} from '../../../src/deploy/preflight/elf.ts';
import { elf } from './elf-file.ts';

const readBytes = (bytes: Buffer) =>
  readExecutable(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length);

async function readPath(path: string) {
  const file = await open(path);
  try {
    return await readExecutable(readFrom(file), (await stat(path)).size);
  } finally {
    await file.close();
  }
}

test('reads the executable this test runs in', async () => {
  const node = await readPath(process.execPath);
  expect(node).toMatchObject({ kind: 'elf', bits: 64, dynamic: true, go: false, damage: null });
  expect(runsOn(node.machine!, machineFamily({ x64: 'x86_64', arm64: 'aarch64' }[process.arch as 'x64'] ?? ''))).toBe(
    true,
  );
  expect(node.interpreter).toMatch(/ld-/);
  expect(node.libraries.some((name) => name.startsWith('libc.'))).toBe(true);
});

test('strong versions count, weak ones do not', async () => {
  const file = await readBytes(
    elf({
      interpreter: '/lib64/ld-linux-x86-64.so.2',
      libraries: ['libc.so.6'],
      versions: [{ name: 'GLIBC_2.2.5' }, { name: 'GLIBC_2.34' }, { name: 'GLIBC_2.38', weak: true }],
    }),
  );
  expect(file).toMatchObject({ interpreter: '/lib64/ld-linux-x86-64.so.2', libraries: ['libc.so.6'], damage: null });
  expect(file.versions).toEqual(['GLIBC_2.2.5', 'GLIBC_2.34']);
  expect(neededGlibc(file)).toEqual([2, 34]);
});

test('packed relocations need glibc 2.36', () => {
  expect(neededGlibc({ versions: ['GLIBC_2.4', 'GLIBC_ABI_DT_RELR'] })).toEqual([2, 36]);
  expect(neededGlibc({ versions: ['GCC_3.0', 'GLIBC_PRIVATE'] })).toBeNull();
  expect(compareVersions(parseGlibc('2.9')!, parseGlibc('2.36')!)).toBeLessThan(0);
});

test.each([
  [{ machine: 3, bits: 32 }, 'i386'],
  [{ machine: 183, bits: 64 }, 'aarch64'],
  [{ machine: 8, bits: 32, big: true }, 'mips'],
  [{ machine: 22, bits: 64, big: true }, 's390x'],
  [{ machine: 21, bits: 64 }, 'ppc64le'],
  [{ machine: 9999, bits: 64 }, 'e_machine 9999'],
] as const)('%o is for %s', async (shape, machine) => {
  const file = await readBytes(elf({ ...shape, interpreter: '/lib/ld.so', versions: [{ name: 'GLIBC_2.17' }] }));
  expect(file).toMatchObject({ machine, interpreter: '/lib/ld.so', versions: ['GLIBC_2.17'], damage: null });
});

test('i386 runs on x86_64, not the other way round', () => {
  expect(runsOn('i386', machineFamily('x86_64'))).toBe(true);
  expect(runsOn('x86_64', machineFamily('i686'))).toBe(false);
  expect(runsOn('arm', machineFamily('armv7l'))).toBe(true);
});

test('a static file has no interpreter', async () => {
  expect(await readBytes(elf({}))).toMatchObject({ interpreter: null, dynamic: false, go: false, damage: null });
  expect(await readBytes(elf({ note: 'Go' }))).toMatchObject({ go: true });
});

test('says what is wrong with a damaged file', async () => {
  const whole = elf({ interpreter: '/lib64/ld-linux-x86-64.so.2', versions: [{ name: 'GLIBC_2.17' }] });
  for (let length = 64; length < whole.length; length += 7)
    expect((await readBytes(whole.subarray(0, length))).damage, `${length} bytes`).toMatch(/cut off|outside/);
  expect((await readBytes(elf({ type: 1 }))).damage).toMatch(/no program/);
  expect((await readBytes(Buffer.from('#!/bin/sh\n'))).kind).toBe('script');
  expect((await readBytes(Buffer.from('MZ'))).kind).toBe('other');
  expect((await readBytes(Buffer.alloc(0))).kind).toBe('other');
});

test('no damage makes it throw', async () => {
  const whole = elf({ interpreter: '/lib64/ld-linux-x86-64.so.2', versions: [{ name: 'GLIBC_2.17' }] });
  for (let at = 4; at < whole.length; at++)
    for (const value of [0x00, 0x7f, 0xff]) {
      const bytes = Buffer.from(whole);
      bytes[at] = value;
      expect((await readBytes(bytes)).kind).toBe('elf');
    }
});
