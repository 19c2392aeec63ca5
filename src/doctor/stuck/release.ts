import { isDone, Status } from '../database/status.ts';

interface Releasable {
  readonly id: number;
  readonly jobId: string;
  readonly needs: readonly string[];
  readonly ownIf: boolean;
  readonly serverOnly: boolean;
  readonly status: number;
}

/**
 * What Forgejo's job emitter would do with blocked jobs whose needs are all done: waiting when all succeeded or the job has
 * an `if:` of its own (which the runner evaluates), skipped otherwise. Chains are followed until nothing moves.
 * Blocked jobs without needs wait for an approval, and are left alone.
 *
 * @returns the new status of each job that moves, by job id
 */
export function release(jobs: readonly Releasable[]): Map<number, number> {
  const statuses = new Map(jobs.map((job) => [job.id, job.status]));
  const moved = new Map<number, number>();
  for (let again = true; again; ) {
    again = false;
    for (const job of jobs) {
      if (statuses.get(job.id) !== Status.blocked || job.needs.length === 0 || job.serverOnly) continue;
      // All jobs of a matrix share a job id: needing it means needing all of them. A need that names no job never ends.
      const needed = job.needs.map((need) =>
        jobs.filter((other) => other.jobId === need).map((other) => statuses.get(other.id)!),
      );
      if (!needed.every((group) => group.length > 0 && group.every(isDone))) continue;
      const succeeded = needed.flat().every((status) => status === Status.success);
      const status = succeeded || job.ownIf ? Status.waiting : Status.skipped;
      statuses.set(job.id, status);
      moved.set(job.id, status);
      again = true;
    }
  }
  return moved;
}
