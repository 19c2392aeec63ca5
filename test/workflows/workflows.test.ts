import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { definition } from '../support/action-files.ts';
import { workflowOf, workflowText } from '../support/ready-workflow.ts';

const copied = readdirSync('workflows').map((name) => `workflows/${name}`);
const called = readdirSync('.forgejo/workflows').flatMap((name) =>
  name.startsWith('reusable-') ? [`.forgejo/workflows/${name}`] : [],
);

describe.each([...copied, ...called])('%s', (path) => {
  const workflow = workflowOf(path);
  const text = workflowText(path);
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  test('asks for the least rights', () => {
    const writes = Object.entries(workflow.permissions).filter(([, right]) => right === 'write');
    expect(writes).toEqual(text.includes('issue: true') ? [['issues', 'write']] : []);
    const reads = workflow.permissions.contents === 'read';
    expect(reads, 'reads the repository exactly when it checks it out').toBe(text.includes('actions/checkout@'));
  });

  test('leaves no token in the checkout', () => {
    for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout@')))
      expect(step.with).toMatchObject({ 'persist-credentials': false });
  });

  test('gives actions inputs that they have', () => {
    for (const { uses, with: given } of steps) {
      const action = /\/actions\/(ci-doctor|deploy-binary|submodule-push-check)(?:@v1)?$/.exec(uses ?? '')?.[1];
      if (action)
        expect(Object.keys(definition(action).inputs)).toEqual(expect.arrayContaining(Object.keys(given ?? {})));
    }
  });

  test('has a time limit for every job', () => {
    for (const job of Object.values(workflow.jobs)) expect(job).toHaveProperty('timeout-minutes');
  });

  test('puts no expression into a shell', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('${' + '{');
  });

  test('shows no secret of the instance to a pull request', () => {
    if (text.includes('secrets.') && 'pull_request' in workflow.on) expect(text).not.toMatch(/DATABASE|DEPLOY_KEY/);
    expect(workflow.on).not.toHaveProperty('pull_request_target');
    if (called.includes(path)) expect(Object.keys(workflow.on)).toEqual(['workflow_call']);
  });
});
