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

/** For so many turns in a row, connections are accepted and none begins. */
export const MOST_ACCEPTING = 32;
/** Once a connection has waited this long, in milliseconds, every other turn is for the latest one: the client of the oldest may give up before its answer. */
export const FIRST_COME_MS = 1000;

/**
 * Begins one handshake in each turn of the event loop, once the kernel has no more connections. libuv accepts one connection a turn
 * (https://github.com/libuv/libuv/pull/3696), and a turn lasts as long as all connections need that have something to do. So a control plane with too
 * little processor time leaves connections in the kernel's queue, which gives the oldest first: each of them is of a client that has given up or is about
 * to, and nothing that the control plane does is of use. Turns without a new handshake are short, and bring the connections here, where the oldest and the
 * latest take turns: some clients are served in time, and none is kept out by later ones. A connection that waits here costs
 * nothing, and a client that sends nothing holds no place.
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
