import { type FileHandle, open, rm } from 'node:fs/promises';
import type { Compress } from './compress.ts';
import type { FrameAt } from './frames.ts';

/** Frames that stay in memory: hosts that get a file at the same time are seldom further apart. */
const inMemory = 4;

/**
 * Frames that were made once, for all hosts that get the same file: the last ones in memory, all of them in a file, so that a slow
 * host costs no memory.
 */
export class Spool {
  readonly #path: string;
  readonly #recent = new Map<number, Promise<Buffer>>();
  readonly #written = new Map<number, Promise<{ readonly at: number; readonly length: number }>>();
  #file: Promise<FileHandle> | undefined;
  #end = 0;

  /** @param path of a file to be made */
  constructor(path: string) {
    this.#path = path;
  }

  /** Each part is only read and compressed for the first one who asks. */
  share(compress: Compress): FrameAt {
    return async (offset, read) => {
      const recent = this.#recent.get(offset);
      if (recent) return await recent;
      const written = this.#written.get(offset);
      const kept = written && (await written.catch(() => undefined));
      return await (kept ? this.#read(kept) : (this.#recent.get(offset) ?? this.#make(offset, compress, read)));
    };
  }

  async remove(): Promise<void> {
    await Promise.allSettled(this.#written.values());
    // A file that could not be made need not be closed.
    await this.#file?.then((file) => file.close()).catch(() => {});
    await rm(this.#path, { force: true });
  }

  #make(offset: number, compress: Compress, read: () => Promise<Buffer>): Promise<Buffer> {
    const frame = read().then(compress);
    this.#recent.set(offset, frame);
    for (const [oldest] of this.#recent) if (this.#recent.size > inMemory) this.#recent.delete(oldest);
    const written = frame.then((bytes) => this.#write(bytes));
    this.#written.set(offset, written);
    // What failed for one host is made again for the next; a frame that could not be kept was sent all the same.
    frame.catch(() => this.#recent.delete(offset));
    written.catch(() => this.#written.delete(offset));
    return frame;
  }

  async #write(bytes: Buffer) {
    this.#file ??= open(this.#path, 'wx+', 0o600);
    const at = this.#end;
    this.#end += bytes.length;
    const file = await this.#file;
    for (let done = 0; done < bytes.length; )
      done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
    return { at, length: bytes.length };
  }

  async #read({ at, length }: { readonly at: number; readonly length: number }): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(length);
    const file = await this.#file!;
    for (let done = 0; done < length; ) done += (await file.read(bytes, done, length - done, at + done)).bytesRead;
    return bytes;
  }
}
