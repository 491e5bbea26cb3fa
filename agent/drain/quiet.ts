import type { Traffic, TrafficSeen } from './traffic.ts';

/** One look at the traffic: what was seen at some time between `askedAt` and `answeredAt`, in milliseconds. */
export type Look = { readonly seen: TrafficSeen; readonly askedAt: number; readonly answeredAt: number };

/**
 * Tells how long there has been no traffic: nothing under way at any look, and nothing begun between them, which gauges alone do not
 * show. The returned function takes one look after the other, undefined for one without an answer, and answers
 * the milliseconds from the first quiet look to the last.
 */
export function createQuiet(): (look: Look | undefined) => number {
  let begun: readonly number[] | undefined;
  let quietSince: number | undefined;
  return (look) => {
    if (look === undefined) {
      quietSince = undefined;
      return 0;
    }
    const hasBegun = begun === undefined || look.seen.begun.some((count, index) => count !== begun?.[index]);
    begun = look.seen.begun;
    if (!isNone(look.seen.ingress) || !isNone(look.seen.egress)) quietSince = undefined;
    else if (hasBegun || quietSince === undefined) quietSince = look.answeredAt;
    return quietSince === undefined ? 0 : Math.max(0, look.askedAt - quietSince);
  };
}

function isNone({ requests, connections }: Traffic): boolean {
  return requests === 0 && connections === 0;
}
