/** SIGHUP, which asks for a reload. */
export type Hangups = {
  /** Calls `handle` for each further one, and once now if there was one before. */
  readonly use: (handle: () => void) => void;
  /** Restores the default action of the signal. */
  readonly release: () => void;
};

/** Listens from the start on, because the default action would end the agent. Calls `early` for each signal before there is a handler. */
export function listenForHangups(early: () => void): Hangups {
  let wasEarly = false;
  let handle = (): void => {
    wasEarly = true;
    early();
  };
  const listener = (): void => handle();
  process.on('SIGHUP', listener);
  return {
    use(next) {
      handle = next;
      if (wasEarly) next();
    },
    release: () => void process.off('SIGHUP', listener),
  };
}
