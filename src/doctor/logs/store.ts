import { ToolError } from '../../common/errors.ts';

/** One log that is there and cannot be read; those beside it may well be. */
export class UnreadableLog extends ToolError {
  constructor(message: string, fix: string, cause?: unknown) {
    super('unknown', message, fix, cause);
  }
}

/** An opened log as it is stored: compressed or not. Offsets and sizes in bytes. */
export interface LogFile {
  /** Size when it was opened; a log that is still written grows afterwards. */
  readonly size: number;
  /**
   * Up to `length` bytes from `offset`. Fewer than asked for, within `size`, means that the log is no longer here:
   * Forgejo moved it from the database to its storage in the meantime, or deleted it.
   */
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** A place where Forgejo keeps logs: its database, a directory here or on another host, object storage, its API. */
export interface LogStore {
  /** For messages: what and where, `the directory /var/lib/forgejo/data/actions_log`. */
  readonly name: string;
  /**
   * Opens the log stored under `action_task.log_filename`; undefined where it is not here. The API alone knows logs by
   * their task.
   *
   * @throws {UnreadableLog} where it is there but cannot be read, or its name is not one that Forgejo writes
   * @throws {ToolError} where the place can't be asked
   */
  open(logFilename: string, taskId: number): Promise<LogFile | undefined>;
  /** Gives back what the store holds beside opened logs, such as a session with a server. */
  close?(): Promise<void>;
}
