import type { Pulse } from '../health.ts';
import type { Part } from '../parts.ts';

/** Restarting the service in one way. One is chosen a host; a new way is a new file and one line in `choose.ts`. */
export interface Restart {
  readonly kind: 'systemd' | 'process' | 'none';
  /** In words, for plans and records: `unit botserver.service`. */
  readonly what: string;
  /** What it runs, as `plan` shows it and sudoers must allow it. `<PID>` stands for a process id. */
  readonly commands: readonly (readonly string[])[];
  /** The same in the order of a deploy, where `commands` does not tell all: scripts with what is in them. */
  readonly shown?: { readonly prepare: readonly string[]; readonly restart: readonly string[] };
  /** Anything that must be right before the old process is touched. */
  readonly preparation: readonly Part[];
  /**
   * Stops what runs and starts what is at the target. `onStop` is called when the old process is about to be told to stop.
   * May be repeated when the way in broke: it looks first.
   *
   * @param before run in the same round trip; when one of them fails, nothing is stopped
   */
  restart(onStop: () => void, before?: readonly Part[]): Promise<void>;
  /** Stops what runs; what is at the target is not started. */
  stop(before?: readonly Part[]): Promise<void>;
  /** How the service is now. */
  pulse(): Promise<Pulse & { readonly pids: readonly number[] }>;
  /** The end of the service's log, '' where there is none. */
  lastLines(): Promise<string>;
}

export const logLines = 30;

/** What a host prints when the old process is about to be told to stop. */
export const stopping = 'stopping\0';
