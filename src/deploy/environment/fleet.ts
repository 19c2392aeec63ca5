import { messageOf, ToolError } from '../../common/errors.ts';
import { Connection, type Persistence } from '../connection.ts';
import { deployHost, type HostResult, type Reporter, rollbackHost, type Work } from '../deploy.ts';
import type { Reading } from '../deployment.ts';
import type { Host } from '../host/host.ts';
import { openHost } from '../host/open.ts';
import type { Settings } from '../settings.ts';
import { readSource } from '../source.ts';
import type { Supply } from '../transfer/supply.ts';
import { endTrial } from '../trial.ts';
import { type HostStatus, notAsked, status, unreachable } from '../verbs.ts';
import { checkPlace } from './protect.ts';
import type { FleetHost, Rollout, Target } from './resolve.ts';
import { type Fleet, inParallel } from './rollout.ts';
import { containersOf, snapshotName, takeSnapshot } from './snapshot.ts';

export interface FleetOptions {
  readonly local: Host;
  readonly persistence: Persistence;
  readonly report: Reporter;
  /** Where releases are kept for deltas. */
  readonly cache: string;
  /** Goes into every record. */
  readonly manual?: string | undefined;
}

/** The hosts of an environment, one connection each, opened when it is needed. */
export class OpenFleet implements Fleet {
  readonly #options: FleetOptions;
  readonly #connections = new Map<string, Connection>();
  readonly #sources = new Map<string, Promise<Reading & { supply: Supply }>>();
  /** The snapshot of this run, by host. */
  readonly #snapshots = new Map<string, string>();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  connection({ name, via, open }: FleetHost): Connection {
    const present = this.#connections.get(name);
    if (present) return present;
    const made = new Connection(name, () => openHost(via, open), this.#options.persistence);
    this.#connections.set(name, made);
    return made;
  }

  work(settings: Settings): Work {
    return { settings, local: this.#options.local, report: this.#options.report };
  }

  source(path: string): Promise<Reading & { supply: Supply }> {
    const present = this.#sources.get(path) ?? readSource(path, this.#options.local, this.#options.cache);
    this.#sources.set(path, present);
    return present;
  }

  /** @throws ToolError when a source cannot be read, before any host is touched */
  async readSources({ services }: Rollout): Promise<void> {
    for (const { batches } of services)
      for (const { settings } of batches.flat()) await (await this.source(settings.source)).whole;
  }

  /** Asks every host where it is. @returns those that are somewhere else or do not answer, each with an error that names it */
  async places(rollout: Rollout): Promise<ReadonlyMap<string, ToolError>> {
    const wrong = new Map<string, ToolError>();
    if (rollout.marker === undefined && rollout.hostname.length === 0) return wrong;
    await inParallel(rollout.hosts, async (host) => {
      const connection = this.connection(host);
      try {
        await connection.steadily(() => checkPlace(connection, rollout));
      } catch (error) {
        wrong.set(host.name, named(host.name, error));
      }
    });
    return wrong;
  }

  /** @throws ToolError that names every host which is somewhere else or does not answer */
  async checkPlaces(rollout: Rollout): Promise<void> {
    const wrong = await this.places(rollout);
    if (wrong.size === 0) return;
    const errors = [...wrong.values()];
    const lead = errors.find(({ kind }) => kind === 'problem') ?? errors[0]!;
    throw new ToolError(lead.kind, errors.map(messageOf).join('\n'), lead.fix, lead);
  }

  /**
   * Takes a dated snapshot of every container, before anything is changed. @returns its name by host
   *
   * @throws ToolError of kind `problem` for a host that is no container, and for a snapshot that cannot be taken
   */
  async takeSnapshots(rollout: Rollout, now: Date): Promise<ReadonlyMap<string, string>> {
    const snapshot = snapshotName(now);
    for (const { name, open, at } of containersOf(rollout)) {
      const around = await openHost(at.around, open);
      try {
        await takeSnapshot(around, at.container, snapshot, rollout.snapshots!.keep);
      } finally {
        await around.close();
      }
      this.#snapshots.set(name, snapshot);
    }
    return this.#snapshots;
  }

  async deploy(
    _service: string,
    { host, settings }: Target,
    trial: boolean,
    ready?: () => Promise<void>,
  ): Promise<HostResult> {
    const source = await this.source(settings.source);
    const work = this.work({ ...this.#noted(host, settings), trial });
    return await deployHost(this.connection(host), source, { ...work, ...(ready && { ready }) });
  }

  async rollback(_service: string, { host, settings }: Target, to?: string): Promise<HostResult> {
    return await rollbackHost(this.connection(host), to, this.work(anyRelease(this.#noted(host, settings))));
  }

  async status(_service: string, { host, settings }: Target): Promise<HostStatus> {
    const connection = this.connection(host);
    if (connection.givenUp) await connection.wake();
    return await status(connection, this.work(anyRelease(settings)), { thorough: false }).catch((error: unknown) =>
      unreachable(notAsked(host.name, error)),
    );
  }

  async endTrial(service: string, { host, settings }: Target): Promise<string | null> {
    return await endTrial(this.connection(host), this.work(settings)).then(
      () => null,
      (error: unknown) => `${service} on ${host.name}: the release stays on trial: ${messageOf(error)}`,
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections.values()].map((connection) => connection.close()));
    for (const source of this.#sources.values()) await source.then(({ supply }) => supply.close()).catch(() => {});
  }

  #noted({ name }: FleetHost, settings: Settings): Settings {
    const { manual } = this.#options;
    const snapshot = this.#snapshots.get(name);
    const origin = {
      ...settings.origin,
      ...(manual !== undefined && { manual }),
      ...(snapshot !== undefined && { snapshot }),
    };
    return { ...settings, origin };
  }
}

function named(host: string, error: unknown): ToolError {
  const message = messageOf(error);
  const { kind, fix } = error instanceof ToolError ? error : { kind: 'unknown' as const, fix: 'Try again.' };
  return new ToolError(kind, message.startsWith(host) ? message : `${host}: ${message}`, fix, error);
}

/** What proves that any release is well: the string and the command that are asked for belong to the new one. */
const anyRelease = (settings: Settings): Settings => ({
  ...settings,
  proof: { ...settings.proof, expectString: undefined, verifyCommand: undefined },
});
