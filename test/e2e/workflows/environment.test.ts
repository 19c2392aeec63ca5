// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a person writes into deploy.yaml and workflows.
import { copyFile, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { RolloutResult } from '../../../src/deploy/environment/rollout.ts';
import { runWorkflow } from '../../support/act.ts';
import { deployBinary } from '../../support/deploy-command.ts';
import { quickService } from '../../support/environment-tool.ts';
import { type PackageRegistry, startPackageRegistry } from '../../support/package-registry.ts';
import { bundleActions, record, write } from '../../support/ready-workflow.ts';
import { git } from '../../support/repositories.ts';
import { versionAt } from '../../support/service.ts';
import { freePort, type Sshd, startSshd } from '../../support/sshd.ts';

/** Hosts with a real sshd each, a repository with deploy.yaml, and act in the runner's place. */
interface Host {
  readonly name: string;
  readonly sshd: Sshd;
  readonly place: string;
  readonly port: number;
}

let root: string;
let repository: string;
let hosts: readonly Host[];
let actions: Awaited<ReturnType<typeof bundleActions>>;
const build = 'mkdir -p target && gcc -O1 -DVERSION="\\"$(cat version)\\"" -DBEHAVIOUR=0 -o target/service service.c';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'workflow-environment-'));
  hosts = await Promise.all(
    ['one', 'two', 'three', 'four'].map(async (name) => {
      const place = join(root, name);
      await mkdir(place);
      const sshd = await startSshd({ config: [`SetEnv HOME=${place}`], hostKeyTypes: ['ed25519'] });
      return { name, sshd, place, port: await freePort() };
    }),
  );
  repository = join(root, 'repository');
  await mkdir(repository);
  git(repository, 'init', '--quiet', '--initial-branch=main');
  // act knows the owner from the remote, which has to look like GitHub's.
  git(repository, 'remote', 'add', 'origin', 'https://github.com/owner/repository.git');
  actions = await bundleActions(['deploy-binary']);
  actions.into(repository);
  await copyFile('test/support/service.c', join(repository, 'service.c'));
  await writeFile(join(repository, '.gitignore'), 'target\n');
});

afterAll(async () => {
  for (const pid of await readdir('/proc')) {
    const exe = await readlink(`/proc/${pid}/exe`).catch(() => '');
    if (/^\d+$/.test(pid) && hosts.some(({ place }) => exe.startsWith(`${place}/`)))
      process.kill(Number(pid), 'SIGKILL');
  }
  await Promise.all(hosts.map(({ sshd }) => sshd.stop()));
  actions.remove();
  await rm(root, { recursive: true, force: true });
});

/** @param ill hosts on which the proof of the new release fails */
async function configure(
  file: string,
  {
    version,
    ill = [],
    environment,
  }: { version: string; ill?: readonly string[]; environment: Record<string, unknown> },
  among: readonly Host[] = hosts,
): Promise<void> {
  const service = {
    source: 'target/service',
    target: '${var:PLACE}/service',
    ...quickService,
  };
  const listed = among.map(({ name, sshd, place, port }) => ({
    name,
    via: `ssh://${sshd.user}@127.0.0.1:${sshd.port}`,
    'known-hosts': sshd.knownHosts,
    identity: `\${env:KEY_${name}}`,
    variables: { PLACE: place, PORT: port, EXPECT: ill.includes(name) ? 'what no binary holds' : version },
  }));
  await writeFile(
    join(repository, file),
    stringify({ services: { service }, environments: { test: { hosts: listed, ...environment } } }),
  );
  await writeFile(join(repository, 'version'), version);
}

const secrets = () => Object.fromEntries(hosts.map(({ name, sshd }) => [`KEY_${name}`, sshd.key]));
const versions = async (among: readonly Host[] = hosts) =>
  (await Promise.all(among.map(({ port }) => versionAt(port)))).map((version) => version ?? '-').join(' ');
/** Names of the jobs that ran steps. */
const jobsOf = (output: string) => [
  ...new Set([...output.matchAll(/^\[Deploy test\/(\S+)\s*\] ⭐ Run Main/gm)].map(([, job]) => job)),
];

const token = 'c0ffee0123456789c0ffee0123456789c0ffee01';
const workflowFile = () => join(repository, '.forgejo/workflows/deploy-test.yaml');

/** Writes the workflow with `matrix`, as a person does after a change of deploy.yaml. */
async function writeWorkflow(...flags: string[]): Promise<void> {
  await mkdir(join(repository, '.forgejo/workflows'), { recursive: true });
  const argv = ['matrix', 'test', '--config', join(repository, 'deploy.yaml'), '--build', build];
  const made = await deployBinary([...argv, '--uses', './actions/deploy-binary', '--output', workflowFile(), ...flags]);
  expect(made.code, made.stderr).toBe(0);
}

async function runJobs(registry: PackageRegistry) {
  record(repository);
  const before = registry.requests.length;
  const run = await runWorkflow({
    repository,
    file: 'deploy-test.yaml',
    event: 'workflow_dispatch',
    labels: ['docker'],
    secrets: { ...secrets(), PACKAGES_TOKEN: token },
    env: { GITHUB_SERVER_URL: registry.url },
  });
  return { ...run, jobs: jobsOf(run.output), requests: registry.requests.slice(before) };
}

