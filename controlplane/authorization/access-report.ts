import type { Refusal } from '../../common/contracts/agent-channel/state.ts';
import { declaredCallers, type DeclaredCaller } from '../mesh/access/declared.ts';
import { policiesFor } from '../mesh/access/policies.ts';
import type { Model } from '../mesh/model.ts';
import type { MeshId, Resource, ResourceId } from '../mesh/resource.ts';
import { securityOf } from '../mesh/security.ts';
import { ruleProblem, type RuledListener } from '../mesh/access/rule-problem.ts';
import type { AccessRule, AuthorizationMode, MtlsMode } from '../model/daybreak-types.ts';
import { summed } from '../agents/refusals.ts';
import { describeOpenRule, describeRule } from './words.ts';

/** A rule of an access policy: its place (`POLICY/allow/1`), its meaning in words, and why it has no effect at a listener. */
export type RuleInWords = { readonly name: string; readonly meaning: string; readonly problem?: string };

/** Which callers a virtual node admits. */
export type NodeAccessReport = {
  readonly virtualNode: string;
  readonly authorization: AuthorizationMode;
  /** Unless it is `STRICT`, there are callers without an identity. */
  readonly mtls: MtlsMode;
  /** Proxies that have the virtual node behind one of their backends or gateway routes. */
  readonly callers: readonly DeclaredCaller[];
  readonly deny: readonly RuleInWords[];
  readonly allow: readonly RuleInWords[];
  /** Undefined if no policy has the member. */
  readonly unauthenticated?: readonly RuleInWords[];
  /**
   * Refused requests, on tcp listeners connections, since the Envoys started; with `AUDIT` those that would be refused. The connected agents
   * report them, each at most six.
   */
  readonly refused: readonly Refusal[];
};

/** Returns the refused requests that the agents of a virtual node report. */
export type RefusalsOf = (node: ResourceId<'virtualNode'>) => readonly Refusal[];

/** The response of `GET /daybreak/v1/access`. */
export type AccessReport = MeshId & { readonly nodes: readonly NodeAccessReport[] };

/** Returns who may call whom in a mesh, by the model and the access policies, sorted by virtual node. */
export function accessReport(model: Model, { owner, mesh }: MeshId, refusalsOf: RefusalsOf): AccessReport {
  const nodes = [...declaredCallers(model, { owner, mesh })].map(([name, callers]): NodeAccessReport => {
    const id = { kind: 'virtualNode', owner, mesh, parent: '', name } as const;
    const policies = policiesFor(model, id);
    const listeners = (model.get<'virtualNode'>(id)?.spec.listeners ?? []).map(({ portMapping }) => ({
      port: portMapping.port,
      isHttp: portMapping.protocol !== 'tcp',
    }));
    const open = policies.filter(({ spec }) => spec.unauthenticated !== undefined);
    return {
      virtualNode: name,
      ...securityOf(model, id),
      callers,
      deny: policies.flatMap((policy) =>
        rules(policy, 'deny', policy.spec.deny ?? [], describeRule, listeners),
      ),
      allow: policies.flatMap((policy) =>
        rules(policy, 'allow', policy.spec.allow ?? [], describeRule, listeners),
      ),
      ...(open.length === 0
        ? {}
        : {
            unauthenticated: open.flatMap((policy) =>
              rules(
                policy,
                'unauthenticated',
                policy.spec.unauthenticated ?? [],
                describeOpenRule,
                listeners,
              ),
            ),
          }),
      refused: summed(refusalsOf(id)),
    };
  });
  return { owner, mesh, nodes };
}

function rules<T extends Pick<AccessRule, 'ports' | 'http'>>(
  { name }: Resource<'accessPolicy'>,
  member: 'allow' | 'deny' | 'unauthenticated',
  list: readonly T[],
  describe: (rule: T) => string,
  listeners: readonly RuledListener[],
): readonly RuleInWords[] {
  return list.map((rule, index) => {
    const problem = ruleProblem(rule, member, listeners);
    return {
      name: `${name}/${member}/${index + 1}`,
      meaning: describe(rule),
      ...(problem === undefined ? {} : { problem }),
    };
  });
}
