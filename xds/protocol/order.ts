import { CLUSTER, ENDPOINTS, EXTENSION_CONFIG, LISTENER, ROUTES, type TypeUrl } from '../types.ts';

/**
 * The order that makes a change without a gap ("Eventual consistency considerations" in Envoy's xDS protocol text): a
 * resource comes before the resources that refer to it. A filter's configuration names clusters; a listener names the filter's
 * configuration.
 */
export const ADDITION_ORDER: readonly TypeUrl[] = [CLUSTER, ENDPOINTS, EXTENSION_CONFIG, LISTENER, ROUTES];

/**
 * The types whose resources are removed last, because other types may still refer to them. Of these, a type that refers to
 * others comes first. A client in the incremental variant closes new connections of a filter whose configuration is gone.
 */
export const REMOVAL_ORDER: readonly TypeUrl[] = [EXTENSION_CONFIG, CLUSTER, ENDPOINTS];

/** Types whose current resources must be ACKed before any resource of the key's type is removed. */
export const DEPENDENTS: ReadonlyMap<TypeUrl, readonly TypeUrl[]> = new Map([
  [EXTENSION_CONFIG, [LISTENER]],
  [CLUSTER, [EXTENSION_CONFIG, LISTENER, ROUTES]],
  [ENDPOINTS, [CLUSTER, LISTENER, ROUTES]],
]);

/**
 * Types that the client waits for again after an update of their parent: a warming cluster waits for its endpoints, a warming
 * listener for its routes, even if they did not change (envoyproxy/envoy issue 13009). Filter configurations are not among them:
 * an Envoy's listeners share them, and a warming listener waits only for one that no listener has.
 */
export const WARMED_BY: ReadonlyMap<TypeUrl, TypeUrl> = new Map([
  [CLUSTER, ENDPOINTS],
  [LISTENER, ROUTES],
]);
