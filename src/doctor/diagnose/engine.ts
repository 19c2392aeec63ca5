import { createHash } from 'node:crypto';
import type { LogLine } from '../logs/lines.ts';
import {
  isCascade,
  isChatter,
  isGivingUp,
  isRecovery,
  isRetry,
  isSaidByRunner,
  isWaiting,
  looksWrong,
  normalise,
  plain,
} from './line.ts';
import { neededTexts } from './pattern.ts';
import {
  type Blame,
  type Captures,
  fill,
  fixOf,
  type OwnRule,
  type RuleText,
  type TextMatch,
  type TextRule,
} from './rule.ts';
import { type Facts, type StateRule, stateRules } from './state.ts';

/** Why a job is red, for people and programs. */
export interface Cause {
  readonly id: string;
  readonly title: string;
  readonly blame: Blame;
  readonly retryable: boolean;
  readonly message: string;
  readonly fix: string;
  readonly links: readonly string[];
}

/** A line of the log, without escapes and secrets. */
export interface ShownLine {
  readonly number: number;
  readonly step: string;
  readonly text: string;
  /** The line that the cause rests on, or the first that looks like an error. */
  readonly decisive: boolean;
  /** Not in the last good run of the same job; null where there is none to compare with. */
  readonly isNew: boolean | null;
}

export interface Verdict {
  readonly cause: Cause | null;
  /** The decisive line and what stands around it. */
  readonly lines: readonly ShownLine[];
  /** Where no rule fits: further lines that the last good run does not have, the last ones. */
  readonly differs: readonly ShownLine[];
  /** The same for the same failure, whatever the run; null where there is nothing to tell it by. */
  readonly fingerprint: string | null;
}

/** A rule that fits a line, by its index. */
export interface Hit {
  readonly rule: TextRule;
  readonly at: number;
  readonly captures: Captures;
  /** It counts only where nothing else fits. */
  readonly isHint: boolean;
}

export interface Evidence {
  readonly facts: Facts;
  /** The failed step, secrets hidden. */
  readonly lines: readonly LogLine[];
  /** Normalised lines of the same step in the last good run. */
  readonly good?: ReadonlySet<string> | undefined;
}

/**
 * Why a job is red. What the rows say is certain and comes first; then the first line that a rule fits and that is no warning,
 * no repeated trial, no consequence of another, and not in the last good run too; then what programs print also where they go
 * on; then hints.
 */
export function explainFailure(
  { facts, lines, good }: Evidence,
  rules: readonly (TextRule | OwnRule)[],
  clock?: () => number,
): Verdict {
  const texts = lines.map(({ text }) => plain(text));
  const isKnown = (text: string) => good?.has(normalise(text)) ?? false;
  const shown = (from: number, to: number, decisive: number): ShownLine[] =>
    texts.slice(Math.max(0, from), to).map((text, offset) => {
      const at = Math.max(0, from) + offset;
      const { number, step } = lines[at]!;
      return { number, step, text: text.slice(0, 500), decisive: at === decisive, isNew: good ? !isKnown(text) : null };
    });
  const around = (at: number) => {
    const end = Math.min(texts.length, at + 13);
    const block = shown(at - 3, end, at);
    // The runner's last word says how the command ended.
    return texts.length - end > 3
      ? [...block, ...shown(texts.length - 3, texts.length, at)]
      : [...block, ...shown(end, texts.length, at)];
  };
  const certain = byState(facts, false);
  if (certain)
    return {
      cause: certain.cause,
      lines: shown(texts.length - 10, texts.length, -1),
      differs: [],
      fingerprint: certain.fingerprint,
    };

  const hits = findHits(texts, rules, isKnown, clock);
  const chosen = hits.specific ?? hits.repeated;
  const atOnce = chosen ? undefined : byState(facts, true);
  const hit = chosen ?? (atOnce ? undefined : hits.hint);
  if (hit)
    return {
      cause: causeOf(hit.rule, hit.captures),
      lines: around(hit.at),
      differs: [],
      fingerprint: fingerprintOf(hit.rule.id, Object.values(hit.captures)),
    };

  const first = firstError(texts, isKnown);
  if (atOnce)
    return {
      cause: atOnce.cause,
      lines: shown(texts.length - 30, texts.length, first),
      differs: [],
      fingerprint: atOnce.fingerprint,
    };
  if (first === -1) {
    const end = texts.findLastIndex((text) => !isCascade(text) && !isSaidByRunner(text)) + 1;
    const block = shown(end - 10, texts.length, -1);
    return {
      cause: null,
      lines: block,
      differs: [],
      fingerprint: texts.length === 0 ? null : fingerprintOf('unknown', texts.slice(Math.max(0, end - 3), end)),
    };
  }
  const block = around(first);
  const seen = new Set(block.map(({ number }) => number));
  const differs = good
    ? shown(0, texts.length, first)
        .filter(({ isNew, number, text }) => isNew && !seen.has(number) && text.trim() !== '')
        .slice(-15)
    : [];
  return { cause: null, lines: block, differs, fingerprint: fingerprintOf('unknown', texts.slice(first, first + 3)) };
}

