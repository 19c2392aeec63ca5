import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFile,
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runTool } from '../../src/common/command.ts';
import type { Io } from '../../src/common/io.ts';
import { plainView } from '../../src/common/output/table.ts';
import { deployBinary } from '../../src/deploy/command.ts';
import type { HostResult } from '../../src/deploy/deploy.ts';

/** Real programs stand in for releases: sleep is a service that lives, false one that ends at once. */
const program = (name: string) =>
  execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' })
    .trim()
    .replace(/^(?!\/)/, '/bin/');
let root: string;
let target: string;
/** Names that a careless script would trip over. */
const directoryName = "it's a\n-directory $(id) *";

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'deploy-'));
  await mkdir(join(root, directoryName));
  target = join(root, directoryName, '-a service');
  await release('v1', 'sleep', 'version one');
  await release('v2', 'sleep', 'version two');
  await release('broken', 'false', 'broken');
});
afterEach(async () => {
  for (const pid of await running()) process.kill(pid, 'SIGKILL');
  await rm(root, { recursive: true, force: true });
});

async function release(name: string, from: string, mark: string): Promise<void> {
  await copyFile(program(from), join(root, name));
  // An ELF file may hold anything behind its end.
  await appendFile(join(root, name), mark);
}

async function running(): Promise<number[]> {
  const pids: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const exe = await readlink(`/proc/${name}/exe`).catch(() => '');
    const zombie = /\) [ZX] /.test(await readFile(`/proc/${name}/stat`, 'latin1').catch(() => ''));
    if ((exe === target || exe === `${target} (deleted)`) && !zombie) pids.push(Number(name));
  }
  return pids;
}

async function tool(...argv: string[]) {
  let stdout = '';
  const notes: string[] = [];
  const io: Io = {
    env: { ...process.env, GITHUB_SHA: 'c0ffee', GITHUB_ACTOR: 'alice', HOME: root },
    view: plainView,
    interactive: false,
    async write(text) {
      stdout += text;
    },
    note: (text) => void notes.push(text),
    pause: async () => {},
    ask: async () => false,
  };
  const { exit } = await runTool(deployBinary, [...argv, '--json'], io);
  return {
    exit,
    notes,
    json: JSON.parse(stdout) as { hosts: (HostResult & Record<string, never>)[]; error?: { message: string } },
  };
}

const stateFile = () => join(root, directoryName, '.-a service.deploy/state');
const quick = ['--settle', '100ms', '--grace', '1s'];
const service = () => [
  '--target',
  target,
  '--via',
  'local',
  '--restart',
  'process',
  '--command',
  "'./-a service' 1000",
  ...quick,
];
const run = (name: string, ...more: string[]) => tool('run', '--source', join(root, name), ...service(), ...more);

test('first deploy, upgrade, nothing to do, a broken release, rollback', async () => {
  const first = await run('v1');
  expect(first.json.hosts[0], JSON.stringify(first)).toMatchObject({
    outcome: 'deployed',
    changed: true,
    previousSha256: null,
    downtimeMs: null,
  });
  const [pid] = await running();

  const upgrade = await run('v2');
  expect(upgrade.exit).toBe(0);
  expect(upgrade.json.hosts[0]).toMatchObject({
    outcome: 'deployed',
    changed: true,
    previous: first.json.hosts[0]!.release,
  });
  expect(upgrade.json.hosts[0]!.downtimeMs).toBeTypeOf('number');
  expect(upgrade.json.hosts[0]!.phases.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['preflight', 'transfer', 'swap', 'restart', 'prove']),
  );
  const [next, ...more] = await running();
  expect(more).toEqual([]);
  expect(next).not.toBe(pid);
  expect(await readFile(target)).toEqual(await readFile(join(root, 'v2')));

  const same = await run('v2');
  expect(same.json.hosts[0]).toMatchObject({
    outcome: 'unchanged',
    changed: false,
    bytesSent: 0,
    downtimeMs: null,
    release: upgrade.json.hosts[0]!.release,
    previous: null,
    failedRelease: null,
  });
  expect(await running()).toEqual([next]);

  const broken = await run('broken');
  expect(broken.exit).toBe(1);
  expect(broken.json.hosts[0]).toMatchObject({
    outcome: 'rolled-back',
    changed: false,
    release: upgrade.json.hosts[0]!.release,
  });
  expect(broken.json.hosts[0]!.failedRelease).toMatch(/^\d{8}T\d{6}Z-/);
  expect(broken.json.hosts[0]!.failedRelease).not.toBe(upgrade.json.hosts[0]!.release);
  expect(broken.json.hosts[0]!.error).toMatch(/it ended[\s\S]*is back and healthy/);
  expect(await readFile(target)).toEqual(await readFile(join(root, 'v2')));
  expect(await running()).toHaveLength(1);

  const planned = await tool('rollback', ...service(), '--dry-run');
  const { steps } = planned.json.hosts[0] as unknown as { steps: { command: string }[] };
  expect(steps.filter(({ command }) => /^(?:ln|mv) -f -- /.test(command))).toHaveLength(2);
  expect(await readFile(target)).toEqual(await readFile(join(root, 'v2')));

  const back = await tool('rollback', ...service());
  expect(back.json.hosts[0], JSON.stringify(back)).toMatchObject({
    outcome: 'deployed',
    changed: true,
    release: first.json.hosts[0]!.release,
  });
  expect(await readFile(target)).toEqual(await readFile(join(root, 'v1')));

  const history = await tool('history', '--target', target, '--via', 'local');
  const { entries } = history.json.hosts[0] as unknown as {
    entries: { outcome: string; by: string; commit: string }[];
  };
  expect(entries.map(({ outcome }) => outcome)).toEqual(['deployed', 'deployed', 'rolled-back', 'deployed']);
  expect(entries[0]).toMatchObject({ by: 'alice', commit: 'c0ffee' });
  expect((await tool('status', ...service())).exit).toBe(0);
  expect((await tool('verify', ...service(), '--expect-string', 'version one')).exit).toBe(0);
  expect((await tool('verify', ...service(), '--expect-string', 'version two')).exit).toBe(1);
  expect((await tool('rollback', ...service(), '--to', 'nonsense')).exit).toBe(1);
});

