import { declaredCallers, type DeclaredCaller } from '../mesh/access/declared.ts';
import { policiesFor } from '../mesh/access/policies.ts';
import type { Model } from '../mesh/model.ts';
import type { MeshId, Resource } from '../mesh/resource.ts';
import { describeOpenRule, describeRule } from './words.ts';

/** A rule of an access policy: its place (`POLICY/allow/1`), and its meaning in words. */
export type RuleInWords = { readonly name: string; readonly meaning: string };

/** Which callers a virtual node admits. */
export type NodeAccessReport = {
  readonly virtualNode: string;
  /** Proxies that have the virtual node behind one of their backends or gateway routes. */
  readonly callers: readonly DeclaredCaller[];
  readonly deny: readonly RuleInWords[];
  readonly allow: readonly RuleInWords[];
  /** Undefined if no policy has the member. */
  readonly unauthenticated?: readonly RuleInWords[];
};

/** The response of `GET /daybreak/v1/access`. */
export type AccessReport = MeshId & { readonly nodes: readonly NodeAccessReport[] };

/** Returns who may call whom in a mesh, by the model and the access policies, sorted by virtual node. */
export function accessReport(model: Model, { owner, mesh }: MeshId): AccessReport {
  const nodes = [...declaredCallers(model, { owner, mesh })].map(([name, callers]): NodeAccessReport => {
    const policies = policiesFor(model, { kind: 'virtualNode', owner, mesh, parent: '', name });
    const open = policies.filter(({ spec }) => spec.unauthenticated !== undefined);
    return {
      virtualNode: name,
      callers,
      deny: policies.flatMap((policy) => rules(policy, 'deny', policy.spec.deny ?? [], describeRule)),
      allow: policies.flatMap((policy) => rules(policy, 'allow', policy.spec.allow ?? [], describeRule)),
      ...(open.length === 0
        ? {}
        : {
            unauthenticated: open.flatMap((policy) =>
              rules(policy, 'unauthenticated', policy.spec.unauthenticated ?? [], describeOpenRule),
            ),
          }),
    };
  });
  return { owner, mesh, nodes };
}

function rules<T>(
  { name }: Resource<'accessPolicy'>,
  member: string,
  list: readonly T[],
  describe: (rule: T) => string,
): readonly RuleInWords[] {
  return list.map((rule, index) => ({ name: `${name}/${member}/${index + 1}`, meaning: describe(rule) }));
}
