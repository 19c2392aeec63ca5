import { usage } from '../../common/errors.ts';
import type { LogLine } from '../logs/lines.ts';
import { plain } from './line.ts';
import { patternRisk } from './pattern.ts';

/** What a problem matcher found: a place in the sources. */
export interface Annotation {
  readonly owner: string;
  readonly severity: 'error' | 'warning' | 'notice';
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly code: string | null;
  readonly message: string;
  /** The line of the log where it ends. */
  readonly logLine: number;
  readonly step: string;
}

interface Pattern {
  readonly regexp: RegExp;
  readonly longest: number;
  readonly loop: boolean;
  /** Group numbers. */
  readonly groups: Readonly<Partial<Record<Field, number>>>;
}

type Field = 'file' | 'fromPath' | 'line' | 'column' | 'severity' | 'code' | 'message';

export interface Matcher {
  readonly owner: string;
  readonly severity: string;
  readonly patterns: readonly Pattern[];
}

/**
 * A problem-matcher file as actions register them (`{"problemMatcher": [{"owner", "pattern": [{"regexp", "file", …}]}]}`,
 * described in actions/toolkit, docs/problem-matchers.md). Forgejo's runner prints `::add-matcher::` and does nothing with it.
 *
 * @throws ToolError (usage) that names what is wrong
 */
export function parseMatchers(json: string, file: string): Matcher[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw usage(
      `${file} is not valid JSON: ${error instanceof Error ? error.message : error}`,
      'Give a problem-matcher file, as "::add-matcher::FILE" names them.',
    );
  }
  const list = (value as { problemMatcher?: unknown } | null)?.problemMatcher;
  if (!Array.isArray(list) || list.length === 0)
    throw usage(
      `${file} has no list "problemMatcher".`,
      'Give a problem-matcher file, as "::add-matcher::FILE" names them.',
    );
  return list.map((entry: Record<string, unknown> | null, at) => {
    const owner = entry?.owner;
    if (typeof owner !== 'string' || owner === '')
      throw usage(`${file}: problemMatcher ${at + 1} has no "owner".`, 'Every matcher needs a name.');
    const severity = entry?.severity ?? 'error';
    if (severity !== 'error' && severity !== 'warning' && severity !== 'notice')
      throw usage(`${file}: "${owner}": severity is ${JSON.stringify(severity)}.`, 'Use error, warning or notice.');
    const patterns = entry?.pattern;
    if (!Array.isArray(patterns) || patterns.length === 0)
      throw usage(`${file}: "${owner}" has no list "pattern".`, 'Every matcher needs one pattern at least.');
    const parsed = patterns.map((pattern: Record<string, unknown>, index) =>
      parsePattern(pattern, `${file}: "${owner}", pattern ${index + 1}`),
    );
    if (parsed.some(({ loop }, index) => loop && (index === 0 || index < parsed.length - 1)))
      throw usage(
        `${file}: "${owner}": only the last of several patterns may have "loop".`,
        'Remove it from the others.',
      );
    if (parsed.every(({ groups }) => groups.message === undefined))
      throw usage(`${file}: "${owner}": no pattern names the group of the "message".`, 'Add "message": NUMBER.');
    return { owner, severity, patterns: parsed };
  });
}

const fields: readonly Field[] = ['file', 'fromPath', 'line', 'column', 'severity', 'code', 'message'];

function parsePattern(pattern: Record<string, unknown> | null, place: string): Pattern {
  const source = pattern?.regexp;
  if (typeof source !== 'string') throw usage(`${place} has no "regexp".`, 'Every pattern needs one.');
  const risk = patternRisk(source);
  if ('problem' in risk) throw usage(`${place}: /${source}/ is refused: ${risk.problem}.`, risk.advice);
  const groups: Partial<Record<Field, number>> = {};
  for (const field of fields) {
    const group = pattern?.[field];
    if (group === undefined) continue;
    if (typeof group !== 'number' || !Number.isInteger(group) || group < 0)
      throw usage(`${place}: "${field}" is ${JSON.stringify(group)}.`, 'It is the number of a group of the regexp.');
    groups[field] = group;
  }
  return { regexp: new RegExp(source), longest: risk.longest, loop: pattern?.loop === true, groups };
}

/** As the runner of GitHub bounds it for a job. */
const mostAnnotations = 500;

/** Runs matchers over the lines of a log, handed over in their order, in blocks of any size. */
export class Annotator {
  readonly found: Annotation[] = [];
  readonly #runs: readonly MatcherRun[];

  constructor(matchers: readonly Matcher[]) {
    this.#runs = matchers.map((matcher) => new MatcherRun(matcher));
  }

  /** Enough was found: more of the log need not be read. */
  get isFull(): boolean {
    return this.found.length >= mostAnnotations;
  }

  feed(lines: readonly LogLine[]): void {
    for (const line of lines) {
      const text = plain(line.text);
      for (const run of this.#runs) {
        const annotation = this.isFull ? undefined : run.feed(text, line);
        if (annotation) this.found.push(annotation);
      }
    }
  }
}

type Values = Partial<Record<Field, string>>;

class MatcherRun {
  readonly #matcher: Matcher;
  /** What the lines up to the pattern `#at` gave. */
  #values: Values = {};
  #at = 0;

  constructor(matcher: Matcher) {
    this.#matcher = matcher;
  }

  feed(text: string, line: LogLine): Annotation | undefined {
    const { patterns } = this.#matcher;
    const pattern = patterns[this.#at]!;
    const match = pattern.regexp.exec(text.slice(0, pattern.longest));
    if (!match) {
      if (this.#at === 0) return undefined;
      // The row is broken; this line may begin the next.
      this.#at = 0;
      this.#values = {};
      return this.feed(text, line);
    }
    const values = { ...this.#values, ...valuesOf(pattern, match) };
    const last = this.#at === patterns.length - 1;
    if (!last) {
      this.#values = values;
      this.#at++;
      return undefined;
    }
    if (!pattern.loop) {
      this.#at = 0;
      this.#values = {};
    }
    return values.message === undefined ? undefined : this.#annotation(values, line);
  }

  #annotation(values: Values, line: LogLine): Annotation {
    const severity = (values.severity ?? this.#matcher.severity).toLowerCase();
    return {
      owner: this.#matcher.owner,
      severity: severity.startsWith('warn')
        ? 'warning'
        : severity === 'notice' || severity === 'info'
          ? 'notice'
          : 'error',
      file: values.file ?? null,
      line: whole(values.line),
      column: whole(values.column),
      code: values.code ?? null,
      message: values.message!.trim(),
      logLine: line.number,
      step: line.step,
    };
  }
}

const valuesOf = ({ groups }: Pattern, match: RegExpExecArray): Values =>
  Object.fromEntries(
    fields.flatMap((field) =>
      groups[field] === undefined || match[groups[field]] === undefined ? [] : [[field, match[groups[field]]]],
    ),
  );

const whole = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;
