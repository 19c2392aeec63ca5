import type { Host } from '../host/host.ts';

/** What the host offers for taking a file: programs found in its PATH (`zstd`, `gzip`, `sha256sum`, …). */
export interface TransferFacts {
  readonly tools: readonly string[];
}

export interface StageOptions {
  /** sha256 of the local file in hexadecimal, when the caller has it already. */
  readonly sha256?: string;
  /** Called with the bytes of the file that the host has so far. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Staged {
  /** sha256 in hexadecimal, computed on the host over what arrived; equal to the local file's. */
  readonly sha256: string;
  /** Bytes put on the wire by this call. */
  readonly bytesSent: number;
  readonly method: 'zstd' | 'gzip' | 'raw' | 'sftp';
}

/**
 * Brings a local file to `stagedPath` on the host, which the connected user can write: compared by sha256 and synced to disk
 * when it resolves. What an earlier, cut call left at `stagedPath` is used where possible.
 *
 * @throws ToolError of kind `unknown` when the way in broke, `problem` when the host refused (disk full, not writable).
 */
export type Stage = (
  host: Host,
  localFile: string,
  stagedPath: string,
  facts: TransferFacts,
  options?: StageOptions,
) => Promise<Staged>;
