import { homedir } from 'node:os';
import { Option } from 'commander';
import { userName } from '../common/audit.ts';
import type { Io } from '../common/io.ts';
import type { Host } from '../deploy/host/host.ts';
import { type ReachOptions, reachOptions } from '../deploy/host/options.ts';
import type { Via } from '../deploy/host/via.ts';

/** The flags that say on which host database and logs are, and how it is reached. */
export interface WayOptions extends ReachOptions {
  readonly via?: string;
  readonly logVia?: string;
}

export const wayOptions = (): Option[] => [
  new Option(
    '--via <way>',
    'where database and logs are reached from: ssh://[user@]host[:port], incus:NAME, lxc:NAME, joined by +',
  ),
  ...reachOptions(),
];

const plainKeys = [
  'via',
  'log-via',
  'exec-prefix',
  'identity',
  'certificate',
  'passphrase-env',
  'password-env',
  'known-hosts',
  'proxy-jump',
];

/** The keys of ci-doctor.yaml with the same meaning. */
export const wayKeys = [...plainKeys, 'fingerprint'];

/** The hosts that database and logs are reached through. Each is opened once, when it is first needed. */
export class Ways {
  readonly #options: WayOptions;
  readonly #env: Io['env'];
  readonly #hosts = new Map<string, Promise<Host>>();
  readonly #closers: (() => Promise<void>)[] = [];

  constructor(options: WayOptions, values: ReadonlyMap<string, string>, env: Io['env']) {
    const written = Object.fromEntries(
      plainKeys.flatMap((key) =>
        values.has(key) ? [[key.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()), values.get(key)]] : [],
      ),
    );
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    const fingerprint = options.fingerprint?.length ? options.fingerprint : [values.get('fingerprint') ?? []].flat();
    this.#options = { ...written, ...given, fingerprint };
    this.#env = env;
  }

  /** Forgejo's host, where its configuration and its logs are; undefined for this machine. */
  logHost(): Promise<Host | undefined> {
    return this.#host(this.#options.logVia ?? this.#options.via);
  }

  /**
   * The host that sees the database; undefined for this machine.
   *
   * @param asForgejo whether the database's address is the one that Forgejo uses
   */
  databaseHost(asForgejo: boolean): Promise<Host | undefined> {
    return this.#host(this.#options.via ?? (asForgejo ? this.#options.logVia : undefined));
  }

  /** Has something closed before the hosts are. */
  onClose(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closers) await close().catch(() => {});
    for (const host of this.#hosts.values()) await host.then((open) => open.close()).catch(() => {});
  }

  async #host(text: string | undefined): Promise<Host | undefined> {
    if (text === undefined) return undefined;
    const { parseVia } = await import('../deploy/host/via.ts');
    const via = parseVia(text);
    if (via.hops.every(({ kind }) => kind === 'local')) return undefined;
    let host = this.#hosts.get(via.text);
    if (!host) {
      host = this.#open(via);
      this.#hosts.set(via.text, host);
    }
    return host;
  }

  async #open(via: Via): Promise<Host> {
    // SSH is a large library, and most commands need none.
    const [{ openHost }, { openOptionsFrom }] = await Promise.all([
      import('../deploy/host/open.ts'),
      import('../deploy/host/options.ts'),
    ]);
    return openHost(via, openOptionsFrom(this.#options, this.#env, { name: userName(), home: homedir() }));
  }
}
