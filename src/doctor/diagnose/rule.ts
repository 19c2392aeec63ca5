import { quote } from '../../common/quote.ts';

/** Who has to act: the commit, the workflow file, the runner's host, Forgejo, the network, or something that is fetched. */
export type Blame = 'code' | 'workflow' | 'runner' | 'forge' | 'network' | 'dependency' | 'unknown';

/** What a rule took out of the log, by name. */
export type Captures = Readonly<Record<string, string>>;

/**
 * How a rule looks at lines. Patterns see a line without its time and its terminal colours, cut at `longestLine`. They have no
 * look-around and no back-references, so that `patternRisk` can tell how long they may take.
 */
export interface TextMatch {
  /** The rule fits a line that one of these finds. Named groups are captures. */
  readonly any: readonly RegExp[];
  /** It fits these too, as a hint: what they say is true and may have a nearer cause, told elsewhere in the log. */
  readonly weak?: readonly RegExp[];
  /** … unless one of these finds something in that line. */
  readonly not?: readonly RegExp[];
  /** … and only where another line, at most so many lines away, has this. Its named groups are captures too. */
  readonly near?: { readonly pattern: RegExp; readonly lines: number };
}

export interface RuleText {
  /** Stable; scripts and statistics rest on it. */
  readonly id: string;
  readonly title: string;
  readonly blame: Blame;
  /** Whether the same run, started again with nothing changed, may well succeed. */
  readonly retryable: boolean;
  /** Counts only where nothing else fits: an exit code, a line that many causes share. */
  readonly hint?: true;
  /**
   * One sentence: what happened. `{name}` is a capture, `{name|otherwise}` one that may be missing; blanks and punctuation before
   * the name, as in `{: name}`, are only there with it.
   */
  readonly message: string;
  /** The next step, commands filled in from captures: see `fillFix`. Of several the first whose bare `{name}` are all captured. */
  readonly fix: string | readonly string[];
  readonly links?: readonly string[];
}

export interface TextRule extends RuleText {
  readonly match: TextMatch;
  /** Programs print this also where they go on: it counts only where no later line has a rule without this. */
  readonly passing?: true;
  /** Rules whose line before, even in a warning or a repeated trial, is the cause of this one. */
  readonly follows?: readonly string[];
  /** Captures that are told from others. */
  readonly derive?: (captures: Captures) => Captures;
  /** Logs (lines joined by newlines) that the rule must and must not fit: the tests, and the examples of the page. */
  readonly examples: { readonly hit: readonly string[]; readonly miss: readonly string[] };
}

/** A rule of ci-doctor.yaml. */
export interface OwnRule extends TextRule {
  /** Characters of a line that its patterns see: so few that they cannot take long. */
  readonly longest: number;
}

// ${NAME} is the shell's own.
const placeholder = /(?<!\$)\{([ ,:;(]*)(\w+)(?:\|([^}]*))?\}/g;

/** `text` with its `{name}` filled in, for people to read. */
export const fill = (text: string, captures: Captures): string =>
  text.replace(placeholder, (_, before: string, name: string, otherwise?: string) =>
    captures[name] ? before + captures[name] : (otherwise ?? ''),
  );

/** The names of the groups that a text is filled in from. */
export const namesIn = (text: string): string[] => [...text.matchAll(placeholder)].map(([, , name]) => name!);

/** The text of `fix` that fits what was captured, filled in. */
export function fixOf({ fix }: Pick<RuleText, 'fix'>, captures: Captures): string {
  if (typeof fix === 'string') return fillFix(fix, captures);
  const isWhole = (text: string) =>
    [...text.matchAll(placeholder)].every(([, , name, otherwise]) => otherwise !== undefined || captures[name!]);
  return fillFix(fix.find(isWhole) ?? fix.at(-1)!, captures);
}

/**
 * A text whose commands people paste into a shell, filled in with what a log said, which whoever wrote the commit controls. A
 * value is one word of the shell, and no option. What cannot be one where it stands (within quotes, or because of a backtick, which
 * would end the command shown) is left to the reader as NAME; and so is a value that is missing, for a command without its
 * operand is another command.
 */
export function fillFix(text: string, captures: Captures): string {
  let filled = '';
  let at = 0;
  let quoted = '';
  for (const found of text.matchAll(placeholder)) {
    const between = text.slice(at, found.index);
    quoted = quotedAfter(between, quoted);
    at = found.index + found[0].length;
    const [, before, name, otherwise] = found as unknown as [string, string, string, string | undefined];
    const unknown = otherwise ?? name.toUpperCase();
    filled += between;
    const value = captures[name];
    if (!value) {
      filled += unknown;
      continue;
    }
    const isWordBegin = /(?:^|[\s`'"(])$/.test(filled + before);
    filled +=
      before + (wordOf(value.startsWith('-') && isWordBegin ? `./${value}` : value, quoted) ?? name.toUpperCase());
  }
  return filled + text.slice(at);
}

function wordOf(value: string, quoted: string): string | undefined {
  if (/[`\p{Cc}]/u.test(value)) return undefined;
  const word = quote(value);
  return word === value || quoted === '' ? word : undefined;
}

/** The quotation mark within which a shell is behind `text`; each command shown between backticks begins anew. */
function quotedAfter(text: string, before: string): string {
  let quoted = before;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '`') quoted = '';
    else if (character === '\\' && quoted !== "'") at++;
    else if (quoted === character) quoted = '';
    else if (quoted === '' && /['"]/.test(character)) quoted = character;
  }
  return quoted;
}
