import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SshServer, type SshServerOptions, startSshServer } from '../../../../demo/ssh-server.ts';
import type { Host } from '../../../../src/deploy/host/host.ts';
import { localHost } from '../../../../src/deploy/host/local.ts';
import { openHost } from '../../../../src/deploy/host/open.ts';
import type { SshSettings } from '../../../../src/deploy/host/ssh/target.ts';
import { parseVia } from '../../../../src/deploy/host/via.ts';
import { hashFile } from '../../../../src/deploy/transfer/hash.ts';
import { transfer } from '../../../../src/deploy/transfer/transfer.ts';
import { startRelay } from '../../../support/relay.ts';

let home: string;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'home-'));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await rm(home, { recursive: true });
});

async function serve(options?: SshServerOptions): Promise<SshServer> {
  const server = await startSshServer(options);
  closing.push(() => server.close());
  return server;
}

async function open(
  server: SshServer,
  more: Partial<SshSettings> = {},
  via = `ssh://127.0.0.1:${server.port}`,
): Promise<Host> {
  const host = await openHost(parseVia(via), {
    ssh: {
      person: { home, user: server.user },
      identities: [server.key],
      knownHosts: server.knownHosts,
      configFiles: [],
      ...more,
    },
    execPrefix: [],
    env: {},
  });
  closing.push(() => host.close());
  return host;
}

