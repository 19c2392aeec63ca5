import { harmless } from '../common/output/style.ts';
import { type Column, markdownTable, table, type View } from '../common/output/table.ts';
import { bytes } from '../common/output/words.ts';
import type { HostResult } from './deploy.ts';
import { foreign, foreignLines } from './foreign.ts';
import { isFine } from './outcome.ts';
import type { HistoryEntry } from './state.ts';
import type { HostLock, HostPlan, HostStatus, NotAsked } from './verbs.ts';

const seconds = (ms: number | null): string | null =>
  ms === null ? null : ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
const total = ({ phases }: HostResult): number => phases.reduce((sum, { ms }) => sum + ms, 0);
const short = (sha256: string | null): string | null => sha256?.slice(0, 12) ?? null;

const resultColumns: readonly Column<HostResult>[] = [
  { title: 'Host', value: ({ host }) => host },
  {
    title: 'Outcome',
    value: ({ outcome }) => outcome,
    tone: (result) => (result.outcome === 'failed' ? 'bad' : isFine(result) ? 'good' : 'warn'),
  },
  { title: 'Release', value: ({ release }) => release },
  { title: 'Previous', value: ({ previous, previousSha256 }) => previous ?? short(previousSha256) },
  { title: 'Downtime', value: ({ downtimeMs }) => seconds(downtimeMs), align: 'right' },
  { title: 'Sent', value: ({ bytesSent }) => bytes(bytesSent), align: 'right' },
  { title: 'Total', value: (result) => seconds(total(result)), align: 'right' },
  { title: 'Phases', value: ({ phases }) => phases.map(({ name, ms }) => `${name} ${seconds(ms)}`).join(', ') },
];

/** What became of the hosts: a table, then what went wrong with each. */
export function showResults(results: readonly HostResult[], view: View): string {
  const parts = [table(resultColumns, results, view)];
  for (const { host, outcome, error, fix, lastLines } of results) {
    if (error === null) continue;
    const tone = outcome === 'deployed' ? view.style.warn : view.style.bad;
    parts.push(
      '',
      `${tone(outcome === 'deployed' ? 'note:' : 'error:')} ${foreign(error.startsWith(host) ? error : `${host}: ${error}`)}`,
    );
    if (fix) parts.push(`next:  ${foreign(fix)}`);
    if (lastLines !== '') parts.push(`last lines of the service on ${host}:`, ...foreignLines(lastLines));
  }
  return parts.join('\n');
}

export const resultsAsMarkdown = (results: readonly HostResult[]): string =>
  [
    markdownTable(resultColumns, results),
    ...results.flatMap(({ error, fix, lastLines }) =>
      error === null
        ? []
        : ['', '````', harmless([error, fix, lastLines].filter(Boolean).join('\n')).replaceAll('````', "'```"), '````'],
    ),
  ].join('\n');

/** What `shown` says, then why other hosts are not in it. */
export const withLost = (shown: string, lost: readonly NotAsked[], view: View): string =>
  [
    ...(shown === '' ? [] : [shown]),
    ...lost.map(
      ({ host, error, fix }) =>
        `${view.style.bad('error:')} ${foreign(error.startsWith(host) ? error : `${host}: ${error}`)}${fix === '' ? '' : `\nnext:  ${foreign(fix)}`}`,
    ),
  ].join('\n\n');

export function showPlan(plans: readonly HostPlan[], view: View): string {
  return plans
    .map(({ host, facts, findings, steps, sudoers }) => {
      const { strong, faint, bad } = view.style;
      const { target, directory } = facts;
      const lines = [
        strong(host),
        ...[
          `  machine    ${facts.machine}, ${facts.kernel}, ${facts.libc.kind} ${facts.libc.version ?? ''}`.trimEnd(),
          `  user       ${facts.user.name} (uid ${facts.user.uid}), sudo: ${facts.sudo.state}`,
          `  target     ${target.path}: ${target.file ? `${bytes(target.file.size)}, ${target.owner}, mode ${target.mode}` : target.kind}${target.capabilities ? `, ${target.capabilities}` : ''}${target.acl ? ', with an ACL' : ''}`,
          `  free       ${directory.disk ? bytes(directory.disk.freeBytes) : 'not known'}`,
          `  processes  ${facts.processes.map(({ pid, unit }) => `${pid}${unit ? ` (${unit})` : ''}`).join(', ') || 'none'}`,
        ].map(foreign),
        '',
        ...steps.map(({ title, command }) =>
          command === '' ? `  ${foreign(title)}` : `  ${foreign(title)}\n${faint(`    ${foreign(command)}`)}`,
        ),
      ];
      if (findings.length > 0)
        lines.push(
          '',
          ...findings.flatMap(({ message, fix }) => [
            `  ${bad('stops:')} ${foreign(message)}`,
            `  next:  ${foreign(fix)}`,
          ]),
        );
      if (sudoers.length > 0)
        lines.push(
          '',
          '  lines for /etc/sudoers.d/deploy-binary that suffice:',
          ...sudoers.map((line) => `    ${harmless(line)}`),
        );
      return lines.join('\n');
    })
    .join('\n\n');
}

const statusColumns: readonly Column<HostStatus>[] = [
  { title: 'Host', value: ({ host }) => host },
  { title: 'Release', value: ({ release }) => release },
  { title: 'Sha256', value: ({ sha256 }) => short(sha256) },
  { title: 'Service', value: ({ service }) => service, tone: ({ healthy }) => (healthy ? 'good' : 'bad') },
  { title: 'Lock', value: ({ lock }) => lock },
  { title: 'Kept', value: ({ releases }) => releases.map(({ id }) => id).join(', ') },
  { title: 'Problem', value: ({ error }) => error },
];

export const showStatus = (hosts: readonly HostStatus[], view: View): string => table(statusColumns, hosts, view);

type Line = HistoryEntry & { readonly host: string };

const historyColumns: readonly Column<Line>[] = [
  { title: 'Host', value: ({ host }) => host },
  { title: 'When', value: ({ at }) => at },
  { title: 'What', value: ({ action }) => action },
  {
    title: 'Outcome',
    value: ({ outcome }) => outcome,
    tone: ({ outcome }) => (outcome === 'deployed' ? 'good' : 'bad'),
  },
  { title: 'Release', value: ({ release }) => release },
  { title: 'Previous', value: ({ previous }) => previous },
  { title: 'Who', value: ({ by }) => by },
  { title: 'Reason', value: ({ manual }) => manual ?? null },
  { title: 'Commit', value: ({ commit }) => commit?.slice(0, 10) ?? null },
  { title: 'Run', value: ({ runUrl }) => runUrl },
  { title: 'Error', value: ({ error }) => error },
];

export const showHistory = (lines: readonly Line[], view: View): string => table(historyColumns, lines, view);

const lockColumns: readonly Column<HostLock & { readonly service?: string }>[] = [
  { title: 'Host', value: ({ host, service }) => (service === undefined ? host : `${service} on ${host}`) },
  {
    title: 'Lock',
    value: ({ lock }) => lock ?? 'none',
    tone: ({ lock, alive }) => (alive ? 'warn' : lock === null ? 'good' : 'bad'),
  },
  { title: 'Removed', value: ({ lock, removed }) => (lock === null ? null : removed === null ? 'no' : 'yes') },
];

export const showLocks = (locks: readonly (HostLock & { readonly service?: string })[], view: View): string =>
  table(lockColumns, locks, view);
