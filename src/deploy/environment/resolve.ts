// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a person writes into deploy.yaml.
import type { Option } from 'commander';
import { ToolError, usage } from '../../common/errors.ts';
import type { Io } from '../../common/io.ts';
import { nearest } from '../../common/nearest.ts';
import { parseDuration } from '../../common/output/words.ts';
import type { OpenOptions } from '../host/open.ts';
import { openOptionsFrom } from '../host/options.ts';
import { parseVia, type Via, viaHost } from '../host/via.ts';
import {
  type DeployOptions,
  deployOptions,
  lockOptions,
  serviceOptions,
  settingsFrom,
  targetOption,
  wayOptions,
} from '../options.ts';
import type { Settings } from '../settings.ts';
import type { DeployFile } from './file.ts';
import { fits, type Listed } from './hosts.ts';
import { inBatches, inOrder } from './order.ts';
import { expand } from './references.ts';
import { batch, type EnvironmentEntry, type HostEntry, serviceKeys, type Values, wayKeys } from './schema.ts';

/** A host of an environment, and how it is reached. */
export interface FleetHost {
  /** As reports and `--hosts` call it. */
  readonly name: string;
  /** The name is an address that the environment of the process gave, and may be a secret. */
  readonly nameIsSecret: boolean;
  readonly via: Via;
  readonly open: OpenOptions;
}

/** One service on one host. */
export interface Target {
  readonly host: FleetHost;
  readonly settings: Settings;
}

export interface ServiceRollout {
  readonly service: string;
  /** The first one is the canaries', where there are some. */
  readonly batches: readonly (readonly Target[])[];
}

/** An environment as it will be deployed: nothing is left to look up. */
export interface Rollout {
  readonly environment: string;
  readonly protected: boolean;
  /** What each host says about itself must fit these. */
  readonly marker: string | undefined;
  readonly hostname: readonly string[];
  readonly services: readonly ServiceRollout[];
  /** Every host, once. */
  readonly hosts: readonly FleetHost[];
  readonly canary: { readonly settleMs: number } | null;
  readonly onFailure: OnFailure;
  /** Of which hosts a snapshot is taken before the run, and how many are kept; null when none are taken. */
  readonly snapshots: { readonly keep: number; readonly hosts: readonly FleetHost[] } | null;
}

export type OnFailure = 'stop' | 'rollback-batch' | 'rollback-all';

export interface Request {
  readonly environment: string;
  readonly only?: readonly string[] | undefined;
  /** Names of hosts, with `*` and `?`. */
  readonly hosts?: readonly string[] | undefined;
  /** In the place of the file's batches and canary. */
  readonly batches?: readonly string[] | undefined;
  readonly onFailure?: OnFailure | undefined;
  /** Hosts of which the file's snapshot is taken, as in `hosts`, or `none`; all without it. */
  readonly snapshotOf?: readonly string[] | undefined;
  /** `source` is read. Elsewhere it stays as it is written: what it takes from the environment need not be there. */
  readonly sources: boolean;
  /** Flags that were given: they go before the file. */
  readonly flags: Partial<DeployOptions>;
}

export interface Surroundings {
  readonly env: Io['env'];
  readonly user: { readonly name: string; readonly home: string };
  /** Asks a command or an inventory file. */
  list(
    source: { command: string } | { inventory: string; group?: string | undefined },
    where: string,
  ): Promise<Listed[]>;
}

const options: readonly Option[] = [
  ...deployOptions(),
  targetOption(),
  ...wayOptions(),
  ...serviceOptions(),
  ...lockOptions(),
];
const attributeOf = new Map(options.map((option) => [option.long!.slice(2), option.attributeName()]));
const defaults = Object.fromEntries(
  options.flatMap((option) =>
    option.defaultValue === undefined ? [] : [[option.attributeName(), option.defaultValue]],
  ),
) as unknown as DeployOptions;

/** Flags that were given, as far as that can be told: they are not what they are by default. */
export const givenFlags = (flags: DeployOptions): Partial<DeployOptions> =>
  Object.fromEntries(
    options
      .map((option) => [option.attributeName(), (flags as unknown as Values)[option.attributeName()]] as const)
      .filter(
        ([name, value]) =>
          value !== undefined && JSON.stringify(value) !== JSON.stringify((defaults as unknown as Values)[name]),
      ),
  );

/**
 * What `run ENVIRONMENT` is to do.
 *
 * @throws ToolError of kind `usage` for names that the file does not have and values that cannot be meant
 */
