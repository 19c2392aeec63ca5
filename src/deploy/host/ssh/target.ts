import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unknown, usage } from '../../../common/errors.ts';
import { type Hop, parseVia } from '../via.ts';
import { type Certificate, readCertificate } from './certificate.ts';
import { expandHome, type HostConfig, type Person, readSshConfig, resolveHost, type SshConfig } from './config.ts';
import { type HostKeyTrust, normalFingerprint } from './host-key.ts';
import { type Identity, readIdentity } from './identity.ts';
import { type KnownHost, keysOf, parseKnownHosts, parseKnownHostsFile } from './known-hosts.ts';

/** What the user says about SSH. Whatever is left out comes from ssh_config, as with ssh itself. */
export interface SshSettings {
  readonly person: Person;
  /** Private keys: paths, or their text. With one given, no other key and no agent is tried. */
  readonly identities?: readonly string[];
  readonly passphrase?: string;
  /** A certificate of one of the keys: a path, or its text; `KEY-cert.pub` beside a key is found by itself. */
  readonly certificate?: string;
  /** Tried last, and only at the host itself: a jump host never sees it. */
  readonly password?: string;
  /** The agent's socket. */
  readonly agent?: string;
  /** A path, or the text of known_hosts lines; instead of the files of ssh_config. */
  readonly knownHosts?: string;
  readonly fingerprints?: readonly string[];
  /** `[user@]host[:port]`, several separated by commas, from the outside in. */
  readonly proxyJump?: string;
  /** The files to read, the first one before the second; `~/.ssh/config` and `/etc/ssh/ssh_config` by default. */
  readonly configFiles?: readonly string[];
  /** Milliseconds until a connection is ready; 20 s by default. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds of silence until the server is asked for a sign of life; it is given up after three; 10 s by default. */
  readonly keepaliveMs?: number;
}

/** As it is written in an address: IPv6 in brackets. */
export const addressOf = ({ host, port }: Pick<SshTarget, 'host' | 'port'>): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** One SSH server, with everything needed to enter it. */
export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly identities: readonly Identity[];
  /** Keys that cannot be used, and why; said when nothing else opens the door. */
  readonly unused: readonly string[];
  readonly agent?: string;
  readonly password?: string;
  readonly trust: HostKeyTrust;
  readonly connectTimeoutMs: number;
  readonly keepaliveMs: number;
}

export type SshHop = Extract<Hop, { kind: 'ssh' }>;

const defaultKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/**
 * The servers to go through, the last one being where `hops` leads, with their keys read and their host keys looked up.
 * Nothing is dialled.
 *
 * @throws ToolError of kind `usage` for keys, known hosts, fingerprints or a configuration that cannot be used
 */
export async function resolveTargets(hops: readonly SshHop[], settings: SshSettings): Promise<SshTarget[]> {
  const { person } = settings;
  const files = settings.configFiles ?? [join(person.home, '.ssh/config'), '/etc/ssh/ssh_config'];
  const config = (await Promise.all(files.map((file) => readSshConfig(file, person)))).flat();
  const chain = withJumps(hops, config, settings, 0);
  const given = await givenIdentities(settings);
  const shared = { config, settings, given };
  return Promise.all(chain.map((hop, index) => resolveTarget(hop, index === chain.length - 1, shared)));
}

/** Puts jump hosts before the first hop, and theirs before them. */
function withJumps(hops: readonly SshHop[], config: SshConfig, settings: SshSettings, depth: number): SshHop[] {
  const first = hops[0]!;
  if (depth > 8)
    throw usage(
      `More than 8 jump hosts lead to ${first.host}.`,
      'Check ssh_config for a ProxyJump that leads back to itself.',
    );
  const found = resolveHost(config, first.host, settings.person, first.user);
  const jump = depth === 0 && settings.proxyJump ? settings.proxyJump : found.proxyJump;
  if (found.proxyCommand && !jump)
    throw usage(
      `ssh_config reaches ${first.host} through ProxyCommand ${found.proxyCommand}, which would need a shell here.`,
      'Use ProxyJump there, or --proxy-jump HOST.',
    );
  if (!jump) return [...hops];
  const before = jump.split(',').map((text) => {
    const [hop, ...more] = parseVia(text.trim().startsWith('ssh://') ? text : `ssh://${text.trim()}`).hops;
    if (hop?.kind !== 'ssh' || more.length > 0)
      throw usage(`"${text}" is no jump host.`, 'Write [user@]host[:port], several separated by commas.');
    return hop;
  });
  return [...withJumps(before, config, settings, depth + 1), ...hops];
}

/** Keys the user named: they must be readable. */
async function givenIdentities({ identities = [], passphrase, person }: SshSettings): Promise<Identity[]> {
  return Promise.all(
    identities.map(async (value) => {
      if (isKeyText(value)) return readIdentity(value, 'given as text', passphrase);
      const path = expandHome(value.trim(), person);
      return readIdentity(await readNamed(path, 'key'), path, passphrase);
    }),
  );
}

const isKeyText = (value: string) =>
  /-----|\n|^PuTTY-User-Key-File-|^(?:ssh-|ecdsa-sha2-)\S+ AAAA/.test(value) ||
  value.length > 400 ||
  value.trim() === '';

interface Shared {
  readonly config: SshConfig;
  readonly settings: SshSettings;
  readonly given: readonly Identity[];
}

