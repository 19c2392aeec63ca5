import type { Document, LineCounter as Lines, Node } from 'yaml';
import type { z } from 'zod';
import { usage } from '../../common/errors.ts';
import { nearest } from '../../common/nearest.ts';
import { type DeployFileValues, deployFile, jsonSchema } from './schema.ts';

type Path = readonly PropertyKey[];

/** A deploy.yaml that was read and found right in itself. */
export interface DeployFile {
  readonly path: string;
  readonly values: DeployFileValues;
  /** `deploy.yaml:12: services.botserver.unit`, for errors that are only found later. */
  at(path: Path): string;
}

/**
 * Reads a deploy.yaml. Every mistake is found at once, each with its line.
 *
 * @throws ToolError of kind `usage`
 */
export async function readDeployFile(text: string, path: string): Promise<DeployFile> {
  // By its default export: a bundled CommonJS module has no other.
  const { default: yaml } = await import('yaml');
  const lines = new yaml.LineCounter();
  const documents = yaml.parseAllDocuments(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const [document = new yaml.Document(), second] = 'empty' in documents ? [] : documents;
  const at = (keys: Path) => `${path}:${lineOf(yaml, document, lines, keys)}: ${nameOf(keys)}`;
  if (document.errors.length > 0)
    throw mistakes(
      document.errors.map(({ pos, message }) => `${path}:${lines.linePos(pos[0]).line}: no valid YAML: ${message}`),
    );
  if (second)
    throw mistakes([
      `${path}:${lines.linePos(second.range[0]).line}: a second document begins here, and all must be in one: take the --- away`,
    ]);
  const written: unknown = document.toJS() ?? {};
  const result = deployFile.safeParse(written);
  // Also where something else is wrong: what can be told of the rest is told.
  const shape = shapeOf(written);
  const wrong = [
    ...(result.error?.issues ?? []).flatMap((issue) => explain(issue, written, at)),
    ...needsOf(shape, at),
    ...protectionOf(shape, at),
    ...wayOf(shape, at),
  ];
  if (!result.success || wrong.length > 0) throw mistakes(wrong);
  return { path, values: result.data, at };
}

type Mapping = Readonly<Record<string, unknown>>;
const mapping = (value: unknown): Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const each = <T>(value: unknown, read: (entry: Mapping) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(mapping(value)).map(([name, entry]) => [name, read(mapping(entry))]));

/** What of a file the rules below are about, as far as it is there. */
interface Shape {
  readonly services: Readonly<Record<string, { readonly needs: readonly string[] }>>;
  readonly environments: Readonly<
    Record<
      string,
      {
        readonly protected: boolean;
        readonly placed: boolean;
        readonly hosts: readonly unknown[];
        readonly services: Readonly<Record<string, { readonly hosts: readonly unknown[] }>>;
      }
    >
  >;
}

const shapeOf = (written: unknown): Shape => ({
  services: each(mapping(written).services, ({ needs }) => ({ needs: list(needs).map(String) })),
  environments: each(mapping(written).environments, (entry) => ({
    protected: entry.protected === true,
    placed: entry.marker !== undefined || entry.hostname !== undefined,
    hosts: list(entry.hosts),
    services: each(entry.services, ({ hosts }) => ({ hosts: list(hosts) })),
  })),
});

const mistakes = (lines: readonly string[]) =>
  usage(
    [...new Set(lines)].join('\n'),
    'Correct the lines named; schemas/deploy.schema.json lets an editor show such mistakes while they are typed.',
  );

const nameOf = (path: Path): string =>
  path.reduce<string>(
    (text, key) =>
      typeof key === 'number' ? `${text}[${key + 1}]` : text === '' ? String(key) : `${text}.${String(key)}`,
    '',
  ) || 'the file';

/** The line of a key, or of the nearest thing around it that is there. */
function lineOf(yaml: typeof import('yaml'), document: Document, lines: Lines, path: Path): number {
  let node: unknown = document.contents;
  let offset = (document.contents as Node | null)?.range?.[0] ?? 0;
  for (const key of path) {
    if (yaml.isAlias(node)) node = node.resolve(document);
    if (yaml.isMap(node)) {
      const pair = node.items.find(
        (item) => String(yaml.isScalar(item.key) ? item.key.value : item.key) === String(key),
      );
      if (!pair) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (yaml.isSeq(node)) {
      node = node.items[Number(key)];
      offset = (node as Node | undefined)?.range?.[0] ?? offset;
    } else break;
  }
  return lines.linePos(offset).line;
}

type Issue = z.core.$ZodIssue;

function explain(issue: Issue, values: unknown, at: (path: Path) => string): string[] {
  const present = valueAt(values, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const close = nearest(key, knownKeys(issue.path));
        return `${at([...issue.path, key])} is not known${close ? `; did you mean "${close}"?` : `; known here: ${knownKeys(issue.path).join(', ')}`}`;
      });
    case 'invalid_type':
      return [
        present === undefined
          ? `${at(issue.path)} is missing`
          : `${at(issue.path)} must be ${words[issue.expected] ?? issue.expected}, not ${kindOf(present)}`,
      ];
    case 'invalid_value': {
      const close = nearest(String(present), issue.values.map(String));
      return [
        `${at(issue.path)} is ${JSON.stringify(present)}, none of ${issue.values.join(', ')}${close ? `; did you mean "${close}"?` : ''}`,
      ];
    }
    case 'invalid_key':
      return [`${at(issue.path)} ${issue.issues[0]?.message ?? 'is no name'}`];
    case 'invalid_union': {
      if (present === undefined) return [`${at(issue.path)} is missing`];
      // The branch of the right kind knows better what is wrong.
      const branch = issue.errors.find((issues) =>
        issues.some(({ code, path }) => code !== 'invalid_type' || path.length > 0),
      );
      if (branch && typeof present === 'object' && present !== null)
        return branch.flatMap((inner) =>
          explain({ ...inner, path: [...issue.path, ...inner.path] } as Issue, values, at),
        );
      return [`${at(issue.path)} ${shown(issue.path, present)}${issue.message}`];
    }
    case 'too_small':
      return [
        `${at(issue.path)} is ${present === undefined ? 'missing' : Array.isArray(present) || present === '' ? 'empty' : 'too small'}`,
      ];
    default:
      return [`${at(issue.path)} ${shown(issue.path, present)}${issue.message}`];
  }
}

