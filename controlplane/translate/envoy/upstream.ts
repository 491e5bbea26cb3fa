import {
  Cluster_DiscoveryType as Discovery,
  Cluster_DnsLookupFamily as Family,
} from '#envoy/envoy/config/cluster/v3/cluster_pb.ts';
import { CaresDnsResolverConfigSchema } from '#envoy/envoy/extensions/network/dns_resolver/cares/v3/cares_dns_resolver_pb.ts';
import type { Resource } from '../../../xds/types.ts';
import type { TargetNode } from '../../mesh/view.ts';
import type { DnsServiceDiscovery, IpPreference, Listener } from '../../model/types.ts';
import { DNS_QUERY, EGRESS_CONNECT_TIMEOUT } from '../defaults.ts';
import { createMemo } from '../memo.ts';
import { egressCluster } from '../names.ts';
import type { Report } from '../problems.ts';
import { circuitBreakers, cluster, oneEndpoint, protocolOptions, type ClusterInit } from './clusters.ts';
import { duration } from './duration.ts';
import { healthChecks, outlierDetection } from './health.ts';
import { aggregateStats } from './metadata.ts';
import { isHeaderValue } from './text.ts';
import { typed } from './typed.ts';

/** One listener of a virtual node, as a target of traffic. */
export type Upstream = { readonly node: TargetNode; readonly listener: Listener };

/** What of the caller's mesh an upstream depends on. */
export type UpstreamMesh = { readonly name: string; readonly ipPreference: IpPreference | undefined };

/** Why nothing can be sent to a listener of a virtual node; undefined when it can. */
export function upstreamProblem({ node, listener }: Upstream): string | undefined {
  if (listener.tls !== undefined && listener.tls.mode !== 'DISABLED') {
    return `its listener on port ${listener.portMapping.port} asks for TLS, which is not built yet`;
  }
  const { dns, awsCloudMap } = node.serviceDiscovery ?? {};
  if (awsCloudMap !== undefined) return 'it is discovered by AWS Cloud Map, which is not built yet';
  if (dns === undefined) return 'it has no service discovery';
  const { hostname } = dns;
  if (hostname.replace(/\.$/, '') !== '' && isHeaderValue(hostname)) return undefined;
  return `its host name ${JSON.stringify(hostname)} is none`;
}

/** The name of an upstream's cluster. */
export function upstreamName(mesh: UpstreamMesh, { node, listener }: Upstream): string {
  const { protocol, port } = listener.portMapping;
  return egressCluster(mesh.name, node.name, protocol, port);
}

/** The cluster of an upstream that has no `upstreamProblem`: built and encoded once for all proxies that have it. */
export function upstreamCluster(mesh: UpstreamMesh, upstream: Upstream, report: Report): Resource {
  const key = JSON.stringify([mesh, upstream.node.name, upstream.node.serviceDiscovery]);
  return memo(upstream.listener, key, report, (found) => build(mesh, upstream, found));
}

const memo = createMemo<Resource>();

function build(mesh: UpstreamMesh, upstream: Upstream, report: Report): Resource {
  const { node, listener } = upstream;
  const { port, protocol } = listener.portMapping;
  const dns = node.serviceDiscovery?.dns ?? { hostname: '' };
  const hostname = dns.hostname.replace(/\.$/, '');
  const name = upstreamName(mesh, upstream);
  const where = `virtualNode/${node.name}/listener/${port}`;
  const outliers = outlierDetection(listener.outlierDetection, where, report);
  const checked = { authority: `${hostname}:${port}`, protocol };
  return cluster({
    name,
    ...discovery(dns, hostname, mesh.ipPreference),
    connectTimeout: duration(EGRESS_CONNECT_TIMEOUT),
    loadAssignment: oneEndpoint(name, hostname, port),
    circuitBreakers: circuitBreakers({}),
    typedExtensionProtocolOptions: protocolOptions(protocol),
    healthChecks: [...healthChecks(listener.healthCheck, checked, where, report)],
    ...(outliers === undefined ? {} : { outlierDetection: outliers }),
    metadata: aggregateStats({ TargetVirtualNode: node.name }),
  });
}

/**
 * How a host name is resolved. A qualified one is asked for as it stands: App Mesh gave it a trailing dot, with which
 * c-ares does not find it in a hosts file.
 */
function discovery(
  dns: DnsServiceDiscovery,
  hostname: string,
  meshPreference: IpPreference | undefined,
): ClusterInit {
  const type = dns.responseType === 'ENDPOINTS' ? Discovery.STRICT_DNS : Discovery.LOGICAL_DNS;
  return {
    clusterDiscoveryType: { case: 'type', value: type },
    dnsLookupFamily: lookupFamily(dns.ipPreference ?? meshPreference),
    typedDnsResolverConfig: {
      name: 'envoy.network.dns_resolver.cares',
      typedConfig: typed(CaresDnsResolverConfigSchema, {
        dnsResolverOptions: { noDefaultSearchDomain: hostname.includes('.') },
        queryTimeoutSeconds: DNS_QUERY.timeoutSeconds,
        queryTries: DNS_QUERY.tries,
      }),
    },
  };
}

/** `AUTO` asks for IPv6 first. */
function lookupFamily(preference: IpPreference | undefined): Family {
  if (preference === 'IPv4_ONLY') return Family.V4_ONLY;
  if (preference === 'IPv4_PREFERRED') return Family.V4_PREFERRED;
  return preference === 'IPv6_ONLY' ? Family.V6_ONLY : Family.AUTO;
}
