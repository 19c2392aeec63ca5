import { Option } from 'commander';
import { splitArgv } from '../common/argv.ts';
import type { CommonOptions } from '../common/command.ts';
import { usage } from '../common/errors.ts';
import type { Io } from '../common/io.ts';
import { parseDuration } from '../common/output/words.ts';
import { type ReachOptions, reachOptions } from './host/options.ts';
import { parseVia, type Via, viaHost } from './host/via.ts';
import type { HealthSettings, Origin, Settings } from './settings.ts';

/** The flags as commander hands them over. */
export interface DeployOptions extends CommonOptions, ReachOptions {
  readonly source?: string;
  readonly target?: string;
  readonly host: readonly string[];
  readonly via: readonly string[];
  readonly owner?: string;
  readonly mode?: string;
  readonly strategy: Settings['strategy'];
  readonly restart: Settings['restart']['kind'];
  readonly unit?: string;
  readonly user?: true;
  readonly command?: string;
  readonly workingDirectory?: string;
  readonly runAs?: string;
  readonly envFile?: string;
  readonly log?: string;
  readonly grace: string;
  readonly sudo: Settings['sudo'];
  readonly healthUrl?: string;
  readonly healthStatus: string;
  readonly healthBody?: string;
  readonly healthTimeout: string;
  readonly healthSamples: string;
  readonly healthInterval: string;
  readonly settle: string;
  readonly expectString?: string;
  readonly verifyCommand?: string;
  readonly keep: string;
  readonly force?: true;
  readonly lockExpiry: string;
  readonly lockWait: string;
  readonly to?: string;
}

const several = (value: string, before: readonly string[]) => [...before, value];

/** The way to the hosts. */
export const wayOptions = () => [
  new Option('--host <user@host:port>', 'host to deploy to, short for --via ssh://…; may be repeated')
    .argParser(several)
    .default([], 'none'),
  new Option('--via <way>', 'local | ssh://[user@]host[:port] | incus:NAME | lxc:NAME, joined by +; may be repeated')
    .argParser(several)
    .default([], 'none'),
  ...reachOptions(),
];

export const targetOption = () => new Option('--target <path>', 'absolute path of the binary on the host');

/** How the service is restarted and proven. */
export const serviceOptions = () => [
  new Option('--restart <way>', 'how the service is restarted; auto looks which one the host uses')
    .choices(['auto', 'systemd', 'process', 'none'])
    .default('auto'),
  new Option('--unit <name>', 'unit of systemd'),
  new Option('--user', "the unit is one of the user's own service manager (systemctl --user)"),
  new Option('--command <argv>', 'command that starts the service, as an argument list; the target itself by default'),
  new Option('--working-directory <directory>', "where it is started; the target's directory by default"),
  new Option('--run-as <user>', "user of the service; the target's owner by default"),
  new Option('--env-file <path>', 'file on the host with NAME=VALUE lines for its environment; parsed, never sourced'),
  new Option('--log <path>', 'file on the host that takes its output; without one the output is lost'),
  new Option('--grace <duration>', 'from SIGTERM until SIGKILL').default('10s'),
  new Option('--sudo <when>', 'use sudo on the host').choices(['auto', 'never', 'always']).default('auto'),
  new Option('--health-url <url>', "asked from the host's own address: http://127.0.0.1:5858/api/health"),
  new Option('--health-status <code>', 'status it must answer with').default('200'),
  new Option('--health-body <text>', 'text its answer must hold'),
  new Option('--health-timeout <duration>', 'for the whole start-up').default('60s'),
  new Option('--health-samples <count>', 'good answers wanted in a row').default('3'),
  new Option('--health-interval <duration>', 'between two questions').default('200ms'),
  new Option('--settle <duration>', 'how long the process must live before it counts as started').default('2s'),
  new Option('--expect-string <text>', 'text that the binary on the host must hold (strings | grep)'),
  new Option('--verify-command <argv>', 'command that must succeed here afterwards, such as a browser smoke test'),
];

export const lockOptions = () => [
  new Option('--lock-wait <duration>', 'how long to wait for another deploy to finish').default('15s'),
  new Option('--lock-expiry <duration>', 'a holder not heard of for this long is dead').default('60s'),
];

export const keepOption = () =>
  new Option('--keep <count>', 'healthy releases kept on the host, the running one included').default('3');

/** What only a deploy takes. */
export const deployOptions = () => [
  new Option('--source <file>', 'the new binary, here'),
  new Option('--owner <user:group>', "owner of the target; the present file's by default"),
  new Option('--mode <octal>', "mode of the target; the present file's by default, else 0755"),
  new Option(
    '--strategy <strategy>',
    'staged: swap beside the running binary; in-place: stop, copy, start, for hosts without room for two',
  )
    .choices(['staged', 'in-place'])
    .default('staged'),
  keepOption(),
  new Option('--force', 'deploy even when the host has this very file and is healthy'),
];

/** The hosts that were named, each once. @throws ToolError of kind `usage` */
export function waysFrom({ host, via }: Pick<DeployOptions, 'host' | 'via'>): Via[] {
  const ways = [...via.map((text) => parseVia(text)), ...host.map(viaHost)];
  if (ways.length === 0)
    throw usage(
      'No host was named.',
      'Name one: --host [user@]host[:port], or --via local | ssh://… | incus:NAME | lxc:NAME.',
    );
  const twice = ways.find(({ text }, index) => ways.findIndex((other) => other.text === text) !== index);
  if (twice) throw usage(`${twice.text} is named twice.`, 'Name each host once.');
  return ways;
}

