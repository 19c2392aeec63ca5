import { copyFile, mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { runWorkflow } from '../../support/act.ts';
import { exampleSteps } from '../../support/action-files.ts';
import { bundleActions, installWorkflow, record, type Step, write } from '../../support/ready-workflow.ts';
import { git, makeWorld, type World } from '../../support/repositories.ts';
import { behaviour, versionAt } from '../../support/service.ts';
import { freePort, type Sshd, startSshd } from '../../support/sshd.ts';

/** A host with a real sshd, and the service on it. */
interface Host {
  readonly sshd: Sshd;
  readonly directory: string;
  readonly port: number;
}

let world: World;
let actions: Awaited<ReturnType<typeof bundleActions>>;
let place: string;
let stage: Host;
let prod: Host;

async function startHost(name: string): Promise<Host> {
  const directory = join(place, name);
  await mkdir(directory);
  const port = await freePort();
  await writeFile(join(directory, '.env'), `PORT=${port}\n`);
  return { sshd: await startSshd({ config: [`SetEnv HOME=${directory}`] }), directory, port };
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'workflow-deploy-'));
  [stage, prod] = [await startHost('stage'), await startHost('prod')];
  actions = await bundleActions(['deploy-binary', 'submodule-push-check']);
  world = makeWorld();
  actions.into(world.root);
  await copyFile('test/support/service.c', join(world.root, 'service.c'));
  installWorkflow(world.root, 'deploy.yaml', ({ jobs }) => adapt(jobs.deploy!.steps));
  // The first example of the action's README, as a workflow of its own.
  const steps = exampleSteps('deploy-binary').slice(0, 3) as Step[];
  for (const step of steps) if (step.uses?.includes('/deploy-binary@')) step.uses = './actions/deploy-binary';
  adapt(steps);
  const here = { host: address(stage), 'known-hosts': stage.sshd.knownHosts, owner: '' };
  for (const step of steps) if (step.with?.target) Object.assign(step.with, here);
  write(world.root, 'example.yaml', stringify({ on: ['push'], jobs: { deploy: { 'runs-on': 'docker', steps } } }));
});

const address = ({ sshd }: Host) => `${sshd.user}@127.0.0.1:${sshd.port}`;

/** What a person changes: here it is a service in C, and two hosts that share this machine, which has no systemd. */
function adapt(steps: readonly Step[]): void {
  steps.find(({ run }) => run?.startsWith('cargo build'))!.run =
    'mkdir -p target/release && gcc -O1 -DVERSION="\\"$(cat version)\\"" -DBEHAVIOUR="$(cat behaviour)" -o target/release/botserver service.c';
  for (const step of steps.filter(({ uses }) => uses?.endsWith('/deploy-binary'))) {
    const host = step.name === 'Deploy to production' ? prod : stage;
    const { unit: _, ...given } = step.with!;
    step.with = {
      ...given,
      target: join(host.directory, 'botserver'),
      restart: 'process',
      command: './botserver',
      'env-file': join(host.directory, '.env'),
      log: join(host.directory, 'error.log'),
      'health-url': `http://127.0.0.1:${host.port}/api/health`,
      'health-timeout': '10s',
      settle: '200ms',
    };
  }
}

afterAll(async () => {
  for (const host of [stage, prod]) {
    if (!host) continue;
    for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const path = await readlink(`/proc/${id}/exe`).catch(() => '');
      if (path.startsWith(host.directory)) process.kill(Number(id), 'SIGKILL');
    }
    await host.sshd.stop();
  }
  world?.remove();
  actions?.remove();
  await rm(place, { recursive: true, force: true });
});

/** Pushes a version, as far as the workflow can see. */
async function deploy(
  version: string,
  options: {
    inputs?: Record<string, string>;
    behaviour?: number;
    file?: string;
    secrets?: Record<string, string>;
  } = {},
) {
  await writeFile(join(world.root, 'version'), version);
  await writeFile(join(world.root, 'behaviour'), String(options.behaviour ?? behaviour.well));
  record(world.root);
  return await runWorkflow({
    repository: world.root,
    file: options.file ?? 'deploy.yaml',
    event: options.inputs ? 'workflow_dispatch' : 'push',
    labels: ['docker'],
    secrets: options.secrets ?? { STAGE_DEPLOY_KEY: stage.sshd.key, PROD_DEPLOY_KEY: prod.sshd.key },
    vars: {
      STAGE_HOST: address(stage),
      STAGE_KNOWN_HOSTS: stage.sshd.knownHosts,
      PROD_HOST: address(prod),
      PROD_KNOWN_HOSTS: prod.sshd.knownHosts,
    },
    ...(options.inputs && { inputs: options.inputs }),
  });
}
const versions = async () => [await versionAt(stage.port), await versionAt(prod.port)];

test('workflows/deploy.yaml: a push goes to stage, production only where a person says so, and only what stage runs', async () => {
  const push = await deploy('one');
  expect(push.succeeded, push.output).toBe(true);
  expect(await versions()).toEqual(['one', null]);
  expect(push.steps.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['Submodules are pushed', 'Build', 'Deploy to stage', 'Verify stage']),
  );
  expect(push.steps.map(({ name }) => name)).not.toContain('Deploy to production');

  const asked = await deploy('two', { inputs: { environment: 'stage' } });
  expect(asked.succeeded, asked.output).toBe(true);
  expect(await versions()).toEqual(['two', null]);

  const released = await deploy('three', { inputs: { environment: 'prod' } });
  expect(released.succeeded, released.output).toBe(true);
  expect(await versions()).toEqual(['three', 'three']);

  // What stage does not bear never comes near production.
  const broken = await deploy('four', { inputs: { environment: 'prod' }, behaviour: behaviour.exitsAtOnce });
  expect(broken.succeeded).toBe(false);
  expect(await versions()).toEqual(['three', 'three']);

  git(world.root, 'checkout', '--quiet', '-b', 'feature');
  const branch = await deploy('five', { inputs: { environment: 'prod' } });
  expect(branch.succeeded, branch.output).toBe(true);
  expect(await versions()).toEqual(['five', 'three']);

  for (const { output } of [push, released, broken]) {
    expect(output).not.toContain(stage.sshd.key.split('\n')[1]!);
    expect(output).not.toContain(prod.sshd.key.split('\n')[1]!);
  }
});

test('the example of the action’s README', async () => {
  const run = await deploy('readme', { file: 'example.yaml', secrets: { DEPLOY_KEY: stage.sshd.key } });
  expect(run.succeeded, run.output).toBe(true);
  expect(await versionAt(stage.port)).toBe('readme');
});
