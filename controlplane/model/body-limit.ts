/** The most bytes that the body of a request may have: a virtual node with thousands of backends fits. */
export const BODY_LIMIT = 1024 * 1024;

/** Returns the words of the refusal of a longer one. */
export function bodyTooLong(limit: number): string {
  return `The body has more than ${limit} bytes.`;
}
