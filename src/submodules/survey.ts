import { setTimeout as delay } from 'node:timers/promises';
import { problem, unknown } from '../common/errors.ts';
import { type Failure, isFailure } from './ask/failure.ts';
import type { Config } from './config.ts';
import type { Recorded } from './facts.ts';
import {
  configuration,
  type Git,
  gitlinkChanges,
  headBranch,
  indexGitlinks,
  isContained,
  isShallow,
  type Setting,
  submoduleClones,
  submoduleStates,
} from './git.ts';
import { forEachOf, type Limit } from './limit.ts';
import type { Answer, Probe } from './probe.ts';
import {
  type Bases,
  basesOf,
  pushUrlsOf,
  type RequiredRemote,
  type RootRemote,
  remoteSettings,
  requiredRemotes,
} from './remotes.ts';
import { type Entry, type Gitlink, recordedLocally, submodulesOf } from './tree.ts';

/** A gitlink in the repository that records it. */
export interface Link {
  /** That repository, from the root; '' for the root itself. */
  readonly dir: string;
  /** From `dir`. */
  readonly path: string;
  readonly checkedOut: boolean;
}

/** Where a remote that lacks a commit can take it. */
export interface Landing {
  readonly branch: string;
  /** False when that branch has commits which the one to send does not contain: the remote would refuse it. */
  readonly adds: boolean;
}

/** What was seen of one gitlink: facts only, judged in check.ts. */
export interface Observed {
  /** From the root. */
  readonly path: string;
  /** 1 for a submodule of the root. */
  readonly depth: number;
  readonly commit: string;
  readonly entry: Entry | undefined;
  /** False when `.gitmodules` beside it cannot be parsed. */
  readonly parsed: boolean;
  /** The root commit that records it, when that is not the one being checked but one on the way to it. */
  readonly history: string | undefined;
  /** True when the checked root commit has no gitlink at this path any more. */
  readonly removed: boolean;
  readonly answers: readonly {
    readonly remote: RequiredRemote;
    readonly answer: Answer | Failure | undefined;
    /** Only where the remote lacks the commit. */
    readonly landing?: Landing;
  }[];
  /** The way down from the root; the last one is this gitlink. */
  readonly chain: readonly Link[];
  readonly clone: CloneFacts | undefined;
  /** False when nobody could be asked what lies below it. */
  readonly childrenKnown: boolean;
  /** Not as the commit records it; from the worktree above. */
  readonly worktree: { readonly dirty: boolean; readonly ahead: boolean } | undefined;
}

export interface CloneFacts {
  readonly git: Git;
  /** It holds the recorded commit. */
  readonly hasCommit: boolean;
  readonly checkedOut: boolean;
  readonly shallow: boolean;
  /** The branch that is checked out. */
  readonly branch: string | undefined;
  /** Names of its remotes, and where they are pushed to. */
  readonly remotes: ReadonlyMap<string, readonly string[]>;
}

/** A section of `.gitmodules` without a gitlink. */
export interface Orphan {
  readonly path: string | undefined;
  readonly depth: number;
  readonly entry: Entry;
  /** The way down from the root to the repository whose `.gitmodules` it is. */
  readonly chain: readonly Link[];
  /** The gitlink is in the index, not committed. */
  readonly staged: boolean;
}

export interface Survey {
  /** The root commit looked at. */
  readonly commit: string;
  readonly observed: readonly Observed[];
  readonly orphans: readonly Orphan[];
}

export interface SurveyContext {
  readonly git: Git;
  readonly probe: Probe;
  readonly config: Config;
  /** The root's settings. */
  readonly settings: readonly Setting[];
  readonly remotes: readonly RootRemote[];
  readonly defaultRemote: string | undefined;
  readonly local: Limit;
  /** Called for each gitlink that was asked about. */
  readonly onAsked?: (path: string) => void;
}

export interface History {
  /** New root commits, and the remotes they are new for. */
  readonly commits: readonly { readonly commit: string; readonly remotes: readonly string[] }[];
  /** Also look at gitlinks whose path is gone in the end. */
  readonly removed: boolean;
}

/** Submodules that hold one another twice each double with every level. */
const mostGitlinks = 20_000;

/** Gitlinks of one repository looked at together: enough to keep several servers busy. */
const atOnce = 64;

