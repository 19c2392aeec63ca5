import { count } from '../common/output/words.ts';
import { redact } from '../common/redact.ts';
import type { Forgejo } from '../forgejo/client.ts';
import type { Issue } from '../forgejo/routes.ts';
import type { StuckFinding } from './stuck/stuck.ts';

/** By this the issue is found again, whatever people do to its title. */
const marker = '<!-- ci-doctor: stuck -->';

export interface IssueChange {
  readonly action: 'opened' | 'updated' | 'closed' | 'unchanged' | 'none';
  readonly number: number | null;
  readonly url: string | null;
}

/**
 * Keeps one open issue about what holds runs: opens it, brings it up to date, says in a comment what is new, and closes it
 * when nothing holds a run any more. Doing it twice changes nothing the second time.
 *
 * @param dryRun says what would be done, and only reads
 */
export async function keepIssue(
  forgejo: Forgejo,
  repository: string,
  findings: readonly StuckFinding[],
  { dryRun = false } = {},
): Promise<IssueChange> {
  const [owner, repo] = repository.split('/') as [string, string];
  const place = { owner, repo };
  const [issue, ...others] = await openIssues(forgejo, place);
  const change = (action: IssueChange['action'], about: Issue | undefined): IssueChange => ({
    action,
    number: about?.number ?? null,
    url: about?.html_url ?? null,
  });

  if (findings.length === 0) {
    if (issue === undefined) return change('none', undefined);
    for (const open of dryRun ? [] : [issue, ...others]) {
      await forgejo.issues.comment({ ...place, index: open.number, body: 'Nothing holds a run any more.' });
      await forgejo.issues.edit({ ...place, index: open.number, state: 'closed' });
    }
    return change('closed', issue);
  }
  const body = bodyOf(findings, forgejo.server);
  if (issue === undefined) {
    if (dryRun) return change('opened', undefined);
    return change('opened', await forgejo.issues.create({ ...place, title: titleOf(findings), body }));
  }
  if (issue.body === body) return change('unchanged', issue);
  if (!dryRun) {
    await forgejo.issues.edit({ ...place, index: issue.number, title: titleOf(findings), body });
    // An edit tells nobody.
    const fresh = rows(findings, forgejo.server).filter((row) => !issue.body.includes(row));
    if (fresh.length > 0)
      await forgejo.issues.comment({ ...place, index: issue.number, body: [`New:`, '', heading, ...fresh].join('\n') });
  }
  return change('updated', issue);
}

/** The oldest first: two runs at the same time may have opened one each. */
async function openIssues(forgejo: Forgejo, place: { owner: string; repo: string }): Promise<Issue[]> {
  const found: Issue[] = [];
  const query = { ...place, state: 'open', type: 'issues' } as const;
  for await (const issue of forgejo.paginate('GET /repos/{owner}/{repo}/issues', query))
    if (issue.body.startsWith(marker)) found.push(issue);
  return found.sort((a, b) => a.number - b.number);
}

const titleOf = (findings: readonly StuckFinding[]): string =>
  `CI is stuck: ${count(new Set(findings.map(({ run, subject }) => run ?? subject)).size, 'run')}`;

const heading = '| finding | run | job | repair |\n|---|---|---|---|';

/** Nothing that moves with the clock: the same findings are the same text. */
const bodyOf = (findings: readonly StuckFinding[], server: string): string =>
  [
    marker,
    heading,
    ...rows(findings, server),
    '',
    '`ci-doctor stuck` says since when, and why; docs/findings.md what each finding means. This issue is kept up to date, and closed when nothing holds a run any more.',
  ].join('\n');

const rows = (findings: readonly StuckFinding[], server: string): string[] =>
  findings.map((finding) => {
    const [, repository, index] = /^(.+)#(\d+)$/.exec(finding.run ?? '') ?? [];
    const run = repository
      ? `[${cell(finding.run!)}](${server}${repository}/actions/runs/${index})`
      : cell(finding.subject);
    return `| ${finding.code} | ${run} | ${cell(finding.job ?? '')} | ${code(finding.fix)} |`;
  });

/** Names come from workflows, which anyone may write: no markup, no other line, nobody mentioned. */
const cell = (text: string): string =>
  oneLine(text)
    .replace(/[\\`|<>[\]*_~]/g, (character) => `\\${character}`)
    .replaceAll('@', '@\u200b');

const code = (text: string): string => `\`${oneLine(text).replaceAll('`', "'").replaceAll('|', '\\|')}\``;

const oneLine = (text: string): string => redact(text).replace(/\s+/g, ' ').trim();
