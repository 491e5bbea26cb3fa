/** Valid values of `httpRetryEvents` of a route, in App Mesh's order; the API model does not restrict them. */
export const HTTP_RETRY_EVENTS = ['server-error', 'gateway-error', 'client-error', 'stream-error'] as const;

/** One of App Mesh's HTTP retry events. */
export type HttpRetryEvent = (typeof HTTP_RETRY_EVENTS)[number];

/** Whether a text is an HTTP retry event. */
export function isHttpRetryEvent(text: string): text is HttpRetryEvent {
  return HTTP_RETRY_EVENTS.some((event) => event === text);
}
