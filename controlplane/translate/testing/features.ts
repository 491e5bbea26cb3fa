import type { Features } from '../features.ts';
import type { ENVOYS } from './real-envoy.ts';

/** Sample values of each feature. */
export const FEATURE_SAMPLES: { readonly [name in keyof Features]: readonly Features[name][] } = {
  ipv6: [true, false],
  appAddress: ['192.0.2.1', '2001:db8::1'],
  sds: [true],
  files: [true],
  ecds: [true],
  recentHttp: [true],
  chainMatcher: [true],
  longHeaders: [true],
  metricExtension: [true],
  names: [true],
  sampledParents: [true],
  untraced: [true],
  otlpLogs: [true],
  mtls: [true],
  authorization: [true],
  traceContext: ['xray/tracecontext', 'tracecontext/xray/b3'],
  loopbackEgress: [true],
};

/** The features that a tested Envoy lacks, even if its proxy declares them. */
export const LACKING: Readonly<Record<(typeof ENVOYS)[number], Partial<Features>>> = {
  DAYBREAK_ENVOY: {},
  DAYBREAK_ENVOY_OLDEST: { longHeaders: false },
};
