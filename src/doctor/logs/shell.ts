import type { Host } from '../../deploy/host/host.ts';
import { type Files, irregular, unreadable } from './files.ts';
import { type LogFile, UnreadableLog } from './store.ts';
import { keepLast } from './text.ts';

/** Every read starts a program over there, so a read takes at least this many bytes, and the last few are kept. */
const blockSize = 128 * 1024;
const timeoutMs = 60_000;

/** What the scripts below end with, where they do not print an answer. */
const exits = { missing: 41, denied: 42, irregular: 43 } as const;

const resolveScript = `
[ -e "$1" ] || {
  # Nothing is seen in a directory that may not be entered.
  up=$1; while [ ! -e "$up" ] && [ "$up" != / ] && [ "$up" != . ]; do up=$(dirname "$up"); done
  [ -d "$up" ] && [ ! -x "$up" ] && exit ${exits.denied}; exit ${exits.missing}; }
readlink -f "$1"`;

// GNU's and busybox' dd count in bytes; where one cannot, tail and head do.
const openScript = `
[ -e "$1" ] || exit ${exits.missing}; [ -f "$1" ] && [ ! -L "$1" ] || exit ${exits.irregular}; [ -r "$1" ] || exit ${exits.denied}
dd if=/dev/null of=/dev/null iflag=skip_bytes,count_bytes skip=0 count=0 2>/dev/null && echo dd || echo tail
stat -c %s "$1" 2>/dev/null || wc -c <"$1"`;

const readers = {
  dd: 'exec dd if="$1" bs=65536 iflag=skip_bytes,count_bytes skip="$2" count="$3" 2>/dev/null',
  tail: 'tail -c +"$(($2 + 1))" "$1" | head -c "$3"',
};

/** Files of a host that only runs commands: a container, or a server behind SSH without SFTP. */
export function shellFiles(host: Host): Files {
  const where = ` in ${host.name}`;
  const sh = async (script: string, ...args: string[]) => host.run(['sh', '-c', script, 'sh', ...args], { timeoutMs });
  const failure = (path: string, { code, stderr }: { code: number | null; stderr: string }): undefined => {
    if (code === exits.missing) return undefined;
    if (code === exits.irregular) throw irregular(path, where);
    throw unreadable(
      path,
      where,
      stderr.trim() || (code === exits.denied ? 'permission denied' : `exit code ${code}`),
      code === exits.denied,
    );
  };
  return {
    where,
    async resolve(path) {
      const result = await sh(resolveScript, path);
      return result.code === 0 ? result.stdout.replace(/\n$/, '') : failure(path, result);
    },
    async open(path) {
      const result = await sh(openScript, path);
      if (result.code !== 0) return failure(path, result);
      const [reader, size] = result.stdout.split('\n');
      return blockwise(Number(size), (offset, length) =>
        readRange(host, readers[reader as 'dd' | 'tail'], path, offset, length),
      );
    },
    // The host is closed by whoever opened it.
    close: async () => {},
  };
}

async function readRange(host: Host, script: string, path: string, offset: number, length: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  const { code, stderr } = await host.run(['sh', '-c', script, 'sh', path, String(offset), String(length)], {
    timeoutMs,
    onStdout: (chunk) => parts.push(chunk),
  });
  const bytes = Buffer.concat(parts);
  if (bytes.length > length || (code !== 0 && bytes.length > 0))
    throw new UnreadableLog(
      `${path} in ${host.name} could not be read from byte ${offset}: ${stderr.trim() || `exit code ${code}`}`,
      'Look at that file and its file system.',
    );
  return bytes;
}

/** Small reads are taken from whole blocks. */
function blockwise(size: number, read: LogFile['read']): LogFile {
  const block = keepLast(4, (index) => read(index * blockSize, Math.min(blockSize, size - index * blockSize)));
  return {
    size,
    async read(offset, length) {
      if (length >= blockSize) return read(offset, length);
      const first = Math.floor(offset / blockSize);
      const last = Math.floor((offset + length - 1) / blockSize);
      const bytes = Buffer.concat(await Promise.all([block(first), ...(last > first ? [block(last)] : [])]));
      return bytes.subarray(offset - first * blockSize, offset - first * blockSize + length);
    },
    close: async () => {},
  };
}
