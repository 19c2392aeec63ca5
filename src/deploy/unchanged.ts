import type { Connection } from './connection.ts';
import { questionOf, releaseOf, type Source } from './deployment.ts';
import { type Answer, askThrough, hostOf, judge } from './health.ts';
import { type Facts, readFacts } from './preflight/facts.ts';
import { unitOf } from './restart/choose.ts';
import { healthPort, type Settings } from './settings.ts';
import { knownSha256, parseState } from './state.ts';

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
 * what runs, and meanwhile one question to the service. A host that somebody else works on is waited for. No file is hashed: the record holds for as long as size, time and inode are the file's.
 *
 * @returns the release that runs, null for anything but a clear yes; what was read, and the sha256 that is recorded for the file there
 */
export async function alreadyRuns(
  connection: Connection,
  source: Source,
  settings: Settings,
): Promise<{
  readonly facts: Facts;
  readonly same: { readonly release: string | null } | null;
  readonly recorded: string | null;
}> {
  const { health } = settings.proof;
  const asked: Promise<Answer | null> = health
    ? connection
        .forward(hostOf(new URL(health.url)), healthPort(health))
        .then((channel) => askThrough(channel, new URL(health.url)))
        .catch(() => null)
    : Promise.resolve(null);
  const [facts, answer] = await Promise.all([
    connection.steadily(() => connection.use((host) => readFacts(host, questionOf(settings, source, {})))),
    asked,
  ]);
  const { sha256 } = source.file;
  const state = parseState(facts.state, connection.name, settings.target);
  const recorded = knownSha256(state, facts.target.file);
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
  return { facts, recorded, same: same ? { release: releaseOf(state, sha256)?.id ?? null } : null };
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
