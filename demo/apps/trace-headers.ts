import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** The headers that tell which trace a request belongs to, of every tracer, and Envoy's id of the request. */
const NAMES =
  /^(?:traceparent|tracestate|baggage|x-amzn-trace-id|b3|x-b3-[a-z]+|x-datadog-[a-z-]+|x-request-id)$/;

/** Returns the headers that an application copies from a request that it serves to the requests that it sends meanwhile. */
export function traceHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => NAMES.test(name)));
}
