import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runWorkflow } from '../../support/act.ts';
import { exampleWorkflows } from '../../support/action-files.ts';
import { type ApiServer, startApiServer } from '../../support/api-server.ts';
import { type GitServer, startGitServer } from '../../support/git-server.mjs';
import { bundleActions, installWorkflow, record, workflowText, write } from '../../support/ready-workflow.ts';
import { advance, bare, git, makeWorld, temporary, type World } from '../../support/repositories.ts';

let world: World;
let server: GitServer;
let actions: Awaited<ReturnType<typeof bundleActions>>;
beforeAll(async () => {
  actions = await bundleActions(['submodule-push-check']);
  world = makeWorld({ nested: true });
  server = await startGitServer({ root: world.servers });
  git(world.root, 'remote', 'set-url', 'origin', `${server.url}/origin/root.git`);
  git(world.root, 'remote', 'remove', 'alm');
  actions.into(world.root);
  installWorkflow(world.root, 'root.yaml');
  write(world.root, 'reusable-root.yaml', workflowText('.forgejo/workflows/reusable-root.yaml'));
  record(world.root);
});
afterAll(async () => {
  await server?.close();
  world?.remove();
  actions?.remove();
});

const look = (more: Partial<Parameters<typeof runWorkflow>[0]> = {}) =>
  runWorkflow({
    repository: world.root,
    file: 'root.yaml',
    event: 'push',
    labels: ['docker'],
    env: { GITHUB_SERVER_URL: server.url },
    ...more,
  });

describe('workflows/root.yaml', () => {
  test.each(['push', 'pull_request'])('passes on %s when every remote has everything', async (event) => {
    const run = await look({ event, vars: { ALM_URL: `${server.url}/alm/root.git` } });
    expect(run.succeeded, run.output).toBe(true);
    expect(run.output).toContain('on origin, alm: all pushed');
  });

  test('one remote is enough where there is no second', async () => {
    const run = await look();
    expect(run.succeeded, run.output).toBe(true);
    expect(run.steps.map(({ name }) => name)).not.toContain('The second remote');
  });
});

test('the example of the action’s README', async () => {
  const [example] = exampleWorkflows('submodule-push-check');
  const steps = example!.jobs.submodules!.steps.map((step) =>
    step.uses?.includes('/submodule-push-check@') ? { ...step, uses: './actions/submodule-push-check' } : step,
  );
  const workflow = { ...example, jobs: { submodules: { ...example!.jobs.submodules, steps } } };
  write(world.root, 'example.yaml', stringify(workflow));
  record(world.root);
  git(world.root, 'remote', 'add', 'alm', `${server.url}/alm/root.git`);
  const run = await look({ file: 'example.yaml', secrets: { CODE_TOKEN: 'a-token-of-another-server' } });
  git(world.root, 'remote', 'remove', 'alm');
  expect(run.succeeded, run.output).toBe(true);
  expect(run.output).toContain('on origin, alm: all pushed');
});

describe('.forgejo/workflows/reusable-root.yaml', () => {
  test('is called by another repository, with the toolkit at one commit of this server', async () => {
    const toolkit = join(world.servers, 'org/forgejo-ci-toolkit.git');
    const work = temporary();
    try {
      git(work.dir, 'init', '--quiet');
      actions.into(work.dir);
      record(work.dir);
      const commit = git(work.dir, 'rev-parse', 'HEAD');
      bare(toolkit);
      git(work.dir, 'push', '--quiet', toolkit, 'HEAD:refs/heads/main');
      const caller = {
        on: ['push'],
        permissions: { contents: 'read' },
        jobs: {
          submodules: {
            uses: './.forgejo/workflows/reusable-root.yaml',
            with: {
              toolkit: 'org/forgejo-ci-toolkit',
              'toolkit-ref': commit,
              'remote-url': `${server.url}/alm/root.git`,
            },
          },
        },
      };
      write(world.root, 'caller.yaml', stringify(caller));
      record(world.root);
      const run = await look({ file: 'caller.yaml' });
      expect(run.succeeded, run.output).toBe(true);
      expect(run.output).toContain('on origin, alm: all pushed');
    } finally {
      work.remove();
    }
  });
});

describe('a submodule that is not pushed', () => {
  let api: ApiServer;
  let submodule: string;
  beforeAll(async () => {
    api = await startApiServer(() => ({ status: 204 }));
    advance(world.root);
    submodule = join(world.dir, 'submodule');
    cpSync(join(world.dir, 'work/lib'), submodule, { recursive: true });
    installWorkflow(submodule, 'submodule.yaml', ({ jobs }) => {
      jobs.test!.steps.find(({ run }) => run?.startsWith('cargo'))!.run = 'grep -q one lib.txt';
    });
    record(submodule);
  });
  afterAll(() => api?.close());

  test('fails the root, which names it', async () => {
    const run = await look();
    expect(run.succeeded).toBe(false);
    expect(run.output).toContain('fix: git -C lib push');
  });

  test('workflows/submodule.yaml tests it, and has the root looked at again', async () => {
    const options = {
      repository: submodule,
      file: 'submodule.yaml',
      labels: ['docker'],
      env: { GITHUB_SERVER_URL: api.url },
      vars: { ROOT_REPOSITORY: 'org/root' },
      secrets: { ROOT_TOKEN: 'root-token-of-this-test' },
    };
    const run = await runWorkflow({ ...options, event: 'push' });
    expect(run.succeeded, run.output).toBe(true);
    expect(api.requests).toHaveLength(1);
    expect(api.requests[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/repos/org/root/actions/workflows/root.yaml/dispatches',
      headers: { authorization: 'token root-token-of-this-test', 'content-type': 'application/json' },
      body: '{"ref": "main"}',
    });
    expect(run.output).not.toContain('root-token-of-this-test');

    // A pull request tests, and starts nothing.
    expect((await runWorkflow({ ...options, event: 'pull_request' })).succeeded).toBe(true);
    expect((await runWorkflow({ ...options, event: 'push', vars: {} })).succeeded).toBe(true);
    expect(api.requests).toHaveLength(1);
  });
});
