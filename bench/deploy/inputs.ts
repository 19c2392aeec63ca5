import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../../scripts/nodes.mjs';
import { runCase } from './race.ts';

/** A program, and the one before it. */
export interface Versions {
  readonly before: string;
  readonly next: string;
}

/** A real ELF of about 200 MB, where there is one: a library of the Rust toolchain. Else Node itself. */
export function largeExecutable(): string {
  try {
    const root = execFileSync('rustc', ['--print', 'sysroot'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const libraries = join(root.trim(), 'lib');
    const files = readdirSync(libraries).map((name) => join(libraries, name));
    return [process.execPath, ...files].reduce((most, file) =>
      statSync(file).size > statSync(most).size ? file : most,
    );
  } catch {
    return process.execPath;
  }
}

/** Two versions of a large program: those that are given, else `next` with 1 % of its blocks changed. */
export async function largeProgram(place: string, next: string, before: string | undefined): Promise<Versions> {
  const versions = { before: join(place, 'before'), next: join(place, 'next') };
  await copyFile(next, versions.next);
  if (before === undefined) await change(versions.next, versions.before);
  else await copyFile(before, versions.before);
  return versions;
}

/** An older version: 16 to 511 bytes of every hundredth block are others. The same on every machine. */
async function change(from: string, to: string): Promise<void> {
  const bytes = await readFile(from);
  let seed = 1;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  // Behind the headers, so that it stays a program by its looks.
  for (let block = 100; block < bytes.length / 4096 - 1; block += 100)
    for (let count = 16 + random(496), at = block * 4096; count > 0; count--) bytes[at++] = random(256);
  await writeFile(to, bytes);
}

/** The compiler of Go, built as it is and with another function in it: what a rebuild really changes. Kept in the cache. */
export async function rebuiltProgram(): Promise<Versions> {
  const place = join(cacheDirectory(), 'bench', 'go-compile');
  const versions = { before: join(place, 'before'), next: join(place, 'next') };
  if (existsSync(versions.before) && existsSync(versions.next)) return versions;
  await mkdir(place, { recursive: true });
  const root = execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim();
  const source = join(root, 'src/cmd/compile/internal/ssagen/ssa.go');
  const text = await readFile(source, 'utf8');
  const beginning = /\nfunc InitConfig\(\) \{\n/;
  if (!beginning.test(text)) throw new Error(`${source} has no InitConfig: this bench knows another Go.`);
  const changed = join(place, 'ssa.go');
  const added =
    '\tfor i, name := range os.Args {\n\t\tif len(name) > 4096 {\n\t\t\tfmt.Println(i, len(name))\n\t\t}\n\t}\n';
  await writeFile(
    changed,
    text.replace(beginning, (line) => line + added),
  );
  await writeFile(join(place, 'overlay.json'), JSON.stringify({ Replace: { [source]: changed } }));
  const build = async (out: string, ...flags: string[]) => {
    await runCase(['go', 'build', '-ldflags=-compressdwarf=false', ...flags, '-o', `${out}.part`, 'cmd/compile']);
    await rename(`${out}.part`, out);
  };
  await build(versions.before);
  await build(versions.next, '-overlay', join(place, 'overlay.json'));
  return versions;
}
