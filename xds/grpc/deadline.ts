import { CallError } from './call-error.ts';
import { status } from './status.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/**
 * Returns the time limit of a call, in milliseconds, from its `grpc-timeout` ("gRPC over HTTP2", Timeout); undefined: no limit.
 * Throws a CallError on an invalid value.
 */
export function timeoutOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const [, digits = '', unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(value) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs !== undefined) return Number(digits) * unitMs;
  throw new CallError(
    status.INVALID_ARGUMENT,
    `grpc-timeout ${JSON.stringify(value)}: it has to be up to eight digits and one of H, M, S, m, u, n`,
  );
}
