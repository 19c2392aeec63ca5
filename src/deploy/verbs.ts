import { messageOf, problem, ToolError } from '../common/errors.ts';
import type { Finding } from '../common/finding.ts';
import { duration } from '../common/output/words.ts';
import { quoteAll } from '../common/quote.ts';
import type { Connection } from './connection.ts';
import { planHost, planRollback, type Work } from './deploy.ts';
import { assess, presentSha256, proverOf, releaseOf, type Source, targetMissing } from './deployment.ts';
import { breakLock, type LockState, readLock } from './lock.ts';
import type { Facts } from './preflight/facts.ts';
import { checkSudo, sudoersFor } from './preflight/sudo.ts';
import { prove } from './prove.ts';
import { readHistory } from './records.ts';
import type { HistoryEntry, Release } from './state.ts';

export interface HostPlan {
  readonly host: string;
  readonly facts: Facts;
  /** What would stop the deploy. */
  readonly findings: readonly Finding[];
  readonly steps: readonly { readonly title: string; readonly command: string }[];
  readonly sudoers: readonly string[];
}

/** What a deploy of `source` would do to a host, command by command; without one, a rollback to `to`. Changes nothing. */
export async function plan(
  connection: Connection,
  { source, to }: { readonly source?: Source; readonly to?: string | undefined },
  work: Work,
): Promise<HostPlan> {
  const planned = source ? planHost(connection, source, work) : planRollback(connection, to, work);
  const { situation, findings, sha256, steps } = await planned;
  const { layout, privilege } = situation.remote;
  const same = source !== undefined && sha256 === source.file.sha256 && !work.settings.force;
  return {
    host: connection.name,
    facts: situation.facts,
    findings: [...findings, ...(await checkSudo(situation))].filter(({ severity }) => severity === 'error'),
    steps: [
      ...(same
        ? [{ title: 'The host has this very file: when it is healthy, nothing below is done', command: '' }]
        : []),
      ...[
        ['mkdir', '-p', '--', layout.releases],
        ['mkdir', '--', layout.lock],
      ].map((argv) => ({
        title: 'Lock the host',
        command: quoteAll(privilege.files(argv)),
      })),
      ...steps.flatMap(({ title, commands }) =>
        commands.length === 0 ? [{ title, command: '' }] : commands.map((command) => ({ title, command })),
      ),
      {
        title: 'Record it, remove what is not kept, give the lock back',
        command: `# write ${layout.state} and ${layout.history}; rm releases beyond ${work.settings.keep} in ${layout.releases}; rm ${layout.lock}`,
      },
    ],
    sudoers: sudoersFor(situation),
  };
}

/** A host that could not be looked at, among others that could: no host hides another. */
export interface NotAsked {
  readonly host: string;
  readonly error: string;
  readonly fix: string;
  /** False for a known cause: exit code 1. */
  readonly unknown: boolean;
}

export const notAsked = (host: string, error: unknown): NotAsked => ({
  host,
  error: messageOf(error),
  fix: error instanceof ToolError ? error.fix : 'Try again.',
  unknown: !(error instanceof ToolError) || error.kind !== 'problem',
});

export interface HostStatus {
  readonly host: string;
  /** What is at the target. */
  readonly sha256: string | null;
  readonly release: string | null;
  readonly releases: readonly Release[];
  /** In words: `pid 4711, 3 good answers of …`, or what is wrong. */
  readonly service: string;
  readonly healthy: boolean;
  readonly lock: string | null;
  /** A deploy that died half-way. */
  readonly pending: string | null;
  readonly error: string | null;
  readonly fix: string | null;
  readonly unknown: boolean;
}

/** How a host is. With `thorough`, everything that proves a deploy is proven again. */
export async function status(
  connection: Connection,
  work: Work,
  { thorough }: { thorough: boolean },
): Promise<HostStatus> {
  const situation = await assess(connection, work.settings, null, work.local);
  const { state, remote } = situation;
  const sha256 = await presentSha256(situation);
  const lock = await remote.connection.steadily(() => readLock(remote));
  const base = {
    host: connection.name,
    sha256,
    release: releaseOf(state, sha256)?.id ?? null,
    releases: state.releases,
    lock: describeLock(lock),
    pending: state.pending?.id ?? null,
  };
  try {
    if (sha256 === null) throw targetMissing(connection.name, work.settings.target);
    const proof = await prove(await proverOf(situation), { fresh: false, commands: thorough });
    return { ...base, service: proof.evidence, healthy: true, error: null, fix: null, unknown: false };
  } catch (error) {
    const known = error instanceof ToolError;
    return {
      ...base,
      service: 'not healthy',
      healthy: false,
      error: messageOf(error),
      fix: known ? error.fix : null,
      unknown: !known || error.kind === 'unknown',
    };
  }
}

/** How a service is on a host that could not be asked. */
export const notKnown = 'not known';

/** How a host is, when it could not even be asked. */
export const unreachable = ({ host, error, fix, unknown }: NotAsked): HostStatus => ({
  host,
  sha256: null,
  release: null,
  releases: [],
  service: notKnown,
  healthy: false,
  lock: null,
  pending: null,
  error,
  fix,
  unknown,
});

const describeLock = ({ ageSeconds, owner, dead }: LockState): string | null =>
  ageSeconds === null
    ? null
    : `${owner?.by ?? 'somebody'} for ${duration(ageSeconds)}${owner?.runUrl ? ` (${owner.runUrl})` : ''}${dead ? `, dead: ${dead}` : ''}`;

export async function history(
  connection: Connection,
  work: Work,
): Promise<{ host: string; entries: readonly HistoryEntry[] }> {
  const { remote } = await assess(connection, work.settings, null, work.local);
  return { host: connection.name, entries: await remote.connection.steadily(() => readHistory(remote)) };
}

/** Who holds a host's lock, and whether it was removed. */
export interface HostLock {
  readonly host: string;
  /** In words; null when there is none. */
  readonly lock: string | null;
  readonly alive: boolean;
  readonly removed: string | null;
}

/** A lock that was shown, and how to remove that very one. */
export interface FoundLock extends HostLock {
  /**
   * @throws ToolError of kind `problem` when another deploy holds it meanwhile
   */
  remove(): Promise<HostLock>;
}

export async function findLock(connection: Connection, work: Work): Promise<FoundLock> {
  const { remote } = await assess(connection, work.settings, null, work.local);
  const look = () => connection.steadily(() => readLock(remote));
  const seen = await look();
  const found = { host: connection.name, lock: describeLock(seen), alive: seen.held, removed: null };
  return {
    ...found,
    async remove() {
      const now = await look();
      if (now.ageSeconds === null) return found;
      if (now.token !== seen.token)
        throw problem(
          `${connection.name}: another deploy has taken the lock meanwhile: ${describeLock(now)}.`,
          'Look again before it is removed.',
        );
      await breakLock(remote);
      return { ...found, removed: found.lock };
    },
  };
}

export const lockAlive = ({ host, lock }: HostLock) =>
  problem(
    `${host}: the lock is alive: ${lock}.`,
    'Wait for that deploy. --yes breaks its lock all the same; the deploy itself then stops before its next change.',
  );

/** @param force also a lock whose holder is alive */
export async function unlock(connection: Connection, work: Work, force: boolean): Promise<HostLock> {
  const { remove, ...found } = await findLock(connection, work);
  if (found.lock === null) return found;
  if (found.alive && !force) throw lockAlive(found);
  return await remove();
}
