import { usage } from '../common/errors.ts';
import { ForgejoError } from './errors.ts';
import { type RouteFacts, routeFacts } from './routes.ts';
import type { Send } from './transport.ts';
import type { Item, KnownRoute, RequestOptions, Rest, Route } from './types.ts';

export interface PaginateOptions extends RequestOptions {
  /** Stops after so many items. */
  readonly max?: number;
}

/** Items, one after the other; pages are fetched when they are needed. */
export interface Pages<T> extends AsyncIterable<T> {
  pages(): AsyncGenerator<readonly T[]>;
  all(): Promise<T[]>;
}

export type Paginate = <R extends Route>(route: R, ...rest: Rest<R, PaginateOptions>) => Pages<Item<R>>;

/** What servers allow in a page unless their [api] MAX_RESPONSE_ITEMS says otherwise; more is clipped without a word. */
const pageSize = 50;

export function createPaginate(send: Send): Paginate {
  return (route, ...[params, options]) => {
    const pages = () => pagesOf(send, route, params ?? {}, options ?? {}) as AsyncGenerator<never[]>;
    return {
      pages,
      async *[Symbol.asyncIterator]() {
        for await (const page of pages()) yield* page;
      },
      async all() {
        const items: never[] = [];
        for await (const page of pages()) items.push(...page);
        return items;
      },
    };
  };
}

async function* pagesOf(
  send: Send,
  route: Route,
  params: { readonly page?: unknown; readonly limit?: unknown },
  { max = Number.POSITIVE_INFINITY, ...options }: PaginateOptions,
): AsyncGenerator<unknown[]> {
  if (!route.startsWith('GET ')) throw usage(`${route} is no list.`, 'Only GET routes have pages.');
  if (max <= 0) return;
  const facts: RouteFacts | undefined = routeFacts[route as KnownRoute];
  const paged = facts === undefined || facts.paged === true;
  const limit = Number(params.limit ?? Math.min(pageSize, max));
  // New entries move older ones on to the next page: what was there already is left out.
  const given = new Set<unknown>();
  let [fetched, taken, firstLength] = [0, 0, 0];
  let before = '';
  for (let page = Number(params.page ?? 1); ; page++) {
    const answer = await fetchPage(send, route, paged ? { ...params, page, limit } : params, options);
    const items = listOf(answer.body, facts?.items, route);
    // A server that does not know `page` answers with the same list for ever.
    const text = JSON.stringify(items);
    if (items.length === 0 || text === before) return;
    before = text;
    fetched += items.length;
    firstLength ||= items.length;
    const fresh = items.filter((item) => {
      const key = identity(item);
      return key === undefined || (!given.has(key) && given.add(key));
    });
    taken += fresh.length;
    const more =
      taken < max && paged && hasMore(answer, items.length, fetched, limit, firstLength, params.page !== undefined);
    const out = taken > max ? fresh.slice(0, fresh.length - (taken - max)) : fresh;
    if (out.length > 0) yield out;
    if (!more) return;
  }
}

interface Page {
  readonly body: unknown;
  readonly headers: Headers;
}

/**
 * Whether another page is worth asking for. Only some lists send `Link`, others `X-Total-Count` or a total in the body, many
 * none of them. The addresses in `Link` are those of ROOT_URL, which need not be reachable from here: they are not followed.
 */
function hasMore(page: Page, length: number, fetched: number, limit: number, first: number, midway: boolean): boolean {
  const link = page.headers.get('link');
  if (link !== null && /rel="?next/i.test(link)) return true;
  const total = page.headers.get('x-total-count') ?? (page.body as { total_count?: unknown } | null)?.total_count;
  // A total is of no use to who began somewhere in the middle.
  if (total !== undefined && total !== null && !midway) return fetched < Number(total);
  if (link !== null) return false;
  // The first page may be short because the server clips `limit`, or because it is the last one: the next page tells.
  return length >= Math.min(limit, first);
}

async function fetchPage(send: Send, route: string, params: object, options: RequestOptions): Promise<Page> {
  try {
    const { response, json } = await send(route, params, options);
    return { headers: response.headers, body: await json() };
  } catch (error) {
    // A repository without a commit has no list of them: "Git Repository is empty."
    if (error instanceof ForgejoError && error.status === 409 && /empty/i.test(error.serverMessage ?? ''))
      return { headers: new Headers(), body: [] };
    throw error;
  }
}

function listOf(body: unknown, key: string | undefined, route: string): unknown[] {
  // Go writes null for an empty list.
  if (body === null || body === undefined) return [];
  if (Array.isArray(body)) return body;
  const fields = Object.entries(body as object);
  if (key !== undefined) return ((body as Record<string, unknown>)[key] as unknown[] | null) ?? [];
  const lists = fields.filter(([, value]) => Array.isArray(value));
  const empty = fields.filter(([, value]) => value === null);
  if (lists.length === 1) return lists[0]![1] as unknown[];
  if (lists.length === 0 && (empty.length === 1 || fields.some(([name]) => name === 'total_count'))) return [];
  throw usage(
    `${route} does not answer with a list (but with ${fields.map(([name]) => name).join(', ') || 'an empty object'}).`,
    'Ask for it without pages.',
  );
}

function identity(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) return undefined;
  const { id, sha } = item as { id?: unknown; sha?: unknown };
  return typeof id === 'number' && id > 0 ? id : typeof sha === 'string' ? sha : undefined;
}
