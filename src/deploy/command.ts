import { homedir } from 'node:os';
import { Option } from 'commander';
import { userName } from '../common/audit.ts';
import type { Outcome, Tool, Verb } from '../common/command.ts';
import { ToolError, usage } from '../common/errors.ts';
import type { Io } from '../common/io.ts';
import { bytes } from '../common/output/words.ts';
import { Connection } from './connection.ts';
import { deployHost, type HostResult, type Reporter, rollbackHost, type Work } from './deploy.ts';
import { type MatrixOptions, matrix, matrixOptions } from './environment/matrix.ts';
import {
  confirmOption,
  type EnvironmentOptions,
  orderOptions,
  permissionOptions,
  selectionOptions,
  snapshotOfOption,
} from './environment/open.ts';
import { restoreEnvironment } from './environment/restore.ts';
import { unlockEnvironment } from './environment/unlock.ts';
import {
  historyEnvironment,
  planEnvironment,
  rollbackEnvironment,
  runEnvironment,
  statusEnvironment,
  verifyEnvironment,
} from './environment/verbs.ts';
import { foreign } from './foreign.ts';
import { localHost } from './host/local.ts';
import { openHost } from './host/open.ts';
import { openOptionsFrom } from './host/options.ts';
import {
  type DeployOptions,
  deployOptions,
  keepOption,
  lockOptions,
  serviceOptions,
  settingsFrom,
  targetOption,
  wayOptions,
  waysFrom,
} from './options.ts';
import { exitOf, failures, isFine, notBegun, nothingDone, withoutUnknown } from './outcome.ts';
import { persistenceFor } from './persistence.ts';
import { readSource } from './source.ts';
import { releaseCacheDirectory } from './transfer/supply.ts';
import {
  findLock,
  type HostStatus,
  history,
  type NotAsked,
  notAsked,
  plan,
  status,
  unlock,
  unreachable,
} from './verbs.ts';
import { resultsAsMarkdown, showHistory, showLocks, showPlan, showResults, showStatus, withLost } from './view.ts';

/** Without an environment everything is said with flags. @throws ToolError of kind `usage` for what is missing */
function wanted<Key extends 'source' | 'target'>(options: DeployOptions, ...names: Key[]): void {
  const missing = names.find((name) => options[name] === undefined);
  if (missing === undefined) return;
  throw usage(
    `Neither an environment nor --${missing} was given.`,
    `Name an environment of deploy.yaml, or say --${missing}.`,
  );
}

function workFrom(options: DeployOptions, io: Io): Work {
  return {
    settings: settingsFrom(options, io.env, userName()),
    local: localHost(io.env),
    report: reporter(options, io),
  };
}

function reporter(options: DeployOptions, io: Io): Reporter {
  const { faint, bad } = io.view.style;
  let shownAt = 0;
  return {
    begin(host, title) {
      if (options.verbose) io.note(faint(`${host}: ${title} …`));
    },
    end(host, title, ms, detail, error) {
      const time = faint(`${(ms / 1000).toFixed(1)} s`);
      io.note(
        error === undefined
          ? `${host}: ${title}${detail ? ` (${foreign(detail)})` : ''} ${time}`
          : `${host}: ${bad('failed:')} ${title} ${time}`,
      );
    },
    progress(host, done, all) {
      if (performance.now() - shownAt < 5_000) return;
      shownAt = performance.now();
      io.note(faint(`${host}: ${bytes(done)} of ${bytes(all)}`));
    },
  };
}

/**
 * Does something on every host that was named, one after the other, each over one connection. A host that cannot be asked is
 * among the `lost`.
 */
async function onHosts<T>(
  options: DeployOptions,
  io: Io,
  work: (connection: Connection) => Promise<T>,
  proceed: (result: T) => boolean = () => true,
): Promise<{ results: T[]; lost: NotAsked[]; left: string[] }> {
  if (options.config !== undefined)
    throw usage('--config is for an environment.', 'Name one behind the verb, or leave out --config.');
  const ways = waysFrom(options);
  const how = openOptionsFrom(options, io.env, { name: userName(), home: homedir() });
  const results: T[] = [];
  const lost: NotAsked[] = [];
  for (const [index, way] of ways.entries()) {
    const connection = new Connection(way.text, () => openHost(way, how), persistenceFor(io));
    try {
      const result = await work(connection);
      results.push(result);
      if (!proceed(result)) return { results, lost, left: ways.slice(index + 1).map(({ text }) => text) };
    } catch (error) {
      // A defect of ours, or a command line that says nonsense, is so for every host.
      if (!(error instanceof ToolError) || error.kind === 'usage') throw error;
      lost.push(notAsked(way.text, error));
    } finally {
      await connection.close();
    }
  }
  return { results, lost, left: [] };
}

/** What `--json` shows of hosts, with or without an answer. */
const shownHosts = (results: readonly object[], lost: readonly NotAsked[]) => ({
  hosts: [...results, ...lost.map(withoutUnknown)],
});

const wrong = (results: readonly HostStatus[]): NotAsked[] =>
  results.flatMap(({ host, error, fix, unknown }) =>
    error === null ? [] : [{ host, error, fix: fix ?? '', unknown }],
  );

