import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Option } from 'commander';
import type { CommonOptions, Outcome, Verb } from '../../common/command.ts';
import { isDiskFull } from '../../common/disk-full.ts';
import { messageOf, unknown, usage } from '../../common/errors.ts';
import { type ExitCode, exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { oneLine } from '../../common/output/style.ts';
import { type Connection, type ConnectOptions, connectOptions, logOptions, withConnection } from '../connect.ts';
import { dbfsOf } from '../database/dbfs.ts';
import { Status } from '../database/status.ts';
import { findRun } from '../find-run.ts';
import { dbfsStore } from '../logs/dbfs.ts';
import { type EmptyLog, type EmptyReason, unreadLog } from '../logs/empty.ts';
import { followJob, lookAt } from '../logs/follow.ts';
import { secretHider } from '../logs/hide.ts';
import { type LogLine, linesIn, linesOf, type Piece } from '../logs/lines.ts';
import { type FoundLog, type LogSummary, readLog, type Selection } from '../logs/logs.ts';
import { LogPrinter, type PrintStyle, printPieces } from '../logs/print.ts';
import { type LogJob, loadLogJobs, loadSteps } from '../logs/tasks.ts';
import { stepSpans } from '../steps.ts';
import { moment, runArgument, wholeNumber } from './runs.ts';

interface Options extends ConnectOptions, CommonOptions {
  readonly job?: string;
  readonly step?: string;
  readonly failed?: true;
  readonly attempt?: string;
  readonly tail?: string;
  readonly follow?: true;
  readonly grep?: string;
  readonly since?: string;
  readonly timestamps?: true;
  readonly raw?: true;
  readonly download?: string;
}

interface JobLog {
  readonly job: string;
  readonly jobId: number;
  readonly taskId: number | null;
  readonly attempt: number | null;
  /** Only with `--json`: otherwise they are printed as they come. */
  readonly lines: readonly LogLine[];
  readonly log: LogSummary | null;
  /** Why there are no lines. */
  readonly empty: { readonly reason: EmptyReason; readonly message: string; readonly fix: string } | null;
  /** Only with `--download`: where it was written. */
  readonly file?: string;
}

interface LogsResult {
  readonly runId: number;
  /** Why no job's log was looked for. */
  readonly empty?: JobLog['empty'];
  readonly jobs: readonly JobLog[];
}

export const logsVerb: Verb = {
  usage: 'logs <run>',
  summary: 'print the logs of a run, or only the step that failed',
  description: `${runArgument}\n\nReads the log of a running job from the database and a finished one from disk, only as much as is needed. Piped, each line is JOB<TAB>STEP<TAB>LINE. Exit code 2 when there is nothing to show, with the reason; also where no line matches --grep or --since.`,
  options: [
    ...connectOptions,
    ...logOptions,
    new Option('--job <name|id>', 'only this job'),
    new Option('--step <name|number>', 'only this step'),
    new Option('--failed', 'only the failed step of each failed job'),
    new Option('--attempt <number>', 'an earlier attempt of the job'),
    new Option('--tail <count>', 'only the last lines of each job'),
    new Option('--follow', 'go on with what is written until the job is done; its result is the exit code'),
    new Option('--grep <pattern>', 'of these lines only those that match a regular expression'),
    new Option('--since <when>', 'of these lines only those written since: 10m, 2h, or 2026-01-31T12:00Z'),
    new Option('--timestamps', 'with the time of each line'),
    new Option(
      '--raw',
      'as Forgejo stores it: times, no names before the lines, terminal escapes where no terminal reads them',
    ),
    new Option('--download <dir>', 'write the log of each job to a file of its own'),
  ],
  examples: [
    ['ci-doctor logs 42 --failed', 'why run 42 is red'],
    ['ci-doctor logs org/app#7 --job build --tail 50', 'the end of one job'],
    ['ci-doctor logs 42 --step 3 --attempt 1', 'one step of an earlier attempt'],
    ['ci-doctor logs 42 --job deploy --follow --tail 20', 'watch a job to its end'],
    ['ci-doctor logs 42 --download ./logs', 'the whole run as files'],
  ],
  handler: logs,
};

async function logs([name]: readonly string[], options: Options, io: Io): Promise<Outcome<LogsResult>> {
  const selection: Selection = {
    ...(options.step !== undefined && { step: options.step }),
    ...(options.failed && { failed: true }),
    ...(options.tail !== undefined && { tail: wholeNumber('--tail', options.tail, 1, Number.MAX_SAFE_INTEGER) }),
  };
  const attempt =
    options.attempt === undefined ? undefined : wholeNumber('--attempt', options.attempt, 0, Number.MAX_SAFE_INTEGER);
  const filter = await filterOf(options, io);
  checkUse(options);
  return withConnection(options, io, async (connection) => {
    const { database } = connection;
    const runId = await findRun(database.queries, name!);
    const jobs = chooseJobs(runId, await loadLogJobs(database, runId, attempt), options);
    if (jobs.length === 0) {
      const message = `No job of run ${runId} ${options.failed ? 'failed' : 'is there'}.`;
      const fix = `See how it stands with "ci-doctor show ${runId}"${options.failed ? '; leave out --failed to see its logs' : ''}.`;
      io.note(`${message}\nnext:  ${fix}`);
      const reason = options.failed ? 'no-failed-step' : 'not-started';
      return { exit: exitCode.unknown, result: { runId, jobs: [], empty: { reason, message, fix } } };
    }
    if (options.follow)
      return {
        exit: await followJobs(jobs, connection, selection.tail, filter, options, io),
        result: { runId, jobs: [] },
      };
    const results: JobLog[] = [];
    for (const job of jobs) {
      const answer = await askLog(job, connection, selection);
      const shown =
        options.download === undefined
          ? printJob(job, answer, filter, options, io)
          : downloadJob(job, answer, options.download, io);
      // What cannot be read of one log says nothing of the others.
      results.push(await shown.catch((error) => emptyJob(job, unreadLog(error), io)));
    }
    const shown = results.some(({ log }) => log !== null && log.lines > 0);
    const result = { runId, jobs: results };
    if (filter && results.some(({ log }) => log !== null) && !shown) {
      const message = `No line matches ${[options.grep !== undefined && '--grep', options.since !== undefined && '--since'].filter(Boolean).join(' and ')}.`;
      const fix = 'Leave them out, or choose less narrowly; capitals count, unless written as in [Ee]rror.';
      io.note(`${message}\nnext:  ${fix}`);
      return { exit: exitCode.unknown, result: { ...result, empty: { reason: 'no-match', message, fix } } };
    }
    return { exit: exitOf(results, shown, options), result };
  });
}

/** Takes out the lines that are not wanted. Secrets are hidden before: of a private key it matters what stands above a line. */
type Chosen = (lines: readonly LogLine[]) => readonly LogLine[];

function chooser(filter: Filter): Chosen | undefined {
  if (!filter) return undefined;
  const hideSecrets = secretHider();
  return (lines) => hideSecrets(lines).filter(filter);
}

/** Which of the lines are shown; undefined for all. */
type Filter = ((line: LogLine) => boolean) | undefined;

async function filterOf({ grep, since }: Options, io: Io): Promise<Filter> {
  let pattern: RegExp | undefined;
  let longest = Number.POSITIVE_INFINITY;
  try {
    pattern = grep === undefined ? undefined : new RegExp(grep);
  } catch (error) {
    throw usage(
      `--grep "${grep}" is no regular expression (${messageOf(error)}).`,
      'Put a \\ before each of . * + ? ( ) [ ] { } that is meant as it is.',
    );
  }
  if (grep !== undefined) {
    const { patternRisk } = await import('../diagnose/pattern.ts');
    const risk = patternRisk(grep);
    if ('problem' in risk)
      throw usage(
        `--grep "${grep}" is refused: ${risk.problem}.`,
        'Write it more simply, or leave --grep out and give the output to grep -P.',
      );
    longest = risk.longest;
  }
  let isCut = false;
  const matches = (text: string): boolean => {
    if (!pattern) return true;
    if (text.length > longest && !isCut) {
      io.note(`Of lines of more than ${longest} characters only these were searched: the pattern would take too long.`);
      isCut = true;
    }
    return pattern.test(text.slice(0, longest));
  };
  const from =
    since === undefined ? '' : new Date(moment(since, Date.now() / 1_000) * 1_000).toISOString().slice(0, 19);
  if (!pattern && from === '') return undefined;
  // A line without a time of its own was written with the one before.
  let time = '';
  return (line) => {
    if (line.time !== '') time = line.time;
    return time >= from && matches(line.text);
  };
}

function checkUse({ follow, json, download, grep, since, raw, failed, step, attempt }: Options): void {
  const both = (one: string, other: string) => usage(`${one} and ${other} exclude each other.`, 'Give one of them.');
  if (follow && json) throw both('--follow', '--json');
  if (follow && download !== undefined) throw both('--follow', '--download');
  if (follow && failed) throw both('--follow', '--failed');
  if (follow && step !== undefined) throw both('--follow', '--step');
  if (follow && attempt !== undefined) throw both('--follow', '--attempt');
  if (download !== undefined && (grep !== undefined || since !== undefined))
    throw usage('--download writes whole logs.', 'Leave out --grep and --since, or redirect the output.');
  if (download !== undefined && raw) throw usage('--download writes logs as --raw does.', 'Leave out --raw.');
}

/** Something was shown and nothing asked for is missing; else it could not be told. */
function exitOf(results: readonly JobLog[], shown: boolean, { failed, job }: Options): ExitCode {
  if (!shown) return exitCode.unknown;
  // Without a choice, jobs that have not run have no log as a matter of course.
  const asked = failed || job !== undefined;
  const missing = results.some(
    ({ empty }) => empty !== null && (asked || !['not-started', 'no-output', 'empty'].includes(empty.reason)),
  );
  return missing || results.some(({ log }) => log && log.damage.length > 0) ? exitCode.unknown : exitCode.ok;
}

function chooseJobs(runId: number, jobs: readonly LogJob[], { job: wanted, failed }: Options): readonly LogJob[] {
  if (wanted !== undefined) {
    const chosen = jobs.filter((job) => String(job.id) === wanted || job.name === wanted || job.jobId === wanted);
    if (chosen.length > 0) return chosen;
    throw usage(
      `Run ${runId} has no job "${wanted}".`,
      `Its jobs: ${jobs.map((job) => `${job.id} "${job.name}"`).join(', ') || 'none'}.`,
    );
  }
  if (!failed) return jobs;
  return jobs.filter((job) => job.status === Status.failure || job.task?.status === Status.failure);
}

async function askLog(job: LogJob, connection: Connection, selection: Selection): Promise<FoundLog | EmptyLog> {
  const { database } = connection;
  const { task } = job;
  return readLog({
    task,
    jobStatus: job.status,
    attempts: job.attempts,
    steps: job.steps,
    ...(await connection.logs()),
    dbfs: dbfsStore(dbfsOf(database)),
    index: task && {
      length: () => database.logIndexLength(task.id),
      read: (offset, length) => database.logIndexSlice(task.id, offset, length),
    },
    selection,
  });
}

const aboutJob = (job: LogJob) => ({
  job: job.name,
  jobId: job.id,
  taskId: job.task?.id ?? null,
  attempt: job.attempt,
});

function emptyJob(job: LogJob, { reason, message, fix }: EmptyLog, io: Io): JobLog {
  io.note(`${oneLine(job.name)}: ${message}\nnext:  ${fix}`);
  return { ...aboutJob(job), lines: [], log: null, empty: { reason, message, fix } };
}

async function printJob(
  job: LogJob,
  answer: FoundLog | EmptyLog,
  filter: Filter,
  options: Options,
  io: Io,
): Promise<JobLog> {
  if (answer.kind === 'empty') return emptyJob(job, answer, io);
  const collected: LogLine[] = [];
  let shown = 0;
  if (options.json) {
    const hideSecrets = secretHider();
    for await (const block of answer.blocks) {
      const clean = hideSecrets(block);
      collected.push(...(filter ? clean.filter(filter) : clean));
    }
    shown = collected.length;
  } else {
    const printer = new LogPrinter(job.name, answer.stepAt, printStyle(options, io));
    const chosen = chooser(filter);
    if (!chosen) await printPieces(answer.pieces, printer, io.write);
    else
      for await (const piece of answer.pieces)
        shown += await printPiece(piece, printer, (line) => answer.stepAt(line).name, chosen, io);
  }
  const log = answer.summary();
  for (const note of log.notes) io.note(`${oneLine(job.name)}: ${note}`);
  return { ...aboutJob(job), lines: collected, log: filter ? { ...log, lines: shown } : log, empty: null };
}

/** @returns how many of its lines are shown */
async function printPiece(
  piece: Piece,
  printer: LogPrinter,
  stepOf: (line: number) => string,
  chosen: Chosen | undefined,
  io: Io,
): Promise<number> {
  if (!chosen) {
    await io.write(printer.print(piece));
    return linesIn(piece);
  }
  const lines = chosen(linesOf(piece, stepOf));
  if (lines.length > 0) await io.write(lines.map((line) => printer.line(line)).join(''));
  return lines.length;
}

const printStyle = ({ raw, timestamps }: Options, { view: { layout, style } }: Io): PrintStyle => ({
  label: raw ? 'none' : layout === 'tsv' ? 'columns' : 'heading',
  timestamps: raw === true || timestamps === true,
  escapes: raw === true && layout === 'tsv',
  strong: style.strong,
});

/** As Forgejo's API names the files of a run. */
const fileName = ({ name, id, attempt }: LogJob): string =>
  `${name.replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^\.+/, '_')}-${id}${attempt === null ? '' : `-attempt-${attempt}`}.log`;

/** The log as Forgejo stores it, without what looks like a secret. It has its name only when it is whole. */
async function downloadJob(job: LogJob, answer: FoundLog | EmptyLog, directory: string, io: Io): Promise<JobLog> {
  if (answer.kind === 'empty') return emptyJob(job, answer, io);
  const path = join(directory, fileName(job));
  const part = `${path}.part`;
  try {
    await mkdir(directory, { recursive: true });
    const file = await open(part, 'w', 0o600);
    try {
      const printer = new LogPrinter(job.name, answer.stepAt, {
        label: 'none',
        timestamps: true,
        escapes: true,
        strong: (text) => text,
      });
      await printPieces(answer.pieces, printer, (bytes) => file.writeFile(bytes));
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await answer.close().catch(() => {});
    await rm(part, { force: true }).catch(() => {});
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw unknown(
      `${path} cannot be written: ${messageOf(error)}`,
      isDiskFull(error)
        ? 'Make room on that file system, or give a directory on another one.'
        : 'Give a directory with --download that may be written.',
      error,
    );
  }
  const log = answer.summary();
  for (const note of log.notes) io.note(`${oneLine(job.name)}: ${note}`);
  io.note(`${path}: ${log.lines} lines`);
  return { ...aboutJob(job), lines: [], log, empty: null, file: path };
}

/** Prints each job to its end, one after the other: what is written meanwhile is kept by the server. */
async function followJobs(
  jobs: readonly LogJob[],
  connection: Connection,
  tail: number | undefined,
  filter: Filter,
  options: Options,
  io: Io,
): Promise<ExitCode> {
  const { database } = connection;
  const exits: ExitCode[] = [];
  for (const job of jobs) {
    const printer = new LogPrinter(job.name, () => ({ name: '', end: 0 }), printStyle(options, io));
    const noted = new Set<string>();
    const chosen = chooser(filter);
    const news = followJob({
      look: lookAt(database, job.id),
      steps: (taskId) => loadSteps(database.queries, [taskId]),
      ...(await connection.logs()),
      dbfs: dbfsStore(dbfsOf(database)),
      pause: () => io.pause(1_000),
      note(message) {
        if (!noted.has(message)) io.note(`${oneLine(job.name)}: ${message}`);
        noted.add(message);
      },
      tail,
    });
    for (;;) {
      const next = await news.next();
      if (next.done) {
        exits.push(followExit(next.value));
        break;
      }
      const { piece, steps } = next.value;
      const stepAt = stepSpans(steps);
      printer.steps(stepAt);
      await printPiece(piece, printer, (line) => stepAt(line).name, chosen, io);
    }
  }
  return exits.find((exit) => exit === exitCode.problem) ?? exits.find((exit) => exit !== exitCode.ok) ?? exitCode.ok;
}

const followExit = (status: number): ExitCode =>
  status === Status.success || status === Status.skipped ? exitCode.ok : exitCode.problem;
