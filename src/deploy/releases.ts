import { ToolError } from '../common/errors.ts';
import { type Situation, type Source, targetMissing } from './deployment.ts';
import type { Part } from './parts.ts';
import { freeSlot, type Release, releaseId, type State } from './state.ts';
import type { Previous } from './steps.ts';

/** Slots that hold something worth keeping. */
const takenSlots = (state: State): string[] => state.releases.map(({ slot }) => slot);

/** A release of the file that is brought; `present` is the sha256 of what is at the target. */
export function newRelease({ state, facts, settings }: Situation, { file }: Source, present: string | null): Release {
  const { origin } = settings;
  // The file at the target may take a slot of its own as well.
  const taken = takenSlots(state);
  const forPresent =
    present !== null && !state.releases.some(({ sha256 }) => sha256 === present) ? [freeSlot(taken)] : [];
  return {
    id: releaseId(
      facts.clock,
      file.sha256,
      state.releases.map(({ id }) => id),
    ),
    sha256: file.sha256,
    size: file.size,
    slot: freeSlot([...taken, ...forPresent]),
    at: new Date(facts.clock * 1000).toISOString(),
    by: origin.by,
    commit: origin.commit,
    runUrl: origin.runUrl,
    ...(origin.manual !== undefined && { manual: origin.manual }),
    ...(origin.snapshot !== undefined && { snapshot: origin.snapshot }),
    ...(settings.trial && { trial: true as const }),
  };
}

/**
 * The release to go back to. What is at the target, unless a deploy died over it: then the last one that was proven.
 */
export function previousOf(
  { state, facts }: Situation,
  present: string | null,
  next: Release,
  healthy: boolean,
): Previous | null {
  const hasSlot = (slot: string) => facts.slots.some(({ name }) => name === slot);
  const current = state.releases.find(({ id }) => id === state.current);
  const unproven =
    present === null || (state.pending !== null && state.pending.sha256 === present && current?.sha256 !== present);
  if (unproven || !healthy) {
    if (current && hasSlot(current.slot) && (unproven || current.sha256 !== present))
      return { sha256: current.sha256, slot: current.slot, release: current, healthy: true, kept: true };
    if (present === null) return null;
  }
  const release = state.releases.findLast(({ sha256 }) => sha256 === present) ?? null;
  const kept = release !== null && hasSlot(release.slot);
  const slot = release?.slot ?? freeSlot([...takenSlots(state), next.slot]);
  return { sha256: present!, slot, release, healthy, kept };
}

/** The kept release that a rollback brings back. @throws ToolError of kind `problem` when there is none, or several fit */
export function chooseRelease(
  { state, remote, settings, facts }: Situation,
  present: string | null,
  to: string | undefined,
): Release {
  const { releases } = state;
  const there = releases.filter(({ slot }) => facts.slots.some(({ name }) => name === slot));
  if (present === null && there.length === 0) throw targetMissing(remote.name, settings.target);
  const list = releases.map(({ id }) => id).join(', ') || 'none';
  const fix = `Kept on the host: ${list}. See deploy-binary history.`;
  if (to !== undefined) {
    const fits = releases.filter(
      ({ id, sha256, commit }) => id === to || id.startsWith(to) || sha256.startsWith(to) || commit?.startsWith(to),
    );
    if (fits.length === 1) return fits[0]!;
    throw new ToolError(
      'problem',
      `${remote.name}: ${fits.length === 0 ? 'no kept release is' : 'several kept releases are'} "${to}".`,
      fix,
    );
  }
  // The file is gone: the last one that was proven.
  if (present === null) return there.find(({ id }) => id === state.current) ?? there.at(-1)!;
  const at = releases.findLastIndex(({ sha256 }) => sha256 === present);
  const proven = (at < 0 ? releases : releases.slice(0, at)).filter(({ trial }) => !trial);
  const before = releases.find(({ id, trial }) => id === releases[at]?.previous && !trial) ?? proven.at(-1);
  if (!before) throw new ToolError('problem', `${remote.name}: no release before the present one is kept.`, fix);
  return before;
}

/** A release knows which one it replaced: that is the one to go back to. */
export function successor(situation: Situation, release: Release, previous: Previous | null): Release {
  if (previous === null) return release;
  const before = previous.release ?? foundRelease(situation, previous);
  const id = before.sha256 === release.sha256 ? before.previous : before.id;
  return id === undefined ? release : { ...release, previous: id };
}

/** The entry of a file that was there before the first deploy. */
export function foundRelease({ facts }: Situation, previous: Previous): Release {
  const file = facts.target.file;
  const time = file?.mtime ?? facts.clock;
  return {
    id: releaseId(time, previous.sha256, []),
    sha256: previous.sha256,
    size: file?.size ?? 0,
    slot: previous.slot,
    at: new Date(time * 1000).toISOString(),
    by: 'found on the host',
    commit: null,
    runUrl: null,
  };
}

/** Removes what is in a slot that no release needs. */
export function pruneParts({ remote, facts }: Situation, state: State, used: readonly string[]): readonly Part[] {
  const taken = takenSlots(state);
  const found = facts.slots.map(({ name }) => name);
  return [...new Set([...found, ...used])]
    .filter((slot) => !taken.includes(slot) && /^\d+$/.test(slot))
    .map((slot) => remote.part('Removing an old release', ['rm', '-f', '--', remote.layout.slot(slot)]));
}
