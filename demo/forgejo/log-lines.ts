/** A log as a runner writes it: one entry a line, each with its own time. */
export class TaskLog {
  readonly lines: string[] = [];

  /** `time` in unix seconds, with a fraction. A newline inside a line is written as `\n`, as the runner does. */
  add(time: number, text: string): void {
    const ticks = Math.round((time % 1) * 1e7);
    const stamp = new Date(Math.floor(time) * 1000).toISOString().slice(0, 19);
    this.lines.push(`${stamp}.${String(Math.min(ticks, 9_999_999)).padStart(7, '0')}Z ${text.replaceAll('\n', '\\n')}`);
  }
}
