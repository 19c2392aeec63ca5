import ky, { HTTPError } from 'ky';
import { hideSecret } from '../common/redact.ts';
import { serverAddress, targetOf } from './address.ts';
import { answerFailed, noAnswer, parseJson, retryAfter, timedOut } from './failure.ts';
import type { RequestOptions } from './types.ts';

/** A token, or a name with its password (and the code of a second factor). */
export type Auth = string | { readonly username: string; readonly password: string; readonly otp?: string };

export interface ForgejoOptions {
  /** `https://forge.example.org`, with the path Forgejo is under where it has one; the API's address will do. */
  readonly baseUrl: string;
  /** Sent in a header only, and hidden in everything this process prints from now on. */
  readonly auth?: Auth | undefined;
  /** Milliseconds for one request, all its tries together and the answer's body included; 60 s unless told. */
  readonly timeoutMs?: number | undefined;
  /** How often a request that failed is sent again at most, where that is safe; 3 unless told. */
  readonly retries?: number | undefined;
  /** How the client names itself. */
  readonly userAgent?: string | undefined;
  /** Hears of each request before it is sent. Neither header nor token is in it. */
  readonly onRequest?: ((request: { method: string; url: string; attempt: number }) => void) | undefined;
}

export interface Exchange {
  readonly response: Response;
  /** The body as JSON. @throws Unavailable when it is none */
  json(): Promise<unknown>;
  /** Reads the body within what is left of the time-out. */
  read<T>(how: (response: Response) => Promise<T>): Promise<T>;
}

/** Sends one request and answers with its response, or throws a ForgejoError. */
export type Send = (route: string, params: object, options?: RequestOptions) => Promise<Exchange>;

export interface Transport {
  readonly server: URL;
  readonly send: Send;
}

// What is written twice without harm: the second time finds it as it should be.
const idempotent = /^(GET|HEAD) |^PUT .*\/actions\/(secrets|variables)\//;
// The server, or what stands before it, says itself that it did nothing.
const refused = new Set([429, 503]);
const transient = new Set([408, 429, 500, 502, 503, 504]);
// Nothing was sent yet.
const beforeSending = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const neverBetter = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/;

export function createTransport(options: ForgejoOptions): Transport {
  const server = serverAddress(options.baseUrl);
  const { timeoutMs = 60_000, retries = 3 } = options;
  const base = headers(options);

  const send: Send = async (route, params, request = {}) => {
    const { method, url, body } = targetOf(server, route, params, request.query);
    const failure = { method, route, url: url.href };
    const limit = new AbortController();
    const milliseconds = request.timeoutMs ?? timeoutMs;
    const deadline = Date.now() + milliseconds;
    const timer = setTimeout(() => limit.abort(), milliseconds);
    const explained = (error: unknown) => {
      if (request.signal?.aborted) return request.signal.reason;
      if (limit.signal.aborted) return timedOut(failure, milliseconds, error);
      return noAnswer(failure, error);
    };
    let attempt = 0;
    try {
      const response = await ky(url, {
        method,
        headers: { ...base, ...request.headers },
        signal: request.signal ? AbortSignal.any([request.signal, limit.signal]) : limit.signal,
        // The limit above holds for all tries together, and for the body.
        timeout: false,
        // fetch would go on with GET, and lose the body.
        redirect: method === 'GET' || method === 'HEAD' ? 'follow' : 'manual',
        ...(request.body !== undefined ? { body: request.body } : body && { json: body }),
        hooks: {
          beforeRequest: [
            () => {
              attempt++;
              options.onRequest?.({ method, url: url.href, attempt });
            },
          ],
        },
        retry: {
          limit: retries,
          methods: ['get', 'head', 'post', 'put', 'patch', 'delete'],
          statusCodes: [...transient],
          afterStatusCodes: [...transient],
          jitter: (delay) => delay * (0.75 + Math.random() / 2),
          backoffLimit: 10_000,
          shouldRetry: ({ error }) =>
            mayRepeat(`${method} ${url.pathname}`, error, deadline) && !limit.signal.aborted && !request.signal?.aborted
              ? undefined
              : false,
        },
      });
      const read: Exchange['read'] = async (how) => {
        try {
          return await how(response);
        } catch (error) {
          throw explained(error);
        } finally {
          clearTimeout(timer);
        }
      };
      return { response, read, json: async () => parseJson(failure, response, await read(() => response.text())) };
    } catch (error) {
      if (!(error instanceof HTTPError)) {
        clearTimeout(timer);
        throw explained(error);
      }
      const text = await error.response.text().catch(() => '');
      clearTimeout(timer);
      throw answerFailed(failure, error.response, text, options.auth !== undefined);
    }
  };
  return { server, send };
}

function headers({ auth, userAgent }: ForgejoOptions): Record<string, string> {
  const common = { accept: 'application/json', 'user-agent': userAgent ?? 'forgejo-ci-toolkit' };
  if (auth === undefined || auth === '') return common;
  if (typeof auth === 'string') {
    hideSecret(auth);
    return { ...common, authorization: `token ${auth}` };
  }
  const basic = Buffer.from(`${auth.username}:${auth.password}`).toString('base64');
  hideSecret(auth.password, [auth.username]);
  hideSecret(basic);
  return { ...common, authorization: `Basic ${basic}`, ...(auth.otp && { 'x-forgejo-otp': auth.otp }) };
}

/** Whether sending it again can neither do a thing twice nor be in vain. */
function mayRepeat(request: string, error: Error, deadline: number): boolean {
  const safe = idempotent.test(request);
  if (error instanceof HTTPError) {
    const { status, headers } = error.response;
    const wait = retryAfter(headers);
    // Who asks for more time than there is gets no second request at all.
    if (wait !== null && Date.now() + wait * 1_000 > deadline) return false;
    return transient.has(status) && (safe || refused.has(status));
  }
  const { code = '' } = (error.cause ?? {}) as { code?: string };
  return !neverBetter.test(code) && (safe || beforeSending.has(code));
}
