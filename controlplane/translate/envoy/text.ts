/** Whether Envoy takes a text for a header's value, a domain or a path: it must hold no line break and no NUL. */
export function isHeaderValue(text: string): boolean {
  return !/[\0\r\n]/.test(text);
}

/** Whether Envoy takes a text where it holds a header's value to RFC 7230: no control character but a tab. */
export function isStrictHeaderValue(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return !/[\u0000-\u0008\n-\u001f\u007f]/.test(text);
}
