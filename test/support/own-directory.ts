import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];
const removeAll = () => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
};
// A worker of vitest ends without an exit event; a benchmark has no vitest.
if (process.env.VITEST) (await import('vitest')).afterAll(removeAll);
else process.once('exit', removeAll);

/** A new directory for what all tests of a file share: removed behind the last of them. */
export async function ownDirectory(prefix: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  made.push(path);
  return path;
}
