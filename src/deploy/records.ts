import type { Remote } from './remote.ts';
import { type HistoryEntry, parseHistory, type State, writeState } from './state.ts';

/** Replaces the state on the host as a whole. May be repeated. */
export async function saveState(remote: Remote, state: State): Promise<void> {
  const { stateNew, state: path } = remote.layout;
  await remote.connection.steadily(async () => {
    await remote.write('Writing the state', stateNew, writeState(state));
    await remote.files('Writing the state', ['mv', '-f', '--', stateNew, path]);
  });
}

export async function appendHistory(remote: Remote, entry: HistoryEntry): Promise<void> {
  // A leading newline ends a line that a dying host cut off.
  await remote.files('Writing the history', ['tee', '-a', '--', remote.layout.history], {
    stdin: Buffer.from(`\n${JSON.stringify(entry)}\n`),
    onStdout: () => {},
  });
}

/** Oldest first. */
export async function readHistory(remote: Remote): Promise<HistoryEntry[]> {
  const { history } = remote.layout;
  const { code, stdout, stderr } = await remote.ask(['cat', '--', history]);
  if (code === 0) return parseHistory(stdout);
  if (/No such file/i.test(stderr)) return [];
  return parseHistory(await remote.files('Reading the history', ['cat', '--', history]));
}
