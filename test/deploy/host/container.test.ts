import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containerHost } from '../../../src/deploy/host/container.ts';
import { localHost } from '../../../src/deploy/host/local.ts';

// Stands in for the container program where none is installed: it knows one container, and says no as the real one does.
const incus = `#!/bin/sh
[ "$1 $2 $4" = "exec --force-noninteractive --" ] || { echo "Error: unknown arguments: $*" >&2; exit 1; }
[ "$3" = tables ] || { echo "Error: Instance not found" >&2; exit 1; }
shift 4
exec "$@"
`;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'container-'));
  await writeFile(join(directory, 'incus'), incus);
  await chmod(join(directory, 'incus'), 0o755);
});
afterAll(() => rm(directory, { recursive: true }));

const container = (name: string, execPrefix: string[] = []) =>
  containerHost(localHost({ PATH: `${directory}:${process.env.PATH}` }), { program: 'incus', name, execPrefix });

describe('a container', () => {
  it('runs argument lists untouched, behind the prefix', async () => {
    const { stdout } = await container('tables', ['env', 'X=1']).run([
      'sh',
      '-c',
      'echo "$X"; printf "<%s>" "$@"',
      'sh',
      'a b',
      "'",
      '--',
      '',
    ]);
    expect(stdout).toBe("1\n<a b><'><--><>");
  });

  it('passes input and exit codes through', async () => {
    const host = container('tables');
    expect(await host.run(['sh', '-c', 'cat; exit 9'], { stdin: Buffer.from('in') })).toMatchObject({
      code: 9,
      stdout: 'in',
    });
    expect(await host.run(['sh', '-c', 'echo Error: of the command itself >&2; exit 1'])).toMatchObject({ code: 1 });
    expect(await host.run(['sh', '-c', 'exit 127'])).toMatchObject({ code: 127 });
  });

  it('tells a way in that is closed from a command that failed', async () => {
    await expect(container('no-such').run(['true'])).rejects.toMatchObject({
      kind: 'unknown',
      message: 'No command runs in incus:no-such from local: Error: Instance not found',
      fix: expect.stringContaining('--exec-prefix'),
    });
    const bare = containerHost(localHost({ PATH: '/nonexistent' }), { program: 'lxc', name: 'tables', execPrefix: [] });
    await expect(bare.run(['true'])).rejects.toMatchObject({
      kind: 'unknown',
      message: expect.stringContaining('lxc: not found'),
    });
  });

  it('is named by its way in', () => {
    expect(container('tables').name).toBe('incus:tables');
    expect(
      containerHost({ ...localHost({}), name: 'ssh://a' }, { program: 'lxc', name: 'b', execPrefix: [] }).name,
    ).toBe('ssh://a+lxc:b');
  });
});
