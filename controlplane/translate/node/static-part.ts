import type { Place } from '../../mesh/access/steps.ts';
import type { VirtualNodeView } from '../../mesh/proxy-view.ts';
import { deniesInForce } from '../access/filters.ts';
import type { Resource } from '../../../xds/types.ts';
import { addresses } from '../envoy/address.ts';
import type { AccessLogInit } from '../envoy/connection-manager.ts';
import { metricSource } from '../envoy/metric-extension/metric-source.ts';
import type { CalledUpstream } from '../envoy/clusters/mutual.ts';
import { isMeshCall } from '../envoy/clusters/mutual-sockets.ts';
import type { UpstreamMesh } from '../envoy/clusters/upstream.ts';
import { callerPreference, nodePreference } from '../ip-preference.ts';
import { createMemo } from '../memo.ts';
import type { Report } from '../problems.ts';
import { optionsKey, type Options } from '../options.ts';
import { staticServiceOf, type StaticService } from '../services/static-service.ts';
import type { SecretRef } from '../tls/secrets.ts';
import { upstreamCalls } from './calls.ts';
import { egressClusters } from './clusters.ts';
import { namedConnections } from './connections.ts';
import { egressPorts, type ServicePortIndex } from './egress.ts';
import { inboundParts } from './inbound.ts';
import { allowsAll } from './listeners.ts';
import { loopbackEgress, type LoopbackEgress } from './loopback-egress.ts';
import { outboundOf, type Outbound } from './outbound.ts';
import type { OwnView } from './own-view.ts';
import { loopbackRoutes, portRoutes, type PortRoutes } from './routes.ts';

/** All of a virtual node's configuration that does not depend on how requests are distributed. */
export type StaticPart = {
  readonly mesh: UpstreamMesh;
  readonly clusters: readonly Resource[];
  readonly inboundListeners: readonly Resource[];
  readonly accessLog: readonly AccessLogInit[];
  /** The input of the outbound listener, without the addresses of names, or of the listeners on loopback. */
  readonly outbound: Outbound | { readonly form: 'loopback'; readonly backends: readonly LoopbackEgress[] };
  readonly ingressExtensions: readonly Resource[];
  /** The chains with a filter of authorization. */
  readonly accessPlaces: readonly Place[];
  /** The discovered filters of the outbound listener, by their index in the current view. */
  readonly egressConnections: readonly ServicePortIndex[];
  readonly ingressRoutes: readonly Resource[];
  readonly egressRoutes: readonly PortRoutes[];
  /** The targets whose hosts are discovered by Cloud Map. */
  readonly discovered: readonly CalledUpstream[];
  /** The calls by mutual TLS to virtual nodes with a host name, of which some instances may not take it. */
  readonly maybeMutual: readonly CalledUpstream[];
  /** The certificates and authorities of listeners and calls. */
  readonly secretRefs: readonly SecretRef[];
};

/** Returns the static part of a view, cached while the mesh, the virtual node and the targets of its backends stay the same. */
export function staticPartOf(view: VirtualNodeView, options: Options, report: Report): StaticPart {
  const key = JSON.stringify([view.mesh.name, view.name, optionsKey(options)]);
  const services = view.services.map((service) => staticServiceOf(service, options.ecds));
  const secured =
    options.trustDomain === undefined ? [] : [JSON.stringify([view.security, deniesInForce(view.access)])];
  const parts = [view.mesh.spec, ...secured, ...services.map((service) => service.key)];
  return staticParts(
    view.spec,
    key,
    report,
    (inner) => makeStaticPart(view, services, options, inner),
    parts,
  );
}

const staticParts = createMemo<StaticPart>();

function makeStaticPart(
  view: OwnView,
  services: readonly StaticService[],
  options: Options,
  report: Report,
): StaticPart {
  const mesh = { name: view.mesh.name, ipPreference: callerPreference(view.mesh, options) };
  const meshPreference = view.mesh.spec.serviceDiscovery?.ipPreference;
  const at = addresses(nodePreference(view.spec.serviceDiscovery, meshPreference), options);
  const inbound = inboundParts(view, at, options, report);
  const ports = egressPorts(services, options, report);
  const calls = upstreamCalls(view, mesh, ports, options, report);
  return {
    mesh,
    clusters: [...inbound.clusters, ...egressClusters(view, mesh, calls, options, report)],
    inboundListeners: inbound.listeners,
    accessLog: inbound.accessLog,
    outbound: options.loopbackEgress
      ? { form: 'loopback', backends: loopbackEgress(view, mesh, ports, report) }
      : outboundOf(mesh, at, allowsAll(view), ports, calls, options, metricSource(view, options), report),
    ingressExtensions: inbound.extensions,
    accessPlaces: inbound.places,
    egressConnections: options.ecds ? namedConnections(ports) : [],
    ingressRoutes: inbound.routes,
    egressRoutes: options.loopbackEgress ? loopbackRoutes(ports) : portRoutes(view, mesh, ports),
    discovered: calls.filter(({ target }) => target.node.serviceDiscovery?.awsCloudMap !== undefined),
    maybeMutual: calls.filter(
      ({ target, tls }) =>
        isMeshCall(tls) && !tls.required && target.node.serviceDiscovery?.dns !== undefined,
    ),
    secretRefs: [...inbound.secretRefs, ...calls.flatMap((call) => call.secretRefs)],
  };
}
