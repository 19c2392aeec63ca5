import { type FileHandle, open, rm } from 'node:fs/promises';
import type { Compress } from './compress.ts';

/**
 * Frames that were compressed once, for all hosts that get the same file: kept in a file, so that a slow host costs no memory.
 */
export class Spool {
  readonly #path: string;
  readonly #frames = new Map<number, Promise<{ readonly at: number; readonly length: number }>>();
  #file: Promise<FileHandle> | undefined;
  #end = 0;

  /** @param path of a file to be made */
  constructor(path: string) {
    this.#path = path;
  }

  /** The same as `compress`, but each part is only compressed for the first one who asks. */
  share(compress: Compress): Compress {
    return async (part, offset) => {
      let mine: Buffer | undefined;
      let frame = this.#frames.get(offset);
      if (!frame) {
        frame = compress(part, offset).then((bytes) => {
          mine = bytes;
          return this.#write(bytes);
        });
        this.#frames.set(offset, frame);
        frame.catch(() => this.#frames.delete(offset));
      }
      const { at, length } = await frame;
      return mine ?? (await this.#read(at, length));
    };
  }

  async remove(): Promise<void> {
    await Promise.allSettled(this.#frames.values());
    await (await this.#file)?.close();
    await rm(this.#path, { force: true });
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

  async #read(at: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(length);
    const file = await this.#file!;
    for (let done = 0; done < length; ) done += (await file.read(bytes, done, length - done, at + done)).bytesRead;
    return bytes;
  }
}
