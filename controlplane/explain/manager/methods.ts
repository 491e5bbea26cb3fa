// What Envoy's reader of HTTP/1.1 knows, found by asking: the same in 1.37.0 and 1.40.0.
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

/** Whether Envoy takes a method over HTTP/1.1 where it is not set to take any. */
export function isKnownMethod(method: string): boolean {
  return KNOWN.has(method);
}

/** Whether a request of this method is sent on over HTTP/1.1 with `Content-Length: 0` when it has no body. */
export function saysEmptyBody(method: string): boolean {
  return !['GET', 'HEAD', 'DELETE', 'TRACE', 'CONNECT'].includes(method);
}
