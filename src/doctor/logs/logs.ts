import { messageOf, usage } from '../../common/errors.ts';
import { nearest } from '../../common/nearest.ts';
import { isDone, Status } from '../database/status.ts';
import {
  failedSteps,
  fullSteps,
  type Lines,
  linesAroundFailure,
  linesOf,
  type Step,
  type StepRow,
  type StepSpan,
  type StepTask,
  stepNamer,
  stepSpans,
} from '../steps.ts';
import { cutBefore, type EmptyLog, empty, noFailedStep, noOutput, notFound, stateHint, unreadable } from './empty.ts';
import { type IndexBytes, IndexDamage, type LineIndex, openLineIndex } from './line-index.ts';
import { type LogLine, linesIn, linesOf as linesOfPiece, type Piece, readPieces, tailStart } from './lines.ts';
import { type Locator, locator } from './locate.ts';
import { openLog } from './place.ts';
import { type LogStore, UnreadableLog } from './store.ts';
import { type Damage, LogGone, type LogText } from './text.ts';

/** The columns of action_task that say where its log is and how long. */
export interface LogTask extends StepTask {
  readonly id: number;
  /** As stored, never derived: a renamed repository keeps the old path. */
  readonly logFilename: string;
  readonly logInStorage: boolean;
  /** Uncompressed bytes. */
  readonly logSize: number;
  readonly logExpired: boolean;
}

export interface Selection {
  /** A step by its name or by its number in the list of `fullSteps` ("0" is "Set up job"). */
  readonly step?: string;
  /** The step that failed, with what the runner said about it behind it. */
  readonly failed?: boolean;
  /** Only so many lines, the last ones. */
  readonly tail?: number;
}

/** The places of logs. */
export interface LogPlaces {
  /** The directory (or other storage) of finished logs; undefined where nobody said where it is. */
  readonly storage?: LogStore | undefined;
  /** Forgejo's API, where a token or a flag says to ask it. That it fails says nothing of the log: the others count. */
  readonly api?: LogStore | undefined;
  /** Before the others, not behind them. */
  readonly apiFirst?: boolean;
  /** The database's own files, where the log of a running task is. */
  readonly dbfs?: LogStore | undefined;
}

export interface LogRequest extends LogPlaces {
  /** The task of the job's attempt; undefined where there is none. */
  readonly task: LogTask | undefined;
  /** The job's own status: why it has no task. */
  readonly jobStatus?: number;
  /** The numbers of the job's attempts, where one of them was asked for. */
  readonly attempts?: readonly number[];
  /** Its rows of action_task_step, in the order of `index`. */
  readonly steps: readonly StepRow[];
  /** The column `log_indexes` of the task. */
  readonly index?: IndexBytes | undefined;
  readonly selection: Selection;
}

/** Uncompressed bytes of the frames that Forgejo writes. */
const forgejoFrame = 128 * 1024;

export interface LogSummary {
  /** Where the log was read, as `LogStore.name`. */
  readonly where: string;
  readonly logFilename: string;
  readonly compressed: boolean;
  /** Uncompressed size of the whole log in bytes. */
  readonly size: number;
  /** The step asked for, or undefined for the whole log. */
  readonly step: string | undefined;
  /** Lines given so far. */
  readonly lines: number;
  /** Bytes read from where the log is stored, and from the line index. */
  readonly bytesRead: number;
  /** One sentence each: what a person should know about the answer, damaged parts included. */
  readonly notes: readonly string[];
  /** Parts that could not be read. */
  readonly damage: readonly Damage[];
}

export interface FoundLog {
  readonly kind: 'lines';
  /**
   * The lines in blocks of up to some thousand. Either these or `pieces` can be gone through, once; the log is closed at the end.
   */
  readonly blocks: AsyncIterable<readonly LogLine[]>;
  /** The same as bytes, which is some ten times as fast. */
  readonly pieces: AsyncIterable<Piece>;
  /** The step that a line (counted from 0) stands under, and the first line behind it. */
  stepAt(line: number): StepSpan;
  /** Whole when the blocks have been gone through. */
  summary(): LogSummary;
  /** For a reader that stops before the end. */
  close(): Promise<void>;
}

