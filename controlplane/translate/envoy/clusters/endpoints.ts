import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { LbEndpointSchema } from '#envoy/envoy/config/endpoint/v3/endpoint_components_pb.ts';
import { ClusterLoadAssignmentSchema } from '#envoy/envoy/config/endpoint/v3/endpoint_pb.ts';
import type { Resource } from '../../../../xds/types.ts';
import type { TargetNode } from '../../../mesh/proxy-view.ts';
import type { AwsCloudMapServiceDiscovery, IpPreference } from '../../../model/types.ts';
import { encode } from '../../encode.ts';
import type { ExternalInputs, Instance, MutualInstance } from '../../external-inputs.ts';
import { nodePreference } from '../../ip-preference.ts';
import { createMemo } from '../../memo.ts';
import type { Report } from '../../problems.ts';
import type { Discovered } from '../../proxy.ts';
import { socketAddress } from '../address.ts';
import { withoutLeaving } from './leaving.ts';
import { mutualAddresses, type CalledUpstream } from './mutual.ts';
import { marked } from './mutual-mark.ts';
import { isMeshCall } from './mutual-sockets.ts';
import { upstreamName, type Upstream, type UpstreamMesh, type UpstreamTls } from './upstream.ts';

/**
 * Returns the hosts of all upstreams that Cloud Map discovers, one list per cluster; an unknown one is empty for now. Hosts that take the
 * mutual TLS of a call have a mark.
 */
export function upstreamEndpoints(
  mesh: UpstreamMesh,
  upstreams: readonly CalledUpstream[],
  inputs: ExternalInputs,
  report: Report,
): Discovered {
  const known = new Map<string, Resource>();
  const unknown = new Map<string, Resource>();
  for (const { target: upstream, tls } of upstreams) {
    const { node } = upstream;
    const service = node.serviceDiscovery?.awsCloudMap;
    if (service === undefined) continue;
    const cluster = upstreamName(mesh, upstream);
    if (known.has(cluster) || unknown.has(cluster)) continue;
    const instances = inputs.instances(service.namespaceName, service.serviceName);
    if (instances === undefined) {
      report(
        `virtualNode/${node.name}/serviceDiscovery`,
        'nothing is known of its instances in AWS Cloud Map so far',
      );
      unknown.set(cluster, assignment(cluster, [], new Set()));
    } else {
      const preference = nodePreference(node.serviceDiscovery, mesh.ipPreference);
      const ports = [upstream.listener, ...node.listeners].map(({ portMapping }) => portMapping.port);
      const leaving = inputs.leaving?.(node.name) ?? [];
      const mutual = takersOf(upstream, tls, inputs);
      const parts = [cluster, node.name, ports, service.attributes, preference, leaving];
      const key = JSON.stringify(mutual === NONE ? parts : [...parts, mutual]);
      const made = assignments(instances, key, report, (inner) => {
        const serving = withoutLeaving(matching(instances, service), leaving);
        const hosts = hostsOf(upstream, serving, preference, inner);
        return assignment(cluster, hosts, markedHosts(mutual, hosts, upstream));
      });
      known.set(cluster, made);
    }
  }
  return { known: [...known.values()], unknown };
}

/** Cached per answer: all proxies that call a virtual node share its endpoints until the answer changes. */
const assignments = createMemo<Resource>();

/**
 * Returns the instances that have all attributes of a virtual node. Unhealthy instances are left out unless there are no
 * others: trying them is better than having no host.
 */
function matching(
  instances: readonly Instance[],
  { attributes = [] }: AwsCloudMapServiceDiscovery,
): readonly Instance[] {
  const mine = instances.filter((instance) =>
    attributes.every(({ key, value }) => instance.attributes[key] === value),
  );
  const healthy = mine.filter((instance) => instance.healthy);
  return healthy.length > 0 ? healthy : mine;
}

/** The instances that take mutual TLS, `all` if a call requires it. */
type Takers = 'all' | readonly MutualInstance[];

const NONE: Takers = [];

function takersOf({ node }: Upstream, tls: UpstreamTls, inputs: ExternalInputs): Takers {
  if (!isMeshCall(tls)) return NONE;
  const mutual = inputs.mutual?.(node.name);
  return tls.required || mutual?.isStillStrict === true ? 'all' : (mutual?.instances ?? NONE);
}

function markedHosts(takers: Takers, hosts: readonly Host[], { listener }: Upstream): ReadonlySet<string> {
  if (takers === 'all') return new Set(hosts.map(({ address }) => address));
  return mutualAddresses({ instances: takers }, hosts, listener.portMapping.port);
}

type Host = { readonly address: string; readonly port: number };

/** Lists each address once: several instances may share one. */
function hostsOf(
  upstream: Upstream,
  instances: readonly Instance[],
  preference: IpPreference | undefined,
  report: Report,
): readonly Host[] {
  const hosts = new Map<string, Host>();
  let without = 0;
  for (const instance of instances) {
    const address = addressOf(instance, preference);
    const port = portOf(upstream, instance);
    if (address === undefined) without += 1;
    else hosts.set(`${address} ${port}`, { address, port });
  }
  if (without > 0) {
    const isOnly = preference === 'IPv4_ONLY' || preference === 'IPv6_ONLY';
    const lacking = isOnly ? `have no address for ${preference}` : 'have no IP address';
    const what = `${without} of its ${instances.length} instances in AWS Cloud Map ${lacking}`;
    report(`virtualNode/${upstream.node.name}/serviceDiscovery`, what);
  }
  return [...hosts.values()];
}

/** Cloud Map prefers IPv4 by default. */
function addressOf({ ipv4, ipv6 }: Instance, preference: IpPreference | undefined): string | undefined {
  if (preference === 'IPv4_ONLY') return ipv4;
  if (preference === 'IPv6_ONLY') return ipv6;
  return preference === 'IPv6_PREFERRED' ? (ipv6 ?? ipv4) : (ipv4 ?? ipv6);
}

/**
 * An instance has at most one port, and a virtual node may have several listeners. The instance's port belongs to the listener
 * with the same port, or else to the first listener. The other listeners use their own ports.
 */
function portOf(
  { node, listener }: { node: TargetNode; listener: Upstream['listener'] },
  { port }: Instance,
): number {
  const own = listener.portMapping.port;
  if (port === undefined) return own;
  const ports = node.listeners.map(({ portMapping }) => portMapping.port);
  return !ports.includes(port) && ports[0] === own ? port : own;
}

function assignment(clusterName: string, hosts: readonly Host[], mutual: ReadonlySet<string>): Resource {
  const lbEndpoints = hosts.map(
    ({ address, port }): MessageInitShape<typeof LbEndpointSchema> => ({
      hostIdentifier: { case: 'endpoint', value: { address: socketAddress(address, port) } },
      ...marked(mutual.has(address)),
    }),
  );
  const endpoints = hosts.length === 0 ? [] : [{ lbEndpoints }];
  const message = create(ClusterLoadAssignmentSchema, { clusterName, endpoints });
  return encode(ClusterLoadAssignmentSchema, clusterName, message);
}
