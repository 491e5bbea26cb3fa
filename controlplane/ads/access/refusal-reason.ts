import { status, type Status } from '../../../xds/grpc/status.ts';

/** Why a stream was refused, or ended. */
export type RefusalReason = 'unauthenticated' | 'denied' | 'rate' | 'quota' | 'malformed';

const REASONS: ReadonlyMap<Status, RefusalReason> = new Map([
  [status.UNAUTHENTICATED, 'unauthenticated'],
  [status.PERMISSION_DENIED, 'denied'],
  [status.INVALID_ARGUMENT, 'malformed'],
]);

/** The reason that a gRPC code stands for; `exhausted`: what it is that there is too much of. Undefined: no refusal. */
export function reasonOf(code: Status | undefined, exhausted: 'rate' | 'quota'): RefusalReason | undefined {
  if (code === status.RESOURCE_EXHAUSTED) return exhausted;
  return code === undefined ? undefined : REASONS.get(code);
}
