import type { HeaderValue } from '../request.ts';

/** What a random request id is, to people. */
export const NEW_REQUEST_ID: HeaderValue = { made: 'a random UUID' };

/** Where a UUID says its version, and Envoy why it traces a request: `4` for not at all. */
const REASON = 14;

const NO_REASON = '4';
const SAMPLED = '9';
const ASKED_BY_CLIENT = 'b';

/** A request id from outside, whose reason for tracing counts for nothing. */
export function externalId(id: HeaderValue): HeaderValue {
  return withReason(id, () => NO_REASON);
}

/** A request id as it is sent on: each request is sampled, as long as nobody sets another share. */
export function tracedId(id: HeaderValue, hasClientTraceId: boolean): HeaderValue {
  return withReason(id, (reason) => {
    if (/[9ab]/.test(reason)) return reason;
    return hasClientTraceId ? ASKED_BY_CLIENT : SAMPLED;
  });
}

function withReason(id: HeaderValue, change: (reason: string) => string): HeaderValue {
  // Eight digits are what Envoy samples by.
  if (typeof id !== 'string' || !/^[0-9a-f]{8}.{28}$/i.test(id)) return id;
  return `${id.slice(0, REASON)}${change(id.charAt(REASON))}${id.slice(REASON + 1)}`;
}
