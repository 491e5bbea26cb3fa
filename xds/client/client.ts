import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { DeltaDiscoveryResponseSchema } from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { createBackoff, type Backoff } from './backoff.ts';
import { startRace, type Race } from './race.ts';
import { openStream, type ClientStream, type StreamOptions, type Upstream } from './stream.ts';
import { status } from '../grpc/status.ts';
import type { Resource, TypeUrl } from '../types.ts';

export type { Upstream } from './stream.ts';

/** What a server sent: resources that are new or changed, names that are gone. To be answered with `answer`. */
export type DeltaUpdate = {
  readonly typeUrl: TypeUrl;
  readonly nonce: string;
  readonly version: string;
  readonly resources: readonly Resource[];
  readonly removed: readonly string[];
};

/** What the owner of a client provides. */
export type DeltaClientOptions = StreamOptions & {
  /** At least one. The next in turn is tried first, and after a second without an answer the one after it, beside it. */
  readonly upstreams: readonly Upstream[];
  /** What the client already has of a type, by name: told to a server on connecting, which then sends only what differs. */
  versions(typeUrl: TypeUrl): ReadonlyMap<string, string>;
  onUpdate(update: DeltaUpdate): void;
  /** `connected`: a server has taken the stream. `disconnected`: with the server and the reason, once an attempt or a loss. */
  onState(state: 'connected' | 'disconnected', detail: string): void;
};

/** An incremental ADS client that stays connected: it comes back by itself, to the next upstream, with back-off and jitter. */
export type DeltaClient = {
  /** Replaces what is subscribed to of a type; `*` stands for all. */
  subscribe(typeUrl: TypeUrl, names: ReadonlySet<string>): void;
  /** Acknowledges an update, or refuses it with an error. One of a connection that is gone is passed over. */
  answer(update: DeltaUpdate, error?: string): void;
  close(): void;
};

const FIRST_WAIT_MS = 100;
/** The longest wait while no server can be reached: it costs nobody anything to be asked again. */
const LONGEST_WAIT_MS = 2000;
/** The longest wait after a server refused this client: it has to be let be. */
const LONGEST_REFUSED_WAIT_MS = 10_000;
/** How long a server may take to its headers. It doubles with each that took longer: the server may be busy. */
const FIRST_LIMIT_MS = 5000;
const LONGEST_LIMIT_MS = 30_000;

type State =
  | { readonly kind: 'idle' | 'closed' }
  | { readonly kind: 'racing'; readonly race: Race }
  | { readonly kind: 'connected'; readonly stream: ClientStream }
  | { readonly kind: 'waiting'; readonly timer: NodeJS.Timeout };

/** Connects as soon as something is subscribed to. */
export function createDeltaClient(options: DeltaClientOptions): DeltaClient {
  const subscriptions = new Map<TypeUrl, ReadonlySet<string>>();
  const open = new Map<string, ClientStream>(); // by type and nonce: which stream an update came from
  const unreachable = createBackoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  const refused = createBackoff(FIRST_WAIT_MS, LONGEST_REFUSED_WAIT_MS);
  let state: State = { kind: 'idle' };
  let turn = 0;
  let silences = 0;

  function connect(): void {
    const { upstreams } = options;
    const first = turn++ % upstreams.length;
    const race = startRace({
      upstreams: [...upstreams.slice(first), ...upstreams.slice(0, first)],
      limitMs: Math.min(LONGEST_LIMIT_MS, FIRST_LIMIT_MS * 2 ** silences),
      isReachedFirst: silences > 0,
      open(upstream, events) {
        const stream = openStream(upstream, options, events);
        for (const [typeUrl, names] of subscriptions) sendFirst(stream, typeUrl, names);
        return stream;
      },
      onWon(stream, peer) {
        silences = 0;
        unreachable.reset();
        refused.reset();
        state = { kind: 'connected', stream };
        turn = upstreams.indexOf(stream.upstream) + 1;
        options.onState('connected', peer);
        return {
          onResponse: (bytes) => take(stream, bytes),
          onEnd({ reason, refused: isRefused }) {
            open.clear();
            wait(isRefused ? refused : unreachable);
            options.onState('disconnected', reason);
          },
        };
      },
      onFailed: (reason) => options.onState('disconnected', reason),
      onLost(lost) {
        silences = lost.silent ? silences + 1 : 0;
        wait(lost.refused ? refused : unreachable);
      },
    });
    state = { kind: 'racing', race };
  }

  function wait(backoff: Backoff): void {
    state = { kind: 'waiting', timer: setTimeout(connect, backoff.next()) };
  }

  /** The streams that requests go to now. */
  function streams(): Iterable<ClientStream> {
    if (state.kind === 'connected') return [state.stream];
    return state.kind === 'racing' ? state.race.streams() : [];
  }

  function sendFirst(to: ClientStream, typeUrl: TypeUrl, names: ReadonlySet<string>): void {
    const initialResourceVersions = Object.fromEntries(options.versions(typeUrl));
    to.send({ typeUrl, resourceNamesSubscribe: [...names], initialResourceVersions });
  }

  function take(from: ClientStream, bytes: Buffer): void {
    try {
      receive(from, bytes);
    } catch (error) {
      from.fail(`a response that is none: ${String(error)}`);
    }
  }

  function receive(from: ClientStream, bytes: Buffer): void {
    const message = fromBinary(DeltaDiscoveryResponseSchema, bytes);
    const resources = message.resources.flatMap(({ name, version, resource }): Resource[] =>
      resource === undefined ? [] : [{ name, version, any: toBinary(AnySchema, resource) }],
    );
    const { typeUrl, nonce, systemVersionInfo: version, removedResources: removed } = message;
    open.set(`${typeUrl} ${nonce}`, from);
    options.onUpdate({ typeUrl, nonce, version, resources, removed });
  }

  return {
    subscribe(typeUrl, names) {
      const before = subscriptions.get(typeUrl);
      subscriptions.set(typeUrl, new Set(names));
      if (state.kind === 'idle') return connect();
      for (const stream of streams()) {
        if (before === undefined) {
          sendFirst(stream, typeUrl, names);
          continue;
        }
        const resourceNamesSubscribe = [...names].filter((name) => !before.has(name));
        const resourceNamesUnsubscribe = [...before].filter((name) => !names.has(name));
        if (resourceNamesSubscribe.length + resourceNamesUnsubscribe.length === 0) continue;
        stream.send({ typeUrl, resourceNamesSubscribe, resourceNamesUnsubscribe });
      }
    },
    answer({ typeUrl, nonce }, error) {
      const from = open.get(`${typeUrl} ${nonce}`);
      open.delete(`${typeUrl} ${nonce}`);
      if (from === undefined || state.kind !== 'connected' || state.stream !== from) return;
      const refusal =
        error === undefined ? {} : { errorDetail: { code: status.INVALID_ARGUMENT, message: error } };
      from.send({ typeUrl, responseNonce: nonce, ...refusal });
    },
    close() {
      if (state.kind === 'connected') state.stream.close();
      if (state.kind === 'racing') state.race.cancel();
      if (state.kind === 'waiting') clearTimeout(state.timer);
      state = { kind: 'closed' };
    },
  };
}
