import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Executable,
  machineFamily,
  neededGlibc,
  parseGlibc,
  readExecutable,
  readFrom,
} from '../../../../src/deploy/preflight/elf.ts';

const execute = promisify(execFile);
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'elf-'));
  await writeFile(join(directory, 'a.c'), '#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n');
  await writeFile(join(directory, 'a.go'), 'package main\nfunc main() { println("hello") }\n');
  await writeFile(
    join(directory, 'weak.c'),
    '__attribute__((weak)) int getentropy(void *, unsigned long);\nint main(void) { return getentropy != 0; }\n',
  );
});
afterAll(() => rm(directory, { recursive: true }));

async function built(...argv: string[]): Promise<Executable> {
  const path = join(directory, 'out');
  await execute(argv[0]!, argv.slice(1), {
    cwd: directory,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' },
  });
  const file = await open(path);
  try {
    return await readExecutable(readFrom(file), (await stat(path)).size);
  } finally {
    await file.close();
  }
}

/** What binutils reads in the same file. */
async function readelf(...options: string[]): Promise<string> {
  return (
    await execute('readelf', [...options, '-W', join(directory, 'out')], {
      env: { ...process.env, LC_ALL: 'C' },
      maxBuffer: 1 << 26,
    })
  ).stdout;
}

test.each([
  ['dynamic', ['gcc', '-o', 'out', 'a.c']],
  [
    'stripped of its section headers',
    ['sh', '-c', 'gcc -o out a.c && objcopy --strip-section-headers out 2>/dev/null || strip out'],
  ],
  ['with packed relocations', ['gcc', '-Wl,-z,pack-relative-relocs', '-o', 'out', 'a.c']],
  ['with a weak reference', ['gcc', '-o', 'out', 'weak.c']],
])('gcc, %s: agrees with readelf', async (_, argv) => {
  const file = await built(...argv);
  const machine = machineFamily((await execute('uname', ['-m'])).stdout.trim());
  expect(file).toMatchObject({ kind: 'elf', machine, dynamic: true, go: false, damage: null });
  expect(file.interpreter).toBe(/program interpreter: (.*)\]/.exec(await readelf('-l'))![1]);
  expect(file.libraries).toEqual([...(await readelf('-d')).matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name));
  const strong = [...(await readelf('-V')).matchAll(/Name: (\S+)\s+Flags: (\S+)/g)].filter(
    ([, , flags]) => flags !== 'WEAK',
  );
  expect(file.versions).toEqual([...new Set(strong.map(([, name]) => name!))].sort());
});

test('the glibc that a program built here needs is not newer than the one here', async () => {
  const file = await built('gcc', '-o', 'out', 'a.c');
  const here = parseGlibc((await execute('getconf', ['GNU_LIBC_VERSION'])).stdout.trim().split(' ')[1])!;
  const needed = neededGlibc(file)!;
  expect(needed[0]).toBe(here[0]);
  expect(needed[1]).toBeLessThanOrEqual(here[1]);
});

test('static: no loader and no versions', async () => {
  expect(await built('gcc', '-static', '-o', 'out', 'a.c')).toMatchObject({
    interpreter: null,
    libraries: [],
    versions: [],
    damage: null,
  });
});

test('Go: static, and known by its note', async () => {
  expect(await built('go', 'build', '-o', 'out', 'a.go')).toMatchObject({
    go: true,
    interpreter: null,
    dynamic: false,
    versions: [],
    damage: null,
  });
});

test('/bin/ls is what it is', async () => {
  expect(await built('cp', '/bin/ls', 'out')).toMatchObject({ kind: 'elf', dynamic: true, damage: null });
});