describe('a host behind SSH', () => {
  it('runs argument lists untouched, with input, output, exit code and signal', async () => {
    const host = await open(await serve());
    const awkward = ['a b', "it's", '$HOME `id`', '\n', '', '*', '\\', 'ünï'];
    const { stdout } = await host.run(['sh', '-c', 'for a; do printf "<%s>" "$a"; done; cat', 'sh', ...awkward], {
      stdin: Readable.from([Buffer.from('in')]),
    });
    expect(stdout).toBe(`${awkward.map((word) => `<${word}>`).join('')}in`);
    expect(await host.run(['sh', '-c', 'echo "$LC_ALL"; echo sad >&2; exit 3'])).toEqual({
      code: 3,
      signal: null,
      stdout: 'C\n',
      stderr: 'sad\n',
    });
    expect(await host.run(['sh', '-c', 'kill -KILL $$'])).toMatchObject({ code: null, signal: 'SIGKILL' });
    expect(await host.run(['no-such-program'])).toMatchObject({ code: 127 });
    // Words that mean something to a shell, in the one place where it would look for them.
    for (const word of ['A=1', 'if', '{', '!', 'exit']) expect(await host.run([word])).toMatchObject({ code: 127 });
  });

  it('kills a command that still reads when it is given up, where the server can', async () => {
    const host = await open(await serve());
    const endless = new Readable({ read() {} });
    const reader = ['sh', '-c', 'echo $$ >"$1"; exec sleep 30', 'sh', join(home, 'pid')];
    await expect(host.run(reader, { stdin: endless, timeoutMs: 500 })).rejects.toMatchObject({ kind: 'unknown' });
    const pid = (await readFile(join(home, 'pid'), 'utf8')).trim();
    const wait = 'while kill -0 "$1" 2>/dev/null; do sleep 0.05; done; echo gone';
    expect((await host.run(['sh', '-c', wait, 'sh', pid])).stdout).toBe('gone\n');
  });

  it('forwards to ports of the host, and tells a closed one from a forbidden one', async () => {
    const echo = createServer((socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const { port } = echo.address() as { port: number };
    const stream = await (await open(await serve())).forward!('127.0.0.1', port);
    stream.end('there and back');
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('there and back');
    const sealed = await open(await serve({ forbidForwarding: true }));
    await expect(sealed.forward!('127.0.0.1', port)).rejects.toMatchObject({
      message: expect.stringContaining(`127.0.0.1 port ${port}`),
    });
    echo.close();
  });

  it('takes files, streamed or by SFTP', async () => {
    const host = await open(await serve());
    const path = join(home, 'source');
    const content = Buffer.from(Array.from({ length: 500_000 }, (_, index) => (index * 7) % 253));
    await writeFile(path, content);
    const source = await hashFile(path);
    for (const method of ['gzip', 'sftp'] as const) {
      const staged = join(home, `by-${method}`);
      const result = await transfer(host, {
        source,
        staged,
        local: localHost({ PATH: process.env.PATH }),
        methods: [method],
      });
      expect(result.method).toBe(method);
      expect((await readFile(staged)).equals(content)).toBe(true);
    }
  });

  it('goes through another one', async () => {
    const gate = await serve();
    const inner = await serve();
    const both = { identities: [gate.key, inner.key], knownHosts: gate.knownHosts + inner.knownHosts };
    const host = await open(inner, both, `ssh://127.0.0.1:${gate.port}+ssh://127.0.0.1:${inner.port}`);
    expect((await host.run(['echo', 'inside'])).stdout).toBe('inside\n');
    expect(gate.commands).toEqual([]);
    expect(inner.commands).toEqual(['exec echo inside']);
  });

  it('that goes down is an error, and is dialled again', async () => {
    const server = await serve();
    const relay = await startRelay({ to: server });
    closing.push(() => relay.close());
    const host = await open(
      server,
      { fingerprints: [server.fingerprint], knownHosts: '' },
      `ssh://127.0.0.1:${relay.port}`,
    );
    const running = host.run(['sh', '-c', 'echo up; sleep 30'], { onStdout: () => relay.cut() });
    await expect(running).rejects.toMatchObject({ kind: 'unknown', message: expect.stringContaining('was lost') });
    expect((await host.run(['echo', 'back'])).stdout).toBe('back\n');
  });

  it('cannot be used after it was closed', async () => {
    const host = await open(await serve());
    await host.close();
    await expect(host.run(['true'])).rejects.toMatchObject({
      kind: 'unknown',
      message: expect.stringContaining('was closed'),
    });
  });
});

describe('logging in', () => {
  it('by password, where the server takes it', async () => {
    const server = await serve({ password: 'open-sesame' });
    const host = await open(server, { identities: [], password: 'open-sesame' });
    expect((await host.run(['echo', 'in'])).stdout).toBe('in\n');
    const refused = open(server, { identities: [], password: 'a-wrong-one' });
    await expect(refused).rejects.toMatchObject({
      message: expect.stringContaining('Tried a password. It offers publickey, password.'),
    });
  });

  it('tries the password after the keys', async () => {
    const server = await serve({ password: 'open-sesame' });
    const other = await serve();
    const host = await open(server, { identities: [other.key], password: 'open-sesame' });
    expect((await host.run(['echo', 'in'])).stdout).toBe('in\n');
  });

  it('never shows the password to a jump host', async () => {
    const gate = await serve({ password: 'open-sesame' });
    const inner = await serve({ password: 'open-sesame' });
    const both = { identities: [], password: 'open-sesame', knownHosts: gate.knownHosts + inner.knownHosts };
    const through = open(inner, both, `ssh://127.0.0.1:${gate.port}+ssh://127.0.0.1:${inner.port}`);
    await expect(through).rejects.toMatchObject({ message: expect.stringContaining(`127.0.0.1:${gate.port} lets`) });
  });

  it('says so when only a person could', async () => {
    const server = await serve({ offer: ['keyboard-interactive'] });
    await expect(open(server)).rejects.toMatchObject({
      message: expect.stringContaining('It offers keyboard-interactive.'),
      fix: expect.stringContaining('asks a person (keyboard-interactive)'),
    });
  });

  it('refuses unusable keys and pins before it dials', async () => {
    const server = await serve();
    const nowhere = 'ssh://127.0.0.1:1';
    await expect(open(server, { identities: ['/no/such/key'] }, nowhere)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('/no/such/key cannot be read: ENOENT'),
    });
    await expect(open(server, { identities: [server.key.slice(0, -60)] }, nowhere)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('is damaged'),
    });
    await expect(open(server, { fingerprints: ['MD5:aa'] }, nowhere)).rejects.toMatchObject({ kind: 'usage' });
    await expect(open(server, { knownHosts: 'x ssh-rsa AAAA\n' }, nowhere)).rejects.toMatchObject({ kind: 'usage' });
    await writeFile(join(home, 'loop'), 'Host *\n ProxyJump other\n');
    await expect(open(server, { configFiles: [join(home, 'loop')] }, nowhere)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('More than 8 jump hosts'),
    });
    await writeFile(join(home, 'command'), 'ProxyCommand nc %h %p\n');
    await expect(open(server, { configFiles: [join(home, 'command')] }, nowhere)).rejects.toMatchObject({
      kind: 'usage',
      fix: expect.stringContaining('ProxyJump'),
    });
  });
});
