import type { ProgramResult } from '../../common/program.ts';

/** Why a remote gave no answer. None of these says anything about a commit. */
export interface Failure {
  readonly kind: 'private-no-credentials' | 'unreachable-host';
  /** What was said, in one line. */
  readonly said: string;
  /** Asking again may help. */
  readonly transient: boolean;
}

export const isFailure = (value: unknown): value is Failure =>
  typeof value === 'object' && value !== null && 'transient' in value;

// A server that hides a private repository answers as if there were none: both mean "we may not see it".
const credentials =
  /could not read (username|password)|authentication failed|terminal prompts disabled|permission denied|access denied|repository .*not found|does not appear to be a git repository|requested URL returned error: 40[134]|repository does not exist|not authorized|forbidden/i;
const lasting =
  /could not resolve host|name or service not known|host key verification failed|certificate|ssl|tls|protocol .* not supported|transport .* not allowed|not a valid|unable to find remote helper/i;

/** What a failed git command says about the remote. */
export function failureOf({ stderr, timedOut }: ProgramResult): Failure {
  if (timedOut) return { kind: 'unreachable-host', said: 'no answer within the time limit', transient: false };
  const said = wording(stderr);
  if (credentials.test(stderr)) return { kind: 'private-no-credentials', said, transient: false };
  const resolving = /temporary failure in name resolution/i.test(stderr);
  return { kind: 'unreachable-host', said, transient: resolving || !lasting.test(stderr) };
}

/** The lines of git's and ssh's complaint that say something, as one. */
function wording(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^(fatal|error|remote|ssh): */, '').trim())
    .filter(
      (line) => line !== '' && !/^(Please make sure|and the repository exists|@@@|\*\*|hint:|Warning: Perm)/.test(line),
    );
  return [...new Set(lines)].slice(0, 3).join('; ') || 'no reason given';
}
