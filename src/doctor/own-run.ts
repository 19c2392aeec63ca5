import type { StuckFinding } from './stuck/stuck.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** `owner/name` of the repository whose job this is; undefined outside of a job. */
export const ownRepository = (env: Env): string | undefined =>
  env.FORGEJO_REPOSITORY || env.GITHUB_REPOSITORY || undefined;

/**
 * Tells what is about the run that this is a job of: it runs, whatever its other jobs look like. The id alone could be that of
 * another run, where the job runs on another server than the one it looks at.
 */
export function ofOwnRun(env: Env): (about: Pick<StuckFinding, 'runId' | 'repository'>) => boolean {
  const id = Number(env.FORGEJO_RUN_ID || env.GITHUB_RUN_ID);
  const own = ownRepository(env)?.toLowerCase();
  return ({ runId, repository }) => runId === id && repository !== null && repository.toLowerCase() === own;
}

/** Without what is found about that run. */
export function withoutOwnRun(findings: readonly StuckFinding[], env: Env): readonly StuckFinding[] {
  const isOwn = ofOwnRun(env);
  return findings.filter((finding) => !isOwn(finding));
}
