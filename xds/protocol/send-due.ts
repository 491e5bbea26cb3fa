import { expectAck, recordSent } from './acks.ts';
import { ttlOf, type Conversation } from './conversation.ts';
import { createHeartbeatTimer, heartbeatOf, type HeartbeatTimer } from './heartbeat.ts';
import { ADDITION_ORDER, DEPENDENTS, REMOVAL_ORDER, WARMED_BY } from './order.ts';
import { removals } from './plan.ts';
import { owesAck, settledIn } from './settled.ts';
import type { TtlForm } from './ttl.ts';
import type { TypeState } from './type-state.ts';
import { CLUSTER, type Snapshot, type TypeUrl } from '../types.ts';
import type { Response } from '../wire/request.ts';

/** Sends all responses that may be sent now: at most one unanswered response per type, and no step before the one before is answered or late. */
export function sendDue(stream: Conversation): void {
  const { types, waits, world } = stream;
  waits.wakeAt = Infinity;
  waits.isBackpressured = false;
  const snapshot = world.snapshot();
  if (snapshot === undefined) return;
  for (const typeUrl of types.keys())
    if (!ADDITION_ORDER.includes(typeUrl)) advance(stream, typeUrl, snapshot, true);
  if (addInOrder(stream, snapshot)) removeInOrder(stream, snapshot);
}

/** Refreshes resources with a time to live, unless another response to the client is pending. */
function sendHeartbeats(stream: Conversation): void {
  for (const state of stream.types.values()) {
    const heartbeat = heartbeatOf(state, stream.variant.name);
    if (heartbeat === undefined || !maySend(stream, state)) continue;
    const { resources, form } = heartbeat;
    const response = {
      typeUrl: state.typeUrl,
      version: state.lastVersion,
      nonce: nextNonce(stream),
      resources,
      removed: [],
    };
    expectAck(state, response);
    send(stream, response, form);
  }
}

/** Returns whether all additions are done, so that removals may follow. */
function addInOrder(stream: Conversation, snapshot: Snapshot): boolean {
  let isOwed = false;
  for (const typeUrl of ADDITION_ORDER) {
    advance(stream, typeUrl, snapshot, !REMOVAL_ORDER.includes(typeUrl));
    isOwed ||= owesAck(stream, typeUrl);
    // Envoy ACKs clusters only once all are warm, and new clusters wait for their endpoints.
    if (isOwed && typeUrl !== CLUSTER) return false;
  }
  return true;
}

function removeInOrder(stream: Conversation, snapshot: Snapshot): void {
  for (const typeUrl of REMOVAL_ORDER) {
    if (!stream.types.has(typeUrl)) continue;
    const dependents = DEPENDENTS.get(typeUrl) ?? [];
    if (dependents.every((dependent) => settledIn(stream, snapshot, dependent) === 'acked')) {
      advance(stream, typeUrl, snapshot, true);
    }
    if (owesAck(stream, typeUrl)) return;
  }
}

function advance(stream: Conversation, typeUrl: TypeUrl, snapshot: Snapshot, mayRemove: boolean): void {
  const state = stream.types.get(typeUrl);
  const type = snapshot.get(typeUrl);
  if (state === undefined || type === undefined || state.complete === type || !maySend(stream, state)) return;
  const due = stream.variant.respond(state, type, mayRemove);
  if (due !== undefined) {
    const response: Response = { ...due, nonce: nextNonce(stream) };
    const ttl = ttlOf(stream.state);
    recordSent(state, response, mayRemove ? removals(state, type) : []);
    warm(stream, response);
    if (ttl !== undefined) heartbeatsOf(stream).sent(response.resources);
    send(stream, response, ttl);
  }
  if (removals(state, type).length === 0) state.complete = type;
  // The client has a part of this list, and no longer all of the list before.
  else if (due !== undefined) state.complete = undefined;
}

/** Marks resources for resending that a changed cluster or listener makes the client wait for. */
function warm({ types }: Conversation, { typeUrl, resources }: Response): void {
  const warmed = types.get(WARMED_BY.get(typeUrl) ?? '');
  if (warmed === undefined || resources.length === 0) return;
  for (const name of warmed.subscription.names) warmed.resend.add(name);
  warmed.complete = undefined;
}

function maySend(stream: Conversation, state: TypeState): boolean {
  if (state.outstanding === undefined) return true;
  if (owesAck(stream, state.typeUrl)) return false;
  stream.waits.isBackpressured ||= !stream.world.isFlushed();
  return !stream.waits.isBackpressured;
}

function heartbeatsOf(stream: Conversation): HeartbeatTimer {
  stream.heartbeats ??= createHeartbeatTimer(stream.types, () => sendHeartbeats(stream));
  return stream.heartbeats;
}

function send({ variant, world }: Conversation, response: Response, form: TtlForm | undefined): void {
  world.send({ typeUrl: response.typeUrl, encode: () => variant.encode(response, form) });
}

function nextNonce(stream: Conversation): string {
  stream.nonces += 1;
  return String(stream.nonces);
}
