import { tooSlow } from './errors.ts';

/**
 * Does some work, and no longer than `ms` milliseconds: the signal that it is given is aborted then, and whether or not it
 * heeds that, nobody waits for it any more.
 * @throws DiscoveryError when the time is over, or `stop` is aborted
 */
export async function limited<T>(
  work: (signal: AbortSignal) => Promise<T>,
  ms: number,
  stop: AbortSignal,
): Promise<T> {
  const limit = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const end = (): void => {
    limit.abort();
    reject(tooSlow(ms));
  };
  const timer = setTimeout(end, ms).unref();
  stop.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([work(limit.signal), over]);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', end);
  }
}