test('in place: the runbook order, and back when it fails', async () => {
  expect((await run('v1')).exit).toBe(0);
  const { json } = await run('v2', '--strategy', 'in-place');
  expect(json.hosts[0], JSON.stringify(json)).toMatchObject({ outcome: 'deployed', changed: true });
  expect((await run('broken', '--strategy', 'in-place')).json.hosts[0]).toMatchObject({ outcome: 'rolled-back' });
  expect(await readFile(target)).toEqual(await readFile(join(root, 'v2')));
  expect(await running()).toHaveLength(1);
});

test('in place nothing is said of a process that still runs, and nothing runs when the file comes', async () => {
  await run('v1');
  const { json } = await run('v2', '--strategy', 'in-place', '--dry-run');
  const { steps } = json.hosts[0] as unknown as { steps: { title: string }[] };
  const titles = [...new Set(steps.map(({ title }) => title))];
  expect(titles.join('\n')).not.toMatch(/still runs|beside/);
  const order = titles.map((title) => /^Stop the service|^Bring the new binary|^Put the new binary/.exec(title)?.[0]);
  expect(order.filter(Boolean)).toEqual(['Stop the service', 'Bring the new binary', 'Put the new binary']);
});

test('a deploy that died behind its swap is in the history once it is finished', async () => {
  await run('v1');
  const first = JSON.parse(await readFile(stateFile(), 'utf8'));
  const { json } = await run('v2');
  const state = JSON.parse(await readFile(stateFile(), 'utf8'));
  // As a runner that was killed leaves it: the file is swapped and runs, its release is pending, its line was not written.
  await writeFile(stateFile(), JSON.stringify({ ...first, pending: state.releases.at(-1), known: state.known }));
  const lines = (await readFile(join(stateFile(), '../history'), 'utf8')).split('\n').filter(Boolean);
  await writeFile(join(stateFile(), '../history'), `${lines[0]}\n`);
  expect((await run('v2')).json.hosts[0]).toMatchObject({ outcome: 'unchanged', release: json.hosts[0]!.release });
  const history = await tool('history', '--target', target, '--via', 'local');
  const { entries } = history.json.hosts[0] as unknown as { entries: object[] };
  expect(entries).toHaveLength(2);
  expect(entries[1]).toMatchObject({
    outcome: 'deployed',
    release: json.hosts[0]!.release,
    previous: json.hosts[0]!.previous,
  });
  // Once.
  await run('v2');
  expect((await readFile(join(stateFile(), '../history'), 'utf8')).split('\n').filter(Boolean)).toHaveLength(2);
});

test('a first release that fails leaves nothing behind', async () => {
  const { exit, json } = await run('broken');
  expect(exit).toBe(1);
  expect(json.hosts[0]).toMatchObject({ outcome: 'failed', changed: false });
  await expect(stat(target)).rejects.toThrow();
});

