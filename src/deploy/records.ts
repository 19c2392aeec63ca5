import { fed, type Part } from './parts.ts';
import type { Remote } from './remote.ts';
import { type HistoryEntry, parseHistory, type State, writeState } from './state.ts';

/** Replaces the state on the host as a whole. May be repeated. */
export const stateParts = (remote: Remote, state: State): readonly Part[] =>
  remote.write('Writing the state', remote.layout.stateNew, remote.layout.state, writeState(state));

/** A leading newline ends a line that a dying host cut off. */
export const historyPart = (remote: Remote, entry: HistoryEntry): Part =>
  fed(remote.part('Writing the history', ['tee', '-a', '--', remote.layout.history]), `\n${JSON.stringify(entry)}\n`);

/** Oldest first. */
export async function readHistory(remote: Remote): Promise<HistoryEntry[]> {
  const { history } = remote.layout;
  const { code, stdout, stderr } = await remote.ask(['cat', '--', history]);
  if (code === 0) return parseHistory(stdout);
  if (/No such file/i.test(stderr)) return [];
  return parseHistory(await remote.files('Reading the history', ['cat', '--', history]));
}
