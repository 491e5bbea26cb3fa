/** A stream of server-sent events that opens again by itself, also after a refusal, when a browser gives up. */
export type Stream = {
  /** Whether events come. */
  readonly isOpen: () => boolean;
  /** Tries again now, if the stream was refused: the control plane has come back. */
  readonly tryAgain: () => void;
  readonly close: () => void;
};

/** The part of an `EventSource` that a stream needs. */
export type Source = Pick<EventSource, 'readyState' | 'close'> & {
  readonly addEventListener: (type: 'open' | 'error', listener: () => void) => void;
};

/** Inputs of a stream. `open`: opens a source, with its listeners. `onRefused`: takes whether the control plane refuses it. `wait`: as `setTimeout`; for tests. */
export type StreamOptions = {
  readonly open: () => Source;
  readonly onRefused?: (isRefused: boolean) => void;
  readonly wait?: (milliseconds: number, then: () => void) => () => void;
};

/** After a refusal, a stream waits for the first time, and then each time twice as long, up to the longest time; in milliseconds. */
const FIRST_MS = 10_000;
const LONGEST_MS = 80_000;

/** `EventSource.OPEN` and `EventSource.CLOSED`. */
const OPEN = 1;
const CLOSED = 2;

/**
 * Opens a stream. The browser itself opens one again whose connection ends, but not one that gets an error answer, such as 503 beyond the limit
 * of readers.
 */
export function openStream({ open, onRefused = () => {}, wait = waitFor }: StreamOptions): Stream {
  let pause = FIRST_MS;
  let isClosed = false;
  let stopWaiting: (() => void) | undefined;
  let source = begin();

  function begin(): Source {
    const opened = open();
    opened.addEventListener('open', () => {
      pause = FIRST_MS;
      onRefused(false);
    });
    opened.addEventListener('error', () => {
      if (opened.readyState !== CLOSED || opened !== source || isClosed) return;
      onRefused(true);
      stopWaiting?.();
      stopWaiting = wait(pause, again);
      pause = Math.min(2 * pause, LONGEST_MS);
    });
    return opened;
  }

  function again(): void {
    stopWaiting?.();
    stopWaiting = undefined;
    source.close();
    source = begin();
  }

  return {
    isOpen: () => source.readyState === OPEN,
    tryAgain() {
      if (stopWaiting === undefined || isClosed) return;
      pause = FIRST_MS;
      again();
    },
    close() {
      isClosed = true;
      stopWaiting?.();
      source.close();
      onRefused(false);
    },
  };
}

function waitFor(milliseconds: number, then: () => void): () => void {
  const timer = setTimeout(then, milliseconds);
  return () => clearTimeout(timer);
}