test('a service that was started by hand is taken over', async () => {
  await copyFile(join(root, 'v1'), target);
  await chmod(target, 0o750);
  execFileSync('sh', ['-c', 'nohup "$0" 1000 >/dev/null 2>&1 &', target]);
  const unsaid = await tool('run', '--source', join(root, 'v2'), '--target', target, '--via', 'local', ...quick);
  expect(unsaid.exit).toBe(1);
  expect(unsaid.json.hosts[0]!.error).toContain('how it is started is not known');
  const { json } = await run('v2');
  expect(json.hosts[0], JSON.stringify(json)).toMatchObject({ outcome: 'deployed', changed: true });
  expect(await running()).toHaveLength(1);
  expect((await stat(target)).mode & 0o777).toBe(0o750);
  // What was found there is a release now, to go back to.
  expect((await tool('rollback', ...service())).exit).toBe(0);
  expect(await readFile(target)).toEqual(await readFile(join(root, 'v1')));
});

test('without a word on how it is restarted: what ran before and does not now is not healthy, and is not guessed', async () => {
  const auto = ['--target', target, '--via', 'local', ...quick];
  await run('v1');
  // Looking needs no command.
  expect((await tool('status', ...auto)).exit).toBe(0);
  process.kill((await running())[0]!, 'SIGKILL');
  for (const verb of ['status', 'verify']) {
    const { exit, json } = await tool(verb, ...auto);
    expect(exit).toBe(1);
    expect(json.hosts[0]).toMatchObject({ healthy: false, error: expect.stringContaining('no process of') });
  }
  for (const argv of [['run', '--source', join(root, 'v2')], ['rollback']]) {
    const { exit, json } = await tool(...argv, ...auto);
    expect(exit).toBe(1);
    expect(json.hosts[0]).toMatchObject({ outcome: 'failed', error: expect.stringContaining('deploy/unknown-start') });
    expect(json.hosts[0]!.fix).toContain('--restart process --command');
  }
  expect(await readFile(target)).toEqual(await readFile(join(root, 'v1')));
  expect((await run('v2')).json.hosts[0]).toMatchObject({ outcome: 'deployed' });
});

test('a health URL that nobody would answer stops before anything is touched', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const url = `http://127.0.0.1:${port}/health`;
  const auto = [
    'run',
    '--source',
    join(root, 'v1'),
    '--target',
    target,
    '--via',
    'local',
    '--health-url',
    url,
    ...quick,
  ];
  const { exit, json } = await tool(...auto);
  expect(exit).toBe(1);
  expect(json.hosts[0]!.error).toContain('deploy/unknown-start');
  expect(json.hosts[0]!.fix).toMatch(/--unit .*--restart process --command/);
  expect(await readdir(join(root, directoryName))).toEqual([]);
});

test('a file that is gone: not healthy, and a rollback puts the last release back', async () => {
  const nowhere = await tool('rollback', ...service());
  expect(nowhere.exit).toBe(1);
  expect(nowhere.json.hosts[0]!.error).toContain('there is no');
  expect(await readdir(join(root, directoryName))).toEqual([]);
  for (const verb of ['status', 'verify']) {
    const { exit, json } = await tool(verb, '--target', target, '--via', 'local', '--restart', 'none');
    expect(exit).toBe(1);
    expect(json.hosts[0]).toMatchObject({
      sha256: null,
      healthy: false,
      error: expect.stringContaining('there is no'),
    });
  }
  await run('v1');
  const second = await run('v2');
  for (const pid of await running()) process.kill(pid, 'SIGKILL');
  await rm(target);
  const back = await tool('rollback', ...service());
  expect(back.json.hosts[0], JSON.stringify(back)).toMatchObject({
    outcome: 'deployed',
    changed: true,
    release: second.json.hosts[0]!.release,
  });
  expect(await readFile(target)).toEqual(await readFile(join(root, 'v2')));
  expect(await running()).toHaveLength(1);
});

test('a host that cannot be asked hides no other', async () => {
  await run('v1');
  const both = [
    '--via',
    'lxc:nowhere',
    '--exec-prefix',
    '/nowhere/sudo',
    '--target',
    target,
    '--via',
    'local',
    '--restart',
    'none',
  ];
  for (const argv of [['status'], ['history'], ['plan', '--source', join(root, 'v2')]]) {
    const bare = argv[0] === 'history' ? both.slice(0, -2) : both;
    const { exit, json } = await tool(...argv, ...bare);
    expect(exit, JSON.stringify(json)).toBe(2);
    expect(json.hosts).toHaveLength(2);
    expect(json.hosts).toContainEqual(expect.objectContaining({ host: 'lxc:nowhere', error: expect.any(String) }));
    expect(json.hosts).toContainEqual(expect.objectContaining({ host: 'local' }));
  }
  await rm(target);
  expect((await tool('status', ...both)).exit).toBe(1);
});

