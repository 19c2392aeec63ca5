import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Lock, takeLock } from '../../../src/deploy/lock.ts';
import type { Remote } from '../../../src/deploy/remote.ts';
import { environmentTool } from '../../support/environment-tool.ts';
import { localRemote } from '../../support/local-remote.ts';

// Each host is a directory of this machine.
let root: string;
let held: { readonly lock: Lock; readonly remote: Remote }[];
const lockOf = (host: string) => join(root, host, '.app.deploy/lock');

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'unlock-'));
  held = [];
  await configure();
});
afterEach(async () => {
  for (const { lock } of held) await lock.release().catch(() => {});
  await rm(root, { recursive: true });
});

async function configure(more: Record<string, unknown> = {}): Promise<void> {
  const hosts = ['one', 'two', 'three'].map((name) => ({ name, via: 'local', variables: { PLACE: name } }));
  const app = { source: 'app', target: `${root}/\${var:PLACE}/app`, restart: 'none', sudo: 'never' };
  await writeFile(join(root, 'place'), 'test\n');
  await writeFile(
    join(root, 'deploy.yaml'),
    JSON.stringify({ services: { app }, environments: { test: { hosts, ...more } } }),
  );
}

/** A deploy by `by` holds the lock of a host. */
async function hold(host: string, by: string): Promise<void> {
  const remote = localRemote(join(root, host, 'app'));
  await mkdir(remote.layout.releases, { recursive: true });
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const origin = { by, commit: null, runUrl: 'https://forge.example.org/o/r/actions/runs/7' };
  held.push({ remote, lock: await takeLock(remote, { expiryMs: 60_000, waitMs: 0 }, origin, 'deploy', bootId) });
}

/** What a deploy does before each change. */
const confirm = async ({ lock, remote }: (typeof held)[number]) => await remote.together([await lock.guard()]);

/** Its holder was gone when the host was started again. */
async function die(host: string): Promise<void> {
  const owner = join(lockOf(host), 'owner');
  await writeFile(owner, JSON.stringify({ ...JSON.parse(await readFile(owner, 'utf8')), bootId: 'another' }));
}

const unlock = (more: readonly string[] = [], answer?: (question: string) => Promise<boolean>) =>
  environmentTool(root, ['unlock', 'test', ...more], answer && { answer });

test('who holds each lock is shown; a dead one goes, one that is alive only with consent', async () => {
  await hold('one', 'alice');
  await hold('two', 'bob');
  await die('two');

  const shown = await unlock(['--dry-run']);
  expect(shown.exit).toBe(0);
  expect(shown.stdout).toMatch(
    /app on one +alice for \d+s \(https:\/\/forge\.example\.org\/o\/r\/actions\/runs\/7\) +no/,
  );
  expect(shown.stdout).toMatch(/app on two +bob for .*, dead: the host was started again since +no/);
  expect(shown.stdout).toMatch(/app on three +none/);
  expect([lockOf('one'), lockOf('two')].every(existsSync)).toBe(true);

  const refused = await unlock(['--json']);
  expect(refused.exit).toBe(1);
  expect(JSON.parse(refused.stdout).hosts).toMatchObject([
    { service: 'app', host: 'one', alive: true, removed: null, error: expect.stringContaining('alive: alice for') },
    { host: 'two', alive: false, removed: expect.stringMatching(/^bob for .*dead/), error: null },
    { host: 'three', lock: null, removed: null, error: null },
  ]);
  expect([existsSync(lockOf('one')), existsSync(lockOf('two'))]).toEqual([true, false]);

  const asked: string[] = [];
  const no = await unlock([], async (question) => {
    asked.push(question);
    return false;
  });
  expect(no.exit).toBe(1);
  expect(asked[0]).toContain('Break 1 lock that is alive?');
  expect(no.notes.join('\n')).toContain('alice for');

  const yes = await unlock(['--yes', '--hosts', 'one', '--json']);
  expect(yes.exit, yes.stdout).toBe(0);
  expect(JSON.parse(yes.stdout).hosts).toMatchObject([{ host: 'one', removed: expect.stringMatching(/^alice for/) }]);
  // Whose lock was broken stops before its next change.
  await expect(confirm(held[0]!)).rejects.toThrow(/taken over/);
});

test('a lock that another deploy took while the question stood is left alone', async () => {
  await hold('one', 'alice');
  const { exit, stdout } = await unlock([], async () => {
    await held[0]!.lock.release();
    await hold('one', 'carol');
    return true;
  });
  expect(exit).toBe(1);
  expect(stdout).toContain('another deploy has taken the lock meanwhile: carol for');
  await confirm(held[1]!);
});

test('a protected environment is named twice, and one that is another is left alone', async () => {
  await hold('one', 'alice');
  await configure({ protected: true, marker: join(root, 'place') });
  expect((await unlock(['--yes'])).exit).toBe(64);
  expect((await unlock(['--dry-run'])).exit).toBe(0);
  await writeFile(join(root, 'place'), 'prod\n');
  expect((await unlock(['--yes', '--confirm', 'test'])).exit).toBe(1);
  expect(existsSync(lockOf('one'))).toBe(true);
  await writeFile(join(root, 'place'), 'test\n');
  expect((await unlock(['--yes', '--confirm', 'test'])).exit).toBe(0);
  expect(existsSync(lockOf('one'))).toBe(false);
});
