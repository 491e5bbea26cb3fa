const ACCIDENTS = ['uid', 'createdAt', 'lastUpdatedAt', 'ResponseMetadata'];

/** A value of JSON without what differs from one time to the next, and what a client adds. */
export function withoutAccidents(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) => (ACCIDENTS.includes(key) ? undefined : item)),
  );
}
