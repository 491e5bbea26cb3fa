/** Counts how often something was tried, by an id of the caller's. */
export type Attempts = {
  /** Counts one more; answers which it is, from 1. */
  next(id: string): number;
  count(id: string): number;
};

/** Nothing is counted yet. */
export function createAttempts(): Attempts {
  const counts = new Map<string, number>();
  return {
    next(id) {
      const attempt = (counts.get(id) ?? 0) + 1;
      counts.set(id, attempt);
      return attempt;
    },
    count: (id) => counts.get(id) ?? 0,
  };
}

/**
 * What to do with an attempt: `x-plan` lists it by attempt, the last for all that follow: a status, `reset`, `refuse`
 * (HTTP/2), `hang` (no answer at all), `stall` (an answer without end), `wait:MS`.
 */
export function planned(plan: string | undefined, attempt: number): string {
  const steps = (plan ?? '200').split(',');
  return steps[Math.min(attempt, steps.length) - 1] ?? '200';
}
