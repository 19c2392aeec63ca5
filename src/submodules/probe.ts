import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProgramResult } from '../common/program.ts';
import { type Failure, failureOf, isFailure } from './ask/failure.ts';
import { countBeyond, directHeaders, fetchPack, type HttpRemote, listRefs } from './ask/http.ts';
import { readPack, recordedTree } from './ask/pack.ts';
import { type RestRepository, restRepository } from './ask/rest.ts';
import { type FactStore, makeCache, type Recorded } from './facts.ts';
import {
  fetchCommits,
  fetchTree,
  fetchTrees,
  type Git,
  isContained,
  lsRemote,
  objectType,
  type RemoteRef,
  readBlob,
  readRemoteBlob,
  readTree,
  type Setting,
  scratchRepository,
  withSettings,
} from './git.ts';
import { createLimit, type Limit } from './limit.ts';
import { asHttp, type ServerToken, tokenSettings } from './tokens.ts';
import { locate } from './url.ts';

/** Where a remote has a commit. */
export type Place =
  /** In the branch that counts: the one named, else the default branch. */
  | 'merged'
  /** In other branches only. */
  | 'unmerged'
  /** In tags only. */
  | 'tag'
  /** In refs of pull requests only. */
  | 'pull'
  /** Stored, but in no branch, tag or pull request: the next garbage collection takes it. */
  | 'unreachable'
  | 'absent'
  /** There is such an object, but it is not a commit. */
  | 'not-a-commit'
  /** The remote's repository has oids of another length. */
  | 'hash-mismatch';

export interface Answer {
  readonly place: Place;
  /** Refs that hold it, where that is what matters. Not all of them. */
  readonly refs: readonly string[];
}

export interface Question {
  readonly url: string;
  readonly commit: string;
  /** The branch a commit should be merged to; the remote's default branch when not given. */
  readonly branch?: string | undefined;
  /** A local clone: where it knows a remote's tip, it knows that tip's history too. */
  readonly clone?: Git | undefined;
}

export interface ProbeOptions {
  /** Any repository: git's configuration is read there, and git runs with its environment. */
  readonly git: Git;
  /** That repository's settings, at least `http.*`. */
  readonly settings: readonly Setting[];
  readonly tokens: readonly ServerToken[];
  readonly facts: FactStore;
  /** Limits how many git commands run in local clones at once. */
  readonly local: Limit;
  /** Milliseconds to wait before the second, third … attempt. */
  readonly retryDelaysMs?: readonly number[];
}

/** Asks remotes. Nothing in here believes a tracking branch. */
export interface Probe {
  /** Where the remote has a commit. */
  ask(question: Question): Promise<Answer | Failure>;
  /** What a commit records, read from a remote that has it; undefined when the remote has no such commit. */
  recorded(url: string, commit: string): Promise<Recorded | undefined | Failure>;
  /** The remote's branches (name without `refs/heads/` → oid) and which one is the default. */
  branches(url: string): Promise<{ heads: ReadonlyMap<string, string>; defaultBranch: string | undefined } | Failure>;
  /** Forgets where a remote's branches are, so that the next question asks again. */
  forget(url: string): void;
  /** The same for all remotes. */
  forgetAll(): void;
}

/** Servers drop connections when too many begin at once: sshd's MaxStartups lets 10 unauthenticated ones stand. */
const parallel = (server: string): number => (server.startsWith('ssh') ? 6 : server.startsWith('file') ? 4 : 16);

/** Beyond this many tips a question by HTTP becomes larger than fetching the commits once. */
const mostTips = 4_000;

interface Tips {
  readonly heads: ReadonlyMap<string, string>;
  readonly tags: readonly RemoteRef[];
  readonly defaultBranch: string | undefined;
  /** undefined for a repository without refs. */
  readonly hash: Hash | undefined;
}

type Hash = 'sha1' | 'sha256';
const hashOf = (oid: string): Hash => (oid.length === 64 ? 'sha256' : 'sha1');

