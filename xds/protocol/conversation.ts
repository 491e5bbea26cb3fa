import type { Ack } from './acks.ts';
import type { HeartbeatTimer } from './heartbeat.ts';
import type { StreamLimits } from './limits.ts';
import { supportsTtl, type TtlForm } from './ttl.ts';
import type { TypeState } from './type-state.ts';
import type { Variant } from './variant.ts';
import type { Snapshot, TypeUrl } from '../types.ts';
import type { DeltaRequest, OutgoingResponse, SotwRequest } from '../wire/request.ts';

/** What a stream needs of the world around it. */
export type StreamWorld = {
  /** The snapshot that is to be served now; undefined while there is none, and then nothing is answered. */
  snapshot(): Snapshot | undefined;
  send(message: OutgoingResponse): void;
  /** Whether all that was sent is flushed. Where it is not, a stream that is backpressured wants `update` once it is. */
  isFlushed(): boolean;
  onAck(ack: Ack): void;
  /** How long a step waits for its ACK before the order goes on without it, in milliseconds. */
  readonly stepTimeoutMs: number;
  readonly limits: StreamLimits;
  /** The one type of a stream that is not aggregated; its requests may leave it out. */
  readonly onlyType?: TypeUrl | undefined;
};

/**
 * Where one stream stands. `unidentified`: its first request was not read yet. `resuming`: the client reconnected with
 * resources of an earlier stream, and subscribes to one type after another; until `removalsFrom` (milliseconds since 1970) a
 * type without a subscription may still get one, and nothing is removed that this type may need. `open`: all others.
 */
export type StreamState =
  | { readonly kind: 'unidentified' }
  | { readonly kind: 'resuming'; readonly ttl: TtlForm | undefined; readonly removalsFrom: number }
  | { readonly kind: 'open'; readonly ttl: TtlForm | undefined };

/** What the last pass over a stream's types left waiting. */
export type Waits = {
  /** When the first time limit passes, in milliseconds since 1970; Infinity when none is running. */
  wakeAt: number;
  /** Whether a response waits until earlier ones are flushed. */
  isBackpressured: boolean;
};

/** All that one stream is about; a plain record, changed by the functions of this folder alone. */
export type Conversation = {
  readonly variant: Variant;
  readonly world: StreamWorld;
  readonly types: Map<TypeUrl, TypeState>;
  readonly heartbeats: HeartbeatTimer;
  readonly waits: Waits;
  state: StreamState;
  nonces: number;
};

/** The state before the first request. */
export const UNIDENTIFIED: StreamState = { kind: 'unidentified' };

/** The state after the first request, which names the client's node and what it has from an earlier stream. */
export function identified(
  request: SotwRequest | DeltaRequest,
  variant: Variant['name'],
  { onlyType, stepTimeoutMs }: StreamWorld,
): StreamState {
  const { node } = request;
  const ttl = node !== undefined && supportsTtl(node, variant) ? 'with content' : undefined;
  const resumes = 'initialVersions' in request && Object.keys(request.initialVersions).length > 0;
  if (!resumes || onlyType !== undefined) return { kind: 'open', ttl };
  return { kind: 'resuming', ttl, removalsFrom: Date.now() + stepTimeoutMs };
}

/** Whether clients of this stream are told of times to live, and how; undefined where they are not. */
export function ttlOf(state: StreamState): TtlForm | undefined {
  return state.kind === 'unidentified' ? undefined : state.ttl;
}

/** Notes a time limit; false when it has passed already. The stream is updated again when the first limit passes. */
export function waitUntil(waits: Waits, time: number): boolean {
  if (Date.now() >= time) return false;
  waits.wakeAt = Math.min(waits.wakeAt, time);
  return true;
}
