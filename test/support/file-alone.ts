import type { Settings } from '../../src/deploy/settings.ts';

/** Settings of a deploy that brings a file and starts nothing. */
export const fileAlone = (source: string, target: string): Settings => ({
  source,
  target,
  strategy: 'staged',
  restart: { kind: 'none', userUnit: false, graceMs: 0 },
  sudo: 'never',
  proof: { settleMs: 0 },
  keep: 1,
  force: false,
  lock: { expiryMs: 60_000, waitMs: 0 },
  origin: { by: 'alice', commit: null, runUrl: null },
});
