import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Option } from 'commander';
import { appendAudit, stateDirectory } from '../common/audit.ts';
import type { CommonOptions, Handler, Tool } from '../common/command.ts';
import { ToolError, usage } from '../common/errors.ts';
import { exitCode } from '../common/exit.ts';
import type { Io } from '../common/io.ts';
import { parseDuration } from '../common/output/words.ts';
import { runPlan } from '../common/plan.ts';
import { type CheckResult, exitOf, judge, renames, runIn, withNotes } from './check.ts';
import { openRepository } from './git.ts';
import { checkMarkdown, checkText, pushText } from './render.ts';
import { openSession, type Session, type Target, targetsOf } from './session.ts';
import { survey } from './survey.ts';
import { recordedLocally, submodulesOf } from './tree.ts';

interface WhereOptions extends CommonOptions {
  readonly require: readonly string[];
  readonly exclude: readonly string[];
  readonly tokenEnv: readonly string[];
  readonly timeout: string;
  readonly directory: string;
}

interface CheckOptions extends WhereOptions {
  readonly commit?: string;
  readonly range?: string;
  readonly prePush?: string;
  readonly requireBranch?: true;
  readonly allowUnknown?: true;
  readonly allCommits?: true;
}

const commas = (value: string, before: readonly string[]): string[] => [
  ...before,
  ...value
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean),
];

const directoryOption = () => new Option('-C, --directory <path>', 'where the root repository is').default('.', 'here');

const whereOptions = (): Option[] => [
  new Option('--require <remote>', 'remotes of the root that must have every commit, comma-separated or repeated')
    .default([], 'the remote pushed to, else all of the root’s remotes')
    .argParser(commas),
  new Option('--exclude <path>', 'leave out a submodule and what lies below it; repeatable')
    .default([], 'none')
    .argParser((value, before: readonly string[]) => [...before, value]),
  new Option(
    '--token-env <host=variable>',
    'the environment variable that holds a server’s token; for plain HTTP the host is http://host; repeatable',
  )
    .default([], 'FORGEJO_TOKEN and GITHUB_TOKEN for their servers')
    .argParser((value, before: readonly string[]) => [...before, value]),
  directoryOption(),
  new Option('--timeout <duration>', 'for one question to a remote').default('60s'),
];

function directoryOf({ directory }: { readonly directory: string }): string {
  const dir = resolve(directory);
  if (!existsSync(dir))
    throw usage(`--directory ${directory}: there is no ${dir}.`, 'Name the root repository’s directory.');
  return dir;
}

/** @param pushedTo the remote a hook runs for */
export function sessionFor(options: WhereOptions, io: Io, pushedTo?: string): Promise<Session> {
  const seconds = parseDuration(options.timeout);
  if (!seconds) throw usage(`--timeout ${options.timeout} is not a duration.`, 'Write it as 30s or 2m.');
  return openSession({
    directory: directoryOf(options),
    env: io.env,
    timeoutMs: seconds * 1000,
    config: options.config,
    require: options.require,
    exclude: options.exclude,
    tokenEnv: options.tokenEnv,
    pushedTo,
  });
}

const check: Handler<CheckOptions> = async (_args, options, io) => {
  if (options.commit !== undefined && options.range !== undefined)
    throw usage('--commit and --range exclude each other.', 'Give one of them.');
  const session = await sessionFor(options, io, options.prePush);
  const prePush = options.prePush === undefined ? undefined : await standardInput();
  const targets = await targetsOf(session, {
    commit: options.commit,
    range: options.range,
    prePush,
    allCommits: options.allCommits === true,
  });
  const result = await checkTargets(session, targets, options.requireBranch === true);
  await session.close();
  const verbose = options.verbose === true;
  return {
    exit: exitOf(result, options.allowUnknown === true),
    result,
    text: (view) => {
      if (prePush === undefined) return checkText(result, view, verbose);
      // Before a push that is fine, silence is best; a push that is stopped is read by a person, in a terminal or not.
      const fine = result.submodules.every(({ severity }) => severity === 'ok');
      return fine && !verbose ? '' : checkText(result, { ...view, layout: 'aligned' }, verbose);
    },
    markdown: () => checkMarkdown(result),
  };
};

/** The root's directory where the person is in another one: fixes name paths from the root. */
const elsewhere = ({ git }: Session): string | undefined => (git.dir === process.cwd() ? undefined : git.dir);

export async function checkTargets(
  session: Session,
  targets: readonly Target[],
  requireBranch: boolean,
): Promise<CheckResult> {
  const policy = {
    requireBranch: requireBranch || session.config.requireBranch,
    rootRemotes: session.remotes,
    directory: elsewhere(session),
  };
  const surveys = await Promise.all(targets.map(({ commit, history }) => survey(session, commit, history)));
  const notes = await Promise.all(targets.map((target) => renamed(session, target)));
  return withNotes(judge(surveys, policy), notes.flat());
}

async function renamed(session: Session, { commit, base }: Target) {
  if (base === undefined || base === commit) return [];
  const state = async (at: string) => {
    const recorded = await recordedLocally(session.git, at);
    const { gitlinks } = recorded ? await submodulesOf(recorded, session.git) : { gitlinks: [] };
    return gitlinks.flatMap(({ path, entry }) => (entry ? [{ name: entry.name, path, url: entry.url }] : []));
  };
  return renames(await state(base), await state(commit));
}

interface PushOptions extends WhereOptions {
  readonly branch?: string;
}

