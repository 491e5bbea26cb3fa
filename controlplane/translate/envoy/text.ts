/** Whether Envoy takes a text for a header's value, a domain or a path: it must hold no line break and no NUL. */
export function isHeaderValue(text: string): boolean {
  return !/[\0\r\n]/.test(text);
}
