import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { StatusResult } from '../../src/submodules/status.ts';
import { advance, commit, git, makeWorld, type World } from '../support/repositories.ts';
import { runHere } from '../support/run.ts';

let world: World;
afterEach(() => world.remove());

describe('status', () => {
  it('shows what is recorded, what is checked out, what each remote says, and whether there is a workflow', async () => {
    world = makeWorld({ nested: true });
    const lib = join(world.root, 'lib');
    const { inSubmodule } = advance(world.root);
    git(lib, 'push', '--quiet', 'origin', 'main');
    const ahead = commit(lib, 'lib: workflow', { '.forgejo/workflows/lib.yaml': 'on: push\n' });
    writeFileSync(join(lib, 'leaf', 'leaf.txt'), 'changed');
    const { exit, result, said } = await runHere<StatusResult>(world.root, ['status']);
    expect(exit).toBe(0);
    expect(result.submodules).toMatchObject([
      {
        path: 'lib',
        recorded: inSubmodule,
        checkedOut: ahead,
        state: 'ahead, dirty',
        class: 'missing-on-remote',
        workflow: true,
      },
      { path: 'lib/leaf', state: 'dirty', class: 'pushed', workflow: false },
    ]);
    expect(said).toMatch(/lib +[0-9a-f]{12} +[0-9a-f]{12} +ahead, dirty +pushed +missing-on-remote +yes/);
  });

  it('does not need a submodule to be initialised', async () => {
    world = makeWorld({ remotes: ['origin'] });
    git(world.root, 'submodule', '--quiet', 'deinit', '--force', '--all');
    rmSync(join(world.root, '.git', 'modules'), { recursive: true });
    const { result } = await runHere<StatusResult>(world.root, ['status']);
    expect(result.submodules).toMatchObject([
      { path: 'lib', checkedOut: null, state: 'uninitialised', class: 'pushed', workflow: null },
    ]);
  });
});

describe('wrong use', () => {
  it.each([
    [['check', '--commit', 'HEAD', '--range', 'a..b'], 64, 'exclude each other'],
    [['check', '--commit', 'nowhere'], 64, 'no commit of'],
    [['check', '--range', 'HEAD'], 64, 'not a range'],
    [['check', '--require', 'orign'], 64, 'did you mean "origin"?'],
    [['check', '--timeout', 'soon'], 64, 'not a duration'],
    [['check', '--requir', 'x'], 64, 'unknown option'],
    [['check', '--config', 'none.yaml'], 64, 'Cannot read none.yaml'],
  ] as const)('%j', async (argv, exit, message) => {
    world = makeWorld({ remotes: ['origin'] });
    const ran = await runHere(world.root, argv);
    expect([ran.exit, ran.said]).toEqual([exit, expect.stringContaining(message)]);
  });

  it('outside of a repository, and without a remote', async () => {
    world = makeWorld({ remotes: ['origin'] });
    expect(await runHere('/', ['check'])).toMatchObject({
      exit: 1,
      said: expect.stringContaining('not in a git repository'),
    });
    git(world.root, 'remote', 'remove', 'origin');
    expect(await runHere(world.root, ['check'])).toMatchObject({ exit: 1, said: expect.stringContaining('no remote') });
  });
});
