import { isAppAddress } from '../../common/contracts/app-address.ts';
import { parseTraceContext } from '../../common/contracts/trace-context.ts';

/** A feature that a proxy has only if it says `true`. */
const flag = (said: unknown): boolean => said === true;

/** A fact that a proxy may leave unknown. */
const fact = (said: unknown): boolean | undefined => (typeof said === 'boolean' ? said : undefined);

/** The address that an application listens on. */
const address = (said: unknown): string | undefined =>
  typeof said === 'string' && isAppAddress(said) ? said : undefined;

/** The formats of trace context of a proxy with a tracer, the tracer's own first (common/contracts/trace-context.ts). */
const traceContext = (said: unknown): string | undefined =>
  typeof said === 'string' && parseTraceContext(said) !== undefined ? said : undefined;

/**
 * Every feature, with the reader of its value under `node.metadata.daybreak`. A proxy that declares nothing has only the features
 * that its version implies: App Mesh's own image, with Envoy 1.34 at most, gets no field that it may not know.
 */
const READERS = {
  /** Whether the machine has IPv6; App Mesh's own image does not say. */
  ipv6: fact,
  /** The application's listen address, if it is not the loopback address that the IP preference implies. */
  appAddress: address,
  /** The bootstrap has a cluster to fetch secrets from, `static_cluster_sds_unix_socket`. */
  sds: flag,
  /** The agent reads certificate files, and serves them as secrets (common/contracts/file-secret-name.ts). */
  files: flag,
  /** Envoy fetches TCP filters by name (ECDS for network filters, since 1.28): changing such a filter drains no connection. */
  ecds: flag,
  /** Its Envoy knows the HTTP fields that are newer than 1.25: 1.34 has all of them. */
  recentHttp: flag,
  /**
   * Its Envoy supports `filter_chain_matcher`, since 1.22 (Envoy's release notes). The version in the node implies it
   * (ads/identity.ts), so App Mesh's own image has it.
   */
  chainMatcher: flag,
  /** Its Envoy can limit one HTTP/2 header (`max_header_field_size_kb`, since 1.38); its version implies it. */
  longHeaders: flag,
  /**
   * The operator asked for App Mesh's metrics extension. Off if the version in the node is older than 1.37, whose access logger
   * counts (ads/identity.ts).
   */
  metricExtension: flag,
  /** The agent looks up the names in a listener's metadata (common/contracts/listener-names.ts). */
  names: flag,
  /** Each request gets its trace context in all of these formats, and is read in any of them. */
  traceContext,
  /** The host has no redirect rules: the application calls each backend at a port of loopback, and callers connect to 15000. */
  loopbackEgress: flag,
  /**
   * Its tracer samples at a rate that changes. From 1.38 on, OpenTelemetry's tracer applies the rate to requests that a caller has sampled too.
   */
  sampledParents: flag,
  /**
   * Its bootstrap has no tracer, so requests need not pass the steps of a tracer, which are 1.9 % of a request's instructions
   * (bench/README.md).
   */
  untraced: flag,
  /** Its Envoy sends the access log to the agent too, as records of OTLP. */
  otlpLogs: flag,
  /** The agent obtains a certificate of the control plane's authority, and serves it to Envoy (common/contracts/identity-secrets.ts). */
  mtls: flag,
  /** Its Envoy can check callers by filters that it fetches, and count the refused ones: `mtls`, `ecds` and Envoy 1.37 imply it. */
  authorization: flag,
} as const satisfies Readonly<Record<string, (said: unknown) => boolean | string | undefined>>;

/** The abilities of a proxy: an input of translation, and as a whole part of every cache key. */
export type Features = { readonly [name in keyof typeof READERS]: ReturnType<(typeof READERS)[name]> };

/** The names of all features. */
export const FEATURE_NAMES = Object.keys(READERS) as readonly (keyof Features)[];

/** Reads the features from an object with one member per feature; a missing or invalid value counts as unset. */
export function readFeatures(said: Readonly<Record<string, unknown>>): Features {
  const read = FEATURE_NAMES.map((name) => [name, READERS[name](said[name])]);
  return Object.fromEntries(read) as Features;
}

/** The features of a proxy that declares nothing. */
export const NO_FEATURES: Features = readFeatures({});

/** Returns all features as one text for a cache key. It covers every member, so a new feature needs no other change. */
export function featuresKey(features: Features): string {
  let key = keys.get(features);
  if (key === undefined) {
    key = JSON.stringify(FEATURE_NAMES.map((name) => features[name] ?? null));
    keys.set(features, key);
  }
  return key;
}

const keys = new WeakMap<Features, string>();
