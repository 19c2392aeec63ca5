import { setTimeout as sleep } from 'node:timers/promises';
import type { HostResult } from '../deploy.ts';
import { isFine, notBegun } from '../outcome.ts';
import { type HostStatus, notKnown } from '../verbs.ts';
import { Gate } from './gate.ts';
import type { Rollout, ServiceRollout, Target } from './resolve.ts';

/** What can be done to one service on one host. None of these throws: what happened is in the answer. */
export interface Fleet {
  /**
   * @param trial the release is not one to go back to before `endTrial`
   * @param ready what to wait for before the service is touched
   */
  deploy(service: string, target: Target, trial: boolean, ready?: () => Promise<void>): Promise<HostResult>;
  /** @param to sha256 of the release to go back to */
  rollback(service: string, target: Target, to: string): Promise<HostResult>;
  status(service: string, target: Target): Promise<HostStatus>;
  /** @returns why it could not be recorded, null when it was */
  endTrial(service: string, target: Target): Promise<string | null>;
}

/** Told while it goes on. */
export interface Watcher {
  batch(service: string, number: number, of: number, hosts: readonly string[], canary: boolean): void;
  settling(service: string, hosts: readonly string[], ms: number): void;
  word(text: string): void;
}

/** What one host runs when all is over. */
export interface Running {
  readonly release: string | null;
  readonly sha256: string | null;
  readonly healthy: boolean;
  readonly service: string;
}

export interface RolloutHost extends HostResult {
  readonly service: string;
  /** From 1. */
  readonly batch: number;
  /** How it was taken back because of another host; null when it was not. */
  readonly takenBack: HostResult | null;
  readonly running: Running | null;
}

export interface RolloutResult {
  readonly environment: string;
  readonly outcome: 'deployed' | 'unchanged' | 'failed';
  /** Why it stopped: the first thing that failed. */
  readonly stopped: string | null;
  /** It stopped because nobody knows how a host is now. */
  readonly unknown: boolean;
  readonly hosts: readonly RolloutHost[];
}

interface Entry {
  readonly service: string;
  readonly batch: number;
  readonly target: Target;
  result: HostResult | null;
  takenBack: HostResult | null;
}

/** More connections at a time help no link, and sshd refuses them (MaxStartups). */
const parallel = 16;

/** Deploys service by service, batch by batch, and stops at the first batch that fails. Never throws. */
export async function roll(rollout: Rollout, fleet: Fleet, watch: Watcher): Promise<RolloutResult> {
  const entries: Entry[] = rollout.services.flatMap(({ service, batches }) =>
    batches.flatMap((batch, index) =>
      batch.map((target) => ({ service, batch: index + 1, target, result: null, takenBack: null })),
    ),
  );
  let stopped: string | null = null;
  for (const service of rollout.services) {
    stopped = await rollService(rollout, service, entries, fleet, watch);
    if (stopped !== null) break;
  }
  const running = await inParallel(entries, ({ service, target }) => fleet.status(service, target));
  const wrong = stopped === null ? entries.flatMap((entry, index) => notAsWanted(entry, running[index]!) ?? []) : [];
  const unknown = wrong.length > 0 && wrong.every((one) => one.unknown);
  stopped ??= (wrong.find((one) => unknown || !one.unknown) ?? null)?.why ?? null;
  if (stopped === null)
    await inParallel(entries, async ({ service, target }, index) => {
      if (!onTrial(running[index]!)) return;
      const why = await fleet.endTrial(service, target);
      if (why !== null) watch.word(why);
    });
  const hosts = entries.map(({ service, batch, target, result, takenBack }, index): RolloutHost => {
    const now = running[index]!;
    return {
      ...(result ?? notBegun(target.host.name, `Not begun, because ${stopped}.`)),
      host: target.host.name,
      service,
      batch,
      takenBack,
      running:
        now.service === notKnown
          ? null
          : { release: now.release, sha256: now.sha256, healthy: now.healthy, service: now.error ?? now.service },
    };
  });
  const outcome = stopped !== null ? 'failed' : hosts.some(({ changed }) => changed) ? 'deployed' : 'unchanged';
  return { environment: rollout.environment, outcome, stopped, unknown, hosts };
}

/** A host that was deployed well may be ill by now, or be changed by somebody else. @returns what is wrong, null when nothing is */
function notAsWanted({ service, target, result }: Entry, now: HostStatus): { why: string; unknown: boolean } | null {
  const place = `${service} on ${target.host.name}`;
  if (result === null || !isFine(result)) return null;
  if (now.service === notKnown) return { why: `${place} could not be asked how it is: ${now.error}`, unknown: true };
  if (now.sha256 !== result.sha256)
    return {
      why: `${place} is not what was deployed there: it runs ${now.release ?? now.sha256 ?? 'nothing'}`,
      unknown: false,
    };
  return now.healthy ? null : { why: `${place} is not healthy: ${now.error}`, unknown: now.unknown };
}

