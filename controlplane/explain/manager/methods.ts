// The methods of Envoy's HTTP/1.1 codec, found by testing: the same in 1.37.0 and 1.40.0.
const KNOWN = new Set([
  'ACL',
  'BIND',
  'CHECKOUT',
  'CONNECT',
  'COPY',
  'DELETE',
  'GET',
  'HEAD',
  'LINK',
  'LOCK',
  'MERGE',
  'MKACTIVITY',
  'MKCALENDAR',
  'MKCOL',
  'MOVE',
  'MSEARCH',
  'NOTIFY',
  'OPTIONS',
  'PATCH',
  'POST',
  'PROPFIND',
  'PROPPATCH',
  'PURGE',
  'PUT',
  'REBIND',
  'REPORT',
  'SEARCH',
  'SOURCE',
  'SUBSCRIBE',
  'TRACE',
  'UNBIND',
  'UNLINK',
  'UNLOCK',
  'UNSUBSCRIBE',
]);

/** Whether Envoy accepts a method over HTTP/1.1 if it is not configured to accept any method. */
export function isKnownMethod(method: string): boolean {
  return KNOWN.has(method);
}

/** Whether Envoy sends `Content-Length: 0` over HTTP/1.1 for a request of this method without a body. */
export function saysEmptyBody(method: string): boolean {
  return !['GET', 'HEAD', 'DELETE', 'TRACE', 'CONNECT'].includes(method);
}
