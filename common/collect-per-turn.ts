/**
 * Returns a function that collects items by key. After the current turn of the event loop, it calls `flush` with the latest value of each key.
 * `flush` must not throw.
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
