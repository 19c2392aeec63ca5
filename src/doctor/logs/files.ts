import { isAbsolute, posix } from 'node:path';
import { unknown } from '../../common/errors.ts';
import { type LogFile, type LogStore, UnreadableLog } from './store.ts';

/** Files that logs lie in: those of this machine, or of another one. */
export interface Files {
  /** For messages, behind a path: ` on ssh://git@forge`; empty for this machine. */
  readonly where: string;
  /**
   * The path without symbolic links; undefined where nothing is.
   * @throws {ToolError} where that cannot be told
   */
  resolve(path: string): Promise<string | undefined>;
  /**
   * Opens what `resolve` answered; undefined where it is gone meanwhile.
   * @throws {ToolError} where it cannot be read, or is no regular file
   */
  open(path: string): Promise<LogFile | undefined>;
  close(): Promise<void>;
}

/**
 * The logs below a directory, Forgejo's `actions_log`. A name that would lead out of it, by `..`, by an absolute path or
 * through a symbolic link, is refused: the database's content must not choose which file of a host is printed.
 */
export function directoryStore(files: Files, directory: string): LogStore {
  let root: Promise<string | undefined> | undefined;
  return {
    name: `the directory ${directory}${files.where}`,
    async open(logFilename) {
      if (isAbsolute(logFilename) || /(^|[\\/])\.\.?([\\/]|$)|\0|^$/.test(logFilename))
        throw refused(logFilename, directory);
      root ??= files.resolve(directory).catch((error) => {
        // The directory is no log: without it there is none.
        throw error instanceof UnreadableLog ? unknown(error.message, error.fix, error) : error;
      });
      root.catch(() => {
        root = undefined;
      });
      const found = await root;
      if (found === undefined) throw missing(directory, files.where);
      const file = await files.resolve(posix.join(found, logFilename));
      if (file === undefined) return undefined;
      if (!file.startsWith(found.endsWith('/') ? found : `${found}/`)) throw refused(logFilename, directory);
      return files.open(file);
    },
    close: () => files.close(),
  };
}

const refused = (logFilename: string, directory: string) =>
  new UnreadableLog(
    `The log name ${JSON.stringify(logFilename)} leads out of ${directory}; it was not read.`,
    'Forgejo never writes such a name: find out who changed action_task.log_filename or the directory.',
  );

const missing = (directory: string, where: string) =>
  unknown(
    `The log directory ${directory} does not exist${where || ' on this host'}.`,
    where
      ? 'Give the actions_log directory of that host with --log-dir.'
      : 'Give the actions_log directory with --log-dir, or say with --log-via on which host it is.',
  );

export const irregular = (path: string, where: string) =>
  new UnreadableLog(`${path}${where} is not a regular file, so it is not a log.`, 'Look at what is at that path.');

/** @param denied whether the permissions are the reason */
export const unreadable = (path: string, where: string, why: string, denied: boolean, cause?: unknown) =>
  new UnreadableLog(
    `${path}${where} cannot be read: ${why}`,
    !denied
      ? 'Look at that path and its file system.'
      : where
        ? 'Connect as the user that Forgejo runs as, or as root.'
        : 'Run this as the user that Forgejo runs as, or with sudo.',
    cause,
  );
