import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProbe } from '../support/probe.ts';
import { bare, commit, git, temporary } from '../support/repositories.ts';

// Forgejo with DISABLE_HTTP_GIT: git over HTTP is refused, the API answers. Behind it lies a real repository; routes and
// shapes are those of its swagger document.
const token = 'sesame-open-now';
const gitmodules = '[submodule "x"]\n\tpath = deep/x\n\turl = ../x.git\n';
const absent = 'a'.repeat(40);
let place: ReturnType<typeof temporary>;
let lib: string;
let server: Server;
let base: string;
let broken = '';
const asked: string[] = [];
const at = { tip: '', behind: '', topic: '', tag: '', pull: '', gone: '', absent };

beforeAll(async () => {
  place = temporary();
  const work = place.dir;
  lib = bare(join(place.dir, 'lib.git'));
  git(work, 'init', '--quiet');
  const push = (...refs: string[]) => git(work, 'push', '--quiet', '--force', lib, ...refs);
  at.behind = commit(work, 'one', { '.gitmodules': gitmodules, 'deep/file': 'x' });
  git(work, 'update-index', '--add', '--cacheinfo', `160000,${absent},deep/x`);
  at.tip = commit(work, 'two');
  push('HEAD:main');
  at.topic = commit(work, 'three');
  push('HEAD:topic/a');
  at.tag = commit(work, 'four');
  git(work, 'tag', '-a', '-m', 'v1', 'v1');
  push('v1');
  at.pull = commit(work, 'five');
  push('HEAD:refs/pull/1/head');
  at.gone = commit(work, 'six');
  push('HEAD:gone');
  push(':gone');

  server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://server');
    asked.push(url.pathname);
    const answer = request.headers.authorization === `token ${token}` ? api(url) : undefined;
    const status = url.pathname.includes(broken || '\0') ? 500 : answer === undefined ? 404 : 200;
    if (!url.pathname.startsWith('/forge/api/v1/')) response.writeHead(403).end();
    else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/forge`;
});
afterAll(() => {
  server.close();
  place.remove();
});

function api(url: URL): unknown {
  const route = url.pathname.replace('/forge/api/v1/repos/team/lib', '');
  // Two items a page, however many are asked for: MAX_RESPONSE_ITEMS.
  const page = <T>(items: T[]) => items.slice((Number(url.searchParams.get('page')) - 1) * 2).slice(0, 2);
  const refs = (pattern: string) =>
    git(lib, 'for-each-ref', '--format=%(refname) %(objectname) %(*objectname)', pattern)
      .split('\n')
      .map((line) => line.split(' ') as [string, string, string]);
  const stored = (oid: string) =>
    git(lib, 'cat-file', '--batch-all-objects', '--batch-check').includes(`${oid} commit`);
  const [, kind, argument = ''] = /^\/(branches|tags|compare|git\/\w+)(?:\/(.*))?$/.exec(route) ?? [];
  if (route === '') return { default_branch: 'main' };
  if (kind === 'branches')
    return page(refs('refs/heads').map(([name, id]) => ({ name: name.slice(11), commit: { id } })));
  if (kind === 'tags')
    return page(refs('refs/tags').map(([name, id, sha]) => ({ name: name.slice(10), id, commit: { sha: sha || id } })));
  if (kind === 'git/refs') return refs(`refs/${argument}`).map(([ref, sha]) => ({ ref, object: { sha } }));
  if (kind === 'git/commits') return stored(argument) ? { sha: argument } : undefined;
  if (kind === 'compare') {
    const [tip, head] = argument.split('...') as [string, string];
    if (!stored(head)) return undefined;
    return { total_commits: Number(git(lib, 'rev-list', '--count', `${tip}..${head}`)), commits: [] };
  }
  if (kind === 'git/trees') {
    if (!stored(argument)) return undefined;
    const all = git(lib, 'ls-tree', '-r', '-t', argument).split('\n');
    const tree = page(all).map((line) => {
      const [, type, sha, path] = /^\d+ (\w+) (\w+)\t(.*)$/.exec(line)!;
      return { type, sha, path };
    });
    return { tree, truncated: Number(url.searchParams.get('page')) * 2 < all.length };
  }
  if (kind === 'git/blobs')
    return { content: Buffer.from(`${git(lib, 'cat-file', 'blob', argument)}\n`).toString('base64') };
  return undefined;
}

const fresh = async (name: string) =>
  (await makeProbe({ dir: join(place.dir, name), tokens: [{ base, token }], retryDelaysMs: [] })).probe;

describe('a forge that speaks no git over HTTP, with a token for its API', () => {
  it.each(['https', 'ssh'])('knows where each commit is (%s address)', async (scheme) => {
    const url = scheme === 'ssh' ? 'git@127.0.0.1:team/lib.git' : `${base}/team/lib.git`;
    const probe = await fresh(scheme);
    const found: Record<string, unknown> = {};
    for (const [name, oid] of Object.entries(at))
      found[name] = ((await probe.ask({ url, commit: oid })) as { place: string }).place;
    expect(found).toEqual({
      tip: 'merged',
      behind: 'merged',
      topic: 'unmerged',
      tag: 'tag',
      pull: 'pull',
      gone: 'unreachable',
      absent: 'absent',
    });
    expect(await probe.recorded(url, at.tip)).toEqual({ gitlinks: [{ path: 'deep/x', oid: absent }], gitmodules });
    expect(await probe.recorded(url, absent)).toBeUndefined();
    expect(await probe.branches(url)).toMatchObject({ defaultBranch: 'main' });
  });

  it('never takes an error of the API for a missing commit', async () => {
    const url = `${base}/team/lib.git`;
    for (const route of ['/compare/', '/git/commits/']) {
      broken = route;
      const probe = await fresh(`broken${route.replaceAll('/', '-')}`);
      expect(await probe.ask({ url, commit: at.behind })).toMatchObject({ kind: 'unreachable-host', said: /500/ });
    }
    broken = '/branches';
    // What git said stays the answer.
    expect(await (await fresh('broken')).ask({ url, commit: at.behind })).toMatchObject({ said: /403/ });
    broken = '';
  });

  it('is left alone without a token', async () => {
    asked.length = 0;
    const { probe } = await makeProbe({ dir: join(place.dir, 'none'), retryDelaysMs: [] });
    expect(await probe.ask({ url: `${base}/team/lib.git`, commit: at.tip })).toMatchObject({
      kind: 'private-no-credentials',
    });
    expect(asked.some((path) => path.includes('/api/'))).toBe(false);
  });
});