/** @throws ToolError of kind `usage` for anything that cannot be meant */
export function settingsFrom(options: DeployOptions, env: Io['env'], user: string): Settings {
  const { target = '', owner, mode } = options;
  if (!target.startsWith('/') || target.endsWith('/') || /\/\.\.?(\/|$)/.test(target))
    throw usage(
      `--target "${target}" is not the absolute path of a file.`,
      'Write it from / on, with the name of the binary at its end: /opt/app/bin/app.',
    );
  if (owner !== undefined && !/^[A-Za-z_][A-Za-z0-9_.-]*\$?(:[A-Za-z_][A-Za-z0-9_.-]*)?$/.test(owner))
    throw usage(`--owner "${owner}" is not user or user:group.`, 'Write names: gbuser:gbuser.');
  if (options.runAs !== undefined && !/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/.test(options.runAs))
    throw usage(`--run-as "${options.runAs}" is no user name.`, 'Write the name: gbuser.');
  if (mode !== undefined && !/^[0-7]{3,4}$/.test(mode))
    throw usage(`--mode "${mode}" is not octal.`, 'Write it like 0755.');
  if (options.unit !== undefined && !/^[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]*$/.test(options.unit))
    throw usage(`--unit "${options.unit}" is no name of a unit.`, 'Write it like botserver or botserver.service.');
  for (const [flag, value] of [
    ['--env-file', options.envFile],
    ['--log', options.log],
    ['--working-directory', options.workingDirectory],
  ] as const)
    if (value !== undefined && !value.startsWith('/'))
      throw usage(`${flag} "${value}" is not absolute.`, 'It is a path on the host: write it from / on.');
  if (options.restart === 'systemd' && options.command !== undefined)
    throw usage('--command is for --restart process; a unit has its own.', 'Leave one of them out.');
  if (options.restart === 'process' && options.unit !== undefined)
    throw usage('--unit is for --restart systemd; a process has --command.', 'Leave one of them out.');
  const command = options.command === undefined ? undefined : splitArgv(options.command, '--command');
  if (command?.length === 0) throw usage('--command is empty.', 'Leave it out to start the target itself.');
  return {
    source: options.source ?? '',
    target,
    owner,
    mode,
    strategy: options.strategy ?? 'staged',
    restart: {
      kind: options.restart,
      unit: options.unit,
      userUnit: options.user === true,
      command,
      workingDirectory: options.workingDirectory,
      runAs: options.runAs,
      envFile: options.envFile,
      log: options.log,
      graceMs: milliseconds('--grace', options.grace),
    },
    sudo: options.sudo,
    proof: {
      health: healthFrom(options),
      settleMs: milliseconds('--settle', options.settle),
      expectString: options.expectString,
      verifyCommand:
        options.verifyCommand === undefined ? undefined : splitArgv(options.verifyCommand, '--verify-command'),
    },
    keep: whole('--keep', options.keep ?? '3', 1, 100),
    force: options.force === true,
    lock: {
      expiryMs: milliseconds('--lock-expiry', options.lockExpiry ?? '60s'),
      waitMs: milliseconds('--lock-wait', options.lockWait ?? '15s'),
    },
    origin: originFrom(env, user),
  };
}

function healthFrom(options: DeployOptions): HealthSettings | undefined {
  const { healthUrl } = options;
  if (healthUrl === undefined) {
    if (options.healthBody !== undefined)
      throw usage('--health-body needs --health-url.', 'Say which URL is to answer it.');
    return undefined;
  }
  const url = URL.canParse(healthUrl) ? new URL(healthUrl) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw usage(
      `--health-url "${healthUrl}" is no http or https URL.`,
      'Write it as the host itself would ask: http://127.0.0.1:5858/api/health.',
    );
  return {
    url: url.href,
    status: whole('--health-status', options.healthStatus, 100, 599),
    body: options.healthBody,
    timeoutMs: milliseconds('--health-timeout', options.healthTimeout),
    samples: whole('--health-samples', options.healthSamples, 1, 1000),
    intervalMs: milliseconds('--health-interval', options.healthInterval),
  };
}

function milliseconds(flag: string, text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined) throw usage(`${flag} "${text}" is no duration.`, 'Write it like 90s, 2m or 500ms.');
  return Math.round(seconds * 1000);
}

function whole(flag: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most))
    throw usage(`${flag} "${text}" is not a whole number from ${least} to ${most}.`, `Write it like ${flag} ${least}.`);
  return number;
}

/** Who deploys what, as a runner tells it. Forgejo gives each variable under both names. */
function originFrom(env: Io['env'], user: string): Origin {
  const value = (name: string) => env[`FORGEJO_${name}`] || env[`GITHUB_${name}`] || null;
  const [server, repository, run] = [value('SERVER_URL'), value('REPOSITORY'), value('RUN_ID')];
  const number = value('RUN_NUMBER');
  return {
    by: value('ACTOR') ?? user,
    commit: value('SHA'),
    // Forgejo's page of a run goes by its number, GitHub's by its id.
    runUrl:
      server && repository && run
        ? `${server}/${repository}/actions/runs/${env.FORGEJO_ACTIONS === 'true' && number ? number : run}`
        : null,
  };
}
