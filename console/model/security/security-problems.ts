import type { Refusal } from '../../../common/contracts/agent-channel/state.ts';
import type { PlaintextNode } from './identity-answers.ts';
import type { ProxyStatus } from '../../../controlplane/status/status.ts';
import { callerName, refusalKey } from './allow.ts';
import { pieceOf } from '../proxies.ts';
import type { MeshModel } from '../resources.ts';
import { securityIn } from './security.ts';

/** A finding about the security of a virtual node. `where`: its key. */
export type SecurityProblem =
  | {
      /** Its proxies refuse a caller, or would. `caller`: its name; empty: it has no identity. */
      readonly kind: 'refuses' | 'would refuse';
      readonly where: string;
      readonly caller: string;
      readonly port: number;
      readonly rule: string;
      readonly count: number;
    }
  | {
      /** It takes mutual TLS only, and callers came without. */
      readonly kind: 'plain callers';
      readonly where: string;
      readonly addresses: readonly string[];
    }
  | {
      /** It takes mutual TLS only, and a proxy of it has no certificate. */
      readonly kind: 'no certificate';
      readonly where: string;
    };

/** Returns the findings about the security of a mesh. `plain`: the callers without mutual TLS, of all meshes. */
export function securityProblems(
  model: MeshModel,
  proxies: readonly ProxyStatus[],
  plain: readonly PlaintextNode[],
): SecurityProblem[] {
  const securityOf = securityIn(model);
  const strict = plain.filter(
    ({ mesh, virtualNode }) =>
      mesh === model.mesh && securityOf(`virtualNode/${virtualNode}`).mtls === 'STRICT',
  );
  return [
    ...refusals(model, proxies),
    ...strict.flatMap(({ virtualNode, hasProxyWithoutCertificate, callers }): SecurityProblem[] => {
      const where = `virtualNode/${virtualNode}`;
      const addresses = callers.map(({ address, port }) => `${address} → ${port}`);
      return [
        ...(hasProxyWithoutCertificate ? [{ kind: 'no certificate' as const, where }] : []),
        ...(addresses.length === 0 ? [] : [{ kind: 'plain callers' as const, where, addresses }]),
      ];
    }),
  ];
}

/** The refusals that agents report, each once with the sum of its counts. */
function refusals(model: MeshModel, proxies: readonly ProxyStatus[]): SecurityProblem[] {
  const securityOf = securityIn(model);
  const sums = new Map<string, { readonly where: string; readonly refusal: Refusal }>();
  for (const { resource, report } of proxies) {
    const where = pieceOf(resource, model);
    if (where === undefined) continue;
    for (const refusal of report?.refusals ?? []) {
      const key = refusalKey(where, refusal);
      const count = refusal.count + (sums.get(key)?.refusal.count ?? 0);
      sums.set(key, { where, refusal: { ...refusal, count } });
    }
  }
  return [...sums.values()].map(({ where, refusal: { caller, port, rule, count } }) => ({
    kind: securityOf(where).authorization === 'ENFORCE' ? 'refuses' : 'would refuse',
    where,
    caller: caller === '' ? '' : callerName(model, caller),
    port,
    rule,
    count,
  }));
}
