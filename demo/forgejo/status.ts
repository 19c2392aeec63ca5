/** `status` of a run, a job, a task and a step, as Forgejo numbers it. */
export const status = {
  unknown: 0,
  success: 1,
  failure: 2,
  cancelled: 3,
  skipped: 4,
  waiting: 5,
  running: 6,
  blocked: 7,
} as const;

export type Status = (typeof status)[keyof typeof status];

export const isDone = (value: number): boolean => value >= status.success && value <= status.skipped;

/** The status of a run as servers since the end of 2024 (migration level 28 and later) tell it from its jobs. */
export function aggregate(jobs: readonly number[]): Status {
  const some = (value: number) => jobs.includes(value);
  if (jobs.length > 0 && jobs.every((job) => job === status.skipped)) return status.skipped;
  if (jobs.every((job) => job === status.success || job === status.skipped)) return status.success;
  const order = [status.cancelled, status.failure, status.running, status.waiting, status.blocked];
  return order.find(some) ?? status.unknown;
}
