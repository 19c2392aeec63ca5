import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { CheckResult, SubmoduleReport } from '../../src/submodules/check.ts';
import {
  addSubmodule,
  advance,
  bare,
  commit,
  git,
  gitEnv,
  makeWorld,
  type World,
  type WorldOptions,
} from '../support/repositories.ts';
import { classes, runHere } from '../support/run.ts';

// Every class of docs/submodules.md, each made with real repositories.
let world: World;
afterEach(() => world.remove());

const make = (options: WorldOptions = {}) => {
  world = makeWorld(options);
  return {
    root: world.root,
    lib: join(world.root, 'lib'),
    server: (name: string) => join(world.servers, name, 'lib.git'),
  };
};
const check = async (...argv: string[]) => {
  const { exit, result, said } = await runHere<CheckResult>(world.root, ['check', ...argv]);
  const at = (path: string): SubmoduleReport => result.submodules.find((one) => one.path === path)!;
  const notes = (path: string) => at(path).notes.map((note) => note.class);
  const remotes = (path: string) => Object.fromEntries(at(path).remotes.map((one) => [one.name, one.class]));
  return { exit, result, said, at, notes, remotes };
};
const pushLib = (lib: string, ...remotes: string[]) => {
  for (const remote of remotes) git(lib, 'push', '--quiet', '--force', remote, 'HEAD:main');
};
/** As in a clone whose submodules were never initialised. */
const forgetClone = () => {
  git(world.root, 'submodule', '--quiet', 'deinit', '--force', '--all');
  rmSync(join(world.root, '.git', 'modules'), { recursive: true });
};
/** Runs a fix the way a person would: pasted into a shell at the root. */
const follow = (fix: string) => {
  execFileSync('sh', ['-ec', fix], { cwd: world.root, env: gitEnv, stdio: 'pipe' });
};

