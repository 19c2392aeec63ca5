import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { PushResult } from '../../src/submodules/push.ts';
import { type GitServer, startGitServer } from '../support/git-server.mjs';
import {
  addSubmodule,
  advance,
  commit,
  git,
  makeWorld,
  tryGit,
  type World,
  type WorldOptions,
} from '../support/repositories.ts';
import { type RunOptions, runHere } from '../support/run.ts';

let world: World;
afterEach(() => world.remove());

const make = (options: WorldOptions = {}) => {
  world = makeWorld(options);
  return { root: world.root, lib: join(world.root, 'lib') };
};
const push = (argv: string[] = ['--yes'], options: RunOptions = {}) =>
  runHere<PushResult>(world.root, ['push', ...argv], {
    env: { FORGEJO_CI_TOOLKIT_STATE: join(world.dir, 'state') },
    ...options,
  });
const on = (server: string, repository: string, ref = 'main') =>
  tryGit(join(world.servers, server, `${repository}.git`), 'rev-parse', ref).said.trim();

describe('push', () => {
  it('pushes everything, deepest first, verifies, then the root, to both remotes', async () => {
    const { root, lib } = make({ nested: true });
    const leaf = advance(lib, 'leaf');
    git(root, 'add', 'lib');
    const rootCommit = commit(root, 'root: take lib');
    const { exit, result } = await push();
    expect(exit).toBe(0);
    expect(result.steps.map(({ title, outcome }) => [title.replace(/ [0-9a-f]{12}/, ''), outcome])).toEqual([
      ['push lib/leaf to main on origin', 'done'],
      ['push lib/leaf to main on alm', 'done'],
      ['push lib to main on origin', 'done'],
      ['push lib to main on alm', 'done'],
      ['ask every remote whether all of it arrived', 'done'],
      ['push the root to main on origin', 'done'],
      ['push the root to main on alm', 'done'],
    ]);
    for (const server of ['origin', 'alm']) {
      expect(on(server, 'leaf')).toBe(leaf.inSubmodule);
      expect(on(server, 'lib')).toBe(leaf.inRoot);
      expect(on(server, 'root')).toBe(rootCommit);
    }
    expect((await push()).result).toMatchObject({ steps: [] });
  });

  it('changes nothing in a dry run, and says what it would do', async () => {
    const { root } = make();
    const { inSubmodule } = advance(root);
    const { exit, result, said } = await push(['--dry-run']);
    expect([exit, result.applied]).toEqual([0, false]);
    expect(said).toContain(
      `git -C lib -c push.recurseSubmodules=no push --porcelain -- origin ${inSubmodule}:refs/heads/main`,
    );
    expect(on('origin', 'lib')).toBe(world.recorded);
  });

  it('stops when a remote refuses, leaves the root alone, and goes on where it stopped', async () => {
    const { root } = make();
    const { inSubmodule, inRoot } = advance(root);
    const hook = join(world.servers, 'alm', 'lib.git', 'hooks', 'pre-receive');
    mkdirSync(join(hook, '..'), { recursive: true });
    writeFileSync(hook, '#!/bin/sh\necho closed for today >&2; exit 1\n', { mode: 0o755 });
    const { exit, said } = await push();
    expect(exit).toBe(1);
    expect(said).toContain('closed for today');
    expect([on('origin', 'lib'), on('alm', 'lib'), on('origin', 'root') === inRoot]).toEqual([
      inSubmodule,
      world.recorded,
      false,
    ]);
    writeFileSync(hook, '#!/bin/sh\n', { mode: 0o755 });
    const again = await push();
    expect(again.exit).toBe(0);
    expect(again.result.steps[0]!.title).toContain('lib');
    expect(again.result.steps.filter(({ title }) => title.startsWith('push lib'))).toHaveLength(1);
    expect(on('alm', 'root')).toBe(inRoot);
  });

  it('refuses a branch that someone else has moved on, before anything is pushed', async () => {
    const { root } = make();
    const other = join(world.dir, 'work', 'lib');
    const theirs = commit(other, 'lib: someone else');
    git(other, 'push', '--quiet', 'alm', 'main');
    advance(root);
    const { exit, said } = await push();
    expect(exit).toBe(1);
    expect(said).toContain('not a fast-forward');
    expect(said).toContain('git -C lib pull --no-rebase');
    expect([on('origin', 'lib'), on('alm', 'lib')]).toEqual([world.recorded, theirs]);
  });

  it('refuses uncommitted changes, and a commit the root does not record', async () => {
    const { root, lib } = make();
    advance(root);
    writeFileSync(join(lib, 'lib.txt'), 'changed');
    expect(await push()).toMatchObject({ exit: 1, said: expect.stringContaining('not committed') });
    commit(lib, 'lib: one more', { 'lib.txt': 'changed' });
    expect(await push()).toMatchObject({ exit: 1, said: expect.stringContaining('git add -- lib') });
    expect(on('origin', 'lib')).toBe(world.recorded);
  });

  it('asks .gitmodules, then a person, where a submodule without a branch goes', async () => {
    const { root, lib } = make();
    git(lib, 'checkout', '--quiet', '--detach');
    const { inSubmodule } = advance(root);
    expect(await push()).toMatchObject({ exit: 64, said: expect.stringContaining('--branch main') });
    const questions: string[] = [];
    const answer = (question: string) => questions.push(question) > 0 && false;
    expect((await push([], { answer })).exit).toBe(64);
    expect(questions).toEqual(['lib is on no branch. Push it to main on origin?']);
    git(root, 'config', '--file', '.gitmodules', 'submodule.lib.branch', 'stable');
    git(root, 'add', '.gitmodules');
    commit(root, 'root: lib follows stable');
    expect((await push()).exit).toBe(0);
    expect(on('alm', 'lib', 'stable')).toBe(inSubmodule);
  });

  it('refuses files that must never be pushed, in a submodule and in the root, but not what is there already', async () => {
    const { root, lib } = make();
    commit(lib, 'lib: oops', { 'deep/.env': 'TOKEN=1' });
    git(root, 'add', 'lib');
    commit(root, 'root: take lib');
    expect(await push()).toMatchObject({ exit: 1, said: expect.stringContaining('lib would send deep/.env') });
    writeFileSync(join(root, 'submodules.yaml'), 'forbid: []\n');
    expect((await push()).exit).toBe(0);
    writeFileSync(join(root, 'submodules.yaml'), "forbid: ['.env', 'vault/**']\n");
    advance(root);
    expect((await push()).exit).toBe(0);
    commit(root, 'root: oops', { 'vault/keys/a.json': '{}' });
    expect(await push()).toMatchObject({
      exit: 1,
      said: expect.stringContaining('The root would send vault/keys/a.json'),
    });
  });

  it('asks before a protected remote; without anyone to ask, --yes is needed', async () => {
    const { root } = make();
    const { inSubmodule } = advance(root);
    expect(await push([])).toMatchObject({ exit: 64, said: expect.stringContaining('--yes') });
    expect(await push([], { answer: () => false })).toMatchObject({
      exit: 1,
      said: expect.stringContaining('declined'),
    });
    expect(on('origin', 'lib')).toBe(world.recorded);
    expect((await push([], { answer: () => true })).exit).toBe(0);
    expect(on('alm', 'lib')).toBe(inSubmodule);
  });

  it('pushes to a remote the submodule does not know, by the template', async () => {
    const { root, lib } = make({ url: (server, name) => `${server}/${name}.git` });
    git(lib, 'remote', 'remove', 'alm');
    writeFileSync(join(root, 'submodules.yaml'), `remotes: { alm: "${world.servers}/alm/{name}.git" }\n`);
    const { inSubmodule } = advance(root);
    expect((await push()).exit).toBe(0);
    expect(on('alm', 'lib')).toBe(inSubmodule);
  });

  it('says which workflows the push will run', async () => {
    const { root } = make();
    commit(root, 'root: workflows', {
      '.forgejo/workflows/build.yaml': 'on:\n  push:\n    branches: [main]\njobs: {}\n',
      '.forgejo/workflows/release.yaml': 'on:\n  push:\n    tags: [v*]\njobs: {}\n',
    });
    const { result, said } = await push();
    expect(said).toContain('CI: .forgejo/workflows/build.yaml runs on alm (push to main).');
    expect(result.ci.filter(({ runs }) => !runs)).toMatchObject([
      { workflow: '.forgejo/workflows/release.yaml', why: 'it runs for tags only' },
      { workflow: '.forgejo/workflows/release.yaml' },
    ]);
  });

  it('carries what commits on the way record, and refuses what would not travel', async () => {
    const { root, lib } = make();
    advance(root);
    advance(root);
    expect((await push()).exit).toBe(0);
    git(lib, 'checkout', '--quiet', '-b', 'dead-end');
    const bad = advance(root);
    git(lib, 'checkout', '--quiet', 'main');
    git(root, 'add', 'lib');
    commit(root, 'root: back');
    expect(await push()).toMatchObject({ exit: 1, said: expect.stringContaining(bad.inSubmodule.slice(0, 12)) });
  });

  it.each([
    ['pushurl', (root: string, other: string) => git(root, 'remote', 'set-url', '--push', 'origin', other)],
    ['several push URLs', (root: string, other: string) => git(root, 'remote', 'set-url', '--add', 'origin', other)],
    [
      'pushInsteadOf',
      (root: string, other: string) =>
        git(root, 'config', `url.${join(other, '..')}/.pushInsteadOf`, join(world.servers, 'origin/')),
    ],
  ])('asks and pushes to where git would push: %s', async (_how, configure) => {
    const { root, lib } = make();
    configure(root, join(world.servers, 'alm', 'root.git'));
    git(lib, 'remote', 'remove', 'alm');
    const { inSubmodule, inRoot } = advance(root);
    git(lib, 'push', '--quiet', 'origin', 'main');
    const check = () => runHere(root, ['check', '--require', 'origin']);
    expect(await check()).toMatchObject({ exit: 1, result: { submodules: [{ class: 'missing-on-remote' }] } });
    expect((await push(['--yes', '--require', 'origin'])).exit).toBe(0);
    expect([on('alm', 'lib'), on('alm', 'root')]).toEqual([inSubmodule, inRoot]);
    expect((await check()).exit).toBe(0);
    expect((await push(['--yes', '--require', 'origin'])).result.steps).toEqual([]);
  });

  it('plans one push for a submodule whose remote has two push URLs, which serves both', async () => {
    const { root, lib } = make({ remotes: ['origin'] });
    const second = join(world.dir, 'second.git');
    git(world.dir, 'clone', '--quiet', '--bare', join(world.servers, 'origin', 'lib.git'), second);
    for (const url of [join(world.servers, 'origin', 'lib.git'), second])
      git(lib, 'config', '--add', 'remote.origin.pushurl', url);
    const { inSubmodule } = advance(root);
    const { exit, result } = await push(['--yes']);
    expect(exit).toBe(0);
    expect(result.steps.map(({ title }) => title).filter((title) => title.includes('lib'))).toHaveLength(1);
    expect([on('origin', 'lib'), git(second, 'rev-parse', 'main')]).toEqual([inSubmodule, inSubmodule]);
  });

  it('starts nothing while one of the remotes cannot be asked', async () => {
    const { root } = make();
    advance(root);
    git(root, 'remote', 'set-url', 'alm', join(world.servers, 'nowhere', 'root.git'));
    git(join(root, 'lib'), 'remote', 'remove', 'alm');
    expect(await push()).toMatchObject({ exit: 2, said: expect.stringContaining('nothing was pushed') });
    expect(on('origin', 'lib')).toBe(world.recorded);
  });

  const twice = () => {
    const { root, lib } = make();
    addSubmodule(root, join(world.dir, 'work', 'lib'), 'again', '../lib.git');
    const again = join(root, 'again');
    git(again, 'remote', 'add', 'alm', git(lib, 'remote', 'get-url', 'alm'));
    git(again, 'checkout', '--quiet', '-B', 'main');
    commit(again, 'one');
    return { root, lib, again };
  };

  it('pushes once what two submodules share, so that neither rejects the other', async () => {
    const { root, lib, again } = twice();
    git(lib, 'pull', '--quiet', again, 'main');
    const two = commit(lib, 'two');
    git(root, 'add', 'lib', 'again');
    commit(root, 'root: take both');
    const { exit, result } = await push();
    expect(exit).toBe(0);
    expect(result.steps.filter(({ title }) => /push (lib|again)/.test(title))).toHaveLength(2);
    expect([on('origin', 'lib'), on('alm', 'lib')]).toEqual([two, two]);
  });

  it('refuses two that share a repository and went different ways, before anything is pushed', async () => {
    const { root, lib } = twice();
    commit(lib, 'two');
    git(root, 'add', 'lib', 'again');
    commit(root, 'root: take both');
    expect(await push()).toMatchObject({ exit: 1, said: expect.stringContaining('neither commit contains the other') });
    expect(on('origin', 'lib')).toBe(world.recorded);
  });
});

