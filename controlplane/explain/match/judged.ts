/**
 * Whether a request meets a condition of a route. `unsure`: the result depends on a value that Envoy generates per request.
 * `why` is a sentence.
 */
export type Judged = { readonly kind: 'met' } | { readonly kind: 'unmet' | 'unsure'; readonly why: string };

/** The condition holds. */
export const MET: Judged = { kind: 'met' };

/** Returns unmet for this reason. */
export function unmet(why: string): Judged {
  return { kind: 'unmet', why };
}

/** Returns met, or unmet for this reason. */
export function metIf(met: boolean, why: () => string): Judged {
  return met ? MET : unmet(why());
}
