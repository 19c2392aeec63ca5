import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { play, stuckRun } from '../../../demo/forgejo/rows.ts';
import { runWorkflow } from '../../support/act.ts';
import type { TestDatabase } from '../../support/database.ts';
import { type GitServer, startGitServer } from '../../support/git-server.mjs';
import { type IssueServer, startIssueServer } from '../../support/issue-server.ts';
import { realDatabase } from '../../support/postgres.ts';
import { bundleActions, installWorkflow, record, workflowText, write } from '../../support/ready-workflow.ts';
import { bare, commit, git, temporary } from '../../support/repositories.ts';

let actions: Awaited<ReturnType<typeof bundleActions>>;
let checkout: ReturnType<typeof temporary>;
let state: string;
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'workflow-state-'));
  actions = await bundleActions(['ci-doctor']);
  checkout = temporary();
  git(checkout.dir, 'init', '--quiet');
  git(checkout.dir, 'remote', 'add', 'origin', 'https://forge.example.org/ops/ci.git');
  actions.into(checkout.dir);
  // The action is in the checkout here, and not on a server.
  installWorkflow(checkout.dir, 'ci-doctor.yaml', ({ jobs }) => {
    jobs.look!.steps.unshift({ uses: 'actions/checkout@v4' });
  });
  record(checkout.dir);
});
afterAll(async () => {
  actions?.remove();
  checkout?.remove();
  await rm(state, { recursive: true, force: true });
});

let database: TestDatabase;
let issues: IssueServer;
let runId: number;
beforeEach(async () => {
  const { server, result } = play('v17', { now: Math.floor(Date.now() / 1000) }, (scene) => stuckRun(scene));
  runId = result.run.id;
  database = await realDatabase();
  await database.load(server);
  issues = await startIssueServer();
});
afterEach(async () => {
  await issues.close();
  await database.drop();
});

const look = (more: Partial<Parameters<typeof runWorkflow>[0]> = {}) =>
  runWorkflow({
    repository: checkout.dir,
    file: 'ci-doctor.yaml',
    event: 'schedule',
    labels: ['docker'],
    secrets: { CI_DOCTOR_DATABASE_URL: database.url, GITHUB_TOKEN: 'job-token-of-this-test' },
    env: { GITHUB_SERVER_URL: issues.url, GITHUB_REPOSITORY: 'ops/ci', XDG_STATE_HOME: state },
    ...more,
  });
const status = async () => (await database.query('SELECT status FROM action_run WHERE id = $1', [runId]))[0]!.status;

describe('workflows/ci-doctor.yaml', () => {
  test('keeps one issue, changes nothing the second time, and closes it after the repair', async () => {
    const first = await look();
    expect(first.succeeded, first.output).toBe(true);
    expect(issues.issues).toMatchObject([{ state: 'open', title: 'CI is stuck: 1 run' }]);
    expect(issues.issues[0]!.body).toContain(`\`ci-doctor reset ${runId}\``);
    expect(issues.requests.every(({ headers }) => headers.authorization === 'token job-token-of-this-test')).toBe(true);
    const [before, written] = [await status(), issues.written.length];

    expect((await look()).output).toContain('The issue is unchanged');
    expect([await status(), issues.written.length]).toEqual([before, written]);

    const repair = await look({ vars: { CI_DOCTOR_REPAIR: 'true' } });
    expect(repair.succeeded, repair.output).toBe(true);
    expect(await status()).toBe(5);
    expect(issues.issues).toMatchObject([{ state: 'closed' }]);
    for (const { output } of [first, repair]) {
      expect(output).not.toContain('job-token-of-this-test');
      expect(output).not.toContain(database.url);
    }
  });

  test('repairs when the one who starts it by hand says so', async () => {
    expect((await look({ event: 'workflow_dispatch', inputs: { repair: 'false' } })).succeeded).toBe(true);
    expect(issues.issues).toHaveLength(1);
    expect((await look({ event: 'workflow_dispatch', inputs: { repair: 'true' } })).succeeded).toBe(true);
    expect([await status(), issues.issues[0]!.state]).toEqual([5, 'closed']);
  });

  test('tells what is stuck, and fails, when the issue cannot be written', async () => {
    await issues.close();
    const run = await look();
    expect(run.output).toContain(`ci-doctor reset ${runId}`);
    expect(run.output).toContain('The issue could not be kept');
    expect(run.succeeded).toBe(false);
  });
});

describe('.forgejo/workflows/reusable-ci-doctor.yaml', () => {
  let servers: ReturnType<typeof temporary>;
  let forge: GitServer;
  let toolkit: string;
  beforeAll(async () => {
    servers = temporary();
    const work = join(servers.dir, 'work');
    git(servers.dir, 'init', '--quiet', work);
    actions.into(work);
    record(work);
    toolkit = git(work, 'rev-parse', 'HEAD');
    bare(join(servers.dir, 'ops/forgejo-ci-toolkit.git'));
    git(work, 'push', '--quiet', join(servers.dir, 'ops/forgejo-ci-toolkit.git'), 'HEAD:refs/heads/main');
    forge = await startGitServer({ root: servers.dir });
    write(checkout.dir, 'reusable-ci-doctor.yaml', workflowText('.forgejo/workflows/reusable-ci-doctor.yaml'));
  });
  afterAll(async () => {
    await forge?.close();
    servers?.remove();
  });

  test('takes its database from the caller, and repairs where it is asked to', async () => {
    const caller = {
      on: ['schedule'],
      jobs: {
        look: {
          uses: './.forgejo/workflows/reusable-ci-doctor.yaml',
          with: { 'toolkit-ref': toolkit, toolkit: 'ops/forgejo-ci-toolkit', repair: true },
          secrets: { 'database-url': `\${{ secrets.CI_DOCTOR_DATABASE_URL }}` },
        },
      },
    };
    commit(checkout.dir, 'caller', { '.forgejo/workflows/caller.yaml': stringify(caller) });
    record(checkout.dir);
    // One server for git and the issues, as a forge is.
    const run = await look({
      file: 'caller.yaml',
      env: {
        GITHUB_SERVER_URL: forge.url,
        FORGEJO_URL: issues.url,
        GITHUB_REPOSITORY: 'ops/ci',
        XDG_STATE_HOME: state,
      },
    });
    expect(run.succeeded, run.output).toBe(true);
    expect(await status()).toBe(5);
    expect(issues.issues).toEqual([]);
  });
});