/** Looks at every gitlink of a root commit, at every depth, and at those that new commits on the way to it record. */
export async function survey(context: SurveyContext, commit: string, history: History): Promise<Survey> {
  const { git, remotes } = context;
  const recorded = await recordedLocally(git, commit);
  const observed: Observed[] = [];
  const orphans: Orphan[] = [];
  let visited = 0;
  if (!recorded)
    throw unknown(
      `The trees of root commit ${commit} are not all here.`,
      'Fetch them: git fetch --refetch, or check out without a filter.',
    );
  const bases = basesOf(remotes);
  const here: Place = {
    git,
    prefix: '',
    depth: 1,
    chain: [],
    bases,
    above: [],
    remotes,
    history: undefined,
    removed: false,
  };
  await look(recorded, here);

  const now = new Map(recorded.gitlinks.map(({ path, oid }) => [path, oid]));
  await Promise.all(
    (await pastGitlinks(git, history, now)).map(async (past) => {
      const then = await context.local('', () => recordedLocally(git, past.by));
      if (!then) return;
      const only = then.gitlinks.filter(({ path, oid }) => path === past.path && oid === past.oid);
      const subset = remotes.filter(({ name }) => past.remotes.includes(name));
      await look(
        { ...then, gitlinks: only },
        { ...here, remotes: subset, history: past.by, removed: !now.has(past.path) },
      );
    }),
  );
  observed.sort((a, b) => compare(a.path, b.path) || compare(a.history ?? '', b.history ?? ''));
  return { commit, observed, orphans };

  async function look(from: Recorded, place: Place): Promise<void> {
    const { gitlinks, orphans: left, parsed } = await submodulesOf(from, git);
    const checkedOut = place.git && !place.git.bare ? place.git : undefined;
    const dirty = gitlinks.length > 0 && checkedOut && !place.history;
    const states = dirty ? await context.local('', () => submoduleStates(checkedOut)) : undefined;
    if (left.length > 0 && !place.history) {
      const added = checkedOut ? await context.local('', () => indexGitlinks(checkedOut)) : [];
      for (const entry of left) {
        if (entry.path !== undefined && excluded(place.prefix + entry.path, context.config.exclude)) continue;
        const path = entry.path === undefined ? undefined : place.prefix + entry.path;
        orphans.push({
          path,
          depth: place.depth,
          chain: place.chain,
          entry,
          staged: added.some((one) => one.path === entry.path),
        });
      }
    }
    const included = gitlinks.filter(({ path }) => !excluded(place.prefix + path, context.config.exclude));
    await forEachOf(included, atOnce, async (gitlink) => {
      const state = states?.submodules.find(({ path }) => path === gitlink.path);
      // What is staged differs from the commit as well, which `status` tells apart from the index.
      const ahead = (state?.ahead ?? false) || (states?.staged.has(gitlink.path) ?? false);
      const worktree = states && { dirty: state?.dirty ?? false, ahead };
      await visit(gitlink, place, parsed, worktree);
    });
  }

  async function visit(gitlink: Gitlink, place: Place, parsed: boolean, worktree: Observed['worktree']): Promise<void> {
    const { commit: oid, entry } = gitlink;
    if (++visited > mostGitlinks)
      throw problem(
        `More than ${mostGitlinks} gitlinks lie below this commit.`,
        'Leave some out with --exclude PATH, and look whether submodules contain each other over and over.',
      );
    const { clone, localTree, settings } = await context.local('', () => cloneOf(gitlink, place.git));
    const own = pushUrlsOf(settings);
    const { required, bases: below } = entry?.url
      ? requiredRemotes({
          rootRemotes: place.remotes,
          defaultRemote: context.defaultRemote,
          parentBases: place.bases,
          declared: entry.url,
          settings: context.settings,
          templates: context.config.remotes,
          own,
        })
      : { required: [], bases: new Map<string, readonly string[]>() };

    const ask = (remote: RequiredRemote) =>
      remote.url === undefined
        ? undefined
        : context.probe.ask({
            url: remote.url,
            commit: oid,
            branch: branchOf(entry, place),
            clone: localTree && clone,
          });
    const asking = Promise.all(
      required.map(async (remote) => ({
        remote: { ...remote, mirror: remote.name in context.config.mirrors },
        answer: await ask(remote),
      })),
    );
    const children = localTree ?? (await recordedElsewhere(required, oid));
    const answers = await waitForMirrors(await asking, ask);
    const dir = place.prefix.slice(0, -1);
    const chain = [...place.chain, { dir, path: gitlink.path, checkedOut: clone !== undefined && !clone.bare }];
    observed.push({
      path: place.prefix + gitlink.path,
      depth: place.depth,
      commit: oid,
      entry,
      parsed,
      history: place.history,
      removed: place.removed,
      answers: await Promise.all(
        answers.map(async (one) => {
          const { place: found } = one.answer && !isFailure(one.answer) ? one.answer : {};
          if (one.remote.url === undefined || (found !== 'absent' && found !== 'unreachable')) return one;
          const named = (clone && headBranch(clone)) ?? branchOf(entry, place);
          const unproven = found === 'absent';
          return { ...one, landing: await landingOn(one.remote.url, oid, named, localTree && clone, unproven) };
        }),
      ),
      chain,
      clone: clone && {
        git: clone,
        hasCommit: localTree !== undefined,
        checkedOut: !clone.bare,
        shallow: isShallow(clone),
        branch: headBranch(clone),
        remotes: own,
      },
      childrenKnown: children !== undefined,
      worktree,
    });
    context.onAsked?.(place.prefix + gitlink.path);
    if (!children) return;
    // A repository cannot hold its own commit, but it can be made to look so by what URLs lead to.
    const key = `${oid} ${[...below.values()].flat().join(' ')}`;
    if (place.above.includes(key)) return;
    const prefix = `${place.prefix}${gitlink.path}/`;
    await look(children, {
      ...place,
      git: clone,
      prefix,
      depth: place.depth + 1,
      chain,
      bases: below,
      above: [...place.above, key],
    });
  }

  /** @param unproven what to take for granted where no clone here can compare the commits */
  async function landingOn(
    url: string,
    oid: string,
    named: string | undefined,
    clone: Git | undefined,
    unproven: boolean,
  ): Promise<Landing> {
    const branches = await context.probe.branches(url);
    if (isFailure(branches)) return { branch: named ?? 'main', adds: unproven };
    const branch = named ?? branches.defaultBranch ?? 'main';
    const tip = branches.heads.get(branch);
    if (tip === undefined) return { branch, adds: true };
    if (!clone) return { branch, adds: unproven };
    return { branch, adds: await context.local('', () => isContained(clone, tip, [oid])) };
  }

  async function recordedElsewhere(required: readonly RequiredRemote[], oid: string): Promise<Recorded | undefined> {
    for (const { url } of required) {
      const found = url === undefined ? undefined : await context.probe.recorded(url, oid);
      if (found && !isFailure(found)) return found;
    }
    return undefined;
  }

  /** A mirror may need a moment: as long as another remote has the commit, it is asked again. */
  async function waitForMirrors(
    answers: Observed['answers'],
    ask: (remote: RequiredRemote) => Promise<Answer | Failure> | undefined,
  ): Promise<Observed['answers']> {
    const has = (answer: Answer | Failure | undefined) =>
      answer !== undefined && !isFailure(answer) && answer.place !== 'absent' && answer.place !== 'unreachable';
    return Promise.all(
      answers.map(async (one) => {
        const { remote } = one;
        let { answer } = one;
        const seconds = context.config.mirrors[remote.name] ?? 0;
        const until = Date.now() + seconds * 1000;
        const pause = Math.min(5_000, seconds * 250);
        const fed = answers.some(({ answer: other }) => has(other));
        while (fed && !has(answer) && answer && !isFailure(answer) && remote.url && Date.now() + pause <= until) {
          await delay(pause);
          context.probe.forget(remote.url);
          answer = await ask(remote);
        }
        return { remote, answer };
      }),
    );
  }
}

