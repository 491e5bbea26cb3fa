/** From when until when a certificate is valid, in milliseconds since 1970. */
export type Validity = { readonly notBefore: number; readonly notAfter: number };

/** How a certificate stands at a moment. `ending`: it is valid, and ought to have been renewed by now. */
export type Standing = 'not yet valid' | 'valid' | 'ending' | 'expired';

const DAY = 24 * 60 * 60 * 1000;
const LONGEST_WARNING = 14 * DAY;

/** How a certificate stands. It is `ending` in its last 14 days, or the last third of its life where that is less. */
export function standingOf(validity: Validity, now: number): Standing {
  if (now < validity.notBefore) return 'not yet valid';
  if (now >= validity.notAfter) return 'expired';
  return now < endingFrom(validity) ? 'valid' : 'ending';
}

/** When a certificate's standing changes next, in milliseconds since 1970; undefined once it has expired. */
export function nextStanding(validity: Validity, now: number): number | undefined {
  return [validity.notBefore, endingFrom(validity), validity.notAfter].find((time) => time > now);
}

/** Whether a new certificate takes the place of the one in force: not where it is not valid now, and that one is. */
export function takesPlaceOf(inForce: Validity, offered: Validity, now: number): boolean {
  return isValid(offered, now) || !isValid(inForce, now);
}

function endingFrom({ notBefore, notAfter }: Validity): number {
  return notAfter - Math.min(LONGEST_WARNING, (notAfter - notBefore) / 3);
}

function isValid({ notBefore, notAfter }: Validity, now: number): boolean {
  return notBefore <= now && now < notAfter;
}
