import { open, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Writes a response's body into a file as it comes over the wire; the file is there when it is whole, and not before.
 * @returns its size in bytes
 */
export async function saveBody(response: Response, file: string, signal?: AbortSignal): Promise<number> {
  const part = `${file}.part`;
  try {
    // Made before anything can break off: a stream that opens its file by itself may still do so after it was removed.
    const handle = await open(part, 'w');
    await pipeline(Readable.fromWeb(response.body!), handle.createWriteStream(), signal ? { signal } : {});
    const { size } = await stat(part);
    await rename(part, file);
    return size;
  } finally {
    await rm(part, { force: true });
  }
}
