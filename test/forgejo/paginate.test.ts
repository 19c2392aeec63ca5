import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createForgejo, type Forgejo } from '../../src/forgejo/index.ts';
import { type ApiAnswer, type ApiRequest, type ApiServer, startApiServer } from '../support/api-server.ts';
import { seeded } from '../support/awkward.ts';

/** How a list of a server behaves. */
interface List {
  readonly total: number;
  /** The most it gives in a page, whatever `limit` says. */
  readonly clip: number;
  /** Which headers it sends about what there is beside the page. */
  readonly tells: 'link' | 'count' | 'both' | 'nothing';
  /** The field the list is in; null where the answer is the list. */
  readonly key: string | null;
  /** Whether the answer has `total_count`. */
  readonly counts: boolean;
  /** Whether `page` means something to it. */
  readonly paged: boolean;
}

const idsOf = (length: number, from = 1) => Array.from({ length }, (_, index) => ({ id: from + index }));

function answerAs(list: List, { query }: ApiRequest, address: string): ApiAnswer {
  const size = list.paged ? Math.min(Number(query.get('limit') ?? 30), list.clip) : list.total;
  const page = list.paged ? Number(query.get('page') ?? 1) : 1;
  const items = idsOf(list.total).slice((page - 1) * size, page * size);
  const headers: Record<string, string> = {};
  if (list.tells === 'count' || list.tells === 'both') headers['x-total-count'] = String(list.total);
  if (list.tells === 'link' || list.tells === 'both') {
    const last = Math.ceil(list.total / size);
    const links = [
      ...(page < last ? [`<${address}?page=${page + 1}>; rel="next",<${address}?page=${last}>; rel="last"`] : []),
      ...(page > 1 ? [`<${address}?page=1>; rel="first"`] : []),
    ];
    if (links.length > 0) headers.link = links.join(',');
  }
  // Go's encoding/json writes null for a list that was never made.
  const shown = items.length === 0 ? null : items;
  const body = list.key === null ? shown : { [list.key]: shown, ...(list.counts && { total_count: list.total }) };
  return { headers, body };
}

let server: ApiServer;
let forgejo: Forgejo;
let list: List;
let answer: (request: ApiRequest) => ApiAnswer;
beforeAll(async () => {
  // The address in `Link` is one that nothing listens at: that of a ROOT_URL for other people.
  server = await startApiServer((request) => answer(request));
  forgejo = createForgejo({ baseUrl: server.url });
  answer = (request) => answerAs(list, request, 'https://forge.example.org/api/v1/things');
});
afterAll(() => server.close());

const plain: List = { total: 120, clip: 50, tells: 'nothing', key: null, counts: false, paged: true };

describe('every item comes once, in order', () => {
  const random = seeded(20_260_404);
  const one = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  test('whatever the server does with pages, limits, headers and totals', async () => {
    for (let round = 0; round < 100; round++) {
      const key = one([null, 'workflow_runs', 'data']);
      list = {
        total: one([0, 1, 2, 9, 10, 11, 29, 30, 31, 49, 50, 51, 100, 101]),
        clip: one([1_000, 50, 30, 10]),
        tells: one(['link', 'count', 'both', 'nothing']),
        key,
        counts: key !== null && random() < 0.7,
        paged: random() < 0.85,
      };
      const limit = one([undefined, 1_000, 50, 30, 10]);
      const max = one([undefined, undefined, 1, 10, 30, 1_000]);
      const items = (await forgejo
        .paginate('GET /things', limit === undefined ? {} : { limit }, max === undefined ? {} : { max })
        .all()) as { id: number }[];
      const wanted = idsOf(Math.min(list.total, max ?? list.total));
      expect(items, JSON.stringify({ ...list, limit, max })).toEqual(wanted);
    }
  });
});

const requestsOf = async (work: () => Promise<unknown>) => {
  const before = server.requests.length;
  await work();
  return server.requests.slice(before);
};

test.each<[Partial<List>, number]>([
  [{ tells: 'link' }, 3],
  [{ tells: 'count' }, 3],
  [{ tells: 'nothing' }, 3],
  [{ total: 100, tells: 'count' }, 2],
  // Only the empty page behind the last full one tells.
  [{ total: 100, tells: 'nothing' }, 3],
  [{ clip: 30, tells: 'count' }, 4],
])('%o takes %i requests', async (how, count) => {
  list = { ...plain, ...how };
  expect(await requestsOf(() => forgejo.paginate('GET /things').all())).toHaveLength(count);
});

test('pages are fetched when they are wanted', async () => {
  list = { ...plain, tells: 'link' };
  const requests = await requestsOf(async () => {
    for await (const item of forgejo.paginate('GET /things')) if ((item as { id: number }).id === 50) break;
  });
  expect(requests).toHaveLength(1);
});

test('page by page', async () => {
  list = plain;
  const lengths: number[] = [];
  for await (const page of forgejo.paginate('GET /things').pages()) lengths.push(page.length);
  expect(lengths).toEqual([50, 50, 20]);
});

test('no more is asked for than is wanted', async () => {
  list = plain;
  const requests = await requestsOf(() => forgejo.paginate('GET /things', {}, { max: 5 }).all());
  expect(requests.map(({ query }) => query.toString())).toEqual(['page=1&limit=5']);
});

test('a route known to have no pages is asked once, without them', async () => {
  list = { ...plain, paged: false };
  const params = { owner: 'org', repo: 'app', run_id: 3 };
  const requests = await requestsOf(async () => {
    const jobs = await forgejo.paginate('GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs', params).all();
    expect(jobs).toHaveLength(120);
  });
  expect(requests.map(({ query }) => query.toString())).toEqual(['']);
});

test('what new entries push on to the next page is not given twice', async () => {
  // Two runs begin between the first page and the second.
  const newest = idsOf(60).reverse();
  answer = ({ query }) => {
    const all = Number(query.get('page')) === 1 ? newest : [{ id: 62 }, { id: 61 }, ...newest];
    const at = (Number(query.get('page')) - 1) * 50;
    return { body: { workflow_runs: all.slice(at, at + 50), total_count: all.length } };
  };
  const place = { owner: 'org', repo: 'app' };
  const runs = await forgejo.paginate('GET /repos/{owner}/{repo}/actions/runs', place).all();
  expect(runs.map(({ id }) => id)).toEqual(newest.map(({ id }) => id));
});

test('a repository without commits has none', async () => {
  answer = () => ({ status: 409, body: { message: 'Git Repository is empty.' } });
  expect(await forgejo.paginate('GET /repos/{owner}/{repo}/commits', { owner: 'org', repo: 'app' }).all()).toEqual([]);
});

test('what is no list is said to be none', async () => {
  answer = () => ({ body: { version: '16.0.0' } });
  await expect(forgejo.paginate('GET /version').all()).rejects.toThrow(
    'does not answer with a list (but with version)',
  );
  await expect(forgejo.paginate('POST /things').all()).rejects.toThrow('is no list');
});
