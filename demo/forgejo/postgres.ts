import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface EmbeddedPostgres {
  /** Reaches it from any client on this machine. The password is not looked at. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** A directory that keeps the data. Without one the data is in memory and gone after `stop`. */
  readonly dataDir?: string;
  /** Where the initialised, empty database is kept from one start to the next. */
  readonly cacheDir?: string;
}

/** Where this toolkit's demo and tests keep what takes long to make. */
export const cacheDirectory = (environment: NodeJS.ProcessEnv = process.env): string =>
  join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'forgejo-ci-toolkit');

/**
 * Starts PostgreSQL compiled to WebAssembly (PGlite) in a worker thread, behind a socket on a free port of the loopback
 * interface: any client connects to it as to a server, several at a time. SQL, types, catalogs, `FOR UPDATE` and advisory
 * lock functions answer as in a server.
 *
 * What it does not give, because all connections share one session and one transaction at a time:
 * - No two transactions overlap. While one is open, the queries of other connections wait for its end, without limit:
 *   `lock_timeout`, deadlocks, serialization failures and `SKIP LOCKED` cannot be seen.
 * - `SET`, advisory locks, temporary tables and named prepared statements are seen by all connections, and outlive them:
 *   two clients never hold each other off.
 * - No TLS, no passwords, one database, nothing written to disk is flushed.
 * What depends on these is tested on a real server.
 */
export async function startPostgres(options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
  const { dataDir, cacheDir = cacheDirectory() } = options;
  const isKept = dataDir !== undefined && existsSync(join(dataDir, 'PG_VERSION'));
  const data = isKept ? { dataDir } : { snapshot: await emptyDatabase(cacheDir), ...(dataDir && { dataDir }) };
  const worker = launch(data);
  const { port } = await answer<{ port: number }>(worker);
  // A forgotten server must not keep the process alive.
  worker.unref();
  return {
    // Not a word that is printed anywhere: a password is hidden wherever it shows, in the path of an undo file too.
    url: `postgres://forgejo:unchecked@127.0.0.1:${port}/forgejo?sslmode=disable`,
    async stop() {
      worker.ref();
      worker.postMessage('stop');
      await answer(worker);
      await worker.terminate();
    },
  };
}

/**
 * An initialised data directory as a tar archive. Making one takes seconds, so it is kept in the cache, with its checksum
 * before it; missing, broken or of another PGlite, it is made anew. A cache that cannot be written is done without.
 */
async function emptyDatabase(cacheDir: string): Promise<Uint8Array> {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const { version } = JSON.parse(await readFile(join(dirname(entry), '../package.json'), 'utf8')) as {
    version: string;
  };
  const file = join(cacheDir, `pglite-${version}.snapshot`);
  const kept = await readFile(file).catch(() => undefined);
  if (kept && kept.length > 32 && digest(kept.subarray(32)).equals(kept.subarray(0, 32))) return kept.subarray(32);
  const worker = launch({ initialize: true });
  const { snapshot } = await answer<{ snapshot: Uint8Array }>(worker);
  await worker.terminate();
  const partial = `${file}.${process.pid}`;
  try {
    await mkdir(cacheDir, { recursive: true });
    await writeFile(partial, Buffer.concat([digest(snapshot), snapshot]));
    await rename(partial, file);
  } catch {
    await rm(partial, { force: true }).catch(() => undefined);
  }
  return snapshot;
}

const digest = (data: Uint8Array) => createHash('sha256').update(data).digest();

const launch = (workerData: unknown) => new Worker(new URL('./postgres-server.mjs', import.meta.url), { workerData });

function answer<T>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The embedded PostgreSQL ended with code ${code}`)));
  });
}