async function resolveTarget(hop: SshHop, last: boolean, { config, settings, given }: Shared): Promise<SshTarget> {
  const { person, passphrase } = settings;
  const found = resolveHost(config, hop.host, person, hop.user);
  const host = found.hostName ?? hop.host;
  const port = hop.port ?? found.port ?? 22;
  const keys = given.length > 0 ? { identities: given, unused: [] } : await foundIdentities(found, person, passphrase);
  const agent =
    found.identityAgent === undefined || found.identityAgent === 'SSH_AUTH_SOCK' ? settings.agent : found.identityAgent;
  const useAgent = given.length === 0 && agent !== undefined && agent !== 'none' && !found.identitiesOnly;
  return {
    host,
    port,
    user: hop.user ?? found.user ?? person.user,
    ...(await withCertificates(keys, found, settings)),
    ...(useAgent && { agent }),
    ...(last && settings.password !== undefined && { password: settings.password }),
    trust: await trustFor(hop, found, host, port, settings),
    connectTimeoutMs: settings.connectTimeoutMs ?? found.connectTimeoutMs ?? 20_000,
    keepaliveMs: settings.keepaliveMs ?? found.keepaliveMs ?? 10_000,
  };
}

/** Keys that ssh would try by itself. One that cannot be read is left out, as ssh does, but not forgotten. */
async function foundIdentities(found: HostConfig, person: Person, passphrase: string | undefined) {
  const files =
    found.identityFiles.length > 0 ? found.identityFiles : defaultKeys.map((name) => join(person.home, '.ssh', name));
  const identities: Identity[] = [];
  const unused: string[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => error);
    if (typeof text === 'string') {
      try {
        identities.push(readIdentity(text, file, passphrase));
      } catch (error) {
        unused.push((error as Error).message);
      }
    } else if (text.code !== 'ENOENT' || found.identityFiles.length > 0)
      unused.push(`The key ${file} cannot be read (${text.code}).`);
  }
  return { identities, unused };
}

interface Keys {
  readonly identities: readonly Identity[];
  readonly unused: readonly string[];
}

/** Gives each key its certificate. One that belongs to none of them is not forgotten. */
async function withCertificates(keys: Keys, found: HostConfig, settings: SshSettings): Promise<Keys> {
  const { person, certificate: given } = settings;
  const certificates: Certificate[] = [];
  const unused = [...keys.unused];
  if (given !== undefined) {
    const path = expandHome(given.trim(), person);
    certificates.push(
      /\sAAAA/.test(given)
        ? readCertificate(given, 'given as text')
        : readCertificate(await readNamed(path, 'certificate'), path),
    );
  }
  const beside = keys.identities.map(({ name }) => `${name}-cert.pub`).filter((path) => path.startsWith('/'));
  for (const path of new Set([...found.certificateFiles, ...beside])) {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    try {
      certificates.push(readCertificate(text, path));
    } catch (error) {
      unused.push((error as Error).message);
    }
  }
  const ofKey = ({ key }: Identity, { publicKey }: Certificate) => publicKey.equals(key.getPublicSSH());
  for (const certificate of certificates)
    if (!keys.identities.some((identity) => ofKey(identity, certificate)))
      unused.push(`The ${certificate.words} (${certificate.name}) is for none of the keys that were found.`);
  return {
    unused,
    identities: keys.identities.map((identity) => {
      const certificate = certificates.find((one) => ofKey(identity, one));
      return certificate ? { ...identity, certificate } : identity;
    }),
  };
}

async function trustFor(
  hop: SshHop,
  found: HostConfig,
  host: string,
  port: number,
  settings: SshSettings,
): Promise<HostKeyTrust> {
  const fingerprints = (settings.fingerprints ?? []).map(normalFingerprint);
  const { entries, sources } = await knownHosts(found, settings);
  const name = found.hostKeyAlias ?? host;
  const names = [...new Set([name, hop.host])];
  return {
    keys: keysOf(entries, names, found.hostKeyAlias === undefined ? port : 22),
    fingerprints,
    label: port === 22 || found.hostKeyAlias !== undefined ? name : `[${name}]:${port}`,
    sources,
  };
}

async function knownHosts(
  found: HostConfig,
  { knownHosts: given, person }: SshSettings,
): Promise<{ entries: KnownHost[]; sources: string[] }> {
  if (given !== undefined && given.trim() !== '') {
    if (/\n|\sAAAA/.test(given.trim()))
      return {
        entries: parseKnownHosts(given, 'known hosts given as text'),
        sources: ['the known hosts given as text'],
      };
    const path = expandHome(given.trim(), person);
    return { entries: parseKnownHosts(await readNamed(path, 'known hosts file'), path), sources: [path] };
  }
  const sources = [
    ...(found.userKnownHostsFiles ?? [join(person.home, '.ssh/known_hosts'), join(person.home, '.ssh/known_hosts2')]),
    ...(found.globalKnownHostsFiles ?? ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']),
  ];
  const texts = await Promise.all(
    sources.map((source) =>
      readFile(source, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
        throw unknown(
          `${source} cannot be read: ${error.message}`,
          'Check its permissions, or pass --known-hosts.',
          error,
        );
      }),
    ),
  );
  return { entries: texts.flatMap((text, index) => parseKnownHostsFile(text, sources[index]!)), sources };
}

async function readNamed(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw usage(
      `The ${what} ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`,
      `Check the path and its permissions, or pass the text of the ${what} itself.`,
      error,
    );
  }
}
