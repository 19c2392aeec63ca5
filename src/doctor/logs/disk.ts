import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { messageOf, ToolError } from '../../common/errors.ts';
import { directoryStore, type Files, irregular, unreadable } from './files.ts';
import type { LogFile, LogStore } from './store.ts';

/** The logs below a directory of this machine. */
export const diskStore = (directory: string): LogStore => directoryStore(localFiles, directory);

const localFiles: Files = {
  where: '',
  async resolve(path) {
    try {
      return await realpath(path);
    } catch (error) {
      return absent(path, error);
    }
  },
  async open(path) {
    try {
      return await openFile(path);
    } catch (error) {
      return absent(path, error);
    }
  },
  close: async () => {},
};

/** A regular file; no link is followed. */
export async function openFile(path: string): Promise<LogFile> {
  // Without NONBLOCK a pipe of that name would wait for a writer for ever; the name is resolved, so no link may be left.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    throw irregular(path, '');
  }
  return {
    size: stat.size,
    async read(offset, length) {
      const buffer = Buffer.allocUnsafe(length);
      let read = 0;
      while (read < length) {
        const { bytesRead } = await handle.read(buffer, read, length - read, offset + read);
        if (bytesRead === 0) break;
        read += bytesRead;
      }
      return buffer.subarray(0, read);
    },
    close: () => handle.close(),
  };
}

/** undefined for what is not there. @throws for everything else */
function absent(path: string, error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  if (error instanceof ToolError) throw error;
  throw unreadable(path, '', messageOf(error), code === 'EACCES' || code === 'EPERM', error);
}
