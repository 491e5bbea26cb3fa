// Stands in for `node:util` in the browser, for code that is shared with the command line.

/** Whether two values of JSON are equal. Ignores the order of members. */
export function isDeepStrictEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length &&
    left.every(
      ([name, value]) =>
        Object.hasOwn(b, name) && isDeepStrictEqual(value, (b as Record<string, unknown>)[name]),
    )
  );
}
