import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../../../../src/deploy/host/host.ts';
import { openHost } from '../../../../src/deploy/host/open.ts';
import type { SshSettings } from '../../../../src/deploy/host/ssh/target.ts';
import { parseVia } from '../../../../src/deploy/host/via.ts';
import { startRelay } from '../../../support/relay.ts';
import { keygen, type Sshd, startSshd } from '../../../support/sshd.ts';

const execute = promisify(execFile);
let sshd: Sshd;
let home: string;
beforeAll(async () => {
  sshd = await startSshd();
  home = await mkdtemp(join(tmpdir(), 'home-'));
});
afterAll(async () => {
  await sshd.stop();
  await rm(home, { recursive: true });
});

/** Settings that open `sshd`, with nothing taken from the machine the test runs on. */
const settings = (more: Partial<SshSettings> = {}): SshSettings => ({
  person: { home, user: sshd.user },
  identities: [sshd.keyPath],
  knownHosts: sshd.knownHosts,
  configFiles: [],
  ...more,
});
const open = (more: Partial<SshSettings> = {}, via = `ssh://127.0.0.1:${sshd.port}`): Promise<Host> =>
  openHost(parseVia(via), { ssh: settings(more), execPrefix: [], env: { PATH: process.env.PATH } });

async function using<T>(host: Promise<Host>, action: (host: Host) => Promise<T>): Promise<T> {
  const opened = await host;
  try {
    return await action(opened);
  } finally {
    await opened.close();
  }
}

