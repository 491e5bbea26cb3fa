/** Remembers used challenges until they end, so that none is used twice at this replica. */
export type UsedChallenges = {
  /** Uses a challenge. Returns false if it was used before. */
  readonly use: (challenge: { readonly id: string; readonly ends: number }) => boolean;
};

/** The rate limit of logins keeps the number of challenges small. `now`: milliseconds since 1970. */
export function createUsedChallenges(now: () => number = Date.now): UsedChallenges {
  /** The ends by id, oldest use first. */
  const ends = new Map<string, number>();
  return {
    use({ id, ends: end }) {
      for (const [other, ended] of ends) {
        if (ended > now()) break;
        ends.delete(other);
      }
      if (ends.has(id)) return false;
      ends.set(id, end);
      return true;
    },
  };
}
