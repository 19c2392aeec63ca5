import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FactStore } from '../../src/submodules/facts.ts';
import { type GitServer, type GitServerOptions, startGitServer } from '../support/git-server.mjs';
import { makeProbe } from '../support/probe.ts';
import { bare, commit, git, temporary } from '../support/repositories.ts';

// One repository, every place a commit can be in, asked through each kind of server.
let dir: ReturnType<typeof temporary>;
let work: string;
let server: GitServer | undefined;
const at = {
  tip: '',
  behind: '',
  topic: '',
  tag: '',
  pull: '',
  gone: '',
  tree: '',
  tagObject: '',
  absent: 'a'.repeat(40),
};

beforeAll(() => {
  dir = temporary();
  work = join(dir.dir, 'work');
  mkdirSync(work);
  git(work, 'init', '--quiet');
  const lib = bare(join(dir.dir, 'srv', 'team', 'lib.git'));
  at.behind = commit(work, 'one', { file: '1', 'sub/file': '1' });
  at.tip = commit(work, 'two', { file: '2' });
  const push = (...refs: string[]) => git(work, 'push', '--quiet', '--force', lib, ...refs);
  push('main');
  at.topic = commit(work, 'three');
  push('HEAD:topic');
  at.tag = commit(work, 'four');
  git(work, 'tag', '-a', '-m', 'v1', 'v1');
  at.tagObject = git(work, 'rev-parse', 'v1');
  push('v1');
  at.pull = commit(work, 'five');
  push('HEAD:refs/pull/1/head');
  git(work, 'checkout', '--quiet', '-b', 'gone', at.behind);
  at.gone = commit(work, 'six');
  push('HEAD:gone');
  push(':gone');
  at.tree = git(work, 'rev-parse', 'main^{tree}');
});
afterAll(() => dir.remove());
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const serve = async (options: Partial<GitServerOptions> = {}) => {
  server = await startGitServer({ root: join(dir.dir, 'srv'), ...options });
  return `${server.url}/team/lib.git`;
};
const uploadpack = (settings: Record<string, string>) => {
  const lib = join(dir.dir, 'srv', 'team', 'lib.git');
  for (const name of ['allowFilter', 'allowReachableSHA1InWant', 'allowAnySHA1InWant'])
    git(lib, 'config', '--replace-all', `uploadpack.${name}`, settings[name] ?? 'false');
};
const fresh = (setup: object = {}) => {
  const own = join(dir.dir, `probe-${Math.random().toString(36).slice(2)}`);
  mkdirSync(own);
  return makeProbe({ dir: own, ...setup });
};
/** Makes Node leave the asking to git. */
const byGitOnly = { env: { GIT_HTTP_LOW_SPEED_LIMIT: '1', GIT_HTTP_LOW_SPEED_TIME: '60' } };

const servers: [string, GitServerOptions['protocol'], Record<string, string>][] = [
  ['default settings, protocol 2', 2, {}],
  ['filters allowed, protocol 2', 2, { allowFilter: 'true' }],
  ['Forgejo’s settings, protocol 2', 2, { allowFilter: 'true', allowAnySHA1InWant: 'true' }],
  ['default settings, protocol 0', 0, {}],
  ['allowReachableSHA1InWant, protocol 0', 0, { allowReachableSHA1InWant: 'true' }],
  ['allowAnySHA1InWant and filters, protocol 0', 0, { allowFilter: 'true', allowAnySHA1InWant: 'true' }],
];

describe.each(servers)('%s', (_name, protocol, settings) => {
  it.each([
    ['directly', {}],
    ['by git', byGitOnly],
  ])('knows where each commit is, asked %s', async (_how, setup) => {
    uploadpack(settings);
    const url = await serve({ protocol: protocol! });
    const { probe } = await fresh(setup);
    const places = Object.fromEntries(
      await Promise.all(
        Object.entries(at).map(async ([name, oid]) => [
          name,
          ((await probe.ask({ url, commit: oid })) as { place: string }).place,
        ]),
      ),
    );
    // Protocol 0 without permission to name any object does not say whether it stores one: then it counts as absent.
    const tells = protocol === 2 || settings.allowAnySHA1InWant;
    expect(places).toEqual({
      tip: 'merged',
      behind: 'merged',
      topic: 'unmerged',
      tag: 'tag',
      pull: 'pull',
      gone: tells ? 'unreachable' : 'absent',
      tree: tells ? 'not-a-commit' : 'absent',
      tagObject: 'not-a-commit',
      absent: 'absent',
    });
    expect(await probe.recorded(url, at.behind)).toEqual({ gitlinks: [], gitmodules: undefined });
  });
});

describe('what a commit records, without a clone', () => {
  it.each([
    ['directly', 2, {}],
    ['by git', 2, byGitOnly],
    ['with protocol 0, where only branches can be fetched', 0, {}],
  ] as const)('reads gitlinks and .gitmodules %s', async (_how, protocol, setup) => {
    uploadpack({ allowFilter: 'true' });
    const { dir: place, remove } = temporary();
    const source = join(place, 'work');
    mkdirSync(source);
    git(source, 'init', '--quiet');
    const gitmodules = '[submodule "x"]\n\tpath = deep/x y\n\turl = ../x.git\n';
    commit(source, 'one', { '.gitmodules': gitmodules, 'deep/file': 'x', 'deep/er/file': 'y'.repeat(5000) });
    git(source, 'update-index', '--add', '--cacheinfo', `160000,${at.absent},deep/x y`);
    const recorded = commit(source, 'two');
    commit(source, 'three');
    git(source, 'push', '--quiet', bare(join(place, 'srv', 'r.git')), 'main');
    server = await startGitServer({ root: join(place, 'srv'), protocol });
    const { probe } = await fresh(setup);
    expect(await probe.recorded(`${server.url}/r.git`, recorded)).toEqual({
      gitlinks: [{ path: 'deep/x y', oid: at.absent }],
      gitmodules,
    });
    expect(await probe.recorded(`${server.url}/r.git`, 'b'.repeat(40))).toBeUndefined();
    remove();
  });
});