export async function resolve(file: DeployFile, request: Request, around: Surroundings): Promise<Rollout> {
  const { environments, services } = file.values;
  const name = known(request.environment, Object.keys(environments), `${file.path} has no environment`, 'Environments');
  const entry = environments[name]!;
  const order = inOrder(services);
  for (const size of request.batches ?? [])
    if (!batch.safeParse(size).success)
      throw usage(`--batches: "${size}" is no size of a batch.`, 'Write a count, a share like 25%, or max.');
  for (const service of request.only ?? []) known(service, order, `${file.path} has no service`, 'Services');
  const chosen = order.filter((service) => request.only?.includes(service) ?? true);
  refuseServiceFlags(request.flags, chosen);

  const lists = new Map<unknown, Promise<readonly HostEntry[]>>();
  const listOf = (spec: EnvironmentEntry['hosts'], path: readonly PropertyKey[]) => {
    const present = lists.get(spec) ?? hostEntries(spec, file.at(path), around);
    lists.set(spec, present);
    return present;
  };
  const fleet = new Map<string, FleetHost>();
  const spots = new Map<string, { service: string; host: string; path: Path; targetPath: Path }>();
  const rows: { service: string; targets: Target[] }[] = [];
  for (const service of chosen) {
    const own = entry.services?.[service]?.hosts;
    const path = own ? ['environments', name, 'services', service, 'hosts'] : ['environments', name, 'hosts'];
    const targets: Target[] = [];
    for (const [index, one] of (await listOf(own ?? entry.hosts, path)).entries()) {
      const place = { name, entry, service, host: one, path: [...path, index] };
      const { target, targetPath } = targetOf(file, place, request, around);
      const before = fleet.get(target.host.name);
      if (before && before.via.text !== target.host.via.text)
        throw usage(
          `${file.at([...path, index])}: two hosts are called ${target.host.name}.`,
          'Give each its own name.',
        );
      if (targets.some(({ host }) => host.name === target.host.name))
        throw usage(`${file.at([...path, index])}: ${target.host.name} is named twice.`, 'Name each host once.');
      const spot = `${machineOf(target.host)} ${target.settings.target}`;
      const other = spots.get(spot);
      if (other) {
        const here = other.service === service ? [...path, index] : targetPath;
        const there = other.service === service ? other.path : other.targetPath;
        throw usage(
          `${file.at(here)} and ${file.at(there)} are one file: ${target.settings.target} on ${target.host.name}${other.host === target.host.name ? '' : `, which is ${other.host} as well`}. One deploy would overwrite the other.`,
          'Give each service its own target, and name each machine once.',
        );
      }
      spots.set(spot, { service, host: target.host.name, path: [...path, index], targetPath });
      // One connection carries all services of a host.
      const host = before ?? target.host;
      fleet.set(host.name, host);
      targets.push({ ...target, host });
    }
    rows.push({ service, targets });
  }
  const patterns = [...(request.hosts ?? []), ...(request.snapshotOf ?? []).filter((one) => one !== 'none')];
  for (const pattern of patterns)
    if (![...fleet.keys()].some((host) => fits(host, pattern)))
      throw usage(
        `No host of ${name} is called "${pattern}"${suggestion(pattern, fleet.keys())}`,
        `Hosts there: ${[...fleet.keys()].join(', ') || 'none'}.`,
      );
  const wanted = ({ host }: Target) => request.hosts?.some((pattern) => fits(host.name, pattern)) ?? true;
  const canaries = request.batches || !entry.canary ? 0 : (entry.canary.hosts ?? 1);
  const planned = rows.map(({ service, targets }) => ({
    service,
    batches: inBatches(targets.filter(wanted), request.batches ?? entry.batches ?? ['1'], canaries),
  }));
  const chosenBy = (among: readonly string[] | undefined) =>
    [...fleet.values()].filter(({ name: host }) => among?.some((pattern) => fits(host, pattern)) ?? true);
  const snapshot = entry.snapshot === 'before' ? {} : entry.snapshot;
  return {
    environment: name,
    protected: entry.protected === true,
    marker: expand(entry.marker, { env: around.env, variables: {} }, file.at(['environments', name, 'marker'])),
    hostname: entry.hostname ?? [],
    services: planned.filter(({ batches }) => batches.length > 0),
    hosts: chosenBy(request.hosts),
    canary: canaries > 0 ? { settleMs: Math.round((parseDuration(entry.canary?.settle ?? '30s') ?? 30) * 1000) } : null,
    onFailure: request.onFailure ?? entry['on-failure'] ?? 'rollback-batch',
    snapshots: snapshot
      ? {
          keep: snapshot.keep ?? 3,
          hosts: chosenBy(request.hosts).filter((host) => chosenBy(request.snapshotOf).includes(host)),
        }
      : null,
  };
}

type Path = readonly PropertyKey[];

/** Where a way ends, however it is spelt. */
const machineOf = ({ via, open }: FleetHost): string =>
  JSON.stringify([
    open.ssh.proxyJump,
    via.hops.map((hop) =>
      hop.kind === 'ssh'
        ? [hop.host.toLowerCase(), hop.port ?? 22]
        : hop.kind === 'container'
          ? [hop.program, hop.name]
          : hop.kind,
    ),
  ]);

