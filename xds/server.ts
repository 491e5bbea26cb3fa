import {
  Metadata,
  status,
  type handleBidiStreamingCall,
  type Server,
  type ServerDuplexStream,
} from '@grpc/grpc-js';
import type { XdsNode } from './node.ts';
import { XdsRefusal } from './refusal.ts';
import type { DeltaRequest, SotwRequest } from './request.ts';
import { DELTA_METHOD, SOTW_METHOD } from './service.ts';
import { shareUnchanged } from './snapshot.ts';
import { createStream, MalformedRequest, type Answer, type Settled, type XdsStream } from './stream.ts';
import { streamStatus, type StreamStatus } from './status.ts';
import type { Subscription } from './subscription.ts';
import type { Snapshot, TypeUrl } from './types.ts';
import { delta, sotw, type Variant } from './variant.ts';

/** What the owner of a server decides and hears of. */
export type XdsServerOptions = {
  /** The key of the snapshot that a node is to have. Throws an XdsRefusal to turn the stream away. Called once a stream. */
  keyOf(node: XdsNode): string;
  /** A response was acknowledged or refused. */
  onAnswer?(key: string, answer: Answer): void;
  /** A stream subscribed to something, or to less. */
  onSubscription?(key: string, typeUrl: TypeUrl, subscription: Subscription): void;
  /** A stream was opened (its first request has been read) or has ended. */
  onStream?(event: 'opened' | 'closed', key: string, node: XdsNode): void;
  /** How long a step of CDS, EDS, LDS, RDS waits for its answer. Default: 5,000 ms. */
  readonly stepTimeoutMs?: number;
};

/** Serves snapshots to clients of the aggregated discovery service, in both variants. Knows nothing of what they mean. */
export type XdsServer = {
  /** From now on, streams of this key are to have this snapshot. Sends in the next turn of the event loop. */
  set(key: string, snapshot: Snapshot): void;
  get(key: string): Snapshot | undefined;
  /** Forgets a snapshot. Its streams stay, and keep what they have. */
  delete(key: string): void;
  /** How the streams of a key stand with a type; 'pending' too when there is no stream. */
  settled(key: string, typeUrl: TypeUrl): Settled;
  streams(): readonly StreamStatus[];
  /** Adds the service to a gRPC server. */
  addTo(server: Server): void;
};

type Connection = Omit<StreamStatus, 'types'> & { readonly stream: XdsStream };

/** Makes a server with no snapshots. */
export function createXdsServer(options: XdsServerOptions): XdsServer {
  const snapshots = new Map<string, Snapshot>();
  const connections = new Map<string, Set<Connection>>();
  const changed = new Set<string>();
  let lastId = 0;

  function scheduleUpdate(key: string): void {
    if (changed.size === 0) setImmediate(updateChanged);
    changed.add(key);
  }

  function updateChanged(): void {
    const keys = [...changed];
    changed.clear();
    for (const key of keys) for (const { stream } of connections.get(key) ?? []) stream.update();
  }

  function serve<R extends SotwRequest | DeltaRequest>(
    variant: Variant<R>,
    call: ServerDuplexStream<Buffer, Buffer>,
  ): void {
    let connection: Connection | undefined;

    const stream = createStream(variant, open, {
      snapshot: () => (connection === undefined ? undefined : snapshots.get(connection.key)),
      send: (bytes) => void call.write(bytes),
      onAnswer: (answer) => connection !== undefined && options.onAnswer?.(connection.key, answer),
      stepTimeoutMs: options.stepTimeoutMs ?? 5000,
    });

    // Joined before its first configuration is computed, so that no change in between is lost.
    function open({ node }: R): void {
      if (node === undefined) {
        throw new XdsRefusal(
          status.INVALID_ARGUMENT,
          'the first request of a stream names its node, and this one does not',
        );
      }
      const key = options.keyOf(node);
      connection = {
        id: ++lastId,
        key,
        node,
        variant: variant.name,
        peer: call.getPeer(),
        connectedAt: Date.now(),
        stream,
      };
      const siblings = connections.get(key) ?? new Set();
      connections.set(key, siblings.add(connection));
      call.sendMetadata(new Metadata());
      options.onStream?.('opened', key, node);
    }

    function close(): void {
      stream.close();
      if (connection === undefined) return;
      const { key, node } = connection;
      const siblings = connections.get(key);
      siblings?.delete(connection);
      if (siblings?.size === 0) connections.delete(key);
      connection = undefined;
      options.onStream?.('closed', key, node);
    }

    function receive(bytes: Buffer): void {
      try {
        const typeUrl = stream.receive(bytes);
        const subscription = stream.types.get(typeUrl)?.subscription;
        if (connection && subscription) options.onSubscription?.(connection.key, typeUrl, subscription);
      } catch (error) {
        const refusal = XdsRefusal.from(
          error,
          error instanceof MalformedRequest ? status.INVALID_ARGUMENT : undefined,
        );
        close();
        call.emit('error', { code: refusal.code, details: refusal.message });
      }
    }

    call.on('data', receive);
    call.on('end', () => call.end());
    call.on('cancelled', close);
    call.on('close', close);
    call.on('error', close);
  }

  const handler =
    <R extends SotwRequest | DeltaRequest>(variant: Variant<R>): handleBidiStreamingCall<Buffer, Buffer> =>
    (call) =>
      serve(variant, call);

  return {
    set(key, snapshot) {
      const before = snapshots.get(key);
      const next = shareUnchanged(before, snapshot);
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
    addTo(server) {
      server.addService(
        { StreamAggregatedResources: SOTW_METHOD, DeltaAggregatedResources: DELTA_METHOD },
        { StreamAggregatedResources: handler(sotw), DeltaAggregatedResources: handler(delta) },
      );
    },
  };
}
