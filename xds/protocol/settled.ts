import { waitUntil, type Conversation } from './conversation.ts';
import { additions, removals } from './plan.ts';
import type { TypeState } from './type-state.ts';
import type { Snapshot, TypeUrl } from '../types.ts';

/** The state of a type: answers are pending, or its current resources were ACKed or NACKed. */
export type Settled = 'pending' | 'acked' | 'nacked';

/** Returns the state of a type of a snapshot on a stream. A type without a subscription has nothing to ACK. */
export function settledIn(
  { types, state: stream, waits }: Conversation,
  snapshot: Snapshot | undefined,
  typeUrl: TypeUrl,
): Settled {
  const state = types.get(typeUrl);
  if (state === undefined) {
    return stream.kind === 'resuming' && waitUntil(waits, stream.removalsFrom) ? 'pending' : 'acked';
  }
  const type = snapshot?.get(typeUrl);
  if (type === undefined || isUnanswered(state) || state.responseDue) return 'pending';
  if (state.complete !== type) {
    const { resources, missing } = additions(state, type);
    if (resources.length + missing.length + removals(state, type).length > 0) return 'pending';
  }
  return state.nacked === undefined ? 'acked' : 'nacked';
}

/** Whether an ACK is due. A step that waits for it is checked again when the time limit has passed. */
export function owesAck({ types, world, waits }: Conversation, typeUrl: TypeUrl): boolean {
  const outstanding = types.get(typeUrl)?.outstanding;
  if (outstanding === undefined || outstanding.late) return false;
  outstanding.late = !waitUntil(waits, outstanding.since + world.stepTimeoutMs);
  return !outstanding.late;
}

/** Whether a response has no answer yet. An Envoy without watches never answers an empty response (state of the world). */
function isUnanswered({ outstanding }: TypeState): boolean {
  return outstanding !== undefined && !(outstanding.late && outstanding.names.length === 0);
}
