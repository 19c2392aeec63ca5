import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { Host } from '../host/host.ts';

/** Turns one part of a file into one independent frame, which its decoder reads joined to others. */
export type Compress = (part: Buffer) => Promise<Buffer>;

/** Level 3 is where zstd's ratio per second of CPU is best for executables up to about 1 Gbit/s. */
const zstdLevel = 3;

/**
 * The best zstd to be had here: the native module; Node's own (22.15 and later); the `zstd` program. A bundle without
 * native parts on an old Node, on a machine without the program, has none.
 *
 * @param local this machine, where the program is looked for
 */
export async function loadZstd(local: Host): Promise<Compress | undefined> {
  return (await nativeZstd()) ?? nodeZstd() ?? (await programZstd(local));
}

async function nativeZstd(): Promise<Compress | undefined> {
  try {
    const { compress } = await import('@mongodb-js/zstd');
    return (part) => compress(part, zstdLevel);
  } catch {
    return undefined;
  }
}

/** Node's function, where this Node has it; the types are those of Node 20. */
function nodeZstd(): Compress | undefined {
  const { zstdCompress, constants } = zlib as unknown as {
    zstdCompress?: (part: Buffer, options: object, callback: (error: Error | null, frame: Buffer) => void) => void;
    constants: Record<string, number>;
  };
  if (!zstdCompress) return undefined;
  const compress = promisify(zstdCompress);
  return (part) => compress(part, { params: { [constants.ZSTD_c_compressionLevel!]: zstdLevel } }) as Promise<Buffer>;
}

async function programZstd(local: Host): Promise<Compress | undefined> {
  const command = ['zstd', '-q', '-c', `-${zstdLevel}`];
  const run = async (part: Buffer): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    const { code, stderr } = await local.run(command, { stdin: part, onStdout: (chunk) => chunks.push(chunk) });
    if (code !== 0) throw new Error(`zstd: ${stderr.trim() || `exit code ${code}`}`);
    return Buffer.concat(chunks);
  };
  return await run(Buffer.alloc(1)).then(
    () => run,
    () => undefined,
  );
}

const deflate = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip);

/** Level 4 saves 5 % of an executable over level 1, for half as much work again. */
export const gzip: Compress = (part) => deflate(part, { level: 4 });

/** As it is. */
export const raw: Compress = async (part) => part;
