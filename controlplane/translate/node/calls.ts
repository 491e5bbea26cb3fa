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
  policies: (service: string) => readonly (PolicyTls | undefined)[],
  options: Options,
  caller: CallerMesh,
  report: Report,
): Call {
  const calls = services.map((service) => {
    const where = `virtualService/${service}`;
    const all = policies(service).map((policy) => callOf(policy, target, options, caller, where, report));
    if (all.some(({ tls }) => !isDeepStrictEqual(tls, all[0]?.tls))) report(where, SEVERAL);
    return { service, call: all.find(({ policy }) => policy) ?? all[0] ?? NO_CALL };
  });
  const chosen = calls.find(({ call }) => call.policy) ?? calls[0];
  if (chosen === undefined) return NO_CALL;
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

const NO_CALL: Call = { tls: undefined, secretRefs: [], policy: false };
const SEVERAL =
  'it is a backend several times, with different client policies: the first one that is in effect counts';

/**
 * Returns the different policies of the backends with a name: the API takes a name several times. A backend's own client policy replaces the
 * default policy as a whole.
 */
function policiesOf({ spec }: OwnView): (service: string) => readonly (PolicyTls | undefined)[] {
  const backends = (spec.backends ?? []).flatMap(({ virtualService }) => virtualService ?? []);
  const own = Map.groupBy(backends, (each) => each.virtualServiceName);
  return (service) => {
    const policies = (own.get(service) ?? []).map(
      ({ clientPolicy }) => (clientPolicy ?? spec.backendDefaults?.clientPolicy)?.tls,
    );
    return policies.filter(
      (policy, index) => policies.findIndex((each) => isDeepStrictEqual(each, policy)) === index,
    );
  };
}

function targetsOf(port: EgressPort): readonly { readonly service: string; readonly target: Upstream }[] {
  const staticPorts = [...(port.http?.hosts ?? []), ...port.tcp].map(({ staticPort }) => staticPort);
  return staticPorts.flatMap(({ service, upstreams }) => upstreams.map((target) => ({ service, target })));
}
