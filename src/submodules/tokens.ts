import { usage } from '../common/errors.ts';
import { hideSecret } from '../common/redact.ts';
import type { Env, Setting } from './git.ts';
import { locate } from './url.ts';

/** A token of one server. It is only ever handed on in the environment of a child process or a request's header. */
export interface ServerToken {
  /** The server's address without a slash at the end: `https://alm.example`. */
  readonly base: string;
  readonly token: string;
}

/**
 * The tokens this process was given: each `HOST=VARIABLE` of `named` first, then what a runner or a user sets
 * (`FORGEJO_TOKEN` for the own Forgejo, `GITHUB_TOKEN` for GitHub or the server that runs the job).
 *
 * @param named `alm.example=ALM_TOKEN`, or a base address in place of the host
 * @throws ToolError (usage) for a variable that is not set
 */
export function tokensFrom(env: Env, named: readonly string[]): ServerToken[] {
  const tokens = named.map((one) => {
    const cut = one.lastIndexOf('=');
    const [host, variable] = [one.slice(0, cut), one.slice(cut + 1)];
    if (cut < 1 || variable === '')
      throw usage(`--token-env ${one} names no host or no variable.`, 'Write it as --token-env alm.example=ALM_TOKEN.');
    const token = env[variable];
    if (!token) throw usage(`--token-env ${one}: ${variable} is not set.`, `Set ${variable} to a token of ${host}.`);
    return { base: baseOf(host), token };
  });
  const forgejo = env.FORGEJO_URL || env.FORGEJO_SERVER_URL || (env.FORGEJO_ACTIONS && env.GITHUB_SERVER_URL);
  if (env.FORGEJO_TOKEN && forgejo) tokens.push({ base: baseOf(forgejo), token: env.FORGEJO_TOKEN });
  if (env.GITHUB_TOKEN)
    tokens.push({ base: baseOf(env.GITHUB_SERVER_URL || 'https://github.com'), token: env.GITHUB_TOKEN });
  for (const { token } of tokens) {
    hideSecret(token);
    hideSecret(basic(token));
  }
  return tokens;
}

const baseOf = (text: string): string => (/^https?:\/\//i.test(text) ? text : `https://${text}`).replace(/\/+$/, '');

/** Both GitHub and Forgejo take a token as the password of this name. */
const basic = (token: string): string => Buffer.from(`x-access-token:${token}`).toString('base64');

const hostName = (url: string): string => locate(url).host.replace(/:\d+$/, '');

/** The value of the Authorization header for a URL, if its server's token is known. */
export function authorizationFor(url: string, tokens: readonly ServerToken[]): string | undefined {
  const found = tokens.find(({ base }) => url === base || url.startsWith(`${base}/`));
  return found && `Basic ${basic(found.token)}`;
}

/** An ssh URL of a server whose token is known, as its HTTP URL: a CI job has the token, not the key. */
export function asHttp(url: string, tokens: readonly ServerToken[]): string {
  const { scheme, path } = locate(url);
  if (scheme !== 'ssh' && scheme !== 'git+ssh') return url;
  const found = tokens.find(({ base }) => hostName(base) === hostName(url));
  return found ? `${found.base}/${path}.git` : url;
}

/** The tokens as git settings. The empty value first takes out a header that a checkout may have left for that server. */
export const tokenSettings = (tokens: readonly ServerToken[]): Setting[] =>
  [...new Map(tokens.toReversed().map((token) => [token.base, token])).values()].flatMap(({ base, token }) => [
    [`http.${base}/.extraheader`, ''],
    [`http.${base}/.extraheader`, `Authorization: Basic ${basic(token)}`],
  ]);
