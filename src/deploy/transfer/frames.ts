import { type FileHandle, open } from 'node:fs/promises';
import { unknown } from '../../common/errors.ts';
import type { Compress } from './compress.ts';
import { changed, type SourceFile } from './hash.ts';

/** Bytes of the file in one frame: large enough for zstd's ratio, small enough to lose little when a transfer is cut. */
export const frameSize = 4 * 1024 * 1024;

/** How many frames are compressed at a time. A third one would use no more than two cores, and 50 MB more. */
const ahead = 2;

export interface Sent {
  /** Bytes of the file. */
  file: number;
  /** Bytes on the wire, before encryption. */
  wire: number;
}

/**
 * The file as a row of frames from `offset` on, compressed a little ahead of whoever reads them.
 * A few frames are in memory at a time, whatever the size of the file: buffers are used again, because the collector is late to free large ones.
 *
 * @param onSent called after a frame was taken
 * @throws ToolError of kind `problem` when the file is shorter than it was
 */
export async function* frames(
  source: SourceFile,
  offset: number,
  compress: Compress,
  onSent: (sent: Readonly<Sent>) => void,
): AsyncGenerator<Buffer> {
  const file = await open(source.path, 'r');
  const sent: Sent = { file: offset, wire: 0 };
  const pending: { readonly part: Buffer; readonly frame: Promise<Buffer> }[] = [];
  const spare: Buffer[] = [];
  let position = offset;
  try {
    while (position < source.size || pending.length > 0) {
      while (pending.length < ahead && position < source.size) {
        const part = await readPart(file, source, position, spare.pop() ?? Buffer.allocUnsafeSlow(frameSize));
        const frame = compress(part, position);
        // It is awaited later; until then a failure must not count as unhandled.
        frame.catch(() => {});
        pending.push({ part, frame });
        position += part.length;
      }
      const { part, frame } = pending.shift()!;
      const bytes = await frame.catch((error) => {
        throw unknown(
          `${source.path} could not be compressed: ${error.message}`,
          'Run it again; if it stays, report it.',
          error,
        );
      });
      // A method that sends the part itself gives it away.
      if (bytes !== part) spare.push(Buffer.from(part.buffer, part.byteOffset, frameSize));
      yield bytes;
      sent.file += part.length;
      sent.wire += bytes.length;
      onSent(sent);
    }
  } finally {
    // The thread pool may still read from buffers of this file.
    await Promise.allSettled(pending.map(({ frame }) => frame));
    await file.close();
  }
}

async function readPart(file: FileHandle, source: SourceFile, position: number, buffer: Buffer): Promise<Buffer> {
  const part = buffer.subarray(0, Math.min(frameSize, source.size - position));
  let filled = 0;
  while (filled < part.length) {
    const { bytesRead } = await file.read(part, filled, part.length - filled, position + filled);
    if (bytesRead === 0) throw changed(source.path);
    filled += bytesRead;
  }
  return part;
}
