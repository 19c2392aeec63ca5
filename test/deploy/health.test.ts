import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { Connection } from '../../src/deploy/connection.ts';
import { type Answer, askThrough, chooseAsk, judge, type Pulse, waitHealthy } from '../../src/deploy/health.ts';
import type { Host } from '../../src/deploy/host/host.ts';
import { localHost } from '../../src/deploy/host/local.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/health?deep=1`;
}

const through = (url: string) => askThrough(connect(Number(new URL(url).port), '127.0.0.1'), new URL(url), 2_000);
const connection = (host: Host) => new Connection('host', async () => host, { attempts: 1, pauseMs: 0 });
const settings = (url: string) => ({ url, status: 200, timeoutMs: 2_000, samples: 3, intervalMs: 1 });

test('asks over a stream that is already there', async () => {
  const url = await serve((request, response) =>
    response.end(`${request.method} ${request.url} ${request.headers.host}`),
  );
  expect(await through(url)).toEqual({ status: 200, body: `GET /api/health?deep=1 ${new URL(url).host}` });
});

test('a server that says nothing, or hangs up, is an error and no exception', async () => {
  const silent = await serve(() => {});
  expect(await askThrough(connect(Number(new URL(silent).port), '127.0.0.1'), new URL(silent), 50)).toMatchObject({
    error: /no answer/,
  });
  const rude = await serve((request) => request.socket.destroy());
  expect(await through(rude)).toHaveProperty('error');
});

test('an answer counts although the connection ends in the same moment', async () => {
  const channel = new Duplex({
    allowHalfOpen: false,
    read() {},
    write(_chunk, _encoding, done) {
      done();
      this.push('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
      this.push(null);
    },
  });
  expect(await askThrough(channel, new URL('http://127.0.0.1:1/'), 2_000)).toEqual({ status: 200, body: 'ok' });
});

test('an answer that is cut off in its middle is an error', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('the beginning', () => response.destroy());
  });
  expect(await through(url)).toHaveProperty('error');
});

test('an endless body is read as far as it matters', async () => {
  const url = await serve((_, response) => {
    const more = () => {
      if (!response.destroyed) response.write('x'.repeat(64 * 1024), more);
    };
    more();
  });
  const answer = (await through(url)) as Extract<Answer, { body: string }>;
  expect(answer.status).toBe(200);
  expect(answer.body.length).toBeLessThan(2_000_000);
});

test('judges status and body', () => {
  expect(judge({ status: 200, body: 'it is ok' }, { status: 200, body: 'ok' })).toBeNull();
  expect(judge({ status: 503, body: 'starting' }, { status: 200 })).toBe('it answered 503, not 200: starting');
  expect(judge({ status: 200, body: 'old' }, { status: 200, body: 'v2' })).toContain('does not hold "v2"');
});

test('where the way in forwards nothing the host asks by itself, and without a program it says so', async () => {
  const url = await serve((_, response) => response.end('fine'));
  const local = localHost(process.env);
  const { forward: _, ...closed } = local;
  const onHost = [['curl'], ['wget']].filter(
    async ([name]) => (await local.run(['sh', '-c', `command -v ${name}`])).code === 0,
  );
  for (const tools of onHost) {
    const { code } = await local.run(['sh', '-c', `command -v ${tools[0]}`]);
    if (code !== 0) continue;
    const ask = await chooseAsk(connection(closed), settings(url), tools);
    expect(await ask(), tools[0]).toMatchObject({ status: 200, body: 'fine' });
  }
  await expect(chooseAsk(connection(closed), settings(url), [])).rejects.toThrow(/neither curl nor wget/);
});

const steady: Pulse = { identity: '1', dead: null };

test('several good answers in a row are wanted', async () => {
  const answers = [200, 500, 200, 200, 500, 200, 200, 200];
  let asked = 0;
  const ask = async () => ({ status: answers[asked++] ?? 0, body: '' });
  await waitHealthy(ask, settings('http://h/'), async () => steady, 'host');
  expect(asked).toBe(8);
});

test('good answers of processes that keep dying are a crash loop', async () => {
  let starts = 0;
  const pulse = async () => ({ identity: String(starts++), dead: null });
  await expect(
    waitHealthy(async () => ({ status: 200, body: '' }), settings('http://h/'), pulse, 'host'),
  ).rejects.toThrow(/crash loop/);
});

test('an answer that came while the process was looked at is the first of those in a row', async () => {
  let asked = 0;
  const ask = async (): Promise<Answer> => ({ status: 200, body: String(asked++) });
  const pulse = async (): Promise<Pulse> => ({ identity: '7', dead: null });
  const healthy = await waitHealthy(ask, settings('http://h/'), pulse, 'host', await pulse(), 12.5);
  expect(healthy).toEqual({ firstGoodAt: 12.5, identity: '7' });
  expect(asked).toBe(2);
});

test('waiting ends when the service is dead, and when the time is over', async () => {
  const bad = async () => ({ error: 'refused' });
  let looks = 0;
  const dying = async () => ({ identity: '1', dead: looks++ > 1 ? 'the process ended' : null });
  await expect(waitHealthy(bad, settings('http://h/'), dying, 'host')).rejects.toThrow('the process ended');
  await expect(
    waitHealthy(bad, { ...settings('http://h/'), timeoutMs: 5 }, async () => steady, 'host'),
  ).rejects.toThrow(/not healthy.*refused/);
});
