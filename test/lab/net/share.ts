/** Counts, both ends inclusive. */
export type Bounds = { readonly min: number; readonly max: number };

/**
 * Returns how often an event of probability `share` happens in `trials` independent trials if only chance is involved: the count is outside these
 * bounds with a probability of at most `falseAlarm` (default: one in a million), half of it on each side. Sums the binomial distribution itself, so
 * the bounds also hold for few trials and for shares near 0 and 1.
 */
export function chanceBounds(trials: number, share: number, falseAlarm = 1e-6): Bounds {
  if (share <= 0) return { min: 0, max: 0 };
  if (share >= 1) return { min: trials, max: trials };
  return {
    min: lowestLikely(trials, share, falseAlarm / 2),
    // An event is rare exactly when its complement is frequent.
    max: trials - lowestLikely(trials, 1 - share, falseAlarm / 2),
  };
}

/** Returns whether chance allows `count` of `trials` for a true share of `share` (see chanceBounds). */
export function isByChance(count: number, trials: number, share: number, falseAlarm = 1e-6): boolean {
  const { min, max } = chanceBounds(trials, share, falseAlarm);
  return count >= min && count <= max;
}

/** Returns the smallest count for which P(X ≤ count) exceeds `tail`: smaller counts have a probability of at most `tail`. */
function lowestLikely(trials: number, share: number, tail: number): number {
  // P(X = k+1) = P(X = k) · (n-k)/(k+1) · p/(1-p), in logarithms because P(X = 0) often underflows.
  let log = trials * Math.log1p(-share);
  let sum = 0;
  for (let count = 0; count < trials; count++) {
    sum += Math.exp(log);
    if (sum > tail) return count;
    log += Math.log((trials - count) / (count + 1)) + Math.log(share) - Math.log1p(-share);
  }
  return trials;
}
