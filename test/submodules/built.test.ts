import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commit, git, gitEnv, temporary } from '../support/repositories.ts';

const command = fileURLToPath(new URL('../../dist/submodule-push-check.js', import.meta.url));

// Bundling gives a module loaded later other exports than the source has: the built command has to read its file itself.
test('the built command reads submodules.yaml', () => {
  const { dir, remove } = temporary();
  git(dir, 'init', '--quiet');
  git(dir, 'remote', 'add', 'origin', join(dir, 'nowhere.git'));
  commit(dir, 'one', { file: '1' });
  const check = () =>
    spawnSync(process.execPath, [command, 'check'], { cwd: dir, env: { ...process.env, ...gitEnv }, encoding: 'utf8' });
  writeFileSync(join(dir, 'submodules.yaml'), 'requre: [origin]\n');
  expect(check()).toMatchObject({ status: 64, stderr: expect.stringContaining('did you mean "require"') });
  writeFileSync(join(dir, 'submodules.yaml'), 'require: [origin]\n');
  expect(check()).toMatchObject({ status: 0 });
  remove();
});
