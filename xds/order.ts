import { CLUSTER, ENDPOINTS, LISTENER, ROUTES, type TypeUrl } from './types.ts';

/**
 * The order in which a change is made without a gap ("Eventual consistency considerations" in Envoy's xDS protocol
 * text): what is referred to comes before what refers to it.
 */
export const ADDITION_ORDER: readonly TypeUrl[] = [CLUSTER, ENDPOINTS, LISTENER, ROUTES];

/** What is taken away last, because the other types may still refer to it. */
export const REMOVAL_ORDER: readonly TypeUrl[] = [CLUSTER, ENDPOINTS];

/** Types that must have been acknowledged as they now stand before anything of the key's type is taken away. */
export const DEPENDENTS: ReadonlyMap<TypeUrl, readonly TypeUrl[]> = new Map([
  [CLUSTER, [LISTENER, ROUTES]],
  [ENDPOINTS, [CLUSTER, LISTENER, ROUTES]],
]);

/**
 * Types that an updated parent makes the client wait for again: a warming cluster wants its endpoints, a warming
 * listener its routes, even if they did not change (envoyproxy/envoy issue 13009).
 */
export const WARMED_BY: ReadonlyMap<TypeUrl, TypeUrl> = new Map([
  [CLUSTER, ENDPOINTS],
  [LISTENER, ROUTES],
]);
