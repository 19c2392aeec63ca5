import type { TextRule } from '../rule.ts';

/** Databases, ports, units, and what a deploy proves. */
export const services: readonly TextRule[] = [
  {
    id: 'address-in-use',
    title: 'A port is taken',
    blame: 'runner',
    retryable: true,
    passing: true,
    match: {
      any: [
        /EADDRINUSE.{0,80}?[:\s](?<port>\d{2,5})\b/,
        /bind(?:ing)?(?: to)? .{0,80}:(?<port>\d{2,5})\b.{0,40}(?:[Aa]ddress already in use|port is already allocated|failed)/,
        /(?:listen tcp |port |:)(?<port>\d{2,5})\b.{0,60}(?:address already in use|is already (?:allocated|in use))/i,
        /[Aa]ddress (?:already )?in use|port is already allocated|os error 98/,
      ],
    },
    message:
      'Port {port|of a service} is taken already: by another job on the same host, or by what an earlier one left behind.',
    fix: '`lsof -i :{port|PORT}` (or `ss -ltnp`) on the runner’s host names the process; `docker ps` a left-over container. Jobs that run in parallel in host mode need ports of their own (0 lets the system choose).',
    examples: {
      hit: [
        'Error: listen EADDRINUSE: address already in use :::5858',
        'Bind for 127.0.0.1:5432 failed: port is already allocated',
        'sccache: error: Server startup failed: Address in use',
        'thread main: Os { code: 98, kind: AddrInUse, message: "Address already in use" }',
      ],
      miss: ['listening on 127.0.0.1:5858'],
    },
  },
  {
    id: 'database-password',
    title: 'The database refuses the password',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /password authentication failed for user "(?<user>[^"]+)"/,
        /(?:failed SASL auth|SASL authentication failed|failed SASL)/,
        /Access denied for user '(?<user>[^']+)'@/,
        /(?:WRONGPASS|NOAUTH Authentication required)/,
      ],
    },
    message: 'The database does not take the password of {user|its user}.',
    fix: 'Compare what the step is given with the secret store (vault) and the service’s own configuration; `psql -h HOST -U {user|USER} -d NAME -c "SELECT 1"` by hand. Secrets of the repository are set under Actions › Secrets.',
    examples: {
      hit: [
        'FATAL:  password authentication failed for user "gbuser"',
        'error: failed SASL auth (FATAL: password authentication failed)',
      ],
      miss: ['SASL authentication succeeded'],
    },
  },
  {
    id: 'database-missing',
    title: 'The database, role or table does not exist',
    blame: 'workflow',
    retryable: false,
    passing: true,
    match: {
      any: [
        /FATAL: +(?:database|role) "(?<name>[^"]+)" does not exist/,
        /(?:ERROR|error): +relation "(?<name>[^"]+)" does not exist/,
        /Unknown database '(?<name>[^']+)'|no such table: (?<name2>\S+)/,
      ],
      // pg_isready and health checks without a user ask as root, whom nobody made; and a server's log has what its clients tried.
      not: [/role "root"|\[\d+\] (?:FATAL|ERROR): /],
    },
    message: '{name|It} does not exist in the database: a migration was not run, or the name is wrong.',
    fix: '`psql -l` lists the databases (names are case-sensitive: PROD-ALM is not prod-alm), `\\dt` the tables. Run the migrations in a step before.',
    examples: {
      hit: ['FATAL:  database "prod-alm" does not exist', 'ERROR:  relation "users" does not exist at character 15'],
      miss: ['NOTICE:  relation "users" already exists, skipping', 'FATAL:  role "root" does not exist'],
    },
  },
  {
    id: 'forge-database',
    title: 'Forgejo’s own database was in the way',
    blame: 'forge',
    retryable: true,
    match: {
      any: [
        // The database of the job's own program is locked as well at times: only what runner and server say counts.
        /(?:ReportState|UpdateTask|UpdateLog|FetchTask|CreateTaskForRunner|rpc error|level=|\[[EW]\] ).{0,200}(?:database is locked|SQLITE_BUSY)/,
        /run has changed|ErrActionRunOutOfDate/,
        /pick task(?: failed)?: CreateTaskForRunner(?<what>.{0,160})/,
      ],
    },
    message:
      'Forgejo could not write the state of the job: its database was locked, or a row of a waiting job is broken.',
    fix: '`ci-doctor stuck` names what holds the queue, `ci-doctor checkup` what to set. With SQLite: SQLITE_JOURNAL_MODE = WAL and SQLITE_TIMEOUT = 20000 in [database], or PostgreSQL where several runners work.',
    examples: {
      hit: [
        'failed to fetch task: pick task failed: CreateTaskForRunner: run with id 38: resource does not exist',
        'ReportState error: rpc error: database is locked',
      ],
      miss: ['migrations locked: no', 'sqlite3.OperationalError: database is locked'],
    },
  },
  {
    id: 'unit-failed',
    title: 'A systemd unit did not start',
    blame: 'workflow',
    retryable: false,
    passing: true,
    match: {
      any: [
        /Job for (?<unit>\S+\.service) failed/,
        /Failed to (?:start|restart) (?<unit>\S+): Unit \S+ not found/,
        /^Unit (?<unit>\S+\.service) (?:not found|could not be found)/,
        /(?<unit>\S+\.service): (?:Main process exited, code=exited|Failed with result '(?<result>[\w-]+)')/,
      ],
      // As it was asked to stop.
      not: [/status=(?:143|0)\b/],
    },
    message: 'The unit {unit} did not start.',
    fix: 'On the host: `systemctl status {unit} --no-pager` and `journalctl -u {unit} -n 50 --no-pager`. A service that needs its .env does not run when it is started by hand; always through systemctl.',
    examples: {
      hit: [
        'Job for botserver.service failed because the control process exited with error code.',
        'Failed to restart ui.service: Unit ui.service not found.',
      ],
      miss: [
        'Started botserver.service - botserver.',
        'Failed to stop ui.service: Unit ui.service not found.',
        'botserver.service: Main process exited, code=exited, status=143/n/a',
      ],
    },
  },
  {
    id: 'binary-not-updated',
    title: 'The deployed program is not the one that was meant',
    blame: 'workflow',
    retryable: false,
    match: {
      any: [
        /the file at (?<path>\S+) does not hold "(?<text>[^"]+)"/,
        /process \d+ still executes the file that was at (?<path>\S+) before/,
      ],
    },
    message:
      'After the deploy {path} is not what was expected: an old source was built, a feature flag was left out, or the old program still runs.',
    fix: '`stat -c "%y" {path}` on the host must match this run; `git -C CLONE log -1` on the runner shows what was built, and the build line must have its features (`cargo build --features embed-ui`). `strings {path} | grep -F {text|TEXT}` proves it.',
    examples: {
      hit: ['error: system: the file at /opt/gbo/bin/botui does not hold "build 42".'],
      miss: ['system: holds "build 42"'],
    },
  },
  {
    id: 'health-check',
    title: 'The service did not become healthy',
    blame: 'code',
    retryable: false,
    passing: true,
    match: {
      any: [
        /\bdid not (?:answer as wanted|become healthy)|health ?check (?:failed|timed out)|[Uu]nhealthy.{0,20}(?:rolled|rolling) back|container \S+ is unhealthy|dependency failed to start/i,
      ],
    },
    message: 'The service was started and did not become healthy.',
    fix: 'Read its own log on the host around that time (`journalctl -u UNIT -n 100`, or /opt/gbo/logs/error.log), then `curl -v http://localhost:5858/api/health` there (botui needs BOTSERVER_URL=http://localhost:5858).',
    examples: {
      hit: ['dependency failed to start: container app-db-1 is unhealthy', 'error: health check failed after 60 s'],
      miss: ['health check passed'],
    },
  },
];
