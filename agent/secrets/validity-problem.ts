import { standingOf, type Validity } from '../../common/certificate-validity.ts';

/** A moment in a message, to the second: `2026-11-30T05:45:44Z`. */
export function moment(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * What is to be said of the time of a certificate, if anything; `what` begins it. The words are the same from one moment to the
 * next, so that they are logged once.
 */
export function validityProblem(what: string, validity: Validity, now: number): string | undefined {
  switch (standingOf(validity, now)) {
    case 'not yet valid':
      return `${what} is not valid before ${moment(validity.notBefore)}`;
    case 'expired':
      return `${what} expired at ${moment(validity.notAfter)}`;
    case 'ending':
      return `${what} expires at ${moment(validity.notAfter)} and has not been renewed`;
    case 'valid':
      return undefined;
  }
}
