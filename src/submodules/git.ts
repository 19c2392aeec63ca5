import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { problem, unknown } from '../common/errors.ts';
import { type ProgramResult, runProgram } from '../common/program.ts';
import { quote } from '../common/quote.ts';

/** Every git command line of this tool is in this file; the rest asks these functions. */

export type Env = Readonly<Record<string, string | undefined>>;

/** One repository as git is run in it. */
export interface Git {
  /** The worktree's top directory, or the git directory of a repository without one. */
  readonly dir: string;
  /** The git directory (of this worktree, if it is a linked one). */
  readonly gitDir: string;
  readonly bare: boolean;
  readonly env: Env;
  /** Milliseconds for one git command. */
  readonly timeoutMs: number;
}

/** A setting passed to git in the environment: on no disk, in no argument list. */
export type Setting = readonly [key: string, value: string];

interface RunOptions {
  readonly input?: string;
  readonly onLine?: (line: string) => void;
  readonly separator?: string;
  readonly env?: Env;
}

const noObject = /^0+$/;
export const isNothing = (oid: string): boolean => noObject.test(oid);

/**
 * What a hook or an outer git left in the environment points at the outer repository; in a submodule it would be wrong.
 * GIT_CONFIG_* stays: `git -c` settings hold for submodules too, as they do for git itself.
 * Source of the list: `git rev-parse --local-env-vars`.
 */
const local = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_CONFIG',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_QUARANTINE_PATH',
  'GIT_REPLACE_REF_BASE',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
];

const fixed: Env = {
  GIT_OPTIONAL_LOCKS: '0',
  // A replacement ref changes history as this clone sees it; the remote does not know of it.
  GIT_NO_REPLACE_OBJECTS: '1',
};

