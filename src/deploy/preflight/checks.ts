import type { Finding } from '../../common/finding.ts';
import { bytes } from '../../common/output/words.ts';
import { layoutOf } from '../layout.ts';
import { type Privilege, wantedOwner } from '../privilege.ts';
import { startKnown } from '../restart/choose.ts';
import { healthPort, type Settings } from '../settings.ts';
import { compareVersions, type Executable, neededGlibc, parseGlibc, runsOn } from './elf.ts';
import type { Disk, Facts } from './facts.ts';

export interface CheckInput {
  readonly host: string;
  readonly facts: Facts;
  readonly settings: Settings;
  readonly executable: Executable;
  /** Bytes of the new file. */
  readonly size: number;
  readonly privilege: Privilege;
  readonly restart: 'systemd' | 'process' | 'none';
  readonly unit: string | undefined;
}

/** What stops a deploy before anything is touched (severity `error`), and what is worth a word. */
export const preflight = (input: CheckInput): Finding[] =>
  [...checks.flatMap((check) => check(input))].map((finding) => ({ ...finding, subject: input.host }));

type Check = (input: CheckInput) => Omit<Finding, 'subject'>[];

const stop = (
  code: string,
  message: string,
  fix: string,
  evidence: readonly string[] = [],
): Omit<Finding, 'subject'>[] => [{ code: `deploy/${code}`, severity: 'error', message, evidence, fix }];

const executable: Check = ({ executable: file, settings, restart }) => {
  if (file.damage !== null)
    return stop(
      'damaged-file',
      `${settings.source} cannot run: ${file.damage}.`,
      'Build it again, or check how it was copied here.',
    );
  if (file.kind === 'other')
    return stop(
      'no-program',
      `${settings.source} is no ELF executable and no script.`,
      'Check the path of --source: it must name the built binary.',
    );
  if (file.kind === 'script' && restart === 'process')
    return stop(
      'script-as-process',
      `${settings.source} is a script: its process executes the interpreter, so that it cannot be told from a namesake.`,
      'Run it from a unit (--restart systemd).',
    );
  return [];
};

const machine: Check = ({ executable: file, facts, settings }) =>
  file.machine === null || runsOn(file.machine, facts.machine)
    ? []
    : stop(
        'wrong-machine',
        `${settings.source} is built for ${file.machine}, the host is ${facts.machine}: it would say "exec format error".`,
        `Build it for ${facts.machine} (Rust: --target ${facts.machine}-unknown-linux-gnu; Go: GOARCH).`,
        [`ELF machine ${file.machine}, ${file.bits} bits`, `uname -m: ${facts.machine}`],
      );

const glibc: Check = ({ executable: file, facts, settings }) => {
  const needed = neededGlibc(file);
  const present = facts.libc.kind === 'glibc' ? parseGlibc(facts.libc.version) : null;
  if (!needed || !present || compareVersions(needed, present) <= 0) return [];
  const names = file.versions.filter((name) => {
    const version = name === 'GLIBC_ABI_DT_RELR' ? ([2, 36] as const) : parseGlibc(/^GLIBC_(.+)$/.exec(name)?.[1]);
    return version !== null && compareVersions(version, present) > 0;
  });
  return stop(
    'glibc-too-old',
    `${settings.source} needs glibc ${needed.join('.')}, the host has ${present.join('.')}: it would say "version \`${names.at(-1)}' not found".`,
    `Build it on a system with glibc ${present.join('.')} or older (inside the system container, Debian 12 has 2.36), or link it statically (Rust: the musl target).`,
    names,
  );
};

const loader: Check = ({ executable: file, facts, settings }) => {
  if (file.interpreter === null || facts.loader) return [];
  const musl = /musl/.test(file.interpreter);
  return stop(
    'no-loader',
    `${settings.source} asks for the loader ${file.interpreter}, which the host has not: it would say "not found" although the file is there.`,
    musl
      ? 'It is built against musl, the host has glibc: link it statically, or build it for glibc.'
      : facts.libc.kind === 'musl'
        ? 'It is built against glibc, the host has musl: build it there, or link it statically.'
        : `Install the C library for ${file.machine} on the host, or link it statically.`,
    [`the host's C library: ${facts.libc.kind} ${facts.libc.version ?? ''}`.trim()],
  );
};

