const ACCIDENTS = ['uid', 'createdAt', 'lastUpdatedAt', 'ResponseMetadata'];

/** Returns a JSON value without members that differ from one run to the next, or that a client adds. */
export function withoutAccidents(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) => (ACCIDENTS.includes(key) ? undefined : item)),
  );
}
