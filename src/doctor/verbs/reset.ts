import { Option } from 'commander';
import { type Outcome, shownText, type Verb } from '../../common/command.ts';
import { usage } from '../../common/errors.ts';
import { exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { count } from '../../common/output/words.ts';
import { type Connection, connectOptions, withConnection } from '../connect.ts';
import { findRun } from '../find-run.ts';
import { ofOwnRun } from '../own-run.ts';
import type { ApiTools } from '../reset/by-api.ts';
import { type Request, targets } from '../reset/plan.ts';
import { previewRepairs, transactionsOf } from '../reset/reset.ts';
import { orphanId } from '../stuck/state.ts';
import { findRepairable } from '../stuck/stuck.ts';
import { type Applied, applyAll, asksOf } from './reset-apply.ts';
import { askedRun, isRefused, nameOf, type ResetOptions, type ResetResult, statementsOf } from './reset-result.ts';
import { resetText } from './reset-text.ts';

export const undoDirOption = new Option(
  '--undo-dir <dir>',
  'where undo files are kept (~/.local/state/forgejo-ci-toolkit/undo)',
);

export const resetVerb: Verb = {
  usage: 'reset [run...]',
  summary: 'recover stuck runs',
  description: [
    'Shows the exact statements and asks; with --yes it does not ask, with --dry-run it only shows. Everything of a run happens in one transaction, an undo file is written first, and the run is read back afterwards.',
    '--to auto (the default) is the repair proven for the state the run is in: a job whose runner died is requeued, finished jobs keep their results; a job whose task is done takes the result of the task; a run set to 0 by hand is rescued. --to waiting requeues what is held; --to cancelled and --to failure end it.',
    '--to 0 is the literal reset (UPDATE … SET status = 0). It DESTROYS the run: no runner picks it up and no cron repairs it.',
    'A requeue runs the whole job again. A job whose name or workflow speaks of deploy, publish or release needs --again.',
  ].join('\n\n'),
  options: [
    ...connectOptions,
    new Option('--all-stuck', 'every run that can be repaired without a decision'),
    new Option('--to <state>', 'what to reset to').choices(targets).default('auto'),
    new Option(
      '--repair-by <way>',
      'auto: cancel through the API where a token is given and the server can, all else by SQL; api; database',
    )
      .choices(['auto', 'api', 'database'])
      .default('auto'),
    new Option('--base-url <url>', "the server's address (or FORGEJO_URL, or ROOT_URL of app.ini)"),
    new Option('--token-env <variable>', 'the variable that holds the token (FORGEJO_TOKEN)'),
    new Option('--job <name|id>', 'only this job of the run'),
    new Option('--force', 'also what still reports'),
    new Option('--again', 'also repeat jobs that deploy, publish or release'),
    undoDirOption,
  ],
  examples: [
    ['ci-doctor reset 42', 'show the repair of run 42, then ask'],
    ['ci-doctor reset org/app#7 --dry-run', 'only show it'],
    ['ci-doctor reset --all-stuck --yes', 'repair all that is stuck, without asking'],
    ['ci-doctor reset 42 --to cancelled --yes', 'end run 42'],
  ],
  handler: reset,
};

async function reset(args: readonly string[], options: ResetOptions, io: Io): Promise<Outcome<ResetResult>> {
  if (options.allStuck && args.length > 0) throw usage('--all-stuck takes no run.', 'Name runs, or use --all-stuck.');
  if (!options.allStuck && args.length === 0)
    throw usage('Which run?', 'Name one or more runs, or use --all-stuck; "ci-doctor stuck" lists them.');
  if (options.allStuck && (options.to !== 'auto' || options.job !== undefined || options.force))
    throw usage(
      '--all-stuck only takes what can be repaired without a decision.',
      'Leave out --to, --job and --force, or name the runs.',
    );
  const request: Request = {
    to: options.to,
    force: options.force === true,
    again: options.again === true,
    ...(options.job !== undefined && { job: options.job }),
  };
  if (options.repairBy === 'api' && options.to !== 'cancelled' && options.to !== 'failure')
    throw usage(
      `--repair-by api cannot do --to ${options.to}: Forgejo has no route for it.`,
      'Through the API a run is cancelled (--to cancelled), or failed by its cron (--to failure).',
    );
  if (options.repairBy === 'api' && options.to === 'cancelled' && options.job !== undefined)
    throw usage(
      '--repair-by api cannot cancel one job: Forgejo has no route for it, only for the whole run.',
      'Leave out --job to cancel the run, or --repair-by api to end the job by SQL.',
    );

  return withConnection(options, io, async (connection) => {
    const { database, timings } = connection;
    const tools = await apiTools(connection, options, io);
    const ids = [
      ...new Set(
        options.allStuck
          ? await repairableRuns(connection, io)
          : await Promise.all(args.map((name) => findTarget(connection, name))),
      ),
    ];

    if (options.yes && !options.dryRun) return applied(await applyAll(connection, tools, ids, request, options, io));
    const planned = await previewRepairs(database, ids, request, timings);
    const asks = await asksOf(database, tools, planned, request, options, timings);
    const transactions = transactionsOf(
      database,
      planned.filter(({ run }) => !asks.has(run.id)),
    ).filter(({ repairs, statements }) => statements.length < statementsOf(repairs));
    const runs = planned.map((repair) => askedRun(database, repair, asks.get(repair.run.id), options));
    const asShown = outcomeOf(
      {
        runs,
        transactions: transactions.map(({ repairs, statements }) => ({
          runs: repairs.map(({ run }) => nameOf(run)),
          statements,
        })),
        applied: false,
        undoFile: null,
        checksSet: [],
        checksLeft: [],
      },
      planned.some(isRefused) || runs.some(({ error }) => error !== undefined),
    );
    const statements = transactions.reduce(
      (sum, together) => sum - statementsOf(together.repairs) + together.statements.length,
      runs.reduce((sum, run) => sum + run.statements.length, 0),
    );
    const requests = runs.filter((run) => run.request !== null).length;
    if (options.dryRun || statements + requests === 0) return asShown;
    if (!io.interactive) {
      io.note('Nothing was changed: add --yes to apply this, or --dry-run to only look.');
      return { ...asShown, exit: exitCode.usage };
    }
    await io.write(`${shownText(asShown, io.view)}\n\n`);
    const todo = [
      ...(requests > 0 ? [`Send ${count(requests, 'request')} to ${tools!.forgejo.server}`] : []),
      ...(statements > 0
        ? [`${requests > 0 ? 'apply' : 'Apply'} ${count(statements, 'statement')} to ${database.place}`]
        : []),
    ];
    if (!(await io.ask(`${todo.join(' and ')}?`))) {
      io.note('Nothing was changed.');
      return { exit: exitCode.ok, result: asShown.result };
    }
    return applied(await applyAll(connection, tools, ids, request, options, io, planned));

    function applied(all: Applied): Outcome<ResetResult> {
      const { runs, undoFile, checksSet, checksLeft } = all;
      const outcome = outcomeOf(
        { runs, transactions: [], applied: all.count > 0, undoFile, checksSet, checksLeft },
        all.refused,
      );
      return all.failed ? { ...outcome, exit: exitCode.problem } : outcome;
    }
  });
}

/** The API, where the flags and the environment say how to reach it. */
async function apiTools(
  { database, rootUrl }: Connection,
  { repairBy, baseUrl, tokenEnv }: ResetOptions,
  io: Io,
): Promise<ApiTools | undefined> {
  // Loaded only here: without a token nothing of it is needed.
  const { tokenFromEnvironment } = await import('../../forgejo/environment.ts');
  const token = tokenFromEnvironment(io.env, tokenEnv);
  // Not the server that runs this job, if it is one: the database may be another's, where the same id is another run.
  const server = baseUrl ?? (io.env.FORGEJO_URL || rootUrl || undefined);
  if (repairBy === 'api' && (token === undefined || server === undefined))
    throw usage(
      `--repair-by api needs ${token === undefined ? 'a token' : 'the address of Forgejo'}.`,
      token === undefined
        ? 'Put it into FORGEJO_TOKEN, or name another variable with --token-env.'
        : 'Give --base-url https://forge.example.org, or set FORGEJO_URL.',
    );
  if (token === undefined || server === undefined) return undefined;
  const { createForgejo } = await import('../../forgejo/client.ts');
  return { database, forgejo: createForgejo({ baseUrl: server, auth: token }), pause: io.pause };
}

/** A run's name, or `task:ID` for a task whose job's row is gone. */
async function findTarget({ database }: Connection, name: string): Promise<number> {
  const task = /^task:([1-9]\d{0,14})$/.exec(name);
  return task ? orphanId(Number(task[1])) : findRun(database.queries, name);
}

async function repairableRuns({ database, timings }: Connection, io: Io): Promise<readonly number[]> {
  const { ids, others } = await findRepairable(database, timings, ofOwnRun(io.env));
  for (const { subject, message, fix } of others) io.note(`left out: ${subject}: ${message} ${fix}`);
  if (ids.length + others.length === 0) io.note('Nothing is stuck.');
  return ids;
}

const outcomeOf = (result: ResetResult, refused: boolean): Outcome<ResetResult> => ({
  exit: refused ? exitCode.problem : exitCode.ok,
  result,
  text: (view) => resetText(result, view),
});
