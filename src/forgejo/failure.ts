import { messageOf } from '../common/errors.ts';
import { redact } from '../common/redact.ts';
import {
  Conflict,
  type Failure,
  ForgejoError,
  Invalid,
  NoAccess,
  NotFound,
  RateLimited,
  Unavailable,
} from './errors.ts';

type Asked = Pick<Failure, 'method' | 'route' | 'url'>;

/** The error for an answer that is not 2xx. */
export function answerFailed(asked: Asked, response: Response, text: string, hasAuth: boolean): ForgejoError {
  const { status, headers } = response;
  const serverMessage = said(text, headers);
  const failure: Failure = { ...asked, status, serverMessage };
  const message = `${asked.method} ${redact(asked.url)} answered ${status}${serverMessage ? `: ${serverMessage}` : '.'}`;
  const make = (Kind: typeof ForgejoError, kind: 'problem' | 'unknown', fix: string) =>
    new Kind(kind, failure, message, fix);
  switch (true) {
    case status >= 300 && status < 400:
      return make(ForgejoError, 'problem', redirected(asked, headers.get('location')));
    case status === 401:
      return make(
        NoAccess,
        'unknown',
        hasAuth
          ? 'The token is wrong, expired, or of another server: make a new one.'
          : 'Give a token (FORGEJO_TOKEN).',
      );
    case status === 403:
      return make(
        NoAccess,
        'unknown',
        /scope/i.test(serverMessage ?? '')
          ? 'Make a token with the scope that is named.'
          : "The token's user lacks the right, or the repository's unit is switched off.",
      );
    case status === 404 || status === 405:
      return make(NotFound, 'problem', notFound(asked, hasAuth, headers));
    case status === 409 || status === 412:
      return make(Conflict, 'problem', 'Read it again, and change what is there now.');
    case status === 429: {
      const seconds = retryAfter(headers);
      const fix = seconds === null ? 'Try again later.' : `Try again in ${seconds} s, as the server asks.`;
      return new RateLimited('unknown', failure, message, fix, seconds);
    }
    case status === 408 || status >= 500:
      return make(
        Unavailable,
        'unknown',
        isHtml(headers) || [502, 503, 504].includes(status)
          ? 'A proxy answered, not Forgejo: is Forgejo up behind it?'
          : "Try again; Forgejo's own log says why.",
      );
    default:
      return make(Invalid, 'problem', 'Compare what was sent with /api/swagger of this server.');
  }
}

/**
 * What a 2xx answer holds as JSON; undefined when it is empty, as that of a route that creates something may be.
 * @throws Unavailable when it is none: a proxy's login page, another program's front page, an answer that was cut off
 */
export function parseJson(asked: Asked, { status, headers }: Response, text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch (cause) {
    const page = isHtml(headers);
    throw new Unavailable(
      'unknown',
      { ...asked, status, serverMessage: null },
      `${asked.method} ${redact(asked.url)} answered with ${page ? 'a web page instead of JSON' : 'JSON that is damaged'}.`,
      page
        ? "The address is not that of Forgejo's API, or a proxy asks for a login before it: check it, with the path and port of ROOT_URL in app.ini."
        : 'Try again; if it stays so, something between here and the server changes or cuts what it answers.',
      cause,
    );
  }
}

