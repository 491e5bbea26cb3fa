import { create } from '@bufbuild/protobuf';
import { DurationSchema, type Duration } from '@bufbuild/protobuf/wkt';
import type { Duration as ApiDuration } from '../../model/types.ts';
import { LONGEST } from '../defaults.ts';

/** Converts the API's duration to milliseconds; undefined if it, its value or its unit is absent. */
export function milliseconds(given: ApiDuration | undefined): number | undefined {
  if (given?.value === undefined || given.unit === undefined) return undefined;
  return given.unit === 's' ? given.value * 1000 : given.value;
}

/** Converts milliseconds to Envoy's duration, limited to the longest one that Envoy accepts. */
export function duration(ms: number): Duration {
  const whole = Math.min(Math.trunc(ms), LONGEST);
  return create(DurationSchema, {
    seconds: BigInt(Math.floor(whole / 1000)),
    nanos: (whole % 1000) * 1_000_000,
  });
}
