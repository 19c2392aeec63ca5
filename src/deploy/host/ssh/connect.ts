import type { Duplex, Readable } from 'node:stream';
import { type Config, NodeSSH } from 'node-ssh';
import type { AnyAuthMethod, AuthHandlerMiddleware, Client } from 'ssh2';
import { messageOf, ToolError, unknown } from '../../../common/errors.ts';
import { Refusal } from '../refusal.ts';
import { WatchedAgent } from './agent.ts';
import { CertifiedAgent } from './certificate.ts';
import { dial } from './dial.ts';
import { keyTypeOf } from './fingerprint.ts';
import { checkHostKey, hostKeyAlgorithms } from './host-key.ts';
import { addressOf, type SshTarget } from './target.ts';

/** Opens the byte stream to a server behind a jump host. Without one, a server is dialled directly. */
export type OpenSock = () => Promise<Duplex>;

/**
 * Connects, checks the host key and logs in.
 *
 * @throws ToolError of kind `unknown`
 */
export async function connect(target: SshTarget, openSock?: OpenSock): Promise<NodeSSH> {
  const seen = new Set<string>();
  let refusal: ToolError | undefined;
  for (;;) {
    const algorithms = hostKeyAlgorithms(target.trust.keys, seen);
    if (algorithms.length === 0) throw refusal!;
    const attempt = await tryConnect(target, algorithms, openSock);
    if ('node' in attempt) return attempt.node;
    // A fingerprint does not say which of the host's keys it belongs to: ask for the next type.
    if (attempt.refusedType !== undefined && target.trust.fingerprints.length > 0) {
      refusal ??= attempt.error;
      seen.add(attempt.refusedType);
      continue;
    }
    throw refusal && attempt.noHostKey ? refusal : attempt.error;
  }
}

type Attempt =
  | { readonly node: NodeSSH }
  | { readonly error: ToolError; readonly refusedType?: string | undefined; readonly noHostKey?: boolean };

async function tryConnect(target: SshTarget, algorithms: readonly string[], openSock?: OpenSock): Promise<Attempt> {
  const sock = (await openSock?.()) ?? dial(target);
  const node = new NodeSSH();
  const log = new LoginLog(target, () => node.connection);
  let refused: { error: ToolError; type: string } | undefined;
  const config: Config = {
    host: target.host,
    port: target.port,
    username: target.user,
    readyTimeout: target.connectTimeoutMs,
    keepaliveInterval: target.keepaliveMs,
    keepaliveCountMax: 3,
    algorithms: { serverHostKey: [...algorithms] as never },
    hostVerifier: (key: Buffer) => {
      const error = checkHostKey(key, target.trust);
      if (error) refused = { error, type: keyTypeOf(key) };
      return error === undefined;
    },
    authHandler: log.next,
    // ssh2 reads any Duplex; its types ask for a Readable.
    sock: sock as Readable,
  };
  try {
    const connecting = node.connect(config);
    // node-ssh stops listening for errors once it is connected; unheard, a later one would end the process.
    node.connection?.on('error', () => {});
    await connecting;
    return { node };
  } catch (error) {
    node.dispose();
    sock.destroy();
    if (refused) return { error: refused.error, refusedType: refused.type };
    const message = messageOf(error);
    return { error: explain(error, message, target, log), noHostKey: /no matching host key format/i.test(message) };
  }
}

/** Offers one way to log in after the other, and remembers what happened. */
class LoginLog {
  readonly #target: SshTarget;
  readonly #methods: { readonly method: AnyAuthMethod; readonly words: () => string }[];
  readonly #tried: (() => string)[] = [];
  #agent: WatchedAgent | undefined;
  #offered: readonly string[] = [];

