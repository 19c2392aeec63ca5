import type { Setting } from './git.ts';
import { isRelative, ownerAndName, resolveRelative, rewrite, sameRepository, shown } from './url.ts';

/** A remote of the root repository. */
export interface RootRemote {
  readonly name: string;
  /** As configured, before `insteadOf`. Relative submodule URLs are resolved against it. undefined: not in this clone. */
  readonly url: string | undefined;
  /** Where it is pushed to; left out where nothing sets that apart from `url`. */
  readonly pushes?: readonly PushAddress[];
}

/** One address that `git push` goes to. */
export interface PushAddress {
  /** Before `insteadOf`: relative submodule URLs are resolved against it. */
  readonly base: string;
  /** As git connects to it. */
  readonly url: string;
}

/** One address that must have a submodule's commit. */
export interface RequiredRemote {
  /** The root remote that makes it required. */
  readonly name: string;
  /** As git connects to it, after `insteadOf`. undefined: nobody said where it is. */
  readonly url: string | undefined;
  /** A server feeds it from another remote, so it may lag. */
  readonly mirror?: boolean;
  /** Why this address. */
  readonly by: 'relative-url' | 'push-address' | 'declared' | 'own-remote' | 'template' | 'unknown';
}

export interface RemotesOfSubmodule {
  readonly required: readonly RequiredRemote[];
  /** Its addresses on each root remote before rewriting: what URLs of submodules below it are relative to. */
  readonly bases: Bases;
}

/** By root remote: where clones come from first, then where else pushes go. */
export type Bases = ReadonlyMap<string, readonly string[]>;

export interface Situation {
  readonly rootRemotes: readonly RootRemote[];
  /** The remote that clones of the root come from. */
  readonly defaultRemote: string | undefined;
  /** The addresses of the repository above on each root remote: the root's own, or a submodule's. */
  readonly parentBases: Bases;
  /** As `.gitmodules` has it. */
  readonly declared: string;
  /** Settings of the root: `url.*.insteadOf`. */
  readonly settings: readonly Setting[];
  readonly templates: Readonly<Record<string, string>>;
  /** Push URLs of the submodule's own remotes, already rewritten; empty when it is not checked out. */
  readonly own: ReadonlyMap<string, readonly string[]>;
}

/**
 * Where a submodule's commit has to be, for each root remote: a relative URL by git's rule against that remote, and against
 * each other address that a push to it goes to, for clones come from there too; an absolute
 * one is where clones of the default remote get it, and for the others the submodule's own remote of that name, or the
 * template. A submodule's own remote counts as well when it is another repository: that is where pushes go.
 */
export function requiredRemotes(situation: Situation): RemotesOfSubmodule {
  const { rootRemotes, defaultRemote, parentBases, declared, settings, templates, own } = situation;
  const bases = new Map<string, readonly string[]>();
  const required = rootRemotes.flatMap(({ name }): RequiredRemote[] => {
    const found: RequiredRemote[] = [];
    const add = (url: string, by: RequiredRemote['by']) => {
      if (
        !found.some(
          (other) =>
            other.url !== undefined && (other.url === url || (other.by !== by && sameRepository(other.url, url))),
        )
      )
        found.push({ name, url, by });
    };
    const relative = isRelative(declared);
    const resolved = relative
      ? (parentBases.get(name) ?? []).flatMap((parent) => resolveRelative(parent, declared) ?? [])
      : [declared];
    const ownUrls = own.get(name) ?? [];
    if (relative && resolved.length > 0) {
      bases.set(name, resolved);
      for (const [index, url] of resolved.entries())
        add(rewrite(url, settings, 'insteadof'), index === 0 ? 'relative-url' : 'push-address');
    } else if (!relative && (name === defaultRemote || rootRemotes.length === 1)) {
      bases.set(name, [declared]);
      add(rewrite(declared, settings, 'insteadof'), 'declared');
    }
    for (const url of ownUrls) add(url, 'own-remote');
    if (found.length === 0) {
      const template = templates[name];
      const from = ownerAndName(resolved[0] ?? declared);
      if (template !== undefined && from) {
        const url = template.replaceAll('{owner}', from.owner).replaceAll('{name}', from.name);
        bases.set(name, [url]);
        add(rewrite(url, settings, 'insteadof'), 'template');
      }
    }
    if (!bases.has(name) && ownUrls[0] !== undefined) bases.set(name, [ownUrls[0]]);
    return found.length > 0 ? found : [{ name, url: undefined, by: 'unknown' }];
  });
  return { required, bases };
}

