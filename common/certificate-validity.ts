/** Validity of a certificate, in milliseconds since 1970; `notAfter` is exclusive. */
export type Validity = { readonly notBefore: number; readonly notAfter: number };

/** State of a certificate at a given time. `ending`: valid, but overdue for renewal. */
export type Standing = 'not yet valid' | 'valid' | 'ending' | 'expired';

const DAY = 24 * 60 * 60 * 1000;
const MAX_WARNING = 14 * DAY;

/** Returns the state of a certificate. It is `ending` in the last 14 days or the last third of its validity, whichever is shorter. */
export function standingOf(validity: Validity, now: number): Standing {
  if (now < validity.notBefore) return 'not yet valid';
  if (now >= validity.notAfter) return 'expired';
  return now < endingFrom(validity) ? 'valid' : 'ending';
}

/** Returns when the state changes next, in milliseconds since 1970; undefined once the certificate has expired. */
export function nextStanding(validity: Validity, now: number): number | undefined {
  return [validity.notBefore, endingFrom(validity), validity.notAfter].find((time) => time > now);
}

/** Returns whether a new certificate replaces the one in force: always, unless only the one in force is valid now. */
export function takesPlaceOf(inForce: Validity, offered: Validity, now: number): boolean {
  return isValid(offered, now) || !isValid(inForce, now);
}

function endingFrom({ notBefore, notAfter }: Validity): number {
  return notAfter - Math.min(MAX_WARNING, (notAfter - notBefore) / 3);
}

function isValid({ notBefore, notAfter }: Validity, now: number): boolean {
  return notBefore <= now && now < notAfter;
}
