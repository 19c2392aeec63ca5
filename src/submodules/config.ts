import { usage } from '../common/errors.ts';
import { nearest } from '../common/nearest.ts';
import { parseDuration } from '../common/output/words.ts';

/** `submodules.yaml`. */
export interface Config {
  /** Root remotes that must have every commit. Empty: the remote pushed to, or all of the root's remotes. */
  readonly require: readonly string[];
  /** URLs of submodules on a remote, by the remote's name: `https://alm.example/{owner}/{name}.git`. */
  readonly remotes: Readonly<Record<string, string>>;
  /** Paths of submodules that are not checked. */
  readonly exclude: readonly string[];
  /** Paths that `push` refuses to send: a file name, or a path with `*` and `**`. */
  readonly forbid: readonly string[];
  /** Remotes that `push` asks about first. */
  readonly protected: readonly string[];
  /** Remotes that a server feeds from another one, and how many seconds that may take. */
  readonly mirrors: Readonly<Record<string, number>>;
  readonly requireBranch: boolean;
}

export const noConfig: Config = {
  require: [],
  remotes: {},
  exclude: [],
  forbid: ['.env', 'init.json'],
  protected: ['alm'],
  mirrors: {},
  requireBranch: false,
};

export const configFiles = ['submodules.yaml', '.forgejo/submodules.yaml'] as const;

/**
 * @param file its name, for messages
 * @throws ToolError (usage) for anything it does not know, naming what was probably meant
 */
export async function parseConfigFile(content: string, file: string): Promise<Config> {
  const { default: yaml } = await import('yaml');
  let document: unknown;
  try {
    document = yaml.parse(content) ?? {};
  } catch (error) {
    throw usage(`${file} is not YAML: ${(error as Error).message.split('\n', 1)[0]}`, `Correct ${file}.`, error);
  }
  const keys = ['require', 'remotes', 'exclude', 'forbid', 'protected', 'mirrors', 'require-branch'];
  const given = mapping(document, file, 'the document');
  for (const key of Object.keys(given)) {
    if (keys.includes(key)) continue;
    const close = nearest(key, keys);
    throw usage(
      `${file}: unknown key "${key}"${close ? `; did you mean "${close}"?` : '.'}`,
      `Keys: ${keys.join(', ')}.`,
    );
  }
  const list = (key: string, fallback: readonly string[]): readonly string[] => {
    const value = given[key] ?? fallback;
    const items = Array.isArray(value) ? value : [value];
    if (items.every((item) => typeof item === 'string' && item !== '')) return items as string[];
    throw usage(`${file}: "${key}" has to be a list of words.`, `Write ${key}: [one, two].`);
  };
  const remotes = mapping(given.remotes ?? {}, file, '"remotes"');
  for (const [name, template] of Object.entries(remotes)) checkTemplate(name, template, file);
  const requireBranch = given['require-branch'] ?? false;
  if (typeof requireBranch !== 'boolean')
    throw usage(`${file}: "require-branch" has to be true or false.`, 'Write require-branch: true.');
  return {
    require: list('require', noConfig.require),
    remotes: remotes as Record<string, string>,
    exclude: list('exclude', noConfig.exclude),
    forbid: list('forbid', noConfig.forbid),
    protected: list('protected', noConfig.protected),
    mirrors: Object.fromEntries(
      Object.entries(mapping(given.mirrors ?? {}, file, '"mirrors"')).map(([name, value]) => [
        name,
        seconds(name, value, file),
      ]),
    ),
    requireBranch,
  };
}

function mapping(value: unknown, file: string, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw usage(`${file}: ${what} has to hold keys and values.`, 'See docs/submodules.md for an example.');
}

function checkTemplate(name: string, template: unknown, file: string): void {
  const example = `remotes: { ${name}: "https://${name}.example/{owner}/{name}.git" }`;
  if (typeof template !== 'string' || template === '')
    throw usage(`${file}: the URL of remote "${name}" is missing.`, `Write ${example}.`);
  for (const [all, word] of template.matchAll(/\{([^}]*)\}/g))
    if (word !== 'owner' && word !== 'name')
      throw usage(`${file}: the URL of remote "${name}" has an unknown part ${all}.`, `Write ${example}.`);
}

function seconds(name: string, value: unknown, file: string): number {
  const parsed = parseDuration(String(value));
  if (parsed === undefined)
    throw usage(`${file}: mirrors: ${name}: "${value}" is not a duration.`, `Write mirrors: { ${name}: 60s }.`);
  return parsed;
}
