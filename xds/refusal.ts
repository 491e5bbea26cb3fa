import { status } from '@grpc/grpc-js';

/** Why a stream is not served. It ends with this gRPC status. */
export class XdsRefusal extends Error {
  readonly code: status;

  constructor(code: status, details: string, options?: ErrorOptions) {
    super(details, options);
    this.name = 'XdsRefusal';
    this.code = code;
  }

  /** Turns anything thrown while a request was handled into a refusal: INTERNAL, unless it says otherwise. */
  static from(error: unknown, code: status = status.INTERNAL): XdsRefusal {
    if (error instanceof XdsRefusal) return error;
    return new XdsRefusal(code, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
