import type { Features } from '../features.ts';
import type { ENVOYS } from './real-envoy.ts';

/** For each feature, what proxies may say of it. */
export const FEATURE_SAMPLES: { readonly [name in keyof Features]: readonly Features[name][] } = {
  ipv6: [true, false],
  appAddress: ['192.0.2.1', '2001:db8::1'],
  sds: [true],
  files: [true],
  ecds: [true],
  recentHttp: [true],
  chainMatcher: [true],
  longHeaders: [true],
  names: [true],
};

/** What an Envoy that is tried cannot do, whatever its proxy says of itself. */
export const LACKING: Readonly<Record<(typeof ENVOYS)[number], Partial<Features>>> = {
  DAYBREAK_ENVOY: {},
  DAYBREAK_ENVOY_OLDEST: { longHeaders: false },
};
