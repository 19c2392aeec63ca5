import { messageOf } from '../common/errors.ts';
import type { Io } from '../common/io.ts';
import type { Persistence } from './connection.ts';
import { foreign } from './foreign.ts';

/** Connections to one host within a command: a way in that breaks is tried again for about half a minute, one that never worked for 3 s. */
export const persistenceFor = (io: Io): Persistence => ({
  attempts: 6,
  first: 3,
  pauseMs: 1_000,
  onRetry: (host, error) => io.note(io.view.style.faint(`${host}: ${foreign(messageOf(error))} Trying again …`)),
});