  constructor(target: SshTarget, client: () => Client | null) {
    const { user: username, identities, agent, password } = target;
    this.#target = target;
    this.#agent = agent === undefined ? undefined : new WatchedAgent(agent);
    this.#methods = [
      ...identities.flatMap(({ key, type, fingerprint, name, certificate }) => [
        ...(certificate
          ? [
              {
                method: { type: 'agent' as const, username, agent: new CertifiedAgent(key, certificate, client) },
                words: () => `${certificate.words} (${certificate.name})`,
              },
            ]
          : []),
        {
          method: { type: 'publickey' as const, username, key },
          words: () => `${type} ${fingerprint} (${name})`,
        },
      ]),
      ...(this.#agent
        ? [{ method: { type: 'agent' as const, username, agent: this.#agent }, words: () => this.#agentWords() }]
        : []),
      ...(password === undefined
        ? []
        : [{ method: { type: 'password' as const, username, password }, words: () => 'a password' }]),
    ];
    // The server names its methods only when one was refused; `none` asks without trying any.
    if (this.#methods.length === 0)
      this.#methods.push({
        method: { type: 'none', username },
        words: () => 'nothing: no key, agent or password was given',
      });
  }

  /** The next method that the server still takes; false when there is none. */
  readonly next: AuthHandlerMiddleware = (left, _partial, callback) => {
    // ssh2 passes null on the first call, whatever its types say.
    if (left as readonly string[] | null) this.#offered = left;
    for (let entry = this.#methods.shift(); entry; entry = this.#methods.shift()) {
      const wire = entry.method.type === 'agent' ? 'publickey' : entry.method.type;
      if (this.#offered.length > 0 && !this.#offered.includes(wire)) continue;
      this.#tried.push(entry.words);
      return callback(entry.method as never);
    }
    return callback(false as never);
  };

  refusal(message: string): Refusal {
    const { host, user, unused } = this.#target;
    const tried = this.#tried.map((words) => words()).join('; ') || 'nothing';
    const offered = this.#offered.join(', ') || 'no method at all';
    const tooMany = /too many/i.test(message)
      ? ' It stopped listening after too many tries: name the one right key.'
      : '';
    return new Refusal(
      `${addressOf(this.#target)} lets ${user} not in. Tried ${tried}. It offers ${offered}.${tooMany}${unused.map((text) => ` ${text}`).join('')}`,
      this.#fix(user, host),
    );
  }

  #fix(user: string, host: string): string {
    if (this.#offered.length > 0 && !this.#offered.includes('publickey') && !this.#offered.includes('password'))
      return `This server asks a person (${this.#offered.join(', ')}); allow PubkeyAuthentication for ${user} there.`;
    return (
      `Check the user name, and that the public key with that fingerprint is in ${user}'s authorized_keys on ${host} ` +
      '(ssh-keygen -lf ~/.ssh/authorized_keys prints them there); the home directory must not be writable for others.'
    );
  }

  #agentWords(): string {
    const agent = this.#agent!;
    if (agent.problem !== undefined) return `the agent, which does not answer (${agent.problem})`;
    return agent.offered.length === 0 ? 'the agent, which has no keys' : `the agent's ${agent.offered.join(', ')}`;
  }
}

function explain(error: unknown, message: string, target: SshTarget, log: LoginLog): ToolError {
  if (error instanceof ToolError) return error;
  const { host, connectTimeoutMs } = target;
  const { code, level } = error as { code?: string | number; level?: string };
  const at = addressOf(target);
  if (level === 'client-authentication' || /authentication (?:methods )?fail|too many authentication/i.test(message))
    return log.refusal(message);
  if (level === 'client-timeout')
    return unknown(
      `${at} did not answer within ${connectTimeoutMs / 1000} s.`,
      'Check address, port and firewall, or allow more time.',
      error,
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const what = `The name ${host} leads nowhere (${code}).`;
    const fix = `Check the name; if only ~/.ssh/config knew it, it needs Host ${host} with a HostName for the user who runs this.`;
    // A resolver that did not answer may do so later.
    return code === 'ENOTFOUND' ? new Refusal(what, fix, error) : unknown(what, fix, error);
  }
  if (code === 'ECONNREFUSED')
    return unknown(
      `Nothing listens at ${at}.`,
      'Check the port, and that sshd runs there (systemctl status ssh).',
      error,
    );
  if (level === 'handshake')
    return unknown(
      `${at} and this program found no common ground: ${message}.`,
      'Update the SSH server, or allow its algorithms there.',
      error,
    );
  return unknown(`The connection to ${at} failed: ${message}.`, 'Try ssh -v with the same user, host and port.', error);
}
