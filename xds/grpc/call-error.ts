import { errorText } from '../../common/error-text.ts';
import { status, type Status } from './status.ts';

/** An error that ends a call, with its status code; the message becomes the status details. */
export class CallError extends Error {
  readonly code: Status;

  constructor(code: Status, details: string, options?: ErrorOptions) {
    super(details, options);
    this.name = 'CallError';
    this.code = code;
  }

  /** Converts anything thrown while a call was served. The default code is INTERNAL. */
  static from(error: unknown, code: Status = status.INTERNAL): CallError {
    if (error instanceof CallError) return error;
    return new CallError(code, errorText(error), { cause: error });
  }
}
