import type { LogStore } from './store.ts';

/**
 * The tables dbfs_meta and dbfs_data, where Forgejo keeps the log of a running task: plain text, also where its name ends
 * in `.zst`.
 */
export interface Dbfs {
  /** The file of that `dbfs_meta.full_path`; `fileSize` in bytes. */
  find(fullPath: string): Promise<{ id: number; fileSize: number } | undefined>;
  /**
   * `length` bytes from `offset`, put together from blocks by `blob_offset` (their length is that of `blob_data`;
   * `blob_size` is always 0). Bytes that a block lacks before the file's end are zero, as in Forgejo; fewer bytes than
   * asked for mean that the file's rows are gone.
   */
  read(id: number, offset: number, length: number): Promise<Buffer>;
}

/** `dbfs_meta.full_path` of a log: the number of slashes goes before the path (`buildPath` in Forgejo's models/dbfs). */
export function dbfsPath(logFilename: string): string {
  const path = `actions_log/${logFilename}`;
  return `${path.split('/').length - 1}:${path}`;
}

export const dbfsStore = (dbfs: Dbfs): LogStore => ({
  name: 'the database (DBFS)',
  async open(logFilename) {
    const meta = await dbfs.find(dbfsPath(logFilename));
    if (!meta) return undefined;
    return {
      size: meta.fileSize,
      read: (offset, length) => dbfs.read(meta.id, offset, length),
      close: async () => {},
    };
  },
});
