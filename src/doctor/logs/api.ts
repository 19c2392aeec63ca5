import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, ToolError, unknown } from '../../common/errors.ts';
import { sentence } from '../../common/output/words.ts';
import { serverAddress } from '../../forgejo/address.ts';
import type { Forgejo } from '../../forgejo/client.ts';
import { ForgejoError, NotFound } from '../../forgejo/errors.ts';
import { openFile } from './disk.ts';
import type { LogFile, LogStore } from './store.ts';

/** What the API calls the log of a task. */
export interface ApiLogName {
  readonly owner: string;
  readonly repo: string;
  readonly job_id: number;
  /** Left out for the job's present attempt. */
  readonly attempt?: number;
}

/** Where the API is. The token goes into a header of each request. */
export interface ApiAccess {
  readonly baseUrl: string;
  readonly token: string | undefined;
}

const route = 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs';
/** As much as tells compressed text from plain: what is asked for first is then in the answer that opens the log. */
const firstBytes = 4;
/** How often a part is asked for where the connection breaks off. */
const tries = 3;

/**
 * Logs through the API of Forgejo 16 and newer, which answers with the text of one attempt of a job, byte for byte as it
 * is stored (compressed or in DBFS), and with parts of it for `Range`. Where a proxy drops that header, the whole text is
 * kept in a file without a name until the log is closed.
 *
 * @param nameOf undefined where the task's job or repository is gone, which the API knows no log of
 */
export function apiStore(
  { baseUrl, token }: ApiAccess,
  nameOf: (taskId: number) => Promise<ApiLogName | undefined>,
): LogStore {
  const server = serverAddress(baseUrl).href;
  const name = `the API of ${server}`;
  let client: Promise<Forgejo> | undefined;
  // A server without the route, or that nothing is heard of, is not asked again for each job.
  let refusal: unknown;

  async function ask(log: ApiLogName, offset: number, length: number): Promise<Response> {
    client ??= import('../../forgejo/client.ts').then(({ createForgejo }) =>
      createForgejo({ baseUrl: server, auth: token }),
    );
    const response = await (await client).raw(route, log, {
      headers: { range: `bytes=${offset}-${offset + length - 1}` },
    });
    if (!/html/i.test(response.headers.get('content-type') ?? '')) return response;
    await response.body?.cancel();
    throw unknown(
      `${name} answers with a web page where a log was asked for.`,
      'Check the address, with the path and port of ROOT_URL in app.ini; a proxy may ask for a login before it.',
    );
  }

  async function part(log: ApiLogName, offset: number, length: number): Promise<Buffer> {
    for (let turn = 1; ; turn++) {
      try {
        const response = await ask(log, offset, length);
        if (response.status === 206) return Buffer.from(await response.arrayBuffer()).subarray(0, length);
        await response.body?.cancel();
        throw unknown(
          `${name} answers with the whole log where it gave a part before.`,
          'Several servers or proxies may share that address: ask one of them.',
        );
      } catch (error) {
        // Deleted, or shorter, since it was opened.
        if (isAbsent(error) || isBehind(error)) return Buffer.alloc(0);
        if (error instanceof ToolError) throw error;
        if (turn === tries) throw brokenOff(name, error);
      }
    }
  }

  return {
    name,
    async open(_, taskId) {
      if (refusal) throw refusal;
      const log = await nameOf(taskId);
      if (!log) return undefined;
      let response: Response;
      try {
        response = await ask(log, 0, firstBytes);
      } catch (error) {
        if (isAbsent(error)) return undefined;
        if (isBehind(error)) return { size: 0, read: async () => Buffer.alloc(0), close: async () => {} };
        if (error instanceof ForgejoError && (error.status === null || error.name === 'UnsupportedByServer'))
          refusal = error;
        throw error;
      }
      const [, size] = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '') ?? [];
      if (response.status !== 206 || size === undefined) return keep(response, name);
      const first = Buffer.from(await response.arrayBuffer());
      return {
        size: Number(size),
        read: async (offset, length) =>
          offset + length <= first.length ? first.subarray(offset, offset + length) : part(log, offset, length),
        close: async () => {},
      };
    },
  };
}

const isAbsent = (error: unknown): boolean => error instanceof NotFound;
/** 416: the text has nothing there. */
const isBehind = (error: unknown): boolean => error instanceof ForgejoError && error.status === 416;

const brokenOff = (name: string, error: unknown) =>
  unknown(
    `${name} broke off in the middle of a log: ${sentence(messageOf(error))}`,
    'Check the network between here and the server, then try again.',
    error,
  );

/** The whole answer as a file that is unlinked at once: whatever happens, no log is left behind. */
async function keep(response: Response, name: string): Promise<LogFile> {
  const directory = await mkdtemp(join(tmpdir(), 'ci-doctor-'));
  const path = join(directory, 'log');
  try {
    await writeFile(path, response.body ?? '', { mode: 0o600 });
    return (await openFile(path))!;
  } catch (error) {
    throw brokenOff(name, error);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
