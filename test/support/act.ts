import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { cacheDirectory, run } from '../../scripts/nodes.mjs';
import type { WorkflowFile } from './action-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface ActOptions {
  /** The directory under `actions/`. */
  readonly action: string;
  readonly workflow: WorkflowFile;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Variables that every step sees. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What act showed of one step. */
export interface ActStep {
  readonly name: string;
  readonly succeeded: boolean;
  /** null when it succeeded. */
  readonly exitCode: number | null;
  /** What the step printed, workflow commands as act renders them. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface ActRun {
  readonly succeeded: boolean;
  /** All that act printed. */
  readonly output: string;
  readonly steps: readonly ActStep[];
}

/**
 * Runs a workflow with act, on this machine without containers, in a repository of its own that holds the action as
 * `./actions/NAME`. Steps run with an environment of their own, and a home that is removed afterwards.
 */
export async function runAct({ action, workflow, ...options }: ActOptions): Promise<ActRun> {
  const repository = await mkdtemp(join(tmpdir(), 'forgejo-ci-toolkit-act-'));
  try {
    await mkdir(join(repository, '.forgejo/workflows'), { recursive: true });
    await cp(join(root, 'actions', action), join(repository, 'actions', action), { recursive: true });
    await writeFile(join(repository, '.forgejo/workflows/test.yaml'), stringify(workflow));
    run('git', ['init', '--quiet', '--initial-branch=main'], repository);
    run('git', ['add', '.'], repository);
    const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
    run('git', [...author, 'commit', '--quiet', '-m', 'A workflow'], repository);
    const labels = Object.values(workflow.jobs).map((job) => job['runs-on']);
    return await runWorkflow({ repository, file: 'test.yaml', event: 'workflow_dispatch', labels, ...options });
  } finally {
    await rm(repository, { recursive: true, force: true });
  }
}

export interface WorkflowRunOptions {
  /** The checkout whose workflow runs. */
  readonly repository: string;
  /** The file below `.forgejo/workflows`. */
  readonly file: string;
  readonly event: string;
  /** The labels that its jobs run on. */
  readonly labels: readonly string[];
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  /** Of a `workflow_dispatch`. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a workflow of a repository with act, with a home of its own for the steps. */
export async function runWorkflow({
  repository,
  file,
  event,
  labels,
  ...options
}: WorkflowRunOptions): Promise<ActRun> {
  const { secrets = {}, vars = {}, inputs = {}, env = {} } = options;
  const act = findAct();
  const place = await mkdtemp(join(tmpdir(), 'forgejo-ci-toolkit-act-home-'));
  const home = join(place, 'home');
  try {
    await mkdir(home);
    // A file: in act's own environment the steps would see them, and in its arguments everyone.
    const secretFile = join(place, 'secrets.yaml');
    await writeFile(secretFile, stringify(secrets), { mode: 0o600 });
    const pairs = (flag: string, values: Readonly<Record<string, string>>) =>
      Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
    const { status, output } = await spawnAct(act, repository, home, [
      event,
      ...['--workflows', `.forgejo/workflows/${file}`, '--pull=false', '--secret-file', secretFile],
      ...labels.flatMap((label) => ['--platform', `${label}=-self-hosted`]),
      ...pairs('--var', vars),
      ...pairs('--input', inputs),
      ...pairs('--env', env),
    ]);
    return { succeeded: status === 0, output, steps: stepsOf(output) };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** act, in the cache, in PATH, or where `go install` puts it. */
export function findAct(): string {
  const go = process.env.GOBIN || join(process.env.GOPATH || join(homedir(), 'go'), 'bin');
  const places = [join(cacheDirectory(), 'bin'), ...(process.env.PATH ?? '').split(delimiter), go];
  const found = places.map((place) => join(place, 'act')).find((path) => existsSync(path));
  if (found === undefined)
    throw new Error('act is not installed on this machine: go install github.com/nektos/act@v0.2.89');
  return found;
}

function spawnAct(act: string, cwd: string, home: string, args: readonly string[]) {
  // The Node that runs the tests is the one that the action meets.
  const path = [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);
  return new Promise<{ status: number | null; output: string }>((resolve, reject) => {
    const child = spawn(act, args, { cwd, env: { PATH: path, HOME: home }, stdio: ['ignore', 'pipe', 'pipe'] });
    const parts: Buffer[] = [];
    child.stdout.on('data', (part) => parts.push(part));
    child.stderr.on('data', (part) => parts.push(part));
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output: Buffer.concat(parts).toString() }));
  });
}

/** Reads act's log: `[workflow/job] ⭐ Run Main NAME`, then what the step did, `| ` before each line it printed. */
function stepsOf(output: string): ActStep[] {
  const steps: ActStep[] = [];
  for (const block of output.split(/^\[[^\]]+\] ⭐ Run (?=.)/m).slice(1)) {
    const [title = '', ...rest] = block.split('\n');
    if (!title.startsWith('Main ')) continue;
    const text = rest.join('\n');
    const lines = rest.flatMap((line) => line.match(/^\[[^\]]+\] {3}(?:\| |(?=❗))(.*)$/)?.[1] ?? []);
    const outputs = [...text.matchAll(/^\[[^\]]+\] {3}⚙ {2}::set-output:: ([^=\n]+)=(.*)$/gm)];
    // act shows the summary as it is, over several lines without a prefix.
    const summary = /^\[[^\]]+\] {3}⚙ {2}Summary - ([\s\S]*?)(?=^\[[^\]]+\] |(?![\s\S]))/m.exec(text)?.[1] ?? '';
    const code = /^\[[^\]]+\] exit(?: status |with `FAILURE`: )(\d+)/m.exec(text)?.[1];
    steps.push({
      name: title.slice('Main '.length),
      succeeded: /^\[[^\]]+\] {3}✅ {2}Success - Main /m.test(text),
      exitCode: code === undefined ? null : Number(code),
      log: lines.join('\n'),
      outputs: Object.fromEntries(outputs.map(([, name, value]) => [name!, value!])),
      summary,
    });
  }
  return steps;
}
