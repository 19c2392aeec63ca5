// Writes src/forgejo/routes.ts, the types and facts of the routes that the client knows, from the descriptions that Forgejo
// servers give of themselves (/swagger.v1.json): node scripts/forgejo-routes.mjs OLDEST/swagger.v1.json … NEWEST/swagger.v1.json
// With --check it writes nothing, and fails when the file is another.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The routes that get a type: what a CI tool needs. Every other route works untyped. */
const known = [
  /\/actions\//,
  /^\/admin\/(cron|runners)/,
  /^\/repos\/\{owner\}\/\{repo\}$/,
  /^\/repos\/\{owner\}\/\{repo\}\/(branches|statuses|contents|raw)(\/|$)/,
  /^\/repos\/\{owner\}\/\{repo\}\/(commits|git\/commits\/\{sha\}$)/,
  /^\/repos\/\{owner\}\/\{repo\}\/issues(\/\{index\}(\/comments(\/\{id\})?)?|\/comments(\/\{id\})?)?$/,
  /^\/repos\/\{owner\}\/\{repo\}\/labels$/,
  /^\/packages\//,
  /^\/(version|settings\/\w+|user)$/,
];

/**
 * The first release with a route, where it is not in all of 9 and later. Forgejo 16's release notes name the routes that it
 * brought; the others by which of the descriptions of 9, 10, 11, 12 and 15 has them first.
 */
