import { open, stat } from 'node:fs/promises';
import type { Reading } from './deployment.ts';
import type { Host } from './host/host.ts';
import { type Executable, readExecutable, readFrom } from './preflight/elf.ts';
import { hashFile } from './transfer/hash.ts';
import { Supply } from './transfer/supply.ts';

/**
 * Begins to read the new binary, and gets ready to bring it to any number of hosts.
 *
 * @param local this machine
 * @param cache directory where releases are kept for deltas
 * @throws ToolError of kind `usage` when there is no such file
 */
export async function readSource(path: string, local: Host, cache: string): Promise<Reading & { supply: Supply }> {
  const hashing = hashFile(path);
  hashing.catch(() => {});
  // Why it cannot be read is said best by whoever reads all of it.
  const executable = await readHead(path).catch(async (error: unknown) => {
    await hashing;
    throw error;
  });
  const supply = new Supply(path, local, cache);
  const whole = hashing.then((file) => ({ file, executable, supply }));
  whole.catch(() => {});
  return { executable, supply, whole };
}

async function readHead(path: string): Promise<Executable> {
  const handle = await open(path, 'r');
  try {
    return await readExecutable(readFrom(handle), (await stat(path)).size);
  } finally {
    await handle.close();
  }
}
