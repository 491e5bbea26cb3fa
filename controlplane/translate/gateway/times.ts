import { IDLE_TIMEOUT, REQUEST_TIMEOUT } from '../defaults.ts';
import type { HttpOffer } from '../services/offer.ts';

/**
 * The time limits of a gateway's first pass, in milliseconds, 0 for none: the longest of the second one's routes, so
 * that it never cuts them short. An `idle` that is Envoy's own is undefined.
 */
export function longestTimes({ rules }: HttpOffer): { timeout: number; idle: number | undefined } {
  const timeout = longest(rules.map((rule) => rule.timeout)) ?? REQUEST_TIMEOUT;
  const idle = longest(rules.map((rule) => rule.idle ?? IDLE_TIMEOUT));
  return { timeout, idle: idle === IDLE_TIMEOUT ? undefined : idle };
}

function longest(times: readonly number[]): number | undefined {
  if (times.length === 0) return undefined;
  return times.includes(0) ? 0 : Math.max(...times);
}
