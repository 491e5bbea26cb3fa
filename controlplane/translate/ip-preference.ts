import type { MeshView } from '../mesh/proxy-view.ts';
import type { IpPreference, ServiceDiscovery } from '../model/types.ts';
import type { Features } from './features.ts';

/** The preference of a virtual node, which goes before that of its mesh: for its own Envoy and for those who call it. */
export function nodePreference(
  discovery: ServiceDiscovery | undefined,
  mesh: IpPreference | undefined,
): IpPreference | undefined {
  return discovery?.dns?.ipPreference ?? discovery?.awsCloudMap?.ipPreference ?? mesh;
}

/**
 * The preference with which a proxy looks for virtual nodes that have none of their own. Where nobody prefers anything, an
 * agent of ours takes IPv4 first; App Mesh's own image says nothing of IPv6, and asks for it first, as it always did.
 */
export function callerPreference({ spec }: MeshView, { ipv6 }: Features): IpPreference | undefined {
  return spec.serviceDiscovery?.ipPreference ?? (ipv6 === undefined ? undefined : 'IPv4_PREFERRED');
}
