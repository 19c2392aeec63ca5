import { NotFound, UnsupportedByServer } from './errors.ts';
import { type Namespaces, namespaces } from './namespaces.ts';
import { createPaginate, type Paginate } from './paginate.ts';
import { type RouteFacts, routeFacts } from './routes.ts';
import { createTransport, type ForgejoOptions, type Send } from './transport.ts';
import type { Answer, KnownRoute, RequestOptions, Rest, Route } from './types.ts';

export interface Forgejo extends Namespaces {
  /** The server's address, with a slash at the end. */
  readonly server: string;
  /**
   * Sends a request and answers with what the server answered: JSON parsed, text as text, a file as bytes, undefined where
   * there is nothing. Parameters go where the route wants them.
   * @throws ForgejoError
   */
  request<R extends Route>(route: R, ...rest: Rest<R, RequestOptions>): Promise<Answer<R>>;
  /** The response itself, its body unread: for headers, and for what is too large to hold. The time-out ends with the headers. */
  raw<R extends Route>(route: R, ...rest: Rest<R, RequestOptions>): Promise<Response>;
  /** The items of a list, however many pages they are on. */
  paginate: Paginate;
  /** `16.0.1+gitea-1.22.0`; "development" for a build without a version. Asked for once. */
  version(options?: RequestOptions): Promise<string>;
  /** Whether the server's version has the route; null where that cannot be told from its version. */
  supports(route: KnownRoute, options?: RequestOptions): Promise<boolean | null>;
}

/** A client for one Forgejo server. Nothing is sent before the first request. */
export function createForgejo(options: ForgejoOptions): Forgejo {
  const transport = createTransport(options);
  const server = transport.server.href;
  let asked: Promise<string> | undefined;

  const version: Forgejo['version'] = (request) => {
    asked ??= transport
      .send('GET /version', {}, request)
      .then(async ({ json }) => ((await json()) as { version: string }).version);
    // A failure is no answer to keep.
    asked.catch(() => {
      asked = undefined;
    });
    return asked;
  };
  const supports: Forgejo['supports'] = async (route, request) => {
    const { since = 0 } = routeFacts[route];
    const release = releaseOf(await version(request));
    return release === null ? (since === 0 ? true : null) : release >= since;
  };

  /** Older servers answer 404 for a route they do not have: that is told from a thing that is not there. */
  const send: Send = async (route, params, request) => {
    try {
      return await transport.send(route, params, request);
    } catch (error) {
      const since = (routeFacts as Record<string, RouteFacts | undefined>)[route]?.since;
      if (!(error instanceof NotFound) || since === undefined) throw error;
      const found = await version(request).catch(() => 'of an unknown version');
      const release = releaseOf(found);
      // A router that does not know the path says so in plain text; a route that finds nothing answers with JSON.
      const unknownPath = error.serverMessage === null || /^404 page not found/i.test(error.serverMessage);
      if (release === null ? !unknownPath : release >= since) throw error;
      throw new UnsupportedByServer(error, since, found, wayAround(route));
    }
  };

  const request: Forgejo['request'] = async (route, ...[params, options]) => {
    const { response, read, json } = await send(route, params ?? {}, options);
    const type = response.headers.get('content-type') ?? '';
    if (response.status === 204 || response.status === 205) return read(async () => undefined as never);
    if ((routeFacts as Record<string, RouteFacts | undefined>)[route]?.bytes || !/json|text|^$/.test(type))
      return (await read(async () => new Uint8Array(await response.arrayBuffer()))) as never;
    if (/json|html/.test(type)) return (await json()) as never;
    const text = await read(() => response.text());
    return (text === '' ? undefined : text) as never;
  };

  const raw: Forgejo['raw'] = async (route, ...[params, options]) => {
    const { response, read } = await send(route, params ?? {}, options);
    return read(async () => response);
  };

  const core = { server, request, raw, paginate: createPaginate(send), version, supports };
  return { ...core, ...namespaces(core) };
}

/** The release a version is of: 16 for `16.0.1+gitea-1.22.0`; null for what is no Forgejo release ("development", Gitea). */
export function releaseOf(version: string): number | null {
  const major = /^v?(\d+)\./.exec(version)?.[1];
  return major === undefined || Number(major) < 7 ? null : Number(major);
}

function wayAround(route: string): string {
  if (/\/logs$/.test(route)) return 'Read the log from the database: ci-doctor logs RUN.';
  if (/\/cancel$/.test(route))
    return 'Cancel it in the web page, or in the database: ci-doctor reset RUN --to cancelled.';
  if (/\/runs\/\{run_id\}\/jobs$/.test(route)) return 'Read the jobs from the database: ci-doctor show RUN.';
  return 'Upgrade the server, or do it in the web page.';
}
