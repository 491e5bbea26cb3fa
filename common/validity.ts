/** From when to when a certificate is valid. */
export type Validity = { readonly notBefore: Date; readonly notAfter: Date };

/** Where a moment lies: within the time of a certificate, before it, or after it. */
export type ValidityState = 'valid' | 'not yet valid' | 'expired';

const DAY_MS = 86_400_000;
/** A renewal that works is done before this share of a certificate's life is left: SPIRE's at a half, others' at a third. */
const LAST_SHARE = 0.1;
const LONGEST_WARNING_MS = 14 * DAY_MS;

/** How a certificate stands at a moment. */
export function validityAt({ notBefore, notAfter }: Validity, now: Date): ValidityState {
  if (now < notBefore) return 'not yet valid';
  return now > notAfter ? 'expired' : 'valid';
}

/** From when on its end is to be warned of: a tenth of its life before, 14 days at most. */
export function warningTime({ notBefore, notAfter }: Validity): Date {
  const life = notAfter.getTime() - notBefore.getTime();
  return new Date(notAfter.getTime() - Math.min(LONGEST_WARNING_MS, life * LAST_SHARE));
}

/** A moment in a message, to the second: `2026-11-30T05:45:44Z`. */
export function moment(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * What is to be said of the time of a certificate, if anything. The words are the same from one moment to the next, so that
 * they are logged once. `what` begins them: `the certificate`.
 */
export function validityProblem(what: string, validity: Validity, now: Date): string | undefined {
  switch (validityAt(validity, now)) {
    case 'not yet valid':
      return `${what} is not valid before ${moment(validity.notBefore)}`;
    case 'expired':
      return `${what} expired at ${moment(validity.notAfter)}`;
    case 'valid':
      return now < warningTime(validity)
        ? undefined
        : `${what} expires at ${moment(validity.notAfter)} and has not been renewed`;
  }
}
