import { expect, test } from 'vitest';
import { type CheckInput, preflight } from '../../../src/deploy/preflight/checks.ts';
import type { Executable } from '../../../src/deploy/preflight/elf.ts';
import type { Facts } from '../../../src/deploy/preflight/facts.ts';
import { decidePrivilege } from '../../../src/deploy/privilege.ts';
import type { Settings } from '../../../src/deploy/settings.ts';
import { fileAlone } from '../../support/file-alone.ts';

const MiB = 1024 * 1024;
const facts: Facts = {
  machine: 'x86_64',
  kernel: 'Linux 6.1',
  clock: 0,
  bootId: 'b',
  libc: { kind: 'glibc', version: '2.36' },
  user: { name: 'deploy', uid: 1001, group: 'deploy', groups: ['deploy'] },
  home: { path: '/home/deploy', writable: true, disk: { freeBytes: 900 * MiB, freeInodes: 1000 } },
  tools: ['sudo'],
  programs: { sudo: '/usr/bin/sudo' },
  copiesAttributes: true,
  target: {
    path: '/opt/a/x',
    kind: 'file',
    file: { inode: '1:1', size: 10 * MiB, mtime: 0, links: 1 },
    owner: 'deploy:deploy',
    uid: 1001,
    mode: '755',
    capabilities: null,
    acl: false,
    writable: true,
  },
  directory: {
    path: '/opt/a',
    exists: true,
    writable: true,
    uid: 1001,
    owner: 'deploy',
    group: 'deploy',
    disk: { freeBytes: 900 * MiB, freeInodes: 1000 },
  },
  stateDirectory: { exists: false, owner: null },
  state: null,
  startScript: false,
  locked: false,
  slots: [],
  processes: [],
  systemd: true,
  units: [],
  listeners: [],
  sudo: { state: 'rules', text: '' },
  lookAs: null,
  loader: true,
  envFile: null,
  workingDirectory: null,
  logDirectory: null,
};
const executable: Executable = {
  kind: 'elf',
  machine: 'x86_64',
  bits: 64,
  interpreter: '/lib64/ld-linux-x86-64.so.2',
  dynamic: true,
  go: false,
  libraries: [],
  versions: ['GLIBC_2.34'],
  damage: null,
};
const settings: Settings = { ...fileAlone('x', '/opt/a/x'), sudo: 'auto', keep: 3 };

interface Changes {
  readonly facts?: Partial<Facts>;
  readonly executable?: Partial<Executable>;
  readonly settings?: Partial<Settings>;
  readonly restart?: CheckInput['restart'];
  readonly unit?: string;
}

function findings(changes: Changes) {
  const input = {
    facts: { ...facts, ...changes.facts },
    settings: { ...settings, ...changes.settings },
    executable: { ...executable, ...changes.executable },
  };
  const found = preflight({
    ...input,
    host: 'h',
    size: 20 * MiB,
    privilege: decidePrivilege(input.facts, input.settings),
    restart: changes.restart ?? 'none',
    unit: changes.unit,
  });
  for (const { fix, message } of found) expect([fix, message].every((text) => text.length > 10)).toBe(true);
  return found;
}

const codes = (changes: Changes) => findings(changes).map(({ code }) => code.replace('deploy/', ''));

test('too little room: the margin is named, and in place is only suggested where it would do', () => {
  const room = (MiBs: number) =>
    findings({ facts: { directory: { ...facts.directory, disk: { freeBytes: MiBs * MiB, freeInodes: 1000 } } } })[0]!;
  expect(room(21).message).toMatch(
    /has 21(?:\.0)? MiB free, the new binary needs 20(?:\.0)? MiB, with 4(?:\.0)? MiB to spare/,
  );
  expect(room(15).fix).toContain('in-place');
  expect(room(13).fix).not.toContain('in-place');
});

const unit = {
  name: 'x.service',
  loaded: true,
  active: 'active',
  sub: 'running',
  mainPid: 7,
  restarts: 0,
  user: '',
  restart: 'always',
  program: '/opt/a/x',
};
const health = { url: 'http://127.0.0.1:5858/', status: 200, timeoutMs: 1, samples: 1, intervalMs: 1 };

