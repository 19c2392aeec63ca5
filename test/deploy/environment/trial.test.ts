// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a person writes into deploy.yaml.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RolloutHost, RolloutResult } from '../../../src/deploy/environment/rollout.ts';
import type { Release } from '../../../src/deploy/state.ts';
import { deployCommand } from '../../support/deploy-command.ts';
import { environmentTool } from '../../support/environment-tool.ts';

// Each host is a directory of this machine; the service is sleep, which dies when its time is over.
let root: string;
const program = (name: string) =>
  execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' })
    .trim()
    .replace(/^(?!\/)/, '/bin/');

interface Plan {
  readonly binary: string;
  readonly seconds?: number;
  readonly keep?: number;
  readonly hosts?: readonly string[];
  readonly environment?: object;
  /** Services that come behind it. */
  readonly behind?: object;
}

async function configure({ binary, seconds = 1000, keep = 2, hosts = ['one', 'two'], environment, behind }: Plan) {
  const app = {
    source: join(root, binary),
    target: `${root}/\${var:PLACE}/app`,
    command: `./app ${seconds}`,
    settle: '100ms',
    grace: '1s',
    sudo: 'never',
    keep,
  };
  const test = {
    hosts: hosts.map((name) => ({ name, via: 'local', variables: { PLACE: name } })),
    batches: 'max',
    canary: { settle: '100ms' },
    'on-failure': 'rollback-all',
    ...environment,
  };
  await writeFile(join(root, 'deploy.yaml'), JSON.stringify({ services: { app, ...behind }, environments: { test } }));
}

async function tool(...argv: string[]) {
  const { exit, json, notes } = await environmentTool(root, [...argv, '--json']);
  return { exit, notes, ...(json as RolloutResult) };
}
async function run(plan: Plan) {
  await configure(plan);
  return await tool('run', 'test');
}
const releases = async (host: string) => {
  const state = JSON.parse(await readFile(join(root, host, '.app.deploy/state'), 'utf8'));
  return (state.releases as Release[]).map(({ sha256, trial }) => `${names.get(sha256)}${trial ? ' on trial' : ''}`);
};
const names = new Map<string, string>();
const runs = ({ hosts }: { hosts: readonly RolloutHost[] }) =>
  hosts.map(({ running }) => running && `${names.get(running.sha256 ?? '') ?? 'nothing'} ${running.healthy}`);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'trial-'));
  for (const name of ['one', 'two', 'new']) await mkdir(join(root, name));
  for (const [name, from] of [
    ...['a', 'b', 'c', 'd'].map((one) => [one, 'sleep'] as const),
    ['broken', 'false'] as const,
  ]) {
    await copyFile(program(from), join(root, name));
    await appendFile(join(root, name), name);
    names.set(execFileSync('sha256sum', [join(root, name)], { encoding: 'utf8' }).slice(0, 64), name);
  }
});
afterAll(async () => {
  for (const pid of await readdir('/proc')) {
    const exe = await readlink(`/proc/${pid}/exe`).catch(() => '');
    if (/^\d+$/.test(pid) && exe.startsWith(root)) process.kill(Number(pid), 'SIGKILL');
  }
  await rm(root, { recursive: true, force: true });
});

test('a release that failed as a canary is not kept, pushes nothing out, and is never gone back to', async () => {
  for (const binary of ['a', 'b']) expect(await run({ binary })).toMatchObject({ exit: 0, outcome: 'deployed' });
  expect(await releases('one')).toEqual(['a', 'b']);
  const failed = await run({ binary: 'c', seconds: 1, environment: { canary: { settle: '3s' } } });
  expect(failed).toMatchObject({ exit: 1, outcome: 'failed' });
  expect(failed.hosts.map(({ outcome, takenBack }) => [outcome, takenBack?.outcome ?? null])).toEqual([
    ['deployed', 'deployed'],
    ['not-begun', null],
  ]);
  expect(await releases('one')).toEqual(['a', 'b']);
  expect(await run({ binary: 'd' })).toMatchObject({ exit: 0 });
  expect(await releases('one')).toEqual(['b', 'd']);
  const back = await tool('rollback', 'test');
  expect(back.exit, JSON.stringify(back)).toBe(0);
  expect(runs(back)).toEqual(['b true', 'b true']);
});