/** A release that fails on one host is not brought to the next one. */
async function changeHosts(
  options: DeployOptions,
  io: Io,
  work: (connection: Connection) => Promise<HostResult>,
): Promise<Outcome> {
  const { results: done, lost, left } = await onHosts(options, io, work, isFine);
  const results = [...done, ...lost.map((one): HostResult => ({ ...nothingDone(one.host), ...one }))];
  const why = `Not begun, because ${results.at(-1)!.host} failed.`;
  const all = [...results, ...left.map((host) => notBegun(host, why))];
  return {
    exit: exitOf(results.map((result) => ({ failed: !isFine(result), unknown: result.unknown }))),
    result: { hosts: all.map(withoutUnknown) },
    text: (view) => showResults(all, view),
    markdown: () => resultsAsMarkdown(all),
  };
}

/** Without a source, what a rollback would do. */
async function showPlans(options: DeployOptions, io: Io): Promise<Outcome> {
  const work = workFrom(options, io);
  const change =
    options.source === undefined
      ? { to: options.to }
      : { source: await (await readSource(options.source, work.local, releaseCacheDirectory(io.env))).whole };
  const { results, lost } = await onHosts(options, io, (connection) => plan(connection, change, work));
  return {
    exit: exitOf([
      ...results.map(({ findings }) => ({ failed: findings.length > 0, unknown: false })),
      ...failures(lost),
    ]),
    result: shownHosts(results, lost),
    text: (view) => withLost(showPlan(results, view), lost, view),
  };
}

const run: Verb = {
  usage: 'run [environment]',
  summary: 'deploy a binary: check, transfer, swap, restart, prove, and roll back when it is not healthy',
  options: [
    ...deployOptions(),
    targetOption(),
    ...wayOptions(),
    ...serviceOptions(),
    ...lockOptions(),
    ...selectionOptions(),
    ...orderOptions(),
    snapshotOfOption(),
    ...permissionOptions(),
  ],
  examples: [
    ['deploy-binary run stage', 'every service of deploy.yaml to the hosts of stage'],
    [
      'deploy-binary run --source target/release/app --target /opt/app/bin/app --host system',
      'find out how the host restarts it',
    ],
    [
      'deploy-binary run --source app --target /opt/app/bin/app --host system --unit app --health-url http://127.0.0.1:5858/api/health',
      'prove it by its health URL',
    ],
  ],
  handler: async ([environment], options: EnvironmentOptions, io) => {
    if (environment !== undefined) return await runEnvironment(environment, options, io);
    wanted(options, 'target');
    wanted(options, 'source');
    if (options.dryRun) return await showPlans(options, io);
    const work = workFrom(options, io);
    // The whole of it takes as long as the handshakes, so it goes on beside them; but nobody is dialled for a file that is not there.
    const reading = await readSource(options.source!, work.local, releaseCacheDirectory(io.env));
    try {
      return await changeHosts(options, io, async (connection) => {
        connection.begin();
        return await deployHost(connection, reading, work);
      });
    } finally {
      await reading.supply.close();
    }
  },
};

const planVerb: Verb = {
  usage: 'plan [environment]',
  summary: 'show what run would do: facts, every command, and the sudoers lines that suffice',
  options: run.options!,
  examples: [['deploy-binary plan --source app --target /opt/app/bin/app --host system', 'nothing is changed']],
  handler: async ([environment], options: EnvironmentOptions, io) => {
    if (environment !== undefined) return await planEnvironment(environment, options, io);
    wanted(options, 'target');
    wanted(options, 'source');
    return await showPlans(options, io);
  },
};

function statusVerb(name: 'status' | 'verify'): Verb {
  const thorough = name === 'verify';
  return {
    usage: `${name} [environment]`,
    summary: thorough
      ? 'prove again that the host runs what is at the target, and well'
      : 'what each host runs, how it is, and who holds the lock',
    options: [targetOption(), ...wayOptions(), ...serviceOptions(), ...selectionOptions()],
    examples: [
      [
        `deploy-binary ${name} --target /opt/app/bin/app --host system`,
        thorough ? 'exit code 1 when it is not healthy' : 'one line a host',
      ],
    ],
    handler: async ([environment], options: EnvironmentOptions, io) => {
      if (environment !== undefined)
        return await (thorough ? verifyEnvironment : statusEnvironment)(environment, options, io);
      wanted(options, 'target');
      const work = workFrom(options, io);
      const { results, lost } = await onHosts(options, io, (connection) => status(connection, work, { thorough }));
      results.push(...lost.map(unreachable));
      const exit = exitOf(results.map(({ healthy, unknown }) => ({ failed: !healthy, unknown })));
      return {
        exit,
        result: { hosts: results.map(withoutUnknown) },
        text: (view) => withLost(showStatus(results, view), wrong(results), view),
      };
    },
  };
}

