import { usage } from '../../common/errors.ts';
import { nearest } from '../../common/nearest.ts';
import { findHits } from './engine.ts';
import { plain } from './line.ts';
import { patternRisk } from './pattern.ts';
import { type Blame, namesIn, type OwnRule, type TextMatch } from './rule.ts';
import { textRules } from './rules/index.ts';
import { stateRules } from './state.ts';

const blames: readonly Blame[] = ['code', 'workflow', 'runner', 'forge', 'network', 'dependency', 'unknown'];
const mostRules = 200;
const ruleKeys = ['id', 'title', 'blame', 'retryable', 'match', 'message', 'fix', 'links', 'examples'];
const matchKeys = ['contains', 'pattern', 'ignore-case', 'not', 'near'];
const nearKeys = ['pattern', 'lines'];
const exampleKeys = ['hit', 'miss'];

/**
 * The rules under `rules` of ci-doctor.yaml. Their examples are tried at once: a rule that does not do what its examples say
 * is refused.
 *
 * @param file for messages
 * @throws ToolError (usage) that names rule, key and what is wrong with it
 */
export function parseOwnRules(value: unknown, file: string): OwnRule[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value))
    throw usage(
      `${file}: "rules" must be a list.`,
      'Begin each rule with "- id: NAME"; docs/diagnose.md has an example.',
    );
  if (value.length > mostRules)
    throw usage(
      `${file}: "rules" has ${value.length} rules, of which only ${mostRules} are taken.`,
      'Remove those that hit nothing any more.',
    );
  const taken = new Set([...textRules, ...stateRules].map(({ id }) => id));
  return value.map((entry, at) => {
    const rule = parseRule(entry, `${file}: rule ${at + 1}`);
    if (taken.has(rule.id))
      throw usage(
        `${file}: rule ${at + 1}: the id "${rule.id}" is taken.`,
        'Ids are unique, among the built-in ones too: choose another.',
      );
    taken.add(rule.id);
    tryOrdinary(rule, `${file}: rule "${rule.id}"`);
    tryExamples(rule, `${file}: rule "${rule.id}"`);
    return rule;
  });
}

type Fields = Readonly<Record<string, unknown>>;

function parseRule(entry: unknown, place: string): OwnRule {
  const fields = mapping(entry, place, ruleKeys);
  const id = text(fields, 'id', place);
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id))
    throw usage(`${place}: the id "${id}" is not of small letters, digits and hyphens.`, 'Write it as vault-sealed.');
  const where = `${place} "${id}"`;
  const blame = fields.blame === undefined ? 'unknown' : text(fields, 'blame', where);
  if (!blames.includes(blame as Blame)) throw oneOf(where, 'blame', blame, blames);
  const retryable = fields.retryable ?? false;
  if (typeof retryable !== 'boolean')
    throw usage(
      `${where}: "retryable" must be true or false.`,
      'Say whether the same run may succeed when it is started again.',
    );
  const { match, longest } = parseMatch(fields.match, where);
  for (const key of ['message', 'fix']) if (typeof fields[key] === 'string') checkNames(fields[key], key, match, where);
  return {
    id,
    title: text(fields, 'title', where),
    blame: blame as Blame,
    retryable,
    match,
    message: fields.message === undefined ? text(fields, 'title', where) : text(fields, 'message', where),
    fix: text(fields, 'fix', where),
    links: texts(fields.links, 'links', where),
    examples: parseExamples(fields.examples, where),
    longest,
  };
}

function parseMatch(value: unknown, place: string): { match: TextMatch; longest: number } {
  const where = `${place}, match`;
  const fields = mapping(value, where, matchKeys);
  const ignoreCase = fields['ignore-case'] ?? false;
  if (typeof ignoreCase !== 'boolean')
    throw usage(`${where}: "ignore-case" must be true or false.`, 'Leave it out for false.');
  const flags = ignoreCase ? 'i' : '';
  let longest = Number.POSITIVE_INFINITY;
  const pattern = (source: string, key: string): RegExp => {
    const risk = patternRisk(source, flags);
    if ('problem' in risk)
      throw usage(
        `${where}: the ${key} /${source}/ is refused: ${risk.problem}.`,
        `${risk.advice} Or use "contains" with plain text, and "near" for a second line.`,
      );
    longest = Math.min(longest, risk.longest);
    return new RegExp(source, flags);
  };
  const any = [
    ...texts(fields.contains, 'contains', where).map((part) => new RegExp(literal(part), flags)),
    ...texts(fields.pattern, 'pattern', where).map((source) => pattern(source, 'pattern')),
  ];
  if (any.length === 0)
    throw usage(
      `${where}: it has neither "contains" nor "pattern".`,
      'Say what a line of the log must hold, most simply with contains: "text".',
    );
  if (any.some((one) => one.test('')))
    throw usage(
      `${where}: it fits an empty line, so it would fit everything.`,
      'Name something that only this failure prints.',
    );
  const not = texts(fields.not, 'not', where).map((source) => pattern(source, 'pattern of "not"'));
  return { match: { any, ...(not.length > 0 && { not }), ...parseNear(fields.near, where, pattern) }, longest };
}

