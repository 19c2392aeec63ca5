import { messageOf, ToolError } from '../common/errors.ts';
import { type Plan, type PlanReport, runPlan } from '../common/plan.ts';
import { atOnce } from './at-once.ts';
import type { Connection } from './connection.ts';
import {
  assess,
  check,
  checkStart,
  isStill,
  looksHealthy,
  presentSha256,
  proverOf,
  type Reading,
  releaseOf,
  type Situation,
  type Source,
  stillPart,
  stopOn,
} from './deployment.ts';
import type { Host, RunResult } from './host/host.ts';
import { type Lock, takeLock } from './lock.ts';
import { isFine, nothingDone } from './outcome.ts';
import type { Part } from './parts.ts';
import { checkSudo } from './preflight/sudo.ts';
import { type Prover, prove } from './prove.ts';
import { historyPart, stateParts } from './records.ts';
import { chooseRelease, foundRelease, newRelease, previousOf, pruneParts, successor } from './releases.ts';
import type { Settings } from './settings.ts';
import { adopt, type HistoryEntry, type Release, type State } from './state.ts';
import { type Change, type Incoming, lookPart, type Previous, stepsOf } from './steps.ts';
import { alreadyRuns, attributesFit } from './unchanged.ts';

export interface Phase {
  readonly name: string;
  readonly ms: number;
}

/** What became of one host: the object that `--json` shows. */
export interface HostResult {
  readonly host: string;
  readonly outcome: 'deployed' | 'unchanged' | 'rolled-back' | 'failed' | 'not-begun';
  /** The host now runs another file than before. */
  readonly changed: boolean;
  /** From the moment the old process is told to stop until the first healthy answer; null when nothing was stopped. */
  readonly downtimeMs: number | null;
  /** Bytes on the wire, before encryption. */
  readonly bytesSent: number;
  readonly sha256: string | null;
  readonly previousSha256: string | null;
  /** Id of the release that the host runs now, as far as it is known. */
  readonly release: string | null;
  /** Id of the release that it ran before; null when it still runs that one unchanged. */
  readonly previous: string | null;
  /** Id of the release that was brought and did not stay. */
  readonly failedRelease: string | null;
  readonly error: string | null;
  readonly fix: string | null;
  /** Exit code 2 instead of 1: the way in failed, not the deploy. */
  readonly unknown: boolean;
  /** The end of the service's log, when it failed. */
  readonly lastLines: string;
  readonly phases: readonly Phase[];
}

/** Shows what goes on. */
export interface Reporter {
  begin(host: string, title: string): void;
  end(host: string, title: string, ms: number, detail: string | undefined, error: string | undefined): void;
  progress(host: string, done: number, total: number): void;
}

export interface Work {
  readonly settings: Settings;
  readonly local: Host;
  readonly report: Reporter;
  /** Asked when the new file is whole on the host and the service is not touched yet. What it throws leaves it at that. */
  readonly ready?: () => Promise<void>;
}

/** Deploys to one host. Never throws: whatever happens is in the result. */
export async function deployHost(connection: Connection, reading: Reading, work: Work): Promise<HostResult> {
  const { supply } = reading;
  const place = `${connection.name} ${work.settings.target}`;
  supply?.guess(place, reading.whole);
  const result = await bringHost(connection, reading, work);
  if (isFine(result)) await supply?.keep((await reading.whole).file, place);
  return result;
}

const bringHost = async (connection: Connection, reading: Reading, work: Work): Promise<HostResult> =>
  await runHost(connection, work, async (run) => {
    const whole = reading.whole.then((source) => {
      run.expect(source.file.sha256);
      return source;
    });
    const { facts, same, forwards } = await run.phase('preflight', () =>
      alreadyRuns(connection, { ...reading, whole }, work.settings),
    );
    const source = await whole;
    if (same) {
      Object.assign(run.result, { outcome: 'unchanged', release: same.release });
      run.result.previousSha256 = source.file.sha256;
      return;
    }
    const first = await run.phase('preflight', async () => {
      const situation = await assess(connection, work.settings, source, work.local, facts);
      stopOn(check(situation, source));
      stopOn(await checkSudo(situation));
      return situation;
    });
    const behind = lookPart(first);
    await run.locked(first, 'deploy', { source, forwards, behind }, async (lock, sight) => {
      const { situation, sha256, prover, healthy } = sight;
      run.result.previousSha256 = sha256;
      run.result.previous = releaseOf(situation.state, sha256)?.id ?? null;
      if (sha256 === source.file.sha256 && !work.settings.force && attributesFit(situation) && healthy)
        if (await run.phase('verify', () => isProven(prover))) return await run.unchanged(lock, situation, source);
      await change(run, lock, sight, { kind: 'file', source }, newRelease(situation, source, sha256));
    });
  });