export function createProbe({
  git: seed,
  settings,
  tokens,
  facts,
  local,
  retryDelaysMs = [500, 2_000],
}: ProbeOptions): Probe {
  const git: Git = { ...seed, env: withSettings(seed.env, tokenSettings(tokens)) };
  const limit = createLimit(parallel);
  /** Fetches into one repository of the cache go one after the other: git locks its files. */
  const alone = createLimit(() => 1);
  const known = new Map<string, Promise<Tips | Failure>>();
  const histories = new Map<string, Promise<Git | Failure>>();
  /** Questions about commits and tips, under way or answered. Oids name contents, so a yes never changes. */
  const containing = new Map<string, Promise<boolean | 'absent'>>();
  const trees = new Map<string, Promise<Recorded | undefined | Failure>>();
  /** Remotes that did not answer us directly: git asks there from then on. */
  const indirect = new Set<string>();
  /** Remotes whose server gives its API alone. */
  const restOnly = new Map<string, RestRepository>();

  return {
    async ask(question) {
      const remote = { ...question, url: await addressOf(question.url) };
      const tips = await tipsOf(remote.url);
      return isFailure(tips) ? tips : place(remote, tips).catch(asFailure);
    },
    async recorded(original, commit) {
      const url = await addressOf(original);
      return once(trees, `${commit} ${url}`, async () => {
        const remembered = facts.of(url).recorded(commit);
        if (remembered) return remembered;
        const found = await readRecorded(url, commit);
        if (found && !isFailure(found)) facts.of(url).addRecorded(commit, found);
        return found;
      });
    },
    async branches(original) {
      return tipsOf(await addressOf(original));
    },
    forget(original) {
      containing.clear();
      for (const url of [original, asHttp(original, tokens)]) {
        known.delete(url);
        histories.delete(url);
      }
    },
    forgetAll() {
      containing.clear();
      known.clear();
      histories.clear();
    },
  };

  /** Where to ask: with a token by HTTP, unless only the address as it is written answers (a token without that right). */
  async function addressOf(original: string): Promise<string> {
    const url = asHttp(original, tokens);
    if (url === original || !isFailure(await tipsOf(url)) || isFailure(await tipsOf(original))) return url;
    return original;
  }

  function tipsOf(url: string): Promise<Tips | Failure> {
    return once(known, url, async () => {
      const refs = await refsOf(url, ['refs/heads/', 'refs/tags/']);
      if (!isFailure(refs)) return readTips(refs);
      const rest = restRepository(url, tokens, git.timeoutMs);
      // What git said is the answer when the API has none.
      const found = await rest?.refs().catch(() => undefined);
      if (!rest || !found) return refs;
      restOnly.set(url, rest);
      return readTips(found);
    });
  }

  async function refsOf(url: string, prefixes: readonly string[]): Promise<readonly RemoteRef[] | Failure> {
    const direct = await directly(url, 'sha1', (remote) => listRefs(remote, ['HEAD', ...prefixes]));
    if (direct) return direct;
    const advertised = await byGit(url, () => lsRemote(git, url, ['HEAD', ...prefixes.map((prefix) => `${prefix}*`)]));
    return isFailure(advertised) ? advertised : advertised.refs;
  }

  async function place(question: Question, tips: Tips): Promise<Answer> {
    const { url, commit } = question;
    if (tips.hash !== undefined && tips.hash !== hashOf(commit)) return { place: 'hash-mismatch', refs: [] };
    if (tips.tags.some(({ oid, peeled }) => oid === commit && peeled !== undefined))
      return { place: 'not-a-commit', refs: [] };

    const heads = [...tips.heads];
    const wanted = [question.branch, tips.defaultBranch].filter((name) => name !== undefined && tips.heads.has(name));
    // Where the remote does not say which branch counts, any of them does.
    const main = wanted.length > 0 ? heads.filter(([name]) => wanted.includes(name)) : heads;
    const others = heads.filter((head) => !main.includes(head));
    const tags = tips.tags.map(({ name, oid, peeled }) => [name, peeled ?? oid] as const);
    const stages = [
      { place: 'merged', refs: main.map(([name, oid]) => [`refs/heads/${name}`, oid] as const) },
      { place: 'unmerged', refs: others.map(([name, oid]) => [`refs/heads/${name}`, oid] as const) },
      { place: 'tag', refs: tags },
    ] as const;

    for (const stage of stages) {
      const at = stage.refs.filter(([, oid]) => oid === commit).map(([name]) => name);
      if (at.length > 0) {
        // A tip of another branch or a tag may still be part of the branch that counts.
        if (stage.place === 'merged' || (await contained(question, stages[0].refs)) !== true)
          return { place: stage.place, refs: at };
        return { place: 'merged', refs: [] };
      }
    }
    for (const stage of stages) {
      const answer = await contained(question, stage.refs);
      if (answer === true) return { place: stage.place, refs: stage.refs.slice(0, 5).map(([name]) => name) };
      if (answer === 'absent') return { place: 'absent', refs: [] };
    }
    return outside(url, commit, tips);
  }

  /** Whether the history of these refs holds the commit: the cheapest way that knows for sure. */
  async function contained(
    question: Question,
    refs: readonly (readonly [string, string])[],
  ): Promise<boolean | 'absent'> {
    const { url, commit } = question;
    const tips = [...new Set(refs.map(([, oid]) => oid))];
    if (tips.length === 0) return false;
    const remembered = facts.of(url);
    if (remembered.contains(tips, commit)) return true;
    // Remotes of one submodule mostly agree on their tips, and a yes holds wherever the tips are the same.
    const key = `${commit} ${tips.toSorted().join(' ')}`;
    const elsewhere = containing.get(key);
    const answer =
      (await elsewhere?.catch(() => false)) === true ||
      (await (elsewhere ? askContained(question, tips) : first(key, tips)));
    if (answer === true) remembered.addContains(tips, commit);
    return answer;

    function first(at: string, oids: readonly string[]) {
      const asking = askContained(question, oids);
      containing.set(at, asking);
      return asking;
    }
  }

  async function askContained({ url, commit, clone }: Question, tips: readonly string[]): Promise<boolean | 'absent'> {
    const hash = hashOf(commit);
    // A shallow clone's history ends early, but what it holds is right all the same: only its "no" means nothing.
    if (clone && (await local('', () => isContained(clone, commit, tips)))) return true;
    const rest = restOnly.get(url);
    if (rest) return (await rest.stores(commit)) ? rest.contains(commit, tips) : 'absent';
    const beyond =
      tips.length <= mostTips ? await directly(url, hash, (remote) => countBeyond(remote, commit, tips)) : undefined;
    if (beyond !== undefined) return beyond === 'absent' ? beyond : beyond === 0;
    const history = await historyOf(url, hash);
    return !isFailure(history) && isContained(history, commit, tips);
  }

  /** The remote's commits, without trees and files, in a repository of our own. */
  function historyOf(url: string, hash: Hash): Promise<Git | Failure> {
    return once(histories, url, async () => {
      const scratch = await scratchIn(url, 'history.git', hash);
      const specs = ['heads', 'tags', 'pull', 'merge-requests'].map((kind) => `+refs/${kind}/*:refs/r/${kind}/*`);
      const result = await alone(scratch.dir, () => byGit(url, () => fetchCommits(scratch, url, specs)));
      return isFailure(result) ? result : scratch;
    });
  }

  /** For a commit that no branch and no tag holds. */
  async function outside(url: string, commit: string, tips: Tips): Promise<Answer> {
    const hash = hashOf(commit);
    const rest = restOnly.get(url);
    if (rest) return outsideByRest(rest, commit);
    const pulls = await refsOf(url, ['refs/pull/', 'refs/merge-requests/']);
    const requests = isFailure(pulls) ? [] : pulls.filter(({ name }) => name !== 'HEAD');
    const at = requests.filter(({ oid }) => oid === commit).map(({ name }) => name);
    if (at.length > 0) return { place: 'pull', refs: at };
    // Before a commit is called lost, git itself looks: all refs, exactly.
    const history = await historyOf(url, hash);
    if (!isFailure(history)) {
      const all = [...tips.heads.values(), ...tips.tags.map(({ oid }) => oid)];
      if (await isContained(history, commit, all)) return { place: 'unmerged', refs: [] };
      const inPulls = requests.map(({ oid }) => oid);
      if (inPulls.length > 0 && (await isContained(history, commit, inPulls)))
        return { place: 'pull', refs: requests.slice(0, 5).map(({ name }) => name) };
    }
    const recorded = await typeOf(url, commit, hash);
    if (recorded === 'commit') return { place: 'unreachable', refs: [] };
    return { place: recorded === undefined ? 'absent' : 'not-a-commit', refs: [] };
  }

  async function outsideByRest(rest: RestRepository, commit: string): Promise<Answer> {
    const pulls = await rest.pulls();
    const oids = pulls.map(({ oid }) => oid);
    if (oids.length > 0 && (await rest.contains(commit, oids)))
      return { place: 'pull', refs: pulls.filter(({ oid }) => oid === commit).map(({ name }) => name) };
    return { place: (await rest.stores(commit)) ? 'unreachable' : 'absent', refs: [] };
  }

  /** The type of an object a remote stores; undefined when it does not give it, which for old protocols proves little. */
  async function typeOf(url: string, oid: string, hash: Hash): Promise<string | undefined> {
    const pack = await directly(url, hash, (remote) => fetchPack(remote, oid));
    if (pack === 'absent') return undefined;
    if (pack) return readPack(pack, hash).get(oid)?.type;
    const scratch = await scratchIn(url, 'trees.git', hash);
    await alone(scratch.dir, () => byGit(url, () => fetchTree(scratch, url, oid)));
    return objectType(scratch, oid);
  }

  async function readRecorded(url: string, commit: string): Promise<Recorded | undefined | Failure> {
    const hash = hashOf(commit);
    // By then it is known whether the server speaks git.
    await tipsOf(url);
    const rest = restOnly.get(url);
    if (rest) return rest.recorded(commit).catch(asFailure);
    const direct = await directly(url, hash, async (remote) => {
      const pack = await fetchPack(remote, commit);
      if (pack === undefined || pack === 'absent') return pack;
      const tree = recordedTree(readPack(pack, hash), commit);
      if (!tree?.gitmodules) return tree && { ...tree, gitmodules: undefined };
      const blob = await fetchPack(remote, tree.gitmodules);
      if (blob === undefined || blob === 'absent') return undefined;
      const content = readPack(blob, hash).get(tree.gitmodules)?.data.toString();
      return content === undefined ? undefined : { ...tree, gitmodules: content };
    });
    if (direct) return direct === 'absent' ? undefined : direct;

    const scratch = await scratchIn(url, 'trees.git', hash);
    let tree = await readTree(scratch, commit);
    if (!tree) {
      const fetched = await alone(scratch.dir, () => byGit(url, () => fetchTree(scratch, url, commit)));
      if (isFailure(fetched)) {
        if (!refusesObject(fetched)) return fetched;
        // By its oid the server gives nothing (protocol 0) or has nothing; all of its branches settle it.
        const everything = await alone(scratch.dir, () => byGit(url, () => fetchTrees(scratch, url)));
        if (isFailure(everything)) return everything;
      }
      tree = await readTree(scratch, commit);
    }
    if (!tree?.gitmodules) return tree && { ...tree, gitmodules: undefined };
    const { gitmodules } = tree;
    const content =
      (await readBlob(scratch, gitmodules, { GIT_NO_LAZY_FETCH: '1' })) ??
      (await limit(serverOf(url), () => readRemoteBlob(scratch, url, gitmodules)));
    return content === undefined ? undefined : { ...tree, gitmodules: content };
  }

  async function scratchIn(url: string, name: string, hash: Hash): Promise<Git> {
    const { dir } = facts.of(url);
    if (!existsSync(dir)) await makeCache(dir);
    return scratchRepository(git, join(dir, name), hash);
  }

  /** Asks without git, if that can be done and was not in vain before. */
  async function directly<T>(
    url: string,
    hash: Hash,
    question: (remote: HttpRemote) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    if (indirect.has(url)) return undefined;
    const headers = directHeaders(url, { settings, env: git.env, tokens });
    const remote = headers && { url, headers, timeoutMs: git.timeoutMs, hash };
    const answer = remote && (await limit(serverOf(url), () => question(remote)));
    if (answer === undefined) indirect.add(url);
    return answer;
  }

  /** Asks by git, again after a while when the failure looks like a passing one. */
  async function byGit<Reply extends ProgramResult>(
    url: string,
    question: () => Promise<Reply>,
  ): Promise<Reply | Failure> {
    for (let attempt = 0; ; attempt++) {
      const reply = await limit(serverOf(url), question);
      if (reply.exitCode === 0) return reply;
      const failure = failureOf(reply);
      const pause = retryDelaysMs[attempt];
      if (!failure.transient || refusesObject(failure) || pause === undefined) return failure;
      await delay(pause);
    }
  }
}

