import type { AccessRule, AuthorizationMode, UnauthenticatedRule } from '../../model/daybreak-types.ts';

/** A rule of an access policy as a proxy enforces it: callers are SPIFFE ids, sorted, each once. Undefined: any; empty: none. */
export type AccessLine = {
  /** Where the rule is written: `POLICY/allow/1`. */
  readonly name: string;
  readonly callers: readonly string[] | undefined;
} & Pick<AccessRule, 'ports' | 'http'>;

/** A rule for callers without an identity of the mesh. */
export type OpenLine = { readonly name: string } & Pick<UnauthenticatedRule, 'cidrs' | 'ports' | 'http'>;

/**
 * Everything that decides which requests a virtual node admits. Deny wins; then any allow or a declared backend admits; the rest is
 * refused. Plain data, so that equal accesses have one JSON text.
 */
export type NodeAccess = {
  readonly mode: Exclude<AuthorizationMode, 'OFF'>;
  /** The beginning of the SPIFFE ids of the trust domain. */
  readonly domain: string;
  readonly deny: readonly AccessLine[];
  readonly allow: readonly AccessLine[];
  /** The SPIFFE ids of all proxies that have the node behind one of their backends, sorted. */
  readonly declared: readonly string[];
  /** Undefined if no policy has the member: callers without an identity are then only audited, unless a deny matches them. */
  readonly unauthenticated: readonly OpenLine[] | undefined;
};
