import { type ExitCode, exitCode } from '../common/exit.ts';
import type { HostResult } from './deploy.ts';

/** Of a host where nothing has come to an end yet. */
export const nothingDone = (host: string): HostResult => ({
  host,
  outcome: 'failed',
  changed: false,
  downtimeMs: null,
  bytesSent: 0,
  sha256: null,
  previousSha256: null,
  release: null,
  previous: null,
  failedRelease: null,
  error: null,
  fix: null,
  unknown: false,
  lastLines: '',
  phases: [],
});

/** Of a host that was left alone after another failed. */
export const notBegun = (host: string, error: string): HostResult => ({
  ...nothingDone(host),
  outcome: 'not-begun',
  error,
});

export const isFine = ({ outcome }: Pick<HostResult, 'outcome'>): boolean =>
  outcome === 'deployed' || outcome === 'unchanged';

/** A known problem counts for more than what could not be told. */
export function exitOf(rows: readonly { readonly failed: boolean; readonly unknown: boolean }[]): ExitCode {
  if (rows.some(({ failed, unknown }) => failed && !unknown)) return exitCode.problem;
  return rows.some(({ failed }) => failed) ? exitCode.unknown : exitCode.ok;
}

/** Rows of `exitOf` for what has failed. */
export const failures = (lost: readonly { readonly unknown: boolean }[]) =>
  lost.map(({ unknown }) => ({ failed: true, unknown }));

/** As `--json` shows it: the exit code tells of `unknown`. */
export const withoutUnknown = <T extends { readonly unknown: boolean }>({
  unknown: _,
  ...shown
}: T): Omit<T, 'unknown'> => shown;
