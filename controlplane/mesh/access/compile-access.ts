import { spiffeIdOf } from '../../../common/contracts/spiffe-id.ts';
import type { Caller } from '../../model/daybreak-types.ts';
import type { Model } from '../model.ts';
import type { ProxyId } from '../proxy-view.ts';
import type { Resource, ResourceId } from '../resource.ts';
import type { AccessLine, NodeAccess } from './node-access.ts';
import { policiesFor } from './policies.ts';

/**
 * Returns the access of a virtual node. `callers`: the proxies that have it behind one of their backends. A caller whose name is not
 * possible in a SPIFFE id has no identity, so no rule ever matches it.
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