describe('what is pushed', () => {
  it('pushed: reachable on every required remote, tip or not', async () => {
    const { lib } = make();
    commit(lib, 'lib: newer');
    pushLib(lib, 'origin', 'alm');
    git(lib, 'checkout', '--quiet', world.recorded);
    const { exit, at, remotes } = await check();
    expect(exit).toBe(0);
    expect(at('lib')).toMatchObject({ class: 'pushed', severity: 'ok', fix: '', depth: 1, commit: world.recorded });
    expect(remotes('lib')).toEqual({ origin: 'pushed', alm: 'pushed' });
  });

  it('pushed: also when only a tag holds it', async () => {
    const { root, lib } = make();
    const { inSubmodule } = advance(root);
    git(lib, 'tag', '-a', '-m', 'v1', 'v1', inSubmodule);
    for (const remote of ['origin', 'alm']) git(lib, 'push', '--quiet', remote, 'v1');
    const { exit, at } = await check();
    expect([exit, at('lib').class]).toEqual([0, 'pushed']);
  });

  it('missing-on-remote: names who lacks it, and the fix works', async () => {
    const { root, lib } = make();
    advance(root);
    pushLib(lib, 'origin');
    const { exit, at, remotes } = await check();
    expect([exit, at('lib').class]).toEqual([1, 'missing-on-remote']);
    expect(remotes('lib')).toEqual({ origin: 'pushed', alm: 'missing-on-remote' });
    expect(at('lib').message).toContain('alm does not have');
    follow(at('lib').fix);
    expect((await check()).exit).toBe(0);
  });

  it('unpushed: only here, and the fix works', async () => {
    const { root } = make();
    const { inSubmodule } = advance(root);
    const { exit, at } = await check();
    expect([exit, at('lib').class]).toEqual([1, 'unpushed']);
    expect(at('lib').fix).toContain(`git -C lib push alm ${inSubmodule}:refs/heads/main`);
    follow(at('lib').fix);
    expect((await check()).exit).toBe(0);
  });

  it('lost: nobody has it', async () => {
    const { root } = make();
    git(root, 'update-index', '--cacheinfo', `160000,${'1'.repeat(40)},lib`);
    commit(root, 'root: records nothing real');
    const { exit, at } = await check();
    expect([exit, at('lib').class]).toEqual([1, 'lost']);
    expect(at('lib').message).toContain('reflog');
  });

  it('unreachable: stored, but no branch holds it any more', async () => {
    const { root, lib, server } = make();
    advance(root);
    pushLib(lib, 'origin', 'alm');
    for (const name of ['origin', 'alm']) git(server(name), 'update-ref', 'refs/heads/main', world.recorded);
    const { exit, at } = await check();
    expect([exit, at('lib').class]).toEqual([1, 'unreachable']);
    follow(at('lib').fix);
    expect((await check()).exit).toBe(0);
  });

  it('unmerged: a warning, an error with --require-branch, fine once .gitmodules names the branch', async () => {
    const { root, lib } = make();
    advance(root);
    for (const remote of ['origin', 'alm']) git(lib, 'push', '--quiet', remote, 'HEAD:topic');
    const { exit, at } = await check();
    expect(exit).toBe(0);
    expect(at('lib')).toMatchObject({ class: 'unmerged', severity: 'warning' });
    expect((await check('--require-branch')).exit).toBe(1);
    follow(at('lib').fix);
    git(root, 'add', '.gitmodules');
    commit(root, 'root: lib is on topic');
    expect((await check('--require-branch')).at('lib').class).toBe('pushed');
  });

  it('pr-only: only a pull request holds it', async () => {
    const { root, lib } = make();
    advance(root);
    for (const remote of ['origin', 'alm']) git(lib, 'push', '--quiet', remote, 'HEAD:refs/pull/7/head');
    const { exit, at } = await check();
    expect(exit).toBe(0);
    expect(at('lib')).toMatchObject({ class: 'pr-only', severity: 'warning' });
    expect(at('lib').message).toContain('refs/pull/7/head');
    expect((await check('--require-branch')).exit).toBe(1);
  });

  it('nested-*: the same classes below, read where they are recorded although nothing is checked out', async () => {
    const { root } = make({ nested: true });
    expect((await check()).at('lib/leaf')).toMatchObject({ class: 'pushed', depth: 2 });
    git(root, 'submodule', '--quiet', 'deinit', '--force', '--all');
    git(join(world.servers, 'alm', 'leaf.git'), 'update-ref', '-d', 'refs/heads/main');
    git(join(world.servers, 'alm', 'leaf.git'), 'gc', '--quiet', '--prune=now');
    const { exit, at } = await check();
    expect([exit, at('lib').class, at('lib/leaf').class]).toEqual([1, 'pushed', 'nested-missing-on-remote']);
  });
});

