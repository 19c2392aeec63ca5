import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ownDirectory } from './own-directory.ts';

const execute = promisify(execFile);

/** How a service of service.c behaves. */
export const behaviour = {
  well: 0,
  exitsAtOnce: 1,
  answers500: 2,
  ignoresTerm: 3,
  flaps: 4,
  neverListens: 5,
  diesSoon: 6,
} as const;

export interface ServiceShape {
  readonly version: string;
  readonly behaviour?: (typeof behaviour)[keyof typeof behaviour];
  /** Linked statically, so that it runs whatever C library the host has. */
  readonly static?: boolean;
  /** Bytes that gzip cannot make smaller, to give a transfer something to do. */
  readonly ballast?: number;
}

const built = new Map<string, Promise<string>>();
let directory: Promise<string> | undefined;

/** Compiles a service with gcc; the same shape only once. @returns its path */
export function buildService(shape: ServiceShape): Promise<string> {
  const key = JSON.stringify(shape);
  const known = built.get(key) ?? compile(shape, built.size);
  built.set(key, known);
  return known;
}

async function compile(
  { version, behaviour: how = 0, static: alone = false, ballast = 0 }: ServiceShape,
  number: number,
): Promise<string> {
  directory ??= ownDirectory('service-');
  const path = join(await directory, `service-${number}`);
  const source = fileURLToPath(new URL('service.c', import.meta.url));
  await execute('gcc', [
    '-O1',
    `-DVERSION="${version}"`,
    `-DBEHAVIOUR=${how}`,
    ...(alone ? ['-static'] : []),
    '-o',
    path,
    source,
  ]);
  if (ballast > 0) await execute('sh', ['-c', 'head -c "$1" /dev/urandom >>"$2"', 'sh', String(ballast), path]);
  return path;
}

/** The version that answers at a port of the loopback address, null when nothing well does. */
export const versionAt = (port: number): Promise<string | null> =>
  new Promise((resolve) => {
    const asked = request(
      { host: '127.0.0.1', port, path: '/api/health', agent: false, timeout: 2_000 },
      (response) => {
        let body = '';
        response.on('data', (part: Buffer) => {
          body += part;
        });
        response.on('end', () =>
          resolve(response.statusCode === 200 ? (JSON.parse(body) as { version: string }).version : null),
        );
        response.on('error', () => resolve(null));
      },
    );
    asked.on('error', () => resolve(null));
    asked.on('timeout', () => asked.destroy());
    asked.end();
  });
