import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { messageOf, problem, ToolError, unknown } from '../../common/errors.ts';
import type { LogFile, LogStore } from './store.ts';

/**
 * The logs below a directory, Forgejo's `actions_log`. A name that would lead out of it, by `..`, by an absolute path or
 * through a symbolic link, is refused: the database's content must not choose which file of this host is printed.
 */
export const diskStore = (directory: string): LogStore => ({
  name: `the directory ${directory}`,
  async open(logFilename) {
    if (isAbsolute(logFilename) || /(^|[\\/])\.\.?([\\/]|$)|\0|^$/.test(logFilename))
      throw refused(logFilename, directory);
    const root = await realpath(directory).catch((error: unknown) => {
      throw unreachable(directory, error);
    });
    let file: string;
    try {
      file = await realpath(join(root, logFilename));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unreadable(join(directory, logFilename), error);
    }
    if (!file.startsWith(root.endsWith(sep) ? root : root + sep)) throw refused(logFilename, directory);
    return openFile(file);
  },
});

async function openFile(file: string): Promise<LogFile | undefined> {
  try {
    // Without NONBLOCK a pipe of that name would wait for a writer for ever; the name is resolved, so no link may be left.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stat = await handle.stat();
    if (!stat.isFile()) {
      await handle.close();
      throw problem(`${file} is not a regular file, so it is not a log.`, 'Look at what is at that path.');
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
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (error instanceof ToolError) throw error;
    throw unreadable(file, error);
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException | undefined)?.code;
const isMissing = (error: unknown) => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';

const refused = (logFilename: string, directory: string) =>
  problem(
    `The log name ${JSON.stringify(logFilename)} leads out of ${directory}; it was not read.`,
    'Forgejo never writes such a name: find out who changed action_task.log_filename or the directory.',
  );

const unreachable = (directory: string, error: unknown) =>
  isMissing(error)
    ? unknown(
        `The log directory ${directory} does not exist on this host.`,
        'Give the actions_log directory with --log-dir, or run this where Forgejo keeps its data.',
        error,
      )
    : unreadable(directory, error);

const unreadable = (path: string, error: unknown) =>
  unknown(
    `${path} cannot be read: ${messageOf(error)}`,
    codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM'
      ? 'Run this as the user that Forgejo runs as, or with sudo.'
      : 'Look at that path and its file system.',
    error,
  );
