import { usage } from '../common/errors.ts';
import { nearest } from '../common/nearest.ts';

export interface Target {
  readonly method: string;
  readonly url: URL;
  /** The parameters that stand neither in the path nor in the query; undefined where there are none. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The server's own address, with a slash at the end: `https://forge.example.org/`, `http://10.0.3.10:4747/git/`. The API's
 * address (`…/api/v1`, as GITHUB_API_URL has it) means the same server.
 * @throws ToolError (usage)
 */
export function serverAddress(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw usage(`The server's address is "${baseUrl}".`, 'Give it with its scheme, as https://forge.example.org.');
  if (url.username !== '' || url.password !== '')
    throw usage(
      `The server's address ${url.origin} carries a name or a password.`,
      'Leave them out of the address: a token goes into the header of each request.',
    );
  url.search = '';
  url.hash = '';
  url.pathname = `${url.pathname.replace(/(\/api(\/v1)?)?\/*$/, '')}/`;
  return url;
}

/**
 * Fills a route's placeholders and says where the other parameters go: into the query of what only reads, into the body of
 * everything else. A route that begins with `/api/` starts at the server's address (packages are at `/api/packages/…`),
 * any other at its `/api/v1`.
 * @throws ToolError (usage) for a parameter that is missing, or would change the path
 */
export function targetOf(
  server: URL,
  route: string,
  params: object,
  query: Readonly<Record<string, unknown>> = {},
): Target {
  const [, method, text] = /^([A-Z]+) (\/\S*)$/.exec(route) ?? [];
  if (!method || !text)
    throw usage(`The route is "${route}".`, 'Write it as "GET /repos/{owner}/{repo}": a method and a path.');
  const left = new Map<string, unknown>(Object.entries(params).filter(([, value]) => value !== undefined));
  const [template, ...given] = text.split('?');
  const path = template!.replace(/\{(\w+)\}/g, (_, name: string, at: number) => {
    const value = left.get(name);
    if (value === undefined || value === null || value === '') throw missing(route, name, left.keys());
    left.delete(name);
    // A file's path, a branch's name: the rest of the address, slashes and all.
    const whole = at + name.length + 2 === template!.length && /^(filepath|branch|tag)$/.test(name);
    return (whole ? String(value).split('/') : [String(value)]).map((part) => segment(part, route, name)).join('/');
  });
  // Where a caller writes the path itself.
  if (path.split('/').some((part) => /^(\.|%2e){1,2}$/i.test(part)))
    throw usage(`${route} has a part that leads out of its path.`, 'Write the path without "." and "..".');
  const reads = method === 'GET' || method === 'HEAD';
  const url = new URL(`${path.startsWith('/api/') ? '' : 'api/v1'}${path}`.replace(/^\//, ''), server);
  const search = new URLSearchParams(given.join('?'));
  for (const [name, value] of [...(reads ? left : []), ...Object.entries(query)])
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined && one !== null) search.append(name, one instanceof Date ? one.toISOString() : String(one));
  url.search = search.toString();
  return { method, url, body: reads || left.size === 0 ? undefined : Object.fromEntries(left) };
}

function segment(part: string, route: string, name: string): string {
  if (part === '.' || part === '..')
    throw usage(`${name} of ${route} is or holds "${part}".`, `Give ${name} without "." and "..".`);
  return encodeURIComponent(part);
}

function missing(route: string, name: string, others: Iterable<string>) {
  const close = nearest(name, others);
  return usage(`${route} needs ${name}.`, `Give ${name}${close ? `; "${close}" was given` : ''}.`);
}
