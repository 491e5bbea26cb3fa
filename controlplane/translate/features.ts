import { isAppAddress } from '../../common/contracts/app-address.ts';

/** A feature that a proxy has or has not: only `true` counts. */
const flag = (said: unknown): boolean => said === true;

/** A fact that a proxy may say nothing about. */
const fact = (said: unknown): boolean | undefined => (typeof said === 'boolean' ? said : undefined);

/** An address that an application listens on. */
const address = (said: unknown): string | undefined =>
  typeof said === 'string' && isAppAddress(said) ? said : undefined;

/**
 * Every feature, with the reader of what an agent says under `node.metadata.daybreak`. A proxy that says nothing has none but what
 * its version shows: App Mesh's own image, whose Envoy is 1.34 at most, is sent nothing that it may not know.
 */
const READERS = {
  /** Whether the machine has IPv6; App Mesh's own image does not say. */
  ipv6: fact,
  /** Where the application listens, if not on the loopback address that its IP preference leads to. */
  appAddress: address,
  /** The bootstrap has a cluster to fetch secrets from, `static_cluster_sds_unix_socket`. */
  sds: flag,
  /** The agent reads certificate files, and serves them as secrets (common/contracts/file-secret-name.ts). */
  files: flag,
  /** Envoy asks for what passes TCP on by name (ECDS for network filters, since 1.28): a change of it drains nothing. */
  ecds: flag,
  /** Its Envoy knows the fields of HTTP that are newer than 1.25: 1.34 has all of them. */
  recentHttp: flag,
  /**
   * Its Envoy chooses filter chains by `filter_chain_matcher`, which came with 1.22 (Envoy's notes on that release). The version
   * in its node says so (ads/identity.ts), so App Mesh's own image has it.
   */
  chainMatcher: flag,
  /** Its Envoy can be told how large one header of HTTP/2 may be (`max_header_field_size_kb`, since 1.38), which its version says. */
  longHeaders: flag,
  /** The agent looks up the names that a listener has in its metadata (common/contracts/listener-names.ts). */
  names: flag,
} as const satisfies Readonly<Record<string, (said: unknown) => boolean | string | undefined>>;

/** What a proxy says that it can do: an input of translation, and part, whole, of every key under which its result is kept. */
export type Features = { readonly [name in keyof typeof READERS]: ReturnType<(typeof READERS)[name]> };

/** The names of all features. */
export const FEATURE_NAMES = Object.keys(READERS) as readonly (keyof Features)[];

/** Reads the features from an object with a member a feature; a missing or foreign value counts as not said. */
export function readFeatures(said: Readonly<Record<string, unknown>>): Features {
  const read = FEATURE_NAMES.map((name) => [name, READERS[name](said[name])]);
  return Object.fromEntries(read) as Features;
}

/** A proxy that says nothing of itself. */
export const NO_FEATURES: Features = readFeatures({});

/** All features as one text, for use in a key. It covers every member, so a new one needs no change anywhere else. */
export function featuresKey(features: Features): string {
  let key = keys.get(features);
  if (key === undefined) {
    key = JSON.stringify(FEATURE_NAMES.map((name) => features[name] ?? null));
    keys.set(features, key);
  }
  return key;
}

const keys = new WeakMap<Features, string>();
