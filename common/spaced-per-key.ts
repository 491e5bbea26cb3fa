/** The shortest rest between two flushes of a key, in milliseconds, and how many times as long as a flush it is at least. */
const REST_MS = 100;
const REST_SHARE = 10;

/**
 * Returns a function that calls `flush` with a value: at once, or, within a rest after the last flush of the same key, at the end of the rest
 * with the latest value. The rest is 100 ms, or ten times as long as the flush took. So thousands of changes to one key cost a tenth of the
 * time at most. `flush` must not throw.
 */
export function spacedPerKey<V>(flush: (value: V) => void): (key: string, value: V) => void {
  /** The values that came during the rest of a key. */
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
