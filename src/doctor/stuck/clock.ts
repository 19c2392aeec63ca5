import { duration } from '../../common/output/words.ts';
import type { Sight } from './hold.ts';

/** Seconds by which two clocks may differ without a word. */
const tolerated = 60;

/**
 * Why the times in the rows may not be what they seem: everything is judged by the database's clock, and written by Forgejo's.
 * A server that runs has, by its own cron, long ended the tasks that are older than the stale ones here.
 */
export function clockWarning({ now, instance, timings }: Pick<Sight, 'now' | 'instance' | 'timings'>): string | null {
  const age = now - instance.newest;
  if (-age > tolerated)
    return `Rows are up to ${duration(-age)} in the future of the database's clock: Forgejo's own is ahead of it, or they were written by hand. A runner that died looks alive for as long.`;
  const ended = timings.zombieTimeout + (timings.zombiePeriod ?? timings.zombieTimeout);
  if (instance.newest > 0 && age > ended + tolerated)
    return `Nothing in the database is younger than ${duration(age)}, no runner, run or task: Forgejo does not run, its clock is behind the database's, or this is a copy. If it is the clock, jobs that really run look silent.`;
  return null;
}