describe('what .gitmodules says', () => {
  it('no-url: a gitlink without an entry', async () => {
    const { root } = make();
    git(root, 'config', '--file', '.gitmodules', '--remove-section', 'submodule.lib');
    git(root, 'add', '.gitmodules');
    commit(root, 'root: forget the entry');
    const { exit, at } = await check();
    expect([exit, at('lib').class]).toEqual([1, 'no-url']);
    expect(at('lib').message).toContain('git rm --cached -- lib');
  });

  it('no-url: .gitmodules that git cannot parse, and addresses that look like options', async () => {
    const { root } = make();
    commit(root, 'root: bad url', {
      '.gitmodules': '[submodule "lib"]\n\tpath = lib\n\turl = --upload-pack=touch /tmp/x\n',
    });
    expect((await check()).at('lib').class).toBe('no-url');
    commit(root, 'root: bad file', { '.gitmodules': '[submodule "lib"\n' });
    const { at } = await check();
    expect(at('lib')).toMatchObject({ class: 'no-url', message: expect.stringContaining('cannot parse') });
  });

  it('entry-without-gitlink: a warning, a note while the gitlink waits in the index', async () => {
    const { root } = make();
    const content = git(root, 'show', 'HEAD:.gitmodules');
    commit(root, 'root: ghost', {
      '.gitmodules': `${content}\n[submodule "ghost"]\n\tpath = ghost\n\turl = ../ghost.git\n`,
    });
    const { exit, at } = await check();
    expect(exit).toBe(0);
    expect(at('ghost')).toMatchObject({ class: 'entry-without-gitlink', severity: 'warning', commit: null, line: 4 });
    git(root, 'update-index', '--add', '--cacheinfo', `160000,${world.recorded},ghost`);
    expect((await check()).at('ghost').severity).toBe('note');
  });

  it('relative-url: resolved against each root remote', async () => {
    make();
    const { at, notes } = await check();
    expect(at('lib').remotes.map(({ url }) => url)).toEqual(
      ['origin', 'alm'].map((name) => join(world.servers, name, 'lib.git')),
    );
    expect(notes('lib')).toContain('relative-url');
  });

  it('dirty and ahead: notes, not part of what is pushed', async () => {
    const { lib } = make();
    writeFileSync(join(lib, 'lib.txt'), 'changed');
    expect((await check()).notes('lib')).toContain('dirty');
    commit(lib, 'lib: not recorded yet');
    const { exit, notes } = await check();
    expect(exit).toBe(0);
    expect(notes('lib')).toEqual(expect.arrayContaining(['dirty', 'ahead']));
  });

  it('renamed: followed by its name, noted', async () => {
    const { root } = make();
    git(root, 'mv', 'lib', 'library');
    commit(root, 'root: rename');
    const { exit, at } = await check();
    expect(exit).toBe(0);
    expect(at('library').notes).toContainEqual({ class: 'renamed', message: 'It was at lib before.' });
  });

  it('update = none, ignore = all, active = false: checked all the same; --exclude drops', async () => {
    const { root } = make();
    git(root, 'config', '--file', '.gitmodules', 'submodule.lib.ignore', 'all');
    git(root, 'add', '.gitmodules');
    advance(root);
    const { exit, at, notes } = await check();
    expect([exit, at('lib').class]).toEqual([1, 'unpushed']);
    expect(notes('lib')).toContain('inactive');
    expect(await check('--exclude', 'lib')).toMatchObject({ exit: 0, result: { submodules: [] } });
  });
});

describe('what was on the way', () => {
  it('history: a commit on the way records something unpushed', async () => {
    const { root, lib } = make();
    git(lib, 'checkout', '--quiet', '-b', 'dead-end');
    const bad = advance(root);
    git(lib, 'checkout', '--quiet', 'main');
    git(root, 'add', 'lib');
    commit(root, 'root: back to what is pushed');
    const { exit, result } = await check();
    expect(exit).toBe(1);
    expect(result.submodules).toMatchObject(
      [
        { path: 'lib', class: 'pushed', recordedBy: null },
        { path: 'lib', class: 'history', recordedBy: bad.inRoot, commit: bad.inSubmodule },
      ].sort((a, b) => ((a.recordedBy ?? '') < (b.recordedBy ?? '') ? -1 : 1)),
    );
    expect((await check('--commit', 'HEAD')).exit).toBe(0);
    expect((await check('--range', 'origin/main..HEAD')).exit).toBe(1);
    expect((await check('--range', 'HEAD..HEAD')).exit).toBe(0);
  });

  it('removed: gone in the end; looked at with --all-commits only', async () => {
    const { root } = make();
    advance(root);
    git(root, 'rm', '--quiet', '-f', 'lib');
    commit(root, 'root: without lib');
    expect((await check()).exit).toBe(0);
    const { exit, result } = await check('--all-commits');
    expect(exit).toBe(1);
    expect(result.submodules[0]).toMatchObject({
      path: 'lib',
      class: 'history',
      notes: expect.arrayContaining([expect.objectContaining({ class: 'removed' })]),
    });
  });
});

