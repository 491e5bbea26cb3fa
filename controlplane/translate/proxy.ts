import type { Resource } from '../../xds/types.ts';

/** What a proxy says that it can do; a proxy that says nothing can do neither. */
export type Features = {
  /** The machine has IPv6. */
  readonly ipv6: boolean;
  /** The bootstrap has a cluster to fetch secrets from, `static_cluster_sds_unix_socket`. */
  readonly sds: boolean;
};

/** All that a proxy is to have, in any order. */
export type ProxyResources = {
  readonly clusters: readonly Resource[];
  readonly endpoints: readonly Resource[];
  readonly listeners: readonly Resource[];
  readonly routes: readonly Resource[];
  readonly secrets: readonly Resource[];
};
