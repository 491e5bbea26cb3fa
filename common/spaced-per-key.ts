/** The shortest pause between two flushes of a key: in milliseconds, and as a multiple of the time that the last flush took. */
const REST_MS = 100;
const REST_SHARE = 10;

/**
 * Returns a throttle per key. It calls `flush` with a value at once, or, during the pause after the last flush of the key, at the end of the pause with
 * the latest value. The pause is 100 ms, or ten times as long as the flush took if that is longer. So flushes of one key take at most a tenth of the
 * time. `flush` must not throw.
 */
export function spacedPerKey<V>(flush: (value: V) => void): (key: string, value: V) => void {
  /** The keys in a pause, each with the latest value that arrived during it. */
  const resting = new Map<string, { readonly value: V } | undefined>();

  function flushNow(key: string, value: V): void {
    resting.set(key, undefined);
    const begun = performance.now();
    flush(value);
    const rest = Math.max(REST_MS, (performance.now() - begun) * REST_SHARE);
    setTimeout(() => {
      const latest = resting.get(key);
      resting.delete(key);
      if (latest !== undefined) flushNow(key, latest.value);
    }, rest).unref();
  }

  return (key, value) => {
    if (resting.has(key)) resting.set(key, { value });
    else flushNow(key, value);
  };
}
