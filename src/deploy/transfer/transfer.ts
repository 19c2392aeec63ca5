import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { problem, type ToolError, usage } from '../../common/errors.ts';
import type { Host, RunResult } from '../host/host.ts';
import { type Compress, gzip, loadZstd, raw } from './compress.ts';
import type { Delta } from './delta.ts';
import { type FrameAt, frameSize, frames, unshared } from './frames.ts';
import { changed, isUnchanged, type SourceFile } from './hash.ts';
import { acceptScript, keepScript, lookScript, receiveScript } from './scripts.ts';
import type { Supply } from './supply.ts';

/** How the bytes travel, best first: what differs from a file that is there, compressed streams, a plain one, SFTP. */
export const methods = ['delta', 'zstd', 'gzip', 'raw', 'sftp'] as const;
export type Method = (typeof methods)[number];

export interface Progress {
  readonly method: Method;
  /** Bytes of the file that were handed to the connection, those of earlier attempts included. */
  readonly done: number;
  readonly total: number;
  /** Bytes on the wire, before encryption. */
  readonly sent: number;
}

export interface TransferRequest {
  readonly source: SourceFile;
  /** Absolute path of the file to be made; its directory exists. Nothing stands there until every byte was verified. */
  readonly staged: string;
  /** This machine. */
  readonly local: Host;
  /** What `lookCommand` told a moment ago. */
  readonly looked?: RunResult | null | undefined;
  /** What is shared with other hosts that get the same file. */
  readonly supply?: Supply | undefined;
  /** A file on the host that a delta can start from. */
  readonly base?: { readonly path: string; readonly sha256: string } | null | undefined;
  /** The link is slow: bytes count more than what a denser delta takes of this machine's time. */
  readonly slow?: boolean;
  /** Restricts the choice; all by default. */
  readonly methods?: readonly Method[];
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export interface TransferResult {
  readonly method: Method;
  /** Bytes on the wire, before encryption, of this attempt. */
  readonly bytesSent: number;
  /** Bytes of the file that an earlier attempt had brought there. */
  readonly resumedAt: number;
  /** Bytes a second, where enough were sent to tell how fast the link is; null where not. */
  readonly rate: number | null;
}

/**
 * Copies a file to `staged` on a host: compressed where the host can read that, hashed there while it arrives, on the disk before it
 * gets its name. Mode 0600, owned by whoever connects. After a cut, calling it again goes on at the last whole frame.
 *
 * @throws ToolError: `unknown` when the way in broke, worth another call; `problem` when the file changed, the host has no room
 *   or no way to take it, or bytes differ; `usage` for a path that is not absolute
 */
export async function transfer(host: Host, request: TransferRequest): Promise<TransferResult> {
  if (!request.staged.startsWith('/')) throw usage(`${request.staged} is not absolute.`, 'Write the path from / on.');
  let seen = await look(host, request);
  let last: ToolError | undefined;
  const delta = await chooseDelta(host, seen, request);
  if (delta) {
    const outcome = await byDelta(host, seen, delta, request);
    if ('result' in outcome) return outcome.result;
    last = outcome.error;
    // The receiver of the delta has cleared away what was left of an earlier attempt.
    seen = { ...seen, part: undefined };
  }
  const choices = await choose(host, seen, request);
  for (const choice of choices) {
    const outcome = await attempt(host, seen, choice, request);
    if ('result' in outcome) return outcome.result;
    last = outcome.error;
  }
  throw (
    last ??
    problem(
      `${host.name} has nothing that takes a file: neither tee nor SFTP${request.methods ? ` for ${request.methods.join(', ')}` : ''}.`,
      'Install coreutils or busybox there.',
    )
  );
}

interface Seen {
  readonly tools: ReadonlySet<string>;
  readonly hasher: 'openssl' | 'sha256sum' | 'shasum' | 'none';
  /** What is left of an earlier attempt with the same file; the longest one. */
  readonly part?: { readonly path: string; readonly size: number } | undefined;
  readonly freeBytes: number | undefined;
  readonly memoryBytes: number | undefined;
}

const keyOf = ({ sha256 }: SourceFile) => sha256.slice(0, 16);
const quickly = 60_000;

/** Looks at what a host has. Changes nothing. */
export const lookCommand = (staged: string): readonly string[] => ['sh', '-c', lookScript, 'sh', staged];

async function look(host: Host, { staged, source, signal, looked }: TransferRequest): Promise<Seen> {
  const result = looked ?? (await host.run(lookCommand(staged), { timeoutMs: quickly, ...(signal && { signal }) }));
  const lines = result.stdout.split('\n');
  if (!lines.includes('looked'))
    throw problem(
      `${host.name} runs no commands: ${saidBy(result) || `exit code ${result.code}`}`,
      'The account needs a POSIX shell: without commands nothing could be verified or restarted there. See its login shell and ForceCommand.',
    );
  if (!lines.includes('directory'))
    throw problem(`${host.name} has no directory for ${staged}.`, 'Make it first, or name another place.');
  const tools = new Set(lines.flatMap((line) => /^tool (\w+)$/.exec(line)?.[1] ?? []));
  const parts = lines
    .flatMap((line) => {
      const match = /^part\s+(\d+) (([0-9a-f]+)\.[0-9a-f]+\.part)$/.exec(line);
      return match && match[3] === keyOf(source) ? [{ size: Number(match[1]), path: `${staged}.${match[2]}` }] : [];
    })
    .sort((a, b) => b.size - a.size);
  const free = lines.flatMap((line) => /^free .*\s\d+\s+\d+\s+(\d+)\s+\d+%/.exec(line)?.[1] ?? [])[0];
  const memory = lines.flatMap((line) => /^memory (\d+)$/.exec(line)?.[1] ?? [])[0];
  return {
    tools,
    hasher: (['openssl', 'sha256sum', 'shasum'] as const).find((tool) => tools.has(tool)) ?? 'none',
    freeBytes: free === undefined ? undefined : Number(free) * 1024,
    memoryBytes: memory === undefined ? undefined : Number(memory) * 1024,
    ...(parts[0] && { part: parts[0] }),
  };
}

type Stream = Exclude<Method, 'sftp' | 'delta'>;
type Choice = { readonly method: 'sftp' } | { readonly method: Stream; readonly frameAt: FrameAt };

async function choose(
  host: Host,
  { tools }: Seen,
  { methods: allowed = methods, local, supply }: TransferRequest,
): Promise<Choice[]> {
  const choices: Choice[] = [];
  if (tools.has('tee')) {
    const networked = host.networked ?? true;
    const zstd = networked && allowed.includes('zstd') && tools.has('zstd') ? await loadZstd(local) : undefined;
    const shared = (method: Stream, compress: Compress) =>
      choices.push({ method, frameAt: supply?.share(method, compress) ?? unshared(compress) });
    if (zstd) shared('zstd', zstd);
    if (networked && allowed.includes('gzip') && tools.has('gzip')) shared('gzip', gzip);
    if (allowed.includes('raw')) choices.push({ method: 'raw', frameAt: unshared(raw) });
  }
  if (allowed.includes('sftp') && host.upload) choices.push({ method: 'sftp' });
  return choices;
}

/** An `error` means that this method does not work there, and another one may. */
type AttemptOutcome = { readonly result: TransferResult } | { readonly error: ToolError };
/** What arrived is not what was sent. */
type StreamOutcome = AttemptOutcome | { readonly differs: ToolError };

async function attempt(host: Host, seen: Seen, choice: Choice, request: TransferRequest): Promise<AttemptOutcome> {
  if (choice.method === 'sftp') return bySftp(host, seen, request);
  const resumeAt = resumePoint(seen, request.source);
  let outcome = await byStream(host, seen, choice, resumeAt, request);
  // The part that was there may have been damaged by whatever ended the earlier attempt: then everything is sent.
  if ('differs' in outcome && resumeAt > 0) outcome = await byStream(host, seen, choice, 0, request);
  if ('differs' in outcome) throw outcome.differs;
  return outcome;
}

/** A delta, where the host can read it and both sides have what it starts from. */
async function chooseDelta(
  { networked = true }: Host,
  { tools, memoryBytes, part, hasher }: Seen,
  { methods: allowed = methods, supply, base, source, slow = false }: TransferRequest,
): Promise<Delta | null> {
  if (!networked || !supply || !base || !allowed.includes('delta')) return null;
  if (!tools.has('zstd') || hasher === 'none') return null;
  // Its decoder holds the old file and a window of twice that size.
  if (memoryBytes !== undefined && memoryBytes < source.size * 3 + 64 * 1024 * 1024) return null;
  if (part && part.size > source.size / 2) return null;
  const delta = await supply.delta(base.sha256, slow);
  return delta?.failed ? null : delta;
}

/** Anything that goes wrong with a delta but the way in and the source is a reason to send the whole file. */
async function byDelta(host: Host, seen: Seen, delta: Delta, request: TransferRequest): Promise<AttemptOutcome> {
  const { source, onProgress } = request;
  const total = source.size;
  let sent = 0;
  const stream = Readable.from(
    (async function* () {
      for await (const chunk of delta.read()) {
        yield chunk;
        sent += chunk.length;
        // How much of the file that is shows when the delta is whole.
        onProgress?.({ method: 'delta', done: delta.size ? Math.floor((total * sent) / delta.size) : 0, total, sent });
      }
    })(),
  );
  const { told, result } = await receive(host, seen, request, 'delta', 0, stream);
  if (told.staged) return { result: { method: 'delta', bytesSent: sent, resumedAt: 0, rate: null } };
  if (!(await isUnchanged(source))) throw changed(source.path);
  return { error: problem(`${host.name} could not use a delta: ${saidBy(result)}`, 'Check zstd and the disk there.') };
}

/** Bytes that need not be sent again: whole frames only, and only where there is room for the copy that a new attempt begins with. */
function resumePoint({ part, tools, freeBytes }: Seen, { size }: SourceFile): number {
  if (!part || !tools.has('dd')) return 0;
  if (freeBytes !== undefined && freeBytes < size) return 0;
  return Math.min(Math.floor(part.size / frameSize) * frameSize, Math.floor(size / frameSize) * frameSize);
}

async function byStream(
  host: Host,
  seen: Seen,
  { method, frameAt }: Exclude<Choice, { method: 'sftp' }>,
  resumedAt: number,
  request: TransferRequest,
): Promise<StreamOutcome> {
  const { source, staged, onProgress } = request;
  // Decoders call an empty input an error.
  const nothingToSend = resumedAt >= source.size;
  let bytesSent = 0;
  const begun = performance.now();
  const stream = Readable.from(
    frames(source, resumedAt, frameAt, ({ file, wire }) => {
      bytesSent = wire;
      onProgress?.({ method, done: file, total: source.size, sent: wire });
    }),
  );
  const { told, result, part } = await receive(host, seen, request, nothingToSend ? 'raw' : method, resumedAt, stream);
  const seconds = (performance.now() - begun) / 1000;
  // Less of it fits into the buffers on the way.
  const rate = bytesSent > 8_000_000 ? Math.round(bytesSent / seconds) : null;
  const done = { result: { method, bytesSent, resumedAt, rate } };

  if (told.staged) return done;
  if (told.unverified) {
    const wrong = await verifyHere(host, part, source, staged);
    return wrong ? { differs: wrong } : done;
  }
  if (told.write !== 0 || told.decode === undefined)
    throw problem(
      `${host.name} could not write ${staged}: ${saidBy(result) || `exit code ${result.code}`}`,
      'Check free space (df -h, df -i), quota and permissions there.',
    );
  if (told.decode !== 0)
    return {
      error: problem(`${host.name} could not decode ${method}: ${saidBy(result)}`, 'Check that program there.'),
    };
  return { differs: await disagreement(host, source, told, result) };
}

/** Runs the receiver on the host with a stream for its input. */
async function receive(
  host: Host,
  { hasher, part: old }: Seen,
  { source, staged, base, signal }: TransferRequest,
  decoder: Exclude<Method, 'sftp'>,
  resumedAt: number,
  stdin: Readable,
) {
  const part = `${staged}.${keyOf(source)}.${randomBytes(6).toString('hex')}.part`;
  const values = [
    decoder,
    part,
    resumedAt > 0 ? old!.path : '',
    resumedAt / frameSize,
    frameSize,
    hasher,
    staged,
    source.sha256,
    source.size,
    base?.path ?? '',
  ];
  const argv = ['sh', '-c', receiveScript, 'sh', ...values.map(String)];
  const result = await host.run(argv, { stdin, ...(signal && { signal }) });
  return { told: read(result), result, part };
}

async function bySftp(
  host: Host,
  { hasher }: Seen,
  { source, staged, onProgress }: TransferRequest,
): Promise<AttemptOutcome> {
  const part = `${staged}.${keyOf(source)}.${randomBytes(6).toString('hex')}.part`;
  await host.upload!(source.path, part, (done) =>
    onProgress?.({ method: 'sftp', done, total: source.size, sent: done }),
  );
  const values = [part, hasher, staged, source.sha256, String(source.size)];
  const result = await host.run(['sh', '-c', acceptScript, 'sh', ...values]);
  const told = read(result);
  if (told.unverified) {
    const wrong = await verifyHere(host, part, source, staged);
    if (wrong) throw wrong;
  } else if (!told.staged) {
    await host.run(['rm', '-f', part]);
    throw await disagreement(host, source, told, result);
  }
  return { result: { method: 'sftp', bytesSent: source.size, resumedAt: 0, rate: null } };
}

/** Where the host has nothing that hashes, the bytes come back to be hashed here. Answers what is wrong. */
async function verifyHere(
  host: Host,
  part: string,
  source: SourceFile,
  staged: string,
): Promise<ToolError | undefined> {
  const hash = createHash('sha256');
  let size = 0;
  const back = await host.run(['cat', part], {
    onStdout: (chunk) => {
      hash.update(chunk);
      size += chunk.length;
    },
  });
  const sha256 = hash.digest('hex');
  if (back.code === 0 && size === source.size && sha256 === source.sha256) {
    const kept = await host.run(['sh', '-c', keepScript, 'sh', part, staged]);
    if (kept.stdout.includes('staged')) return undefined;
    throw problem(`${host.name} could not name ${staged}: ${saidBy(kept)}`, 'Check permissions of that directory.');
  }
  await host.run(['rm', '-f', part]);
  return disagreement(host, source, { sha256, size }, back);
}

/** The lines that the scripts print. */
interface Told {
  readonly decode?: number | undefined;
  readonly write?: number | undefined;
  readonly sha256?: string | undefined;
  readonly size?: number | undefined;
  readonly staged?: boolean;
  readonly unverified?: boolean;
}

function read({ stdout }: RunResult): Told {
  const value = (word: string) => new RegExp(`^${word} (-?[0-9a-f]+)$`, 'm').exec(stdout)?.[1];
  const number = (word: string) => {
    const text = value(word);
    return text === undefined ? undefined : Number(text);
  };
  return {
    decode: number('decode'),
    write: number('write'),
    sha256: value('sha256'),
    size: number('size'),
    staged: /^staged$/m.test(stdout),
    unverified: /^unverified$/m.test(stdout),
  };
}

const saidBy = ({ stderr }: RunResult): string => stderr.trim().slice(-800);

/** Whose fault it is that the bytes differ: the file's, which somebody wrote to, or the way's. */
async function disagreement(host: Host, source: SourceFile, told: Told, result: RunResult): Promise<ToolError> {
  if (!(await isUnchanged(source))) return changed(source.path);
  const there = `sha256 ${told.sha256 ?? 'unknown'} (${told.size ?? 'unknown'} bytes)`;
  return problem(
    `What arrived on ${host.name} is not what was sent: there ${there}, here sha256 ${source.sha256} (${source.size} bytes) of ${source.path}. ${saidBy(result)}`.trim(),
    'It was removed there. Run it again; if it stays, check memory and disk of both machines.',
  );
}
