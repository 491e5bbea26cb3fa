import { errorText } from '../../common/error-text.ts';
import { nameOf, type ClientStream, type StreamEnd, type StreamEvents, type Upstream } from './stream.ts';

/** How a race ended without a winner. `silent`: at least one server did not answer at all within its time limit. */
export type RaceLost = { readonly silent: boolean; readonly refused: boolean };

/** Options and callbacks of a race. Times are in milliseconds. */
export type RaceOptions = {
  /** In the order in which they are tried. */
  readonly upstreams: readonly Upstream[];
  /** Time limit for one server's response headers. */
  readonly limitMs: number;
  /** Whether a TCP connection has to succeed before a stream is opened, because a server was silent in the last race. */
  readonly isReachedFirst: boolean;
  readonly open: (upstream: Upstream, events: StreamEvents) => ClientStream;
  /** A server has accepted its stream; all other attempts are closed. The returned listeners get the stream's later events. */
  readonly onWon: (stream: ClientStream, peer: string) => Pick<StreamEvents, 'onResponse' | 'onEnd'>;
  /** One attempt failed; the race may continue. */
  readonly onFailed: (reason: string) => void;
  readonly onLost: (lost: RaceLost) => void;
};

/** A race in progress. */
export type Race = {
  /** The streams of the current attempts. */
  readonly streams: () => Iterable<ClientStream>;
  readonly cancel: () => void;
};

/** How long a server may take before the next one is tried in parallel. */
const STAGGER_MS = 1000;
/** Time limit for the TCP connection. */
const REACH_MS = 1500;

/** One server's attempt in a race. */
type Attempt = {
  readonly upstream: Upstream;
  readonly timers: NodeJS.Timeout[];
  readonly stop: AbortController;
  stream: ClientStream | undefined;
};

/**
 * Tries servers in order until one accepts its stream. The next one starts after a second without an answer, or as soon as one fails.
 * A server that is silent or unreachable therefore costs a second, not the time limit of a connection.
 */
export function startRace(options: RaceOptions): Race {
  const waiting = [...options.upstreams];
  const trying = new Set<Attempt>();
  const lost = { silent: false, refused: false };
  let stagger: NodeJS.Timeout | undefined;
  let isOver = false;

  function tryNext(): void {
    clearTimeout(stagger);
    const upstream = waiting.shift();
    if (isOver || upstream === undefined) return;
    const attempt: Attempt = { upstream, timers: [], stop: new AbortController(), stream: undefined };
    trying.add(attempt);
    stagger = setTimeout(tryNext, STAGGER_MS);
    const { limitMs, isReachedFirst } = options;
    after(attempt, limitMs, `it did not answer within ${limitMs / 1000} s`);
    if (isReachedFirst && upstream.reach !== undefined) void reachFirst(attempt, upstream.reach);
    else begin(attempt);
  }

  async function reachFirst(attempt: Attempt, reach: NonNullable<Upstream['reach']>): Promise<void> {
    after(
      attempt,
      REACH_MS,
      `no TCP connection within ${REACH_MS / 1000} s`,
      () => attempt.stream === undefined,
    );
    try {
      await reach(attempt.stop.signal);
      if (trying.has(attempt)) begin(attempt);
    } catch (error) {
      const reason = `${nameOf(attempt.upstream.address)}: ${errorText(error)}`;
      fail(attempt, { reason, refused: false });
    }
  }

  function begin(attempt: Attempt): void {
    let won: Pick<StreamEvents, 'onResponse' | 'onEnd'> | undefined;
    const stream = options.open(attempt.upstream, {
      onHeard(peer) {
        finish(attempt);
        won = options.onWon(stream, peer);
      },
      onResponse: (bytes) => won?.onResponse(bytes),
      onEnd: (end) => (won === undefined ? fail(attempt, end) : won.onEnd(end)),
    });
    attempt.stream = stream;
  }

  /** Ends an attempt if it is still in progress after `ms` milliseconds. */
  function after(attempt: Attempt, ms: number, words: string, isDue = () => true): void {
    const end = (): void => {
      if (!isDue()) return;
      lost.silent = true;
      fail(attempt, { reason: `${nameOf(attempt.upstream.address)}: ${words}`, refused: false });
    };
    attempt.timers.push(setTimeout(end, ms));
  }

  function fail(attempt: Attempt, { reason, refused }: StreamEnd): void {
    if (!trying.delete(attempt)) return;
    drop(attempt);
    lost.refused ||= refused;
    options.onFailed(reason);
    if (isOver) return;
    if (waiting.length > 0) return tryNext();
    if (trying.size > 0) return;
    isOver = true;
    clearTimeout(stagger);
    options.onLost(lost);
  }

  function finish(winner?: Attempt): void {
    isOver = true;
    clearTimeout(stagger);
    for (const attempt of trying) {
      if (attempt === winner) for (const timer of attempt.timers) clearTimeout(timer);
      else drop(attempt);
    }
    trying.clear();
  }

  tryNext();
  return {
    streams: () => [...trying].flatMap(({ stream }) => stream ?? []),
    cancel: () => finish(),
  };
}

function drop({ timers, stop, stream }: Attempt): void {
  for (const timer of timers) clearTimeout(timer);
  stop.abort();
  stream?.close();
}
