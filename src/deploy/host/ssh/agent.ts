import ssh2, { type IdentityCallback, type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2';
import { messageOf } from '../../../common/errors.ts';
import { fingerprintOf } from './fingerprint.ts';

/**
 * The keys of an ssh-agent, remembering what it offered. An agent that does not answer has no keys:
 * other methods may still open the door, and `problem` says why this one did not.
 */
export class WatchedAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly offered: string[] = [];
  problem: string | undefined;
  readonly #agent: ssh2.BaseAgent;

  constructor(socket: string) {
    super();
    this.#agent = ssh2.createAgent(socket);
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    this.#agent.getIdentities((error, keys) => {
      if (error) this.problem = messageOf(error);
      const parsed = (error ? [] : ((keys ?? []) as ParsedKey[])).filter((key) => typeof key === 'object');
      for (const key of parsed) this.offered.push(`${key.type} ${fingerprintOf(key.getPublicSSH())}`);
      callback(undefined, parsed);
    });
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, callback);
  }
}