/** A server's words for "not this object": an answer about the object, not about the way to it. */
const refusesObject = ({ said }: Failure): boolean =>
  /not our ref|unadvertised object|couldn't find remote ref|hung up unexpectedly/i.test(said);

export function serverOf(url: string): string {
  const { scheme, host } = locate(url);
  return `${scheme}://${host}`;
}

function readTips(refs: readonly RemoteRef[]): Tips {
  const heads = new Map<string, string>();
  const tags: RemoteRef[] = [];
  let head: RemoteRef | undefined;
  for (const ref of refs) {
    if (ref.name.startsWith('refs/heads/')) heads.set(ref.name.slice('refs/heads/'.length), ref.oid);
    else if (ref.name.startsWith('refs/tags/')) tags.push(ref);
    else if (ref.name === 'HEAD') head = ref;
  }
  return {
    heads,
    tags,
    defaultBranch: head?.target?.replace(/^refs\/heads\//, ''),
    hash: refs[0] && hashOf(refs[0].oid),
  };
}

/** The API of a forge throws its failures. */
function asFailure(error: unknown): Failure {
  if (isFailure(error)) return error;
  throw error;
}

function once<T>(memory: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  let value = memory.get(key);
  if (!value) {
    value = make();
    memory.set(key, value);
  }
  return value;
}
