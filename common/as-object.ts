/** Returns a value of parsed JSON as an object, to read members of an unknown type; an empty one if the value is no object. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