function known(word: string, words: readonly string[], what: string, list: string): string {
  if (words.includes(word)) return word;
  throw usage(`${what} "${word}"${suggestion(word, words)}`, `${list} there: ${words.join(', ') || 'none'}.`);
}

function suggestion(word: string, words: Iterable<string>): string {
  const close = nearest(word, words);
  return close ? `; did you mean "${close}"?` : '.';
}

/** A flag about one service would mean all of them. */
function refuseServiceFlags(flags: Partial<DeployOptions>, chosen: readonly string[]): void {
  const given = serviceKeys.filter((key) => attributeOf.get(key)! in flags);
  if (flags.host || flags.via)
    throw usage('The hosts of an environment are in the file.', 'Choose among them: --hosts NAME,…');
  if (given.length > 0 && chosen.length > 1)
    throw usage(
      `--${given[0]} is about one service, and ${chosen.join(', ')} are to be deployed.`,
      `Say which: --only ${chosen[0]}.`,
    );
}

async function hostEntries(
  spec: EnvironmentEntry['hosts'],
  where: string,
  around: Surroundings,
): Promise<readonly HostEntry[]> {
  if (Array.isArray(spec)) return spec;
  const listed = await around.list(spec, where);
  if (listed.length === 0)
    throw usage(`${where}: no host was listed.`, 'See what the command prints, or the inventory holds.');
  return listed;
}

interface Place {
  readonly name: string;
  readonly entry: EnvironmentEntry;
  readonly service: string;
  readonly host: HostEntry;
  readonly path: readonly PropertyKey[];
}

function targetOf(
  file: DeployFile,
  { name, entry, service, host: hostEntry, path }: Place,
  { flags, sources }: Request,
  { env, user }: Surroundings,
): { target: Target; targetPath: Path } {
  const host = typeof hostEntry === 'string' ? { host: hostEntry } : hostEntry;
  const base = { env, variables: {} };
  const variables = Object.fromEntries(
    Object.entries({ ...entry.variables, ...('variables' in host ? host.variables : {}) }).map(([key, value]) => [
      key,
      expand(value, base, file.at(['environments', name, 'variables', key])),
    ]),
  );
  const from = { env, variables };
  const places: [Values, readonly PropertyKey[], readonly string[]][] = [
    [file.values.services[service] ?? {}, ['services', service], serviceKeys],
    [entry, ['environments', name], [...wayKeys, 'lock-wait', 'lock-expiry']],
    [entry.services?.[service] ?? {}, ['environments', name, 'services', service], serviceKeys],
    [host, path, wayKeys],
  ];
  const paths = new Map<string, readonly PropertyKey[]>();
  const values: Record<string, unknown> = { ...defaults };
  for (const [source, prefix, keys] of places)
    for (const key of keys) {
      if (source[key] === undefined) continue;
      paths.set(key, [...prefix, key]);
      if (attributeOf.get(key)! in flags) continue;
      const value = expand(
        source[key],
        key === 'source' && !sources ? { ...from, keepEnv: true } : from,
        file.at([...prefix, key]),
      );
      values[attributeOf.get(key)!] = value === false ? undefined : atHome(key, value, env.HOME ?? user.home);
    }
  const all = { ...values, ...flags } as unknown as DeployOptions;
  const way = 'via' in host && host.via !== undefined ? host.via : host.host!;
  const text = expand(way, from, file.at(path));
  return located(file, paths, path, () => {
    const via = 'via' in host && host.via !== undefined ? parseVia(text) : viaHost(text);
    const target = {
      host: {
        name: host.name ?? via.text.replace(/^ssh:\/\//, ''),
        nameIsSecret: host.name === undefined && way.includes('${env:'),
        via,
        open: openOptionsFrom(all, env, user),
      },
      settings: settingsFrom(all, env, user.name),
    };
    return { target, targetPath: paths.get('target') ?? path };
  });
}

/** A file of the person's own, as a shell would have written it. */
const atHome = (key: string, value: unknown, home: string): unknown =>
  (key === 'identity' || key === 'known-hosts') && typeof value === 'string' ? value.replace(/^~(?=\/)/, home) : value;

/** What is found wrong by the rules of the flags is told by line and key. */
function located<T>(
  file: DeployFile,
  paths: ReadonlyMap<string, readonly PropertyKey[]>,
  otherwise: readonly PropertyKey[],
  work: () => T,
): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ToolError) || error.kind !== 'usage') throw error;
    const key = [...error.message.matchAll(/--([a-z-]+)/g)].map(([, word]) => word!).find((word) => paths.has(word));
    const flagless = (text: string) => text.replace(/--(?=[a-z])/g, '');
    throw usage(
      `${file.at(key ? paths.get(key)! : otherwise)}: ${flagless(error.message)}`,
      flagless(error.fix),
      error,
    );
  }
}
