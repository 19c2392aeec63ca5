import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { localHost } from '../../../src/deploy/host/local.ts';

const host = localHost({ PATH: process.env.PATH, KEPT: 'yes' });

describe('the local host', () => {
  it('hands arguments over untouched, and reports output and exit code', async () => {
    const result = await host.run([
      'sh',
      '-c',
      'printf "%s|" "$@"; echo sad >&2; exit 3',
      'sh',
      'a b',
      "it's",
      '$HOME\n',
    ]);
    expect(result).toEqual({ code: 3, signal: null, stdout: "a b|it's|$HOME\n|", stderr: 'sad\n' });
  });

  it('gives programs the environment it was built with, in the C locale', async () => {
    const { stdout } = await host.run(['sh', '-c', 'echo "$KEPT $LC_ALL $HOME"']);
    expect(stdout).toBe('yes C \n');
  });

  it('says 127 and 126 for what cannot be run, as a shell does', async () => {
    expect(await host.run(['no-such-program-here'])).toMatchObject({
      code: 127,
      stderr: 'no-such-program-here: not found\n',
    });
    expect(await host.run(['/'])).toMatchObject({ code: 126 });
  });

  it('reports the signal that ended a command', async () => {
    expect(await host.run(['sh', '-c', 'kill -TERM $$'])).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('passes bytes and streams to standard input, and an empty one otherwise', async () => {
    expect((await host.run(['cat'], { stdin: Buffer.from('bytes') })).stdout).toBe('bytes');
    expect((await host.run(['cat'], { stdin: Readable.from([Buffer.from('a'), Buffer.from('b')]) })).stdout).toBe('ab');
    expect((await host.run(['cat'])).stdout).toBe('');
  });

  it('takes a command that stops reading for what its exit code says', async () => {
    const endless = Readable.from(
      (function* () {
        while (true) yield Buffer.alloc(65536);
      })(),
    );
    expect(await host.run(['sh', '-c', 'exit 5'], { stdin: endless })).toMatchObject({ code: 5 });
  });

  it('ends the command when its input fails, with the reason of the input', async () => {
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('begin');
        throw new Error('the file went away');
      })(),
    );
    await expect(host.run(['cat'], { stdin: failing })).rejects.toThrow('the file went away');
  });

  it('does not take an input that was cut off for a whole one', async () => {
    const cut = new Readable({ read() {} });
    cut.push('half');
    setImmediate(() => cut.destroy());
    await expect(host.run(['cat'], { stdin: cut })).rejects.toThrow();
  });

  it('hands standard output over as it comes instead of collecting it', async () => {
    const seen: Buffer[] = [];
    const result = await host.run(['echo', 'seen'], { onStdout: (chunk) => seen.push(chunk) });
    expect(Buffer.concat(seen).toString()).toBe('seen\n');
    expect(result.stdout).toBe('');
  });

  it('gives a command up after its time-out, also when a grandchild holds its output', async () => {
    const late = host.run(['sh', '-c', 'sleep 20 & wait'], { timeoutMs: 50 });
    await expect(late).rejects.toMatchObject({
      kind: 'unknown',
      message: expect.stringContaining('No end after 0.05 s'),
    });
  });

  it('stops at once when it is aborted', async () => {
    const controller = new AbortController();
    const run = host.run(['sleep', '20'], { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(run).rejects.toThrow('enough');
    await expect(host.run(['true'], { signal: controller.signal })).rejects.toThrow('enough');
  });

  it('does not collect output without end', async () => {
    await expect(host.run(['cat', '/dev/zero'])).rejects.toMatchObject({ kind: 'unknown' });
  });

  it('keeps the end of a long standard error', async () => {
    const { stderr } = await host.run(['sh', '-c', 'head -c 1000000 /dev/zero >&2; echo last >&2']);
    expect(stderr.length).toBeLessThanOrEqual(256 * 1024);
    expect(stderr.endsWith('last\n')).toBe(true);
  });

  it('opens a byte stream to a port, or says that nothing listens', async () => {
    const server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const stream = await host.forward!('127.0.0.1', port);
    expect((await stream.toArray()).join('')).toBe('hello');
    await new Promise((resolve) => server.close(resolve));
    await expect(host.forward!('127.0.0.1', port)).rejects.toMatchObject({ kind: 'problem' });
  });
});
