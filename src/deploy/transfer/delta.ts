import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import type { Host } from '../host/host.ts';

/** A zstd frame that makes one file out of another: `zstd -d --patch-from=OLD`. */
export interface Delta {
  readonly path: string;
  readonly size: number;
}

/** Beyond this the encoder would need more memory than the transfer saves time. */
const largest = 1024 ** 3;

/**
 * Makes a delta with what is here: the `zstd` program, or Node's own zstd where it takes a dictionary (24.6 and later).
 * Null where there is neither, and where the delta would save too little to be worth the host's memory.
 *
 * @param local this machine
 * @param old path of the file that the host has
 */
export async function makeDelta(local: Host, old: string, source: string, out: string): Promise<Delta | null> {
  const [from, to] = [(await stat(old)).size, (await stat(source)).size];
  if (from === 0 || to === 0 || from > largest || to > largest) return null;
  if (!((await byProgram(local, old, source, out)) || (await byNode(old, source, out, Math.max(from, to))))) {
    await rm(out, { force: true });
    return null;
  }
  const { size } = await stat(out);
  return size < to / 3 ? { path: out, size } : null;
}

async function byProgram(local: Host, old: string, source: string, out: string): Promise<boolean> {
  const argv = ['zstd', '-q', '-f', '-3', `--patch-from=${old}`, '-o', out, '--', source];
  return await local.run(argv, { timeoutMs: 300_000 }).then(
    ({ code }) => code === 0,
    () => false,
  );
}

async function byNode(old: string, source: string, out: string, size: number): Promise<boolean> {
  const { createZstdCompress, constants } = zlib as unknown as {
    createZstdCompress?: (options: object) => Transform;
    constants: Record<string, number>;
  };
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  // Before 24.6 the dictionary was taken for an unknown option, and silently left out.
  if (!createZstdCompress || major < 24 || (major === 24 && minor < 6)) return false;
  const bits = Math.ceil(Math.log2(size + 1));
  // A dictionary is only found as far as these tables reach: with those of a level alone it would be forgotten.
  const params = {
    [constants.ZSTD_c_compressionLevel!]: 5,
    [constants.ZSTD_c_windowLog!]: Math.min(30, Math.max(20, bits + 1)),
    [constants.ZSTD_c_hashLog!]: Math.min(25, Math.max(16, bits)),
    [constants.ZSTD_c_chainLog!]: Math.min(25, Math.max(16, bits)),
  };
  try {
    const compress = createZstdCompress({ params, dictionary: await readFile(old) });
    await pipeline(createReadStream(source), compress, createWriteStream(out, { mode: 0o600 }));
    return true;
  } catch {
    return false;
  }
}
