import { startRace, type RaceLost } from './race.ts';
import { createReconnectWaits, type ReconnectWaits } from './reconnect.ts';
import { closed, connected, IDLE, racing, streamsOf, waiting, type ClientState } from './state.ts';
import {
  openStream,
  type ClientStream,
  type OpenBeside,
  type StreamEvents,
  type StreamOptions,
  type Upstream,
} from './stream.ts';
import { createSubscriptions, type Subscriptions } from './subscriptions.ts';
import { readUpdate, type DeltaUpdate } from './update.ts';
import { status } from '../grpc/status.ts';
import type { TypeUrl } from '../types.ts';

/** Options and callbacks of a client. */
export type DeltaClientOptions = StreamOptions & {
  /** The servers, at least one. The client tries them in turn; after a second without an answer, it also tries the next one, in parallel. */
  readonly upstreams: readonly Upstream[];
  /** Versions by name of the resources of a type that the client already has. A server is told on connecting, and sends only the differences. */
  versions(typeUrl: TypeUrl): ReadonlyMap<string, string>;
  onUpdate(update: DeltaUpdate): void;
  /** `connected`: a server has accepted the stream. `disconnected`: once per failed attempt or lost stream, with the server and the reason. */
  onState(state: 'connected' | 'disconnected', detail: string): void;
  /** Called after `connected`. `open` starts further calls of other methods on the same connection, which end with it. */
  onConnection?(open: OpenBeside): void;
};

/** An incremental ADS client that reconnects by itself, to the next upstream, with back-off and jitter. */
export type DeltaClient = {
  /** Replaces the names subscribed to of a type; `*` stands for all. */
  subscribe(typeUrl: TypeUrl, names: ReadonlySet<string>): void;
  /** Asks for all resources of a type again, whatever versions the client has reported. */
  refetch(typeUrl: TypeUrl): void;
  /** ACKs an update, or NACKs it with an error. Has no effect if the connection of the update is closed. */
  answer(update: DeltaUpdate, error?: string): void;
  /** Reconnects, to report a changed node. Has no effect before the first connection attempt. */
  reconnect(): void;
  close(): void;
};

/** Time limit for a server's response headers. Doubles with each race in which a server exceeded it, because the server may be busy. */
const FIRST_LIMIT_MS = 5000;
const LONGEST_LIMIT_MS = 30_000;

/** The state of one client: a plain record that only the functions below change. */
type Client = ReconnectWaits & {
  readonly options: DeltaClientOptions;
  readonly subscriptions: Subscriptions;
  /** The stream of each update without an ACK or NACK so far, by type and nonce. */
  readonly unanswered: Map<string, ClientStream>;
  state: ClientState;
  /** A counter: the index, modulo their number, of the upstream that the next race tries first. */
  next: number;
  /** Consecutive races in which at least one server did not answer. */
  silences: number;
};

/** Creates a client. It connects on the first subscription. */
export function createDeltaClient(options: DeltaClientOptions): DeltaClient {
  const client: Client = {
    options,
    subscriptions: createSubscriptions((typeUrl) => options.versions(typeUrl)),
    unanswered: new Map(),
    ...createReconnectWaits(),
    state: IDLE,
    next: 0,
    silences: 0,
  };
  return {
    subscribe(typeUrl, names) {
      const request = client.subscriptions.replace(typeUrl, names);
      if (client.state.kind === 'idle') return connect(client);
      if (request === undefined) return;
      for (const stream of streamsOf(client.state)) stream.send(request);
    },
    refetch(typeUrl) {
      const request = client.subscriptions.again(typeUrl);
      if (request !== undefined) for (const stream of streamsOf(client.state)) stream.send(request);
    },
    answer: (update, error) => answer(client, update, error),
    reconnect() {
      if (client.state.kind === 'idle' || client.state.kind === 'closed') return;
      closed(client.state);
      client.unanswered.clear();
      connect(client);
    },
    close: () => void (client.state = closed(client.state)),
  };
}

function connect(client: Client): void {
  const { options, subscriptions, silences } = client;
  const { upstreams } = options;
  const first = client.next++ % upstreams.length;
  const race = startRace({
    upstreams: [...upstreams.slice(first), ...upstreams.slice(0, first)],
    limitMs: Math.min(LONGEST_LIMIT_MS, FIRST_LIMIT_MS * 2 ** silences),
    isReachedFirst: silences > 0,
    open(upstream, events) {
      const stream = openStream(upstream, options, events);
      for (const request of subscriptions.first()) stream.send(request);
      return stream;
    },
    onWon: (stream, peer) => won(client, stream, peer),
    onFailed: (reason) => options.onState('disconnected', reason),
    onLost: (lost) => wait(client, lost),
  });
  client.state = racing(race);
}

/** Handles a server that accepted the stream; returns the listeners for the stream's later events. */
function won(client: Client, stream: ClientStream, peer: string): Pick<StreamEvents, 'onResponse' | 'onEnd'> {
  const { options } = client;
  client.silences = 0;
  client.unreachable.reset();
  client.refused.reset();
  client.state = connected(stream);
  client.next = options.upstreams.indexOf(stream.upstream) + 1;
  options.onState('connected', peer);
  options.onConnection?.((path, events) => stream.openBeside(path, events));
  return {
    onResponse: (bytes) => receive(client, stream, bytes),
    onEnd({ reason, refused }) {
      client.unanswered.clear();
      wait(client, { silent: false, refused });
      options.onState('disconnected', reason);
    },
  };
}

function wait(client: Client, { silent, refused }: RaceLost): void {
  client.silences = silent ? client.silences + 1 : 0;
  const backoff = refused ? client.refused : client.unreachable;
  client.state = waiting(backoff.next(), () => connect(client));
}

function receive({ options, unanswered }: Client, from: ClientStream, bytes: Buffer): void {
  try {
    const update = readUpdate(bytes);
    unanswered.set(keyOf(update), from);
    options.onUpdate(update);
  } catch (error) {
    from.fail(`a malformed response: ${String(error)}`);
  }
}

function answer({ state, unanswered }: Client, update: DeltaUpdate, error: string | undefined): void {
  const from = unanswered.get(keyOf(update));
  unanswered.delete(keyOf(update));
  if (from === undefined || state.kind !== 'connected' || state.stream !== from) return;
  const { typeUrl, nonce: responseNonce } = update;
  const nack = error === undefined ? {} : { errorDetail: { code: status.INVALID_ARGUMENT, message: error } };
  from.send({ typeUrl, responseNonce, ...nack });
}

function keyOf({ typeUrl, nonce }: DeltaUpdate): string {
  return `${typeUrl} ${nonce}`;
}
