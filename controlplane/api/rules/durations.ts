import type { Duration } from '../../model/types.ts';
import { memberPath, type Violation } from '../violation.ts';

/** The longest duration: 365 days, in milliseconds. Envoy refuses those of ten thousand years, and nobody waits a year. */
const LONGEST = 365 * 24 * 60 * 60 * 1000;

/** A duration has both its members, and is a year at most; 0 switches off what it limits. */
export function duration(value: Duration, path: string): readonly Violation[] {
  const missing = (['unit', 'value'] as const)
    .filter((member) => value[member] === undefined)
    .map((member) => ({
      path: memberPath(path, member),
      value: undefined,
      constraint: 'Member must not be null',
    }));
  if (missing.length > 0) return missing;
  if (milliseconds(value) <= LONGEST) return [];
  const longest = value.unit === 's' ? LONGEST / 1000 : LONGEST;
  const constraint = `Member must have value less than or equal to ${longest} (a year)`;
  return [{ path: memberPath(path, 'value'), value: value.value, constraint }];
}

/** Where nothing is switched off by 0, Envoy refuses it. */
export function positiveDuration(value: Duration, path: string): readonly Violation[] {
  if (value.value !== 0) return [];
  return [
    {
      path: memberPath(path, 'value'),
      value: 0,
      constraint: 'Member must have value greater than or equal to 1',
    },
  ];
}

function milliseconds({ unit, value = 0 }: Duration): number {
  return unit === 's' ? value * 1000 : value;
}
