import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface GitServerOptions {
  /** The directory that holds the repositories; `<root>/team/lib.git` is served as `<url>/team/lib.git`. */
  readonly root: string;
  /** Milliseconds added to each new connection and to each request: a network's round trip. */
  readonly latencyMs?: number;
  /** Ask for these credentials (HTTP Basic). */
  readonly auth?: { readonly user: string; readonly password: string };
  /** 0 ignores the client's wish for protocol version 2, as old servers and some proxies do. */
  readonly protocol?: 0 | 2;
  /** Looks at a request before git does; answering with a status ends it there. */
  readonly intercept?: (request: IncomingMessage) => number | undefined;
}

export interface GitServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** Method, path and query of every request so far. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Git's own HTTP server (`git http-backend`, run as CGI) behind a Node listener on the loopback interface. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const greeted = new WeakMap<Socket, Promise<void>>();
  const latency = options.latencyMs ?? 0;

  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (latency > 0) {
      await greeted.get(request.socket);
      await delay(latency);
    }
    const status = options.intercept?.(request);
    if (status !== undefined) return void response.writeHead(status).end();
    const { auth } = options;
    const expected = auth && `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`;
    if (expected && request.headers.authorization !== expected)
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    answer(request, response, options);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    if (latency > 0) greeted.set(socket, delay(latency));
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function answer(request: IncomingMessage, response: ServerResponse, { root, auth, protocol = 2 }: GitServerOptions) {
  const url = new URL(request.url!, 'http://localhost');
  const version = request.headers['git-protocol'];
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      HOME: root,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      REMOTE_ADDR: '127.0.0.1',
      // Anyone may push: http-backend wants to hear of a user for that.
      REMOTE_USER: auth?.user ?? 'test',
      ...(request.headers['content-length'] && { CONTENT_LENGTH: request.headers['content-length'] }),
      ...(request.headers['content-encoding'] && { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] }),
      ...(protocol === 2 && typeof version === 'string' && { GIT_PROTOCOL: version }),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(backend.stdin);
  // A backend that answers early closes its end; the rest of the request is of no interest then.
  backend.stdin.on('error', () => {});
  respond(backend, response);
}

/** Turns a CGI answer (headers, blank line, body) into an HTTP answer. */
function respond(backend: ChildProcess, response: ServerResponse) {
  let head: Buffer | undefined = Buffer.alloc(0);
  backend.stdout!.on('data', (chunk: Buffer) => {
    if (head === undefined) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const headers = head.subarray(0, end).toString().split('\r\n');
    const fields = headers.map((line) => line.split(/:\s*/, 2) as [string, string]);
    const status = fields.find(([name]) => /^status$/i.test(name));
    for (const [name, value] of fields) if (!/^status$/i.test(name)) response.setHeader(name, value);
    response.writeHead(status ? Number.parseInt(status[1], 10) : 200);
    response.write(head.subarray(end + 4));
    head = undefined;
  });
  backend.stdout!.on('end', () => {
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}
