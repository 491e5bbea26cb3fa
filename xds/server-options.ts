import type { ServerCall } from './grpc/server-call.ts';
import type { XdsNode } from './node.ts';
import type { Ack } from './protocol/acks.ts';
import { DEFAULT_LIMITS, type StreamLimits } from './protocol/limits.ts';
import type { Subscription } from './protocol/subscription.ts';
import type { StreamStatus } from './status.ts';
import type { TypeUrl } from './types.ts';

/** What the owner of a server decides and hears of. */
export type XdsServerOptions = XdsServerEvents & {
  /**
   * The key of the snapshot that a node is to have. Throws a CallError to turn the stream away. Called once a stream, with
   * the call that it came by.
   */
  keyOf(node: XdsNode, call: ServerCall): string;
  /** How long a step of CDS, EDS, LDS, RDS waits for its ACK. Default: 5,000 ms. */
  readonly stepTimeoutMs?: number;
  /**
   * For how long streams are updated before requests are read. Default: 200 ms, enough for five thousand, so that the last of
   * them does not wait for the ACKs of the first.
   */
  readonly turnMs?: number;
  /** How long a client may read nothing of what is sent to it. Default: 60,000 ms. */
  readonly stallTimeoutMs?: number;
  /** How long a stream may go without its first request. Default: 30,000 ms. */
  readonly firstRequestTimeoutMs?: number;
  /** Types that are empty, and answered so, where a snapshot does not have them. Default: none; a type it lacks is unanswered. */
  readonly emptyTypes?: readonly TypeUrl[];
  /** What one stream may ask for. */
  readonly limits?: Partial<StreamLimits>;
};

/** What happens on the streams of a server. */
type XdsServerEvents = {
  /** A response was sent. */
  onPush?(key: string, typeUrl: TypeUrl): void;
  /** A client ACKed or NACKed a response, on the stream of that id. */
  onAck?(key: string, ack: Ack, stream: Pick<StreamStatus, 'id' | 'connectedAt'>): void;
  /** A stream subscribed to something, or to less. */
  onSubscription?(key: string, typeUrl: TypeUrl, subscription: Subscription): void;
  /** A stream was opened (its first request has been read) or has ended. */
  onStream?(event: 'opened' | 'closed', key: string, node: XdsNode): void;
  /** A stream was ended because its client read nothing of what was sent to it. */
  onStall?(key: string, node: XdsNode): void;
};

/** Options with the default of each that was not given. */
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
