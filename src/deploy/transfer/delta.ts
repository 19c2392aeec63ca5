import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import zlib from 'node:zlib';
import type { Host } from '../host/host.ts';
import { largePages } from './scripts.ts';

/** A zstd frame that makes one file out of another: `zstd -d --patch-from=OLD`. It is sent while it is being made. */
export interface Delta {
  /** Bytes; null until it is whole. */
  readonly size: number | null;
  /** It cannot be made, or would save too little to be worth the host's memory. */
  readonly failed: boolean;
  /** Its bytes as they come, for any number of readers. They end early when it fails, which its decoder calls an error. */
  read(): AsyncGenerator<Buffer>;
  /** Gives it up. Nothing is written any more when this resolves. */
  stop(): Promise<void>;
}

interface Making extends DeltaRequest {
  /** The smallest power of two that is larger than either file. */
  readonly bits: number;
  readonly signal: AbortSignal;
}
/** Writes an empty file from its beginning to its end. Answers whether it was made whole. */
type Maker = (making: Making) => Promise<boolean>;

/** Beyond this the encoder would need more memory than the transfer saves time. */
const largest = 1024 ** 3;

/** What a delta is made of, and into. */
export interface DeltaRequest {
  /** Path of the file that the host has. */
  readonly old: string;
  readonly source: string;
  /** Path of a file to be made. */
  readonly out: string;
  /** For a slow link: two fifths of the bytes, for some eight times the work. */
  readonly dense: boolean;
}

/**
 * Begins a delta with what is here: the `zstd` program, or Node's own zstd where it takes a dictionary (24.6 and later).
 * Null where there is neither.
 *
 * @param local this machine
 */
export async function beginDelta(local: Host, request: DeltaRequest): Promise<Delta | null> {
  const { old, source, out } = request;
  const [from, to] = [(await stat(old)).size, (await stat(source)).size];
  if (from === 0 || to === 0 || from > largest || to > largest) return null;
  const make = (await program(local)) ?? nodesOwn();
  if (!make) return null;
  await writeFile(out, '', { mode: 0o600, flag: 'wx' });

  const most = to / 3;
  const given = new AbortController();
  const state: { size: number | null; failed: boolean } = { size: null, failed: false };
  const bits = Math.ceil(Math.log2(Math.max(from, to) + 1));
  const over = make({ ...request, bits, signal: given.signal })
    .catch(() => false)
    .then(async (whole) => {
      const { size } = await stat(out);
      if (whole && size < most) state.size = size;
      else state.failed = true;
    })
    .catch(() => {
      state.failed = true;
    });
  return {
    get size() {
      return state.size;
    },
    get failed() {
      return state.failed;
    },
    async *read() {
      const file = await open(out, 'r');
      try {
        while (!state.failed) {
          const last = state.size !== null;
          // Whoever makes it is far ahead of a slow link: little was sent when it shows that it is not worth it.
          if ((await file.stat()).size >= most) given.abort(new Error('Too large.'));
          const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(64 * 1024));
          if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
          else if (last) return;
          else await Promise.race([over, sleep(10)]);
        }
      } finally {
        await file.close();
      }
    },
    async stop() {
      given.abort(new Error('Not needed any more.'));
      await over;
    },
  };
}

const tableBits = (bits: number): number => Math.min(26, Math.max(16, bits - 2));

async function program(local: Host): Promise<Maker | undefined> {
  const present = await local.run(['zstd', '--version']).catch(() => null);
  if (present?.code !== 0) return undefined;
  return async ({ old, source, out, bits, dense, signal }) => {
    // A rebuild is full of short pieces that moved. Quickly: a place of the old file is remembered for every 64 bytes, and 32 that are
    // alike count; of a very large one for every 128, and 64. Densely: tables that remember nearly every place.
    const quick = bits > 27 ? ['-1'] : ['-3', `--zstd=lhlog=${Math.max(10, bits - 6)},lmml=32`];
    const how = dense ? ['-5', `--zstd=strat=3,hlog=${tableBits(bits)},clog=${tableBits(bits)},slog=1`] : quick;
    const argv = ['zstd', '-q', '-c', ...how, `--patch-from=${old}`, '--', source];
    const intoFile = [
      'sh',
      '-c',
      'out=$1; shift; exec "$@" >"$out"',
      'sh',
      out,
      'env',
      `GLIBC_TUNABLES=${largePages}`,
      ...argv,
    ];
    return (await local.run(intoFile, { timeoutMs: 300_000, signal })).code === 0;
  };
}

function nodesOwn(): Maker | undefined {
  const { createZstdCompress, constants } = zlib as unknown as {
    createZstdCompress?: (options: object) => Transform;
    constants: Record<string, number>;
  };
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  // Before 24.6 the dictionary was taken for an unknown option, and silently left out.
  if (!createZstdCompress || major < 24 || (major === 24 && minor < 6)) return undefined;
  return async ({ old, source, out, bits, signal }) => {
    // A dictionary is only found as far as these tables reach: with those of a level alone it would be forgotten.
    const params = {
      [constants.ZSTD_c_compressionLevel!]: 5,
      [constants.ZSTD_c_windowLog!]: Math.min(30, Math.max(20, bits + 1)),
      [constants.ZSTD_c_hashLog!]: Math.min(25, Math.max(16, bits)),
      [constants.ZSTD_c_chainLog!]: Math.min(25, Math.max(16, bits)),
    };
    const compress = createZstdCompress({ params, dictionary: await readFile(old, { signal }) });
    await pipeline(createReadStream(source), compress, createWriteStream(out), { signal });
    return true;
  };
}
