import type { TextRule } from '../rule.ts';

/** Compilers, packages and tests: what the commit itself did. */
export const code: readonly TextRule[] = [
  {
    id: 'library-missing',
    title: 'A library to link or build with is not installed',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /(?:ld|lld|ld\.lld|mold)\S*: (?:error: )?(?:cannot find|unable to find library|library not found:) -l(?<library>[\w.+-]+)/,
        /Package '?(?<library>[\w.+-]+)'?(?:, required by '[^']+',)? (?:was not found in the pkg-config search path|not found)/,
        /The system library `(?<library>[^`]+)` required by crate/,
        /fatal error: (?<header>[\w./+-]+\.h(?:pp)?): No such file or directory/,
        /Could not find (?:directory of )?(?<library>OpenSSL) installation/i,
        /linker `(?<library>cc|clang|gcc|mold|lld)` not found|(?<library2>protoc|cmake) (?:failed: .{0,80}|is )not (?:found|installed)/,
      ],
    },
    message: 'The build needs {library|}{header|}, which is not installed where it runs.',
    fix: 'Install its development package in a step before: `apt-get update && apt-get install -y build-essential pkg-config lib{library|NAME}-dev` (`apt-file search {library|}{header|}` names the package: -lssl is libssl-dev, -lpq libpq-dev).',
    examples: {
      hit: [
        '/usr/bin/ld: cannot find -lpq: No such file or directory',
        'src/db.c:3:10: fatal error: libpq-fe.h: No such file or directory',
        'The system library `openssl` required by crate `openssl-sys` was not found.',
      ],
      miss: ['checking for library containing dlopen... none required'],
    },
  },
  {
    id: 'npm-lock-mismatch',
    title: 'package-lock.json does not fit package.json',
    blame: 'code',
    retryable: false,
    match: {
      any: [
        /npm (?:ERR!|error) code EUSAGE/,
        /`npm ci` can only install packages when your package\.json and package-lock\.json/,
        /ERR_PNPM_OUTDATED_LOCKFILE|Your lockfile needs to be updated/,
      ],
    },
    message: 'The lock file does not fit package.json.',
    fix: '`npm install` (or `pnpm install`, `yarn install`) in the working copy, then commit the lock file.',
    examples: { hit: ['npm error code EUSAGE'], miss: ['added 214 packages in 6s'] },
  },
  {
    id: 'npm-conflict',
    title: 'Packages exclude each other',
    blame: 'code',
    retryable: false,
    match: { any: [/npm (?:ERR!|error) code ERESOLVE/, /npm (?:ERR!|error) Could not resolve dependency/] },
    message: 'npm finds no versions of the packages that go together.',
    fix: 'The lines below name the two that conflict: `npm explain PACKAGE` in the working copy, then change one of the versions. `--legacy-peer-deps` hides it.',
    examples: { hit: ['npm error code ERESOLVE'], miss: ['npm warn ERESOLVE overriding peer dependency'] },
  },
  {
    id: 'package-missing',
    title: 'A package does not exist in that version, or not there',
    blame: 'dependency',
    retryable: false,
    match: {
      any: [
        /npm (?:ERR!|error) (?:404 +'(?<package>[^']+)' is not in this registry|code (?:E404|ETARGET|ENOVERSIONS))/,
        /npm (?:ERR!|error) notarget No matching version found for (?<package>\S+[^.\s])/,
        /ERROR: No matching distribution found for (?<package>\S+)/,
        /E: Unable to locate package (?<package>\S+)|E: Package '(?<package2>[^']+)' has no installation candidate|E: Version '[^']+' for '(?<package3>[^']+)' was not found/,
        /error: no matching package named `(?<package>[^`]+)` found/,
        /error: failed to select a version for the requirement `(?<package>[^`]+)`/,
        /go: (?<package>\S+?)@\S+: (?:invalid version|reading .{1,200}(?:404|410))/,
      ],
    },
    message: '{package|A package} is not in the registry that is asked, or not in that version.',
    fix: 'Check name, version and registry (.npmrc, .cargo/config.toml, pip.conf, sources.list). For apt: `apt-get update` first. A private registry answers 404 also without a token.',
    examples: {
      hit: [
        'E: Unable to locate package libpq-dev',
        "npm error 404  '@org/ui@^1.0.0' is not in this registry.",
        'ERROR: No matching distribution found for torch==9.9',
      ],
      miss: ['npm http fetch GET 200 https://registry.example.org/404'],
    },
  },
  {
    id: 'package-damaged',
    title: 'A package arrived damaged, or is not the one that was locked',
    blame: 'dependency',
    retryable: true,
    match: {
      any: [
        /npm (?:ERR!|error) code EINTEGRITY/,
        /THESE PACKAGES DO NOT MATCH THE HASHES/,
        /Hash Sum mismatch/,
        /checksum for `(?<package>[^`]+)` changed between lock files/,
        /verifying \S+: checksum mismatch/,
      ],
    },
    message: 'A package is not the one that its checksum names.',
    fix: 'Clear the cache (`npm cache clean --force`, `rm -rf ~/.cargo/registry/cache`, `apt-get clean && apt-get update`) and run again. If it stays, the registry or a mirror has another file under that version: find out why before locking the new one.',
    examples: {
      hit: ['npm error code EINTEGRITY', 'E: Failed to fetch http://deb.example.org/x.deb  Hash Sum mismatch'],
      miss: ['verified sha512 integrity'],
    },
  },
  {
    id: 'registry-auth',
    title: 'A registry wants a login',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /npm (?:ERR!|error) code E40[13]|npm (?:ERR!|error) code ENEEDAUTH/,
        /error: failed to publish.{0,80}40[13]|denied: requested access to the resource is denied|unauthorized: (?:authentication required|incorrect username or password)/,
      ],
    },
    message: 'The registry does not take the login of this job, or got none.',
    fix: 'Give the step a token that may read (or publish) there: NODE_AUTH_TOKEN with a line in .npmrc, `docker login`, CARGO_REGISTRY_TOKEN. Check that the secret exists in this repository.',
    examples: { hit: ['npm error code E401', 'unauthorized: authentication required'], miss: ['Login Succeeded'] },
  },
  {
    id: 'apt-lock',
    title: 'Another apt is at work',
    blame: 'runner',
    retryable: true,
    match: {
      any: [
        /E: Could not get lock (?<path>\/var\/lib\/(?:dpkg|apt)\S*)/,
        /dpkg was interrupted, you must manually run/,
      ],
    },
    message: 'apt is locked by another process (a job beside this one, or the host’s own upgrades).',
    fix: 'Run it again, with `apt-get -o DPkg::Lock::Timeout=120`. After a killed apt: `dpkg --configure -a` on the runner’s host.',
    examples: {
      hit: ['E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (apt-get)'],
      miss: ['Waiting for cache lock: done'],
    },
  },
  {
    id: 'rust-build',
    title: 'Rust code does not compile',
    blame: 'code',
    retryable: false,
    match: {
      any: [
        /^error\[(?<code>E\d{4})\]: (?<what>.{1,200})/,
        /failed to run custom build command for `(?<package>[^`]+)`/,
        /error: linking with `(?<linker>[^`]+)` failed/,
        /error: failed to parse manifest at `(?<file>[^`]+)`/,
        /error: the lock file (?<file>\S+) needs to be updated but --locked was passed/,
        /error: package `(?<package>[^`]+)` cannot be built because it requires rustc (?<version>[\d.]+)/,
      ],
    },
    message: 'The Rust build failed: {code|}{what| }{package|}{linker|}{file|}',
    fix: '`cargo build` with the same features in the working copy; `rustc --explain {code|E0308}`. A failed build command prints its own error below "--- stderr".',
    examples: {
      hit: [
        'error[E0433]: failed to resolve: use of undeclared crate or module `botlib`',
        'error: failed to run custom build command for `openssl-sys v0.9.102`',
      ],
      miss: ['warning: unused variable: `error`', '   Compiling thiserror v1.0.61'],
    },
  },
  {
    id: 'c-build',
    title: 'C or C++ code does not compile or link',
    blame: 'code',
    retryable: false,
    match: {
      any: [
        /^(?<place>[\w./+-]+\.(?:c|cc|cpp|cxx|h|hh|hpp|m|mm|S):\d+)(?::\d+)?: (?:fatal )?error: (?<what>.{1,200})/,
        /undefined reference to [`'](?<symbol>[^'`]+)'/,
        /multiple definition of [`'](?<symbol>[^'`]+)'/,
      ],
      not: [/\.h(?:pp)?: No such file/],
    },
    message: '{place|The program} does not compile or link: {what|}{symbol|}',
    fix: 'Correct {place|the source}. An undefined reference to a library’s name means that -lNAME is missing, or stands before the file that needs it.',
    examples: {
      hit: [
        "src/tide.c:118:17: error: 'struct moon' has no member named 'phase'",
        "main.o: in function `main': undefined reference to `tide_at'",
      ],
      miss: ['src/tide.c:7:1: warning: unused include', 'cc -Werror -c error.c -o build/error.o'],
    },
  },
  {
    id: 'typescript-build',
    title: 'TypeScript code does not compile',
    blame: 'code',
    retryable: false,
    match: {
      any: [
        /(?<file>[\w./@+-]+\.[cm]?tsx?)[:(](?<line>\d+)[,:]\d+\)?(?::| -) error (?<code>TS\d{4,5}): (?<what>.{1,200})/,
        /^error (?<code>TS\d{4,5}): (?<what>.{1,200})/,
      ],
    },
    message: '{file|The project} does not compile: {code} {what}',
    fix: 'Correct {file|the project}, line {line|below}: `npx tsc --noEmit` in the working copy shows the same.',
    examples: {
      hit: ["src/app.ts(12,5): error TS2322: Type 'string' is not assignable to type 'number'."],
      miss: ['Found 0 errors. Watching for file changes.'],
    },
  },
  {
    id: 'go-build',
    title: 'Go code does not compile',
    blame: 'code',
    retryable: false,
    match: {
      any: [
        /^(?:\.\/|vet: )?(?<file>[\w./-]+\.go):(?<line>\d+):\d+: (?<what>(?:undefined|cannot|syntax error|declared and not used|"[^"]+" imported and not used|missing return|too many arguments|not enough arguments|assignment mismatch|invalid operation).{0,200})/,
        /no required module provides package (?<package>[^\s;]+)/,
        /missing go\.sum entry for module providing package (?<package>\S+)/,
      ],
    },
    message: '{file|The program} does not compile: {what|}{package|}',
    fix: '`go build ./... && go vet ./...` in the working copy; a missing module: `go mod tidy`, then commit go.mod and go.sum.',
    examples: {
      hit: [
        './main.go:12:2: undefined: tide',
        'main.go:4:2: no required module provides package example.org/x; to add it:',
      ],
      miss: ['ok  	example.org/app	0.012s'],
    },
  },
  {
    id: 'module-missing',
    title: 'A module that is imported is not there',
    blame: 'code',
    retryable: false,
    match: {
      any: [
        /Cannot find module '(?<module>[^']+)'/,
        /Cannot find package '(?<module>[^']+)'/,
        /ModuleNotFoundError: No module named '(?<module>[^']+)'/,
        /\[vite\]: Rollup failed to resolve import "(?<module>[^"]+)"|Could not resolve "(?<module2>[^"]+)"/,
      ],
    },
    message: '{module|A module} is imported and not installed, or its path is wrong.',
    fix: 'Add it to the dependencies (`npm install {module|NAME}`, requirements.txt) or correct the path; names of files are case-sensitive on Linux. A generated file needs the step that makes it before this one.',
    examples: {
      hit: ["Error: Cannot find module '@org/lib'", "ModuleNotFoundError: No module named 'yaml'"],
      miss: ['modules: 214 found'],
    },
  },
  {
    id: 'exception',
    title: 'A program ended with an exception or a panic',
    blame: 'code',
    retryable: false,
    hint: true,
    match: {
      any: [
        /^thread '(?<thread>[^']+)'(?: \(\d+\))? panicked at (?<what>.{1,200})/,
        /^panic: (?<what>.{1,200})/,
        /^(?:[\w.]*)(?<what>(?:Error|Exception): .{1,200})/,
        /^Traceback \(most recent call last\):/,
        /^Uncaught (?<what>.{1,200})/,
      ],
    },
    message: 'A program stopped with an exception: {what|see below}',
    fix: 'The lines below hold where it came from. `RUST_BACKTRACE=1` shows more of a Rust panic.',
    examples: {
      hit: ["thread 'main' panicked at src/main.rs:4:10:", 'ValueError: invalid literal for int()'],
      miss: ['Errors: 0', 'no exceptions: fine'],
    },
  },
  {
    id: 'test-failed',
    title: 'Tests fail',
    blame: 'code',
    retryable: false,
    match: {
      any: [
        /^\s*FAIL\s+(?<test>[\w./@-]+\.(?:[cm]?[jt]sx?|vue)\b.{0,200})/,
        /^\s*● (?<test>.{1,160} › .{1,160})$/,
        /^FAILED (?<test>\S+::\S+)/,
        /^\s*--- FAIL: (?<test>\S+)/,
        /^test (?<test>\S+) \.\.\. FAILED$/,
        /^not ok \d+ (?:- )?(?<test>.{1,160})$/,
        /^\s*\[\s*FAILED\s*\] (?<test>[\w./]+)/,
        /Tests run: \d+, Failures: [1-9]\d*|Tests run: \d+, Failures: \d+, Errors: [1-9]\d*/,
        /^test result: FAILED/,
      ],
      not: [/# (?:TODO|SKIP)/i],
    },
    message: 'A test failed: {test|see below}',
    fix: 'Run that test in the working copy. If it is green there and red here: compare versions, time zone (`TZ`), locale and parallel runs. `ci-doctor diagnose` says when the same commit was green before: then it is flaky.',
    examples: {
      hit: [
        ' FAIL  test/tide.test.ts > tide > rises',
        '--- FAIL: TestTide (0.01s)',
        'test tide::rises ... FAILED',
        'FAILED tests/test_tide.py::test_rises - assert 1 == 2',
        'not ok 7 - harbour 7',
      ],
      miss: [
        '# fail 0',
        'test result: ok. 12 passed; 0 failed',
        ' ✓ test/fail.test.ts (3 tests)',
        'not ok 3 - flaky # TODO later',
      ],
    },
  },
  {
    id: 'lint',
    title: 'A linter or formatter complains',
    blame: 'code',
    retryable: false,
    match: {
      any: [
        /^✖ (?<count>\d+) problems? \((?:[1-9]\d*) errors?/,
        /^\d+ warnings? treated as errors?|ESLint found too many warnings/,
        /^error: (?:this|unused|you should|redundant|useless).{0,160}|could not compile .{1,80} due to \d+ previous (?:error|warning)s?; .{0,40}clippy/,
        /^Diff in (?<file>\S+?)(?::\d+| at line)/,
        /Code style issues (?:found|were found) in|^\[warn\] Code style issues/,
        /^Oh no! 💥 💔 💥|^would reformat (?<file>\S+)/,
        /Found \d+ errors?\.$|Some errors were emitted while running checks/,
      ],
      not: [/Found 0 errors/],
    },
    message: 'A linter or formatter found something that it counts as an error.',
    fix: 'Run the same in the working copy, with its switch that repairs: `npx eslint --fix`, `npx biome check --write`, `cargo fmt`, `cargo clippy --fix`, `ruff check --fix`, `black .`.',
    examples: {
      hit: ['✖ 3 problems (1 error, 2 warnings)', '1 warning treated as error', 'Found 2 errors.'],
      miss: ['✖ 2 problems (0 errors, 2 warnings)', 'Found 0 errors.'],
    },
  },
];