const onTrial = ({ releases, release }: HostStatus): boolean =>
  releases.some(({ id, trial }) => id === release && trial === true);

/** @returns why it stopped, null when every batch is well */
async function rollService(
  { canary, onFailure }: Rollout,
  { service, batches }: ServiceRollout,
  entries: readonly Entry[],
  fleet: Fleet,
  watch: Watcher,
): Promise<string | null> {
  const own = entries.filter((entry) => entry.service === service);
  const trial = entries.length > 1 || canary !== null;
  for (const [index, batch] of batches.entries()) {
    const first = index === 0 && canary !== null;
    const names = batch.map(({ host }) => host.name);
    watch.batch(service, index + 1, batches.length, names, first);
    const mine = own.filter((entry) => entry.batch === index + 1);
    // Those that wait are at work: of more than work at a time some would never begin.
    const gate = mine.length > 1 && mine.length <= parallel ? new Gate(names) : undefined;
    await inParallel(mine, async (entry) => {
      const { name } = entry.target.host;
      const result = await fleet.deploy(service, entry.target, trial, gate && (() => gate.ready(name)));
      gate?.left(name, isFine(result));
      entry.result = gate?.turnedBack(name) ? notBegun(name, result.error!) : result;
    });
    const failed = mine.filter(({ result }) => !isFine(result!) && result!.outcome !== 'not-begun');
    let stopped =
      failed.length === 0 ? null : `${service} failed on ${failed.map(({ target }) => target.host.name).join(', ')}`;
    if (stopped === null && first && (await needsWatching(service, mine, fleet)))
      stopped = await settle(service, mine, canary!.settleMs, fleet, watch);
    if (stopped === null) continue;
    watch.word(`${stopped}: ${wordsOf[onFailure]}`);
    await takeBack(onFailure === 'stop' ? [] : onFailure === 'rollback-batch' ? mine : entries, fleet);
    return stopped;
  }
  return null;
}

const wordsOf = {
  stop: 'the others stay as they are',
  'rollback-batch': 'the other hosts of its batch go back',
  'rollback-all': 'every host that this run has changed goes back',
} as const;

/** Canaries that have a new release, or one that no run has come to a good end with: a run that was killed watched nobody. */
async function needsWatching(service: string, canaries: readonly Entry[], fleet: Fleet): Promise<boolean> {
  if (canaries.some(({ result }) => result!.changed)) return true;
  return (await inParallel(canaries, ({ target }) => fleet.status(service, target))).some(onTrial);
}

/** Canaries are watched for their settling time. */
async function settle(
  service: string,
  canaries: readonly Entry[],
  ms: number,
  fleet: Fleet,
  watch: Watcher,
): Promise<string | null> {
  watch.settling(
    service,
    canaries.map(({ target }) => target.host.name),
    ms,
  );
  const looks = Math.max(1, Math.min(10, Math.floor(ms / 1000)));
  for (let look = 0; look < looks; look++) {
    await sleep(ms / looks);
    const seen = await inParallel(canaries, ({ target }) => fleet.status(service, target));
    const ill = seen.find(({ healthy }) => !healthy);
    if (ill) return `the canary ${ill.host} of ${service} did not stay healthy: ${ill.error ?? ill.service}`;
  }
  return null;
}

/** Those that were changed go back, what was deployed last first: a service before those it needs. */
async function takeBack(entries: readonly Entry[], fleet: Fleet): Promise<void> {
  const changed = entries.filter(({ result }) => result?.outcome === 'deployed' && result.changed);
  const steps = [...new Set(changed.map(({ service, batch }) => `${batch} ${service}`))].reverse();
  for (const step of steps)
    await inParallel(
      changed.filter(({ service, batch }) => `${batch} ${service}` === step),
      async (entry) => {
        const before = entry.result!.previousSha256;
        entry.takenBack =
          before === null ? cannotGoBack(entry.result!) : await fleet.rollback(entry.service, entry.target, before);
      },
    );
}

const cannotGoBack = (result: HostResult): HostResult => ({
  ...result,
  outcome: 'failed',
  changed: false,
  bytesSent: 0,
  downtimeMs: null,
  phases: [],
  error: 'There was nothing before this release to go back to: it stays.',
});

/** Works on all, some at a time, and answers in their order. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]!, index);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
  return results;
}
