import { Cluster_DiscoveryType as Discovery } from '#envoy/envoy/config/cluster/v3/cluster_pb.ts';
import type { Resource } from '../../../../xds/types.ts';
import type { TargetNode } from '../../../mesh/proxy-view.ts';
import type { IpPreference, Listener } from '../../../model/types.ts';
import { EGRESS_CONNECT_TIMEOUT } from '../../defaults.ts';
import { discoveryName } from '../../discovery-name.ts';
import { createMemo } from '../../memo.ts';
import { egressCluster } from '../../names.ts';
import { optionsKey, type Options } from '../../options.ts';
import type { Report } from '../../problems.ts';
import { circuitBreakers, cluster, protocolOptions, type ClusterInit } from './clusters.ts';
import { discovery, discoveryProblem } from './cluster-discovery.ts';
import { isMeshCall, mutualSockets } from './mutual-sockets.ts';
import { duration } from '../duration.ts';
import { healthChecks, outlierDetection } from './health-checks.ts';
import { aggregateStats } from '../metadata.ts';
import type { MeshCall } from '../../tls/mesh-call.ts';
import { clientSocket, type TlsEnd } from '../tls.ts';

/** One listener of a virtual node, as a target of traffic. */
export type Upstream = { readonly node: TargetNode; readonly listener: Listener };

/** TLS to an upstream: undefined is plain text; `refused` means that no connection is made. */
export type UpstreamTls = TlsEnd | MeshCall | 'refused' | undefined;

/** The parts of the caller's mesh that an upstream depends on; if the mesh has no IP preference, it is the caller's. */
export type UpstreamMesh = { readonly name: string; readonly ipPreference: IpPreference | undefined };

/** Returns why no traffic can be sent to a listener of a virtual node; undefined if it can. */
export function upstreamProblem({ node }: Pick<Upstream, 'node'>): string | undefined {
  return discoveryProblem(node);
}

/** Returns the name of an upstream's cluster. */
export function upstreamName(mesh: UpstreamMesh, { node, listener }: Upstream): string {
  const { protocol, port } = listener.portMapping;
  return egressCluster(mesh.name, node.name, protocol, port);
}

/**
 * Returns the cluster of an upstream without `upstreamProblem`, built and encoded once for all proxies that use it. `isMutual`: for a
 * call by mutual TLS to a host name, whether all of its addresses take it.
 */
export function upstreamCluster(
  mesh: UpstreamMesh,
  upstream: Upstream,
  tls: UpstreamTls,
  options: Options,
  report: Report,
  isMutual = isMeshCall(tls) && tls.required,
): Resource {
  const { node, listener } = upstream;
  const parts = [
    mesh,
    node.name,
    node.serviceDiscovery,
    tls,
    optionsKey(options),
    ...(isMutual ? [true] : []),
  ];
  const key = JSON.stringify(parts);
  return memo(listener, key, report, (found) => build(mesh, upstream, tls, isMutual, options, found));
}

const memo = createMemo<Resource>();

function build(
  mesh: UpstreamMesh,
  upstream: Upstream,
  tls: UpstreamTls,
  isMutual: boolean,
  options: Options,
  report: Report,
): Resource {
  const { node, listener } = upstream;
  const { port, protocol } = listener.portMapping;
  const name = upstreamName(mesh, upstream);
  const where = `virtualNode/${node.name}/listener/${port}`;
  const outliers = outlierDetection(listener.outlierDetection, where, report);
  const checked = { authority: `${discoveryName(node)}:${port}`, protocol };
  return cluster({
    name,
    ...(tls === 'refused' ? nowhere(name) : discovery(node, name, port, mesh.ipPreference, isMutual)),
    ...socketOf(tls, node),
    connectTimeout: duration(EGRESS_CONNECT_TIMEOUT),
    circuitBreakers: circuitBreakers({}),
    typedExtensionProtocolOptions: protocolOptions(protocol, options),
    healthChecks: [...healthChecks(listener.healthCheck, checked, where, report)],
    ...(outliers === undefined ? {} : { outlierDetection: outliers }),
    metadata: aggregateStats({ TargetVirtualNode: node.name }, options.metricExtension),
  });
}

function socketOf(tls: UpstreamTls, node: TargetNode): ClusterInit {
  if (tls === undefined || tls === 'refused') return {};
  return isMeshCall(tls) ? mutualSockets(tls) : { transportSocket: clientSocket(tls, discoveryName(node)) };
}

/** Returns a cluster without endpoints, for routes that refer to it. */
function nowhere(clusterName: string): ClusterInit {
  return { clusterDiscoveryType: { case: 'type', value: Discovery.STATIC }, loadAssignment: { clusterName } };
}
