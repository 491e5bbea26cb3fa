import { IDLE_TIMEOUT, REQUEST_TIMEOUT } from '../defaults.ts';
import type { HttpServicePort } from '../services/service-port.ts';

/**
 * Returns the time limits of a gateway's first pass, in milliseconds, 0 for none: the longest of the second pass's routes, so
 * that the first pass never ends a request early. `idle` is undefined for Envoy's default.
 */
export function longestTimes({ rules }: HttpServicePort): { timeout: number; idle: number | undefined } {
  const timeout = longest(rules.map((rule) => rule.timeout)) ?? REQUEST_TIMEOUT;
  const idle = longest(rules.map((rule) => rule.idle ?? IDLE_TIMEOUT));
  return { timeout, idle: idle === IDLE_TIMEOUT ? undefined : idle };
}

function longest(times: readonly number[]): number | undefined {
  if (times.length === 0) return undefined;
  return times.includes(0) ? 0 : Math.max(...times);
}
