/** The stop signals: the first signal starts the drain, the second one cuts the drain short. */
export type StopSignals = {
  readonly drain: AbortSignal;
  readonly cutShort: AbortSignal;
  /** Restores the default action of the signals. */
  readonly release: () => void;
};

const SIGNALS = ['SIGTERM', 'SIGQUIT', 'SIGINT'] as const;

/** Listens for SIGTERM, SIGQUIT and SIGINT. Calls `onSignal` for each. */
export function listenForStop(onSignal: (signal: NodeJS.Signals) => void): StopSignals {
  const drain = new AbortController();
  const cutShort = new AbortController();
  const listener = (signal: NodeJS.Signals) => {
    onSignal(signal);
    if (drain.signal.aborted) cutShort.abort();
    drain.abort();
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return {
    drain: drain.signal,
    cutShort: cutShort.signal,
    release() {
      for (const signal of SIGNALS) process.off(signal, listener);
    },
  };
}
