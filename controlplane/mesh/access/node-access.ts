import { spiffeIdOf } from '../../../common/contracts/spiffe-id.ts';
import type { AccessRule, Caller, UnauthenticatedRule } from '../../model/daybreak-types.ts';
import type { Model } from '../model.ts';
import type { ProxyId } from '../proxy-view.ts';
import type { Resource, ResourceId } from '../resource.ts';
import { policiesFor } from './policies.ts';

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
  readonly mode: 'AUDIT' | 'ENFORCE';
  /** The beginning of the SPIFFE ids of the trust domain. */
  readonly domain: string;
  readonly deny: readonly AccessLine[];
  readonly allow: readonly AccessLine[];
  /** The SPIFFE ids of all proxies that have the node behind one of their backends, sorted. */
  readonly declared: readonly string[];
  /** Undefined if no policy has the member: callers without an identity are then only audited, unless a deny matches them. */
  readonly unauthenticated: readonly OpenLine[] | undefined;
};

/**
 * Returns the access of a virtual node. `callers`: the proxies that have it behind one of their backends.
 * A caller whose name no SPIFFE id can have has no identity, so no rule ever matches it.
 */
export function nodeAccess(
  model: Model,
  node: ResourceId<'virtualNode'>,
  {
    mode,
    callers,
    trustDomain,
  }: {
    readonly mode: NodeAccess['mode'];
    readonly callers: readonly ProxyId[];
    readonly trustDomain: string;
  },
): NodeAccess {
  const policies = policiesFor(model, node);
  const lines = (member: 'allow' | 'deny'): readonly AccessLine[] =>
    policies.flatMap((policy) =>
      (policy.spec[member] ?? []).map(({ from, ports, http }, index) => ({
        name: `${policy.name}/${member}/${index + 1}`,
        callers: from && idsOf(from, policy, trustDomain),
        ...(ports && { ports }),
        ...(http && { http }),
      })),
    );
  const open = policies.filter(({ spec }) => spec.unauthenticated !== undefined);
  return {
    mode,
    domain: `spiffe://${trustDomain}/`,
    deny: lines('deny'),
    allow: lines('allow'),
    declared: sorted(callers.flatMap((caller) => spiffeIdOf(trustDomain, caller) ?? [])),
    unauthenticated:
      open.length === 0
        ? undefined
        : open.flatMap(({ name, spec }) =>
            (spec.unauthenticated ?? []).map((rule, index) => ({
              name: `${name}/unauthenticated/${index + 1}`,
              ...rule,
            })),
          ),
  };
}

function idsOf(
  callers: readonly Caller[],
  { owner, mesh }: Resource<'accessPolicy'>,
  trustDomain: string,
): readonly string[] {
  const found = callers.flatMap(({ virtualNode, virtualGateway, spiffeId }) => {
    if (spiffeId !== undefined) return spiffeId;
    const proxy =
      virtualNode === undefined
        ? ({ kind: 'virtualGateway', name: virtualGateway?.virtualGatewayName ?? '' } as const)
        : ({ kind: 'virtualNode', name: virtualNode.virtualNodeName } as const);
    return spiffeIdOf(trustDomain, { owner, mesh, ...proxy }) ?? [];
  });
  return sorted(found);
}

function sorted(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)].toSorted();
}
