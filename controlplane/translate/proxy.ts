import type { Resource } from '../../xds/types.ts';

/**
 * Resources from external inputs. `unknown`, by name: resources that cannot be built yet. A proxy that holds an earlier version
 * keeps it; a proxy that holds none gets this stand-in, or is told that the resource does not exist.
 */
export type Discovered = {
  readonly known: readonly Resource[];
  readonly unknown: ReadonlyMap<string, Resource | undefined>;
};

/** All resources of a proxy, unordered. */
export type ProxyResources = {
  readonly clusters: readonly Resource[];
  readonly endpoints: Discovered;
  /** The configurations of discovered filters. */
  readonly extensions: readonly Resource[];
  readonly listeners: readonly Resource[];
  readonly routes: readonly Resource[];
  readonly secrets: Discovered;
};
