import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '../../../../src/deploy/connection.ts';
import { deployHost, type HostResult, type Reporter } from '../../../../src/deploy/deploy.ts';
import { localHost } from '../../../../src/deploy/host/local.ts';
import { openHost } from '../../../../src/deploy/host/open.ts';
import { parseVia } from '../../../../src/deploy/host/via.ts';
import { readExecutable } from '../../../../src/deploy/preflight/elf.ts';
import type { Settings } from '../../../../src/deploy/settings.ts';
import { hashFile } from '../../../../src/deploy/transfer/hash.ts';
import { startRelay } from '../../../support/relay.ts';
import { versionAt } from '../../../support/service.ts';
import { freePort, type Sshd } from '../../../support/sshd.ts';

export interface Binary {
  readonly path: string;
  readonly version: string;
}

/** One target on the host with a relay of its own before sshd, so that several can be broken at the same time. */
export async function openLane(sshd: Sshd, name: string, parent?: string) {
  const root = parent ?? (await mkdtemp(join(tmpdir(), `lane-${name}-`)));
  const home = join(root, 'bin');
  await mkdir(home, { recursive: true });
  const target = join(home, `${name} service`);
  const port = await freePort();
  const relay = await startRelay({ to: { port: sshd.port } });
  const knownHosts = sshd.knownHosts.replaceAll(`:${sshd.port} `, `:${relay.port} `);
  const via = parseVia(`ssh://${sshd.user}@127.0.0.1:${relay.port}`);

  const settings = (source: string): Settings => ({
    source,
    target,
    strategy: 'staged',
    restart: {
      kind: 'process',
      userUnit: false,
      command: [target, String(port)],
      log: join(root, 'log'),
      graceMs: 300,
    },
    sudo: 'never',
    proof: {
      health: { url: `http://127.0.0.1:${port}/api/health`, status: 200, timeoutMs: 1_500, samples: 2, intervalMs: 20 },
      settleMs: 100,
    },
    keep: 2,
    force: false,
    lock: { expiryMs: 3_000, waitMs: 12_000 },
    origin: { by: 'harness', commit: null, runUrl: null },
  });

  const connection = () =>
    new Connection(
      via.text,
      () =>
        openHost(via, {
          ssh: {
            person: { home: root, user: sshd.user },
            identities: [sshd.keyPath],
            knownHosts,
            configFiles: [],
            connectTimeoutMs: 1_500,
            keepaliveMs: 300,
          },
          execPrefix: [],
          env: process.env,
        }),
      { attempts: 7, pauseMs: 40 },
    );

  async function deploy(
    { path }: Binary,
    report: Partial<Reporter> = {},
    more: Partial<Settings> = {},
  ): Promise<HostResult> {
    const file = await hashFile(path);
    const executable = await readExecutable(
      async (offset, length) => (await readFile(path)).subarray(offset, offset + length),
      file.size,
    );
    const way = connection();
    try {
      return await deployHost(
        way,
        { executable, whole: Promise.resolve({ file, executable }) },
        {
          settings: { ...settings(path), ...more },
          local: localHost(process.env),
          report: { begin() {}, end() {}, progress() {}, ...report },
        },
      );
    } finally {
      await way.close();
    }
  }

  /** The command in a process of its own, killed when `when` says so about a line of its progress. */
  async function deployAndKill(
    command: string,
    { path }: Binary,
    when: (line: string) => boolean,
    delayMs: number,
  ): Promise<boolean> {
    const child = spawn(
      process.execPath,
      [
        command,
        'run',
        '--verbose',
        '--source',
        path,
        '--target',
        target,
        '--via',
        via.text,
        '--identity',
        sshd.keyPath,
        '--known-hosts',
        knownHosts,
        '--sudo',
        'never',
        '--restart',
        'process',
        '--command',
        `'${target}' ${port}`,
        '--log',
        join(root, 'log'),
        '--grace',
        '300ms',
        '--health-url',
        `http://127.0.0.1:${port}/api/health`,
        '--health-timeout',
        '1500ms',
        '--health-samples',
        '2',
        '--health-interval',
        '20ms',
        '--settle',
        '100ms',
        '--keep',
        '2',
        '--lock-expiry',
        '3s',
        '--lock-wait',
        '12s',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: root, CI: '' } },
    );
    let killed = false;
    child.stderr.on('data', (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n'))
        if (!killed && when(line)) {
          killed = true;
          setTimeout(() => child.kill('SIGKILL'), delayMs);
        }
    });
    await new Promise((resolve) => child.once('close', resolve));
    return killed;
  }

  /** Processes that execute the target: by /proc, as the kernel knows them. */
  async function running(): Promise<{ present: number[]; old: number[] }> {
    const present: number[] = [];
    const old: number[] = [];
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const state = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '');
      if (/\) [ZX] /.test(state)) continue;
      const exe = await readlink(`/proc/${name}/exe`).catch(() => '');
      if (exe === target) present.push(Number(name));
      if (exe === `${target} (deleted)`) old.push(Number(name));
    }
    return { present, old };
  }

  const sha256AtTarget = async () => (await stat(target).catch(() => null)) && (await hashFile(target)).sha256;

  return {
    name,
    root,
    home,
    target,
    port,
    relay,
    deploy,
    deployAndKill,
    running,
    sha256AtTarget,
    version: () => versionAt(port),
    stateText: () => readFile(join(home, `.${name} service.deploy/state`), 'utf8'),
    leftovers: async () =>
      (await readdir(join(home, `.${name} service.deploy`))).filter(
        (file) => !['releases', 'state', 'history', 'start'].includes(file),
      ),
    async close() {
      const { present, old } = await running();
      for (const pid of [...present, ...old]) process.kill(pid, 'SIGKILL');
      await relay.close();
      if (!parent) await rm(root, { recursive: true, force: true });
    },
  };
}

export type Lane = Awaited<ReturnType<typeof openLane>>;
