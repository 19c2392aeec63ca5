import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configuration, openRepository } from '../../src/submodules/git.ts';
import { pushUrlsOf, remoteSettings, requiredRemotes, templateLine } from '../../src/submodules/remotes.ts';
import { asHttp, authorizationFor, tokenSettings, tokensFrom } from '../../src/submodules/tokens.ts';
import { ownerAndName, resolveRelative, rewrite, sameRepository, shown } from '../../src/submodules/url.ts';
import { commit, git, gitEnv, temporary, tryGit } from '../support/repositories.ts';

let place: ReturnType<typeof temporary>;
let root: string;
beforeAll(() => {
  place = temporary();
  root = place.dir;
  git(root, 'init', '--quiet');
});
afterAll(() => place.remove());

describe('relative URLs', () => {
  const remotes = [
    'https://code.example/team/root.git',
    'https://code.example/team/root/',
    'ssh://git@code.example:2222/team/root.git',
    'git@code.example:team/root.git',
    'git@code.example:root.git',
    '/srv/git/team/root.git',
    'file:///srv/git/root',
  ];
  const relatives = ['../lib.git', './lib.git', '../../other/lib.git', '../lib/', '../../lib'];

  it.each(remotes)('resolves against %s as git does', (remote) => {
    git(root, 'config', 'remote.origin.url', remote);
    for (const relative of relatives) {
      commit(root, 'entry', { '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = ${relative}\n` });
      git(root, 'update-index', '--add', '--cacheinfo', `160000,${git(root, 'rev-parse', 'HEAD')},x`);
      const { code } = tryGit(root, 'submodule', 'init', 'x');
      const expected = code === 0 ? git(root, 'config', 'submodule.x.url') : undefined;
      expect([relative, resolveRelative(remote, relative)]).toEqual([relative, expected]);
      tryGit(root, 'config', '--unset', 'submodule.x.url');
    }
  });
});

describe('rewriting', () => {
  it('takes the longest insteadOf, as git does', async () => {
    git(root, 'config', 'url.https://mirror.example/.insteadOf', 'https://code.example/');
    git(root, 'config', 'url.ssh://git@inner.example/.insteadOf', 'https://code.example/inner/');
    git(root, 'config', 'url.ssh://git@push.example/.pushInsteadOf', 'https://other.example/');
    const settings = await configuration(await openRepository(root, gitEnv, 5_000), remoteSettings);
    for (const url of ['https://code.example/a.git', 'https://code.example/inner/a.git', 'https://else.example/a'])
      expect(rewrite(url, settings, 'insteadof')).toBe(git(root, 'ls-remote', '--get-url', url));
  });

  it('knows where pushes go, as git does', async () => {
    git(root, 'remote', 'add', 'plain', 'https://code.example/a.git');
    git(root, 'remote', 'add', 'pushed', 'https://other.example/a.git');
    git(root, 'remote', 'add', 'several', 'https://code.example/a.git');
    git(root, 'config', '--add', 'remote.several.pushurl', 'https://code.example/b.git');
    git(root, 'config', '--add', 'remote.several.pushurl', 'https://other.example/c.git');
    const urls = pushUrlsOf(await configuration(await openRepository(root, gitEnv, 5_000), remoteSettings));
    for (const name of ['plain', 'pushed', 'several'])
      expect(urls.get(name)).toEqual(git(root, 'remote', 'get-url', '--push', '--all', name).split('\n'));
  });
});

describe('addresses', () => {
  it('sees through scheme, user and port to the repository', () => {
    expect(sameRepository('https://code.example/team/lib.git', 'git@code.example:team/lib')).toBe(true);
    expect(sameRepository('ssh://git@code.example:2222/team/lib.git', 'https://code.example/team/lib')).toBe(true);
    expect(sameRepository('https://code.example/team/lib', 'https://code.example/fork/lib')).toBe(false);
    expect(sameRepository('http://code.example:3000/team/lib', 'http://code.example:3001/team/lib')).toBe(false);
    expect(sameRepository('/srv/a.git', '/srv/b.git')).toBe(false);
  });

  it('never shows a password', () => {
    expect(shown('https://me:hunter2@code.example/a.git')).toBe('https://code.example/a.git');
    expect(shown('ssh://git@code.example/a.git')).toBe('ssh://git@code.example/a.git');
  });

  it('finds owner and name', () => {
    expect(ownerAndName('git@code.example:team/lib.git')).toEqual({ owner: 'team', name: 'lib' });
    expect(ownerAndName('https://code.example/group/sub/lib')).toEqual({ owner: 'group/sub', name: 'lib' });
    expect(ownerAndName('https://code.example/lib')).toBeUndefined();
  });
});

describe('required remotes', () => {
  const situation = {
    rootRemotes: [
      { name: 'origin', url: 'https://code.example/team/root.git' },
      { name: 'alm', url: 'https://alm.example/gb/root.git' },
    ],
    defaultRemote: 'origin',
    parentBases: new Map([
      ['origin', ['https://code.example/team/root.git']],
      ['alm', ['https://alm.example/gb/root.git']],
    ]),
    declared: 'https://code.example/team/lib.git',
    settings: [],
    templates: {},
    own: new Map<string, string[]>(),
  };
  const urls = (more: object) => requiredRemotes({ ...situation, ...more }).required.map(({ url, by }) => [url, by]);

  it('resolves a relative URL against each remote', () => {
    expect(urls({ declared: '../lib.git' })).toEqual([
      ['https://code.example/team/lib.git', 'relative-url'],
      ['https://alm.example/gb/lib.git', 'relative-url'],
    ]);
  });

  it('resolves it against each address that a push goes to as well, each repository once', () => {
    const origin = ['https://code.example/team/root.git', 'git@code.example:team/root.git', 'https://b.example/x/root'];
    expect(urls({ declared: '../lib.git', parentBases: new Map([['origin', origin]]) }).slice(0, -1)).toEqual([
      ['https://code.example/team/lib.git', 'relative-url'],
      ['https://b.example/x/lib.git', 'push-address'],
    ]);
  });

  it('takes an absolute one for the default remote; for others the own remote, the template, or nothing', () => {
    const [first, unknown] = urls({});
    expect([first, unknown]).toEqual([
      ['https://code.example/team/lib.git', 'declared'],
      [undefined, 'unknown'],
    ]);
    const templates = { alm: 'https://alm.example/{owner}/{name}.git' };
    expect(urls({ templates })[1]).toEqual(['https://alm.example/team/lib.git', 'template']);
    const own = new Map([['alm', ['git@alm.example:gb/lib.git']]]);
    expect(urls({ templates, own })[1]).toEqual(['git@alm.example:gb/lib.git', 'own-remote']);
  });

  it('asks a submodule’s own remote too when it is another repository, not when it is another way to the same', () => {
    const declared = ['https://code.example/team/lib.git', 'declared'];
    expect(urls({ own: new Map([['origin', ['git@code.example:team/lib.git']]]) }).slice(0, -1)).toEqual([declared]);
    expect(urls({ own: new Map([['origin', ['git@code.example:me/lib.git']]]) }).slice(0, -1)).toEqual([
      declared,
      ['git@code.example:me/lib.git', 'own-remote'],
    ]);
  });

  it('guesses the line of submodules.yaml from the root’s address', () => {
    expect(templateLine(situation.rootRemotes[1]!)).toBe('remotes: { alm: "https://alm.example/{owner}/{name}.git" }');
    expect(templateLine({ name: 'alm', url: 'git@alm.example:gb/root' })).toBe(
      'remotes: { alm: "git@alm.example:{owner}/{name}" }',
    );
    expect(templateLine({ name: 'alm', url: undefined })).toBe(
      'remotes: { alm: "https://alm.example/{owner}/{name}.git" }',
    );
  });
});

describe('tokens', () => {
  it('belong to one server each, and named ones come first', () => {
    const env = {
      FORGEJO_TOKEN: 'forgejo-token',
      FORGEJO_SERVER_URL: 'https://alm.example/',
      GITHUB_TOKEN: 'github-token',
      OTHER: 'other-token',
    };
    const tokens = tokensFrom(env, ['code.example=OTHER']);
    expect(tokens).toEqual([
      { base: 'https://code.example', token: 'other-token' },
      { base: 'https://alm.example', token: 'forgejo-token' },
      { base: 'https://github.com', token: 'github-token' },
    ]);
    expect(authorizationFor('https://alm.example/a/b.git', tokens)).toBe(
      `Basic ${Buffer.from('x-access-token:forgejo-token').toString('base64')}`,
    );
    expect(authorizationFor('https://alm.example.evil.test/a/b.git', tokens)).toBeUndefined();
    expect(asHttp('ssh://git@alm.example:2222/a/b.git', tokens)).toBe('https://alm.example/a/b.git');
    expect(asHttp('git@elsewhere.example:a/b.git', tokens)).toBe('git@elsewhere.example:a/b.git');
    expect(tokenSettings(tokens).filter(([key]) => key.includes('alm'))).toEqual([
      ['http.https://alm.example/.extraheader', ''],
      ['http.https://alm.example/.extraheader', expect.stringMatching(/^Authorization: Basic /)],
    ]);
  });

  it('have to be there when named', () => {
    expect(() => tokensFrom({}, ['code.example=NONE'])).toThrow('NONE is not set');
    expect(() => tokensFrom({}, ['NONE'])).toThrow('names no host');
  });
});
