import type { Connection } from './connections.ts';
import type { ServerCall } from './grpc/server-call.ts';
import type { XdsNode } from './node.ts';
import type { Ack } from './protocol/acks.ts';
import { DEFAULT_LIMITS, type StreamLimits } from './protocol/limits.ts';
import type { Subscription } from './protocol/subscription.ts';
import type { TypeUrl } from './types.ts';

/** Options and callbacks of a server. */
export type XdsServerOptions = XdsServerEvents & {
  /**
   * Returns the key of the snapshot for a node. Throw a CallError to refuse the stream. Called once per stream, with the call of
   * that stream.
   */
  keyOf(node: XdsNode, call: ServerCall): string;
  /** How long a step of CDS, EDS, LDS, RDS waits for its ACK. Default: 5,000 ms. */
  readonly stepTimeoutMs?: number;
  /**
   * How long streams are updated before requests are read again. Default: 200 ms, enough for five thousand streams, so that the
   * last of them does not wait for the ACKs of the first.
   */
  readonly turnMs?: number;
  /** How long a client may read nothing while messages to it are pending. Default: 60,000 ms. */
  readonly stallTimeoutMs?: number;
  /** Time limit for the first request of a stream. Default: 30,000 ms. */
  readonly firstRequestTimeoutMs?: number;
  /** Types that a snapshot without them has as empty lists. Default: none; requests for a type that the snapshot lacks are not answered. */
  readonly emptyTypes?: readonly TypeUrl[];
  /** Limits on the requests of one stream. */
  readonly limits?: Partial<StreamLimits>;
};

/** Callbacks for events on the streams of a server. */
type XdsServerEvents = {
  /** A response was sent. */
  onPush?(key: string, typeUrl: TypeUrl): void;
  /** A client ACKed or NACKed a response on `stream`. */
  onAck?(key: string, ack: Ack, stream: Pick<Connection, 'id' | 'since'>): void;
  /** A request was handled; `subscription` is the stream's current subscription to its type. */
  onSubscription?(key: string, typeUrl: TypeUrl, subscription: Subscription): void;
  /** A stream was opened (its first request was read) or has ended. */
  onStream?(event: 'opened' | 'closed', key: string, node: XdsNode): void;
  /** A stream was reset because its client stopped reading. */
  onStall?(key: string, node: XdsNode): void;
};

/** Options with defaults filled in. */
export type XdsServerSettings = XdsServerEvents &
  Required<Omit<XdsServerOptions, keyof XdsServerEvents | 'limits'>> & { readonly limits: StreamLimits };

/** Fills in the defaults. */
export function withDefaults(options: XdsServerOptions): XdsServerSettings {
  return {
    stepTimeoutMs: 5000,
    turnMs: 200,
    stallTimeoutMs: 60_000,
    firstRequestTimeoutMs: 30_000,
    emptyTypes: [],
    ...options,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  };
}