const target: Check = ({ facts, settings, privilege }) => {
  const { target: file, directory } = facts;
  if (file.kind === 'directory')
    return stop(
      'target-directory',
      `${settings.target} is a directory.`,
      `Name the file: --target ${settings.target.replace(/\/$/, '')}/NAME.`,
    );
  if (file.kind === 'other')
    return stop('target-special', `${settings.target} is no ordinary file.`, 'Name the binary itself with --target.');
  if (!directory.exists)
    return stop(
      'no-directory',
      `The directory of ${file.path} does not exist on the host, or ${facts.user.name} may not see it.`,
      `Make it: mkdir -p ${directory.path}`,
    );
  const owner = wantedOwner(facts, settings).user;
  if (privilege.writer === null && facts.user.uid !== 0 && (!directory.writable || owner !== facts.user.name))
    return stop(
      'not-writable',
      directory.writable
        ? `${file.path} belongs to ${owner}; ${facts.user.name} cannot give a file to another user without sudo.`
        : `${facts.user.name} cannot write in ${directory.path}, and sudo is not to be used.`,
      'Allow sudo (--sudo auto), or connect as the owner. Owned by root, a copy as the service user fails even after the kill.',
    );
  return [];
};

const sudo: Check = ({ facts, privilege, settings, restart }) => {
  const unitNeeds =
    restart === 'systemd' &&
    facts.user.uid !== 0 &&
    !(settings.restart.userUnit && privilege.runAs === facts.user.name);
  const needs =
    privilege.writer !== null ||
    unitNeeds ||
    (restart === 'process' && facts.user.uid !== 0 && privilege.runAs !== facts.user.name);
  if (!needs) {
    if (
      facts.user.uid === 0 &&
      restart === 'process' &&
      privilege.runAs !== 'root' &&
      !facts.tools.includes('runuser') &&
      !facts.tools.includes('sudo')
    )
      return stop(
        'no-runuser',
        `root cannot become ${privilege.runAs} on this host: it has neither runuser nor sudo.`,
        'Install util-linux or sudo there.',
      );
    return [];
  }
  if (settings.sudo === 'never')
    return stop(
      'sudo-never',
      `This deploy needs another user's rights on the host, and --sudo never forbids it.`,
      'Use --sudo auto, or connect as that user.',
    );
  if (facts.sudo.state === 'absent')
    return stop(
      'no-sudo',
      `${facts.user.name} needs sudo for this deploy, and the host has none.`,
      'Install sudo, or connect as root or as the owner of the target.',
    );
  if (facts.sudo.state === 'refused')
    return stop(
      'sudo-password',
      `sudo wants a password of ${facts.user.name}, or refuses: nobody is there to type one.`,
      'Let the commands run without one: `deploy-binary plan` prints the sudoers lines that suffice.',
      [facts.sudo.text.trim().slice(0, 400)],
    );
  return [];
};

const space: Check = ({ facts, settings, size, privilege }) => {
  const margin = 4 * 1024 * 1024;
  const old = facts.target.file?.size ?? 0;
  // The staged file; the old one stays as a hard link, which takes no room. In place, the new file takes the place of the old.
  const here = settings.strategy === 'staged' ? size : Math.max(0, size - old);
  const uploaded = privilege.writer === null ? 0 : size;
  const beside = tooSmall(facts.directory.disk, here + margin);
  const home = uploaded === 0 ? null : tooSmall(facts.home.disk, uploaded + margin);
  if (uploaded > 0 && !facts.home.writable)
    return stop(
      'no-home',
      `${facts.user.name} cannot write in its home ${facts.home.path}, where the upload is to wait.`,
      `Make it: install -d -o ${facts.user.name} ${facts.home.path}`,
    );
  const besides = `, with ${bytes(margin)} to spare for records and the service itself`;
  if (beside)
    return stop(
      'no-space',
      `The file system of ${facts.directory.path} has ${beside}, the new binary needs ${bytes(here)}${besides}.`,
      settings.strategy === 'staged' && !tooSmall(facts.directory.disk, Math.max(0, size - old) + margin)
        ? 'Free space there, or use --strategy in-place, which needs no room for a second binary (and keeps no backup where there is none).'
        : 'Free space there.',
    );
  if (home)
    return stop(
      'no-space',
      `The file system of ${facts.home.path} has ${home}, the upload needs ${bytes(uploaded)}${besides}.`,
      'Free space there.',
    );
  return [];
};

function tooSmall(disk: Disk | null, needed: number): string | null {
  if (!disk) return null;
  if (disk.freeInodes !== null && disk.freeInodes < 16) return `${disk.freeInodes} inodes free`;
  return disk.freeBytes < needed ? `${bytes(disk.freeBytes)} free` : null;
}

