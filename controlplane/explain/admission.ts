import { spiffeIdOf } from '../../common/contracts/spiffe-id.ts';
import { resolve, type Identity } from '../ads/identity.ts';
import { decide, type Decision } from '../mesh/access/decide.ts';
import type { NodeAccess } from '../mesh/access/node-access.ts';
import { accessIn, withAccess, type AccessSource } from '../mesh/access/with-access.ts';
import type { AccessChain } from '../mesh/access/steps.ts';
import type { ResourceId } from '../mesh/resource.ts';
import { viewOf } from '../mesh/view.ts';
import type { Listener } from '../model/types.ts';
import * as names from '../translate/names.ts';
import type { Explanation } from './explanation.ts';
import type { TargetTls } from './target-tls.ts';

/** Whether a target admits the caller. */
export type Admission = Decision & {
  readonly virtualNode: string;
  /** The port of the target's listener. */
  readonly port: number;
  readonly mode: 'AUDIT' | 'ENFORCE';
  /** `mesh`: the caller proves who it is by mutual TLS. Else it has no identity, as the rules see it. */
  readonly chain: AccessChain;
  /** The rule that admits the caller from some addresses, which are not known here. Undefined: the address has no effect. */
  readonly unlessFrom?: string | undefined;
};

/** Returns the decision of each target about the caller of a request; none for targets with authorization off. */
export type AdmissionsOf = (
  caller: Identity,
  hasIdentity: boolean,
  explanation: Pick<Explanation, 'outcome' | 'request'>,
) => readonly Admission[];

/** Creates the admissions of the current model. */
export function createAdmissions(source: AccessSource): AdmissionsOf {
  const { model, trustDomain } = source;
  return (caller, hasIdentity, { outcome, request }) => {
    const from = resolve(model, caller);
    if (outcome.kind !== 'sent' || from === undefined || trustDomain === undefined) return [];
    const id = hasIdentity ? spiffeIdOf(trustDomain, from) : undefined;
    return outcome.targets.flatMap(({ cluster, virtualNode: name, tls }): readonly Admission[] => {
      if (name === undefined) return [];
      const target: ResourceId<'virtualNode'> = {
        kind: 'virtualNode',
        owner: from.owner,
        mesh: from.mesh,
        parent: '',
        name,
      };
      const bare = viewOf(model, target);
      const view = bare && withAccess(bare, target, source);
      const access = view && accessIn(view);
      const listener = listenerOf(model.get(target)?.spec.listeners ?? [], target, cluster);
      if (view === undefined || access === undefined || listener === undefined) return [];
      const { port, protocol } = listener.portMapping;
      return chainsOf(listener, tls).map((chain) => {
        const arrival = {
          port,
          chain,
          id: chain === 'mesh' ? id : undefined,
          address: '',
          request: protocol === 'tcp' ? undefined : request,
        };
        const decision = decide(access, arrival);
        const { verdict, line } = decide(fromAnywhere(access), arrival);
        const unlessFrom = verdict === decision.verdict ? undefined : line;
        return { virtualNode: name, port, mode: access.mode, chain, ...decision, unlessFrom };
      });
    });
  };
}

/** The same rules, for a caller whose address is in each of their ranges. */
function fromAnywhere({ unauthenticated, ...access }: NodeAccess): NodeAccess {
  const open = unauthenticated?.map(({ cidrs, ...line }) =>
    cidrs?.length === 0 ? { ...line, cidrs } : line,
  );
  return { ...access, unauthenticated: open };
}

function listenerOf(
  listeners: readonly Listener[],
  { mesh, name }: ResourceId<'virtualNode'>,
  cluster: string,
): Listener | undefined {
  return listeners.find(
    ({ portMapping: { port, protocol } }) => names.egressCluster(mesh, name, protocol, port) === cluster,
  );
}

/** Returns the chains of the target that take the caller's connections: two if only some instances take mutual TLS. */
function chainsOf(listener: Listener, tls: TargetTls | undefined): readonly AccessChain[] {
  if (listener.tls !== undefined) return ['user'];
  // TLS of a client policy passes through a tcp listener.
  if (tls?.kind === 'tls') return ['user'];
  if (tls?.kind !== 'mutual' || tls.instances === 'none') return ['plain'];
  return tls.instances === 'all' ? ['mesh'] : ['mesh', 'plain'];
}
