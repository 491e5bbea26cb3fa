import { status, type Status } from '../../../xds/grpc/status.ts';

/** The reason why a stream was refused or ended. */
export type RefusalReason = 'unauthenticated' | 'denied' | 'rate' | 'quota' | 'malformed';

const REASONS: ReadonlyMap<Status, RefusalReason> = new Map([
  [status.UNAUTHENTICATED, 'unauthenticated'],
  [status.PERMISSION_DENIED, 'denied'],
  [status.INVALID_ARGUMENT, 'malformed'],
]);

/** Returns the reason for a gRPC code; `exhausted`: the reason for RESOURCE_EXHAUSTED. Undefined: the code is not a refusal. */
export function reasonOf(code: Status | undefined, exhausted: 'rate' | 'quota'): RefusalReason | undefined {
  if (code === status.RESOURCE_EXHAUSTED) return exhausted;
  return code === undefined ? undefined : REASONS.get(code);
}
