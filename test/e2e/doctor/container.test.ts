import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildInstance, type Instance, loadInstance, writeLogs } from '../../../demo/forgejo/instance.ts';
import { openHost } from '../../../src/deploy/host/open.ts';
import { ForwardedSocket } from '../../../src/deploy/host/socket.ts';
import { parseVia } from '../../../src/deploy/host/via.ts';
import { bundle } from '../../support/bundle.ts';
import { type Lxd, startLxd } from '../../support/lxd.ts';
import { ownDirectory } from '../../support/own-directory.ts';
import { type PostgresInside, startPostgresInside } from '../../support/postgres-inside.ts';
import { startSshd } from '../../support/sshd.ts';

const execute = promisify(execFile);
const actionsLog = '/opt/gbo/data/data/actions_log';
const url = 'postgres://postgres@localhost/PROD-ALM';
/** A network of four addresses between this machine and the container, made of the process id. */
const network = (last: number) =>
  `10.${(process.pid >> 14) & 255}.${(process.pid >> 6) & 255}.${((process.pid & 63) << 2) | last}`;
const link = `lxc${process.pid}`;

let directory: string;
let lxd: Lxd;
let server: PostgresInside;
let instance: Instance;

beforeAll(async () => {
  directory = await ownDirectory('container-');
  instance = buildInstance({ generation: 'v17', now: Math.floor(Date.now() / 1_000), size: 20 });
  await bundle('src/doctor/bin.ts', join(directory, 'ci-doctor.mjs'));
  await writeLogs(instance, join(directory, 'actions_log'));
  lxd = await startLxd();
  await Promise.all(['alm', 'tables'].map(lxd.launch));
  await lxd.lxc(
    ...['file', 'push', '--recursive', '--create-dirs', join(directory, 'actions_log'), 'alm/opt/gbo/data/data/'],
  );
  server = await startPostgresInside(lxd, 'tables');
  await server.psql('postgres', 'CREATE DATABASE "PROD-ALM"');
  const ssh = { person: { user: 'root', home: directory } };
  const host = await openHost(parseVia('lxc:tables'), { env: env(), execPrefix: [], ssh });
  const client = new pg.Client({ connectionString: url, stream: () => new ForwardedSocket(host) });
  await client.connect();
  await loadInstance(client, instance);
  await client.end();
  await host.close();
});
afterAll(() => lxd?.stop());

const env = () => ({ PATH: process.env.PATH, HOME: homedir(), ...lxd.env });

