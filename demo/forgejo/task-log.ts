import { type LogEntry, logTime } from './log.ts';

/** The log of a task while it grows. */
export class TaskLog {
  readonly lines: LogEntry[] = [];

  /** `time` in unix seconds, with a fraction. */
  add(time: number, content: string): void {
    const ticks = Math.min(Math.round((time % 1) * 1e7), 9_999_999);
    this.lines.push({ time: logTime(Math.floor(time), ticks), content });
  }
}
