/** What a shell takes as it is, save for what means something as the first word of a command: `NAME=value`, reserved words. */
const plainWord =
  /^(?![A-Za-z_][A-Za-z0-9_]*=)(?!(?:case|coproc|do|done|elif|else|esac|fi|for|function|if|in|select|then|time|until|while)$)[A-Za-z0-9_./:=@%+-]+$/;

/**
 * The one place where text becomes a word of a POSIX shell (IEEE 1003.1, 2.2.2 Single-Quotes).
 * Between single quotes a shell takes every byte literally, so a quote is the only character that needs care.
 *
 * @throws TypeError for a NUL, which no argument of a process can hold.
 */
export function quote(argument: string): string {
  if (argument.includes('\0')) throw new TypeError('An argument cannot hold a NUL character.');
  return plainWord.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}

/** An argument list as one command line that a POSIX shell splits back into exactly that list. */
export const quoteAll = (argv: readonly string[]): string => argv.map(quote).join(' ');
