import type { Refusal } from '../../../common/contracts/agent-channel/state.ts';
import type { AccessPolicySpec, AccessRule, Caller } from '../../../controlplane/model/daybreak-types.ts';
import { find, keyOf, type MeshModel, type Resource, type ResourceId } from '../resources.ts';

/**
 * The change that admits a refused caller, or the reason why none does: `denied`, a rule refuses the caller, and deny wins; `no identity`, the
 * rules know such callers by their address, which no proxy reports.
 */
export type Allowing =
  | {
      readonly kind: 'policy';
      readonly verb: 'Create' | 'Update';
      readonly id: ResourceId;
      /** The access policy that gets a rule more. */
      readonly existing: Resource | undefined;
      readonly spec: AccessPolicySpec;
    }
  | { readonly kind: 'denied'; readonly policy: string }
  | { readonly kind: 'no identity' };

/** The rule of a refusal for which no rule is the reason: nothing admits the caller. */
const NO_RULE = 'none';

/** Returns the access policy that admits a refused caller to a virtual node: an existing one of that node with one rule more, or a new one. */
export function allowing(model: MeshModel, virtualNode: string, { caller, port, rule }: Refusal): Allowing {
  const [policy, list] = splitRule(rule);
  if (rule !== NO_RULE && list === 'deny') return { kind: 'denied', policy };
  if (caller === '') return { kind: 'no identity' };
  const more: AccessRule = { from: [callerOf(model, caller)], ports: [port] };
  const existing = model.resources.find(
    ({ kind, spec }) =>
      kind === 'accessPolicy' &&
      (spec as AccessPolicySpec).target?.virtualNode.virtualNodeName === virtualNode,
  );
  if (existing === undefined) {
    const spec = { target: { virtualNode: { virtualNodeName: virtualNode } }, allow: [more] };
    return { kind: 'policy', verb: 'Create', id: freeId(model, `allow-${virtualNode}`), existing, spec };
  }
  const spec = existing.spec as AccessPolicySpec;
  const { kind, parent, name } = existing;
  const id = { kind, parent, name };
  const allow = [...(spec.allow ?? []), more];
  return { kind: 'policy', verb: 'Update', id, existing, spec: { ...spec, allow } };
}

/** Returns the name of a caller for people: the path of its proxy within the mesh, else its SPIFFE id. */
export function callerName(model: MeshModel, caller: string): string {
  const own = proxyOf(model, caller);
  return own === undefined ? caller : `${own.kind}/${own.name}`;
}

/** `POLICY/deny/1`: a name may have slashes. */
function splitRule(rule: string): readonly [string, string | undefined] {
  const match = /^(.*)\/(allow|deny|unauthenticated)\/\d+$/.exec(rule);
  return [match?.[1] ?? '', match?.[2]];
}

function callerOf(model: MeshModel, spiffeId: string): Caller {
  const own = proxyOf(model, spiffeId);
  if (own === undefined) return { spiffeId };
  return own.kind === 'virtualNode'
    ? { virtualNode: { virtualNodeName: own.name } }
    : { virtualGateway: { virtualGatewayName: own.name } };
}

/** The proxy of this mesh that a SPIFFE id names (`spiffe://DOMAIN/account/A/mesh/M/virtualNode/N`). */
function proxyOf(
  { mesh, owner, resources }: MeshModel,
  spiffeId: string,
): { readonly kind: 'virtualNode' | 'virtualGateway'; readonly name: string } | undefined {
  const match =
    /^spiffe:\/\/[^/]+\/account\/([^/]+)\/mesh\/([^/]+)\/(virtualNode|virtualGateway)\/([^/]+)$/.exec(
      spiffeId,
    );
  const [, account, ofMesh, kind, name] = match ?? [];
  if (account !== owner || ofMesh !== mesh || name === undefined) return undefined;
  const known = resources.some((each) => each.kind === kind && each.name === name);
  return known ? { kind: kind as 'virtualNode' | 'virtualGateway', name } : undefined;
}

/** The most characters of a name, and those that are left for a number. */
const MOST = { name: 255, number: 5 } as const;

function freeId(model: MeshModel, wanted: string): ResourceId {
  const name = Array.from(wanted)
    .slice(0, MOST.name - MOST.number)
    .join('');
  for (let number = 1; ; number++) {
    const id: ResourceId = {
      kind: 'accessPolicy',
      parent: '',
      name: number === 1 ? name : `${name}-${number}`,
    };
    if (find(model, id) === undefined) return id;
  }
}

/** Returns the key of a refusal, for lists: of a caller that a virtual node refused, or would refuse. */
export function refusalKey(virtualNode: string, { caller, port, rule }: Refusal): string {
  return `${keyOf({ kind: 'virtualNode', parent: '', name: virtualNode })} ${port} ${caller} ${rule}`;
}