describe('push by HTTP', () => {
  const auth = { user: 'x-access-token', password: 'sesame-open-now' };
  let server: GitServer;
  afterEach(() => server.close());
  const serve = async () => {
    const { root, lib } = make({ remotes: ['origin'] });
    server = await startGitServer({ root: world.servers, auth });
    return { root, lib };
  };

  it('uses the tokens it asks with', async () => {
    const { root, lib } = await serve();
    git(root, 'remote', 'set-url', 'origin', `${server.url}/origin/root.git`);
    git(lib, 'remote', 'set-url', 'origin', `${server.url}/origin/lib.git`);
    const { inSubmodule, inRoot } = advance(root);
    const env = { SECRET: auth.password, FORGEJO_CI_TOOLKIT_STATE: join(world.dir, 'state') };
    expect((await push(['--yes', '--token-env', `${server.url}=SECRET`], { env })).exit).toBe(0);
    expect([on('origin', 'lib'), on('origin', 'root')]).toEqual([inSubmodule, inRoot]);
  });

  it.each(['with', 'without'])('gives no program the password of an address, %s an own remote', async (how) => {
    const { root, lib } = await serve();
    const base = server.url.replace('://', `://${auth.user}:${auth.password}@`);
    git(root, 'remote', 'set-url', 'origin', `${base}/origin/root.git`);
    if (how === 'with') git(lib, 'remote', 'set-url', 'origin', `${base}/origin/lib.git`);
    else git(lib, 'remote', 'remove', 'origin');
    const { inSubmodule, inRoot } = advance(root);
    // Every program that git starts, with its arguments.
    const trace = join(world.dir, 'trace');
    const env = { GIT_TRACE: trace, GIT_TRACE_REDACT: '0', FORGEJO_CI_TOOLKIT_STATE: join(world.dir, 'state') };
    const { exit, said } = await push(['--yes'], { env });
    expect(exit).toBe(0);
    expect([on('origin', 'lib'), on('origin', 'root')]).toEqual([inSubmodule, inRoot]);
    expect(git(root, 'rev-parse', 'refs/remotes/origin/main')).toBe(inRoot);
    expect(readFileSync(trace, 'utf8')).toContain('git-remote-http');
    expect(readFileSync(trace, 'utf8') + said).not.toContain(auth.password);
  });
});