/**
 * Finds a task's log and gives the lines asked for, reading no more of it than needed.
 *
 * @throws {ToolError} for a step that does not exist, and where a place that may have the log can't be asked
 */
export async function readLog(request: LogRequest): Promise<FoundLog | EmptyLog> {
  const { task, selection } = request;
  if (!task && request.attempts && request.attempts.length > 0)
    return empty(
      'no-attempt',
      `The job has no such attempt; it has ${request.attempts.join(', ')}.`,
      `Add --attempt ${request.attempts.at(-1)}, or leave --attempt out for the present one.`,
    );
  if (!task && request.jobStatus !== undefined && isDone(request.jobStatus))
    return empty(
      'not-started',
      request.jobStatus === Status.cancelled
        ? 'The job was cancelled before a runner took it: it has no log.'
        : 'No runner has ever taken the job: it has no log.',
      'ci-doctor show tells how the jobs of the run ended.',
    );
  if (!task)
    return empty(
      'not-started',
      'The job has no task: no runner has picked it up yet, so there is no log.',
      'ci-doctor stuck',
    );
  if (selection.step !== undefined && selection.failed)
    throw usage('--step and --failed exclude each other.', 'Give one of them.');
  const done = isDone(task.status);
  const steps = fullSteps(task, request.steps);
  // Before the log is looked for: a wrong step is a wrong step, wherever the log is.
  const step = selection.step === undefined ? undefined : stepNamed(selection.step, steps);
  const failed = failedSteps(steps);
  if (task.logExpired)
    return empty(
      'expired',
      `The log of task ${task.id} is past its retention time: Forgejo has deleted it.`,
      'Run the job again to get a new one; LOG_RETENTION_DAYS in the [actions] section of app.ini sets the time.',
    );
  if (selection.failed && failed.length === 0) return noFailedStep(task, steps, done);

  const opened = await openLog(storesOf(request, task), task, done ? task.logSize : undefined);
  if (!('text' in opened)) return notFound(request, task, opened);
  const { text } = opened;
  const notes: string[] = [];
  const note = (message: string) => {
    if (!notes.includes(message)) notes.push(message);
  };
  try {
    const index = await lineIndex(request.index, text, note);
    if (done && index.lines && index.lines.lines !== task.logLength)
      note(`The line index has ${index.lines.lines} lines, action_task.log_length says ${task.logLength}.`);
    // While the task runs, the text may be ahead of its row, never behind.
    const sizes = `has ${text.size} bytes of text, action_task.log_size says ${task.logSize}`;
    const foreign: Damage[] = [];
    if (done && !text.compressed && text.size !== task.logSize && opened.where() !== request.dbfs?.name)
      // What is no zstd and has another size was cut, or is something else.
      foreign.push({
        frame: 1,
        offset: 0,
        start: Math.min(text.size, task.logSize),
        end: undefined,
        message: `The log in ${opened.where()} is not compressed and ${sizes}: it was cut, or is not the log of task ${task.id}.`,
      });
    const isCut = done && text.size < task.logSize;
    if (text.size === 0) {
      await text.close();
      return text.damage.length + text.notes.length > 0
        ? unreadable(task, opened.where(), text)
        : empty('empty', `The log of task ${task.id} is empty in ${opened.where()}.`, stateHint(task, done));
    }
    const find = locator(text, index.lines, { lines: task.logLength, size: task.logSize }, note);
    const chosen = step ?? (selection.failed ? await decisive(failed, find, text, steps, done) : undefined);
    const range = await chooseLines(find, text, task, steps, chosen, selection, done, isCut);
    if (range.start >= range.end) {
      await text.close();
      return chosen && isCut && chosen.logLength > 0
        ? cutBefore(chosen, task, opened.where(), text)
        : noOutput(chosen, task, done);
    }
    if (range.isCut && text.damage.length + foreign.length === 0)
      foreign.push({
        // The frame that it would be.
        frame: Math.floor(text.size / forgejoFrame) + 1,
        offset: text.size,
        start: text.size,
        end: undefined,
        message: `The log in ${opened.where()} ends at byte ${text.size} of ${task.logSize}: the rest is missing.`,
      });
    else if (foreign.length === 0 && (text.size < task.logSize || (done && text.size !== task.logSize)))
      note(`The log ${sizes}.`);
    const others = selection.failed ? failed.filter((other) => other !== chosen && other.logLength > 0) : [];
    if (others.length > 0)
      note(`Failed as well: ${others.map((other) => `${other.number} "${other.name}"`).join(', ')} (see --step).`);
    let lines = 0;
    const all = pieces(task, text, range, find, note, (count) => {
      lines += count;
    });
    return {
      kind: 'lines',
      pieces: all,
      blocks: blocks(all, steps),
      stepAt: stepSpans(steps),
      summary: () => ({
        where: opened.where(),
        logFilename: task.logFilename,
        compressed: text.compressed,
        size: text.size,
        step: chosen?.name,
        lines,
        bytesRead: text.bytesRead + index.bytesRead(),
        notes: [...text.notes, ...[...text.damage, ...foreign].map(({ message }) => message), ...notes],
        damage: [...text.damage, ...foreign],
      }),
      close: () => text.close(),
    };
  } catch (error) {
    await text.close().catch(() => {});
    throw explained(error, task);
  }
}

