import type { Duplex, Readable } from 'node:stream';
import type { SFTPWrapper } from 'ssh2';

export interface RunOptions {
  /**
   * What the command reads; without it standard input is empty. When the stream fails, `run` rejects with its error; the command
   * may have seen an early end of its input by then, so it must know a part from the whole (by length or hash).
   */
  readonly stdin?: Readable | Uint8Array;
  /**
   * Milliseconds until the command is given up: a ToolError of kind `unknown`. A local command is killed; over SSH it may go on
   * there unseen, because few servers deliver a signal.
   */
  readonly timeoutMs?: number;
  /** Takes standard output as it comes; it is not collected then. */
  readonly onStdout?: (chunk: Buffer) => void;
  readonly signal?: AbortSignal;
}

export interface RunResult {
  /** Exit code; null when a signal ended the command. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A place where commands run: behind SSH, in a container, or here. One connection carries everything.
 * Commands are argument lists; where only a remote shell is to be had, `quoteAll` turns the list into its command line.
 */
export interface Host {
  /** As the user named it: `ssh://deploy@system:22`, `incus:system`, `local`. */
  readonly name: string;
  /** False where bytes cross no network (this machine, a container on it), so that compressing them would only cost time. */
  readonly networked?: boolean;
  /** Where a container is entered from. */
  readonly outer?: Host;
  /** Runs a command to its end. A non-zero exit is a result; only a broken way in or a time-out throws (ToolError, kind `unknown`). */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /**
   * A byte stream to a TCP port as seen from the host itself, through the same connection; absent where the way in has none.
   * Rejects with a ToolError: kind `problem` when nothing answers at that port, `unknown` when the way in forbids forwarding or broke.
   * With `signal` a connection that is still being made can be given up.
   */
  forward?(address: string, port: number, signal?: AbortSignal): Promise<Duplex>;
  /** Copies a file over SFTP; absent where the way in has none. The last resort of the transfer. */
  upload?(source: string, target: string, onBytes?: (total: number) => void): Promise<void>;
  /** An SFTP session of the same connection, which the caller ends; absent where the way in has none. */
  sftp?(): Promise<SFTPWrapper>;
  close(): Promise<void>;
}
