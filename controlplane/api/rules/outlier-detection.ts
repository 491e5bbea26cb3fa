import type { Duration, OutlierDetection } from '../../model/types.ts';
import { memberPath } from '../validation/violation.ts';
import type { Broken } from './rule.ts';

/** Checks the analysis interval and the ejection time: Envoy refuses 0, which disables other durations. */
export function outlierDetection(value: OutlierDetection, path: string): readonly Broken[] {
  return [
    ...positive(value.interval, memberPath(path, 'interval')),
    ...positive(value.baseEjectionDuration, memberPath(path, 'baseEjectionDuration')),
  ];
}

function positive(value: Duration, path: string): readonly Broken[] {
  if (value.value !== 0) return [];
  const constraint = 'Member must have value greater than or equal to 1';
  return [{ rule: 'outlier-time', path: memberPath(path, 'value'), value: 0, constraint }];
}