describe('what could not be told', () => {
  const elsewhere = (url: string) => {
    const { root } = make({ remotes: ['origin'] });
    git(root, 'submodule', '--quiet', 'deinit', '--force', 'lib');
    commit(root, 'root: elsewhere', { '.gitmodules': `[submodule "lib"]\n\tpath = lib\n\turl = ${url}\n` });
  };

  it('private-no-credentials: no such repository, as far as we can see', async () => {
    elsewhere('../nowhere.git');
    const { exit, at } = await check();
    expect([exit, at('lib').class]).toEqual([2, 'private-no-credentials']);
    expect(at('lib').fix).toContain('git ls-remote');
    expect((await check('--allow-unknown')).exit).toBe(0);
  });

  it('unreachable-host: a name that does not resolve', async () => {
    elsewhere('http://no-such-host.invalid/lib.git');
    const { exit, at } = await check();
    expect([exit, at('lib').class]).toEqual([2, 'unreachable-host']);
  });

  it('unknown-remote: an absolute URL, and nothing says where it is on the other remote', async () => {
    const { root } = make({ url: (server, name) => `${server}/${name}.git` });
    forgetClone();
    const { exit, at } = await check();
    expect([exit, at('lib').class]).toEqual([2, 'unknown-remote']);
    expect(at('lib').fix).toBe(`remotes: { alm: "${world.servers}/{owner}/{name}.git" }`);
    // The line is the fix, word for word.
    writeFileSync(join(root, 'submodules.yaml'), `remotes: { alm: "${world.servers}/alm/{name}.git" }\n`);
    expect(await check()).toMatchObject({ exit: 0 });
  });

  it('unknown-remote: not needed where the submodule has a remote of that name', async () => {
    make({ url: (server, name) => `${server}/${name}.git` });
    const { exit, remotes } = await check();
    expect(exit).toBe(0);
    expect(remotes('lib')).toEqual({ origin: 'pushed', alm: 'pushed' });
  });

  it('a problem stays one when another remote could not be asked', async () => {
    const { root } = make();
    advance(root);
    git(root, 'remote', 'set-url', 'alm', 'http://no-such-host.invalid/root.git');
    git(join(root, 'lib'), 'remote', 'remove', 'alm');
    const { exit, at } = await check();
    expect([exit, at('lib').class]).toEqual([1, 'unpushed']);
    expect(at('lib').remotes.map((one) => one.class)).toEqual(['missing-on-remote', 'unreachable-host']);
  });
});