const historyVerb: Verb = {
  usage: 'history [environment]',
  summary: 'who deployed what to a host, and how it ended',
  options: [
    targetOption(),
    ...wayOptions(),
    new Option('--sudo <when>').choices(['auto', 'never', 'always']).default('auto').hideHelp(),
    ...selectionOptions(),
  ],
  examples: [['deploy-binary history --target /opt/app/bin/app --host system', 'oldest first']],
  handler: async ([environment], options: EnvironmentOptions, io) => {
    if (environment !== undefined) return await historyEnvironment(environment, options, io);
    wanted(options, 'target');
    const work = workFrom({ ...withoutService, ...options }, io);
    const { results, lost } = await onHosts(options, io, (connection) => history(connection, work));
    return {
      exit: exitOf(failures(lost)),
      result: shownHosts(results, lost),
      text: (view) =>
        withLost(
          showHistory(
            results.flatMap(({ host, entries }) => entries.map((entry) => ({ ...entry, host }))),
            view,
          ),
          lost,
          view,
        ),
    };
  },
};

/** For verbs that do not touch the service. */
const withoutService = {
  restart: 'none',
  grace: '0s',
  sudo: 'auto',
  healthStatus: '200',
  healthTimeout: '1s',
  healthSamples: '1',
  healthInterval: '1s',
  settle: '0s',
} as const;

const rollback: Verb = {
  usage: 'rollback [environment]',
  summary: 'put a kept release back, restart and prove it',
  options: [
    targetOption(),
    new Option(
      '--to <release>',
      'id, sha256 or commit of a kept release, or the beginning of one; the one before the present by default',
    ),
    keepOption(),
    ...wayOptions(),
    ...serviceOptions(),
    ...lockOptions(),
    ...selectionOptions(),
    ...orderOptions(),
    ...permissionOptions(),
  ],
  examples: [
    ['deploy-binary rollback --target /opt/app/bin/app --host system', 'the release before the present one'],
    ['deploy-binary rollback --target /opt/app/bin/app --host system --to 1a2b3c4d', 'the release of that commit'],
  ],
  handler: async ([environment], options: EnvironmentOptions, io) => {
    if (environment !== undefined) return await rollbackEnvironment(environment, options, io);
    wanted(options, 'target');
    if (options.dryRun) return await showPlans(options, io);
    const work = workFrom(options, io);
    return await changeHosts(options, io, (connection) => rollbackHost(connection, options.to, work));
  },
};

const unlockVerb: Verb = {
  usage: 'unlock [environment]',
  summary: 'show who holds the locks, and remove those of deploys that died; --yes also those that are alive',
  options: [
    targetOption(),
    ...wayOptions(),
    new Option('--sudo <when>').choices(['auto', 'never', 'always']).default('auto').hideHelp(),
    ...selectionOptions(),
    confirmOption(),
  ],
  examples: [
    ['deploy-binary unlock --target /opt/app/bin/app --host system', 'refused while its holder is alive'],
    ['deploy-binary unlock stage --dry-run', 'who holds which lock, on all hosts of stage'],
  ],
  handler: async ([environment], options: EnvironmentOptions, io) => {
    if (environment !== undefined) return await unlockEnvironment(environment, options, io);
    wanted(options, 'target');
    const work = workFrom({ ...withoutService, ...options }, io);
    const { results, lost } = await onHosts(options, io, async (connection) => {
      if (!options.dryRun) return await unlock(connection, work, options.yes === true);
      const { remove: _, ...found } = await findLock(connection, work);
      return found;
    });
    return {
      exit: exitOf(failures(lost)),
      result: shownHosts(results, lost),
      text: (view) => withLost(showLocks(results, view), lost, view),
    };
  },
};

const matrixVerb: Verb = {
  usage: 'matrix <environment>',
  summary: 'write a workflow with one job a batch, so that many runners share the hosts of an environment',
  options: matrixOptions(),
  examples: [
    [
      "deploy-binary matrix prod --build 'cargo build --release' --output .forgejo/workflows/deploy-prod.yaml",
      'again after each change of deploy.yaml',
    ],
  ],
  handler: async ([environment], options: MatrixOptions, io) => await matrix(environment!, options, io),
};

const restoreVerb: Verb = {
  usage: 'restore <environment>',
  summary: 'put a container back to the snapshot that was taken before a deploy; without --snapshot they are listed',
  options: [
    ...wayOptions(),
    ...selectionOptions(),
    new Option('--snapshot <name>', 'snapshot to go back to, as the release record names it'),
    ...permissionOptions(),
  ],
  examples: [
    ['deploy-binary restore prod', 'what there is'],
    [
      'deploy-binary restore prod --hosts system --snapshot pre-deploy-20260131120501 --confirm prod --yes',
      'the last resort',
    ],
  ],
  handler: async ([environment], options: EnvironmentOptions, io) =>
    await restoreEnvironment(environment!, options, io),
};

export const deployBinary: Tool = {
  name: 'deploy-binary',
  summary: 'Replaces a running binary on a host, and never leaves the host without a service.',
  verbs: [
    run,
    planVerb,
    statusVerb('status'),
    historyVerb,
    rollback,
    statusVerb('verify'),
    unlockVerb,
    matrixVerb,
    restoreVerb,
  ],
};
