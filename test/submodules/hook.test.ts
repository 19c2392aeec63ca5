import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { advance, commit, git, gitEnv, makeWorld, temporary, tryGit, type World } from '../support/repositories.ts';
import { runHere } from '../support/run.ts';

// The hooks written here are run by git itself, with the command bundled as users get it.
let bin: ReturnType<typeof temporary>;
let world: World;
const path = gitEnv.PATH!;

beforeAll(async () => {
  bin = temporary();
  const file = join(bin.dir, 'submodule-push-check');
  await build({
    entryPoints: ['src/submodules/bin.ts'],
    outfile: `${file}.mjs`,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${file}.mjs' "$@"\n`, { mode: 0o755 });
});
afterAll(() => bin.remove());
beforeEach(() => {
  world = makeWorld();
  gitEnv.PATH = `${bin.dir}${delimiter}${path}`;
  gitEnv.FORGEJO_CI_TOOLKIT_CACHE = join(world.dir, 'cache');
});
afterEach(() => {
  gitEnv.PATH = path;
  delete gitEnv.FORGEJO_CI_TOOLKIT_CACHE;
  world.remove();
});

interface Installed {
  readonly keeper: string;
  readonly file: string;
  readonly applied: boolean;
}
const install = (...argv: string[]) => runHere<Installed>(world.root, ['install-hook', ...argv]);
const push = (remote = 'origin', ...more: string[]) => tryGit(world.root, 'push', ...more, remote, 'main');

describe('install-hook', () => {
  it('stops what a search with spaces names, and an oid that is not here', async () => {
    await install();
    advance(world.root, 'lib', 'a b');
    advance(world.root, 'lib', 'last');
    expect(tryGit(world.root, 'push', 'origin', 'HEAD^{/a b}:refs/heads/sneak')).toMatchObject({
      code: 1,
      said: expect.stringContaining('unpushed'),
    });
    const line = `refs/heads/main ${'d'.repeat(40)} refs/heads/main ${'0'.repeat(40)}`;
    const hook = (input: string) =>
      spawnSync('submodule-push-check', ['check', '--pre-push', 'origin'], { cwd: world.root, env: gitEnv, input });
    expect(hook(`${line}\n`).status).toBe(2);
    expect(hook('refs/heads/main\n').status).toBe(64);
    expect(hook(`(delete) ${'0'.repeat(40)} refs/heads/main ${'d'.repeat(40)}\n`).status).toBe(0);
  });

  it('stops a push that would leave a submodule behind, for the remote that is pushed to', async () => {
    const { exit, result } = await install();
    expect([exit, result.keeper, result.applied]).toEqual([0, 'git', true]);
    advance(world.root);
    expect(push()).toMatchObject({ code: 1, said: expect.stringContaining('unpushed') });
    git(join(world.root, 'lib'), 'push', '--quiet', 'origin', 'main');
    expect(push('alm')).toMatchObject({ code: 1, said: expect.stringContaining('git -C lib push alm') });
    expect(push()).toMatchObject({ code: 0 });
    expect(push().said).not.toContain('submodule commit');
  });

  it('looks at what is pushed, not at what is checked out', async () => {
    await install();
    git(world.root, 'branch', 'fine');
    advance(world.root);
    expect(tryGit(world.root, 'push', 'origin', 'fine').code).toBe(0);
    expect(tryGit(world.root, 'push', 'origin', 'HEAD:refs/heads/other').code).toBe(1);
    expect(tryGit(world.root, 'push', 'origin', '--delete', 'fine').code).toBe(0);
    git(world.root, 'tag', '-a', '-m', 'v1', 'v1');
    expect(tryGit(world.root, 'push', 'origin', 'v1').code).toBe(1);
  });

  it('works when pushing to a URL, and from a linked worktree', async () => {
    await install();
    const tree = join(world.dir, 'tree');
    git(world.root, 'worktree', 'add', '--quiet', '-b', 'side', tree);
    git(tree, 'submodule', '--quiet', 'update', '--init');
    advance(tree);
    expect(tryGit(tree, 'push', 'origin', 'side').code).toBe(1);
    expect(tryGit(tree, 'push', join(world.servers, 'origin', 'root.git'), 'side').code).toBe(1);
    git(join(tree, 'lib'), 'push', '--quiet', join(world.servers, 'origin', 'lib.git'), 'HEAD:main');
    expect(tryGit(tree, 'push', join(world.servers, 'origin', 'root.git'), 'side')).toMatchObject({ code: 0 });
  });

  it('keeps a hook that is there: it runs first, with the same words on standard input', async () => {
    const file = join(world.root, '.git', 'hooks', 'pre-push');
    mkdirSync(join(world.root, '.git', 'hooks'), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho "$1" > "${world.dir}/args"\ncat > "${world.dir}/refs"\n`, { mode: 0o755 });
    expect((await install()).exit).toBe(0);
    const { inRoot } = advance(world.root);
    expect(push()).toMatchObject({ code: 1, said: expect.stringContaining('unpushed') });
    expect(readFileSync(join(world.dir, 'args'), 'utf8')).toBe('origin\n');
    expect(readFileSync(join(world.dir, 'refs'), 'utf8')).toContain(`refs/heads/main ${inRoot}`);
    // The older hook's refusal counts as well.
    writeFileSync(
      join(world.root, '.git', 'hooks', 'pre-push.before-submodule-push-check'),
      '#!/bin/sh\ncat >/dev/null\nexit 3\n',
    );
    git(join(world.root, 'lib'), 'push', '--quiet', 'origin', 'main');
    expect(push().code).toBe(1);
  });

  it('changes nothing the second time, and nothing in a dry run', async () => {
    const dry = await install('--dry-run');
    expect([dry.result.applied, existsSync(dry.result.file)]).toEqual([false, false]);
    expect(dry.said).toContain('check --pre-push');
    const { result } = await install();
    const content = readFileSync(result.file, 'utf8');
    expect((await install()).result.applied).toBe(false);
    expect(readFileSync(result.file, 'utf8')).toBe(content);
  });

  it('respects core.hooksPath', async () => {
    git(world.root, 'config', 'core.hooksPath', 'tools/hooks');
    const { result } = await install();
    expect(result.file).toBe(join(world.root, 'tools', 'hooks', 'pre-push'));
    advance(world.root);
    expect(push().code).toBe(1);
  });

  it('finds its way without the command on PATH', async () => {
    const { result } = await install();
    expect(readFileSync(result.file, 'utf8')).toContain('command -v submodule-push-check');
  });

  it('hands flags on, and other ones the next time, with or without an older hook', async () => {
    const { result } = await install('--allow-unknown');
    expect(readFileSync(result.file, 'utf8')).toContain('--allow-unknown');
    expect((await install('--require-branch')).result.applied).toBe(true);
    expect(readFileSync(result.file, 'utf8')).toContain('--require-branch');
    writeFileSync(result.file, '#!/bin/sh\nexit 0\n');
    await install();
    await install('--allow-unknown');
    expect(readFileSync(result.file, 'utf8')).toContain('--allow-unknown');
    expect(readFileSync(result.file, 'utf8')).toContain('before-submodule-push-check');
  });

  it('ignores an older hook that is not executable, as git does', async () => {
    const file = join(world.root, '.git', 'hooks', 'pre-push');
    mkdirSync(join(world.root, '.git', 'hooks'), { recursive: true });
    writeFileSync(file, '#!/bin/sh\nexit 3\n', { mode: 0o644 });
    await install();
    commit(world.root, 'root: more');
    expect(push()).toMatchObject({ code: 0 });
    advance(world.root);
    expect(push()).toMatchObject({ code: 1, said: expect.stringContaining('unpushed') });
  });

  it('writes into a directory of all repositories only when told to', async () => {
    const config = join(world.dir, 'global');
    const shared = join(world.dir, 'hooks');
    writeFileSync(config, `[core]\n\thooksPath = ${shared}\n`);
    const env = { GIT_CONFIG_GLOBAL: config };
    const refused = await runHere(world.root, ['install-hook'], { env });
    expect([refused.exit, refused.said]).toEqual([64, expect.stringContaining('every repository')]);
    expect(existsSync(shared)).toBe(false);
    expect((await runHere(world.root, ['install-hook', '--yes'], { env })).exit).toBe(0);
    expect(existsSync(join(shared, 'pre-push'))).toBe(true);
  });

  it.each([
    ['an empty section', 'pre-push:\n', 'pre-push:\n', ''],
    [
      'only a comment',
      '# a\npre-push: # none yet\n\npre-commit:   {parallel: true}\n',
      '# a\npre-push: # none yet\n',
      '\npre-commit:   {parallel: true}\n',
    ],
    ['other keys', 'pre-push:\n    parallel:   true\n', 'pre-push:\n', '    parallel:   true\n'],
    ['no section', "x:   'y'", "x:   'y'\n", ''],
    ['a list', 'pre-push:\n  jobs:\n  - run:   a\n', 'pre-push:\n  jobs:\n', '  - run:   a\n'],
  ])('keeps the text of lefthook.yml: %s', async (_name, content, head, tail) => {
    const file = join(world.root, 'lefthook.yml');
    writeFileSync(file, content);
    expect(await install()).toMatchObject({ exit: 0, result: { applied: true } });
    const text = readFileSync(file, 'utf8');
    expect([text.startsWith(head), text.endsWith(tail)]).toEqual([true, true]);
    const added = parse(text)['pre-push'];
    expect(added.commands?.['submodule-push-check'] ?? added.jobs[0]).toMatchObject({ use_stdin: true });
    expect(await install('--allow-unknown')).toMatchObject({ result: { applied: true } });
    expect(readFileSync(file, 'utf8')).toBe(text.replace('--pre-push {1}', '--pre-push {1} --allow-unknown'));
  });

  it('says when git does not run what it was added to', async () => {
    mkdirSync(join(world.root, '.husky'));
    expect((await install()).said).toContain('git does not run it yet; put the hooks in place: npx husky');
    git(world.root, 'config', 'core.hooksPath', '.husky/_');
    expect((await install()).said).not.toContain('does not run');
    writeFileSync(join(world.root, 'lefthook.yml'), '');
    expect((await install()).said).toContain('lefthook install');
  });

  it('adds itself to lefthook, keeping what is there', async () => {
    const file = join(world.root, 'lefthook.yml');
    writeFileSync(file, '# our hooks\npre-push:\n  commands:\n    lint:\n      run: npm run lint # always\n');
    const { result } = await install('--require-branch');
    expect([result.keeper, result.file]).toEqual(['lefthook', file]);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('# our hooks');
    expect(text).toContain('npm run lint # always');
    expect(parse(text)['pre-push'].commands).toEqual({
      lint: { run: 'npm run lint' },
      'submodule-push-check': { run: 'submodule-push-check check --pre-push {1} --require-branch', use_stdin: true },
    });
    expect((await install('--require-branch')).result.applied).toBe(false);
    writeFileSync(file, 'pre-push:\n  jobs:\n    - run: npm test\n');
    await install();
    expect(parse(readFileSync(file, 'utf8'))['pre-push'].jobs).toHaveLength(2);
    writeFileSync(file, '');
    await install();
    expect(parse(readFileSync(file, 'utf8'))['pre-push'].commands).toHaveProperty('submodule-push-check');
  });

  it('adds itself to husky, whose hooks are one level above core.hooksPath', async () => {
    const husky = join(world.root, '.husky');
    mkdirSync(join(husky, '_'), { recursive: true });
    // What husky 9 generates: a stub for each hook that runs the file of that name one level up.
    writeFileSync(
      join(husky, '_', 'pre-push'),
      '#!/usr/bin/env sh\nh="$(dirname "$0")/../pre-push"\n[ ! -f "$h" ] || exec sh -e "$h" "$@"\n',
    );
    chmodSync(join(husky, '_', 'pre-push'), 0o755);
    git(world.root, 'config', 'core.hooksPath', '.husky/_');
    writeFileSync(join(husky, 'pre-push'), `cat > "${world.dir}/refs"\n`);
    const { result } = await install();
    expect([result.keeper, result.file]).toEqual(['husky', join(husky, 'pre-push')]);
    advance(world.root);
    expect(push()).toMatchObject({ code: 1, said: expect.stringContaining('unpushed') });
    expect(readFileSync(join(world.dir, 'refs'), 'utf8')).toContain('refs/heads/main');
  });
});
