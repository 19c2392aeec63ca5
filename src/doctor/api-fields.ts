import { readFile } from 'node:fs/promises';
import { messageOf, usage } from '../common/errors.ts';

type Fields = { [key: string]: unknown };

/**
 * The parameters that `-f key=value` (text) and `-F key=value` (typed, or `@FILE`) stand for. `inputs[target]=stage` is a field of an
 * object, `labels[]=3` adds to a list.
 * @throws ToolError (usage)
 */
export async function fieldsOf(raw: readonly string[], typed: readonly string[]): Promise<Fields> {
  const fields: Fields = {};
  for (const text of raw) put(fields, ...split(text, '-f'));
  for (const text of typed) {
    const [key, value] = split(text, '-F');
    put(fields, key, await typedValue(value));
  }
  return fields;
}

function split(text: string, flag: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw usage(`${flag} "${text}" is no parameter.`, `Write it as ${flag} key=value.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

async function typedValue(text: string): Promise<unknown> {
  if (text.startsWith('@')) return contentOf(text.slice(1));
  if (/^(true|false|null)$/.test(text)) return JSON.parse(text);
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file === '-' ? '/dev/stdin' : file, 'utf8');
  } catch (cause) {
    throw usage(`The file of -F @${file} cannot be read (${messageOf(cause)}).`, 'Check the path.', cause);
  }
}

function put(fields: Fields, key: string, value: unknown): void {
  const parts = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(key);
  if (!parts) throw usage(`The parameter's name is "${key}".`, 'Write it as name, name[field] or name[].');
  const path = [parts[1]!, ...[...parts[2]!.matchAll(/\[([^\]]*)\]/g)].map(([, part]) => part!)];
  let at: Fields | unknown[] = fields;
  for (const [index, part] of path.entries()) {
    const last = index === path.length - 1;
    const inner: unknown = last ? value : path[index + 1] === '' ? [] : {};
    if (Array.isArray(at)) {
      if (part !== '') throw mixed(key);
      at.push(inner);
      at = inner as Fields;
      continue;
    }
    if (part === '') throw mixed(key);
    const there: unknown = Object.hasOwn(at, part) ? at[part] : undefined;
    if (last || there === undefined) {
      if (last && there !== undefined)
        throw usage(`The parameter ${key} is given twice.`, `For a list write ${key}[]=value.`);
      Object.defineProperty(at, part, { value: inner, enumerable: true, writable: true, configurable: true });
      at = inner as Fields;
    } else if (typeof there !== 'object' || there === null || Array.isArray(there) !== (path[index + 1] === '')) {
      throw mixed(key);
    } else at = there as Fields;
  }
}

const mixed = (key: string) =>
  usage(`The parameter ${key} is used as two different things.`, 'A name is one of: a value, a list, an object.');