/** Goes back to a release that the host has kept. */
export const rollbackHost = async (connection: Connection, to: string | undefined, work: Work): Promise<HostResult> =>
  await runHost(connection, work, async (run) => {
    const first = await run.phase('preflight', () => assess(connection, work.settings, null, work.local));
    stopOn(checkStart(first));
    // Where nothing is kept, nothing is touched: no lock, no directory for one.
    if (first.state.releases.length === 0) chooseRelease(first, await presentSha256(first), to);
    await run.locked(first, 'rollback', {}, async (lock, sight) => {
      const { situation, sha256 } = sight;
      run.result.previousSha256 = sha256;
      run.result.previous = releaseOf(situation.state, sha256)?.id ?? null;
      const release = chooseRelease(situation, sha256, to);
      run.expect(release.sha256);
      await change(run, lock, sight, { kind: 'release' }, release);
    });
  });

/** The steps of a deploy with their exact commands, changing nothing. */
export async function planHost(connection: Connection, source: Source, { settings, local }: Work) {
  const situation = await assess(connection, settings, source, local);
  const findings = check(situation, source);
  const sha256 = await presentSha256(situation);
  const release = newRelease(situation, source, sha256);
  const previous = previousOf(situation, sha256, release, true);
  const steps = stepsOf({ situation, incoming: { kind: 'file', source }, release, previous });
  return { situation, findings, sha256, steps };
}

/** The steps of a rollback with their exact commands, changing nothing. */
export async function planRollback(connection: Connection, to: string | undefined, { settings, local }: Work) {
  const situation = await assess(connection, settings, null, local);
  const sha256 = await presentSha256(situation);
  const release = chooseRelease(situation, sha256, to);
  const previous = previousOf(situation, sha256, release, true);
  const steps = stepsOf({ situation, incoming: { kind: 'release' }, release, previous });
  return { situation, findings: checkStart(situation), sha256, steps };
}

async function isProven(prover: Prover): Promise<boolean> {
  try {
    await prove(prover, { fresh: false, commands: false });
    return true;
  } catch (error) {
    if (error instanceof ToolError && error.kind === 'problem') return false;
    throw error;
  }
}

async function change(
  run: Run,
  lock: Locked,
  { situation, prover, sha256, healthy }: Sight,
  incoming: Incoming,
  release: Release,
): Promise<void> {
  const { remote, restart } = situation;
  const previous = previousOf(situation, sha256, release, healthy);
  const context: Change = {
    situation,
    prover,
    incoming,
    release: incoming.kind === 'file' ? successor(situation, release, previous) : release,
    previous,
    looked: lock.looked,
    state: situation.state,
    staged: null,
    present: null,
    restarted: false,
    stoppedAt: null,
    healthyAt: null,
    bytesSent: 0,
    method: null,
    proof: null,
    lastLines: '',
    putBack: null,
    guard: () => lock.guard(),
    onProgress: (done, total) => run.report.progress(remote.name, done, total),
  };
  const steps = stepsOf(context, run.ready);
  const plan: Plan<Change> = { title: `${remote.name}: ${situation.settings.target}`, steps };
  const report = await runPlan(plan, context, {
    onStep: ({ title, ms, detail, error, outcome }, moment) => {
      if (moment === 'begin') run.report.begin(remote.name, title);
      else if (outcome === 'done' || outcome === 'failed') {
        run.addPhase(steps.find((step) => step.title === title)?.phase ?? 'deploy', ms);
        run.report.end(remote.name, title, ms, detail, error);
      }
    },
  });
  run.result.bytesSent = context.bytesSent;
  run.result.lastLines = context.lastLines;
  run.result.downtimeMs =
    restart.kind === 'none' || previous === null || context.stoppedAt === null || context.healthyAt === null
      ? null
      : Math.max(0, Math.round(context.healthyAt - context.stoppedAt));
  if (report.applied) await succeeded(run, lock, context);
  else await failed(run, context, report);
}

