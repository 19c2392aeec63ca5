import type { Dbfs } from '../logs/dbfs.ts';
import type { Database } from './database.ts';

/** Bytes of a block (`dbfs_meta.block_size`, the same on every server seen). */
const blockSize = 32_768;

/** Forgejo's files in the database, read block by block. A schema without these tables has none of them. */
export function dbfsOf({ queries }: Database): Dbfs {
  return {
    async find(fullPath) {
      const row = await queries
        .selectFrom('dbfs_meta')
        .select(['id', 'file_size'])
        .where('full_path', '=', fullPath)
        .executeTakeFirst();
      return row && { id: row.id, fileSize: row.file_size };
    },
    async read(id, offset, length) {
      const first = Math.floor(offset / blockSize) * blockSize;
      const rows = await queries
        .selectFrom('dbfs_meta')
        .leftJoin('dbfs_data', (join) =>
          join
            .onRef('dbfs_data.meta_id', '=', 'dbfs_meta.id')
            .on('blob_offset', '>=', first)
            .on('blob_offset', '<', offset + length),
        )
        .select(['file_size', 'blob_offset', 'blob_data'])
        .where('dbfs_meta.id', '=', id)
        .execute();
      const size = rows[0]?.file_size;
      if (size === undefined) return Buffer.alloc(0);
      // A block that was never written, or ends early, reads as zeros, as it does in Forgejo.
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
      for (const { blob_offset: at, blob_data: data } of rows) {
        if (at === null || data === null) continue;
        const skip = Math.max(0, offset - at);
        data.copy(bytes, Math.max(0, at - offset), skip, Math.min(data.length, skip + bytes.length));
      }
      return bytes;
    },
  };
}
