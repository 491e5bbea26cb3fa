import type { VirtualNodeView } from '../../mesh/view.ts';
import type { Resource } from '../../../xds/types.ts';
import { accessLogs } from '../envoy/access-log.ts';
import { addresses, type Addresses } from '../envoy/address.ts';
import type { AccessLogInit } from '../envoy/connection-manager.ts';
import { upstreamEndpoints } from '../envoy/endpoints.ts';
import type { Upstream } from '../envoy/upstream.ts';
import type { Found } from '../found.ts';
import { createMemo } from '../memo.ts';
import { EGRESS_PORT, INGRESS_PORT } from '../names.ts';
import type { Report } from '../problems.ts';
import type { Features, ProxyResources } from '../proxy.ts';
import { onePerPort } from '../targets.ts';
import { listenerDoors } from '../tls/listeners.ts';
import { servedSecrets, type Need } from '../tls/secrets.ts';
import { targetParts, upstreamCalls } from './calls.ts';
import { egressClusters, ingressClusters } from './clusters.ts';
import { egressPorts, type EgressPort } from './egress.ts';
import { allowsAll, egressListener, ingressListener, type OpenListener } from './listeners.ts';
import { egressRoutes, ingressRoutes } from './routes.ts';

/** All that the sidecar of a virtual node is to have. What a change leaves as it was is not made again. */
export function nodeResources(
  view: VirtualNodeView,
  features: Features,
  found: Found,
  report: Report,
): ProxyResources {
  const ipPreference = view.mesh.spec.serviceDiscovery?.ipPreference;
  const mesh = { name: view.mesh.name, ipPreference };
  const at = addresses(ipPreference, features.ipv6);
  const inbound = inboundParts(
    view.spec,
    JSON.stringify([mesh.name, view.name, at, features.sds, features.files]),
    report,
    (inner) => makeInbound(view, at, features, inner),
  );
  const ports = egressPorts(view, report);
  const outKey = JSON.stringify([mesh.name, view.name, allowsAll(view), at, ports.map(chainKey)]);
  const outbound = outboundListeners(view.spec, outKey, report, () =>
    egressListener(view, mesh, ports, at, inbound.accessLog),
  );
  const key = JSON.stringify([mesh, view.name, allowsAll(view), features]);
  const reached = outboundTargets(
    view.spec,
    key,
    report,
    (inner) => {
      const calls = upstreamCalls(view, mesh, ports, features, inner);
      return {
        clusters: egressClusters(view, mesh, calls, inner),
        targets: calls.map(({ target }) => target),
        needs: calls.flatMap((call) => call.needs),
      };
    },
    targetParts(ports),
  );
  return {
    clusters: [...inbound.clusters, ...reached.clusters],
    endpoints: upstreamEndpoints(mesh, reached.targets, found, report),
    listeners: [...inbound.listeners, outbound],
    routes: [...inbound.routes, ...egressRoutes(view, mesh, ports)],
    secrets: servedSecrets([...inbound.needs, ...reached.needs], found, report),
  };
}

/** All that outbound traffic can reach; it stays when only the shares change that the targets have. */
type Reached = {
  readonly clusters: readonly Resource[];
  readonly targets: readonly Upstream[];
  readonly needs: readonly Need[];
};

const outboundTargets = createMemo<Reached>();

/** All that leads to the application beside the proxy, and the access log, which is the same in both directions. */
type Inbound = Omit<ProxyResources, 'endpoints' | 'secrets'> & {
  readonly accessLog: readonly AccessLogInit[];
  readonly needs: readonly Need[];
};

const inboundParts = createMemo<Inbound>();
const outboundListeners = createMemo<Resource>();

function makeInbound(view: VirtualNodeView, at: Addresses, features: Features, report: Report): Inbound {
  const accessLog = accessLogs(view.spec.logging, `virtualNode/${view.name}`, report);
  const open = openListeners(view, features, report);
  const listeners = open.map(({ spec }) => spec);
  return {
    accessLog,
    clusters: ingressClusters(view, listeners, at, report),
    listeners: ingressListener(view, open, at, accessLog),
    routes: ingressRoutes(view, listeners, report),
    needs: open.flatMap(({ doors }) => doors.needs),
  };
}

/** All of a port that its chain in the listener depends on. */
function chainKey(port: EgressPort): unknown {
  if (port.kind === 'http') return [port.port, port.protocol];
  const { targets, idle } = port.offer;
  return [
    port.port,
    idle,
    targets.map(({ node, listener, weight }) => [node.name, listener.portMapping, weight]),
  ];
}

/** The listeners that can have a chain. */
function openListeners(view: VirtualNodeView, features: Features, report: Report): readonly OpenListener[] {
  const at = `virtualNode/${view.name}`;
  return onePerPort(view.spec.listeners ?? [], at, report).flatMap((spec) => {
    const { port } = spec.portMapping;
    const where = `${at}/listener/${port}`;
    if (port === INGRESS_PORT || port === EGRESS_PORT) {
      report(where, `port ${port} is the proxy's own`);
      return [];
    }
    const doors = listenerDoors(spec, features, where, report);
    return doors === undefined ? [] : [{ spec, doors }];
  });
}
