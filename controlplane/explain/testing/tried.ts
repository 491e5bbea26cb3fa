import type { ENVOYS } from '../../translate/testing/real-envoy.ts';
import { releaseOf, type Release } from '../release.ts';

function release(version: string): Release {
  const found = releaseOf(version);
  if (found === undefined) throw new Error(`${version} is no release of Envoy`);
  return found;
}

/** The tested Envoys with their releases. */
export const TRIED: readonly (readonly [variable: (typeof ENVOYS)[number], release: Release])[] = [
  ['DAYBREAK_ENVOY', release('1.40.0')],
  ['DAYBREAK_ENVOY_OLDEST', release('1.37.0')],
];
