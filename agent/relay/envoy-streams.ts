import type { GrpcServer } from '../../xds/grpc/server.ts';
import type { XdsNode } from '../../xds/node.ts';
import type { Ack } from '../../xds/protocol/acks.ts';
import type { Subscription } from '../../xds/protocol/subscription.ts';
import { createXdsServer, type XdsServer } from '../../xds/server.ts';
import type { Snapshot, TypeUrl } from '../../xds/types.ts';

/** Events of the Envoy that counts. */
export type EnvoyEvents = {
  readonly onAck: (key: string, ack: Ack) => void;
  readonly onSubscription: (key: string, typeUrl: TypeUrl, subscription: Subscription) => void;
  /** `opened`: another stream counts from now on; its subscriptions follow. */
  readonly onStream: (event: 'opened' | 'closed', key: string, node: XdsNode) => void;
};

/** An ADS server for Envoys of one node, which looks like a server with one stream under `key`. */
export type EnvoyStreams = Pick<XdsServer, 'set' | 'settled' | 'resend' | 'addTo'>;

type Stream = { readonly key: string; readonly subscriptions: Map<TypeUrl, Subscription>; node?: XdsNode };

/**
 * Creates a server to which two Envoys may be connected at once, because a hot restart starts the next one before the old one ends. All
 * streams receive the snapshot, and only the newest stream counts: its subscriptions and answers are reported. If it ends first, the one
 * before it counts again, and its subscriptions are reported again.
 */
export function createEnvoyStreams(key: string, events: EnvoyEvents): EnvoyStreams {
  /** Oldest first. */
  const streams: Stream[] = [];
  let opened = 0;
  let snapshot: Snapshot | undefined;

  const isNewest = (of: string): boolean => streams.at(-1)?.key === of;
  const find = (of: string): Stream | undefined => streams.find((stream) => stream.key === of);

  const server = createXdsServer({
    keyOf() {
      opened += 1;
      const stream: Stream = { key: `${key} ${opened}`, subscriptions: new Map() };
      streams.push(stream);
      if (snapshot !== undefined) server.set(stream.key, snapshot);
      return stream.key;
    },
    onAck(of, ack) {
      if (isNewest(of)) events.onAck(key, ack);
    },
    onSubscription(of, typeUrl, subscription) {
      find(of)?.subscriptions.set(typeUrl, subscription);
      if (isNewest(of)) events.onSubscription(key, typeUrl, subscription);
    },
    onStream(event, of, node) {
      const stream = find(of);
      if (stream === undefined) return;
      if (event === 'opened') {
        stream.node = node;
        if (isNewest(of)) events.onStream('opened', key, node);
      } else {
        close(stream, node);
      }
    },
  });

  function close(stream: Stream, node: XdsNode): void {
    const wasNewest = isNewest(stream.key);
    streams.splice(streams.indexOf(stream), 1);
    server.delete(stream.key);
    if (!wasNewest) return;
    events.onStream('closed', key, node);
    const before = streams.at(-1);
    if (before?.node === undefined) return;
    events.onStream('opened', key, before.node);
    for (const [typeUrl, subscription] of before.subscriptions) {
      events.onSubscription(key, typeUrl, subscription);
    }
  }

  return {
    set(_key, next) {
      snapshot = next;
      for (const stream of streams) server.set(stream.key, next);
    },
    settled: (_key, typeUrl) => server.settled(streams.at(-1)?.key ?? key, typeUrl),
    resend: (_key, typeUrl, names) => server.resend(streams.at(-1)?.key ?? key, typeUrl, names),
    addTo: (to: GrpcServer, ...services) => server.addTo(to, ...services),
  };
}
