import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, usage } from './errors.ts';
import { nearest } from './nearest.ts';

export interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The tool's YAML file: the one that was named, else `NAME` or `.forgejo/NAME` below `directory` where there is one.
 * @throws ToolError (usage) when a named file is missing or a file is not a mapping
 */
export async function findConfig(
  named: string | undefined,
  name: string,
  directory: string,
): Promise<ConfigFile | undefined> {
  const candidates = named === undefined ? [join(directory, name), join(directory, '.forgejo', name)] : [named];
  for (const path of candidates) {
    if (named === undefined && !(await exists(path))) continue;
    return { path, values: await parse(path) };
  }
  return undefined;
}

async function parse(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw usage(
      `The configuration file ${path} cannot be read (${messageOf(cause)}).`,
      'Check the path given with --config.',
      cause,
    );
  }
  // By its default export: a bundled CommonJS module has no other.
  const { default: yaml } = await import('yaml');
  let value: unknown;
  try {
    value = yaml.parse(text, { logLevel: 'error' });
  } catch (cause) {
    // Only the first line: the others quote the file, which may hold a password.
    const [what] = messageOf(cause).split('\n', 1);
    throw usage(`${path} is not valid YAML: ${what}`, 'Correct the line it names.');
  }
  if (value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw usage(
      `${path} must hold keys and values, like "app-ini: /etc/forgejo/app.ini".`,
      'See the configuration section of the documentation.',
    );
  return value as Record<string, unknown>;
}

/**
 * A flat configuration file's values as texts, by key.
 * @param structured further known keys, which hold more than a text: whoever uses them reads them from the file
 * @throws ToolError (usage) for an unknown key, naming the nearest known one, and for a value that is not a text or number
 */
export function flatValues(
  file: ConfigFile,
  known: readonly string[],
  structured: readonly string[] = [],
): Map<string, string> {
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries(file.values)) {
    if (structured.includes(key)) continue;
    if (!known.includes(key)) {
      const close = nearest(key, [...known, ...structured]);
      throw usage(
        `${file.path}: unknown key "${key}"${close ? `; did you mean "${close}"?` : '.'}`,
        `Known keys: ${[...known, ...structured].join(', ')}.`,
      );
    }
    if (typeof value !== 'string' && typeof value !== 'number')
      throw usage(`${file.path}: "${key}" must be a text.`, `Write it as ${key}: VALUE.`);
    values.set(key, String(value));
  }
  return values;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
