import { unknown } from '../../common/errors.ts';
import type { Host } from '../host/host.ts';
import { machineFamily } from './elf.ts';
import { factsScript } from './facts-script.ts';

/** What is known about a host and the target on it, read in one round trip. Times are the host's own clock. */
export interface Facts {
  /** `uname -m`, families joined as `machineFamily` does. */
  readonly machine: string;
  readonly kernel: string;
  /** Seconds since 1970 by the host's clock. */
  readonly clock: number;
  readonly bootId: string;
  readonly libc: { readonly kind: 'glibc' | 'musl' | 'unknown'; readonly version: string | null };
  readonly user: {
    readonly name: string;
    readonly uid: number;
    readonly group: string;
    readonly groups: readonly string[];
  };
  readonly home: { readonly path: string; readonly writable: boolean; readonly disk: Disk | null };
  /** Programs that were found. */
  readonly tools: readonly string[];
  /** Where they are. */
  readonly programs: Readonly<Record<string, string>>;
  /** `cp --attributes-only` is there (GNU). */
  readonly copiesAttributes: boolean;
  readonly target: Target;
  readonly directory: Directory;
  readonly stateDirectory: { readonly exists: boolean; readonly owner: string | null };
  /** The text of the state file on the host, null when there is none. */
  readonly state: string | null;
  /** A deploy before started the service as a plain process: its start script is there. */
  readonly startScript: boolean;
  /** A deploy is under way, or died and left its lock. */
  readonly locked: boolean;
  readonly slots: readonly { readonly name: string; readonly file: FileIdentity }[];
  readonly processes: readonly RunningProcess[];
  readonly systemd: boolean;
  /** The named unit, then units whose ExecStart is the target, then one named like the target. */
  readonly units: readonly Unit[];
  /** Who listens on the health check's port. */
  readonly listeners: readonly { readonly uid: number; readonly inode: string }[];
  readonly sudo: { readonly state: 'absent' | 'root' | 'rules' | 'refused'; readonly text: string };
  /** As whom the target's processes must be looked at with sudo; null when the user sees them without. */
  readonly lookAs: string | null;
  /** Whether the loader that the new file asks for is there. */
  readonly loader: boolean;
  readonly envFile: 'missing' | 'readable' | 'there' | 'hidden' | null;
  readonly workingDirectory: boolean | null;
  readonly logDirectory: boolean | null;
}

export interface Disk {
  readonly freeBytes: number;
  /** Null where the file system has no fixed number of inodes. */
  readonly freeInodes: number | null;
}

export interface FileIdentity {
  /** `device:inode`. */
  readonly inode: string;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

export interface Target {
  /** With every symbolic link followed. */
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'other' | 'missing';
  readonly file: (FileIdentity & { readonly links: number }) | null;
  /** `user:group`. */
  readonly owner: string | null;
  readonly uid: number | null;
  /** Octal: `755`. */
  readonly mode: string | null;
  readonly capabilities: string | null;
  readonly acl: boolean;
  readonly writable: boolean;
}

export interface Directory {
  readonly path: string;
  readonly exists: boolean;
  readonly writable: boolean;
  readonly uid: number | null;
  readonly owner: string | null;
  readonly group: string | null;
  readonly disk: Disk | null;
}

export interface RunningProcess {
  readonly pid: number;
  readonly uid: number;
  /** False when it runs a file that was at the target before and is not any more. */
  readonly present: boolean;
  /** From its parent up to the children of init, as far as the connected user may see. */
  readonly ancestors: readonly number[];
  /** The unit it belongs to by its control group. */
  readonly unit: string | null;
}

export interface Unit {
  readonly name: string;
  readonly loaded: boolean;
  readonly active: string;
  readonly sub: string;
  readonly mainPid: number;
  readonly restarts: number;
  /** '' is root. */
  readonly user: string;
  readonly restart: string;
  /** The program that ExecStart names. */
  readonly program: string | null;
}

export interface FactsQuestion {
  readonly target: string;
  readonly unit?: string | undefined;
  readonly port?: number | undefined;
  readonly envFile?: string | undefined;
  readonly loader?: string | null | undefined;
  readonly workingDirectory?: string | undefined;
  readonly log?: string | undefined;
  /** Null: never use sudo. */
  readonly lookAs?: string | null | undefined;
  /** How to talk to the service manager. */
  readonly systemctl?: readonly string[];
}

/** The command that reads the facts, as `plan` shows it. */
export const factsCommand = (question: FactsQuestion): readonly string[] => [
  'sh',
  '-c',
  factsScript,
  'facts',
  question.target,
  question.unit ?? '',
  question.port === undefined ? '' : question.port.toString(16).toUpperCase().padStart(4, '0'),
  question.envFile ?? '',
  question.loader ?? '',
  question.workingDirectory ?? '',
  question.log ?? '',
  question.lookAs === null ? 'never' : (question.lookAs ?? ''),
  ...(question.systemctl ?? ['systemctl']),
];

/** @throws ToolError of kind `unknown` when the host cannot be reached or answers with something else. */
export async function readFacts(host: Host, question: FactsQuestion): Promise<Facts> {
  const { code, stdout, stderr } = await host.run(factsCommand(question), { timeoutMs: 60_000 });
  const pairs = parsePairs(stdout);
  if (pairs.at(-1)?.[0] !== 'end')
    throw unknown(
      `${host.name}: its facts could not be read (exit code ${code}): ${stderr.trim().slice(0, 400) || 'no answer'}`,
      'The host needs a POSIX sh and coreutils or busybox. Try `sh -c "uname -m"` there as the same user.',
    );
  return parseFacts(pairs);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}

type Pairs = readonly (readonly [key: string, value: string])[];

export function parsePairs(text: string): Pairs {
  const words = text.split('\0');
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < words.length; at += 2) pairs.push([words[at]!, words[at + 1]!]);
  return pairs;
}