// What only some verbs need is loaded by them: `check` runs before every push and should be quick to start.
const pushVerb: Handler<PushOptions> = async (_args, options, io) => {
  const { pushAll } = await import('./push.ts');
  const session = await sessionFor(options, io);
  const [target] = await targetsOf(session, {
    commit: undefined,
    range: undefined,
    prePush: undefined,
    allCommits: false,
  });
  const journal = join(stateDirectory(io.env), 'journal.jsonl');
  const result = await pushAll(
    session,
    target!,
    {
      dryRun: options.dryRun === true,
      yes: options.yes === true,
      branch: options.branch,
      audit: ({ applied, steps }) =>
        appendAudit(journal, {
          tool: tool.name,
          action: 'push',
          outcome: applied ? 'done' : 'failed',
          details: {
            root: session.git.dir,
            steps: steps.map(({ title, outcome, error }) => ({ title, outcome, error })),
          },
        }),
    },
    io,
  ).catch((error: unknown) => {
    if (!(error instanceof ToolError)) throw error;
    throw new ToolError(error.kind, error.message, runIn(elsewhere(session), error.fix), error.cause);
  });
  await session.close();
  return { exit: exitCode.ok, result, text: (view) => pushText(result, options.dryRun === true, view) };
};

const status: Handler<WhereOptions> = async (_args, options, io) => {
  const { statusOf, statusText } = await import('./status.ts');
  const session = await sessionFor(options, io);
  const [target] = await targetsOf(session, {
    commit: 'HEAD',
    range: undefined,
    prePush: undefined,
    allCommits: false,
  });
  const result = await statusOf(session, target!.commit);
  await session.close();
  return { exit: exitCode.ok, result, text: (view) => statusText(result, view) };
};

interface HookOptions extends CommonOptions {
  readonly directory: string;
  readonly allowUnknown?: true;
  readonly requireBranch?: true;
}

const installHook: Handler<HookOptions> = async (_args, options, io) => {
  const { planHook } = await import('./hook.ts');
  const git = await openRepository(directoryOf(options), io.env, 60_000);
  const program = [process.execPath, resolve(process.argv[1] ?? 'submodule-push-check')];
  const flags = [
    ...(options.allowUnknown ? ['--allow-unknown'] : []),
    ...(options.requireBranch ? ['--require-branch'] : []),
    ...(options.config === undefined ? [] : ['--config', options.config]),
  ];
  const dryRun = options.dryRun === true;
  const { keeper, file, next, plan } = await planHook(git, program, flags, options.yes === true || dryRun);
  const report = await runPlan(plan, undefined, { dryRun });
  if (report.error !== undefined) throw report.error;
  const result = { keeper, file, next, applied: report.applied && plan.steps.length > 0, steps: report.steps };
  const words = plan.steps.length === 0 ? 'Installed already' : options.dryRun ? 'Would be installed' : 'Installed';
  return {
    exit: exitCode.ok,
    result,
    text: () =>
      [
        `${words} in ${file}${keeper === 'git' ? '' : ` (kept by ${keeper})`}.`,
        ...(next === null ? [] : [next]),
        ...(options.dryRun
          ? report.steps.flatMap(({ title, commands }) => [title, ...commands.map((line) => `  ${line}`)])
          : []),
      ].join('\n'),
  };
};

async function standardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) text += chunk;
  return text;
}

export const tool: Tool = {
  name: 'submodule-push-check',
  summary: 'Makes sure that a root repository never points at a submodule commit that a remote does not have.',
  defaultVerb: 'check',
  verbs: [
    {
      usage: 'check',
      summary: 'ask every remote whether it has every recorded commit, at every depth',
      options: [
        new Option('--commit <rev>', 'check this commit of the root alone'),
        new Option('--range <a..b>', 'check b, and every commit on the way from a'),
        new Option('--require-branch', 'a commit in no branch that counts is a problem, not a warning'),
        new Option('--allow-unknown', 'leave with 0 when the only trouble is remotes that could not be asked'),
        new Option('--all-commits', 'also check gitlinks that the last commit no longer has'),
        new Option('--pre-push <remote>', 'as git’s pre-push hook: what is pushed comes on standard input'),
        ...whereOptions(),
      ],
      examples: [
        ['submodule-push-check', 'check HEAD against all remotes of the root'],
        ['submodule-push-check check --require origin,alm', 'both must have everything'],
        ['submodule-push-check check --range origin/main..HEAD --json', 'every commit of a range, for a script'],
      ],
      handler: check,
    },
    {
      usage: 'push',
      summary: 'push what is missing: submodules first, deepest first, then the root, to every required remote',
      description:
        'Refuses what would be a surprise: uncommitted changes, a rewritten branch, forbidden files. Asks every remote whether all of it arrived before the root goes. After a failure the same command goes on where it stopped.',
      options: [
        new Option('--branch <name>', 'the branch submodules go to, in place of the one each has checked out'),
        ...whereOptions(),
      ],
      examples: [
        ['submodule-push-check push --dry-run', 'show what would go where'],
        ['submodule-push-check push --require origin,alm --yes', 'push everything to both without asking'],
      ],
      handler: pushVerb,
    },
    {
      usage: 'status',
      summary: 'one table: what is recorded, what is checked out, what each remote says',
      options: whereOptions(),
      examples: [['submodule-push-check status', 'all submodules at every depth']],
      handler: status,
    },
    {
      usage: 'install-hook',
      summary: 'check before every git push (pre-push hook; lefthook and husky are respected)',
      options: [
        new Option('--allow-unknown', 'let pushes through when remotes could not be asked'),
        new Option('--require-branch', 'stop pushes of commits that are in no branch that counts'),
        directoryOption(),
      ],
      examples: [['submodule-push-check install-hook --dry-run', 'show what would be written where']],
      handler: installHook,
    },
  ],
};
