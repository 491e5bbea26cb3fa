import { errorText } from '../../common/error-text.ts';
import { status, type Status } from './status.ts';

/** Why a call is not served. It ends with this status, and the message as its details. */
export class CallError extends Error {
  readonly code: Status;

  constructor(code: Status, details: string, options?: ErrorOptions) {
    super(details, options);
    this.name = 'CallError';
    this.code = code;
  }

  /** Anything thrown while a call was served, as the reason that it ends: INTERNAL, unless it says otherwise. */
  static from(error: unknown, code: Status = status.INTERNAL): CallError {
    if (error instanceof CallError) return error;
    return new CallError(code, errorText(error), { cause: error });
  }
}