const words: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};
const kindOf = (value: unknown): string =>
  value === null
    ? 'empty'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? 'a mapping'
        : (words[typeof value] ?? typeof value);
/** A short value; a long one, or one that may be a secret, is not repeated. */
const shown = (path: Path, value: unknown): string =>
  (typeof value === 'string' || typeof value === 'number') &&
  String(value).length <= 60 &&
  !['identity', 'health-url'].includes(String(path.at(-1)))
    ? `${JSON.stringify(value)} `
    : '';

const valueAt = (values: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], values);

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Keys that the schema knows at a path. */
function knownKeys(path: Path): string[] {
  let places: Schema[] = [jsonSchema() as Schema];
  for (const key of path)
    places = places.flatMap(open).flatMap(({ properties, additionalProperties, items }) => {
      const next =
        typeof key === 'number'
          ? items
          : (properties?.[String(key)] ??
            (typeof additionalProperties === 'object' ? additionalProperties : undefined));
      return next ? [next] : [];
    });
  return [...new Set(places.flatMap(open).flatMap(({ properties }) => Object.keys(properties ?? {})))];
}
const open = (schema: Schema): Schema[] => [schema, ...(schema.anyOf ?? []).flatMap(open)];

/** Every `needs` names a service, and none waits for itself. */
function* needsOf({ services, environments }: Shape, at: (path: Path) => string): Generator<string> {
  const names = Object.keys(services);
  for (const [name, { needs }] of Object.entries(services))
    for (const [index, need] of needs.entries())
      if (!names.includes(need)) {
        const close = nearest(need, names);
        yield `${at(['services', name, 'needs', index])} "${need}" is no service here${close ? `; did you mean "${close}"?` : ''}`;
      }
  for (const name of names) {
    const circle = circleFrom(name, services);
    // Told once, at the first of its services.
    if (circle && names.indexOf(name) === Math.min(...circle.map((one) => names.indexOf(one))))
      yield `${at(['services', name, 'needs'])}: these need each other: ${[...circle, name].join(' → ')}`;
  }
  for (const [environment, { services: here }] of Object.entries(environments))
    for (const name of Object.keys(here))
      if (!names.includes(name)) {
        const close = nearest(name, names);
        yield `${at(['environments', environment, 'services', name])} is no service of this file${close ? `; did you mean "${close}"?` : ''}`;
      }
}

function circleFrom(start: string, services: Shape['services']): string[] | undefined {
  const walk = (name: string, path: readonly string[]): string[] | undefined => {
    for (const need of services[name]?.needs ?? []) {
      if (need === start) return [...path];
      if (path.includes(need)) continue;
      const found = walk(need, [...path, need]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(start, [start]);
}

/** A protected environment must be able to tell its hosts from others. */
function* protectionOf({ environments }: Shape, at: (path: Path) => string): Generator<string> {
  for (const [name, entry] of Object.entries(environments))
    if (entry.protected && !entry.placed)
      yield `${at(['environments', name, 'protected'])} needs marker or hostname beside it: what tells that a host belongs to ${name}`;
}

/** A host is named in one way. */
function* wayOf({ environments }: Shape, at: (path: Path) => string): Generator<string> {
  for (const [name, entry] of Object.entries(environments)) {
    const lists = [
      [['environments', name, 'hosts'], entry.hosts] as const,
      ...Object.entries(entry.services).map(
        ([service, { hosts }]) => [['environments', name, 'services', service, 'hosts'], hosts] as const,
      ),
    ];
    for (const [path, hosts] of lists)
      for (const [index, host] of hosts.entries())
        if (typeof host === 'object' && (mapping(host).host === undefined) === (mapping(host).via === undefined))
          yield `${at([...path, index])} needs host or via, one of them`;
  }
}