/** A stored log is in the storage, one of a running task in the database; either may have just been moved. */
export function storesOf({ storage, dbfs, api, apiFirst }: LogPlaces, task: LogTask): LogStore[] {
  const own = task.logInStorage ? [storage, dbfs] : [dbfs, storage];
  const order = apiFirst ? [api, ...own] : [...own, api];
  return task.logFilename === '' ? [] : order.filter((store) => store !== undefined);
}

interface Chosen {
  readonly start: number;
  readonly end: number;
  /** Bytes of the text. */
  readonly from: number;
  readonly until: number;
  /** Some of them are missing in a text that is too short. */
  readonly isCut?: boolean;
}

/** Of steps that failed the first that ended the job: with `continue-on-error` the runner goes on, and says so at the step's end. */
async function decisive(
  failed: readonly Step[],
  find: Locator,
  text: LogText,
  steps: readonly Step[],
  done: boolean,
): Promise<Step> {
  const wrote = failed.filter((step) => step.logLength > 0);
  for (const step of wrote.length > 1 ? wrote : []) {
    const { start, end } = linesOf(step, steps, done, Number.POSITIVE_INFINITY);
    const from = await find.offsetOf(start);
    const until = await find.offsetOf(end);
    const back = await tailStart(text, until, Math.min(end - start, 10));
    // Of a log that was cut these may be lines of another step.
    const range = { from: { line: end - back.lines, offset: Math.max(from, back.offset) }, until };
    let goesOn = false;
    for await (const piece of readPieces(text, range, { lineAt: find.lineAt, note: () => {} }))
      goesOn ||= linesOfPiece(piece, () => '').some((line) => line.text.trim() === 'Failed but continue next step');
    if (!goesOn) return step;
  }
  return failed[0]!;
}

/** Which lines to give, and where they lie. */
async function chooseLines(
  find: Locator,
  text: LogText,
  task: LogTask,
  steps: readonly Step[],
  step: Step | undefined,
  { failed, tail }: Selection,
  done: boolean,
  isCut: boolean,
): Promise<Chosen> {
  // Without the need to count: lines up to the end of the text need only an upper bound, unless they are counted back from it.
  const whole = (total: number): Lines =>
    !step
      ? { start: 0, end: total }
      : failed
        ? linesAroundFailure(step, steps, done, total)
        : linesOf(step, steps, done, total);
  let lines = whole(Number.POSITIVE_INFINITY);
  const open = lines.end === Number.POSITIVE_INFINITY;
  if (lines.start >= lines.end) return { ...lines, from: 0, until: 0 };
  if (isCut) {
    const total = await find.total();
    const there = { start: lines.start, end: Math.min(lines.end, total) };
    const until = there.end === total ? text.size : await find.offsetOf(there.end);
    return { ...(await lastOf(find, text, there, until, tail)), isCut: lines.end > total };
  }
  if (open && (tail !== undefined || !done || text.size !== task.logSize)) lines = whole(await find.total());
  else if (open) lines = { start: lines.start, end: task.logLength };
  if (lines.start >= lines.end) return { ...lines, from: 0, until: 0 };
  return lastOf(find, text, lines, open ? text.size : await find.offsetOf(lines.end), tail);
}

