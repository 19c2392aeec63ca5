/** Forgejo's own clocks, from app.ini `[actions]` and `[cron.…]`; seconds. A period is null when the cron is switched off. */
export interface Timings {
  /** ZOMBIE_TASK_TIMEOUT: a task silent for longer is given up by the server. */
  readonly zombieTimeout: number;
  /** How often stop_zombie_tasks looks for such tasks. */
  readonly zombiePeriod: number | null;
  /** ENDLESS_TASK_TIMEOUT: a task that runs for longer is ended, healthy or not. */
  readonly endlessTimeout: number;
  /** How often stop_endless_tasks looks. */
  readonly endlessPeriod: number | null;
  /** ABANDONED_JOB_TIMEOUT: a job that waits or is blocked for longer is cancelled. */
  readonly abandonedTimeout: number;
  /** How often cancel_abandoned_jobs looks. */
  readonly abandonedPeriod: number | null;
}

export const defaultTimings: Timings = {
  zombieTimeout: 600,
  zombiePeriod: 300,
  endlessTimeout: 10_800,
  endlessPeriod: 1_800,
  abandonedTimeout: 86_400,
  abandonedPeriod: 21_600,
};

/** What Forgejo itself will do, and when. */
export interface Healing {
  readonly cron: 'stop_zombie_tasks' | 'stop_endless_tasks' | 'cancel_abandoned_jobs';
  /** Seconds between two runs of the cron, as configured. */
  readonly period: number;
  /** Unix seconds: not before, and when it must have happened at the latest. */
  readonly from: number;
  readonly until: number;
  /** What is true afterwards. */
  readonly result: string;
}

/** A task that stays silent, or one that runs on; null when the cron is off. */
export const zombieHealing = (heartbeat: number, { zombieTimeout, zombiePeriod }: Timings): Healing | null =>
  healing(
    'stop_zombie_tasks',
    heartbeat + zombieTimeout,
    zombiePeriod,
    'task and job failed; what needs the job stays blocked',
  );

export const endlessHealing = (started: number, { endlessTimeout, endlessPeriod }: Timings): Healing | null =>
  healing(
    'stop_endless_tasks',
    started + endlessTimeout,
    endlessPeriod,
    'task and job failed; what needs the job stays blocked',
  );

/** A job at 5 or 7 that does not move. */
export const abandonedHealing = (
  updated: number,
  { abandonedTimeout, abandonedPeriod }: Timings,
  result = 'the job is cancelled',
): Healing | null => healing('cancel_abandoned_jobs', updated + abandonedTimeout, abandonedPeriod, result);

const healing = (cron: Healing['cron'], from: number, period: number | null, result: string): Healing | null =>
  period === null ? null : { cron, period, from, until: from + period, result };
