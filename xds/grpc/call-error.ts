import { errorText } from '../../common/error-text.ts';
import { status, type Status } from './status.ts';

/** An error that ends a call, with its status code; the message becomes the status details. */
export class CallError extends Error {
  readonly code: Status;
  /** How long the client is to wait before it tries again, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: Status,
    details: string,
    { retryAfterMs, ...options }: ErrorOptions & { readonly retryAfterMs?: number } = {},
  ) {
    super(details, options);
    this.name = 'CallError';
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }

  /** Converts anything thrown while a call was served. The default code is INTERNAL. */
  static from(error: unknown, code: Status = status.INTERNAL): CallError {
    if (error instanceof CallError) return error;
    return new CallError(code, errorText(error), { cause: error });
  }
}
