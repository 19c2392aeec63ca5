import ssh2, { type SFTPWrapper } from 'ssh2';
import { messageOf, unknown } from '../../common/errors.ts';
import { type Files, irregular, unreadable } from './files.ts';
import type { LogFile } from './store.ts';

/** SFTP servers need not give more at once (OpenSSH: 256 KiB, the protocol's own minimum is 32 KiB). */
const pieceSize = 32 * 1024;
/** Requests under way at the same time: a long way must not cost its time for every piece. */
const parallel = 32;

/** Files of a host behind SSH, read in ranges over SFTP version 3. */
export function sftpFiles(sftp: SFTPWrapper, hostName: string): Files {
  const where = ` on ${hostName}`;
  const absent = (path: string, error: Error): undefined => {
    const { code } = error as { code?: unknown };
    if (code === ssh2.utils.sftp.STATUS_CODE.NO_SUCH_FILE) return undefined;
    if (code === ssh2.utils.sftp.STATUS_CODE.PERMISSION_DENIED)
      throw unreadable(path, where, messageOf(error), true, error);
    // "Failure" is also the answer for a file where a directory is expected.
    throw typeof code === 'number' ? unreadable(path, where, messageOf(error), false, error) : broken(hostName, error);
  };
  return {
    where,
    resolve: (path) =>
      new Promise((resolve, reject) =>
        // lstat first: servers resolve the path of what does not exist as well.
        sftp.stat(path, (gone) =>
          gone
            ? settle(() => absent(path, gone), resolve, reject)
            : sftp.realpath(path, (error, found) =>
                error ? settle(() => absent(path, error), resolve, reject) : resolve(found),
              ),
        ),
      ),
    async open(path) {
      const stat = await call<import('ssh2').Stats>((done) => sftp.lstat(path, done)).catch((error) =>
        absent(path, error),
      );
      if (!stat) return undefined;
      if (!stat.isFile()) throw irregular(path, where);
      const handle = await call<Buffer>((done) => sftp.open(path, 'r', done)).catch((error) => absent(path, error));
      return handle && openedFile(sftp, handle, stat.size, hostName);
    },
    close: async () => sftp.end(),
  };
}

const openedFile = (sftp: SFTPWrapper, handle: Buffer, size: number, hostName: string): LogFile => ({
  size,
  async read(offset, length) {
    const buffer = Buffer.allocUnsafe(length);
    let end = length;
    let next = 0;
    const worker = async () => {
      while (next < end) {
        const from = next;
        const to = Math.min(from + pieceSize, length);
        next = to;
        // A server may give less than was asked for.
        for (let at = from; at < to; ) {
          const read = await readPiece(sftp, handle, buffer, at, to - at, offset + at).catch((error: Error) => {
            throw broken(hostName, error);
          });
          if (read === 0) {
            end = Math.min(end, at);
            break;
          }
          at += read;
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallel, Math.ceil(length / pieceSize)) }, worker));
    return buffer.subarray(0, end);
  },
  close: () => call<void>((done) => sftp.close(handle, (error) => done(error ?? undefined, undefined))).catch(() => {}),
});

/** Bytes read; 0 at the end of the file. */
const readPiece = (sftp: SFTPWrapper, handle: Buffer, buffer: Buffer, at: number, length: number, position: number) =>
  new Promise<number>((resolve, reject) =>
    sftp.read(handle, buffer, at, length, position, (error, read) => {
      if (!error) resolve(read);
      else if ((error as { code?: unknown }).code === ssh2.utils.sftp.STATUS_CODE.EOF) resolve(0);
      else reject(error);
    }),
  );

const call = <T>(start: (done: (error: Error | undefined, value: T) => void) => void) =>
  new Promise<T>((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value))));

function settle<T>(work: () => T, resolve: (value: T) => void, reject: (error: unknown) => void): void {
  try {
    resolve(work());
  } catch (error) {
    reject(error);
  }
}

const broken = (hostName: string, error: Error) =>
  unknown(`${hostName}: SFTP broke off: ${messageOf(error)}`, 'Check network and host, then run it again.', error);