describe('what is odd', () => {
  it('not-a-commit: a gitlink to a tree, and to an annotated tag', async () => {
    const { root, lib } = make();
    git(lib, 'tag', '-a', '-m', 'v1', 'v1');
    for (const remote of ['origin', 'alm']) git(lib, 'push', '--quiet', remote, 'v1');
    for (const oid of [git(lib, 'rev-parse', 'HEAD^{tree}'), git(lib, 'rev-parse', 'v1')]) {
      git(root, 'update-index', '--cacheinfo', `160000,${oid},lib`);
      git(root, 'commit', '--quiet', '-m', 'root: wrong kind');
      const { exit, at } = await check('--commit', 'HEAD');
      expect([exit, at('lib').class]).toEqual([1, 'not-a-commit']);
    }
  });

  it('hash-mismatch: a sha256 submodule in a sha1 root', async () => {
    make({ remotes: ['origin'] });
    const other = bare(join(world.servers, 'origin', 'other.git'), '--object-format=sha256');
    const work = join(world.dir, 'work', 'other');
    mkdirSync(work);
    git(work, 'init', '--quiet', '--object-format=sha256');
    commit(work, 'other: begin');
    git(work, 'push', '--quiet', other, 'main');
    commit(world.root, 'root: other', { '.gitmodules': '[submodule "lib"]\n\tpath = lib\n\turl = ../other.git\n' });
    git(world.root, 'submodule', '--quiet', 'deinit', '--force', 'lib');
    const { exit, at } = await check();
    expect([exit, at('lib').class]).toEqual([1, 'hash-mismatch']);
  });

  it('shallow-local: a shallow clone knows no history, the remotes are asked', async () => {
    const { root, lib } = make();
    commit(lib, 'lib: newer');
    pushLib(lib, 'origin', 'alm');
    forgetClone();
    git(root, 'config', 'submodule.lib.url', `file://${world.servers}/origin/lib.git`);
    git(root, 'submodule', '--quiet', 'update', '--init', '--depth=1', 'lib');
    const { exit, at, notes } = await check();
    expect([exit, at('lib').class]).toEqual([0, 'pushed']);
    expect(notes('lib')).toContain('shallow-local');
  });

  it('uninitialised: asked remotely, never demanded', async () => {
    make();
    forgetClone();
    const { exit, at, notes } = await check();
    expect([exit, at('lib').class]).toEqual([0, 'pushed']);
    expect(notes('lib')).toContain('uninitialised');
  });

  it('mirror-lag: given its time, then told', async () => {
    const { root, lib, server } = make();
    advance(root);
    pushLib(lib, 'origin');
    writeFileSync(join(root, 'submodules.yaml'), 'mirrors: { alm: 400ms }\n');
    const late = await check();
    expect([late.exit, late.at('lib').class]).toEqual([1, 'mirror-lag']);
    // The mirror catches up while we wait.
    writeFileSync(join(root, 'submodules.yaml'), 'mirrors: { alm: 20s }\n');
    const checking = check();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    git(server('alm'), 'fetch', '--quiet', server('origin'), '+refs/heads/*:refs/heads/*');
    expect((await checking).exit).toBe(0);
  });

  it('insteadOf and pushurl: every address a push goes to is asked', async () => {
    const { root, lib } = make({ remotes: ['origin'] });
    const second = join(world.dir, 'second.git');
    git(world.dir, 'clone', '--quiet', '--bare', join(world.servers, 'origin', 'lib.git'), second);
    git(lib, 'config', '--add', 'remote.origin.pushurl', join(world.servers, 'origin', 'lib.git'));
    git(lib, 'config', '--add', 'remote.origin.pushurl', 'other:second.git');
    git(lib, 'config', `url.${world.dir}/.insteadOf`, 'other:');
    expect(await check()).toMatchObject({ exit: 0 });
    advance(root);
    git(join(world.servers, 'origin', 'lib.git'), 'fetch', '--quiet', lib, 'main:main');
    const { exit, at, notes } = await check();
    expect([exit, at('lib').class]).toEqual([1, 'missing-on-remote']);
    expect(at('lib').remotes.map(({ url, class: name }) => [url, name])).toContainEqual([second, 'missing-on-remote']);
    expect(notes('lib')).toContain('rewritten');
  });
});

