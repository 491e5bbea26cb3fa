import {
  Cluster_DiscoveryType as Discovery,
  Cluster_DnsLookupFamily as Family,
} from '#envoy/envoy/config/cluster/v3/cluster_pb.ts';
import { ApiVersion } from '#envoy/envoy/config/core/v3/config_source_pb.ts';
import { CaresDnsResolverConfigSchema } from '#envoy/envoy/extensions/network/dns_resolver/cares/v3/cares_dns_resolver_pb.ts';
import type { TargetNode } from '../../../mesh/proxy-view.ts';
import type { DnsServiceDiscovery, IpPreference } from '../../../model/types.ts';
import { DNS_QUERY } from '../../defaults.ts';
import { discoveryName } from '../../discovery-name.ts';
import { nodePreference } from '../../ip-preference.ts';
import { oneEndpoint, type ClusterInit } from './clusters.ts';
import { duration } from '../duration.ts';
import { isHeaderValue } from '../text.ts';
import { typed } from '../typed.ts';

/** Returns why a virtual node cannot be discovered; undefined if it can. */
export function discoveryProblem(node: TargetNode): string | undefined {
  const { dns, awsCloudMap } = node.serviceDiscovery ?? {};
  if (dns === undefined && awsCloudMap === undefined) return 'it has no service discovery';
  const name = discoveryName(node);
  if (name !== '' && isHeaderValue(name)) return undefined;
  return `its ${dns === undefined ? 'Cloud Map' : 'host'} name ${JSON.stringify(dns?.hostname ?? name)} is none`;
}

/** Returns how a cluster discovers the hosts of a virtual node that has no `discoveryProblem`. `isMutual`: those of a host name take mutual TLS. */
export function discovery(
  node: TargetNode,
  cluster: string,
  port: number,
  meshPreference: IpPreference | undefined,
  isMutual: boolean,
): ClusterInit {
  const { dns } = node.serviceDiscovery ?? {};
  if (dns === undefined) return byEndpointDiscovery();
  const hostname = discoveryName(node);
  const preference = nodePreference(node.serviceDiscovery, meshPreference);
  return {
    ...byName(dns, hostname, preference),
    loadAssignment: oneEndpoint(cluster, hostname, port, isMutual),
  };
}

/**
 * Hosts from the control plane (EDS). A host that leaves the list gets no more requests, healthy or not. A new or changed
 * cluster waits for its list without a limit: the previous cluster stays in use until then, and is never replaced by an empty one.
 */
function byEndpointDiscovery(): ClusterInit {
  return {
    clusterDiscoveryType: { case: 'type', value: Discovery.EDS },
    edsClusterConfig: {
      edsConfig: {
        configSourceSpecifier: { case: 'ads', value: {} },
        resourceApiVersion: ApiVersion.V3,
        initialFetchTimeout: duration(0),
      },
    },
    ignoreHealthOnHostRemoval: true,
  };
}

/**
 * Configures the resolution of a host name. Qualified names are looked up without a trailing dot: App Mesh added one, with
 * which c-ares does not find the name in a hosts file.
 */
function byName(
  dns: DnsServiceDiscovery,
  hostname: string,
  preference: IpPreference | undefined,
): ClusterInit {
  const type = dns.responseType === 'ENDPOINTS' ? Discovery.STRICT_DNS : Discovery.LOGICAL_DNS;
  return {
    clusterDiscoveryType: { case: 'type', value: type },
    dnsLookupFamily: lookupFamily(preference),
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

/** `AUTO` looks up IPv6 first. */
function lookupFamily(preference: IpPreference | undefined): Family {
  if (preference === 'IPv4_ONLY') return Family.V4_ONLY;
  if (preference === 'IPv4_PREFERRED') return Family.V4_PREFERRED;
  return preference === 'IPv6_ONLY' ? Family.V6_ONLY : Family.AUTO;
}
