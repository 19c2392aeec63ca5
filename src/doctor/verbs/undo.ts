import { appendAudit, checkAudit } from '../../common/audit.ts';
import { type CommonOptions, type Outcome, shownText, type Verb } from '../../common/command.ts';
import { messageOf, ToolError, usage } from '../../common/errors.ts';
import { exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { count } from '../../common/output/words.ts';
import { type ConnectOptions, connectOptions, withConnection } from '../connect.ts';
import { findRecorded } from '../history.ts';
import { checkIdentity, type UndoneRun, undoRun } from '../reset/undo.ts';
import { isEntry, readUndoFile } from '../reset/undo-file.ts';

/** A run whose undo was tried and rolled back. */
interface FailedUndo extends Omit<UndoneRun, 'outcome'> {
  readonly outcome: 'failed';
  readonly error: string;
  readonly fix?: string;
}

interface UndoResult {
  readonly runs: readonly (UndoneRun | FailedUndo)[];
  readonly applied: boolean;
}

export const undoVerb: Verb = {
  usage: 'undo <file>',
  summary: 'take a reset back, if nothing moved since',
  description:
    'FILE is an undo file, or the id of one repair in "ci-doctor history". Puts the changed columns back as they were, on the same database only. A run that moved on since the reset is left alone.',
  options: connectOptions,
  examples: [
    [
      'ci-doctor undo ~/.local/state/forgejo-ci-toolkit/undo/20260131T120000-000Z-7.undo.jsonl',
      'the file that reset printed',
    ],
    ['ci-doctor undo c30e931b', 'one repair, by the id that history prints'],
    ['ci-doctor undo FILE --dry-run', 'show the statements only'],
  ],
  handler: undo,
};

async function undo(
  [file]: readonly string[],
  options: ConnectOptions & CommonOptions,
  io: Io,
): Promise<Outcome<UndoResult>> {
  const fromFile = isRepairId(file!) ? undefined : await readUndoFile(file!);
  return withConnection(options, io, async ({ database, journal }) => {
    const { header, entries, torn } = fromFile ?? (await fromJournal(journal, file!));
    checkIdentity(header.database, await database.identity(), file!);
    if (torn)
      io.note(`${file}: the last line broke off. What it was written for was never committed, so it is left out.`);
    // The last repair first: an earlier one may lie under it.
    const order = [...entries].reverse();
    const previews: UndoneRun[] = [];
    for (const entry of order) previews.push(await undoRun(database, entry, true));
    const possible = previews.filter(({ outcome }) => outcome === 'would-undo').length;
    if (options.dryRun || possible === 0) return outcomeOf(previews, false);
    if (!options.yes) {
      if (!io.interactive) {
        io.note('Nothing was changed: add --yes to apply this, or --dry-run to only look.');
        return { ...outcomeOf(previews, false), exit: exitCode.usage };
      }
      await io.write(`${shownText(outcomeOf(previews, false), io.view)}\n\n`);
      if (!(await io.ask(`Undo the repair of ${count(possible, 'run')} in ${database.place}?`))) {
        io.note('Nothing was changed.');
        return { exit: exitCode.ok, result: { runs: previews, applied: false } };
      }
    }
    await checkAudit(journal);
    const runs: (UndoneRun | FailedUndo)[] = [];
    let unwritten = false;
    for (const entry of order) {
      const run = await undoRun(database, entry, false).catch((thrown): FailedUndo => {
        // What was undone already is told all the same.
        if (!runs.some(({ outcome }) => outcome === 'undone')) throw thrown;
        const error = database.explain(thrown);
        const fix = error instanceof ToolError ? { fix: error.fix } : {};
        return { runId: entry.runId, outcome: 'failed', statements: [], moved: [], error: messageOf(error), ...fix };
      });
      runs.push(run);
      if (run.outcome !== 'undone') continue;
      await appendAudit(journal, {
        tool: 'ci-doctor',
        action: 'undo',
        outcome: 'done',
        details: { database: database.place, runId: run.runId, statements: run.statements, undoFile: file },
      }).catch((error) => {
        unwritten = true;
        io.note(`The journal ${journal} could not be written: ${messageOf(error)}`);
      });
    }
    const outcome = outcomeOf(
      runs,
      runs.some(({ outcome }) => outcome === 'undone'),
    );
    return unwritten ? { ...outcome, exit: exitCode.problem } : outcome;
  });
}

/** As `history` prints it, or longer. No file of this name is meant: write ./NAME for one. */
const isRepairId = (text: string): boolean => /^[0-9a-f]{8}(?:[0-9a-f-]{0,28})$/.test(text);

async function fromJournal(journal: string, id: string) {
  const found = await findRecorded(journal, id);
  const [only] = found;
  if (found.length !== 1 || !only)
    throw usage(
      found.length === 0 ? `The journal has no repair ${id}.` : `${count(found.length, 'repair')} begin with ${id}.`,
      'List them with "ci-doctor history"; with --json the ids are whole.',
    );
  if (!isEntry(only.entry))
    throw usage(`The journal's line of repair ${id} is damaged.`, 'Use the undo file that "ci-doctor reset" printed.');
  return { header: { database: only.identity }, entries: [only.entry], torn: false };
}

function outcomeOf(runs: UndoResult['runs'], applied: boolean): Outcome<UndoResult> {
  const failed = runs.some(({ outcome }) => outcome === 'moved-since' || outcome === 'failed');
  return {
    exit: failed ? exitCode.problem : exitCode.ok,
    result: { runs, applied },
    text: ({ style }) => {
      if (runs.length === 0) return 'Nothing to undo: the file holds no repair, so nothing was committed.';
      return runs
        .map((run) =>
          [
            `${style.strong(`run ${run.runId}`)}: ${words[run.outcome]}${run.outcome === 'failed' ? `: ${run.error}` : ''}`,
            ...(run.outcome === 'failed' && run.fix ? [`  next: ${run.fix}`] : []),
            ...run.moved.map((line) => `  ${line}`),
            ...(applied ? [] : run.statements.map((line) => `  ${line};`)),
          ].join('\n'),
        )
        .join('\n');
    },
  };
}

const words: Readonly<Record<UndoResult['runs'][number]['outcome'], string>> = {
  undone: 'undone, the rows are as they were before the reset',
  'would-undo': 'can be undone',
  'nothing-to-undo':
    'nothing to undo, the rows are as they were before the reset: it is undone, or was never committed',
  failed: 'not undone',
  'moved-since': 'left alone, it moved on since the reset',
};
