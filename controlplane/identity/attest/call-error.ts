import { CallError } from '../../../xds/grpc/call-error.ts';
import { status } from '../../../xds/grpc/status.ts';
import { StoreError } from '../../store/errors.ts';

/** Returns the error that ends an attempt. A store that is away, or that other replicas keep writing to, is UNAVAILABLE: the agent tries again. */
export function callErrorFor(error: unknown): CallError {
  if (error instanceof StoreError && error.status === 503)
    return new CallError(status.UNAVAILABLE, error.message, { cause: error });
  return CallError.from(error);
}