/** The last `tail` of these lines, or all. */
async function lastOf(find: Locator, text: LogText, lines: Lines, until: number, tail?: number): Promise<Chosen> {
  if (lines.start >= lines.end) return { ...lines, from: 0, until: 0 };
  if (tail !== undefined && tail < lines.end - lines.start) {
    const back = await tailStart(text, until, tail);
    return { start: lines.end - back.lines, end: lines.end, from: back.offset, until };
  }
  return { ...lines, from: await find.offsetOf(lines.start), until };
}

async function* blocks(pieces: AsyncIterable<Piece>, steps: readonly Step[]): AsyncGenerator<readonly LogLine[]> {
  const stepOf = stepNamer(steps);
  for await (const piece of pieces) yield linesOfPiece(piece, stepOf);
}

async function* pieces(
  task: LogTask,
  text: LogText,
  chosen: Chosen,
  find: Locator,
  note: (message: string) => void,
  given: (lines: number) => void,
): AsyncGenerator<Piece> {
  try {
    let lines = 0;
    const range = { from: { line: chosen.start, offset: chosen.from }, until: chosen.until };
    for await (const piece of readPieces(text, range, { lineAt: find.lineAt, note })) {
      const count = linesIn(piece);
      lines += count;
      given(count);
      yield piece;
    }
    if (lines !== chosen.end - chosen.start && text.damage.length === 0)
      note(
        `The database expects ${chosen.end - chosen.start} lines here, the text has ${lines}: line numbers may be wrong, and lines of the neighbouring steps may be among them.`,
      );
  } catch (error) {
    throw explained(error, task);
  } finally {
    await text.close().catch(() => {});
  }
}

/** The index with its reads counted; without one where it is missing or damaged. */
async function lineIndex(bytes: IndexBytes | undefined, text: LogText, note: (message: string) => void) {
  let bytesRead = 0;
  let lines: LineIndex | undefined;
  if (bytes && text.size > 0) {
    try {
      lines = await openLineIndex({
        length: () => bytes.length(),
        async read(offset, length) {
          const piece = await bytes.read(offset, length);
          bytesRead += piece.length;
          return piece;
        },
      });
    } catch (error) {
      if (!(error instanceof IndexDamage)) throw error;
      note(`${error.message} Lines were counted through the text instead.`);
    }
  }
  return { lines, bytesRead: () => bytesRead };
}

function stepNamed(wanted: string, steps: readonly Step[]): Step {
  const same = steps.filter(({ name }) => name === wanted);
  const named = same.length > 0 ? same : steps.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (named.length === 1) return named[0]!;
  const list = (some: readonly Step[]) => some.map(({ number, name }) => `${number} "${name}"`).join(', ');
  if (named.length > 1)
    throw usage(`${named.length} steps are called ${JSON.stringify(wanted)}.`, `Give the number: ${list(named)}.`);
  const byNumber = /^\d+$/.test(wanted) ? steps[Number(wanted)] : undefined;
  if (byNumber) return byNumber;
  const close = nearest(
    wanted,
    steps.map(({ name }) => name),
  );
  throw usage(
    `The job has no step ${JSON.stringify(wanted)}.`,
    close ? `Did you mean ${JSON.stringify(close)}? It has: ${list(steps)}.` : `It has: ${list(steps)}.`,
  );
}

/** What may come up while a log is read, in words. */
function explained(error: unknown, task: LogTask): unknown {
  if (error instanceof LogGone)
    return new UnreadableLog(
      `The log ${task.logFilename} disappeared while it was read.`,
      'Ask again: it is moved when the task ends, and deleted after the retention time.',
      error,
    );
  if (error instanceof Error && 'syscall' in error)
    return new UnreadableLog(
      `The log ${task.logFilename} cannot be read any further: ${messageOf(error)}`,
      'Look at that file and its file system.',
      error,
    );
  return error;
}