describe('odd repositories', () => {
  it('sha256 throughout', async () => {
    const { root } = make({ format: 'sha256', nested: true });
    expect(await check()).toMatchObject({ exit: 0 });
    advance(root);
    const { exit, at } = await check();
    expect([exit, at('lib').class, at('lib').commit!.length]).toEqual([1, 'unpushed', 64]);
  });

  it('spaces, quotes and other alphabets in paths; the fix works', async () => {
    const path = `sub dir/bücher "alt" и т.д.`;
    const { root } = make({ lib: path });
    const { inSubmodule } = advance(root, path);
    const { exit, at } = await check();
    expect([exit, at(path)?.class, at(path)?.commit]).toEqual([1, 'unpushed', inSubmodule]);
    follow(at(path).fix);
    expect((await check()).exit).toBe(0);
  });

  it('a linked worktree', async () => {
    const { root } = make();
    const tree = join(world.dir, 'tree');
    git(root, 'worktree', 'add', '--quiet', '-b', 'side', tree);
    git(tree, 'submodule', '--quiet', 'update', '--init');
    const { inSubmodule } = advance(tree);
    const { exit, result } = await runHere<CheckResult>(tree, ['check']);
    expect(exit).toBe(1);
    expect(result.submodules).toMatchObject([{ path: 'lib', class: 'unpushed', commit: inSubmodule }]);
    expect((await check()).exit).toBe(0);
  });

  it('a commit that only another worktree of the same repository has', async () => {
    const { root, lib } = make({ nested: true });
    const tree = join(world.dir, 'tree');
    git(root, 'worktree', 'add', '--quiet', '-b', 'side', tree);
    advance(lib, 'leaf');
    git(root, 'add', 'lib');
    const inRoot = commit(root, 'root: take lib');
    git(tree, 'merge', '--quiet', '--ff-only', inRoot);
    const unpushed = { lib: 'unpushed', 'lib/leaf': 'nested-unpushed' };
    const classesIn = async (dir: string) => classes((await runHere<CheckResult>(dir, ['check'])).result);
    expect(await classesIn(tree)).toEqual(unpushed);
    // A clone of its own that lacks the commit changes nothing, and the main worktree sees what a linked one made.
    git(tree, 'checkout', '--quiet', 'HEAD~1');
    git(tree, 'submodule', '--quiet', 'update', '--init', '--recursive');
    git(tree, 'checkout', '--quiet', 'side');
    expect(await classesIn(tree)).toEqual(unpushed);
    const there = advance(tree);
    git(root, 'merge', '--quiet', '--ff-only', there.inRoot);
    const { result } = await check();
    expect(result.submodules.find(({ commit: oid }) => oid === there.inSubmodule)?.class).toBe('unpushed');
  });

  it('a worktree of a bare root, whose submodules another worktree has', async () => {
    const { root } = make();
    const origin = git(root, 'remote', 'get-url', 'origin');
    const bareRoot = join(world.dir, 'bare');
    git(world.dir, 'clone', '--quiet', '--bare', origin, bareRoot);
    for (const name of ['one', 'two'])
      git(bareRoot, 'worktree', 'add', '--quiet', '-b', name, join(world.dir, name), 'main');
    git(join(world.dir, 'one'), 'submodule', '--quiet', 'update', '--init');
    const { inRoot } = advance(join(world.dir, 'one'));
    git(join(world.dir, 'two'), 'merge', '--quiet', '--ff-only', inRoot);
    for (const name of ['one', 'two'])
      expect(classes((await runHere<CheckResult>(join(world.dir, name), ['check'])).result)).toEqual({
        lib: 'unpushed',
      });
  });

  it('two submodules sharing one URL', async () => {
    const { root, lib } = make();
    const older = world.recorded;
    commit(lib, 'lib: newer');
    pushLib(lib, 'origin', 'alm');
    addSubmodule(root, join(world.dir, 'work', 'lib'), 'again', '../lib.git');
    git(root, 'add', 'lib');
    commit(root, 'root: twice');
    const { exit, result } = await check();
    expect(exit).toBe(0);
    expect(result.submodules.map((one) => [one.path, one.class])).toEqual([
      ['again', 'pushed'],
      ['lib', 'pushed'],
    ]);
    expect(result.submodules[0]!.commit).toBe(older);
  });

  it('a submodule that contains its own root', async () => {
    const { root, lib } = make();
    writeFileSync(join(lib, '.gitmodules'), '[submodule "up"]\n\tpath = up\n\turl = ../root.git\n');
    git(lib, 'add', '.gitmodules');
    git(lib, 'update-index', '--add', '--cacheinfo', `160000,${git(root, 'rev-parse', 'HEAD')},up`);
    git(lib, 'commit', '--quiet', '-m', 'lib: points up');
    pushLib(lib, 'origin', 'alm');
    git(root, 'add', 'lib');
    commit(root, 'root: take it');
    const { exit, result } = await check('--commit', 'HEAD');
    expect(exit).toBe(0);
    expect(result.submodules.map((one) => one.path)).toEqual(['lib', 'lib/up', 'lib/up/lib']);
  });

  it('a thousand submodules', async () => {
    const { root } = make({ remotes: ['origin'] });
    const oid = world.recorded;
    const paths = Array.from({ length: 1_000 }, (_, index) => `many/${index}`);
    const entries = paths.map((path) => `160000 ${oid}\t${path}\n`).join('');
    execFileSync('git', ['update-index', '--add', '--index-info'], { cwd: root, env: gitEnv, input: entries });
    commit(root, 'root: many', {
      '.gitmodules': paths.map((path) => `[submodule "${path}"]\n\tpath = ${path}\n\turl = ../lib.git\n`).join(''),
    });
    const { exit, result } = await check('--exclude', 'lib');
    expect(exit).toBe(0);
    expect(result.counts).toEqual({ ok: 1_000, problems: 0, unknown: 0, warnings: 0 });
  });
});
