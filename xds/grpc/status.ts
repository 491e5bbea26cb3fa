/** gRPC's status codes ("Status codes and their use in gRPC"). */
export const status = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** A gRPC status code. */
export type Status = (typeof status)[keyof typeof status];

/** Returns the name of a code: `UNAVAILABLE`. */
export function statusName(code: number): string {
  return Object.entries(status).find(([, each]) => each === code)?.[0] ?? '';
}

/** A status code, with the reason as text. */
export type CallEnd = {
  readonly code: Status;
  readonly details: string;
  /** How long the client is to wait before it tries again, in milliseconds (gRFC A6, server pushback). Undefined: not set. */
  readonly retryAfterMs?: number | undefined;
};

/** The field of `retryAfterMs`. */
export const PUSHBACK = 'grpc-retry-pushback-ms';

/** The longest details that are sent, in characters. HTTP/2 implementations refuse header fields of some kilobytes, and the code with them. */
const MOST_DETAILS = 2000;

/** Encodes the end of a call as header fields ("gRPC over HTTP2", Responses). The text is percent-encoded UTF-8. */
export function statusFields({ code, details, retryAfterMs }: CallEnd): Readonly<Record<string, string>> {
  const shown = details.length > MOST_DETAILS ? `${details.slice(0, MOST_DETAILS)}…` : details;
  const message = shown.toWellFormed().replaceAll(/[^ -$&-~]+/g, encodeURIComponent);
  return {
    'grpc-status': String(code),
    ...(message === '' ? {} : { 'grpc-message': message }),
    ...(retryAfterMs === undefined ? {} : { [PUSHBACK]: String(Math.max(0, Math.round(retryAfterMs))) }),
  };
}
