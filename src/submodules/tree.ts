import type { Recorded } from './facts.ts';
import { type Git, parseConfig, readBlob, readTree } from './git.ts';

/** A submodule's section in `.gitmodules`. */
export interface Entry {
  readonly name: string;
  readonly path: string | undefined;
  readonly url: string | undefined;
  readonly branch: string | undefined;
  /** `update = none`, `ignore = all`, `active = false`: reasons for git to leave it alone; a push has to care all the same. */
  readonly inactive: string | undefined;
  /** Line of the section's header in the file, from 1. */
  readonly line: number;
}

/** A gitlink together with what `.gitmodules` says about it. */
export interface Gitlink {
  /** From the repository that records it. */
  readonly path: string;
  readonly commit: string;
  readonly entry: Entry | undefined;
}

export interface Submodules {
  readonly gitlinks: readonly Gitlink[];
  /** Sections for paths that are no gitlinks. */
  readonly orphans: readonly Entry[];
  /** False when git cannot parse the file: then no gitlink has an entry. */
  readonly parsed: boolean;
}

/** What a commit of a local repository records; undefined when the commit is not here. */
export async function recordedLocally(git: Git, commit: string): Promise<Recorded | undefined> {
  const tree = await readTree(git, commit);
  if (!tree?.gitmodules) return tree && { gitlinks: tree.gitlinks, gitmodules: undefined };
  const gitmodules = await readBlob(git, tree.gitmodules);
  return gitmodules === undefined ? undefined : { gitlinks: tree.gitlinks, gitmodules };
}

/** Joins gitlinks with their entries in `.gitmodules`, by path as git does. */
export async function submodulesOf({ gitlinks, gitmodules }: Recorded, git: Git): Promise<Submodules> {
  const entries = gitmodules === undefined ? [] : await parseEntries(gitmodules, git);
  const byPath = new Map(entries?.map((entry) => [entry.path, entry]));
  const linked = new Set(gitlinks.map(({ path }) => path));
  return {
    gitlinks: gitlinks.map(({ path, oid }) => ({ path, commit: oid, entry: byPath.get(path) })),
    orphans: (entries ?? []).filter(({ path }) => path === undefined || !linked.has(path)),
    parsed: entries !== undefined,
  };
}

async function parseEntries(content: string, git: Git): Promise<Entry[] | undefined> {
  const settings = await parseConfig(git, content);
  if (!settings) return undefined;
  const sections = new Map<string, Map<string, string>>();
  for (const [key, value] of settings) {
    const [, name, variable] = /^submodule\.(.*)\.([^.]+)$/s.exec(key) ?? [];
    if (name === undefined) continue;
    const section = sections.get(name) ?? new Map<string, string>();
    section.set(variable!, value);
    sections.set(name, section);
  }
  return [...sections].map(([name, section]) => {
    const url = section.get('url');
    const branch = section.get('branch');
    return {
      name,
      path: section.get('path')?.replace(/\/+$/, ''),
      // An address that looks like an option would be taken for one (CVE-2018-17456); git ignores it, and so do we.
      url: url === undefined || url === '' || url.startsWith('-') || /[\r\n]/.test(url) ? undefined : url,
      branch,
      inactive: inactive(section),
      line: lineOf(content, name),
    };
  });
}

function inactive(section: ReadonlyMap<string, string>): string | undefined {
  if (section.get('update') === 'none') return 'update = none';
  if (section.get('ignore') === 'all') return 'ignore = all';
  if (/^(false|no|off|0)$/i.test(section.get('active') ?? '')) return 'active = false';
  return undefined;
}

function lineOf(content: string, name: string): number {
  const header = `"${name.replace(/["\\]/g, '\\$&')}"]`;
  const index = content.split('\n').findIndex((line) => /^\s*\[submodule\s/i.test(line) && line.includes(header));
  return index < 0 ? 1 : index + 1;
}
