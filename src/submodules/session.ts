import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { problem, unknown, usage } from '../common/errors.ts';
import { nearest } from '../common/nearest.ts';
import { type Config, configFiles, noConfig, parseConfigFile } from './config.ts';
import { FactStore } from './facts.ts';
import {
  commitsOf,
  configuration,
  type Env,
  type Git,
  hasTrackingRefs,
  headBranch,
  isNothing,
  objectType,
  openRepository,
  resolveCommit,
  type Setting,
  showFile,
} from './git.ts';
import { createLimit } from './limit.ts';
import { createProbe } from './probe.ts';
import { type RootRemote, rootRemotesOf } from './remotes.ts';
import type { History, SurveyContext } from './survey.ts';
import { type ServerToken, tokensFrom } from './tokens.ts';

export interface SessionOptions {
  /** Where the root repository is. */
  readonly directory: string;
  readonly env: Env;
  /** Milliseconds for one git command. */
  readonly timeoutMs: number;
  /** The configuration file named by the user. */
  readonly config: string | undefined;
  readonly require: readonly string[];
  readonly exclude: readonly string[];
  readonly tokenEnv: readonly string[];
  /** The remote that is being pushed to, as git names it to a hook: a name, or a URL. */
  readonly pushedTo: string | undefined;
}

export interface Session extends SurveyContext {
  readonly facts: FactStore;
  readonly tokens: readonly ServerToken[];
  /** Every remote of the root, required or not. */
  readonly allRemotes: readonly RootRemote[];
  /** Keeps what was learned for the next run. */
  close(): Promise<void>;
}

/** Everything one run works with, gathered from the repository, its configuration file and the environment. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { env, timeoutMs, directory } = options;
  const git = await openRepository(directory, env, timeoutMs);
  const settings = await configuration(git, '^(remote\\..*\\.(url|pushurl)|branch\\..*\\.remote|url\\..*|http\\..*)$');
  const tokens = tokensFrom(env, options.tokenEnv);
  const config = await readConfig(git, options);
  const allRemotes = rootRemotesOf(settings);
  const local = createLimit(() => Math.max(2, availableParallelism()));
  const facts = new FactStore(cacheDirectory(env));
  return {
    git,
    settings,
    config: { ...config, exclude: [...config.exclude, ...options.exclude] },
    remotes: requiredRoots(allRemotes, config, options),
    allRemotes,
    defaultRemote: defaultRemote(git, settings, allRemotes),
    local,
    facts,
    tokens,
    probe: createProbe({ git, settings, tokens, facts, local }),
    async close() {
      await facts.save();
      await facts.prune(Date.now());
    },
  };
}

/** `FORGEJO_CI_TOOLKIT_CACHE`, else the XDG cache directory. */
function cacheDirectory(env: Env): string {
  const base =
    env.FORGEJO_CI_TOOLKIT_CACHE ||
    join(env.XDG_CACHE_HOME || join(env.HOME || '/tmp', '.cache'), 'forgejo-ci-toolkit');
  return join(base, 'submodules');
}

async function readConfig(git: Git, { config, directory }: SessionOptions): Promise<Config> {
  if (config !== undefined) {
    const content = await readFile(resolve(directory, config), 'utf8').catch((error: Error) => {
      throw usage(`Cannot read ${config}: ${error.message}`, 'Name a file that exists with --config.', error);
    });
    return parseConfigFile(content, config);
  }
  for (const file of configFiles) {
    const content = git.bare
      ? await showFile(git, 'HEAD', file)
      : await readFile(join(git.dir, file), 'utf8').catch(() => undefined);
    if (content !== undefined) return parseConfigFile(content, file);
  }
  return noConfig;
}

function defaultRemote(git: Git, settings: readonly Setting[], remotes: readonly RootRemote[]): string | undefined {
  const branch = headBranch(git);
  const tracked = settings.findLast(([key]) => branch !== undefined && key === `branch.${branch}.remote`)?.[1];
  const named = (name: string | undefined) => remotes.find((remote) => remote.name === name)?.name;
  return named(tracked) ?? named('origin') ?? remotes[0]?.name;
}

/** The remotes that must have every commit: what is asked for, the remote pushed to, else all there are. */
function requiredRoots(
  all: readonly RootRemote[],
  config: Config,
  { require, pushedTo }: SessionOptions,
): RootRemote[] {
  const asked = require.length > 0 ? require : config.require;
  const names = [...(pushedTo === undefined ? [] : [pushedTo]), ...asked];
  if (names.length === 0) {
    if (all.length > 0) return [...all];
    throw problem('The root repository has no remote.', 'Add one: git remote add origin URL');
  }
  return [...new Set(names)].map((name) => {
    const found = all.find((remote) => remote.name === name) ?? all.find((remote) => remote.url === name);
    if (found) return found;
    // `git push URL`: git hands the URL to the hook in place of a name.
    if (name === pushedTo) return { name, url: name };
    if (name in config.remotes) return { name, url: undefined };
    const known = [...all.map((remote) => remote.name), ...Object.keys(config.remotes)];
    const close = nearest(name, known);
    throw usage(
      `"${name}" is no remote of the root, and submodules.yaml has no URL for it${close ? `; did you mean "${close}"?` : '.'}`,
      `Add it: git remote add ${name} URL, or in submodules.yaml: remotes: { ${name}: "https://${name}.example/{owner}/{name}.git" }`,
    );
  });
}

