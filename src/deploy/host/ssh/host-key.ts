import { usage } from '../../../common/errors.ts';
import { Refusal } from '../refusal.ts';
import { fingerprintOf, keyTypeOf } from './fingerprint.ts';
import type { HostKeys, KnownHost } from './known-hosts.ts';

/** What vouches for a host. */
export interface HostKeyTrust {
  readonly keys: HostKeys;
  /** `SHA256:…`; when there are some, one of them must match, unless known_hosts has the very key. */
  readonly fingerprints: readonly string[];
  /** The first field of a known_hosts line for this host. */
  readonly label: string;
  /** The files or flags that `keys` came from. */
  readonly sources: readonly string[];
}

/**
 * The fingerprints as they are compared.
 *
 * @throws ToolError of kind `usage` for anything but SHA256
 */
export function normalFingerprint(text: string): string {
  const clean = text.trim().replace(/=+$/, '');
  const match = /^(?:SHA256:)?([A-Za-z0-9+/]{43})$/i.exec(clean);
  if (!match)
    throw usage(
      `"${text}" is no fingerprint of a host key.`,
      'It reads SHA256: and 43 characters, as ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub prints it on the host.',
    );
  return `SHA256:${match[1]}`;
}

/** What is wrong with the key a host offers; undefined when it is the one that was pinned. */
export function checkHostKey(offered: Buffer, trust: HostKeyTrust): Refusal | undefined {
  const type = keyTypeOf(offered);
  const fingerprint = fingerprintOf(offered);
  const { keys, fingerprints, label } = trust;
  const is = (entry: KnownHost) => entry.key.equals(offered);
  const shown = `${type} ${fingerprint}`;

  const revoked = keys.revoked.find(is);
  if (revoked)
    return new Refusal(
      `${label} offers a host key that was revoked: ${shown} (${revoked.where}).`,
      'Do not connect. Ask whoever runs the host; a revoked key in use means an old image, or someone in between.',
    );
  if (fingerprints.includes(fingerprint) || keys.trusted.some(is)) return undefined;

  const sameType = keys.trusted.filter((entry) => entry.type === type);
  if (sameType.length > 0 || fingerprints.length > 0) {
    const expected =
      sameType.length > 0
        ? sameType.map((entry) => `${entry.type} ${fingerprintOf(entry.key)} (${entry.where})`)
        : fingerprints;
    return new Refusal(
      `THE HOST KEY OF ${label} IS NOT THE PINNED ONE. Someone may be in between, or the host was set up anew. ` +
        `It offers ${shown}; pinned is ${expected.join(', ')}.`,
      `Nothing was sent. Compare on the host itself: ssh-keygen -lf ${keyFile(type)}. ` +
        `Only if it is the same as offered, replace the pin with ${fingerprint}.`,
    );
  }
  if (keys.trusted.length === 0 && keys.authorities.length > 0)
    return new Refusal(
      `${label} is known only by a certificate authority (${keys.authorities[0]!.where}), and host certificates cannot be checked here ` +
        `(the SSH library negotiates plain host keys only). It offers ${shown}.`,
      pin(offered, trust),
    );
  const known = keys.trusted.map((entry) => `${entry.type} (${entry.where})`).join(', ');
  return new Refusal(
    known
      ? `${label} offers a host key of a type that is not pinned: ${shown}; pinned is ${known}.`
      : `The host key of ${label} is not known: ${shown}. Looked in ${trust.sources.join(', ') || 'nothing: no known hosts were given'}.`,
    pin(offered, trust),
  );
}

function pin(offered: Buffer, { label }: HostKeyTrust): string {
  const type = keyTypeOf(offered);
  return (
    `Compare it on the host itself: ssh-keygen -lf ${keyFile(type)}. If it is the same, pin it: ` +
    `--fingerprint ${fingerprintOf(offered)}, or this line in known_hosts: ${label} ${type} ${offered.toString('base64')}`
  );
}

const keyFile = (type: string) => `/etc/ssh/ssh_host_${type.replace(/^ssh-|-sha2-nistp\d+$/g, '')}_key.pub`;

/** Host key algorithms that ssh2 negotiates, by the key type they need, best first. */
const algorithms: readonly (readonly [type: string, algorithms: readonly string[]])[] = [
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']],
];

/**
 * What to ask the server for: the types that are pinned first, so that it shows the key we can check.
 *
 * @param seen types it has shown already, whose keys no fingerprint matched
 */
export function hostKeyAlgorithms({ trusted }: HostKeys, seen: ReadonlySet<string>): string[] {
  const pinned = new Set(trusted.map(({ type }) => type));
  const left = algorithms.filter(([type]) => !seen.has(type));
  return [...left.filter(([type]) => pinned.has(type)), ...left.filter(([type]) => !pinned.has(type))].flatMap(
    ([, names]) => names,
  );
}