describe('what keeps a remote from answering', () => {
  it('asks again when a server is busy, and then knows', async () => {
    const url = await serve({ failFirst: 3 });
    const { probe } = await fresh();
    expect(await probe.ask({ url, commit: at.tip })).toMatchObject({ place: 'merged' });
  });

  it('gives up after its attempts: unreachable, never missing', async () => {
    const url = await serve({ failFirst: 100 });
    const { probe } = await fresh();
    expect(await probe.ask({ url, commit: at.tip })).toMatchObject({ kind: 'unreachable-host', transient: true });
  });

  it('tells missing credentials from missing commits, and uses a token without showing it', async () => {
    const auth = { user: 'x-access-token', password: 'sesame-open-now' };
    const url = await serve({ auth });
    const { probe } = await fresh();
    expect(await probe.ask({ url, commit: at.tip })).toMatchObject({ kind: 'private-no-credentials' });
    const tokens = [{ base: server!.url, token: auth.password }];
    for (const setup of [{}, byGitOnly]) {
      const own = join(dir.dir, `token-${Object.keys(setup).length}`);
      mkdirSync(own);
      const { probe: with_, facts } = await makeProbe({ dir: own, tokens, ...setup });
      expect(await with_.ask({ url, commit: at.behind })).toMatchObject({ place: 'merged' });
      expect(await with_.ask({ url, commit: at.gone })).toMatchObject({ place: 'unreachable' });
      await facts.save();
      for (const file of readdirSync(own, { recursive: true, withFileTypes: true })) {
        if (!file.isFile()) continue;
        const content = readFileSync(join(file.parentPath ?? file.path, file.name)).toString('latin1');
        expect(content).not.toContain(auth.password);
        expect(content).not.toContain(Buffer.from(`${auth.user}:${auth.password}`).toString('base64'));
      }
    }
  });

  it('asks an ssh address by HTTP where it has the server’s token', async () => {
    const auth = { user: 'x-access-token', password: 'sesame-open-now' };
    await serve({ auth });
    const { probe } = await fresh({ tokens: [{ base: server!.url, token: auth.password }] });
    expect(await probe.ask({ url: 'git@127.0.0.1:team/lib.git', commit: at.tip })).toMatchObject({ place: 'merged' });
  });
});

describe('the cache', () => {
  it('answers from facts when the tips are the same, and never when they moved', async () => {
    uploadpack({ allowFilter: 'true' });
    const url = await serve();
    const own = join(dir.dir, 'kept');
    mkdirSync(own);
    const first = await makeProbe({ dir: own });
    expect(await first.probe.ask({ url, commit: at.behind })).toMatchObject({ place: 'merged' });
    await first.probe.recorded(url, at.behind);
    await first.facts.save();
    const before = (await server!.requests()).length;
    const second = await makeProbe({ dir: own });
    expect(await second.probe.ask({ url, commit: at.behind })).toMatchObject({ place: 'merged' });
    await second.probe.recorded(url, at.behind);
    // One question: where the branches are.
    expect((await server!.requests()).length - before).toBe(1);

    const lib = join(dir.dir, 'srv', 'team', 'lib.git');
    git(lib, 'update-ref', 'refs/heads/main', at.gone);
    const third = await makeProbe({ dir: own });
    expect(await third.probe.ask({ url, commit: at.tip })).toMatchObject({ place: 'unmerged' });
    git(lib, 'update-ref', 'refs/heads/main', at.tip);
  });

  it('does not take a branch for one that holds the commit because another did', async () => {
    uploadpack({ allowFilter: 'true' });
    const url = await serve();
    const lib = join(dir.dir, 'srv', 'team', 'lib.git');
    const own = join(dir.dir, 'two-branches');
    mkdirSync(own);
    git(lib, 'update-ref', 'refs/heads/main', at.behind);
    git(lib, 'update-ref', 'refs/heads/unrelated', at.gone);
    const place = async () => {
      const { probe, facts } = await makeProbe({ dir: own });
      const answer = await probe.ask({ url, commit: at.tip });
      await facts.save();
      return 'place' in answer && answer.place;
    };
    expect(await place()).toBe('unmerged');
    for (const ref of ['refs/heads/topic', 'refs/tags/v1', 'refs/pull/1/head']) git(lib, 'update-ref', '-d', ref);
    expect(await place()).toBe('unreachable');
    git(lib, 'update-ref', 'refs/heads/main', at.tip);
    git(lib, 'update-ref', 'refs/heads/topic', at.topic);
    git(lib, 'update-ref', 'refs/tags/v1', at.tagObject);
    git(lib, 'update-ref', 'refs/pull/1/head', at.pull);
    git(lib, 'update-ref', '-d', 'refs/heads/unrelated');
  });

  it('names the setting where its directory cannot be made', async () => {
    const facts = new FactStore('/dev/null/cache');
    facts.of('https://code.example/a.git').addContains(['t1'], 'c1');
    await expect(facts.save()).rejects.toMatchObject({ fix: expect.stringContaining('FORGEJO_CI_TOOLKIT_CACHE') });
  });

  it('asks by one request where git takes several', async () => {
    const url = await serve();
    const { probe } = await fresh();
    await probe.ask({ url, commit: at.tip });
    expect(await server!.requests()).toEqual(['POST /team/lib.git/git-upload-pack']);
  });
});
