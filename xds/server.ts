import type { Answer } from './protocol/acks.ts';
import { DEFAULT_LIMITS, ExcessiveRequest, MalformedRequest, type StreamLimits } from './protocol/limits.ts';
import type { XdsNode } from './node.ts';
import { CallError } from './grpc/call-error.ts';
import type { GrpcServer, Method } from './grpc/server.ts';
import type { CallReader, ServerCall } from './grpc/server-call.ts';
import { status, type CallEnd, type Status } from './grpc/status.ts';
import type { DeltaRequest, OutgoingResponse, SotwRequest } from './wire/request.ts';
import { resourceStatuses } from './protocol/resource-status.ts';
import { SERVICES, type DiscoveryService, type ServiceName } from './service.ts';
import { shareUnchanged } from './snapshot.ts';
import { watchStalls } from './protocol/stalls.ts';
import { createStream, type Settled, type XdsStream } from './protocol/stream.ts';
import { streamStatus, type StreamStatus, type XdsClient } from './status.ts';
import type { Subscription } from './protocol/subscription.ts';
import type { Snapshot, TypeUrl } from './types.ts';
import { delta, sotw, type Variant } from './protocol/variant.ts';

/** What the owner of a server decides and hears of. */
export type XdsServerOptions = {
  /**
   * The key of the snapshot that a node is to have. Throws a CallError to turn the stream away. Called once a stream, with
   * the call that it came by.
   */
  keyOf(node: XdsNode, call: ServerCall): string;
  /** A response was sent. */
  onPush?(key: string, typeUrl: TypeUrl): void;
  /** A response was acknowledged or refused, by the stream of that id. */
  onAnswer?(key: string, answer: Answer, stream: Pick<StreamStatus, 'id' | 'connectedAt'>): void;
  /** A stream subscribed to something, or to less. */
  onSubscription?(key: string, typeUrl: TypeUrl, subscription: Subscription): void;
  /** A stream was opened (its first request has been read) or has ended. */
  onStream?(event: 'opened' | 'closed', key: string, node: XdsNode): void;
  /** A stream was ended because its client read nothing of what was sent to it. */
  onStall?(key: string, node: XdsNode): void;
  /** How long a step of CDS, EDS, LDS, RDS waits for its answer. Default: 5,000 ms. */
  readonly stepTimeoutMs?: number;
  /**
   * For how long streams are brought up to date before requests are read. Default: 200 ms, enough for five thousand, so that
   * the last of them does not wait for the acknowledgements of the first.
   */
  readonly turnMs?: number;
  /** How long a client may read nothing of what is sent to it. Default: 60,000 ms. */
  readonly stallTimeoutMs?: number;
  /** How long a stream may go without its first request. Default: 30,000 ms. */
  readonly firstRequestTimeoutMs?: number;
  /** Types that are empty, and answered so, where a snapshot does not have them. Default: none; what it lacks is unanswered. */
  readonly emptyTypes?: readonly TypeUrl[];
  /** What one stream may ask for. */
  readonly limits?: Partial<StreamLimits>;
};

/** Serves snapshots to clients of the aggregated discovery service, in both variants. Knows nothing of what they mean. */
export type XdsServer = {
  /** From now on, streams of this key are to have this snapshot. Sends in the next turn of the event loop. */
  set(key: string, snapshot: Snapshot): void;
  get(key: string): Snapshot | undefined;
  /** Forgets a snapshot. Its streams stay, and keep what they have. */
  delete(key: string): void;
  /**
   * How the streams of a key stand with a type; 'pending' too when there is no stream. A stream that never asked for the type
   * has nothing to acknowledge.
   */
  settled(key: string, typeUrl: TypeUrl): Settled;
  streams(): readonly StreamStatus[];
  /** The same, down to each resource. */
  clients(): readonly XdsClient[];
  /** Adds services to a gRPC server. Default: all types on one stream, alone. */
  addTo(server: GrpcServer, ...services: readonly ServiceName[]): void;
};