function byState(facts: Facts, hint: boolean) {
  for (const rule of stateRules.filter((candidate) => (candidate.hint ?? false) === hint)) {
    const captures = rule.when(facts);
    if (captures) return { cause: causeOf(rule, captures), fingerprint: fingerprintOf(rule.id, []) };
  }
  return undefined;
}

const causeOf = (rule: RuleText | StateRule, captures: Captures): Cause => ({
  id: rule.id,
  title: rule.title,
  blame: rule.blame,
  retryable: rule.retryable,
  message: fill(rule.message, captures).trim(),
  fix: fixOf(rule, captures),
  links: rule.links ?? [],
});

/** What a rule says of a log that it fits. */
export function explainExample(rule: TextRule, log: string): { message: string; fix: string } {
  const { specific, hint, repeated } = findHits(log.split('\n').map(plain), [rule], () => false);
  const { captures } = (specific ?? hint ?? repeated)!;
  return { message: fill(rule.message, captures).trim(), fix: fixOf(rule, captures) };
}

/** Stable over runs: what is counted, timed or made up anew each time is taken out first. */
function fingerprintOf(id: string, parts: readonly string[]): string {
  const text = parts.map(normalise).filter(Boolean).join('\n');
  return `${id}:${createHash('sha256').update(`${id}\n${text}`).digest('hex').slice(0, 10)}`;
}

export interface Hits {
  /** The line that tells the cause. */
  readonly specific?: Hit;
  /** The last line that fits, but was followed by another trial. */
  readonly repeated?: Hit;
  /** The first line that only a hint fits. */
  readonly hint?: Hit;
}

/** Milliseconds for the rules that a user wrote, over one log. */
const budget = 2_000;
const blockSize = 256;
/** Lines: what stands closer together was said of one failure. */
const near = 12;
/** Lines: further back nothing is the cause of a consequence. */
const farBefore = 100;

/**
 * The lines that rules fit.
 *
 * @param clock milliseconds; with it, rules of a user that took their time are left out for the rest of the log
 */
export function findHits(
  texts: readonly string[],
  rules: readonly (TextRule | OwnRule)[],
  isKnown: (text: string) => boolean,
  clock?: () => number,
): Hits {
  const passing: Hit[] = [];
  const repeated: Hit[] = [];
  // What comes before a consequence, whatever line it stands in.
  const before = new Map<string, Hit>();
  let hint: Hit | undefined;
  const answer = (specific: Hit | undefined): Hits => ({
    ...(specific && { specific }),
    ...(hint && { hint }),
    ...givenUp(texts, repeated),
  });
  const own = rules.filter((rule) => 'longest' in rule);
  const builtIn = rules.filter((rule) => !('longest' in rule));
  let spent = 0;
  for (let from = 0; from < texts.length; from += blockSize) {
    const block = texts.slice(from, from + blockSize);
    const likely = inBlock(block.join('\n'), builtIn);
    if (likely.length === 0 && own.length === 0) continue;
    for (let at = from; at < from + block.length; at++) {
      const text = texts[at]!;
      let hit: Hit | undefined;
      if (spent < budget) {
        const begin = clock?.() ?? 0;
        hit = hitAt(texts, at, own);
        spent += (clock?.() ?? 0) - begin;
      }
      hit ??= hitAt(texts, at, likely);
      if (!hit || isCascade(text) || isKnown(text)) continue;
      if (hit.isHint) {
        if (!isChatter(text)) hint ??= hit;
        continue;
      }
      before.set(hit.rule.id, hit);
      if (isChatter(text)) continue;
      const isRepeated = (line: string) => isRetry(line) || (hit.rule.passing === true && isWaiting(line));
      if (texts.slice(at, at + 4).some(isRepeated)) repeated.push(hit);
      else if (hit.rule.passing) passing.push(hit);
      else {
        const causes = hit.rule.follows?.map((id) => before.get(id)) ?? [];
        return answer(causes.find((cause) => cause && at - cause.at <= farBefore) ?? hit);
      }
    }
  }
  return answer(lastOf(texts, passing));
}

