import { hasWildcard } from './subscription.ts';
import { heartbeatAfter, type TtlForm } from './ttl.ts';
import { sentResource, type TypeState } from './type-state.ts';
import type { Resource, TypeUrl } from '../types.ts';

/** A response that refreshes the time to live of a type's resources. */
export type Heartbeat = { readonly resources: readonly Resource[]; readonly form: TtlForm };

/**
 * Returns the heartbeat of a type; undefined if none of its resources has a time to live. A NACKed resource is not refreshed,
 * because the client does not have it. In state of the world, a list of clusters or listeners is sent whole, with contents: Envoy
 * deletes resources that such a list lacks, and does not count a heartbeat.
 */
export function heartbeatOf(state: TypeState, variant: 'delta' | 'sotw'): Heartbeat | undefined {
  const all = Array.from(state.known.values(), sentResource).filter((resource) => resource !== undefined);
  const mortal = all.filter(({ name, ttlMs }) => ttlMs !== undefined && !state.nackedNames.has(name));
  if (mortal.length === 0 || (variant === 'sotw' && state.nacked !== undefined)) return undefined;
  if (variant === 'sotw' && hasWildcard(state.typeUrl)) return { resources: all, form: 'with content' };
  return { resources: mortal, form: 'heartbeat' };
}

/** The timer of a stream's heartbeats. */
export type HeartbeatTimer = {
  /** Schedules heartbeats for resources that were just sent. */
  sent(resources: readonly Resource[]): void;
  close(): void;
};

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `beat` before the shortest time to live of all sent resources expires, and again as long as one has a time to live. */
export function createHeartbeatTimer(
  types: ReadonlyMap<TypeUrl, TypeState>,
  beat: () => void,
): HeartbeatTimer {
  let timer: NodeJS.Timeout | undefined;
  let at = Infinity;

  function schedule(afterMs: number): void {
    if (performance.now() + afterMs >= at) return;
    clearTimeout(timer);
    at = performance.now() + afterMs;
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
