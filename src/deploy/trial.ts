import type { Connection } from './connection.ts';
import type { Work } from './deploy.ts';
import { assess } from './deployment.ts';
import { takeLock } from './lock.ts';
import { saveState } from './records.ts';
import { adopt } from './state.ts';

/**
 * Ends the trial of the release that a host runs: from now on it is kept, counted and gone back to like any other, and what it
 * replaced is kept as far as `keep` says. Does nothing where no release is on trial.
 *
 * @throws ToolError of kind `problem` when another deploy holds the lock: the release is that one's concern then
 */
export async function endTrial(connection: Connection, { settings, local }: Work): Promise<void> {
  const { remote, facts } = await assess(connection, settings, null, local);
  const lock = await takeLock(remote, { ...settings.lock, waitMs: 0 }, settings.origin, 'deploy', facts.bootId);
  try {
    const { state } = await assess(connection, settings, null, local);
    const { trial, ...proven } = state.releases.find(({ id }) => id === state.current) ?? { trial: undefined };
    if (!trial || !('id' in proven)) return;
    const releases = state.releases.map((one) => (one.id === proven.id ? proven : one));
    const { state: next, dropped } = adopt({ ...state, releases }, proven, settings.keep);
    await saveState(remote, { ...next, pending: state.pending });
    for (const { slot } of dropped)
      await remote.connection.steadily(() =>
        remote.files('Removing an old release', ['rm', '-f', '--', remote.layout.slot(slot)]),
      );
  } finally {
    await lock.release().catch(() => {});
  }
}
