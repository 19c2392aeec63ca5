import { problem, type ToolError } from '../common/errors.ts';
import type { RunResult } from './host/host.ts';
import type { Facts } from './preflight/facts.ts';
import type { Settings } from './settings.ts';

/**
 * Who does what on the host. Each privileged command is one argument list behind `sudo -n`; there is no shell under sudo, so that
 * a sudoers file can name each of them.
 */
export interface Privilege {
  /** Who writes beside the target: null is the connected user itself. */
  readonly writer: string | null;
  /** Who the service runs as, by name. */
  readonly runAs: string;
  /** A command on the target's files. */
  files(argv: readonly string[]): readonly string[];
  /** A command in the name of the service's user. */
  service(argv: readonly string[]): readonly string[];
  /** A command to the service manager: `['restart', 'botserver.service']`. */
  systemctl(argv: readonly string[]): readonly string[];
  journal(unit: string, lines: number): readonly string[];
}

/** The user who shall own the target, and the group where one was named. */
export function wantedOwner(facts: Facts, settings: Settings): { user: string; group: string | null; given: boolean } {
  const text = settings.owner ?? facts.target.owner ?? settings.restart.runAs ?? facts.user.name;
  const [user, group] = text.split(':');
  return { user: user || facts.user.name, group: group || null, given: settings.owner !== undefined };
}

export function decidePrivilege(facts: Facts, settings: Settings): Privilege {
  const { sudo, restart } = settings;
  const me = facts.user.name;
  const owner = wantedOwner(facts, settings).user;
  const runAs = restart.runAs ?? owner;
  const writer = decideWriter(facts, settings, owner);
  const as = (user: string | null, argv: readonly string[]): readonly string[] => {
    if (user === null || (user === me && sudo !== 'always')) return argv;
    if (facts.user.uid === 0 && facts.tools.includes('runuser')) return ['runuser', '-u', user, '--', ...argv];
    return user === 'root' ? ['sudo', '-n', ...argv] : ['sudo', '-n', '-u', user, ...argv];
  };
  const root = facts.user.uid === 0 || sudo === 'never' ? null : 'root';
  const own = [`XDG_RUNTIME_DIR=/run/user/${facts.user.uid}`];
  return {
    writer,
    runAs,
    files: (argv) => as(writer, argv),
    service: (argv) => as(sudo === 'never' || runAs === me ? null : runAs, argv),
    systemctl: (argv) =>
      !restart.userUnit
        ? as(root, ['systemctl', ...argv])
        : runAs === me
          ? ['env', ...own, 'systemctl', '--user', ...argv]
          : as(root, ['systemctl', '--user', '-M', `${runAs}@`, ...argv]),
    journal: (unit, lines) => {
      const options = ['-n', String(lines), '--no-pager', '-o', 'short-iso'];
      return restart.userUnit && runAs === me
        ? ['env', ...own, 'journalctl', '--user', '-u', unit, ...options]
        : as(root, ['journalctl', restart.userUnit ? '--user-unit' : '-u', unit, ...options]);
    },
  };
}

function decideWriter(facts: Facts, settings: Settings, owner: string): string | null {
  const { user, directory, target, stateDirectory } = facts;
  if (user.uid === 0 || settings.sudo === 'never') return null;
  const group = wantedOwner(facts, settings).group;
  const ownHands =
    directory.writable &&
    owner === user.name &&
    target.capabilities === null &&
    (stateDirectory.owner === null || stateDirectory.owner === user.name) &&
    (group === null || user.groups.includes(group));
  if (ownHands && settings.sudo === 'auto') return null;
  // The least that suffices: the owner of the directory can do everything but give files away and set capabilities.
  const asOwner =
    directory.owner === owner &&
    owner !== 'root' &&
    owner !== user.name &&
    target.capabilities === null &&
    (stateDirectory.owner === null || stateDirectory.owner === owner) &&
    (group === null || group === target.owner?.split(':')[1] || group === directory.group);
  return asOwner ? owner : 'root';
}

/** The error of a command that failed on the host, with the words that explain what sudo said. */
export function commandFailed(host: string, what: string, argv: readonly string[], result: RunResult): ToolError {
  const said = (result.stderr.trim() || result.stdout.trim()).slice(-800);
  const program = argv.find((word) => word !== 'sudo' && !word.startsWith('-')) ?? argv[0];
  return problem(
    `${host}: ${what} failed (${result.code === null ? `signal ${result.signal}` : `exit code ${result.code}`}): ${said || `${program} said nothing`}`,
    failureFix(said),
  );
}

function failureFix(said: string): string {
  if (/password is required|a terminal is required|not allowed to|may not run|not in the sudoers/i.test(said))
    return 'Let the user run it without a password: `deploy-binary plan` prints the sudoers lines that suffice.';
  if (/no space left|disk quota/i.test(said)) return 'Free space on the host (`df -h`, `df -i`), then deploy again.';
  if (/read-only file system/i.test(said)) return 'The file system is mounted read-only; see `dmesg` on the host.';
  if (/permission denied|not permitted/i.test(said))
    return 'Connect as a user who may do this, or allow sudo: `deploy-binary plan` prints the lines that suffice.';
  return 'Run the command on the host by hand to see more, then deploy again.';
}

/**
 * Lines for /etc/sudoers.d that allow exactly these commands, a fixed argument list each. `<PID>` stands for a process id.
 * @param commands as they are run, `sudo -n …`; others are left out
 */
export function sudoersLines(
  user: string,
  commands: readonly (readonly string[])[],
  facts: Pick<Facts, 'programs'>,
): string[] {
  const lines = new Set<string>();
  for (const argv of commands) {
    if (argv[0] !== 'sudo') continue;
    const named = argv[2] === '-u';
    const as = named ? argv[3]! : 'root';
    const [program, ...rest] = argv.slice(named ? 4 : 2);
    const path = program!.startsWith('/') ? program! : (facts.programs[program!] ?? `/usr/bin/${program}`);
    lines.add(
      `${user} ALL=(${as}) NOPASSWD: ${[escapePath(path), ...rest.map(escapeArgument)].join(' ')}${rest.length === 0 ? ' ""' : ''}`,
    );
  }
  return [...lines];
}

/** sudoers(5): these are special within arguments, and the rest is an fnmatch pattern. */
const escapeArgument = (text: string): string =>
  text === '<PID>' ? '[0-9]*' : text === '' ? '""' : text.replace(/[,:=\\*?[\]!\s#]/g, '\\$&');
const escapePath = (text: string): string => text.replace(/[,:=\\*?[\]!\s#]/g, '\\$&');