/** The line of `submodules.yaml` that says where submodules are on a remote, guessed from the root's own address there. */
export function templateLine(remote: RootRemote): string {
  const guess = `remotes: { ${remote.name}: "https://${remote.name}.example/{owner}/{name}.git" }`;
  if (remote.url === undefined) return guess;
  const url = shown(remote.url);
  const from = ownerAndName(url);
  const suffix = /\.git\/*$/.test(url) ? '.git' : '';
  const trimmed = url.replace(/\/+$/, '').replace(/\.git$/, '');
  const stem =
    from && trimmed.endsWith(`${from.owner}/${from.name}`) && trimmed.slice(0, -`${from.owner}/${from.name}`.length);
  return stem ? `remotes: { ${remote.name}: "${stem}{owner}/{name}${suffix}" }` : guess;
}

/** Where each remote in a repository's settings is pushed to, by git's rule: `pushurl`, else `url`; rewritten. */
export const pushUrlsOf = (settings: readonly Setting[]): Map<string, string[]> =>
  new Map(
    [...remotesOf(settings)].map(([name, { pushes }]) => [name, [...new Set(pushes.map(({ url }) => url))]] as const),
  );

/** The remotes in the root's settings. */
export const rootRemotesOf = (settings: readonly Setting[]): RootRemote[] =>
  [...remotesOf(settings)].map(([name, { urls, pushes }]) => {
    // Of several URLs the first is the one git fetches from.
    const url = urls[0]!;
    const apart = pushes.length > 1 || pushes[0]!.url !== rewrite(url, settings, 'insteadof');
    return { name, url, ...(apart && { pushes }) };
  });

/** Where the root is pushed to on a remote. */
export const pushAddressesOf = ({ url, pushes }: RootRemote, settings: readonly Setting[]): readonly string[] =>
  pushes?.map((push) => push.url) ?? (url === undefined ? [] : [rewrite(url, settings, 'insteadof')]);

/** What submodule URLs are relative to on each of the root's remotes. */
export const basesOf = (remotes: readonly RootRemote[]): Bases =>
  new Map(
    remotes.flatMap(({ name, url, pushes = [] }) =>
      url === undefined ? [] : [[name, [...new Set([url, ...pushes.map(({ base }) => base)])]] as const],
    ),
  );

function remotesOf(settings: readonly Setting[]): Map<string, { urls: string[]; pushes: PushAddress[] }> {
  const urls = new Map<string, string[]>();
  const pushUrls = new Map<string, string[]>();
  for (const [key, value] of settings) {
    const [, name, kind] = /^remote\.(.*)\.(url|pushurl)$/s.exec(key) ?? [];
    if (name === undefined) continue;
    const map = kind === 'url' ? urls : pushUrls;
    map.set(name, [...(map.get(name) ?? []), value]);
  }
  const plain = (url: string): PushAddress => ({ base: url, url: rewrite(url, settings, 'insteadof') });
  return new Map(
    [...urls].map(([name, list]) => {
      const pushes =
        pushUrls.get(name)?.map(plain) ??
        list.map((url) => {
          const forPush = rewrite(url, settings, 'pushinsteadof');
          return forPush === url ? plain(url) : { base: forPush, url: forPush };
        });
      return [name, { urls: list, pushes }];
    }),
  );
}

/** The settings `pushUrlsOf` and `rewrite` need. */
export const remoteSettings = '^(remote\\..*\\.(url|pushurl)|url\\..*\\.(insteadof|pushinsteadof))$';
