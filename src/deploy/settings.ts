/** What a deploy is asked to do, whatever way it was said. Times are milliseconds. */
export interface Settings {
  /** The new binary, a local file. */
  readonly source: string;
  /** Absolute path on the host. */
  readonly target: string;
  /** `user` or `user:group`; undefined keeps what the present file has. */
  readonly owner?: string | undefined;
  /** Octal, `0755`; undefined keeps what the present file has. */
  readonly mode?: string | undefined;
  readonly strategy: 'staged' | 'in-place';
  readonly restart: RestartSettings;
  readonly sudo: 'auto' | 'never' | 'always';
  readonly proof: ProofSettings;
  /** Healthy releases kept on the host, the running one included. */
  readonly keep: number;
  readonly force: boolean;
  readonly lock: LockSettings;
  /** The release stays on trial until the run over many hosts that brings it has come to a good end. */
  readonly trial?: boolean | undefined;
  readonly origin: Origin;
}

export interface RestartSettings {
  readonly kind: 'auto' | 'systemd' | 'process' | 'none';
  readonly unit?: string | undefined;
  /** The unit belongs to a user's own service manager. */
  readonly userUnit: boolean;
  readonly command?: readonly string[] | undefined;
  readonly workingDirectory?: string | undefined;
  readonly runAs?: string | undefined;
  /** Path on the host. */
  readonly envFile?: string | undefined;
  readonly log?: string | undefined;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
}

export interface ProofSettings {
  readonly health?: HealthSettings | undefined;
  /** How long the process must live before it counts as started. */
  readonly settleMs: number;
  readonly expectString?: string | undefined;
  /** Runs where the tool runs. */
  readonly verifyCommand?: readonly string[] | undefined;
}

export interface HealthSettings {
  readonly url: string;
  readonly status: number;
  readonly body?: string | undefined;
  /** For the whole start-up. */
  readonly timeoutMs: number;
  /** Good answers wanted in a row. */
  readonly samples: number;
  readonly intervalMs: number;
}

export interface LockSettings {
  /** A holder that was not heard of for this long is dead. */
  readonly expiryMs: number;
  /** How long to wait for another deploy to finish. */
  readonly waitMs: number;
}

/** Who deploys, and what from: kept in the records on the host. */
export interface Origin {
  readonly by: string;
  readonly commit: string | null;
  readonly runUrl: string | null;
  /** Why a person did by hand what is CI's. */
  readonly manual?: string | undefined;
  /** The snapshot that was taken of the container before. */
  readonly snapshot?: string | undefined;
}

/** The port of a health URL as the host sees it. */
export function healthPort({ url }: Pick<HealthSettings, 'url'>): number {
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
