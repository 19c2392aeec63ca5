import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import type { CommonOptions, Outcome, Verb } from '../../common/command.ts';
import { findConfig } from '../../common/config.ts';
import { messageOf, usage } from '../../common/errors.ts';
import { type ExitCode, exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { type Connection, type ConnectOptions, connectOptions, logOptions, withConnection } from '../connect.ts';
import { dbfsOf } from '../database/dbfs.ts';
import { diagnoseRun, type Means, type RunDiagnosis } from '../diagnose/diagnose.ts';
import { jobIdsOfRun, loadJobs } from '../diagnose/load.ts';
import { type Annotation, Annotator, type Matcher, parseMatchers } from '../diagnose/matcher.ts';
import { parseOwnRules } from '../diagnose/own-rules.ts';
import type { LogReader } from '../diagnose/read.ts';
import type { OwnRule } from '../diagnose/rule.ts';
import { textRules } from '../diagnose/rules/index.ts';
import { type Statistics, statistics } from '../diagnose/statistics.ts';
import { findRun } from '../find-run.ts';
import { dbfsStore } from '../logs/dbfs.ts';
import { secretHider } from '../logs/hide.ts';
import { readLog } from '../logs/logs.ts';
import { diagnosisMarkdown, diagnosisText, statisticsMarkdown, statisticsText } from './diagnosis-text.ts';
import { moment, runArgument } from './runs.ts';

interface Options extends ConnectOptions, CommonOptions {
  readonly job?: string;
  readonly since?: string;
  readonly matcher?: string;
}

/** The result with `--matcher`. */
export type AnnotatedDiagnosis = RunDiagnosis & { readonly annotations?: readonly Annotation[] };

export const diagnoseVerb: Verb = {
  usage: 'diagnose [run]',
  summary: 'say why a run is red, and what to do; or what makes runs red, with --since',
  description: `${runArgument}\n\nLooks at the rows, and at the log of the step that failed: what a rule knows, else the first error and what the last good run of the same job did not print. Rules of your own go into ci-doctor.yaml.\n\nExit code 1 for a red run, 0 for a green one, 2 when it could not be told because a log is missing.`,
  options: [
    ...connectOptions,
    ...logOptions,
    new Option('--job <name|id>', 'only this job'),
    new Option('--since <when>', 'instead of one run: the causes of all failures since, as 24h, 7d or 2026-01-31'),
    new Option(
      '--matcher <file>',
      'also run a problem-matcher file over the log, and print file:line of what it finds',
    ),
  ],
  examples: [
    ['ci-doctor diagnose 42', 'why run 42 is red'],
    ['ci-doctor diagnose --since 7d', 'what made runs red this week, and what nobody has explained'],
    ['ci-doctor diagnose 42 --matcher eslint-stylish.json', 'with the places that a linter names'],
  ],
  handler: diagnose,
};

async function diagnose(
  [name]: readonly string[],
  options: Options,
  io: Io,
): Promise<Outcome<AnnotatedDiagnosis | Statistics>> {
  if ((name === undefined) === (options.since === undefined))
    throw usage(
      name === undefined ? 'Neither a run nor --since was given.' : 'A run and --since exclude each other.',
      'ci-doctor diagnose RUN, or ci-doctor diagnose --since 7d.',
    );
  if (options.since !== undefined && (options.job !== undefined || options.matcher !== undefined))
    throw usage('--job and --matcher are for one run.', 'Leave out --since, and name a run.');
  const rules = await ownRules(options);
  const matchers = options.matcher === undefined ? [] : await readMatchers(options.matcher);
  return withConnection(options, io, async (connection) => {
    const means = meansOf(connection, rules);
    if (options.since !== undefined) {
      const since = moment(options.since, await connection.database.now());
      const result = await statistics(means, since, (done, of) => {
        if (of > 200) io.note(`${done} of ${of} failures looked at`);
      });
      return {
        exit: result.failed === 0 ? exitCode.ok : exitCode.problem,
        result,
        text: (view) => statisticsText(result, view),
        markdown: () => statisticsMarkdown(result),
      };
    }
    const runId = await findRun(connection.database.queries, name!);
    const diagnosis = await diagnoseRun(means, runId, {
      history: true,
      ...(options.job !== undefined && { job: options.job }),
    });
    const annotations =
      matchers.length > 0 ? await annotationsOf(means, runId, diagnosis, matchers, options.job) : undefined;
    const result: AnnotatedDiagnosis = { ...diagnosis, ...(annotations && { annotations }) };
    return {
      exit: exitOf(result),
      result,
      text: (view) => diagnosisText(result, view),
      markdown: () => diagnosisMarkdown(result),
    };
  });
}

function exitOf({ cause, jobs, message, status }: RunDiagnosis): ExitCode {
  if (jobs.length === 0)
    return cause
      ? exitCode.problem
      : status === 'failure' || status === 'cancelled'
        ? exitCode.unknown
        : message === null
          ? exitCode.unknown
          : exitCode.ok;
  return jobs.some(({ missing }) => missing !== null) ? exitCode.unknown : exitCode.problem;
}

/** The rules of ci-doctor.yaml. @throws ToolError (usage) */
export async function ownRules(options: ConnectOptions): Promise<OwnRule[]> {
  const file = await findConfig(options.config, 'ci-doctor.yaml', process.cwd());
  return file ? parseOwnRules(file.values.rules, file.path) : [];
}

export const meansOf = (connection: Connection, rules: readonly OwnRule[]): Means => ({
  database: connection.database,
  read: logReader(connection),
  rules: [...rules, ...textRules],
  zombieTimeout: connection.timings.zombieTimeout,
  clock: () => performance.now(),
});

const logReader =
  ({ database, logs }: Connection): LogReader =>
  async ({ task, steps }, selection) =>
    readLog({
      task,
      steps,
      ...(await logs()),
      dbfs: dbfsStore(dbfsOf(database)),
      index: {
        length: () => database.logIndexLength(task.id),
        read: (offset, length) => database.logIndexSlice(task.id, offset, length),
      },
      selection,
    });

async function readMatchers(path: string): Promise<Matcher[]> {
  let json: string;
  try {
    json = await readFile(path, 'utf8');
  } catch (error) {
    throw usage(
      `The problem-matcher file ${path} cannot be read (${messageOf(error)}).`,
      'Check the path given with --matcher.',
      error,
    );
  }
  return parseMatchers(json, path);
}

/** What the matchers find in the red jobs, or in all where none is red. */
async function annotationsOf(
  means: Means,
  runId: number,
  { jobs }: RunDiagnosis,
  matchers: readonly Matcher[],
  wanted: string | undefined,
): Promise<Annotation[]> {
  const { queries } = means.database;
  const all = await loadJobs(queries, await jobIdsOfRun(queries, runId));
  const red = new Set(jobs.map(({ jobId }) => jobId));
  const chosen = all.filter(({ id, name }) =>
    red.size > 0 ? red.has(id) : wanted === undefined || name === wanted || String(id) === wanted,
  );
  const found: Annotation[] = [];
  for (const { task, steps } of chosen) {
    if (!task || task.logLength === 0) continue;
    const log = await means.read({ task, steps }, {});
    if (log.kind === 'empty') continue;
    const annotator = new Annotator(matchers);
    const hide = secretHider();
    for await (const block of log.blocks) {
      annotator.feed(hide(block));
      if (annotator.isFull) break;
    }
    found.push(...annotator.found);
  }
  return found;
}
