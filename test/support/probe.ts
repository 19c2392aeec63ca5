import { join } from 'node:path';
import { FactStore } from '../../src/submodules/facts.ts';
import { configuration, type Env, openRepository } from '../../src/submodules/git.ts';
import { createLimit } from '../../src/submodules/limit.ts';
import { createProbe, type Probe } from '../../src/submodules/probe.ts';
import type { ServerToken } from '../../src/submodules/tokens.ts';
import { bare, gitEnv } from './repositories.ts';

export interface ProbeSetup {
  /** A directory for the cache and for the repository whose settings count. */
  readonly dir: string;
  readonly env?: Env;
  readonly tokens?: readonly ServerToken[];
  readonly retryDelaysMs?: readonly number[];
}

/** A probe as a run makes it, and what keeps its cache. */
export async function makeProbe({
  dir,
  env,
  tokens = [],
  retryDelaysMs = [10, 10],
}: ProbeSetup): Promise<{ probe: Probe; facts: FactStore }> {
  const home = bare(join(dir, 'home.git'));
  const git = await openRepository(home, { ...gitEnv, ...env }, 30_000);
  const settings = await configuration(git, '^(http|url)\\.');
  const facts = new FactStore(join(dir, 'cache'));
  return { probe: createProbe({ git, settings, tokens, facts, local: createLimit(() => 2), retryDelaysMs }), facts };
}
