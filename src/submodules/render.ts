import { type Column, markdownTable, table, type View } from '../common/output/table.ts';
import { count } from '../common/output/words.ts';
import { type CheckResult, isUnknown, type SubmoduleReport } from './check.ts';
import type { PushResult } from './push.ts';

const symbol = ({ severity }: SubmoduleReport, unknown: boolean) =>
  unknown ? '?' : { ok: '✓', note: '·', warning: '!', error: '✗', critical: '✗' }[severity];

const tone = (one: SubmoduleReport) =>
  isUnknown(one)
    ? 'warn'
    : ({ ok: 'good', note: 'faint', warning: 'warn', error: 'bad', critical: 'bad' } as const)[one.severity];

function columns({ required }: CheckResult): Column<SubmoduleReport>[] {
  return [
    { title: ' ', value: (one) => symbol(one, isUnknown(one)), tone },
    { title: 'Submodule', value: ({ path }) => path },
    { title: 'Commit', value: ({ commit }) => commit?.slice(0, 12) ?? null },
    { title: 'Class', value: (one) => one.class, tone },
    ...required.map(
      (name): Column<SubmoduleReport> => ({
        title: name,
        value: ({ remotes }) =>
          [...new Set(remotes.filter((one) => one.name === name).map((one) => one.class))].join(', ') || null,
      }),
    ),
  ];
}

function summary({ submodules, counts, commits, required }: CheckResult): string {
  const gitlinks = submodules.filter(({ commit }) => commit !== null).length;
  const parts = [
    counts.problems > 0 && count(counts.problems, 'problem'),
    counts.unknown > 0 && `${counts.unknown} could not be told`,
    counts.warnings > 0 && count(counts.warnings, 'warning'),
  ].filter(Boolean);
  const what = `${count(gitlinks, 'submodule commit')} of ${commits.map((one) => one.slice(0, 12)).join(', ')} on ${required.join(', ')}`;
  return parts.length === 0 ? `${what}: all pushed.` : `${what}: ${parts.join(', ')}.`;
}

/** The check for people: what is wrong in full, what is right in one line. */
export function checkText(result: CheckResult, view: View, verbose: boolean): string {
  const { style } = view;
  if (view.layout === 'tsv') {
    const more: Column<SubmoduleReport>[] = [
      { title: 'Fix', value: ({ fix }) => fix },
      { title: 'Message', value: ({ message }) => message },
    ];
    return table([...columns(result), ...more], result.submodules, view);
  }
  const shown = verbose ? result.submodules : result.submodules.filter(({ severity }) => severity !== 'ok');
  const details = result.submodules
    .filter(({ severity }) => severity !== 'ok')
    .map(
      (one) => `${style[tone(one)](`${symbol(one, isUnknown(one))} ${one.path}`)}: ${one.message}\n  fix: ${one.fix}`,
    );
  const notes = verbose
    ? result.submodules.flatMap(({ path, notes: list }) =>
        list.map((note) => style.faint(`  ${path}: ${note.class}: ${note.message}`)),
      )
    : result.submodules.flatMap(({ path, notes: list }) =>
        list
          .filter(({ class: name }) => ['dirty', 'ahead', 'renamed', 'below-unknown'].includes(name))
          .map((note) => style.faint(`note: ${path}: ${note.message}`)),
      );
  const parts = [shown.length > 0 ? table(columns(result), shown, view) : '', details.join('\n'), notes.join('\n')];
  return [...parts.filter((part) => part !== ''), style.strong(summary(result))].join('\n\n');
}

export function checkMarkdown(result: CheckResult): string {
  const wrong = result.submodules.filter(({ severity }) => severity !== 'ok');
  const fixes = wrong.map(({ path, fix }) => `- \`${path.replaceAll('`', "'")}\`\n\n  \`\`\`\n  ${fix}\n  \`\`\``);
  return [`**${summary(result)}**`, markdownTable(columns(result), result.submodules), fixes.join('\n')]
    .filter((part) => part !== '')
    .join('\n\n');
}

export function pushText({ steps, ci, applied }: PushResult, dryRun: boolean, view: View): string {
  if (steps.length === 0) return 'Everything is pushed already: nothing to do.';
  const lines = dryRun
    ? steps.flatMap(({ title, commands }) => [title, ...commands.map((line) => view.style.faint(`  ${line}`))])
    : [];
  const done = applied ? ['Pushed: submodules first, and the root last.'] : [];
  return [...lines, ...done, ...ciLines(ci)].join('\n');
}

function ciLines(ci: PushResult['ci']): string[] {
  if (ci.length === 0) return ['CI: nothing runs: no workflow file in the root, or no new root commit to push.'];
  const running = ci.filter(({ runs }) => runs);
  return running.length > 0
    ? running.map(({ workflow, remote, why }) => `CI: ${workflow} runs on ${remote} (${why}).`)
    : ci.map(({ workflow, remote, why }) => `CI: ${workflow} does not run on ${remote}: ${why}.`);
}
