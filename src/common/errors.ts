import { type ExitCode, exitCode } from './exit.ts';
import { redact } from './redact.ts';

/** Which of the three ways a command can fail; decides the exit code. */
export type FailureKind = 'problem' | 'unknown' | 'usage';

/**
 * An error a person can act on: `message` says what happened and where, `fix` the next step.
 * Both are redacted when constructed, so that no later print can leak a secret.
 */
export class ToolError extends Error {
  override readonly name: string = 'ToolError';
  readonly kind: FailureKind;
  readonly fix: string;

  constructor(kind: FailureKind, message: string, fix: string, cause?: unknown) {
    super(redact(message), cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.fix = redact(fix);
  }

  get exit(): ExitCode {
    return exitCode[this.kind];
  }
}

/** The work failed, or cannot be done, for a reason that is known (exit 1). */
export const problem = (message: string, fix: string, cause?: unknown) => new ToolError('problem', message, fix, cause);
/** The answer could not be found out (exit 2). */
export const unknown = (message: string, fix: string, cause?: unknown) => new ToolError('unknown', message, fix, cause);
/** Called wrongly (exit 64). */
export const usage = (message: string, fix: string, cause?: unknown) => new ToolError('usage', message, fix, cause);

/** The text of anything thrown, redacted. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return redact(error instanceof Error ? error.message || error.name : String(error));
}
