import { CLUSTER, ENDPOINTS, EXTENSION_CONFIG, LISTENER, ROUTES, type TypeUrl } from '../types.ts';

/**
 * The order in which a change is made without a gap ("Eventual consistency considerations" in Envoy's xDS protocol
 * text): what is referred to comes before what refers to it. A filter's configuration names clusters, a listener names it.
 */
export const ADDITION_ORDER: readonly TypeUrl[] = [CLUSTER, ENDPOINTS, EXTENSION_CONFIG, LISTENER, ROUTES];

/**
 * What is taken away last, because the other types may still refer to it; what refers to others of these comes first. A client
 * in the incremental variant closes new connections of a filter whose configuration is gone.
 */
export const REMOVAL_ORDER: readonly TypeUrl[] = [EXTENSION_CONFIG, CLUSTER, ENDPOINTS];

/** Types that must have been acknowledged as they now stand before anything of the key's type is taken away. */
export const DEPENDENTS: ReadonlyMap<TypeUrl, readonly TypeUrl[]> = new Map([
  [EXTENSION_CONFIG, [LISTENER]],
  [CLUSTER, [EXTENSION_CONFIG, LISTENER, ROUTES]],
  [ENDPOINTS, [CLUSTER, LISTENER, ROUTES]],
]);

/**
 * Types that an updated parent makes the client wait for again: a warming cluster wants its endpoints, a warming
 * listener its routes, even if they did not change (envoyproxy/envoy issue 13009). Not so a filter's configuration: the
 * listeners of an Envoy share what they have of it, and a warming one waits only for what none has.
 */
export const WARMED_BY: ReadonlyMap<TypeUrl, TypeUrl> = new Map([
  [CLUSTER, ENDPOINTS],
  [LISTENER, ROUTES],
]);
