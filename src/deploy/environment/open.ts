import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import { splitArgv } from '../../common/argv.ts';
import { userName } from '../../common/audit.ts';
import { messageOf, ToolError, unknown, usage } from '../../common/errors.ts';
import type { Io } from '../../common/io.ts';
import { localHost } from '../host/local.ts';
import type { DeployOptions } from '../options.ts';
import { persistenceFor } from '../persistence.ts';
import { releaseCacheDirectory } from '../transfer/supply.ts';
import { type NotAsked, notAsked } from '../verbs.ts';
import { type DeployFile, readDeployFile } from './file.ts';
import { OpenFleet } from './fleet.ts';
import { hostsOfCommand, hostsOfInventory } from './hosts.ts';
import { fleetProgress } from './progress.ts';
import { givenFlags, type OnFailure, type Rollout, resolve, type Surroundings, type Target } from './resolve.ts';
import { inParallel } from './rollout.ts';

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

export const targetsOf = ({ services }: Rollout): { service: string; target: Target }[] =>
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