/** `env` with `settings` added to whatever settings it carries already (git-config(1), GIT_CONFIG_COUNT). */
export function withSettings(env: Env, settings: readonly Setting[]): Env {
  const first = Number(env.GIT_CONFIG_COUNT ?? 0) || 0;
  return {
    ...env,
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${first + index}`, key],
        [`GIT_CONFIG_VALUE_${first + index}`, value],
      ]),
    ),
    GIT_CONFIG_COUNT: String(first + settings.length),
  };
}

/** Runs git; the exit code is the caller's to judge. */
export function run(git: Git, args: readonly string[], options: RunOptions = {}): Promise<ProgramResult> {
  return runProgram(['git', ...args], {
    ...options,
    cwd: git.dir,
    env: { ...git.env, ...options.env },
    timeoutMs: git.timeoutMs,
  });
}

/** Standard output of a git command that has to succeed, without the newline at its end. */
async function text(git: Git, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await run(git, args, options);
  if (result.exitCode !== 0) throw failed(git, args, result);
  return result.stdout.toString().replace(/\n$/, '');
}

function failed(git: Git, args: readonly string[], { stderr, timedOut }: ProgramResult) {
  const said = timedOut ? `no end after ${git.timeoutMs / 1000} s` : stderr.trim().split('\n').slice(0, 5).join('; ');
  const owner = /dubious ownership/.test(stderr);
  return unknown(
    `git ${args[0]} in ${git.dir} failed: ${said || 'it gave no reason'}`,
    owner
      ? `If you trust it: git config --global --add safe.directory ${quote(git.dir)}`
      : `Look at the repository: git -C ${quote(git.dir)} status`,
  );
}

const nonEmpty = (lines: string): string[] => lines.split('\n').filter(Boolean);
const zero = (bytes: string): string[] => bytes.split('\0').filter(Boolean);

/**
 * The repository around `directory`, as git finds it there (a hook's GIT_DIR included).
 * @throws ToolError (problem) when there is none
 */
export async function openRepository(directory: string, env: Env, timeoutMs: number): Promise<Git> {
  const sshCommand = await sshCommandOf(directory, env);
  const seed: Git = { dir: directory, gitDir: directory, bare: true, env, timeoutMs };
  const result = await run(seed, ['rev-parse', '--absolute-git-dir', '--is-bare-repository', '--is-inside-work-tree']);
  if (result.exitCode !== 0) {
    if (!/not a git repository/.test(result.stderr)) throw failed(seed, ['rev-parse'], result);
    throw problem(`${directory} is not in a git repository.`, 'Run it inside the root repository.');
  }
  const [gitDir, , inside] = nonEmpty(result.stdout.toString()) as [string, string, string];
  const dir = inside === 'true' ? await text(seed, ['rev-parse', '--show-toplevel']) : gitDir;
  const clean = Object.fromEntries(Object.entries(env).filter(([name]) => !local.includes(name)));
  const common = { ...clean, ...fixed, GIT_SSH_COMMAND: sshCommand };
  if (inside !== 'true') return { dir, gitDir, bare: true, env: { ...common, GIT_DIR: gitDir }, timeoutMs };
  // Told by GIT_DIR, the worktree may hold no .git that leads there.
  const told = env.GIT_DIR ? { GIT_DIR: gitDir, GIT_WORK_TREE: dir } : {};
  return { dir, gitDir, bare: false, env: { ...common, ...told }, timeoutMs };
}

/** The user's own ssh command, told never to ask. */
async function sshCommandOf(directory: string, env: Env): Promise<string> {
  const seed: Git = { dir: directory, gitDir: directory, bare: true, env, timeoutMs: 30_000 };
  const configured = async () => (await run(seed, ['config', '--get', 'core.sshCommand'])).stdout.toString().trim();
  const command = env.GIT_SSH_COMMAND || (await configured()) || (env.GIT_SSH ? quote(env.GIT_SSH) : 'ssh');
  // PuTTY's programs take other options; -batch is theirs.
  if (/plink/i.test(command)) return `${command} -batch`;
  return `${command} -oBatchMode=yes -oConnectTimeout=15`;
}

/**
 * The local clones of a submodule: its worktree, else the git directory that git keeps for it; then those that the same
 * repository's other worktrees have, since each worktree clones submodules for itself.
 * @param parent the repository that records it
 * @param path where `parent` has it; @param name its name in .gitmodules
 */
export function submoduleClones(parent: Git, path: string, name: string | undefined): Git[] {
  const { GIT_DIR: _, GIT_WORK_TREE: __, ...env } = parent.env;
  const clones: Git[] = [];
  if (!parent.bare) {
    const dir = join(parent.dir, path);
    const gitDir = gitDirOf(dir);
    if (gitDir) clones.push({ ...parent, dir, gitDir, bare: false, env });
  }
  // A name with `..` in it would lead out of the repository (git refuses such names as well).
  if (name === undefined || name.split(/[/\\]/).includes('..')) return clones;
  for (const above of gitDirsOf(parent.gitDir)) {
    const gitDir = join(above, 'modules', name);
    if (!existsSync(join(gitDir, 'HEAD')) || clones.some((one) => one.gitDir === gitDir)) continue;
    // core.worktree in there names a directory that may be gone; naming one ourselves overrides it.
    clones.push({
      ...parent,
      ...{ dir: gitDir, gitDir, bare: true },
      env: { ...env, GIT_DIR: gitDir, GIT_WORK_TREE: gitDir },
    });
  }
  return clones;
}

/** A git directory, and what stands in its place for the repository's other worktrees; for submodules' ones too. */
function gitDirsOf(gitDir: string): string[] {
  const [, linked, below] = /^(.*)[/\\]worktrees[/\\][^/\\]+([/\\]modules[/\\].*)?$/.exec(gitDir) ?? [];
  const [, main, within] = /^(.*?\.git)([/\\]modules[/\\].*)?$/.exec(gitDir) ?? [];
  const common = linked ?? main ?? gitDir;
  const rest = (linked === undefined ? within : below) ?? '';
  const worktrees = join(common, 'worktrees');
  const others = existsSync(worktrees) ? readdirSync(worktrees).map((name) => join(worktrees, name)) : [];
  return [gitDir, ...[common, ...others].map((dir) => join(dir, rest))];
}

function gitDirOf(dir: string): string | undefined {
  const dotGit = join(dir, '.git');
  if (!existsSync(dotGit)) return undefined;
  if (existsSync(join(dotGit, 'HEAD'))) return dotGit;
  try {
    const [, target] = /^gitdir: (.+?)\r?\n?$/.exec(readFileSync(dotGit, 'utf8')) ?? [];
    return target && existsSync(resolve(dir, target)) ? resolve(dir, target) : undefined;
  } catch {
    return undefined;
  }
}

export const isShallow = (git: Git): boolean =>
  // In a linked worktree the file lies in the main git directory, beside `worktrees`.
  existsSync(join(git.gitDir, 'shallow')) ||
  (/[/\\]worktrees[/\\][^/\\]+$/.test(git.gitDir) && existsSync(join(dirname(dirname(git.gitDir)), 'shallow')));

/** A revision as a commit's oid; undefined when there is no such commit here. */
export async function resolveCommit(git: Git, revision: string): Promise<string | undefined> {
  const result = await run(git, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  return result.exitCode === 0 ? result.stdout.toString().trim() : undefined;
}

/** The type of an object, undefined when it is not here. Never fetches it (partial clones). */
export async function objectType(git: Git, oid: string): Promise<string | undefined> {
  const result = await run(git, ['cat-file', '-t', oid], { env: { GIT_NO_LAZY_FETCH: '1' } });
  return result.exitCode === 0 ? result.stdout.toString().trim() : undefined;
}

export interface TreeEntry {
  readonly path: string;
  readonly oid: string;
}

export interface RecordedTree {
  readonly gitlinks: readonly TreeEntry[];
  /** The blob of `.gitmodules`, if there is one. */
  readonly gitmodules: string | undefined;
}

/** Everything a commit says about its submodules; undefined when the commit or its trees are not here. */
export async function readTree(git: Git, commit: string, env: Env = {}): Promise<RecordedTree | undefined> {
  const gitlinks: TreeEntry[] = [];
  let gitmodules: string | undefined;
  const onLine = (entry: string) => {
    const [, mode, oid, path] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    if (mode === '160000') gitlinks.push({ path: path!, oid: oid! });
    else if (path === '.gitmodules' && mode !== '120000') gitmodules = oid;
  };
  const args = ['ls-tree', '-r', '-z', '--full-tree', commit];
  const { exitCode } = await run(git, args, { onLine, separator: '\0', env: { GIT_NO_LAZY_FETCH: '1', ...env } });
  return exitCode === 0 ? { gitlinks, gitmodules } : undefined;
}

/** The text of a blob, undefined when it is not here. */
export async function readBlob(git: Git, oid: string, env: Env = {}): Promise<string | undefined> {
  const result = await run(git, ['cat-file', 'blob', oid], { env });
  return result.exitCode === 0 ? result.stdout.toString() : undefined;
}

/** The text of a file at a revision, undefined when there is none. */
export async function showFile(git: Git, revision: string, path: string): Promise<string | undefined> {
  const result = await run(git, ['cat-file', 'blob', `${revision}:${path}`]);
  return result.exitCode === 0 ? result.stdout.toString() : undefined;
}

/** Files in a directory of a commit. */
export async function listFiles(git: Git, commit: string, directory: string): Promise<string[]> {
  const { stdout } = await run(git, ['ls-tree', '-z', '--name-only', '--full-tree', commit, `${directory}/`]);
  return zero(stdout.toString());
}

/** Where git looks for a hook: core.hooksPath and linked worktrees considered. */
export async function hookPath(git: Git, name: string): Promise<string> {
  const path = await text(git, ['rev-parse', '--git-path', `hooks/${name}`]);
  return resolve(git.dir, path);
}

/** Whose setting it is (`local`, `global`, `system`, …); undefined when it is not set. */
export async function settingScope(git: Git, key: string): Promise<string | undefined> {
  return (await run(git, ['config', '--show-scope', '--get', key])).stdout.toString().split('\t', 1)[0] || undefined;
}

/** Settings in a configuration text such as `.gitmodules`, in its order; undefined when git cannot parse it. */
export async function parseConfig(git: Git, content: string): Promise<Setting[] | undefined> {
  const { exitCode, stdout } = await run(git, ['config', '--file', '-', '--no-includes', '-z', '--list'], {
    input: content,
  });
  return exitCode === 0 ? settingsOf(stdout) : undefined;
}

/** The settings in force in a repository whose key matches `pattern`, the strongest last. */
export async function configuration(git: Git, pattern: string): Promise<Setting[]> {
  return settingsOf((await run(git, ['config', '-z', '--get-regexp', pattern])).stdout);
}

const settingsOf = (stdout: Buffer): Setting[] =>
  zero(stdout.toString()).map((entry) => {
    const end = entry.indexOf('\n');
    return end < 0 ? [entry, ''] : [entry.slice(0, end), entry.slice(end + 1)];
  });

/** The branch that is checked out, read without starting git. */
export function headBranch(git: Git): string | undefined {
  try {
    return /^ref: refs\/heads\/(.+?)\s*$/.exec(readFileSync(join(git.gitDir, 'HEAD'), 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Whether the history of `tips` holds a commit, as far as this clone knows: objects it lacks are left out, so a yes is
 * certain and a no is not.
 */
export async function isContained(git: Git, commit: string, tips: readonly string[]): Promise<boolean> {
  // Alone, because in a partial clone asking for an object that was left out ends git.
  if ((await objectType(git, commit)) !== 'commit') return false;
  const input = lines(tips);
  const env = { GIT_NO_LAZY_FETCH: '1' };
  const { stdout } = await run(git, ['cat-file', '--batch-check=%(objectname) %(objecttype)'], { input, env });
  const present = nonEmpty(stdout.toString()).flatMap((line) =>
    line.endsWith(' commit') ? [line.split(' ')[0]!] : [],
  );
  if (present.length === 0) return false;
  const revisions = lines([commit, ...present.map((tip) => `^${tip}`)]);
  const beyond = await run(git, ['rev-list', '-n', '1', '--stdin'], { input: revisions, env });
  return beyond.exitCode === 0 && beyond.stdout.length === 0;
}

const lines = (list: readonly string[]): string => list.map((one) => `${one}\n`).join('');

/** True when `ancestor` is part of `descendant`'s history; undefined when one of them is not here. */
export async function isAncestor(git: Git, ancestor: string, descendant: string): Promise<boolean | undefined> {
  const { exitCode } = await run(git, ['merge-base', '--is-ancestor', ancestor, descendant]);
  return exitCode === 0 ? true : exitCode === 1 ? false : undefined;
}

/** Names of a clone's refs that contain a commit, `refs/…` in full. */
export const refsContaining = async (git: Git, commit: string): Promise<string[]> =>
  nonEmpty((await run(git, ['for-each-ref', '--format=%(refname)', '--contains', commit])).stdout.toString());

/** True when the clone has tracking branches of a remote, so that "new for it" means something. */
export const hasTrackingRefs = async (git: Git, remote: string): Promise<boolean> =>
  (await run(git, ['for-each-ref', '--count=1', `refs/remotes/${remote}/`])).stdout.length > 0;

/** Commits of `revisions` (rev-list's words), newest first. */
export const commitsOf = async (git: Git, revisions: readonly string[]): Promise<string[]> =>
  // As arguments: on standard input git before 2.42 takes no `--not` and no `--remotes`.
  nonEmpty(await text(git, ['rev-list', '--ignore-missing', ...revisions, '--']));

export interface GitlinkChange {
  /** The commit that made the change. */
  readonly by: string;
  readonly path: string;
  /** What it records now; undefined when it removed the gitlink. */
  readonly oid: string | undefined;
}

/** How commits changed gitlinks, each against its parents. */
export async function gitlinkChanges(git: Git, commits: readonly string[]): Promise<GitlinkChange[]> {
  const changes: GitlinkChange[] = [];
  let by = '';
  let pending: { mode: string; oldMode: string; oid: string } | undefined;
  const onLine = (piece: string) => {
    const raw = /^:(\d+) (\d+) [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*$/.exec(piece);
    if (pending) {
      const { mode, oldMode, oid } = pending;
      if (mode === '160000') changes.push({ by, path: piece, oid });
      else if (oldMode === '160000') changes.push({ by, path: piece, oid: undefined });
      pending = undefined;
    } else if (raw) pending = { oldMode: raw[1]!, mode: raw[2]!, oid: raw[3]! };
    else by = piece.trim();
  };
  const args = ['diff-tree', '--stdin', '-r', '-m', '-z', '--root', '--raw', '--no-abbrev', '--no-renames'];
  await run(git, [...args, '--ignore-submodules=none'], {
    input: `${commits.join('\n')}\n`,
    onLine,
    separator: '\0',
  });
  return changes;
}

/** Paths that commits add or change. */
export async function changedPaths(git: Git, commits: readonly string[]): Promise<string[]> {
  if (commits.length === 0) return [];
  const args = ['diff-tree', '--stdin', '-r', '-m', '-z', '--root', '--name-only', '--no-commit-id', '--no-renames'];
  const { stdout } = await run(git, [...args, '--diff-filter=AMT'], { input: `${commits.join('\n')}\n` });
  return [...new Set(zero(stdout.toString()))];
}

export interface WorktreeState {
  /** Tracked files changed or staged. */
  readonly dirty: boolean;
  readonly head: string | undefined;
}

/** The state of a checked-out submodule. Untracked files do not count: they are not lost by a push. */
export async function worktreeState(git: Git): Promise<WorktreeState> {
  const { stdout } = await run(git, ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=no']);
  const entries = zero(stdout.toString());
  const oid = entries.find((entry) => entry.startsWith('# branch.oid '))?.slice(13);
  return {
    dirty: entries.some((entry) => !entry.startsWith('#')),
    head: oid === '(initial)' ? undefined : oid,
  };
}

export interface SubmoduleState {
  readonly path: string;
  /** Another commit is checked out than the one in the index. */
  readonly ahead: boolean;
  readonly dirty: boolean;
}

/** Submodules of a worktree that are not as recorded, and paths that are staged otherwise than committed. */
export async function submoduleStates(git: Git): Promise<{ submodules: SubmoduleState[]; staged: Set<string> }> {
  const args = ['status', '--porcelain=v2', '-z', '--untracked-files=no', '--ignore-submodules=none', '--no-renames'];
  const submodules: SubmoduleState[] = [];
  const staged = new Set<string>();
  for (const entry of zero((await run(git, args)).stdout.toString())) {
    const [, index, sub, path] = /^1 (.)\S (\S{4})(?: \S+){5} (.*)$/s.exec(entry) ?? [];
    if (path === undefined) continue;
    if (index !== '.') staged.add(path);
    if (sub!.startsWith('S')) submodules.push({ path, ahead: sub![1] === 'C', dirty: sub![2] === 'M' });
  }
  return { submodules, staged };
}

/** Gitlinks in the index: what is added, committed or not. */
export async function indexGitlinks(git: Git): Promise<TreeEntry[]> {
  const entries = zero((await run(git, ['ls-files', '--stage', '-z', '--full-name'])).stdout.toString());
  return entries.flatMap((entry) => {
    const [, oid, path] = /^160000 ([0-9a-f]+) \d\t(.*)$/s.exec(entry) ?? [];
    return oid === undefined ? [] : [{ oid, path: path! }];
  });
}

// ---- The network ----

export interface RemoteRef {
  readonly name: string;
  readonly oid: string;
  /** The commit behind an annotated tag. */
  readonly peeled?: string;
  /** Where a symbolic ref (HEAD) points. */
  readonly target?: string;
}

/**
 * The URL goes to git as the remote `asked`, named in the environment: it is in no argument list, and git, which notes
 * promisor remotes in the repository's file, notes a name there. It was rewritten before (`insteadOf`); the rule that maps it
 * to itself keeps git from rewriting it twice, and as a push URL `pushInsteadOf` leaves it alone. A password goes in a
 * header, for git gives the URL to its HTTP helper as an argument.
 */
function asked(git: Git, address: string): Git {
  const [, scheme, user, password, rest] = /^(https?:\/\/)([^@/:]*):([^@/]+)@(.*)$/is.exec(address) ?? [];
  const url = password === undefined ? address : `${scheme}${rest}`;
  const settings: Setting[] = [
    ['remote.asked.url', url],
    ['remote.asked.pushurl', url],
    [`url.${url}.insteadof`, url],
  ];
  if (password !== undefined) {
    const credentials = [user, password].map((part) => decoded(part!)).join(':');
    settings.push(
      // The empty value takes out the header of a token: the address itself says who asks.
      [`http.${url}.extraheader`, ''],
      [`http.${url}.extraheader`, `Authorization: Basic ${Buffer.from(credentials).toString('base64')}`],
    );
  }
  return { ...git, env: withSettings(git.env, settings) };
}

/** As git reads it: what is no escape stays. */
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

export interface Advertised extends ProgramResult {
  readonly refs: readonly RemoteRef[];
}

/** What a remote advertises. */
export async function lsRemote(git: Git, url: string, patterns: readonly string[]): Promise<Advertised> {
  const result = await run(asked(git, url), ['ls-remote', '--quiet', '--symref', 'asked', ...patterns]);
  const refs = new Map<string, RemoteRef>();
  const targets = new Map<string, string>();
  for (const line of result.exitCode === 0 ? nonEmpty(result.stdout.toString()) : []) {
    const [value, name] = line.split('\t') as [string, string];
    if (value.startsWith('ref: ')) targets.set(name, value.slice(5));
    else if (name.endsWith('^{}')) {
      const tag = name.slice(0, -3);
      refs.set(tag, { ...refs.get(tag)!, peeled: value });
    } else refs.set(name, { name, oid: value });
  }
  const all = [...refs.values()].map((ref) => {
    const target = targets.get(ref.name);
    return target === undefined ? ref : { ...ref, target };
  });
  return { ...result, refs: all };
}

const scratchSettings: readonly Setting[] = [
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['fetch.writeCommitGraph', 'false'],
  // A remote's answer decides here, not its history's tidiness.
  ['transfer.fsckObjects', 'false'],
];

/** A bare repository of our own to fetch into, made when it is not there yet. */
export async function scratchRepository(like: Git, dir: string, objectFormat: string): Promise<Git> {
  const { GIT_DIR: _, GIT_WORK_TREE: __, ...env } = like.env;
  const git: Git = {
    ...like,
    dir,
    gitDir: dir,
    bare: true,
    env: withSettings({ ...env, GIT_DIR: dir }, scratchSettings),
  };
  if (existsSync(join(dir, 'HEAD'))) return git;
  // Made aside and moved into place, so that another run never sees half of it.
  const aside = `${dir}.${randomUUID()}`;
  const seed = { ...git, dir: dirname(dir), env };
  await text(seed, ['init', '--quiet', '--bare', `--object-format=${objectFormat}`, '--template=', aside]);
  try {
    await rename(aside, dir);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    if (!existsSync(join(dir, 'HEAD'))) throw error;
  }
  return git;
}

const fetch = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--recurse-submodules=no'];

/** Commit objects of all that `refspecs` name, nothing else; a server that knows no filter sends more. */
export const fetchCommits = (git: Git, url: string, refspecs: readonly string[]): Promise<ProgramResult> =>
  run(asked(git, url), [...fetch, '--prune', '--filter=tree:0', 'asked', ...refspecs]);

/** One object, with its trees but no files when it is a commit. */
export const fetchTree = (git: Git, url: string, oid: string): Promise<ProgramResult> =>
  run(asked(git, url), [...fetch, '--depth=1', '--filter=blob:none', 'asked', oid]);

/** All branches and tags with their trees, for servers that give nothing by its oid. */
export const fetchTrees = (git: Git, url: string): Promise<ProgramResult> =>
  run(asked(git, url), [
    ...[...fetch, '--filter=blob:none', 'asked'],
    ...['+refs/heads/*:refs/r/heads/*', '+refs/tags/*:refs/r/tags/*'],
  ]);

/** A file that a filter left out, fetched after all. */
export const readRemoteBlob = (git: Git, url: string, oid: string): Promise<string | undefined> =>
  readBlob(asked(git, url), oid);

/** A branch's objects into the clone, so that histories can be compared. Changes no ref. */
export const fetchBranch = (git: Git, url: string, branch: string): Promise<ProgramResult> =>
  run(asked(git, url), [...fetch, 'asked', `refs/heads/${branch}`]);

/** Words of the push command, for showing and for running. git's own submodule step is left out: it was done already. */
export const pushArguments = (remote: string, commit: string, branch: string): string[] => [
  ...['-c', 'push.recurseSubmodules=no', 'push', '--porcelain', '--', remote],
  `${commit}:refs/heads/${branch}`,
];

/** Pushes to a repository's own remote by its name: to all of its push URLs. */
export const push = (git: Git, remote: string, commit: string, branch: string): Promise<ProgramResult> =>
  run(git, pushArguments(remote, commit, branch));

/**
 * Pushes to one address, rewritten already.
 * @param own the remote that leads there: its tracking branch follows, as after a push by its name
 */
export function pushTo(
  git: Git,
  url: string,
  own: string | undefined,
  commit: string,
  branch: string,
): Promise<ProgramResult> {
  const { env, ...rest } = asked(git, url);
  const tracking: Setting[] = own === undefined ? [] : [['remote.asked.fetch', `+refs/heads/*:refs/remotes/${own}/*`]];
  return run({ ...rest, env: withSettings(env, tracking) }, pushArguments('asked', commit, branch));
}
