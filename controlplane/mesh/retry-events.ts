/** What `httpRetryEvents` of a route may name, in App Mesh's order; the API model leaves it open. */
export const HTTP_RETRY_EVENTS = ['server-error', 'gateway-error', 'client-error', 'stream-error'] as const;

/** One of App Mesh's HTTP retry events. */
export type HttpRetryEvent = (typeof HTTP_RETRY_EVENTS)[number];

/** Whether a text is one of them. */
export function isHttpRetryEvent(text: string): text is HttpRetryEvent {
  return HTTP_RETRY_EVENTS.some((event) => event === text);
}
