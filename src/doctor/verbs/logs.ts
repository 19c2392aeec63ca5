import { Option } from 'commander';
import type { CommonOptions, Outcome, Verb } from '../../common/command.ts';
import { usage } from '../../common/errors.ts';
import { type ExitCode, exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { harmless } from '../../common/output/style.ts';
import { type Connection, type ConnectOptions, connectOptions, logOptions, withConnection } from '../connect.ts';
import { dbfsOf } from '../database/dbfs.ts';
import { Status } from '../database/status.ts';
import { findRun } from '../find-run.ts';
import { dbfsStore } from '../logs/dbfs.ts';
import { secretHider } from '../logs/hide.ts';
import type { LogLine } from '../logs/lines.ts';
import { type EmptyReason, type LogSummary, readLog, type Selection } from '../logs/logs.ts';
import { type LogJob, loadLogJobs } from '../logs/tasks.ts';
import { runArgument, wholeNumber } from './runs.ts';

interface Options extends ConnectOptions, CommonOptions {
  readonly job?: string;
  readonly step?: string;
  readonly failed?: true;
  readonly attempt?: string;
  readonly tail?: string;
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
}

interface LogsResult {
  readonly runId: number;
  readonly jobs: readonly JobLog[];
}

export const logsVerb: Verb = {
  usage: 'logs <run>',
  summary: 'print the logs of a run, or only the step that failed',
  description: `${runArgument}\n\nReads the log of a running job from the database and a finished one from disk, only as much as is needed. Piped, each line is JOB<TAB>STEP<TAB>LINE. Exit code 2 when there is nothing to show, with the reason.`,
  options: [
    ...connectOptions,
    ...logOptions,
    new Option('--job <name|id>', 'only this job'),
    new Option('--step <name|number>', 'only this step'),
    new Option('--failed', 'only the failed step of each failed job'),
    new Option('--attempt <number>', 'an earlier attempt of the job'),
    new Option('--tail <count>', 'only the last lines of each job'),
  ],
  examples: [
    ['ci-doctor logs 42 --failed', 'why run 42 is red'],
    ['ci-doctor logs org/app#7 --job build --tail 50', 'the end of one job'],
    ['ci-doctor logs 42 --step 3 --attempt 1', 'one step of an earlier attempt'],
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
  return withConnection(options, io, async (connection) => {
    const { database } = connection;
    const runId = await findRun(database.queries, name!);
    const jobs = chooseJobs(runId, await loadLogJobs(database, runId, attempt), options);
    if (jobs.length === 0)
      io.note(
        `No job of run ${runId} failed.\nnext:  See how it stands with "ci-doctor show ${runId}"; leave out --failed to see its logs.`,
      );
    const results: JobLog[] = [];
    for (const job of jobs) results.push(await printJob(job, connection, selection, options.json === true, io));
    const shown = results.some(({ log }) => log !== null && log.lines > 0);
    return { exit: exitOf(results, shown, options), result: { runId, jobs: results } };
  });
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

async function printJob(
  job: LogJob,
  connection: Connection,
  selection: Selection,
  json: boolean,
  io: Io,
): Promise<JobLog> {
  const { database } = connection;
  const { task } = job;
  const answer = await readLog({
    task,
    steps: job.steps,
    storage: await connection.logs(),
    dbfs: dbfsStore(dbfsOf(database)),
    index: task && {
      length: () => database.logIndexLength(task.id),
      read: (offset, length) => database.logIndexSlice(task.id, offset, length),
    },
    selection,
  });
  const about = { job: job.name, jobId: job.id, taskId: task?.id ?? null, attempt: job.attempt };
  if (answer.kind === 'empty') {
    io.note(`${job.name}: ${answer.message}\nnext:  ${answer.fix}`);
    return {
      ...about,
      lines: [],
      log: null,
      empty: { reason: answer.reason, message: answer.message, fix: answer.fix },
    };
  }
  const collected: LogLine[] = [];
  const printer = new LinePrinter(job.name, io);
  const hideSecrets = secretHider();
  for await (const raw of answer.blocks) {
    const block = hideSecrets(raw);
    if (json) collected.push(...block);
    else await io.write(printer.print(block));
  }
  const log = answer.summary();
  for (const note of log.notes) io.note(`${job.name}: ${note}`);
  return { ...about, lines: collected, log, empty: null };
}

/** A log must not drive the reader's terminal, nor show what looks like a secret. */
class LinePrinter {
  readonly #job: string;
  readonly #io: Io;
  #step: string | undefined;

  constructor(job: string, io: Io) {
    this.#job = harmless(job);
    this.#io = io;
  }

  print(block: readonly LogLine[]): string {
    const { layout, style } = this.#io.view;
    let output = '';
    for (const { step, text } of block) {
      if (layout === 'tsv') output += `${this.#job}\t${harmless(step)}\t`;
      else if (step !== this.#step) output += `${style.strong(`${this.#job} › ${harmless(step)}`)}\n`;
      this.#step = step;
      output += `${harmless(text)}\n`;
    }
    return output;
  }
}