type Connection = Omit<StreamStatus, 'types'> & { readonly stream: XdsStream };
/** Makes a server with no snapshots. */
export function createXdsServer(options: XdsServerOptions): XdsServer {
  const snapshots = new Map<string, Snapshot>();
  const connections = new Map<string, Set<Connection>>();
  const outdated = new Set<XdsStream>();
  const turnMs = options.turnMs ?? 200;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const stalls = watchStalls<() => void>(options.stallTimeoutMs ?? 60_000, (drop) => drop());
  const emptyTypes: Snapshot = new Map(
    options.emptyTypes?.map((typeUrl) => [typeUrl, { resources: new Map() }]),
  );
  let lastId = 0;

  function scheduleUpdate(key: string): void {
    if (outdated.size === 0) setImmediate(updateSome);
    for (const { stream } of connections.get(key) ?? []) outdated.add(stream);
  }

  function updateSome(): void {
    const end = performance.now() + turnMs;
    for (const stream of outdated) {
      outdated.delete(stream);
      stream.update();
      if (performance.now() >= end) break;
    }
    if (outdated.size > 0) setImmediate(updateSome);
  }

  function serve<R extends SotwRequest | DeltaRequest>(
    variant: Variant<R>,
    onlyType: TypeUrl | undefined,
    call: ServerCall,
  ): CallReader {
    let connection: Connection | undefined;
    let unsent = 0;

    const stream = createStream(variant, open, {
      snapshot: () => (connection === undefined ? undefined : snapshots.get(connection.key)),
      send,
      hasLeft: () => unsent === 0,
      onAnswer: (answer) =>
        connection !== undefined && options.onAnswer?.(connection.key, answer, connection),
      stepTimeoutMs: options.stepTimeoutMs ?? 5000,
      limits,
      onlyType,
    });
    const firstRequestTimer = setTimeout(() => {
      call.end(status.DEADLINE_EXCEEDED, 'a stream without a first request');
    }, options.firstRequestTimeoutMs ?? 30_000).unref();

    function send(response: OutgoingResponse): void {
      unsent += 1;
      if (connection !== undefined) options.onPush?.(connection.key, response.typeUrl);
      stalls.waits(drop);
      call.write(response.encode, left, moved);
    }

    /** A part of a response has left: a reader that is slow has as long again for the next part. */
    function moved(): void {
      stalls.reads(drop);
      stalls.waits(drop);
    }

    function left(): void {
      unsent -= 1;
      stalls.reads(drop);
      if (unsent > 0) stalls.waits(drop);
      else if (connection !== undefined && stream.isHeldUp()) stream.update();
    }

    function drop(): void {
      const dropped = connection;
      call.reset();
      if (dropped !== undefined) options.onStall?.(dropped.key, dropped.node);
    }

    // Joined before its first configuration is computed, so that no change in between is lost.
    function open({ node }: R): void {
      if (node === undefined) {
        throw new CallError(
          status.INVALID_ARGUMENT,
          'the first request of a stream names its node, and this one does not',
        );
      }
      const key = options.keyOf(node, call);
      clearTimeout(firstRequestTimer);
      connection = {
        id: ++lastId,
        key,
        node,
        variant: variant.name,
        peer: call.connection.peer,
        connectedAt: Date.now(),
        stream,
      };
      const siblings = connections.get(key) ?? new Set();
      connections.set(key, siblings.add(connection));
      call.sendHeaders();
      options.onStream?.('opened', key, node);
    }

    function close(end: CallEnd | undefined): void {
      clearTimeout(firstRequestTimer);
      outdated.delete(stream);
      stream.close();
      // A status waits behind what has not left.
      if (end === undefined || unsent === 0) stalls.reads(drop);
      if (connection === undefined) return;
      const { key, node } = connection;
      const siblings = connections.get(key);
      siblings?.delete(connection);
      if (siblings?.size === 0) connections.delete(key);
      connection = undefined;
      options.onStream?.('closed', key, node);
    }

    call.whenOver(close);
    return {
      message(bytes) {
        try {
          const typeUrl = stream.receive(bytes);
          const subscription = stream.types.get(typeUrl)?.subscription;
          if (connection && subscription) options.onSubscription?.(connection.key, typeUrl, subscription);
        } catch (error) {
          throw CallError.from(error, codeOf(error));
        }
      },
      halfClose: () => call.end(status.OK),
    };
  }

  const method =
    <R extends SotwRequest | DeltaRequest>(variant: Variant<R>, onlyType: TypeUrl | undefined): Method =>
    (call) =>
      serve(variant, onlyType, call);

  return {
    set(key, snapshot) {
      const before = snapshots.get(key);
      const next = shareUnchanged(
        before,
        emptyTypes.size === 0 ? snapshot : new Map([...emptyTypes, ...snapshot]),
      );
      if (next === before) return;
      snapshots.set(key, next);
      if (connections.has(key)) scheduleUpdate(key);
    },
    get: (key) => snapshots.get(key),
    delete: (key) => void snapshots.delete(key),
    settled(key, typeUrl) {
      const answers = Array.from(connections.get(key) ?? [], ({ stream }) => stream.settled(typeUrl));
      if (answers.length === 0 || answers.includes('pending')) return 'pending';
      return answers.includes('refused') ? 'refused' : 'acknowledged';
    },
    streams: () => [...connections.values()].flatMap((all) => Array.from(all, streamStatus)),
    clients: () =>
      [...connections.values()].flatMap((all) =>
        Array.from(all, ({ stream, ...client }) => ({
          ...client,
          resources: () => resourceStatuses(stream.types, snapshots.get(client.key)),
        })),
      ),
    addTo(server, ...services) {
      for (const name of services.length === 0 ? (['aggregated'] as const) : services) {
        const service: DiscoveryService = SERVICES[name];
        server.add(service.sotw.path, method(sotw, service.onlyType));
        server.add(service.delta.path, method(delta, service.onlyType));
      }
    },
  };
}

function codeOf(error: unknown): Status | undefined {
  if (error instanceof MalformedRequest) return status.INVALID_ARGUMENT;
  return error instanceof ExcessiveRequest ? status.RESOURCE_EXHAUSTED : undefined;
}
