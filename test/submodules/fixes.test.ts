import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runTool } from '../../src/common/command.ts';
import type { Io } from '../../src/common/io.ts';
import { plainView } from '../../src/common/output/table.ts';
import { type CheckResult, runIn } from '../../src/submodules/check.ts';
import { tool } from '../../src/submodules/command.ts';
import { templateLine } from '../../src/submodules/remotes.ts';
import { checkText } from '../../src/submodules/render.ts';
import {
  advance,
  commit,
  git,
  gitEnv,
  makeWorld,
  tryGit,
  type World,
  type WorldOptions,
} from '../support/repositories.ts';
import { runHere } from '../support/run.ts';

// Every fix is pasted into a shell that is not in the root, and the check then finds what it should.
let world: World;
afterEach(() => world.remove());
const make = (options: WorldOptions = {}) => {
  world = makeWorld(options);
  return { root: world.root, lib: join(world.root, 'lib'), deep: join(world.root, 'lib', 'leaf') };
};
const check = async () => {
  const { exit, result } = await runHere<CheckResult>(world.root, ['check']);
  return { exit, result, at: (path: string) => result.submodules.find((one) => one.path === path)! };
};
const paste = (fix: string) => execFileSync('sh', ['-ec', fix], { cwd: world.dir, env: gitEnv, stdio: 'pipe' });
/** Words as they are typed, the directory not added to them. */
async function runTyped(...argv: string[]) {
  let said = '';
  const note = (text: string) => {
    said += `${text}\n`;
  };
  const io: Io = {
    env: { ...gitEnv, FORGEJO_CI_TOOLKIT_CACHE: join(world.dir, 'cache') },
    view: plainView,
    interactive: false,
    write: async (text) => note(String(text)),
    note,
    pause: async () => {},
    ask: async () => false,
  };
  const { exit } = await runTool(tool, argv, io);
  return { exit, said };
}
const server = (name: string, remote = 'origin') => join(world.servers, remote, `${name}.git`);
const pushAll = (dir: string, ref = 'HEAD:main') => {
  for (const remote of ['origin', 'alm']) git(dir, 'push', '--quiet', '--force', remote, ref);
};

