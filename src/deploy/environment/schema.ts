// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a person writes into deploy.yaml.
import type { Option } from 'commander';
import { z } from 'zod';
import { quoteAll } from '../../common/quote.ts';
import { deployOptions, lockOptions, serviceOptions, targetOption, wayOptions } from '../options.ts';

// What a flag says is said in deploy.yaml by the same word, so the keys are made from the flags.

const durationPattern = /^(?:\d+(?:\.\d+)?(?:ms|[smhd])?)+$/;
/** What a value must look like, where the flag's type alone does not say it. */
const shapes: Readonly<Record<string, readonly [RegExp, string]>> = {
  target: [/^\/.*[^/]$/s, 'is not the absolute path of a file on the host, like /opt/app/bin/app'],
  'working-directory': [/^\//, 'is not an absolute path on the host'],
  'env-file': [/^\//, 'is not an absolute path on the host'],
  log: [/^\//, 'is not an absolute path on the host'],
  mode: [/^[0-7]{3,4}$/, 'is not octal, like 0755'],
  owner: [/^[A-Za-z_][\w.-]*\$?(?::[A-Za-z_][\w.-]*)?$/, 'is not user or user:group'],
  'health-url': [
    /^https?:\/\/(?![^/]*:[^/]*@)/,
    'is no http or https URL, or holds a password: write ${env:NAME} for it',
  ],
  'health-status': [/^[1-5]\d\d$/, 'is no HTTP status'],
  'health-samples': [/^[1-9]\d{0,5}$/, 'is no count'],
  keep: [/^[1-9]\d?$|^100$/, 'is not a whole number from 1 to 100'],
  'passphrase-env': [/^\w+$/, 'is not the name of an environment variable'],
  'password-env': [/^\w+$/, 'is not the name of an environment variable'],
  identity: [/^(?![\s\S]*PRIVATE KEY)/, 'is a key itself, which has no place in a file: write ${env:NAME}, or a path'],
};
const durations = ['grace', 'settle', 'health-timeout', 'health-interval', 'lock-wait', 'lock-expiry'];

/** Numbers that mean something in the place of a text, as an editor is told: YAML reads 0755, 200 and 30 as such. */
const numbers: Readonly<Record<string, object>> = {
  mode: { type: 'integer', minimum: 0, maximum: 7777 },
  'health-status': { type: 'integer', minimum: 100, maximum: 599 },
  'health-samples': { type: 'integer', minimum: 1 },
  keep: { type: 'integer', minimum: 1, maximum: 100 },
};

/** A text that may hold `${env:NAME}` or `${var:NAME}`. */
function text(
  [pattern, wrong]: readonly [RegExp, string] = [/^[\s\S]+$/, 'is empty, or no text: put it into quotes'],
  number?: object,
) {
  const either = new RegExp(`(?:${pattern.source})|\\$\\{`, pattern.flags.replace('g', ''));
  const written = z.string({ error: () => wrong }).regex(either, { error: () => wrong });
  if (!number) return written;
  return z
    .union(
      [
        written,
        z
          .number()
          .refine((value) => pattern.test(String(value)), { error: () => wrong })
          .meta({ ...number }),
      ],
      {
        error: () => wrong,
      },
    )
    .transform(String);
}

const duration = () => text([durationPattern, 'is no duration, like 90s, 2m or 500ms'], { minimum: 0 });
/** An argument list: as one, or as a text that is split by a shell's quoting rules. */
const argv = () =>
  z
    .union([z.string().min(1), z.array(z.union([z.string(), z.number()]).transform(String)).min(1)], {
      error: () => 'is neither a command line nor a list of its words',
    })
    .transform((value) => (typeof value === 'string' ? value : quoteAll(value)));
const list = () =>
  z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
      error: () => 'is neither a text nor a list of texts',
    })
    .transform((value) => (typeof value === 'string' ? [value] : value));

function typeOf(name: string, option: Option): z.ZodType {
  if (option.isBoolean()) return z.boolean();
  if (option.argChoices) return z.enum(option.argChoices as [string, ...string[]]);
  if (name === 'fingerprint') return list();
  if (name === 'command' || name === 'verify-command' || name === 'exec-prefix') return argv();
  return durations.includes(name) ? duration() : text(shapes[name], numbers[name]);
}

function fieldsOf(options: readonly Option[], without: readonly string[] = []): Record<string, z.ZodType> {
  const fields: Record<string, z.ZodType> = {};
  for (const option of options) {
    const name = option.long!.slice(2);
    if (!without.includes(name)) fields[name] = typeOf(name, option).describe(option.description).optional();
  }
  return fields;
}

const service = fieldsOf([...deployOptions(), targetOption(), ...serviceOptions()], ['force']);
const way = fieldsOf(wayOptions(), ['host', 'via']);
const name = z.string().regex(/^[A-Za-z0-9][\w.-]*$/, { error: () => 'is no name: letters, digits, ".", "_" and "-"' });
const variables = z.record(
  z.string().regex(/^[A-Za-z_]\w*$/, { error: () => 'is no name of a variable: letters, digits and "_"' }),
  text([/^[\s\S]*$/, 'must be a text'], {}),
);

const host = z.union(
  [
    z.string().min(1).describe('[user@]host[:port], or a way in: ssh://…, incus:NAME, lxc:NAME, local, joined by +'),
    z.strictObject({
      name: name.optional().describe('what it is called in reports and --hosts'),
      host: z.string().min(1).optional().describe('[user@]host[:port]'),
      via: z
        .string()
        .min(1)
        .optional()
        .describe('ssh://[user@]host[:port], incus:NAME, lxc:NAME or local, joined by +'),
      variables: variables.optional().describe('values of ${var:NAME} on this host'),
      ...way,
    }),
  ],
  { error: () => 'is neither [user@]host[:port] nor a mapping with host or via' },
);
const hosts = z.union(
  [
    z.array(host).min(1),
    z.strictObject({ command: argv().describe('prints one host a line, or a JSON list of them') }),
    z.strictObject({
      inventory: z.string().min(1).describe('file with one host a line, or an INI inventory of Ansible'),
      group: z.string().min(1).optional().describe('only the hosts below [group]'),
    }),
  ],
  { error: () => 'must be a list of hosts, {command: …} or {inventory: FILE}' },
);
const notABatch = { error: () => 'is no size of a batch: a count, a share like 25%, or max' };
/** One of the sizes of `batches`. */
export const batch = z.union(
  [z.literal('max'), z.int().min(1), z.string().regex(/^(?:[1-9]\d?|100)%$|^[1-9]\d*$/, notABatch)],
  notABatch,
);

const environment = z.strictObject({
  hosts: hosts.describe('where the services run'),
  protected: z
    .boolean()
    .optional()
    .describe('refuse a run outside CI without --manual REASON, and any run without --confirm of its name'),
  marker: text(shapes['env-file'])
    .optional()
    .describe('file on each host that holds the name of the environment the host belongs to'),
  hostname: list().optional().describe('patterns of which one must fit the name each host calls itself by: prod-*'),
  variables: variables.optional().describe('values of ${var:NAME}'),
  batches: z
    .union([batch, z.array(batch).min(1)])
    .transform((value) => (Array.isArray(value) ? value : [value]).map(String))
    .optional()
    .describe('sizes of the batches, 1 by default; the last one repeats'),
  canary: z
    .strictObject({
      hosts: z.int().min(1).optional().describe('how many hosts go first, 1 by default'),
      settle: duration().optional().describe('how long they must stay healthy before the others follow'),
    })
    .optional()
    .describe('hosts that go first, and are watched'),
  'on-failure': z
    .enum(['stop', 'rollback-batch', 'rollback-all'])
    .optional()
    .describe('what becomes of hosts that were deployed well when another one fails; rollback-batch by default'),
  snapshot: z
    .union([z.literal('before'), z.strictObject({ keep: z.int().min(1).max(100).optional() })], {
      error: () => 'must be before, or {keep: COUNT}',
    })
    .optional()
    .describe('take a dated snapshot of each container before the run; the last 3 are kept'),
  services: z
    .record(name, z.strictObject({ ...service, hosts: z.array(host).min(1).optional() }))
    .optional()
    .describe('what is different here, by service; without a service it runs here as above'),
  ...way,
  ...fieldsOf(lockOptions()),
});

const required = Object.fromEntries(
  [...deployOptions(), targetOption()]
    .map((option) => [option.long!.slice(2), option] as const)
    .filter(([key]) => key === 'source' || key === 'target')
    .map(([key, option]) => [key, typeOf(key, option).describe(option.description)]),
);
/** The whole file. */
export const deployFile = z.strictObject({
  services: z
    .record(
      name,
      z.strictObject({
        ...service,
        ...required,
        needs: z.array(z.string()).optional().describe('services that are deployed before it'),
      }),
    )
    .describe('what is deployed: the words are those of the flags of deploy-binary run'),
  environments: z.record(name, environment).describe('where it is deployed'),
});

export type DeployFileValues = z.infer<typeof deployFile>;
export type EnvironmentEntry = z.infer<typeof environment>;
export type HostEntry = z.infer<typeof host>;
export type Values = Readonly<Record<string, unknown>>;

/** Keys of a host or an environment that say how it is reached. */
export const wayKeys: readonly string[] = Object.keys(way);
export const serviceKeys: readonly string[] = Object.keys(service);

/** The published schema, for editors: what may be written, before it is read. */
export const jsonSchema = () => ({
  ...(z.toJSONSchema(deployFile, { io: 'input' }) as Record<string, unknown>),
  title: 'deploy.yaml of deploy-binary',
});
