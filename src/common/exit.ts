/** What a command's exit code says. Written once, used by every command and action. */
export const exitCode = {
  /** Nothing wrong, or done. */
  ok: 0,
  /** A problem was found, or the work failed for a reason that is known. */
  problem: 1,
  /** Could not tell: something needed for the answer could not be reached or understood. */
  unknown: 2,
  /** Used wrongly (sysexits.h EX_USAGE). */
  usage: 64,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