test('no host of a batch is touched before each has its file', async () => {
  expect(await run({ binary: 'a' })).toMatchObject({ exit: 0 });
  const started = async () =>
    JSON.parse(await readFile(join(root, 'one', '.app.deploy/state'), 'utf8')).current as string;
  const before = await started();
  // Where the new file would be is a directory that is not empty: the second host cannot take it.
  const inTheWay = join(root, 'two', '.app.deploy/staged');
  await mkdir(join(inTheWay, 'something'), { recursive: true });
  const failed = await run({ binary: 'b', environment: { canary: undefined } });
  await rm(inTheWay, { recursive: true });
  expect(failed).toMatchObject({ exit: 1, outcome: 'failed', stopped: expect.stringMatching(/^app failed on two$/) });
  expect(failed.hosts.map(({ outcome, changed, takenBack }) => [outcome, changed, takenBack])).toEqual([
    ['not-begun', false, null],
    ['failed', false, null],
  ]);
  expect(failed.hosts[0]!.error).toContain('two, which is of the same batch');
  expect(runs(failed)).toEqual(['a true', 'a true']);
  expect(await started()).toBe(before);
  expect(await run({ binary: 'b', environment: { canary: undefined } })).toMatchObject({ exit: 0 });
});

test('with keep: 1 a run can still take back what it has changed', async () => {
  expect(await run({ binary: 'a', keep: 1 })).toMatchObject({ exit: 0 });
  expect(await releases('one')).toEqual(['a']);
  const failed = await run({ binary: 'c', seconds: 1, keep: 1, environment: { canary: { settle: '3s' } } });
  expect(failed.hosts[0]!.takenBack).toMatchObject({ outcome: 'deployed' });
  expect(await releases('one')).toEqual(['a']);
});

test('a canary that no run came to an end with is watched again', async () => {
  expect(await run({ binary: 'c', keep: 1 })).toMatchObject({ stopped: null });
  // As a run that was killed while it watched leaves it.
  const path = join(root, 'one/.app.deploy/state');
  await writeFile(path, (await readFile(path, 'utf8')).replace('"id"', '"trial": true, "id"'));
  expect(await releases('one')).toEqual(['c on trial']);
  const { notes, outcome } = await run({ binary: 'c', keep: 1 });
  expect(outcome).toBe('unchanged');
  expect(notes.some((line) => line.includes('watching one'))).toBe(true);
  expect(await releases('one')).toEqual(['c']);
  expect((await run({ binary: 'c', keep: 1 })).notes.some((line) => line.includes('watching'))).toBe(false);
});

test('what is not healthy at the end is no success', async () => {
  const late = {
    source: join(root, 'b'),
    target: `${root}/\${var:PLACE}/late`,
    restart: 'none',
    needs: ['app'],
    // Meanwhile the service before it dies.
    'verify-command': 'sleep 3',
  };
  const all = { binary: 'd', seconds: 2, hosts: ['one'], behind: { late }, environment: { canary: undefined } };
  const { exit, outcome, stopped } = await run(all);
  expect({ exit, outcome, stopped }).toEqual({
    exit: 1,
    outcome: 'failed',
    stopped: expect.stringMatching(/^app on one is not healthy/),
  });
  expect(await releases('one')).toContain('d on trial');
});

test('who ends it in the middle is told what is half done', async () => {
  const settle = { services: { app: { settle: '10m' } } };
  await configure({ binary: 'c', hosts: ['one'], environment: settle });
  const argv = [await deployCommand(), 'run', 'test', '--config', join(root, 'deploy.yaml')];
  const child = spawn(process.execPath, argv, { env: { PATH: process.env.PATH, HOME: root } });
  let said = '';
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk) => {
      said += chunk;
      if (/Restart.* s\n/.test(said)) resolve();
    });
    child.on('close', () => resolve());
  });
  child.kill('SIGINT');
  expect((await once(child, 'close')).slice(0, 2), said).toEqual([null, 'SIGINT']);
  expect(said).toContain('Interrupted. Half done: app on one. Done: none.');
  expect(said).toContain('The same command again');
  expect(await run({ binary: 'c', hosts: ['one'] })).toMatchObject({ exit: 0 });
});

test('a first deploy that fails leaves nothing, and says so', async () => {
  const failed = await run({ binary: 'broken', hosts: ['new'] });
  expect(failed.exit).toBe(1);
  expect(failed.hosts[0]!.running).toMatchObject({ sha256: null, healthy: false });
  const { stdout } = await environmentTool(root, ['run', 'test']);
  expect(stdout).toMatch(/nothing +not healthy/);
});
