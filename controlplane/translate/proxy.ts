import type { Resource } from '../../xds/types.ts';

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
  /** The configurations of filters that listeners name. */
  readonly extensions: readonly Resource[];
  readonly listeners: readonly Resource[];
  readonly routes: readonly Resource[];
  readonly secrets: Discovered;
};
