/** Whether Envoy accepts a text as a header value, a domain or a path: it has no line break and no NUL. */
export function isHeaderValue(text: string): boolean {
  return !/[\0\r\n]/.test(text);
}

/** Whether Envoy accepts a text as a header value by RFC 7230: no control character except tab. */
export function isStrictHeaderValue(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return !/[\u0000-\u0008\n-\u001f\u007f]/.test(text);
}