describe('a fix that is pasted', () => {
  it('pushes what only another worktree has', async () => {
    const { root } = make({ nested: true });
    const tree = join(world.dir, 'tree');
    git(root, 'worktree', 'add', '--quiet', '-b', 'side', tree);
    git(tree, 'submodule', '--quiet', 'update', '--init', '--recursive');
    const { inRoot } = advance(tree);
    git(root, 'merge', '--quiet', '--ff-only', inRoot);
    const { exit, at } = await check();
    expect([exit, at('lib').class]).toEqual([1, 'unpushed']);
    paste(at('lib').fix);
    expect((await check()).exit).toBe(0);
  });

  it('sends a commit that was force-pushed away to a branch of its own', async () => {
    const { root, lib } = make();
    const { inSubmodule } = advance(root);
    pushAll(lib);
    git(lib, 'checkout', '--quiet', '--detach', world.recorded);
    commit(lib, 'lib: another way');
    pushAll(lib);
    git(lib, 'checkout', '--quiet', 'main');
    const { at } = await check();
    expect(at('lib')).toMatchObject({ class: 'unreachable', message: expect.stringContaining('submodule-') });
    paste(at('lib').fix);
    expect((await check()).at('lib').class).toBe('unmerged');
    expect(git(server('lib', 'alm'), 'rev-parse', `submodule-${inSubmodule.slice(0, 12)}`)).toBe(inSubmodule);
  });

  it('goes to the remote’s default branch when the submodule is on none', async () => {
    const { root, lib } = make();
    for (const remote of ['origin', 'alm']) {
      git(server('lib', remote), 'branch', '-m', 'main', 'master');
      git(server('lib', remote), 'symbolic-ref', 'HEAD', 'refs/heads/master');
    }
    git(lib, 'checkout', '--quiet', '--detach');
    const { inSubmodule } = advance(root);
    paste((await check()).at('lib').fix);
    expect((await check()).at('lib').class).toBe('pushed');
    expect(git(server('lib'), 'rev-parse', 'master')).toBe(inSubmodule);
  });

  it.each([true, false])(
    'names the branch in the .gitmodules that records it, below the root (checked out: %s)',
    async (here) => {
      const { root, lib, deep } = make({ nested: true });
      advance(lib, 'leaf');
      pushAll(deep, 'HEAD:topic');
      pushAll(lib);
      git(root, 'add', 'lib');
      commit(root, 'root: lib');
      if (!here) git(root, 'submodule', '--quiet', 'deinit', '--force', 'lib');
      const { at } = await check();
      expect(at('lib/leaf').class).toBe('nested-unmerged');
      paste(at('lib/leaf').fix);
      expect(git(lib, 'diff', '--cached', '--name-only')).toBe('.gitmodules');
      expect(git(lib, 'config', '--file', '.gitmodules', 'submodule.leaf.branch')).toBe('topic');
      expect(git(root, 'config', '--file', '.gitmodules', '--list')).not.toContain('leaf');
    },
  );

  it('takes a section without a gitlink out of the .gitmodules it is in', async () => {
    const { root, lib } = make({ nested: true });
    git(lib, 'rm', '--quiet', '--cached', 'leaf');
    commit(lib, 'lib: half a removal');
    pushAll(lib);
    git(root, 'add', 'lib');
    commit(root, 'root: lib');
    const { at } = await check();
    expect(at('lib/leaf').class).toBe('nested-entry-without-gitlink');
    paste(at('lib/leaf').fix);
    expect(git(lib, 'show', ':.gitmodules')).toBe('');
    expect(git(root, 'show', ':.gitmodules')).toContain('lib');
  });

  it('adds an address that is missing below the root', async () => {
    const { root, lib } = make({ nested: true });
    commit(lib, 'lib: no address', { '.gitmodules': '[submodule "leaf"]\n\tpath = leaf\n' });
    pushAll(lib);
    git(root, 'add', 'lib');
    commit(root, 'root: lib');
    const { at } = await check();
    expect(at('lib/leaf').class).toBe('nested-no-url');
    paste(at('lib/leaf').fix);
    expect(git(lib, 'config', '--file', '.gitmodules', 'submodule.leaf.url')).toBe(server('leaf'));
    expect(tryGit(root, 'diff', '--cached', '--quiet').code).toBe(0);
  });

  it.each([
    ['lost', 'lib'],
    ['nested-lost', 'lib/leaf'],
  ])('records another commit in place of one that is %s, all the way up', async (name, path) => {
    const { root, lib } = make({ nested: true });
    const parent = path === 'lib' ? root : lib;
    git(parent, 'update-index', '--cacheinfo', `160000,${'1'.repeat(40)},${path.split('/').at(-1)!}`);
    commit(parent, 'records nothing real');
    if (parent === lib) {
      pushAll(lib);
      git(root, 'add', 'lib');
      commit(root, 'root: lib');
    }
    const found = await check();
    expect(found.at(path).class).toBe(name);
    paste(found.at(path).fix);
    const { result } = await runHere<CheckResult>(root, ['check', '--commit', 'HEAD']);
    // lib has a commit of its own now, which is not pushed yet.
    expect(result.submodules.map((one) => one.class)).toEqual(
      path === 'lib' ? ['pushed', 'pushed'] : ['unpushed', 'pushed'],
    );
  });

  it('gets a commit that the clone lacks before it sends it on', async () => {
    const { root } = make();
    const work = join(world.dir, 'work', 'lib');
    const oid = commit(work, 'lib: made elsewhere');
    git(work, 'push', '--quiet', 'origin', 'main');
    git(root, 'update-index', '--cacheinfo', `160000,${oid},lib`);
    commit(root, 'root: take it');
    const { at } = await check();
    expect(at('lib').class).toBe('missing-on-remote');
    paste(at('lib').fix);
    expect((await check()).exit).toBe(0);
  });

  it('of push: records a commit below the root in each repository above it', async () => {
    const { root, lib, deep } = make({ nested: true });
    commit(deep, 'leaf: not recorded');
    const { result, exit } = await runHere<{ error: { fix: string } }>(root, ['push', '--yes']);
    expect(exit).toBe(1);
    paste(result.error.fix);
    expect(git(lib, 'rev-parse', 'HEAD:leaf')).toBe(git(deep, 'rev-parse', 'HEAD'));
    expect(git(root, 'rev-parse', 'HEAD:lib')).toBe(git(lib, 'rev-parse', 'HEAD'));
  });

  it('of push: takes in what someone else pushed', async () => {
    const { root, deep } = make({ nested: true });
    const other = join(world.dir, 'work', 'leaf');
    const theirs = commit(other, 'leaf: someone else', { 'theirs.txt': 'x' });
    for (const remote of ['origin', 'alm']) git(other, 'push', '--quiet', remote, 'main');
    advance(join(root, 'lib'), 'leaf');
    git(root, 'add', 'lib');
    commit(root, 'root: lib');
    const { result } = await runHere<{ error: { fix: string } }>(root, ['push', '--yes']);
    paste(result.error.fix);
    expect(tryGit(deep, 'merge-base', '--is-ancestor', theirs, 'HEAD').code).toBe(0);
    expect(git(root, 'status', '--porcelain', '--untracked-files=no')).toBe('');
    expect((await runHere(root, ['push', '--yes'])).exit).toBe(0);
  });
});

describe('the command line', () => {
  it('takes the directory before the verb, and names one that is not there', async () => {
    make({ remotes: ['origin'] });
    const { said } = await runTyped('-C', world.root, 'status');
    expect(said).toContain('CHECKED OUT');
    const missing = join(world.dir, 'nowhere');
    expect(await runTyped('-C', missing)).toEqual({ exit: 64, said: expect.stringContaining(missing) });
    expect(await runTyped('install-hook', '-C', missing)).toMatchObject({ exit: 64 });
  });
});

describe('what is printed', () => {
  it('leads to the root from elsewhere, and leaves what is no command alone', () => {
    world = makeWorld({ remotes: ['origin'] });
    expect(
      execFileSync('sh', ['-c', runIn(world.root, 'git rev-parse --show-toplevel')], { cwd: '/' })
        .toString()
        .trim(),
    ).toBe(realpathSync(world.root));
    expect(runIn(world.root, 'Merge it.')).toBe('Merge it.');
    expect(runIn(undefined, 'git status')).toBe('git status');
  });

  it('has fix and message for scripts too', async () => {
    const { root } = make();
    advance(root);
    const { result, at } = await check();
    const [header, row] = checkText(result, { ...plainView, layout: 'tsv' }, false)
      .split('\n')
      .map((line) => line.split('\t'));
    expect(header!.slice(-2)).toEqual(['fix', 'message']);
    expect(row!.slice(-2)).toEqual([at('lib').fix, at('lib').message]);
  });

  it('keeps a password out of the line for submodules.yaml', () => {
    expect(templateLine({ name: 'alm', url: 'https://me:sesame@alm.example/team/root.git' })).toBe(
      'remotes: { alm: "https://alm.example/{owner}/{name}.git" }',
    );
  });
});