export function parseFacts(pairs: Pairs): Facts {
  const all = (key: string) => pairs.filter(([name]) => name === key).map(([, value]) => value);
  const one = (key: string) => all(key).at(-1);
  const has = (key: string) => one(key) === 'yes';
  const path = one('resolved') ?? '';
  const uid = Number(one('uid'));
  const [targetUid, , mode, ...identity] = (one('stat') ?? '').split(' ');
  const kind = (one('kind') ?? 'missing') as Target['kind'];
  const [directoryUid, directoryOwner, directoryGroup] = (one('dir-owner') ?? '').split(' ');
  const units = parseUnits(all('unit').join('\n\n'));
  const programs = all('tool').map((line) => splitOnce(line, '='));
  const others = parseUnits(one('units') ?? '');
  return {
    machine: machineFamily(one('machine') ?? ''),
    kernel: one('kernel') ?? '',
    clock: Number(one('clock')),
    bootId: one('boot') ?? '',
    libc: parseLibc(one('libc') ?? ''),
    user: {
      name: one('user') || String(uid),
      uid,
      group: one('group') || '',
      groups: (one('groups') ?? '').split(' ').filter(Boolean),
    },
    home: { path: one('home') ?? '', writable: has('home-writable'), disk: parseDisk(one('home-disk')) },
    tools: programs.map(([name]) => name),
    programs: Object.fromEntries(programs),
    copiesAttributes: has('cp-attributes'),
    target: {
      path,
      kind,
      file: kind === 'file' ? parseIdentity(identity) : null,
      owner: one('owner') ?? null,
      uid: targetUid ? Number(targetUid) : null,
      mode: mode ?? null,
      capabilities: parseCapabilities(one('capabilities') ?? '', path),
      acl: /^\S{10}\+/.test(one('listing') ?? ''),
      writable: has('target-writable'),
    },
    directory: {
      path: path.slice(0, path.lastIndexOf('/')) || '/',
      exists: one('dir-owner') !== undefined,
      writable: has('dir-writable'),
      uid: directoryUid ? Number(directoryUid) : null,
      owner: directoryOwner ?? null,
      group: directoryGroup ?? null,
      disk: parseDisk(one('dir-disk')),
    },
    stateDirectory: { exists: one('state-dir') !== undefined, owner: one('state-dir')?.split(' ')[1] ?? null },
    state: one('state') ?? null,
    startScript: has('start'),
    locked: has('locked'),
    slots: all('slot').map((line) => {
      const [name, inode, size, mtime] = line.split(' ');
      return { name: name!, file: { inode: inode!, size: Number(size), mtime: Number(mtime) } };
    }),
    processes: parseProcesses(all('process')).map((process) => withoutStarter(process, [...units, ...others])),
    systemd: has('systemd'),
    units: [
      ...units.slice(1),
      ...units.slice(0, 1).filter(({ program }) => program === path),
      ...others.filter(({ name, program }) => program === path && !units.some((known) => known.name === name)),
      ...units.slice(0, 1).filter(({ program }) => program !== path),
    ].filter(({ name, loaded }, index, list) => loaded && list.findIndex((unit) => unit.name === name) === index),
    listeners: [...new Set(all('listener'))].map((line) => {
      const [owner, inode] = line.split(' ');
      return { uid: Number(owner), inode: inode! };
    }),
    sudo: parseSudo(uid, one('sudo'), one('sudo-refused')),
    lookAs: one('look-as') || null,
    loader: has('loader'),
    envFile: (one('env-file') as Facts['envFile']) ?? null,
    workingDirectory: one('working') === undefined ? null : has('working'),
    logDirectory: one('log-dir') === undefined ? null : has('log-dir'),
  };
}

