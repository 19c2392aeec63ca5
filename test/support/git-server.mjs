// Git's own HTTP server (`git http-backend`, run as CGI) behind a Node listener on the loopback interface. It runs in a
// process of its own, so that a test, bench or demo that waits for git does not stand in its way.
import { fork, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';

/**
 * @typedef {object} GitServerOptions
 * @property {string} root directory of the repositories: `<root>/team/lib.git` is served as `<url>/team/lib.git`
 * @property {number} [latencyMs] added to each new connection and each request: a network's round trip
 * @property {{ user: string, password: string }} [auth] asked for on every request (HTTP Basic)
 * @property {0 | 2} [protocol] 0 ignores the client's wish for protocol version 2, as old servers and some proxies do
 * @property {boolean} [plain] reading only, by `git upload-pack` alone, which is how Forgejo serves: a process less a request
 * @property {number} [failFirst] so many requests are answered with 503 before any other is
 */

/**
 * @typedef {object} GitServer
 * @property {string} url `http://127.0.0.1:PORT`, without a slash at the end
 * @property {() => Promise<string[]>} requests method, path and query of every request so far
 * @property {() => Promise<void>} close
 */

const self = fileURLToPath(import.meta.url);

/**
 * @param {GitServerOptions} options
 * @returns {Promise<GitServer>}
 */
export async function startGitServer(options) {
  const child = fork(self, ['serve'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  /** @returns {Promise<any>} */
  const answer = () =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`The git server left with ${code}.`)));
    });
  child.send(options);
  const { url } = await answer();
  return {
    url,
    requests: async () => {
      child.send('requests');
      return (await answer()).requests;
    },
    close: () =>
      new Promise((resolve) => {
        child.removeAllListeners('exit').once('exit', () => resolve());
        child.kill();
      }),
  };
}

if (process.argv[1] === self && process.argv[2] === 'serve') {
  process.once('message', (/** @type {GitServerOptions} */ options) => serve(options));
  // The one who started us went away.
  process.once('disconnect', () => process.exit());
}

/** @param {GitServerOptions} options */
function serve(options) {
  const { latencyMs = 0, auth, failFirst = 0 } = options;
  /** @type {string[]} */
  const requests = [];
  /** @type {WeakMap<object, Promise<void>>} */
  const greeted = new WeakMap();
  const expected = auth && `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString('base64')}`;

  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const number = requests.length;
    if (latencyMs > 0) {
      await greeted.get(request.socket);
      await delay(latencyMs);
    }
    if (number <= failFirst) return void response.writeHead(503).end();
    if (expected && request.headers.authorization !== expected)
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    backend(request, response, options);
  });
  server.on('connection', (socket) => {
    if (latencyMs > 0) greeted.set(socket, delay(latencyMs));
  });
  process.on('message', (message) => {
    if (message === 'requests') process.send?.({ requests });
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address && typeof address === 'object') process.send?.({ url: `http://127.0.0.1:${address.port}` });
  });
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {GitServerOptions} options
 */
function backend(request, response, { root, auth, plain, protocol = 2 }) {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const { headers } = request;
  if (plain) return uploadPack(request, response, join(root, decodeURIComponent(url.pathname)));
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      HOME: root,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: headers['content-type'] ?? '',
      REMOTE_ADDR: '127.0.0.1',
      // http-backend lets those push who have a name.
      REMOTE_USER: auth?.user ?? 'anyone',
      ...(headers['content-length'] && { CONTENT_LENGTH: headers['content-length'] }),
      ...(headers['content-encoding'] && { HTTP_CONTENT_ENCODING: headers['content-encoding'] }),
      ...(protocol === 2 && typeof headers['git-protocol'] === 'string' && { GIT_PROTOCOL: headers['git-protocol'] }),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  // A backend that answers early closes its end, a client that has read enough closes the other.
  child.stdin.on('error', () => {});
  request.pipe(child.stdin);
  response.on('close', () => child.stdout.destroy());

  /** @type {Buffer | undefined} */
  let head = Buffer.alloc(0);
  child.stdout.on('data', (/** @type {Buffer} */ chunk) => {
    if (head === undefined) return void response.write(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    let status = 200;
    for (const line of head.toString('latin1', 0, end).split('\r\n')) {
      const [name = '', value = ''] = line.split(/:\s*/, 2);
      if (/^status$/i.test(name)) status = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.writeHead(status);
    response.write(head.subarray(end + 4));
    head = undefined;
  });
  child.stdout.on('end', () => {
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {string} path
 */
function uploadPack(request, response, path) {
  const version = request.headers['git-protocol'];
  const repository = path.replace(/\/(info\/refs|git-upload-pack)$/, '');
  const advertise = path.endsWith('/info/refs');
  const child = spawn(
    'git',
    ['upload-pack', '--stateless-rpc', ...(advertise ? ['--advertise-refs'] : []), repository],
    {
      env: { PATH: process.env.PATH, HOME: repository, ...(typeof version === 'string' && { GIT_PROTOCOL: version }) },
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  child.stdin.on('error', () => {});
  response.setHeader('content-type', `application/x-git-upload-pack-${advertise ? 'advertisement' : 'result'}`);
  if (advertise && version !== 'version=2') response.write('001e# service=git-upload-pack\n0000');
  if (request.headers['content-encoding'] === 'gzip') request.pipe(createGunzip()).pipe(child.stdin);
  else request.pipe(child.stdin);
  response.on('close', () => child.stdout.destroy());
  child.stdout.pipe(response);
}
