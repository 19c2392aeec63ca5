import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepIssue } from '../../src/doctor/issue.ts';
import { withoutOwnRun } from '../../src/doctor/own-run.ts';
import type { StuckFinding } from '../../src/doctor/stuck/stuck.ts';
import { createForgejo, type Forgejo } from '../../src/forgejo/index.ts';
import { type IssueServer, startIssueServer } from '../support/issue-server.ts';

const finding = (run: number, more: Partial<StuckFinding> = {}): StuckFinding => ({
  code: 'runner-gone',
  severity: 'error',
  subject: `org/app#${run} "build"`,
  message: 'The runner is silent since 20 min.',
  evidence: [],
  fix: `ci-doctor reset ${run + 100}`,
  runId: run + 100,
  jobId: 1,
  taskId: 1,
  repository: 'org/app',
  run: `org/app#${run}`,
  job: 'build',
  runner: 'one',
  age: 1_200,
  repairable: true,
  blame: 'runner',
  heals: null,
  buttons: { cancel: 'Ends it.', rerun: 'Not offered.' },
  ...more,
});

let server: IssueServer;
let forgejo: Forgejo;
beforeEach(async () => {
  server = await startIssueServer();
  forgejo = createForgejo({ baseUrl: server.url, auth: 'a-token-of-this-test' });
});
afterEach(() => server.close());
const keep = (findings: readonly StuckFinding[], options = {}) => keepIssue(forgejo, 'ops/ci', findings, options);

describe('the issue about what is stuck', () => {
  test('is opened, left alone, brought up to date, closed, and opened anew', async () => {
    expect(await keep([])).toEqual({ action: 'none', number: null, url: null });
    expect(server.issues).toEqual([]);

    expect(await keep([finding(1)])).toMatchObject({ action: 'opened', number: 1 });
    expect(server.issues[0]).toMatchObject({ state: 'open', title: 'CI is stuck: 1 run' });
    expect(server.issues[0]!.body).toContain(
      `| runner-gone | [org/app#1](${server.url}/org/app/actions/runs/1) | build |`,
    );

    // The same, a while later.
    expect(await keep([finding(1, { age: 2_400, message: 'since 40 min' })])).toMatchObject({ action: 'unchanged' });
    expect(server.written).toHaveLength(1);

    expect(await keep([finding(1), finding(2)])).toMatchObject({ action: 'updated', number: 1 });
    expect(server.issues).toHaveLength(1);
    expect(server.issues[0]).toMatchObject({ title: 'CI is stuck: 2 runs' });
    // What is new is said in a comment, because an edit tells nobody.
    expect(server.issues[0]!.comments).toEqual([expect.stringContaining('org/app#2')]);
    expect(server.issues[0]!.comments[0]).not.toContain('org/app#1]');

    // One less is no news.
    await keep([finding(2)]);
    expect(server.issues[0]!.comments).toHaveLength(1);

    expect(await keep([])).toMatchObject({ action: 'closed', number: 1 });
    expect(server.issues[0]).toMatchObject({ state: 'closed' });
    expect(await keep([])).toMatchObject({ action: 'none' });
    expect(await keep([finding(3)])).toMatchObject({ action: 'opened', number: 2 });
  });

  test('is found among many, and by its mark alone', async () => {
    for (let number = 1; number <= 70; number++) server.add({ title: 'CI is stuck: 1 run', body: 'by a person' });
    await keep([finding(1)]);
    server.issues[70]!.title = 'a title of somebody';
    expect(await keep([finding(2)])).toMatchObject({ action: 'updated', number: 71 });
  });

  test('is closed with the twin that another run has opened in the same moment', async () => {
    await keep([finding(1)]);
    server.add({ title: 'CI is stuck: 1 run', body: server.issues[0]!.body });
    await keep([]);
    expect(server.issues.map(({ state }) => state)).toEqual(['closed', 'closed']);
  });

  test('is only spoken of in a dry run', async () => {
    expect(await keep([finding(1)], { dryRun: true })).toMatchObject({ action: 'opened', number: null });
    await keep([finding(1)]);
    expect(await keep([finding(2)], { dryRun: true })).toMatchObject({ action: 'updated', number: 1 });
    expect(await keep([], { dryRun: true })).toMatchObject({ action: 'closed' });
    expect(server.written).toHaveLength(1);
  });

  test('shows names that workflows chose as text', async () => {
    const job = '[x](http://evil.example) @everyone |\n| `<img>`';
    await keep([finding(1, { job })]);
    const row = server.issues[0]!.body.split('\n').find((line) => line.startsWith('| runner-gone'))!;
    expect(row).toContain('\\[x\\](http://evil.example) @\u200beveryone \\| \\| \\`\\<img\\>\\`');
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
  });
});

describe('the run that looks', () => {
  const findings = [finding(1), finding(2), finding(2, { repository: 'org/other' })];
  test.each([
    { FORGEJO_RUN_ID: '102', FORGEJO_REPOSITORY: 'Org/App' },
    { GITHUB_RUN_ID: '102', GITHUB_REPOSITORY: 'org/app' },
  ])('is left out: %o', (env) => expect(withoutOwnRun(findings, env)).toEqual([findings[0], findings[2]]));
  test('is none outside of a job', () => expect(withoutOwnRun(findings, {})).toEqual(findings));
});
