import { oneLine } from '../../common/output/style.ts';
import type { View } from '../../common/output/table.ts';
import { count } from '../../common/output/words.ts';
import { quote } from '../../common/quote.ts';
import { hasEnded, type ResetResult, type ResetRun } from './reset-result.ts';

export function resetText(result: ResetResult, view: View): string {
  const together = new Set(result.transactions.flatMap(({ runs }) => runs));
  return [
    ...result.runs.map((run) => runText(run, result.applied, view, !result.applied && !together.has(run.run))),
    ...result.transactions.map(({ runs, statements }) =>
      [`One transaction for ${count(runs.length, 'run')}, from ${runs[0]} on:`, ...block(statements)].join('\n'),
    ),
    ...(result.applied ? afterwards(result, view) : []),
  ].join('\n\n');
}

/** What has no row of its own has no status. */
const isNameless = ({ runId, run }: ResetRun): boolean => runId === null || run === `run ${runId} (no row)`;

const block = (statements: readonly string[]): string[] => [
  '  BEGIN;',
  ...statements.map((line) => `  ${line};`),
  '  COMMIT;',
];

/** What becomes of a run, behind its name. */
function whatOf(run: ResetRun, applied: boolean, jobsChange: boolean): string {
  const { before, after } = run;
  const moves = jobsChange || before.statusCode !== after.statusCode;
  if (run.announced && !moves)
    return `${applied ? 'announced' : 'to be announced'} to the runners, status ${before.statusCode} ${before.status}`;
  if (run.statements.length === 0 && run.leftOut.length === 0 && run.request === null)
    return `nothing to repair, status ${before.statusCode} ${before.status}`;
  if (isNameless(run)) return applied ? 'ended' : 'to be ended';
  return `${before.statusCode} ${before.status} → ${after.statusCode} ${after.status}`;
}

function runText(run: ResetRun, applied: boolean, view: View, showStatements: boolean): string {
  const { style } = view;
  const changed = run.before.jobs.flatMap((job) => {
    const after = run.after.jobs.find((candidate) => candidate.id === job.id);
    return after && (after.status !== job.status || after.taskId !== job.taskId)
      ? [
          `  job ${job.id} "${oneLine(job.name)}": ${job.statusCode} ${job.status} → ${after.statusCode} ${after.status}`,
        ]
      : [];
  });
  return [
    `${style.strong(run.run)}: ${run.error ? style.bad(`not repaired: ${oneLine(run.error)}`) : whatOf(run, applied, changed.length > 0)}`,
    ...(run.fix ? [`  next: ${run.fix}`] : []),
    ...(run.error ? [] : changed),
    ...run.repeats.map(({ job, steps, begun }) =>
      style.warn(
        oneLine(
          `  job "${job}" runs again from the start${steps.length > 0 ? `; already done, to be repeated: ${steps.join(', ')}` : ''}${begun.length > 0 ? `; begun: ${begun.join(', ')}` : ''}`,
        ),
      ),
    ),
    ...run.leftOut.map(({ job, reason }) => oneLine(`  left as it is: job "${job}": ${reason}`)),
    ...run.notes.map((note) => style.warn(`  ${oneLine(note)}`)),
    ...(showStatements && run.statements.length > 0 ? block(run.statements) : []),
    ...(!applied && run.request !== null ? [`  Forgejo is asked: ${run.request}`] : []),
    ...(run.otherwise.length > 0 ? ['  If it cannot, or does not:', ...block(run.otherwise)] : []),
  ].join('\n');
}

/** Above this many, the checks are in --json. */
const checksShown = 20;

function afterwards({ checksSet, checksLeft, undoFile, runs }: ResetResult, view: View): string[] {
  const silent = runs.some((run) => run.by === 'database' && run.error === undefined && hasEnded(run));
  const lines = checksLeft
    .slice(0, checksShown)
    .map(
      (check) =>
        `  ci-doctor api POST ${quote(`/repos/${check.repository}/statuses/${check.sha}`)} ${[
          'context',
          'state',
          'description',
          'target_url',
        ]
          .map((key) => `-f ${quote(`${key}=${{ ...check, target_url: check.targetUrl }[key as 'context']}`)}`)
          .join(' ')}`,
    );
  return [
    ...(checksSet.length > 0 ? [`${count(checksSet.length, 'pending check')} set through the API.`] : []),
    ...(checksLeft.length > 0
      ? [
          [
            `What the database cannot do: ${checksLeft.length === 1 ? 'a check of the commit stays pending' : `each of ${checksLeft.length} checks stays pending`}, and nobody is notified. With FORGEJO_TOKEN set, reset does this itself:`,
            ...lines,
            ...(checksLeft.length > checksShown ? [`  and ${checksLeft.length - checksShown} more: --json`] : []),
          ].join('\n'),
        ]
      : silent
        ? ['No check of a commit is left pending; nobody is notified.']
        : []),
    ...(undoFile === null ? [] : [view.style.faint(`Take it back: ci-doctor undo ${undoFile}`)]),
  ];
}
