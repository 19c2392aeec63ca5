import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf } from '../../src/submodules/ask/failure.ts';
import { directHeaders } from '../../src/submodules/ask/http.ts';
import { readPack, recordedTree } from '../../src/submodules/ask/pack.ts';
import { triggerOf } from '../../src/submodules/ci.ts';
import { parseConfigFile } from '../../src/submodules/config.ts';
import { FactStore } from '../../src/submodules/facts.ts';
import { matchesPath } from '../../src/submodules/glob.ts';
import { createLimit } from '../../src/submodules/limit.ts';
import { commit, git, gitEnv, temporary } from '../support/repositories.ts';

let place: ReturnType<typeof temporary>;
beforeAll(() => {
  place = temporary();
});
afterAll(() => place.remove());

describe('packs', () => {
  it.each(['sha1', 'sha256'] as const)('are read object by object, deltas too (%s)', (format) => {
    const dir = join(place.dir, format);
    mkdirSync(dir);
    git(dir, 'init', '--quiet', `--object-format=${format}`);
    const long = Array.from({ length: 400 }, (_, index) => `line ${index}`);
    for (const change of [3, 200, 399]) {
      long[change] = 'changed';
      commit(dir, `change ${change}`, { 'a/long.txt': long.join('\n'), [`a/b/${change}`]: 'x' });
    }
    git(dir, 'update-index', '--add', '--cacheinfo', `160000,${git(dir, 'rev-parse', 'HEAD')},a/sub`);
    const last = commit(dir, 'link', { '.gitmodules': '[submodule "x"]\n' });
    const pack = execFileSync('git', ['pack-objects', '--all', '--stdout', '--quiet'], {
      cwd: dir,
      env: gitEnv,
      input: '',
    });
    const kinds = git(dir, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype)');
    const objects = readPack(pack, format);
    expect([...objects].map(([oid, { type }]) => `${oid} ${type}`).sort()).toEqual(kinds.split('\n').sort());
    for (const [oid, { type, data }] of objects)
      expect(execFileSync('git', ['cat-file', type, oid], { cwd: dir, env: gitEnv }).equals(data)).toBe(true);
    // The pack did hold deltas, or this proves nothing.
    expect(pack.length).toBeLessThan(6_000);
    expect(recordedTree(objects, last)).toEqual({
      gitlinks: [{ path: 'a/sub', oid: git(dir, 'rev-parse', 'HEAD~1') }],
      gitmodules: git(dir, 'rev-parse', 'HEAD:.gitmodules'),
    });
    expect(recordedTree(new Map([...objects].filter(([, { type }]) => type !== 'tree')), last)).toBeUndefined();
  });

  it('are refused when they are something else', () => {
    expect(() => readPack(Buffer.from('<html>not a pack</html>'), 'sha1')).toThrow('Not a pack');
  });
});

describe('what git and ssh say when they cannot reach a remote', () => {
  const kind = (stderr: string) => {
    const { kind: name, transient } = failureOf({ exitCode: 128, stdout: Buffer.alloc(0), stderr, timedOut: false });
    return `${name}${transient ? ', try again' : ''}`;
  };
  it.each([
    ["fatal: could not read Username for 'https://code.example': terminal prompts disabled", 'private-no-credentials'],
    ["fatal: Authentication failed for 'https://code.example/a.git/'", 'private-no-credentials'],
    [
      'git@code.example: Permission denied (publickey).\nfatal: Could not read from remote repository.',
      'private-no-credentials',
    ],
    [
      "remote: Repository not found.\nfatal: repository 'https://code.example/a.git/' not found",
      'private-no-credentials',
    ],
    [
      "fatal: unable to access 'https://code.example/': The requested URL returned error: 403",
      'private-no-credentials',
    ],
    [
      "fatal: unable to access 'https://code.example/': The requested URL returned error: 503",
      'unreachable-host, try again',
    ],
    ["fatal: unable to access 'https://x.invalid/': Could not resolve host: x.invalid", 'unreachable-host'],
    ['ssh: Could not resolve hostname x: Temporary failure in name resolution', 'unreachable-host, try again'],
    ['ssh: connect to host code.example port 22: Connection timed out', 'unreachable-host, try again'],
    ['Host key verification failed.\nfatal: Could not read from remote repository.', 'unreachable-host'],
    ["fatal: unable to access 'https://x/': SSL certificate problem: self-signed certificate", 'unreachable-host'],
  ])('%s', (stderr, expected) => expect(kind(stderr)).toBe(expected));
});

describe('asking without git', () => {
  const headers = (url: string, settings: [string, string][], env = {}) =>
    directHeaders(url, { settings, env, tokens: [] });
  const url = 'https://code.example/team/lib.git';

  it('uses the headers that git would send', () => {
    const settings: [string, string][] = [
      ['http.https://code.example/.extraheader', 'AUTHORIZATION: basic abc'],
      ['http.https://other.example/.extraheader', 'X-Other: 1'],
      ['http.extraheader', 'X-All: 1'],
    ];
    expect(headers(url, settings)).toEqual({ authorization: 'basic abc', 'x-all': '1' });
    expect(headers(url, [...settings, ['http.https://code.example/.extraheader', '']])).toEqual({});
    expect(headers('https://me:pass%20word@code.example/a', [])).toEqual({
      authorization: `Basic ${Buffer.from('me:pass word').toString('base64')}`,
    });
  });

  it('leaves it to git as soon as git was told something it alone obeys', () => {
    expect(headers(url, [['http.sslverify', 'false']])).toBeUndefined();
    expect(headers(url, [['http.https://code.example/.proxy', 'http://proxy']])).toBeUndefined();
    expect(headers(url, [], { HTTPS_PROXY: 'http://proxy' })).toBeUndefined();
    expect(headers(url, [], { GIT_SSL_CAINFO: '/ca.pem' })).toBeUndefined();
    expect(headers('ssh://git@code.example/a', [])).toBeUndefined();
  });
});

