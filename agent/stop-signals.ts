/** What signals ask for: the first to drain and end, a second not to wait any longer. */
export type StopSignals = {
  readonly drain: AbortSignal;
  readonly hurry: AbortSignal;
  /** Gives the signals back their usual effect. */
  readonly release: () => void;
};

const SIGNALS = ['SIGTERM', 'SIGQUIT', 'SIGINT'] as const;

/** Starts to listen for SIGTERM, SIGQUIT and SIGINT; `onSignal` hears of each. */
export function listenForStop(onSignal: (signal: NodeJS.Signals) => void): StopSignals {
  const drain = new AbortController();
  const hurry = new AbortController();
  const listener = (signal: NodeJS.Signals) => {
    onSignal(signal);
    if (drain.signal.aborted) hurry.abort();
    drain.abort();
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return {
    drain: drain.signal,
    hurry: hurry.signal,
    release() {
      for (const signal of SIGNALS) process.off(signal, listener);
    },
  };
}
