import { createHmac } from 'node:crypto';
import { ToolError, usage } from '../../../common/errors.ts';
import { keyTypeOf } from './fingerprint.ts';

/** One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly marker: 'cert-authority' | 'revoked' | undefined;
  /** The first field: names with wildcards, or one hashed name. */
  readonly names: string;
  readonly type: string;
  readonly key: Buffer;
  /** `file:line`, for messages. */
  readonly where: string;
}

/**
 * Reads known_hosts text. Comments and the keys of SSH 1 are passed over.
 *
 * @param source shown in errors: a path, or the name of the flag
 * @throws ToolError of kind `usage` for a line that is none: a pin that is silently dropped would surprise later
 */
export const parseKnownHosts = (text: string, source: string): KnownHost[] =>
  parseLines(text, source, (error) => {
    throw error;
  });

/** The same for a file that ssh uses too: lines that are none are passed over, as ssh does. */
export const parseKnownHostsFile = (text: string, source: string): KnownHost[] => parseLines(text, source, () => {});

function parseLines(text: string, source: string, onError: (error: ToolError) => void): KnownHost[] {
  const entries: KnownHost[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n?|\n/)
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const entry = parseLine(line, `${source}:${index + 1}`);
    if (entry instanceof ToolError) onError(entry);
    else if (entry) entries.push(entry);
  }
  return entries;
}

function parseLine(line: string, where: string): KnownHost | ToolError | undefined {
  const fields = line.split(/\s+/);
  const marker = fields[0]!.startsWith('@') ? fields.shift()!.slice(1) : undefined;
  if (marker !== undefined && marker !== 'cert-authority' && marker !== 'revoked')
    return malformed(where, `@${marker} is neither @cert-authority nor @revoked`);
  const [names, type, base64] = fields;
  if (names !== undefined && /^\d+$/.test(type ?? '') && /^\d+$/.test(base64 ?? '')) return undefined;
  if (names === undefined || type === undefined || base64 === undefined)
    return malformed(where, 'it needs a host, a key type and a key');
  if (/^(?:ssh-|ecdsa-)/.test(names) && type.startsWith('AAAA'))
    return malformed(where, `the host is missing before ${names}`);
  const key = Buffer.from(base64, 'base64');
  if (keyTypeOf(key) !== type) return malformed(where, `its key is cut off, or not of the type ${type}`);
  return { marker, names, type, key, where };
}

const malformed = (where: string, why: string) =>
  usage(
    `${where} is no known_hosts line: ${why}.`,
    'A line reads: host ssh-ed25519 AAAA…; ssh-keyscan HOST prints such lines, compare their fingerprints before you trust them.',
  );

/** What is known about one host. */
export interface HostKeys {
  readonly trusted: readonly KnownHost[];
  readonly revoked: readonly KnownHost[];
  readonly authorities: readonly KnownHost[];
}

/**
 * The entries that name a host. As ssh does it, another port than 22 is looked up as `[host]:port`; entries of the bare name are
 * taken too, where there are none for the port.
 *
 * @param names the host's name, and others the user calls it by
 */
export function keysOf(entries: readonly KnownHost[], names: readonly string[], port: number): HostKeys {
  const lowered = names.map((name) => name.toLowerCase());
  const withPort = lowered.map((name) => (port === 22 ? name : `[${name}]:${port}`));
  const of = (candidates: readonly string[]) =>
    entries.filter((entry) => candidates.some((name) => matches(entry.names, name)));
  const exact = of(withPort);
  const found = exact.some(({ marker }) => marker !== 'revoked') ? exact : [...exact, ...of(lowered)];
  const revoked = entries.filter(
    ({ marker, names: listed }) =>
      marker === 'revoked' && [...withPort, ...lowered].some((name) => matches(listed, name)),
  );
  return {
    trusted: found.filter(({ marker }) => marker === undefined),
    revoked,
    authorities: found.filter(({ marker }) => marker === 'cert-authority'),
  };
}

function matches(names: string, name: string): boolean {
  if (names.startsWith('|1|')) return matchesHash(names, name);
  let matched = false;
  for (const pattern of names.toLowerCase().split(',')) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), name)) return false;
    } else if (matchesPattern(pattern, name)) matched = true;
  }
  return matched;
}

/** `|1|salt|HMAC-SHA1(salt, name)`, both in base64 (ssh-keygen -H). */
function matchesHash(hashed: string, name: string): boolean {
  const [, , salt, hash] = hashed.split('|');
  if (salt === undefined || hash === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** Whether `name` matches a pattern in which `*` stands for any text and `?` for one character. */
export function matchesPattern(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let mark = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p;
      mark = n;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p += 1;
      n += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      n = mark;
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
