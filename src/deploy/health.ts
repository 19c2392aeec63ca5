import { request as httpRequest, type IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { messageOf, problem, ToolError } from '../common/errors.ts';
import { atOnce } from './at-once.ts';
import type { Connection } from './connection.ts';
import { Refusal } from './host/refusal.ts';
import { type HealthSettings, healthPort } from './settings.ts';

/** One answer of a service, or why there was none. */
export type Answer = { readonly status: number; readonly body: string } | { readonly error: string };

/** Asks the service once. */
export type Ask = () => Promise<Answer>;

/** As much of a body as anyone would match on. */
const bodyLimit = 256 * 1024;
const askTimeoutMs = 5_000;
/** The first pause while a service starts; doubles up to the interval. */
const firstPauseMs = 50;

/**
 * How this host's service is asked: through a forwarded channel of the connection, so that 127.0.0.1 is the host's; where the
 * way in has none, with curl or wget on the host.
 *
 * @param forwards whether it forwards, where that is known
 * @throws Refusal when there is neither
 */
export async function chooseAsk(
  connection: Connection,
  settings: HealthSettings,
  tools: readonly string[],
  forwards?: boolean,
): Promise<Ask> {
  const url = new URL(settings.url);
  const through: Ask = async () => await askThrough(await connection.forward(hostOf(url), healthPort(settings)), url);
  const onHost = askOnHost(connection, url, tools);
  if (forwards ?? (await tryForward(connection, hostOf(url), healthPort(settings)))) return through;
  if (onHost) return onHost;
  throw new Refusal(
    `${connection.name}: the health check cannot be asked: the server forbids port forwarding, and the host has neither curl nor wget.`,
    `Allow forwarding to the port (sshd: AllowTcpForwarding local, PermitOpen ${url.host}), or install curl on the host.`,
  );
}

export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

/** An address is no server name (RFC 6066, 3), but is checked against the certificate all the same. */
const serverName = (url: URL) => (isIP(hostOf(url)) === 0 ? { servername: hostOf(url) } : {});

async function tryForward(connection: Connection, address: string, port: number): Promise<boolean> {
  try {
    const channel = await connection.forward(address, port);
    channel.on('error', () => {});
    channel.destroy();
    return true;
  } catch (error) {
    return portRefused(error);
  }
}

/** A refused connection proves that forwarding works. */
export const portRefused = (error: unknown): boolean => error instanceof ToolError && error.kind === 'problem';

/** One HTTP request over a stream that is already connected. */
export async function askThrough(channel: Duplex, url: URL, timeoutMs = askTimeoutMs): Promise<Answer> {
  const timer = setTimeout(() => channel.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
  try {
    return await new Promise<Answer>((resolve, reject) => {
      channel.on('error', reject);
      const secure = url.protocol === 'https:';
      const stream = secure ? tlsConnect({ socket: channel, host: hostOf(url), ...serverName(url) }) : channel;
      if (secure) stream.on('error', reject);
      let answered = false;
      // An answer and the end of the connection may come in one go: from its head on, the answer knows itself when it is cut.
      stream.on('close', () => {
        if (!answered) reject(new Error('the connection was closed without an answer'));
      });
      const request = httpRequest(
        {
          host: hostOf(url),
          path: `${url.pathname}${url.search}`,
          headers: { host: url.host, connection: 'close', 'user-agent': 'deploy-binary', ...authorization(url) },
          createConnection: () => stream as Socket,
        },
        (response) => {
          answered = true;
          collect(response).then(resolve, reject);
        },
      );
      request.on('error', reject);
      request.end();
    });
  } catch (error) {
    return { error: messageOf(error) };
  } finally {
    clearTimeout(timer);
    channel.destroy();
  }
}

const authorization = (url: URL): Record<string, string> =>
  url.username === ''
    ? {}
    : {
        authorization: `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`,
      };

async function collect(response: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size > bodyLimit) break;
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') };
}

/** @returns undefined when the host has no program for it */
export function askOnHost(connection: Connection, url: URL, tools: readonly string[]): Ask | undefined {
  const program = ['curl', 'wget'].find((name) => tools.includes(name));
  if (!program) return undefined;
  const seconds = String(askTimeoutMs / 1000);
  const argv =
    program === 'curl'
      ? ['curl', '-s', '-S', '-m', seconds, '-w', '\n%{http_code}', '--', url.href]
      : ['wget', '-q', '-T', seconds, '-O', '-', url.href];
  return async () => {
    const { code, stdout, stderr } = await connection.run(argv, { timeoutMs: askTimeoutMs * 2 });
    if (program === 'curl') {
      const cut = stdout.lastIndexOf('\n');
      if (code === 0) return { status: Number(stdout.slice(cut + 1)), body: stdout.slice(0, cut) };
    } else if (code === 0) return { status: 200, body: stdout };
    return { error: stderr.trim() || `${program} ended with ${code}` };
  };
}

/** Null when the answer is what was asked for, else what is wrong with it. */
export function judge(answer: Answer, { status, body }: Pick<HealthSettings, 'status' | 'body'>): string | null {
  if ('error' in answer) return answer.error;
  if (answer.status !== status) return `it answered ${answer.status}, not ${status}${excerpt(answer.body)}`;
  if (body !== undefined && !answer.body.includes(body))
    return `its answer does not hold "${body}"${excerpt(answer.body)}`;
  return null;
}

const excerpt = (body: string): string => (body.trim() === '' ? '' : `: ${body.trim().slice(0, 200)}`);

/** The state that must not change while good answers are counted: a process id, a restart count. */
export interface Pulse {
  /** Differs when the service was started again. */
  readonly identity: string;
  /** Set when the service is beyond hope and waiting longer is useless. */
  readonly dead: string | null;
  /** It was started again before without anybody asking for it, long ago or a moment ago. */
  readonly restless?: boolean;
}

export interface Healthy {
  /** `performance.now()` at the first of the good answers in a row. */
  readonly firstGoodAt: number;
  /** The pulse's identity while it was well. */
  readonly identity: string;
}

/**
 * Waits until the service gives `samples` good answers in a row with the same pulse before and after them.
 *
 * @param first the pulse, where it was taken a moment ago
 * @param askedEarly a good answer that was given while it was taken: when, by `performance.now()`
 * @throws ToolError of kind `problem` when it does not within the budget, or died; `unknown` when the way in broke for good
 */
export async function waitHealthy(
  ask: Ask,
  settings: HealthSettings,
  pulse: () => Promise<Pulse>,
  host: string,
  first?: Pulse,
  askedEarly: number | null = null,
): Promise<Healthy> {
  const until = performance.now() + settings.timeoutMs;
  let wrong = 'it was not asked';
  let starts = 0;
  let early = askedEarly;
  let pause = Math.min(firstPauseMs, settings.intervalMs);
  for (let before = first ?? (await pulse()); ; ) {
    if (before.dead !== null) throw failed(host, before.dead);
    let good = early === null ? 0 : 1;
    let firstGoodAt = early ?? 0;
    early = null;
    while (good < settings.samples) {
      const bad = judge(await ask(), settings);
      if (bad === null) {
        if (good === 0) firstGoodAt = performance.now();
        good += 1;
      } else {
        wrong = good === 0 ? bad : `${bad} (after ${good} good answers)`;
        good = 0;
        if (performance.now() >= until)
          throw failed(host, `${settings.url} is not healthy after ${settings.timeoutMs / 1000} s: ${wrong}`);
        const [now] = await atOnce(pulse(), sleep(pause));
        pause = Math.min(pause * 2, settings.intervalMs);
        if (now.dead !== null) throw failed(host, now.dead);
        if (now.identity !== before.identity) break;
      }
      if (good > 0 && good < settings.samples) await sleep(settings.intervalMs);
    }
    const after = await pulse();
    if (after.identity === before.identity && good >= settings.samples)
      return { firstGoodAt, identity: after.identity };
    before = after;
    if (++starts >= 3)
      throw failed(
        host,
        `the service is in a crash loop: it was started again ${starts} times while it was watched (${wrong})`,
      );
    if (performance.now() >= until)
      throw failed(
        host,
        `the service was started again while it was asked, and ${settings.timeoutMs / 1000} s are over`,
      );
  }
}

const failed = (host: string, why: string) =>
  problem(
    `${host}: ${why}`,
    "Read the service's last log lines below; the release itself is at fault, or what it needs on the host is missing.",
  );
