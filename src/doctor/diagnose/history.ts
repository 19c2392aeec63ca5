import { Status } from '../database/status.ts';
import type { JobRecord, PastJob } from './load.ts';

/** The same failure in other runs of the same job. Times in Unix seconds. */
export interface History {
  /** How often, this one included, among the failures that were looked at. */
  readonly times: number;
  readonly looked: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly branches: readonly string[];
  readonly runners: readonly string[];
  readonly runs: readonly number[];
  /** The last green run of this job before, and the first red one after it: the change lies between their commits. */
  readonly lastGood: { readonly runId: number; readonly commit: string } | null;
  readonly firstBad: { readonly runId: number; readonly commit: string } | null;
  /** The same commit was green too: run id of that. */
  readonly flaky: number | null;
  /** The only runner that has it, where others run this job well. */
  readonly onlyRunner: string | null;
}

/** How many earlier failures are read to see whether they are the same. */
const mostRead = 8;

/**
 * @param past the job in other runs, newest first, this one included
 * @param fingerprints of other failures, by job id
 */
export async function compareRuns(
  past: readonly PastJob[],
  job: JobRecord,
  fingerprint: string | null,
  fingerprints: (ids: readonly number[]) => Promise<ReadonlyMap<number, string | null>>,
): Promise<History | null> {
  const own = past.find(({ id }) => id === job.id);
  if (!own || fingerprint === null) return null;
  const others = past.filter(({ id, status }) => id !== job.id && status === Status.failure).slice(0, mostRead);
  const prints = await fingerprints(others.map(({ id }) => id));
  const same = [own, ...others.filter(({ id }) => prints.get(id) === fingerprint)];
  const times = same.map(({ stopped }) => stopped);
  const good = past.filter(({ status }) => status === Status.success);
  const before = good.find(({ id }) => id < job.id);
  const firstBad =
    before && past.findLast(({ id, status }) => id > before.id && id <= job.id && status === Status.failure);
  const flaky = good.find(({ commit }) => commit !== '' && commit === own.commit);
  const runners = distinct(same.flatMap(({ runner }) => runner ?? []));
  const blamed =
    same.length > 2 &&
    runners.length === 1 &&
    good.some(({ runner }) => runner !== null && runner !== runners[0]) &&
    !good.some(({ runner, id }) => runner === runners[0] && id > Math.min(...same.map((one) => one.id)));
  return {
    times: same.length,
    looked: others.length + 1,
    firstSeen: Math.min(...times),
    lastSeen: Math.max(...times),
    branches: distinct(same.map(({ branch }) => branch)),
    runners,
    runs: same.map(({ runId }) => runId),
    lastGood: before ? { runId: before.runId, commit: before.commit } : null,
    firstBad: firstBad ? { runId: firstBad.runId, commit: firstBad.commit } : null,
    flaky: flaky?.runId ?? null,
    onlyRunner: blamed ? runners[0]! : null,
  };
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)];
