import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import { splitArgv } from '../../common/argv.ts';
import { userName } from '../../common/audit.ts';
import type { Outcome } from '../../common/command.ts';
import { messageOf, ToolError, unknown, usage } from '../../common/errors.ts';
import { type ExitCode, exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { type Column, table } from '../../common/output/table.ts';
import { quoteAll } from '../../common/quote.ts';
import { isCi } from '../../common/terminal.ts';
import type { HostResult } from '../deploy.ts';
import { foreign } from '../foreign.ts';
import { localHost } from '../host/local.ts';
import { openHost } from '../host/open.ts';
import type { DeployOptions } from '../options.ts';
import { exitOf, failures, withoutUnknown } from '../outcome.ts';
import { persistenceFor } from '../persistence.ts';
import { releaseCacheDirectory } from '../transfer/supply.ts';
import { type HostPlan, history, type NotAsked, notAsked, plan } from '../verbs.ts';
import { showHistory, showPlan, showStatus, withLost } from '../view.ts';
import { notVerified, strays, verifyHost } from './drift.ts';
import { type DeployFile, readDeployFile } from './file.ts';
import { OpenFleet } from './fleet.ts';
import { hostsOfCommand, hostsOfInventory } from './hosts.ts';
import { sayWhenInterrupted } from './interrupted.ts';
import { fleetProgress } from './progress.ts';
import { permit } from './protect.ts';
import { givenFlags, type OnFailure, type Rollout, resolve, type Surroundings, type Target } from './resolve.ts';
import { type Fleet, inParallel, type RolloutResult, roll, type Watcher } from './rollout.ts';
import {
  containerOf,
  containersOf,
  listSnapshots,
  restoreSnapshot,
  snapshotCommand,
  snapshotName,
} from './snapshot.ts';
import { rolloutAsMarkdown, showOrder, showRollout } from './view.ts';

export interface EnvironmentOptions extends DeployOptions {
  readonly only?: readonly string[];
  readonly hosts?: readonly string[];
  readonly batches?: readonly string[];
  readonly onFailure?: OnFailure;
  readonly manual?: string;
  readonly confirm?: string;
  readonly snapshot?: string;
  readonly snapshotOf?: readonly string[];
}

const listed = (value: string, before: readonly string[] = []) => [...before, ...value.split(/[\s,]+/).filter(Boolean)];

/** Which part of an environment. */
export const selectionOptions = () => [
  new Option('--only <service>', 'only this service of the environment; may be repeated').argParser(listed),
  new Option(
    '--hosts <names>',
    'only these hosts of the environment, separated by commas; * and ? fit anything',
  ).argParser(listed),
];

export const confirmOption = () =>
  new Option('--confirm <environment>', 'its name once more, which a protected environment asks for');

/** What a protected environment asks for. */
export const permissionOptions = () => [
  confirmOption(),
  new Option('--manual <reason>', 'why a protected environment is changed outside CI; kept in the records'),
];

export const orderOptions = () => [
  new Option(
    '--batches <sizes>',
    "1, 25% or max, separated by commas, in the place of the file's batches and canary",
  ).argParser(listed),
  new Option('--on-failure <what>', "in the place of the file's on-failure").choices([
    'stop',
    'rollback-batch',
    'rollback-all',
  ]),
];

export const snapshotOfOption = () =>
  new Option('--snapshot-of <hosts>', "of which hosts the file's snapshot is taken, all without it; or none").argParser(
    listed,
  );

/** Reads deploy.yaml: the file that was named, else the one of this directory. @throws ToolError of kind `usage` */
export async function openDeployFile(named: string | undefined, directory: string): Promise<DeployFile> {
  const candidates = named === undefined ? ['deploy.yaml', '.forgejo/deploy.yaml'] : [named];
  for (const candidate of candidates) {
    const path = named === undefined ? join(directory, candidate) : candidate;
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (named === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw usage(`${path} cannot be read (${messageOf(error)}).`, 'Check the path given with --config.', error);
    }
    return await readDeployFile(text, candidate);
  }
  throw usage(
    'There is no deploy.yaml here, nor in .forgejo.',
    'Write one (docs/orchestrator.md begins with an example), name it with --config, or say everything with flags.',
  );
}

function surroundings(io: Io): Surroundings {
  return {
    env: io.env,
    user: { name: userName(), home: homedir() },
    async list(source, where) {
      if ('inventory' in source) {
        const text = await readFile(source.inventory, 'utf8').catch((error: unknown) => {
          throw usage(`${where}: ${source.inventory} cannot be read (${messageOf(error)}).`, 'Check the path.', error);
        });
        return hostsOfInventory(text, source.group, `${where}: ${source.inventory}`);
      }
      const argv = splitArgv(source.command, where);
      const { code, stdout, stderr } = await localHost(io.env).run(argv, { timeoutMs: 60_000 });
      if (code !== 0)
        throw unknown(
          `${where}: the command ended with ${code}: ${stderr.trim().slice(-400)}`,
          'Run it by hand to see more.',
        );
      return hostsOfCommand(stdout, where);
    },
  };
}

/**
 * Works on an environment, with its connections closed behind it.
 *
 * @param sources whether the new binaries are needed: what `source` takes from the environment must be there only then
 */
export async function withEnvironment<T>(
  environment: string,
  options: EnvironmentOptions,
  io: Io,
  work: (rollout: Rollout, fleet: OpenFleet, watch: ReturnType<typeof fleetProgress>) => Promise<T>,
  { sources = false } = {},
): Promise<T> {
  const file = await openDeployFile(options.config, process.cwd());
  const { only, hosts, batches, onFailure, snapshotOf } = options;
  const request = { environment, only, hosts, batches, onFailure, snapshotOf, sources, flags: givenFlags(options) };
  const rollout = await resolve(file, request, surroundings(io));
  const watch = fleetProgress(io);
  const fleet = new OpenFleet({
    local: localHost(io.env),
    persistence: persistenceFor(io),
    report: watch,
    cache: releaseCacheDirectory(io.env),
    manual: options.manual,
  });
  try {
    return await work(rollout, fleet, watch);
  } finally {
    watch.finish();
    await fleet.close();
  }
}

const targetsOf = ({ services }: Rollout): { service: string; target: Target }[] =>
  services.flatMap(({ service, batches }) => batches.flat().map((target) => ({ service, target })));

/**
 * Asks every host; one that cannot be asked is among the `lost`.
 *
 * @param wrong hosts that are not to be asked, and why: `OpenFleet.places`
 */
export async function askEach<T>(
  rollout: Rollout,
  ask: (target: Target) => Promise<T>,
  wrong: ReadonlyMap<string, ToolError> = new Map(),
): Promise<{ answers: (T & { service: string })[]; lost: (NotAsked & { service: string })[] }> {
  const answers: (T & { service: string })[] = [];
  const lost: (NotAsked & { service: string })[] = [];
  const all = await inParallel(targetsOf(rollout), async ({ service, target }) => {
    try {
      const stop = wrong.get(target.host.name);
      if (stop) throw stop;
      const answer = { ...(await ask(target)), service };
      return () => answers.push(answer);
    } catch (error) {
      if (!(error instanceof ToolError) || error.kind === 'usage') throw error;
      return () => lost.push({ ...notAsked(target.host.name, error), service });
    }
  });
  for (const sort of all) sort();
  return { answers, lost };
}

function rolloutOutcome(result: RolloutResult, snapshots: ReadonlyMap<string, string>): Outcome {
  const failed = result.hosts.filter(({ outcome }) => outcome === 'failed' || outcome === 'rolled-back');
  const unknown = failed.length > 0 ? failed.every((one) => one.unknown) : result.unknown;
  const exit: ExitCode = result.stopped === null ? exitCode.ok : unknown ? exitCode.unknown : exitCode.problem;
  return {
    exit,
    result: {
      ...withoutUnknown(result),
      snapshots: Object.fromEntries(snapshots),
      hosts: result.hosts.map(({ takenBack, ...host }) => ({
        ...withoutUnknown(host),
        takenBack: takenBack && withoutUnknown(takenBack),
      })),
    },
    text: (view) => showRollout(result, view),
    markdown: () => rolloutAsMarkdown(result),
  };
}

export async function runEnvironment(environment: string, options: EnvironmentOptions, io: Io): Promise<Outcome> {
  if (options.dryRun) return await planEnvironment(environment, options, io);
  const run = async (rollout: Rollout, fleet: OpenFleet, watch: ReturnType<typeof fleetProgress>) => {
    permit(rollout, { ci: isCi(io.env), manual: options.manual, confirm: options.confirm });
    io.note(showOrder(rollout, io.view));
    containersOf(rollout);
    await fleet.readSources(rollout);
    await fleet.checkPlaces(rollout);
    const snapshots = await fleet.takeSnapshots(rollout, new Date());
    for (const [host, snapshot] of snapshots) watch.word(`${host}: snapshot ${snapshot}`);
    return rolloutOutcome(await rollWatched(rollout, fleet, watch, io), snapshots);
  };
  return await withEnvironment(environment, options, io, run, { sources: true });
}

async function rollWatched(rollout: Rollout, fleet: Fleet, watch: Watcher, io: Io): Promise<RolloutResult> {
  const watched = sayWhenInterrupted(fleet, (text) => {
    io.live?.([]);
    io.note(text);
  });
  return await roll(rollout, watched.fleet, watch).finally(watched.stop);
}

export async function planEnvironment(environment: string, options: EnvironmentOptions, io: Io): Promise<Outcome> {
  const look = async (rollout: Rollout, fleet: OpenFleet): Promise<Outcome> => {
    const snapshots = containersOf(rollout).map(({ name, at }) => ({
      host: name,
      command: quoteAll(snapshotCommand(at.container, 'create', snapshotName(new Date()))),
    }));
    await fleet.readSources(rollout);
    const { answers: plans, lost } = await askEach(
      rollout,
      async ({ host, settings }) =>
        plan(fleet.connection(host), { source: await fleet.source(settings.source) }, fleet.work(settings)),
      await fleet.places(rollout),
    );
    return plansOutcome(rollout, plans, lost, snapshots);
  };
  return await withEnvironment(environment, options, io, look, { sources: true });
}

function plansOutcome(
  rollout: Rollout,
  plans: readonly (HostPlan & { service: string })[],
  lost: readonly (NotAsked & { service: string })[],
  snapshots: readonly { host: string; command: string }[] = [],
): Outcome {
  const order = rollout.services.map(({ service, batches }) => ({
    service,
    batches: batches.map((batch) => batch.map(({ host }) => host.name)),
  }));
  return {
    exit: exitOf([
      ...plans.map(({ findings }) => ({ failed: findings.length > 0, unknown: false })),
      ...failures(lost),
    ]),
    result: {
      environment: rollout.environment,
      protected: rollout.protected,
      order,
      snapshots,
      hosts: [...plans, ...lost.map(withoutUnknown)],
    },
    text: (view) =>
      withLost(
        [
          showOrder(rollout, view),
          ...(snapshots.length === 0
            ? []
            : [snapshots.map(({ host, command }) => `snapshot of ${host}: ${command}`).join('\n')]),
          ...plans.map((one) => `${view.style.strong(one.service)} on ${showPlan([one], view)}`),
        ].join('\n\n'),
        lost,
        view,
      ),
  };
}

export async function rollbackEnvironment(environment: string, options: EnvironmentOptions, io: Io): Promise<Outcome> {
  return await withEnvironment(environment, options, io, async (rollout, fleet, watch) => {
    // A service goes back before those it needs.
    const backwards: Rollout = {
      ...rollout,
      services: [...rollout.services].reverse(),
      canary: null,
      onFailure: 'stop',
    };
    if (options.dryRun) {
      const { answers, lost } = await askEach(
        backwards,
        ({ host, settings }) => plan(fleet.connection(host), { to: options.to }, fleet.work(settings)),
        await fleet.places(rollout),
      );
      return plansOutcome(backwards, answers, lost);
    }
    permit(rollout, { ci: isCi(io.env), manual: options.manual, confirm: options.confirm });
    await fleet.checkPlaces(rollout);
    const result = await rollWatched(
      backwards,
      {
        deploy: (service, target): Promise<HostResult> => fleet.rollback(service, target, options.to),
        rollback: (service, target, to) => fleet.rollback(service, target, to),
        status: (service, target) => fleet.status(service, target),
        endTrial: (service, target) => fleet.endTrial(service, target),
      },
      watch,
      io,
    );
    return rolloutOutcome(result, new Map());
  });
}

export async function statusEnvironment(environment: string, options: EnvironmentOptions, io: Io): Promise<Outcome> {
  return await withEnvironment(environment, options, io, async (rollout, fleet) => await statusOf(rollout, fleet));
}

async function statusOf(rollout: Rollout, fleet: OpenFleet): Promise<Outcome> {
  const rows = await inParallel(targetsOf(rollout), async ({ service, target }) => ({
    service,
    found: await fleet.status(service, target),
  }));
  return {
    exit: exitOf(rows.map(({ found }) => ({ failed: !found.healthy, unknown: found.unknown }))),
    result: {
      environment: rollout.environment,
      hosts: rows.map(({ service, found }) => ({ ...withoutUnknown(found), service, state: found.service })),
    },
    text: (view) =>
      showStatus(
        rows.map(({ service, found }) => ({ ...found, host: `${service} on ${found.host}` })),
        view,
      ),
  };
}

export async function historyEnvironment(environment: string, options: EnvironmentOptions, io: Io): Promise<Outcome> {
  return await withEnvironment(environment, options, io, async (rollout, fleet) => {
    const { answers, lost } = await askEach(rollout, ({ host, settings }) =>
      history(fleet.connection(host), fleet.work(settings)),
    );
    return {
      exit: exitOf(failures(lost)),
      result: { environment: rollout.environment, hosts: [...answers, ...lost.map(withoutUnknown)] },
      text: (view) =>
        withLost(
          showHistory(
            answers
              .flatMap(({ host, service, entries }) =>
                entries.map((entry) => ({ ...entry, host: `${service} on ${host}` })),
              )
              .sort((a, b) => a.at.localeCompare(b.at)),
            view,
          ),
          lost,
          view,
        ),
    };
  });
}

export async function verifyEnvironment(environment: string, options: EnvironmentOptions, io: Io): Promise<Outcome> {
  return await withEnvironment(environment, options, io, async (rollout, fleet) => {
    const wrong = await fleet.places(rollout);
    const hosts = await inParallel(targetsOf(rollout), async ({ service, target: { host, settings } }) => {
      const stop = wrong.get(host.name);
      return stop
        ? notVerified(service, host.name, stop)
        : await verifyHost(service, fleet.connection(host), fleet.work(settings));
    });
    const findings = [...hosts.flatMap((one) => one.findings), ...strays(hosts)];
    const driftOf = ({ service, host }: { service: string; host: string }) =>
      findings.filter(({ subject }) => subject === `${service} on ${host}`).map(({ code }) => code);
    const columns: readonly Column<(typeof hosts)[number]>[] = [
      { title: 'Service', value: ({ service }) => service },
      { title: 'Host', value: ({ host }) => host },
      { title: 'Release', value: ({ release }) => release },
      { title: 'Sha256', value: ({ sha256 }) => sha256?.slice(0, 12) ?? null },
      { title: 'Written', value: ({ modified }) => modified },
      {
        title: 'Drift',
        value: (one) => driftOf(one).join(', ') || 'none',
        tone: (one) => (driftOf(one).length > 0 ? 'bad' : 'good'),
      },
      { title: 'Evidence', value: ({ evidence }) => evidence },
    ];
    return {
      exit: exitOf([
        ...hosts.map((one) => ({ failed: one.findings.length > 0, unknown: one.unknown })),
        { failed: strays(hosts).length > 0, unknown: false },
      ]),
      result: { environment: rollout.environment, hosts: hosts.map(withoutUnknown), findings },
      text: (view) =>
        [
          table(columns, hosts, view),
          ...findings.flatMap(({ code, subject, message, evidence, fix }) => [
            '',
            `${view.style.bad(code)} ${subject}: ${foreign(message)}`,
            ...evidence.map((line) => `  ${foreign(line)}`),
            `next:  ${foreign(fix)}`,
          ]),
        ].join('\n'),
    };
  });
}

/** Puts a container back to a snapshot that a run took before it changed anything. */
export async function restoreEnvironment(environment: string, options: EnvironmentOptions, io: Io): Promise<Outcome> {
  return await withEnvironment(environment, options, io, async (rollout) => {
    const found = rollout.hosts.map((host) => ({ host, at: containerOf(host.via, host.open.execPrefix) }));
    if (options.snapshot === undefined || options.dryRun) {
      const rows = await inParallel(found, async ({ host, at }) => ({
        host: host.name,
        snapshots: at ? await around(host.open, at, (outside) => listSnapshots(outside, at.container)) : [],
        command: at && options.snapshot ? quoteAll(snapshotCommand(at.container, 'restore', options.snapshot)) : null,
      }));
      return {
        exit: exitCode.ok,
        result: { environment, hosts: rows },
        text: () =>
          rows
            .map(({ host, snapshots, command }) => `${host}: ${command ?? (snapshots.join(', ') || 'no snapshots')}`)
            .join('\n'),
      };
    }
    const [only, ...more] = found;
    if (!only?.at || more.length > 0)
      throw usage(
        only && more.length === 0
          ? `${only.host.name} is no container.`
          : 'A snapshot is restored on one host at a time.',
        `Say which: --hosts NAME, one of ${rollout.hosts.map(({ name }) => name).join(', ')}.`,
      );
    permit(rollout, { ci: isCi(io.env), manual: options.manual, confirm: options.confirm });
    if (
      !options.yes &&
      !(
        io.interactive &&
        (await io.ask(`Put ${only.host.name} back to ${options.snapshot}? What was written there since is lost.`))
      )
    )
      throw usage('Restoring a snapshot throws away what was written since.', 'If it is meant: --yes.');
    const { at } = only;
    await around(only.host.open, at, (outside) => restoreSnapshot(outside, at.container, options.snapshot!));
    return {
      exit: exitCode.ok,
      result: { environment, hosts: [{ host: only.host.name, restored: options.snapshot }] },
      text: () => `${only.host.name} is back at ${options.snapshot}.`,
    };
  });
}

async function around<T>(
  open: Parameters<typeof openHost>[1],
  { around: way }: NonNullable<ReturnType<typeof containerOf>>,
  work: (outside: Awaited<ReturnType<typeof openHost>>) => Promise<T>,
): Promise<T> {
  const outside = await openHost(way, open);
  try {
    return await work(outside);
  } finally {
    await outside.close();
  }
}