test.each<[string, Changes, string[]]>([
  ['what fits passes', {}, []],
  ['another machine', { executable: { machine: 'aarch64' } }, ['wrong-machine']],
  ['i386 on x86_64', { executable: { machine: 'i386', bits: 32 } }, []],
  ['a newer glibc', { executable: { versions: ['GLIBC_2.38', 'GLIBC_2.4'] } }, ['glibc-too-old']],
  [
    'packed relocations on 2.35',
    { executable: { versions: ['GLIBC_ABI_DT_RELR'] }, facts: { libc: { kind: 'glibc', version: '2.35' } } },
    ['glibc-too-old'],
  ],
  [
    'static, whatever the C library',
    {
      executable: { interpreter: null, versions: [] },
      facts: { libc: { kind: 'musl', version: '1.2' }, loader: false },
    },
    [],
  ],
  ['glibc on musl', { facts: { libc: { kind: 'musl', version: '1.2' }, loader: false } }, ['no-loader']],
  [
    'musl on glibc',
    { executable: { interpreter: '/lib/ld-musl-x86_64.so.1', versions: [] }, facts: { loader: false } },
    ['no-loader'],
  ],
  [
    'no room',
    { facts: { directory: { ...facts.directory, disk: { freeBytes: 15 * MiB, freeInodes: 1000 } } } },
    ['no-space'],
  ],
  [
    'no room for two, but in place',
    {
      facts: { directory: { ...facts.directory, disk: { freeBytes: 15 * MiB, freeInodes: 1000 } } },
      settings: { strategy: 'in-place' },
    },
    [],
  ],
  [
    'no inodes',
    { facts: { directory: { ...facts.directory, disk: { freeBytes: 900 * MiB, freeInodes: 0 } } } },
    ['no-space'],
  ],
  [
    'inodes without a limit',
    { facts: { directory: { ...facts.directory, disk: { freeBytes: 900 * MiB, freeInodes: null } } } },
    [],
  ],
  [
    'not writable, never sudo',
    { facts: { directory: { ...facts.directory, writable: false } }, settings: { sudo: 'never' } },
    ['not-writable'],
  ],
  [
    'not writable, no sudo there',
    { facts: { directory: { ...facts.directory, writable: false }, sudo: { state: 'absent', text: '' } } },
    ['no-sudo'],
  ],
  [
    'not writable, sudo wants a password',
    {
      facts: {
        directory: { ...facts.directory, writable: false },
        sudo: { state: 'refused', text: 'a password is required' },
      },
    },
    ['sudo-password'],
  ],
  ['not writable, with rules', { facts: { directory: { ...facts.directory, writable: false } } }, []],
  [
    'a port that another has',
    { settings: { proof: { settleMs: 0, health } }, facts: { listeners: [{ uid: 0, inode: '1' }] } },
    ['port-taken'],
  ],
  [
    'a port that the service has',
    {
      settings: { proof: { settleMs: 0, health } },
      facts: {
        listeners: [{ uid: 1001, inode: '1' }],
        processes: [{ pid: 7, uid: 1001, present: true, ancestors: [], unit: null }],
      },
    },
    [],
  ],
  ['no systemd', { restart: 'systemd', unit: 'x', facts: { systemd: false } }, ['no-systemd']],
  ['no such unit', { restart: 'systemd', unit: 'y', facts: { units: [unit] } }, ['no-unit']],
  ['a unit', { restart: 'systemd', unit: 'x', facts: { units: [unit] } }, []],
  ['a unit, started as a process', { restart: 'process', facts: { units: [unit] } }, ['unit-exists']],
  [
    'a process of another user',
    { restart: 'process', facts: { processes: [{ pid: 7, uid: 0, present: true, ancestors: [], unit: null }] } },
    ['other-user'],
  ],
  ['no environment file', { restart: 'process', facts: { envFile: 'missing' } }, ['no-env-file']],
  ['an environment file that only its user sees', { restart: 'process', facts: { envFile: 'hidden' } }, []],
  [
    'a script as a process',
    { restart: 'process', executable: { kind: 'script', machine: null, interpreter: null, versions: [] } },
    ['script-as-process'],
  ],
])('%s', (_, changes, expected) => {
  expect(codes(changes)).toEqual(expected);
});

test('the least privilege that suffices writes', () => {
  const writer = (changes: Partial<Facts>, more: Partial<Settings> = {}) =>
    decidePrivilege({ ...facts, ...changes }, { ...settings, ...more }).writer;
  const gbuser = {
    target: { ...facts.target, owner: 'gbuser:gbuser', uid: 1000 },
    directory: { ...facts.directory, owner: 'gbuser', group: 'gbuser', uid: 1000, writable: false },
  };
  expect(writer({})).toBeNull();
  expect(writer(gbuser)).toBe('gbuser');
  expect(writer({ ...gbuser, directory: { ...gbuser.directory, owner: 'root' } })).toBe('root');
  expect(writer({ ...gbuser, target: { ...gbuser.target, capabilities: 'cap_net_bind_service=ep' } })).toBe('root');
  expect(writer(gbuser, { sudo: 'never' })).toBeNull();
  expect(writer({ ...gbuser, user: { ...facts.user, name: 'root', uid: 0 } })).toBeNull();
});