async function succeeded(run: Run, lock: Lock, context: Change): Promise<void> {
  const { situation, release, previous, incoming } = context;
  const { remote, settings } = situation;
  run.result.outcome = 'deployed';
  run.result.changed =
    run.result.previousSha256 !== release.sha256 || situation.facts.processes.some(({ present }) => !present);
  run.result.release = release.id;
  try {
    await run.phase('record', async () => {
      let state = context.state;
      if (previous?.healthy && previous.release === null)
        state = { ...state, releases: [...state.releases, foundRelease(situation, previous)] };
      // A release that is deployed again keeps one slot and one entry: the newest.
      state = {
        ...state,
        releases: state.releases.filter(({ id, sha256 }) => id === release.id || sha256 !== release.sha256),
      };
      const { state: next, dropped } = adopt(state, release, settings.keep);
      const known = context.present && { ...context.present, sha256: release.sha256 };
      const entry = entryOf(situation, {
        action: incoming.kind === 'file' ? 'deploy' : 'rollback',
        outcome: 'deployed',
        release,
        previous,
        downtimeMs: run.result.downtimeMs,
        error: null,
      });
      const used = [...dropped.map(({ slot }) => slot), ...(previous ? [previous.slot] : [])];
      await remote.connection.steadily(async () =>
        remote.together([
          await lock.guard(),
          ...stateParts(remote, { ...next, known }),
          historyPart(remote, entry),
          ...pruneParts(situation, next, used),
        ]),
      );
    });
  } catch (error) {
    // The service is healthy: what is missing is its record, which the next run repairs.
    run.result.error = `The release is deployed and healthy, but could not be recorded: ${messageOf(error)}`;
    run.result.fix = error instanceof ToolError ? error.fix : null;
  }
}

async function failed(run: Run, context: Change, report: PlanReport): Promise<void> {
  const { situation, release, previous } = context;
  const undoFailed = report.steps.filter(({ outcome }) => outcome === 'undo-failed');
  const error = report.error;
  const reason = messageOf(error);
  run.fail(error);
  run.result.failedRelease = release.id;
  if (context.putBack) {
    run.result.outcome = 'rolled-back';
    run.result.release = previous?.release?.id ?? null;
    run.result.error = `${reason}\nRolled back: the previous release ${previous?.release?.id ?? previous?.sha256.slice(0, 12)} is back and healthy (${context.putBack.evidence}).`;
    // That the release failed is known, even when the way in broke meanwhile.
    run.result.unknown = false;
  } else if (undoFailed.length > 0) {
    const why = undoFailed.map(({ title, error: text }) => `${title}: ${text}`).join('\n');
    run.result.error = `${reason}\nTaking it back failed as well: ${why}`;
    run.result.fix =
      `${run.result.fix ?? ''}\nRun the deploy again: it repairs what is half done. deploy-binary status shows how the host is.`.trim();
  } else if (context.restarted && previous === null) {
    run.result.error = `${reason}\nThere was no release before: the failed one was stopped and removed.`;
  }
  await note(situation, {
    action: context.incoming.kind === 'file' ? 'deploy' : 'rollback',
    outcome: context.putBack ? 'rolled-back' : 'failed',
    release,
    previous,
    downtimeMs: run.result.downtimeMs,
    error: reason.slice(0, 500),
  }).catch(() => {});
}

type Noted = Pick<HistoryEntry, 'action' | 'outcome' | 'downtimeMs' | 'error'> & {
  release: Release;
  previous: Pick<Previous, 'sha256' | 'release'> | null;
};

const note = async (situation: Situation, noted: Noted): Promise<void> => {
  await situation.remote.together([historyPart(situation.remote, entryOf(situation, noted))]);
};

