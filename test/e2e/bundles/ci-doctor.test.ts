import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seekableZstd } from '../../../demo/forgejo/log.ts';
import { failedRun, play, stuckRun } from '../../../demo/forgejo/rows.ts';
import type { Run } from '../../../demo/forgejo/server.ts';
import { lines } from '../../../demo/forgejo/workflows.ts';
import { runtimes } from '../../support/node-versions.ts';
import { realDatabase } from '../../support/postgres.ts';

const dist = fileURLToPath(new URL('../../../actions/ci-doctor/dist', import.meta.url));

let place: string;
let bundle: string;
let logDir: string;
let url: string;
let failed: Run;
let stuck: Run;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'forgejo-ci-toolkit-bundle-'));
  bundle = join(place, 'alone');
  await cp(dist, bundle, { recursive: true });
  const { server, result } = play('v17', { now: Math.floor(Date.now() / 1000) }, (scene) => ({
    failed: failedRun(scene),
    stuck: stuckRun(scene).run,
  }));
  ({ failed, stuck } = result);
  logDir = join(place, 'actions_log');
  for (const [name, text] of server.storedLogs) {
    const file = join(logDir, name);
    await mkdir(dirname(file), { recursive: true });
    // Small frames, so that the few lines of this log are spread over many.
    await writeFile(file, await seekableZstd(Buffer.from(text), 512));
  }
  const database = await realDatabase();
  await database.load(server);
  url = database.url;
});
afterAll(() => rm(place, { recursive: true, force: true }));

interface Started {
  readonly status: number | null;
  readonly output: string;
  readonly outputs: string;
}

/** Runs the bundle as a runner does: inputs in the environment, everything else empty. */
async function start(command: readonly string[], inputs: Readonly<Record<string, string>>): Promise<Started> {
  const home = await mkdtemp(join(place, 'home-'));
  const outputFile = join(home, 'outputs');
  await writeFile(outputFile, '');
  const env: Record<string, string> = { PATH: '/usr/bin:/bin', HOME: home, CI: 'true', GITHUB_OUTPUT: outputFile };
  for (const [name, value] of Object.entries({ 'database-url': url, ...inputs }))
    env[`INPUT_${name.toUpperCase()}`] = value;
  const [program, ...args] = command;
  const child = spawn(program!, [...args, join(bundle, 'index.mjs')], { cwd: home, env });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part) => parts.push(part));
  child.stderr.on('data', (part) => parts.push(part));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { status, output: Buffer.concat(parts).toString(), outputs: await readFile(outputFile, 'utf8') };
}

describe.each(runtimes)('the bundle alone, on $name', ({ major, machine, command: prepare }) => {
  let command: readonly string[];
  beforeAll(() => {
    command = prepare();
  });

  test('it is that Node and that machine', async () => {
    const script = join(place, 'what.mjs');
    await writeFile(
      script,
      `const { glibcVersionRuntime } = process.report.getReport().header;
       console.log(process.versions.node.split('.')[0], process.arch, glibcVersionRuntime ? 'glibc' : 'musl');`,
    );
    const [program, ...args] = command;
    const child = spawn(program!, [...args, script], { env: { PATH: '/usr/bin:/bin' } });
    const parts: Buffer[] = [];
    for await (const part of child.stdout) parts.push(part);
    expect(Buffer.concat(parts).toString().trim()).toBe(`${major} ${machine}`);
  });

  test('stuck finds the stuck run in a PostgreSQL', async () => {
    const { status, output, outputs } = await start(command, { command: 'stuck' });
    expect(output).toMatch(new RegExp(`^runner-silent +${stuck.id} .* ci-doctor reset ${stuck.id}$`, 'm'));
    expect(status, output).toBe(1);
    expect(outputs).toMatch(/^stuck-count<<\S+\n1\n/m);
  });

  test('logs decodes the failed step of a log in storage', async () => {
    const inputs = { command: 'logs', run: `${failed.id}`, failed: 'true', 'log-dir': logDir };
    const { status, output } = await start(command, inputs);
    expect(output).toContain(lines.brokenBuild.join('\n'));
    expect(status, output).toBe(0);
  });
});
