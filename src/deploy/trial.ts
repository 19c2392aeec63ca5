import type { Connection } from './connection.ts';
import type { Work } from './deploy.ts';
import { assess, isStill, stillPart } from './deployment.ts';
import { takeLock } from './lock.ts';
import { stateParts } from './records.ts';
import { adopt } from './state.ts';

/**
 * Ends the trial of the release that a host runs: from now on it is kept, counted and gone back to like any other, and what it
 * replaced is kept as far as `keep` says. Does nothing where no release is on trial.
 *
 * @throws ToolError of kind `problem` when another deploy holds the lock: the release is that one's concern then
 */
export async function endTrial(connection: Connection, { settings, local }: Work): Promise<void> {
  const before = await assess(connection, settings, null, local);
  const { remote, facts } = before;
  const how = { ...settings.lock, waitMs: 0 };
  const lock = await takeLock(remote, how, settings.origin, 'deploy', facts.bootId, [stillPart(before)]);
  try {
    const [still] = lock.results ?? [];
    const { state } = still && isStill(before, still) ? before : await assess(connection, settings, null, local);
    const current = state.releases.find(({ id }) => id === state.current);
    if (!current?.trial) return;
    const { trial: _, ...proven } = current;
    const releases = state.releases.map((one) => (one === current ? proven : one));
    const { state: next, dropped } = adopt({ ...state, releases }, proven, settings.keep);
    const old = dropped.map(({ slot }) =>
      remote.part('Removing an old release', ['rm', '-f', '--', remote.layout.slot(slot)]),
    );
    await remote.connection.steadily(async () =>
      remote.together([await lock.guard(), ...stateParts(remote, { ...next, pending: state.pending }), ...old]),
    );
  } finally {
    await lock.release().catch(() => {});
  }
}
