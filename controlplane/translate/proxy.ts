import type { Resource } from '../../xds/types.ts';

/** What a proxy says that it can do; a proxy that says nothing can do none of it. */
export type Features = {
  /** The machine has IPv6. */
  readonly ipv6: boolean;
  /** The bootstrap has a cluster to fetch secrets from, `static_cluster_sds_unix_socket`. */
  readonly sds: boolean;
  /** The agent reads certificate files, and serves them as secrets (common/file-secret-name.ts). */
  readonly files: boolean;
};

/**
 * Resources that are made of what lies outside the model. `unknown`, by name: those that cannot be made yet; who has one
 * keeps it, and who has none gets this meanwhile, or hears that there is none.
 */
export type Discovered = {
  readonly known: readonly Resource[];
  readonly unknown: ReadonlyMap<string, Resource | undefined>;
};

/** All that a proxy is to have, in any order. */
export type ProxyResources = {
  readonly clusters: readonly Resource[];
  readonly endpoints: Discovered;
  readonly listeners: readonly Resource[];
  readonly routes: readonly Resource[];
  readonly secrets: Discovered;
};