test('keeps healthy releases only, and no more than asked for', async () => {
  for (const name of ['v1', 'v2']) await run(name, '--keep', '2');
  await release('v3', 'sleep', 'version three');
  await run('broken', '--keep', '2');
  await run('v3', '--keep', '2');
  const slots = join(root, directoryName, '.-a service.deploy/releases');
  const kept = await Promise.all(
    (await readdir(slots)).map((slot) => readFile(join(slot.startsWith('/') ? '' : slots, slot), 'latin1')),
  );
  expect(kept.map((text) => /version \w+$/.exec(text)?.[0]).sort()).toEqual(['version three', 'version two']);
});

test('through a symbolic link the file it leads to is replaced', async () => {
  const link = join(root, 'link');
  await run('v1');
  await symlink(target, link);
  const { json } = await tool(
    'run',
    '--source',
    join(root, 'v2'),
    '--target',
    link,
    '--via',
    'local',
    '--restart',
    'process',
    '--command',
    "'./-a service' 1000",
    ...quick,
  );
  expect(json.hosts[0], JSON.stringify(json)).toMatchObject({ outcome: 'deployed' });
  expect(await readlink(link)).toBe(target);
  expect(await readFile(target)).toEqual(await readFile(join(root, 'v2')));
});

test('a dry run shows facts, steps and commands, and changes nothing', async () => {
  const before = await readdir(join(root, directoryName));
  const { exit, json } = await run('v1', '--dry-run');
  expect(exit).toBe(0);
  const { facts, steps } = json.hosts[0] as unknown as {
    facts: { machine: string };
    steps: { title: string; command: string }[];
  };
  expect(facts.machine).toMatch(/\w/);
  expect(steps.some(({ command }) => command.startsWith('mv -f -- '))).toBe(true);
  // What the start script holds is shown, and how the old process is stopped.
  const commands = steps.map(({ command }) => command).join('\n');
  expect(commands).toMatch(/#!\/bin\/sh[\s\S]*'\.\/-a service' 1000 <\/dev\/null >>/);
  expect(commands).toMatch(/SIGTERM, after 1 s SIGKILL/);
  expect(commands).toMatch(/^mkdir -- [^;]*?\/lock'$/m);
  expect(await readdir(join(root, directoryName))).toEqual(before);
});

test.each([
  ['a directory', () => ['--target', join(root, directoryName)], 'target-directory'],
  ['a directory that is not there', () => ['--target', '/nowhere/at/all/x'], 'no-directory'],
  ['no unit', () => ['--restart', 'systemd', '--unit', 'does-not-exist'], /no-systemd|no-unit/],
  ['no environment file', () => ['--env-file', '/nowhere.env'], 'no-env-file'],
  ['no directory for the log', () => ['--log', '/nowhere/at/all/log'], 'no-log-directory'],
])('stops before anything is touched: %s', async (_, flags, code) => {
  const base = [
    'run',
    '--source',
    join(root, 'v1'),
    '--target',
    target,
    '--via',
    'local',
    '--restart',
    'process',
    ...quick,
  ];
  const { exit, json } = await tool(...base, ...flags());
  expect(exit).toBe(1);
  expect(json.hosts[0]).toMatchObject({ outcome: 'failed', changed: false });
  expect(json.hosts[0]!.error).toMatch(code);
  expect(await readdir(join(root, directoryName))).toEqual([]);
});

test('what is no program stops', async () => {
  await writeFile(join(root, 'text'), 'hello');
  expect((await run('text')).json.hosts[0]!.error).toContain('no ELF executable');
  await writeFile(join(root, 'half'), (await readFile(join(root, 'v1'))).subarray(0, 4_000));
  expect((await run('half')).json.hosts[0]!.error).toContain('deploy/damaged-file');
});

test.each([
  ['no host', ['--target', '/a/b'], 'No host'],
  ['a relative target', ['--via', 'local', '--target', 'b'], 'not the absolute path'],
  ['an owner that is none', ['--via', 'local', '--target', '/a/b', '--owner', 'a b'], 'not user'],
  ['a mode that is none', ['--via', 'local', '--target', '/a/b', '--mode', 'rwx'], 'not octal'],
  ['a duration that is none', ['--via', 'local', '--target', '/a/b', '--settle', 'soon'], 'no duration'],
  ['a URL that is none', ['--via', 'local', '--target', '/a/b', '--health-url', 'localhost'], 'no http'],
])('used wrongly: %s', async (_, flags, message) => {
  const { exit, json } = await tool('run', '--source', join(root, 'v1'), ...flags);
  expect(exit).toBe(64);
  expect(json.error?.message).toContain(message);
});
