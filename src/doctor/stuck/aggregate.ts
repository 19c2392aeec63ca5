import type { Aggregation } from '../database/generation.ts';
import { isDone, Status } from '../database/status.ts';

/**
 * A run's status from those of its jobs, as the server computes it (`AggregateJobStatus` in `models/actions/run_job.go`).
 * The new function lets a failed or cancelled job win over running ones; the old one waits until all are done.
 */
export function aggregate(statuses: readonly number[], aggregation: Aggregation): number {
  return aggregation === 'old' ? aggregateOld(statuses) : aggregateNew(statuses);
}

function aggregateNew(statuses: readonly number[]): number {
  if (statuses.length === 0) return Status.unknown;
  if (statuses.every((status) => status === Status.skipped)) return Status.skipped;
  if (statuses.every((status) => status === Status.skipped || status === Status.success)) return Status.success;
  const order = [Status.cancelled, Status.failure, Status.running, Status.waiting, Status.blocked];
  return order.find((status) => statuses.includes(status)) ?? Status.unknown;
}

function aggregateOld(statuses: readonly number[]): number {
  if (statuses.every(isDone))
    return statuses.some((status) => status === Status.failure || status === Status.cancelled)
      ? Status.failure
      : Status.success;
  return statuses.every((status) => isDone(status) || status === Status.waiting) ? Status.waiting : Status.running;
}
