import { waitUntil, type Conversation } from './conversation.ts';
import { additions, removals } from './plan.ts';
import type { TypeState } from './type-state.ts';
import type { Snapshot, TypeUrl } from '../types.ts';

/** How a type stands: not all of it answered yet, or answered as it now is by an ACK or a NACK. */
export type Settled = 'pending' | 'acked' | 'nacked';

/** How a stream stands with a type of a snapshot. A type that the client did not subscribe to has nothing to ACK. */
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

/** Whether there is an ACK to wait for; a step that waits for it is looked at again when the time limit has passed. */
export function owesAck({ types, world, waits }: Conversation, typeUrl: TypeUrl): boolean {
  const outstanding = types.get(typeUrl)?.outstanding;
  if (outstanding === undefined || outstanding.late) return false;
  outstanding.late = !waitUntil(waits, outstanding.sentAt + world.stepTimeoutMs);
  return !outstanding.late;
}

/** An Envoy that no longer watches anything does not answer a response without resources (state of the world). */
function isUnanswered({ outstanding }: TypeState): boolean {
  return outstanding !== undefined && !(outstanding.late && outstanding.names.length === 0);
}
