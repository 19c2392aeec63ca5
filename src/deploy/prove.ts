import { setTimeout as sleep } from 'node:timers/promises';
import { problem } from '../common/errors.ts';
import { quoteAll } from '../common/quote.ts';
import { atOnce } from './at-once.ts';
import { type Ask, judge, waitHealthy } from './health.ts';
import type { Host } from './host/host.ts';
import { shorten } from './host/process.ts';
import { parsePairs, parseProcesses, type RunningProcess } from './preflight/facts.ts';
import type { Remote } from './remote.ts';
import { listScript } from './restart/process-restart-script.ts';
import type { Restart } from './restart/restart.ts';
import type { ProofSettings } from './settings.ts';

export interface Proof {
  /** `performance.now()` when the service was first seen healthy. */
  readonly healthyAt: number;
  /** In words: `pid 4711, 3 good answers of http://…`. */
  readonly evidence: string;
}

export interface Prover {
  readonly remote: Remote;
  readonly restart: Restart;
  readonly settings: ProofSettings;
  /** Null without a health URL. */
  readonly ask: Ask | null;
  /** As whom processes are looked at, see Facts. */
  readonly lookAs: string | null;
  /** Where --verify-command runs. */
  readonly local: Host;
}

/**
 * Proves that the service runs from the file at the target, and well.
 *
 * @param fresh false for a service that was not just started: it need not settle again, unless it was started again before
 * @param look what else must be right, looked at meanwhile
 * @throws ToolError of kind `problem` that says what is wrong; `unknown` when the way in broke for good
 */
export async function prove(
  prover: Prover,
  { fresh = true, commands = true, look = async () => {} } = {},
): Promise<Proof> {
  const { remote, restart, settings, ask } = prover;
  const name = remote.name;
  const evidence: string[] = [];
  const begun = performance.now();
  // The service is asked while its process is looked at: what it was down for is not to hold the time of our own looking.
  const [first, early] = await atOnce(waitUp(restart), fresh ? askEarly(prover) : null, look());
  if (first.dead !== null) throw notRunning(name, first.dead);
  let healthyAt = performance.now();
  let identity = first.identity;
  if (ask && settings.health) {
    const healthy = await waitHealthy(ask, settings.health, () => restart.pulse(), name, first, early);
    healthyAt = healthy.firstGoodAt;
    identity = healthy.identity;
  }
  if ((fresh || first.restless) && restart.kind !== 'none')
    await sleep(Math.max(0, settings.settleMs - (performance.now() - begun)));
  const [after, answer, processes] = await atOnce(
    restart.pulse(),
    ask && settings.health ? ask() : null,
    restart.kind === 'none' ? [] : processesOf(prover),
  );
  if (after.dead !== null) throw notRunning(name, after.dead);
  if (after.identity !== identity)
    throw notRunning(
      name,
      `the service was started again within ${settings.settleMs / 1000} s (${identity} → ${after.identity})`,
    );
  if (answer && settings.health) {
    // Well at first and ill when settled is ill.
    const wrong = judge(answer, settings.health);
    if (wrong !== null)
      throw notRunning(
        name,
        `${settings.health.url} was healthy at first, but not after ${settings.settleMs / 1000} s: ${wrong}`,
      );
    evidence.push(`${settings.health.samples} good answers of ${settings.health.url}`);
  }
  if (restart.kind !== 'none') evidence.unshift(`pid ${await runsTarget(prover, after.pids, processes)}`);
  if (settings.expectString !== undefined) evidence.push(await holdsString(remote, settings.expectString));
  if (commands && settings.verifyCommand) evidence.push(await verify(prover.local, settings.verifyCommand, name));
  return { healthyAt, evidence: evidence.join(', ') || `the file is at its place, ${restart.what}` };
}

const notRunning = (host: string, why: string) =>
  problem(
    `${host}: ${why}`,
    "Read the service's last log lines below, or start it by hand on the host to see what it says.",
  );

/** When a first answer was good, by `performance.now()`; null when it was not. */
async function askEarly({ ask, settings }: Prover): Promise<number | null> {
  if (!ask || !settings.health) return null;
  return judge(await ask(), settings.health) === null ? performance.now() : null;
}

/** A unit that is still activating is neither up nor dead. */
async function waitUp(restart: Restart) {
  for (let attempt = 0; ; attempt++) {
    const pulse = await restart.pulse();
    if (restart.kind === 'none' || pulse.dead !== null || pulse.pids.length > 0 || attempt >= 50) return pulse;
    await sleep(200);
  }
}

/** Whatever executes what is or was at the target. */
async function processesOf({ remote, lookAs }: Prover): Promise<RunningProcess[]> {
  const argv = ['sh', '-c', listScript, 'list', remote.layout.target, lookAs ?? '', remote.privilege.runAs];
  const text = await remote.connection.steadily(() => remote.must('Looking at what the process executes', argv));
  return parseProcesses(parsePairs(text).flatMap(([key, value]) => (key === 'process' ? [value] : [])));
}

/** The main process, or one of its children, must execute the very file that is at the target. */
async function runsTarget(
  { remote, restart }: Prover,
  pids: readonly number[],
  all: readonly RunningProcess[],
): Promise<string> {
  const { target } = remote.layout;
  const present = all.filter((one) => one.present);
  const mine = present.filter(
    ({ pid, unit }) =>
      pids.includes(pid) || (restart.kind === 'systemd' && unit !== null && restart.what === `unit ${unit}`),
  );
  if (mine.length > 0) return mine.map(({ pid }) => pid).join(', ');
  const now = await restart.pulse();
  if (now.dead !== null) throw notRunning(remote.name, now.dead);
  const stale = all.filter(({ pid, present: now }) => pids.includes(pid) && !now);
  throw problem(
    stale.length > 0
      ? `${remote.name}: process ${stale[0]!.pid} still executes the file that was at ${target} before.`
      : `${remote.name}: the service runs (pid ${pids.join(', ') || 'unknown'}), but not from ${target}.`,
    `Check that the unit's ExecStart or --command starts ${target} itself. If the link /proc/PID/exe may not be read, \`deploy-binary plan\` prints the sudoers line for it.`,
  );
}

/** `strings FILE | grep` with what every host has. */
async function holdsString(remote: Remote, text: string): Promise<string> {
  const argv = ['grep', '-q', '-a', '-F', '-e', text, '--', remote.layout.target];
  const plain = await remote.ask(argv);
  const { code, stderr } =
    plain.code === 0 || plain.code === 1 ? plain : await remote.ask(remote.privilege.files(argv));
  if (code === 0) return `holds "${text}"`;
  throw problem(
    `${remote.name}: the file at ${remote.layout.target} does not hold "${text}"${stderr.trim() === '' ? '' : `: ${stderr.trim()}`}.`,
    'An old source was built, or a feature flag was left out: check what the build made.',
  );
}

async function verify(local: Host, command: readonly string[], host: string): Promise<string> {
  const result = await local.run(command, { timeoutMs: 600_000 });
  if (result.code === 0) return `${command[0]} agrees`;
  const said = `${result.stdout}\n${result.stderr}`.trim().slice(-1500);
  throw problem(
    `${host}: the verify command failed with ${result.code ?? result.signal}: ${shorten(quoteAll(command))}${said === '' ? '' : `\n${said}`}`,
    'It is --verify-command, run on this machine: see what it says.',
  );
}
