import { create } from '@bufbuild/protobuf';
import { DurationSchema, type Duration } from '@bufbuild/protobuf/wkt';
import type { Duration as ApiDuration } from '../../model/types.ts';
import { LONGEST } from '../defaults.ts';

/** The API's duration in milliseconds; undefined where it is absent, or lacks its value or unit. */
export function milliseconds(given: ApiDuration | undefined): number | undefined {
  if (given?.value === undefined || given.unit === undefined) return undefined;
  return given.unit === 's' ? given.value * 1000 : given.value;
}

/** Milliseconds as Envoy's duration, at most as long as Envoy can take. */
export function duration(ms: number): Duration {
  const whole = Math.min(Math.trunc(ms), LONGEST);
  return create(DurationSchema, {
    seconds: BigInt(Math.floor(whole / 1000)),
    nanos: (whole % 1000) * 1_000_000,
  });
}
