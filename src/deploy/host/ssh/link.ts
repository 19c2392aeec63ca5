import type { Duplex } from 'node:stream';
import type { NodeSSH } from 'node-ssh';
import type { Client, SFTPWrapper } from 'ssh2';
import { messageOf, problem, type ToolError, unknown } from '../../../common/errors.ts';
import { connect } from './connect.ts';
import { addressOf, type SshTarget } from './target.ts';

/** A connection through all its jump hosts. Once lost it stays lost. */
export class Link {
  readonly name: string;
  readonly #nodes: readonly NodeSSH[];
  readonly #client: Client;
  readonly #waiting = new Set<(error: ToolError) => void>();
  #lost: ToolError | undefined;

  private constructor(name: string, nodes: readonly NodeSSH[]) {
    this.name = name;
    this.#nodes = nodes;
    this.#client = nodes.at(-1)!.connection!;
    let reason = 'the server closed it';
    this.#client.on('error', (error) => {
      reason = messageOf(error);
    });
    this.#client.on('close', () => this.#lose(reason));
  }

  /** @throws ToolError of kind `unknown` */
  static async open(name: string, targets: readonly SshTarget[]): Promise<Link> {
    const nodes: NodeSSH[] = [];
    try {
      for (const target of targets) {
        const gate = nodes.at(-1)?.connection ?? undefined;
        nodes.push(await connect(target, gate && (() => through(gate, target))));
      }
      return new Link(name, nodes);
    } catch (error) {
      closeAll(nodes);
      throw error;
    }
  }

  /** The error that ended the connection. */
  get lost(): ToolError | undefined {
    return this.#lost;
  }

  /** Calls back once when the connection is lost, or was; answers how to stop waiting. */
  onLost(callback: (error: ToolError) => void): () => void {
    if (this.#lost) callback(this.#lost);
    else this.#waiting.add(callback);
    return () => this.#waiting.delete(callback);
  }

  /** Uses the client; an exception that ssh2 throws on a closed connection becomes the error that closed it. */
  use<T>(action: (client: Client) => T): T {
    if (this.#lost) throw this.#lost;
    try {
      return action(this.#client);
    } catch (error) {
      throw this.#lost ?? this.#broken(messageOf(error));
    }
  }

  forward(address: string, port: number): Promise<Duplex> {
    return this.#settle<Duplex>((resolve, reject) =>
      this.use((client) =>
        client.forwardOut('127.0.0.1', 0, address, port, (error, channel) =>
          error ? reject(forwardError(error, this.name, address, port)) : resolve(channel),
        ),
      ),
    );
  }

  /** An SFTP session; the caller ends it. */
  sftp(): Promise<SFTPWrapper> {
    return this.#settle<SFTPWrapper>((resolve, reject) =>
      this.use((client) =>
        client.sftp((error, sftp) =>
          error
            ? reject(
                unknown(
                  `${this.name} offers no SFTP: ${messageOf(error)}`,
                  'Enable the sftp subsystem in its sshd_config; a transfer works without it where zstd or gzip is installed.',
                  error,
                ),
              )
            : resolve(sftp),
        ),
      ),
    );
  }

  close(): void {
    this.#lost ??= unknown(`The connection to ${this.name} was closed.`, 'Connect again.');
    closeAll(this.#nodes);
  }

  /** A promise that a lost connection rejects. */
  #settle<T>(start: (resolve: (value: T) => void, reject: (error: unknown) => void) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = this.onLost(reject);
      const done =
        <A>(settle: (value: A) => void) =>
        (value: A) => {
          stop();
          settle(value);
        };
      try {
        start(done(resolve), done(reject));
      } catch (error) {
        done(reject)(error);
      }
    });
  }

  #lose(reason: string): void {
    this.#lost ??= this.#broken(reason);
    for (const callback of this.#waiting) callback(this.#lost);
    this.#waiting.clear();
    closeAll(this.#nodes);
  }

  #broken(reason: string): ToolError {
    return unknown(
      `The connection to ${this.name} was lost: ${reason}.`,
      'Check network and host, then run it again: it goes on where it can.',
    );
  }
}

function closeAll(nodes: readonly NodeSSH[]): void {
  for (const node of [...nodes].reverse()) {
    node.connection?.on('error', () => {});
    node.dispose();
  }
}

function through(gate: Client, target: SshTarget): Promise<Duplex> {
  const { host, port } = target;
  return new Promise((resolve, reject) => {
    gate.forwardOut('127.0.0.1', 0, host, port, (error, channel) =>
      error
        ? reject(
            unknown(
              `The jump host cannot reach ${addressOf(target)}: ${messageOf(error)}`,
              'Check the address as the jump host sees it, and AllowTcpForwarding in its sshd_config.',
              error,
            ),
          )
        : resolve(channel),
    );
  });
}

/** `reason` is the code of RFC 4254, 5.1: 2 means that the server tried and failed, all others that it did not try. */
function forwardError(error: Error & { reason?: unknown }, name: string, address: string, port: number): ToolError {
  if (error.reason === 2)
    return problem(
      `${address} port ${port} cannot be reached from ${name}: ${error.message}`,
      'Check that something listens there.',
      error,
    );
  return unknown(
    `${name} does not forward to ${address} port ${port}: ${error.message}`,
    'Allow it (AllowTcpForwarding in sshd_config, permitopen or port-forwarding in authorized_keys).',
    error,
  );
}
