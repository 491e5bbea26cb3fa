const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `act` once if this process ends before the returned function is called: by a signal, by exit(), or normally. `act` must be synchronous. A
 * signal then ends the process as it would have without us, unless there are other listeners.
 */
export function onEnd(act: () => void): () => void {
  const onSignal = (signal: NodeJS.Signals) => {
    forget();
    act();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const onExit = () => {
    forget();
    act();
  };
  const forget = () => {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
    process.removeListener('exit', onExit);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('exit', onExit);
  return forget;
}
