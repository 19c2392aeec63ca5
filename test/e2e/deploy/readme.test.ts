import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootDebian, type Debian } from '../../support/debian.ts';
import { buildService } from '../../support/service.ts';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
let host: Debian;
let here: string;

beforeAll(async () => {
  [host, here] = await Promise.all([bootDebian(), mkdtemp(join(tmpdir(), 'readme-'))]);
  // As a host is that nobody has prepared.
  for (const user of ['deploy', 'gbuser']) await host.run('userdel', '-r', user).catch(() => {});
  // The service of the tests is told its port; the README's knows its own.
  await host.run('mkdir', '/etc/systemd/system/app.service.d');
  await host.write('/etc/systemd/system/app.service.d/port.conf', '[Service]\nEnvironment=PORT=5858\n');
  await copyFile(await buildService({ version: 'v1', static: true }), join(here, 'app'));
  await symlink(join(root, 'dist/deploy-binary.js'), join(here, 'deploy-binary'));
  await chmod(join(root, 'dist/deploy-binary.js'), 0o755);
}, 1_200_000);
afterAll(async () => {
  await host?.stop();
  await rm(here, { recursive: true, force: true });
});

const local = async (script: string) =>
  execute('bash', ['-euc', script], { cwd: here, env: { ...process.env, PATH: `${here}:${process.env.PATH}` } });

test('what the README says leads from nothing to a deployed service', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const block = /From nothing to a deployed service:\n\n```sh\n([\s\S]*?)```/.exec(readme)![1]!;
  const [key, onHost, last] = block.split(/\n\n(?=# )/).map((part) => part.replaceAll('10.0.3.30', host.address));
  await local(key!);
  const publicKey = (await readFile(join(here, 'deploy-key.pub'), 'utf8')).trim();
  expect(onHost).toContain('ssh-ed25519 AAAA…');
  await host.run('bash', '-euc', onHost!.replace('ssh-ed25519 AAAA…', publicKey));

  const [prepare, plan, run] = last!.split(/\n(?=deploy-binary )/);
  // A plan that misses something leaves with 1: that is what it is asked for.
  const planned = await local(`${prepare}\nset +e\n${plan}\ntest $? -le 1`);
  const lines = [...planned.stdout.matchAll(/^\s*(deploy ALL=\(.*)$/gm)].map(([, line]) => line);
  expect(lines.length, planned.stdout).toBeGreaterThan(10);
  await host.write('/etc/sudoers.d/deploy-binary', `${lines.join('\n')}\n`, '0440');
  await host.run('visudo', '-cf', '/etc/sudoers.d/deploy-binary');

  const done = await local(`${prepare}\n${run}`);
  expect(done.stdout).toContain('deployed');
  expect(await host.run('curl', '-fsS', 'http://127.0.0.1:5858/api/health')).toContain('ok');
});
