import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ApiRequest {
  readonly method: string;
  /** Below the server's address, query left out. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** How many requests of that method and path came before. */
  readonly before: number;
}

export interface ApiAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is text or bytes. */
  readonly body?: unknown;
  /** Ends the connection after the headers and what there is of the body, or at once without a status. */
  readonly cut?: boolean;
  /** Never answers. */
  readonly silent?: boolean;
}

export interface ApiServer {
  readonly url: string;
  readonly requests: ApiRequest[];
  close(): Promise<void>;
}

/** A real HTTP server on this machine that answers as it is told, and keeps what it was asked. */
export async function startApiServer(
  answer: (request: ApiRequest) => ApiAnswer | undefined | Promise<ApiAnswer | undefined>,
): Promise<ApiServer> {
  const requests: ApiRequest[] = [];
  const server = createServer((incoming, response) => {
    void read(incoming).then(async (request) => {
      const before = requests.filter(({ method, path }) => method === request.method && path === request.path).length;
      requests.push({ ...request, before });
      send(response, (await answer({ ...request, before })) ?? unknownPath);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What Forgejo's router answers for a path that it does not know. */
const unknownPath: ApiAnswer = {
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: '404 page not found\n',
};

async function read(incoming: IncomingMessage): Promise<Omit<ApiRequest, 'before'>> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const url = new URL(incoming.url!, 'http://localhost');
  return {
    method: incoming.method!,
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(parts).toString(),
  };
}

function send(response: ServerResponse, { status = 200, headers = {}, body, cut, silent }: ApiAnswer): void {
  if (silent) return;
  if (cut && body === undefined) return void response.destroy();
  const plain = typeof body === 'string' || body instanceof Uint8Array;
  const json = plain || body === undefined ? {} : { 'content-type': 'application/json;charset=utf-8' };
  response.writeHead(status, { ...json, ...headers });
  if (body !== undefined) response.write(plain ? body : JSON.stringify(body));
  if (cut) setImmediate(() => response.destroy());
  else response.end();
}
