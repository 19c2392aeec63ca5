import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
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
    const { size, sha256 } = await (before.size < largeFile ? digest(file) : digestBeside(file));
    const after = await file.stat({ bigint: true });
    if (BigInt(size) !== after.size || before.mtimeNs !== after.mtimeNs || before.size !== after.size)
      throw changed(path);
    return { path, size, sha256 };
  } finally {
    await file.close();
  }
}

type Digest = Pick<SourceFile, 'size' | 'sha256'>;

async function digest(file: FileHandle): Promise<Digest> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  let size = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, size);
    if (bytesRead === 0) return { size, sha256: hash.digest('hex') };
    hash.update(buffer.subarray(0, bytesRead));
    size += bytesRead;
  }
}

/** Bytes from which on a thread of its own, which takes 40 ms to start, pays: handshakes wait for this one otherwise. */
const largeFile = 32 * 1024 * 1024;

/** The same as `digest`, in a thread. Its text is all it has: a bundle is one file. */
const threadText = `
const { createHash } = require('node:crypto');
const { readSync } = require('node:fs');
const { parentPort, workerData: file } = require('node:worker_threads');
const hash = createHash('sha256');
const buffer = Buffer.allocUnsafe(1024 * 1024);
let size = 0;
for (let count; (count = readSync(file, buffer, 0, buffer.length, size)) > 0; size += count) hash.update(buffer.subarray(0, count));
parentPort.postMessage({ size, sha256: hash.digest('hex') });
`;

async function digestBeside({ fd }: FileHandle): Promise<Digest> {
  return await new Promise((resolve, reject) => {
    const thread = new Worker(threadText, { eval: true, workerData: fd });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('The thread that hashes ended early.')));
  });
}

/** Whether the file still is what it was; tells a source that was rebuilt under us from bytes that were damaged on their way. */
export async function isUnchanged(source: SourceFile): Promise<boolean> {
  if ((await stat(source.path).catch(() => undefined))?.size !== source.size) return false;
  return (await hashFile(source.path).catch(() => undefined))?.sha256 === source.sha256;
}

/** The error of a file that somebody writes to while it is sent. */
export const changed = (path: string) =>
  problem(`${path} changed while it was read.`, 'Wait until the build has finished writing it, then run this again.');
