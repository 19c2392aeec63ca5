import { harmless } from '../../common/output/style.ts';
import { type Column, markdownTable, table, type View } from '../../common/output/table.ts';
import { bytes, count } from '../../common/output/words.ts';
import { foreign, foreignLines } from '../foreign.ts';
import type { Rollout } from './resolve.ts';
import type { RolloutHost, RolloutResult } from './rollout.ts';

const short = (sha256: string | null): string | null => sha256?.slice(0, 12) ?? null;
const seconds = (ms: number | null): string | null => (ms === null ? null : `${(ms / 1000).toFixed(1)} s`);

const outcomeOf = ({ outcome, takenBack }: RolloutHost): string =>
  takenBack === null
    ? outcome === 'not-begun'
      ? 'not begun'
      : outcome
    : takenBack.outcome === 'deployed'
      ? 'taken back'
      : 'stays, could not go back';

const columns: readonly Column<RolloutHost>[] = [
  { title: 'Service', value: ({ service }) => service },
  { title: 'Batch', value: ({ batch }) => batch, align: 'right' },
  { title: 'Host', value: ({ host }) => host },
  {
    title: 'Outcome',
    value: outcomeOf,
    tone: ({ outcome, takenBack }) =>
      takenBack !== null || outcome === 'rolled-back' || outcome === 'not-begun'
        ? 'warn'
        : outcome === 'failed'
          ? 'bad'
          : 'good',
  },
  { title: 'Downtime', value: ({ downtimeMs }) => seconds(downtimeMs), align: 'right' },
  { title: 'Sent', value: ({ bytesSent }) => bytes(bytesSent), align: 'right' },
  {
    title: 'Runs now',
    value: ({ running }) => (running ? (running.release ?? short(running.sha256) ?? 'nothing') : 'not known'),
  },
  {
    title: 'And is',
    value: ({ running }) => (running === null ? 'not known' : running.healthy ? 'healthy' : 'not healthy'),
    tone: ({ running }) => (running?.healthy ? 'good' : 'bad'),
  },
];

/** What became of an environment: what each host runs now, then what went wrong. */
export function showRollout({ hosts, stopped, environment }: RolloutResult, view: View): string {
  const parts = [table(columns, hosts, view)];
  for (const { host, service, outcome, error, fix, lastLines, takenBack } of hosts) {
    if (error !== null && outcome !== 'not-begun')
      parts.push(
        '',
        `${outcome === 'deployed' ? view.style.warn('note:') : view.style.bad('error:')} ${service}: ${foreign(error.startsWith(host) ? error : `${host}: ${error}`)}`,
        ...(fix ? [`next:  ${foreign(fix)}`] : []),
        ...(lastLines === '' ? [] : [`last lines of ${service} on ${host}:`, ...foreignLines(lastLines)]),
      );
    if (takenBack?.error && takenBack.outcome !== 'deployed')
      parts.push('', `${view.style.bad('error:')} ${service}: ${host} could not go back: ${foreign(takenBack.error)}`);
  }
  if (stopped !== null) parts.push('', `${view.style.bad(`${environment} was not deployed:`)} ${foreign(stopped)}`);
  return parts.join('\n');
}

export const rolloutAsMarkdown = ({ hosts, stopped, environment }: RolloutResult): string =>
  [
    markdownTable(columns, hosts),
    ...(stopped === null
      ? []
      : [
          '',
          `**${environment} was not deployed:** ${markdownTable([{ title: 'Why', value: () => stopped }], [0])
            .split('\n')
            .at(-1)}`,
        ]),
    ...hosts.flatMap(({ outcome, error, fix, lastLines }) =>
      error === null || outcome === 'not-begun'
        ? []
        : ['', '````', harmless([error, fix, lastLines].filter(Boolean).join('\n')).replaceAll('````', "'```"), '````'],
    ),
  ].join('\n');

/** Which hosts come when. */
export function showOrder(rollout: Rollout, view: View): string {
  const { strong, faint } = view.style;
  const { environment, protected: closed, services, canary, onFailure, snapshots } = rollout;
  const lines = [
    `${strong(environment)}${closed ? ', protected' : ''}: ${count(rollout.hosts.length, 'host')}, on failure ${onFailure}${snapshots === null ? '' : `, a snapshot before, ${snapshots.keep} kept`}`,
  ];
  for (const { service, batches } of services) {
    lines.push(`  ${strong(service)}`);
    for (const [index, batch] of batches.entries()) {
      const first = index === 0 && canary !== null;
      lines.push(
        `    batch ${index + 1}${first ? faint(` canary, watched for ${canary.settleMs / 1000} s`) : ''}: ${batch.map(({ host }) => host.name).join(', ')}`,
      );
    }
  }
  return lines.join('\n');
}
