import { standingOf, type Validity } from '../../common/certificate-validity.ts';

/** Formats a time for messages, to the second: `2026-11-30T05:45:44Z`. `time` is in milliseconds since 1970. */
export function formatTime(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

/**
 * Returns the problem with a certificate's validity, if any, beginning with `what`. The text does not change with `now` itself, so that
 * it is logged once.
 */
export function validityProblem(what: string, validity: Validity, now: number): string | undefined {
  switch (standingOf(validity, now)) {
    case 'not yet valid':
      return `${what} is not valid before ${formatTime(validity.notBefore)}`;
    case 'expired':
      return `${what} expired at ${formatTime(validity.notAfter)}`;
    case 'ending':
      return `${what} expires at ${formatTime(validity.notAfter)} and has not been renewed`;
    case 'valid':
      return undefined;
  }
}