/**
 * Of lines that programs print also where they go on, the one that may have ended the step: the first of those that stand together
 * at the end, unless it is said behind them that all is well now.
 */
function lastOf(texts: readonly string[], hits: readonly Hit[]): Hit | undefined {
  let first = hits.length - 1;
  if (first < 0 || texts.slice(hits[first]!.at + 1, hits[first]!.at + near).some(isRecovery)) return undefined;
  while (first > 0 && hits[first]!.at - hits[first - 1]!.at <= near) first--;
  return hits[first];
}

/** What passes by and is tried again counts where the trials ran out: where they did not, the last one went well. */
function givenUp(texts: readonly string[], hits: readonly Hit[]): { repeated?: Hit } {
  const last = hits.findLast(({ rule, at }) => !rule.passing || texts.slice(at, at + near).some(isGivingUp));
  return last ? { repeated: last } : {};
}

/** How a pattern is looked for in many lines at once. */
interface OverLines {
  readonly pattern: RegExp;
  readonly needed: readonly string[] | undefined;
}

const overLines = new Map<RegExp, OverLines>();

const patternsOf = ({ any, weak = [] }: TextMatch): readonly RegExp[] => (weak.length > 0 ? [...any, ...weak] : any);

/** The rules that can fit a line of this block at all: one look at many lines is far cheaper than a look at each. */
const inBlock = (block: string, rules: readonly TextRule[]): TextRule[] =>
  rules.filter(({ match }) =>
    patternsOf(match).some((pattern) => {
      let over = overLines.get(pattern);
      if (!over) {
        // A pattern that begins with a letter is searched as fast as that letter alone.
        const slow = /^(?:\^|\\s\*)*[[(.\\]/.test(pattern.source);
        over = {
          pattern: new RegExp(pattern.source, `${pattern.flags}m`),
          needed: slow ? neededTexts(pattern) : undefined,
        };
        overLines.set(pattern, over);
      }
      return (over.needed?.some((text) => block.includes(text)) ?? true) && over.pattern.test(block);
    }),
  );

function hitAt(texts: readonly string[], at: number, rules: readonly (TextRule | OwnRule)[]): Hit | undefined {
  let hint: Hit | undefined;
  for (const rule of rules) {
    const longest = 'longest' in rule ? rule.longest : Number.POSITIVE_INFINITY;
    const { any, weak } = rule.match;
    const captures = fits(any, rule.match, texts, at, longest);
    if (captures && !rule.hint) return { rule, at, captures: derived(rule, captures), isHint: false };
    if (hint) continue;
    const weakly = captures ?? (weak && fits(weak, rule.match, texts, at, longest));
    if (weakly) hint = { rule, at, captures: derived(rule, weakly), isHint: true };
  }
  return hint;
}

const derived = ({ derive }: TextRule, captures: Captures): Captures =>
  derive ? { ...captures, ...derive(captures) } : captures;

function fits(
  any: readonly RegExp[],
  { not, near }: TextMatch,
  texts: readonly string[],
  at: number,
  longest: number,
): Captures | undefined {
  const text = cut(texts[at]!, longest);
  for (const pattern of any) {
    const match = pattern.exec(text);
    if (!match || not?.some((other) => other.test(text))) continue;
    const captures = groupsOf(match);
    if (!near) return captures;
    for (let other = Math.max(0, at - near.lines); other <= Math.min(texts.length - 1, at + near.lines); other++) {
      const beside = near.pattern.exec(cut(texts[other]!, longest));
      if (beside) return { ...groupsOf(beside), ...captures };
    }
  }
  return undefined;
}

const cut = (text: string, longest: number) => (text.length > longest ? text.slice(0, longest) : text);

/** `(?<host2>…)` is another way to `host`: a name can stand in a pattern once only. */
const groupsOf = ({ groups = {} }: RegExpExecArray): Captures =>
  Object.fromEntries(
    Object.entries(groups).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.replace(/\d+$/, ''), value.trim()]],
    ),
  );

/** The first line that looks like an error and is not in the last good run; -1 where none does. */
function firstError(texts: readonly string[], isKnown: (text: string) => boolean): number {
  return texts.findIndex((text) => looksWrong(text) && !isCascade(text) && !isRetry(text) && !isKnown(text));
}

/** Whether the runner said how the job ended: without it, it never came to its end. */
export const saidItsEnd = (lines: readonly LogLine[]): boolean =>
  lines.slice(-20).some(({ text }) => /^🏁|^Job '.*' (?:failed|succeeded)$|^context canceled$/.test(plain(text)));
