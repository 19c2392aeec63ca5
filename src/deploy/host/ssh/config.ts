import { readdir, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { usage } from '../../../common/errors.ts';
import { matchesPattern } from './known-hosts.ts';

/** What an ssh_config says about one host. Paths are expanded; lists keep their order. */
export interface HostConfig {
  readonly hostName?: string;
  readonly user?: string;
  readonly port?: number;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** `none` switches the agent off. */
  readonly identityAgent?: string;
  readonly certificateFiles: readonly string[];
  readonly proxyJump?: string;
  readonly proxyCommand?: string;
  readonly hostKeyAlias?: string;
  readonly userKnownHostsFiles?: readonly string[];
  readonly globalKnownHostsFiles?: readonly string[];
  readonly connectTimeoutMs?: number;
  readonly keepaliveMs?: number;
}

/** Whose configuration it is: `~` and the tokens of a path are filled from it. */
export interface Person {
  readonly home: string;
  readonly user: string;
}

interface Directive {
  readonly keyword: string;
  readonly value: string;
  readonly where: string;
  /** Every block the line stands in; Include nests them. */
  readonly blocks: readonly Block[];
}

type Block =
  | { readonly kind: 'host'; readonly patterns: readonly string[] }
  | { readonly kind: 'match'; readonly criteria: readonly string[] };

/** A parsed ssh_config with what it includes. */
export type SshConfig = readonly Directive[];

/**
 * Reads an ssh_config file and what it includes. A file that does not exist is an empty one.
 *
 * @throws ToolError of kind `usage` for a file that cannot be read, or an Include that goes round in circles
 */
export async function readSshConfig(path: string, person: Person): Promise<SshConfig> {
  return readFrom(path, dirname(path), person, [], 0);
}

async function readFrom(
  path: string,
  base: string,
  person: Person,
  outer: readonly Block[],
  depth: number,
): Promise<Directive[]> {
  // The limit is that of ssh itself.
  if (depth > 16) throw usage(`${path}: Include is nested more than 16 deep.`, 'Check whether a file includes itself.');
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw usage(`${path} cannot be read: ${(error as Error).message}`, 'Check its permissions.', error);
  }
  const directives: Directive[] = [];
  let block: Block | undefined;
  for (const [index, raw] of text.split(/\r\n?|\n/).entries()) {
    const match = /^\s*([A-Za-z][A-Za-z0-9]*)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(raw);
    if (!match) continue;
    const keyword = match[1]!.toLowerCase();
    const value = match[2]!;
    const blocks = block ? [...outer, block] : outer;
    if (keyword === 'host') block = { kind: 'host', patterns: words(value) };
    else if (keyword === 'match') block = { kind: 'match', criteria: words(value) };
    else if (keyword === 'include')
      for (const pattern of words(value))
        for (const file of await included(expandHome(pattern, person), base))
          directives.push(...(await readFrom(file, base, person, blocks, depth + 1)));
    else directives.push({ keyword, value, where: `${path}:${index + 1}`, blocks });
  }
  return directives;
}

/** The files an Include names: `*` and `?` count in the last part of the path. */
async function included(pattern: string, base: string): Promise<string[]> {
  const path = isAbsolute(pattern) ? pattern : join(base, pattern);
  if (!/[*?]/.test(path)) return [path];
  const folder = dirname(path);
  const entries = await readdir(folder).catch(() => []);
  return entries
    .filter((entry) => !entry.startsWith('.') && matchesPattern(path.slice(folder.length + 1), entry))
    .sort()
    .map((entry) => join(folder, entry));
}

/** Words separated by blanks; double quotes keep blanks. */
const words = (value: string): string[] =>
  [...value.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!).filter((word) => word !== '');

/**
 * What the configuration says about `host` as the user named it: the first value of each keyword wins, as in ssh(1).
 * `Match` is understood with all, host, originalhost and user; a block with any other criterion (exec, localuser, …) is passed over.
 *
 * @param user the user name given on the command line
 * @throws ToolError of kind `usage` for a value that is none
 */
