import { open, stat } from 'node:fs/promises';
import type { Source } from './deployment.ts';
import type { Host } from './host/host.ts';
import { readExecutable, readFrom } from './preflight/elf.ts';
import { hashFile } from './transfer/hash.ts';
import { Supply } from './transfer/supply.ts';

/**
 * Reads the new binary, and gets ready to bring it to any number of hosts.
 *
 * @param local this machine
 * @param cache directory where releases are kept for deltas
 * @throws ToolError of kind `usage` when there is no such file
 */
export async function readSource(path: string, local: Host, cache: string): Promise<Source & { supply: Supply }> {
  const file = await hashFile(path);
  const handle = await open(path, 'r');
  try {
    const executable = await readExecutable(readFrom(handle), (await stat(path)).size);
    return { file, executable, supply: new Supply(file, local, cache) };
  } finally {
    await handle.close();
  }
}
