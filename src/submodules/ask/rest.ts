import type { Recorded } from '../facts.ts';
import type { RemoteRef } from '../git.ts';
import type { ServerToken } from '../tokens.ts';
import { ownerAndName } from '../url.ts';
import type { Failure } from './failure.ts';

/**
 * Forgejo's own API (Gitea's is the same here), for a server that does not speak git over HTTP (`DISABLE_HTTP_GIT`) while
 * a token for it is known. It is asked last: git's protocol settles all branches with one request, this takes one for each
 * page of refs and one for each ref that may hold the commit.
 */
export interface RestRepository {
  /** Branches, tags and HEAD. */
  refs(): Promise<RemoteRef[]>;
  /** Refs of pull requests. */
  pulls(): Promise<RemoteRef[]>;
  /** Whether the history of one of the tips holds the commit. */
  contains(commit: string, tips: readonly string[]): Promise<boolean>;
  /** Whether the repository stores such a commit. */
  stores(commit: string): Promise<boolean>;
  /** What a commit records about submodules; undefined when the repository has no such commit. */
  recorded(commit: string): Promise<Recorded | undefined>;
}

const mostPages = 1_000;

interface Named {
  name: string;
  id?: string;
  commit: { id?: string; sha?: string };
}
interface TreePage {
  tree?: { path: string; type: string; sha: string }[];
  truncated?: boolean;
}

/**
 * The repository behind an HTTP URL whose server's token is known; undefined for any other URL. Its methods throw a
 * `Failure` when the API gives no clear answer.
 */
export function restRepository(
  url: string,
  tokens: readonly ServerToken[],
  timeoutMs: number,
): RestRepository | undefined {
  const server = tokens.find(({ base }) => url.startsWith(`${base}/`));
  const named = server && ownerAndName(`https://host${url.slice(server.base.length)}`);
  if (!server || !named) return undefined;
  const root = `${server.base}/api/v1/repos/${encodeURIComponent(named.owner)}/${encodeURIComponent(named.name)}`;

  return {
    async refs() {
      const repository = await get<{ default_branch?: string }>('');
      if (!repository) throw silent('the API shows no such repository');
      const [branches, tags] = [await pages<Named>('/branches'), await pages<Named>('/tags')];
      const heads = branches.map(({ name, commit }) => ({ name: `refs/heads/${name}`, oid: commit.id ?? '' }));
      const target = `refs/heads/${repository.default_branch}`;
      const head = heads.find(({ name }) => name === target);
      return [
        ...(head ? [{ name: 'HEAD', oid: head.oid, target }] : []),
        ...heads,
        ...tags.map(({ name, id, commit: { sha = '' } }) => ({
          name: `refs/tags/${name}`,
          oid: id ?? sha,
          ...(id !== undefined && id !== sha && { peeled: sha }),
        })),
      ];
    },
    async pulls() {
      const found = await get<{ ref: string; object: { sha: string } }[] | object>('/git/refs/pull');
      return Array.isArray(found) ? found.map(({ ref, object }) => ({ name: ref, oid: object.sha })) : [];
    },
    async contains(commit, tips) {
      for (const tip of tips) {
        if (tip === commit) return true;
        // Commits of the second that the first lacks: none when the first's history holds it.
        const found = await get<{ total_commits?: number }>(`/compare/${tip}...${commit}`);
        if (found?.total_commits === 0) return true;
      }
      return false;
    },
    async stores(commit) {
      return (await get<object>(`/git/commits/${commit}?stat=false&verification=false&files=false`)) !== undefined;
    },
    async recorded(commit) {
      const entries: NonNullable<TreePage['tree']> = [];
      for (let page = 1; page <= mostPages; page++) {
        const found = await get<TreePage>(`/git/trees/${commit}?recursive=true&per_page=1000&page=${page}`);
        if (!found) return undefined;
        entries.push(...(found.tree ?? []));
        if (!found.truncated || !found.tree?.length) break;
      }
      const gitlinks = entries.filter(({ type }) => type === 'commit').map(({ path, sha }) => ({ path, oid: sha }));
      const file = entries.find(({ path, type }) => path === '.gitmodules' && type === 'blob');
      if (!file) return { gitlinks, gitmodules: undefined };
      const blob = await get<{ content: string }>(`/git/blobs/${file.sha}`);
      return blob && { gitlinks, gitmodules: Buffer.from(blob.content, 'base64').toString() };
    },
  };

  /** Until an empty page: servers give fewer items than asked for (`MAX_RESPONSE_ITEMS`). */
  async function pages<T>(route: string): Promise<T[]> {
    const items: T[] = [];
    for (let page = 1; page <= mostPages; page++) {
      const found = (await get<T[]>(`${route}?limit=50&page=${page}`)) ?? [];
      if (found.length === 0) return items;
      items.push(...found);
    }
    throw silent('the API gives pages without an end');
  }

  /** undefined for what is not there (404). */
  async function get<T>(route: string): Promise<T | undefined> {
    let response: Response;
    try {
      response = await fetch(`${root}${route}`, {
        headers: { accept: 'application/json', authorization: `token ${server!.token}` },
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (response.status === 200) return (await response.json()) as T;
      await response.body?.cancel();
    } catch (error) {
      throw silent(`the API does not answer: ${(error as Error).message}`);
    }
    if (response.status === 404) return undefined;
    throw silent(`the API answers with ${response.status}`);
  }
}

const silent = (said: string): Failure => ({ kind: 'unreachable-host', said, transient: false });
