/** Connections that wait for their TLS handshake. */
export type HandshakeQueue<T> = {
  /** Lets a connection wait for its handshake. */
  readonly add: (connection: T) => void;
  readonly close: () => void;
};

/** Inputs of the queue. `now`: milliseconds of a monotonic clock. */
export type HandshakeQueueOptions<T> = {
  readonly begin: (connection: T) => void;
  /** The client is gone. */
  readonly isGone: (connection: T) => boolean;
  readonly now?: () => number;
  /** Calls back in the next turn of the event loop. Default: setImmediate. */
  readonly nextTurn?: (work: () => void) => void;
};

/** The most turns in a row that accept connections without beginning a handshake. */
export const MOST_ACCEPTING = 32;
/** Once a connection has waited this long, in milliseconds, every other turn is for the latest one: the client of the oldest may give up before its answer. */
export const FIRST_COME_MS = 1000;

/**
 * Orders TLS handshakes. libuv accepts one connection per turn of the event loop (https://github.com/libuv/libuv/pull/3696), and a turn lasts as long as the
 * work of all active connections. So a control plane with too little processor time leaves connections in the kernel's queue, which is first in, first
 * out: every client that it accepts has given up or is about to, and all work is wasted. This queue first empties the kernel's queue, in short turns
 * without a new handshake, and then begins one handshake per turn. Once a connection has waited for a second, the oldest and the latest alternate: some
 * clients are served in time, and later ones cannot starve any. A waiting connection costs no handshake.
 */
export function createHandshakeQueue<T>({
  begin,
  isGone,
  now = () => performance.now(),
  nextTurn = setImmediate,
}: HandshakeQueueOptions<T>): HandshakeQueue<T> {
  /** The oldest first. */
  const waiting: { readonly connection: T; readonly since: number }[] = [];
  let isPlanned = false;
  /** Whether a connection has arrived in this turn, and for how many turns in a row. */
  let hasArrived = false;
  let accepting = 0;
  let wasLatest = false;
  let isClosed = false;

  function plan(): void {
    if (isPlanned || isClosed) return;
    isPlanned = true;
    nextTurn(turn);
  }

  function turn(): void {
    isPlanned = false;
    if (isClosed) return;
    accepting = hasArrived ? accepting + 1 : 0;
    hasArrived = false;
    if (accepting > 0 && accepting < MOST_ACCEPTING) return plan();
    accepting = 0;
    const next = take();
    if (next !== undefined) begin(next);
    if (waiting.length > 0) plan();
  }

  function take(): T | undefined {
    for (;;) {
      const [oldest] = waiting;
      if (oldest === undefined) return undefined;
      wasLatest = !wasLatest && now() - oldest.since >= FIRST_COME_MS;
      const found = wasLatest ? waiting.pop() : waiting.shift();
      if (found !== undefined && !isGone(found.connection)) return found.connection;
    }
  }

  return {
    add(connection) {
      waiting.push({ connection, since: now() });
      hasArrived = true;
      plan();
    },
    close() {
      isClosed = true;
      waiting.length = 0;
    },
  };
}
