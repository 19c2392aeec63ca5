// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a person writes into deploy.yaml.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { environmentTool } from '../../support/environment-tool.ts';

// Each host is a directory of this machine, and one is a port where nobody listens.
let root: string;
const local = (name: string) => ({ name, via: 'local', variables: { PLACE: name } });
const gone = { name: 'gone', via: 'ssh://me@127.0.0.1:1', variables: { PLACE: 'gone' } };
const app = () => ({ source: '${env:APP}', target: `${root}/\${var:PLACE}/app`, restart: 'none', sudo: 'never' });

async function configure(environment: object, services: object = { app: app() }): Promise<void> {
  await writeFile(
    join(root, 'deploy.yaml'),
    JSON.stringify({ services, environments: { test: { marker: join(root, 'place'), ...environment } } }, null, 1),
  );
}
const tool = (...argv: string[]) => environmentTool(root, [...argv, '--json']);
const deploy = (binary: string) =>
  environmentTool(root, ['run', 'test', '--json'], { env: { APP: join(root, binary) } });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'looking-'));
  for (const name of ['one', 'two']) await mkdir(join(root, name));
  await writeFile(join(root, 'place'), 'test\n');
  for (const name of ['a', 'b']) {
    await writeFile(join(root, name), `#!/bin/sh\necho ${name}\n`);
    await chmod(join(root, name), 0o755);
  }
  await configure({ hosts: [local('one'), local('two')] });
});
afterAll(async () => await rm(root, { recursive: true }));

test('what source takes from the environment is needed by a deploy only', async () => {
  for (const binary of ['a', 'b'])
    expect(await deploy(binary)).toMatchObject({ exit: 0, json: { outcome: 'deployed' } });
  for (const verb of ['status', 'verify', 'history']) expect(await tool(verb, 'test')).toMatchObject({ exit: 0 });
  expect(await tool('run', 'test')).toMatchObject({ exit: 64 });

  const dry = await tool('rollback', 'test', '--dry-run');
  expect(dry.exit, JSON.stringify(dry.json)).toBe(0);
  expect(dry.json.hosts.map(({ host, steps }: { host: string; steps: unknown[] }) => [host, steps.length > 3])).toEqual(
    [
      ['one', true],
      ['two', true],
    ],
  );
  expect(await readFile(join(root, 'one/app'), 'utf8')).toContain('echo b');
});

test('a host that cannot be asked hides no other', async () => {
  await configure({ hosts: [local('one'), gone, local('two')] });
  await writeFile(join(root, 'two/app'), 'something else');
  const verified = await tool('verify', 'test');
  expect(verified.exit).toBe(1);
  const codes = (host: string) =>
    verified.json.findings
      .filter(({ subject }: { subject: string }) => subject === `app on ${host}`)
      .map(({ code }: { code: string }) => code);
  expect(codes('one')).toEqual([]);
  expect(codes('gone')).toEqual(['drift/not-known']);
  expect(codes('two')).toContain('drift/other-file');
  expect(await tool('verify', 'test', '--hosts', 'one,gone')).toMatchObject({ exit: 2 });
  const { exit, json } = await tool('plan', 'test', '--source', join(root, 'a'));
  expect(exit).toBe(2);
  expect(json.hosts.map(({ host, error }: { host: string; error?: string }) => [host, error === undefined])).toEqual([
    ['one', true],
    ['two', true],
    ['gone', false],
  ]);
  const refused = await tool('run', 'test', '--source', join(root, 'a'));
  expect(refused.json.error.message).toMatch(/^gone: /);
});

test('plan stops where run does, and shows its snapshots', async () => {
  await configure({
    snapshot: 'before',
    hosts: [local('one'), { name: 'box', via: 'incus:box', variables: { PLACE: 'one' } }],
  });
  for (const verb of ['plan', 'run'])
    expect(await tool(verb, 'test', '--source', join(root, 'a'))).toMatchObject({
      exit: 1,
      json: { error: { message: 'No snapshot can be taken of one: it is no container.' } },
    });
  const { json } = await tool('plan', 'test', '--source', join(root, 'a'), '--snapshot-of', 'box');
  expect(json.snapshots).toEqual([
    { host: 'box', command: expect.stringMatching(/^incus snapshot create box pre-deploy-\d{14}$/) },
  ]);
  // Nobody means to go without a snapshot by a slip of the pen.
  expect(await tool('plan', 'test', '--source', join(root, 'a'), '--snapshot-of', 'bix')).toMatchObject({
    exit: 64,
    json: { error: { message: 'No host of test is called "bix"; did you mean "box"?' } },
  });
  const { json: none } = await tool('plan', 'test', '--source', join(root, 'a'), '--snapshot-of', 'none');
  expect(none.snapshots).toEqual([]);
});

test.each(['0', '150%', 'all'])('--batches %s is refused as it is in the file', async (size) => {
  await configure({ hosts: [local('one')] });
  expect(await tool('plan', 'test', '--source', join(root, 'a'), '--batches', `1,${size}`)).toMatchObject({
    exit: 64,
    json: { error: { message: `--batches: "${size}" is no size of a batch.` } },
  });
});

test('two services with one target on one host', async () => {
  const service = { source: 'app', target: '/opt/app', restart: 'none' };
  await configure({ hosts: ['10.0.0.5'] }, { a: service, b: service });
  const { exit, json } = await tool('status', 'test');
  expect(exit).toBe(64);
  expect(json.error.message).toMatch(
    /deploy\.yaml:\d+: services\.b\.target and .*deploy\.yaml:\d+: services\.a\.target are one file/,
  );
});

test('one machine under two names', async () => {
  await configure(
    { hosts: ['10.0.0.5', { name: 'other', host: 'me@10.0.0.5:22', variables: {} }] },
    { a: { source: 'app', target: '/opt/app', restart: 'none' } },
  );
  const { exit, json } = await tool('status', 'test');
  expect(exit).toBe(64);
  expect(json.error.message).toContain('on other, which is 10.0.0.5 as well');
});
