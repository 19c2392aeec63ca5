import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a directory, and those above it, for their owner only. Node's own recursive mkdir tries for ever where a parent is
 * there and takes no entries, as /proc.
 *
 * @throws what mkdir(2) failed with
 */
export async function makeDirectory(path: string): Promise<void> {
  const make = () =>
    mkdir(path, { mode: 0o700 }).catch(async (error) => {
      // EEXIST, but also EROFS and EPERM, are said of a directory that is there.
      if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw error;
    });
  try {
    await make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeDirectory(dirname(path));
    await make();
  }
}
