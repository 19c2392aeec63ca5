import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runWorkflow } from '../../support/act.ts';
import { installWorkflow, record, workflowOf, workflowText, write } from '../../support/ready-workflow.ts';
import { git, temporary } from '../../support/repositories.ts';

let checkout: ReturnType<typeof temporary>;
let runner: string;
beforeAll(async () => {
  checkout = temporary();
  git(checkout.dir, 'init', '--quiet');
  write(checkout.dir, 'reusable-runner-cleanup.yaml', workflowText('.forgejo/workflows/reusable-runner-cleanup.yaml'));
  runner = await mkdtemp(join(tmpdir(), 'runner-'));
});
afterAll(async () => {
  checkout?.remove();
  await rm(runner, { recursive: true, force: true });
});

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
async function put(path: string, days: number): Promise<string> {
  const file = join(runner, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, 'x');
  await utimes(file, daysAgo(days), daysAgo(days));
  for (let directory = dirname(file); directory !== runner; directory = dirname(directory))
    await utimes(directory, daysAgo(days), daysAgo(days));
  return file;
}
const env = () => ({ CARGO_HOME: join(runner, 'cargo'), SCCACHE_DIR: join(runner, 'sccache') });
const clean = (file: string) =>
  runWorkflow({ repository: checkout.dir, file, event: 'schedule', labels: ['self-hosted'], env: env() });

test('workflows/runner-cleanup.yaml: what was not used for a week goes, what is used stays', async () => {
  installWorkflow(checkout.dir, 'runner-cleanup.yaml', ({ jobs }) => {
    jobs.clean!.env = { KEEP_DAYS: 7, MIN_FREE: 0, WORKSPACES: `${runner}/workspaces\n${runner}/not-there\n` };
  });
  record(checkout.dir);
  const old = [
    await put('sccache/a/b/old', 20),
    await put('cargo/registry/cache/index/old.crate', 20),
    await put('workspaces/old one/src/main.rs', 20),
  ];
  const kept = [
    await put('sccache/a/b/new', 2),
    await put('cargo/registry/cache/index/new.crate', 2),
    await put('cargo/registry/index/x', 99),
    await put('cargo/bin/tool', 99),
    await put('workspaces/in use/src/main.rs', 2),
    await put('elsewhere/old', 99),
  ];
  const run = await clean('runner-cleanup.yaml');
  expect(run.succeeded, run.output).toBe(true);
  expect(old.filter(existsSync)).toEqual([]);
  expect(kept.filter((path) => !existsSync(path))).toEqual([]);
  expect(run.output).toContain(`removing ${runner}/workspaces/old one`);
});

test('as a reusable one: younger caches go while too little is free, workspaces do not, and it fails when nothing helps', async () => {
  const caller = {
    on: ['schedule'],
    jobs: {
      clean: {
        uses: './.forgejo/workflows/reusable-runner-cleanup.yaml',
        // More than there can be.
        with: { 'runs-on': 'self-hosted', 'min-free': 101, workspaces: `${runner}/workspaces` },
      },
    },
  };
  write(checkout.dir, 'caller.yaml', stringify(caller));
  record(checkout.dir);
  const gone = await put('sccache/c/three-days', 3);
  const kept = [await put('sccache/c/today', 0), await put('workspaces/three/days', 3)];
  const run = await clean('caller.yaml');
  expect(run.succeeded).toBe(false);
  expect(run.output).toContain('caches not used for 1 days go too');
  expect(run.output).toContain('The largest of what is left');
  expect(existsSync(gone)).toBe(false);
  expect(kept.filter((path) => !existsSync(path))).toEqual([]);
});

test('both do the same', () => {
  const script = (path: string) => workflowOf(path).jobs.clean!.steps[0]!.run;
  expect(script('.forgejo/workflows/reusable-runner-cleanup.yaml')).toBe(script('workflows/runner-cleanup.yaml'));
});
