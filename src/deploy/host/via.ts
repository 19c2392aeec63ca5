import { usage } from '../../common/errors.ts';
import { hideSecret } from '../../common/redact.ts';

/** One leg of a way in. What SSH is not told here comes from `~/.ssh/config`. */
export type Hop =
  | { readonly kind: 'local' }
  | { readonly kind: 'ssh'; readonly host: string; readonly user?: string; readonly port?: number }
  | { readonly kind: 'container'; readonly program: 'incus' | 'lxc'; readonly name: string };

/** A way in: its legs from here to there, and how the user wrote it. */
export interface Via {
  readonly text: string;
  readonly hops: readonly Hop[];
}

const grammar = 'local | ssh://[user@]host[:port] | incus:NAME | lxc:NAME, joined by +';

/**
 * Reads a way in: `local | ssh://[user@]host[:port] | incus:NAME | lxc:NAME`, joined by `+` from the outside in.
 * A `+` within a user name is written `%2B`; an IPv6 address stands in brackets.
 *
 * @throws ToolError of kind `usage`
 */
export function parseVia(text: string): Via {
  if (text.trim() === '') throw wrong(text, 'it is empty');
  const hops = text.split('+').map((part) => parseHop(text, part.trim()));
  for (const [index, hop] of hops.entries()) {
    const next = hops[index + 1];
    if (hop.kind === 'local' && hops.length > 1)
      throw wrong(text, 'local stands alone: every other way in starts here anyway');
    if (hop.kind === 'container' && next?.kind === 'ssh')
      throw wrong(
        text,
        `ssh cannot start inside the container ${hop.name}; reach ${next.host} directly or through another host`,
      );
  }
  return { text: text.trim(), hops };
}

/** `user@host:port` as a way in; a text that is one already stays as it is. */
export const viaHost = (host: string): Via =>
  parseVia(/^(?:local$|ssh:\/\/|incus:|lxc:)/.test(host.trim()) ? host : `ssh://${host.trim()}`);

function parseHop(text: string, part: string): Hop {
  if (part === 'local') return { kind: 'local' };
  if (part === '') throw wrong(text, 'nothing stands on one side of a +');
  const scheme = /^([a-z]+):/i.exec(part)?.[1]?.toLowerCase();
  if (scheme === 'ssh') return parseSsh(text, part);
  if (scheme === 'incus' || scheme === 'lxc') {
    const name = part.slice(scheme.length + 1);
    if (name.startsWith('//')) throw wrong(text, `a container is written ${scheme}:NAME, without //`);
    if (name === '') throw wrong(text, `${scheme}: needs the name of a container`);
    // `remote:name` is how both programs name a container of another server.
    if (!/^(?:[A-Za-z0-9][A-Za-z0-9._-]*:)?[A-Za-z0-9][A-Za-z0-9-]*$/.test(name))
      throw wrong(text, `"${name}" is no container name (letters, digits and -)`);
    return { kind: 'container', program: scheme, name };
  }
  throw wrong(text, `"${part}" is none of them`);
}

function parseSsh(text: string, part: string): Hop {
  const match = /^ssh:\/\/(?:([^/]*)@)?(\[[^\]/]*\]|[^:/@[\]]*)(?::([^/]*))?\/?$/i.exec(part);
  if (!match) throw wrong(text, `"${part}" is not ssh://[user@]host[:port]`);
  const [, account, bracketed, portText] = match;
  if (portText?.includes(':')) throw wrong(text, 'an IPv6 address stands in brackets: ssh://[::1]');
  const host = bracketed!.replace(/^\[(.*)\]$/, '$1');
  if (host === '') throw wrong(text, 'the host is missing behind ssh://');
  if (!/^[A-Za-z0-9_:%][A-Za-z0-9._:%-]*$/.test(host)) throw wrong(text, `"${host}" is no host name or address`);
  const user = account === undefined ? undefined : parseUser(text, account);
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && !(/^\d+$/.test(portText!) && port >= 1 && port <= 65535))
    throw wrong(text, `"${portText}" is no port (1 to 65535)`);
  return { kind: 'ssh', host, ...(user !== undefined && { user }), ...(port !== undefined && { port }) };
}

function parseUser(text: string, account: string): string {
  const [name, password] = account.split(/:(.*)/s);
  if (password !== undefined) {
    hideSecret(password);
    throw usage(
      `A password does not belong into "${text}": everyone on this machine can read it there.`,
      'Put it into an environment variable and name that variable, or use a key.',
    );
  }
  let user: string;
  try {
    user = decodeURIComponent(name!);
  } catch {
    throw wrong(text, `the user name "${name}" holds a % that is no escape`);
  }
  if (user === '') throw wrong(text, 'the user name before @ is empty');
  if (/^-|[\s\x00-\x1f\x7f]/.test(user)) throw wrong(text, `"${user}" is no user name`);
  return user;
}

const wrong = (text: string, why: string) => usage(`"${text}" is no way in: ${why}.`, `Write ${grammar}.`);