/** The local clone of a submodule: the one that has the commit, else the one that is used here. */
async function cloneOf({ path, commit, entry }: Gitlink, parent: Git | undefined) {
  const clones = parent ? submoduleClones(parent, path, entry?.name) : [];
  let clone = clones[0];
  let localTree: Recorded | undefined;
  for (const one of clones) {
    localTree = await recordedLocally(one, commit);
    if (!localTree) continue;
    clone = one;
    break;
  }
  return { clone, localTree, settings: clone ? await configuration(clone, remoteSettings) : [] };
}

interface Place {
  /** The local clone of the repository above, if there is one. */
  readonly git: Git | undefined;
  readonly prefix: string;
  readonly depth: number;
  readonly chain: readonly Link[];
  readonly bases: Bases;
  /** Commit and addresses of each submodule on the way down. */
  readonly above: readonly string[];
  readonly remotes: readonly RootRemote[];
  readonly history: string | undefined;
  readonly removed: boolean;
}

/** `branch = .` means the branch of the repository above (gitmodules(5)). */
function branchOf(entry: Entry | undefined, { git }: Place): string | undefined {
  return entry?.branch === '.' ? git && headBranch(git) : entry?.branch;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const excluded = (path: string, exclude: readonly string[]): boolean =>
  exclude.some((one) => path === one.replace(/\/+$/, '') || path.startsWith(`${one.replace(/\/+$/, '')}/`));

/** Gitlinks that commits on the way record and the end does not, each once, with the remotes that will learn of them. */
async function pastGitlinks(
  git: Git,
  { commits, removed }: History,
  now: ReadonlyMap<string, string>,
): Promise<{ path: string; oid: string; by: string; remotes: readonly string[] }[]> {
  if (commits.length === 0) return [];
  const remotesOf = new Map(commits.map(({ commit, remotes }) => [commit, remotes]));
  const found = new Map<string, { path: string; oid: string; by: string; remotes: readonly string[] }>();
  for (const { by, path, oid } of await gitlinkChanges(git, [...remotesOf.keys()])) {
    if (oid === undefined || now.get(path) === oid || (!now.has(path) && !removed)) continue;
    const key = `${oid} ${path}`;
    const remotes = [...(found.get(key)?.remotes ?? []), ...(remotesOf.get(by) ?? [])];
    found.set(key, { path, oid, by, remotes: [...new Set(remotes)] });
  }
  return [...found.values()];
}
