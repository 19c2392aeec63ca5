import { describe, expect, test } from 'vitest';
import { serverAddress, targetOf } from '../../src/forgejo/address.ts';
import { seeded } from '../support/awkward.ts';

const server = serverAddress('https://forge.example.org/git/');
const address = (route: string, params: object = {}, query?: Record<string, unknown>) =>
  targetOf(server, route, params, query).url.href;

test.each([
  'https://forge.example.org/git',
  'https://forge.example.org/git/',
  'https://forge.example.org/git/api/v1',
  'https://forge.example.org/git/api/v1/',
  'https://forge.example.org/git/?a=b#c',
])('%s is the same server', (text) => {
  expect(serverAddress(text).href).toBe('https://forge.example.org/git/');
});

test.each(['forge.example.org', '', 'ftp://forge.example.org', 'https://name:hunter2hunter2@forge.example.org'])(
  'refuses the address "%s", and repeats no password',
  (text) => {
    expect(() => serverAddress(text)).toThrow(/server's address/);
    try {
      serverAddress(text);
    } catch (error) {
      expect(String(error)).not.toContain('hunter2');
    }
  },
);

describe('parameters', () => {
  test('fill the path; of a GET the rest is the query, of anything else the body', () => {
    const params = { owner: 'org', repo: 'app', limit: 5, status: ['failure', 'success'], page: undefined };
    expect(address('GET /repos/{owner}/{repo}/actions/runs', params)).toBe(
      'https://forge.example.org/git/api/v1/repos/org/app/actions/runs?limit=5&status=failure&status=success',
    );
    const { url, body } = targetOf(server, 'POST /repos/{owner}/{repo}/issues', { owner: 'o', repo: 'r', title: 't' });
    expect([url.pathname, url.search, body]).toEqual(['/git/api/v1/repos/o/r/issues', '', { title: 't' }]);
  });

  test('a query that is part of the route stays', () => {
    expect(address('DELETE /admin/users/u?purge=true')).toMatch(/\/u\?purge=true$/);
    expect(address('POST /x', { a: 1 }, { name: 'b c' })).toMatch(/\/x\?name=b\+c$/);
  });

  test('packages are not below /api/v1', () => {
    expect(address('PUT /api/packages/{owner}/generic/app/1/file', { owner: 'org' })).toBe(
      'https://forge.example.org/git/api/packages/org/generic/app/1/file',
    );
  });

  test('only the end of a path keeps slashes', () => {
    const place = { owner: 'org', repo: 'app' };
    expect(address('GET /repos/{owner}/{repo}/contents/{filepath}', { ...place, filepath: 'a b/c#d' })).toMatch(
      /contents\/a%20b\/c%23d$/,
    );
    expect(address('GET /repos/{owner}/{repo}/commits/{ref}/status', { ...place, ref: 'feature/x' })).toMatch(
      /commits\/feature%2Fx\/status$/,
    );
  });

  test.each([
    ['GET /repos/{owner}/x', {}],
    ['GET /repos/{owner}/x', { owner: '' }],
    ['GET /repos/{owner}/x', { owner: null }],
  ])('a missing one is named: %s %o', (route, params) => {
    expect(() => address(route, params)).toThrow(/needs owner/);
  });

  test('a misspelt one is pointed out', () => {
    expect(() => address('GET /repos/{owner}/x', { owners: 'a' })).toThrow(
      expect.objectContaining({ fix: expect.stringContaining('"owners" was given') }),
    );
  });

  test.each([
    ['GET /repos/{owner}/x', { owner: '..' }],
    ['DELETE /repos/{owner}/{repo}/contents/{filepath}', { owner: 'a', repo: 'b', filepath: 'x/../../..' }],
    ['GET /repos/a/../../admin', {}],
    ['GET /repos/a/%2e%2e/admin', {}],
    ['GET repos/a', {}],
    ['get /repos', {}],
    ['GET https://elsewhere.example.org/', {}],
  ])('what would lead elsewhere is refused: %s %o', (route, params) => {
    expect(() => address(route, params)).toThrow();
  });

  test('whatever a value is, it arrives as it is and where it belongs', () => {
    const random = seeded(7);
    const letters = [...'ab./\\%?#&=+ :@{}$ü💥\n\t"\'|<>'];
    for (let round = 0; round < 300; round++) {
      const value = Array.from(
        { length: 1 + Math.floor(random() * 6) },
        () => letters[Math.floor(random() * letters.length)],
      ).join('');
      if (value === '.' || value === '..') continue;
      const target = targetOf(server, 'GET /a/{value}/b', { value, q: value });
      const parts = target.url.pathname.split('/');
      expect(parts).toHaveLength(7);
      expect(decodeURIComponent(parts[5]!), JSON.stringify(value)).toBe(value);
      expect(target.url.searchParams.get('q')).toBe(value);
      expect([target.url.origin, target.url.hash]).toEqual(['https://forge.example.org', '']);
    }
  });
});