const since = [
  [16, /^\w+ \/actions\/run$/],
  [16, /\/actions\/(artifacts|jobs\/)/],
  [16, /\/actions\/runs\/\{run_id\}\//],
  [16, /^DELETE \/repos\/\{owner\}\/\{repo\}\/actions\/runs\//],
  [15, /\/actions\/runners(\/\{runner_id\})?$/],
  [15, /^\w+ \/admin\/actions\//],
  [12, /^GET \/repos\/\{owner\}\/\{repo\}\/actions\/runs/],
  [11, /\/runners\/jobs$/],
];
const sinceOf = (route) => since.find(([, pattern]) => pattern.test(route))?.[0];

const check = process.argv[2] === '--check';
const specs = process.argv.slice(check ? 3 : 2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
if (specs.length === 0) throw new Error('Name the swagger.v1.json of each server, the oldest first.');

/** A path with its placeholders alike: their names change between releases. */
const shape = (path) => path.replace(/\{\w+\}/g, '{}');
const nameOf = (ref) => ref.split('/').at(-1);

// What an older server calls otherwise, by the name that the newest gives it: found where the same route answers with both.
const renamed = new Map();
/** @type {Map<string, {operation: object, spec: object}[]>} */
const operations = new Map();
for (const spec of [...specs].reverse())
  for (const [path, methods] of Object.entries(spec.paths))
    for (const [method, operation] of Object.entries(methods)) {
      if (!known.some((pattern) => pattern.test(path))) continue;
      const same = [...operations.keys()].find((route) => shape(route) === `${method.toUpperCase()} ${shape(path)}`);
      const route = same ?? `${method.toUpperCase()} ${path}`;
      operations.set(route, [...(operations.get(route) ?? []), { operation, spec }]);
    }

function answerOf({ operation, spec }) {
  const answers = Object.entries(operation.responses).filter(([code]) => /^2/.test(code));
  const schemas = answers.map(([, answer]) => (answer.$ref ? spec.responses[nameOf(answer.$ref)] : answer).schema);
  const binary = (operation.produces ?? []).some((type) => /zip|octet/.test(type));
  return { schema: schemas.find(Boolean), binary, empty: schemas.some((schema) => !schema) };
}
for (const [newest, ...older] of operations.values())
  for (const one of older) {
    const [to, from] = [answerOf(newest).schema, answerOf(one).schema];
    pair(to?.$ref, from?.$ref);
    // A list inside: the things in it changed their name with it.
    const items = (schema, { spec }) =>
      Object.values(spec.definitions[nameOf(schema?.$ref ?? '')]?.properties ?? {}).find(({ type }) => type === 'array')
        ?.items.$ref;
    pair(items(to, newest), items(from, one));
  }
function pair(to, from) {
  if (to && from && nameOf(to) !== nameOf(from)) renamed.set(nameOf(from), nameOf(to));
}

const wanted = new Set();
function typeOf(schema, { nullable = false } = {}) {
  if (schema === undefined) return 'unknown';
  const orNull = (type) => (nullable ? `${type} | null` : type);
  if (schema.$ref) {
    const name = renamed.get(nameOf(schema.$ref)) ?? nameOf(schema.$ref);
    const target = versionsOf(name).at(-1);
    if (target?.type !== 'object' && target?.type !== undefined) return typeOf(target, { nullable });
    wanted.add(name);
    return orNull(name);
  }
  if (schema.enum) return schema.enum.map((value) => `'${value}'`).join(' | ');
  if (schema.type === 'array') return orNull(`readonly ${element(schema.items)}[]`);
  if (schema.type === 'integer' || schema.type === 'number') return 'number';
  if (schema.type === 'boolean') return 'boolean';
  if (schema.type === 'string') return schema.format === 'date-time' ? orNull('string') : 'string';
  if (schema.additionalProperties) return orNull(`Readonly<Record<string, ${typeOf(schema.additionalProperties)}>>`);
  return 'unknown';
}
const element = (schema) => {
  const type = typeOf(schema);
  return /[ |]/.test(type) ? `(${type})` : type;
};

/** The definitions of that name, or of what became it, the oldest first. */
const versionsOf = (name) =>
  specs.flatMap(({ definitions }) => {
    const older = [...renamed].filter(([, to]) => to === name).map(([from]) => definitions[from]);
    return [definitions[name], ...older].filter(Boolean).slice(0, 1);
  });

const bodies = new Set();
const identifier = (name) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));

const lines = [];
const facts = [];
const routes = [...operations.keys()].sort((a, b) => (a.split(' ')[1] < b.split(' ')[1] ? -1 : 1));
for (const route of routes) {
  const versions = operations.get(route);
  const path = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const query = new Map();
  let body = '';
  for (const { operation } of [...versions].reverse())
    for (const parameter of operation.parameters ?? []) {
      if (parameter.in === 'query') query.set(parameter.name, { ...parameter, description: undefined });
      if (parameter.in === 'body' && parameter.schema?.$ref) body = nameOf(parameter.schema.$ref);
    }
  const numeric = new Set(
    versions[0].operation.parameters
      ?.filter((one) => one.in === 'path' && one.type === 'integer')
      .map(({ name }) => name),
  );
  const fields = [
    ...path.map((name) => `${name}: ${numeric.has(name) ? 'number' : 'string'}`),
    ...[...query.values()].map((one) => `${identifier(one.name)}${one.required ? '' : '?'}: ${typeOf(one)}`),
  ];
  if (body) {
    bodies.add(body);
    wanted.add(body);
  }
  const { schema, binary, empty } = answerOf(versions[0]);
  const read = route.startsWith('GET');
  // Go writes null for an empty list.
  const answer =
    binary || (!schema && read)
      ? 'Uint8Array'
      : schema
        ? typeOf(schema, { nullable: schema.type === 'array' })
        : 'undefined';
  const type = answer !== 'undefined' && empty && !binary && !read ? `${answer} | undefined` : answer;
  lines.push(
    `  '${route}': Described<${fields.length === 0 ? 'Record<never, never>' : `{ ${fields.join('; ')} }`}${body ? ` & ${body}` : ''}, ${type}>;`,
  );
  const first = sinceOf(route);
  const key = schema?.$ref && listKey(versions[0].spec, schema.$ref);
  const fact = [
    ...(first ? [`since: ${first}`] : []),
    ...(query.has('page') ? ['paged: true'] : []),
    ...(key && query.has('page') ? [`items: '${key}'`] : []),
    ...(answer === 'Uint8Array' ? ['bytes: true'] : []),
  ];
  facts.push(`  '${route}': {${fact.join(', ')}},`);
}
function listKey(spec, ref) {
  const properties = Object.entries(spec.definitions[nameOf(ref)]?.properties ?? {});
  return properties.find(([, { type }]) => type === 'array')?.[0];
}

const definitions = new Map();
for (let before = -1; before !== definitions.size; ) {
  before = definitions.size;
  for (const name of [...wanted]) {
    if (definitions.has(name)) continue;
    const versions = versionsOf(name);
    const input = bodies.has(name);
    const names = [...new Set(versions.flatMap(({ properties }) => Object.keys(properties ?? {})))].sort();
    const body = names.map((field) => {
      const schema = versions.findLast(({ properties }) => properties?.[field]).properties[field];
      const always = input
        ? versions.at(-1).required?.includes(field)
        : versions.every(({ properties }) => properties?.[field]);
      return `  readonly ${identifier(field)}${always ? '' : '?'}: ${typeOf(schema, { nullable: !input })};`;
    });
    definitions.set(name, `export interface ${name} {\n${body.join('\n')}\n}`);
  }
}

const text = `// Written by scripts/forgejo-routes.mjs from the descriptions of ${specs.length} servers: change that, not this.
// Fields that not every release answers with are optional. Go writes null for an empty list, a missing object, a missing time.

/** What a route takes, by name whether it stands in the path, the query or the body, and what it answers with. */
interface Described<Params, Answer> {
  readonly params: Params;
  readonly answer: Answer;
}

export interface Routes {
${lines.join('\n')}
}

export interface RouteFacts {
  /** The first Forgejo release that has it; left out where it is older than 9. */
  readonly since?: number;
  /** Takes \`page\` and \`limit\`. */
  readonly paged?: true;
  /** The field of the answer that holds the list; left out where the answer is the list. */
  readonly items?: string;
  /** Answers with a file as it is, whatever its content type. */
  readonly bytes?: true;
}

export const routeFacts: Readonly<Record<keyof Routes, RouteFacts>> = {
${facts.join('\n')}
};

${[...definitions]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([, definition]) => definition)
  .join('\n\n')}
`;
const file = fileURLToPath(new URL('../src/forgejo/routes.ts', import.meta.url));
const { stdout, status } = spawnSync('node_modules/.bin/biome', ['format', '--stdin-file-path', file], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  input: text,
  encoding: 'utf8',
  stdio: ['pipe', 'pipe', 'inherit'],
});
if (status !== 0) throw new Error('What was written is not TypeScript.');
if (!check) writeFileSync(file, stdout);
else if (stdout !== readFileSync(file, 'utf8')) {
  console.error('src/forgejo/routes.ts is not what scripts/forgejo-routes.mjs writes.');
  process.exitCode = 1;
}