function parseIdentity([size, mtime, inode, links]: readonly string[]): NonNullable<Target['file']> {
  return { size: Number(size), mtime: Number(mtime), inode: inode!, links: Number(links) };
}

/** `stat -f -c '%a %S %d %c'`: free blocks, block size, free inodes, all inodes (0 where there is no such limit). */
function parseDisk(text: string | undefined): Disk | null {
  const match = /^(\d+) (\d+) (\d+) (\d+)$/.exec(text ?? '');
  if (!match) return null;
  const [blocks, size, freeInodes, inodes] = match.slice(1).map(Number) as [number, number, number, number];
  return { freeBytes: blocks * size, freeInodes: inodes === 0 ? null : freeInodes };
}

/** `getconf GNU_LIBC_VERSION` says `glibc 2.36`; musl's `ldd` says `musl libc (x86_64)` and `Version 1.2.3`. */
function parseLibc(text: string): Facts['libc'] {
  const glibc = /^glibc (\S+)/.exec(text) ?? /(?:GLIBC|GNU libc).*?\) (\d+\.\d+)/i.exec(text);
  if (glibc) return { kind: 'glibc', version: glibc[1]! };
  if (/musl/i.test(text)) return { kind: 'musl', version: /version (\S+)/i.exec(text)?.[1] ?? null };
  return { kind: 'unknown', version: null };
}

/** `getcap` prints the path and, since libcap 2.41 without an `=` sign between, the capabilities. */
function parseCapabilities(text: string, path: string): string | null {
  if (!text.startsWith(path)) return null;
  return (
    text
      .slice(path.length)
      .replace(/^ *=? */, '')
      .trim() || null
  );
}

/** Names of units that a control group path goes through, the innermost service. */
const unitOf = (cgroup: string): string | null => {
  for (const line of cgroup.split('\n')) {
    const path = /^(?:0:|\d+:name=systemd):(.*)$/.exec(line)?.[1];
    const service = path?.split('/').findLast((part) => part.endsWith('.service') && !/^user@\d+\.service$/.test(part));
    if (service) return service;
  }
  return null;
};

export function parseProcesses(texts: readonly string[]): RunningProcess[] {
  const found = new Map<number, RunningProcess>();
  for (const text of texts) {
    const end = text.indexOf('\n');
    const [pid, uid, kind, ...ancestors] = text.slice(0, end).split(' ');
    found.set(Number(pid), {
      pid: Number(pid),
      uid: Number(uid),
      present: kind === 'present',
      ancestors: ancestors.map(Number),
      unit: unitOf(text.slice(end + 1)),
    });
  }
  return [...found.values()].sort((a, b) => a.pid - b.pid);
}

/**
 * A process that somebody started by hand, or an earlier deploy did, stays in the control group of what it was started from: a
 * runner, an sshd without PAM, cron. That unit is not its own, and restarting it would be a disaster.
 */
function withoutStarter(process: RunningProcess, units: readonly Unit[]): RunningProcess {
  const mainPid = units.find(({ name }) => name === process.unit)?.mainPid ?? 0;
  const own = mainPid === 0 || mainPid === process.pid || process.ancestors.includes(mainPid);
  return own ? process : { ...process, unit: null };
}

/** Blocks of `systemctl show`, parted by blank lines. */
export function parseUnits(text: string): Unit[] {
  return text
    .split(/\n\n+/)
    .map((block) => new Map([...block.matchAll(/^([A-Za-z]+)=(.*)$/gm)].map(([, key, value]) => [key!, value!])))
    .filter((block) => block.has('Id'))
    .map((block) => ({
      name: block.get('Id')!,
      loaded: block.get('LoadState') === 'loaded',
      active: block.get('ActiveState') ?? '',
      sub: block.get('SubState') ?? '',
      mainPid: Number(block.get('MainPID') ?? 0),
      restarts: Number(block.get('NRestarts') ?? 0),
      user: block.get('User') ?? '',
      restart: block.get('Restart') ?? '',
      program: /^\{ path=(.*?) ; argv\[\]=/.exec(block.get('ExecStart') ?? '')?.[1] ?? null,
    }));
}

function parseSudo(uid: number, rules: string | undefined, refused: string | undefined): Facts['sudo'] {
  if (uid === 0) return { state: 'root', text: '' };
  if (rules !== undefined) return { state: 'rules', text: rules };
  if (refused !== undefined) return { state: 'refused', text: refused };
  return { state: 'absent', text: '' };
}