export function resolveHost(config: SshConfig, host: string, person: Person, user?: string): HostConfig {
  const first = new Map<string, Directive>();
  const identityFiles: string[] = [];
  const certificateFiles: string[] = [];
  const unquoted = (value: string) => words(value)[0] ?? '';
  const value = (keyword: string) => {
    const directive = first.get(keyword);
    return directive && unquoted(directive.value);
  };
  const hostNameNow = () => value('hostname')?.replaceAll('%h', host).replaceAll('%%', '%') ?? host;

  for (const directive of config) {
    const names = { original: host, host: hostNameNow(), user: user ?? value('user') ?? person.user };
    if (!directive.blocks.every((block) => applies(block, names))) continue;
    if (directive.keyword === 'identityfile') identityFiles.push(unquoted(directive.value));
    else if (directive.keyword === 'certificatefile') certificateFiles.push(unquoted(directive.value));
    else if (!first.has(directive.keyword)) first.set(directive.keyword, directive);
  }

  const hostName = hostNameNow();
  const account = user ?? value('user');
  const number = (keyword: string, highest: number) => {
    const directive = first.get(keyword);
    if (!directive) return undefined;
    const text = unquoted(directive.value);
    if (/^\d+$/.test(text) && Number(text) <= highest) return Number(text);
    throw usage(`${directive.where}: "${text}" is no value for ${keyword}.`, `Write a number up to ${highest}.`);
  };
  const port = number('port', 65535);
  const tokens: Readonly<Record<string, string>> = {
    '%%': '%',
    '%d': person.home,
    '%h': hostName,
    '%n': host,
    '%p': String(port ?? 22),
    '%r': account ?? person.user,
    '%u': person.user,
  };
  const fill = (text: string) => text.replace(/%[%dhnpru]/g, (token) => tokens[token]!);
  const path = (text: string) => expandHome(fill(text), person);
  const list = (keyword: string) => {
    const directive = first.get(keyword);
    return (
      directive &&
      words(directive.value)
        .filter((file) => file !== 'none')
        .map(path)
    );
  };
  const identityAgent = value('identityagent');
  const proxyJump = value('proxyjump');
  const proxyCommand = first.get('proxycommand')?.value;
  const userKnownHostsFiles = list('userknownhostsfile');
  const globalKnownHostsFiles = list('globalknownhostsfile');
  const hostKeyAlias = value('hostkeyalias');
  const connectTimeout = number('connecttimeout', 86400);
  const keepalive = number('serveraliveinterval', 86400);
  return {
    identityFiles: identityFiles.filter((file) => file.toLowerCase() !== 'none').map(path),
    certificateFiles: certificateFiles.filter((file) => file.toLowerCase() !== 'none').map(path),
    identitiesOnly: value('identitiesonly')?.toLowerCase() === 'yes',
    ...(first.has('hostname') && { hostName }),
    ...(account !== undefined && { user: account }),
    ...(port !== undefined && { port }),
    ...(identityAgent !== undefined && { identityAgent: identityAgent === 'none' ? 'none' : path(identityAgent) }),
    ...(proxyJump !== undefined && proxyJump.toLowerCase() !== 'none' && { proxyJump: fill(proxyJump) }),
    ...(proxyCommand !== undefined &&
      proxyCommand.toLowerCase() !== 'none' &&
      proxyJump === undefined && { proxyCommand }),
    ...(hostKeyAlias !== undefined && { hostKeyAlias }),
    ...(userKnownHostsFiles && { userKnownHostsFiles }),
    ...(globalKnownHostsFiles && { globalKnownHostsFiles }),
    ...(connectTimeout !== undefined && connectTimeout > 0 && { connectTimeoutMs: connectTimeout * 1000 }),
    ...(keepalive !== undefined && keepalive > 0 && { keepaliveMs: keepalive * 1000 }),
  };
}

interface Names {
  readonly original: string;
  readonly host: string;
  readonly user: string;
}

function applies(block: Block, names: Names): boolean {
  if (block.kind === 'host') return matchesList(block.patterns, names.original);
  const { criteria } = block;
  for (let index = 0; index < criteria.length; index += 1) {
    const negated = criteria[index]!.startsWith('!');
    const criterion = criteria[index]!.replace(/^!/, '').toLowerCase();
    if (criterion === 'all') {
      if (negated) return false;
      continue;
    }
    const subject = { host: names.host, originalhost: names.original, user: names.user }[criterion];
    if (subject === undefined) return false;
    index += 1;
    if (matchesList((criteria[index] ?? '').split(','), subject) === negated) return false;
  }
  return true;
}

/** Any pattern matches, and no negated one does. */
function matchesList(patterns: readonly string[], name: string): boolean {
  const lowered = name.toLowerCase();
  let matched = false;
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1).toLowerCase(), lowered)) return false;
    } else if (matchesPattern(pattern.toLowerCase(), lowered)) matched = true;
  }
  return matched;
}

/** `~/x` as a path in that person's home. */
export const expandHome = (path: string, { home }: Pick<Person, 'home'>): string =>
  path === '~' ? home : path.startsWith('~/') ? join(home, path.slice(2)) : path;
