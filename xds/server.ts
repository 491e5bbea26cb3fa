import { createConnections } from './connections.ts';
import type { GrpcServer, Method } from './grpc/server.ts';
import { resourceStatuses } from './protocol/resource-status.ts';
import type { Settled } from './protocol/settled.ts';
import { watchStalls } from './protocol/stalls.ts';
import { delta, sotw, type Variant } from './protocol/variant.ts';
import { serveCall, type CallContext, type ServedCall } from './serve-call.ts';
import { withDefaults, type XdsServerOptions } from './server-options.ts';
import { SERVICES, type DiscoveryService, type ServiceName } from './service.ts';
import { shareUnchanged } from './snapshot.ts';
import { streamStatus, type StreamStatus, type XdsClient } from './status.ts';
import type { Snapshot, TypeUrl } from './types.ts';
import { createUpdateQueue } from './update-queue.ts';
import type { DeltaRequest, SotwRequest } from './wire/request.ts';

/** An xDS server: serves snapshots to clients in both variants, without looking into their contents. */
export type XdsServer = {
  /** Sets the snapshot for streams of a key. Sends in the next turn of the event loop. */
  set(key: string, snapshot: Snapshot): void;
  get(key: string): Snapshot | undefined;
  /** Evicts a snapshot. Its streams stay open, and clients keep their resources. */
  delete(key: string): void;
  /**
   * Returns the combined state of a type on all streams of a key; 'pending' if there is no stream. A stream that never subscribed
   * to the type has nothing to ACK.
   */
  settled(key: string, typeUrl: TypeUrl): Settled;
  /** Sends resources again to all streams of a key that subscribe to them, although they have not changed. */
  resend(key: string, typeUrl: TypeUrl, names: Iterable<string>): void;
  streams(): readonly StreamStatus[];
  /** Returns the streams of one key; only those with these ids, if they are given. */
  streamsOf(key: string, ids?: ReadonlySet<number>): readonly StreamStatus[];
  /** Returns the ids of the streams of one key, without their states. */
  idsOf(key: string): readonly number[];
  /** Like `streams`, with the state of each resource. */
  clients(): readonly XdsClient[];
  /** Adds services to a gRPC server. Default: ADS only. */
  addTo(server: GrpcServer, ...services: readonly ServiceName[]): void;
};

/** Creates a server without snapshots. */
export function createXdsServer(options: XdsServerOptions): XdsServer {
  const settings = withDefaults(options);
  const snapshots = new Map<string, Snapshot>();
  const connections = createConnections();
  const updates = createUpdateQueue(settings.turnMs);
  const stalls = watchStalls<ServedCall>(settings.stallTimeoutMs, (served) => served.drop());
  const empty: Snapshot = new Map(settings.emptyTypes.map((typeUrl) => [typeUrl, { resources: new Map() }]));
  let lastId = 0;
  const context: CallContext = {
    settings,
    snapshots,
    connections,
    updates,
    stalls,
    nextId: () => (lastId += 1),
  };
  const method =
    <R extends SotwRequest | DeltaRequest>(variant: Variant<R>, onlyType?: TypeUrl): Method =>
    (call) =>
      serveCall(variant, onlyType, call, context);

  return {
    set(key, snapshot) {
      const before = snapshots.get(key);
      const next = shareUnchanged(before, empty.size === 0 ? snapshot : new Map([...empty, ...snapshot]));
      if (next === before) return;
      snapshots.set(key, next);
      for (const { stream } of connections.of(key)) updates.add(stream);
    },
    get: (key) => snapshots.get(key),
    delete: (key) => void snapshots.delete(key),
    settled: (key, typeUrl) =>
      settledAll(Array.from(connections.of(key), ({ stream }) => stream.settled(typeUrl))),
    resend(key, typeUrl, names) {
      for (const { stream } of connections.of(key)) {
        stream.resend(typeUrl, names);
        updates.add(stream);
      }
    },
    streams: () => connections.map(streamStatus),
    streamsOf: (key, ids) =>
      [...connections.of(key)].filter(({ id }) => ids === undefined || ids.has(id)).map(streamStatus),
    idsOf: (key) => Array.from(connections.of(key), ({ id }) => id),
    clients: () =>
      connections.map(({ stream, ...client }) => ({
        ...client,
        resources: () => resourceStatuses(stream.types, snapshots.get(client.key)),
      })),
    addTo(server, ...services) {
      for (const name of services.length === 0 ? (['aggregated'] as const) : services) {
        const service: DiscoveryService = SERVICES[name];
        server.add(service.sotw.path, method(sotw, service.onlyType));
        server.add(service.delta.path, method(delta, service.onlyType));
      }
    },
  };
}

function settledAll(streams: readonly Settled[]): Settled {
  if (streams.length === 0 || streams.includes('pending')) return 'pending';
  return streams.includes('nacked') ? 'nacked' : 'acked';
}