/** The command in a process of its own. */
async function ciDoctor(argv: readonly string[], database = url) {
  const command = ['--', join(directory, 'ci-doctor.mjs'), ...argv, '--database-url', database];
  const options = { env: { ...env(), FORGEJO_CI_TOOLKIT_STATE: join(directory, 'state') }, maxBuffer: 1 << 26 };
  const { stdout, stderr, code } = await execute(process.execPath, command, options).then(
    (done) => ({ ...done, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  );
  return { exit: code, out: stdout, err: stderr };
}

/** Sees the stuck run, repairs it, and puts it back. */
async function repairs(way: readonly string[]) {
  const { run } = instance.runs.stuck;
  const rows = () =>
    server.psql('PROD-ALM', `SELECT id, status, task_id FROM action_run_job WHERE run_id = ${run.id} ORDER BY id`);
  const before = await rows();
  const stuck = await ciDoctor(['stuck', '--json', ...way]);
  expect({ exit: stuck.exit, err: stuck.err }).toEqual({ exit: 1, err: '' });
  expect(JSON.parse(stuck.out).findings).toContainEqual(expect.objectContaining({ runId: run.id, repairable: true }));
  const reset = await ciDoctor(['reset', String(run.id), '--yes', '--json', ...way]);
  expect(reset, reset.err).toMatchObject({ exit: 0 });
  const { applied, undoFile } = JSON.parse(reset.out);
  expect(applied).toBe(true);
  expect(await rows()).not.toBe(before);
  const undo = await ciDoctor(['undo', undoFile, '--yes', ...way]);
  expect(undo, undo.err).toMatchObject({ exit: 0 });
  expect(await rows()).toBe(before);
}

test('a server that listens on 127.0.0.1 alone is reached through a program in its container', async () => {
  await server.clients();
  await repairs(['--via', 'lxc:tables']);
  expect(await server.clients()).toEqual(['127.0.0.1']);
});

test('a port of it where nothing listens', async () => {
  expect(await ciDoctor(['stuck', '--via', 'lxc:tables'], url.replace('localhost', '127.0.0.1:1'))).toMatchObject({
    exit: 2,
    err: expect.stringMatching(/127\.0\.0\.1 port 1 in lxc:tables cannot be reached: .*refused/),
  });
});

test('a log in one container, by the database in another, is read to the same bytes as here', async () => {
  const { run, job } = instance.runs.failed;
  const logs = (...argv: string[]) => ciDoctor(['logs', String(run.id), '--via', 'lxc:tables', ...argv]);
  const inside = ['--log-via', 'lxc:alm', '--log-dir', actionsLog];
  for (const selection of [
    ['--job', String(job.id)],
    ['--failed', '--tail', '100'],
  ]) {
    const here = await logs('--log-via', 'local', '--log-dir', join(directory, 'actions_log'), ...selection);
    const there = await logs(...inside, ...selection);
    expect({ exit: there.exit, err: there.err }).toEqual({ exit: 0, err: '' });
    expect(here.out.length).toBeGreaterThan(1_000);
    expect(there.out === here.out).toBe(true);
  }
  await lxd.lxc('exec', 'alm', '--', 'mv', actionsLog, `${actionsLog}.away`);
  expect(await logs(...inside)).toMatchObject({
    exit: 2,
    err: expect.stringMatching(/log directory \/opt\/gbo\/data\/data\/actions_log does not exist in lxc:alm/),
  });
});

test('a container with an address: by it where the server lets that in, else as from within', async () => {
  const nic = ['nic', 'nictype=p2p', 'name=eth0', `host_name=${link}`];
  await lxd.lxc('config', 'device', 'add', 'tables', 'eth0', ...nic);
  await execute('ip', ['address', 'add', `${network(1)}/30`, 'dev', link]);
  await execute('ip', ['link', 'set', link, 'up']);
  const inside = (...argv: string[]) => lxd.lxc('exec', 'tables', '--', 'ip', ...argv);
  await inside('address', 'add', `${network(2)}/30`, 'dev', 'eth0');
  await inside('link', 'set', 'eth0', 'up');
  const clients = async () => {
    expect(await ciDoctor(['runs', '--via', 'lxc:tables'])).toMatchObject({ exit: 0, err: '' });
    return server.clients();
  };
  // Nothing answers at the address.
  await server.restart('127.0.0.1');
  expect(await clients()).toEqual(['127.0.0.1']);
  // It answers there, but no line of pg_hba.conf is about it.
  await server.restart('*');
  expect(await clients()).toEqual([network(1), '127.0.0.1']);
  // The password that 127.0.0.1 does not need is wanted there.
  await server.restart('*', `host all all ${network(0)}/30 scram-sha-256`);
  expect(await clients()).toEqual([network(1), '127.0.0.1']);
  await server.restart('*', `host all all ${network(0)}/30 trust`);
  await server.clients();
  await repairs(['--via', 'lxc:tables']);
  expect(await server.clients()).toEqual([network(1)]);
  // No answer comes back from it, as where a firewall stands between.
  await inside('route', 'add', 'blackhole', `${network(1)}/32`);
  expect(await clients()).toEqual(['127.0.0.1']);
  // It is this machine's as well, with another server at it.
  await inside('address', 'add', `${network(1)}/32`, 'dev', 'lo');
  await inside('address', 'delete', `${network(2)}/30`, 'dev', 'eth0');
  let met = 0;
  const other = createServer((socket) => {
    met++;
    socket.destroy();
  }).listen(5432, network(1));
  await once(other, 'listening');
  expect(await clients()).toEqual(['127.0.0.1']);
  expect(met).toBe(0);
  other.close();
});

test('in a container on a host behind SSH', async () => {
  const variables = Object.entries({ ...lxd.env, HOME: directory }).map(([name, value]) => `${name}=${value}`);
  const sshd = await startSshd({ config: [`SetEnv ${variables.join(' ')}`] });
  try {
    const key = ['--identity', sshd.keyPath, '--known-hosts', sshd.knownHosts];
    await server.restart('127.0.0.1');
    const way = ['--via', `ssh://${sshd.user}@127.0.0.1:${sshd.port}+lxc:tables`, ...key];
    expect(await ciDoctor(['runs', ...way])).toMatchObject({ exit: 0, err: '' });
    expect(await server.clients()).toEqual(['127.0.0.1']);
  } finally {
    await sshd.stop();
  }
});
