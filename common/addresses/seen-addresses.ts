/** The addresses of a name. Both lists are sorted and have no address in common. */
export type NameAddresses = {
  /** Addresses of the latest answer. */
  readonly current: readonly string[];
  /** Addresses of earlier answers that a client may still use, from its cache or connection pool. */
  readonly former: readonly string[];
};

/** Addresses from all answers for one name, each with the time of the latest answer that contained it. */
export type SeenAddresses = {
  readonly current: readonly string[];
  readonly lastSeen: ReadonlyMap<string, number>;
};

/** How long an address is kept after the last answer that contained it, in milliseconds. */
export const FORMER_MS = 5 * 60_000;

/** How many former addresses of a name are kept, the latest ones. A name with a large pool has different addresses in each answer. */
export const MOST_FORMER = 256;

export const NOTHING_SEEN: SeenAddresses = { current: [], lastSeen: new Map() };

/** Adds an answer. `now` is in milliseconds of a monotonic clock. */
export function addAnswer(seen: SeenAddresses, answer: readonly string[], now: number): SeenAddresses {
  const current = [...new Set(answer)].toSorted();
  const former = [...seen.lastSeen]
    .filter(([address, at]) => !current.includes(address) && now - at <= FORMER_MS)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MOST_FORMER);
  return { current, lastSeen: new Map([...former, ...current.map((address) => [address, now] as const)]) };
}

/** Returns the current and former addresses. */
export function nameAddresses({ current, lastSeen }: SeenAddresses): NameAddresses {
  const former = [...lastSeen.keys()].filter((address) => !current.includes(address));
  return { current, former: former.toSorted() };
}