/** The error for a request that got no answer. */
export function noAnswer(asked: Asked, error: unknown): ForgejoError {
  const { code = '', message: reason = messageOf(error) } = deepest(error);
  const { origin, protocol, port, hostname } = new URL(asked.url);
  const failure = { ...asked, status: null, serverMessage: null };
  const fail = (message: string, fix: string) => new Unavailable('unknown', failure, message, fix, error);
  if (code === 'ECONNREFUSED')
    return fail(
      `Nothing listens at ${origin}.`,
      `Is Forgejo up, and is that its port? Its default is 3000, many listen elsewhere (4747, for one): HTTP_PORT and ROOT_URL in app.ini say where${port === '3000' ? '; 3000 is only the default' : ''}.`,
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return fail(
      `There is no host ${hostname} (${code}).`,
      "Check the server's address, and that this machine can look names up.",
    );
  if (/CERT|SELF_SIGNED|UNABLE_TO|DEPTH_ZERO|ALTNAME/.test(code))
    return fail(
      `The certificate of ${origin} is not trusted: ${reason} (${code}).`,
      code === 'CERT_HAS_EXPIRED'
        ? 'Renew it on the server.'
        : code === 'ERR_TLS_CERT_ALTNAME_INVALID'
          ? 'Use the name that the certificate is for.'
          : 'Name the file of the authority that issued it: NODE_EXTRA_CA_CERTS=/path/ca.pem.',
    );
  if (protocol === 'https:' && /EPROTO|ERR_SSL/.test(code))
    return fail(`${origin} does not speak TLS (${code}).`, `Perhaps it is http://${new URL(asked.url).host}.`);
  return fail(
    `${asked.method} ${redact(asked.url)} got no answer: ${reason}.`,
    'Check the network between here and the server, then try again.',
  );
}

export function timedOut(asked: Asked, milliseconds: number, cause: unknown): Unavailable {
  return new Unavailable(
    'unknown',
    { ...asked, status: null, serverMessage: null },
    `${asked.method} ${redact(asked.url)} was not answered within ${milliseconds / 1_000} s.`,
    'Try again, with a longer time-out where the answer is large.',
    cause,
  );
}

/** What the innermost cause says: fetch itself only ever says that it failed. */
function deepest(error: unknown): { code?: string; message?: string } {
  const { cause, errors } = (error ?? {}) as { cause?: unknown; errors?: unknown[] };
  const inner = cause ?? errors?.[0];
  if (inner instanceof Error) return deepest(inner);
  return error instanceof Error ? error : {};
}

const isHtml = (headers: Headers): boolean => /html/i.test(headers.get('content-type') ?? '');

/** `{message, url}` or `{message, errors}`; of anything else the first line, unless it is a web page. */
function said(text: string, headers: Headers): string | null {
  if (isHtml(headers)) return null;
  try {
    const { message, errors } = JSON.parse(text) as { message?: unknown; errors?: unknown };
    const all = [message, ...(Array.isArray(errors) ? errors : [])].filter(
      (one): one is string => typeof one === 'string' && one !== '',
    );
    if (all.length > 0) return redact(all.join('; ')).slice(0, 500);
  } catch {}
  return redact(text.trim().split('\n', 1)[0]!).slice(0, 500) || null;
}

function notFound({ route }: Asked, hasAuth: boolean, headers: Headers): string {
  if (/\/actions\/workflows\/[^/]+\/runs$/.test(route))
    return 'There is no such route: a workflow is started by POST /repos/{owner}/{repo}/actions/workflows/{file}/dispatches with {"ref": "main"}.';
  if (isHtml(headers)) return 'A web page answered: is that the address of Forgejo, with the path of its ROOT_URL?';
  return hasAuth
    ? 'Check the names. A private repository that the token may not read answers the same.'
    : 'Check the names. A private repository answers the same to who may not read it: give a token (FORGEJO_TOKEN).';
}

function redirected(asked: Asked, location: string | null): string {
  const target = location === null || !URL.canParse(location, asked.url) ? undefined : new URL(location, asked.url);
  if (target === undefined) return "The server sends elsewhere without saying where: check the server's address.";
  const from = new URL(asked.url);
  return target.origin !== from.origin
    ? `Use the server's address ${target.origin}: it sends there, and a redirected ${asked.method} would lose its body.`
    : `It is at ${redact(target.pathname)} now (renamed or moved): use that.`;
}

/** Seconds until `Retry-After`, which is a number of them or a date; null where there is none. */
export function retryAfter(headers: Headers): number | null {
  const text = headers.get('retry-after');
  if (text === null) return null;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1_000;
  return Number.isNaN(seconds) ? null : Math.max(0, Math.ceil(seconds));
}
