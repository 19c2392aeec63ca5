import { existsSync } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Stands in for `incus` where none is installed: it enters this machine instead of a container, and says no as the real one does.
 *
 * @param programs what the container has; everything that this machine has where it is left out
 * @returns the directory to put into PATH
 */
export async function fakeContainer(directory: string, name: string, programs?: readonly string[]): Promise<string> {
  await mkdir(directory, { recursive: true });
  let enter = 'exec "$@"';
  if (programs) {
    const inside = join(directory, 'inside');
    await mkdir(inside);
    for (const program of ['sh', 'env', 'true', ...programs]) await symlink(installed(program), join(inside, program));
    enter = `exec ${join(inside, 'env')} PATH=${inside} "$@"`;
  }
  const script = `#!/bin/sh
[ "$1 $2 $4" = "exec --force-noninteractive --" ] || { echo "Error: unknown arguments: $*" >&2; exit 1; }
[ "$3" = ${name} ] || { echo "Error: Instance not found" >&2; exit 1; }
shift 4
${enter}
`;
  await writeFile(join(directory, 'incus'), script);
  await chmod(join(directory, 'incus'), 0o755);
  return directory;
}

/** By its path: what is built into the shell is no help in a container. */
function installed(program: string): string {
  const path = ['/usr/bin', '/bin'].map((place) => join(place, program)).find((candidate) => existsSync(candidate));
  if (path) return path;
  throw new Error(`This test needs ${program}: see the packages in .ci/run`);
}
