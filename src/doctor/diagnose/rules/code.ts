import type { TextRule } from '../rule.ts';
import { debianPackage, debianProgram } from './debian.ts';

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
        /No package '(?<library>[\w.+-]+)' found/,
        /The system library `(?<library>[^`]+)` required by crate/,
        /fatal error: (?<header>[\w./+-]+\.h(?:pp)?): No such file or directory/,
        /Could not find (?:directory of )?(?<library>OpenSSL) installation/i,
        /linker `(?<program>cc|clang|gcc|mold|lld)` not found|(?<program2>protoc|cmake)`? (?:failed: .{0,80}|is |\(.{0,60}\) )not (?:found|installed)/,
      ],
      not: [/^cargo:warning=/],
    },
    derive: ({ library, header, program }) => {
      const known = program ? debianProgram(program) : debianPackage(header ?? library ?? '');
      return known === undefined ? {} : { package: known };
    },
    message: 'The build needs {library|}{header|}{program|}, which is not installed where it runs.',
    fix: [
      'Install it in a step before: `apt-get update && apt-get install -y {package}` (so it is called in Debian and Ubuntu).',
      'Install what has {header} in a step before. `apt-get install -y apt-file && apt-file update && apt-file search {header}` names the package, most often one that ends in -dev.',
      'Install the development package of {library} in a step before. `apt-cache search {library}` lists packages; the one wanted ends in -dev most often.',
    ],
    examples: {
      hit: [
        '/usr/bin/ld: cannot find -lpq: No such file or directory',
        'error: linking with `cc` failed: exit status: 1\n  = note: /usr/bin/ld: cannot find -ltide: No such file or directory\n          collect2: error: ld returned 1 exit status',
        'src/db.c:3:10: fatal error: libpq-fe.h: No such file or directory',
        'The system library `alsa` required by crate `alsa-sys` was not found.',
        'error: failed to run custom build command for `openssl-sys v0.9.102`\n  --- stderr\n  Could not find directory of OpenSSL installation, and this `-sys` crate cannot\n  proceed without this knowledge.',
        'error: linker `cc` not found',
        "  No package 'tide-2.0' found",
      ],
      miss: ['checking for library containing dlopen... none required', "Package 'tide' found"],
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
        /ERR_PNPM_OUTDATED_LOCKFILE|YN0028: .{0,60}lockfile would have been modified|Your lockfile needs to be updated/,
      ],
    },
    message: 'The lock file does not fit package.json.',
    fix: '`npm install` (or `pnpm install`, `yarn install`) in the working copy, then commit the lock file.',
    examples: {
      hit: [
        'npm error code EUSAGE',
        '➤ YN0028: │ The lockfile would have been modified by this install, which is explicitly forbidden.',
      ],
      miss: ['added 214 packages in 6s'],
    },
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
    follows: [
      'dns',
      'tls-untrusted',
      'tls-expired',
      'network-timeout',
      'connection-refused',
      'connection-lost',
      'server-error',
      'rate-limit',
    ],
    match: {
      any: [
        /npm (?:ERR!|error) (?:404 +'(?<package>[^']+)' is not in this registry|code (?:E404|ETARGET|ENOVERSIONS))/,
        /npm (?:ERR!|error) notarget No matching version found for (?<package>\S+[^.\s])/,
        /ERROR: No matching distribution found for (?<package>\S+)/,
        /E: Unable to locate package (?<package>\S+)|E: Package '(?<package2>[^']+)' has no installation candidate|E: Version '[^']+' for '(?<package3>[^']+)' was not found/,
        /E: Failed to fetch (?<package>\S+) +404 +Not Found/,
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
        'E: Failed to fetch http://deb.example.org/curl_7.88.1.deb  404  Not Found [IP: 10.0.3.9 80]',
      ],
      miss: ['npm http fetch GET 200 https://registry.example.org/404'],
    },
  },
  {
    id: 'package-damaged',
    title: 'A package arrived damaged, or is not the one that was locked',
    blame: 'dependency',
    retryable: true,
    passing: true,
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
    id: 'apt-key',
    title: 'apt does not know the key that signs a source',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /NO_PUBKEY (?<key>[0-9A-F]+)|EXPKEYSIG (?<key2>[0-9A-F]+)/,
        /^E: The repository '(?<source>[^']+)' is not signed|^E: The repository '(?<source2>[^']+)' does not have a Release file/,
      ],
    },
    message:
      'apt takes nothing from {source|a source}: the key that signs it is not known{ key|}, or it is not there any more.',
    fix: 'Fetch the key that the source’s own page names to /etc/apt/keyrings/NAME.asc and write `deb [signed-by=/etc/apt/keyrings/NAME.asc] …` into its .list; a source of an old release moves to an archive or goes away.',
    examples: {
      hit: ["E: The repository 'https://apt.example.org stable InRelease' is not signed."],
      miss: ['Get:1 https://apt.example.org stable InRelease [1,843 B]'],
    },
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
        /^error: (?<what>(?:cannot find (?:macro|attribute|derive macro|type|value|function|crate)\b|expected (?:one of|expression|identifier|item|type|pattern|`)).{0,100})/,
        /^error: (?<what>(?:no rules expected|environment variable `|couldn't read `|mismatched closing delimiter|unresolved import|unterminated|this file contains an unclosed|`SQLX_OFFLINE=true`|requires `).{0,100})/,
        /error: (?<what>failed to parse manifest at `[^`]+`)/,
        /error: (?<what>the lock file \S+ needs to be updated but --locked was passed)/,
        /error: (?<what>package `[^`]+` cannot be built because it requires rustc [\d.]+)/,
      ],
      weak: [/(?<what>failed to run custom build command for `[^`]+`)/, /error: (?<what>linking with `[^`]+` failed)/],
    },
    message: 'The Rust build failed{: code}{: what}.',
    fix: [
      '`rustc --explain {code}` tells what it means. `cargo build` with the same features in the working copy shows the same.',
      '`cargo build` with the same features in the working copy shows the same. A build command that failed prints its own error below "--- stderr".',
    ],
    examples: {
      hit: [
        'error[E0433]: failed to resolve: use of undeclared crate or module `botlib`',
        'error: failed to run custom build command for `tide-sys v0.9.102`',
        'error: cannot find macro `printn` in this scope\n --> src/main.rs:2:5',
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
    fix: [
      'Correct {place}.',
      'What defines {symbol} is not linked, or is there twice: a library’s -lNAME is missing, or stands before the file that needs it.',
    ],
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
    message: '{file|The project} does not compile: {code}: {what}',
    fix: [
      'Correct {file}, line {line}: `npx tsc --noEmit` in the working copy shows the same.',
      'Correct tsconfig.json or the packages it names: `npx tsc --noEmit` in the working copy shows the same.',
    ],
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
        /^(?:\.\/|vet: )?(?<file>[\w./-]+\.go):(?<line>\d+):\d+: (?<what>\S+ (?:undefined \(|redeclared|is not a type|does not implement).{0,200})/,
        /no required module provides package (?<package>[^\s;]+)/,
        /missing go\.sum entry for module providing package (?<package>\S+)/,
      ],
    },
    message: '{file|The program} does not compile: {what|}{package|}',
    fix: '`go build ./... && go vet ./...` in the working copy; a missing module: `go mod tidy`, then commit go.mod and go.sum.',
    examples: {
      hit: [
        './main.go:12:2: undefined: tide',
        './main.go:14:9: foo.Bar undefined (type Foo has no field or method Bar)',
        'main.go:4:2: no required module provides package example.org/x; to add it:',
      ],
      miss: ['ok  	example.org/app	0.012s'],
    },
  },
  {
    id: 'jvm-build',
    title: 'Java or Kotlin code does not compile',
    blame: 'code',
    retryable: false,
    match: {
      any: [
        /^(?:\[ERROR\] )?(?<place>\/?[\w./+-]+\.(?:java|kt|scala):(?:\d+|\[\d+,\d+\])):? (?:error: )?(?<what>\S.{1,200})/,
        /^e: (?:file:\/\/)?(?<place>\/?[\w./+-]+\.kts?:\d+)\S* (?<what>.{1,200})/,
      ],
      weak: [/^\[ERROR\] COMPILATION ERROR|^Execution failed for task '(?<task>[^']+)'|^> Task (?<task2>\S+) FAILED$/],
      not: [/warning:|^\S+ at |\bat .*\(/],
    },
    message: '{place|The project} does not compile{: what}{: task}.',
    fix: [
      '`./gradlew {task}` in the working copy shows the same; the lines before name file and line.',
      'Correct the file there: `mvn -q compile` or `./gradlew compileJava` in the working copy shows the same.',
    ],
    examples: {
      hit: [
        '[ERROR] /w/src/main/java/App.java:[5,9] cannot find symbol',
        '/w/App.java:5: error: cannot find symbol',
        "FAILURE: Build failed with an exception.\nExecution failed for task ':app:compileJava'.",
      ],
      miss: [
        '/w/App.java:5: warning: [deprecation] stop() in Thread has been deprecated',
        '\tat org.tide.App.main(App.java:5)',
      ],
    },
  },
  {
    id: 'dotnet-build',
    title: 'C# or F# code does not compile',
    blame: 'code',
    retryable: false,
    match: {
      any: [
        /(?<place>[\w./+-]+\.(?:cs|fs|vb)\(\d+,\d+\)): error (?<code>(?:CS|FS|BC)\d{4}): (?<what>.{1,200})/,
        /(?<file>[\w./+-]+\.(?:cs|fs|vb)proj)(?:\(\d+,\d+\))? ?: error (?<code>(?:NU|NETSDK|MSB)\d{4}): (?<what>.{1,200})/,
      ],
    },
    message: '{place|}{file|} does not compile: {code}: {what}',
    fix: 'Correct the file there: `dotnet restore && dotnet build` in the working copy shows the same.',
    examples: {
      hit: [
        "/w/Program.cs(5,9): error CS0103: The name 'foo' does not exist in the current context [/w/app.csproj]",
        '/w/app.csproj : error NU1101: Unable to find package Tide.',
      ],
      miss: ['/w/Program.cs(5,9): warning CS0168: The variable is declared but never used'],
    },
  },
  {
    id: 'make-target-missing',
    title: 'make does not know how to make a file',
    blame: 'code',
    retryable: false,
    match: { any: [/^make(?:\[\d+\])?: \*\*\* No rule to make target [`'](?<target>[^']+)'/] },
    message: 'make has no rule for {target}: the name is wrong, or a file that it needs is missing.',
    fix: '`make -n {target}` in the working copy. A file that is there and not in git (`git status --ignored`) is missing in CI; so is what a step before should have made.',
    examples: {
      hit: ["make: *** No rule to make target 'buidl'.  Stop."],
      miss: ["make: Nothing to be done for 'all'."],
    },
  },
  {
    id: 'file-missing',
    title: 'A file or directory is not there',
    blame: 'code',
    retryable: false,
    passing: true,
    match: {
      any: [
        /: line \d+: (?:cd: )?(?<path>[^:'"]+): No such file or directory$/,
        /^(?:cat|cp|mv|cd|tar|source|sed|head|sha256sum|chmod|chown|strip|install|zip|unzip|\.): (?:cannot (?:stat|access|open) )?[‘'"]?(?<path>[^:'"’]+?)[’'"]?: (?:Cannot open: )?No such file or directory$/,
        /^(?:Error: )?ENOENT: no such file or directory, \w+ '(?<path>[^']+)'/,
        /^FileNotFoundError: \[Errno 2\] No such file or directory: '(?<path>[^']+)'/,
      ],
      not: [/^rm: /],
    },
    message: '{path} does not exist where the step looks for it.',
    fix: '`git ls-files {path}` in the working copy says whether it is in the repository (names are case-sensitive on Linux). What a step before should make, or an artifact bring, it did not; `pwd` and `ls -la` in the step show where it stands.',
    examples: {
      hit: [
        'cat: config/prod.env: No such file or directory',
        '/var/run/x.sh: line 1: cd: botserver: No such file or directory',
      ],
      miss: ["rm: cannot remove 'old': No such file or directory"],
    },
  },
  {
    id: 'shell-syntax',
    title: 'A script is not valid shell',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /(?:bash|sh|\.sh): (?:line )?(?<line>\d+): (?<what>(?:syntax error|Syntax error:|unexpected EOF while looking for).{0,120})/,
      ],
    },
    message: 'The shell cannot read the script, line {line}: {what}',
    fix: 'Correct the `run:` block or script there; `shellcheck FILE` or `bash -n FILE` shows the same. `sh` knows no `[[`, arrays or `<(…)`: give the step `shell: bash`.',
    examples: {
      hit: ["/tmp/x.sh: line 3: syntax error near unexpected token `fi'"],
      miss: ['checking shell syntax... ok'],
    },
  },
  {
    id: 'script-missing',
    title: 'A script that is called is not in package.json',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /npm (?:ERR!|error) Missing script: "?(?<script>[^"\s]+)|ERR_PNPM_NO_SCRIPT +Missing script: (?<script2>\S+)/,
      ],
    },
    message: 'package.json has no script {script}.',
    fix: '`npm run` lists those that there are. In a workspace: `npm run NAME -w PACKAGE`, or `working-directory:` of the step.',
    examples: { hit: ['npm error Missing script: "biuld"'], miss: ['> app@1.0.0 build'] },
  },
  {
    id: 'module-missing',
    title: 'A module that is imported is not there',
    blame: 'code',
    retryable: false,
    match: {
      any: [
        /(?:[Ee]rror(?: TS\d+| \[\w+\])?: |^\s+|: )Cannot find (?:module|package) '(?<module>[^']+)'/,
        /Cannot find (?:module|package) '(?<module>[^']+)' (?:from|imported from) /,
        /ModuleNotFoundError: No module named '(?<module>[^']+)'/,
        /\[vite\]: Rollup failed to resolve import "(?<module>[^"]+)"|Could not resolve "(?<module2>[^"]+)"/,
      ],
      // For macOS only; on Linux nobody has it.
      not: [/'fsevents'/],
    },
    message: '{module|A module} is imported and not installed, or its path is wrong.',
    fix: 'Add it to the dependencies (`npm install`, requirements.txt) or correct the path; names of files are case-sensitive on Linux. A generated file needs the step that makes it before this one.',
    examples: {
      hit: ["Error: Cannot find module '@org/lib'", "ModuleNotFoundError: No module named 'yaml'"],
      miss: ['modules: 214 found', "Cannot find module 'fsevents'"],
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
        /^thread '(?<thread>[^']+)'(?: \(\d+\))? panicked at (?<what>.{0,200}[^:\s])/,
        /^panic: (?<what>.{1,200})/,
        /^(?:[\w.]*)(?<what>(?:Error|Exception): .{1,200})/,
        /^Traceback \(most recent call last\):/,
        /^Uncaught (?<what>.{1,200})/,
      ],
      not: [/^panic: recovered|\bshould_panic\b/],
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
        /^\s*\[\s*FAILED\s*\] (?<test>[A-Za-z_][\w./]+)/,
        // mocha, then node:test, phpunit, rspec.
        /^\s+[1-9]\d* failing$/,
        /^\s*✖ (?<test>.{1,160}?) \([\d.]+ ?m?s\)$|^✖ failing tests:$/,
        /^There (?:was|were) \d+ (?:failures?|errors?):$|^(?:FAILURES|ERRORS)!$/,
        /^rspec (?<test>\.\/\S+:\d+)|^\d+ examples?, [1-9]\d* failures?/,
        /^(?:\[xUnit\.net [\d:.]+\] +|\s+)(?:Failed )?(?<test>[\w.]+(?:\([^)]*\))?) \[FAIL\]$|^\s*Failed (?<test2>[\w.]+(?:\([^)]*\))?) \[[\d<].{0,10}s\]$|^Failed! +- Failed: +[1-9]/,
        /^(?<test>\w+ > \S.{0,120}) FAILED$/,
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
        '  1 passing (5ms)\n  1 failing\n\n  1) user\n       saves:',
        '✖ rises (2ms)',
        'There was 1 failure:\n\n1) TideTest::testRises',
        'rspec ./spec/tide_spec.rb:3 # Tide rises',
        'TideTest > rises() FAILED',
      ],
      miss: [
        '# fail 0',
        'test result: ok. 12 passed; 0 failed',
        ' ✓ test/fail.test.ts (3 tests)',
        'not ok 3 - flaky # TODO later',
        '[ FAILED ] 0 tests',
        '✔ rises (1ms)',
        '3 examples, 0 failures',
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
        /^error: (?:this (?:expression|function|call|match|if|loop|block|method|operation|argument|lint|pattern|could|can|creates|looks|is|does)\b|unused (?:variable|import|mut|macro|must|return|doc|value|assignment|label)[^.]{0,20}(?::|`|s:|that must)|you should|redundant|useless)/,
        /could not compile .{1,80} due to \d+ previous (?:error|warning)s?; .{0,40}clippy/,
        /^Diff in (?<file>\S+?)(?::\d+| at line)/,
        /Code style issues (?:found|were found) in|^\[warn\] Code style issues/,
        /^Oh no! 💥 💔 💥|^would reformat (?<file>\S+)/,
        /^Found \d+ errors?(?:\.$| in \d+ files?\b)|Some errors were emitted while running checks/,
        // golangci-lint, shellcheck.
        /^\S+\.go:\d+:\d+: .{1,200} \([a-z][\w-]{2,20}\)$|^level=error .{0,40}issues found/,
        /^In (?<file>\S+) line \d+:$/,
      ],
      not: [/Found 0 errors/],
    },
    message: 'A linter or formatter found something that it counts as an error.',
    fix: 'Run the same in the working copy, with its switch that repairs: `npx eslint --fix`, `npx biome check --write`, `cargo fmt`, `cargo clippy --fix`, `ruff check --fix`, `black .`.',
    examples: {
      hit: [
        '✖ 3 problems (1 error, 2 warnings)',
        '1 warning treated as error',
        'Found 2 errors.',
        'Found 1 error in 1 file (checked 3 source files)',
        'main.go:22:2: Error return value of `f.Close` is not checked (errcheck)',
        'In deploy.sh line 3:\necho $x',
      ],
      miss: ['✖ 2 problems (0 errors, 2 warnings)', 'Found 0 errors.', 'Found 3 errors in log history, ignoring.'],
    },
  },
];
