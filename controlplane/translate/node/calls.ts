import { isDeepStrictEqual } from 'node:util';
import { upstreamName, type Upstream, type UpstreamMesh } from '../envoy/clusters/upstream.ts';
import type { Report } from '../problems.ts';
import type { Options } from '../options.ts';
import { callOf, type Call, type PolicyTls } from '../tls/calls.ts';
import type { CallerMesh } from '../tls/mesh-call.ts';
import type { EgressPort } from './egress.ts';
import type { OwnView } from './own-view.ts';

/** A listener of a virtual node that this one calls, and the TLS of the call. */
export type UpstreamCall = Call & { readonly target: Upstream };

/**
 * Returns all targets of a virtual node's backends, each once. A listener has one cluster even if several backends lead to it.
 * If their client policies differ, a backend with an effective policy precedes one without, then the first by name.
 */
export function upstreamCalls(
  view: OwnView,
  mesh: UpstreamMesh,
  ports: readonly EgressPort[],
  options: Options,
  report: Report,
): readonly UpstreamCall[] {
  const reached = new Map<string, Reached>();
  for (const { service, target } of ports.flatMap(targetsOf)) {
    const name = upstreamName(mesh, target);
    const known = reached.get(name);
    if (known === undefined) reached.set(name, { target, services: new Set([service]) });
    else known.services.add(service);
  }
  const policies = policiesOf(view);
  const caller = { owner: view.mesh.owner, name: view.mesh.name };
  return Array.from(reached.values(), ({ target, services }) => ({
    target,
    ...oneCall(target, [...services].toSorted(), policies, options, caller, report),
  }));
}

type Reached = { readonly target: Upstream; readonly services: Set<string> };

function oneCall(
  target: Upstream,
  services: readonly string[],
  policies: (service: string) => PolicyTls | undefined,
  options: Options,
  caller: CallerMesh,
  report: Report,
): Call {
  const calls = services.map((service) => ({
    service,
    call: callOf(policies(service), target, options, caller, `virtualService/${service}`, report),
  }));
  const chosen = calls.find(({ call }) => call.policy) ?? calls[0];
  if (chosen === undefined) return { tls: undefined, secretRefs: [], policy: false };
  for (const { service, call } of calls) {
    if (isDeepStrictEqual(call.tls, chosen.call.tls)) continue;
    const { node, listener } = target;
    const where = `port ${listener.portMapping.port} of virtual node ${node.name}`;
    report(
      `virtualService/${service}`,
      `${where} is called as backend ${chosen.service} asks, not as this one`,
    );
  }
  return chosen.call;
}

/** A backend's own client policy replaces the default policy as a whole. */
function policiesOf({ spec }: OwnView): (service: string) => PolicyTls | undefined {
  const backends = (spec.backends ?? []).flatMap(({ virtualService }) => virtualService ?? []);
  const own = new Map(backends.map((each) => [each.virtualServiceName, each.clientPolicy]));
  return (service) => (own.get(service) ?? spec.backendDefaults?.clientPolicy)?.tls;
}

function targetsOf(port: EgressPort): readonly { readonly service: string; readonly target: Upstream }[] {
  const staticPorts = [...(port.http?.hosts ?? []), ...port.tcp].map(({ staticPort }) => staticPort);
  return staticPorts.flatMap(({ service, upstreams }) => upstreams.map((target) => ({ service, target })));
}
