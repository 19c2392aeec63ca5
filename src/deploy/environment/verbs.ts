import type { Outcome } from '../../common/command.ts';
import { type ExitCode, exitCode } from '../../common/exit.ts';
import type { Io } from '../../common/io.ts';
import { type Column, table } from '../../common/output/table.ts';
import { quoteAll } from '../../common/quote.ts';
import { isCi } from '../../common/terminal.ts';
import type { HostResult } from '../deploy.ts';
import { foreign } from '../foreign.ts';
import { exitOf, failures, withoutUnknown } from '../outcome.ts';
import { type HostPlan, history, type NotAsked, plan } from '../verbs.ts';
import { showHistory, showPlan, showStatus, withLost } from '../view.ts';
import { notVerified, strays, verifyHost } from './drift.ts';
import type { OpenFleet } from './fleet.ts';
import { sayWhenInterrupted } from './interrupted.ts';
import { askEach, type EnvironmentOptions, targetsOf, withEnvironment } from './open.ts';
import type { fleetProgress } from './progress.ts';
import { permit } from './protect.ts';
import type { Rollout } from './resolve.ts';
import { type Fleet, inParallel, type RolloutResult, roll, type Watcher } from './rollout.ts';
import { containersOf, snapshotCommand, snapshotName } from './snapshot.ts';
import { rolloutAsMarkdown, showOrder, showRollout } from './view.ts';

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
        plan(
          fleet.connection(host),
          { source: await (await fleet.source(settings.source)).whole },
          fleet.work(settings),
        ),
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
