import { usage } from '../../common/errors.ts';
import { nearest } from '../../common/nearest.ts';

/** A host as a list outside deploy.yaml names it. */
export interface Listed {
  readonly host: string;
  readonly name?: string;
}

/** What a command printed: a JSON list of hosts, or one a line. @throws ToolError of kind `usage` */
export function hostsOfCommand(text: string, where: string): Listed[] {
  const trimmed = text.trim();
  if (!trimmed.startsWith('[')) return hostsOfInventory(text, undefined, where);
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    value = undefined;
  }
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
    throw usage(
      `${where}: the command printed no JSON list of texts.`,
      'Print ["deploy@10.0.0.5"], or one host a line.',
    );
  return value.map((host) => ({ host }));
}

/**
 * An inventory: one host a line, `#` begins a comment. `[group]` heads a group, and behind a name may stand `ansible_host=`,
 * `ansible_user=` and `ansible_port=`; every other variable is Ansible's own business. A range in a name is
 * every host in it. `[group:children]` names groups.
 *
 * @param group only the hosts of this group and the groups it has for children
 * @throws ToolError of kind `usage` when there is no such group
 */
export function hostsOfInventory(text: string, group: string | undefined, where: string): Listed[] {
  const groups = new Map<string, string[]>([['', []]]);
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const content = line.replace(/(?:^|\s)[#;].*$/, '').trim();
    if (content === '') continue;
    // A host's name may begin with a bracket as well: a range, an IPv6 address with its port.
    const heading = /^\[([^\]]+)\]$/.exec(content)?.[1];
    section = heading ?? section;
    if (heading !== undefined) groups.set(section, groups.get(section) ?? []);
    else groups.get(section)!.push(content);
  }
  const plain = [...groups.keys()].filter((name) => name !== '' && !name.includes(':'));
  const parents = [...groups.keys()]
    .filter((name) => name.endsWith(':children'))
    .map((name) => name.slice(0, -':children'.length));
  const under = (name: string, seen: readonly string[]): string[] => [
    ...(groups.get(name) ?? []),
    ...(groups.get(`${name}:children`) ?? []).flatMap((child) =>
      seen.includes(child) ? [] : under(child, [...seen, child]),
    ),
  ];
  if (group !== undefined && ![...plain, ...parents].includes(group)) {
    const close = nearest(group, [...plain, ...parents]);
    throw usage(
      `${where}: there is no group [${group}]${close ? `; did you mean [${close}]?` : '.'}`,
      `Groups there: ${plain.join(', ') || 'none'}.`,
    );
  }
  const lines = group === undefined ? ['', ...plain].flatMap((name) => groups.get(name)!) : under(group, [group]);
  const listed = lines.flatMap((line) => inRange(line, where)).map(listedOf);
  return listed.filter(({ host }, index) => listed.findIndex((other) => other.host === host) === index);
}

/** `web[01:12].example.org`, `db-[a:f]` and `[1:9:2]` of Ansible, in the name of a host. @throws ToolError of kind `usage` */
function inRange(line: string, where: string): string[] {
  const [name = ''] = line.split(/\s/);
  const [range, from, to, step = '1'] = /\[(\w+):(\w+)(?::(\d+))?\]/.exec(name) ?? [];
  if (range === undefined || from === undefined || to === undefined) return [line];
  const digits = [from, to].every((one) => /^\d+$/.test(one));
  const [first, last] = digits ? [Number(from), Number(to)] : [from.charCodeAt(0), to.charCodeAt(0)];
  const by = Number(step);
  if (!(digits || [from, to].every((one) => /^[A-Za-z]$/.test(one))) || last < first || by < 1 || last - first > 10_000)
    throw usage(`${where}: ${range} in "${name}" is no range.`, 'Write [01:12], [a:f], or [1:9:2] with a step.');
  const words: string[] = [];
  for (let at = first; at <= last; at += by)
    words.push(digits ? String(at).padStart(from.length, '0') : String.fromCharCode(at));
  return words.flatMap((word) => inRange(line.replace(range, word), where));
}

function listedOf(line: string): Listed {
  const [name = '', ...variables] = line.split(/\s+/);
  const value = (key: string) =>
    variables
      .find((one) => one.startsWith(`${key}=`))
      ?.slice(key.length + 1)
      .replace(/^(["'])(.*)\1$/, '$2');
  const [address, user, port] = [value('ansible_host'), value('ansible_user'), value('ansible_port')];
  if (address === undefined && user === undefined && port === undefined) return { host: name };
  const bare = address ?? name;
  return {
    name,
    host: `${user === undefined ? '' : `${user}@`}${bare.includes(':') ? `[${bare}]` : bare}${port === undefined ? '' : `:${port}`}`,
  };
}

/** Whether a text fits a pattern with `*` and `?`; without regard to case, as host names are. */
export function fits(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'is').test(text);
}
