import { harmless, type Style } from '../../common/output/style.ts';
import { type Column, markdownTable, plainView, table, type View } from '../../common/output/table.ts';
import { count, duration } from '../../common/output/words.ts';
import type { JobDiagnosis, RunDiagnosis } from '../diagnose/diagnose.ts';
import type { Cause, ShownLine } from '../diagnose/engine.ts';
import type { History } from '../diagnose/history.ts';
import type { Annotation } from '../diagnose/matcher.ts';
import type { CauseCount, Statistics, Unexplained } from '../diagnose/statistics.ts';

type Diagnosis = RunDiagnosis & { readonly annotations?: readonly Annotation[] };

/** A diagnosis for people, piped as well: a report of lines, places and history is no table. */
export function diagnosisText(diagnosis: Diagnosis, { style }: View): string {
  const parts =
    diagnosis.message !== null
      ? [`Run ${diagnosis.runId}: ${diagnosis.message}`]
      : diagnosis.jobs.length === 0
        ? [causeText(diagnosis.cause!, style)]
        : diagnosis.jobs.map((job) => jobText(job, style));
  if (diagnosis.annotations) parts.push(annotationText(diagnosis.annotations, style));
  return parts.join('\n\n');
}

const jobColumns: readonly Column<JobDiagnosis>[] = [
  { title: 'Job id', value: ({ jobId }) => jobId },
  { title: 'Job', value: ({ job }) => job },
  { title: 'Step', value: ({ step }) => step },
  { title: 'Cause', value: ({ cause }) => cause?.id ?? 'unknown' },
  { title: 'Blame', value: ({ cause }) => cause?.blame ?? 'unknown' },
  { title: 'Retryable', value: ({ cause }) => (cause ? String(cause.retryable) : null) },
  {
    title: 'Message',
    value: ({ cause, missing, lines }) =>
      cause?.message ?? missing?.message ?? lines.find(({ decisive }) => decisive)?.text ?? null,
  },
  { title: 'Fix', value: ({ cause, missing }) => cause?.fix ?? missing?.fix ?? null },
  { title: 'Fingerprint', value: ({ fingerprint }) => fingerprint },
];

/** One job: the cause, the lines it rests on, and where else it was seen. */
export function jobText(job: JobDiagnosis, style: Style): string {
  const { cause, missing, lines, differs, history, comparedWith } = job;
  const head = style.strong(harmless(job.step === null ? job.job : `${job.job} › ${job.step}`));
  const said = cause
    ? [causeText(cause, style)]
    : missing
      ? [`${style.warn('could not tell')}: ${missing.message}`, `next: ${missing.fix}`]
      : [
          `${style.warn('unknown')}: no rule fits this failure. ${lines.some(({ decisive }) => decisive) ? 'The first error:' : 'The end of its log:'}`,
        ];
  return [
    head,
    ...said,
    ...(lines.length > 0 ? ['', ...lineTexts(lines, style)] : []),
    ...(differs.length > 0
      ? ['', style.faint(`Also not in run ${comparedWith}, the last good one:`), ...lineTexts(differs, style)]
      : []),
    ...(history || comparedWith !== null ? ['', ...historyText(history, job, style)] : []),
    ...job.notes.map((note) => style.faint(`note: ${harmless(note)}`)),
  ].join('\n');
}

const causeText = (cause: Cause, style: Style): string =>
  [
    `${style.bad(cause.id)}: ${harmless(cause.message)}`,
    `fix:  ${harmless(cause.fix)}`,
    style.faint(
      `blame: ${cause.blame}; ${cause.retryable ? 'the same run may succeed when it is started again' : 'starting it again changes nothing'}`,
    ),
    ...cause.links.map((link) => style.faint(`see:  ${link}`)),
  ].join('\n');

function lineTexts(lines: readonly ShownLine[], style: Style): string[] {
  const width = String(lines.at(-1)!.number).length;
  return lines.flatMap(({ number, text, decisive, isNew }, at) => {
    const before = lines[at - 1];
    const gap = before && number > before.number + 1 ? [style.faint(`  ${' '.repeat(width)}  …`)] : [];
    const line = `${decisive ? '>' : isNew ? '+' : ' '} ${String(number).padStart(width)}  ${harmless(text)}`;
    return [...gap, decisive ? style.bad(line) : isNew === false ? style.faint(line) : line];
  });
}

function historyText(history: History | null, { comparedWith }: JobDiagnosis, style: Style): string[] {
  if (!history)
    return comparedWith === null
      ? []
      : [style.faint(`+ marks what run ${comparedWith}, the last good one of this job, did not print.`)];
  const { times, looked, firstSeen, lastSeen, branches, runners, lastGood, firstBad, flaky, onlyRunner } = history;
  const verdicts = [
    ...(flaky === null ? [] : [style.warn(`Flaky: the same commit was green in run ${flaky}.`)]),
    ...(onlyRunner === null
      ? []
      : [
          style.warn(
            `Only runner ${harmless(onlyRunner)} has it; others run this job well. Look at that runner first.`,
          ),
        ]),
  ];
  const seen =
    times === 1
      ? looked === 1
        ? 'The first failure of this job that is known.'
        : `Not seen in the ${looked - 1} other failures of this job that were looked at.`
      : `Seen in ${times} of ${looked} failures of this job over ${duration(lastSeen - firstSeen)}, on ${branches.join(', ')}, runner ${runners.join(', ') || '(gone)'}.`;
  const since =
    lastGood && firstBad
      ? [
          `Last good: run ${lastGood.runId}, ${lastGood.commit.slice(0, 10)}. First red after it: run ${firstBad.runId}, ${firstBad.commit.slice(0, 10)}.`,
        ]
      : [];
  const marks = comparedWith === null ? [] : [`+ marks what run ${comparedWith} did not print.`];
  return [...verdicts, style.faint(harmless([seen, ...since, ...marks].join(' ')))];
}

