import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import type { Env, RemoteRef, Setting } from '../git.ts';
import { authorizationFor, type ServerToken } from '../tokens.ts';
import { packCount } from './pack.ts';

/**
 * Git's smart HTTP, protocol version 2 (gitprotocol-v2(5), gitprotocol-http(5)), asked directly: one round trip for a
 * question, over connections that are kept, where `git ls-remote` starts two processes and takes three round trips.
 *
 * Only clear answers count here. Whatever else comes back (a redirect, 401, an old server, a certificate Node does not
 * trust) is `undefined`, and git itself asks: its errors and its credentials are the reference.
 */
export interface HttpRemote {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly hash: 'sha1' | 'sha256';
}

/** Settings of git's http section that do not change what is asked of whom. */
const harmless = new Set(['extraheader', 'postbuffer', 'lowspeedlimit', 'lowspeedtime', 'useragent', 'receivepack']);
const environment = /^((https?|all)_proxy|GIT_(SSL|PROXY|HTTP)_.*|GIT_CURL_.*|SSL_CERT_(FILE|DIR))$/i;

/**
 * The headers to ask a URL with; undefined when git has to ask: the scheme is another one, or the user told git about
 * proxies, certificates or anything else that only git knows to obey.
 */
export function directHeaders(
  url: string,
  { settings, env, tokens }: { settings: readonly Setting[]; env: Env; tokens: readonly ServerToken[] },
): Record<string, string> | undefined {
  if (!/^https?:\/\//i.test(url) || Object.entries(env).some(([name, value]) => value && environment.test(name)))
    return undefined;
  let extra: [string, string][] = [];
  for (const [key, value] of settings) {
    const [, base, name] = /^http\.(?:(.*)\.)?([^.]+)$/s.exec(key) ?? [];
    if (name === undefined) continue;
    if (!harmless.has(name)) return undefined;
    if (name !== 'extraheader' || (base !== undefined && !within(url, base))) continue;
    const [, header, content] = /^([^:]+):\s*(.*)$/.exec(value) ?? [];
    // An empty value takes back the headers before it.
    if (header === undefined) extra = [];
    else extra.push([header.toLowerCase(), content!]);
  }
  const { username, password } = new URL(url);
  const own =
    username &&
    `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`;
  const authorization = authorizationFor(url, tokens) ?? (own || undefined);
  return { ...Object.fromEntries(extra), ...(authorization !== undefined && { authorization }) };
}

function within(url: string, base: string): boolean {
  try {
    const [one, all] = [new URL(url), new URL(base)];
    const folder = all.pathname.replace(/\/*$/, '/');
    return one.origin === all.origin && `${one.pathname}/`.startsWith(folder);
  } catch {
    return false;
  }
}

/** The refs whose names begin with one of `prefixes`. */
export async function listRefs(remote: HttpRemote, prefixes: readonly string[]): Promise<RemoteRef[] | undefined> {
  const wanted = prefixes.map((prefix) => `ref-prefix ${prefix}`);
  const answer = await ask(remote, 'ls-refs', ['peel', 'symrefs', ...wanted], (body) => whole(body));
  const lines = answer && packetLines(answer);
  if (lines?.at(-1) !== 'flush') return undefined;
  const refs: RemoteRef[] = [];
  for (const line of lines.slice(0, -1)) {
    if (typeof line === 'string') return undefined;
    const [oid, name, ...attributes] = line.toString().trimEnd().split(' ');
    if (!oid || !name || !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(oid)) return undefined;
    const attribute = (key: string) => attributes.find((one) => one.startsWith(`${key}:`))?.slice(key.length + 1);
    const [peeled, target] = [attribute('peeled'), attribute('symref-target')];
    refs.push({ name, oid, ...(peeled !== undefined && { peeled }), ...(target !== undefined && { target }) });
  }
  return refs;
}

/**
 * How many commits of a commit's history none of `tips` contains: 0 means that the commit is reachable from them.
 * The server is asked for the commit as if we had the tips; it counts what it would have to send, and we read no further.
 */
export async function countBeyond(
  remote: HttpRemote,
  commit: string,
  tips: readonly string[],
): Promise<number | 'absent' | undefined> {
  const tell = [`want ${commit}`, ...tips.map((tip) => `have ${tip}`), 'done'];
  for (const filter of [['filter tree:0'], []]) {
    const answer = await ask(remote, 'fetch', ['no-progress', ...filter, ...tell], packStart);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** An object, and with a commit its trees; as a whole pack. Undefined also when it is larger than `most` bytes. */
export async function fetchPack(
  remote: HttpRemote,
  oid: string,
  most = 32 * 1024 * 1024,
): Promise<Buffer | 'absent' | undefined> {
  const tell = ['no-progress', 'deepen 1', 'filter blob:none', `want ${oid}`, 'done'];
  const answer = await ask(remote, 'fetch', tell, (body) => whole(body, most));
  const lines = answer && packetLines(answer);
  if (!lines) return undefined;
  if (lines.some((line) => typeof line !== 'string' && refused(line))) return 'absent';
  const start = lines.findIndex((line) => typeof line !== 'string' && line.toString() === 'packfile\n');
  if (start < 0 || lines.at(-1) !== 'flush') return undefined;
  const bands = lines.slice(start + 1).filter((line): line is Buffer => typeof line !== 'string' && line[0] === 1);
  return Buffer.concat(bands.map((line) => line.subarray(1)));
}

const refused = (line: Buffer): boolean => /^ERR .*not our ref/.test(line.toString('latin1', 0, 200));

function packet(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text;
}

type Body = AsyncIterable<Buffer>;

/** By Node's own http, which takes half the processor time of its fetch: hundreds of questions are asked in a run. */
async function ask<T>(
  { url, headers, timeoutMs, hash }: HttpRemote,
  command: string,
  args: readonly string[],
  read: (body: Body) => Promise<T | undefined>,
): Promise<T | undefined> {
  // Servers older than 2.28 know no object-format, and their objects are all of the one kind.
  const capabilities = hash === 'sha1' ? [] : [`object-format=${hash}\n`];
  const head = [`command=${command}\n`, ...capabilities].map(packet).join('');
  const address = new URL(url);
  address.username = '';
  address.password = '';
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/git-upload-pack`;
  const { request: open } = address.protocol === 'https:' ? https : http;
  const body = Buffer.from(`${head}0001${args.map((arg) => packet(`${arg}\n`)).join('')}0000`);
  let limit: NodeJS.Timeout | undefined;
  try {
    const request = open(address, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/x-git-upload-pack-request',
        'content-length': body.length,
        accept: 'application/x-git-upload-pack-result',
        'git-protocol': 'version=2',
        'user-agent': 'git/2 (submodule-push-check)',
      },
    });
    limit = setTimeout(() => request.destroy(new Error('timed out')), timeoutMs);
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    // An error after the answer has begun reaches the reader of the body.
    request.on('error', () => {});
    const right = response.headers['content-type'] === 'application/x-git-upload-pack-result';
    if (response.statusCode === 200 && right) return await read(response);
    response.destroy();
    return undefined;
  } catch {
    return undefined;
  } finally {
    clearTimeout(limit);
  }
}

async function whole(body: Body, most = 256 * 1024 * 1024): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > most) return undefined;
  }
  return Buffer.concat(chunks);
}

/** Reads an answer up to the head of the pack in it. */
async function packStart(body: Body): Promise<number | 'absent' | undefined> {
  let seen = Buffer.alloc(0);
  for await (const chunk of body) {
    seen = Buffer.concat([seen, chunk]);
    const lines = packetLines(seen) ?? [];
    if (lines.some((line) => typeof line !== 'string' && refused(line))) return 'absent';
    const start = lines.findIndex((line) => typeof line !== 'string' && line.toString() === 'packfile\n');
    if (start < 0) continue;
    const bands = lines.slice(start + 1).filter((line): line is Buffer => typeof line !== 'string' && line[0] === 1);
    const count = packCount(Buffer.concat(bands.map((line) => line.subarray(1))));
    // Leaving the loop ends the request: the rest is never sent.
    if (count !== undefined) return count;
  }
  return undefined;
}

/** The complete pkt-lines at the beginning of `bytes`; undefined when that is something else. */
function packetLines(bytes: Buffer): (Buffer | 'flush' | 'delimiter')[] | undefined {
  const lines: (Buffer | 'flush' | 'delimiter')[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const head = bytes.toString('latin1', at, at + 4);
    if (!/^[0-9a-f]{4}$/i.test(head)) return undefined;
    const length = Number.parseInt(head, 16);
    if (length < 4) {
      lines.push(length === 0 ? 'flush' : 'delimiter');
      at += 4;
    } else {
      if (at + length > bytes.length) break;
      lines.push(bytes.subarray(at + 4, at + length));
      at += length;
    }
  }
  return lines;
}
