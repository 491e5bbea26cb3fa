import { hasWildcard } from './subscription.ts';
import { heartbeatAfter, type TtlForm } from './ttl.ts';
import { sentResource, type TypeState } from './type-state.ts';
import type { Resource, TypeUrl } from '../types.ts';

/** What refreshes the time to live of a type's resources. */
export type Heartbeat = { readonly resources: readonly Resource[]; readonly form: TtlForm };

/**
 * What is to be sent for a type; undefined when nothing of it has a time to live. A NACKed resource is not refreshed: the client
 * does not have it. A list of clusters or listeners is sent whole, with contents: Envoy deletes what such a list does not
 * hold, and does not count a heartbeat as held.
 */
export function heartbeatOf(state: TypeState, variant: 'delta' | 'sotw'): Heartbeat | undefined {
  const all = Array.from(state.known.values(), sentResource).filter((resource) => resource !== undefined);
  const mortal = all.filter(({ name, ttlMs }) => ttlMs !== undefined && !state.nackedNames.has(name));
  if (mortal.length === 0 || (variant === 'sotw' && state.nacked !== undefined)) return undefined;
  if (variant === 'sotw' && hasWildcard(state.typeUrl)) return { resources: all, form: 'with content' };
  return { resources: mortal, form: 'heartbeat' };
}

/** When to send heartbeats next. */
export type HeartbeatTimer = {
  /** These have just been sent: see to it that they are refreshed in time. */
  sent(resources: readonly Resource[]): void;
  close(): void;
};

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `beat` before the shortest time to live of all that was sent is over, and again for as long as there is one. */
export function createHeartbeatTimer(
  types: ReadonlyMap<TypeUrl, TypeState>,
  beat: () => void,
): HeartbeatTimer {
  let timer: NodeJS.Timeout | undefined;
  let at = Infinity;

  function schedule(afterMs: number): void {
    if (Date.now() + afterMs >= at) return;
    clearTimeout(timer);
    at = Date.now() + afterMs;
    timer = setTimeout(fire, Math.min(afterMs, LONGEST_TIMER_MS)).unref();
  }

  function fire(): void {
    at = Infinity;
    const known = [...types.values()].flatMap((state) => [...state.known.values()]);
    schedule(heartbeatAfter(known.flatMap((each) => sentResource(each) ?? [])));
    if (at < Infinity) beat();
  }

  return {
    sent: (resources) => schedule(heartbeatAfter(resources)),
    close: () => clearTimeout(timer),
  };
}
