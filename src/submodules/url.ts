import type { Setting } from './git.ts';

/** URLs as git reads them: `scheme://…`, scp-like `[user@]host:path`, and local paths. */

const schemed = /^([a-z][a-z0-9+.-]*):\/\//i;
const scpLike = /^(?:([^@/]+)@)?(\[[^\]]+\]|[^:/]+):(.*)$/s;

export const isRelative = (url: string): boolean => /^\.\.?\//.test(url) || url === '..' || url === '.';

/**
 * A relative submodule URL resolved against a remote's URL, by git's rule (gitsubmodules(7), `relative_url` in remote.c):
 * each `../` takes one component off; an scp-like URL can lose its whole path down to the colon.
 * undefined when it leads above the root.
 */
export function resolveRelative(remoteUrl: string, url: string): string | undefined {
  let base = remoteUrl.replace(/\/+$/, '');
  let rest = url;
  let colon = false;
  for (;;) {
    if (rest.startsWith('../')) {
      rest = rest.slice(3);
      const slash = base.lastIndexOf('/');
      const mark = base.lastIndexOf(':');
      if (slash >= 0 && !/^[a-z][a-z0-9+.-]*:\/\/[^/]*$/i.test(base)) {
        base = base.slice(0, slash);
        colon = false;
      } else if (slash < 0 && mark >= 0 && !colon) {
        base = base.slice(0, mark);
        colon = true;
      } else if (slash < 0 && base !== '' && base !== '.') base = '.';
      else return undefined;
    } else if (rest.startsWith('./')) rest = rest.slice(2);
    else break;
  }
  return `${base}${colon ? ':' : '/'}${rest.replace(/\/+$/, '')}`;
}

/** Rewrites a URL by `url.<base>.insteadOf` (longest match wins), as git does before it connects. */
export function rewrite(url: string, settings: readonly Setting[], kind: 'insteadof' | 'pushinsteadof'): string {
  let best: { base: string; length: number } | undefined;
  for (const [key, prefix] of settings) {
    const [, base] = new RegExp(`^url\\.(.*)\\.${kind}$`, 'si').exec(key) ?? [];
    if (base === undefined || prefix === '' || !url.startsWith(prefix)) continue;
    if (!best || prefix.length > best.length) best = { base, length: prefix.length };
  }
  return best ? best.base + url.slice(best.length) : url;
}

export interface Location {
  readonly scheme: string;
  /** Host and port; '' for local paths. */
  readonly host: string;
  /** Path without leading slash, `.git` and trailing slashes. */
  readonly path: string;
}

export function locate(url: string): Location {
  const scheme = schemed.exec(url)?.[1]?.toLowerCase();
  const trim = (path: string) =>
    path
      .replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .replace(/^\/+/, '');
  if (scheme === 'file') return { scheme: 'file', host: '', path: trim(url.slice(7)) };
  if (scheme !== undefined) {
    const [, host = '', path = ''] = /^[^/]*\/\/(?:[^@/]*@)?([^/]*)(.*)$/s.exec(url) ?? [];
    return { scheme, host: host.toLowerCase(), path: trim(path) };
  }
  const scp = scpLike.exec(url);
  if (scp && !isRelative(url)) return { scheme: 'ssh', host: scp[2]!.toLowerCase(), path: trim(scp[3]!) };
  return { scheme: 'file', host: '', path: trim(url) };
}

/** True when two URLs lead to the same repository, by another scheme, user or port perhaps (https to read, ssh to push). */
export function sameRepository(a: string, b: string): boolean {
  const [one, two] = [locate(a), locate(b)];
  const host = (location: Location) => location.host.replace(/:\d+$/, '');
  // By one scheme two ports are two servers; ssh and https are never on the same one.
  if (one.scheme === two.scheme) return one.path === two.path && one.host === two.host;
  return one.path === two.path && host(one) === host(two) && host(one) !== '';
}

/** `https://code.example/team/lib.git` → `team` and `lib`. On disk the owner is the directory it lies in. */
export function ownerAndName(url: string): { owner: string; name: string } | undefined {
  const { scheme, path } = locate(url);
  const parts = path.split('/').filter(Boolean);
  const name = parts.at(-1);
  if (name === undefined || parts.length < 2) return undefined;
  return { owner: scheme === 'file' ? parts.at(-2)! : parts.slice(0, -1).join('/'), name };
}

/** A URL without the password it may hold. */
export const shown = (url: string): string =>
  url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^@/]*@/i, (all, scheme: string) =>
    /^https?:/i.test(scheme) ? scheme : all.replace(/:[^:@/]*@$/, '@'),
  );

/** git hands a URL to its HTTP helper as an argument, password and all. */
export const hasPassword = (url: string): boolean => /^https?:\/\/[^@/:]*:[^@/]+@/i.test(url);
