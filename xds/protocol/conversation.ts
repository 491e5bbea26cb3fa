import type { Ack } from './acks.ts';
import type { HeartbeatTimer } from './heartbeat.ts';
import type { StreamLimits } from './limits.ts';
import { supportsTtl, type TtlForm } from './ttl.ts';
import type { TypeState } from './type-state.ts';
import type { Variant } from './variant.ts';
import type { XdsNode } from '../node.ts';
import type { Snapshot, TypeUrl } from '../types.ts';
import type { DeltaRequest, OutgoingResponse, SotwRequest } from '../wire/request.ts';

/** The environment of a stream: its snapshot, its transport and its limits. */
export type StreamWorld = {
  /** The snapshot to serve now. While it is undefined, no request is answered. */
  snapshot(): Snapshot | undefined;
  /** The first request, before any response to it. Throws to refuse the stream. */
  identify(node: XdsNode | undefined, variant: Variant['name']): void;
  send(message: OutgoingResponse): void;
  /** Whether all messages are flushed. If not, the owner calls `update` on a backpressured stream once they are. */
  isFlushed(): boolean;
  onAck(ack: Ack): void;
  /** How long a step waits for its ACK before the order goes on without it, in milliseconds. */
  readonly stepTimeoutMs: number;
  readonly limits: StreamLimits;
  /** The one type of a stream that is not aggregated; its requests may leave it out. */
  readonly onlyType?: TypeUrl | undefined;
};

/**
 * The state of one stream. `unidentified`: its first request was not read yet. `resuming`: the client reconnected with
 * resources of an earlier stream, and subscribes to one type after another. Until `removalsFrom` (milliseconds of `performance.now`) a
 * type without a subscription may still get one, so no resource is removed that this type may need. `open`: any other stream.
 */
export type StreamState =
  | { readonly kind: 'unidentified' }
  | { readonly kind: 'resuming'; readonly ttl: TtlForm | undefined; readonly removalsFrom: number }
  | { readonly kind: 'open'; readonly ttl: TtlForm | undefined };

/** Reasons to update a stream again, found by the last pass over its types. */
export type Waits = {
  /** When the first time limit passes, in milliseconds of `performance.now`, a monotonic clock; Infinity if none is running. */
  wakeAt: number;
  /** Whether a response waits until earlier ones are flushed. */
  isBackpressured: boolean;
};

/** All state of one stream: a plain record that only the functions of this folder change. */
export type Conversation = {
  readonly variant: Variant;
  readonly world: StreamWorld;
  readonly types: Map<TypeUrl, TypeState>;
  /** Made for the first resource with a time to live, which few streams have. */
  heartbeats: HeartbeatTimer | undefined;
  readonly waits: Waits;
  state: StreamState;
  nonces: number;
};

/** The state before the first request. */
export const UNIDENTIFIED: StreamState = { kind: 'unidentified' };

/** Returns the state after the first request, which names the client's node and its resources of an earlier stream. */
export function identified(
  request: SotwRequest | DeltaRequest,
  variant: Variant['name'],
  { onlyType, stepTimeoutMs }: StreamWorld,
): StreamState {
  const { node } = request;
  const ttl = node !== undefined && supportsTtl(node, variant) ? 'with content' : undefined;
  const resumes = 'initialVersions' in request && Object.keys(request.initialVersions).length > 0;
  if (!resumes || onlyType !== undefined) return { kind: 'open', ttl };
  return { kind: 'resuming', ttl, removalsFrom: performance.now() + stepTimeoutMs };
}

/** Returns the form in which the client gets times to live; undefined if it does not support them. */
export function ttlOf(state: StreamState): TtlForm | undefined {
  return state.kind === 'unidentified' ? undefined : state.ttl;
}

/** Registers a time limit; returns false if it has passed already. The stream is updated again when the first limit passes. */
export function waitUntil(waits: Waits, time: number): boolean {
  if (performance.now() >= time) return false;
  waits.wakeAt = Math.min(waits.wakeAt, time);
  return true;
}
