import { problem } from '../common/errors.ts';
import type { Finding } from '../common/finding.ts';
import { atOnce } from './at-once.ts';
import type { Connection } from './connection.ts';
import { hashOnHost } from './files.ts';
import { type Ask, chooseAsk, judge } from './health.ts';
import type { Host, RunResult } from './host/host.ts';
import { layoutOf } from './layout.ts';
import type { Part } from './parts.ts';
import { preflight, unknownStart } from './preflight/checks.ts';
import type { Executable } from './preflight/elf.ts';
import { type Facts, type FactsQuestion, parsePairs, readFacts } from './preflight/facts.ts';
import { decidePrivilege } from './privilege.ts';
import type { Prover } from './prove.ts';
import { Remote } from './remote.ts';
import { chooseRestart, restartKind, unitOf } from './restart/choose.ts';
import type { Restart } from './restart/restart.ts';
import { healthPort, type Settings } from './settings.ts';
import { knownSha256, parseState, type Release, type State } from './state.ts';
import type { SourceFile } from './transfer/hash.ts';
import type { Supply } from './transfer/supply.ts';

/** The new binary, as it is here. */
export interface Source {
  readonly file: SourceFile;
  readonly executable: Executable;
  /** What is shared with other hosts, and with later runs. */
  readonly supply?: Supply | undefined;
}

/** A new binary whose end is not read yet: what can be done without its hash is done meanwhile. */
export interface Reading extends Pick<Source, 'executable' | 'supply'> {
  readonly whole: Promise<Source>;
}

/** Everything that is known about one host before anything is touched. */
export interface Situation {
  readonly remote: Remote;
  readonly facts: Facts;
  readonly settings: Settings;
  readonly restart: Restart;
  readonly state: State;
  readonly local: Host;
  /** `performance.now()` when the facts were read. */
  readonly readAt: number;
}

export const questionOf = (
  settings: Settings,
  source: Pick<Source, 'executable'> | null,
  user: { unit?: string | undefined; me?: string | undefined },
): FactsQuestion => {
  const { restart, proof, sudo } = settings;
  return {
    target: settings.target,
    unit: user.unit ?? restart.unit,
    port: proof.health ? healthPort(proof.health) : undefined,
    envFile: restart.envFile,
    loader: source?.executable.interpreter,
    workingDirectory: restart.workingDirectory,
    log: restart.log,
    lookAs: sudo === 'never' ? null : restart.runAs,
    systemctl: !restart.userUnit
      ? ['systemctl']
      : restart.runAs === undefined || restart.runAs === user.me
        ? ['systemctl', '--user']
        : ['sudo', '-n', 'systemctl', '--user', '-M', `${restart.runAs}@`],
  };
};

/** Reads the facts of a host, unless they were read a moment ago, and decides who does what there. Changes nothing. */
export async function assess(
  connection: Connection,
  settings: Settings,
  source: Source | null,
  local: Host,
  known?: Facts,
): Promise<Situation> {
  const read = (user: { unit?: string | undefined; me?: string | undefined } = {}) =>
    connection.steadily(() => connection.use((host) => readFacts(host, questionOf(settings, source, user))));
  let facts = known ?? (await read());
  if (settings.restart.userUnit && settings.restart.runAs === facts.user.name)
    facts = await read({ me: facts.user.name });
  const found = settings.restart.unit === undefined && settings.restart.kind !== 'process' ? unitOf(facts) : undefined;
  // Who the unit runs as decides whose processes are looked at.
  if (found !== undefined && facts.lookAs !== null) facts = await read({ unit: found, me: facts.user.name });
  const remote = new Remote(connection, layoutOf(facts.target.path), decidePrivilege(facts, settings), facts.home.path);
  const state = parseState(facts.state, connection.name, remote.layout.state);
  return {
    remote,
    facts,
    settings,
    state,
    restart: chooseRestart(remote, facts, settings.restart),
    local,
    readAt: performance.now(),
  };
}