describe('running commands on a real sshd', () => {
  let host: Host;
  beforeAll(async () => {
    host = await open();
  });
  afterAll(() => host.close());

  it('is named as the user named it', () => expect(host.name).toBe(`ssh://127.0.0.1:${sshd.port}`));

  it('hands arguments over untouched, and reports output and exit code', async () => {
    const awkward = ['a b', "it's", '$HOME `id` $(id)', '\n', '', '*', '-n', '\\', '"', 'ünï', '~'];
    const { stdout, stderr, code } = await host.run([
      'sh',
      '-c',
      'for a; do printf "<%s>" "$a"; done; echo sad >&2; exit 3',
      'sh',
      ...awkward,
    ]);
    expect({ stdout, stderr, code }).toEqual({
      stdout: awkward.map((word) => `<${word}>`).join(''),
      stderr: 'sad\n',
      code: 3,
    });
  });

  it('says 127 for a program that is not there, and names the signal that ended one', async () => {
    expect(await host.run(['no-such-program'])).toMatchObject({ code: 127 });
    expect(await host.run(['sh', '-c', 'kill -TERM $$'])).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('carries many commands at once', async () => {
    const results = await Promise.all(Array.from({ length: 8 }, (_, index) => host.run(['echo', String(index)])));
    expect(results.map(({ stdout }) => stdout.trim())).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    expect(sshd.log().match(/Accepted publickey/g)).toHaveLength(1);
  });

  it('pushes a stream no faster than it is read', async () => {
    let produced = 0;
    const source = Readable.from(
      (function* () {
        for (; produced < 512; produced += 1) yield Buffer.alloc(65536);
      })(),
    );
    let seen = -1;
    const { code } = await host.run(['sh', '-c', 'echo ready; sleep 0.5; echo now; cat >/dev/null'], {
      stdin: source,
      onStdout: (chunk) => {
        if (chunk.toString().includes('now') && seen < 0) seen = produced;
      },
    });
    expect(code).toBe(0);
    expect(produced).toBe(512);
    // sshd grants a window of 2 MiB; the whole is 32 MiB.
    expect(seen).toBeLessThan(128);
  });

  it('fails with the reason of its input, and stays usable', async () => {
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('begin');
        throw new Error('the file went away');
      })(),
    );
    await expect(host.run(['cat'], { stdin: failing })).rejects.toThrow('the file went away');
    expect((await host.run(['echo', 'still here'])).stdout).toBe('still here\n');
  });

  it('gives a command up after its time-out, and stays usable', async () => {
    await expect(host.run(['sleep', '2'], { timeoutMs: 300 })).rejects.toMatchObject({
      kind: 'unknown',
      message: expect.stringMatching(/^No end after 0.3 s on ssh:.*: sleep 2$/),
    });
    expect((await host.run(['echo', 'still here'])).stdout).toBe('still here\n');
  });

  it('stops when it is aborted', async () => {
    const controller = new AbortController();
    const run = host.run(['sleep', '30'], { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    await expect(run).rejects.toThrow('enough');
  });

  it('refuses a command line that cannot arrive whole', async () => {
    await expect(host.run(['echo', 'x'.repeat(140_000)])).rejects.toMatchObject({
      kind: 'problem',
      message: expect.stringContaining('does not fit'),
    });
    const long = 'x'.repeat(131_000);
    expect((await host.run(['printf', '%s', long])).stdout).toBe(long);
  });

  it('opens a byte stream to a port of the host, or says that nothing listens', async () => {
    const server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const stream = await host.forward!('127.0.0.1', port);
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('hello');
    await new Promise((resolve) => server.close(resolve));
    await expect(host.forward!('127.0.0.1', port)).rejects.toMatchObject({ kind: 'problem' });
  });

  it('copies a file over SFTP, under any name, and reports the bytes', async () => {
    const source = join(home, 'source');
    const target = join(home, "tar\\get ü'\n.bin");
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    await writeFile(source, content);
    const totals: number[] = [];
    await host.upload!(source, target, (total) => totals.push(total));
    expect((await readFile(target)).equals(content)).toBe(true);
    expect(totals.at(-1)).toBe(content.length);
    await expect(host.upload!(source, '/proc/nowhere')).rejects.toMatchObject({
      kind: 'unknown',
      message: expect.stringContaining('SFTP could not write'),
    });
  });
});

describe('a connection that breaks', () => {
  it('fails the command that ran on it, and is made anew for the next one', async () => {
    const relay = await startRelay({ to: sshd });
    const pinned = sshd.knownHosts.replaceAll(`:${sshd.port}`, `:${relay.port}`);
    await using(open({ knownHosts: pinned }, `ssh://127.0.0.1:${relay.port}`), async (host) => {
      const run = host.run(['sleep', '30']);
      await host.run(['true']);
      relay.cut();
      await expect(run).rejects.toMatchObject({ kind: 'unknown', message: expect.stringContaining('was lost') });
      expect((await host.run(['echo', 'again'])).stdout).toBe('again\n');
      expect(relay.connections).toBe(2);
    });
    await relay.close();
  });

  it('is noticed when it falls silent', async () => {
    const relay = await startRelay({ to: sshd });
    const pinned = sshd.knownHosts.replaceAll(`:${sshd.port}`, `:${relay.port}`);
    relay.setFault(() => ({ direction: 'down', after: 6000, kind: 'stall' }));
    await using(open({ knownHosts: pinned, keepaliveMs: 50 }, `ssh://127.0.0.1:${relay.port}`), async (host) => {
      await expect(host.run(['sh', '-c', 'head -c 100000 /dev/zero; sleep 30'])).rejects.toMatchObject({
        kind: 'unknown',
        message: expect.stringContaining('was lost'),
      });
    });
    await relay.close();
  });
});

describe('the host key', () => {
  const label = () => `[127.0.0.1]:${sshd.port}`;

  it('must be known: an unknown one is shown with what to do', async () => {
    await expect(
      open({ knownHosts: join(home, 'empty') }).catch((error) => Promise.reject(error)),
    ).rejects.toMatchObject({ kind: 'usage' });
    await writeFile(join(home, 'empty'), '');
    await expect(open({ knownHosts: join(home, 'empty') })).rejects.toMatchObject({
      kind: 'unknown',
      message: `The host key of ${label()} is not known: ssh-ed25519 ${sshd.hostKeys.ed25519.fingerprint}. Looked in ${join(home, 'empty')}.`,
      fix: expect.stringContaining(
        `--fingerprint ${sshd.hostKeys.ed25519.fingerprint}, or this line in known_hosts: ${label()} ${sshd.hostKeys.ed25519.line}`,
      ),
    });
  });

  it('is negotiated to be the type that is pinned', async () => {
    for (const type of ['ed25519', 'rsa'] as const)
      await using(open({ knownHosts: `${label()} ${sshd.hostKeys[type].line}\n` }), (host) => host.run(['true']));
  });

  it('may be pinned by the fingerprint of any of its keys', async () => {
    for (const type of ['ed25519', 'rsa'] as const)
      await using(open({ knownHosts: join(home, 'empty'), fingerprints: [sshd.hostKeys[type].fingerprint] }), (host) =>
        host.run(['true']),
      );
  });

  it('that changed is refused sternly', async () => {
    await keygen('ed25519', join(home, 'other'));
    const other = (await readFile(join(home, 'other.pub'), 'utf8')).split(' ').slice(0, 2).join(' ');
    await expect(open({ knownHosts: `${label()} ${other}\n` })).rejects.toMatchObject({
      kind: 'unknown',
      message: expect.stringMatching(/^THE HOST KEY OF .* IS NOT THE PINNED ONE.*pinned is ssh-ed25519 SHA256:/),
    });
    await expect(
      open({ knownHosts: join(home, 'empty'), fingerprints: [`SHA256:${'A'.repeat(43)}`] }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('IS NOT THE PINNED ONE'),
    });
  });

  it('that was revoked, or only an authority vouches for, is refused', async () => {
    await expect(
      open({ knownHosts: `${sshd.knownHosts}@revoked * ${sshd.hostKeys.ed25519.line}\n` }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('was revoked'),
    });
    await expect(open({ knownHosts: `@cert-authority * ${sshd.hostKeys.rsa.line}\n` })).rejects.toMatchObject({
      message: expect.stringContaining('only by a certificate authority'),
    });
  });

  it('is found hashed, as ssh-keygen -H writes it', async () => {
    const file = join(home, 'hashed');
    await writeFile(file, sshd.knownHosts);
    await using(open(), (host) => host.run(['ssh-keygen', '-q', '-H', '-f', file]));
    expect(await readFile(file, 'utf8')).toMatch(/^\|1\|/);
    await using(open({ knownHosts: file }), (host) => host.run(['true']));
  });
});

describe('logging in', () => {
  it('takes the text of a key, and says which keys were refused', async () => {
    await using(open({ identities: [sshd.key.replaceAll('\n', '\r\n').trimEnd()] }), (host) => host.run(['true']));
    await keygen('rsa', join(home, 'stranger'));
    await expect(open({ identities: [join(home, 'stranger')] })).rejects.toMatchObject({
      kind: 'unknown',
      message: expect.stringMatching(
        /lets \S+ not in\. Tried ssh-rsa SHA256:\S+ \(.*stranger\)\. It offers publickey\./,
      ),
    });
    await expect(open({ identities: [], password: 'not-this-one' })).rejects.toMatchObject({
      message: expect.stringContaining('Tried a password. It offers publickey.'),
    });
    await expect(open({ identities: [] })).rejects.toMatchObject({
      message: expect.stringContaining('Tried nothing: no key'),
    });
  });

  it('uses a certificate: beside its key, named, or as text', async () => {
    const authority = join(home, 'authority');
    await keygen('ed25519', authority);
    const trusting = await startSshd({ config: [`TrustedUserCAKeys ${authority}.pub`] });
    const way = `ssh://127.0.0.1:${trusting.port}`;
    const { knownHosts } = trusting;
    const certify = (key: string, ...words: string[]) =>
      execute('ssh-keygen', ['-q', '-s', authority, '-I', 'runner', ...words, `${key}.pub`]);
    try {
      for (const type of ['ed25519', 'rsa', 'ecdsa'] as const) {
        const key = join(home, `certified-${type}`);
        // The longest numbers have a form of their own.
        await keygen(type, key, ...(type === 'ecdsa' ? ['-b', '521'] : []));
        await expect(open({ identities: [key], knownHosts }, way)).rejects.toMatchObject({ kind: 'unknown' });
        await certify(key, '-n', trusting.user);
        await using(open({ identities: [key], knownHosts }, way), async (host) =>
          expect((await host.run(['echo', 'in'])).stdout).toBe('in\n'),
        );
        const certificate = await readFile(`${key}-cert.pub`, 'utf8');
        await rename(`${key}-cert.pub`, `${key}.elsewhere`);
        for (const given of [`${key}.elsewhere`, certificate])
          await using(open({ identities: [key], certificate: given, knownHosts }, way), (host) => host.run(['true']));
      }
      expect(trusting.log()).toMatch(/Accepted publickey .* (?:ECDSA|ED25519|RSA)-CERT SHA256:.* ID runner/);

      const key = join(home, 'certified-ed25519');
      await certify(key, '-n', 'somebody', '-V', '20200101:20210101');
      await expect(open({ identities: [key], knownHosts }, way)).rejects.toMatchObject({
        message: expect.stringMatching(
          /Tried certificate "runner" for somebody, from 20\S+, until 20\S+ \(.*certified-ed25519-cert\.pub\); ssh-ed25519 SHA256:/,
        ),
      });
      const other = { identities: [sshd.keyPath], certificate: `${key}-cert.pub`, knownHosts };
      await expect(open(other, way)).rejects.toMatchObject({
        message: expect.stringContaining('is for none of the keys'),
      });
      await expect(open({ ...other, certificate: `${key}.pub` }, way)).rejects.toMatchObject({ kind: 'usage' });
    } finally {
      await trusting.stop();
    }
  });

  it('uses the agent', async () => {
    const agent = join(home, 'agent.sock');
    await using(open(), async (host) => {
      const { stdout } = await host.run(['ssh-agent', '-s', '-a', agent]);
      const pid = /SSH_AGENT_PID=(\d+)/.exec(stdout)![1]!;
      try {
        await expect(open({ identities: [], agent })).rejects.toMatchObject({
          message: expect.stringContaining('the agent, which has no keys'),
        });
        await host.run(['env', `SSH_AUTH_SOCK=${agent}`, 'ssh-add', '-q', sshd.keyPath]);
        await using(open({ identities: [], agent }), (inner) => inner.run(['true']));
      } finally {
        await host.run(['kill', pid]);
      }
    });
    await expect(open({ identities: [], agent: join(home, 'no-agent') })).rejects.toMatchObject({
      message: expect.stringContaining('the agent, which does not answer'),
    });
  });
});

describe('finding the way', () => {
  it('takes name, port, user, key and known hosts from ssh_config', async () => {
    const config = join(home, 'config');
    await writeFile(join(home, 'pinned'), sshd.knownHosts);
    await writeFile(
      config,
      `Host sys*\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  User ${sshd.user}\n  IdentityFile ${sshd.keyPath}\n  UserKnownHostsFile ~/pinned\n`,
    );
    const { knownHosts: _, ...rest } = settings({
      identities: [],
      configFiles: [config],
      person: { home, user: 'nobody-else' },
    });
    const host = openHost(parseVia('ssh://system'), { ssh: rest, execPrefix: [], env: {} });
    await using(host, async (opened) => expect((await opened.run(['id', '-un'])).stdout.trim()).toBe(sshd.user));
  });

  it('goes through jump hosts', async () => {
    const inner = await startSshd();
    const pins = { knownHosts: sshd.knownHosts + inner.knownHosts, identities: [sshd.keyPath, inner.keyPath] };
    try {
      for (const [via, more] of [
        [`ssh://127.0.0.1:${sshd.port}+ssh://127.0.0.1:${inner.port}`, {}],
        [`ssh://127.0.0.1:${inner.port}`, { proxyJump: `${sshd.user}@127.0.0.1:${sshd.port}` }],
      ] as const)
        await using(open({ ...pins, ...more }, via), async (host) => {
          expect(host.name).toBe(via);
          expect((await host.run(['sh', '-c', 'echo "$SSH_CONNECTION"'])).stdout).toContain(` ${inner.port}`);
        });
      await expect(open(pins, `ssh://127.0.0.1:${sshd.port}+ssh://127.0.0.1:1`)).rejects.toMatchObject({
        message: expect.stringContaining('The jump host cannot reach 127.0.0.1:1'),
      });
    } finally {
      await inner.stop();
    }
  });

  it('says what keeps it out', async () => {
    // Where there is no IPv6, that is why.
    await expect(open({}, 'ssh://[::1]:1')).rejects.toMatchObject({ message: expect.stringContaining('[::1]:1') });
    await expect(open({}, 'ssh://127.0.0.1:1')).rejects.toMatchObject({
      kind: 'unknown',
      message: 'Nothing listens at 127.0.0.1:1.',
    });
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    await expect(open({ connectTimeoutMs: 200 }, `ssh://127.0.0.1:${port}`)).rejects.toMatchObject({
      message: `127.0.0.1:${port} did not answer within 0.2 s.`,
    });
    silent.close();
    await expect(open({}, 'ssh://no-such-host.invalid')).rejects.toMatchObject({
      message: expect.stringContaining('leads nowhere'),
    });
  });
});

describe('a server with little to give', () => {
  it('that forbids forwarding says so', async () => {
    const sealed = await startSshd({ keyOptions: 'restrict' });
    await using(
      open({ knownHosts: sealed.knownHosts, identities: [sealed.keyPath] }, `ssh://127.0.0.1:${sealed.port}`),
      async (host) => {
        expect((await host.run(['echo', 'runs'])).stdout).toBe('runs\n');
        await expect(host.forward!('127.0.0.1', sealed.port)).rejects.toMatchObject({
          kind: 'unknown',
          message: expect.stringContaining('does not forward'),
        });
      },
    );
    await sealed.stop();
  });

  it('that has no sessions left says so', async () => {
    const narrow = await startSshd({ config: ['MaxSessions 1'] });
    await using(
      open({ knownHosts: narrow.knownHosts, identities: [narrow.keyPath] }, `ssh://127.0.0.1:${narrow.port}`),
      async (host) => {
        const first = host.run(['sh', '-c', 'echo here; cat'], { stdin: new Readable({ read() {} }), timeoutMs: 1500 });
        await expect(host.run(['true'])).rejects.toMatchObject({
          kind: 'unknown',
          message: expect.stringContaining('starts no command'),
        });
        await expect(first).rejects.toMatchObject({ kind: 'unknown' });
      },
    );
    await narrow.stop();
  });
});
