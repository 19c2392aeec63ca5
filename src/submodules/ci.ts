import { parse } from 'yaml';
import { globToRegExp } from './glob.ts';

/** Whether one workflow runs when a branch is pushed. */
export interface Trigger {
  readonly workflow: string;
  readonly runs: boolean;
  readonly why: string;
}

/**
 * What a push of `branch` sets off.
 * @param content text of the workflow file
 * @param changed paths the push changes; undefined when that is not known (a new branch)
 */
export function triggerOf(
  workflow: string,
  content: string,
  branch: string,
  changed: readonly string[] | undefined,
): Trigger {
  const no = (why: string): Trigger => ({ workflow, runs: false, why });
  let on: unknown;
  try {
    // YAML 1.1 readers take `on` for true; this one does not.
    on = (parse(content) as { on?: unknown } | null)?.on;
  } catch {
    return no('it is not YAML');
  }
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys((on as object | null) ?? {});
  if (!events.includes('push')) return no('it does not run on push');
  const filter = typeof on === 'object' && !Array.isArray(on) ? (on as { push?: unknown }).push : undefined;
  const { branches, 'branches-ignore': ignored, tags, paths, 'paths-ignore': pathsIgnored } = lists(filter);
  if (branches && !matches(branch, branches)) return no(`its branches are ${branches.join(', ')}`);
  if (ignored && matches(branch, ignored)) return no(`it ignores ${ignored.join(', ')}`);
  if (!branches && !ignored && tags) return no('it runs for tags only');
  if (changed && paths && !changed.some((path) => matches(path, paths)))
    return no(`nothing under ${paths.join(', ')} changed`);
  if (changed && pathsIgnored && changed.every((path) => matches(path, pathsIgnored)))
    return no(`only ${pathsIgnored.join(', ')} changed`);
  return { workflow, runs: true, why: `push to ${branch}` };
}

type Filters = Partial<Record<'branches' | 'branches-ignore' | 'tags' | 'paths' | 'paths-ignore', string[]>>;

function lists(filter: unknown): Filters {
  if (typeof filter !== 'object' || filter === null) return {};
  return Object.fromEntries(
    Object.entries(filter).map(([key, value]) => [key, (Array.isArray(value) ? value : [value]).map(String)]),
  );
}

/** Later patterns win; `!` takes out. */
function matches(text: string, patterns: readonly string[]): boolean {
  let result = false;
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) result &&= !globToRegExp(pattern.slice(1)).test(text);
    else result ||= globToRegExp(pattern).test(text);
  }
  return result;
}

/** Of the directories a forge looks for workflows in, Forgejo takes the first that is there. */
export const workflowDirectories = ['.forgejo/workflows', '.gitea/workflows', '.github/workflows'] as const;
