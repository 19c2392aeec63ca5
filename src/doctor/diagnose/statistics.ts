import { Status } from '../database/status.ts';
import type { GoodLines, Means } from './diagnose.ts';
import { goodLines, judge } from './diagnose.ts';
import type { Verdict } from './engine.ts';
import { isSaidByRunner } from './line.ts';
import { failedSince, type JobRecord, lastGood, loadJobs } from './load.ts';
import type { Blame } from './rule.ts';

/** What made jobs fail in a stretch of time. Times in Unix seconds. */
export interface Statistics {
  readonly since: number;
  /** Jobs that failed; `left` of them, the oldest, were not looked at. */
  readonly failed: number;
  readonly left: number;
  readonly explained: number;
  /** Of those looked at, 0 to 1; null where none failed. */
  readonly share: number | null;
  /** The most frequent first. */
  readonly causes: readonly CauseCount[];
  /** Grouped by fingerprint, the most frequent first. */
  readonly unexplained: readonly Unexplained[];
}

interface Group {
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly repositories: readonly string[];
  readonly runners: readonly string[];
  /** The newest ones. */
  readonly runs: readonly number[];
}

export interface CauseCount extends Group {
  readonly id: string;
  readonly title: string;
  readonly blame: Blame;
  readonly retryable: boolean;
}

export interface Unexplained extends Group {
  readonly fingerprint: string | null;
  /** The first line that looks like an error, or why the log could not be read. */
  readonly line: string;
}

/** More failures than this in one stretch are not looked at: the newest tell enough. */
const most = 5_000;
const batch = 200;

/** @param progress called with how many were looked at, of how many */
export async function statistics(
  means: Means,
  since: number,
  progress: (done: number, of: number) => void = () => {},
): Promise<Statistics> {
  const { queries } = means.database;
  const now = await means.database.now();
  const all = await failedSince(queries, since, most + 1);
  const ids = all.slice(-most);
  const judged: { job: JobRecord; verdict: Awaited<ReturnType<typeof judge>> }[] = [];
  const good = goodLinesKept(means);
  for (let from = 0; from < ids.length; from += batch) {
    for (const job of await loadJobs(queries, ids.slice(from, from + batch)))
      judged.push({ job, verdict: await judge(means, job, now, good(job)) });
    progress(judged.length, ids.length);
  }
  const known = judged.filter(({ verdict }) => verdict.cause !== null);
  const unknown = judged.filter(({ verdict }) => verdict.cause === null);
  return {
    since,
    failed: all.length,
    left: all.length - ids.length,
    explained: known.length,
    share: judged.length === 0 ? null : known.length / judged.length,
    causes: grouped(
      known,
      ({ verdict }) => verdict.cause!.id,
      ({ verdict: { cause } }) => ({
        id: cause!.id,
        title: cause!.title,
        blame: cause!.blame,
        retryable: cause!.retryable,
      }),
    ),
    unexplained: grouped(
      unknown,
      ({ verdict }) => verdict.fingerprint ?? verdict.missing?.message ?? '',
      ({ verdict }) => ({
        fingerprint: verdict.fingerprint,
        line: verdict.missing?.message ?? lineOf(verdict),
      }),
    ),
  };
}

/** The line by which people know an unexplained failure again. */
export const lineOf = ({ lines }: Pick<Verdict, 'lines'>): string =>
  lines.find(({ decisive }) => decisive)?.text ??
  lines.findLast(({ text }) => !isSaidByRunner(text))?.text ??
  lines.at(-1)?.text ??
  '';

type Judged = { readonly job: JobRecord; readonly verdict: Awaited<ReturnType<typeof judge>> };

function grouped<About>(
  judged: readonly Judged[],
  key: (one: Judged) => string,
  about: (one: Judged) => About,
): (About & Group)[] {
  const groups = new Map<string, Judged[]>();
  for (const one of judged) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return [...groups.values()]
    .map((group) => ({
      ...about(group.at(-1)!),
      count: group.length,
      first: Math.min(...group.map(({ job }) => job.stopped)),
      last: Math.max(...group.map(({ job }) => job.stopped)),
      repositories: distinct(group.map(({ job }) => job.run.repository ?? '(gone)')),
      runners: distinct(group.map(({ job }) => job.task?.runner ?? '(gone)')),
      runs: distinct(group.map(({ job }) => job.run.id))
        .slice(-5)
        .reverse(),
    }))
    .sort((a, b) => b.count - a.count);
}

const distinct = <Value>(values: readonly Value[]): Value[] => [...new Set(values)];

/** The failures of one job mostly share their last good run: its lines are kept for the next. */
function goodLinesKept(means: Means): (job: JobRecord) => GoodLines {
  const kept = new Map<string, ReturnType<GoodLines>>();
  return (job) => async (step) => {
    if (job.status !== Status.failure) return undefined;
    const id = await lastGood(means.database.queries, job);
    if (id === undefined) return undefined;
    const key = `${id} ${step}`;
    let lines = kept.get(key);
    if (!lines) {
      lines = loadJobs(means.database.queries, [id]).then(([good]) => goodLines(means, good, step));
      kept.set(key, lines);
      for (const oldest of kept.keys()) {
        if (kept.size <= 50) break;
        kept.delete(oldest);
      }
    }
    return lines;
  };
}
