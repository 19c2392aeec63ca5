import { type FileHandle, open } from 'node:fs/promises';
import { ToolError, unknown } from '../../common/errors.ts';
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

/** The frame of the part of a file that begins at `offset`. `read` reads that part, for who does not have its frame already. */
export type FrameAt = (offset: number, read: () => Promise<Buffer>) => Promise<Buffer>;

/** Frames that nobody else needs. */
export const unshared =
  (compress: Compress): FrameAt =>
  async (_offset, read) =>
    await compress(await read());

/**
 * The file as a row of frames from `offset` on, made a little ahead of whoever reads them.
 * A few frames are in memory at a time, whatever the size of the file: buffers are used again, because the collector is late to free large ones.
 *
 * @param onSent called after a frame was taken
 * @throws ToolError of kind `problem` when the file is shorter than it was
 */
export async function* frames(
  source: SourceFile,
  offset: number,
  frameAt: FrameAt,
  onSent: (sent: Readonly<Sent>) => void,
): AsyncGenerator<Buffer> {
  const file = await open(source.path, 'r');
  const sent: Sent = { file: offset, wire: 0 };
  const pending: { readonly size: number; readonly frame: Promise<Buffer> }[] = [];
  const spare: Buffer[] = [];
  const make = async (position: number, size: number): Promise<Buffer> => {
    let part: Buffer | undefined;
    const frame = await frameAt(position, async () => {
      part = (spare.pop() ?? Buffer.allocUnsafeSlow(frameSize)).subarray(0, size);
      await fill(part, file, source, position);
      return part;
    });
    // A method that sends the part itself gives it away.
    if (part && frame !== part) spare.push(Buffer.from(part.buffer, part.byteOffset, frameSize));
    return frame;
  };
  let position = offset;
  try {
    while (position < source.size || pending.length > 0) {
      while (pending.length < ahead && position < source.size) {
        const size = Math.min(frameSize, source.size - position);
        const frame = make(position, size);
        // It is awaited later; until then a failure must not count as unhandled.
        frame.catch(() => {});
        pending.push({ size, frame });
        position += size;
      }
      const { size, frame } = pending.shift()!;
      const bytes = await frame.catch((error) => {
        if (error instanceof ToolError) throw error;
        throw unknown(
          `${source.path} could not be compressed: ${error.message}`,
          'Run it again; if it stays, report it.',
          error,
        );
      });
      yield bytes;
      sent.file += size;
      sent.wire += bytes.length;
      onSent(sent);
    }
  } finally {
    // The thread pool may still read from buffers of this file.
    await Promise.allSettled(pending.map(({ frame }) => frame));
    await file.close();
  }
}

async function fill(part: Buffer, file: FileHandle, source: SourceFile, position: number): Promise<void> {
  for (let filled = 0; filled < part.length; ) {
    const { bytesRead } = await file.read(part, filled, part.length - filled, position + filled);
    if (bytesRead === 0) throw changed(source.path);
    filled += bytesRead;
  }
}
