import { type ApiServer, startApiServer } from './api-server.ts';

interface KeptIssue {
  number: number;
  title: string;
  body: string;
  state: string;
  readonly comments: string[];
}

export interface IssueServer extends Pick<ApiServer, 'url' | 'requests' | 'close'> {
  readonly issues: KeptIssue[];
  /** Method and path of what changed something. */
  readonly written: string[];
  add(issue: { title: string; body: string }): KeptIssue;
}

/** An HTTP server that keeps the issues of `ops/ci` as Forgejo does: lists by page and state, create, edit, comment. */
export async function startIssueServer(): Promise<IssueServer> {
  const issues: KeptIssue[] = [];
  const written: string[] = [];
  const add = ({ title, body }: { title: string; body: string }): KeptIssue => {
    const issue = { number: issues.length + 1, title, body, state: 'open', comments: [] };
    issues.push(issue);
    return issue;
  };
  const shown = (issue: KeptIssue) => ({
    ...issue,
    id: issue.number + 1_000,
    comments: issue.comments.length,
    html_url: `${server.url}/ops/ci/issues/${issue.number}`,
  });
  const server = await startApiServer(({ method, path, query, body }) => {
    const [, number, comments] = /^\/api\/v1\/repos\/ops\/ci\/issues(?:\/(\d+)(\/comments)?)?$/.exec(path) ?? [
      '',
      '',
      '',
    ];
    if (!path.startsWith('/api/v1/repos/ops/ci/issues')) return undefined;
    const sent = body === '' ? {} : (JSON.parse(body) as Partial<KeptIssue>);
    if (method !== 'GET') written.push(`${method} ${path}`);
    const issue = issues[Number(number) - 1];
    if (method === 'GET') {
      const found = issues.filter(({ state }) => state === query.get('state')).toReversed();
      const [page, limit] = [Number(query.get('page')), Math.min(Number(query.get('limit')), 50)];
      return {
        headers: { 'x-total-count': String(found.length) },
        body: found.slice((page - 1) * limit, page * limit).map(shown),
      };
    }
    if (method === 'POST' && !number) return { status: 201, body: shown(add(sent as { title: string; body: string })) };
    if (method === 'POST' && comments) {
      issue!.comments.push(sent.body!);
      return { status: 201, body: { id: 1, body: sent.body } };
    }
    Object.assign(issue!, sent);
    return { status: 201, body: shown(issue!) };
  });
  return { url: server.url, requests: server.requests, close: server.close, issues, written, add };
}
