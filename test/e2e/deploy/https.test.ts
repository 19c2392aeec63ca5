import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployBinary } from '../../support/deploy-command.ts';

const execute = promisify(execFile);
let home: string;
let stop: () => Promise<unknown>;
let port: number;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'https-'));
  await writeFile(join(home, 'app'), 'a file');
  const made = ['-nodes', '-subj', '/CN=health', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const files = ['-keyout', join(home, 'key.pem'), '-out', join(home, 'cert.pem')];
  await execute('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...made, ...files]);
  const server = createServer(
    { key: await readFile(join(home, 'key.pem')), cert: await readFile(join(home, 'cert.pem')) },
    (_, response) => response.end('well'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  stop = () => new Promise((resolve) => server.close(resolve));
});
afterAll(async () => {
  await stop();
  await rm(home, { recursive: true });
});

const verify = (host: string, env: NodeJS.ProcessEnv = {}) =>
  deployBinary(
    [
      ...['verify', '--via', 'local', '--restart', 'none', '--target', join(home, 'app'), '--json'],
      ...['--health-url', `https://${host}:${port}/`, '--health-body', 'well', '--health-timeout', '1s'],
    ],
    { ...process.env, ...env },
  );

test('a health URL of https is asked by its address, and its certificate is checked', async () => {
  const trusted = { NODE_EXTRA_CA_CERTS: join(home, 'cert.pem') };
  const well = await verify('127.0.0.1', trusted);
  expect(well.code, well.stdout + well.stderr).toBe(0);
  expect(well.stderr).not.toContain('Warning');
  const other = await verify('localhost', trusted);
  expect(other.code).toBe(1);
  expect(other.stdout).toContain('does not match certificate');
  const unknown = await verify('127.0.0.1');
  expect(unknown.code).toBe(1);
  expect(unknown.stdout).toContain('self-signed certificate');
});
