const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does what cannot wait when a person or a runner ends the process; then it ends as it would have.
 *
 * @returns how to stop listening
 */
export function whenInterrupted(act: () => void): () => void {
  const stop = () => {
    for (const signal of signals) process.removeListener(signal, heard);
  };
  const heard = (signal: NodeJS.Signals) => {
    stop();
    try {
      act();
    } finally {
      // Listening to a signal switches off what it does by default; nobody else listening, do that.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    }
  };
  for (const signal of signals) process.on(signal, heard);
  return stop;
}
