import { unknown } from '../../common/errors.ts';

const stdoutLimit = 64 * 1024 * 1024;
const stderrLimit = 256 * 1024;

/** What a command printed. Bounded, so that a host that never stops talking cannot fill our memory. */
export class Output {
  #stdout: Buffer[] = [];
  #stdoutSize = 0;
  #stderr: Buffer[] = [];
  #stderrSize = 0;

  /** @throws ToolError of kind `unknown` beyond 64 MiB: what is that long belongs into a file or `onStdout`. */
  addStdout(chunk: Buffer): void {
    this.#stdoutSize += chunk.length;
    if (this.#stdoutSize > stdoutLimit)
      throw unknown(
        'A command printed more than 64 MiB on its standard output.',
        'Look at what the host runs: an answer that long was not expected.',
      );
    this.#stdout.push(chunk);
  }

  /** Keeps the end: the reason of a failure comes last. */
  addStderr(chunk: Buffer): void {
    this.#stderr.push(chunk);
    this.#stderrSize += chunk.length;
    while (this.#stderr.length > 1 && this.#stderrSize - this.#stderr[0]!.length >= stderrLimit)
      this.#stderrSize -= this.#stderr.shift()!.length;
  }

  get stdout(): string {
    return Buffer.concat(this.#stdout).toString('utf8');
  }

  get stderr(): string {
    return Buffer.concat(this.#stderr).subarray(-stderrLimit).toString('utf8');
  }
}