/** What is checked: root commits, and for each the new ones on the way to it. */
export interface Target {
  readonly commit: string;
  readonly history: History;
  /** The state to compare `.gitmodules` with, if one is known. */
  readonly base: string | undefined;
}

export interface TargetOptions {
  readonly commit: string | undefined;
  readonly range: string | undefined;
  /** The lines git gives a pre-push hook: local ref, local oid, remote ref, remote oid. */
  readonly prePush: string | undefined;
  readonly allCommits: boolean;
}

export async function targetsOf(session: Session, options: TargetOptions): Promise<Target[]> {
  const { git, remotes } = session;
  const removed = options.allCommits;
  const everywhere = remotes.map(({ name }) => name);
  if (options.range !== undefined) {
    const [from, to] = await rangeEnds(git, options.range);
    const head = await resolveCommit(git, 'HEAD');
    const commits = (await commitsOf(git, [to, `^${from}`])).map((commit) => ({ commit, remotes: everywhere }));
    const targets: Target[] = [{ commit: to, history: { commits, removed }, base: from }];
    if (head !== undefined && head !== to)
      targets.push({ commit: head, history: { commits: [], removed }, base: from });
    return targets;
  }
  if (options.commit !== undefined)
    return [{ commit: await needCommit(git, options.commit), history: { commits: [], removed }, base: undefined }];
  if (options.prePush !== undefined) return pushedTargets(session, options.prePush, removed);
  return [await newOn(session, await needCommit(git, 'HEAD'), removed)];
}

async function pushedTargets(session: Session, lines: string, removed: boolean): Promise<Target[]> {
  const { git, remotes } = session;
  const updates = lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      // The local ref is what the user typed, `HEAD^{/a b}` perhaps: the rest is counted from the end.
      const [, local, remote] = /([0-9a-f]+) \S+ ([0-9a-f]+)\s*$/.exec(line) ?? [];
      if (local !== undefined && remote !== undefined) return { local, remote };
      throw usage(
        `"${line.trim()}" on standard input is no line that git gives a pre-push hook.`,
        'Hand on what the hook gets: local ref, local oid, remote ref, remote oid.',
      );
    });
  // Nothing new to push: what the remote has already may still be wrong.
  if (updates.length === 0) return [await newOn(session, await needCommit(git, 'HEAD'), removed)];
  const targets = new Map<string, Target>();
  for (const { local, remote } of updates) {
    if (isNothing(local)) continue;
    const commit = await resolveCommit(git, local);
    if (commit === undefined) {
      // A tag may name a file or a tree: those record no submodule.
      if ((await objectType(git, local)) !== undefined) continue;
      throw unknown(`${local}, which is pushed, is not in ${git.dir}.`, 'Run the check where the push comes from.');
    }
    const target = await pushedTarget(commit, remote);
    const before = targets.get(commit);
    // One commit for two branches: what is new on either is looked at.
    const commits = [...(before?.history.commits ?? []), ...target.history.commits];
    targets.set(commit, { ...target, history: { commits, removed } });
  }
  return [...targets.values()];

  async function pushedTarget(commit: string, remote: string): Promise<Target> {
    const base = isNothing(remote) ? undefined : await resolveCommit(git, remote);
    if (base === undefined) return newOn(session, commit, removed);
    const names = remotes.map(({ name }) => name);
    const commits = (await commitsOf(git, [commit, `^${base}`])).map((one) => ({ commit: one, remotes: names }));
    return { commit, base, history: { commits, removed } };
  }
}

/** A commit with what is new on each remote, as far as tracking branches tell; without any, only the commit itself. */
async function newOn(session: Session, commit: string, removed: boolean): Promise<Target> {
  const { git, remotes } = session;
  const fresh = new Map<string, string[]>();
  let base: string | undefined;
  const branch = headBranch(git);
  for (const { name } of remotes) {
    if (!(await hasTrackingRefs(git, name))) continue;
    for (const one of await commitsOf(git, [commit, '--not', `--remotes=${name}`]))
      fresh.set(one, [...(fresh.get(one) ?? []), name]);
    base ??= branch && (await resolveCommit(git, `refs/remotes/${name}/${branch}`));
  }
  return {
    commit,
    base,
    history: { commits: [...fresh].map(([one, names]) => ({ commit: one, remotes: names })), removed },
  };
}

async function rangeEnds(git: Git, range: string): Promise<[string, string]> {
  const [, from, to] = /^(.+?)\.\.\.?(.*)$/.exec(range) ?? [];
  if (from === undefined) throw usage(`"${range}" is not a range.`, 'Write it as --range origin/main..HEAD.');
  return [await needCommit(git, from), await needCommit(git, to || 'HEAD')];
}

async function needCommit(git: Git, revision: string): Promise<string> {
  const commit = await resolveCommit(git, revision);
  if (commit !== undefined) return commit;
  throw usage(`"${revision}" is no commit of ${git.dir}.`, 'Name a branch, a tag or an oid that git rev-parse knows.');
}