describe('submodules.yaml', () => {
  const parse = (content: string) => parseConfigFile(content, 'submodules.yaml');
  it('reads every key', async () => {
    expect(
      await parse(
        'require: origin\nremotes: { alm: "https://alm.example/{owner}/{name}.git" }\nexclude: [a]\nforbid: []\nprotected: [x]\nmirrors: { b: 1m }\nrequire-branch: true\n',
      ),
    ).toEqual({
      require: ['origin'],
      remotes: { alm: 'https://alm.example/{owner}/{name}.git' },
      exclude: ['a'],
      forbid: [],
      protected: ['x'],
      mirrors: { b: 60 },
      requireBranch: true,
    });
    expect(await parse('')).toMatchObject({ forbid: ['.env', 'init.json'], protected: ['alm'] });
  });

  it.each([
    ['remote: {}', 'did you mean "remotes"?'],
    ['- a', 'has to hold keys and values'],
    ['require: [1]', '"require" has to be a list of words'],
    ['remotes: { alm: "https://alm.example/{org}/{name}" }', 'unknown part {org}'],
    ['mirrors: { a: soon }', '"soon" is not a duration'],
    ['require-branch: maybe', 'has to be true or false'],
    ['a: [', 'is not YAML'],
  ])('refuses %s', async (content, message) => {
    await expect(parse(content)).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining(message) });
  });
});

describe('what a push sets off', () => {
  const runs = (on: string, branch = 'main', changed?: string[]) =>
    triggerOf('w.yaml', `on: ${on}\n`, branch, changed).runs;
  it.each([
    ['push', 'main', undefined, true],
    ['[pull_request]', 'main', undefined, false],
    ['{ push: { branches: [main, "release/**"] } }', 'release/1/x', undefined, true],
    ['{ push: { branches: ["release/*"] } }', 'release/1/x', undefined, false],
    ['{ push: { branches: ["**", "!wip"] } }', 'wip', undefined, false],
    ['{ push: { branches-ignore: [main] } }', 'main', undefined, false],
    ['{ push: { tags: [v*] } }', 'main', undefined, false],
    ['{ push: { paths: ["src/**"] } }', 'main', ['docs/a.md'], false],
    ['{ push: { paths: ["src/**"] } }', 'main', ['docs/a.md', 'src/deep/a.ts'], true],
    ['{ push: { paths-ignore: ["docs/**"] } }', 'main', ['docs/a.md'], false],
    ['{ push: }', 'any', undefined, true],
  ])('on: %s, branch %s', (on, branch, changed, expected) => expect(runs(on, branch, changed)).toBe(expected));

  it('says why not', () => {
    expect(triggerOf('w.yaml', 'on: { push: { branches: [x] } }', 'main', undefined).why).toBe('its branches are x');
    expect(triggerOf('w.yaml', 'a: [', 'main', undefined)).toMatchObject({ runs: false, why: 'it is not YAML' });
  });
});

describe('forbidden paths', () => {
  it.each([
    ['deep/.env', '.env', true],
    ['.env.example', '.env', false],
    ['vault/a/b.json', 'vault/**', true],
    ['src/vault/a', 'vault/**', false],
    ['keys/id.pem', '*.pem', true],
    ['a+b(c).txt', 'a+b(c).txt', true],
  ])('%s against %s', (path, pattern, expected) => expect(matchesPath(path, pattern)).toBe(expected));
});

describe('limits', () => {
  it('let so many through at once for each key, and no more', async () => {
    const limit = createLimit((key) => (key === 'ssh' ? 2 : 5));
    const active = { ssh: 0, http: 0 };
    const most = { ssh: 0, http: 0 };
    const task = (key: 'ssh' | 'http') =>
      limit(key, async () => {
        most[key] = Math.max(most[key], ++active[key]);
        await new Promise((resolve) => setImmediate(resolve));
        active[key]--;
        if (key === 'ssh') throw new Error('a failing task gives its place back');
      }).catch(() => {});
    await Promise.all(Array.from({ length: 20 }, (_, index) => task(index % 2 ? 'ssh' : 'http')));
    expect(most).toEqual({ ssh: 2, http: 5 });
  });
});

describe('facts', () => {
  it('survive a file that was cut off, and go when nobody adds to them', async () => {
    const dir = join(place.dir, 'facts');
    const first = new FactStore(dir);
    const facts = await first.of('https://me:secret@code.example/a.git');
    facts.addContains(['t1'], 'c1');
    facts.addRecorded('c1', { gitlinks: [], gitmodules: undefined });
    await first.save();
    const again = await new FactStore(dir).of('https://me:secret@code.example/a.git');
    expect([again.contains(['t1'], 'c1'), again.contains(['t2'], 'c1'), again.recorded('c1')]).toEqual([
      true,
      false,
      { gitlinks: [] },
    ]);
    expect(readdirSync(dir).join()).not.toContain('secret');
    execFileSync('truncate', ['-s', '5', join(facts.dir, 'facts.json')]);
    expect((await new FactStore(dir).of('https://me:secret@code.example/a.git')).contains(['t1'], 'c1')).toBe(false);
    utimesSync(facts.dir, 0, 0);
    await first.prune(Date.now());
    expect(readdirSync(dir)).toEqual([]);
  });
});