test('the workflow of `matrix` deploys batch by batch, stops at the one that fails, and goes on when it runs again', async () => {
  const registry = await startPackageRegistry({ token });
  const push = async (version: string, ill: readonly string[] = []) => {
    await configure('deploy.yaml', { version, ill, environment: { canary: { settle: '1s' }, batches: [2, 1] } });
    await writeWorkflow();
    return await runJobs(registry);
  };
  try {
    const first = await push('a');
    expect(first.succeeded, first.output).toBe(true);
    expect(first.jobs).toEqual(['publish', 'service-1', 'service-2', 'service-3']);
    expect(await versions()).toBe('a a a a');
    // Looked for, put, and fetched once a job, under the sha256.
    const got = 'GET /api/packages/owner/generic/service/SHA/binary';
    expect(first.requests.map((line) => line.replace(/[0-9a-f]{64}/, 'SHA'))).toEqual([
      `${got} 404`,
      `${got.replace('GET', 'PUT')} 201`,
      `${got} 200`,
      `${got} 200`,
      `${got} 200`,
    ]);

    // The batch of two and three fails, on three: two goes back, four's job is not begun.
    const failed = await push('b', ['three']);
    expect(failed.succeeded).toBe(false);
    expect(failed.jobs).toEqual(['publish', 'service-1', 'service-2']);
    expect(await versions()).toBe('b a a a');
    for (const { output } of [first, failed]) {
      expect(output).not.toContain(token);
      for (const { sshd } of hosts) expect(output).not.toContain(sshd.key.split('\n')[1]!);
    }

    // What was published is found, and the first host has it.
    const again = await push('b');
    expect(again.succeeded, again.output).toBe(true);
    expect(again.requests.map((line) => line.split(' ')[0])).toEqual(['GET', 'GET', 'GET', 'GET']);
    expect(again.steps.flatMap(({ outputs }) => outputs.outcome ?? [])[0]).toBe('unchanged');
    expect(await versions()).toBe('b b b b');
  } finally {
    await registry.close();
  }
});

test('a binary that lies in an object store is fetched from there, and is refused when it is not what was published', async () => {
  const registry = await startPackageRegistry({ token, objectStore: true });
  try {
    await configure('deploy.yaml', { version: 'stored', environment: {} });
    await writeWorkflow('--hosts', 'one');
    const stored = await runJobs(registry);
    expect(stored.succeeded, stored.output).toBe(true);
    expect(stored.requests.map((line) => line.slice(-3))).toEqual(['404', '201', '307']);
    expect(await versions()).toMatch(/^stored /);

    await configure('deploy.yaml', { version: 'other', environment: {} });
    const text = await readFile(workflowFile(), 'utf8');
    // The job is told another sha256 than the one the file was put under.
    await writeFile(
      workflowFile(),
      text.replace('$PACKAGES/service/$SHA256/binary', `$PACKAGES/service/${sha256In(stored.requests)}/binary`),
    );
    const refused = await runJobs(registry);
    expect(refused.succeeded).toBe(false);
    expect(refused.output).toContain('FAILED');
    expect(refused.jobs).toEqual(['publish', 'service-1']);
    expect(await versions()).toMatch(/^stored /);
  } finally {
    await registry.close();
  }
});

const sha256In = (requests: readonly string[]) => /[0-9a-f]{64}/.exec(requests[0]!)![0];

test('the action with a file and an environment: two hosts, one that fails, and a protected environment', async () => {
  const two = hosts.slice(2);
  const push = async (version: string, more: { ill?: readonly string[]; with?: object; environment?: object } = {}) => {
    const environment = { batches: 1, 'on-failure': 'rollback-all', ...more.environment };
    await configure('where/deploy.yaml', { version, ill: more.ill ?? [], environment }, two);
    const steps = [
      { uses: 'actions/checkout@v4' },
      { run: build },
      {
        id: 'deploy',
        uses: './actions/deploy-binary',
        env: Object.fromEntries(two.map(({ name }) => [`KEY_${name}`, `\${{ secrets.KEY_${name} }}`])),
        with: { config: 'where/deploy.yaml', environment: 'test', ...more.with },
      },
    ];
    const jobs = { deploy: { 'runs-on': 'docker', steps } };
    write(repository, 'action.yaml', stringify({ on: ['push'], jobs }));
    record(repository);
    const run = await runWorkflow({
      repository,
      file: 'action.yaml',
      event: 'push',
      labels: ['docker'],
      secrets: secrets(),
    });
    const { outputs, ...step } = run.steps.at(-1)!;
    return { ...run, step, outputs, result: JSON.parse(outputs.result ?? 'null') as RolloutResult };
  };
  await mkdir(join(repository, 'where'), { recursive: true });

  const first = await push('one');
  expect(first.succeeded, first.output).toBe(true);
  expect(first.result).toMatchObject({ environment: 'test', outcome: 'deployed' });
  expect(first.outputs).toMatchObject({ changed: 'true', 'exit-code': '0' });
  expect(await versions(two)).toBe('one one');

  const failed = await push('two', { ill: ['four'] });
  expect(failed.step).toMatchObject({ succeeded: false, exitCode: 1 });
  expect(failed.result.hosts.map(({ outcome, takenBack }) => takenBack?.outcome ?? outcome)).toEqual([
    'deployed',
    'rolled-back',
  ]);
  expect(failed.step.summary).toContain('taken back');
  expect(await versions(two)).toBe('one one');

  // Who names a protected environment once did not mean it.
  await writeFile(join(root, 'marker'), 'test\n');
  const environment = { protected: true, marker: join(root, 'marker') };
  const refused = await push('two', { environment });
  expect(refused.step).toMatchObject({ succeeded: false, exitCode: 64 });
  expect(refused.step.log).toContain('test is protected.');
  expect(await versions(two)).toBe('one one');
  const other = await push('two', { environment, with: { confirm: 'prod' } });
  expect(other.step).toMatchObject({ succeeded: false, exitCode: 64 });
  const meant = await push('two', { environment, with: { confirm: 'test', hosts: 'three' } });
  expect(meant.succeeded, meant.output).toBe(true);
  expect(await versions(two)).toBe('two one');
});