const port: Check = ({ facts, settings, unit }) => {
  if (!settings.proof.health || facts.listeners.length === 0) return [];
  const running = facts.processes.map(({ uid }) => uid);
  const active = facts.units.some(
    ({ name, active, mainPid }) => unit !== undefined && name.startsWith(unit) && active === 'active' && mainPid > 0,
  );
  const others = facts.listeners.filter(({ uid }) => !running.includes(uid));
  if (active || (running.length > 0 && others.length < facts.listeners.length)) return [];
  const number = healthPort(settings.proof.health);
  return stop(
    'port-taken',
    `Port ${number}, which the health check asks, is taken by something else (uid ${[...new Set(others.map(({ uid }) => uid))].join(', ')}), and ${facts.target.path} does not run.`,
    `See who it is: lsof -i :${number} (or ss -ltnp). Stop it, or correct --health-url.`,
  );
};

/** With `auto`: what must be started, and nobody said how. */
export function unknownStart(
  { processes, target, startScript, listeners }: Facts,
  { restart: asked, proof: { health } }: Settings,
  restart: CheckInput['restart'],
): Omit<Finding, 'subject'>[] {
  if (restart === 'process' && !startKnown(asked))
    return stop(
      'unknown-start',
      processes.length > 0
        ? `${target.path} runs as a plain process (${processes.map(({ pid }) => pid).join(', ')}), and how it is started is not known.`
        : `nothing runs ${target.path}, and how it is started is not known: a deploy before started it as a plain process.`,
      `Say it: --restart process --command './name --its-arguments' (with --working-directory, --env-file, --log, --run-as), or --unit, or --restart none.${startScript ? ` The command of the deploy before is at the end of ${layoutOf(target.path).start} on the host.` : ''}`,
    );
  const own = health !== undefined && /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(new URL(health.url).hostname);
  if (restart === 'none' && asked.kind === 'auto' && own && listeners.length === 0)
    return stop(
      'unknown-start',
      `no unit and no process runs ${target.path}, and how it is started is not known: nobody would answer ${health.url}.`,
      "Say how it is started: --unit NAME, or --restart process --command './name --its-arguments'. --restart none, where something else starts it by itself.",
    );
  return [];
}

const service: Check = ({ facts, settings, restart, unit, privilege }) => {
  const { restart: asked } = settings;
  if (restart === 'systemd') {
    if (!facts.systemd)
      return stop(
        'no-systemd',
        'The host does not run systemd.',
        'Use --restart process with --command, or --restart none.',
      );
    const named = facts.units.find(({ name }) => name === unit || name === `${unit}.service`);
    if (!named)
      return stop(
        'no-unit',
        `systemd on the host knows no unit ${unit}.`,
        asked.userUnit
          ? 'Install it for that user (systemctl --user daemon-reload).'
          : 'Install the unit file first, then systemctl daemon-reload; a unit of a user is named with --user.',
      );
    return [];
  }
  const unsaid = unknownStart(facts, settings, restart);
  if (restart !== 'process' || unsaid.length > 0) return unsaid;
  const owner = facts.units.find(
    ({ program, name }) => program === facts.target.path || facts.processes.some((one) => one.unit === name),
  );
  if (owner)
    return stop(
      'unit-exists',
      `${facts.target.path} belongs to the unit ${owner.name}: started as a plain process it would run twice, or without what the unit gives it (its environment, its user).`,
      `Use --restart systemd --unit ${owner.name}, or remove the unit.`,
    );
  const foreign = facts.processes.filter(
    ({ uid }) =>
      facts.target.uid !== null &&
      wantedUid(facts, privilege.runAs) !== null &&
      uid !== wantedUid(facts, privilege.runAs),
  );
  if (foreign.length > 0)
    return stop(
      'other-user',
      `Process ${foreign[0]!.pid} executes ${facts.target.path} as uid ${foreign[0]!.uid}, the service is to run as ${privilege.runAs}.`,
      `Stop it by hand (kill ${foreign[0]!.pid}), or say the user it runs as: --run-as.`,
    );
  if (facts.envFile === 'missing')
    return stop(
      'no-env-file',
      `The environment file ${asked.envFile} does not exist on the host.`,
      'The service fails without it: put it there first, readable by its user only.',
    );
  if (facts.workingDirectory === false)
    return stop(
      'no-working-directory',
      `The working directory ${asked.workingDirectory} does not exist on the host.`,
      `Make it: mkdir -p ${asked.workingDirectory}`,
    );
  if (facts.logDirectory === false)
    return stop(
      'no-log-directory',
      `The directory of the log ${asked.log} does not exist on the host.`,
      'Make it, writable by the user of the service.',
    );
  return [];
};

/** The uid of a user whose name the facts know. */
function wantedUid(facts: Facts, name: string): number | null {
  if (name === facts.user.name) return facts.user.uid;
  if (name === 'root') return 0;
  return facts.target.owner?.split(':')[0] === name
    ? facts.target.uid
    : facts.directory.owner === name
      ? facts.directory.uid
      : null;
}

const checks: readonly Check[] = [executable, machine, glibc, loader, target, sudo, space, port, service];
