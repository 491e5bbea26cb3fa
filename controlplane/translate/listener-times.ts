import type { HttpTimeout, Listener } from '../model/types.ts';
import { IDLE_TIMEOUT, REQUEST_TIMEOUT } from './defaults.ts';
import { milliseconds } from './envoy/duration.ts';

/**
 * Returns the time limits of requests to a virtual node's listener, in milliseconds, 0 for none; an undefined `idle` is Envoy's
 * 5 minutes. A limit for a protocol other than the listener's is ignored.
 */
export function requestTimes({ portMapping, timeout }: Pick<Listener, 'portMapping' | 'timeout'>): {
  readonly timeout: number;
  readonly idle: number | undefined;
} {
  const own: HttpTimeout | undefined = timeout?.[portMapping.protocol];
  return { timeout: milliseconds(own?.perRequest) ?? REQUEST_TIMEOUT, idle: milliseconds(own?.idle) };
}

/** Returns the idle time-out of connections to a tcp listener, in milliseconds, 0 for none. */
export function connectionIdle({ timeout }: Pick<Listener, 'timeout'>): number {
  return milliseconds(timeout?.tcp?.idle) ?? IDLE_TIMEOUT;
}
