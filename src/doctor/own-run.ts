import type { StuckFinding } from './stuck/stuck.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** `owner/name` of the repository whose job this is; undefined outside of a job. */
export const ownRepository = (env: Env): string | undefined =>
  env.FORGEJO_REPOSITORY || env.GITHUB_REPOSITORY || undefined;

/**
 * Without what is found about the run that this is a job of: it runs, whatever its other jobs look like. The id alone could
 * be that of another run, where the job runs on another server than the one it looks at.
 */
export function withoutOwnRun(findings: readonly StuckFinding[], env: Env): readonly StuckFinding[] {
  const id = Number(env.FORGEJO_RUN_ID || env.GITHUB_RUN_ID);
  const repository = ownRepository(env)?.toLowerCase();
  return findings.filter(
    (finding) => finding.runId !== id || finding.repository === null || finding.repository.toLowerCase() !== repository,
  );
}
