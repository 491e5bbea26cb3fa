import type { HeaderValue } from '../request.ts';

/** A random request id, in words. */
export const NEW_REQUEST_ID: HeaderValue = { made: 'a random UUID' };

/** The position of a UUID's version, in which Envoy encodes why it traces a request: `4` for not at all. */
const REASON = 14;

const NO_REASON = '4';
const SAMPLED = '9';
const ASKED_BY_CLIENT = 'b';

/** Resets the tracing reason of a request id from outside, which Envoy ignores. */
export function externalId(id: HeaderValue): HeaderValue {
  return withReason(id, () => NO_REASON);
}

/** Returns the request id that Envoy sends on; by default, each request is sampled. */
export function tracedId(id: HeaderValue, hasClientTraceId: boolean): HeaderValue {
  return withReason(id, (reason) => {
    if (/[9ab]/.test(reason)) return reason;
    return hasClientTraceId ? ASKED_BY_CLIENT : SAMPLED;
  });
}

function withReason(id: HeaderValue, change: (reason: string) => string): HeaderValue {
  // Envoy samples by the first eight digits.
  if (typeof id !== 'string' || !/^[0-9a-f]{8}.{28}$/i.test(id)) return id;
  return `${id.slice(0, REASON)}${change(id.charAt(REASON))}${id.slice(REASON + 1)}`;
}