function annotationText(annotations: readonly Annotation[], style: Style): string {
  if (annotations.length === 0) return 'The problem matcher found nothing.';
  return annotations
    .map(({ file, line, column, severity, message, code }) => {
      const place = [file ?? '(no file)', line, column].filter((part) => part !== null).join(':');
      const word =
        severity === 'error' ? style.bad(severity) : severity === 'warning' ? style.warn(severity) : severity;
      return `${harmless(place)}: ${word}: ${harmless(message)}${code === null ? '' : ` (${harmless(code)})`}`;
    })
    .join('\n');
}

/** For a job summary: a heading a job, the lines as a block. */
export function diagnosisMarkdown(diagnosis: Diagnosis): string {
  const block = (text: string) => `\`\`\`\`\n${text.replaceAll('````', "'```")}\n\`\`\`\``;
  return [markdownTable(jobColumns.slice(1, 8), diagnosis.jobs), block(diagnosisText(diagnosis, plainView))].join(
    '\n\n',
  );
}

export function statisticsText(result: Statistics, view: View): string {
  if (view.layout === 'tsv') return statisticsTable(result, view);
  const { style } = view;
  if (result.failed === 0) return 'No job has failed in that time.';
  const share = `${count(result.failed, 'job')} failed; ${result.explained} explained (${Math.round(result.share! * 100)} %).${result.left > 0 ? ` The oldest ${result.left} were not looked at.` : ''}`;
  return [
    style.strong(share),
    ...(result.causes.length > 0 ? ['', table(causeColumns, result.causes, view)] : []),
    ...(result.unexplained.length > 0
      ? ['', style.strong('Unexplained'), table(unexplainedColumns, result.unexplained, view)]
      : []),
  ].join('\n');
}

/** For scripts: causes and what is unexplained in one table, so that nothing that failed is missing from its counts. */
function statisticsTable({ causes, unexplained, failed, left }: Statistics, view: View): string {
  const looked = failed - left;
  const rows = [
    ...causes.map((cause) => ({ ...cause, what: cause.title, fingerprint: null })),
    ...unexplained.map((one) => ({ ...one, id: 'unknown', blame: 'unknown', retryable: null, what: one.line })),
  ];
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { title: 'Count', value: (row) => row.count },
    { title: 'Share', value: (row) => (row.count / looked).toFixed(4) },
    { title: 'Cause', value: ({ id }) => id },
    { title: 'Blame', value: ({ blame }) => blame },
    { title: 'Retryable', value: ({ retryable }) => (retryable === null ? null : String(retryable)) },
    { title: 'Runs', value: ({ runs }) => runs.join(',') },
    { title: 'Runners', value: ({ runners }) => runners.join(',') },
    { title: 'Repositories', value: ({ repositories }) => repositories.join(',') },
    { title: 'What', value: ({ what }) => what },
    { title: 'Fingerprint', value: ({ fingerprint }) => fingerprint },
  ];
  return table(columns, rows, view);
}

const some = (values: readonly (string | number)[]): string =>
  `${values.slice(0, 3).join(', ')}${values.length > 3 ? ` and ${values.length - 3} more` : ''}`;

const causeColumns: readonly Column<CauseCount>[] = [
  { title: 'Count', value: (cause) => cause.count, align: 'right' },
  { title: 'Cause', value: ({ id }) => id, tone: () => 'bad' },
  { title: 'Blame', value: ({ blame }) => blame },
  { title: 'Retryable', value: ({ retryable }) => (retryable ? 'yes' : 'no') },
  { title: 'Runs', value: ({ runs }) => some(runs) },
  { title: 'Runners', value: ({ runners }) => some(runners) },
  { title: 'Repositories', value: ({ repositories }) => some(repositories) },
  { title: 'What', value: ({ title }) => title },
];

const unexplainedColumns: readonly Column<Unexplained>[] = [
  { title: 'Count', value: (one) => one.count, align: 'right' },
  { title: 'Runs', value: ({ runs }) => some(runs) },
  { title: 'Repositories', value: ({ repositories }) => some(repositories) },
  { title: 'First error', value: ({ line }) => line },
];

export const statisticsMarkdown = (result: Statistics): string =>
  [
    `${result.failed} failed, ${result.explained} explained.`,
    markdownTable(causeColumns, result.causes),
    ...(result.unexplained.length > 0
      ? [`### Unexplained\n\n${markdownTable(unexplainedColumns, result.unexplained)}`]
      : []),
  ].join('\n\n');
