import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAct } from '../../support/act.ts';
import { bundle } from '../../support/bundle.ts';
import { type GitServer, startGitServer } from '../../support/git-server.mjs';
import { advance, commit, git, gitEnv, makeWorld, temporary, type World } from '../../support/repositories.ts';

// The action as a runner runs it: bundled, from a root's workflow, by act in host mode (no container needed).
const act = findAct();

const workflow = `
on: push
jobs:
  submodules:
    runs-on: self-hosted
    steps:
      - uses: actions/checkout@v4
      - id: check
        uses: ./actions/submodule-push-check
        with:
          require: origin,alm
          verbose: 'true'
      - if: always()
        run: echo "problems=<\${{ steps.check.outputs.problems }}> exit=<\${{ steps.check.outputs.exit-code }}> paths=<\${{ steps.check.outputs.paths }}>"
`;

let world: World;
let server: GitServer;
let dir: ReturnType<typeof temporary>;

beforeAll(async () => {
  dir = temporary();
  const auth = { user: 'x-access-token', password: 'job-token-0123456789' };
  // Served to whom shows the job's token only; the clone is made from disk.
  world = makeWorld({ nested: true });
  server = await startGitServer({ root: world.servers, auth });
  for (const name of ['origin', 'alm']) git(world.root, 'remote', 'set-url', name, `${server.url}/${name}/root.git`);
  const action = join(world.root, 'actions/submodule-push-check');
  mkdirSync(join(action, 'dist'), { recursive: true });
  copyFileSync('actions/submodule-push-check/action.yml', join(action, 'action.yml'));
  await bundle('src/submodules/action.ts', join(action, 'dist/index.mjs'));
  git(world.root, 'add', 'actions');
  commit(world.root, 'root: workflow', { '.forgejo/workflows/check.yaml': workflow });
});
afterAll(async () => {
  await server?.close();
  world?.remove();
  dir?.remove();
});

async function run(forge: 'forgejo' | 'github' = 'forgejo'): Promise<{ code: number; said: string }> {
  const args = ['push', '-W', '.forgejo/workflows', '-P', 'self-hosted=-self-hosted', '--pull=false'];
  const env = {
    ...gitEnv,
    HOME: dir.dir,
    GITHUB_SERVER_URL: server.url,
  };
  const forgejo = forge === 'forgejo' ? ['--env', 'FORGEJO_ACTIONS=true'] : [];
  const secrets = ['-s', 'GITHUB_TOKEN=job-token-0123456789', '--env', `GITHUB_SERVER_URL=${server.url}`, ...forgejo];
  return promisify(execFile)(act!, [...args, ...secrets], { cwd: world.root, env, maxBuffer: 1 << 26 }).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, said: stdout + stderr }),
  );
}

describe('the action', () => {
  it('passes when everything is pushed, also with submodules that are not initialised, by the job’s token', async () => {
    git(world.root, 'submodule', '--quiet', 'deinit', '--force', '--all');
    rmSync(join(world.root, '.git/modules'), { recursive: true });
    const { code, said } = await run();
    expect(said).toContain('all pushed');
    expect(said).toMatch(/lib\/leaf.*pushed/);
    expect(said).toContain('problems=<0> exit=<0> paths=<>');
    expect(code).toBe(0);
    expect(said).not.toContain('job-token-0123456789');
  });

  it('fails when a commit is missing, names the path, and shows the fix', async () => {
    git(world.root, 'config', 'submodule.lib.url', join(world.servers, 'origin/lib.git'));
    git(world.root, 'submodule', '--quiet', 'update', '--init', 'lib');
    advance(world.root);
    const { code, said } = await run();
    expect(code).not.toBe(0);
    expect(said).toContain('problems=<1> exit=<1> paths=<lib>');
    expect(said).toContain('fix: git -C lib push');
    // Plain lines on Forgejo: a workflow command would only be noise there.
    expect(said).not.toContain('::error');
  });

  it('points at the line of .gitmodules on GitHub', async () => {
    const { code, said } = await run('github');
    expect(code).not.toBe(0);
    expect(said).toMatch(/::error .*file=\.gitmodules,line=1.*lib: /);
  });
});
