import { Option } from 'commander';
import { splitArgv } from '../../common/argv.ts';
import { usage } from '../../common/errors.ts';
import type { OpenOptions } from './open.ts';
import type { Environment } from './process.ts';

/** The flags that say how a way in is opened, as commander hands them over. */
export interface ReachOptions {
  readonly execPrefix?: string;
  readonly identity?: string;
  readonly certificate?: string;
  readonly passphraseEnv?: string;
  readonly passwordEnv?: string;
  readonly knownHosts?: string;
  readonly fingerprint?: readonly string[];
  readonly proxyJump?: string;
}

const several = (value: string, before: readonly string[]) => [...before, value];

export const reachOptions = () => [
  new Option('--exec-prefix <argv>', 'goes before incus or lxc, such as "sudo -n"'),
  new Option('--identity <key>', 'private key: a file, or its text'),
  new Option('--certificate <text>', "the key's certificate: a file, or its text; KEY-cert.pub by default"),
  new Option('--passphrase-env <variable>', 'environment variable that holds the passphrase of the key'),
  new Option('--password-env <variable>', 'environment variable that holds the password'),
  new Option('--known-hosts <text>', 'known_hosts lines or a file with them; ~/.ssh/known_hosts by default'),
  new Option('--fingerprint <SHA256:…>', "fingerprint of the host's key; may be repeated")
    .argParser(several)
    .default([], 'none'),
  new Option('--proxy-jump <hosts>', 'hosts to go through, [user@]host[:port], separated by commas'),
];

/** @throws ToolError of kind `usage` */
export function openOptionsFrom(
  options: ReachOptions,
  env: Environment,
  user: { name: string; home: string },
): OpenOptions {
  const variable = (name: string | undefined, flag: string): string | undefined => {
    if (name === undefined) return undefined;
    const value = env[name];
    if (value === undefined || value === '')
      throw usage(
        `${flag} names ${name}, which is not set.`,
        `Set it: the flag takes the name of an environment variable, never the secret itself.`,
      );
    return value;
  };
  const passphrase = variable(options.passphraseEnv, '--passphrase-env');
  const password = variable(options.passwordEnv, '--password-env');
  return {
    env,
    execPrefix: options.execPrefix === undefined ? [] : splitArgv(options.execPrefix, '--exec-prefix'),
    ssh: {
      person: { user: user.name, home: env.HOME ?? user.home },
      ...(options.identity !== undefined && { identities: [options.identity] }),
      ...(options.certificate !== undefined && { certificate: options.certificate }),
      ...(passphrase !== undefined && { passphrase }),
      ...(password !== undefined && { password }),
      ...(env.SSH_AUTH_SOCK && { agent: env.SSH_AUTH_SOCK }),
      ...(options.knownHosts !== undefined && { knownHosts: options.knownHosts }),
      ...(options.fingerprint && options.fingerprint.length > 0 && { fingerprints: options.fingerprint }),
      ...(options.proxyJump !== undefined && { proxyJump: options.proxyJump }),
    },
  };
}
