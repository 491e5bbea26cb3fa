import type { HttpTimeout, Listener } from '../model/types.ts';
import { IDLE_TIMEOUT, REQUEST_TIMEOUT } from './defaults.ts';
import { milliseconds } from './envoy/duration.ts';

/**
 * The time limits of requests to a virtual node's listener, in milliseconds, 0 for none; an `idle` not given is Envoy's,
 * 5 minutes. A limit for another protocol than the listener's does not count.
 */
export function requestTimes({ portMapping, timeout }: Pick<Listener, 'portMapping' | 'timeout'>): {
  readonly timeout: number;
  readonly idle: number | undefined;
} {
  const own: HttpTimeout | undefined = timeout?.[portMapping.protocol];
  return { timeout: milliseconds(own?.perRequest) ?? REQUEST_TIMEOUT, idle: milliseconds(own?.idle) };
}

/** How long a connection to a tcp listener may lie idle, in milliseconds, 0 for any time. */
export function connectionIdle({ timeout }: Pick<Listener, 'timeout'>): number {
  return milliseconds(timeout?.tcp?.idle) ?? IDLE_TIMEOUT;
}
