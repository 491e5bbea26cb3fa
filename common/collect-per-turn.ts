/**
 * Returns a function that collects items, and calls `flush` after the current turn of the event loop with all that came in it: of each key,
 * the latest value. `flush` must not throw.
 */
export function collectPerTurn<K, V>(flush: (items: ReadonlyMap<K, V>) => void): (key: K, value: V) => void {
  let items = new Map<K, V>();
  const flushAll = (): void => {
    const all = items;
    items = new Map();
    flush(all);
  };
  return (key, value) => {
    if (items.size === 0) setImmediate(flushAll);
    items.set(key, value);
  };
}
