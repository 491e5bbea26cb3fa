import type { ExternalInputs, Mutual, MutualInstance } from '../../external-inputs.ts';
import { isMeshCall } from './mutual-sockets.ts';
import { upstreamName, type Upstream, type UpstreamMesh, type UpstreamTls } from './upstream.ts';

/** A call to an upstream. */
export type CalledUpstream = { readonly target: Upstream; readonly tls: UpstreamTls };

/**
 * Returns the addresses of hosts whose instances all accept mutual TLS on a port. An address that several hosts have is listed once for
 * each.
 */
export function mutualAddresses(
  { instances }: Pick<Mutual, 'instances'>,
  hosts: readonly { readonly address: string }[],
  port: number,
): ReadonlySet<string> {
  const taking = instances.filter(({ ports }) => ports.includes(port));
  const count = Map.groupBy(hosts, ({ address }) => address);
  const enough = Array.from(count).filter(
    ([address, there]) => taking.filter((each) => isAt(each, address)).length >= there.length,
  );
  return new Set(enough.map(([address]) => address));
}

function isAt({ from, addresses }: MutualInstance, address: string): boolean {
  return from === address || addresses.includes(address);
}

/**
 * Returns the clusters of calls to host names whose addresses all take mutual TLS. Envoy resolves such a name itself, so one mark holds
 * for all of its addresses: they have to be known here, and no proxy of the virtual node may be connected that cannot take it.
 */
export function mutualClusters(
  mesh: UpstreamMesh,
  calls: readonly CalledUpstream[],
  inputs: ExternalInputs,
): ReadonlySet<string> {
  const names = calls.flatMap(({ target, tls }) => {
    const { dns } = target.node.serviceDiscovery ?? {};
    if (!isMeshCall(tls) || dns === undefined) return [];
    const mutual = inputs.mutual?.(target.node.name);
    if (tls.required || mutual?.isStillStrict === true) return [upstreamName(mesh, target)];
    if (mutual === undefined || mutual.others || mutual.instances.length === 0) return [];
    const addresses = inputs.addresses(dns.hostname)?.current ?? [];
    const hosts = addresses.map((address) => ({ address }));
    const taking = mutualAddresses(mutual, hosts, target.listener.portMapping.port);
    return addresses.length > 0 && taking.size === new Set(addresses).size
      ? [upstreamName(mesh, target)]
      : [];
  });
  return new Set(names);
}
