import { randomBytes } from 'node:crypto';
import { quote, quoteAll } from '../common/quote.ts';
import type { RunResult } from './host/host.ts';

/** One of several commands that are run one after the other in one round trip. */
export interface Part {
  /** What it does, in words: "Keeping a release". */
  readonly what: string;
  readonly argv: readonly string[];
  /** The command whose output it reads; without one its input is empty. */
  readonly from?: readonly string[];
  /** Its standard output is of no interest: `tee` repeats what it writes. */
  readonly quiet?: boolean;
  /** When it fails, those behind it are run all the same. */
  readonly optional?: boolean;
  /** The error of its failure, where the command's own words would not tell. */
  readonly error?: (result: RunResult) => Error;
}

/** A part whose command reads `text`. */
export const fed = (part: Omit<Part, 'from'>, text: string): Part => ({
  ...part,
  from: ['printf', '%s', text],
  quiet: true,
});

/** A longer script is one that a command line may not hold (32 pages), so it goes over standard input. */
const longestScript = 96 * 1024;

/** Parts as one script. */
export interface Sheet {
  readonly argv: readonly string[];
  readonly stdin?: Buffer;
  /** What became of the parts that have ended, read from the script's output so far; `stderr` may come later. */
  read(stdout: string, stderr?: string): readonly RunResult[];
}

/**
 * Makes one script of parts, the first failure of which ends it. Behind each part both outputs get a line that no part can know
 * beforehand, with the exit code on standard output, so that nothing a part prints is mistaken for the end of another.
 *
 * The whole script is one compound command: of one that was cut short on its way nothing is run. A script whose connection is gone
 * ends behind the part that is under way.
 *
 * @param before shell that is run first, @param behind shell that is run when no part has failed
 */
export function sheetOf(parts: readonly Part[], { before = '', behind = '' } = {}): Sheet {
  const mark = randomBytes(16).toString('hex');
  const lines = parts.map(({ argv, from, quiet, optional }) => {
    const command = `${from ? `${quoteAll(from)} | ` : ''}${quoteAll(argv)}${from ? '' : ' </dev/null'}${quiet ? ' >/dev/null' : ''}`;
    return `${command}\nend${optional ? '' : ' || exit 0'}`;
  });
  const script = `{
LC_ALL=C; export LC_ALL
end() { code=$?; printf '\\n%s %s\\n' ${mark} "$code" && printf '\\n%s\\n' ${mark} >&2 || exit 1; return "$code"; }
${[before, ...lines, behind].filter(Boolean).join('\n')}
}`;
  const long = Buffer.byteLength(quote(script)) > longestScript;
  return {
    argv: ['sh', '-c', long ? 'eval "$(cat)"' : script],
    ...(long && { stdin: Buffer.from(script) }),
    read(stdout, stderr = '') {
      // Before the first and behind the last part is what `before` and `behind` print, or a part that has not ended.
      const pieces = stdout.split(new RegExp(`\\n${mark} (\\d+)\\n`));
      const said = stderr.split(`\n${mark}\n`);
      return Array.from({ length: (pieces.length - 1) / 2 }, (_, index) => ({
        code: Number(pieces[index * 2 + 1]),
        signal: null,
        stdout: pieces[index * 2]!,
        stderr: said[index] ?? '',
      }));
    },
  };
}
