/** SIGHUP, which asks for a reload. */
export type Hangups = {
  /** Calls `handle` for each further one. */
  readonly use: (handle: () => void) => void;
  /** Restores the default action of the signal. */
  readonly release: () => void;
};

/** Listens from the start on, because the default action would end the agent. `early` is called until there is a handler. */
export function listenForHangups(early: () => void): Hangups {
  let handle = early;
  const listener = (): void => handle();
  process.on('SIGHUP', listener);
  return {
    use: (next) => void (handle = next),
    release: () => void process.off('SIGHUP', listener),
  };
}
