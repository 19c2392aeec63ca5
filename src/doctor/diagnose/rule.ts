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
  /** One sentence: what happened. `{name}` is a capture, `{name|otherwise}` one that may be missing. */
  readonly message: string;
  /** The next step, commands filled in from captures. */
  readonly fix: string;
  readonly links?: readonly string[];
}

export interface TextRule extends RuleText {
  readonly match: TextMatch;
  /** Logs (lines joined by newlines) that the rule must and must not fit: the tests, and the examples of the page. */
  readonly examples: { readonly hit: readonly string[]; readonly miss: readonly string[] };
}

/** A rule of ci-doctor.yaml. */
export interface OwnRule extends TextRule {
  /** Characters of a line that its patterns see: so few that they cannot take long. */
  readonly longest: number;
}

/** `text` with its `{name}` filled in. */
export const fill = (text: string, captures: Captures): string =>
  text.replace(
    /\{(\w+)(?:\|([^}]*))?\}/g,
    (_, name: string, otherwise?: string) => captures[name] || (otherwise ?? ''),
  );
