import { atOnce } from './at-once.ts';
import type { Connection } from './connection.ts';
import { questionOf, type Reading, releaseOf } from './deployment.ts';
import { type Answer, askThrough, hostOf, judge, portRefused } from './health.ts';
import { type Facts, readFacts } from './preflight/facts.ts';
import { unitOf } from './restart/choose.ts';
import { type HealthSettings, healthPort, type Settings } from './settings.ts';
import { isSlow, knownSha256, parseState } from './state.ts';

/** Owner and mode of the present file are those that are asked for. */
export function attributesFit({ facts, settings }: { facts: Facts; settings: Settings }): boolean {
  const [user, group] = (settings.owner ?? '').split(':');
  const [hasUser, hasGroup] = (facts.target.owner ?? '').split(':');
  const mode = settings.mode === undefined ? null : Number.parseInt(settings.mode, 8);
  return (
    (!user || user === hasUser) &&
    (!group || group === hasGroup) &&
    (mode === null || mode === Number.parseInt(facts.target.mode ?? '', 8))
  );
}

/**
 * Whether a host runs this very file, and well, as far as two round trips can tell: one command that reads what is recorded and
 * what runs, and meanwhile one question to the service. A host that somebody else works on is waited for. No file is hashed there: the
 * record holds for as long as size, time and inode are the file's. The rest of the new file is read meanwhile, and the delta begun.
 *
 * @returns the release that runs, null for anything but a clear yes; what was read, and whether ports are forwarded, where that is known
 */
export async function alreadyRuns(
  connection: Connection,
  reading: Reading,
  settings: Settings,
): Promise<{
  readonly facts: Facts;
  readonly same: { readonly release: string | null } | null;
  readonly forwards: boolean | undefined;
}> {
  const { health } = settings.proof;
  let forwards: boolean | undefined;
  const ask = async ({ url }: HealthSettings): Promise<Answer | null> => {
    try {
      const channel = await connection.forward(hostOf(new URL(url)), healthPort({ url }));
      forwards = true;
      return await askThrough(channel, new URL(url));
    } catch (error) {
      if (portRefused(error)) forwards = true;
      return null;
    }
  };
  const look = async () => {
    const facts = await connection.steadily(() =>
      connection.use((host) => readFacts(host, questionOf(settings, reading, {}))),
    );
    const state = parseState(facts.state, connection.name, settings.target);
    const recorded = knownSha256(state, facts.target.file);
    // Most files are read by now; one that is not is hardly the one that runs.
    const read = await Promise.race([reading.whole, null]);
    if (recorded !== null && read?.file.sha256 !== recorded) void reading.supply?.delta(recorded, isSlow(state));
    return { facts, state, recorded };
  };
  const [{ facts, state, recorded }, answer, { file }] = await atOnce(
    look(),
    health ? ask(health) : null,
    reading.whole,
  );
  const { sha256 } = file;
  const same =
    !settings.force &&
    settings.proof.expectString === undefined &&
    !settings.restart.userUnit &&
    state.pending === null &&
    !facts.locked &&
    recorded === sha256 &&
    attributesFit({ facts, settings }) &&
    runs(facts, settings) &&
    (!health || (answer !== null && judge(answer, health) === null));
  return { facts, forwards, same: same ? { release: releaseOf(state, sha256)?.id ?? null } : null };
}

/** The service's processes execute what is at the target, all of them. */
function runs(facts: Facts, { restart }: Settings): boolean {
  if (restart.kind === 'none') return true;
  const { processes, target } = facts;
  if (processes.length === 0 || processes.some(({ present }) => !present)) return false;
  const name = restart.unit ?? (restart.kind === 'process' ? undefined : unitOf(facts));
  if (name !== undefined) {
    const unit = facts.units.find((one) => one.name === name || one.name === `${name}.service`);
    return (
      unit?.active === 'active' && processes.some(({ pid, unit: own }) => pid === unit.mainPid || own === unit.name)
    );
  }
  const owner = target.owner?.split(':')[0];
  const mine = restart.runAs === undefined || restart.runAs === owner;
  return (
    (restart.kind === 'process' || restart.command !== undefined) &&
    mine &&
    processes.some(({ uid }) => uid === target.uid)
  );
}
