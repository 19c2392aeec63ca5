import type { TextRule } from '../rule.ts';
import { debianProgram } from './debian.ts';

/** Programs that the host, the image or the file system will not run. */
export const programs: readonly TextRule[] = [
  {
    id: 'glibc-too-old',
    title: 'The program needs a newer C library than the host has',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /version [`'](?<version>(?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)' not found \(required by (?<program>[^)]+)\)/,
        /version [`'](?<version>(?:GLIBC|GLIBCXX|CXXABI)_[\d.]+)' not found/,
      ],
    },
    message:
      '{program|The program} was built against {version}, which the C library of the host it runs on does not have.',
    fix: 'Build on the system that it will run on, or an older one: in the target container (Debian 12), or in a job with `container: debian:12`. `ldd --version` on the target says what it has. A static (musl) build runs anywhere.',
    links: ['https://github.com/actions/runner/issues/2906'],
    examples: {
      hit: [
        "./botserver: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.39' not found (required by ./botserver)",
        "node: /lib64/libstdc++.so.6: version `GLIBCXX_3.4.20' not found (required by node)",
      ],
      miss: ['ldd (Debian GLIBC 2.36-9+deb12u10) 2.36', 'checking for GLIBC_2.17 symbols... found'],
    },
  },
  {
    id: 'loader-missing',
    title: 'The program is there, and what would load it is not',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /(?<program>\S+): cannot execute: required file not found/,
        /(?<program>\S+): (?:bad interpreter|\/[^:]+: bad interpreter): No such file or directory/,
        /env: [‘'](?<program>[^’'\r]+)\\?r[’']: No such file or directory/,
        /error while loading shared libraries: (?<library>[^:]+): cannot open shared object file/,
      ],
    },
    message: '{program|The program} cannot start: {library|its loader or interpreter} is not on this system.',
    fix: '`file {program|PROGRAM}` and `ldd {program|PROGRAM}` say what it needs. A program for glibc does not run on Alpine: build it there or use a Debian image. A script with Windows line ends needs `dos2unix`. For a library install the package that has {library|it}.',
    examples: {
      hit: [
        './botserver: cannot execute: required file not found',
        '/bin/sh^M: bad interpreter: No such file or directory: ./build.sh: /bin/sh: bad interpreter: No such file or directory',
        './app: error while loading shared libraries: libpq.so.5: cannot open shared object file: No such file or directory',
      ],
      miss: ['ls: cannot access dist: No such file or directory', 'checking for shared libraries... yes'],
    },
  },
  {
    id: 'exec-format',
    title: 'The program is for another processor',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [/(?<program>\S+)(?:"|”)?: (?:[Ee]xec format error|cannot execute binary file)/, /[Ee]xec format error/],
    },
    message: '{program|The program} was built for another architecture than this host has.',
    fix: '`file {program|PROGRAM}` and `uname -m` show both. Recompile for the target (Rust: `cargo build --target x86_64-unknown-linux-gnu`; images: `docker build --platform linux/amd64`), or install qemu-user-static where foreign programs must run.',
    examples: {
      hit: [
        '/opt/gbo/bin/botserver: cannot execute binary file: Exec format error',
        'exec /usr/local/bin/docker-entrypoint.sh: exec format error',
      ],
      miss: ['unknown export format: error is ignored'],
    },
  },
  {
    id: 'noexec',
    title: 'A program may not be executed',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /(?:bash|sh|zsh): (?:line \d+: |\d+: )?(?<program>(?:\.{0,2}\/)[^:\s]+): Permission denied/,
        /exec: "(?<program>[^"]+)": permission denied/,
        /fork\/exec (?<program>[^:\s]+): permission denied/,
      ],
      not: [/\/tmp\/[^:\s]+: Permission/],
    },
    message: '{program} may not be executed: it lacks the mode x, or its file system is mounted noexec.',
    fix: '`git update-index --chmod=+x {program}` keeps the mode in the repository; or run it by its interpreter, `sh {program}`. `findmnt -T {program}` shows noexec.',
    examples: {
      hit: [
        '/bin/bash: line 1: ./scripts/build.sh: Permission denied',
        '/tmp/act/1.sh: line 1: ./gradlew: Permission denied',
      ],
      miss: ['git@host: Permission denied (publickey).', 'bash: /tmp/build.sh: Permission denied'],
    },
  },
  {
    id: 'text-file-busy',
    title: 'A program that runs cannot be overwritten',
    blame: 'workflow',
    retryable: false,
    match: { any: [/(?:'|"|‘)?(?<path>\/[^\s:'"’]+)(?:'|"|’)?: Text file busy/, /Text file busy|ETXTBSY/] },
    message: '{path|The file} is a program that is running, so it cannot be written to.',
    fix: 'Write beside it and rename (`cp NEW {path|FILE}.new && mv {path|FILE}.new {path|FILE}`), or stop it first. `deploy-binary run` does the former, and goes back when the new one is not healthy.',
    examples: {
      hit: ["cp: cannot create regular file '/opt/gbo/bin/botserver': Text file busy"],
      miss: ['file saved: text/plain, busy cursor reset'],
    },
  },
  {
    id: 'node-missing',
    title: 'The image has no node, which actions in JavaScript need',
    blame: 'workflow',
    retryable: false,
    match: { any: [/exec: "node": executable file not found in \$PATH/, /Cannot find: node in PATH/] },
    message: 'A step that `uses:` an action in JavaScript runs in an image without node.',
    fix: 'Use an image with node (`container: node:20-bookworm`), install it in an earlier step (`apt-get install -y nodejs`), or replace the action by `run:` lines.',
    links: ['https://github.com/nektos/act/issues/973'],
    examples: {
      hit: [
        'OCI runtime exec failed: exec failed: unable to start container process: exec: "node": executable file not found in $PATH: unknown',
        'Cannot find: node in PATH',
      ],
      miss: ['node v20.19.0 found in PATH'],
    },
  },
  {
    id: 'node-too-old',
    title: 'Node is too old for what it runs',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /npm (?:ERR!|error) code EBADENGINE/,
        /npm (?:ERR!|error) engine Unsupported engine/,
        /SyntaxError: Unexpected token '(?<token>\?\?=|\?\.|\|\|=|\?)'/,
        /\[?ERR_REQUIRE_ESM\]?/,
        /using: (?<using>node\d+).{0,40}not supported|unknown runs\.using (?<using2>node\d+)/i,
      ],
    },
    message: 'The node of the image or host is older than a package or action needs.',
    fix: 'Take a newer image (`container: node:22-bookworm`) or `uses: actions/setup-node@v4` with `node-version: 22`. `node --version` in a step shows what is there; in host mode it is the runner host’s own.',
    examples: {
      hit: [
        'npm error code EBADENGINE',
        "SyntaxError: Unexpected token '??='",
        'Error [ERR_REQUIRE_ESM]: require() of ES Module not supported',
      ],
      miss: ["npm warn EBADENGINE Unsupported engine { package: 'x@1', required: { node: '>=20' } }"],
    },
  },
  {
    id: 'command-not-found',
    title: 'A command is not installed',
    blame: 'workflow',
    retryable: false,
    passing: true,
    match: {
      any: [
        /(?:bash|sh|zsh|dash|\.sh): (?:line \d+: |\d+: )?(?<command>[\w.+-]+): (?:command )?not found$/,
        /^env: [‘'](?<command>[\w.+-]+)[’']: No such file or directory/,
        /exec: "(?<command>[\w.+/-]+)": executable file not found in \$PATH/,
        /sudo: (?<command>[\w.+-]+): command not found/,
      ],
      // What is stopped before a start, most often with "|| true".
      not: [/\b(?:pkill|killall|pgrep|fuser): /],
    },
    derive: ({ command }) => {
      const known = debianProgram(command ?? '');
      return known === undefined ? {} : { package: known };
    },
    message: '`{command}` is not installed where the step runs, or is not in its PATH.',
    fix: [
      'Install it in a step before (`apt-get update && apt-get install -y {package}`) or take an image that has it. What an earlier step installed below $HOME must be put into the PATH: `echo "$HOME/.cargo/bin" >> "$GITHUB_PATH"`.',
      'Install it in a step before or take an image that has it. `apt-get install -y apt-file && apt-file update && apt-file search bin/{command}` names the package of Debian, where there is one. What an earlier step installed below $HOME must be put into the PATH: `echo "$HOME/.cargo/bin" >> "$GITHUB_PATH"`.',
    ],
    examples: {
      hit: [
        '/bin/bash: line 1: cargo: command not found',
        'sh: 1: protoc: not found',
        'exec: "docker": executable file not found in $PATH',
      ],
      miss: ['checking for ccache... not found', 'which: no mold in (/usr/bin)', 'sh: 1: pkill: not found'],
    },
  },
];
