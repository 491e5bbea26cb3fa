/** The addresses of a name. Both lists are sorted and have no address in common. */
export type NameAddresses = {
  /** Those of the newest answer. */
  readonly current: readonly string[];
  /** Those of earlier answers that a client may still use: it may have cached them, or hold a connection pool. */
  readonly former: readonly string[];
};

/** What the answers so far have shown of one name: each address with the time of the newest answer that had it. */
export type SeenAddresses = {
  readonly current: readonly string[];
  readonly lastSeen: ReadonlyMap<string, number>;
};

/** For how long an address counts after it was in an answer for the last time, in milliseconds. */
export const FORMER_MS = 5 * 60_000;

/** How many former addresses of a name are kept: the newest. A name behind a large pool answers with others each time. */
export const MOST_FORMER = 256;

export const NOTHING_SEEN: SeenAddresses = { current: [], lastSeen: new Map() };

/** Adds an answer. `now` is in milliseconds, of any clock that does not go back. */
export function see(seen: SeenAddresses, answer: readonly string[], now: number): SeenAddresses {
  const current = [...new Set(answer)].toSorted();
  const former = [...seen.lastSeen]
    .filter(([address, at]) => !current.includes(address) && now - at <= FORMER_MS)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MOST_FORMER);
  return { current, lastSeen: new Map([...former, ...current.map((address) => [address, now] as const)]) };
}

/** The addresses as a user of them sees them. */
export function nameAddresses({ current, lastSeen }: SeenAddresses): NameAddresses {
  const former = [...lastSeen.keys()].filter((address) => !current.includes(address));
  return { current, former: former.toSorted() };
}
