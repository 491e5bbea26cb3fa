/** Counts, both ends included. */
export type Bounds = { readonly min: number; readonly max: number };

/**
 * How often a thing of probability `share` happens in `trials` independent trials, if chance is all that is at work: outside
 * these bounds with a probability of at most `falseAlarm` (default: one in a million), half of it on each side. The sums are
 * those of the binomial distribution itself, so they hold for few trials and for shares near 0 and 1 too.
 */
export function chanceBounds(trials: number, share: number, falseAlarm = 1e-6): Bounds {
  if (share <= 0) return { min: 0, max: 0 };
  if (share >= 1) return { min: trials, max: trials };
  return {
    min: lowestLikely(trials, share, falseAlarm / 2),
    // What happens is rare exactly when what does not happen is frequent.
    max: trials - lowestLikely(trials, 1 - share, falseAlarm / 2),
  };
}

/** Whether `count` of `trials` is what chance allows for a true share of `share` (see chanceBounds). */
export function isByChance(count: number, trials: number, share: number, falseAlarm = 1e-6): boolean {
  const { min, max } = chanceBounds(trials, share, falseAlarm);
  return count >= min && count <= max;
}

/** The smallest count for which P(X ≤ count) is more than `tail`: less than that happens with a probability of at most `tail`. */
function lowestLikely(trials: number, share: number, tail: number): number {
  // P(X = k+1) = P(X = k) · (n-k)/(k+1) · p/(1-p), in logarithms because P(X = 0) is often below the smallest number.
  let log = trials * Math.log1p(-share);
  let sum = 0;
  for (let count = 0; count < trials; count++) {
    sum += Math.exp(log);
    if (sum > tail) return count;
    log += Math.log((trials - count) / (count + 1)) + Math.log(share) - Math.log1p(-share);
  }
  return trials;
}
