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
import { duration } from '../duration.ts';
import { healthChecks, outlierDetection } from './health-checks.ts';
import { aggregateStats } from '../metadata.ts';
import { clientSocket, type TlsEnd } from '../tls.ts';

/** One listener of a virtual node, as a target of traffic. */
export type Upstream = { readonly node: TargetNode; readonly listener: Listener };

/** How an upstream is called: in plain text where it is undefined, not at all where it is refused. */
export type UpstreamTls = TlsEnd | 'refused' | undefined;

/** What of the caller's mesh an upstream depends on; the preference is the caller's where the mesh has none. */
export type UpstreamMesh = { readonly name: string; readonly ipPreference: IpPreference | undefined };

/** Why nothing can be sent to a listener of a virtual node; undefined when it can. */
export function upstreamProblem({ node }: Pick<Upstream, 'node'>): string | undefined {
  return discoveryProblem(node);
}

/** The name of an upstream's cluster. */
export function upstreamName(mesh: UpstreamMesh, { node, listener }: Upstream): string {
  const { protocol, port } = listener.portMapping;
  return egressCluster(mesh.name, node.name, protocol, port);
}

/** The cluster of an upstream that has no `upstreamProblem`: built and encoded once for all proxies that have it. */
export function upstreamCluster(
  mesh: UpstreamMesh,
  upstream: Upstream,
  tls: UpstreamTls,
  options: Options,
  report: Report,
): Resource {
  const { node, listener } = upstream;
  const key = JSON.stringify([mesh, node.name, node.serviceDiscovery, tls, optionsKey(options)]);
  return memo(listener, key, report, (found) => build(mesh, upstream, tls, options, found));
}

const memo = createMemo<Resource>();

function build(
  mesh: UpstreamMesh,
  upstream: Upstream,
  tls: UpstreamTls,
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
    ...(tls === 'refused' ? nowhere(name) : discovery(node, name, port, mesh.ipPreference)),
    ...(typeof tls === 'object' ? { transportSocket: clientSocket(tls, discoveryName(node)) } : {}),
    connectTimeout: duration(EGRESS_CONNECT_TIMEOUT),
    circuitBreakers: circuitBreakers({}),
    typedExtensionProtocolOptions: protocolOptions(protocol, options),
    healthChecks: [...healthChecks(listener.healthCheck, checked, where, report)],
    ...(outliers === undefined ? {} : { outlierDetection: outliers }),
    metadata: aggregateStats({ TargetVirtualNode: node.name }),
  });
}

/** A cluster without any endpoint: it is there because routes name it. */
function nowhere(clusterName: string): ClusterInit {
  return { clusterDiscoveryType: { case: 'type', value: Discovery.STATIC }, loadAssignment: { clusterName } };
}
