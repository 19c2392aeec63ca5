import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { problem, usage } from '../../common/errors.ts';

/** A local file as it was when it was read. */
export interface SourceFile {
  readonly path: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * Reads a local file once, to its end.
 *
 * @throws ToolError: kind `usage` when there is no such file, `problem` when it changed meanwhile
 */
export async function hashFile(path: string): Promise<SourceFile> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw usage(
      `${path} cannot be read: ${error.code ?? error.message}`,
      'Check the path of the source, and that the build made it.',
      error,
    );
  });
  try {
    const before = await file.stat({ bigint: true });
    if (!before.isFile()) throw usage(`${path} is no file.`, 'Name the file that is to be copied.');
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    let size = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, size);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
    const after = await file.stat({ bigint: true });
    if (BigInt(size) !== after.size || before.mtimeNs !== after.mtimeNs || before.size !== after.size)
      throw changed(path);
    return { path, size, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}

/** Whether the file still is what it was; tells a source that was rebuilt under us from bytes that were damaged on their way. */
export async function isUnchanged(source: SourceFile): Promise<boolean> {
  if ((await stat(source.path).catch(() => undefined))?.size !== source.size) return false;
  return (await hashFile(source.path).catch(() => undefined))?.sha256 === source.sha256;
}

/** The error of a file that somebody writes to while it is sent. */
export const changed = (path: string) =>
  problem(`${path} changed while it was read.`, 'Wait until the build has finished writing it, then run this again.');