function parseNear(
  value: unknown,
  place: string,
  pattern: (source: string, key: string) => RegExp,
): Pick<TextMatch, 'near'> {
  if (value === undefined) return {};
  const where = `${place}, near`;
  const fields = mapping(value, where, nearKeys);
  const lines = fields.lines ?? 5;
  if (typeof lines !== 'number' || !Number.isInteger(lines) || lines < 1 || lines > 50)
    throw usage(`${where}: "lines" must be a whole number from 1 to 50.`, 'Write lines: 5.');
  return { near: { pattern: pattern(text(fields, 'pattern', where), 'pattern of "near"'), lines } };
}

function parseExamples(value: unknown, place: string): OwnRule['examples'] {
  if (value === undefined) return { hit: [], miss: [] };
  const fields = mapping(value, `${place}, examples`, exampleKeys);
  return {
    hit: texts(fields.hit, 'hit', `${place}, examples`),
    miss: texts(fields.miss, 'miss', `${place}, examples`),
  };
}

function checkNames(text: string, key: string, { any, near }: TextMatch, place: string): void {
  const sources = [...any, ...(near ? [near.pattern] : [])].map(({ source }) => source);
  const known = sources.flatMap((source) =>
    [...source.matchAll(/\(\?<([A-Za-z_$][\w$]*)>/g)].map(([, name]) => name!.replace(/\d+$/, '')),
  );
  for (const name of namesIn(text)) {
    if (known.includes(name)) continue;
    const close = nearest(name, known);
    throw usage(
      `${place}: "${key}" names {${name}}, and no pattern has a group of that name${close ? `; did you mean {${close}}?` : '.'}`,
      known.length > 0
        ? `Groups there are: ${[...new Set(known)].join(', ')}.`
        : `Write (?<${name}>…) in "pattern" around what is meant.`,
    );
  }
}

const fitsLog = (rule: OwnRule, log: string): boolean => {
  const { specific, repeated } = findHits(log.split('\n').map(plain), [rule], () => false);
  return specific !== undefined || repeated !== undefined;
};

/** What is in every log, or in most. */
const ordinary = [
  'runner-1(version:v12.0.0) received task 42 of job build, be triggered by event: push',
  'workflow prepared',
  'HEAD is now at 0f3c1a9 Correct the table',
  'added 214 packages, and audited 215 packages in 6s',
  'Reading package lists...',
  '   Compiling serde v1.0.219',
  'total 12',
  'ok',
];

function tryOrdinary(rule: OwnRule, place: string): void {
  const line = ordinary.find((one) => fitsLog(rule, one));
  if (line !== undefined)
    throw usage(
      `${place} fits a line that every log has: ${JSON.stringify(line)}.`,
      'Name something that only this failure prints: a rule that fits everything would be the cause of everything.',
    );
}

function tryExamples(rule: OwnRule, place: string): void {
  const fits = (example: string) => fitsLog(rule, example);
  for (const example of rule.examples.hit)
    if (!fits(example))
      throw usage(
        `${place} does not fit its own example: ${JSON.stringify(example.slice(0, 120))}.`,
        'Correct the pattern or the example.',
      );
  for (const example of rule.examples.miss)
    if (fits(example))
      throw usage(
        `${place} fits what it must miss: ${JSON.stringify(example.slice(0, 120))}.`,
        'Make the pattern narrower, or name the exception under "not".',
      );
}

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

function mapping(value: unknown, place: string, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw usage(`${place}: it must hold keys and values.`, `Its keys: ${known.join(', ')}.`);
  for (const key of Object.keys(value)) if (!known.includes(key)) throw unknownKey(place, key, known);
  return value as Fields;
}

const unknownKey = (place: string, key: string, known: readonly string[]) => {
  const close = nearest(key, known);
  return usage(
    `${place}: unknown key "${key}"${close ? `; did you mean "${close}"?` : '.'}`,
    `Known keys: ${known.join(', ')}.`,
  );
};

const oneOf = (place: string, key: string, value: string, known: readonly string[]) => {
  const close = nearest(value, known);
  return usage(
    `${place}: "${key}" is "${value}"${close ? `; did you mean "${close}"?` : '.'}`,
    `Use one of: ${known.join(', ')}.`,
  );
};

function text(fields: Fields, key: string, place: string): string {
  const value = fields[key];
  if (value === undefined) throw usage(`${place}: "${key}" is missing.`, `Add ${key}: TEXT.`);
  if (typeof value !== 'string' || value.trim() === '')
    throw usage(`${place}: "${key}" must be a text.`, `Write it as ${key}: "TEXT".`);
  return value;
}

/** One text, or a list of them. */
function texts(value: unknown, key: string, place: string): string[] {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  if (!list.every((one): one is string => typeof one === 'string' && one !== ''))
    throw usage(`${place}: "${key}" must be a text or a list of texts.`, `Write it as ${key}: "TEXT".`);
  return list;
}
