import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Writes a response's body into a file as it comes over the wire; the file is there when it is whole, and not before.
 * @returns its size in bytes
 */
export async function saveBody(response: Response, file: string, signal?: AbortSignal): Promise<number> {
  const part = `${file}.part`;
  try {
    await pipeline(Readable.fromWeb(response.body!), createWriteStream(part), signal ? { signal } : {});
    const { size } = await stat(part);
    await rename(part, file);
    return size;
  } finally {
    await rm(part, { force: true });
  }
}
