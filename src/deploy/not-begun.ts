import type { HostResult } from './deploy.ts';

/** Of a host that was left alone after another failed. */
export const notBegun = (host: string, why: string): HostResult => ({
  host,
  outcome: 'not-begun',
  changed: false,
  downtimeMs: null,
  bytesSent: 0,
  sha256: null,
  previousSha256: null,
  release: null,
  previous: null,
  failedRelease: null,
  error: `Not begun, because ${why}.`,
  fix: null,
  unknown: false,
  lastLines: '',
  phases: [],
});
