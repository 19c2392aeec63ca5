import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PackageRegistry {
  /** What a job knows as the address of its forge. */
  readonly url: string;
  /** Method, path and answer of each request, oldest first. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/**
 * The generic package registry of a Forgejo, as its routes answer: `PUT` stores a file once (201, then 409), `GET` serves it, also
 * in part, or leads to the object store that holds it; without the right token 401.
 *
 * @param options.objectStore files are served by another server, which, as S3 does with a signed URL, refuses a second authorization
 */
export async function startPackageRegistry(options: {
  readonly token: string;
  readonly objectStore?: boolean;
}): Promise<PackageRegistry> {
  const files = new Map<string, Buffer>();
  const requests: string[] = [];
  const serve = (file: Buffer | undefined, { headers }: IncomingMessage, response: ServerResponse): number => {
    if (!file) return 404;
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '');
    response.writeHead(range ? 206 : 200).end(range ? file.subarray(Number(range[1]), Number(range[2]) + 1) : file);
    return 0;
  };
  const store = await listen(async (request, response) =>
    request.headers.authorization ? 400 : serve(files.get(request.url!), request, response),
  );
  const registry = await listen(async (request, response) => {
    const path = request.url!;
    const status = await answer();
    requests.push(`${request.method} ${path} ${status || response.statusCode}`);
    return status;

    async function answer(): Promise<number> {
      if (!/^\/api\/packages\/[\w.-]+\/generic\/[-_+.\w]+\/[-_+.\w]+\/[-_+.\w]+$/.test(path)) return 404;
      const body = await bodyOf(request);
      if (request.headers.authorization !== `token ${options.token}`) return 401;
      if (request.method === 'PUT') {
        if (files.has(path)) return 409;
        files.set(path, body);
        return 201;
      }
      if (request.method !== 'GET') return 405;
      if (!options.objectStore || !files.has(path)) return serve(files.get(path), request, response);
      response.writeHead(307, { location: `${store.url}${path}` }).end();
      return 0;
    }
  });
  return {
    url: registry.url,
    requests,
    close: async () => {
      await registry.close();
      await store.close();
    },
  };
}

/** @param answer the status of an answer without a body; 0 when it has answered */
async function listen(answer: (request: IncomingMessage, response: ServerResponse) => Promise<number>) {
  const server: Server = createServer((request, response) => {
    void answer(request, response).then((status) => {
      if (status !== 0) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
