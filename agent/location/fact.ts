/** The limit of one fact, in characters. The longest are ARNs, with at most 2048 (the limit of IAM). */
const MOST_CHARACTERS = 2048;

/**
 * Returns a text of a metadata service, if it is one line of printable characters and short enough for the node's metadata; otherwise
 * undefined, as for a missing one.
 */
export function fact(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > MOST_CHARACTERS) return undefined;
  const text = value.trim();
  return /^\P{C}+$/u.test(text) ? text : undefined;
}

/** Returns a JSON object. Other values become an empty object. */
export function object(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Readonly<Record<string, unknown>>) : {};
}

/** Returns a JSON list. Other values become an empty list. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
