import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll } from 'vitest';

/** git as tests run it: no settings of the machine, fixed author and dates, local paths allowed for submodules. */
export const gitEnv: Record<string, string> = {
  PATH: process.env.PATH!,
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.org',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.org',
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_COUNT: '3',
  GIT_CONFIG_KEY_0: 'protocol.file.allow',
  GIT_CONFIG_VALUE_0: 'always',
  GIT_CONFIG_KEY_1: 'init.defaultBranch',
  GIT_CONFIG_VALUE_1: 'main',
  GIT_CONFIG_KEY_2: 'advice.detachedHead',
  GIT_CONFIG_VALUE_2: 'false',
};

/** Runs git and answers with its output; throws when it fails. */
export function git(dir: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: dir,
    env: gitEnv,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

/** Runs git, and answers with exit code and everything it said. */
export function tryGit(dir: string, ...args: string[]): { code: number; said: string } {
  try {
    return { code: 0, said: execFileSync('git', args, { cwd: dir, env: gitEnv, encoding: 'utf8', stdio: 'pipe' }) };
  } catch (error) {
    const { status, stderr, stdout } = error as { status: number; stderr: string; stdout: string };
    return { code: status, said: `${stdout}${stderr}` };
  }
}

let clock = 1_700_000_000;

/** Commits files (or nothing) and answers with the commit's oid. Every commit has its own second. */
export function commit(dir: string, message: string, files: Record<string, string> = {}): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content);
    git(dir, 'add', '--force', '--', name);
  }
  const date = `${++clock} +0000`;
  execFileSync('git', ['commit', '--quiet', '--allow-empty', '-m', message], {
    cwd: dir,
    env: { ...gitEnv, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
  });
  return git(dir, 'rev-parse', 'HEAD');
}

/** A temporary directory that `remove` takes away. */
export function temporary(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'submodules-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** An empty bare repository; `uploadpack.*` is left at git's defaults. */
export function bare(path: string, ...options: string[]): string {
  mkdirSync(path, { recursive: true });
  git(path, 'init', '--quiet', '--bare', ...options);
  return path;
}

export interface World {
  readonly dir: string;
  /** Bare repositories, `<servers>/origin/root.git` and so on. */
  readonly servers: string;
  /** The root's clone, with its remotes. */
  readonly root: string;
  /** The commit of `lib` that the root records. */
  readonly recorded: string;
  remove(): void;
}

export interface WorldOptions {
  /** Names of remotes and servers. */
  readonly remotes?: readonly string[];
  /** How a submodule's URL is written into .gitmodules. */
  readonly url?: (server: string, name: string) => string;
  /** Where a server is reached: its directory unless told otherwise. */
  readonly reach?: (servers: string, server: string) => string;
  readonly format?: 'sha1' | 'sha256';
  readonly lib?: string;
  /** A submodule `leaf` inside `lib`. */
  readonly nested?: boolean;
}

/**
 * A root with the submodule `lib` (and `leaf` in it), everything pushed to all remotes.
 * Servers are directories of bare repositories; URLs are relative unless told otherwise.
 */
export function makeWorld(options: WorldOptions = {}): World {
  if (options.url || options.reach) return buildWorld(options);
  const key = JSON.stringify(options);
  const pattern = patterns.get(key) ?? buildWorld(options);
  patterns.set(key, pattern);
  const { dir, remove } = temporary();
  cpSync(pattern.dir, dir, { recursive: true, preserveTimestamps: true });
  // Absolute paths are in git's settings only.
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' }))
    if (basename(name) === 'config') {
      const file = join(dir, name);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(pattern.dir, dir));
    }
  return { ...pattern, dir, servers: join(dir, 'servers'), root: pattern.root.replace(pattern.dir, dir), remove };
}

/** Worlds to copy: to make one takes fifty calls of git. */
const patterns = new Map<string, World>();
// This module is imported while a test file is collected, so the hook is the file's own.
afterAll(() => {
  for (const { remove } of patterns.values()) remove();
  patterns.clear();
});

function buildWorld(options: WorldOptions): World {
  const { remotes = ['origin', 'alm'], format = 'sha1', lib = 'lib', nested = false } = options;
  const { dir, remove } = temporary();
  const servers = join(dir, 'servers');
  const reach = (server: string) => options.reach?.(servers, server) ?? join(servers, server);
  const url = options.url ?? ((_server, name) => `../${name}.git`);
  const names = ['root', 'lib', ...(nested ? ['leaf'] : [])];
  for (const server of remotes)
    for (const name of names) bare(join(servers, server, `${name}.git`), `--object-format=${format}`);

  const fresh = (name: string) => {
    const clone = join(dir, 'work', name);
    mkdirSync(clone, { recursive: true });
    git(clone, 'init', '--quiet', `--object-format=${format}`);
    for (const server of remotes) git(clone, 'remote', 'add', server, `${reach(server)}/${name}.git`);
    return clone;
  };
  const pushAll = (clone: string) => {
    for (const server of remotes) git(clone, 'push', '--quiet', server, 'main');
  };

  const libWork = fresh('lib');
  commit(libWork, 'lib: begin', { 'lib.txt': 'one' });
  if (nested) {
    const leaf = fresh('leaf');
    commit(leaf, 'leaf: begin', { 'leaf.txt': 'one' });
    pushAll(leaf);
    addSubmodule(libWork, leaf, 'leaf', url(reach(remotes[0]!), 'leaf'));
    commit(libWork, 'lib: take leaf');
  }
  pushAll(libWork);
  const root = fresh('root');
  commit(root, 'root: begin', { 'README.md': 'root' });
  addSubmodule(root, libWork, lib, url(reach(remotes[0]!), 'lib'));
  if (nested) git(join(root, lib), 'submodule', 'update', '--init', '--quiet');
  for (const [path, name] of [[lib, 'lib'], ...(nested ? [[`${lib}/leaf`, 'leaf']] : [])] as [string, string][]) {
    for (const server of remotes.slice(1))
      git(join(root, path), 'remote', 'add', server, `${reach(server)}/${name}.git`);
    git(join(root, path), 'checkout', '--quiet', '-B', 'main');
  }
  commit(root, 'root: take lib');
  pushAll(root);
  for (const server of remotes) git(root, 'fetch', '--quiet', server);
  return { dir, servers, root, recorded: git(join(root, lib), 'rev-parse', 'HEAD'), remove };
}

/** `git submodule add` from a local clone, with the URL that .gitmodules should have; its origin is where that leads. */
export function addSubmodule(parent: string, from: string, path: string, url: string): void {
  git(
    parent,
    '-c',
    `url.${from}/.git.insteadOf=placeholder:`,
    'submodule',
    '--quiet',
    'add',
    '--',
    'placeholder:',
    path,
  );
  git(parent, 'config', '--file', '.gitmodules', `submodule.${path}.url`, url);
  git(parent, 'config', `submodule.${path}.url`, git(from, 'config', 'remote.origin.url'));
  git(join(parent, path), 'remote', 'set-url', 'origin', git(from, 'config', 'remote.origin.url'));
  git(parent, 'add', '.gitmodules', path);
}

/** A new commit in a submodule's worktree, and a root commit that records it. Nothing is pushed. */
export function advance(root: string, path = 'lib', message = 'more'): { inSubmodule: string; inRoot: string } {
  const inSubmodule = commit(join(root, path), `${path}: ${message}`);
  git(root, 'add', '--', path);
  return { inSubmodule, inRoot: commit(root, `root: ${path} ${message}`) };
}
