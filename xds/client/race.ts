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

/** The state of a race. */
type State = {
  readonly options: RaceOptions;
  readonly waiting: Upstream[];
  readonly trying: Set<Attempt>;
  readonly lost: { silent: boolean; refused: boolean };
  stagger: NodeJS.Timeout | undefined;
  isOver: boolean;
};

/**
 * Tries servers in order until one accepts its stream. The next one starts after a second without an answer, or as soon as one fails.
 * A server that is silent or unreachable therefore costs a second, not the time limit of a connection.
 */
export function startRace(options: RaceOptions): Race {
  const race: State = {
    options,
    waiting: [...options.upstreams],
    trying: new Set(),
    lost: { silent: false, refused: false },
    stagger: undefined,
    isOver: false,
  };
  tryNext(race);
  return {
    streams: () => [...race.trying].flatMap(({ stream }) => stream ?? []),
    cancel: () => finish(race),
  };
}

function tryNext(race: State): void {
  clearTimeout(race.stagger);
  const upstream = race.waiting.shift();
  if (race.isOver || upstream === undefined) return;
  const attempt: Attempt = { upstream, timers: [], stop: new AbortController(), stream: undefined };
  race.trying.add(attempt);
  race.stagger = setTimeout(() => tryNext(race), STAGGER_MS);
  const { limitMs, isReachedFirst } = race.options;
  failAfter(race, attempt, limitMs, `it did not answer within ${limitMs / 1000} s`);
  if (isReachedFirst && upstream.reach !== undefined) void reachFirst(race, attempt, upstream.reach);
  else openStream(race, attempt);
}

async function reachFirst(
  race: State,
  attempt: Attempt,
  reach: NonNullable<Upstream['reach']>,
): Promise<void> {
  const isUnreached = (): boolean => attempt.stream === undefined;
  failAfter(race, attempt, REACH_MS, `no TCP connection within ${REACH_MS / 1000} s`, isUnreached);
  try {
    await reach(attempt.stop.signal);
    if (race.trying.has(attempt)) openStream(race, attempt);
  } catch (error) {
    const reason = `${nameOf(attempt.upstream.address)}: ${errorText(error)}`;
    fail(race, attempt, { reason, refused: false });
  }
}

function openStream(race: State, attempt: Attempt): void {
  let won: Pick<StreamEvents, 'onResponse' | 'onEnd'> | undefined;
  const stream = race.options.open(attempt.upstream, {
    onHeard(peer) {
      finish(race, attempt);
      won = race.options.onWon(stream, peer);
    },
    onResponse: (bytes) => won?.onResponse(bytes),
    onEnd: (end) => (won === undefined ? fail(race, attempt, end) : won.onEnd(end)),
  });
  attempt.stream = stream;
}

/** Ends an attempt if it is still in progress after `ms` milliseconds. */
function failAfter(race: State, attempt: Attempt, ms: number, words: string, isDue = () => true): void {
  const end = (): void => {
    if (!isDue()) return;
    race.lost.silent = true;
    fail(race, attempt, { reason: `${nameOf(attempt.upstream.address)}: ${words}`, refused: false });
  };
  attempt.timers.push(setTimeout(end, ms));
}

function fail(race: State, attempt: Attempt, { reason, refused }: StreamEnd): void {
  if (!race.trying.delete(attempt)) return;
  drop(attempt);
  race.lost.refused ||= refused;
  race.options.onFailed(reason);
  if (race.isOver) return;
  if (race.waiting.length > 0) return tryNext(race);
  if (race.trying.size > 0) return;
  race.isOver = true;
  clearTimeout(race.stagger);
  race.options.onLost(race.lost);
}

/** Ends the race: keeps the winner's stream and closes all others. */
function finish(race: State, winner?: Attempt): void {
  race.isOver = true;
  clearTimeout(race.stagger);
  for (const attempt of race.trying) {
    if (attempt === winner) for (const timer of attempt.timers) clearTimeout(timer);
    else drop(attempt);
  }
  race.trying.clear();
}

function drop({ timers, stop, stream }: Attempt): void {
  for (const timer of timers) clearTimeout(timer);
  stop.abort();
  stream?.close();
}
