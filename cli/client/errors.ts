/**
 * A call failed: the control plane refused it, or did not answer. `code` is the API's name of the error (`NotFoundException`);
 * undefined if no answer of the API arrived.
 */
export class CallError extends Error {
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly exitCode = 1;

  constructor(
    message: string,
    {
      code,
      status,
      cause,
    }: { readonly code?: string; readonly status?: number; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'CallError';
    this.code = code;
    this.status = status;
  }
}

/** Whether an error is an API error with that code. */
export function isApiError(error: unknown, code: string): boolean {
  return error instanceof CallError && error.code === code;
}
