import type { Captures, TextRule } from '../rule.ts';

/** What was to be written may not be there: `df` and `findmnt` are asked for where it would lie. */
const directoryOf = ({ path }: Captures): Captures => (path ? { directory: path.replace(/\/[^/]*$/, '') || '/' } : {});

/** Disk, memory, handles, and the signals that their end sends. */
export const resources: readonly TextRule[] = [
  {
    id: 'inotify-limit',
    title: 'No more files can be watched',
    blame: 'runner',
    retryable: false,
    match: {
      any: [
        /System limit for number of file watchers reached/,
        /inotify_add_watch.{0,80}No space left on device/,
        /inotify_init.{0,40}Too many open files/,
      ],
    },
    message: 'The limit of watched files of the runner’s host is reached (the disk is not full).',
    fix: 'On the runner’s host: `sysctl -w fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=1024`, and in /etc/sysctl.d to keep it. Containers share the host’s limit.',
    examples: {
      hit: ["Error: ENOSPC: System limit for number of file watchers reached, watch '/workspace/src'"],
      miss: ['No space left on device'],
    },
  },
  {
    id: 'disk-full',
    title: 'The disk is full',
    blame: 'runner',
    retryable: false,
    match: {
      any: [
        /['"‘](?<path>\/[^'"’]{1,200})['"’]: (?:No space left on device|write failed, filesystem is full)/,
        /(?:^|\s)(?<path>\/[^\s:'"]{1,200}): (?:No space left on device|write failed, filesystem is full)/,
        /No space left on device|ENOSPC: |(?:code:? ['"]?|[Ee]rror:? )ENOSPC\b|[Dd]isk quota exceeded|EDQUOT: |not enough free space in \/|You don't have enough free space in \//,
      ],
      not: [/file watchers/, /inotify/, /^ *Compiling /],
    },
    derive: directoryOf,
    message: 'The runner’s disk (or its inodes, or its quota) is full.',
    fix: 'On the runner’s host: `df -h {directory|/} && df -i {directory|/}`, then what fills it: `du -xsh ~/.cargo ~/.cache/sccache /var/lib/docker /tmp`. `docker system prune -af`, `cargo clean`, `sccache` with SCCACHE_CACHE_SIZE; old container snapshots take space too. A daily clean-up keeps it away.',
    examples: {
      hit: [
        'error: failed to write /opt/gbo/data/target/debug/deps/x.o: No space left on device (os error 28)',
        'npm error code ENOSPC',
      ],
      miss: [
        "Error: ENOSPC: System limit for number of file watchers reached, watch '/w'",
        'space left on device: 41 GB',
        'errno.h defines ENOSPC',
      ],
    },
  },
  {
    id: 'read-only-disk',
    title: 'The file system is read-only',
    blame: 'runner',
    retryable: false,
    match: {
      any: [
        /['"‘](?<path>\/[^'"’]{1,200})['"’]: Read-only file system/,
        /(?:^|\s)(?<path>\/[^\s:'"]{1,200}): Read-only file system/,
        /EROFS: read-only file system(?:, \w+ '(?<path>[^']+)')?|: Read-only file system$/,
      ],
    },
    derive: directoryOf,
    message: '{path|A path} lies on a file system that is mounted read-only.',
    fix: '`findmnt -T {directory|DIRECTORY}`, and `dmesg | tail` on the host: a disk with errors is remounted read-only. In a container the mount may be meant so.',
    examples: {
      hit: ["mkdir: cannot create directory '/opt/gbo/x': Read-only file system"],
      miss: ['mounted read-only: /sys'],
    },
  },
  {
    id: 'too-many-open-files',
    title: 'Too many open files',
    blame: 'runner',
    retryable: false,
    match: { any: [/EMFILE: |ENFILE: |[Tt]oo many open files/] },
    message: 'A process reached its limit of open files.',
    fix: '`ulimit -n` in a step shows the limit. Raise it for the runner (`LimitNOFILE=65536` in its unit) or run fewer jobs side by side (`capacity` in the runner’s config).',
    examples: { hit: ["Error: EMFILE: too many open files, open '/w/a.js'"], miss: ['open files (-n) 1024'] },
  },
  {
    id: 'out-of-memory',
    title: 'Out of memory',
    blame: 'runner',
    retryable: false,
    match: {
      any: [
        /JavaScript heap out of memory/,
        /Cannot allocate memory|std::bad_alloc|MemoryError$|java\.lang\.OutOfMemoryError|fatal error: runtime: out of memory|memory allocation of \d+ bytes failed/,
        /(?:fatal error: |error: ).{0,40}Killed signal terminated program (?<program>\w+)/,
        /\(signal: 9, SIGKILL: kill\)/,
        /collect2: fatal error: ld terminated with signal 9/,
        /[Oo]ut of memory: Killed process|oom-kill|OOMKilled/,
      ],
    },
    message: '{program|A process} was stopped because memory ran out.',
    fix: 'Less at once: `cargo build -j 2`, `make -j2`, `NODE_OPTIONS=--max-old-space-size=4096`; fewer jobs side by side (`capacity` in the runner’s config); or more memory. `dmesg | grep -i oom` on the runner’s host names the process.',
    examples: {
      hit: [
        'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
        'error: could not compile `botserver` (lib)\nCaused by:\n  process didn’t exit successfully: rustc (signal: 9, SIGKILL: kill)',
        'c++: fatal error: Killed signal terminated program cc1plus',
      ],
      miss: ['heap used: 412 MB of memory'],
    },
  },
  {
    id: 'crashed',
    title: 'A program crashed',
    blame: 'code',
    retryable: false,
    match: {
      any: [
        /Segmentation fault|\(signal: 11, SIGSEGV|exit(?:code '| status | code )139\b|Bus error \(core dumped\)|Illegal instruction \(core dumped\)|Aborted \(core dumped\)|\(signal: 6, SIGABRT/,
      ],
      not: [/fault handler/],
    },
    message: 'A program crashed (segmentation fault, abort or illegal instruction).',
    fix: 'Run it again with a backtrace (`RUST_BACKTRACE=1`, `gdb -batch -ex run -ex bt --args …`). An illegal instruction means that it was built for a newer processor (`-march=native`, `target-cpu=native`).',
    examples: {
      hit: ['/bin/bash: line 1:  4242 Segmentation fault      (core dumped) ./test'],
      miss: ['fault tolerance: on'],
    },
  },
  {
    id: 'killed',
    title: 'A process was killed',
    blame: 'runner',
    retryable: true,
    match: {
      any: [/: line \d+: +\d+ Killed\b/],
      weak: [/^Killed(?:\s*$|\s{2,}\S)/, /exit(?:code '| status | code )137\b|RUN signal: killed/],
      not: [/context canceled|context deadline/],
    },
    message: 'A process was killed from outside (SIGKILL): most often because memory ran out.',
    fix: '`dmesg | grep -i -E "oom|killed"` on the runner’s host at that time. If it was memory: fewer parallel jobs (`-j2`, `capacity` of the runner) or more of it.',
    examples: {
      hit: ["exitcode '137': failure", '/bin/bash: line 3:  812 Killed                  cargo test'],
      miss: ['Killed 3 stale processes'],
    },
  },
  {
    id: 'terminated',
    title: 'A process was asked to stop',
    blame: 'runner',
    retryable: true,
    hint: true,
    match: { any: [/exit(?:code '| status | code )(?:143|130)\b|\(signal: 15, SIGTERM/] },
    message: 'A process was asked to stop (SIGTERM or Ctrl-C): a cancelled or timed out job, or a host that shut down.',
    fix: 'Look whether the run was cancelled, or the runner restarted at that time: `journalctl -u forgejo-runner`.',
    examples: { hit: ["exitcode '143': failure"], miss: ['listening on port 143'] },
  },
];
