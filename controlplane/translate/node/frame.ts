import type { VirtualNodeView } from '../../mesh/proxy-view.ts';
import type { Resource } from '../../../xds/types.ts';
import { addresses } from '../envoy/address.ts';
import type { AccessLogInit } from '../envoy/connection-manager.ts';
import type { Upstream, UpstreamMesh } from '../envoy/clusters/upstream.ts';
import { callerPreference, nodePreference } from '../ip-preference.ts';
import { createMemo } from '../memo.ts';
import type { Report } from '../problems.ts';
import { optionsKey, type Options } from '../options.ts';
import { reachOf, type ServiceReach } from '../services/reach.ts';
import type { Need } from '../tls/secrets.ts';
import { upstreamCalls } from './calls.ts';
import { egressClusters } from './clusters.ts';
import { namedConnections } from './connections.ts';
import { egressPorts, type OfferAt } from './egress.ts';
import { inboundParts } from './inbound.ts';
import { allowsAll } from './listeners.ts';
import { outboundOf, type Outbound } from './outbound.ts';
import type { OwnView } from './own-view.ts';
import { portRoutes, type PortRoutes } from './routes.ts';

/** All of a virtual node's configuration that stays as it is when requests are only shared out by other rules. */
export type Frame = {
  readonly mesh: UpstreamMesh;
  readonly clusters: readonly Resource[];
  readonly inboundListeners: readonly Resource[];
  readonly accessLog: readonly AccessLogInit[];
  /** What the other listener is made of, but for the addresses of names. */
  readonly outbound: Outbound;
  readonly ingressExtensions: readonly Resource[];
  /** Where what else listeners name is to be had, in the view as it now is. */
  readonly egressConnections: readonly OfferAt[];
  readonly ingressRoutes: readonly Resource[];
  readonly egressRoutes: readonly PortRoutes[];
  /** The targets whose hosts are discovered by Cloud Map. */
  readonly discovered: readonly Upstream[];
  /** The certificates and authorities of listeners and calls. */
  readonly needs: readonly Need[];
};

/** The frame of a view: the one before if the mesh, the virtual node and what its backends lead to are the same. */
export function frameOf(view: VirtualNodeView, options: Options, report: Report): Frame {
  const key = JSON.stringify([view.mesh.name, view.name, optionsKey(options)]);
  const services = view.services.map((service) => reachOf(service, options.ecds));
  const parts = [view.mesh.spec, ...services.map((service) => service.key)];
  return frames(view.spec, key, report, (inner) => makeFrame(view, services, options, inner), parts);
}

const frames = createMemo<Frame>();

function makeFrame(
  view: OwnView,
  services: readonly ServiceReach[],
  options: Options,
  report: Report,
): Frame {
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
    outbound: outboundOf(mesh, at, allowsAll(view), ports, calls, options, report),
    ingressExtensions: inbound.extensions,
    egressConnections: options.ecds ? namedConnections(ports) : [],
    ingressRoutes: inbound.routes,
    egressRoutes: portRoutes(view, mesh, ports),
    discovered: calls.flatMap(({ target }) =>
      target.node.serviceDiscovery?.awsCloudMap === undefined ? [] : [target],
    ),
    needs: [...inbound.needs, ...calls.flatMap((call) => call.needs)],
  };
}