/** @returns what stops the deploy or is worth a word */
export const check = ({ remote, facts, settings }: Situation, { executable, file }: Source): Finding[] =>
  preflight({
    host: remote.name,
    facts,
    settings,
    executable,
    size: file.size,
    privilege: remote.privilege,
    restart: restartKind(facts, settings.restart),
    unit: settings.restart.unit ?? unitOf(facts),
  });

/** What stops a rollback: its file is on the host already, but the service must be started. */
export const checkStart = ({ remote, facts, settings, restart }: Situation): Finding[] =>
  unknownStart(facts, settings, restart.kind).map((finding) => ({ ...finding, subject: remote.name }));

/** @throws ToolError of kind `problem` with every finding that stops a deploy */
export function stopOn(findings: readonly Finding[]): void {
  const stops = findings.filter(({ severity }) => severity === 'error');
  if (stops.length === 0) return;
  throw problem(
    stops.map(({ subject, message, code }) => `${subject}: ${message} [${code}]`).join('\n'),
    stops.map(({ fix }) => fix).join('\n'),
  );
}

/** sha256 of what is at the target, null when nothing is. */
export async function presentSha256({ state, facts, remote }: Situation): Promise<string | null> {
  if (facts.target.kind !== 'file') return null;
  return (
    knownSha256(state, facts.target.file) ??
    (await remote.connection.steadily(() => hashOnHost(remote, facts.target.path)))
  );
}

/** @param forwards whether the way in forwards ports, where that is known */
export async function proverOf(
  { remote, facts, settings, restart, local }: Situation,
  forwards?: boolean,
): Promise<Prover> {
  const { health } = settings.proof;
  const ask = health
    ? await remote.connection.steadily(() => chooseAsk(remote.connection, health, facts.tools, forwards))
    : null;
  return { remote, restart, settings: settings.proof, ask: ask && steady(remote, ask), lookAs: facts.lookAs, local };
}

/** A health check that is cut off together with the connection says nothing about the service: it is asked again. */
const steady =
  (remote: Remote, ask: Ask): Ask =>
  () =>
    remote.connection.steadily(async () => {
      try {
        return await ask();
      } catch (error) {
        // Nothing listens there: that is an answer.
        if (error instanceof Error && 'kind' in error && error.kind === 'problem') return { error: error.message };
        throw error;
      }
    });

/** $1 target $2 state file: what of the facts another deploy would have changed. */
const stillScript = String.raw`
put() { printf '%s\0%s\0' "$1" "$2"; }
[ -f "$1" ] && put file "$(stat -c '%s %Y %d:%i' -- "$1")"
[ -r "$2" ] && put state "$(cat -- "$2")"
put end yes
`;

/** Looks, while the host is locked, at what `isStill` compares with the facts from before. */
export const stillPart = ({ remote, facts }: Situation): Part => ({
  what: 'Looking at the target again',
  argv: ['sh', '-c', stillScript, 'still', facts.target.path, remote.layout.state],
  optional: true,
});

/** No other deploy has changed the target or its record since the facts were read. */
export function isStill({ facts }: Situation, { stdout }: RunResult): boolean {
  const seen = new Map(parsePairs(stdout));
  const { file } = facts.target;
  return (
    seen.has('end') &&
    (seen.get('state') ?? null) === facts.state &&
    seen.get('file') === (file ? `${file.size} ${file.mtime} ${file.inode}` : undefined)
  );
}

/** One quick look: does the service run, and does it answer well? */
export async function looksHealthy({ restart, settings, ask }: Prover): Promise<boolean> {
  const [{ dead }, answer] = await atOnce(restart.pulse(), ask?.());
  return dead === null && (!answer || !settings.health || judge(answer, settings.health) === null);
}

/** The release whose file is at the target. */
export const releaseOf = ({ releases, pending }: State, sha256: string | null): Release | null =>
  releases.findLast((release) => release.sha256 === sha256) ?? (pending?.sha256 === sha256 ? pending : null);

export const targetMissing = (host: string, target: string) =>
  problem(`${host}: there is no ${target}.`, 'Check --target, or deploy it: deploy-binary run.');
