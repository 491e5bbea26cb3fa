/** Counts attempts by an id that the caller chose. */
export type Attempts = {
  /** Counts one more attempt and returns its number, from 1. */
  next(id: string): number;
  count(id: string): number;
};

/** Creates an empty counter. */
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
 * Returns the step for an attempt: `x-plan` lists one per attempt, the last for all that follow: a status, `reset`, `refuse` (HTTP/2), `hang` (no
 * answer at all), `stall` (an answer without end), `wait:MS`, `held:GROUP` (an answer once the group is released).
 */
export function planned(plan: string | undefined, attempt: number): string {
  const steps = (plan ?? '200').split(',');
  return steps[Math.min(attempt, steps.length) - 1] ?? '200';
}
