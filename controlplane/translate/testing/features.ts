import type { Features } from '../features.ts';

/** For each feature, what proxies may say of it. */
export const FEATURE_SAMPLES: { readonly [name in keyof Features]: readonly Features[name][] } = {
  ipv6: [true, false],
  appAddress: ['192.0.2.1', '2001:db8::1'],
  sds: [true],
  files: [true],
  ecds: [true],
  recentHttp: [true],
  chainMatcher: [true],
  names: [true],
};