function entryOf({ settings, facts, readAt }: Situation, { release, previous, ...rest }: Noted): HistoryEntry {
  const at = new Date((facts.clock + Math.round((performance.now() - readAt) / 1000)) * 1000).toISOString();
  return {
    ...rest,
    ...settings.origin,
    at,
    release: release.id,
    sha256: release.sha256,
    previous: previous?.release?.id ?? null,
    previousSha256: previous?.sha256 ?? null,
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

type Locked = Lock & { readonly looked: RunResult | null };

/** What is at the target and how the service is, before anything is changed. */
interface Sight {
  readonly situation: Situation;
  readonly sha256: string | null;
  readonly prover: Prover;
  readonly healthy: boolean;
}

async function see(situation: Situation, forwards?: boolean): Promise<Sight> {
  const [sha256, prover] = await atOnce(presentSha256(situation), proverOf(situation, forwards));
  return { situation, sha256, prover, healthy: await looksHealthy(prover) };
}

/** One host's run: its phases, its lock, its result. */
interface Run extends Pick<Work, 'ready'> {
  readonly result: Mutable<HostResult>;
  readonly report: Reporter;
  expect(sha256: string): void;
  phase<T>(name: string, work: () => Promise<T>): Promise<T>;
  addPhase(name: string, ms: number): void;
  /** Works while the host is locked, with what is seen there then. */
  locked(
    situation: Situation,
    action: string,
    more: {
      readonly source?: Source;
      /** Whether the way in forwards ports, where that is known. */
      readonly forwards?: boolean | undefined;
      /** Run as soon as the host is locked: `looked`. */
      readonly behind?: Part;
    },
    work: (lock: Locked, sight: Sight) => Promise<void>,
  ): Promise<void>;
  unchanged(lock: Lock, situation: Situation, source: Source): Promise<void>;
  fail(error: unknown): void;
}

async function runHost(connection: Connection, work: Work, body: (run: Run) => Promise<void>): Promise<HostResult> {
  const phases = new Map<string, number>();
  const result: Mutable<HostResult> = { ...nothingDone(connection.name) };
  const run: Run = {
    result,
    report: work.report,
    ...(work.ready && { ready: work.ready }),
    expect(sha256) {
      result.sha256 = sha256;
    },
    addPhase(name, ms) {
      phases.set(name, (phases.get(name) ?? 0) + ms);
    },
    async phase(name, inner) {
      const start = performance.now();
      try {
        return await inner();
      } finally {
        run.addPhase(name, Math.round(performance.now() - start));
      }
    },
    async locked(before, action, { source, forwards, behind }, inner) {
      const { remote, facts, settings, local } = before;
      const still = stillPart(before);
      const [taken, seen] = await run.phase('lock', () =>
        Promise.allSettled([
          takeLock(remote, settings.lock, settings.origin, action, facts.bootId, [still, ...(behind ? [behind] : [])]),
          see(before, forwards),
        ]),
      );
      if (taken.status === 'rejected') throw taken.reason;
      const lock = taken.value;
      const [stillSaid, looked = null] = lock.results ?? [];
      if (lock.inherited !== null)
        work.report.end(
          remote.name,
          `The lock of a dead deploy was taken over: ${lock.inherited}`,
          0,
          undefined,
          undefined,
        );
      try {
        const sight = await run.phase('preflight', async () => {
          if (stillSaid && isStill(before, stillSaid)) {
            if (seen.status === 'rejected') throw seen.reason;
            return seen.value;
          }
          // Another deploy has come and gone while the lock was waited for.
          const now = await assess(connection, settings, source ?? null, local);
          stopOn(source ? check(now, source) : checkStart(now));
          return await see(now, forwards);
        });
        await inner({ ...lock, looked }, sight);
      } finally {
        await lock.release().catch((error) => {
          result.fix ??= `The lock could not be given back (${messageOf(error)}): it counts as dead by itself soon.`;
        });
      }
    },
    async unchanged(lock, situation, { file }) {
      const { remote, state, facts, settings } = situation;
      result.outcome = 'unchanged';
      result.previous = null;
      const known = facts.target.file;
      const release = releaseOf(state, file.sha256);
      result.release = release?.id ?? null;
      const finished = state.pending?.sha256 === file.sha256 ? adopt(state, state.pending, settings.keep).state : state;
      const next: State = {
        ...finished,
        pending: null,
        known: known && { inode: known.inode, size: known.size, mtime: known.mtime, sha256: file.sha256 },
      };
      if (JSON.stringify(next) !== JSON.stringify(state))
        await remote.connection.steadily(async () =>
          remote.together([await lock.guard(), ...stateParts(remote, next)]),
        );
      // A deploy that died behind its swap is finished here: that is when it comes into the history.
      if (finished === state || state.pending === null) return;
      const before = state.releases.find(({ id }) => id === state.current);
      await note(situation, {
        action: 'deploy',
        outcome: 'deployed',
        release: state.pending,
        previous: before ? { ...before, release: before } : null,
        downtimeMs: null,
        error: null,
      }).catch(() => {});
    },
    fail(error) {
      result.error = messageOf(error);
      result.fix = error instanceof ToolError ? error.fix : null;
      result.unknown = !(error instanceof ToolError) || error.kind === 'unknown';
    },
  };
  try {
    await body(run);
  } catch (error) {
    run.fail(error);
  }
  result.phases = [...phases].map(([name, ms]) => ({ name, ms }));
  return result;
}
