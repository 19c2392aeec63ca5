import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundle } from '../../support/bundle.ts';
import { advance, git, gitEnv, makeWorld, tryGit, type World } from '../../support/repositories.ts';
import { runHere } from '../../support/run.ts';

// lefthook and husky themselves, from npm, in a repository of their own.
let world: World;
const path = gitEnv.PATH!;

beforeEach(async () => {
  world = makeWorld();
  const bin = join(world.dir, 'submodule-push-check');
  await bundle('src/submodules/bin.ts', `${bin}.mjs`);
  writeFileSync(bin, `#!/bin/sh\nexec '${process.execPath}' '${bin}.mjs' "$@"\n`);
  chmodSync(bin, 0o755);
  gitEnv.PATH = [world.dir, join(world.root, 'node_modules/.bin'), path].join(delimiter);
  gitEnv.FORGEJO_CI_TOOLKIT_CACHE = join(world.dir, 'cache');
  writeFileSync(join(world.root, 'package.json'), '{"name":"root","version":"1.0.0","private":true}\n');
});
afterEach(() => {
  gitEnv.PATH = path;
  delete gitEnv.FORGEJO_CI_TOOLKIT_CACHE;
  world.remove();
});

const npm = (...args: string[]) =>
  execFileSync('npm', args, {
    cwd: world.root,
    env: { ...process.env, ...gitEnv, HOME: process.env.HOME, CI: '' },
    stdio: 'pipe',
  });
const stopsAndLetsPass = () => {
  advance(world.root);
  expect(tryGit(world.root, 'push', 'origin', 'main')).toMatchObject({
    code: 1,
    said: expect.stringContaining('unpushed'),
  });
  git(join(world.root, 'lib'), 'push', '--quiet', 'origin', 'main');
  expect(tryGit(world.root, 'push', 'origin', 'main')).toMatchObject({ code: 0 });
};

describe('install-hook', () => {
  it('works under lefthook', async () => {
    npm('install', '--no-audit', '--no-fund', 'lefthook@2');
    writeFileSync(join(world.root, 'lefthook.yml'), 'pre-push:\n  commands:\n    other:\n      run: "true"\n');
    expect((await runHere<{ keeper: string }>(world.root, ['install-hook'])).result.keeper).toBe('lefthook');
    npm('exec', '--', 'lefthook', 'install');
    stopsAndLetsPass();
  });

  it('works under husky', async () => {
    npm('install', '--no-audit', '--no-fund', 'husky@9');
    npm('exec', '--', 'husky');
    expect((await runHere<{ keeper: string }>(world.root, ['install-hook'])).result.keeper).toBe('husky');
    stopsAndLetsPass();
  });
});
