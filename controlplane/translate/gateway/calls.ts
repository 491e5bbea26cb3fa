import type { VirtualGatewayView } from '../../mesh/proxy-view.ts';
import { upstreamName, type Upstream, type UpstreamMesh } from '../envoy/clusters/upstream.ts';
import type { Report } from '../problems.ts';
import type { Options } from '../options.ts';
import { callOf, type Call } from '../tls/calls.ts';
import type { GatewayPlan } from './plan.ts';

/** A listener of a virtual node that the gateway calls, and the TLS of the call. */
export type UpstreamCall = Call & { readonly target: Upstream };

/** Returns all targets of a virtual gateway's routes, each once; a gateway has one client policy for all of them. */
export function upstreamCalls(
  view: VirtualGatewayView,
  mesh: UpstreamMesh,
  plan: GatewayPlan,
  options: Options,
  report: Report,
): readonly UpstreamCall[] {
  const rules = plan.services.flatMap(({ servicePorts }) =>
    servicePorts.flatMap((servicePort) => servicePort.rules),
  );
  const targets = rules.flatMap(({ targets: each }) => each);
  const policy = view.spec.backendDefaults?.clientPolicy?.tls;
  const where = `virtualGateway/${view.name}/backendDefaults/clientPolicy`;
  const caller = { owner: view.mesh.owner, name: view.mesh.name };
  const distinct = new Map(targets.map((target) => [upstreamName(mesh, target), target]));
  return Array.from(distinct.values(), (target) => ({
    target,
    ...callOf(policy, target, options, caller, where, report),
  }));
}
