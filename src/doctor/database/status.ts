/** Status numbers of runs, jobs, tasks and steps, the same in all of them (Forgejo `models/actions/status.go`). */
export const Status = {
  unknown: 0,
  success: 1,
  failure: 2,
  cancelled: 3,
  skipped: 4,
  waiting: 5,
  running: 6,
  blocked: 7,
} as const;

export type StatusName = keyof typeof Status;

const names = Object.keys(Status) as StatusName[];

/** Forgejo's word for a status number: `6` → `running`. A number from a later version is shown as it is. */
export const statusName = (status: number): StatusName | string => names[status] ?? `status ${status}`;

/** `6 running`: what the database holds, and its word. */
export const statusLabel = (status: number): string => `${status} ${statusName(status)}`;

export const doneStatuses: readonly number[] = [Status.success, Status.failure, Status.cancelled, Status.skipped];

/** Forgejo's IsDone: success, failure, cancelled, skipped. 0 is neither done nor pending; nothing in Forgejo acts on it. */
export const isDone = (status: number): boolean => doneStatuses.includes(status);
