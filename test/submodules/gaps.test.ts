import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/submodules/check.ts';
import { advance, commit, git, makeWorld, tryGit, type World, type WorldOptions } from '../support/repositories.ts';
import { classes, runHere } from '../support/run.ts';

// What `git push --recurse-submodules=check` lets through, measured here with the git that is installed, and stopped by us.
let world: World;
afterEach(() => world.remove());

const make = (options: WorldOptions = {}) => {
  world = makeWorld(options);
  return { root: world.root, lib: join(world.root, 'lib'), server: (name: string) => join(world.servers, name) };
};
const gitLetsItThrough = (root: string, remote = 'origin', ...more: string[]) =>
  expect(tryGit(root, ...more, 'push', '--recurse-submodules=check', remote, 'main')).toMatchObject({ code: 0 });
const weStopIt = async (root: string, ...argv: string[]) => {
  const { exit, result } = await runHere<CheckResult>(root, ['check', ...argv]);
  expect(exit).toBe(1);
  return classes(result);
};

describe('gaps of push.recurseSubmodules=check', () => {
  it('G1: pushed to any remote counts as pushed', async () => {
    const { root, lib } = make();
    advance(root);
    git(lib, 'push', '--quiet', 'alm', 'main');
    const found = await weStopIt(root, '--require', 'origin');
    expect(found).toEqual({ lib: 'unpushed' });
    gitLetsItThrough(root);
    expect(await weStopIt(root)).toEqual({ lib: 'missing-on-remote' });
  });

  it('G2: a tracking branch that is out of date is believed', async () => {
    const { root, lib, server } = make();
    const before = git(lib, 'rev-parse', 'HEAD');
    advance(root);
    git(lib, 'push', '--quiet', 'origin', 'main');
    git(lib, 'push', '--quiet', 'alm', 'main');
    // Someone rewrites the branch, and the server cleans up.
    for (const name of ['origin', 'alm']) {
      git(join(server(name), 'lib.git'), 'update-ref', 'refs/heads/main', before);
      git(join(server(name), 'lib.git'), 'gc', '--quiet', '--prune=now');
    }
    expect(await weStopIt(root)).toEqual({ lib: 'unpushed' });
    gitLetsItThrough(root);
  });

  it('G3: a submodule that is not initialised is skipped', async () => {
    const { root } = make();
    git(root, 'submodule', '--quiet', 'deinit', '--force', 'lib');
    git(root, 'update-index', '--cacheinfo', `160000,${'deadbeef'.repeat(5)},lib`);
    commit(root, 'root: nobody has that');
    expect(await weStopIt(root)).toEqual({ lib: 'lost' });
    gitLetsItThrough(root);
  });

  it('G4: a commit that no ref holds any more is skipped', async () => {
    const { root, lib } = make();
    git(lib, 'checkout', '--quiet', '--detach');
    advance(root);
    git(lib, 'checkout', '--quiet', 'main');
    expect(await weStopIt(root)).toEqual({ lib: 'unpushed' });
    gitLetsItThrough(root);
  });

  it('G5: what lies below a submodule is not looked at', async () => {
    const { root, lib } = make({ nested: true });
    advance(lib, 'leaf');
    git(root, 'add', 'lib');
    commit(root, 'root: take lib');
    for (const name of ['origin', 'alm']) git(lib, 'push', '--quiet', '--recurse-submodules=no', name, 'main');
    expect(await weStopIt(root)).toEqual({ lib: 'pushed', 'lib/leaf': 'nested-unpushed' });
    gitLetsItThrough(root);
  });

  it('G6: on-demand pushes one level only', async () => {
    const { root, lib, server } = make({ nested: true });
    const { inSubmodule } = advance(lib, 'leaf');
    git(root, 'add', 'lib');
    commit(root, 'root: take lib');
    expect(await weStopIt(root, '--require', 'origin')).toEqual({ lib: 'unpushed', 'lib/leaf': 'nested-unpushed' });
    expect(tryGit(root, 'push', '--recurse-submodules=on-demand', 'origin', 'main')).toMatchObject({ code: 0 });
    expect(tryGit(join(server('origin'), 'leaf.git'), 'cat-file', '-e', inSubmodule).code).not.toBe(0);
    expect(await weStopIt(root, '--require', 'origin')).toEqual({ lib: 'pushed', 'lib/leaf': 'nested-unpushed' });
  });

  it('G7: a bad commit that the remote has already is never looked at again', async () => {
    const { root } = make();
    advance(root);
    git(root, 'push', '--quiet', 'origin', 'main');
    commit(root, 'root: something else');
    expect(await weStopIt(root)).toEqual({ lib: 'unpushed' });
    gitLetsItThrough(root);
  });

  it('G8: on-demand gives up when a submodule is on another branch; push goes where the submodule is', async () => {
    const { root, lib, server } = make();
    git(lib, 'checkout', '--quiet', '-b', 'topic');
    const { inSubmodule } = advance(root);
    expect(tryGit(root, 'push', '--recurse-submodules=on-demand', 'origin', 'main').code).not.toBe(0);
    const { exit } = await runHere(root, ['push', '--yes']);
    expect(exit).toBe(0);
    expect(git(join(server('origin'), 'lib.git'), 'rev-parse', 'topic')).toBe(inSubmodule);
  });

  it('G9: a submodule without any remote branch is taken for pushed', async () => {
    const { root, lib } = make();
    advance(root);
    for (const name of ['origin', 'alm']) git(lib, 'remote', 'remove', name);
    expect(await weStopIt(root)).toEqual({ lib: 'unpushed' });
    gitLetsItThrough(root);
  });

  it('G10: a bare superproject is not checked', async () => {
    const { root } = make();
    const { inRoot } = advance(root);
    const mirror = join(world.dir, 'mirror.git');
    git(world.dir, 'clone', '--quiet', '--bare', root, mirror);
    git(mirror, 'remote', 'set-url', 'origin', git(root, 'config', 'remote.origin.url'));
    expect(git(mirror, 'rev-parse', 'main')).toBe(inRoot);
    // A bare clone holds no submodule, so what is not on the remote is nowhere.
    expect(await weStopIt(mirror)).toEqual({ lib: 'lost' });
    gitLetsItThrough(mirror);
  });

  it('G11: by default nothing is checked at all', async () => {
    const { root } = make();
    advance(root);
    expect(await weStopIt(root)).toEqual({ lib: 'unpushed' });
    expect(tryGit(root, 'push', 'origin', 'main').code).toBe(0);
  });
});
