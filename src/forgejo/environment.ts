import { usage } from '../common/errors.ts';
import { hideSecret } from '../common/redact.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The server that a job or a person means: FORGEJO_URL, else the one that runs the job. Older runners only set GITHUB_…;
 * github.com itself is no Forgejo.
 */
export function serverFromEnvironment(env: Env): string | undefined {
  const named = env.FORGEJO_URL || env.FORGEJO_SERVER_URL || env.GITHUB_SERVER_URL;
  return named && /^https?:\/\/github\.com\/*$/.test(named) ? undefined : named || undefined;
}

/**
 * The token in FORGEJO_TOKEN, or in the variable that was named.
 * @throws ToolError (usage) when the named one is empty
 */
export function tokenFromEnvironment(env: Env, named: string | undefined): string | undefined {
  const token = env[named ?? 'FORGEJO_TOKEN']?.trim() || undefined;
  if (named !== undefined && token === undefined)
    throw usage(`The variable ${named} is not set.`, `Put the token into it, or leave --token-env out.`);
  hideSecret(token);
  return token;
}
